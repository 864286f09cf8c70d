import type { Instant, Millipoints, Money } from "#platform";
import type { Membership } from "../decide/schema.ts";
import { type Entered, enterTier, renewTier } from "./enter.ts";
import {
  type CompiledRenewal,
  type CompiledRenewalCondition,
  type DowngradePolicy,
  isReached,
  type Measures,
  NO_TRACKERS,
  type Tiered,
  type TrackerValue,
  tierNumbered,
} from "./rules.ts";
import { endOfRenewed, type LookBack, lookBackOf } from "./validity.ts";

/** What a member did in a stretch of time, what went back taken off. */
export interface PeriodStanding {
  readonly purchases: Money;
  /** Distinct local days with a bill that was not wholly returned. */
  readonly visits: number;
  /** Regular points that were earned, whatever became of them since. */
  readonly points: Millipoints;
}

export const NO_STANDING: PeriodStanding = Object.freeze({ purchases: 0, visits: 0, points: 0 });

/** The member's value of a condition, in its exact units. */
export const renewalValue = (
  { kind, trackerId, caseId }: CompiledRenewalCondition,
  standing: PeriodStanding,
  trackerValue: TrackerValue = NO_TRACKERS,
): number => {
  switch (kind) {
    case "purchases":
      return standing.purchases;
    case "visits":
      return standing.visits;
    case "points":
      return standing.points;
    case "tracker":
      return trackerValue(trackerId, caseId);
  }
};

/** Whether the conditions of a tier hold; exactly a threshold suffices. */
export const isRenewed = (
  { conditions, holds }: CompiledRenewal,
  standing: PeriodStanding,
  trackerValue?: TrackerValue,
): boolean => holds(conditions.map((item) => renewalValue(item, standing, trackerValue) >= item.threshold));

/** What judging tiers needs of a program: a compiled one fits. */
export interface JudgingProgram extends Tiered {
  readonly timeZone: string;
}

/** Of a tier that ends in a program whose tiers do not: one that was given by hand until a day. */
const WITHOUT_STRATEGY: DowngradePolicy = {
  target: "by_eligibility",
  check: "daily",
  onReturn: false,
  extendPoints: false,
  remindDaysBefore: [],
};

export const downgradePolicyOf = ({ tierStrategy }: Tiered): DowngradePolicy =>
  tierStrategy.downgrade ?? WITHOUT_STRATEGY;

/** What the renewal of a member's tier looks back on; null when it is not renewed by conditions, or does not end. */
export const renewalPeriodOf = (program: JudgingProgram, membership: Membership): LookBack | null => {
  const { tierNumber, tierExpiresAt, tierSince, tierRenewedAt = null, returnTier = null } = membership;
  const { renewal, validity } = tierNumbered(program.tiers, tierNumber);
  if (renewal === null || tierExpiresAt === null || returnTier !== null) return null;
  return lookBackOf(validity, {
    expiresAt: tierExpiresAt.getTime(),
    enteredAt: tierSince.getTime(),
    wasRenewed: tierRenewedAt !== null,
    timeZone: program.timeZone,
  });
};

/** What judging looks at beside the membership. */
export interface Judged {
  readonly now: Instant;
  /** Over `renewalPeriodOf`; null where there is none. */
  readonly standing: PeriodStanding | null;
  /** As they stand now. */
  readonly measures: Measures;
}

/** What becomes of a tier that ended: it is renewed, or the member goes to another. Pure. */
export const judgeTier = (
  program: JudgingProgram,
  membership: Membership,
  { now, standing, measures }: Judged,
): Entered => {
  const { tierNumber, returnTier = null } = membership;
  // After a tier that an action gave for a time the member goes back, whatever the strategy says.
  if (returnTier !== null)
    return enterTier(program, membership, {
      to: Math.min(returnTier, program.tiers.length),
      at: now,
      reason: "tier ended",
    });
  const { renewal, validity } = tierNumbered(program.tiers, tierNumber);
  if (
    renewal !== null &&
    validity !== null &&
    standing !== null &&
    isRenewed(renewal, standing, measures.trackerValue)
  ) {
    const expiresAt = endOfRenewed(validity, renewal.extend, {
      expiresAt: membership.tierExpiresAt!.getTime(),
      enteredAt: membership.tierSince.getTime(),
      joinedAt: membership.joinedAt.getTime(),
      timeZone: program.timeZone,
    });
    return renewTier(membership, { at: now, reason: "renewal", expiresAt, isManual: false });
  }
  const to = downgradeTarget(program, tierNumber, measures);
  // The base tier that was given an end by hand is entered anew, and does not end.
  return enterTier(program, membership, {
    to,
    at: now,
    reason: to === tierNumber ? "tier ended" : "downgrade",
  });
};

/** Where a member goes whose tier ended and is not renewed. */
export const downgradeTarget = (program: Tiered, current: number, measures: Measures): number => {
  const below = Math.max(1, Math.min(current, program.tiers.length + 1) - 1);
  switch (downgradePolicyOf(program).target) {
    case "lowest":
      return 1;
    case "one_below":
      return below;
    case "by_eligibility": {
      for (let number = below; number > 1; number--)
        if (isReached(program.tierStrategy, tierNumbered(program.tiers, number), measures)) return number;
      return 1;
    }
  }
};

/**
 * The tier after a return, null when the return changes nothing: a member who had reached the tier and has not any more goes to the one that
 * fits. A tier that was given by hand stands until it ends, and one that is held for another reason is not the return's to take.
 */
export const tierAfterReturn = (
  program: Tiered,
  { tierNumber, isManualTier = false, returnTier = null }: Membership,
  before: Measures,
  after: Measures,
): number | null => {
  if (!downgradePolicyOf(program).onReturn || isManualTier || returnTier !== null) return null;
  const fits = (measures: Measures) => {
    for (let number = Math.min(tierNumber, program.tiers.length); number > 1; number--)
      if (isReached(program.tierStrategy, tierNumbered(program.tiers, number), measures)) return number;
    return 1;
  };
  const target = fits(after);
  return target < tierNumber && fits(before) === tierNumber ? target : null;
};
