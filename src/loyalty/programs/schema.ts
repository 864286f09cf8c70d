import { type Static, Type } from "@fastify/type-provider-typebox";

/**
 * What a program is, as it is stored, edited and published. Amounts of money are decimals of the organisation's currency and
 * points are decimals, because people read and write this document; the compiler turns them into exact integers.
 */
export const Tier = Type.Object(
  {
    number: Type.Integer({
      minimum: 1,
      maximum: 100,
      description: "1 is the base tier; serial, without gaps",
    }),
    name: Type.String({ minLength: 1, maxLength: 50 }),
    description: Type.String({ maxLength: 500 }),
    color: Type.String({ pattern: "^#[0-9a-fA-F]{6}$" }),
    threshold: Type.Number({
      minimum: 0,
      description: "Value of the criterion from which the tier is reached",
    }),
  },
  { additionalProperties: false },
);
export type Tier = Static<typeof Tier>;

export const Upgrade = Type.Object(
  {
    criterion: Type.Literal("lifetime_purchases"),
    type: Type.Union([Type.Literal("lazy"), Type.Literal("eager")], {
      description:
        "Which rate the bill that crosses a threshold earns by: lazy the old tier's, eager the new one's",
    }),
  },
  { additionalProperties: false },
);

/** What a rule gives: `allTiers` or `perTier` holds percent, points, or points per step as `strategy` says. */
export const Award = Type.Object(
  {
    strategy: Type.Union([Type.Literal("prorated_percent"), Type.Literal("fixed"), Type.Literal("step")]),
    basis: Type.Literal("bill_amount"),
    allTiers: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000 })),
    perTier: Type.Optional(
      Type.Record(
        Type.String({ pattern: "^[1-9][0-9]{0,2}$" }),
        Type.Number({ minimum: 0, maximum: 1_000_000 }),
      ),
    ),
    every: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: "Amount of one step" })),
    incompleteStep: Type.Optional(Type.Union([Type.Literal("floor"), Type.Literal("ceiling")])),
    rounding: Type.Union([
      Type.Literal("floor"),
      Type.Literal("ceiling"),
      Type.Literal("half_up"),
      Type.Literal("half_down"),
      Type.Literal("half_even"),
    ]),
    decimals: Type.Integer({ minimum: 0, maximum: 3 }),
  },
  { additionalProperties: false },
);
export type Award = Static<typeof Award>;

export const Rule = Type.Object(
  {
    id: Type.String({ pattern: "^[A-Za-z0-9_-]{1,50}$" }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    condition: Type.String({ minLength: 1, maxLength: 10_000 }),
    award: Award,
  },
  { additionalProperties: false },
);
export type Rule = Static<typeof Rule>;

/** All conditions of a set are evaluated in order; there is no stop at the first match. */
export const RuleSet = Type.Object(
  {
    id: Type.String({ pattern: "^[A-Za-z0-9_-]{1,50}$" }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    rules: Type.Array(Rule, { maxItems: 1000 }),
  },
  { additionalProperties: false },
);

export const Expiry = Type.Union([
  Type.Object({ kind: Type.Literal("never") }, { additionalProperties: false }),
  Type.Object(
    {
      kind: Type.Literal("months"),
      months: Type.Integer({ minimum: 1, maximum: 1200 }),
      endsWith: Type.Union([Type.Literal("month"), Type.Literal("day")], {
        description: "Points live to the end of the resulting month, or of the same day in it",
      }),
    },
    { additionalProperties: false },
  ),
]);
export type Expiry = Static<typeof Expiry>;

export const ProgramDefinition = Type.Object(
  {
    tiers: Type.Array(Tier, { minItems: 1, maxItems: 100 }),
    upgrade: Upgrade,
    activities: Type.Object(
      { TransactionAdd: Type.Array(RuleSet, { maxItems: 100 }) },
      { additionalProperties: false },
    ),
    expiry: Expiry,
  },
  { additionalProperties: false },
);
export type ProgramDefinition = Static<typeof ProgramDefinition>;

/** Something that keeps a draft from being published. `line` and `column` count from 1 inside an expression. */
export const Problem = Type.Object({
  path: Type.String({ description: "Where in the definition, such as tiers[1].threshold" }),
  message: Type.String(),
  line: Type.Optional(Type.Integer()),
  column: Type.Optional(Type.Integer()),
  nearest: Type.Optional(Type.String({ description: "The known name closest to one that is not known" })),
});
export type Problem = Static<typeof Problem>;
