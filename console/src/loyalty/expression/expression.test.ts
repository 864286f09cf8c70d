import { describe, expect, test } from "vitest";
import {
  type Catalogue,
  catalogueFrom,
  type Entry,
  operandOf,
  operatorsFor,
  profileWords,
  rowOf,
  withOperand,
  withOperator,
  wordsOf,
} from "./catalogue.ts";
import { literalOf, operandText, parseOperand, quoted, splitArgs } from "./operand.ts";
import {
  ALWAYS,
  type Condition,
  changeAt,
  fromTop,
  moveItem,
  type RuleTree,
  textOfCondition,
  toggleNot,
  topGroup,
} from "./tree.ts";

const condition = (left: string, operator = "is", right: string | null = null): Condition => ({
  kind: "condition",
  left,
  operator,
  right,
});
const parameter = (name: string, type: "string" | "number" | "date", optional = false) => ({
  name,
  type,
  optional,
  literal: true,
  choices: [],
});
const entry = (part: Partial<Entry> & Pick<Entry, "name" | "type">): Entry => ({
  profile: "currentTxn",
  aliases: [],
  kind: "attribute",
  unit: null,
  on: [],
  parameters: [],
  doc: "",
  says: `the bill's ${part.name}`,
  denies: null,
  names: null,
  source: "known",
  ...part,
});
const method = (part: Partial<Entry> & Pick<Entry, "name" | "type" | "on">): Entry =>
  entry({ profile: null, kind: "method", says: `{it} ${part.name} {0}`, ...part });
const DAY = [parameter("year", "number"), parameter("month", "number"), parameter("day", "number")];
const catalogue: Catalogue = catalogueFrom({
  next: null,
  total: 0,
  profiles: [{ name: "currentTxn", doc: "The bill that is being decided." }],
  elsewhere: [],
  items: [
    entry({ name: "value", type: "number" }),
    entry({ name: "number", type: "string" }),
    entry({ name: "notes", type: "string", aliases: ["note"] }),
    entry({ name: "date", type: "date" }),
    entry({
      name: "basketIncludes",
      type: "boolean",
      kind: "function",
      says: "the bill has a line whose {name} is {1}",
      parameters: [parameter("attribute", "string"), parameter("value", "string")],
    }),
    method({ name: "isWeekend", type: "boolean", on: ["date"], says: "{it} is on a weekend" }),
    method({
      name: "isAfter",
      type: "boolean",
      on: ["date"],
      parameters: [...DAY, parameter("hour", "number", true)],
    }),
    method({ name: "month", type: "number", on: ["date"], says: "the month of {it}" }),
    method({ name: "contains", type: "boolean", on: ["string"], parameters: [parameter("part", "string")] }),
    method({ name: "isNull", type: "boolean", on: ["string", "number", "date", "boolean"] }),
  ],
});
const known = (name: string) => catalogue.named.find((one) => one.name === name)!;

describe("operands", () => {
  test("are read and written back", () => {
    for (const text of [
      "currentTxn.value",
      "currentTxn.extField_Größe",
      'currentTxn.basketIncludes("brand", "a, (b) \\" c")',
      "currentTxn.date.month()",
      "currentTxn.date.dateDiff(currentCustomer.joinDate)",
    ])
      expect(operandText(parseOperand(text)!)).toBe(text);
    expect(parseOperand('t.f("a, b", (1))')).toMatchObject({ args: ['"a, b"', "(1)"] });
  });
  test("are nothing where the text is something else", () => {
    for (const text of [
      "",
      "true",
      "currentTxn",
      "currentTxn.value * 2",
      "a.b(",
      'a.b("c',
      "a.b.c",
      "a.b().c().d()",
    ])
      expect(parseOperand(text), text).toBeNull();
  });
  test("arguments are parted outside of texts and parentheses", () => {
    expect(splitArgs('1, "a,b", f(2, 3)')).toEqual(["1", '"a,b"', "f(2, 3)"]);
    expect(splitArgs(" ")).toEqual([]);
  });
  test("texts keep quotes and backslashes", () => {
    for (const value of ['say "hi"', "\\d+", "\\", 'a\\"b', ""])
      expect(literalOf(quoted(value))).toEqual({ type: "string", value });
    expect(literalOf("-2.5")).toEqual({ type: "number", value: -2.5 });
    expect(literalOf("currentTxn.value")).toBeNull();
    expect(literalOf('"a" + "b"')).toBeNull();
  });
});

describe("rows", () => {
  test("show attributes, functions, what is asked of values, and values", () => {
    expect(rowOf(condition("currentTxn.value", ">", "5"), catalogue)).toMatchObject({ type: "number" });
    expect(rowOf(condition("CURRENTTXN.NOTE", "==", '"x"'), catalogue)?.entry.name).toBe("notes");
    expect(rowOf(condition("currentTxn.date", "isWeekend"), catalogue)?.method?.name).toBe("isWeekend");
    expect(rowOf(condition("currentTxn.date.month()", "==", "12"), catalogue)).toMatchObject({
      type: "number",
    });
    expect(rowOf(condition('currentTxn.basketIncludes("brand", "A")'), catalogue)).toMatchObject({
      type: "boolean",
    });
    expect(rowOf(condition("currentTxn.date", "isAfter", "2026, 3, 1, 10"), catalogue)).not.toBeNull();
  });
  test("leave the rest to its text", () => {
    for (const [left, operator, right] of [
      ["currentTxn.value * 2", ">", "5"],
      ["currentTxn.vlaue", ">", "5"],
      ["currentTxn.value", "is", null],
      ["currentTxn.basketIncludes", "is", null],
      ['currentTxn.basketIncludes("brand")', "is", null],
      ["currentTxn.date", "isAfter", "2026"],
      ["currentTxn.value", "contains", '"5"'],
      ["currentTxn.date", "month", null],
    ] as const)
      expect(rowOf(condition(left, operator, right), catalogue), left).toBeNull();
  });
  test("another attribute keeps the value where it fits", () => {
    const over = condition("currentTxn.value", ">", "5");
    expect(withOperand(over, "number", operandOf(known("date")), "date")).toEqual(
      condition("currentTxn.date", "isWeekend"),
    );
    expect(withOperand(over, "number", operandOf(known("value")), "number")).toEqual(over);
    expect(withOperand(over, "number", operandOf(known("notes")), "string")).toEqual(
      condition("currentTxn.notes", "==", '""'),
    );
    expect(operandText(operandOf(known("basketIncludes")))).toBe('currentTxn.basketIncludes("", "")');
  });
  test("another operator keeps the value where it fits", () => {
    const row = (given: Condition) => rowOf(given, catalogue)!;
    const named = condition("currentTxn.notes", "==", '"x"');
    expect(withOperator(named, row(named), "contains", catalogue).right).toBe('"x"');
    expect(withOperator(named, row(named), "isNull", catalogue).right).toBeNull();
    const over = condition("currentTxn.value", ">", "5");
    expect(withOperator(over, row(over), "<=", catalogue)).toEqual({ ...over, operator: "<=" });
    const weekend = condition("currentTxn.date", "isWeekend");
    expect(splitArgs(withOperator(weekend, row(weekend), "isAfter", catalogue).right!)).toHaveLength(3);
    const unknown = condition("currentTxn.value", "isNull");
    expect(withOperator(unknown, row(unknown), ">", catalogue).right).toBe("0");
  });
  test("are named in words", () => {
    expect(wordsOf(known("basketIncludes"))).toBe("The bill has a line whose … is …");
    expect(profileWords(catalogue.profiles[0]!)).toBe("The bill");
    const words = operatorsFor("date", catalogue, "isWeekend").map(({ label }) => label);
    expect(words.slice(0, 2)).toEqual(["is on a weekend", "is after the day"]);
    expect(words.at(-1)).toBe("is not known");
    expect(operatorsFor("number", catalogue, ">").map(({ value }) => value)).toContain(">=");
  });
});

describe("trees", () => {
  const [a, b, c] = ["a", "b", "c"].map((text): RuleTree => ({ kind: "raw", text }));
  const tree: RuleTree = {
    kind: "all",
    items: [a!, { kind: "not", item: { kind: "any", items: [b!, c!] } }],
  };

  test("change at a path and nowhere else", () => {
    const changed = changeAt(tree, [1, 0, 1], () => a!);
    expect(changed).toEqual({
      kind: "all",
      items: [a, { kind: "not", item: { kind: "any", items: [b, a] } }],
    });
    expect(changeAt(tree, [1, 0, 0], () => null)).toMatchObject({ items: [a, { item: { items: [c] } }] });
    expect(changeAt(tree, [7], () => null)).toBe(tree);
    expect(changeAt(a!, [], () => null)).toEqual(ALWAYS);
  });
  test("the opposite of the opposite is what was, without the parentheses of the sign", () => {
    const written: RuleTree = { kind: "not", item: { ...condition("x", "==", "1"), parentheses: 1 } };
    expect(toggleNot(written)).toEqual(condition("x", "==", "1"));
    expect(toggleNot(toggleNot(a!))).toEqual(a);
  });
  test("stand at the top as a group, and go back to what they were", () => {
    expect(topGroup(a!)).toEqual({ group: { kind: "all", items: [a] }, isShown: false });
    expect(fromTop(topGroup(a!).group)).toEqual(a);
    expect(topGroup(ALWAYS).group.items).toEqual([]);
    expect(fromTop({ kind: "all", items: [] })).toEqual(ALWAYS);
    expect(fromTop(topGroup(tree).group)).toBe(tree);
    expect(moveItem({ kind: "all", items: [a!, b!] }, 0, 1).items).toEqual([b, a]);
    expect(moveItem({ kind: "all", items: [a!, b!] }, 0, 2).items).toEqual([a, b]);
  });
  test("a condition has a text", () => {
    expect(textOfCondition(condition("a.b", "==", "1"))).toBe("a.b == 1");
    expect(textOfCondition(condition("a.b", "contains", '"x"'))).toBe('a.b.contains("x")');
    expect(textOfCondition(condition("a.b"))).toBe("a.b");
  });
});
