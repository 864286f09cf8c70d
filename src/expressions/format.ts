import { parse } from "./parser.ts";
import { print } from "./print.ts";
import {
  type BinaryNode,
  type ExpressionError,
  isLogical,
  type LogicalOperator,
  MAX_TEXT_LENGTH,
  type Node,
} from "./syntax.ts";

/** Lines longer than this are broken at `&&` and `||`. */
const WIDTH = 80;
const STEP = 2;

export type FormatResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/**
 * The text in its readable layout: on one line when that is short, else a line for each side of `&&` and `||`, and what is in
 * parentheses indented. It parses to an equal tree, so formatting twice changes nothing.
 */
export const format = (text: string): FormatResult => {
  const parsed = parse(text);
  return parsed.ok ? { ok: true, text: formatted(parsed.tree, text) } : parsed;
};

/** The layout of a parsed tree; the plainest that still fits a text's limit, in the end as it was written. */
export const formatted = (tree: Node, written: string): string =>
  [layout(tree, 0), print(tree)].find((text) => text.length <= MAX_TEXT_LENGTH) ?? written;

const layout = (node: Node, indent: number): string => {
  const flat = print(node);
  if (indent + flat.length <= WIDTH) return flat;
  const margin = `\n${" ".repeat(indent)}`;
  if (node.kind === "group") {
    const inner = layout(node.inner, indent + STEP);
    return `(${margin}${" ".repeat(STEP)}${inner}${margin})`;
  }
  if (node.kind === "unary" && node.operand.kind === "group")
    return node.operator + layout(node.operand, indent);
  if (node.kind !== "binary" || !isLogical(node.operator)) return flat;
  return chainOf(node, node.operator)
    .map((side) => layout(side, isLogicalNode(side) ? indent + STEP : indent))
    .join(`${margin}${node.operator} `);
};

const isLogicalNode = (node: Node): boolean => node.kind === "binary" && isLogical(node.operator);

/** The sides of `a && b && c`, from left to right. */
export const chainOf = (node: BinaryNode, operator: LogicalOperator): readonly Node[] => {
  const sides: Node[] = [];
  let left: Node = node;
  while (left.kind === "binary" && left.operator === operator) {
    sides.push(left.right);
    left = left.left;
  }
  return [left, ...sides.reverse()];
};
