import { describe, expect, test } from "vitest";
import type { ExpiryStrategy, ProgramDefinition } from "../api/programs.ts";
import { addRule, addTier, FIRST_DEFINITION, identifierOf, nextId, removeTier } from "./draft.ts";
import { sectionOf } from "./draft-problems.ts";
import { expiryOfKind, rollingIn } from "./expiry-kind.ts";
import { demandOf, redemptionTexts, transferTexts, withDemand } from "./policy-words.ts";
import { termTexts } from "./program-words.ts";

const rules = (definition: ProgramDefinition) => definition.activities.TransactionAdd[0]!.rules;
const three = addTier(addTier(addRule(FIRST_DEFINITION, 0)));

describe("tables by tier", () => {
  const award = { id: 1, name: "Gift", type: "fixed" as const, rounding: "floor" as const, decimals: 0 };
  const all: ProgramDefinition = {
    ...three,
    expiry: {
      kind: "per_tier",
      tiers: { 1: { kind: "never" }, 2: { kind: "days", days: 2 }, 3: { kind: "days", days: 3 } },
    },
    awardStrategies: [{ ...award, perTier: { 1: 10, 2: 20, 3: 30 } }],
    redemption: { minimum: 5, perTier: { 3: { minimum: 1 } } },
  };

  test("move down with the tiers above a removed one", () => {
    const { expiry, awardStrategies, redemption } = removeTier(all, 2);
    expect(expiry).toEqual({
      kind: "per_tier",
      tiers: { 1: { kind: "never" }, 2: { kind: "days", days: 3 } },
    });
    expect(awardStrategies?.[0]?.perTier).toEqual({ 1: 10, 2: 30 });
    expect(redemption).toEqual({ minimum: 5, perTier: { 2: { minimum: 1 } } });
  });

  test("grow with a new tier that starts as the one below", () => {
    const { expiry, awardStrategies, redemption } = addTier(all);
    expect(expiry).toMatchObject({ tiers: { 4: { kind: "days", days: 3 } } });
    expect(awardStrategies?.[0]?.perTier?.[4]).toBe(30);
    expect(redemption?.perTier?.[4]).toEqual({ minimum: 1 });
  });
});

test("a definition without anything new stays as it is", () => {
  expect(removeTier(addTier(three), 4)).toEqual(three);
});

test.each([
  ["Coffee Stamps", "coffee_stamps"],
  ["  Café  Été! ", "cafe_ete"],
  ["北京", "currency"],
])("the identifier of %s", (name, expected) => {
  expect(identifierOf(name)).toBe(expected);
});

test("ids count on from the largest", () => {
  expect(nextId([], 2)).toBe(2);
  expect(nextId([{ id: 7 }, { id: 3 }], 2)).toBe(8);
});

test("a demand is put, shown and taken out again", () => {
  const put = withDemand(withDemand({}, "minimum", 5), "limits.perDay", 100);
  expect(put).toEqual({ minimum: 5, limits: { perDay: 100 } });
  expect(demandOf(put, "limits.perDay")).toBe(100);
  expect(withDemand(withDemand(put, "limits.perDay", undefined), "minimum", undefined)).toEqual({});
});

describe("policies in sentences", () => {
  const words = { number: String, money: (value: number) => `£${value}` } as unknown as Parameters<
    typeof redemptionTexts
  >[2];

  test("redemption, with what is different in a tier", () => {
    const redemption = {
      minimum: 10,
      lifetimePurchasesRequired: 50,
      billFraction: 0.5,
      needsValidationCode: true,
      perTier: { 3: { minimum: null, limits: { perDay: 1 } } },
    };
    expect(redemptionTexts(redemption, three.tiers, words)).toEqual([
      {
        texts: [
          "At least 10 points",
          "Purchases in all: £50",
          "At most 50 % of a bill",
          "A code sent to the member confirms each redemption",
        ],
      },
      { of: three.tiers[2]!.name, texts: ["At least: not demanded", "At most 1 point in a day"] },
    ]);
    expect(redemptionTexts({}, three.tiers, words)[0]?.texts).toEqual(["Points are spent without limits."]);
    expect(redemptionTexts({ enabled: false, minimum: 3 }, three.tiers, words)[0]?.texts).toEqual([
      "Points cannot be spent.",
    ]);
  });

  test("transfers", () => {
    const texts = transferTexts(
      { fee: { percent: 2, fixed: 1 }, expiry: 2 },
      [{ id: 2, name: "Short" }],
      words,
    );
    expect(texts).toEqual(["The sender pays a fee of 2 % and 1 point", "Points get a new date by Short"]);
    expect(transferTexts({}, [], words)).toEqual(["Without a fee", "Points keep their dates"]);
  });

  test("terms of a rule", () => {
    const plain = rules(three)[0]!.award!;
    const definition = {
      currencies: [{ id: 1, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true }],
      expiryStrategies: [{ id: 2, name: "Short", kind: "days" as const, days: 3 }],
    };
    expect(termTexts({ award: plain }, definition)).toEqual([]);
    const award = { ...plain, currencyId: 1, category: "promised" as const, delay: { days: 3 } };
    expect(termTexts({ award, expiryStrategyId: 2 }, definition)).toEqual([
      "Given in Stamps",
      "Promised: can be spent after 3 days",
      "Expires by Short",
    ]);
  });
});

test("an expiry changes its kind, and by tier begins as it was", () => {
  const tiers = three.tiers;
  const days = { kind: "days" as const, days: 9 };
  expect(expiryOfKind("per_tier", { ...days, id: 2, name: "Short" } as ExpiryStrategy, tiers)).toEqual({
    kind: "per_tier",
    tiers: { 1: days, 2: days, 3: days },
  });
  expect(expiryOfKind("never", days, tiers)).toEqual({ kind: "never" });
  expect(rollingIn({ kind: "rolling", months: 3, endsWith: "month", maximumDays: 9 }, "days")).toEqual({
    kind: "rolling",
    days: 365,
    endsWith: "day",
    maximumDays: 9,
  });
});

test("each problem lies in a part of the draft", () => {
  expect(sectionOf({ path: "redemption.perTier.2.maximum" })).toBe("spending");
  expect(sectionOf({ path: "expiryStrategies[0].days" })).toBe("expiry");
  expect(sectionOf({ path: "activities.TransactionAdd[0].rules[0].award.delay" })).toBe("earning");
  expect(sectionOf({ path: "" })).toBeUndefined();
});
