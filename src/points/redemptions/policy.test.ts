import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Membership, type RedemptionPolicy, redemptionPolicy } from "#loyalty";
import type { AppError } from "#platform";
import { compiledProgram, starterDefinition } from "../../loyalty/testing.ts";
import { checkRedemption, type RedemptionFacts } from "./policy.ts";

const LONDON = "Europe/London";
const NOON = Date.parse("2026-01-20T12:00:00Z");
const FACTS: RedemptionFacts = {
  partyId: 1,
  status: "ACTIVE",
  points: 10_000,
  available: 100_000,
  lifetimePoints: 100_000,
  membership: { lifetimePurchases: 50_000 } as Membership,
  moneyScale: 100,
  at: NOON,
  timeZone: LONDON,
  earlier: [],
  billInPoints: null,
  paidBefore: 0,
};

const policyOf = (redemption: object, tier = 1): RedemptionPolicy =>
  redemptionPolicy(compiledProgram({ ...starterDefinition(), redemption }), tier);
/** The number of the refusal; null when there is none. */
const refusal = (policy: RedemptionPolicy, facts: Partial<RedemptionFacts>): number | null => {
  try {
    checkRedemption(policy, { ...FACTS, ...facts });
    return null;
  } catch (error) {
    return (error as AppError).number;
  }
};
const spent = (at: string, amount: number) => ({ redeemedAt: Date.parse(at), amount });

describe("what a program demands of spending", () => {
  test.each<[string, object, Partial<RedemptionFacts>, number | null]>([
    ["nothing", {}, {}, null],
    ["that it is on", { enabled: false }, {}, 827],
    ["a status that may", { blockedStatuses: ["suspended"] }, { status: "SUSPENDED" }, 3045],
    ["a status that may, which it is", { blockedStatuses: ["SUSPENDED"] }, {}, null],
    ["a minimum", { minimum: 10.001 }, {}, 821],
    ["a minimum that is just reached", { minimum: 10 }, {}, null],
    ["a maximum", { maximum: 9.999 }, {}, 819],
    ["a maximum that is just kept", { maximum: 10 }, {}, null],
    ["a balance", { balanceRequired: 100.001 }, {}, 804],
    ["a balance that is just there", { balanceRequired: 100 }, {}, null],
    ["multiples", { multipleOf: 4 }, {}, 807],
    ["multiples of parts of a point", { multipleOf: 2.5 }, {}, null],
    ["points earned", { lifetimePointsRequired: 100.001 }, {}, 805],
    ["points earned, just so many", { lifetimePointsRequired: 100 }, {}, null],
    ["purchases", { lifetimePurchasesRequired: 500.01 }, { membership: null }, 806],
    ["points that are there", {}, { points: 100_001 }, 818],
    ["points that are there, all of them", {}, { points: 100_000 }, null],
  ])("%s", (_, redemption, facts, code) => {
    expect(refusal(policyOf(redemption), facts)).toBe(code);
  });

  test("is asked in the documented order, the first that fails answers", () => {
    const all = {
      enabled: false,
      blockedStatuses: ["ACTIVE"],
      minimum: 20,
      balanceRequired: 1_000,
      multipleOf: 3,
      lifetimePointsRequired: 1_000,
      lifetimePurchasesRequired: 1e6,
      limits: { perDay: 1 },
      billFraction: 0.1,
    };
    const entries = Object.entries(all);
    const order = entries.map((_, index) =>
      refusal(policyOf(Object.fromEntries(entries.slice(index))), { billInPoints: 50_000, available: 5_000 }),
    );
    expect(order).toEqual([827, 3045, 821, 804, 807, 805, 806, 819, 819]);
    expect(refusal(policyOf({}), { available: 5_000 })).toBe(818);
  });
});

test.each<[Partial<RedemptionFacts>, string]>([
  [{ points: 1_000, available: 500 }, "1 point is more than the 0.5 available."],
  [{ points: 1_500, available: 1_000 }, "1.5 points are more than the 1 available."],
  [{ points: 1_000, available: 0 }, "The available balance is 0; nothing can be spent."],
  [{ points: 1_000, available: -40_000 }, "The available balance is \u221240; nothing can be spent."],
])("what is not there is refused in words: %j", (facts, words) => {
  expect(() => checkRedemption(policyOf({}), { ...FACTS, ...facts })).toThrow(words);
});

describe("limits", () => {
  // Tuesday 20 January 2026.
  test.each<[string, object, ReturnType<typeof spent>[], number | null]>([
    ["of a day, used up that day", { perDay: 20 }, [spent("2026-01-20T00:00:00Z", 10_001)], 819],
    ["of a day, just kept", { perDay: 20 }, [spent("2026-01-20T23:59:59Z", 10_000)], null],
    ["of a day, the day before is another", { perDay: 20 }, [spent("2026-01-19T23:59:59Z", 20_000)], null],
    ["of a week, from Monday", { perWeek: 20 }, [spent("2026-01-19T00:00:00Z", 10_001)], 819],
    ["of a week, Sunday is the last one's", { perWeek: 20 }, [spent("2026-01-18T23:59:59Z", 20_000)], null],
    ["of a week, to Sunday", { perWeek: 20 }, [spent("2026-01-25T23:59:59Z", 10_001)], 819],
    ["of a month, from its first", { perMonth: 20 }, [spent("2026-01-01T00:00:00Z", 10_001)], 819],
    ["of a month, December is another", { perMonth: 20 }, [spent("2025-12-31T23:59:59Z", 20_000)], null],
    [
      "of all three, the tightest counts",
      { perDay: 100, perWeek: 100, perMonth: 25 },
      [spent("2026-01-05T12:00:00Z", 10_000), spent("2026-01-12T12:00:00Z", 5_001)],
      819,
    ],
  ])("%s", (_, limits, earlier, code) => {
    expect(refusal(policyOf({ limits }), { earlier })).toBe(code);
  });

  test.each<[string, string, string, number | null]>([
    // 29 March 2026 has 23 hours in London: it begins at 00:00Z and ends at 23:00Z.
    ["the last second of the short day", "2026-03-29T22:59:59Z", "2026-03-29T00:00:00Z", 819],
    ["the second after it", "2026-03-29T23:00:00Z", "2026-03-29T00:00:00Z", null],
    // 25 October 2026 has 25: it begins at 23:00Z of the day before and ends at 24:00Z.
    ["the last second of the long day", "2026-10-25T23:59:59Z", "2026-10-24T23:00:00Z", 819],
    ["the second hour that is told as 01:30", "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z", 819],
    ["the second before the long day", "2026-10-25T12:00:00Z", "2026-10-24T22:59:59Z", null],
  ])("of a day of a clock change: %s", (_, at, before, code) => {
    const facts = { at: Date.parse(at), earlier: [spent(before, 20_000)] };
    expect(refusal(policyOf({ limits: { perDay: 20 } }), facts)).toBe(code);
  });

  test("and demands may differ in a tier, what it does not say holds as for all", () => {
    const redemption = {
      minimum: 20,
      limits: { perDay: 15, perMonth: 12 },
      perTier: {
        "2": { minimum: 5, limits: { perDay: 50 } },
        "3": { limits: { perDay: null, perMonth: null } },
      },
    };
    expect(refusal(policyOf(redemption, 1), {})).toBe(821);
    expect(refusal(policyOf(redemption, 2), {})).toBeNull();
    expect(refusal(policyOf(redemption, 2), { points: 13_000 })).toBe(819);
    expect(refusal(policyOf(redemption, 3), {})).toBe(821);
    expect(refusal(policyOf(redemption, 3), { points: 90_000 })).toBeNull();
  });
});

describe("the part of a bill that points may pay", () => {
  test.each<[number | null, Partial<RedemptionFacts>, number | null]>([
    [null, { billInPoints: 1_000 }, null],
    [0.5, { billInPoints: null }, null],
    [0.5, { billInPoints: 20_000 }, null],
    [0.5, { billInPoints: 19_998 }, 819],
    [0.5, { billInPoints: 20_000, paidBefore: 1 }, 819],
    [0.5, { billInPoints: 30_000, paidBefore: 5_000 }, null],
    [1, { billInPoints: 10_000 }, null],
    [1, { billInPoints: 9_999 }, 819],
    [0, { billInPoints: 1_000_000 }, 819],
  ])("%j with %j", (billFraction, facts, code) => {
    expect(refusal(policyOf({ billFraction }), facts)).toBe(code);
  });

  test("is reckoned exactly, whatever the fraction and the bill", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 1e9 }),
        (part, billInPoints) => {
          const most = Number((BigInt(billInPoints) * BigInt(part)) / 10_000n);
          fc.pre(most > 0);
          const policy = policyOf({ billFraction: part / 10_000 });
          const facts = { billInPoints, available: 2e9 };
          expect(refusal(policy, { ...facts, points: most })).toBeNull();
          expect(refusal(policy, { ...facts, points: most + 1 })).toBe(819);
        },
      ),
    );
  });
});
