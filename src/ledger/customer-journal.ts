import type { Static } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import { decodeCursor, encodeCursor, formatIso, type Tx, toDecimal } from "#platform";
import type { LedgerEvents } from "./answers.ts";
import { type ListPage, nameOfCurrency, points, stateOf } from "./customer-ledger.ts";
import { errors } from "./errors.ts";
import { filteredLines, filteredPage } from "./filtered-events.ts";
import { linesByEvent } from "./ledger-info.ts";
import type { QueryContext } from "./ledger-query.ts";
import { namesOfCustomers } from "./other-customers.ts";
import {
  type EventRange,
  isUnfiltered,
  type LedgerFilter,
  type LedgerLine,
  type LedgerState,
  type LotLine,
  linesOfEvents,
  lotsOfEvents,
  movedAfter,
  rangeOf,
  type UseLine,
  usesOfEvents,
} from "./pages.ts";
import { CATEGORY_LABELS, POINTS, type Reference } from "./schema.ts";

type LedgerEvent = Static<typeof LedgerEvents>["items"][number];

/** A page of the journal: behind a position, or from an event on. */
export interface JournalPage extends ListPage {
  readonly event?: number | undefined;
  readonly filter: LedgerFilter;
}

/** What a cursor holds: the newest event that may come next, and the balance after it where that is known. */
interface Position {
  readonly before: number;
  readonly balance: number | null;
}

/** Stands in a cursor for the balance that filters hide. */
const UNKNOWN = "";

/** Lines of a page, and where the next begins; 0: nowhere. */
interface Shown {
  readonly lines: readonly LedgerLine[];
  readonly total: number;
  readonly next: number;
}

const LABELS: Readonly<Record<string, string>> = {
  TransactionAdd: "Purchase",
  TransactionUpdate: "Purchase changed",
  ReturnBill: "Return",
  TargetCompleted: "Target reached",
  PointsRedemption: "Points redeemed",
  PointsRedemptionReversal: "Redemption reversed",
  VoucherRedemption: "Coupon redeemed",
  DelayedAccrual: "Promised points became available",
  PointsTransfer: "Points transferred",
  PointsExpiry: "Points expired",
  CustomerRegistration: "Registration",
  CustomerUpdate: "Profile updated",
  ManualPointsAdjustment: "Manual adjustment",
  BulkAllocatePoints: "Points imported",
  AllocateGoodwillPoints: "Goodwill points",
  GenericEvent: "Behavioural event",
  PointsLedgerBulkJob: "Opening balance",
  CustomerMerge: "Customers merged",
  CustomerMergeUndo: "Merge undone",
};

/** What an event was, in plain words: "Purchase INV-9", "Opening balance", "Points expired". */
const labelOf = (eventName: string, reference: Reference | null, isOpening: boolean): string => {
  if (isOpening) return "Opening balance";
  const words = LABELS[eventName] ?? eventName.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  return !reference?.transactionNumber ? words : `${words} ${reference.transactionNumber}`;
};

const referenceOf = (
  organisation: Organisation,
  reference: Reference | null,
  others: ReadonlyMap<number, string>,
): LedgerEvent["reference"] => {
  if (reference === null) return null;
  const { date, amount, grossAmount, otherPartyId: id, ...rest } = reference;
  const money = (value: number) => toDecimal(value, organisation.moneyScale);
  return {
    ...rest,
    ...(id === undefined ? {} : { other: { id, name: others.get(id) ?? "" } }),
    ...(date === undefined ? {} : { date: formatIso(date, organisation.timeZone) }),
    ...(amount === undefined ? {} : { amount: money(amount) }),
    ...(grossAmount === undefined ? {} : { grossAmount: money(grossAmount) }),
  };
};

const shapeLine = (
  context: QueryContext,
  line: LedgerLine,
  lots: readonly LotLine[],
  uses: readonly UseLine[],
): LedgerEvent["entries"][number] => {
  const zone = context.organisation.timeZone;
  const timeOrNull = (time: Date | null) => (time === null ? null : formatIso(time.getTime(), zone));
  const isOwn = (row: { eventNo: number; lineNo: number }) =>
    row.eventNo === line.eventNo && row.lineNo === line.lineNo;
  const lot = lots.find(isOwn);
  return {
    lineNo: line.lineNo,
    programId: line.programId,
    programName: context.programs.get(line.programId)?.name ?? "",
    category: CATEGORY_LABELS[line.category],
    currency: nameOfCurrency(context, line.currencyId),
    amount: points(line.amount),
    balanceBefore: points(line.balanceBefore),
    balanceAfter: points(line.balanceAfter),
    contra: line.contra,
    debtChange: points(line.debtChange),
    legs: [
      { account: "party", amount: points(line.amount) },
      // 0 − x, because a negated zero would be read as −0.
      { account: line.contra, amount: points(0 - line.amount) },
    ],
    opensLot: lot
      ? { amount: points(lot.amount), remaining: points(lot.remaining), expiresAt: timeOrNull(lot.expiresAt) }
      : null,
    usedLots: uses.filter(isOwn).map((use) => ({
      eventNo: use.lotEventNo,
      lineNo: use.lotLineNo,
      kind: use.kind,
      forEventNo: use.forEventNo === 0 || use.forEventNo === use.eventNo ? null : use.forEventNo,
      amount: points(use.amount),
      expiresAt: timeOrNull(use.expiresAt),
    })),
  };
};

const movementOf = (lines: readonly LedgerLine[], counts: (line: LedgerLine) => boolean): number =>
  lines.reduce((total, line) => total + (counts(line) ? line.amount : 0), 0);
const isRegular = ({ currencyId, category }: Pick<LedgerLine, "currencyId" | "category">) =>
  currencyId === POINTS && category === 1;

/**
 * A page of the events that a filter shows of a customer's ledger, newest first, with the entries that it shows, their legs and
 * lots. The cursor holds the number of the event to go on with and the balance after it, so that the millionth page is read like
 * the first. Balances over all accounts are told where the filter hides none. Raises ledger.unknown_customer, ledger.bad_cursor,
 * ledger.event_unknown.
 */
export const readLedger = async (
  tx: Tx,
  context: QueryContext,
  partyId: number,
  { after, event, limit, filter }: JournalPage,
): Promise<Static<typeof LedgerEvents>> => {
  const orgId = context.organisation.id;
  const state = await stateOf(tx, orgId, partyId);
  if (event !== undefined && (event < 1 || event > state.eventCount)) throw errors.event_unknown({ event });
  const position = after === undefined ? null : parsePosition(after, state.eventCount);
  const range = await rangeOf(tx, orgId, state, filter);
  const newest = Math.min(range.last, position?.before ?? event ?? range.last);
  const isWhole = isUnfiltered(filter, state.accounts);
  const { lines, total, next } = isWhole
    ? await showAll(tx, orgId, partyId, range, newest, limit)
    : await showFiltered(tx, orgId, state, range, filter, newest, limit);
  const groups = linesByEvent(lines);
  const eventNos = [...groups.keys()];
  const [lots, uses, others, balanceNow] = await Promise.all([
    lotsOfEvents(tx, orgId, partyId, eventNos),
    usesOfEvents(tx, orgId, partyId, eventNos),
    namesOfCustomers(tx, orgId, [
      ...new Set(lines.flatMap(({ reference }) => reference?.otherPartyId ?? [])),
    ]),
    isWhole ? balanceAfter(tx, orgId, state, position, newest) : null,
  ]);
  let balance = balanceNow;
  const items = eventNos
    .sort((one, other) => other - one)
    .map((eventNo) => {
      const group = groups.get(eventNo) ?? [];
      const item = shapeEvent(context, group, { lots, uses, others }, balance);
      if (balance !== null) balance -= movementOf(group, isRegular);
      return item;
    });
  return { items, next: next === 0 ? null : encodeCursor([next, balance ?? UNKNOWN]), total };
};

/** A page of a range that is shown whole: its numbers follow from those of its ends. */
const showAll = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  { first, last }: EventRange,
  newest: number,
  limit: number,
): Promise<Shown> => {
  const oldest = Math.max(first, newest - limit + 1);
  const lines = newest < oldest ? [] : await linesOfEvents(tx, orgId, partyId, oldest, newest);
  return { lines, total: Math.max(0, last - first + 1), next: oldest > first ? oldest - 1 : 0 };
};

const showFiltered = async (
  tx: Tx,
  orgId: number,
  { partyId, accounts }: LedgerState,
  range: EventRange,
  filter: LedgerFilter,
  newest: number,
  limit: number,
): Promise<Shown> => {
  const { eventNos, total, next } = await filteredPage(tx, orgId, partyId, range, filter, accounts, {
    newest,
    limit,
  });
  const lines = eventNos.length === 0 ? [] : await filteredLines(tx, orgId, partyId, eventNos, filter);
  return { lines, total, next };
};

/** Regular points of all programs after event `newest`: what the cursor says, or the balance now less what moved since. */
const balanceAfter = async (
  tx: Tx,
  orgId: number,
  { partyId, eventCount, accounts }: LedgerState,
  position: Position | null,
  newest: number,
): Promise<number> => {
  if (position !== null && position.balance !== null && position.before === newest) return position.balance;
  const now = accounts.filter(isRegular).reduce((total, account) => total + account.balance, 0);
  return newest < eventCount ? now - (await movedAfter(tx, orgId, partyId, newest)) : now;
};

const parsePosition = (after: string, eventCount: number): Position => {
  const [before, balance] = decodeCursor(after, 2) ?? [];
  const isOurs =
    Number.isSafeInteger(before) &&
    (balance === UNKNOWN || Number.isSafeInteger(balance)) &&
    Number(before) >= 1 &&
    Number(before) <= eventCount;
  if (!isOurs) throw errors.bad_cursor({ field: "after" });
  return { before: Number(before), balance: balance === UNKNOWN ? null : Number(balance) };
};

/** What was read beside the entries. */
interface Beside {
  readonly lots: readonly LotLine[];
  readonly uses: readonly UseLine[];
  /** Names of customers on the other side. */
  readonly others: ReadonlyMap<number, string>;
}

const shapeEvent = (
  context: QueryContext,
  lines: readonly LedgerLine[],
  { lots, uses, others }: Beside,
  balance: number | null,
): LedgerEvent => {
  const { organisation } = context;
  const { eventNo, eventId, eventName, bookedAt, tillId, reference } = lines[0]!;
  const isOpening = lines.every((line) => line.contra === "opening");
  return {
    eventNo,
    eventId,
    eventName,
    label: labelOf(eventName, reference, isOpening),
    bookedAt: formatIso(bookedAt.getTime(), organisation.timeZone),
    net: points(movementOf(lines, (line) => line.currencyId === POINTS)),
    balanceAfter: balance === null ? null : points(balance),
    tillCode: tillId === null ? null : (organisation.till(tillId)?.code ?? null),
    storeName: tillId === null ? null : (organisation.storeOfTill(tillId)?.name ?? null),
    reference: referenceOf(organisation, reference, others),
    entries: lines.map((line) => shapeLine(context, line, lots, uses)),
  };
};
