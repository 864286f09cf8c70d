import { describe, expect, test } from "vitest";
import { compileLimits, type Limit, limitProblems, periodBegin } from "../programs/limits.ts";
import type { ProgramDefinition } from "../programs/schema.ts";
import { awarding, bill, compiledProgram, definitionWithSets, member } from "../testing.ts";
import { decideTransaction } from "./decide.ts";
import { explainTrace } from "./explain.ts";
import { limitKey } from "./limits.ts";
import type { LimitUses, TransactionFacts } from "./schema.ts";

type Sets = Parameters<typeof definitionWithSets>[0];
const percent = (rate: number) => awarding(rate, { strategy: "prorated_percent" });
const limit = (changes: Partial<Limit>): Limit => ({
  id: 1,
  name: "Cap",
  per: "customer",
  counts: "awarded",
  value: 500,
  ...(changes.per === "transaction" ? {} : { period: "monthly" as const }),
  ...changes,
});
const withLimits = (limits: readonly Limit[], sets: Sets = [{ rules: [{ actions: [percent(10)] }] }]) =>
  compiledProgram({ ...definitionWithSets(sets), limits: [...limits] } as ProgramDefinition);

const decided = (
  program: ReturnType<typeof withLimits>,
  facts: TransactionFacts,
  uses: LimitUses = new Map(),
) => {
  const decision = decideTransaction(program, facts, { ...member(), limitUses: uses });
  return {
    ...decision,
    points: decision.awards.reduce((sum, award) => sum + award.points, 0) / 1000,
    why: explainTrace(JSON.parse(JSON.stringify(decision.trace)), program),
  };
};
const line = (pounds: number) => ({
  itemCode: "A",
  description: null,
  quantity: 1000,
  rate: 0,
  value: 0,
  discount: 0,
  amount: pounds * 10_000,
});

describe("a limit per customer", () => {
  const program = withLimits([limit({ value: 50 })]);

  test("gives what is left of it and says so", () => {
    const first = decided(program, bill(300));
    expect(first.points).toBe(30);
    expect(first.limitUses).toEqual([{ limitId: 1, period: "2026-01-01", used: 30_000 }]);
    const uses = new Map([[limitKey(1, "2026-01-01"), 30_000]]);
    const second = decided(program, bill(300), uses);
    expect(second.points).toBe(20);
    expect(second.limitUses).toEqual([{ limitId: 1, period: "2026-01-01", used: 50_000 }]);
    expect(second.trace.used).toEqual([[0, 30_000]]);
    expect(second.why.rules[0]?.because).toContain("The limit Cap (50 points a month) leaves 20 of 30.");
    const third = decided(program, bill(300), new Map([[limitKey(1, "2026-01-01"), 50_000]]));
    expect([third.points, third.limitUses]).toEqual([0, []]);
  });

  test("begins anew with its period", () => {
    const uses = new Map([[limitKey(1, "2026-01-01"), 50_000]]);
    const february = Date.UTC(2026, 1, 1, 0, 30);
    expect(decided(program, bill(300, { billedAt: february }), uses).points).toBe(30);
  });

  test("of the number of bills that earn", () => {
    const counted = withLimits([limit({ counts: "transaction_count", value: 2 })]);
    const at = (used: number) => decided(counted, bill(100), new Map([[limitKey(1, "2026-01-01"), used]]));
    expect([at(1).points, at(1).limitUses[0]?.used]).toEqual([10, 2]);
    expect([at(2).points, at(2).limitUses]).toEqual([0, []]);
    expect(at(2).why.rules[0]?.because.at(-1)).toBe("The limit Cap (2 bills a month) leaves nothing.");
  });

  test("counts and cuts only the sets that it names", () => {
    const sets: Sets = [
      { id: "base", rules: [{ actions: [percent(1)] }] },
      { id: "extra", rules: [{ actions: [percent(10)] }] },
    ];
    const own = withLimits([limit({ value: 50, setIds: ["extra"] })], sets);
    const { points, limitUses } = decided(own, bill(1000));
    expect(points).toBe(10 + 50);
    expect(limitUses[0]?.used).toBe(50_000);
  });
});

describe("a limit per transaction", () => {
  test("of the amount lets a part of it earn (programs-and-rules.md §3.1)", () => {
    const program = withLimits([limit({ per: "transaction", counts: "transaction_amount", value: 400 })]);
    const { points, why } = decided(program, bill(900));
    expect(points).toBe(40);
    expect(why.rules[0]?.because.at(-1)).toBe(
      "The limit Cap (400.00 GBP for each bill) lets 400.00 GBP of 900.00 GBP earn.",
    );
    expect(decided(program, bill(400)).why.rules[0]?.because.at(-1)).not.toContain("limit");
  });

  test("of the amount is spread over lines", () => {
    const sets: Sets = [{ unroll: "lines", rules: [{ actions: [percent(10)] }] }];
    const program = withLimits(
      [limit({ per: "transaction", counts: "transaction_amount", value: 450 })],
      sets,
    );
    const { awards } = decided(program, bill(900, { lines: [line(600), line(300)] }));
    expect(awards.map(({ points }) => points)).toEqual([30_000, 15_000]);
  });

  test("of points keeps the first awards whole and cuts the last", () => {
    const sets: Sets = [{ rules: [{ actions: [awarding(30), awarding(30), awarding(30)] }] }];
    const program = withLimits([limit({ per: "transaction", value: 50 })], sets);
    const { awards, limitUses } = decided(program, bill(10));
    expect(awards.map(({ points }) => points)).toEqual([30_000, 20_000, 0]);
    expect(limitUses).toEqual([]);
  });

  test("cuts lines from the last", () => {
    const sets: Sets = [
      {
        rules: [{ actions: [awarding(10, { strategy: "prorated_percent", basis: "line_amount" })] }],
      },
    ];
    const program = withLimits([limit({ per: "transaction", value: 70 })], sets);
    const { awards } = decided(program, bill(900, { lines: [line(600), line(300)] }));
    expect(awards.map(({ points }) => points)).toEqual([60_000, 10_000]);
  });

  test("of another currency leaves points alone", () => {
    const definition = { ...definitionWithSets([{ rules: [{ actions: [percent(10)] }] }]) };
    const program = compiledProgram({
      ...definition,
      currencies: [{ id: 2, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true }],
      limits: [limit({ per: "transaction", value: 1, currencyId: 2 })],
    } as ProgramDefinition);
    expect(decided(program, bill(100)).points).toBe(10);
  });
});

test("what a limit leaves of a bill that is split by an upgrade is split in the same place", () => {
  const definition = {
    ...definitionWithSets([
      {
        rules: [
          {
            actions: [
              awarding(0, {
                strategy: "prorated_percent",
                allTiers: undefined as never,
                perTier: { "1": 1, "2": 2, "3": 3 },
              }),
            ],
          },
        ],
      },
    ]),
  };
  const program = (limits: readonly Limit[]) =>
    compiledProgram({
      ...definition,
      upgrade: { criterion: "lifetime_purchases", type: "dynamic" },
      limits: [...limits],
    } as ProgramDefinition);
  // 500 make Silver: 500 by 1 %, the rest by 2 %.
  expect(decided(program([]), bill(900)).points).toBe(5 + 8);
  const amount = limit({ per: "transaction", counts: "transaction_amount", value: 600 });
  expect(decided(program([amount]), bill(900)).points).toBe(5 + 2);
  expect(decided(program([{ ...amount, value: 400 }]), bill(900)).points).toBe(4);
});

test.each<[NonNullable<Limit["period"]>, string | undefined, string, string]>([
  ["daily", undefined, "2026-03-05T23:30:00Z", "2026-03-05"],
  ["weekly", undefined, "2026-03-05T12:00:00Z", "2026-03-02"],
  ["weekly", undefined, "2026-03-02T00:00:00Z", "2026-03-02"],
  ["weekly", "2026-03-04", "2026-03-10T12:00:00Z", "2026-03-04"],
  ["weekly", "2026-03-04", "2026-03-11T12:00:00Z", "2026-03-11"],
  ["monthly", undefined, "2026-03-31T22:30:00Z", "2026-03-01"],
  ["monthly", undefined, "2026-03-31T23:30:00Z", "2026-04-01"],
  ["monthly", "2026-01-31", "2026-02-27T12:00:00Z", "2026-01-31"],
  ["monthly", "2026-01-31", "2026-02-28T12:00:00Z", "2026-02-28"],
  ["monthly", "2026-01-31", "2025-12-30T12:00:00Z", "2025-11-30"],
  ["quarterly", undefined, "2026-06-30T12:00:00Z", "2026-04-01"],
  ["half_yearly", "2026-02-15", "2026-08-14T12:00:00Z", "2026-02-15"],
  ["half_yearly", "2026-02-15", "2026-08-15T12:00:00Z", "2026-08-15"],
  ["yearly", undefined, "2026-12-31T23:59:59Z", "2026-01-01"],
  ["yearly", "2024-02-29", "2026-02-28T12:00:00Z", "2026-02-28"],
])("a %s period from %s in which %s falls begins on %s", (period, startsOn, at, begins) => {
  const [compiled] = compileLimits(
    [limit({ period, ...(startsOn === undefined ? {} : { startsOn }) })],
    new Map(),
    10_000,
  );
  // An hour ahead of UTC from 29 March.
  expect(periodBegin(compiled!, Date.parse(at), "Europe/London")).toBe(begins);
});

const NO_PERIOD = { period: undefined } as unknown as Partial<Limit>;

test.each<[Partial<Limit>[], string[]]>([
  [[{}], []],
  [[NO_PERIOD], ["limits[0].period: is needed: after which time it begins anew."]],
  [
    [{ per: "transaction", period: "daily", startsOn: "2026-01-01" }],
    ["limits[0].period: belongs to limits per customer only."],
  ],
  [
    [{ per: "transaction", counts: "transaction_count" }],
    ["limits[0].counts: of transactions belongs to limits per customer only."],
  ],
  [[{ startsOn: "2026-02-30" }], ["limits[0].startsOn: is no day of the calendar."]],
  [[{ value: 1.0001 }], ["limits[0].value: has more decimals than can be counted."]],
  [[{ currencyId: 3 }], ["limits[0].currencyId: there is no currency 3."]],
  [[{ setIds: ["x"] }], ["limits[0].setIds[0]: there is no set of rules x."]],
  [
    [{}, { name: "cap " }],
    ["limits[1].id: 1 is used twice.", "limits[1].name: cap  is the name of another limit."],
  ],
  [
    Array.from({ length: 11 }, (_, index) => ({ id: index + 1, name: `Cap ${index}` })),
    ["limits: has 11 limits per customer; 10 are the most."],
  ],
])("what is wrong with %j", (limits, expected) => {
  const definition = {
    limits: limits.map((one) => limit(one)),
    activities: { TransactionAdd: [{ id: "base" }] },
  };
  expect(limitProblems(definition, 10_000).map(({ path, message }) => `${path}: ${message}`)).toEqual(
    expected,
  );
});
