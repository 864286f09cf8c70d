import type { Static } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import {
  decodeCursor,
  encodeCursor,
  formatIso,
  type Instant,
  isCursorTime,
  localDate,
  POINTS_SCALE,
  startOfDay,
  type Tx,
  toDecimal,
} from "#platform";
import type { BalanceHistory, Balances, LedgerEvents, Lots } from "./answers.ts";
import { errors } from "./errors.ts";
import { linesByEvent } from "./ledger-info.ts";
import type { QueryContext } from "./ledger-query.ts";
import {
  countLots,
  expiringNext,
  type LedgerLine,
  type LedgerState,
  type LotLine,
  linesOfEvents,
  lotsByExpiry,
  lotsOfEvents,
  movedAfter,
  movementsByDay,
  newestEventBefore,
  readState,
  type UseLine,
  usesOfEvents,
} from "./pages.ts";
import { awardIdOf, CATEGORY_LABELS, POINTS, type Reference } from "./schema.ts";

type LedgerEvent = Static<typeof LedgerEvents>["items"][number];

export interface ListPage {
  readonly after: string | undefined;
  readonly limit: number;
}

/** A page of the journal: behind a position, or from an event on. */
export interface JournalPage extends ListPage {
  readonly event?: number | undefined;
}

const points = (amount: number) => toDecimal(amount, POINTS_SCALE);

const stateOf = async (tx: Tx, orgId: number, partyId: number): Promise<LedgerState> => {
  const state = await readState(tx, orgId, partyId);
  if (state === null) throw errors.unknown_customer({ id: partyId });
  return state;
};

const nameOfCurrency = ({ currencies }: QueryContext, currencyId: number): string =>
  currencyId === POINTS ? "points" : (currencies.get(currencyId)?.name ?? String(currencyId));

/** Every account of a customer with its totals and what expires next. Raises ledger.unknown_customer. */
export const readBalances = async (
  tx: Tx,
  context: QueryContext,
  partyId: number,
): Promise<Static<typeof Balances>> => {
  const { id: orgId, timeZone } = context.organisation;
  const { accounts } = await stateOf(tx, orgId, partyId);
  const expiring = await expiringNext(tx, orgId, partyId);
  const items = accounts.map((account) => {
    const { programId, currencyId, category } = account;
    const next = expiring.find(
      (item) => item.programId === programId && item.currencyId === currencyId && item.category === category,
    );
    return {
      programId,
      programName: context.programs.get(programId)?.name ?? "",
      category: CATEGORY_LABELS[category],
      currency: nameOfCurrency(context, currencyId),
      balance: points(account.balance),
      issued: points(account.issued),
      received: points(account.received),
      passedOn: points(account.passedOn),
      redeemed: points(account.redeemed),
      expired: points(account.expired),
      returned: points(account.returned),
      adjusted: points(account.adjusted),
      debt: points(account.debt),
      expiringNext: next
        ? { points: points(next.points), expiresAt: formatIso(next.expiresAt.getTime(), timeZone) }
        : null,
    };
  });
  return { items, next: null, total: items.length };
};

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
};

/** What an event was, in plain words: "Purchase INV-9", "Opening balance", "Points expired". */
export const labelOf = (eventName: string, reference: Reference | null, isOpening: boolean): string => {
  if (isOpening) return "Opening balance";
  const words = LABELS[eventName] ?? eventName.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  return !reference?.transactionNumber ? words : `${words} ${reference.transactionNumber}`;
};

const referenceOf = (organisation: Organisation, reference: Reference | null): LedgerEvent["reference"] => {
  if (reference === null) return null;
  const { date, amount, grossAmount, ...rest } = reference;
  const money = (value: number) => toDecimal(value, organisation.moneyScale);
  return {
    ...rest,
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
const isRegular = (line: LedgerLine) => line.currencyId === POINTS && line.category === 1;

/**
 * A page of a customer's events, newest first, with their entries, legs and lots. The cursor holds the number of the
 * last event shown and the balance in front of it, so that the millionth page is read like the first.
 * Raises ledger.unknown_customer, ledger.bad_cursor, ledger.event_unknown.
 */
export const readLedger = async (
  tx: Tx,
  context: QueryContext,
  partyId: number,
  { after, event, limit }: JournalPage,
): Promise<Static<typeof LedgerEvents>> => {
  const { organisation } = context;
  const state = await stateOf(tx, organisation.id, partyId);
  if (event !== undefined && (event < 1 || event > state.eventCount)) throw errors.event_unknown({ event });
  const position = after === undefined ? null : parsePosition(after, state.eventCount);
  const newest = position?.before ?? event ?? state.eventCount;
  const oldest = Math.max(1, newest - limit + 1);
  const range = [tx, organisation.id, partyId, oldest, newest] as const;
  const [lines, lots, uses] = await Promise.all([
    linesOfEvents(...range),
    lotsOfEvents(...range),
    usesOfEvents(...range),
  ]);
  const regular = state.accounts.filter((account) => account.currencyId === POINTS && account.category === 1);
  const skipped =
    position === null && newest < state.eventCount
      ? await movedAfter(tx, organisation.id, partyId, newest)
      : 0;
  let balance = position?.balance ?? regular.reduce((total, account) => total + account.balance, 0) - skipped;
  const items = [...linesByEvent(lines).values()].reverse().map((group) => {
    const item = shapeEvent(context, group, lots, uses, balance);
    balance -= movementOf(group, isRegular);
    return item;
  });
  const next = oldest > 1 ? encodeCursor([oldest - 1, balance]) : null;
  return { items, next, total: state.eventCount };
};

const parsePosition = (after: string, eventCount: number): { before: number; balance: number } => {
  const [before, balance] = decodeCursor(after, 2) ?? [];
  const isOurs =
    Number.isSafeInteger(before) &&
    Number.isSafeInteger(balance) &&
    Number(before) >= 1 &&
    Number(before) <= eventCount;
  if (!isOurs) throw errors.bad_cursor({ field: "after" });
  return { before: Number(before), balance: Number(balance) };
};

const shapeEvent = (
  context: QueryContext,
  lines: readonly LedgerLine[],
  lots: readonly LotLine[],
  uses: readonly UseLine[],
  balanceAfter: number,
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
    balanceAfter: points(balanceAfter),
    tillCode: tillId === null ? null : (organisation.till(tillId)?.code ?? null),
    storeName: tillId === null ? null : (organisation.storeOfTill(tillId)?.name ?? null),
    reference: referenceOf(organisation, reference),
    entries: lines.map((line) => shapeLine(context, line, lots, uses)),
  };
};

/** A page of a customer's lots, soonest expiry first. Raises ledger.unknown_customer, ledger.bad_cursor. */
export const readLots = async (
  tx: Tx,
  context: QueryContext,
  partyId: number,
  open: boolean,
  { after, limit }: ListPage,
): Promise<Static<typeof Lots>> => {
  const { id: orgId, timeZone } = context.organisation;
  await stateOf(tx, orgId, partyId);
  const position = after === undefined ? null : parseLotPosition(after);
  const [rows, total] = await Promise.all([
    lotsByExpiry(tx, orgId, partyId, open, position, limit + 1),
    countLots(tx, orgId, partyId, open),
  ]);
  const shown = rows.slice(0, limit);
  const timeOrNull = (time: Date | null) => (time === null ? null : formatIso(time.getTime(), timeZone));
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const next = last
    ? encodeCursor([last.expiresAt?.toISOString() ?? "infinity", last.eventNo, last.lineNo])
    : null;
  const items = shown.map((lot) => ({
    eventNo: lot.eventNo,
    lineNo: lot.lineNo,
    programId: lot.programId,
    programName: context.programs.get(lot.programId)?.name ?? "",
    category: CATEGORY_LABELS[lot.category],
    currency: nameOfCurrency(context, lot.currencyId),
    awardId: awardIdOf(lot.eventId, lot.lineNo),
    source: lot.source,
    transactionId: lot.transactionId,
    amount: points(lot.amount),
    remaining: points(lot.remaining),
    openedAt: formatIso(lot.openedAt.getTime(), timeZone),
    expiresAt: timeOrNull(lot.expiresAt),
    rolls: lot.rolls,
    convertsAt: timeOrNull(lot.convertsAt),
  }));
  return { items, next, total };
};

const parseLotPosition = (after: string) => {
  const [expiresAt, eventNo, lineNo] = decodeCursor(after, 3) ?? [];
  const isTime = expiresAt === "infinity" || isCursorTime(expiresAt);
  const isPosting =
    Number.isSafeInteger(eventNo) && Number.isInteger(lineNo) && Math.abs(Number(lineNo)) <= 32_767;
  if (!isTime || !isPosting) throw errors.bad_cursor({ field: "after" });
  return { expiresAt: expiresAt as string, eventNo: Number(eventNo), lineNo: Number(lineNo) };
};

/**
 * Regular points over all programs at the end of each of the last `days` local days and today, oldest first.
 * Raises ledger.unknown_customer.
 */
export const readBalanceHistory = async (
  tx: Tx,
  organisation: Organisation,
  partyId: number,
  days: number,
  now: Instant,
): Promise<Static<typeof BalanceHistory>> => {
  const { id: orgId, timeZone } = organisation;
  const state = await stateOf(tx, orgId, partyId);
  const firstEvent = 1 + (await newestEventBefore(tx, orgId, state, startOfDay(now, timeZone, -days), false));
  const movements = await movementsByDay(tx, orgId, partyId, firstEvent, timeZone);
  const moved = new Map(movements.flatMap(({ date, moved }) => (date === null ? [] : [[date, moved]])));
  const today = localDate(now, timeZone);
  // From the balance now back through the days; what is booked in days to come (a till whose clock runs ahead) goes first.
  let balance = movements[0]?.current ?? 0;
  for (const [date, amount] of moved) if (date > today) balance -= amount;
  const items = Array.from({ length: days + 1 }, (_, back) => {
    const date = localDate(startOfDay(now, timeZone, -back) + 43_200_000, timeZone);
    const item = { date, balance: points(balance) };
    balance -= moved.get(date) ?? 0;
    return item;
  }).reverse();
  return { items, next: null, total: items.length };
};
