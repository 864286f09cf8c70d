import { type Static, Type } from "@fastify/type-provider-typebox";
import { POINTS_SCALE, parseDecimal } from "#platform";
import {
  type CompiledRates,
  compileRates,
  pointsOf,
  RATE_SCALE,
  Rates,
  type Reckoned,
  rateAt,
  rateProblems,
  reckon,
} from "./awards.ts";
import { identityProblems, keptProblems, type Problem } from "./problems.ts";

/** A way to reckon points that calls name by its id, for points issued by hand. */
export const AwardStrategy = Type.Object(
  {
    id: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    type: Type.Union([
      Type.Literal("fixed"),
      Type.Literal("prorated_percent"),
      Type.Literal("step"),
      Type.Literal("multiplier"),
    ]),
    ...Rates,
  },
  { additionalProperties: false },
);
export type AwardStrategy = Static<typeof AwardStrategy>;

interface Defined {
  readonly tiers: readonly { readonly number: number; readonly name: string }[];
  readonly awardStrategies?: readonly AwardStrategy[] | undefined;
}

/** What is wrong with the award strategies of a definition whose shape is right. */
export const awardStrategyProblems = (
  definition: Defined,
  published: Defined | null,
  moneyScale: number,
): Problem[] => {
  const strategies = definition.awardStrategies ?? [];
  return [
    ...identityProblems(strategies, "awardStrategies"),
    ...keptProblems(strategies, published?.awardStrategies ?? [], "awardStrategies"),
    ...strategies.flatMap(({ type, ...rates }, index) =>
      rateProblems({ ...rates, strategy: type }, `awardStrategies[${index}]`, definition, moneyScale),
    ),
  ];
};

export interface CompiledAwardStrategy extends CompiledRates {
  readonly id: number;
  readonly name: string;
}

export const compileAwardStrategies = (
  { tiers, awardStrategies = [] }: Defined,
  moneyScale: number,
): ReadonlyMap<number, CompiledAwardStrategy> =>
  new Map(
    awardStrategies.map(({ id, name, type, ...rates }) => [
      id,
      { id, name, ...compileRates({ ...rates, strategy: type }, tiers, moneyScale) },
    ]),
  );

/**
 * What a strategy gives for a source value, a decimal: an amount of money, or points for a multiplier, which gives what it
 * adds to them (8 points fivefold are 32 more). Null when there is no such strategy or the value is no amount. A value that
 * is not above zero gives nothing but what is fixed.
 */
export const awardOf = (
  {
    awardStrategies,
    moneyScale,
  }: { readonly awardStrategies: ReadonlyMap<number, CompiledAwardStrategy>; readonly moneyScale: number },
  strategyId: number,
  { sourceValue, tier }: { readonly sourceValue: number; readonly tier: number },
): Reckoned | null => {
  const strategy = awardStrategies.get(strategyId);
  if (strategy === undefined) return null;
  const isMultiplier = strategy.strategy === "multiplier";
  const value = parseDecimal(sourceValue, isMultiplier ? POINTS_SCALE : moneyScale);
  if (value === null) return null;
  if (strategy.strategy !== "fixed" && value <= 0) return { raw: 0, points: 0 };
  if (!isMultiplier) return pointsOf(strategy, tier, value, moneyScale);
  const more = Math.max(0, rateAt(strategy, tier) - RATE_SCALE);
  return reckon(strategy, value, more, RATE_SCALE * POINTS_SCALE);
};
