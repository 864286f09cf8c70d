import type { Catalogue } from "./catalogue.ts";
import { check, typeOf } from "./check.ts";
import { parse } from "./parser.ts";
import { print } from "./print.ts";
import { partsOf } from "./reads.ts";
import {
  type BinaryOperator,
  MAX_HEIGHT,
  MAX_NODES,
  type MemberNode,
  type Node,
  PRECEDENCE,
  type Span,
} from "./syntax.ts";
import type { Typed } from "./typed.ts";
import type { ValueType } from "./types.ts";

/** The documented form of an expression beside its text (`expJSON`). */
export interface ExpressionJson {
  readonly arity: Arity;
  readonly value: string;
  readonly type: string;
  readonly operands: readonly ExpressionJson[];
}

const ARITIES = [
  "literal",
  "name",
  "group",
  "unary_operation",
  "binary_operation",
  "object_dereference",
  "method_call",
] as const;
type Arity = (typeof ARITIES)[number];

const TYPES: Readonly<Record<ValueType, string>> = {
  number: "real:object:primitive",
  string: "string:object:primitive",
  boolean: "boolean:primitive",
  date: "date:object:primitive",
  null: "null:primitive",
};
const LITERALS: Readonly<Record<string, string>> = {
  number: "number:primitive",
  string: "string:object:primitive",
  boolean: "boolean:primitive",
  null: "null:primitive",
};
const FUNCTION = "anonymous:function:primitive";
const UNKNOWN = "unknown:object:primitive";

/** Type of a profile: `currentTxn` is a `tx`, others are called by their names. */
const profileType = (name: string): string =>
  name.toLowerCase() === "currenttxn" ? "tx:object:primitive" : `${name}:object:primitive`;

const typesIn = (tree: Node, catalogue: Catalogue): ReadonlyMap<Node, ValueType> => {
  const types = new Map<Node, ValueType>();
  const visit = (part: Typed): void => {
    types.set(part.node, part.type);
    for (const inner of partsOf(part)) visit(inner);
  };
  const result = check(tree, catalogue);
  const typed = result.ok ? result.checked.typed : typeOf(tree, catalogue);
  if (typed !== null) visit(typed);
  return types;
};

/** The tree in its documented form. Types are those of the catalogue; what does not fit it is of unknown type. */
export const toExpressionJson = (tree: Node, catalogue: Catalogue): ExpressionJson => {
  const types = typesIn(tree, catalogue);
  const typeName = (node: Node): string => {
    if (node.kind === "group") return typeName(node.inner);
    const type = types.get(node);
    return type === undefined ? UNKNOWN : TYPES[type];
  };
  const literal = (node: Node, value: string): ExpressionJson => ({
    arity: "literal",
    value,
    type: LITERALS[node.kind] ?? UNKNOWN,
    operands: [],
  });
  const member = (node: MemberNode, type: string): ExpressionJson => ({
    arity: "object_dereference",
    value: ".",
    type,
    operands: [convert(node.object), { arity: "name", value: node.name, type, operands: [] }],
  });
  const convert = (node: Node): ExpressionJson => {
    switch (node.kind) {
      case "number":
        return literal(node, node.text);
      case "string":
        return literal(node, node.value);
      case "boolean":
        return literal(node, String(node.value));
      case "null":
        return literal(node, "null");
      case "name":
        return { arity: "name", value: node.name, type: profileType(node.name), operands: [] };
      case "member":
        return member(node, typeName(node));
      case "call":
        return {
          arity: "method_call",
          value: "(",
          type: typeName(node),
          operands: [member(node.callee, FUNCTION), ...node.args.map(convert)],
        };
      case "group":
        return { arity: "group", value: "(", type: typeName(node), operands: [convert(node.inner)] };
      case "unary":
        return {
          arity: "unary_operation",
          value: node.operator,
          type: typeName(node),
          operands: [convert(node.operand)],
        };
      case "binary":
        return {
          arity: "binary_operation",
          value: node.operator,
          type: typeName(node),
          operands: [convert(node.left), convert(node.right)],
        };
    }
  };
  return convert(tree);
};

const NOWHERE: Span = { start: 0, end: 0, line: 1, column: 1 };

class Malformed extends Error {}
const malformed = (message: string): never => {
  throw new Malformed(message);
};

export type FromJsonResult =
  | { readonly ok: true; readonly tree: Node }
  | { readonly ok: false; readonly message: string };

/** The tree that a documented form stands for, read with the same limits as a text. Never throws. */
export const fromExpressionJson = (json: unknown): FromJsonResult => {
  try {
    const parsed = parse(print(new Reader().node(json, 0)));
    return parsed.ok ? { ok: true, tree: parsed.tree } : { ok: false, message: parsed.errors[0]!.message };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, message: error.message };
    throw error;
  }
};

const NAME = /^[\p{L}_][\p{L}\p{M}\p{Nd}_]*$/u;
const NUMBER = /^\d+(?:\.\d+)?$/;

class Reader {
  private nodes = 0;

  node(json: unknown, depth: number): Node {
    this.nodes += 1;
    if (this.nodes > MAX_NODES || depth > MAX_HEIGHT) malformed("the expression is too large");
    const { arity, value, operands, type } = shapeOf(json);
    const read = (index: number): Node => this.node(operands[index], depth + 1);
    switch (arity) {
      case "literal":
        return literalOf(value, type);
      case "name":
        return { kind: "name", name: nameOf(value), span: NOWHERE };
      case "group":
        return { kind: "group", inner: read(0), span: NOWHERE };
      case "unary_operation":
        if (value !== "-" && value !== "!") return malformed(`there is no sign "${value}"`);
        return { kind: "unary", operator: value, operand: read(0), span: NOWHERE };
      case "binary_operation": {
        if (!Object.hasOwn(PRECEDENCE, value)) malformed(`there is no operator "${value}"`);
        const operator = value as BinaryOperator;
        return {
          kind: "binary",
          operator,
          left: read(0),
          right: read(1),
          operatorSpan: NOWHERE,
          span: NOWHERE,
        };
      }
      case "object_dereference": {
        const { arity: last, value: name } = shapeOf(operands[1]);
        if (last !== "name") malformed("an object_dereference ends with a name");
        return { kind: "member", object: read(0), name: nameOf(name), nameSpan: NOWHERE, span: NOWHERE };
      }
      case "method_call": {
        const callee = read(0);
        if (callee.kind !== "member") return malformed("a method_call begins with an object_dereference");
        const args = operands.slice(1).map((operand) => this.node(operand, depth + 1));
        return { kind: "call", callee, args, span: NOWHERE };
      }
    }
  }
}

const nameOf = (value: string): string =>
  NAME.test(value) ? value : malformed(`"${value.slice(0, 40)}" is no name`);

const literalOf = (value: string, type: string): Node => {
  const kind = type.split(":")[0];
  if (kind === "string") {
    if (/[\n\r]/.test(value)) malformed("a text has no line breaks");
    return { kind: "string", value, span: NOWHERE };
  }
  if (kind === "boolean") return { kind: "boolean", value: value === "true", span: NOWHERE };
  if (kind === "null") return { kind: "null", span: NOWHERE };
  if (!NUMBER.test(value)) malformed(`"${value.slice(0, 40)}" is no number`);
  return { kind: "number", value: Number(value), text: value, span: NOWHERE };
};

/** One part with its fields as they should be; a value may also come as what it means. */
const shapeOf = (
  json: unknown,
): { arity: Arity; value: string; type: string; operands: readonly unknown[] } => {
  if (typeof json !== "object" || json === null) return malformed("a part of the expression is missing");
  const { arity, value, type, operands = [] } = json as Readonly<Record<string, unknown>>;
  if (!ARITIES.includes(arity as Arity)) malformed(`there is no arity "${String(arity).slice(0, 40)}"`);
  if (!Array.isArray(operands)) return malformed("operands must be a list");
  const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return {
    arity: arity as Arity,
    value: isScalar ? String(value) : "",
    type: typeof type === "string" ? type : "",
    operands,
  };
};
