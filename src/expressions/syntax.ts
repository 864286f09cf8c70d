/** A place in the text: offsets in UTF-16 units (`end` exclusive); line and column of the start count from 1. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

export type ComparisonOperator = "==" | "!=" | ">" | ">=" | "<" | "<=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";
export type LogicalOperator = "&&" | "||";
export type BinaryOperator = ComparisonOperator | ArithmeticOperator | LogicalOperator;

/** A number keeps its digits as written, so that printing loses nothing. */
export interface NumberNode {
  readonly kind: "number";
  readonly value: number;
  readonly text: string;
  readonly span: Span;
}
export interface StringNode {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}
export interface BooleanNode {
  readonly kind: "boolean";
  readonly value: boolean;
  readonly span: Span;
}
export interface NullNode {
  readonly kind: "null";
  readonly span: Span;
}
/** A name that stands alone: the profile. */
export interface NameNode {
  readonly kind: "name";
  readonly name: string;
  readonly span: Span;
}
/** `object.name`. The span is that of the whole, `nameSpan` that of the name. */
export interface MemberNode {
  readonly kind: "member";
  readonly object: Node;
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
}
export interface CallNode {
  readonly kind: "call";
  readonly callee: MemberNode;
  readonly args: readonly Node[];
  readonly span: Span;
}
/** Parentheses as the author wrote them. */
export interface GroupNode {
  readonly kind: "group";
  readonly inner: Node;
  readonly span: Span;
}
export interface UnaryNode {
  readonly kind: "unary";
  readonly operator: "-" | "!";
  readonly operand: Node;
  readonly span: Span;
}
/** `operatorSpan` is where the operator itself stands. */
export interface BinaryNode {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Node;
  readonly right: Node;
  readonly operatorSpan: Span;
  readonly span: Span;
}

/** The syntax tree, immutable. */
export type Node =
  | NumberNode
  | StringNode
  | BooleanNode
  | NullNode
  | NameNode
  | MemberNode
  | CallNode
  | GroupNode
  | UnaryNode
  | BinaryNode;

/** A mistake in an expression. The message is a sentence that already holds `expected` and `nearest`. */
export interface ExpressionError {
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
  /** What would have been right here; null where only the message can say. */
  readonly expected: string | null;
  /** The known name that is closest to an unknown one. */
  readonly nearest: string | null;
}

/** Limits that keep every walk over a tree short and shallow. */
export const MAX_TEXT_LENGTH = 10_000;
export const MAX_NODES = 4_000;
/** Parentheses, signs and arguments inside each other. */
export const MAX_NESTING = 64;
/** Height of the tree: also bounds chains such as `a + b + c + …`. */
export const MAX_HEIGHT = 500;

/** Binding strength of binary operators; everything is left-associative and comparisons do not chain. */
export const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  ">": 3,
  ">=": 3,
  "<": 3,
  "<=": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "%": 5,
};
export const COMPARISON_PRECEDENCE = 3;
export const UNARY_PRECEDENCE = 6;

export const isComparison = (operator: BinaryOperator): operator is ComparisonOperator =>
  PRECEDENCE[operator] === COMPARISON_PRECEDENCE;
export const isLogical = (operator: BinaryOperator): operator is LogicalOperator => PRECEDENCE[operator] <= 2;

/** The error at a place. */
export const errorAt = (
  span: Span,
  message: string,
  expected: string | null = null,
  nearest: string | null = null,
): ExpressionError => ({
  message,
  line: span.line,
  column: span.column,
  start: span.start,
  end: span.end,
  expected,
  nearest,
});

/** True for a value written in the text itself: a literal, also signed or in parentheses. */
export const isConstant = (node: Node): boolean => {
  if (node.kind === "group") return isConstant(node.inner);
  if (node.kind === "unary") return node.operator === "-" && isConstant(node.operand);
  return node.kind === "number" || node.kind === "string" || node.kind === "boolean" || node.kind === "null";
};
