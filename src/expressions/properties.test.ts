import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check } from "./check.ts";
import { compile } from "./compile.ts";
import { explain } from "./explain.ts";
import type { Facts } from "./facts.ts";
import { parse } from "./parser.ts";
import { print } from "./print.ts";
import { anyTree, rules, shapeOf } from "./testing/arbitraries.ts";
import { factsWith, testCatalogue } from "./testing.ts";

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
        expect(shapeOf(first.tree, false)).toEqual(shapeOf(built, false));
        const again = parse(print(first.tree));
        expect(again.ok && shapeOf(again.tree)).toEqual(shapeOf(first.tree));
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
