import { type Static, Type } from "@fastify/type-provider-typebox";
import { type Millipoints, type Money, POINTS_SCALE } from "#platform";
import { exact, RATE_SCALE } from "./awards.ts";
import { fits, type Problem, pointsProblems, TIER_NUMBER, tierNumberProblems } from "./problems.ts";

const strict = { additionalProperties: false } as const;
/** Absent: the program's own value, which by default is none; null: none. */
const Points = Type.Optional(Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1e9 }), Type.Null()]));

const Limits = Type.Object({ perDay: Points, perWeek: Points, perMonth: Points }, strict);

const Demands = {
  minimum: Points,
  maximum: Points,
  multipleOf: Points,
  balanceRequired: Points,
  lifetimePointsRequired: Points,
  lifetimePurchasesRequired: Type.Optional(
    Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1e12 }), Type.Null()]),
  ),
  limits: Type.Optional(Limits),
};

/** How points may be spent. Calendar days, weeks (from Monday) and months are those of the organisation's zone. */
export const Redemption = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean()),
    ...Demands,
    perTier: Type.Optional(
      Type.Record(Type.String({ pattern: TIER_NUMBER }), Type.Object(Demands, strict), {
        description: "What is different in a tier, by its number",
      }),
    ),
    billFraction: Type.Optional(
      Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
        description:
          "The part of a recorded bill that may be paid with points, over all redemptions on it; 1 is the whole; null, the default, sets no bound",
      }),
    ),
    blockedStatuses: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 50 }), {
        maxItems: 50,
        description: "Customer statuses that may not spend points",
      }),
    ),
    needsValidationCode: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type Redemption = Static<typeof Redemption>;
type TierDemands = NonNullable<Redemption["perTier"]>[string];

interface Defined {
  readonly tiers: readonly unknown[];
  readonly redemption?: Redemption | undefined;
}

/** What is wrong with the redemption rules of a definition whose shape is right. */
export const redemptionProblems = ({ tiers, redemption }: Defined, moneyScale: number): Problem[] => {
  if (redemption === undefined) return [];
  const { perTier = {}, billFraction } = redemption;
  const problems = demandProblems(redemption, redemption, "redemption", moneyScale);
  problems.push(...tierNumberProblems(Object.keys(perTier), tiers.length, "redemption.perTier"));
  for (const [tier, demands] of Object.entries(perTier))
    problems.push(
      ...demandProblems(demands, { ...redemption, ...demands }, `redemption.perTier.${tier}`, moneyScale),
    );
  if (billFraction != null && !fits(billFraction, RATE_SCALE))
    problems.push({ path: "redemption.billFraction", message: "must have at most 4 decimals." });
  return problems;
};

/** `effective` is what holds in the end: a minimum of the program meets the maximum of a tier. */
const demandProblems = (
  demands: TierDemands,
  effective: TierDemands,
  path: string,
  moneyScale: number,
): Problem[] => {
  const { limits = {}, lifetimePurchasesRequired: purchases, ...points } = demands;
  const { minimum, maximum, multipleOf, balanceRequired, lifetimePointsRequired } = points;
  const amounts = { minimum, maximum, multipleOf, balanceRequired, lifetimePointsRequired };
  const problems = [...pointsProblems(amounts, path), ...pointsProblems(limits, `${path}.limits`)];
  if (purchases != null && !fits(purchases, moneyScale))
    problems.push({
      path: `${path}.lifetimePurchasesRequired`,
      message: "has more decimals than the currency can hold.",
    });
  if (effective.minimum != null && effective.maximum != null && effective.maximum < effective.minimum)
    problems.push({
      path: `${path}.maximum`,
      message: `must not be less than the minimum of ${effective.minimum}.`,
    });
  if (effective.maximum != null && effective.multipleOf != null && effective.maximum < effective.multipleOf)
    problems.push({
      path: `${path}.maximum`,
      message: `must not be less than one multiple, ${effective.multipleOf}.`,
    });
  return problems;
};

/** How members of one tier may spend points. Null: no such demand. */
export interface RedemptionPolicy {
  readonly enabled: boolean;
  readonly minimum: Millipoints | null;
  readonly maximum: Millipoints | null;
  readonly multipleOf: Millipoints | null;
  readonly balanceRequired: Millipoints | null;
  readonly lifetimePointsRequired: Millipoints | null;
  readonly lifetimePurchasesRequired: Money | null;
  /** Of a calendar day, week (from Monday) and month in the organisation's zone. */
  readonly limits: {
    readonly perDay: Millipoints | null;
    readonly perWeek: Millipoints | null;
    readonly perMonth: Millipoints | null;
  };
  /** Of the bill's amount, at most four decimals; null: the whole bill. */
  readonly billFraction: number | null;
  readonly blockedStatuses: readonly string[];
  readonly needsValidationCode: boolean;
}

const millipoints = (value: number | null | undefined): Millipoints | null =>
  value == null ? null : exact(value, POINTS_SCALE);

/** Policies by tier number − 1. */
export const compileRedemption = (
  { tiers, redemption = {} }: Defined,
  moneyScale: number,
): readonly RedemptionPolicy[] =>
  tiers.map((_, index) => {
    const own: TierDemands = redemption.perTier?.[String(index + 1)] ?? {};
    const all = { ...redemption, ...own };
    const limits = { ...redemption.limits, ...own.limits };
    return {
      enabled: redemption.enabled ?? true,
      minimum: millipoints(all.minimum),
      maximum: millipoints(all.maximum),
      multipleOf: millipoints(all.multipleOf),
      balanceRequired: millipoints(all.balanceRequired),
      lifetimePointsRequired: millipoints(all.lifetimePointsRequired),
      lifetimePurchasesRequired:
        all.lifetimePurchasesRequired == null ? null : exact(all.lifetimePurchasesRequired, moneyScale),
      limits: {
        perDay: millipoints(limits.perDay),
        perWeek: millipoints(limits.perWeek),
        perMonth: millipoints(limits.perMonth),
      },
      billFraction: redemption.billFraction ?? null,
      blockedStatuses: redemption.blockedStatuses ?? [],
      needsValidationCode: redemption.needsValidationCode ?? false,
    };
  });

/** How members of a tier may spend points; a tier that this version does not know follows the highest one below. */
export const redemptionPolicy = (
  { redemption }: { readonly redemption: readonly RedemptionPolicy[] },
  tierNumber: number,
): RedemptionPolicy => redemption[Math.max(0, Math.min(tierNumber, redemption.length) - 1)]!;
