import { describe, expect, test } from "vitest";
import type { Action, Award, Limit, ProgramDefinition, Rule, RuleSet } from "../../api/programs.ts";
import { createFormat } from "../../ui/format.ts";
import { FIRST_DEFINITION, otherProblems, shownPaths } from "../draft.ts";
import { pathWords } from "../path-words.ts";
import { actionsOf, moved, slotsOf, withActions } from "./actions.ts";
import {
  addForwardedSet,
  addRule,
  addSet,
  changeRule,
  changeSet,
  mapAwards,
  moveRule,
  removeSet,
  setsOf,
  swapSets,
} from "./changes.ts";
import { firstLimit, withPer } from "./limits.ts";
import { outlineOf, placesOf } from "./outline.ts";
import { ifAny, withMoment } from "./scope.ts";
import { limitText, otherActionText, ruleText, scopeTexts, setTexts } from "./words.ts";

const award: Award = {
  strategy: "prorated_percent",
  basis: "bill_amount",
  allTiers: 2,
  rounding: "floor",
  decimals: 0,
};
const fifty: Award = { ...award, strategy: "fixed", allTiers: 50 };
const gives = (given: Award): Action => ({ type: "award", award: given });
const forward = (setId: string): Action => ({ type: "forward", setId });
const rule = (id: string, part: Partial<Rule> = {}): Rule => ({ id, name: id, condition: "true", ...part });
const set = (id: string, part: Partial<RuleSet> = {}): RuleSet => ({ id, name: id, rules: [], ...part });
const programOf = (sets: RuleSet[], part: Partial<ProgramDefinition> = {}): ProgramDefinition => ({
  ...FIRST_DEFINITION,
  activities: { TransactionAdd: sets },
  ...part,
});
const words = createFormat({ locale: "en-GB", timeZone: "Europe/London", currency: "GBP" });

describe("actions of a rule", () => {
  const short = rule("a", { award, expiryStrategyId: 2 });
  const other: Action = { type: "upgrade_tier", to: 3 };

  test("the award that a rule holds itself comes first and keeps its place in the document", () => {
    const mixed = { ...short, actions: [forward("x")], otherwise: [other] };
    expect(slotsOf(mixed, "actions").map(({ path }) => path)).toEqual(["", "actions[0]"]);
    expect(slotsOf(mixed, "otherwise").map(({ path }) => path)).toEqual(["otherwise[0]"]);
    for (const branch of ["actions", "otherwise"] as const)
      expect(withActions(mixed, branch, actionsOf(mixed, branch))).toEqual(mixed);
  });
  test("it becomes one of the actions when another comes before it, and goes with its expiry", () => {
    const mixed = { ...short, actions: [forward("x")] };
    const turned = withActions(mixed, "actions", moved(actionsOf(mixed, "actions"), 0, 1));
    expect(turned).toEqual(
      rule("a", { actions: [forward("x"), { type: "award", award, expiryStrategyId: 2 }] }),
    );
    expect(withActions(short, "actions", [])).toEqual(rule("a"));
  });
  test("its usual expiry is left out", () => {
    expect(withActions(short, "actions", [gives(fifty)])).toEqual(rule("a", { award: fifty }));
  });
  test("an action without a form is kept as it is", () => {
    const mixed = rule("a", { actions: [other, gives(award)] });
    const changed = withActions(mixed, "actions", [other, gives(fifty)]);
    expect(changed.actions?.[0]).toBe(other);
    const doubled = mapAwards(programOf([set("s", { rules: [mixed] })]), (one) => ({ ...one, decimals: 1 }));
    expect(doubled.activities.TransactionAdd[0]!.rules[0]!.actions).toEqual([
      other,
      gives({ ...award, decimals: 1 }),
    ]);
  });
});

describe("sets", () => {
  const three = programOf([
    set("first", { rules: [rule("a", { actions: [forward("bonus")], otherwise: [forward("lost")] })] }),
    set("late", { stage: "end" }),
    set("bonus", { isForwarded: true, rules: [rule("b", { actions: [forward("deep")] })] }),
    set("second", { unroll: "lines", rules: [rule("c", { actions: [forward("bonus")] })] }),
    set("deep", { isForwarded: true }),
    set("alone", { isForwarded: true }),
  ]);
  const rows = outlineOf(three.activities.TransactionAdd);

  test("are listed as they run, what is forwarded to below what does", () => {
    expect(rows.map((row) => [row.set.id, row.depth])).toEqual([
      ["first", 0],
      ["bonus", 1],
      ["deep", 2],
      ["second", 0],
      ["late", 0],
      ["alone", 0],
    ]);
    expect(rows[1]!.from.map(({ rule: name }) => name)).toEqual(["a", "c"]);
    expect(setTexts(rows[1]!.set, rows[1]!.from)).toEqual(["Runs where a is true or c is true"]);
    expect(setTexts(rows[5]!.set, rows[5]!.from)).toEqual(["No rule forwards to it, so it never runs"]);
  });
  test("in a circle are listed once", () => {
    const circle = [
      set("x", { isForwarded: true, rules: [rule("a", { actions: [forward("y")] })] }),
      set("y", { isForwarded: true, rules: [rule("b", { actions: [forward("x")] })] }),
    ];
    expect(outlineOf(circle).map(({ index }) => index)).toEqual([0, 1]);
    expect(placesOf(circle).get("x")).toEqual({ lines: false, tenders: false, trackers: false });
  });
  test("that a tracker runs stand below the rule that adds to it", () => {
    const sets = [
      set("t", {
        stage: "trackers",
        rules: [rule("a", { actions: [{ type: "evaluate_tracker", trackerId: 7 }] })],
      }),
      set("won", { isForwarded: true }),
    ];
    const trackers = [{ id: 7, name: "Visits", cases: [{}, { setId: "won" }] }];
    const [, won] = outlineOf(sets, trackers);
    expect(won).toMatchObject({ depth: 1, from: [{ rule: "a" }] });
    expect(placesOf(sets, trackers).get("won")).toEqual({ lines: false, tenders: false, trackers: true });
    expect(otherActionText(sets[0]!.rules[0]!.actions![0]!, sets, trackers)).toBe(
      "Adds to the tracker Visits",
    );
  });
  test("change places with those of their stage only", () => {
    expect([rows[0]!.before, rows[0]!.after]).toEqual([null, 3]);
    expect([rows[4]!.before, rows[4]!.after]).toEqual([null, null]);
    expect([rows[1]!.before, rows[1]!.after]).toEqual([null, null]);
    const swapped = swapSets(three, 0, 3);
    expect(outlineOf(swapped.activities.TransactionAdd)[0]!.set.id).toBe("second");
  });
  test("run for what those run for that forward to them", () => {
    const places = placesOf(three.activities.TransactionAdd);
    expect(places.get("deep")).toEqual({ lines: true, tenders: false, trackers: false });
    expect(places.get("first")).toEqual({ lines: false, tenders: false, trackers: false });
  });
  test("and rules get ids that neither a set nor a rule has", () => {
    const taken = programOf([set("rule-1", { rules: [rule("set-1")] })]);
    expect(addRule(taken, 0).activities.TransactionAdd[0]!.rules[1]!.id).toBe("rule-2");
    expect(addSet(taken).set.id).toBe("set-2");
  });
  test("a program without any has one to begin with, saved with its first rule", () => {
    const none = programOf([]);
    expect(setsOf(none)).toHaveLength(1);
    expect(addRule(none, 0).activities.TransactionAdd[0]).toMatchObject({ id: "earn", name: "Earning" });
  });
  test("a new one takes the place of the action that is to forward to it", () => {
    const one = programOf([set("s", { rules: [rule("a", { award })] })]);
    const added = addForwardedSet(one, 0, 0, "otherwise", 0);
    expect(added.activities.TransactionAdd[1]).toMatchObject({ isForwarded: true, rules: [] });
    expect(added.activities.TransactionAdd[0]!.rules[0]).toEqual(
      rule("a", { award, otherwise: [forward(added.activities.TransactionAdd[1]!.id)] }),
    );
  });
  test("changing one thing leaves all others as they are", () => {
    const given = {
      ...programOf([set("s", { scope: { from: "2026-01-01" }, rules: [rule("a", { award }), rule("b")] })]),
      somethingNew: { kept: true },
      activities: {
        TransactionAdd: [set("s", { rules: [rule("a", { award }), rule("b")] })],
        GenericEvent: [{ id: "g" }],
      },
    } as unknown as ProgramDefinition;
    for (const changed of [
      changeSet(given, 0, { name: "t" }),
      changeRule(given, 0, 1, { name: "t" }),
      moveRule(given, 0, 0, 1),
      removeSet(addSet(given).definition, 1),
    ])
      expect(changed).toMatchObject({
        somethingNew: { kept: true },
        activities: { GenericEvent: [{ id: "g" }] },
      });
    expect(removeSet(addSet(given).definition, 1)).toEqual(given);
    expect(moveRule(moveRule(given, 0, 0, 1), 0, 0, 1)).toEqual(given);
  });
});

describe("in words", () => {
  test("a scope says where and when", () => {
    expect(
      scopeTexts({
        from: "2026-03-01",
        to: "2026-03-31T18:00",
        stores: { include: ["A", "B"], exclude: ["C"] },
        sources: ["INSTORE"],
      }),
    ).toEqual([
      "from 1 March 2026",
      "until 31 March 2026, 18:00",
      "in store A or B",
      "not in store C",
      "for bills from INSTORE",
    ]);
    const many = Array.from({ length: 9 }, (_, index) => `S${index}`);
    expect(scopeTexts({ zones: { include: many } })).toEqual(["in zone S0, S1, S2, S3, S4 or one of 4 more"]);
  });
  test("a rule says what it does both ways", () => {
    const definition = { ...programOf([set("bonus")]), sets: [set("bonus", { name: "Bonus" })] };
    const both = rule("a", { award, otherwise: [gives(fifty), forward("bonus"), forward("gone")] });
    expect(ruleText(both, definition, words)).toBe(
      "Gives 2 % of the bill; otherwise gives 50 points, goes on with Bonus and goes on with the set gone, which is missing",
    );
    expect(ruleText(rule("a"), definition, words)).toBe("Does nothing yet");
  });
  test("a limit says it all back", () => {
    const definition = programOf([set("w", { name: "Weekend bonus" })]);
    const monthly = firstLimit(1);
    const said = (part: Partial<Limit>) => limitText({ ...monthly, ...part }, definition, words);
    expect(said({ setIds: ["w"] })).toBe(
      "At most 500 points a month for each customer, from the set Weekend bonus.",
    );
    expect(said({ counts: "transaction_count", value: 1, period: "daily" })).toBe(
      "At most 1 purchase a day earns for each customer.",
    );
    expect(said({ counts: "transaction_amount", period: "yearly", startsOn: "2026-04-06" })).toBe(
      "At most £500.00 of purchases a year earn for each customer, counted from 6 April 2026.",
    );
    const once = { ...monthly, ...withPer(monthly, "transaction") } as Limit;
    expect(limitText(once, definition, words)).toBe("At most 500 points for one purchase.");
  });
});

test("limits of purchases have no period, those of customers one", () => {
  expect(withPer({ ...firstLimit(1), counts: "transaction_count" }, "transaction")).toEqual({
    per: "transaction",
    period: undefined,
    startsOn: undefined,
    counts: "awarded",
  });
  expect(withPer({ id: 1, name: "", per: "transaction", counts: "awarded", value: 1 }, "customer")).toEqual({
    per: "customer",
    period: "monthly",
  });
});

test("moments are days or days with times; what is empty is left out", () => {
  expect(withMoment("2026-03-01", "")).toBe("2026-03-01");
  expect(withMoment("2026-03-01", "10:30")).toBe("2026-03-01T10:30");
  expect(withMoment("", "10:30")).toBeUndefined();
  expect(ifAny({})).toBeUndefined();
});

describe("problems of workflows and limits", () => {
  const definition = programOf(
    [
      set("s", {
        name: "Weekend",
        scope: { sources: ["X"] },
        rules: [rule("a", { name: "Gold", otherwise: [gives(award)] })],
      }),
    ],
    { limits: [{ ...firstLimit(1), setIds: ["s"] }] },
  );
  const at = (path: string) => otherProblems([{ path, message: "" }], shownPaths(definition));

  test("stand at their fields", () => {
    for (const path of [
      "activities.TransactionAdd[0].rules[0]",
      "activities.TransactionAdd[0].rules[0].condition",
      "activities.TransactionAdd[0].rules[0].otherwise[0].award.every",
      "activities.TransactionAdd[0].rules[0].otherwise[0].award.perTier.1",
      "activities.TransactionAdd[0].scope.from",
      "activities.TransactionAdd[0].scope.stores",
      "activities.TransactionAdd[0].scope.sources[0]",
      "activities.TransactionAdd[0].unroll",
      "limits[0].value",
      "limits[0].setIds[0]",
    ])
      expect(at(path), path).toEqual([]);
  });
  test("without a field are told with the names that people know", () => {
    const path = "activities.TransactionAdd[0].rules[0].otherwise[0].award.surprise";
    expect(at(path)).toHaveLength(1);
    expect(pathWords(path, definition)).toBe("Weekend › Gold › otherwise 1 › award.surprise");
    expect(pathWords("limits[0].surprise", definition)).toBe("Limit 1 › surprise");
    expect(pathWords("tiers[0].name", definition)).toBe("tiers[0].name");
  });
});
