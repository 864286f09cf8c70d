import {
  assert,
  type Instant,
  MAX_AMOUNT,
  type Money,
  multiplyRatio,
  POINTS_SCALE,
  parseDecimal,
  type Rounding,
} from "#platform";
import type { Catalogue } from "../expressions/index.ts";
import type { CompiledTier } from "../tiers/rules.ts";
import { type Condition, compileCondition } from "./conditions.ts";
import type { Award, Expiry, ProgramDefinition } from "./schema.ts";

/** Percent and points per step are read to four decimals. */
export const RATE_SCALE = 10_000;

export interface CompiledAward {
  readonly strategy: Award["strategy"];
  /** Rate × RATE_SCALE by tier number − 1. */
  readonly rates: readonly number[];
  readonly every: Money;
  readonly incompleteStep: "floor" | "ceiling";
  readonly rounding: Rounding;
  readonly decimals: number;
}

export interface CompiledRule {
  readonly id: string;
  readonly name: string;
  readonly setName: string;
  readonly condition: Condition;
  readonly award: CompiledAward;
}

/** One published version, ready to decide with. Immutable; shared by every request of the process. */
export interface CompiledProgram {
  readonly programId: number;
  readonly orgId: number;
  readonly name: string;
  readonly description: string;
  readonly pointsToCurrencyRatio: number;
  readonly isDefault: boolean;
  readonly version: number;
  readonly effectiveFrom: Instant;
  readonly currency: string;
  /** Small units per currency unit. */
  readonly moneyScale: number;
  /** Zone in which people of the organisation read times. */
  readonly timeZone: string;
  readonly organization: { readonly name: string };
  readonly tiers: readonly CompiledTier[];
  readonly upgrade: "lazy" | "eager";
  /** Rules of TransactionAdd in the order of their sets. */
  readonly rules: readonly CompiledRule[];
  readonly expiry: Expiry;
  readonly definition: ProgramDefinition;
}

export interface ProgramHead {
  readonly programId: number;
  readonly orgId: number;
  readonly name: string;
  readonly description: string;
  readonly pointsToCurrencyRatio: number;
  readonly isDefault: boolean;
}

export interface CompileOptions extends ProgramHead {
  readonly version: number;
  readonly effectiveFrom: Instant;
  readonly currency: string;
  readonly moneyScale: number;
  readonly timeZone: string;
  readonly organization: { readonly name: string };
  /** What conditions may name. */
  readonly catalogue: Catalogue;
}

const exact = (value: number, scale: number): number => {
  const amount = parseDecimal(value, scale);
  assert(amount !== null, `${value} is no amount`);
  return amount;
};

/** Compiles a definition that `validateDefinition` found no problem in. */
export const compileProgram = (
  definition: ProgramDefinition,
  { catalogue, ...options }: CompileOptions,
): CompiledProgram => {
  const { moneyScale } = options;
  const tiers = definition.tiers.map((tier) => ({ ...tier, threshold: exact(tier.threshold, moneyScale) }));
  return {
    ...options,
    tiers,
    upgrade: definition.upgrade.type,
    rules: definition.activities.TransactionAdd.flatMap((set) =>
      set.rules.map((rule) => ({
        id: rule.id,
        name: rule.name,
        setName: set.name,
        condition: compileCondition(rule.condition, catalogue),
        award: compileAward(rule.award, tiers, moneyScale),
      })),
    ),
    expiry: definition.expiry,
    definition,
  };
};

const compileAward = (award: Award, tiers: readonly CompiledTier[], moneyScale: number): CompiledAward => ({
  strategy: award.strategy,
  rates: tiers.map(({ number }) => exact(award.allTiers ?? award.perTier?.[String(number)] ?? 0, RATE_SCALE)),
  every: award.every === undefined ? 0 : exact(award.every, moneyScale),
  incompleteStep: award.incompleteStep ?? "floor",
  rounding: award.rounding,
  decimals: award.decimals,
});

/** Rate × RATE_SCALE of a tier; a tier that this version does not know earns like its highest one below. */
export const rateAt = ({ rates }: CompiledAward, tier: number): number =>
  rates[Math.min(tier, rates.length) - 1] ?? 0;

/** Number of steps that an amount holds. */
export const stepsIn = ({ every, incompleteStep }: CompiledAward, amount: Money): number =>
  multiplyRatio(amount, 1, every, incompleteStep);

const TENS = [1, 10, 100, 1000] as const;

/**
 * Points of an award for an amount, exactly: `value × numerator / denominator` once in thousandths for what is shown as raw,
 * once in the award's own decimals for what is given.
 */
export const pointsOf = (
  award: CompiledAward,
  tier: number,
  amount: Money,
  moneyScale: number,
): { raw: number; points: number } => {
  const rate = rateAt(award, tier);
  if (rate === 0) return { raw: 0, points: 0 };
  let value = amount;
  let denominator = moneyScale * RATE_SCALE * 100;
  if (award.strategy !== "prorated_percent") {
    value = award.strategy === "fixed" ? 1 : stepsIn(award, amount);
    denominator = RATE_SCALE;
  }
  const unit = TENS[award.decimals as 0 | 1 | 2 | 3];
  // An absurd bill gives an absurd number of points, but one that every sum after it can still hold.
  if ((value * rate * POINTS_SCALE) / denominator > MAX_AMOUNT)
    return { raw: MAX_AMOUNT / POINTS_SCALE, points: MAX_AMOUNT };
  const rounded = multiplyRatio(value, rate * unit, denominator, award.rounding);
  return {
    raw: multiplyRatio(value, rate * POINTS_SCALE, denominator, "half_up") / POINTS_SCALE,
    points: rounded * (POINTS_SCALE / unit),
  };
};
