import { conditionsOf } from "./conditions.ts";
import { fieldName } from "./names.ts";
import { parse } from "./parser.ts";
import { isComparison, isConstant, type MemberNode, type Node } from "./syntax.ts";
import type { TracedResult, TraceStep, TraceValue } from "./trace.ts";
import { TRUE, UNDETERMINED } from "./types.ts";

/** The value that an evaluation found an attribute to have. */
export interface SeenAttribute {
  /** As the text has it, in lower case: `currentcustomer`. */
  readonly profile: string;
  /** In lower case; null for an extended field. */
  readonly name: string | null;
  /** Exact name of an extended field; null for others. */
  readonly field: string | null;
  readonly value: TraceValue;
}

/**
 * Attributes whose values a trace keeps, in the order in which they were looked at: operands of its conditions, and those that stand
 * alone. What an attribute is reckoned into is not taken apart.
 */
export const seenBy = ({ text, steps }: Pick<TracedResult, "text" | "steps">): SeenAttribute[] => {
  const parsed = parse(text);
  if (!parsed.ok) return [];
  const conditions = conditionsOf(parsed.tree);
  return steps.flatMap((step) => {
    const node = conditions[step[0]]?.node;
    return node === undefined ? [] : valuesOf(node, step).flatMap(attributeOf);
  });
};

type Found = readonly [Node, TraceValue];

const valuesOf = (node: Node, [, outcome, ...values]: TraceStep): Found[] => {
  // A truth that stands alone is its outcome; null is said beside it.
  if (memberOf(node) !== null)
    return outcome === UNDETERMINED ? [] : [[node, values.length === 0 ? outcome === TRUE : null]];
  const operands = operandsOf(node).filter((operand) => !isConstant(operand));
  return operands.length === values.length ? operands.map((operand, index) => [operand, values[index]!]) : [];
};

const operandsOf = (node: Node): readonly Node[] => {
  if (node.kind === "binary") return isComparison(node.operator) ? [node.left, node.right] : [];
  if (node.kind !== "call") return [];
  const { object } = node.callee;
  return object.kind === "name" ? node.args : [object, ...node.args];
};

const attributeOf = ([node, value]: Found): SeenAttribute[] => {
  const member = memberOf(node);
  if (member === null || member.object.kind !== "name") return [];
  const field = fieldName(member.name);
  const name = field === null ? member.name.toLowerCase() : null;
  return [{ profile: member.object.name.toLowerCase(), name, field, value }];
};

/** An attribute of a profile, which may be written with empty parentheses too. */
const memberOf = (node: Node): MemberNode | null => {
  if (node.kind === "group") return memberOf(node.inner);
  if (node.kind === "call") return node.args.length === 0 ? memberOf(node.callee) : null;
  return node.kind === "member" && node.object.kind === "name" ? node : null;
};
