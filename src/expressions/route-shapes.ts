import { type Static, Type } from "@fastify/type-provider-typebox";
import { ACTIVITIES } from "./activities.ts";

const Nullable = <T extends Parameters<typeof Type.Array>[0]>(shape: T) => Type.Union([shape, Type.Null()]);

export const Text = Type.String({ maxLength: 20_000 });
const Offset = Type.Integer({ minimum: 0, maximum: 20_000, description: "From 0, in UTF-16 units" });

const Activity = Type.Enum(ACTIVITIES, { description: "Where the rule stands; TransactionAdd when absent" });
const WrittenType = Type.Enum(["number", "string", "boolean", "date"]);

const INSIDE = {
  lines: "The rule's set runs once for each line",
  tenders: "The rule's set runs once for each payment",
  trackers: "The rule's set runs for a case of a tracker",
} as const;

/** Where an expression stands, in a body. */
export const PLACE = {
  activity: Type.Optional(Activity),
  lines: Type.Optional(Type.Boolean({ description: INSIDE.lines })),
  tenders: Type.Optional(Type.Boolean({ description: INSIDE.tenders })),
  trackers: Type.Optional(Type.Boolean({ description: INSIDE.trackers })),
  eventAttributes: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), type: WrittenType }, { additionalProperties: false }), {
      maxItems: 500,
      description: "Fields of the behavioural event, of GenericEvent",
    }),
  ),
};
const Place = Type.Object(PLACE);
export type PlaceInput = Static<typeof Place>;

const Flag = (description: string) => Type.Optional(Type.Enum(["true", "false"], { description }));
/** Where an expression stands, in a query. */
export const PlaceQuery = Type.Object({
  activity: Type.Optional(Activity),
  lines: Flag(INSIDE.lines),
  tenders: Flag(INSIDE.tenders),
  trackers: Flag(INSIDE.trackers),
});

const strict = { additionalProperties: false } as const;
export const TextBody = Type.Object({ text: Text }, strict);
export const PlacedText = Type.Object({ text: Text, ...PLACE }, strict);
export const CursorBody = Type.Object({ text: Text, offset: Offset, ...PLACE }, strict);
export const TreeBody = Type.Object(
  { tree: Type.Unknown({ description: "As the answer of /api/expressions/tree" }) },
  strict,
);

const ValueType = Type.Enum(["number", "string", "boolean", "date", "null"]);
const Source = Type.Enum(["known", "none yet"], {
  description: "none yet: nothing in the product knows it, so it is always null",
});

const Problem = Type.Object({
  message: Type.String(),
  line: Type.Integer({ description: "From 1" }),
  column: Type.Integer({ description: "From 1" }),
  start: Type.Integer({ description: "Offset from 0" }),
  end: Type.Integer({ description: "Offset behind its end" }),
  expected: Nullable(Type.String()),
  nearest: Type.Union([Type.String(), Type.Null()], {
    description: "The known name closest to one that is not known",
  }),
});
export const Report = Type.Object({
  ok: Type.Boolean(),
  problems: Type.Array(Problem),
  type: Nullable(Type.String()),
  formatted: Type.Union([Type.String(), Type.Null()], {
    description: "The expression in its readable layout",
  }),
  reads: Type.Array(Type.String(), { description: "Attributes and functions that it looks at" }),
});

const Parameter = Type.Object({
  name: Type.String(),
  type: ValueType,
  optional: Type.Boolean(),
  literal: Type.Boolean({ description: "Must be written out" }),
  choices: Type.Array(Type.String(), { description: "The values that there are; empty where any will do" }),
});
const Entry = Type.Object({
  profile: Type.Union([Type.String(), Type.Null()], { description: "Null for a function of values" }),
  name: Type.String(),
  aliases: Type.Array(Type.String()),
  kind: Type.Enum(["attribute", "function", "method"]),
  type: ValueType,
  unit: Nullable(Type.Enum(["money", "points", "count"])),
  on: Type.Array(ValueType, { description: "Types of value that a method is asked of" }),
  parameters: Type.Array(Parameter),
  doc: Type.String(),
  says: Type.String({
    description:
      "How it is spoken of; {it} is what a method is asked of, {0}, {1}, {name} and {moment} are arguments",
  }),
  denies: Type.Union([Type.String(), Type.Null()], {
    description: "The sentence where it is false; null of what is neither true nor false",
  }),
  names: Type.Union([Type.String(), Type.Null()], { description: "What names its values are, such as tier" }),
  source: Source,
});
export const CatalogueAnswer = Type.Object({
  items: Type.Array(Entry),
  next: Type.Null(),
  total: Type.Integer(),
  profiles: Type.Array(Type.Object({ name: Type.String(), doc: Type.String() })),
  elsewhere: Type.Array(Type.Object({ name: Type.String(), where: Type.String() }), {
    description: "Profiles that cannot be named here, and where they can",
  }),
});

const Candidate = Type.Object({
  label: Type.String(),
  kind: Type.Enum(["profile", "attribute", "function", "method", "operator", "literal", "text"]),
  type: Nullable(ValueType),
  signature: Type.String({ description: "A function with its parameters" }),
  doc: Type.String(),
  source: Source,
  insert: Type.String(),
  caret: Type.Integer({ description: "Where in the inserted text the cursor belongs" }),
});
export const CompletionsAnswer = Type.Object({
  from: Type.Integer({ description: "Offset of what is replaced" }),
  to: Type.Integer({ description: "Offset behind it" }),
  items: Type.Array(Candidate),
});
export const HoverAnswer = Type.Object({
  hover: Nullable(
    Type.Object({
      start: Type.Integer(),
      end: Type.Integer(),
      title: Type.String(),
      type: Nullable(ValueType),
      doc: Type.String(),
      source: Source,
    }),
  ),
});
export const TreeAnswer = Type.Object({
  ok: Type.Boolean(),
  problems: Type.Array(Problem),
  tree: Type.Unknown({
    description:
      "Nested {kind: all | any, items}, {kind: not, item}, {kind: condition, left, operator, right} and {kind: raw, text}, each with the number of parentheses around it; null with problems",
  }),
});
