import { POINTS } from "#ledger";
import { type Award, type CompiledProgram, DEFAULT_EXPIRY, shareOf, type TransactionFacts } from "#loyalty";
import type { Organisation } from "#orgs";
import { type Instant, localDate, type Millipoints } from "#platform";
import { amountsThatCount, storeFactsOf, tendersOf } from "../bill-facts.ts";
import { postingsOf } from "../postings.ts";
import type { Fraction, ReturnedShare } from "../returns/clawback.ts";
import { returnedShareOf } from "../returns/consequence.ts";
import type { BillLine, GoneBack } from "../returns/schema.ts";
import { zoneOfStore } from "../visits.ts";
import type { BillDetails, RecordedBill } from "./schema.ts";

/** What a decision about a bill knows that the bill itself does not say. */
export type DecisionMoment = Pick<TransactionFacts, "now"> &
  Partial<Pick<TransactionFacts, "tierAtDate" | "firstOfDay" | "loyaltyBlocked">>;

/** A recorded bill as decisions see it: what it was decided by, as far as it was kept. Pure. */
export const factsOfRecorded = (
  bill: RecordedBill & { readonly inside: BillDetails },
  organisation: Organisation,
  moment: DecisionMoment,
): TransactionFacts => {
  const { inside } = bill;
  return {
    transactionId: bill.id,
    number: inside.number,
    billedAt: bill.billedAt.getTime(),
    ...amountsThatCount({ amount: bill.amount, lines: inside.lines.map(lineFactsOf) }),
    grossAmount: inside.grossAmount,
    discount: inside.discount,
    moneyScale: organisation.moneyScale,
    note: inside.note,
    extendedFields: inside.extendedFields,
    store: storeFactsOf(organisation, bill.storeId),
    source: inside.source,
    ...(inside.paymentModes.length === 0 ? {} : { tenders: tendersOf(inside.paymentModes) }),
    timeZone: zoneOfStore(organisation, bill.storeId),
    ...moment,
  };
};

/** Lines are stored with their extended fields among the details. */
const lineFactsOf = ({ lineNo: _, details, ...line }: BillLine): TransactionFacts["lines"][number] => {
  const { extendedFields = {}, ...rest } = details ?? {};
  return {
    ...line,
    details: Object.keys(rest).length === 0 ? null : rest,
    ...{ extendedFields: extendedFields as Readonly<Record<string, unknown>> },
  };
};

/** The day of a bill as visits are counted: in the zone of its store. */
export const visitDayOfRecorded = (
  organisation: Organisation,
  { billedAt, storeId }: Pick<RecordedBill, "billedAt" | "storeId">,
): string => localDate(billedAt.getTime(), zoneOfStore(organisation, storeId));

/** Points that a bill gave, alike in account, line and dates: what the ledger keeps as one lot. */
export interface GivenLot {
  readonly currencyId: number;
  /** 1 regular, 2 promised, 3 trigger-based. */
  readonly category: number;
  readonly points: Millipoints;
  /** What returns took back of it. */
  readonly taken: Millipoints;
  /** Null: never. */
  readonly expiresAt: Instant | null;
  readonly convertsAt: Instant | null;
  readonly rolls: boolean;
  readonly expiryStrategyId: number;
}

/**
 * The lots that awards of a bill come to, and what is taken back of each once so much of the bill went back (null: nothing did): shares,
 * rounded as the program rounds. What an organisation has decided anew after a return is not reckoned here. Pure.
 */
export const lotsOfBill = (
  program: CompiledProgram,
  awards: readonly Award[],
  transactionId: number,
  gone: GoneBack | null,
): GivenLot[] => {
  const share = gone === null ? null : returnedShareOf(gone);
  return postingsOf(awards, transactionId).map(({ currencyId, category, amount, lot, expiresAt }) => ({
    currencyId,
    category,
    points: amount,
    taken: share === null ? 0 : takenOf(program, currencyId, amount, partOf(share, lot?.billLine ?? 0)),
    expiresAt: expiresAt ?? null,
    convertsAt: lot?.convertsAt ?? null,
    rolls: lot?.rolls ?? false,
    expiryStrategyId: lot?.details?.expiryStrategyId ?? DEFAULT_EXPIRY,
  }));
};

const partOf = (share: ReturnedShare, line: number): Fraction => (line === 0 ? share.bill : share.line(line));

const takenOf = (
  program: CompiledProgram,
  currencyId: number,
  amount: Millipoints,
  { returned, of }: Fraction,
): Millipoints => {
  const isReturnable = currencyId === POINTS || (program.currencies.get(currencyId)?.returnable ?? true);
  if (!isReturnable) return 0;
  if (returned >= of) return amount;
  return Math.min(amount, Math.max(0, shareOf(program, amount, returned, of)));
};
