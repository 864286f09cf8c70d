/** Shapes of programs, as people edit and publish them. Rates are percent, points or points per step, as `strategy` says. */
export interface ProgramTier {
  number: number;
  /** Stays with the tier when others are inserted or removed; its number when absent. */
  id?: number;
  name: string;
  description: string;
  color: string;
  threshold: number;
  /** Of the secondary criteria. */
  secondaryThresholds?: number[];
  validity?: Validity;
  renewal?: Renewal;
}
export type CriterionKind =
  | "lifetime_purchases"
  | "current_points"
  | "lifetime_points"
  | "visits"
  | "tracker";
export interface Criterion {
  kind: CriterionKind;
  trackerId?: number;
  caseId?: number;
}
/** How several conditions make one. */
export interface Combination {
  kind: "any" | "all" | "custom";
  count?: number;
  expression?: string;
}
export interface Validity {
  kind: "months" | "registration_date" | "fixed_date";
  months?: number;
  month?: number;
  day?: number;
  minimumMonths?: number;
}
export type RenewalKind = "purchases" | "visits" | "points" | "tracker";
export interface RenewalCondition {
  kind: RenewalKind;
  threshold: number;
  trackerId?: number;
  caseId?: number;
}
export interface Renewal {
  conditions: RenewalCondition[];
  combine?: Combination;
  extend?: { by: "one_month" | "validity" | "fixed_date"; date?: string };
}
export interface Upgrade {
  criterion: CriterionKind;
  trackerId?: number;
  caseId?: number;
  secondary?: Criterion[];
  combine?: Combination;
  type: "lazy" | "eager" | "dynamic";
}
export interface Downgrade {
  target: "one_below" | "by_eligibility" | "lowest";
  check?: "monthly" | "daily";
  onReturn?: boolean;
  extendPoints?: boolean;
  remindDaysBefore?: number[];
}
export type Rounding = "floor" | "ceiling" | "half_up" | "half_down" | "half_even";
/** What is given, for all tiers or for each, and how it is rounded. */
export interface Rates {
  allTiers?: number;
  perTier?: Record<string, number>;
  every?: number;
  incompleteStep?: "floor" | "ceiling";
  rounding: Rounding;
  decimals: number;
}
export type Strategy = "prorated_percent" | "fixed" | "step";
export type AwardCategory = "regular" | "promised" | "trigger_based";
/** Exactly one of these. */
export interface Delay {
  days?: number;
  date?: string;
  returnableDays?: true;
}
export interface Award extends Rates {
  strategy: Strategy;
  basis: "bill_amount" | "line_amount";
  useProportions?: boolean;
  category?: AwardCategory;
  delay?: Delay;
  /** 0 or absent: points. */
  currencyId?: number;
}
export interface AwardAction {
  type: "award";
  award: Award;
  expiryStrategyId?: number;
}
/** Goes on with a set that waits for it. */
export interface ForwardAction {
  type: "forward";
  setId: string;
}
/** Of a kind that the console has no form for. */
export interface OtherAction {
  type: string;
  [name: string]: unknown;
}
export type Action = AwardAction | ForwardAction | OtherAction;
export interface Rule {
  id: string;
  name: string;
  condition: string;
  /** Short for a first action of this kind. */
  award?: Award;
  expiryStrategyId?: number;
  /** Where the condition is true. */
  actions?: Action[];
  /** Where it is false. */
  otherwise?: Action[];
}
export type Stage = "start" | "trackers" | "points_trackers" | "end";
/** Codes; what is excluded is so even where it is included. */
export interface Places {
  include?: string[];
  exclude?: string[];
}
export interface Scope {
  from?: string;
  to?: string;
  stores?: Places;
  zones?: Places;
  concepts?: Places;
  sources?: string[];
}
export type Unroll = "lines" | "tenders";
export interface RuleSet {
  id: string;
  name: string;
  stage?: Stage;
  isForwarded?: boolean;
  scope?: Scope;
  unroll?: Unroll;
  useProportions?: boolean;
  rules: Rule[];
}
export type LimitPeriod = "daily" | "weekly" | "monthly" | "quarterly" | "half_yearly" | "yearly";
export interface Limit {
  id: number;
  name: string;
  per: "transaction" | "customer";
  counts: "awarded" | "transaction_amount" | "transaction_count";
  /** 0 or absent: points. */
  currencyId?: number;
  value: number;
  period?: LimitPeriod;
  /** First day of a period. */
  startsOn?: string;
  /** Absent: all sets. */
  setIds?: string[];
}
export type SimpleExpiry =
  | { kind: "never" }
  | { kind: "months"; months: number; endsWith: "month" | "day" }
  | { kind: "days"; days: number }
  | { kind: "fixed_date"; month: number; day: number; years?: number }
  | { kind: "rolling"; months?: number; days?: number; endsWith: "month" | "day"; maximumDays?: number }
  | { kind: "registration_date" };
export type Expiry =
  | SimpleExpiry
  | { kind: "tier_end" }
  | { kind: "per_tier"; tiers: Record<string, SimpleExpiry> };
export type ExpiryStrategy = Expiry & { id: number; name: string };
export interface Currency {
  id: number;
  name: string;
  identifier: string;
  decimals: number;
  returnable: boolean;
  activeFrom?: string | null;
  activeTo?: string | null;
  expiryStrategyId?: number;
}
export interface AwardStrategy extends Rates {
  id: number;
  name: string;
  type: Strategy | "multiplier";
}
/** Points, or the member's lifetime purchases; null lifts what the program demands. */
export interface Demands {
  minimum?: number | null;
  maximum?: number | null;
  multipleOf?: number | null;
  balanceRequired?: number | null;
  lifetimePointsRequired?: number | null;
  lifetimePurchasesRequired?: number | null;
  limits?: { perDay?: number | null; perWeek?: number | null; perMonth?: number | null };
}
export interface Redemption extends Demands {
  enabled?: boolean;
  perTier?: Record<string, Demands>;
  billFraction?: number | null;
  blockedStatuses?: string[];
  needsValidationCode?: boolean;
}
export interface Transfer {
  enabled?: boolean;
  minimum?: number | null;
  maximum?: number | null;
  multipleOf?: number | null;
  perMonth?: number | null;
  fee?: { percent?: number; fixed?: number | null };
  expiry?: "keep" | number;
}
export interface Grants {
  goodwillMaximum?: number | null;
  goodwillPerMonth?: number | null;
  deductionMaximum?: number | null;
}
export interface Returns {
  reverseRedemption?: "reverse" | "reissue";
  redemptionReversal?: "keep" | "renew";
}
export type TrackerEntity =
  | "BILL_AMOUNT"
  | "BILL_DISCOUNT"
  | "BILL_GROSS_AMOUNT"
  | "BILL_TOTAL_QTY"
  | "LINEITEM_AMOUNT"
  | "LINEITEM_COUNT"
  | "LINEITEM_QTY"
  | "CUSTOMER_VISITS"
  | "POINTS"
  | "ALTERNATE_CURRENCIES"
  | "BILL_EXTENDED_FIELD"
  | "LINEITEM_EXTENDED_FIELD";
export type TrackerMethod =
  | "MOVING_WINDOW"
  | "CYCLIC_WINDOW"
  | "CALENDAR_BASED_CYCLIC_WINDOW"
  | "TIER_CHANGE_WINDOW";
/** One window of a tracker, with the condition under which a set runs. */
export interface TrackerCase {
  id: number;
  name: string;
  length?: number;
  unit?: "days" | "months";
  aggregate: "sum" | "count";
  operator?: "==" | ">" | "<" | ">=" | "<=";
  value?: number;
  modOf?: number;
  between?: { from: number; to: number };
  mostForwards?: number;
  setId?: string;
}
/** What of a tracker sets and rules refer to. */
export interface NamedTracker {
  id: number;
  name: string;
  /** Each with the set that it runs, where it runs one. */
  cases: readonly { setId?: string }[];
}
/** What members do, summed over time. */
export interface Tracker {
  id: number;
  name: string;
  entity: TrackerEntity;
  currencyId?: number;
  field?: string;
  method: TrackerMethod;
  startsOn?: string;
  cases: TrackerCase[];
}
export interface ProgramDefinition {
  tiers: ProgramTier[];
  upgrade: Upgrade;
  downgrade?: Downgrade;
  /** Where members go of published tiers that are gone, by ids. */
  removedTiers?: { id: number; to: number }[];
  activities: { TransactionAdd: RuleSet[]; SlabUpgrade?: RuleSet[] };
  expiry: Expiry;
  expiryStrategies?: ExpiryStrategy[];
  currencies?: Currency[];
  limits?: Limit[];
  trackers?: Tracker[];
  awardStrategies?: AwardStrategy[];
  delayFrom?: "bill_date" | "processing_date";
  redemption?: Redemption;
  transfer?: Transfer;
  grants?: Grants;
  returns?: Returns;
  rounding?: { decimals: number; mode: Rounding };
}
export interface Problem {
  path: string;
  message: string;
  line?: number;
  column?: number;
  /** The known name closest to one that is not known. */
  nearest?: string;
}

export interface ProgramSummary {
  id: number;
  name: string;
  description: string;
  isDefault: boolean;
  pointsToCurrencyRatio: number;
  publishedVersion: number | null;
  memberCount: number;
  hasDraft: boolean;
}
export interface Program extends ProgramSummary {
  /** Of the published version; null before the first. */
  definition: ProgramDefinition | null;
  draft: ProgramDefinition | null;
  versions: { version: number; publishedAt: string; publishedBy: string | null; effectiveFrom: string }[];
}
