import { describe, expect, it } from "vitest";
import { createCatalogue } from "./catalogue.ts";
import { check } from "./check.ts";
import { describeCatalogue } from "./describe.ts";
import { parse } from "./parser.ts";
import { print } from "./print.ts";
import { readsOf } from "./reads.ts";
import { compiled, factsWith, testCatalogue } from "./testing.ts";

const printed = (text: string): string => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
  return print(parsed.tree);
};

describe("print", () => {
  it.each([
    ["currentTxn . value>=030.50", "currentTxn.value >= 030.50"],
    ["( a.b==1||c.d )&&!e.f", "(a.b == 1 || c.d) && !e.f"],
    ["a.b( 1,2 ,\n3 )>- 1", "a.b(1, 2, 3) > -1"],
    ['a.b == "q\\"\\\\d\\d"', 'a.b == "q\\"\\\\d\\\\d"'],
    ["1-(2-3)-4", "1 - (2 - 3) - 4"],
    ["((true))", "((true))"],
  ])("%s", (text, canonical) => {
    expect(printed(text)).toBe(canonical);
    expect(printed(canonical)).toBe(canonical);
  });

  it("freezes the tree", () => {
    const parsed = parse("a.b(1) == 2");
    expect(parsed.ok && Object.isFrozen(parsed.tree)).toBe(true);
  });
});

describe("size", () => {
  it("takes a chain as long as allowed, and evaluates, traces and prints it", () => {
    const expression = compiled(`true${" && true".repeat(498)}`);
    expect(expression.evaluate(factsWith())).toBe(1);
    expect(expression.trace(factsWith()).steps).toHaveLength(499);
    expect(expression.text).toHaveLength(4 + 498 * 8);
  });

  it("takes parentheses as deep as allowed", () => {
    expect(compiled(`${"(".repeat(64)}true${")".repeat(64)}`).evaluate(factsWith())).toBe(1);
  });
});

describe("what an expression reads", () => {
  const reads = (text: string) => {
    const parsed = parse(text);
    const result = parsed.ok ? check(parsed.tree, testCatalogue) : parsed;
    return "checked" in result ? readsOf(result.checked, testCatalogue) : null;
  };

  it("is named once, as the catalogue spells it, in the order of the text", () => {
    expect(
      reads(
        '(CURRENTTXN.VALUE + 2) * -currenttxn.discount > currentTxn.basketsum("SKU", currentCustomer.name) && !currentCustomer.isloyal() || currentTxn.extField_covers.isNull() || currentTxn.date.dateDiff(currentCustomer.joinDate) > currentTxn.value',
      ),
    ).toEqual([
      "currentTxn.value",
      "currentTxn.discount",
      "currentTxn.basketSum",
      "currentCustomer.name",
      "currentCustomer.isLoyal",
      "currentTxn.extField_covers",
      "currentTxn.date",
      "currentCustomer.joinDate",
    ]);
    expect(reads("true")).toEqual([]);
  });
});

describe("catalogue", () => {
  const entries = describeCatalogue(testCatalogue);

  it("lists every entry once, with a sentence of documentation", () => {
    const names = entries.map(({ profile, name }) => `${profile}.${name}`.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("currenttxn.extfield_covers");
    for (const { doc } of entries) expect(doc).toMatch(/^[A-Z].*\.$/);
  });

  it("gives every attribute a working reader", () => {
    for (const { profile, name, kind } of entries)
      if (kind === "attribute")
        expect([0, 1]).toContain(compiled(`${profile}.${name}.isNull()`).evaluate(factsWith()));
  });

  it("keeps organisations apart", () => {
    expect(() => compiled("currentTxn.extField_covers > 1", createCatalogue())).toThrow("no extended field");
  });
});
