import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format } from "./format.ts";
import { parse } from "./parser.ts";
import { print } from "./print.ts";
import { MAX_TEXT_LENGTH } from "./syntax.ts";
import { anyTree, rules, shapeOf } from "./testing/arbitraries.ts";
import { compiled, factsWith } from "./testing.ts";
import { type RuleTree, textOf, treeOf } from "./tree-form.ts";

const formatted = (text: string): string => {
  const result = format(text);
  if (!result.ok) throw new Error(result.errors[0]?.message);
  return result.text;
};
const treeIn = (text: string) => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.errors[0]?.message}`);
  return parsed.tree;
};
const formIn = (text: string): RuleTree => {
  const result = treeOf(text);
  if (!result.ok) throw new Error(result.errors[0]?.message);
  return result.tree;
};

const LONG = `currentTxn.value>=30.5&&(currentCustomer.slabName=="Gold"||currentCustomer.slabName=="Silver"||!(currentCustomer.isLoyal&&currentTxn.date.isWeekend()&&currentTxn.discount>3))`;

describe("format", () => {
  it("leaves short rules on one line", () => {
    expect(formatted(" true&&currentTxn.value>3 ")).toBe("true && currentTxn.value > 3");
  });

  it("breaks long ones at && and ||, and indents what is in parentheses", () => {
    expect(formatted(LONG)).toBe(
      `
currentTxn.value >= 30.5
&& (
  currentCustomer.slabName == "Gold"
  || currentCustomer.slabName == "Silver"
  || !(
    currentCustomer.isLoyal
    && currentTxn.date.isWeekend()
    && currentTxn.discount > 3
  )
)`.trim(),
    );
  });

  it("sets && apart inside of ||", () => {
    const [one, two] = ["currentCustomer.numberOfTxns > 100", "currentCustomer.numberOfVisits > 100"];
    expect(formatted(`${one} && ${two} && ${one} || ${two}`)).toBe(
      `${one}\n  && ${two}\n  && ${one}\n|| ${two}`,
    );
  });

  it("tells what is wrong with a text that is none", () => {
    expect(format("1 >")).toMatchObject({ ok: false, errors: [{ line: 1, column: 4 }] });
  });

  it("never makes a text that is too long to be one", () => {
    const dense = `${"1+".repeat(480)}1>0`;
    const most = Math.floor(MAX_TEXT_LENGTH / (dense.length + 2));
    const text = Array.from({ length: Math.min(most, 3) }, () => dense).join("||");
    expect(formatted(text).length).toBeLessThanOrEqual(MAX_TEXT_LENGTH);
    const longest = `${'"x"=="x"||'.repeat(480)}${'"'}${"y".repeat(5_100)}${'"'}=="z"`;
    expect(longest.length).toBeLessThanOrEqual(MAX_TEXT_LENGTH);
    expect(formatted(longest)).toBe(longest);
  });

  it("loses nothing and changes nothing the second time", () => {
    fc.assert(
      fc.property(anyTree, (built) => {
        const text = print(built);
        const once = formatted(text);
        expect(shapeOf(treeIn(once))).toEqual(shapeOf(treeIn(text)));
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: 1500 },
    );
  });

  it("keeps the meaning", () => {
    const facts = factsWith();
    fc.assert(
      fc.property(rules, (text) => {
        expect(compiled(formatted(text)).evaluate(facts)).toBe(compiled(text).evaluate(facts));
      }),
      { numRuns: 500 },
    );
  });
});

describe("trees of groups and conditions", () => {
  it("show what forms can show", () => {
    expect(formIn(LONG)).toEqual({
      kind: "all",
      items: [
        { kind: "condition", left: "currentTxn.value", operator: ">=", right: "30.5" },
        {
          kind: "any",
          parentheses: 1,
          items: [
            { kind: "condition", left: "currentCustomer.slabName", operator: "==", right: '"Gold"' },
            { kind: "condition", left: "currentCustomer.slabName", operator: "==", right: '"Silver"' },
            {
              kind: "not",
              item: {
                kind: "all",
                parentheses: 1,
                items: [
                  { kind: "condition", left: "currentCustomer.isLoyal", operator: "is", right: null },
                  { kind: "condition", left: "currentTxn.date", operator: "isWeekend", right: null },
                  { kind: "condition", left: "currentTxn.discount", operator: ">", right: "3" },
                ],
              },
            },
          ],
        },
      ],
    });
  });

  it.each([
    ["true", { kind: "condition", left: "true", operator: "is", right: null }],
    [
      'currentTxn.basketIncludes("SKU", "A1")',
      { kind: "condition", left: 'currentTxn.basketIncludes("SKU", "A1")', operator: "is", right: null },
    ],
    [
      "currentTxn.date.isHourBetween(9, 17)",
      { kind: "condition", left: "currentTxn.date", operator: "isHourBetween", right: "9, 17" },
    ],
    ["1 + 2", { kind: "raw", text: "1 + 2" }],
    ["((a.b))", { kind: "condition", left: "a.b", operator: "is", right: null, parentheses: 2 }],
  ])("%s", (text, tree) => {
    expect(formIn(text)).toEqual(tree);
    expect(textOf(tree as RuleTree)).toBe(text);
  });

  it("give their text back, and the same tree again", () => {
    fc.assert(
      fc.property(anyTree, (built) => {
        const text = print(built);
        const form = formIn(text);
        const back = textOf(JSON.parse(JSON.stringify(form)) as RuleTree);
        expect(shapeOf(treeIn(back)), text).toEqual(shapeOf(treeIn(text)));
        expect(formIn(back)).toEqual(form);
      }),
      { numRuns: 1500 },
    );
  });

  it("put parentheses where an editor made them necessary", () => {
    const one: RuleTree = { kind: "condition", left: "a.x", operator: ">", right: "1" };
    const two: RuleTree = { kind: "condition", left: "a.y", operator: "is", right: null };
    const any: RuleTree = { kind: "any", items: [one, two] };
    expect(textOf({ kind: "all", items: [any, two] })).toBe("(a.x > 1 || a.y) && a.y");
    expect(textOf({ kind: "any", items: [{ kind: "all", items: [one, two] }, two] })).toBe(
      "a.x > 1 && a.y || a.y",
    );
    expect(textOf({ kind: "all", items: [{ kind: "all", items: [one, two] }, two] })).toBe(
      "(a.x > 1 && a.y) && a.y",
    );
    expect(textOf({ kind: "not", item: one })).toBe("!(a.x > 1)");
    expect(textOf({ kind: "all", items: [] })).toBe("true");
    expect(textOf({ kind: "any", items: [] })).toBe("false");
    expect(textOf({ kind: "any", items: [any] })).toBe("a.x > 1 || a.y");
    expect(textOf({ kind: "condition", left: "a.x || a.y", operator: "==", right: "1 + 1" })).toBe(
      "(a.x || a.y) == 1 + 1",
    );
    expect(textOf({ kind: "condition", left: "a.x + 1", operator: "isNull", right: null })).toBe(
      "(a.x + 1).isNull()",
    );
    expect(textOf({ kind: "all", items: [{ kind: "raw", text: "a || b" }, two] })).toBe("(a || b) && a.y");
    // Half-written by hand: whoever reads it says so.
    expect(textOf({ kind: "condition", left: "", operator: "==", right: null })).toBe(" == ");
  });
});
