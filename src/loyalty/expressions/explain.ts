import { parse } from "./parser.ts";
import {
  type BinaryNode,
  type ComparisonOperator,
  isComparison,
  isConstant,
  isLogical,
  type Node,
} from "./syntax.ts";
import type { TracedResult, TraceStep, TraceValue } from "./trace.ts";
import type { Unit } from "./types.ts";
import { phraseOf } from "./wording.ts";

/** A condition with the way it counts: under an odd number of `!`, and as one of several alternatives or not. */
interface Condition {
  readonly node: Node;
  readonly isNegated: boolean;
  readonly isAlternative: boolean;
}

/** Numbers of decimals that a value is shown with. */
const DECIMALS: Readonly<Record<Unit | "plain", readonly [least: number, most: number]>> = {
  money: [2, 4],
  points: [0, 3],
  count: [0, 3],
  plain: [0, 6],
};

type Show = (value: TraceValue, unit: Unit | null) => string;

/**
 * Tells a trace in plain English, one sentence for each condition that was looked at, in the order of the text, such as "the
 * bill's value is 42.00, at least 30.00 was needed". Conditions that were skipped are left out.
 * @param locale BCP 47 tag for the form of numbers.
 */
export const explain = (traced: Omit<TracedResult, "outcome">, locale = "en"): string[] => {
  const parsed = parse(traced.text);
  if (!parsed.ok) return ["this rule can no longer be read"];
  const conditions: Condition[] = [];
  collect(parsed.tree, false, false, conditions);
  const show = showIn(locale);
  const sentences = traced.steps.flatMap((step) => {
    const condition = conditions[step[0]];
    return condition === undefined ? [] : [sentenceOf(condition, step, show)];
  });
  if (traced.problem !== undefined) sentences.push(`the rule could not be decided: ${traced.problem}`);
  return sentences;
};

const collect = (node: Node, isNegated: boolean, isAlternative: boolean, found: Condition[]): void => {
  if (node.kind === "group") collect(node.inner, isNegated, isAlternative, found);
  else if (node.kind === "unary" && node.operator === "!")
    collect(node.operand, !isNegated, isAlternative, found);
  else if (node.kind === "binary" && isLogical(node.operator)) {
    // Under "!" the roles are exchanged: !(a && b) asks for one of two.
    const isChoice = isAlternative || (node.operator === "||") !== isNegated;
    collect(node.left, isNegated, isChoice, found);
    collect(node.right, isNegated, isChoice, found);
  } else found.push({ node, isNegated, isAlternative });
};

const showIn = (locale: string): Show => {
  const formats = new Map<string, Intl.NumberFormat>();
  const formatOf = (unit: Unit | "plain"): Intl.NumberFormat => {
    const [minimumFractionDigits, maximumFractionDigits] = DECIMALS[unit];
    const format =
      formats.get(unit) ?? numberFormat(locale, { minimumFractionDigits, maximumFractionDigits });
    formats.set(unit, format);
    return format;
  };
  return (value, unit) => {
    if (value === null) return "not known";
    if (typeof value === "number") return formatOf(unit ?? "plain").format(value);
    if (typeof value === "boolean") return String(value);
    return DATE.test(value) ? dateText(value) : `"${value}"`;
  };
};

/** An unknown locale falls back to English instead of failing an explanation. */
const numberFormat = (locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  try {
    return new Intl.NumberFormat(locale, options);
  } catch {
    return new Intl.NumberFormat("en", options);
  }
};

const DATE = /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d):\d\d$/;
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

const dateText = (text: string): string => {
  const [, year, month, day, time] = DATE.exec(text) ?? [];
  const weekday = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay();
  return `${DAYS[weekday]} ${year}-${month}-${day} ${time}`;
};

const FLIPPED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  "==": "==",
  "!=": "!=",
  ">": "<",
  ">=": "<=",
  "<": ">",
  "<=": ">=",
};
const OPPOSITE: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  "==": "!=",
  "!=": "==",
  ">": "<=",
  ">=": "<",
  "<": ">=",
  "<=": ">",
};
const WANTED: Readonly<Record<ComparisonOperator, string>> = {
  "==": "",
  "!=": "anything but ",
  ">": "more than ",
  ">=": "at least ",
  "<": "less than ",
  "<=": "at most ",
};
const WANTED_DATE: Readonly<Record<ComparisonOperator, string>> = {
  ...WANTED,
  ">": "a time after ",
  ">=": "a time not before ",
  "<": "a time before ",
  "<=": "a time not after ",
};

const sentenceOf = (condition: Condition, step: TraceStep, show: Show): string => {
  const { node } = condition;
  if (node.kind === "binary" && isComparison(node.operator))
    return comparisonSentence(node, node.operator, condition, step, show);
  return node.kind === "boolean"
    ? `this holds ${node.value ? "always" : "never"}`
    : testSentence(condition, step, show);
};

const comparisonSentence = (
  node: BinaryNode,
  operator: ComparisonOperator,
  { isNegated, isAlternative }: Condition,
  [, , ...values]: TraceStep,
  show: Show,
): string => {
  const isFlipped = isConstant(node.left) && !isConstant(node.right);
  const [subject, object] = isFlipped ? [node.right, node.left] : [node.left, node.right];
  const oriented = isFlipped ? FLIPPED[operator] : operator;
  const wanted = isNegated ? OPPOSITE[oriented] : oriented;
  const unit = phraseOf(subject).unit ?? phraseOf(object).unit;
  const queue = [...values];
  const operandValue = (operand: Node): TraceValue =>
    isConstant(operand) ? constantOf(operand) : (queue.shift() ?? null);
  const actual = operandValue(subject);
  const needed = operandValue(object);
  const isDate = typeof actual === "string" && DATE.test(actual) && !isConstant(subject);
  const is = isConstant(subject) ? show(actual, unit) : `${phraseOf(subject).says} is ${show(actual, unit)}`;
  const than = isConstant(object)
    ? show(needed, unit)
    : `${phraseOf(object).says} (${needed === null ? "which is not known" : show(needed, unit)})`;
  return `${is}, ${(isDate ? WANTED_DATE : WANTED)[wanted]}${than} ${isAlternative ? "would do" : "was needed"}`;
};

const constantOf = (node: Node): TraceValue => {
  if (node.kind === "group") return constantOf(node.inner);
  if (node.kind === "unary") {
    const value = constantOf(node.operand);
    return typeof value === "number" ? -value : value;
  }
  return node.kind === "number" || node.kind === "string" || node.kind === "boolean" ? node.value : null;
};

/** A function or an attribute that is true or false by itself. */
const testSentence = ({ node, isNegated, isAlternative }: Condition, step: TraceStep, show: Show): string => {
  const [, outcome, ...values] = step;
  const { says, denies } = phraseOf(node);
  const fallback = `${says} is ${outcome === 1 ? "true" : "false"}`;
  const sentence = denies === null ? fallback : outcome === 1 ? says : denies;
  const isSaid = sentence.endsWith("is not known") || sentence.endsWith("is not given");
  const known = isSaid ? [] : values.map((value) => show(value, null));
  const found = known.length === 0 ? "" : ` (${known.join(", ")})`;
  if (outcome === 2) return `${sentence}${found}: this could not be told`;
  const isMet = (outcome === 1) !== isNegated;
  if (isMet) return `${sentence}${found}, ${isAlternative ? "which is enough" : "as was needed"}`;
  return `${sentence}${found}, the opposite ${isAlternative ? "would do" : "was needed"}`;
};
