import type { Millipoints, Money } from "#platform";
import type { Combined } from "./combination.ts";
import type { Validity } from "./validity.ts";

/** What an upgrade may look at. */
export type CriterionKind =
  | "lifetime_purchases"
  | "current_points"
  | "lifetime_points"
  | "visits"
  | "tracker";

export interface CompiledCriterion {
  readonly kind: CriterionKind;
  /** The case of a tracker; 0 for the others. */
  readonly trackerId: number;
  readonly caseId: number;
  /** Exact units per unit of the definition: of money, points or a tracker's value; 1 for visits. */
  readonly scale: number;
}

export type RenewalKind = "purchases" | "visits" | "points" | "tracker";

export interface CompiledRenewalCondition {
  readonly kind: RenewalKind;
  readonly trackerId: number;
  readonly caseId: number;
  /** In exact units, as `scale` says. */
  readonly threshold: number;
  readonly scale: number;
}

/** How a renewed tier goes on (tiers.md §3.2); tiers that end on a day of the year always go on to the next one. */
export type Extension =
  | { readonly by: "one_month" }
  | { readonly by: "validity" }
  | { readonly by: "fixed_date"; readonly date: string };

export interface CompiledRenewal {
  readonly conditions: readonly CompiledRenewalCondition[];
  readonly holds: Combined;
  readonly extend: Extension;
}

/** A tier with its thresholds in exact units. */
export interface CompiledTier {
  readonly number: number;
  /** Stays the same when tiers are inserted below or removed. */
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly color: string;
  /** Of the primary criterion. */
  readonly threshold: number;
  /** Of every criterion, the primary one's first. */
  readonly thresholds: readonly number[];
  /** Null: members stay until they are moved. */
  readonly validity: Validity | null;
  /** Null: the tier is not renewed when it ends. */
  readonly renewal: CompiledRenewal | null;
}

/** Where members go whose tier ends, and when that is looked at. */
export interface DowngradePolicy {
  readonly target: "one_below" | "by_eligibility" | "lowest";
  /** On the last day of each month, or daily. */
  readonly check: "monthly" | "daily";
  /** Whether a return that undoes what reached a tier takes it back. */
  readonly onReturn: boolean;
  /** Whether points that live as long as a tier go on living with the next one, or the renewed one. */
  readonly extendPoints: boolean;
  /** Ascending. */
  readonly remindDaysBefore: readonly number[];
}

export interface TierStrategy {
  /** The primary one first. */
  readonly criteria: readonly CompiledCriterion[];
  readonly holds: Combined;
  readonly type: "lazy" | "eager" | "dynamic";
  /** Whether any criterion counts points. */
  readonly countsPoints: boolean;
  /** Whether any criterion is the value of a tracker. */
  readonly countsTrackers?: boolean;
  /** Null: tiers do not end. */
  readonly downgrade: DowngradePolicy | null;
}

/** What of a program its tiers need. */
export interface Tiered {
  readonly tiers: readonly CompiledTier[];
  readonly tierStrategy: TierStrategy;
}

/** Value of a tracker's case for the member, in the exact units of what it tracks. */
export type TrackerValue = (trackerId: number, caseId: number) => number;

/** Of one for whom nothing was tracked. */
export const NO_TRACKERS: TrackerValue = () => 0;

/** What a member comes to, by everything that criteria look at. */
export interface Measures {
  readonly lifetimePurchases: Money;
  readonly currentPoints: Millipoints;
  readonly lifetimePoints: Millipoints;
  readonly visits: number;
  readonly trackerValue?: TrackerValue;
}

/** The member's value of a criterion, in its exact units. */
export const measureOf = ({ kind, trackerId, caseId }: CompiledCriterion, measures: Measures): number => {
  switch (kind) {
    case "lifetime_purchases":
      return measures.lifetimePurchases;
    case "current_points":
      return measures.currentPoints;
    case "lifetime_points":
      return measures.lifetimePoints;
    case "visits":
      return measures.visits;
    case "tracker":
      return (measures.trackerValue ?? NO_TRACKERS)(trackerId, caseId);
  }
};

/** Whether the condition of a tier holds; exactly a threshold qualifies. Everyone has the base tier. */
export const isReached = (
  { criteria, holds }: TierStrategy,
  { number, thresholds }: CompiledTier,
  measures: Measures,
): boolean => {
  if (number === 1) return true;
  // By far the usual case, and asked for every bill.
  if (criteria.length === 1) return measureOf(criteria[0]!, measures) >= thresholds[0]!;
  return holds(criteria.map((criterion, index) => measureOf(criterion, measures) >= thresholds[index]!));
};

/** Number of the highest tier whose condition holds, whether or not those of the tiers below do. */
export const highestReached = ({ tiers, tierStrategy }: Tiered, measures: Measures): number => {
  for (let index = tiers.length - 1; index > 0; index--) {
    if (isReached(tierStrategy, tiers[index]!, measures)) return tiers[index]!.number;
  }
  return tiers[0]!.number;
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

/** How far a member is by one criterion. */
export interface CriterionGap {
  readonly criterion: CompiledCriterion;
  readonly value: number;
  /** Null at the top. */
  readonly threshold: number | null;
  /** Null at the top. */
  readonly gap: number | null;
}

/** How far a member is from the next tier, by each criterion. */
export const gapsOf = (
  { tiers, tierStrategy: { criteria } }: Tiered,
  number: number,
  measures: Measures,
): CriterionGap[] => {
  const next = nextTier(tiers, number);
  return criteria.map((criterion, index) => {
    const value = measureOf(criterion, measures);
    const threshold = next === null ? null : next.thresholds[index]!;
    return { criterion, value, threshold, gap: threshold === null ? null : Math.max(0, threshold - value) };
  });
};
