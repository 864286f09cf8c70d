import { chainOf } from "./format.ts";
import { parse } from "./parser.ts";
import { print } from "./print.ts";
import {
  type CallNode,
  type ComparisonOperator,
  type ExpressionError,
  isComparison,
  isLogical,
  type Node,
  PRECEDENCE,
} from "./syntax.ts";

/**
 * An expression as nested groups and conditions, for editors that show forms. `parentheses` counts the pairs that the author
 * put around it.
 */
export type RuleTree = (
  | { readonly kind: "all" | "any"; readonly items: readonly RuleTree[] }
  | { readonly kind: "not"; readonly item: RuleTree }
  | RuleCondition
  /** What no form can show, as its text. */
  | { readonly kind: "raw"; readonly text: string }
) & { readonly parentheses?: number };

/**
 * `left` and `right` are texts of the language. The operator is a comparison; the name of a function of values, whose arguments
 * are `right`; or "is" for what is true or false by itself. `right` is null where there is none.
 */
export interface RuleCondition {
  readonly kind: "condition";
  readonly left: string;
  readonly operator: string;
  readonly right: string | null;
}

export type TreeResult =
  | { readonly ok: true; readonly tree: RuleTree }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/** The text as nested groups and conditions. `textOf` gives an equal expression back. */
export const treeOf = (text: string): TreeResult => {
  const parsed = parse(text);
  return parsed.ok ? { ok: true, tree: formOf(parsed.tree) } : parsed;
};

const formOf = (node: Node): RuleTree => {
  switch (node.kind) {
    case "group": {
      const inner = formOf(node.inner);
      return { ...inner, parentheses: (inner.parentheses ?? 0) + 1 };
    }
    case "unary":
      return node.operator === "!" ? { kind: "not", item: formOf(node.operand) } : rawOf(node);
    case "binary": {
      const { operator } = node;
      if (isLogical(operator))
        return { kind: operator === "&&" ? "all" : "any", items: chainOf(node, operator).map(formOf) };
      return isComparison(operator)
        ? { kind: "condition", left: print(node.left), operator, right: print(node.right) }
        : rawOf(node);
    }
    case "call":
      return callForm(node);
    case "member":
      return node.object.kind === "name" ? alone(node) : rawOf(node);
    case "boolean":
      return alone(node);
    default:
      return rawOf(node);
  }
};

const rawOf = (node: Node): RuleTree => ({ kind: "raw", text: print(node) });
const alone = (node: Node): RuleTree => ({
  kind: "condition",
  left: print(node),
  operator: "is",
  right: null,
});

const callForm = (node: CallNode): RuleTree => {
  const { callee, args } = node;
  // A function of a profile is what is spoken of; one that is named like the sign of what stands alone cannot be told apart.
  if (callee.object.kind === "name") return alone(node);
  if (callee.name === "is") return rawOf(node);
  return {
    kind: "condition",
    left: print(callee.object),
    operator: callee.name,
    right: args.length === 0 ? null : args.map(print).join(", "),
  };
};

const COMPARISONS: readonly string[] = ["==", "!=", ">", ">=", "<", "<="] satisfies ComparisonOperator[];
/** Deeper trees than expressions can be are cut off as nothing. */
const MAX_DEPTH = 300;

/**
 * The text of a tree. Parentheses are added where its shape needs them. Total: what an editor has left half-written gives a text
 * that the check then judges.
 */
export const textOf = (tree: RuleTree): string => textAt(tree, 0, 0);

const textAt = (tree: RuleTree, floor: number, depth: number): string => {
  if (depth > MAX_DEPTH) return "";
  const parentheses = tree.parentheses ?? 0;
  const inner = bareText(tree, depth + 1);
  const needed = parentheses === 0 && strengthOf(tree) < floor ? 1 : parentheses;
  return "(".repeat(needed) + inner + ")".repeat(needed);
};

const ANY = PRECEDENCE["||"];
const ALL = PRECEDENCE["&&"];
const COMPARISON = PRECEDENCE["=="];
const TIGHT = 9;

const strengthOf = (tree: RuleTree): number => {
  switch (tree.kind) {
    case "all":
    case "any":
      if (tree.items.length === 1) return strengthOf(tree.items[0]!);
      return tree.kind === "all" ? ALL : ANY;
    case "condition":
      return COMPARISONS.includes(tree.operator) ? COMPARISON : TIGHT;
    case "raw":
      return strengthOfText(tree.text);
    case "not":
      return TIGHT;
  }
};

/** A text that cannot be read is left as it is. */
const strengthOfText = (text: string): number => {
  const parsed = parse(text);
  return parsed.ok && parsed.tree.kind === "binary" ? PRECEDENCE[parsed.tree.operator] : TIGHT;
};

const bareText = (tree: RuleTree, depth: number): string => {
  switch (tree.kind) {
    case "all":
    case "any": {
      const isAll = tree.kind === "all";
      // A group of nothing: all of nothing holds, any of nothing does not.
      if (tree.items.length === 0) return String(isAll);
      if (tree.items.length === 1) return textAt(tree.items[0]!, 0, depth);
      const floor = (isAll ? ALL : ANY) + 1;
      return tree.items.map((item) => textAt(item, floor, depth)).join(isAll ? " && " : " || ");
    }
    case "not":
      return `!${textAt(tree.item, TIGHT, depth)}`;
    case "raw":
      return tree.text;
    case "condition":
      return conditionText(tree);
  }
};

const operand = (text: string, floor: number): string => (strengthOfText(text) < floor ? `(${text})` : text);

const conditionText = ({ left, operator, right }: RuleCondition): string => {
  if (operator === "is") return operand(left, TIGHT);
  if (COMPARISONS.includes(operator))
    return `${operand(left, COMPARISON + 1)} ${operator} ${operand(right ?? "", COMPARISON + 1)}`;
  const isSigned = /^\s*[-!]/.test(left);
  return `${isSigned ? `(${left})` : operand(left, TIGHT)}.${operator}(${right ?? ""})`;
};
