import { type Static, Type } from "@fastify/type-provider-typebox";
import { POINTS_SCALE } from "#platform";
import { type Combination, compileCombination, LETTERS } from "../tiers/combination.ts";
import type {
  CompiledCriterion,
  CompiledRenewal,
  CompiledTier,
  CriterionKind,
  Extension,
  RenewalKind,
  TierStrategy,
} from "../tiers/rules.ts";
import type { Validity } from "../tiers/validity.ts";
import { exact } from "./awards.ts";
import { scaleOfCase, type Tracker } from "./trackers.ts";

const strict = { additionalProperties: false } as const;
const Id = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const MostThreshold = 1e12;
const Threshold = Type.Number({ minimum: 0, maximum: MostThreshold });

/** Which case of which tracker. */
const TRACKED = { trackerId: Type.Optional(Id), caseId: Type.Optional(Id) };

export const CombinationShape = Type.Object(
  {
    kind: Type.Enum(["any", "all", "custom"]),
    count: Type.Optional(
      Type.Integer({ minimum: 1, maximum: LETTERS.length, description: "Of any: how many must hold" }),
    ),
    expression: Type.Optional(
      Type.String({
        maxLength: 200,
        description: "Of custom: over the letters A, B, C with AND, OR and parentheses, from left to right",
      }),
    ),
  },
  strict,
);
export type CombinationShape = Static<typeof CombinationShape>;

const CRITERIA = ["lifetime_purchases", "current_points", "lifetime_points", "visits", "tracker"] as const;

export const ValidityShape = Type.Object(
  {
    kind: Type.Enum(["months", "registration_date", "fixed_date"]),
    months: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1200, description: "Of months: from entering" }),
    ),
    month: Type.Optional(Type.Integer({ minimum: 1, maximum: 12, description: "Of fixed_date" })),
    day: Type.Optional(Type.Integer({ minimum: 1, maximum: 31, description: "Of fixed_date" })),
    minimumMonths: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 120,
        description: "Of the yearly kinds: a first day that comes sooner is passed over",
      }),
    ),
  },
  strict,
);
export type ValidityShape = Static<typeof ValidityShape>;

export const RenewalShape = Type.Object(
  {
    conditions: Type.Array(
      Type.Object(
        { kind: Type.Enum(["purchases", "visits", "points", "tracker"]), threshold: Threshold, ...TRACKED },
        strict,
      ),
      { minItems: 1, maxItems: LETTERS.length },
    ),
    combine: Type.Optional(CombinationShape),
    extend: Type.Optional(
      Type.Object(
        {
          by: Type.Enum(["one_month", "validity", "fixed_date"]),
          date: Type.Optional(
            Type.String({
              pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
              description: "Of fixed_date: from when the validity counts, YYYY-MM-DD",
            }),
          ),
        },
        strict,
      ),
    ),
  },
  strict,
);
export type RenewalShape = Static<typeof RenewalShape>;

export const Tier = Type.Object(
  {
    number: Type.Integer({
      minimum: 1,
      maximum: 100,
      description: "1 is the base tier; serial, without gaps",
    }),
    id: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: "Stays with the tier when others are inserted or removed; its number when absent",
      }),
    ),
    name: Type.String({ minLength: 1, maxLength: 50 }),
    description: Type.String({ maxLength: 500 }),
    color: Type.String({ pattern: "^#[0-9a-fA-F]{6}$" }),
    threshold: Type.Number({
      minimum: 0,
      description: "Value of the criterion from which the tier is reached",
    }),
    secondaryThresholds: Type.Optional(
      Type.Array(Threshold, { maxItems: LETTERS.length - 1, description: "Of the secondary criteria" }),
    ),
    validity: Type.Optional(ValidityShape),
    renewal: Type.Optional(RenewalShape),
  },
  strict,
);
export type Tier = Static<typeof Tier>;

export const Upgrade = Type.Object(
  {
    criterion: Type.Enum(CRITERIA),
    ...TRACKED,
    secondary: Type.Optional(
      Type.Array(Type.Object({ kind: Type.Enum(CRITERIA), ...TRACKED }, strict), {
        maxItems: LETTERS.length - 1,
      }),
    ),
    combine: Type.Optional(CombinationShape),
    type: Type.Union([Type.Literal("lazy"), Type.Literal("eager"), Type.Literal("dynamic")], {
      description:
        "Which rate the bill that crosses a threshold earns by: lazy the old tier's, eager the new one's, dynamic each for its part of the bill",
    }),
  },
  strict,
);
export type Upgrade = Static<typeof Upgrade>;

export const Downgrade = Type.Object(
  {
    target: Type.Enum(["one_below", "by_eligibility", "lowest"]),
    check: Type.Optional(Type.Enum(["monthly", "daily"])),
    onReturn: Type.Optional(Type.Boolean()),
    extendPoints: Type.Optional(
      Type.Boolean({
        description: "Points that expire with the tier get the end of the next or renewed one",
      }),
    ),
    remindDaysBefore: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 365 }), { maxItems: 5 })),
  },
  strict,
);
export type Downgrade = Static<typeof Downgrade>;

/** What of a definition its tiers are. */
export interface TiersDefined {
  readonly tiers: readonly Tier[];
  readonly upgrade: Upgrade;
  readonly downgrade?: Downgrade | undefined;
  readonly trackers?: readonly Tracker[] | undefined;
}

export interface Criterion {
  readonly kind: CriterionKind;
  readonly trackerId?: number | undefined;
  readonly caseId?: number | undefined;
}

/** The primary criterion and the secondary ones. */
export const criteriaOf = ({ criterion, trackerId, caseId, secondary = [] }: Upgrade): Criterion[] => [
  { kind: criterion, trackerId, caseId },
  ...secondary,
];

/** Exact units per unit of a threshold; of trackers, those of what they track. */
export const scaleOf = (
  {
    kind,
    trackerId = 0,
    caseId = 0,
  }: Omit<Criterion, "kind"> & { readonly kind: CriterionKind | RenewalKind },
  trackers: readonly Tracker[] | undefined,
  moneyScale: number,
): number => {
  switch (kind) {
    case "lifetime_purchases":
    case "purchases":
      return moneyScale;
    case "visits":
      return 1;
    case "tracker":
      return scaleOfCase(trackers, trackerId, caseId, moneyScale);
    default:
      return POINTS_SCALE;
  }
};

/** Of every criterion, the primary one's first. */
export const thresholdsOf = ({ threshold, secondaryThresholds = [] }: Tier): number[] => [
  threshold,
  ...secondaryThresholds,
];

const ANY: Combination = { kind: "any", count: 1 };

const combinationOf = (combine: CombinationShape | undefined): Combination => {
  if (combine === undefined) return ANY;
  const { kind, count = 1, expression = "" } = combine;
  return kind === "any" ? { kind, count } : kind === "custom" ? { kind, expression } : { kind };
};

/** How members come into tiers, of a definition that is in order. */
export const compileTierStrategy = (
  { upgrade, downgrade, trackers }: TiersDefined,
  moneyScale: number,
): TierStrategy => {
  const criteria = criteriaOf(upgrade).map(
    (criterion): CompiledCriterion => ({
      kind: criterion.kind,
      trackerId: criterion.trackerId ?? 0,
      caseId: criterion.caseId ?? 0,
      scale: scaleOf(criterion, trackers, moneyScale),
    }),
  );
  return {
    criteria,
    holds: compileCombination(combinationOf(upgrade.combine), criteria.length),
    type: upgrade.type,
    countsTrackers: criteria.some(({ kind }) => kind === "tracker"),
    countsPoints: criteria.some(({ kind }) => kind === "current_points" || kind === "lifetime_points"),
    downgrade:
      downgrade === undefined
        ? null
        : {
            target: downgrade.target,
            check: downgrade.check ?? "monthly",
            onReturn: downgrade.onReturn ?? false,
            extendPoints: downgrade.extendPoints ?? false,
            remindDaysBefore: [...(downgrade.remindDaysBefore ?? [])].sort((a, b) => a - b),
          },
  };
};

export const compileTiers = (
  { tiers, upgrade, trackers }: TiersDefined,
  moneyScale: number,
): CompiledTier[] => {
  const scales = criteriaOf(upgrade).map((criterion) => scaleOf(criterion, trackers, moneyScale));
  return tiers.map((tier) => {
    const values = thresholdsOf(tier);
    const thresholds = scales.map((scale, index) => exact(values[index] ?? 0, scale));
    const { number, name, description, color } = tier;
    return {
      number,
      id: tier.id ?? number,
      name,
      description,
      color,
      threshold: thresholds[0]!,
      thresholds,
      validity: tier.validity === undefined ? null : compileValidity(tier.validity),
      renewal: tier.renewal === undefined ? null : compileRenewal(tier.renewal, trackers, moneyScale),
    };
  });
};

const compileValidity = ({
  kind,
  months = 1,
  month = 1,
  day = 1,
  minimumMonths = 0,
}: ValidityShape): Validity => {
  switch (kind) {
    case "months":
      return { kind, months };
    case "registration_date":
      return { kind, minimumMonths };
    case "fixed_date":
      return { kind, month, day, minimumMonths };
  }
};

const compileRenewal = (
  { conditions, combine, extend }: RenewalShape,
  trackers: readonly Tracker[] | undefined,
  moneyScale: number,
): CompiledRenewal => ({
  conditions: conditions.map((condition) => {
    const { kind, threshold, trackerId = 0, caseId = 0 } = condition;
    const scale = scaleOf(condition, trackers, moneyScale);
    return { kind, trackerId, caseId, threshold: exact(threshold, scale), scale };
  }),
  holds: compileCombination(combinationOf(combine), conditions.length),
  extend: extensionOf(extend),
});

const extensionOf = (extend: RenewalShape["extend"]): Extension => {
  if (extend === undefined) return { by: "validity" };
  return extend.by === "fixed_date" ? { by: "fixed_date", date: extend.date ?? "" } : { by: extend.by };
};
