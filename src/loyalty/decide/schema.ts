import type { Outcome, TraceStep } from "#expressions";
import type { Instant, Millipoints, Milliquantity, Money } from "#platform";
import type { AwardCategory } from "../programs/awards.ts";
import type { OutOfScope } from "../programs/scopes.ts";
import type { OrgTargets } from "../targets/compile.ts";
import type { TargetState } from "../targets/schema.ts";
import type { Tracked } from "../targets/tracked.ts";
import type { TrackerChanges, TrackerState } from "../trackers/state.ts";

/** A member's standing in one program. */
export interface Membership {
  readonly partyId: number;
  readonly programId: number;
  readonly joinedAt: Date;
  readonly tierNumber: number;
  readonly tierSince: Date;
  readonly tierExpiresAt: Date | null;
  readonly lifetimePurchases: Money;
  readonly transactionCount: number;
  /** Distinct local days with a bill. */
  readonly visitCount: number;
  /** YYYY-MM-DD in the zone of the bill's store. */
  readonly lastVisitOn: string | null;
  /** Number of the newest row of tier history; rows are numbered 1, 2, 3 … */
  readonly changeNo: number;
  /** When the tier was renewed or its end was moved last, since it was entered; null or absent: never. */
  readonly tierRenewedAt?: Date | null;
  /** Given by hand, to stand until it ends. */
  readonly isManualTier?: boolean;
  /** The next activity looks at the tier anew, and may lower it. */
  readonly reassessTier?: boolean;
  /** Where the member goes when the tier ends, instead of where the program says. */
  readonly returnTier?: number | null;
  /** What the tier's number is read by (`Numbering`); absent: the first. */
  readonly numbering?: number;
  /** Tiers that the member held and that are gone from the program; the changes are stored with the membership. */
  readonly moved?: readonly MovedTier[];
  /** Not stored yet: the customer joins with the bill being decided. */
  readonly isNew?: true;
  /** Tier changes decided since the membership was read, oldest first; they are stored with it. */
  readonly changes?: readonly TierChange[];
}

/** What is used of a limit per customer in one of its periods: thousandths of a point, small units of money, or a count. */
export interface LimitUse {
  readonly limitId: number;
  /** First day, YYYY-MM-DD. */
  readonly period: string;
  readonly used: number;
}

/** Uses of limits by `limitKey`. */
export type LimitUses = ReadonlyMap<string, number>;

/** What a decision may know about the customer, as it stands before the activity. */
export interface MemberState {
  /** As read; `newMembership` for a customer who joins with this bill; null for one outside the program. */
  readonly membership: Membership | null;
  readonly balance: Millipoints;
  readonly lifetimePoints: Millipoints;
  /** Absent: nothing of any limit is used. */
  readonly limitUses?: LimitUses;
  /** Absent: nothing was tracked. */
  readonly trackers?: TrackerState;
  /** Absent: the organisation has no targets, or they are not tracked here. */
  readonly targets?: { readonly definitions: OrgTargets; readonly state: TargetState };
  readonly profile: {
    readonly firstName: string;
    readonly lastName: string;
    readonly email: string;
    readonly mobile: string;
    readonly externalId: string | null;
    readonly loyaltyType: string;
    readonly extendedFields: Readonly<Record<string, unknown>>;
  };
}

export interface LineFacts {
  readonly itemCode: string;
  readonly description: string | null;
  readonly quantity: Milliquantity;
  readonly rate: Money;
  readonly value: Money;
  readonly discount: Money;
  readonly amount: Money;
  /** What else the till said of it, such as `returnableDays`. */
  readonly details?: Readonly<Record<string, unknown>> | null;
}

/** One payment of a bill. */
export interface TenderFacts {
  readonly code: string;
  readonly amount: Money;
  readonly notes: string | null;
}

/** A bill as the decision sees it. */
export interface TransactionFacts {
  readonly transactionId: number;
  readonly number: string;
  readonly billedAt: Instant;
  /** When it is decided: business time that comes in with the activity. */
  readonly now: Instant;
  /** Net. */
  readonly amount: Money;
  readonly grossAmount: Money | null;
  readonly discount: Money | null;
  /** Small units per currency unit. */
  readonly moneyScale: number;
  readonly note: string | null;
  readonly lines: readonly LineFacts[];
  readonly extendedFields: Readonly<Record<string, unknown>>;
  /** Codes of its zone and concept with those around them, nearest first. */
  readonly store: {
    readonly code: string;
    readonly name: string;
    readonly zones: readonly string[];
    readonly concepts: readonly string[];
  };
  /** Where it comes from, such as INSTORE. */
  readonly source: string;
  /** How it was paid; absent when that is not known. */
  readonly tenders?: readonly TenderFacts[];
  readonly timeZone: string;
  /** Tier in force on the bill's date, when that lies before the newest tier change as it was read (see `tiersAt`). */
  readonly tierAtDate?: number;
  /** For a bill dated before the member's newest visit: false when another bill of that local day is known. */
  readonly firstOfDay?: boolean;
  /** Why loyalty leaves this bill alone (outlier, customer not loyal …): nothing is earned or counted. */
  readonly loyaltyBlocked?: string;
}

/** Where an award came from, as the dialect names it (points.md §1). */
export type AwardSource = "bill_regular" | "line_item_regular";

/** Points that one rule gave, to the bill or to one of its lines; a rule that fired is there even when they round to zero. */
export interface Award {
  readonly programId: number;
  readonly ruleId: string;
  /** 0: points. */
  readonly currencyId: number;
  readonly category: AwardCategory;
  readonly points: Millipoints;
  /** Points before rounding, a decimal number with at most three decimals, as side effects show it. */
  readonly rawPoints: number;
  /** Line of the bill, from 1; 0: the bill as a whole. */
  readonly line: number;
  readonly source: AwardSource;
  /** Null: never. */
  readonly expiresAt: Instant | null;
  /** Later activities of the member move the expiry. */
  readonly rolls: boolean;
  /** When promised points become regular; null for others. */
  readonly convertsAt: Instant | null;
  readonly expiryStrategyId: number;
  /** Of a strategy named by a call; rules reckon by their own. */
  readonly awardStrategyId: number | null;
}

/** Where a tier change comes from, as events name it (event-notifications.md §5.5). */
export type UpgradeType = "STRATEGY" | "RULE_ACTION" | "MANUAL" | "IMPORT" | "PARTNER_PROGRAM";

export type TierChangeReason =
  | "joined"
  | "upgrade"
  | "reassessed"
  | "renewal"
  | "downgrade"
  | "tier ended"
  | "return"
  | "manual upgrade"
  | "manual downgrade"
  | "manual renewal"
  | "expiry moved"
  | "rule"
  | "tier removed"
  | "merge"
  | "merge undone";

export interface TierChange {
  /** Null when the member joined. The same as `to` when the tier was renewed. */
  readonly from: number | null;
  readonly to: number;
  readonly at: Instant;
  readonly reason: TierChangeReason;
  /** When the tier ends now; absent: it does not. */
  readonly expiresAt?: Instant;
  /** Absent: STRATEGY. */
  readonly upgradeType?: UpgradeType;
  readonly notes?: string;
  /** Of a tier that was removed, when numbers do not tell: whether the member went up. */
  readonly isUp?: boolean;
}

/** A change because a tier was removed: from a tier of the numbering before. */
export interface MovedTier extends TierChange {
  readonly numbering: number;
}

/** What one award of a rule came to. */
export interface AwardTrace {
  /** Millipoints awarded. */
  readonly p: Millipoints;
  /** Points before rounding. */
  readonly r: number;
  /** When they expire, where that is not as the trace says. */
  readonly e?: Instant | null;
  /** When promised ones become regular, the last of them where lines differ. */
  readonly c?: Instant;
  /** Shares of lines: line, millipoints, points before rounding. */
  readonly l?: readonly (readonly [line: number, points: Millipoints, raw: number])[];
  /** What it is for, where that is not the bill's amount: that of a line or payment, or what a limit left of it. */
  readonly b?: Money;
  /** A limit, by its place, cut it: from so many millipoints, or from so much money where the limit is one of money. */
  readonly k?: readonly [limit: number, whole: number];
  /** Nothing is given although the condition is true: the currency is not given on the bill's day, or the bill has no lines. */
  readonly n?: "inactive_currency" | "no_lines";
}

/** Rules of the set of that place ran next. */
export interface ForwardTrace {
  readonly f: number;
}

/** What one case came to: its aggregate without and with what was tracked, and whether it held (2: but forwarded often enough). */
export type CaseTrace = readonly [previous: number, current: number, outcome: 0 | 1 | 2];

/** The tracker of that place was evaluated. Values are in its exact units; cases are in their order. */
export interface TrackerTrace {
  readonly t: number;
  readonly v: number;
  readonly w: readonly CaseTrace[];
}

export type ActionTrace = AwardTrace | ForwardTrace | TrackerTrace;

/**
 * What one rule did; its program version says the rest. A rule whose only action is an award has what that came to in its own
 * fields; any other has its actions in `a`, in their order.
 */
export interface RuleTrace extends Partial<AwardTrace> {
  /** Index over the rules of all sets. */
  readonly i: number;
  /** Outcome: 0 false, 1 true, 2 undetermined. */
  readonly o: Outcome;
  /** Steps of the condition's evaluation: which part, its outcome, the values found. Absent where the trace's operands tell them. */
  readonly v?: readonly TraceStep[];
  /** Why it is undetermined: a clause for people. */
  readonly problem?: string;
  readonly a?: readonly ActionTrace[];
  /** The line or payment that it was run for, from 1. */
  readonly u?: number;
}

/** A set that did not run, by its place, and what of its scope kept it. */
export type SkippedSet = readonly [set: number, reason: OutOfScope];

export type TraceScalar = number | string | null;

/** What the sets of one activity did. */
export interface TracePart {
  /** Rules with more to tell than the outcome: that did something, could not be told, or ran for a line or payment. */
  readonly rules: readonly RuleTrace[];
  /** Outcomes of rules not run for lines or payments, a digit each, in the order in which they ran. Absent in older traces, whose `rules` has all. */
  readonly o?: string;
  /** Mark of the table of operands that `k`, `x` and `c` are by. */
  readonly h?: number;
  /** Those rules, where they are not the first, the second and so on. */
  readonly q?: readonly number[];
  /** Operands that were looked at, by place, where they are not the first, the second and so on; and their values. */
  readonly k?: readonly number[];
  readonly x?: readonly TraceScalar[];
  /** Values of operands that may change: for which of the outcomes it was first found, place, value. */
  readonly c?: readonly (readonly [outcome: number, place: number, value: TraceScalar])[];
  /** Zone of the store's clock, where it is not the organisation's. */
  readonly zone?: string;
  readonly skipped?: readonly SkippedSet[];
  /** Number of rules, run for lines or payments, that came to nothing and whose traces were not kept. */
  readonly untold?: number;
}

/** What the sets of an activity did that another one brought about. */
export interface RaisedTrace extends TracePart {
  readonly activity: "SlabUpgrade";
}

/** Everything needed to explain a decision beside the program version it names. Compact: one is stored per purchase. */
export interface Trace extends TracePart {
  readonly program: number;
  readonly version: number;
  readonly amount: Money;
  /** Tier whose rates applied; 0 without a membership. */
  readonly tier: number;
  /** Tier after the decision. */
  readonly tierAfter: number;
  /** Tier before it, when it changed. */
  readonly tierBefore?: number;
  /** A part of the bill earned by another tier: what was above an amount. */
  readonly split?: { readonly at: Money; readonly tier: number };
  /** The member's value by each criterion of tiers after the decision, in exact units, where that is not lifetime purchases alone. */
  readonly tierValues?: readonly number[];
  /** Lifetime purchases after the decision. */
  readonly lifetime: Money;
  readonly expiresAt: Instant | null;
  /** What the bill brought about in turn, decided with it. */
  readonly raised?: readonly RaisedTrace[];
  /** Why nothing was evaluated. */
  readonly blocked?: string;
  /** The bill is older than the member's newest tier change. */
  readonly late?: true;
  /** Limits per customer that were used before: place and how much. */
  readonly used?: readonly (readonly [limit: number, before: number])[];
  /** Where trackers were evaluated: the local day and the number of the tier change under which it is kept. */
  readonly tracked?: readonly [day: string, changeNo: number];
}

/** Points of all categories together. */
export interface PointsEffect {
  readonly type: "points";
  readonly rawAwardedPoints: number;
  readonly awardedPoints: number;
}

export interface CurrencyEffect {
  readonly type: "alternate_currency";
  readonly rawAwardedValue: number;
  readonly awardedValue: number;
  readonly alternateCurrencyIdentifier: string;
  readonly alternateCurrencyName: string;
}

export type SideEffect = PointsEffect | CurrencyEffect;

export interface Decision {
  readonly awards: readonly Award[];
  /** The standing afterwards: what the next decision about this member starts from. */
  readonly membership: Membership | null;
  readonly tierChange: TierChange | null;
  readonly trace: Trace;
  readonly sideEffects: readonly SideEffect[];
  /** What is used now of limits per customer, where the activity changed it. */
  readonly limitUses: readonly LimitUse[];
  /** Rows of trackers as the activity leaves them. */
  readonly trackers: TrackerChanges;
  /** What it did to the member's targets; absent where they are not tracked. */
  readonly targets?: Tracked;
}
