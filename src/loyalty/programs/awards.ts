import { type Static, Type } from "@fastify/type-provider-typebox";
import {
  assert,
  MAX_AMOUNT,
  type Money,
  multiplyRatio,
  POINTS_SCALE,
  parseDecimal,
  type Rounding as RoundingMode,
} from "#platform";
import { type CompiledCurrency, strategyProblems } from "./currencies.ts";
import { Delay, delayProblems } from "./delay.ts";
import { DEFAULT_EXPIRY } from "./expiry.ts";
import { fits, type Problem, TIER_NUMBER, tierNumberProblems } from "./problems.ts";

/** Percent and points per step are read to four decimals. */
export const RATE_SCALE = 10_000;
/** A hundred points per currency unit. */
const MOST_PERCENT = 10_000;

export const Rounding = Type.Union([
  Type.Literal("floor"),
  Type.Literal("ceiling"),
  Type.Literal("half_up"),
  Type.Literal("half_down"),
  Type.Literal("half_even"),
]);

/** What is given, for all tiers or for each, and how it is rounded: common to rules and to strategies that calls name. */
export const Rates = {
  allTiers: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000 })),
  perTier: Type.Optional(
    Type.Record(Type.String({ pattern: TIER_NUMBER }), Type.Number({ minimum: 0, maximum: 1_000_000 })),
  ),
  every: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: "Amount of one step" })),
  incompleteStep: Type.Optional(Type.Union([Type.Literal("floor"), Type.Literal("ceiling")])),
  rounding: Rounding,
  decimals: Type.Integer({ minimum: 0, maximum: 3 }),
};

export const Category = Type.Union([
  Type.Literal("regular"),
  Type.Literal("promised"),
  Type.Literal("trigger_based"),
]);
export type AwardCategory = Static<typeof Category>;

/** What a rule gives: `allTiers` or `perTier` holds percent, points, or points per step as `strategy` says. */
export const Award = Type.Object(
  {
    strategy: Type.Union([Type.Literal("prorated_percent"), Type.Literal("fixed"), Type.Literal("step")]),
    basis: Type.Union([Type.Literal("bill_amount"), Type.Literal("line_amount")], {
      description: "line_amount gives each line of the bill its own award, by the line's net amount",
    }),
    useProportions: Type.Optional(
      Type.Boolean({ description: "Split the bill's award over its lines by their net amounts" }),
    ),
    ...Rates,
    category: Type.Optional(Category),
    delay: Type.Optional(Delay),
    currencyId: Type.Optional(Type.Integer({ minimum: 0, description: "0, the default, is points" })),
    of: Type.Optional(
      Type.Enum(["amount", "tracked", "current_aggregate", "previous_aggregate"], {
        description:
          "What it is reckoned from: the bill's amount, or in sets that cases of trackers forward to what was tracked, or the aggregate with it or without",
      }),
    ),
  },
  { additionalProperties: false },
);
export type Award = Static<typeof Award>;

interface Defined {
  readonly tiers: readonly { readonly number: number; readonly name: string }[];
  readonly currencies?: readonly { readonly id: number }[] | undefined;
  readonly expiryStrategies?: readonly { readonly id: number }[] | undefined;
}

/** What is wrong with the rates of an award whose shape is right. */
export const rateProblems = (
  award: Pick<Award, "allTiers" | "perTier" | "every" | "incompleteStep"> & { readonly strategy: string },
  path: string,
  { tiers }: Defined,
  moneyScale: number,
): Problem[] => {
  const problems: Problem[] = [];
  if ((award.allTiers === undefined) === (award.perTier === undefined))
    problems.push({ path, message: "needs either allTiers or perTier." });
  for (const { number, name } of award.perTier === undefined ? [] : tiers) {
    if (award.perTier?.[String(number)] === undefined)
      problems.push({ path: `${path}.perTier`, message: `has no value for tier ${number} (${name}).` });
  }
  problems.push(...tierNumberProblems(Object.keys(award.perTier ?? {}), tiers.length, `${path}.perTier`));
  const rates = award.perTier ?? (award.allTiers === undefined ? {} : { "": award.allTiers });
  for (const [tier, rate] of Object.entries(rates)) {
    const where = tier === "" ? `${path}.allTiers` : `${path}.perTier.${tier}`;
    if (award.strategy === "prorated_percent" && rate > MOST_PERCENT)
      problems.push({ path: where, message: `must be at most ${MOST_PERCENT} percent.` });
    if (award.strategy === "multiplier" && rate < 1)
      problems.push({ path: where, message: "must be at least 1: the points are multiplied by it." });
    if (!fits(rate, RATE_SCALE)) problems.push({ path: where, message: "must have at most 4 decimals." });
  }
  return [...problems, ...stepProblems(award, path, moneyScale)];
};

const stepProblems = (
  award: Pick<Award, "every" | "incompleteStep"> & { readonly strategy: string },
  path: string,
  moneyScale: number,
): Problem[] => {
  if (award.strategy !== "step")
    return (["every", "incompleteStep"] as const)
      .filter((name) => award[name] !== undefined)
      .map((name) => ({ path: `${path}.${name}`, message: "belongs to the step strategy only." }));
  if (award.every === undefined)
    return [{ path: `${path}.every`, message: "is needed: the amount of one step." }];
  const every = parseDecimal(award.every, moneyScale);
  return every === null || every === 0
    ? [{ path: `${path}.every`, message: "is no amount of the currency." }]
    : [];
};

/** What is wrong with a rule's award whose shape is right. */
export const awardProblems = (
  award: Award,
  path: string,
  definition: Defined,
  moneyScale: number,
): Problem[] => {
  const problems = rateProblems(award, path, definition, moneyScale);
  const { category = "regular", delay, currencyId = 0 } = award;
  if (award.useProportions === true && award.basis === "line_amount")
    problems.push({ path: `${path}.useProportions`, message: "belongs to the basis bill_amount only." });
  if ((award.of ?? "amount") !== "amount" && (award.useProportions === true || award.basis === "line_amount"))
    problems.push({
      path: `${path}.of`,
      message: "needs the basis bill_amount: what is tracked is one value.",
    });
  if (category === "promised" && delay === undefined)
    problems.push({ path: `${path}.delay`, message: "is needed: when promised points become regular." });
  if (category !== "promised" && delay !== undefined)
    problems.push({ path: `${path}.delay`, message: "belongs to the category promised only." });
  if (delay !== undefined) problems.push(...delayProblems(delay, `${path}.delay`));
  if (currencyId !== 0 && definition.currencies?.some(({ id }) => id === currencyId) !== true)
    problems.push({ path: `${path}.currencyId`, message: `there is no currency ${currencyId}.` });
  return problems;
};

/** Kinds of line award that a program may have: with 5,000 lines a bill they stay within the lines of a ledger event. */
const MOST_LINE_KINDS = 6;

/** What is wrong with all awards to lines together. */
export const lineKindProblems = (
  rules: readonly { readonly award: Award; readonly expiryStrategyId?: number | undefined }[],
  path: string,
): Problem[] => {
  const kinds = new Set(
    rules
      .filter(({ award }) => award.basis === "line_amount" || award.useProportions === true)
      .map(({ award: { currencyId, category, delay }, expiryStrategyId }) =>
        JSON.stringify([currencyId, category, delay, expiryStrategyId]),
      ),
  );
  return kinds.size <= MOST_LINE_KINDS
    ? []
    : [
        {
          path,
          message: `has ${kinds.size} kinds of awards to lines by currency, category, delay and expiry; ${MOST_LINE_KINDS} are the most.`,
        },
      ];
};

/** What is wrong with the expiry strategy that a rule names. */
export const ruleExpiryProblems = (
  id: number | undefined,
  path: string,
  { expiryStrategies = [] }: Defined,
): Problem[] => (id === undefined ? [] : strategyProblems(id, expiryStrategies, `${path}.expiryStrategyId`));

/** Rates, ready to reckon with. */
export interface CompiledRates {
  readonly strategy: "prorated_percent" | "fixed" | "step" | "multiplier";
  /** Rate × RATE_SCALE by tier number − 1. */
  readonly rates: readonly number[];
  readonly every: Money;
  readonly incompleteStep: "floor" | "ceiling";
  readonly rounding: RoundingMode;
  readonly decimals: number;
}

export interface CompiledAward extends CompiledRates {
  readonly strategy: Award["strategy"];
  /** `proportions`: by the bill's amount, split over its lines. */
  readonly basis: "bill" | "lines" | "proportions";
  readonly category: AwardCategory;
  readonly delay: Delay | null;
  readonly of: NonNullable<Award["of"]>;
  /** Null: points. */
  readonly currency: CompiledCurrency | null;
  readonly expiryStrategyId: number;
  /** Regular points on the bill as a whole under the program's own expiry: nothing more to look at. */
  readonly isPlain: boolean;
}

export const exact = (value: number, scale: number): number => {
  const amount = parseDecimal(value, scale);
  assert(amount !== null, `${value} is no amount`);
  return amount;
};

/** Rates of an award or a strategy by tier. */
export const compileRates = <Strategy extends CompiledRates["strategy"]>(
  award: Pick<Award, "allTiers" | "perTier" | "every" | "incompleteStep" | "rounding" | "decimals"> & {
    readonly strategy: Strategy;
  },
  tiers: readonly { readonly number: number }[],
  moneyScale: number,
) => ({
  strategy: award.strategy,
  rates: tiers.map(({ number }) => exact(award.allTiers ?? award.perTier?.[String(number)] ?? 0, RATE_SCALE)),
  every: award.every === undefined ? 0 : exact(award.every, moneyScale),
  incompleteStep: award.incompleteStep ?? ("floor" as const),
  rounding: award.rounding,
  decimals: award.decimals,
});

/** An award with its currency and expiry found. A currency has no finer parts than its own decimals. */
export const compileAward = (
  award: Award,
  tiers: readonly { readonly number: number }[],
  moneyScale: number,
  currencies: ReadonlyMap<number, CompiledCurrency>,
  expiryStrategyId: number | undefined,
): CompiledAward => {
  const rates = compileRates(award, tiers, moneyScale);
  const currency = currencies.get(award.currencyId ?? 0) ?? null;
  const basis =
    award.basis === "line_amount" ? "lines" : award.useProportions === true ? "proportions" : "bill";
  const category = award.category ?? "regular";
  const strategyId = expiryStrategyId ?? currency?.expiryStrategyId ?? DEFAULT_EXPIRY;
  return {
    ...rates,
    decimals: Math.min(rates.decimals, currency?.decimals ?? rates.decimals),
    basis,
    category,
    of: award.of ?? "amount",
    delay: award.delay ?? null,
    currency,
    expiryStrategyId: strategyId,
    isPlain:
      (award.of ?? "amount") === "amount" &&
      basis === "bill" &&
      category === "regular" &&
      currency === null &&
      strategyId === DEFAULT_EXPIRY,
  };
};

/** Rate × RATE_SCALE of a tier; a tier that this version does not know earns like its highest one below. */
export const rateAt = ({ rates }: CompiledRates, tier: number): number =>
  rates[Math.min(tier, rates.length) - 1] ?? 0;

/** Number of steps that an amount holds. */
export const stepsIn = (
  { every, incompleteStep }: Pick<CompiledRates, "every" | "incompleteStep">,
  amount: Money,
): number => multiplyRatio(amount, 1, every, incompleteStep);

const TENS = [1, 10, 100, 1000] as const;

export interface Reckoned {
  /** Before rounding, a decimal number with at most three decimals. */
  readonly raw: number;
  readonly points: number;
}
const NOTHING: Reckoned = { raw: 0, points: 0 };

/** Thousandths of one step of a number of decimals. */
export const unitOf = (decimals: number): number => POINTS_SCALE / TENS[decimals as 0 | 1 | 2 | 3];

/**
 * Points of an award for an amount, exactly: `value × numerator / denominator` once in thousandths for what is shown as raw,
 * once in the award's own decimals for what is given.
 */
export const pointsOf = (award: CompiledRates, tier: number, amount: Money, moneyScale: number): Reckoned => {
  const rate = rateAt(award, tier);
  if (rate === 0) return NOTHING;
  let value = amount;
  let denominator = moneyScale * RATE_SCALE * 100;
  if (award.strategy !== "prorated_percent") {
    value = award.strategy === "fixed" ? 1 : stepsIn(award, amount);
    denominator = RATE_SCALE;
  }
  return reckon(award, value, rate, denominator);
};

/** A part of an amount, with the tier that it earns by. */
export interface EarningPart {
  readonly tier: number;
  readonly amount: Money;
}

/**
 * The same for an amount in two parts of different tiers, rounded once. What is fixed is given once, by the first; a step that the parts
 * share is the second's.
 */
export const pointsOfParts = (
  award: CompiledRates,
  first: EarningPart,
  second: EarningPart,
  moneyScale: number,
): Reckoned => {
  const whole = first.amount + second.amount;
  if (award.strategy === "fixed") return pointsOf(award, first.tier, whole, moneyScale);
  const [firstRate, secondRate] = [rateAt(award, first.tier), rateAt(award, second.tier)];
  if (award.strategy === "prorated_percent")
    return reckon(
      award,
      first.amount * firstRate + second.amount * secondRate,
      1,
      moneyScale * RATE_SCALE * 100,
    );
  const steps = stepsIn(award, whole);
  const own = Math.min(steps, stepsIn({ every: award.every, incompleteStep: "floor" }, first.amount));
  return reckon(award, own * firstRate + (steps - own) * secondRate, 1, RATE_SCALE);
};

/** `value × rate / denominator`, as shown and as given. */
export const reckon = (
  { rounding, decimals }: Pick<CompiledRates, "rounding" | "decimals">,
  value: number,
  rate: number,
  denominator: number,
): Reckoned => {
  const unit = TENS[decimals as 0 | 1 | 2 | 3];
  // An absurd bill gives an absurd number of points, but one that every sum after it can still hold.
  if ((value * rate * POINTS_SCALE) / denominator > MAX_AMOUNT)
    return { raw: MAX_AMOUNT / POINTS_SCALE, points: MAX_AMOUNT };
  const rounded = multiplyRatio(value, rate * unit, denominator, rounding);
  return {
    raw: multiplyRatio(value, rate * POINTS_SCALE, denominator, "half_up") / POINTS_SCALE,
    points: rounded * (POINTS_SCALE / unit),
  };
};
