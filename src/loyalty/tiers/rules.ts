import type { Money } from "#platform";

/** A tier with its threshold in exact money. */
export interface CompiledTier {
  readonly number: number;
  readonly name: string;
  readonly description: string;
  readonly color: string;
  readonly threshold: Money;
}

/** Number of the highest tier whose threshold is reached; exactly the threshold qualifies, and everyone has the base tier. */
export const highestReached = (tiers: readonly CompiledTier[], lifetimePurchases: Money): number => {
  for (let index = tiers.length - 1; index > 0; index--) {
    const tier = tiers[index]!;
    if (lifetimePurchases >= tier.threshold) return tier.number;
  }
  return tiers[0]!.number;
};

/** The tier after an evaluation: an upgrade may jump several tiers; a purchase never lowers one. */
export const tierAfter = (
  tiers: readonly CompiledTier[],
  current: number,
  lifetimePurchases: Money,
): number => {
  const reached = highestReached(tiers, lifetimePurchases);
  return reached > current ? reached : current;
};

/** The tier of that number; the highest one below it when a later version of the program no longer has it. */
export const tierNumbered = (tiers: readonly CompiledTier[], number: number): CompiledTier => {
  for (let index = Math.min(number, tiers.length) - 1; index > 0; index--) {
    const tier = tiers[index]!;
    if (tier.number <= number) return tier;
  }
  return tiers[0]!;
};

/** The next tier up, or null at the top. */
export const nextTier = (tiers: readonly CompiledTier[], number: number): CompiledTier | null =>
  tiers.find((tier) => tier.number > number) ?? null;

export interface Progress {
  readonly criterion: "lifetime_purchases";
  readonly value: Money;
  /** Purchases still missing for the next tier; null at the top. */
  readonly toNext: Money | null;
}

/** How far a member is from the next tier. */
export const progressOf = (
  tiers: readonly CompiledTier[],
  number: number,
  lifetimePurchases: Money,
): Progress => {
  const next = nextTier(tiers, number);
  return {
    criterion: "lifetime_purchases",
    value: lifetimePurchases,
    toNext: next === null ? null : Math.max(0, next.threshold - lifetimePurchases),
  };
};
