import { type Static, Type } from "@fastify/type-provider-typebox";
import { TIMELINE_KINDS } from "./timeline.ts";

/** What the console's calls answer: money and points as decimals, times ISO with the offset of the organisation's zone. */

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(shape: T) =>
  Type.Union([shape, Type.Null()]);

const List = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    next: Nullable(Type.String({ description: "`after` of the next page; null on the last" })),
    total: Type.Integer(),
  });

const SUMMARY = {
  id: Type.Integer(),
  number: Type.String(),
  type: Type.String(),
  returnType: Nullable(Type.String({ description: "How a return went back; null for a purchase" })),
  billedAt: Type.String(),
  amount: Type.Number(),
  points: Type.Number(),
  store: Nullable(Type.Object({ code: Type.String(), name: Type.String() })),
  till: Nullable(Type.Object({ code: Type.String() })),
  source: Type.String(),
  outlierStatus: Type.String(),
  lineCount: Type.Integer(),
  customerId: Nullable(Type.Integer()),
};
export const TransactionSummary = Type.Object(SUMMARY);
export type TransactionSummary = Static<typeof TransactionSummary>;
export const TransactionList = List(TransactionSummary);

const Fields = Type.Record(Type.String(), Type.Unknown());

const WhyRule = Type.Object({
  name: Type.String(),
  set: Type.String({ description: "Its set of rules" }),
  activity: Type.Optional(
    Type.Literal("SlabUpgrade", { description: "What the bill brought about; absent: the bill itself" }),
  ),
  fired: Type.Boolean(),
  item: Type.Optional(
    Type.Object(
      { kind: Type.Union([Type.Literal("line"), Type.Literal("payment")]), no: Type.Integer() },
      { description: "The line or payment of the bill that it was run for" },
    ),
  ),
  undetermined: Type.Optional(Type.Boolean()),
  because: Type.Array(Type.String()),
  awards: Type.Array(
    Type.Object({
      points: Type.Number(),
      rounded: Type.Number(),
      expiresAt: Nullable(Type.String()),
      currency: Type.Optional(Type.String({ description: "Absent: points" })),
      category: Type.Optional(
        Type.Union([Type.Literal("regular"), Type.Literal("promised"), Type.Literal("trigger_based")]),
      ),
      convertsAt: Type.Optional(Type.String()),
      lines: Type.Optional(
        Type.Array(Type.Object({ line: Type.Integer(), points: Type.Number(), rounded: Type.Number() })),
      ),
    }),
  ),
  conditions: Type.Array(Type.Object({ text: Type.String(), result: Nullable(Type.Boolean()) })),
});
export const Why = Type.Object(
  {
    program: Type.Object({ id: Type.Integer(), name: Type.String(), version: Type.Integer() }),
    tier: Type.Object({ name: Type.String() }),
    outcome: Type.String(),
    rules: Type.Array(WhyRule),
    skipped: Type.Array(Type.String(), { description: "Sets of rules that did not run, with why" }),
    tierCheck: Type.Object({ sentence: Type.String() }),
  },
  { description: "Why it earned what it earned, by the program version that decided it" },
);

/** What a return takes back of one award, in points or units of a currency. */
export const TakenAward = Type.Object({
  eventNo: Type.Integer({ description: "Event and line that gave the award" }),
  lineNo: Type.Integer(),
  programId: Type.Integer(),
  currencyId: Type.Integer({ description: "0: points" }),
  category: Type.Integer({ description: "1 regular, 2 promised, 3 trigger-based" }),
  source: Type.String(),
  billLine: Type.Integer({ description: "0: the bill as a whole" }),
  awarded: Type.Number(),
  taken: Type.Number(),
  fromRest: Type.Number({ description: "Taken from what the award had left" }),
  moved: Type.Number({ description: "Had been spent: other points stand in for it" }),
  owed: Type.Number({ description: "Had been spent, and nothing stands in for it" }),
  expired: Type.Number({ description: "Had expired: the balance stays" }),
});
export type TakenAward = Static<typeof TakenAward>;

export const TransactionAnswer = Type.Object({
  ...SUMMARY,
  customer: Nullable(Type.Object({ id: Type.Integer(), name: Type.String() })),
  recordedAt: Type.String(),
  deliveryStatus: Type.String(),
  grossAmount: Nullable(Type.Number()),
  discount: Nullable(Type.Number()),
  by: Nullable(Type.String({ description: "Who recorded it by hand, in the console" })),
  note: Nullable(Type.String()),
  notInterestedReason: Nullable(Type.String()),
  eventNo: Nullable(Type.Integer({ description: "The ledger event that booked its points" })),
  returnOf: Nullable(
    Type.Object({ id: Type.Integer() }, { description: "Of a return: the bill, where it is known" }),
  ),
  returns: Type.Array(
    Type.Object({
      id: Type.Integer(),
      returnType: Type.String(),
      billedAt: Type.String(),
      amount: Type.Number(),
      points: Type.Number(),
    }),
    { description: "What went back of a bill" },
  ),
  takenBack: Type.Array(TakenAward, { description: "Of a return: what it took back of which award" }),
  decidedAgain: Nullable(
    Type.Object(
      {
        why: Nullable(Why),
        problem: Nullable(
          Type.String({ description: "Why the rest could not be decided, so that awards went by shares" }),
        ),
      },
      { description: "Of a return: how what is left of the bill was decided anew" },
    ),
  ),
  lines: Type.Array(
    Type.Object({
      lineNo: Type.Integer(),
      itemCode: Type.String(),
      description: Nullable(Type.String()),
      quantity: Type.Number(),
      rate: Type.Number(),
      value: Type.Number(),
      discount: Type.Number(),
      amount: Type.Number(),
      returnedQuantity: Type.Number(),
      returnedAmount: Type.Number(),
      extendedFields: Fields,
    }),
  ),
  paymentModes: Type.Array(
    Type.Object({
      mode: Type.String(),
      value: Type.Number(),
      notes: Nullable(Type.String()),
      attributes: Fields,
    }),
  ),
  creditNote: Nullable(
    Type.Object(
      { number: Type.String(), amount: Nullable(Type.Number()), notes: Nullable(Type.String()) },
      { description: "What the till gave for goods that came back" },
    ),
  ),
  extendedFields: Fields,
  customFields: Fields,
  why: Nullable(Why),
  changes: Type.Array(
    Type.Object({
      at: Type.String(),
      by: Type.String(),
      source: Type.String({ description: "API, MEMBER_CARE or IMPORT" }),
      parts: Type.Array(
        Type.Object({
          field: Type.String(),
          line: Type.Optional(Type.Integer()),
          from: Type.Unknown(),
          to: Type.Unknown(),
        }),
      ),
    }),
    { description: "Changes of its fields, newest first" },
  ),
  claim: Nullable(
    Type.Object(
      { at: Type.String(), by: Type.String(), transactionId: Type.Integer(), customerId: Type.Integer() },
      { description: "Of an anonymous bill that a customer claimed: the customer's bill" },
    ),
  ),
  claimed: Nullable(
    Type.Object(
      { transactionId: Type.Integer() },
      { description: "The anonymous bill that it took the place of" },
    ),
  ),
});
export type TransactionAnswer = Static<typeof TransactionAnswer>;

export const Timeline = Type.Object({
  items: Type.Array(
    Type.Object({
      at: Type.String(),
      kind: Type.Enum(TIMELINE_KINDS),
      title: Type.String(),
      detail: Nullable(Type.String()),
      amount: Type.Optional(Type.Number()),
      points: Type.Optional(Type.Number()),
      link: Nullable(
        Type.Object({
          transactionId: Type.Optional(Type.Integer()),
          eventNo: Type.Optional(Type.Integer()),
        }),
      ),
    }),
  ),
  next: Nullable(Type.String({ description: "`after` of the next page; null on the last" })),
});
