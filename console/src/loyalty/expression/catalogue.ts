import type { Answer } from "../../api/client.ts";
import { sentenceCase } from "../workflow/words.ts";
import { type Operand, operandText, parseOperand, quoted, splitArgs } from "./operand.ts";
import { COMPARISONS, type Condition } from "./tree.ts";

type CatalogueAnswer = Answer<"/api/expressions/catalogue">;
export type Entry = CatalogueAnswer["items"][number];
export type Parameter = Entry["parameters"][number];
export type ValueType = Entry["type"];

/** What can be named at a place, by what forms look up. */
export interface Catalogue {
  /** Attributes and functions of profiles, in the order of the catalogue. */
  readonly named: readonly Entry[];
  readonly methods: readonly Entry[];
  readonly profiles: CatalogueAnswer["profiles"];
  /** Attributes and functions by lower-cased `profile.name`, aliases too. */
  readonly byName: ReadonlyMap<string, Entry>;
}

export const keyOf = ({ profile, name }: { profile: string | null; name: string }): string =>
  `${profile}.${name}`.toLowerCase();

export const catalogueFrom = ({ items, profiles }: CatalogueAnswer): Catalogue => {
  const named = items.filter(({ profile }) => profile !== null);
  return {
    named,
    methods: items.filter(({ profile }) => profile === null),
    profiles,
    byName: new Map(
      named.flatMap((entry) =>
        [entry.name, ...entry.aliases].map(
          (name) => [keyOf({ profile: entry.profile, name }), entry] as const,
        ),
      ),
    ),
  };
};

/** What an attribute or a function is called in words. What arguments say is left open. */
export const wordsOf = ({ says }: Pick<Entry, "says">): string =>
  sentenceCase(says.replaceAll(/\{\w+\}/g, "…").replaceAll(/…(, …)+/g, "…"));

/** A profile in a few words: "The bill that is being decided." is the bill. */
export const profileWords = ({ name, doc }: { name: string; doc: string }): string =>
  doc.replace(/\.$/, "").split(/ (?:that|whom|where|which|who) /)[0] || name;

/** A condition that a row of inputs can show. */
export interface Row {
  readonly operand: Operand;
  readonly entry: Entry;
  /** What is asked of the attribute before it is compared, such as its month. */
  readonly part: Entry | null;
  /** Of what is compared. */
  readonly type: ValueType;
  readonly operator: string;
  /** The operator, where it is a function of the value. */
  readonly method: Entry | null;
  readonly right: string | null;
}

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const methodFor = (catalogue: Catalogue, name: string, type: ValueType): Entry | null =>
  catalogue.methods.find((method) => sameName(method.name, name) && method.on.includes(type)) ?? null;

/** A condition as a row; null where only its text can show it. */
export const rowOf = (condition: Condition, catalogue: Catalogue): Row | null => {
  const { left, operator, right } = condition;
  const operand = parseOperand(left);
  const entry = operand && catalogue.byName.get(keyOf(operand));
  if (!operand || !entry || !hasArguments(entry, operand.args)) return null;
  const part = operand.method && methodFor(catalogue, operand.method.name, entry.type);
  if (operand.method !== null && (!part || part.type === "boolean")) return null;
  const type = part?.type ?? entry.type;
  const row = { operand, entry, part, type, operator, method: null, right };
  if (operator === "is") return type === "boolean" ? row : null;
  if (COMPARISONS.includes(operator)) return type === "boolean" || right === null ? null : row;
  const method = methodFor(catalogue, operator, type);
  if (method === null || method.type !== "boolean") return null;
  const given = splitArgs(right ?? "").length;
  const needed = method.parameters.filter(({ optional }) => !optional).length;
  return given >= needed && given <= method.parameters.length ? { ...row, method } : null;
};

/** A function has as many as it takes; an attribute none, or empty parentheses. */
const hasArguments = ({ kind, parameters }: Entry, args: readonly string[] | null): boolean =>
  kind === "attribute"
    ? args === null || args.length === 0
    : args !== null &&
      args.length <= parameters.length &&
      args.length >= parameters.filter(({ optional }) => !optional).length;

export interface Choice {
  readonly value: string;
  readonly label: string;
}

const NUMBER = {
  "==": "is",
  "!=": "is not",
  ">=": "is at least",
  ">": "is more than",
  "<=": "is at most",
  "<": "is less than",
};
const DATE = {
  ">": "is later than",
  ">=": "is not earlier than",
  "<": "is earlier than",
  "<=": "is not later than",
  "==": "is the same moment as",
  "!=": "is another moment than",
};
const COMPARED: Partial<Record<ValueType, Readonly<Record<string, string>>>> = {
  number: NUMBER,
  string: { "==": "is", "!=": "is not" },
  date: DATE,
};

/** Where the wording alone would not tell what to enter. */
const METHOD_WORDS: Readonly<Record<string, string>> = {
  isHourBetween: "is between the hours",
  isTimeBetween: "is between the times",
  isAfter: "is after the day",
  isBefore: "is before the day",
  matches: "matches the pattern",
  isEmpty: "is empty or not known",
  isNotNull: "is known",
  isNull: "is not known",
};

const methodWords = ({ name, says }: Entry): string =>
  METHOD_WORDS[name] ?? says.replace(/^\{it\} /, "").replace(/\s*\{.*$/, "");

/** Ways to say the same are offered once; one that is in use is offered too. */
const SAME: readonly string[] = ["exists", "notExists"];

/** What a value of a type can be asked, functions first where they say more. */
export const operatorsFor = (type: ValueType, { methods }: Catalogue, current: string): Choice[] => {
  const compared = Object.entries(COMPARED[type] ?? {}).map(([value, label]) => ({ value, label }));
  const asked = methods
    .filter((method) => method.type === "boolean" && method.on.includes(type))
    .filter(({ name }) => !SAME.includes(name) || sameName(name, current))
    .map((method) => ({ value: method.name, label: methodWords(method) }));
  if (type === "boolean") return [{ value: "is", label: "holds" }, ...asked];
  const isOwn = ({ value }: Choice): boolean =>
    !methods.find(({ name }) => name === value)?.on.includes("boolean");
  // Every type has the questions about what is not known: they come last.
  return type === "date"
    ? [...asked.filter(isOwn), ...compared, ...asked.filter((choice) => !isOwn(choice))]
    : [...compared, ...asked];
};

/** What can be asked of an attribute before it is compared, such as the month of a date. */
export const partsFor = (type: ValueType, { methods }: Catalogue): Choice[] =>
  methods
    .filter((method) => method.type !== "boolean" && method.on.includes(type))
    .map((method) => ({
      value: method.name,
      label: method.says.replace(/ (?:of|between) \{it\}.*$/, "").replace(/ among .*$/, ""),
    }));

/** What an argument begins with. */
const firstArgument = ({ name, type, choices }: Parameter, today: Date): string => {
  const [choice] = choices;
  if (choice !== undefined) return type === "number" ? choice : quoted(choice);
  if (name === "year") return String(today.getFullYear());
  if (name === "month") return String(today.getMonth() + 1);
  if (name === "day") return String(today.getDate());
  if (name === "bounds") return quoted("50,200,500");
  if (type === "number") return "0";
  if (type === "boolean") return "true";
  return type === "date" ? "currentTxn.date" : quoted("");
};

export const firstArguments = (parameters: readonly Parameter[], today = new Date()): string[] =>
  parameters.filter(({ optional }) => !optional).map((parameter) => firstArgument(parameter, today));

/** The operator and the value that a row of a type begins with. */
const begin = (type: ValueType): Pick<Condition, "operator" | "right"> => {
  switch (type) {
    case "boolean":
      return { operator: "is", right: null };
    case "string":
      return { operator: "==", right: quoted("") };
    case "date":
      return { operator: "isWeekend", right: null };
    default:
      return { operator: ">=", right: "0" };
  }
};

/** The condition about another attribute; the operator and value stay where they fit. */
export const withOperand = (
  { operator, right }: Condition,
  before: ValueType | null,
  operand: Operand,
  type: ValueType,
): Condition => ({
  kind: "condition",
  left: operandText(operand),
  ...(before === type && type !== "string" ? { operator, right } : begin(type)),
});

/** The condition with another operator; the value stays where it fits. */
export const withOperator = (
  condition: Condition,
  { method, type }: Pick<Row, "method" | "type">,
  operator: string,
  { methods }: Catalogue,
): Condition => {
  const next = methods.find(({ name, on }) => name === operator && on.includes(type));
  if (operator === "is") return { ...condition, operator, right: null };
  if (next !== undefined) {
    const args = firstArguments(next.parameters);
    const isText = type === "string" && args.length === 1 && condition.right !== null;
    return {
      ...condition,
      operator,
      right: args.length === 0 ? null : isText ? condition.right : args.join(", "),
    };
  }
  const isKept = condition.right !== null && (method === null || type === "string");
  const right = isKept ? condition.right : type === "date" ? "currentTxn.date" : begin(type).right;
  return { ...condition, operator, right };
};

/** The operand of an entry, with arguments to begin with. */
export const operandOf = ({ profile, name, kind, parameters }: Entry): Operand => ({
  profile: profile ?? "",
  name,
  args: kind === "attribute" ? null : firstArguments(parameters),
  method: null,
});
