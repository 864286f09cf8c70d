import fc from "fast-check";
import { expect, test } from "vitest";
import { createCatalogue } from "./catalogue.ts";
import { asLogic } from "./cells.ts";
import { check } from "./check.ts";
import { compile } from "./compile.ts";
import type { Facts } from "./facts.ts";
import { parse } from "./parser.ts";
import { numberAt, SLOTS, textAt, truthAt } from "./slots.ts";
import { compiled, factsWith } from "./testing.ts";

const number = fc.option(fc.double(), { nil: null });
const text = fc.option(fc.string({ maxLength: 4 }), { nil: null });
const anyFacts: fc.Arbitrary<Facts> = fc
  .record({
    transaction: fc.record({
      value: number,
      grossAmount: number,
      discount: number,
      points: number,
      number: text,
    }),
    customer: fc.record({
      currentPoints: number,
      lifetimePoints: number,
      lifetimePurchase: number,
      initialLifetimePurchase: number,
      numberOfTxns: number,
      numberOfVisits: number,
      slabNumber: number,
      slabName: text,
      isLoyal: fc.constantFrom(true, false, null),
      initialSlabName: text,
    }),
    store: fc.record({ code: text, name: text }),
  })
  .map(({ transaction, customer, store }) => ({
    ...factsWith(transaction, customer),
    currentStore: store,
  }));

const slotted = [...createCatalogue().profiles.values()].flatMap(({ name: profile, attributes }) =>
  [...new Set(attributes.values())].flatMap(({ name, cell }) =>
    cell.slot === undefined ? [] : [{ profile, name, cell, slot: cell.slot }],
  ),
);

test("an attribute with a slot reads there what its closure reads", () => {
  expect(slotted.length).toBe(Object.keys(SLOTS).length);
  expect(new Set(slotted.map(({ slot }) => slot)).size).toBe(slotted.length);
  fc.assert(
    fc.property(anyFacts, (facts) => {
      for (const { cell, slot } of slotted)
        if (cell.type === "boolean") expect(asLogic(truthAt(facts))).toBe(cell.run(facts));
        else
          expect(cell.type === "string" ? textAt(facts, slot) : numberAt(facts, slot)).toBe(cell.run(facts));
    }),
  );
});

const conditions = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...slotted.filter(({ cell }) => cell.type === "number")),
      fc.constantFrom("==", "!=", ">", ">=", "<", "<="),
      fc.constantFrom("0", "1", "-1", "30.5"),
    )
    .map(([{ profile, name }, operator, bound]) => `${profile}.${name} ${operator} ${bound}`),
  fc
    .tuple(
      fc.constantFrom(...slotted.filter(({ cell }) => cell.type === "string")),
      fc.constantFrom("==", "!="),
      fc.constantFrom('""', '"a"'),
    )
    .map(([{ profile, name }, operator, wanted]) => `${profile}.${name} ${operator} ${wanted}`),
  fc.constantFrom(
    "true",
    "false",
    "currentCustomer.isLoyal",
    "currentCustomer.isLoyal()",
    "currentCustomer.isLoyal == true",
    "currentCustomer.isLoyal != true",
    "currentCustomer.isLoyal == false",
    "currentCustomer.extField_vip",
    "currentTxn.value / currentTxn.discount > 1",
    'currentTxn.basketIncludes("SKU", currentTxn.number)',
    'currentTxn.basketExcludes("SKU", "A1")',
  ),
);
const rules: fc.Arbitrary<string> = fc.letrec<{ rule: string }>((tie) => ({
  rule: fc.oneof(
    { depthSize: "medium" },
    conditions,
    fc.tuple(tie("rule"), fc.constantFrom("&&", "||"), tie("rule")).map((parts) => `(${parts.join(" ")})`),
    tie("rule").map((inner) => `!(${inner})`),
  ),
})).rule;

test("laid out or nested, with slots or without, counted or traced, a rule has one answer", () => {
  fc.assert(
    fc.property(rules, fc.array(anyFacts, { minLength: 1, maxLength: 3 }), (rule, many) => {
      const flat = compiled(rule);
      // What is compared with true is a value, whose inside stays nested.
      const nested = compiled(`(${rule}) == true`);
      const parsed = parse(rule);
      const checked = parsed.ok
        ? check(parsed.tree, createCatalogue([{ scope: "customer", name: "vip", type: "boolean" }]))
        : parsed;
      if (!("checked" in checked)) throw new Error(rule);
      const counted = compile(checked.checked, { counter: { steps: 0 } });
      for (const facts of many) {
        const outcome = flat.evaluate(facts);
        expect(flat.trace(facts).outcome).toBe(outcome);
        expect(counted.evaluate(facts)).toBe(outcome);
        expect(nested.evaluate(facts)).toBe(outcome);
      }
    }),
    { numRuns: 2000 },
  );
});
