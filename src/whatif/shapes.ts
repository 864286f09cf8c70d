import { Type } from "@fastify/type-provider-typebox";
import type { TSchema } from "typebox";

export const OrNull = <T extends TSchema>(shape: T) => Type.Union([shape, Type.Null()]);
const Figure = Type.Number();

/** A what-if as calls answer it. */
export const RunShape = Type.Object(
  {
    id: Type.Integer(),
    programId: Type.Integer(),
    programName: Type.String(),
    subject: Type.Union([Type.Literal("draft"), Type.Literal("definition"), Type.Literal("version")]),
    subjectVersion: OrNull(Type.Integer()),
    comparisonVersion: Type.Union([Type.Integer(), Type.Null()], {
      description: "null: compared with what was in force on the date of each bill",
    }),
    from: Type.String({ description: "First day" }),
    to: Type.String({ description: "Last day" }),
    status: Type.Union([
      Type.Literal("queued"),
      Type.Literal("running"),
      Type.Literal("finished"),
      Type.Literal("failed"),
      Type.Literal("cancelled"),
    ]),
    message: Type.String(),
    customersDone: Type.Integer(),
    customersTotal: Type.Integer(),
    billsDone: Type.Integer(),
    billsTotal: Type.Integer(),
    startedBy: Type.String(),
    createdAt: Type.String(),
    startedAt: OrNull(Type.String()),
    finishedAt: OrNull(Type.String()),
  },
  { $id: "WhatIf" },
);

const GivenFigures = {
  given: Figure,
  taken: Type.Number({ description: "Taken back by returns" }),
  net: Figure,
  money: Type.Union([Type.Number(), Type.Null()], {
    description: "Worth of the net; null for other currencies than points",
  }),
};
const Given = Type.Object({
  currencyId: Type.Integer(),
  currency: Type.String(),
  category: Type.String(),
  ...GivenFigures,
});
const Tier = Type.Object({ number: Type.Integer(), name: Type.String(), color: Type.String() });
const Move = Type.Object({
  from: Type.Union([Type.Integer(), Type.Null()], {
    description: "Tier at the beginning of the period; null: not a member yet",
  }),
  to: Type.Union([Type.Integer(), Type.Null()], { description: "Tier at its end; null: not a member" }),
  customers: Type.Integer(),
});
const RuleFigures = Type.Object({
  version: Type.Integer(),
  setName: Type.String(),
  ruleId: Type.String(),
  name: Type.String(),
  tried: Type.Integer({ description: "Bills for which its condition was looked at" }),
  hits: Type.Integer({ description: "Of them, those for which it was true" }),
  undetermined: Type.Integer({ description: "Of them, those for which it could not be told" }),
  given: Type.Array(
    Type.Object({
      currencyId: Type.Integer(),
      currency: Type.String(),
      category: Type.String(),
      points: Type.Number({ description: "Before returns" }),
      money: OrNull(Type.Number()),
    }),
  ),
});
const Month = Type.Object({
  month: Type.String(),
  given: Figure,
  taken: Figure,
  expiring: Type.Number({ description: "What expires in the month if nothing is spent" }),
  outstanding: Type.Number({ description: "What is left of all that was given, at its end" }),
  money: Type.Number({ description: "Worth of the outstanding" }),
});
const LaneShape = Type.Object({
  given: Type.Array(Given),
  total: Type.Object(GivenFigures, { description: "Points of all categories" }),
  rules: Type.Array(RuleFigures),
  months: Type.Array(Month),
  lasting: Type.Number({ description: "Points that never expire" }),
  tiers: Type.Array(Tier),
  moves: Type.Array(Move),
});

/** What a what-if came to. */
export const ResultShape = Type.Object(
  {
    run: RunShape,
    moneyCurrency: Type.String(),
    pointsToCurrencyRatio: Figure,
    customers: Type.Integer({ description: "With a bill in the period" }),
    bills: Type.Integer(),
    amount: Type.Number({ description: "Net, of those bills" }),
    tried: LaneShape,
    compared: LaneShape,
    recorded: Type.Object({
      given: Type.Array(Given),
      total: Type.Object(GivenFigures),
      months: Type.Array(Type.Object({ month: Type.String(), given: Figure, taken: Figure })),
      tiers: Type.Array(Tier),
      moves: Type.Array(Move),
    }),
    difference: Type.Object({
      points: Type.Number({ description: "Tried less compared, net of returns" }),
      money: Figure,
      winners: Type.Integer(),
      losers: Type.Integer(),
      same: Type.Integer(),
      gained: Figure,
      lost: Figure,
      buckets: Type.Array(
        Type.Object({
          from: OrNull(Figure),
          until: Type.Union([Type.Number(), Type.Null()], { description: "Not included" }),
          customers: Type.Integer(),
          points: Figure,
        }),
      ),
    }),
    parity: Type.Object(
      {
        bills: Type.Integer(),
        equal: Type.Integer({ description: "Decided exactly as they were recorded, trace included" }),
        different: Type.Integer(),
        differentInPoints: Type.Integer(),
        reasons: Type.Array(
          Type.Object({
            reason: Type.String(),
            sentence: Type.String(),
            bills: Type.Integer(),
            inPoints: Type.Integer({ description: "Of them, those with other points" }),
            examples: Type.Array(Type.Integer(), { description: "Ids of some of the bills" }),
          }),
        ),
      },
      { description: "The versions in force, replayed, against what was recorded" },
    ),
    notModelled: Type.Array(Type.String()),
  },
  { $id: "WhatIfResult" },
);

export const CustomersShape = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        customerId: Type.Integer(),
        name: Type.String(),
        bills: Type.Integer(),
        amount: Figure,
        recorded: Type.Number({ description: "Points that were recorded, net of returns" }),
        compared: Figure,
        tried: Figure,
        difference: Figure,
        money: Type.Number({ description: "Worth of the difference" }),
        tierBegin: OrNull(Type.String()),
        tierRecorded: OrNull(Type.String()),
        tierCompared: OrNull(Type.String()),
        tierTried: OrNull(Type.String()),
      }),
    ),
    next: OrNull(Type.String()),
    total: Type.Integer(),
  },
  { $id: "WhatIfCustomers" },
);
