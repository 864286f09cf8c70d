import type { Instant, Millipoints, Money } from "#platform";
import type { Membership, TierChange } from "../decide/schema.ts";
import { type ChangeTerms, enterTier } from "./enter.ts";
import {
  highestReached,
  isReached,
  type Measures,
  type Tiered,
  type TrackerValue,
  tierNumbered,
} from "./rules.ts";

/** By which tiers a bill earns. */
export interface EarningTiers {
  readonly tier: number;
  /** Where the bill is split: up to an amount it earns by `tier`, the rest by another. */
  readonly split: TierSplit | null;
}

export interface TierSplit {
  readonly at: Money;
  /** 0: the rest earns nothing. */
  readonly tier: number;
}

/** What a bill earned by some tiers, as far as tiers look at it. */
export interface EarnedPoints {
  /** Regular points. */
  readonly points: Millipoints;
  /** With the bill; absent where the program has no trackers. */
  readonly trackerValue?: TrackerValue;
}

export interface StepInput {
  readonly facts: {
    readonly billedAt: Instant;
    readonly amount: Money;
    /** Tier in force on the bill's date, where that lies before the newest tier change as it was read. */
    readonly tierAtDate?: number;
  };
  readonly before: Membership;
  /** With the bill counted, still in its tier. */
  readonly counted: Membership;
  /** Before the bill. */
  readonly balance: Millipoints;
  readonly lifetimePoints: Millipoints;
}

/** What of a program the step needs: a compiled one fits. */
export interface TieredProgram extends Tiered {
  readonly timeZone: string;
  readonly numbering: number;
}

export interface TierStep<Earned extends EarnedPoints> {
  readonly earned: Earned;
  readonly earning: EarningTiers;
  /** The tier on the bill's date, before it is counted. */
  readonly tierBefore: number;
  /** Older than the member's newest tier change. */
  readonly isLate: boolean;
  readonly tierChange: TierChange | null;
  readonly membership: Membership;
}

/**
 * The place of tiers in the decision of a bill: by which tier it earns, what it earns so, and in which tier the member is afterwards. Pure;
 * `earn` is asked as often as needed for what the bill earns by some tiers, and must not remember. The bill that crosses a threshold earns
 * by the old tier (lazy), the new one (eager), or each for its part (dynamic). Points criteria see the points that it earns by the old one.
 */
export const tierStep = <Earned extends EarnedPoints>(
  program: TieredProgram,
  input: StepInput,
  earn: (earning: EarningTiers) => Earned,
): TierStep<Earned> => {
  const { facts, before } = input;
  const tierBefore = facts.tierAtDate ?? tierOn(before, facts.billedAt);
  const isLate = facts.tierAtDate !== undefined || facts.billedAt < before.tierSince.getTime();
  const plain: EarningTiers = { tier: tierBefore, split: null };
  const { type, countsPoints, countsTrackers = false } = program.tierStrategy;
  // An eager bill that neither points nor trackers decide earns once only.
  const asksFirst = type === "eager" && !countsPoints && !countsTrackers && !isLate;
  const first = asksFirst ? null : earn(plain);
  const tierNumber = tierAfter(program, input, first ?? NOTHING_EARNED);
  const moves = tierNumber !== before.tierNumber;
  const earning =
    moves && !isLate ? earningOf(program, input, plain, tierNumber, first ?? NOTHING_EARNED, earn) : plain;
  const earned = first !== null && earning === plain ? first : earn(earning);
  const { membership, tierChange } = moves
    ? enterTier(program, settled(input.counted), termsOf(before, tierNumber, facts.billedAt))
    : { membership: settled(input.counted), tierChange: null };
  return { earned, earning, tierBefore, isLate, tierChange, membership };
};

const NOTHING_EARNED: EarnedPoints = { points: 0 };

/** What was to be looked at anew has been. */
const settled = (counted: Membership): Membership =>
  counted.reassessTier === true ? { ...counted, reassessTier: false } : counted;

const termsOf = ({ tierNumber }: Membership, to: number, at: Instant): ChangeTerms => ({
  to,
  at,
  reason: to > tierNumber ? "upgrade" : "reassessed",
});

/** The tier held on a date, as far as the membership itself can tell: changes decided since it was read are with it. */
export const tierOn = ({ changes, tierNumber }: Membership, at: Instant): number => {
  if (changes === undefined) return tierNumber;
  for (let index = changes.length - 1; index >= 0; index--) {
    if (changes[index]!.at <= at) return changes[index]!.to;
  }
  return changes[0]?.from ?? tierNumber;
};

/**
 * The tier with the bill counted: the highest one reached, but never a lower one unless the member's was to be looked at anew. A version
 * whose tiers have other numbers than the member's by now moves nobody: the next bill does.
 */
const tierAfter = (program: TieredProgram, input: StepInput, earned: EarnedPoints): number => {
  const { before } = input;
  if ((before.numbering ?? 1) > program.numbering) return before.tierNumber;
  const reached = highestReached(program, measuresOf(input, earned, input.counted.lifetimePurchases));
  return before.reassessTier === true ? reached : Math.max(reached, before.tierNumber);
};

const measuresOf = (
  { counted, balance, lifetimePoints }: StepInput,
  { points, trackerValue }: EarnedPoints,
  lifetimePurchases: Money,
): Measures => ({
  lifetimePurchases,
  currentPoints: balance + points,
  lifetimePoints: lifetimePoints + points,
  visits: counted.visitCount,
  ...(trackerValue === undefined ? undefined : { trackerValue }),
});

const earningOf = (
  program: TieredProgram,
  input: StepInput,
  plain: EarningTiers,
  tierNumber: number,
  first: EarnedPoints,
  earn: (earning: EarningTiers) => EarnedPoints,
): EarningTiers => {
  const { tier } = plain;
  switch (program.tierStrategy.type) {
    case "lazy":
      return plain;
    case "eager":
      return { tier: tierNumber, split: null };
    case "dynamic": {
      const at = tierNumber > tier ? splitOf(program, input, tier, tierNumber, first, earn) : null;
      return at === null ? plain : { tier, split: { at, tier: tierNumber } };
    }
  }
};

/**
 * The least part of the bill with which the new tier is reached; null when its amount does not decide: the tier is reached with none of
 * it, by the visit or by what was there before. More of a bill never reaches less, so that the place is found by halving.
 */
const splitOf = (
  program: TieredProgram,
  input: StepInput,
  tierBefore: number,
  tierNumber: number,
  { trackerValue }: EarnedPoints,
  earn: (earning: EarningTiers) => EarnedPoints,
): Money | null => {
  const { amount } = input.facts;
  const { tierStrategy, tiers } = program;
  const target = tierNumbered(tiers, tierNumber);
  // What trackers come to is no matter of a part of the bill.
  const values = trackerValue === undefined ? {} : { trackerValue };
  const reachesWith = (at: Money): boolean => {
    const points = tierStrategy.countsPoints ? earn({ tier: tierBefore, split: { at, tier: 0 } }).points : 0;
    const purchases = input.counted.lifetimePurchases - amount + at;
    return isReached(tierStrategy, target, measuresOf(input, { points, ...values }, purchases));
  };
  if (amount <= 0 || reachesWith(0)) return null;
  let [below, above] = [0, amount];
  while (above - below > 1) {
    const middle = below + Math.floor((above - below) / 2);
    if (reachesWith(middle)) above = middle;
    else below = middle;
  }
  // With all of it needed there is no rest to earn more.
  return above === amount ? null : above;
};
