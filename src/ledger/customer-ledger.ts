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
import type { BalanceHistory, Balances, Lots } from "./answers.ts";
import { errors } from "./errors.ts";
import type { QueryContext } from "./ledger-query.ts";
import {
  countLots,
  expiringNext,
  type LedgerState,
  lotsByExpiry,
  movementsByDay,
  newestEventBefore,
  readState,
} from "./pages.ts";
import { awardIdOf, CATEGORY_LABELS, POINTS } from "./schema.ts";

export interface ListPage {
  readonly after: string | undefined;
  readonly limit: number;
}

export const points = (amount: number) => toDecimal(amount, POINTS_SCALE);

/** The ledger of a customer. Raises ledger.unknown_customer. */
export const stateOf = async (tx: Tx, orgId: number, partyId: number): Promise<LedgerState> => {
  const state = await readState(tx, orgId, partyId);
  if (state === null) throw errors.unknown_customer({ id: partyId });
  return state;
};

export const nameOfCurrency = ({ currencies }: QueryContext, currencyId: number): string =>
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
      currencyId,
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
    awardedAt: lot.awardedAt === null ? null : formatIso(Number(lot.awardedAt), timeZone),
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
