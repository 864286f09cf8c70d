import fc from "fast-check";
import type { Node, Span } from "../syntax.ts";

const nowhere: Span = { start: 0, end: 0, line: 1, column: 1 };

/** The tree without places; also without parentheses when asked. */
export const shapeOf = (node: Node, withGroups = true): unknown => {
  switch (node.kind) {
    case "group":
      return withGroups ? { group: shapeOf(node.inner) } : shapeOf(node.inner, false);
    case "member":
      return { member: shapeOf(node.object, withGroups), name: node.name };
    case "call":
      return { call: shapeOf(node.callee, withGroups), args: node.args.map((it) => shapeOf(it, withGroups)) };
    case "unary":
      return { unary: node.operator, operand: shapeOf(node.operand, withGroups) };
    case "binary":
      return {
        binary: node.operator,
        left: shapeOf(node.left, withGroups),
        right: shapeOf(node.right, withGroups),
      };
    default: {
      const { span: _, ...rest } = node;
      return rest;
    }
  }
};

const anyText = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !/[\n\r]/.test(text));
const anyName = fc.constantFrom("currentTxn", "value", "date", "x_1", "Ünï", "extField_a");

/** Any tree at all, whether it makes sense or not. */
export const { tree: anyTree } = fc.letrec<{ tree: Node; member: Node }>((tie) => ({
  member: fc
    .tuple(tie("tree"), anyName)
    .map(([object, name]): Node => ({ kind: "member", object, name, nameSpan: nowhere, span: nowhere })),
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.tuple(fc.nat(), fc.nat(999)).map(([whole, part]): Node => {
      const text = part === 0 ? String(whole) : `${whole}.${part}`;
      return { kind: "number", value: Number(text), text, span: nowhere };
    }),
    anyText.map((value): Node => ({ kind: "string", value, span: nowhere })),
    fc.boolean().map((value): Node => ({ kind: "boolean", value, span: nowhere })),
    fc.constant<Node>({ kind: "null", span: nowhere }),
    anyName.map((name): Node => ({ kind: "name", name, span: nowhere })),
    tie("member"),
    fc.tuple(tie("member"), fc.array(tie("tree"), { maxLength: 3 })).map(([callee, args]): Node => {
      if (callee.kind !== "member") throw new Error("a member was expected");
      return { kind: "call", callee, args, span: nowhere };
    }),
    tie("tree").map((inner): Node => ({ kind: "group", inner, span: nowhere })),
    fc
      .tuple(fc.constantFrom("-" as const, "!" as const), tie("tree"))
      .map(([operator, operand]): Node => ({ kind: "unary", operator, operand, span: nowhere })),
    fc
      .tuple(
        fc.constantFrom("&&", "||", "==", "!=", ">", ">=", "<", "<=", "+", "-", "*", "/", "%" as const),
        tie("tree"),
        tie("tree"),
      )
      .map(
        ([operator, left, right]): Node => ({
          kind: "binary",
          operator: operator as "+",
          left,
          right,
          operatorSpan: nowhere,
          span: nowhere,
        }),
      ),
  ),
}));

const numbers: fc.Arbitrary<string> = fc.letrec<{ number: string }>((tie) => ({
  number: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(
      "currentTxn.value",
      "currentTxn.discount",
      "currentCustomer.lifetimePoints",
      "currentTxn.extField_covers",
      'currentTxn.basketSum("SKU", "A1")',
      'currentTxn.basketQty("description", currentTxn.notes)',
      "currentTxn.date.day()",
      "currentTxn.date.dateDiff(currentCustomer.joinDate)",
      "currentTxn.date.daysDiffFromString(currentTxn.notes)",
      "0",
      "1",
      "30.5",
    ),
    fc
      .tuple(tie("number"), fc.constantFrom("+", "-", "*", "/", "%"), tie("number"))
      .map((parts) => `(${parts.join(" ")})`),
    tie("number").map((text) => `-${text}`),
    tie("number").map((text) => `(${text}).interval("1,30,50")`),
  ),
})).number;

/** Rules that pass the check. */
export const rules: fc.Arbitrary<string> = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { depthSize: "small" },
    fc
      .tuple(numbers, fc.constantFrom("==", "!=", ">", ">=", "<", "<="), numbers)
      .map((parts) => parts.join(" ")),
    numbers.map((text) => `(${text}).isNull()`),
    fc.constantFrom(
      "true",
      "false",
      "currentCustomer.isLoyal",
      "currentCustomer.extField_vip",
      "currentCustomer.isLoyal == currentCustomer.extField_vip",
      'currentTxn.notes == "cash"',
      "currentTxn.notes != currentTxn.number",
      'currentTxn.notes.contains("a")',
      'currentTxn.notes.matches("^(a|s)*h?$")',
      "currentTxn.notes.isEmpty()",
      "currentTxn.date.isWeekend()",
      "currentTxn.date.isHourBetween(22, 6)",
      "currentCustomer.extField_birthday.isValid()",
      "currentCustomer.joinDate < currentTxn.date",
      'currentTxn.basketIncludes("SKU", "A1")',
    ),
    fc.tuple(tie("rule"), fc.constantFrom("&&", "||"), tie("rule")).map((parts) => `(${parts.join(" ")})`),
    tie("rule").map((text) => `!(${text})`),
    tie("rule").map((text) => `(${text}) == true`),
  ),
})).rule;
