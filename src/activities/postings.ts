import type { AccountKey, Category, Posting } from "#ledger";
import { type Award, type AwardCategory, DEFAULT_EXPIRY } from "#loyalty";

const CATEGORIES: Readonly<Record<AwardCategory, Category>> = { regular: 1, promised: 2, trigger_based: 3 };

/** The account to which an award goes. */
export const accountOf = ({ programId, currencyId, category }: Award): AccountKey => ({
  programId,
  currencyId,
  category: CATEGORIES[category],
});

/** One posting for what is alike in account, line, expiry and conversion, however many rules gave it. */
export const postingsOf = (awards: readonly Award[], transactionId: number): Posting[] => {
  const given = awards.filter((award) => award.points > 0);
  if (given.length < 2) return given.map((award) => postingOf(award, transactionId));
  const alike = new Map<string, Award>();
  for (const award of given) {
    const { currencyId, category, line, expiresAt, convertsAt, expiryStrategyId } = award;
    const key = [currencyId, category, line, expiresAt, convertsAt, expiryStrategyId].join();
    const other = alike.get(key);
    alike.set(key, other === undefined ? award : { ...other, points: other.points + award.points });
  }
  return [...alike.values()].map((award) => postingOf(award, transactionId));
};

/** What is usual is not said with the lot: points under the program's own expiry. The trace says which rules gave them. */
export const postingOf = (award: Award, transactionId: number): Posting => {
  const { points, expiresAt, line, convertsAt, rolls, source, expiryStrategyId } = award;
  return {
    ...accountOf(award),
    contra: "issued",
    amount: points,
    expiresAt,
    lot: {
      source,
      transactionId,
      billLine: line,
      convertsAt,
      rolls,
      details: expiryStrategyId === DEFAULT_EXPIRY ? null : { expiryStrategyId },
    },
  };
};
