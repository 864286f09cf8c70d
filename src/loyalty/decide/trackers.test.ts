import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rule, RuleSet } from "../programs/schema.ts";
import type { Tracker } from "../programs/trackers.ts";
import { awarding, bill, compiledProgram, definitionWithSets, member, SOME_DAY } from "../testing.ts";
import { type TrackerState, withChanges } from "../trackers/state.ts";
import { decideTransaction } from "./decide.ts";
import { explainTrace } from "./explain.ts";
import type { LineFacts, MemberState, TransactionFacts } from "./schema.ts";

const DAY = 86_400_000;

const tracker = (changes: object = {}, item: object = {}): Tracker => ({
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
});

type SetLike = Partial<Omit<RuleSet, "rules">> & { readonly rules: readonly Partial<Rule>[] };

const evaluating = (changes: Partial<SetLike> = {}): SetLike => ({
  stage: "trackers",
  rules: [{ actions: [{ type: "evaluate_tracker", trackerId: 1 }] }],
  ...changes,
});

const caseSet = (...rules: Partial<Rule>[]): SetLike => ({ id: "case", isForwarded: true, rules });

const programWith = (trackers: readonly Tracker[], sets: readonly SetLike[]) =>
  compiledProgram({ ...definitionWithSets(sets), trackers: [...trackers] });

/** Decides bills one after another, each on what the ones before left. */
const run = (
  program: ReturnType<typeof programWith>,
  bills: readonly TransactionFacts[],
  start: MemberState = member(),
) => {
  let state: MemberState = start;
  return bills.map((facts) => {
    const decision = decideTransaction(program, facts, state);
    const before: TrackerState = state.trackers ?? { days: [], cases: [] };
    state = { ...state, membership: decision.membership, trackers: withChanges(before, decision.trackers) };
    return decision;
  });
};

const pointsOf = (decisions: ReturnType<typeof run>) =>
  decisions.map(({ awards }) => awards.reduce((sum, { points }) => sum + points, 0) / 1000);
const onDay = (day: number, pounds: number, changes: Partial<TransactionFacts> = {}) =>
  bill(pounds, { billedAt: SOME_DAY + day * DAY, now: SOME_DAY + day * DAY, ...changes });
const line = (pounds: number, quantity = 1): LineFacts => ({
  itemCode: "A",
  description: null,
  quantity: quantity * 1000,
  rate: pounds * 10_000,
  value: pounds * 10_000,
  discount: 0,
  amount: pounds * 10_000,
});

describe("cases", () => {
  test("run their set when they hold over the window", () => {
    const program = programWith([tracker()], [evaluating(), caseSet({ actions: [awarding(7)] })]);
    // 60 + 60 within ten days; on the tenth day after, the first one is out.
    expect(pointsOf(run(program, [onDay(0, 60), onDay(9, 60), onDay(10, 30), onDay(18, 10)]))).toEqual([
      0, 7, 0, 7,
    ]);
  });

  test("go by the time of processing, not by the bill's", () => {
    const program = programWith([tracker()], [evaluating(), caseSet({ actions: [awarding(7)] })]);
    const late = onDay(12, 60, { billedAt: SOME_DAY + DAY });
    expect(pointsOf(run(program, [onDay(0, 60), late]))).toEqual([0, 0]);
  });

  test.each<[string, object, readonly number[]]>([
    ["multiples", { operator: undefined, value: undefined, modOf: 50 }, [7, 0, 7]],
    [
      "between, both included",
      { operator: undefined, value: undefined, between: { from: 50, to: 75 } },
      [7, 7, 0],
    ],
    ["equal", { operator: "==", value: 75 }, [0, 7, 0]],
    ["less", { operator: "<", value: 75 }, [7, 0, 0]],
    ["times tracked", { aggregate: "count", operator: ">=", value: 2 }, [0, 7, 7]],
    ["so many forwards", { operator: ">", value: 0, mostForwards: 2 }, [7, 7, 0]],
  ])("hold by %s", (_, item, points) => {
    const program = programWith([tracker({}, item)], [evaluating(), caseSet({ actions: [awarding(7)] })]);
    expect(pointsOf(run(program, [onDay(0, 50), onDay(1, 25), onDay(2, 25)]))).toEqual(points);
  });

  test("a tier change begins anew", () => {
    const program = programWith(
      [tracker({ method: "TIER_CHANGE_WINDOW" }, { length: undefined, unit: undefined })],
      [evaluating(), caseSet({ actions: [awarding(7)] })],
    );
    const state = {
      days: [{ trackerId: 1, day: "2026-01-20", changeNo: 1, sum: 900_000, count: 1 }],
      cases: [],
    };
    const at = (changeNo: number) =>
      run(program, [onDay(0, 20)], { ...member({ changeNo }), trackers: state });
    expect(pointsOf(at(1))).toEqual([7]);
    expect(pointsOf(at(2))).toEqual([0]);
  });

  test("cycles begin with the first event", () => {
    const program = programWith(
      [tracker({ method: "CYCLIC_WINDOW" }, { length: 30 })],
      [evaluating(), caseSet({ actions: [awarding(7)] })],
    );
    expect(pointsOf(run(program, [onDay(0, 60), onDay(29, 60), onDay(30, 60), onDay(59, 60)]))).toEqual([
      0, 7, 0, 7,
    ]);
  });
});

describe("in sets of cases", () => {
  test("a milestone is crossed once", () => {
    const program = programWith(
      [tracker({}, { length: 300, operator: ">", value: 0 })],
      [
        evaluating(),
        caseSet({
          condition:
            "currentTrackerCondition.trackerInitialPrevAggr < 2500 && currentTrackerCondition.trackerCurrAggr >= 2500",
          actions: [awarding(500)],
        }),
      ],
    );
    expect(pointsOf(run(program, [onDay(0, 2000), onDay(1, 600), onDay(2, 600)]))).toEqual([0, 500, 0]);
  });

  test("line by line the aggregate before moves, that before the event does not", () => {
    const program = programWith(
      [tracker({ entity: "LINEITEM_AMOUNT" }, { length: 300, operator: ">", value: 0 })],
      [
        evaluating({ unroll: "lines" }),
        caseSet(
          { condition: "currentTracker.trackerPrevAggr == 30", actions: [awarding(1)] },
          { condition: "currentTracker.trackerInitialPrevAggr == 10", actions: [awarding(10)] },
          { condition: "currentTracker.trackedValue == currentLineItem.amount", actions: [awarding(100)] },
        ),
      ],
    );
    const decisions = run(program, [
      onDay(0, 10, { lines: [line(10)] }),
      onDay(1, 50, { lines: [line(20), line(30)] }),
    ]);
    expect(pointsOf(decisions)).toEqual([100, 1 + 20 + 200]);
  });

  test.each<["tracked" | "current_aggregate" | "previous_aggregate", number]>([
    ["tracked", 3],
    ["current_aggregate", 3.6],
    ["previous_aggregate", 0.6],
  ])("six percent of %s quantity", (of, points) => {
    const program = programWith(
      [tracker({ entity: "BILL_TOTAL_QTY" }, { length: 300, operator: ">", value: 10 })],
      [evaluating(), caseSet({ actions: [awarding(6, { strategy: "prorated_percent", of })] })],
    );
    const decisions = run(program, [
      onDay(0, 500, { lines: [line(50, 10)] }),
      onDay(1, 500, { lines: [line(10, 50)] }),
    ]);
    expect(pointsOf(decisions)).toEqual([0, points]);
    const why = explainTrace(decisions[1]!.trace, program);
    expect(why.rules.at(-1)!.because.join(" ")).toContain("× 6 %");
  });

  test("a limit of amounts is not in force", () => {
    const ten = awarding(10, { strategy: "prorated_percent" });
    const definition = {
      ...definitionWithSets([{ rules: [{ actions: [ten] }] }, evaluating(), caseSet({ actions: [ten] })]),
      trackers: [tracker()],
      limits: [
        {
          id: 1,
          name: "400",
          per: "transaction" as const,
          counts: "transaction_amount" as const,
          value: 400,
        },
      ],
    };
    const [decision] = run(compiledProgram(definition), [onDay(0, 900)]);
    expect(decision!.awards.map(({ points }) => points)).toEqual([40_000, 90_000]);
  });
});

test("points are tracked once they were given", () => {
  const program = programWith(
    [tracker({ entity: "POINTS" }, { operator: ">=", value: 5 })],
    [
      { rules: [{ actions: [awarding(5)] }] },
      evaluating({ stage: "points_trackers" }),
      caseSet({ actions: [awarding(7)] }),
    ],
  );
  expect(pointsOf(run(program, [onDay(0, 1)]))).toEqual([12]);
});

test("values are told to all sets, with the event as sets before left it", () => {
  const value = (which: string, amount: number) =>
    `currentCustomer.trackerValue${which}Event("Spend", "Big") == ${amount}`;
  const program = programWith(
    [tracker({}, { value: 1_000_000 })],
    [
      { rules: [{ condition: value("Current", 40), actions: [awarding(1)] }] },
      evaluating({
        rules: [
          { actions: [{ type: "evaluate_tracker", trackerId: 1 }] },
          { condition: value("Current", 40), actions: [awarding(10)] },
        ],
      }),
      {
        stage: "end",
        rules: [
          { condition: `${value("Before", 40)} && ${value("Current", 100)}`, actions: [awarding(100)] },
        ],
      },
      caseSet({ actions: [awarding(7)] }),
    ],
  );
  expect(pointsOf(run(program, [onDay(0, 40), onDay(1, 60)]))).toEqual([0, 111]);
});

test("a tracker moves a tier, with the bill that reaches it", () => {
  const definition = definitionWithSets([
    { rules: [{ actions: [awarding(1)] }] },
    evaluating(),
    caseSet({ actions: [awarding(7)] }),
  ]);
  const program = compiledProgram({
    ...definition,
    trackers: [tracker()],
    upgrade: { criterion: "tracker", trackerId: 1, caseId: 1, type: "eager" },
    tiers: definition.tiers.slice(0, 2).map((tier, index) => ({ ...tier, threshold: index * 100 })),
  });
  const decisions = run(program, [onDay(0, 60), onDay(1, 39.99), onDay(2, 0.01)]);
  expect(decisions.map(({ membership }) => membership!.tierNumber)).toEqual([1, 1, 2]);
  expect(decisions[2]!.trace.tierValues).toEqual([1_000_000]);
});

test("one of a visit, however many rules evaluate it", () => {
  const program = programWith(
    [tracker({ entity: "CUSTOMER_VISITS" }, { value: 2, aggregate: "sum" })],
    [
      evaluating({
        rules: [
          {
            actions: [
              { type: "evaluate_tracker", trackerId: 1 },
              { type: "evaluate_tracker", trackerId: 1 },
            ],
          },
        ],
      }),
      caseSet({ condition: "currentTracker.numberOfVisits == 2", actions: [awarding(7)] }),
    ],
  );
  expect(pointsOf(run(program, [onDay(0, 10), onDay(0, 10)]))).toEqual([0, 14]);
});

test("is told in sentences", () => {
  const program = programWith([tracker()], [evaluating(), caseSet({ actions: [awarding(7)] })]);
  const decisions = run(program, [onDay(0, 60), onDay(9, 60)]);
  const told = decisions.map(({ trace }) => explainTrace(trace, program).rules.map(({ because }) => because));
  expect(told[0]![0]!.at(-1)).toBe(
    "Spend tracks 60.00 GBP: Big goes from 0.00 GBP to 60.00 GBP and does not hold.",
  );
  expect(told[1]![0]!.at(-1)).toBe(
    "Spend tracks 60.00 GBP: Big goes from 60.00 GBP to 120.00 GBP and holds: Set 2 runs.",
  );
});

describe("against a recomputation over all events", () => {
  const event = fc.record({
    day: fc.integer({ min: 0, max: 200 }),
    pounds: fc.integer({ min: 0, max: 100 }),
  });
  const windows = [
    ["MOVING_WINDOW", 10, "days", (day: number, other: number) => other <= day && other > day - 10],
    [
      "CYCLIC_WINDOW",
      30,
      "days",
      (day: number, other: number, first: number) =>
        Math.floor((day - first) / 30) === Math.floor((other - first) / 30),
    ],
  ] as const;
  test.each(windows)("%s", (method, length, unit, isWithin) => {
    const program = programWith(
      [tracker({ method }, { length, unit, operator: ">", value: 0 })],
      [
        evaluating(),
        caseSet({ actions: [awarding(100, { strategy: "prorated_percent", of: "current_aggregate" })] }),
      ],
    );
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 12 }), (found) => {
        const events = [...found].sort((a, b) => a.day - b.day);
        const decisions = run(
          program,
          events.map(({ day, pounds }) => onDay(day, Math.max(1, pounds))),
        );
        const expected = events.map(({ day }, index) =>
          events
            .slice(0, index + 1)
            .filter((other) => isWithin(day, other.day, events[0]!.day))
            .reduce((sum, { pounds }) => sum + Math.max(1, pounds), 0),
        );
        expect(pointsOf(decisions)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
