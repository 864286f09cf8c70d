import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TransactionFacts } from "../decide/schema.ts";
import { newestValues, type Story, storyOf } from "./testing.ts";

const day = (text: string) => Date.parse(`${text}T12:00:00Z`);
const line = (itemCode: string, quantity: number, amount: number) => ({
  ...{ itemCode, description: null, quantity: quantity * 1000, rate: 0, value: amount * 10_000, discount: 0 },
  ...{ amount: amount * 10_000, details: null },
});

describe("a target of a fixed calendar", () => {
  test("counts bills of its period, and is reached once at its value", () => {
    const story = storyOf({ targets: [{ defaultValues: [300] }] });
    story.buy(100, day("2026-01-05"));
    expect(newestValues(story)).toEqual([[1, 100, false]]);
    expect(story.buy(200, day("2026-01-31")).achieved.map(({ kind }) => kind)).toEqual(["target"]);
    expect(story.buy(1, day("2026-01-31")).achieved).toEqual([]);
    story.buy(50, day("2026-02-01"));
    expect(newestValues(story)).toEqual([
      [1, 301, true],
      [2, 50, false],
    ]);
  });

  test("begins and ends with local days", () => {
    const story = storyOf({ targets: [{}] });
    story.buy(1, Date.parse("2025-12-31T23:59:59Z"));
    story.buy(2, Date.parse("2026-01-01T00:00:00Z"));
    story.buy(3, Date.parse("2026-01-31T23:59:59Z"));
    expect(newestValues(story)).toEqual([[1, 5, false]]);
  });

  test.each([
    [0, []],
    [2, [[1, 10, false]]],
  ])("with sales that may be %i days late", (delayDays, values) => {
    const story = storyOf({ targets: [{}], options: { delayDays } });
    story.buy(10, day("2026-01-31"), { now: day("2026-02-02") });
    story.buy(10, day("2026-01-31"), { now: day("2026-02-04") });
    expect(newestValues(story)).toEqual(values);
  });

  test("tracks from the enrolment where the organisation says so", () => {
    const story = storyOf({ targets: [{}], options: { fromEnrolment: true } });
    story.buy(10, day("2026-01-10"));
    story.buy(5, day("2026-01-05"), { now: day("2026-01-11") });
    expect(newestValues(story)).toEqual([[1, 10, false]]);
  });

  test("tells sub-targets as they are passed, in parts of the value or by themselves", () => {
    const story = storyOf({
      targets: [
        {
          defaultValues: [200],
          steps: [
            ["PERCENTAGE", 50],
            ["ABSOLUTE", 150],
          ],
        },
      ],
    });
    expect(story.buy(99, day("2026-01-05")).achieved).toEqual([]);
    expect(story.buy(60, day("2026-01-06")).achieved.map(({ step }) => step?.value)).toEqual([50, 150]);
    expect(story.buy(60, day("2026-01-07")).achieved.map(({ kind }) => kind)).toEqual(["target"]);
  });
});

test.each<[string, object, Partial<TransactionFacts>, number]>([
  ["net amounts", { type: "SALES" }, {}, 100],
  ["gross amounts", { type: "GROSS_SALES" }, { grossAmount: 1_200_000 }, 120],
  ["pieces", { type: "QUANTITY" }, { lines: [line("a", 2, 40), line("b", 3, 60)] }, 5],
  ["bills", { type: "COUNT" }, {}, 1],
  ["visits", { type: "VISIT" }, {}, 1],
  [
    "a field",
    { type: "EXTENDED_FIELD", extendedField: { name: "km", aggregateFunction: "SUM" } },
    { extendedFields: { km: 7.5 } },
    7.5,
  ],
  [
    "bills with a field",
    { type: "EXTENDED_FIELD", extendedField: { name: "km", aggregateFunction: "COUNT" } },
    { extendedFields: { km: "x" } },
    1,
  ],
  [
    "pieces of some lines",
    { entity: "LINEITEM", type: "QUANTITY", expression: 'currentLineItem.code == "a"' },
    { lines: [line("a", 2, 40), line("b", 3, 60)] },
    2,
  ],
  [
    "money of some lines",
    { entity: "LINEITEM", type: "SALES", expression: 'currentLineItem.code == "b"' },
    { lines: [line("a", 2, 40), line("b", 3, 60)] },
    60,
  ],
  ["lines", { entity: "LINEITEM", type: "COUNT" }, { lines: [line("a", 2, 40), line("b", 3, 60)] }, 2],
])("counts %s", (_, target, facts, value) => {
  const story = storyOf({ targets: [target] });
  story.buy(100, day("2026-01-05"), facts);
  expect(newestValues(story)).toEqual([[1, value, false]]);
});

test("counts points by their kind", () => {
  const story = storyOf({
    targets: [
      { entity: "POINTS", type: "ALL_POINTS" },
      { entity: "POINTS", type: "REGULAR_POINTS" },
      { entity: "POINTS", type: "PROMOTIONAL_POINTS" },
    ],
  });
  story.buy(100, day("2026-01-05"), {}, 12_000);
  expect(story.state.values.map(({ achieved }) => achieved)).toEqual([12_000, 12_000]);
});

test("leaves out what the condition or the places leave out", () => {
  const story = storyOf({ targets: [{ expression: "currentTxn.value > 50" }] });
  story.buy(50, day("2026-01-05"));
  expect(newestValues(story)).toEqual([]);
  story.buy(51, day("2026-01-05"));
  expect(newestValues(story)).toEqual([[1, 51, false]]);
});

test("sums the highest value of each day", () => {
  const story = storyOf({ aggregateWindow: "MAX", targets: [{}] });
  for (const amount of [40, 90, 60]) story.buy(amount, day("2026-01-05"));
  story.buy(30, day("2026-01-06"));
  expect(newestValues(story)).toEqual([[1, 120, false]]);
});

test("visits are days", () => {
  const story = storyOf({ targets: [{ type: "VISIT" }] });
  for (const at of ["2026-01-05", "2026-01-05", "2026-01-06"]) story.buy(10, day(at));
  expect(newestValues(story)).toEqual([[1, 2, false]]);
});

test("a cyclic target has periods of 24 hours from the first event", () => {
  const first = Date.parse("2026-03-28T15:00:00Z");
  const story = storyOf({
    evaluationType: "CYCLIC_WINDOW",
    frequencyType: "DAILY",
    totalPeriods: 3,
    targets: [{}],
  });
  story.buy(1, first);
  // Clocks change in between: the day has 24 hours all the same.
  story.buy(2, first + 86_400_000 - 1);
  story.buy(4, first + 86_400_000);
  story.buy(8, first + 3 * 86_400_000);
  story.buy(16, first - 1);
  expect(newestValues(story)).toEqual([
    [1, 3, false],
    [2, 4, false],
  ]);
});

test("a target without periods begins anew when it is reached", () => {
  const story = storyOf({ evaluationType: "PERIOD_AGNOSTIC_WINDOW", targets: [{ defaultValues: [100] }] });
  for (const amount of [60, 70, 99, 1]) story.buy(amount, day("2026-01-05"));
  expect(newestValues(story)).toEqual([
    [1, 130, true],
    [2, 100, true],
  ]);
});

describe("a combination", () => {
  const three = [
    { defaultValues: [100] },
    { type: "COUNT", defaultValues: [2] },
    { type: "VISIT", defaultValues: [2] },
  ];
  const kinds = (story: Story, amount: number, at: string) =>
    story.buy(amount, day(at)).achieved.map(({ kind }) => kind);

  test("of all", () => {
    const story = storyOf({ trackingType: "UNIFIED", unified: { combinationType: "ALL" }, targets: three });
    expect(kinds(story, 100, "2026-01-05")).toEqual(["target"]);
    expect(kinds(story, 1, "2026-01-05")).toEqual(["target"]);
    expect(kinds(story, 1, "2026-01-06")).toEqual(["target", "unified"]);
    expect(kinds(story, 1, "2026-01-07")).toEqual([]);
  });

  test("of any two, which a return may take again", () => {
    const story = storyOf({
      trackingType: "UNIFIED",
      unified: { combinationType: "ANY", thresholdValue: 2 },
      targets: three,
    });
    kinds(story, 100, "2026-01-05");
    expect(kinds(story, 1, "2026-01-05")).toEqual(["target", "unified"]);
    const { facts, achieved } = story.giveBack(1);
    expect(achieved).toEqual([]);
    expect(facts.map(({ type }) => type)).toEqual(["target.progressed", "targets.lost", "target.progressed"]);
  });

  test("of all, that must come to something together", () => {
    const story = storyOf({
      trackingType: "UNIFIED",
      unified: { combinationType: "ALL", thresholdValue: 500 },
      targets: [{ defaultValues: [100] }, { type: "GROSS_SALES", defaultValues: [100] }],
    });
    expect(kinds(story, 200, "2026-01-05")).toEqual(["target", "target"]);
    expect(kinds(story, 50, "2026-01-05")).toEqual(["unified"]);
  });
});

describe("a streak", () => {
  const hits = ["2026-01-05", "2026-02-05", "2026-03-05", "2026-05-05", "2026-06-05", "2026-07-05"];
  const levelsAfter = (trackingType: "STREAK" | "NON_CONTINUOUS_STREAK") => {
    const story = storyOf({
      trackingType,
      totalPeriods: 7,
      targets: [{ defaultValues: [10], levels: [3, 6] }],
    });
    return hits.map((at) =>
      story
        .buy(10, day(at))
        .achieved.filter(({ kind }) => kind === "streak")
        .map(({ step }) => step!.value),
    );
  };

  test("reaches its levels once, and a missed period breaks it", () => {
    expect(levelsAfter("STREAK")).toEqual([[], [], [3], [], [], []]);
  });
  test("goes on after a missed period where it is not continuous", () => {
    expect(levelsAfter("NON_CONTINUOUS_STREAK")).toEqual([[], [], [3], [], [], [6]]);
  });
  test("is lost by a return, and not rewarded again when it is regained", () => {
    const story = storyOf({
      trackingType: "STREAK",
      totalPeriods: 7,
      targets: [{ defaultValues: [10], levels: [2] }],
    });
    story.buy(10, day("2026-01-05"));
    const id = story.lastId() + 1;
    story.buy(10, day("2026-02-05"));
    expect(story.giveBack(id).facts.at(-1)?.type).toBe("streak.level_lost");
    const again = story.buy(10, day("2026-02-06"));
    expect(again.achieved).toEqual([]);
    expect(story.state.levels).toMatchObject([{ lostAt: null }]);
  });
});

describe("returns", () => {
  test("take off what goes back, in any order to the same", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 6 }), (parts) => {
        const story = storyOf({ targets: [{}, { type: "COUNT" }, { type: "VISIT" }] });
        story.buy(1000, day("2026-01-05"));
        let back = 0;
        for (const part of parts) {
          back += part;
          story.giveBack(story.lastId(), 1000 - back, 1000);
        }
        expect(story.state.values.map(({ achieved }) => achieved)).toEqual([
          (1000 - back) * 10_000,
          1000,
          1000,
        ]);
        story.giveBack(story.lastId());
        expect(story.state.values.map(({ achieved }) => achieved)).toEqual([0, 0, 0]);
      }),
    );
  });

  test("leave a period that is over, and are taken off the next where the organisation says so", () => {
    for (const carriesReturns of [false, true]) {
      const story = storyOf({ targets: [{}], options: { carriesReturns } });
      story.buy(70, day("2026-01-05"));
      story.giveBack(story.lastId(), 0, 70, day("2026-02-05"));
      expect(newestValues(story)).toEqual([[1, 70, false], ...(carriesReturns ? [[2, -70, false]] : [])]);
    }
  });

  test("leave the highest value of the day that is left", () => {
    const story = storyOf({ aggregateWindow: "MAX", targets: [{}] });
    story.buy(40, day("2026-01-05"));
    story.buy(90, day("2026-01-05"));
    story.giveBack(story.lastId());
    expect(newestValues(story)).toEqual([[1, 40, false]]);
  });

  test("do nothing where they do not count", () => {
    const story = storyOf({ targets: [{}], options: { lowersOnReturn: false } });
    story.buy(40, day("2026-01-05"));
    expect(story.giveBack(story.lastId()).facts).toEqual([]);
  });
});

test("bills come to the same in any order", () => {
  const bills = fc.array(
    fc.record({ amount: fc.integer({ min: 1, max: 200 }), day: fc.integer({ min: 1, max: 59 }) }),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(
      bills,
      fc.constantFrom(null, "MAX", "MIN"),
      fc.infiniteStream(fc.nat()),
      (made, aggregateWindow, seeds) => {
        const valuesOf = (order: typeof made) => {
          const story = storyOf({ aggregateWindow, targets: [{}, { type: "VISIT" }] });
          for (const { amount, day: number } of order)
            story.buy(amount, Date.UTC(2026, 0, number, 12), { now: Date.UTC(2026, 0, 2) });
          return [...story.state.values].map((row) => [row.targetId, row.cycle, row.achieved]).sort();
        };
        const shuffled = made
          .map((bill) => ({ bill, place: seeds.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ bill }) => bill);
        expect(valuesOf(shuffled)).toEqual(valuesOf(made));
      },
    ),
  );
});

test("members who are enrolled otherwise, and those who left, are not enrolled by a bill", () => {
  const story = storyOf({ targets: [{ enrolmentMethod: "IMPORT" }] });
  expect(story.buy(10, day("2026-01-05")).facts).toEqual([]);
});
