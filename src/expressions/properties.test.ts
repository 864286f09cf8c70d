import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check } from "./check.ts";
import { compile } from "./compile.ts";
import { explain } from "./explain.ts";
import type { Facts } from "./facts.ts";
import { parse } from "./parser.ts";
import { print } from "./print.ts";
import type { Node, Span } from "./syntax.ts";
import { factsWith, testCatalogue } from "./testing.ts";

const nowhere: Span = { start: 0, end: 0, line: 1, column: 1 };

/** The tree without places; also without parentheses when asked. */
const shape = (node: Node, withGroups = true): unknown => {
  switch (node.kind) {
    case "group":
      return withGroups ? { group: shape(node.inner) } : shape(node.inner, false);
    case "member":
      return { member: shape(node.object, withGroups), name: node.name };
    case "call":
      return { call: shape(node.callee, withGroups), args: node.args.map((it) => shape(it, withGroups)) };
    case "unary":
      return { unary: node.operator, operand: shape(node.operand, withGroups) };
    case "binary":
      return {
        binary: node.operator,
        left: shape(node.left, withGroups),
        right: shape(node.right, withGroups),
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
const { tree: anyTree } = fc.letrec<{ tree: Node; member: Node }>((tie) => ({
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
const rules: fc.Arbitrary<string> = fc.letrec<{ rule: string }>((tie) => ({
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

const amount = fc.option(
  fc.integer({ min: -5, max: 5000 }).map((cents) => cents / 100),
  { nil: null },
);
const instant = fc.option(fc.integer({ min: 0, max: 4_102_444_800_000 }), { nil: null });
const wild = fc.constantFrom(undefined, null, 1, "x", true, Number.NaN, {}, "2024-02-29");

const someFacts: fc.Arbitrary<Facts> = fc
  .record({
    value: amount,
    discount: amount,
    lifetimePoints: amount,
    date: instant,
    joinDate: instant,
    notes: fc.constantFrom(null, "", "cash", "2024-02-29", "B-1"),
    isLoyal: fc.constantFrom(null, true, false),
    covers: wild,
    vip: wild,
    birthday: wild,
  })
  .map(({ value, discount, date, notes, lifetimePoints, joinDate, isLoyal, covers, vip, birthday }) =>
    factsWith(
      { value, discount, date, notes, extendedFields: { covers } },
      { lifetimePoints, joinDate, isLoyal, extendedFields: { vip, birthday } },
    ),
  );

const compileText = (text: string) => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
  const checked = check(parsed.tree, testCatalogue);
  if (!checked.ok) throw new Error(checked.errors[0]?.message);
  return compile(checked.checked);
};

/** Whatever the text, only the language's own results come out. */
const survives = (text: string, facts: Facts) => {
  const parsed = parse(text);
  if (!parsed.ok) {
    expect(parsed.errors.length).toBeGreaterThan(0);
    return;
  }
  const checked = check(parsed.tree, testCatalogue);
  if (!checked.ok) {
    for (const { line, column, message } of checked.errors)
      expect(line > 0 && column > 0 && message.length > 0).toBe(true);
    return;
  }
  expect([0, 1, 2]).toContain(compile(checked.checked).evaluate(facts));
};

describe("properties", () => {
  it("printing a parsed text loses nothing", () => {
    fc.assert(
      fc.property(anyTree, (built) => {
        const first = parse(print(built));
        if (!first.ok) throw new Error(`${print(built)}: ${first.errors[0]?.message}`);
        expect(shape(first.tree, false)).toEqual(shape(built, false));
        const again = parse(print(first.tree));
        expect(again.ok && shape(again.tree)).toEqual(shape(first.tree));
        expect(again.ok && print(again.tree)).toBe(print(first.tree));
      }),
      { numRuns: 2000 },
    );
  });

  it("spans cut each part out of the text", () => {
    fc.assert(
      fc.property(anyTree, (built) => {
        const text = print(built);
        const parsed = parse(text);
        if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
        const { span } = parsed.tree;
        expect(text.slice(span.start, span.end)).toBe(text);
      }),
    );
  });

  it("random characters never throw", () => {
    const facts = factsWith();
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => survives(text, facts)),
      { numRuns: 3000 },
    );
  });

  it("random soups of tokens never throw", () => {
    const facts = factsWith();
    const token = fc.constantFrom(
      ..."currentTxn currentCustomer . . . value notes date isNull ( ) ( ) , && || == >= < + - * / % ! 1 30.5".split(
        " ",
      ),
      '"x"',
      "true",
      "null",
      "extField_vip",
      "isWeekend",
      "__proto__",
      "constructor",
      " ",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => survives(tokens.join(""), facts)),
      { numRuns: 5000 },
    );
  });

  it("a traced evaluation gives what the untraced one gives, and can be told", () => {
    fc.assert(
      fc.property(rules, fc.array(someFacts, { minLength: 1, maxLength: 4 }), (text, many) => {
        const expression = compileText(text);
        for (const facts of many) {
          const traced = expression.trace(facts);
          expect(traced.outcome).toBe(expression.evaluate(facts));
          expect(JSON.parse(JSON.stringify(traced))).toEqual(traced);
          expect(traced.problem !== undefined).toBe(traced.outcome === 2);
          const sentences = explain(traced);
          expect(sentences).toHaveLength(traced.steps.length + (traced.outcome === 2 ? 1 : 0));
          for (const sentence of sentences) expect(sentence).not.toMatch(/undefined|NaN|\{|\}|\[object/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("evaluation reads each fact at most once per mention", () => {
    fc.assert(
      fc.property(rules, someFacts, (text, facts) => {
        let reads = 0;
        const counted = new Proxy(facts, {
          get: (target, key, receiver) => {
            reads += 1;
            return Reflect.get(target, key, receiver) as unknown;
          },
        });
        compileText(text).evaluate(counted);
        expect(reads).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 500 },
    );
  });
});
