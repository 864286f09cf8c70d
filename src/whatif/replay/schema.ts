import type { Millipoints, Money } from "#platform";
import type { Reason } from "./difference.ts";

/** Points or another currency of one category; `taken` is what returns took back of it. */
export interface GivenSum {
  readonly currencyId: number;
  readonly category: number;
  readonly given: Millipoints;
  readonly taken: Millipoints;
}

/** What one rule did over all bills. */
export interface RuleSum {
  readonly version: number;
  readonly setName: string;
  readonly ruleId: string;
  readonly name: string;
  /** How often its condition was looked at, was true, and could not be told. */
  readonly tried: number;
  readonly hits: number;
  readonly undetermined: number;
  readonly given: readonly Omit<GivenSum, "taken">[];
}

/** Points, all categories together, of one month of the organisation's zone. */
export interface MonthSum {
  readonly month: string;
  readonly given: Millipoints;
  readonly taken: Millipoints;
  /** What of them expires in the month, if nothing is spent. */
  readonly expiring: Millipoints;
}

export interface TierMove {
  /** At the beginning of the period; null: not a member yet. */
  readonly from: number | null;
  /** At its end; null: not a member. */
  readonly to: number | null;
  readonly customers: number;
}

/** What one set of rules comes to. */
export interface LaneSum {
  readonly given: readonly GivenSum[];
  readonly rules: readonly RuleSum[];
  readonly months: readonly MonthSum[];
  /** Points that never expire. */
  readonly lasting: Millipoints;
  readonly tiers: readonly TierMove[];
}

/** What was recorded. When it expires is in the ledger, not told here. */
export type RecordedSum = Pick<LaneSum, "given" | "tiers"> & {
  readonly months: readonly Omit<MonthSum, "expiring">[];
};

/** Customers whose points differ by so much: from `from` on and below `until`; null: without end. */
export interface Bucket {
  readonly from: Millipoints | null;
  readonly until: Millipoints | null;
  readonly customers: number;
  readonly difference: Millipoints;
}

/** Bills that the version in force decides otherwise than they were recorded. */
export interface ReasonSum {
  readonly reason: Reason;
  readonly bills: number;
  /** Of them, those with other points. */
  readonly inPoints: number;
  /** Some of them, by id. */
  readonly examples: readonly number[];
}

/** What a replay comes to. Amounts are exact. */
export interface Summary {
  readonly customers: number;
  readonly bills: number;
  readonly amount: Money;
  readonly tried: LaneSum;
  /** What it is compared with: another version, or what was in force, replayed. */
  readonly compared: LaneSum;
  readonly recorded: RecordedSum;
  readonly difference: {
    readonly winners: number;
    readonly losers: number;
    readonly same: number;
    readonly gained: Millipoints;
    readonly lost: Millipoints;
    readonly buckets: readonly Bucket[];
  };
  /** Whether the versions in force, replayed, come to what was recorded. */
  readonly parity: { readonly bills: number; readonly equal: number; readonly reasons: readonly ReasonSum[] };
}

/** One customer's part of it. Points of all categories, net of returns. */
export interface CustomerRow {
  readonly partyId: number;
  readonly bills: number;
  readonly amount: Money;
  readonly recorded: Millipoints;
  readonly compared: Millipoints;
  readonly tried: Millipoints;
  readonly tierBegin: number | null;
  readonly tierRecorded: number | null;
  readonly tierCompared: number | null;
  readonly tierTried: number | null;
}
