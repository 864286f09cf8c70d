import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bill, compiledProgram, definitionWith, member, SOME_DAY } from "../testing.ts";
import { decideTransaction } from "./decide.ts";
import { explainTrace } from "./explain.ts";
import type { Decision, LineFacts, Trace, TransactionFacts } from "./schema.ts";

const at = (text: string) => Date.parse(text);
const line = (pounds: number, details: LineFacts["details"] = null): LineFacts => ({
  itemCode: "A",
  description: null,
  quantity: 1000,
  rate: pounds * 10_000,
  value: pounds * 10_000,
  discount: 0,
  amount: Math.round(pounds * 10_000),
  details,
});
const programWith = (award: object, changes: object = {}) =>
  compiledProgram(
    definitionWith(
      [{ award: { perTier: undefined, allTiers: 10, rounding: "floor", decimals: 0, ...award } }],
      changes,
    ),
  );
const decide = (award: object, facts: TransactionFacts, changes: object = {}) =>
  decideTransaction(programWith(award, changes), facts, member());
const shares = ({ awards }: Decision) => awards.map((award) => [award.line, award.points]);
const why = (award: object, facts: TransactionFacts, changes: object = {}) => {
  const program = programWith(award, changes);
  const { trace } = decideTransaction(program, facts, member());
  return explainTrace(JSON.parse(JSON.stringify(trace)) as Trace, program);
};

const stamps = { id: 1, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true };

test("a plain award says that it is one", () => {
  expect(decide({}, bill(100)).awards).toEqual([
    {
      programId: 7,
      ruleId: "rule1",
      currencyId: 0,
      category: "regular",
      points: 10_000,
      rawPoints: 10,
      line: 0,
      source: "bill_regular",
      expiresAt: at("2027-01-31T23:59:59Z"),
      rolls: false,
      convertsAt: null,
      expiryStrategyId: 1,
      awardStrategyId: null,
    },
  ]);
});

describe("promised points", () => {
  const conversion = (delay: object, facts: TransactionFacts, changes: object = {}) => {
    const { convertsAt } = decide({ category: "promised", delay }, facts, changes).awards[0]!;
    return new Date(convertsAt!).toISOString();
  };
  const may = (changes: Partial<TransactionFacts> = {}) =>
    bill(100, { billedAt: at("2026-05-11T18:00:00Z"), now: at("2026-05-12T09:00:00Z"), ...changes });

  test.each<[string, object, TransactionFacts, object, string]>([
    ["the morning after three days", { days: 3 }, may(), {}, "2026-05-14T23:00:00.000Z"],
    [
      "counted from processing",
      { days: 3 },
      may(),
      { delayFrom: "processing_date" },
      "2026-05-15T23:00:00.000Z",
    ],
    ["in the store's zone", { days: 3 }, may({ timeZone: "Asia/Tokyo" }), {}, "2026-05-15T15:00:00.000Z"],
    [
      "no days: the next morning",
      { days: 0 },
      may({ now: at("2026-05-11T18:00:00Z") }),
      {},
      "2026-05-11T23:00:00.000Z",
    ],
    [
      "over the end of summer time",
      { days: 1 },
      may({ billedAt: at("2026-10-24T12:00:00Z"), now: at("2026-10-24T12:00:00Z") }),
      {},
      "2026-10-26T00:00:00.000Z",
    ],
    ["on a date", { date: "2026-06-01" }, may(), {}, "2026-05-31T23:00:00.000Z"],
    ["on a date that has passed: now", { date: "2026-01-01" }, may(), {}, "2026-05-12T09:00:00.000Z"],
    [
      "a late bill whose days have passed: now",
      { days: 3 },
      may({ now: at("2026-09-01T10:00:00Z") }),
      {},
      "2026-09-01T10:00:00.000Z",
    ],
    [
      "until the last line can no longer be returned",
      { returnableDays: true },
      may({
        lines: [
          line(50, { returnableDays: 3 }),
          line(40, { returnableDays: 9, returnable: false }),
          line(10),
        ],
      }),
      {},
      "2026-05-14T23:00:00.000Z",
    ],
  ])("become regular: %s", (_, delay, facts, changes, expected) => {
    expect(conversion(delay, facts, changes)).toBe(expected);
  });

  test("each line waits for itself", () => {
    const facts = may({ lines: [line(60, { returnableDays: 3 }), line(40, { returnableDays: 7 })] });
    const award = { category: "promised", delay: { returnableDays: true }, basis: "line_amount" };
    expect(decide(award, facts).awards.map(({ convertsAt }) => new Date(convertsAt!).toISOString())).toEqual([
      "2026-05-14T23:00:00.000Z",
      "2026-05-18T23:00:00.000Z",
    ]);
    expect(why(award, facts).rules[0]!.because.at(-1)).toBe(
      "They become regular line by line, the last on 19 May 2026.",
    );
  });

  test("points that would end before they can be spent live a week from then", () => {
    const award = { category: "promised", delay: { days: 30 } };
    const [made] = decide(award, may({ now: at("2026-05-11T18:00:00Z") }), {
      expiry: { kind: "days", days: 10 },
    }).awards;
    expect(new Date(made!.convertsAt!).toISOString()).toBe("2026-06-10T23:00:00.000Z");
    expect(new Date(made!.expiresAt!).toISOString()).toBe("2026-06-18T22:59:59.000Z");
  });

  test("are told as promised and count among the points awarded, not among those that conditions see", () => {
    const program = compiledProgram(
      definitionWith([
        {
          award: {
            perTier: undefined,
            strategy: "fixed",
            allTiers: 5,
            category: "promised",
            delay: { days: 3 },
          },
        },
        { condition: "currentTxn.points > 0", award: { perTier: undefined, strategy: "fixed", allTiers: 1 } },
      ]),
    );
    const decision = decideTransaction(program, bill(10), member());
    expect(decision.awards).toHaveLength(1);
    expect(decision.sideEffects).toEqual([{ type: "points", rawAwardedPoints: 5, awardedPoints: 5 }]);
    const told = explainTrace(decision.trace, program);
    expect(told.outcome).toBe(
      "Earned 5 promised points in tier Member from 1 rule, valid until 31 Jan 2027.",
    );
    expect(told.rules[0]!.because.at(-1)).toBe("They become regular on 24 Jan 2026.");
    expect(told.rules[0]!.awards[0]).toMatchObject({
      category: "promised",
      convertsAt: "2026-01-24T00:00:00+00:00",
    });
  });

  test("those for an event have no day", () => {
    const award = { category: "trigger_based", strategy: "fixed", allTiers: 3 };
    expect(decide(award, bill(10)).awards[0]).toMatchObject({ category: "trigger_based", convertsAt: null });
    expect(why(award, bill(10)).rules[0]!.because.at(-1)).toBe(
      "They become regular when the event comes that releases them.",
    );
  });
});

describe("lines", () => {
  test("a bill's award is split by line amounts", () => {
    const decision = decide({ useProportions: true }, bill(90, { lines: [line(30), line(60)] }));
    expect(shares(decision)).toEqual([
      [1, 3000],
      [2, 6000],
    ]);
    expect(decision.awards.every(({ source }) => source === "line_item_regular")).toBe(true);
    expect(decision.sideEffects).toEqual([{ type: "points", rawAwardedPoints: 9, awardedPoints: 9 }]);
  });

  test("the last line takes the rest, lines that are given back take nothing", () => {
    const lines = [line(10), line(10), line(-5), line(10)];
    expect(shares(decide({ useProportions: true }, bill(100, { lines })))).toEqual([
      [1, 3000],
      [2, 3000],
      [4, 4000],
    ]);
  });

  test("a bill without lines keeps its award", () => {
    expect(shares(decide({ useProportions: true }, bill(90)))).toEqual([[0, 9000]]);
  });

  test("each line earns by its own amount, rounded by itself", () => {
    const facts = bill(90, { lines: [line(39), line(51), line(0.5)] });
    const decision = decide({ basis: "line_amount" }, facts);
    expect(shares(decision)).toEqual([
      [1, 3000],
      [2, 5000],
      [3, 0],
    ]);
    expect(why({ basis: "line_amount" }, facts).rules[0]!.because[1]).toBe(
      "10 % of the amount of each of 3 lines = 9.05 points in all, each rounded down to 8 in all; they expire on 31 Jan 2027.",
    );
  });

  test("by line, a bill without lines earns nothing and says why", () => {
    const told = why({ basis: "line_amount" }, bill(90));
    expect(told.rules[0]!.because.at(-1)).toBe("The bill has no lines to award.");
    expect(decide({ basis: "line_amount" }, bill(90)).awards).toMatchObject([{ line: 0, points: 0 }]);
  });

  test("a split keeps every thousandth, whatever the lines", () => {
    const amounts = fc.array(fc.integer({ min: -1_000_000, max: 90_000_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(
        amounts,
        fc.integer({ min: 1, max: 900_000_000 }),
        fc.integer({ min: 0, max: 3 }),
        (parts, amount, decimals) => {
          const lines = parts.map((part) => line(part / 10_000));
          const facts = bill(1, { amount, lines });
          const whole = decide({ decimals, allTiers: 3.7 }, facts).awards[0]!;
          const split = decide({ decimals, allTiers: 3.7, useProportions: true }, facts).awards;
          const unit = 10 ** (3 - decimals);
          expect(split.reduce((sum, { points }) => sum + points, 0)).toBe(whole.points);
          expect(split.reduce((sum, { rawPoints }) => sum + Math.round(rawPoints * 1000), 0)).toBe(
            Math.round(whole.rawPoints * 1000),
          );
          expect(split.every(({ points }) => points >= 0 && points % unit === 0)).toBe(true);
        },
      ),
    );
  });
});

describe("alternate currencies", () => {
  const award = { currencyId: 1, decimals: 3, allTiers: 1.5, rounding: "half_up" };

  test("have their own side effect and no finer parts than they have decimals", () => {
    const { awards, sideEffects } = decide(award, bill(101), { currencies: [stamps] });
    expect(awards).toMatchObject([{ currencyId: 1, points: 2000, rawPoints: 1.515 }]);
    expect(sideEffects).toEqual([
      {
        type: "alternate_currency",
        rawAwardedValue: 1.515,
        awardedValue: 2,
        alternateCurrencyIdentifier: "stamps",
        alternateCurrencyName: "Stamps",
      },
    ]);
  });

  test("are told beside points", () => {
    const program = compiledProgram(
      definitionWith([{}, { award: { perTier: undefined, strategy: "fixed", allTiers: 2, currencyId: 1 } }], {
        currencies: [stamps],
        expiryStrategies: [],
      }),
    );
    const { trace, sideEffects } = decideTransaction(program, bill(100), member());
    expect(sideEffects.map(({ type }) => type)).toEqual(["points", "alternate_currency"]);
    const told = explainTrace(trace, program);
    expect(told.outcome).toBe(
      "Earned 1 point and 2 Stamps in tier Member from 2 rules, valid until 31 Jan 2027.",
    );
    expect(told.rules[1]!.awards[0]).toMatchObject({ currency: "Stamps", rounded: 2 });
  });

  test("are given only while they are active, in the organisation's days", () => {
    const currencies = [{ ...stamps, activeFrom: "2026-01-10", activeTo: "2026-01-20" }];
    const given = (billedAt: string) =>
      decide(award, bill(101, { billedAt: at(billedAt) }), { currencies }).awards[0]!.points;
    expect(given("2026-01-09T23:59:59Z")).toBe(0);
    expect(given("2026-01-10T00:00:00Z")).toBe(2000);
    expect(given("2026-01-20T23:59:59Z")).toBe(2000);
    expect(given("2026-01-21T00:00:00Z")).toBe(0);
    expect(
      why(award, bill(101, { billedAt: at("2026-02-01T00:00:00Z") }), { currencies }).rules[0]!.because.at(
        -1,
      ),
    ).toBe("Stamps is not given on the day of the bill.");
  });
});

describe("expiry by rule", () => {
  const strategies = [
    { id: 2, name: "Ten days", kind: "days", days: 10 },
    { id: 3, name: "Rolling", kind: "rolling", months: 3, endsWith: "day" },
  ];
  const expiries = (rules: object[], changes: object = {}) => {
    const program = compiledProgram(
      definitionWith(rules, { expiryStrategies: strategies, ...changes } as never),
    );
    const { awards, trace } = decideTransaction(program, bill(100), member());
    return { awards, told: explainTrace(trace, program) };
  };

  test("a rule names its strategy, and it is told where it differs", () => {
    const { awards, told } = expiries([{}, { expiryStrategyId: 2 }, { expiryStrategyId: 3 }]);
    expect(
      awards.map(({ expiresAt, rolls }) => [new Date(expiresAt!).toISOString().slice(0, 10), rolls]),
    ).toEqual([
      ["2027-01-31", false],
      ["2026-01-30", false],
      ["2026-04-20", true],
    ]);
    expect(told.outcome).toBe("Earned 3 points in tier Member from 3 rules.");
    expect(told.rules[1]!.because[1]).toContain("it expires on 30 Jan 2026");
    expect(told.rules[1]!.awards[0]?.expiresAt).toBe("2026-01-30T23:59:59+00:00");
  });

  test("a currency has one of its own, which a rule may replace", () => {
    const currencies = [{ ...stamps, expiryStrategyId: 2 }];
    const stamp = { award: { currencyId: 1 } };
    const { awards } = expiries([stamp, { ...stamp, expiryStrategyId: 1 }], { currencies });
    expect(awards.map(({ expiryStrategyId }) => expiryStrategyId)).toEqual([2, 1]);
    expect(awards[1]!.expiresAt).toBe(at("2027-01-31T23:59:59Z"));
  });
});

test("a trace from before there were categories is still explained", () => {
  const trace = {
    program: 7,
    version: 1,
    amount: 1_000_000,
    tier: 1,
    tierAfter: 1,
    lifetime: 1_000_000,
    expiresAt: SOME_DAY,
    rules: [{ i: 0, o: 1, v: [], p: 10_000, r: 10 }],
  } as unknown as Trace;
  expect(explainTrace(trace, programWith({})).outcome).toBe(
    "Earned 10 points in tier Member from 1 rule, valid until 20 Jan 2026.",
  );
});
