/** Shapes of programs, as people edit and publish them. Rates are percent, points or points per step, as `strategy` says. */
export interface ProgramTier {
  number: number;
  name: string;
  description: string;
  color: string;
  threshold: number;
}
export type Strategy = "prorated_percent" | "fixed" | "step";
export type Rounding = "floor" | "ceiling" | "half_up" | "half_down" | "half_even";
export interface Award {
  strategy: Strategy;
  basis: "bill_amount";
  allTiers?: number;
  perTier?: Record<string, number>;
  every?: number;
  incompleteStep?: "floor" | "ceiling";
  rounding: Rounding;
  decimals: number;
}
export interface Rule {
  id: string;
  name: string;
  condition: string;
  award: Award;
}
export interface RuleSet {
  id: string;
  name: string;
  rules: Rule[];
}
export type Expiry = { kind: "never" } | { kind: "months"; months: number; endsWith: "month" | "day" };
export interface ProgramDefinition {
  tiers: ProgramTier[];
  upgrade: { criterion: "lifetime_purchases"; type: "lazy" | "eager" };
  activities: { TransactionAdd: RuleSet[] };
  expiry: Expiry;
}
export interface Problem {
  path: string;
  message: string;
  line?: number;
  column?: number;
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
