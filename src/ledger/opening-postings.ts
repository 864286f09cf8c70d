import { type AccountKey, CATEGORIES, type Posting } from "./schema.ts";

/** What concerns a party: a program, and points or one of its alternate currencies. */
export type OpenedPair = Pick<AccountKey, "programId" | "currencyId">;

/** Name of the event that opens ledgers besides registration. */
export const BULK_OPENING = "PointsLedgerBulkJob";

/** An opening balance of zero in each category of each pair (points-ledger.md §1). */
export const openingPostings = (pairs: readonly OpenedPair[]): Posting[] => {
  const distinct = new Map(pairs.map((pair) => [`${pair.programId}/${pair.currencyId}`, pair]));
  return [...distinct.values()].flatMap(({ programId, currencyId }) =>
    CATEGORIES.map(
      (category): Posting => ({ programId, currencyId, category, contra: "opening", amount: 0 }),
    ),
  );
};
