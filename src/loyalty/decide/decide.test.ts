import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bill,
  compiledProgram,
  definitionWith,
  member,
  membership,
  SOME_DAY,
  starterDefinition,
} from "../testing.ts";
import { decideTransaction, newMembership } from "./decide.ts";
import type { Decision, MemberState, Membership, TransactionFacts } from "./schema.ts";
import { toldRules } from "./told-rules.ts";

const pounds = (amount: number) => amount * 10_000;
const pointsOf = (decision: Decision) => decision.awards.reduce((sum, award) => sum + award.points, 0);
const starter = compiledProgram();
const eager = compiledProgram({
  ...starterDefinition(),
  upgrade: { criterion: "lifetime_purchases", type: "eager" },
});

describe("points of the starter program", () => {
  test.each<[string, number, Partial<Membership>, number, number]>([
    // what, bill, membership before, millipoints, tier after
    ["1 % in the base tier", 42, {}, 420, 1],
    ["2 % in Silver", 42, { tierNumber: 2, lifetimePurchases: pounds(600) }, 840, 2],
    ["3 % in Gold", 42, { tierNumber: 3, lifetimePurchases: pounds(2500) }, 1260, 3],
    ["rounds half up at the second decimal", 0.5, {}, 10, 1],
    ["rounds down below the half", 0.49, {}, 0, 1],
    ["exactly the threshold upgrades, at the old rate", 100, { lifetimePurchases: pounds(400) }, 1000, 2],
    ["a penny below does not", 99.99, { lifetimePurchases: pounds(400) }, 1000, 1],
    ["jumps several tiers", 3000, {}, 30_000, 3],
    ["never moves down", 1, { tierNumber: 3, lifetimePurchases: 0 }, 30, 3],
    ["zero earns nothing", 0, {}, 0, 1],
  ])("%s", (_, amount, before, points, tier) => {
    const decision = decideTransaction(starter, bill(amount), member(before));
    expect(pointsOf(decision)).toBe(points);
    expect(decision.membership?.tierNumber).toBe(tier);
    expect(decision.membership?.lifetimePurchases).toBe((before.lifetimePurchases ?? 0) + pounds(amount));
    expect(decision.membership?.transactionCount).toBe(1);
    expect(decision.tierChange === null).toBe(tier === (before.tierNumber ?? 1));
  });

  test("eager programs upgrade first", () => {
    const decision = decideTransaction(eager, bill(1000), member({ lifetimePurchases: pounds(100) }));
    expect(pointsOf(decision)).toBe(20_000);
    expect(decision.tierChange).toEqual({ from: 1, to: 2, at: SOME_DAY, reason: "upgrade" });
    expect(decision.membership).toMatchObject({ tierNumber: 2, tierSince: new Date(SOME_DAY), changeNo: 2 });
  });

  test.each<[string, Partial<TransactionFacts>, MemberState]>([
    ["outliers", { loyaltyBlocked: "the bill is marked OUTLIER" }, member()],
    ["customers outside the program", {}, { ...member(), membership: null }],
  ])("%s earn nothing and count for nothing", (_, changes, state) => {
    const decision = decideTransaction(starter, bill(50, changes), state);
    expect(decision).toMatchObject({ awards: [], sideEffects: [], tierChange: null });
    expect(decision.membership).toEqual(state.membership);
    expect(decision.trace.blocked).toBeTypeOf("string");
  });

  test("side effects are ready to send", () => {
    const { sideEffects } = decideTransaction(starter, bill(42.35), member());
    expect(sideEffects).toEqual([{ type: "points", rawAwardedPoints: 0.424, awardedPoints: 0.42 }]);
  });

  test("one who joins with the bill starts in the base tier", () => {
    const state = { ...member(), membership: newMembership(starter, 11, SOME_DAY) };
    const { membership: after } = decideTransaction(starter, bill(600), state);
    expect(after).toMatchObject({ tierNumber: 2, transactionCount: 1, changeNo: 2, isNew: true });
  });
});

describe("kinds of awards", () => {
  const earned = (award: object, amount: number) =>
    pointsOf(decideTransaction(compiledProgram(definitionWith([{ award }])), bill(amount), member()));
  const noTiers = { perTier: undefined };

  test.each([
    ["floor", 2.555, 2550],
    ["ceiling", 2.551, 2560],
    ["half_up", 2.555, 2560],
    ["half_down", 2.555, 2550],
    ["half_even", 2.545, 2540],
    ["half_even", 2.555, 2560],
  ])("rounds %s %d", (rounding, percent, points) => {
    expect(earned({ ...noTiers, allTiers: percent, rounding, decimals: 2 }, 100)).toBe(points);
  });

  test.each([
    [0, 1000],
    [1, 1200],
    [2, 1230],
    [3, 1234],
  ])("keeps %d decimals", (decimals, points) => {
    expect(earned({ ...noTiers, allTiers: 1.2345, rounding: "floor", decimals }, 100)).toBe(points);
  });

  test("fixed points whatever the amount, but none on a bill of zero", () => {
    expect(earned({ ...noTiers, strategy: "fixed", allTiers: 5 }, 0.01)).toBe(5000);
    expect(earned({ ...noTiers, strategy: "fixed", allTiers: 5 }, 9999)).toBe(5000);
    expect(earned({ ...noTiers, strategy: "fixed", allTiers: 5 }, 0)).toBe(0);
  });

  test("points for every full step, or for one begun", () => {
    const step = { ...noTiers, strategy: "step", allTiers: 10, every: 100 };
    expect(earned(step, 250)).toBe(20_000);
    expect(earned({ ...step, incompleteStep: "ceiling" }, 250)).toBe(30_000);
    expect(earned(step, 99.99)).toBe(0);
  });

  test("an absurd bill still gives a number that sums can hold", () => {
    expect(earned({ ...noTiers, strategy: "step", allTiers: 1_000_000, every: 0.0001 }, 1e9)).toBe(1e14);
  });
});

describe("business time", () => {
  const expiryOf = (expiry: object, changes: Partial<TransactionFacts> = {}) => {
    const program = compiledProgram({ ...starterDefinition(), expiry } as never);
    const { awards } = decideTransaction(program, bill(10, changes), member());
    const expiresAt = awards[0]!.expiresAt;
    return expiresAt === null ? null : new Date(expiresAt).toISOString();
  };

  test.each([
    ["month", "2026-01-20T12:00:00Z", 12, "2027-01-31T23:59:59.000Z"],
    ["month", "2026-03-05T12:00:00Z", 2, "2026-05-31T22:59:59.000Z"],
    ["month", "2027-12-31T23:30:00Z", 2, "2028-02-29T23:59:59.000Z"],
    ["day", "2026-01-20T12:00:00Z", 12, "2027-01-20T23:59:59.000Z"],
    ["day", "2027-12-31T12:00:00Z", 2, "2028-02-29T23:59:59.000Z"],
  ])("to the end of the %s from %s", (endsWith, at, months, expected) => {
    expect(expiryOf({ kind: "months", months, endsWith }, { billedAt: Date.parse(at) })).toBe(expected);
  });

  test("points may never expire", () => {
    expect(expiryOf({ kind: "never" })).toBeNull();
  });

  test("a bill too old for its own expiry gives a week", () => {
    const now = Date.parse("2026-06-10T12:00:00Z");
    const billedAt = Date.parse("2024-01-10T12:00:00Z");
    expect(expiryOf({ kind: "months", months: 12, endsWith: "month" }, { billedAt, now })).toBe(
      "2026-06-17T22:59:59.000Z",
    );
  });

  test("a late bill earns by the tier of its date and still adds to lifetime purchases", () => {
    const gold = {
      tierNumber: 3,
      tierSince: new Date("2026-05-01T00:00:00Z"),
      lifetimePurchases: pounds(2500),
      changeNo: 3,
    };
    const decision = decideTransaction(starter, bill(100, { tierAtDate: 1 }), member(gold));
    expect(pointsOf(decision)).toBe(1000);
    expect(decision.membership).toMatchObject({ tierNumber: 3, lifetimePurchases: pounds(2600) });
    expect(decision.trace.late).toBe(true);
  });

  test("an upgrade by a late bill follows the newest change, so that history never runs backwards", () => {
    const silver = {
      tierNumber: 2,
      tierSince: new Date("2026-05-01T00:00:00Z"),
      lifetimePurchases: pounds(1990),
      changeNo: 2,
    };
    const { tierChange } = decideTransaction(starter, bill(100, { tierAtDate: 1 }), member(silver));
    expect(tierChange).toEqual({ from: 2, to: 3, at: Date.parse("2026-05-01T00:00:00Z"), reason: "upgrade" });
  });

  test("visits are distinct local days", () => {
    const after = (times: readonly string[]) => {
      let state = member();
      for (const at of times) {
        const { membership: next } = decideTransaction(starter, bill(1, { billedAt: Date.parse(at) }), state);
        state = { ...state, membership: next };
      }
      return state.membership;
    };
    // The second is 23:30 UTC on the 1st, already the 2nd in London in summer.
    expect(after(["2026-07-01T10:00:00Z", "2026-07-01T23:30:00Z", "2026-07-02T09:00:00Z"])).toMatchObject({
      visitCount: 2,
      lastVisitOn: "2026-07-02",
      transactionCount: 3,
    });
  });

  test("a bill of an earlier day is a visit unless another of that day is known", () => {
    const before = { lastVisitOn: "2026-02-01", visitCount: 4 };
    const visits = (changes: Partial<TransactionFacts>) =>
      decideTransaction(starter, bill(1, changes), member(before)).membership?.visitCount;
    expect(visits({})).toBe(5);
    expect(visits({ firstOfDay: true })).toBe(5);
    expect(visits({ firstOfDay: false })).toBe(4);
  });
});

describe("properties", () => {
  const rule = fc.record({
    condition: fc.constantFrom(
      "true",
      "currentTxn.value > 0",
      "currentTxn.value > 50",
      "currentTxn.value > 500",
    ),
    award: fc.record({
      strategy: fc.constantFrom("prorated_percent" as const, "fixed" as const),
      perTier: fc.record({ "1": rate(), "2": rate(), "3": rate() }),
      rounding: fc.constantFrom(
        "floor" as const,
        "ceiling" as const,
        "half_up" as const,
        "half_down" as const,
        "half_even" as const,
      ),
      decimals: fc.integer({ min: 0, max: 3 }),
    }),
  });
  const purchase = fc.record({
    amount: fc.integer({ min: 0, max: 20_000_000 }),
    day: fc.integer({ min: -30, max: 400 }),
  });
  const scenario = fc.record({
    rules: fc.array(rule, { minLength: 1, maxLength: 5 }),
    type: fc.constantFrom("lazy" as const, "eager" as const),
    purchases: fc.array(purchase, { minLength: 1, maxLength: 12 }),
  });
  function rate() {
    return fc.integer({ min: 0, max: 100_000 }).map((value) => value / 1000);
  }
  const programOf = ({ rules, type }: { rules: object[]; type: "lazy" | "eager" }) =>
    compiledProgram(definitionWith(rules, { upgrade: { criterion: "lifetime_purchases", type } }));
  const facts = ({ amount, day }: { amount: number; day: number }) =>
    bill(amount / 10_000, {
      amount,
      billedAt: SOME_DAY + day * 86_400_000,
      now: SOME_DAY + 500 * 86_400_000,
    });

  test("the same in gives the same out, and nothing is changed on the way", () => {
    fc.assert(
      fc.property(scenario, ({ purchases, ...program }) => {
        const compiled = programOf(program);
        for (const item of purchases) {
          const state = Object.freeze(member());
          const first = decideTransaction(compiled, facts(item), state);
          expect(decideTransaction(compiled, facts(item), state)).toEqual(first);
          expect(state).toEqual(member());
        }
      }),
    );
  });

  test("points are never negative, the trace says what was awarded, and side effects add up", () => {
    fc.assert(
      fc.property(scenario, ({ purchases, ...program }) => {
        const compiled = programOf(program);
        for (const item of purchases) {
          const decision = decideTransaction(compiled, facts(item), member());
          const fired = decision.trace.rules.filter((one) => one.o === 1);
          expect(
            decision.awards.every((award) => award.points >= 0 && Number.isSafeInteger(award.points)),
          ).toBe(true);
          expect(decision.awards.map((award) => [award.ruleId, award.points, award.rawPoints])).toEqual(
            fired.map((one) => [compiled.rules[one.i]!.id, one.p, one.r]),
          );
          expect(toldRules(decision.trace, compiled).map((one) => one.i)).toEqual(
            compiled.rules.map((_, index) => index),
          );
          const effect = decision.sideEffects.find(({ type }) => type === "points");
          expect(effect?.type === "points" ? effect.awardedPoints : 0).toBe(pointsOf(decision) / 1000);
          expect(decision.trace.tierAfter).toBe(decision.membership?.tierNumber);
        }
      }),
    );
  });

  test("the order of independent rules does not change the sum", () => {
    fc.assert(
      fc.property(scenario, ({ purchases, rules, type }) => {
        const forwards = programOf({ rules, type });
        const backwards = programOf({ rules: [...rules].reverse(), type });
        for (const item of purchases) {
          expect(pointsOf(decideTransaction(backwards, facts(item), member()))).toBe(
            pointsOf(decideTransaction(forwards, facts(item), member())),
          );
        }
      }),
    );
  });

  test("the same history comes out however purchases are batched", () => {
    fc.assert(
      fc.property(
        scenario,
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        ({ purchases, ...program }, cuts) => {
          const compiled = programOf(program);
          const oneByOne = live(compiled, purchases.map(facts), () => true);
          expect(live(compiled, purchases.map(facts), (index) => cuts[index]!)).toEqual(oneByOne);
          expect(live(compiled, purchases.map(facts), () => false)).toEqual(oneByOne);
        },
      ),
    );
  });
});

/** Lives purchases as the path does: history is stored when a batch ends, and answers for late bills come from storage. */
const live = (
  program: ReturnType<typeof compiledProgram>,
  purchases: readonly TransactionFacts[],
  endsBatch: (index: number) => boolean,
) => {
  let stored = membership();
  let current: Membership = stored;
  const history = [{ at: stored.tierSince.getTime(), to: 1 }];
  let pending: typeof history = [];
  const points: number[] = [];
  purchases.forEach((purchase, index) => {
    const late = purchase.billedAt < stored.tierSince.getTime();
    const known = [...history].reverse().find((change) => change.at <= purchase.billedAt) ?? history[0]!;
    const decision = decideTransaction(
      program,
      { ...purchase, ...(late ? { tierAtDate: known.to } : {}) },
      {
        ...member(),
        membership: current,
      },
    );
    points.push(pointsOf(decision));
    current = decision.membership!;
    if (decision.tierChange !== null) pending.push(decision.tierChange);
    if (!endsBatch(index)) return;
    history.push(...pending);
    pending = [];
    const { changes: _, ...kept } = current;
    stored = kept;
    current = kept;
  });
  const { changes: _, ...after } = current;
  return { points, after };
};
