import { describe, expect, test } from "vitest";
import { catalogueFor } from "#expressions";
import { awarding, definitionWithSets } from "../testing.ts";
import { validateDefinition } from "./validate.ts";

type Sets = Parameters<typeof definitionWithSets>[0];
const problems = (sets: Sets) =>
  validateDefinition(definitionWithSets(sets), {
    moneyScale: 10_000,
    catalogue: (place) => catalogueFor(place),
    published: null,
  }).problems.map(({ path, message }) => `${path.replace("activities.TransactionAdd", "…")}: ${message}`);

const give = { actions: [awarding(1)] };
const forward = (setId: string) => ({ actions: [{ type: "forward" as const, setId }] });

describe("what is wrong with sets", () => {
  test("nothing, where forwards lead on", () => {
    const sets: Sets = [
      { id: "a", rules: [forward("b")] },
      { id: "b", isForwarded: true, unroll: "lines", rules: [forward("c")] },
      { id: "c", isForwarded: true, rules: [give] },
    ];
    expect(problems(sets)).toEqual([]);
  });

  test("nor where a set that is forwarded to from lines names the line", () => {
    const named = { ...give, condition: 'currentLineItem.code == "A"' };
    const onward: Sets[number] = { id: "b", isForwarded: true, rules: [named] };
    expect(problems([{ unroll: "lines", rules: [named, forward("b")] }, onward])).toEqual([]);
    expect(problems([{ rules: [forward("b")] }, onward])).toEqual([
      expect.stringContaining("…[1].rules[0].condition: "),
    ]);
  });

  test.each<[string, Sets, string[]]>([
    [
      "an unknown set",
      [{ rules: [forward("x")] }],
      ["…[0].rules[0].actions[0].setId: there is no set x here."],
    ],
    [
      "a set that runs by itself",
      [{ rules: [forward("b")] }, { id: "b", name: "B", rules: [give] }],
      ["…[0].rules[0].actions[0].setId: B runs by itself: only sets that wait for it can be forwarded to."],
    ],
    [
      "a circle",
      [
        { rules: [forward("b")] },
        { id: "b", name: "B", isForwarded: true, rules: [forward("c")] },
        { id: "c", name: "C", isForwarded: true, rules: [forward("b")] },
      ],
      ["…[1]: B forwards to itself in a circle.", "…[2]: C forwards to itself in a circle."],
    ],
    [
      "a set that nothing leads to",
      [{ id: "b", name: "B", isForwarded: true, rules: [give] }],
      ["…[0]: no rule forwards to B."],
    ],
    [
      "lines within lines",
      [
        { unroll: "lines", rules: [forward("b")] },
        { id: "b", isForwarded: true, unroll: "tenders", rules: [give] },
      ],
      ["…[0].unroll: forwards to a set that runs for each line or payment again."],
    ],
    [
      "a forwarded set with a stage",
      [{ rules: [forward("b")] }, { id: "b", isForwarded: true, stage: "end", rules: [give] }],
      ["…[1].stage: belongs to sets that run by themselves: a forwarded one runs where a rule sends to it."],
    ],
    [
      "proportions without lines",
      [{ useProportions: true, rules: [give] }],
      ["…[0].useProportions: belongs to sets that run for each line only."],
    ],
    ["an idle rule", [{ rules: [{}] }], ["…[0].rules[0]: does nothing: give it an award or an action."]],
    [
      "an expiry without an award",
      [{ rules: [{ ...give, expiryStrategyId: 1 }] }],
      ["…[0].rules[0].expiryStrategyId: belongs to the rule's award: it has none."],
    ],
    [
      "an award in an action",
      [{ rules: [{ condition: "false", otherwise: [awarding(1, { strategy: "step" })] }] }],
      ["…[0].rules[0].otherwise[0].award.every: is needed: the amount of one step."],
    ],
    [
      "dates",
      [
        { scope: { from: "2026-02-30" }, rules: [give] },
        { scope: { from: "2026-03-02", to: "2026-03-01" }, rules: [give] },
      ],
      ["…[0].scope.from: is no day of the calendar.", "…[1].scope.to: must be after the beginning."],
    ],
    [
      "places without codes",
      [{ scope: { zones: {} }, rules: [give] }],
      ["…[0].scope.zones: needs codes to include or to exclude."],
    ],
  ])("%s", (_, sets, expected) => {
    expect(problems(sets)).toEqual(expected);
  });
});
