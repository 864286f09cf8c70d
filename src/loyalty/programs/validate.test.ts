import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCatalogue } from "#expressions";
import { definitionWith, starterDefinition } from "../testing.ts";
import type { ProgramDefinition } from "./schema.ts";
import { validateDefinition } from "./validate.ts";

const catalogue = createCatalogue([{ scope: "transaction", name: "Channel", type: "string" }]);
const problems = (definition: unknown, published: ProgramDefinition | null = null) =>
  validateDefinition(definition, { moneyScale: 10_000, catalogue: () => catalogue, published }).problems;
const paths = (definition: unknown, published: ProgramDefinition | null = null) =>
  problems(definition, published).map((problem) => problem.path);
const RULE = "activities.TransactionAdd[0].rules[0]";
const starter = starterDefinition();
const [member, silver, gold] = starter.tiers as [
  never,
  ProgramDefinition["tiers"][0],
  ProgramDefinition["tiers"][0],
];

describe("what can be published", () => {
  test("the starter's program", () => {
    expect(problems(starter)).toEqual([]);
  });

  test.each<[string, unknown, string[]]>([
    ["nothing", null, [""]],
    ["an empty document", {}, [""]],
    ["an unknown key", { ...starter, colour: 1 }, [""]],
    ["an expiry without months", { ...starter, expiry: { kind: "months" } }, ["expiry"]],
    ["an expiry of another kind", { ...starter, expiry: { kind: "weeks", weeks: 3 } }, ["expiry"]],
    ["upgrades of a kind", { ...starter, upgrade: { ...starter.upgrade, type: "greedy" } }, ["upgrade.type"]],
    [
      "a colour by name",
      { ...starter, tiers: [{ ...(member as object), color: "grey" }] },
      ["tiers[0].color"],
    ],
    [
      "a base tier with a threshold",
      { ...starter, tiers: [{ ...(member as object), threshold: 5 }, silver, gold] },
      ["tiers[0].threshold"],
    ],
    [
      "thresholds that do not rise",
      { ...starter, tiers: [member, silver, { ...gold, threshold: 500 }] },
      ["tiers[2].threshold"],
    ],
    [
      "a threshold finer than money",
      { ...starter, tiers: [member, { ...silver, threshold: 500.000001 }, gold] },
      ["tiers[1].threshold"],
    ],
    [
      "tiers of one name",
      { ...starter, tiers: [member, silver, { ...gold, name: " silver" }] },
      ["tiers[2].name"],
    ],
    [
      "a gap in the numbers",
      { ...starter, tiers: [member, silver, { ...gold, number: 4 }] },
      ["tiers[2].number"],
    ],
  ])("%s is refused", (_, definition, expected) => {
    const found = paths(definition);
    expect(found).not.toEqual([]);
    for (const path of expected) expect(found).toContain(path);
  });

  test.each<[string, object, string]>([
    ["both rates", { allTiers: 1 }, `${RULE}.award`],
    ["no rate", { perTier: undefined }, `${RULE}.award`],
    ["a tier without a rate", { perTier: { "1": 1, "2": 2 } }, `${RULE}.award.perTier`],
    [
      "a rate of a tier that is not there",
      { perTier: { "1": 1, "2": 2, "3": 3, "4": 4 } },
      `${RULE}.award.perTier.4`,
    ],
    ["five decimals", { perTier: undefined, allTiers: 1.00001 }, `${RULE}.award.allTiers`],
    ["an absurd percentage", { perTier: undefined, allTiers: 10_001 }, `${RULE}.award.allTiers`],
    ["a negative rate", { perTier: undefined, allTiers: -1 }, `${RULE}.award.allTiers`],
    ["a step without its size", { strategy: "step" }, `${RULE}.award.every`],
    ["a size without a step", { every: 10 }, `${RULE}.award.every`],
    ["rounding by chance", { rounding: "random" }, `${RULE}.award.rounding`],
  ])("an award with %s is refused", (_, award, path) => {
    const rule = { ...starter.activities.TransactionAdd[0]!.rules[0]!.award, ...award };
    expect(paths(JSON.parse(JSON.stringify(definitionWith([{ award: rule }]))))).toContain(path);
  });

  test("conditions are judged with line and column", () => {
    const definition = definitionWith([
      { condition: 'currentTxn.extField_Channel == "web"' },
      { condition: 'currentTxn.value > 5\n  && currentTxn.extField_channell == "web"' },
    ]);
    const [problem, ...rest] = problems(definition);
    expect(rest).toEqual([]);
    expect(problem).toMatchObject({
      path: "activities.TransactionAdd[0].rules[1].condition",
      line: 2,
      column: 17,
    });
    expect(problem!.message).toContain("Channel");
  });

  test("a condition must be true or false", () => {
    expect(paths(definitionWith([{ condition: "currentTxn.value" }]))).toEqual([`${RULE}.condition`]);
  });

  test("ids are used once", () => {
    expect(paths(definitionWith([{ id: "a" }, { id: "a" }]))).toEqual([
      "activities.TransactionAdd[0].rules[1].id",
    ]);
  });

  test("a published tier goes away only with a word about its members", () => {
    const more = [...starter.tiers, { ...gold, number: 4, name: "Platinum", threshold: 9000 }];
    const rule = { award: { perTier: { "1": 1, "2": 2, "3": 3, "4": 4 } } };
    const larger = { ...definitionWith([rule]), tiers: more };
    expect(paths(larger, starter)).toEqual([]);
    expect(paths(starter, larger)).toContain("tiers");
  });

  test("whatever is sent is judged, never thrown", () => {
    const anything = fc.anything({ maxDepth: 4 });
    const nearMiss = fc
      .tuple(fc.constantFrom("tiers", "upgrade", "activities", "expiry"), anything)
      .map(([key, value]) => ({ ...starter, [key]: value }));
    fc.assert(
      fc.property(fc.oneof(anything, nearMiss), (value) => {
        for (const problem of problems(value)) expect(problem.message.length).toBeGreaterThan(3);
      }),
    );
  });
});
