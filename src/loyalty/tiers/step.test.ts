import { describe, expect, test } from "vitest";
import { decideTransaction } from "../decide/decide.ts";
import { explainTrace } from "../decide/explain.ts";
import type { MemberState } from "../decide/schema.ts";
import type { Award } from "../programs/awards.ts";
import type { ProgramDefinition } from "../programs/schema.ts";
import { starterDefinition } from "../programs/starter.ts";
import { bill, compiledProgram, definitionWith, member, SOME_DAY } from "../testing.ts";

const pounds = (amount: number) => Math.round(amount * 10_000);
const points = (amount: number) => amount * 1000;

type Changes = Partial<Omit<ProgramDefinition, "activities">>;
const [base, silver] = starterDefinition().tiers;

/** Two tiers with 5 % and 8 %, or another award. */
const program = (
  upgrade: ProgramDefinition["upgrade"],
  threshold: number,
  changes: Changes = {},
  award: object = {},
) =>
  compiledProgram(
    definitionWith([{ award: { perTier: { "1": 5, "2": 8 }, ...award } }], {
      tiers: [base!, { ...silver!, threshold }],
      upgrade,
      ...changes,
    }),
  );
const totalOf = ({ awards }: { readonly awards: readonly { readonly points: number }[] }): number =>
  awards.reduce((sum, award) => sum + award.points, 0) / 1000;
const with_ = (state: Partial<MemberState>, changes: Parameters<typeof member>[0] = {}): MemberState => ({
  ...member(changes),
  ...state,
});

describe("the bill that crosses a threshold", () => {
  test.each([
    ["lazy", 50],
    ["eager", 80],
    ["dynamic", 62],
  ] as const)("of lifetime purchases, %s", (type, expected) => {
    const decision = decideTransaction(
      program({ criterion: "lifetime_purchases", type }, 8000),
      bill(1000),
      member({ lifetimePurchases: pounds(7400) }),
    );
    expect(totalOf(decision)).toBe(expected);
    expect(decision.membership?.tierNumber).toBe(2);
  });

  test.each([
    ["lazy", 150],
    ["eager", 240],
    ["dynamic", 204],
  ] as const)("of current points, %s", (type, expected) => {
    const decision = decideTransaction(
      program({ criterion: "current_points", type }, 500),
      bill(3000),
      with_({ balance: points(440) }),
    );
    expect(totalOf(decision)).toBe(expected);
    expect(decision.membership?.tierNumber).toBe(2);
    expect(decision.trace.tierValues).toEqual([points(440 + expected)]);
  });

  test.each(["lazy", "eager", "dynamic"] as const)("below it earns by the old rate, %s", (type) => {
    const decision = decideTransaction(
      program({ criterion: "current_points", type }, 500),
      bill(1000),
      with_({ balance: points(440) }),
    );
    expect(totalOf(decision)).toBe(50);
    expect(decision.tierChange).toBeNull();
  });

  test("exactly the threshold qualifies by points that this bill gives", () => {
    const decision = decideTransaction(
      program({ criterion: "lifetime_points", type: "lazy" }, 500),
      bill(1200),
      with_({ lifetimePoints: points(440) }),
    );
    expect(decision.membership?.tierNumber).toBe(2);
  });

  test("is told in words", () => {
    const compiled = program({ criterion: "lifetime_purchases", type: "dynamic" }, 8000);
    const { trace } = decideTransaction(compiled, bill(1000), member({ lifetimePurchases: pounds(7400) }));
    const why = explainTrace(trace, compiled);
    expect(why.tierCheck.sentence).toBe(
      "Lifetime purchases of 8,400.00 GBP reach the 8,000.00 GBP of Silver: moved up from Member; 600.00 GBP of this bill earned as Member, the rest as Silver.",
    );
    expect(why.rules[0]?.because.join(" ")).toContain(
      "600.00 GBP × 5 % (Member) and 400.00 GBP × 8 % (Silver) = 62 points",
    );
  });
});

describe("dynamic bills", () => {
  const crossing = (award: object, changes: Parameters<typeof bill>[1] = {}) =>
    decideTransaction(
      program({ criterion: "lifetime_purchases", type: "dynamic" }, 8000, {}, award),
      bill(1000, changes),
      member({ lifetimePurchases: pounds(7400) }),
    );
  const line = (amount: number) => ({
    itemCode: "x",
    description: null,
    quantity: 1000,
    rate: pounds(amount),
    value: pounds(amount),
    discount: 0,
    amount: pounds(amount),
  });
  const perLine = (decision: {
    readonly awards: readonly { readonly line: number; readonly points: number }[];
  }) => decision.awards.map((award) => [award.line, award.points / 1000]);

  test("give what is fixed once, at the old tier", () => {
    expect(totalOf(crossing({ strategy: "fixed", perTier: { "1": 10, "2": 30 } }))).toBe(10);
  });

  test("give a step that is shared to the new tier", () => {
    // Ten steps of 100: six are whole within the first 650.
    const award = { strategy: "step", every: 100, perTier: { "1": 1, "2": 2 } } satisfies Partial<Award>;
    expect(totalOf(crossing(award))).toBe(6 + 8);
  });

  test("split their lines in order", () => {
    const lines = [line(400), line(400), line(200)];
    const decision = crossing({ basis: "line_amount" }, { lines });
    expect(perLine(decision)).toEqual([
      [1, 20],
      [2, 10 + 16],
      [3, 16],
    ]);
  });

  test("spread a discount on the bill over the lines", () => {
    const lines = [line(1000), line(1000)];
    // 600 of 1,000 are 1,200 of 2,000.
    expect(perLine(crossing({ basis: "line_amount" }, { lines }))).toEqual([
      [1, 50],
      [2, 10 + 64],
    ]);
  });

  test("that no amount decides are lazy", () => {
    const decision = decideTransaction(
      program({ criterion: "visits", type: "dynamic" }, 4),
      bill(1000),
      member({ visitCount: 3, lastVisitOn: "2026-01-01" }),
    );
    expect([totalOf(decision), decision.membership?.tierNumber]).toEqual([50, 2]);
  });

  test("are split where the combined condition first holds", () => {
    const definition: Changes = {
      tiers: [base!, { ...silver!, threshold: 8000, secondaryThresholds: [100] }],
    };
    const both = program(
      {
        criterion: "lifetime_purchases",
        secondary: [{ kind: "current_points" }],
        combine: { kind: "all" },
        type: "dynamic",
      },
      8000,
      definition,
      { rounding: "floor" },
    );
    // 600 of purchases would do, but 40 more points need 800.
    const decision = decideTransaction(
      both,
      bill(1000),
      with_({ balance: points(60) }, { lifetimePurchases: pounds(7400) }),
    );
    expect(decision.trace.split).toEqual({ at: pounds(800), tier: 2 });
    expect(totalOf(decision)).toBe(40 + 16);
  });
});

describe("an upgrade", () => {
  test("skips tiers whose own conditions do not hold", () => {
    const gold = { ...silver!, number: 3, name: "Gold", threshold: 2000, secondaryThresholds: [5] };
    const compiled = compiledProgram(
      definitionWith([{ award: { perTier: { "1": 1, "2": 2, "3": 3 } } }], {
        tiers: [base!, { ...silver!, threshold: 1500, secondaryThresholds: [5] }, gold],
        upgrade: {
          criterion: "lifetime_purchases",
          secondary: [{ kind: "visits" }],
          combine: { kind: "custom", expression: "A or b" },
          type: "lazy",
        },
      }),
    );
    const { tierChange } = decideTransaction(
      compiled,
      bill(10),
      member({ visitCount: 4, lastVisitOn: "2026-01-01" }),
    );
    expect(tierChange).toEqual({ from: 1, to: 3, at: SOME_DAY, reason: "upgrade" });
  });

  test("begins the validity of its tier", () => {
    const compiled = program({ criterion: "lifetime_purchases", type: "lazy" }, 500, {
      tiers: [base!, { ...silver!, threshold: 500, validity: { kind: "months", months: 12 } }],
      downgrade: { target: "one_below" },
    });
    const { membership, tierChange } = decideTransaction(compiled, bill(500), member());
    expect(membership?.tierExpiresAt?.toISOString()).toBe("2027-01-20T23:59:59.000Z");
    expect(tierChange?.expiresAt).toBe(Date.parse("2027-01-20T23:59:59Z"));
  });

  test("does not undo a tier that was given by hand, unless it is to be looked at anew", () => {
    const compiled = program({ criterion: "lifetime_purchases", type: "lazy" }, 500);
    const gold = { tierNumber: 2, isManualTier: true };
    expect(decideTransaction(compiled, bill(10), member(gold)).tierChange).toBeNull();
    const { tierChange, membership } = decideTransaction(
      compiled,
      bill(10),
      member({ ...gold, reassessTier: true }),
    );
    expect(tierChange).toMatchObject({ from: 2, to: 1, reason: "reassessed" });
    expect(membership?.reassessTier).toBe(false);
  });
});
