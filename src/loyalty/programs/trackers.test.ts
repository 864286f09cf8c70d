import { expect, test } from "vitest";
import { createCatalogue } from "#expressions";
import { awarding, definitionWithSets } from "../testing.ts";
import type { Rule, RuleSet } from "./schema.ts";
import type { Tracker } from "./trackers.ts";
import { validateDefinition } from "./validate.ts";

const tracker = (changes: object = {}, item: object = {}): Tracker =>
  ({
    id: 1,
    name: "Spend",
    entity: "BILL_AMOUNT",
    method: "MOVING_WINDOW",
    cases: [
      {
        id: 1,
        name: "Big",
        length: 10,
        unit: "days",
        aggregate: "sum",
        operator: ">=",
        value: 100,
        setId: "case",
        ...item,
      },
    ],
    ...changes,
  }) as Tracker;

type SetLike = Partial<Omit<RuleSet, "rules">> & { readonly rules: readonly Partial<Rule>[] };
const evaluate = { type: "evaluate_tracker", trackerId: 1 } as const;
const evaluating: SetLike = { stage: "trackers", rules: [{ actions: [evaluate] }] };
const caseSet: SetLike = {
  id: "case",
  isForwarded: true,
  rules: [{ actions: [awarding(1, { of: "tracked" })] }],
};

const judge = (
  trackers: readonly Tracker[] = [tracker()],
  sets: readonly SetLike[] = [evaluating, caseSet],
  published: readonly Tracker[] | null = null,
) => {
  const definition = { ...definitionWithSets(sets), trackers };
  const { problems } = validateDefinition(definition, {
    moneyScale: 10_000,
    catalogue: () => createCatalogue([{ scope: "transaction", name: "covers", type: "number" }]),
    published: published === null ? null : { ...definition, trackers: [...published] },
  });
  return problems.map(({ path, message }) => `${path} ${message}`);
};

test("what is in order has no problems", () => {
  expect(judge()).toEqual([]);
  expect(judge([tracker({ entity: "BILL_EXTENDED_FIELD", field: "covers" })])).toEqual([]);
  expect(
    judge([tracker({ method: "CALENDAR_BASED_CYCLIC_WINDOW", startsOn: "2026-01-01" }, { unit: "months" })]),
  ).toEqual([]);
  expect(judge([tracker({ method: "TIER_CHANGE_WINDOW" }, { length: undefined, unit: undefined })])).toEqual(
    [],
  );
  expect(judge([tracker({}, { length: 0, unit: "months" })])).toEqual([]);
});

test.each<[string, object, object]>([
  [
    "trackers[0].startsOn is needed: the day on which cycles begin.",
    { method: "CALENDAR_BASED_CYCLIC_WINDOW" },
    { unit: "months" },
  ],
  ["trackers[0].startsOn belongs to calendar-based windows only.", { startsOn: "2026-01-01" }, {}],
  [
    "trackers[0].cases[0].unit must be months: calendar-based cycles are of months.",
    { method: "CALENDAR_BASED_CYCLIC_WINDOW", startsOn: "2026-01-01" },
    {},
  ],
  [
    "trackers[0].cases[0].length belongs to windows with a length only.",
    { method: "TIER_CHANGE_WINDOW" },
    { unit: undefined },
  ],
  ["trackers[0].cases[0].length must be at least 1.", {}, { length: 0 }],
  ["trackers[0].cases[0].unit is needed: days or months.", {}, { unit: undefined }],
  ["trackers[0].cases[0] has one of operator, modOf and between, not several.", {}, { modOf: 5 }],
  ["trackers[0].cases[0].value is needed: operator and value go together.", {}, { value: undefined }],
  [
    "trackers[0].cases[0].value has more decimals than can be counted.",
    {},
    { value: 1.5, aggregate: "count" },
  ],
  ["trackers[0].cases[0].setId there is no set of rules nowhere.", {}, { setId: "nowhere" }],
  [
    "trackers[0].cases[0].setId runs by itself: only sets that wait for it can be forwarded to.",
    {},
    { setId: "set1" },
  ],
  ["trackers[0].currencyId there is no currency 3.", { entity: "ALTERNATE_CURRENCIES", currencyId: 3 }, {}],
  ["trackers[0].currencyId belongs to the entity ALTERNATE_CURRENCIES only.", { currencyId: 3 }, {}],
  ["trackers[0].field is needed.", { entity: "BILL_EXTENDED_FIELD" }, {}],
  [
    "trackers[0].field there is no extended field seats that holds numbers.",
    { entity: "BILL_EXTENDED_FIELD", field: "seats" },
    {},
  ],
  ["trackers[0].field belongs to extended fields only.", { field: "covers" }, {}],
])("%s", (problem, changes, item) => {
  expect(judge([tracker(changes, item)])).toContain(problem);
});

test("trackers are evaluated in their stages, once for the bill or for its lines", () => {
  const at = "activities.TransactionAdd[0].rules[0].actions[0].trackerId";
  const judged = (entity: string, set: Partial<SetLike>) =>
    judge([tracker({ entity })], [{ ...evaluating, ...set }, caseSet]);
  expect(judged("BILL_AMOUNT", { stage: "start" })).toEqual([
    `${at} Spend can be evaluated only in sets of the stage trackers and those that they forward to.`,
  ]);
  expect(judged("POINTS", {})).toEqual([
    `${at} Spend can be evaluated only in sets of the stage points_trackers and those that they forward to.`,
  ]);
  expect(judged("POINTS", { stage: "points_trackers" })).toEqual([]);
  expect(judged("LINEITEM_QTY", { unroll: "lines" })).toEqual([]);
  expect(judged("BILL_AMOUNT", { unroll: "lines" })).toEqual([
    `${at} Spend tracks the bill as a whole: it cannot be evaluated for each line.`,
  ]);
  expect(judge([], [evaluating])).toEqual([`${at} there is no tracker 1 in the program.`]);
});

test("a case never leads back to the rule that evaluates it", () => {
  const circle: SetLike = { ...caseSet, rules: [{ actions: [evaluate] }] };
  expect(judge([tracker()], [evaluating, circle])).toEqual([
    "activities.TransactionAdd[1] Set 2 forwards to itself in a circle.",
  ]);
});

test("what was tracked is awarded in sets of cases only", () => {
  const tracked = awarding(1, { of: "current_aggregate" });
  expect(judge([tracker()], [{ rules: [{ actions: [tracked] }] }, evaluating, caseSet])).toEqual([
    "activities.TransactionAdd[0].rules[0].actions[0].award.of must be amount here: the others belong to sets that cases of trackers forward to.",
  ]);
});

test("what was published stays and goes on to track the same", () => {
  expect(judge([tracker({ entity: "BILL_TOTAL_QTY" })], undefined, [tracker()])).toEqual([
    "trackers[0].entity must stay what was published: what was tracked so far is of that. Make another tracker.",
  ]);
  expect(judge([], [{ rules: [{ actions: [awarding(1)] }] }], [tracker()])).toEqual([
    "trackers must keep Spend (id 1), which was published: points may carry it.",
  ]);
});
