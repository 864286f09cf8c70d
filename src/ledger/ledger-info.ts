import type { Static } from "@fastify/type-provider-typebox";
import { formatDecimal, formatLedger, POINTS_SCALE, type Tx, toDecimal } from "#platform";
import type { LedgerBalance, LedgerInfo } from "./answers.ts";
import type { LedgerCustomer } from "./customer-reference.ts";
import { errors } from "./errors.ts";
import { filteredEvents, filteredLines } from "./filtered-events.ts";
import type { LedgerQuery, QueryContext } from "./ledger-query.ts";
import {
  balancesAfter,
  isUnfiltered,
  type LedgerLine,
  type LedgerState,
  linesOfEvents,
  rangeOf,
  readState,
  showsAccount,
} from "./pages.ts";
import { type AccountKey, BILL_EVENTS, CATEGORY_NAMES, POINTS, type Reference } from "./schema.ts";

type Entry = Static<typeof LedgerInfo>["ledgerEntries"][number];
type EntryDetail = Entry["entryDetails"][number];
type ClosingBalance = Static<typeof LedgerBalance>["ledgerDetails"]["ledgerClosingBalance"][number];

interface View {
  readonly state: LedgerState;
  /** How many events the query selects. */
  readonly total: number;
  /** Number of the newest of them. */
  readonly newest: number;
  /** Numbers of the events on the page, in its order. */
  readonly eventNos: readonly number[];
  readonly unfiltered: boolean;
}

/**
 * The events that a query selects and those on its page. Where only dates narrow the ledger both follow from the
 * numbers of the first and last event, so that a page costs the same wherever it lies.
 */
const select = async (tx: Tx, orgId: number, partyId: number, query: LedgerQuery): Promise<View> => {
  const { filter, page, size, ascending } = query;
  const state = await readState(tx, orgId, partyId);
  if (state === null) throw errors.nothing_found();
  const range = await rangeOf(tx, orgId, state, filter);
  const unfiltered = isUnfiltered(filter, state.accounts);
  if (!unfiltered) {
    const found = await filteredEvents(tx, orgId, partyId, range, filter, state.accounts, {
      limit: size,
      skip: page * size,
      ascending,
    });
    if (found.eventNos.length === 0)
      throw page === 0 ? errors.nothing_found() : errors.beyond_last_page({ page });
    return { state, unfiltered, ...found };
  }
  const total = Math.max(0, range.last - range.first + 1);
  if (total === 0) throw errors.nothing_found();
  const count = Math.min(size, total - page * size);
  if (count <= 0) throw errors.beyond_last_page({ page });
  const begin = ascending ? range.first + page * size : range.last - page * size;
  const eventNos = Array.from({ length: count }, (_, index) => (ascending ? begin + index : begin - index));
  return { state, unfiltered, total, newest: range.last, eventNos };
};

const pageOf = ({ page, size }: LedgerQuery, total: number) => ({
  pageNumber: page,
  pageSize: size,
  totalEntries: total,
  pageCount: Math.ceil(total / size),
});

const idsOf = (customer: LedgerCustomer) => ({
  userId: customer.partyId,
  ...(customer.externalId === null ? {} : { externalId: customer.externalId }),
  entityType: "CUSTOMER" as const,
});

/** Answers getCustomerLedgerInfo. Raises 11003 when nothing matches or the page lies beyond the last. */
export const readLedgerInfo = async (
  tx: Tx,
  context: QueryContext,
  customer: LedgerCustomer,
  query: LedgerQuery,
): Promise<Static<typeof LedgerInfo>> => {
  const orgId = context.organisation.id;
  const { partyId, firstName, lastName } = customer;
  const { total, eventNos, unfiltered } = await select(tx, orgId, partyId, query);
  const lines = unfiltered
    ? await linesOfEvents(tx, orgId, partyId, Math.min(...eventNos), Math.max(...eventNos))
    : await filteredLines(tx, orgId, partyId, eventNos, query.filter);
  const byEvent = linesByEvent(lines);
  return {
    customerDetails: { firstName, lastName, ...idsOf(customer) },
    ledgerDetails: pageOf(query, total),
    ledgerEntries: eventNos.map((eventNo) => shapeEntry(context, partyId, byEvent.get(eventNo) ?? [])),
    warnings: [],
  };
};

/** Lines grouped by their event's number; each group in order of lines. */
export const linesByEvent = (lines: readonly LedgerLine[]): Map<number, LedgerLine[]> => {
  const groups = new Map<number, LedgerLine[]>();
  for (const line of lines) {
    const group = groups.get(line.eventNo);
    if (group) group.push(line);
    else groups.set(line.eventNo, [line]);
  }
  return groups;
};

const detailOf = ({ programs, currencies }: QueryContext, line: LedgerLine): EntryDetail => {
  const program = programs.get(line.programId);
  const currency = line.currencyId === POINTS ? undefined : currencies.get(line.currencyId);
  return {
    ledgerEntryType: line.contra === "opening" ? "OPENING_BALANCE" : line.amount < 0 ? "DEBIT" : "CREDIT",
    points: formatDecimal(Math.abs(line.amount), POINTS_SCALE, program?.decimals ?? 2),
    pointsCategory: CATEGORY_NAMES[line.category],
    programName: program?.name ?? "",
    programId: line.programId,
    ...(currency === undefined ? {} : { alternateCurrencyName: currency.name }),
  };
};

/** A merge posts a line for each lot that moves; what is told is what each account got or gave. */
const onePerAccount = (lines: readonly LedgerLine[]): readonly LedgerLine[] => {
  if (!lines.some(({ contra }) => contra === "merge")) return lines;
  const accounts = new Map<string, LedgerLine>();
  for (const line of lines) {
    const side = line.amount < 0 ? "debit" : "credit";
    const key = `${line.programId}/${line.currencyId}/${line.category}/${side}`;
    const known = accounts.get(key);
    accounts.set(key, known === undefined ? line : { ...line, amount: known.amount + line.amount });
  }
  return [...accounts.values()];
};

const sum = (lines: readonly LedgerLine[]) => lines.reduce((total, line) => total + line.amount, 0);
const threeDecimals = (amount: number) => formatDecimal(amount, POINTS_SCALE, 3);

/** Nets of the lines shown: points in one figure, alternate currencies by name. */
const netsOf = ({ currencies }: QueryContext, lines: readonly LedgerLine[]) => {
  const points = lines.filter((line) => line.currencyId === POINTS);
  const others = lines.filter((line) => line.currencyId !== POINTS);
  const netPointsOnEvent = points.length === 0 ? "0" : threeDecimals(sum(points));
  if (others.length === 0) return { netPointsOnEvent };
  const ids = [...new Set(others.map((line) => line.currencyId))];
  const nets = ids.map((id) => [
    currencies.get(id)?.name ?? String(id),
    threeDecimals(sum(others.filter((line) => line.currencyId === id))),
  ]);
  return {
    netPointsOnEvent,
    netAlternateCurrenciesOnEvent: Object.fromEntries(nets) as Record<string, string>,
  };
};

const transactionOf = (
  { organisation }: QueryContext,
  eventName: string,
  reference: Reference | null,
): Entry["transactionDetails"] => {
  if (reference?.transactionId === undefined || !BILL_EVENTS.has(eventName)) return {};
  const { transactionId, transactionNumber = "", date, amount, grossAmount, source } = reference;
  const money = (value: number) => toDecimal(value, organisation.moneyScale);
  return {
    transactionId,
    transactionNumber,
    ...(date === undefined ? {} : { date: formatLedger(date, organisation.clusterTimeZone) }),
    ...(amount === undefined ? {} : { amount: money(amount) }),
    ...(grossAmount === undefined ? {} : { grossBillAmount: money(grossAmount) }),
    ...(source === undefined ? {} : { source: source.toLowerCase() }),
  };
};

const eventDetailsOf = (
  { organisation }: QueryContext,
  eventName: string,
  reference: Reference | null,
): Entry["eventDetails"] => {
  const { date, promotionId, promotionName, reason } = reference ?? {};
  const isDated = date !== undefined && (BILL_EVENTS.has(eventName) || eventName === "TargetCompleted");
  return {
    ...(isDated ? { eventDate: formatLedger(date, organisation.clusterTimeZone) } : {}),
    ...(promotionId === undefined ? {} : { promotionId }),
    ...(promotionName === undefined ? {} : { promotionName }),
    ...(reason === undefined ? {} : { reason }),
  };
};

/** One ledger entry of the documented answer from the lines of its event that are shown. */
export const shapeEntry = (context: QueryContext, partyId: number, lines: readonly LedgerLine[]): Entry => {
  const { organisation, programs } = context;
  const first = lines[0]!;
  const { eventId, eventName, bookedAt, tillId, sourceProgramId, reference } = first;
  const zone = organisation.clusterTimeZone;
  const store = tillId === null ? null : organisation.storeOfTill(tillId);
  return {
    eventLogId: eventId,
    eventName,
    customerId: partyId,
    ledgerCreatedDate: formatLedger(bookedAt.getTime(), zone),
    customerDetails: null,
    entryDetails: onePerAccount(lines).map((line) => detailOf(context, line)),
    ...netsOf(context, lines),
    transactionDetails: transactionOf(context, eventName, reference),
    store: store?.name ?? null,
    storeCode: store?.code ?? null,
    tillCode: tillId === null ? null : (organisation.till(tillId)?.code ?? null),
    eventDetails: eventDetailsOf(context, eventName, reference),
    sourceProgramId,
    sourceProgramName: sourceProgramId === null ? null : (programs.get(sourceProgramId)?.name ?? null),
    orgId: null,
  };
};

/**
 * Answers getCustomerLedgerBalance: every account of the view as it stood after the last entry that the filters select.
 * Raises 11003 when they select none.
 */
export const readLedgerBalance = async (
  tx: Tx,
  context: QueryContext,
  customer: LedgerCustomer,
  query: LedgerQuery,
): Promise<Static<typeof LedgerBalance>> => {
  const orgId = context.organisation.id;
  const { partyId } = customer;
  const { state, total, newest } = await select(tx, orgId, partyId, query);
  const accounts = state.accounts.filter((account) => showsAccount(query.filter, account));
  const balances =
    newest === state.eventCount
      ? accounts.map((account) => account.balance)
      : await balancesAfter(tx, orgId, partyId, accounts, newest);
  return {
    customerDetails: idsOf(customer),
    ledgerDetails: {
      ...pageOf(query, total),
      ledgerClosingBalance: accounts.map((account, index) =>
        shapeBalance(context, account, balances[index]!),
      ),
    },
    warnings: [],
  };
};

const shapeBalance = (
  { programs, currencies }: QueryContext,
  account: AccountKey,
  balance: number,
): ClosingBalance => {
  const currency = account.currencyId === POINTS ? undefined : currencies.get(account.currencyId);
  return {
    pointsCategory: CATEGORY_NAMES[account.category],
    programName: programs.get(account.programId)?.name ?? "",
    programId: account.programId,
    closingBalance: threeDecimals(balance),
    ...(currency === undefined ? {} : { alternateCurrencyName: currency.name }),
  };
};
