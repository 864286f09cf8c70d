import { describe, expect, test } from "vitest";
import type { ProgramDefinition } from "../api/programs.ts";
import { caretLine } from "./caret.ts";
import {
  addRule,
  addTier,
  changeRule,
  FIRST_DEFINITION,
  otherProblems,
  problemAt,
  removeRule,
  removeTier,
  shownPaths,
  withSharedRate,
  withStrategy,
} from "./draft.ts";
import { expiryText, rateOf } from "./program-words.ts";

const rules = (definition: ProgramDefinition) => definition.activities.TransactionAdd[0]!.rules;
const three = addTier(addTier(addRule(FIRST_DEFINITION, 0)));

describe("tiers", () => {
  test("are added on top, with the rates of the one below", () => {
    expect(three.tiers.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(three.tiers[2]!.threshold).toBeGreaterThan(three.tiers[1]!.threshold);
    expect(rules(three)[0]!.award!.perTier).toEqual({ 1: 1, 2: 1, 3: 1 });
  });
  test("when one goes, those above move down and keep their rates", () => {
    const award = { ...rules(three)[0]!.award!, perTier: { 1: 1, 2: 2, 3: 3 } };
    const after = removeTier(changeRule(three, 0, 0, { award }), 2);
    expect(after.tiers.map(({ number, name }) => [number, name])).toEqual([
      [1, "Member"],
      [2, "Tier 3"],
    ]);
    expect(rules(after)[0]!.award!.perTier).toEqual({ 1: 1, 2: 3 });
  });
  test("are inserted below others, with what every table says of these", () => {
    const award = { ...rules(three)[0]!.award!, perTier: { 1: 1, 2: 2, 3: 3 } };
    const after = addTier(changeRule(three, 0, 0, { award }), 1);
    expect(after.tiers.map(({ number, id }) => [number, id])).toEqual([
      [1, 1],
      [2, 4],
      [3, 2],
      [4, 3],
    ]);
    expect(rules(after)[0]!.award!.perTier).toEqual({ 1: 1, 2: 1, 3: 2, 4: 3 });
  });
  test("that were published go with a word about their members", () => {
    expect(removeTier(three, 3, three).removedTiers).toEqual([{ id: 3, to: 2 }]);
    expect(removeTier(removeTier(three, 3, three), 2, three).removedTiers).toEqual([
      { id: 3, to: 1 },
      { id: 2, to: 1 },
    ]);
    expect(removeTier(three, 3)).not.toHaveProperty("removedTiers");
  });
  test("the base tier stays", () => {
    expect(removeTier(three, 1)).toBe(three);
  });
});

describe("rules", () => {
  test("get ids that no other has", () => {
    const two = addRule(addRule(FIRST_DEFINITION, 0), 0);
    const again = addRule(removeRule(two, 0, 0), 0);
    const ids = rules(again).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });
  test("only steps have an amount", () => {
    const award = rules(three)[0]!.award!;
    const step = withStrategy(award, "step");
    expect(step).toMatchObject({ strategy: "step", every: 100, incompleteStep: "floor" });
    expect(withStrategy(step, "fixed")).not.toHaveProperty("every");
  });
  test("one rate for all tiers, and back", () => {
    const award = rules(three)[0]!.award!;
    const shared = withSharedRate({ ...award, perTier: { 1: 4, 2: 5 } }, true, three.tiers);
    expect(shared).toMatchObject({ allTiers: 4 });
    expect(shared).not.toHaveProperty("perTier");
    expect(withSharedRate(shared, false, three.tiers).perTier).toEqual({ 1: 4, 2: 4, 3: 4 });
    expect(rateOf(shared, 3)).toBe(4);
  });
});

test("problems stand where the form shows them, the others above it", () => {
  const problems = [
    { path: "tiers[1].threshold", message: "too low" },
    { path: "activities.TransactionAdd[0].rules[0].condition", message: "unknown name" },
    { path: "activities", message: "too many" },
  ];
  expect(problemAt(problems, "tiers[1].threshold")).toBe("too low");
  expect(otherProblems(problems, shownPaths(three)).map(({ path }) => path)).toEqual(["activities"]);
});

test("the caret points at the column", () => {
  expect(caretLine("a > b\nc > d", 2, 5)).toBe("c > d\n    ^");
  const long = `${"x".repeat(100)}!`;
  const [cut, caret] = caretLine(long, 1, 101).split("\n");
  expect(cut!.at(caret!.indexOf("^"))).toBe("!");
});

test("expiry in a sentence", () => {
  expect(expiryText({ kind: "never" })).toBe("Points never expire.");
  expect(expiryText({ kind: "months", months: 12, endsWith: "month" })).toContain("1 year");
  expect(expiryText({ kind: "months", months: 18, endsWith: "day" })).toContain("18 months");
});
