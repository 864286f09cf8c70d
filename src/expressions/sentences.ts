import type { Condition } from "./conditions.ts";
import { isDateText, type Show } from "./show.ts";
import { type BinaryNode, type ComparisonOperator, isComparison, isConstant, type Node } from "./syntax.ts";
import type { TraceStep, TraceValue } from "./trace.ts";
import { FALSE, TRUE, UNDETERMINED, type Unit } from "./types.ts";
import { phraseOf } from "./wording.ts";

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

/** What is, as in "42.00, above 30". */
const IS: Readonly<Record<ComparisonOperator, string>> = {
  "==": "",
  "!=": "not ",
  ">": "above ",
  ">=": "at least ",
  "<": "below ",
  "<=": "at most ",
};
const IS_DATE: Readonly<Record<ComparisonOperator, string>> = {
  ...IS,
  ">": "after ",
  ">=": "not before ",
  "<": "before ",
  "<=": "not after ",
};

/** What should have been, as in "more than 60 was needed". */
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

/** What was found for one condition and whether that is what the rule asks for, as a clause without its full stop. */
export const sentenceOf = (condition: Condition, step: TraceStep, show: Show): string => {
  const { node } = condition;
  if (node.kind === "boolean") return `this ${node.value ? "always" : "never"} holds`;
  if (node.kind !== "binary" || !isComparison(node.operator)) {
    const [, , ...values] = step;
    return testSentence(condition, step, values, show);
  }
  const sides = sidesOf(node, node.operator, step);
  return typeof sides.needed === "boolean" && isConstant(sides.object)
    ? truthSentence(condition, step, sides)
    : comparisonSentence(condition, step, sides, show);
};

/** A comparison read so that what is spoken of comes first. */
interface Sides {
  readonly subject: Node;
  readonly object: Node;
  readonly operator: ComparisonOperator;
  readonly actual: TraceValue;
  readonly needed: TraceValue;
}

const sidesOf = (node: BinaryNode, operator: ComparisonOperator, [, , ...values]: TraceStep): Sides => {
  const isFlipped = isConstant(node.left) && !isConstant(node.right);
  const [subject, object] = isFlipped ? [node.right, node.left] : [node.left, node.right];
  const queue = [...values];
  const operandValue = (side: Node): TraceValue =>
    isConstant(side) ? constantOf(side) : (queue.shift() ?? null);
  const actual = operandValue(subject);
  return {
    subject,
    object,
    operator: isFlipped ? FLIPPED[operator] : operator,
    actual,
    needed: operandValue(object),
  };
};

const constantOf = (node: Node): TraceValue => {
  if (node.kind === "group") return constantOf(node.inner);
  if (node.kind === "unary") {
    const value = constantOf(node.operand);
    return typeof value === "number" ? -value : value;
  }
  return node.kind === "number" || node.kind === "string" || node.kind === "boolean" ? node.value : null;
};

/** What would have been right, as the end of a sentence that says what is. */
const asked = (wanted: string, isAlternative: boolean): string =>
  isAlternative ? `; ${wanted} would do` : `, but ${wanted} was needed`;

const enough = (isAlternative: boolean): string => (isAlternative ? ", which is enough" : "");

const comparisonSentence = (
  { isNegated, isAlternative }: Condition,
  [, outcome]: TraceStep,
  { subject, object, operator, actual, needed }: Sides,
  show: Show,
): string => {
  const unit = phraseOf(subject).unit ?? phraseOf(object).unit;
  const says = isConstant(subject) ? show.written(actual, unit) : phraseOf(subject).says;
  const than = isConstant(object) ? show.written(needed, unit) : withValue(object, needed, unit, show);
  const isDate = [actual, needed].some(isDateText) && !isConstant(object);
  const relation = isDate ? IS_DATE : IS;
  if (outcome === UNDETERMINED) return `whether ${says} is ${relation[operator]}${than} could not be told`;

  const is = isConstant(subject) ? says : `${says} is ${show.found(actual, unit)}`;
  const wanted = isNegated ? OPPOSITE[operator] : operator;
  if ((outcome === TRUE) === isNegated) {
    const what = wanted === "!=" ? "anything else" : `${(isDate ? WANTED_DATE : WANTED)[wanted]}${than}`;
    return is + asked(what, isAlternative);
  }
  // Only under "!" can a comparison with what is not known be as it should.
  if (actual === null || needed === null)
    return `${is}, so it is not ${relation[operator]}${than}${enough(isAlternative)}`;
  if (wanted !== "==") return `${is}, ${relation[wanted]}${than}${enough(isAlternative)}`;
  if (isConstant(object)) return is + (enough(isAlternative) || ", as was needed");
  return `${is}, the same as ${than}${enough(isAlternative)}`;
};

const withValue = (node: Node, value: TraceValue, unit: Unit | null, show: Show): string =>
  `${phraseOf(node).says} (${value === null ? "which is not known" : show.found(value, unit)})`;

/** A comparison with `true` or `false` asks what its other side says or denies. */
const truthSentence = (
  condition: Condition,
  [number, outcome]: TraceStep,
  { subject, operator, actual, needed }: Sides,
): string => {
  if (outcome === UNDETERMINED || actual === null) return unknownTruth(subject, outcome, condition);
  const isOpposite = (operator === "==") !== (needed === true);
  const isNegated = condition.isNegated !== isOpposite;
  const step = [number, actual === true ? TRUE : FALSE] as const;
  return testSentence({ ...condition, node: subject, isNegated }, step, [], null);
};

const statementOf = (node: Node): { readonly says: string; readonly denies: string } => {
  const { says, denies } = phraseOf(node);
  return denies === null ? { says: `${says} is true`, denies: `${says} is false` } : { says, denies };
};

const unknownTruth = (node: Node, outcome: number, { isAlternative }: Condition): string =>
  outcome === UNDETERMINED
    ? `whether ${statementOf(node).says} could not be told`
    : `it is not known whether ${statementOf(node).says}${isAlternative ? "" : ", so this is not met"}`;

/** A boolean attribute by itself, which alone is never true when it is not known, negated or not. */
const isAttribute = (node: Node): boolean =>
  node.kind === "member" ||
  (node.kind === "call" && node.args.length === 0 && node.callee.object.kind === "name");

/** A function or an attribute that is true or false by itself. */
const testSentence = (
  condition: Condition,
  [, outcome]: TraceStep,
  values: readonly TraceValue[],
  show: Show | null,
): string => {
  const { node, isNegated, isAlternative } = condition;
  const isUnknown = isAttribute(node) && values.length === 1 && values[0] === null;
  if (outcome === UNDETERMINED || isUnknown) return unknownTruth(node, outcome, condition);
  const { says, denies } = statementOf(node);
  const sentence = outcome === TRUE ? says : denies;
  const isSaid = sentence.endsWith("is not known") || sentence.endsWith("is not given");
  const known = isSaid || show === null ? [] : values.map((value) => show.found(value, null));
  const found = known.length === 0 ? "" : ` (${known.join(", ")})`;
  if ((outcome === TRUE) === isNegated) return sentence + found + asked("the opposite", isAlternative);
  return sentence + found + (enough(isAlternative) || ", as was needed");
};
