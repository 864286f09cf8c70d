import { COMPARISON_PRECEDENCE, type Node, PRECEDENCE, UNARY_PRECEDENCE } from "./syntax.ts";

/**
 * Canonical text of a tree: one space around binary operators, everything else tight. Names, digits and parentheses come
 * out as written, so parsing the text gives an equal tree. For a tree that was not parsed but built, parentheses are added
 * where its shape needs them.
 */
export const print = (node: Node): string => {
  switch (node.kind) {
    case "number":
      return node.text;
    case "string":
      return quote(node.value);
    case "boolean":
      return String(node.value);
    case "null":
      return "null";
    case "name":
      return node.name;
    case "member":
      return `${printAbove(node.object, UNARY_PRECEDENCE + 1)}.${node.name}`;
    case "call":
      return `${print(node.callee)}(${node.args.map(print).join(", ")})`;
    case "group":
      return `(${print(node.inner)})`;
    case "unary":
      return node.operator + printAbove(node.operand, UNARY_PRECEDENCE);
    case "binary": {
      const strength = PRECEDENCE[node.operator];
      // Left-associative, but a comparison takes no other comparison on either side.
      const leftFloor = strength === COMPARISON_PRECEDENCE ? strength + 1 : strength;
      return `${printAbove(node.left, leftFloor)} ${node.operator} ${printAbove(node.right, strength + 1)}`;
    }
  }
};

const strengthOf = (node: Node): number => {
  if (node.kind === "binary") return PRECEDENCE[node.operator];
  return node.kind === "unary" ? UNARY_PRECEDENCE : UNARY_PRECEDENCE + 1;
};

const printAbove = (node: Node, floor: number): string =>
  strengthOf(node) < floor ? `(${print(node)})` : print(node);

/** A text as a string literal. */
export const quote = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
