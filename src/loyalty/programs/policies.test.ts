import { describe, expect, test } from "vitest";
import { createCatalogue } from "#expressions";
import { compiledProgram, definitionWith, starterDefinition } from "../testing.ts";
import { awardOf } from "./award-strategies.ts";
import { shareOf, transferFee } from "./movements.ts";
import { redemptionPolicy } from "./redemption.ts";
import type { ProgramDefinition } from "./schema.ts";
import { validateDefinition } from "./validate.ts";

const starter = starterDefinition();
const problems = (
  changes: object,
  {
    published = null,
    taken = new Map(),
  }: { published?: ProgramDefinition | null; taken?: Map<number, string> } = {},
) =>
  validateDefinition(
    { ...starter, ...changes },
    { moneyScale: 10_000, catalogue: () => createCatalogue([]), published, takenCurrencies: taken },
  ).problems;
const programOf = (changes: object) => compiledProgram({ ...starter, ...changes } as ProgramDefinition);
const stamps = { id: 1, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true };
const short = { id: 2, name: "Short", kind: "days", days: 10 };
const strategy = { id: 1, name: "Gift", type: "fixed", allTiers: 30, rounding: "floor", decimals: 0 };
const RULE = "activities.TransactionAdd[0].rules[0]";

describe("what is refused, and where", () => {
  test.each<[string, object, string, string]>([
    ["an expiry of no kind", { expiry: { kind: "weeks" } }, "expiry", "needs a kind: never, months, days"],
    ["days of none", { expiry: { kind: "days", days: 0 } }, "expiry.days", "1"],
    [
      "a day that no month has",
      { expiry: { kind: "fixed_date", month: 4, day: 31 } },
      "expiry.day",
      "at most 30",
    ],
    ["30 February", { expiry: { kind: "fixed_date", month: 2, day: 30 } }, "expiry.day", "at most 29"],
    [
      "rolling by nothing",
      { expiry: { kind: "rolling", endsWith: "day" } },
      "expiry",
      "either months or days",
    ],
    [
      "rolling by both",
      { expiry: { kind: "rolling", endsWith: "day", days: 1, months: 1 } },
      "expiry",
      "either",
    ],
    [
      "days to a month's end",
      { expiry: { kind: "rolling", endsWith: "month", days: 1 } },
      "expiry.endsWith",
      "day",
    ],
    [
      "a tier without expiry",
      { expiry: { kind: "per_tier", tiers: { "1": { kind: "never" }, "2": { kind: "never" } } } },
      "expiry.tiers",
      "tier 3 (Gold)",
    ],
    [
      "a bad expiry of one tier",
      { expiry: { kind: "per_tier", tiers: { "1": { kind: "days" } } } },
      "expiry.tiers.1",
      "days",
    ],
    [
      "an expiry in itself",
      { expiry: { kind: "per_tier", tiers: { "1": { kind: "per_tier", tiers: {} } } } },
      "expiry.tiers.1",
      "needs a kind",
    ],
    [
      "a strategy with the program's own id",
      { expiryStrategies: [{ ...short, id: 1 }] },
      "expiryStrategies[0].id",
      "2",
    ],
    [
      "two strategies of one id",
      { expiryStrategies: [short, { ...short, name: "B" }] },
      "expiryStrategies[1].id",
      "twice",
    ],
    [
      "two strategies of one name",
      { expiryStrategies: [short, { ...short, id: 3 }] },
      "expiryStrategies[1].name",
      "another",
    ],
    ["a bad strategy", { expiryStrategies: [{ ...short, days: 0 }] }, "expiryStrategies[0].days", "1"],
    [
      "two currencies of one name",
      { currencies: [stamps, { ...stamps, id: 2, identifier: "b" }] },
      "currencies[1].name",
      "another",
    ],
    [
      "two currencies of one identifier",
      { currencies: [stamps, { ...stamps, id: 2, name: "B" }] },
      "currencies[1].identifier",
      "another",
    ],
    [
      "a currency called points",
      { currencies: [{ ...stamps, name: "Points" }] },
      "currencies[0].name",
      "points",
    ],
    [
      "an identifier with spaces",
      { currencies: [{ ...stamps, identifier: "my stamps" }] },
      "currencies[0].identifier",
      "small letters",
    ],
    [
      "a day that is none",
      { currencies: [{ ...stamps, activeFrom: "2026-02-30" }] },
      "currencies[0].activeFrom",
      "calendar",
    ],
    [
      "an end before the start",
      { currencies: [{ ...stamps, activeFrom: "2026-02-02", activeTo: "2026-02-01" }] },
      "currencies[0].activeTo",
      "before",
    ],
    [
      "a currency's unknown expiry",
      { currencies: [{ ...stamps, expiryStrategyId: 5 }] },
      "currencies[0].expiryStrategyId",
      "no expiry strategy 5",
    ],
    ["four decimals", { currencies: [{ ...stamps, decimals: 4 }] }, "currencies[0].decimals", "3"],
    [
      "a multiplier below one",
      { awardStrategies: [{ ...strategy, type: "multiplier", allTiers: 0.5 }] },
      "awardStrategies[0].allTiers",
      "at least 1",
    ],
    [
      "a step without its size",
      { awardStrategies: [{ ...strategy, type: "step" }] },
      "awardStrategies[0].every",
      "needed",
    ],
    [
      "a strategy of no type",
      { awardStrategies: [{ ...strategy, type: "lottery" }] },
      "awardStrategies[0].type",
      "multiplier",
    ],
    [
      "a maximum below the minimum",
      { redemption: { minimum: 10, maximum: 5 } },
      "redemption.maximum",
      "minimum of 10",
    ],
    [
      "a tier's maximum below the program's minimum",
      { redemption: { minimum: 10, perTier: { "2": { maximum: 5 } } } },
      "redemption.perTier.2.maximum",
      "10",
    ],
    [
      "a maximum below one multiple",
      { redemption: { multipleOf: 10, maximum: 5 } },
      "redemption.maximum",
      "multiple",
    ],
    ["points finer than there are", { redemption: { minimum: 0.0001 } }, "redemption.minimum", "3 decimals"],
    [
      "money finer than there is",
      { redemption: { lifetimePurchasesRequired: 1.00001 } },
      "redemption.lifetimePurchasesRequired",
      "currency",
    ],
    ["a negative limit", { redemption: { limits: { perDay: -1 } } }, "redemption.limits.perDay", ""],
    ["an unknown tier", { redemption: { perTier: { "9": {} } } }, "redemption.perTier.9", "no tier 9"],
    ["more than the bill", { redemption: { billFraction: 1.5 } }, "redemption.billFraction", ""],
    [
      "a fee finer than it is reckoned",
      { transfer: { fee: { percent: 1.00001 } } },
      "transfer.fee.percent",
      "4 decimals",
    ],
    [
      "a transfer by an unknown expiry",
      { transfer: { expiry: 4 } },
      "transfer.expiry",
      "no expiry strategy 4",
    ],
    ["a transfer's expiry in words", { transfer: { expiry: "renew" } }, "transfer.expiry", "keep"],
    [
      "a cap finer than points are",
      { grants: { goodwillMaximum: 1.0001 } },
      "grants.goodwillMaximum",
      "3 decimals",
    ],
    [
      "another way to undo",
      { returns: { redemptionReversal: "forget" } },
      "returns.redemptionReversal",
      "keep or renew",
    ],
    ["a setting that is none", { delayFrom: "someday" }, "delayFrom", "bill_date"],
  ])("%s", (_, changes, path, words) => {
    const found = problems(changes);
    expect(found.map((problem) => problem.path)).toContain(path);
    expect(
      found
        .filter((problem) => problem.path === path)
        .map(({ message }) => message)
        .join(" "),
    ).toContain(words);
  });

  test.each<[string, object, string, string]>([
    ["an unknown category", { category: "maybe" }, "category", "trigger_based"],
    ["promised without a day", { category: "promised" }, "delay", "is needed"],
    ["a day for regular points", { delay: { days: 1 } }, "delay", "promised only"],
    ["two days", { category: "promised", delay: { days: 1, date: "2026-01-01" } }, "delay", "exactly one"],
    ["no day", { category: "promised", delay: {} }, "delay", "exactly one"],
    [
      "a date that is none",
      { category: "promised", delay: { date: "2026-02-30" } },
      "delay.date",
      "calendar",
    ],
    ["an unknown currency", { currencyId: 3 }, "currencyId", "no currency 3"],
    [
      "proportions of lines",
      { basis: "line_amount", useProportions: true },
      "useProportions",
      "bill_amount only",
    ],
    ["another basis", { basis: "weight" }, "basis", "line_amount"],
  ])("an award with %s", (_, award, field, words) => {
    const { activities } = definitionWith([{ award }]);
    const found = problems({ activities }).filter(({ path }) => path === `${RULE}.award.${field}`);
    expect(found.map(({ message }) => message).join(" ")).toContain(words);
  });

  test("more kinds of awards to lines than an event of the ledger has room for", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7].map((days) => ({
      award: { basis: "line_amount", category: "promised", delay: { days } },
    }));
    const { activities } = definitionWith(delays);
    expect(problems({ activities })).toMatchObject([{ path: "activities.TransactionAdd" }]);
    expect(problems(definitionWith(delays.slice(1)))).toEqual([]);
  });

  test("a rule's unknown expiry strategy", () => {
    const { activities } = definitionWith([{ expiryStrategyId: 2 }]);
    expect(problems({ activities })).toEqual([
      { path: `${RULE}.expiryStrategyId`, message: "there is no expiry strategy 2." },
    ]);
    expect(problems({ activities, expiryStrategies: [short] })).toEqual([]);
  });

  test("what was published stays, by id and identifier", () => {
    const all = { currencies: [stamps], expiryStrategies: [short], awardStrategies: [strategy] };
    const published = { ...starter, ...all } as ProgramDefinition;
    expect(problems({}, { published }).map(({ path }) => path)).toEqual([
      "expiryStrategies",
      "currencies",
      "awardStrategies",
    ]);
    expect(
      problems({ ...all, currencies: [{ ...stamps, identifier: "seals" }] }, { published }),
    ).toMatchObject([{ path: "currencies[0].identifier" }]);
    expect(problems({ ...all, currencies: [{ ...stamps, name: "Seals" }] }, { published })).toEqual([]);
  });

  test("currencies of other programs keep their ids", () => {
    const [problem] = problems({ currencies: [stamps] }, { taken: new Map([[1, "Partner club"]]) });
    expect(problem).toEqual({
      path: "currencies[0].id",
      message: "1 is a currency of the program Partner club; 2 is free.",
    });
  });
});

test("everything at once is a definition", () => {
  const everything = {
    expiry: {
      kind: "per_tier",
      tiers: { "1": { kind: "days", days: 9 }, "2": { kind: "registration_date" }, "3": { kind: "never" } },
    },
    expiryStrategies: [
      short,
      { id: 3, name: "Rolling", kind: "rolling", months: 6, endsWith: "month", maximumDays: 700 },
    ],
    currencies: [{ ...stamps, activeFrom: "2026-01-01", activeTo: null, expiryStrategyId: 3 }],
    awardStrategies: [strategy],
    delayFrom: "processing_date",
    redemption: {
      enabled: true,
      minimum: 10,
      maximum: null,
      multipleOf: 5,
      balanceRequired: 20,
      lifetimePointsRequired: 30,
      lifetimePurchasesRequired: 40,
      limits: { perDay: 100, perWeek: 200, perMonth: null },
      perTier: { "3": { minimum: null, limits: { perDay: 500 } } },
      billFraction: 0.5,
      blockedStatuses: ["FRAUD"],
      needsValidationCode: true,
    },
    transfer: { enabled: false, minimum: 1, perMonth: 50, fee: { percent: 2.5, fixed: 1 }, expiry: 2 },
    grants: { goodwillMaximum: 100, goodwillPerMonth: 500, deductionMaximum: 1000 },
    returns: { reverseRedemption: "reissue", redemptionReversal: "renew" },
    rounding: { decimals: 2, mode: "floor" },
  };
  expect(problems(everything)).toEqual([]);
});

describe("how points may be spent", () => {
  test("without rules, freely", () => {
    expect(redemptionPolicy(programOf({}), 1)).toEqual({
      enabled: true,
      minimum: null,
      maximum: null,
      multipleOf: null,
      balanceRequired: null,
      lifetimePointsRequired: null,
      lifetimePurchasesRequired: null,
      limits: { perDay: null, perWeek: null, perMonth: null },
      billFraction: null,
      blockedStatuses: [],
      needsValidationCode: false,
    });
  });

  test("a tier replaces what it names, null lifts it, the rest is the program's", () => {
    const program = programOf({
      redemption: {
        minimum: 10,
        maximum: 100,
        lifetimePurchasesRequired: 12.5,
        limits: { perDay: 200, perMonth: 900 },
        perTier: { "2": { minimum: null, maximum: 500.5, limits: { perDay: 1000 } } },
      },
    });
    expect(redemptionPolicy(program, 1)).toMatchObject({ minimum: 10_000, maximum: 100_000 });
    expect(redemptionPolicy(program, 2)).toMatchObject({
      minimum: null,
      maximum: 500_500,
      lifetimePurchasesRequired: 125_000,
      limits: { perDay: 1_000_000, perWeek: null, perMonth: 900_000 },
    });
    // A tier that this version does not know follows the highest below, one below all the first.
    expect(redemptionPolicy(program, 9)).toEqual(redemptionPolicy(program, 3));
    expect(redemptionPolicy(program, 0)).toEqual(redemptionPolicy(program, 1));
  });
});

describe("fees and shares", () => {
  test("a fee is a share and a fixed part, rounded as the program says", () => {
    const fee = { percent: 2.5, fixed: 1 };
    expect(transferFee(programOf({ transfer: { fee } }), 33_333)).toBe(1833);
    expect(
      transferFee(programOf({ transfer: { fee }, rounding: { decimals: 0, mode: "ceiling" } }), 33_333),
    ).toBe(2000);
    expect(transferFee(programOf({}), 33_333)).toBe(0);
  });

  test("by default a share is rounded half up in thousandths", () => {
    expect(shareOf(programOf({}), 1000, 1, 3)).toBe(333);
    expect(shareOf(programOf({}), 1, 1, 2)).toBe(1);
    expect(shareOf(programOf({ rounding: { decimals: 1, mode: "floor" } }), 1999, 1, 1)).toBe(1900);
  });
});

describe("strategies that calls name", () => {
  const program = programOf({
    awardStrategies: [
      strategy,
      { ...strategy, id: 2, name: "Share", type: "prorated_percent", allTiers: 2.5, decimals: 2 },
      { ...strategy, id: 3, name: "Steps", type: "step", allTiers: 5, every: 100, incompleteStep: "ceiling" },
      {
        ...strategy,
        id: 4,
        name: "Times",
        type: "multiplier",
        allTiers: undefined,
        perTier: { "1": 5, "2": 1.5, "3": 1 },
        decimals: 3,
      },
    ],
  });
  test.each<[number, number, number, number, number]>([
    // strategy, source value, tier, raw, millipoints
    [1, -1, 1, 30, 30_000],
    [2, 99.99, 1, 2.5, 2490],
    [2, -5, 1, 0, 0],
    [3, 101, 1, 10, 10_000],
    [4, 8, 1, 32, 32_000],
    [4, 8.125, 2, 4.063, 4062],
    [4, 8, 3, 0, 0],
  ])("strategy %d for %d in tier %d", (id, sourceValue, tier, raw, points) => {
    expect(awardOf(program, id, { sourceValue, tier })).toEqual({ raw, points });
  });

  test("one that is not there, and a value that is no amount, are told apart from nothing", () => {
    expect(awardOf(program, 9, { sourceValue: 1, tier: 1 })).toBeNull();
    expect(awardOf(program, 2, { sourceValue: Number.NaN, tier: 1 })).toBeNull();
  });
});
