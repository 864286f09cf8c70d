import { describe, expect, test } from "vitest";
import type { ProgramDefinition } from "../programs/schema.ts";
import { bill, compiledProgram, definitionWith, member, SOME_DAY, starterDefinition } from "../testing.ts";
import { decideTransaction } from "./decide.ts";
import { explainTrace } from "./explain.ts";
import type { Trace } from "./schema.ts";

const pounds = (amount: number) => amount * 10_000;
const starter = compiledProgram();
/** As it comes back from the database. */
const stored = (trace: Trace): Trace => JSON.parse(JSON.stringify(trace)) as Trace;
const why = (program = starter, facts = bill(42), state = member()) =>
  explainTrace(stored(decideTransaction(program, facts, state).trace), program);

describe("why a purchase earned what it earned", () => {
  test("the whole story of an ordinary one", () => {
    const silver = member({ tierNumber: 2, lifetimePurchases: pounds(1645.5) });
    expect(why(starter, bill(42), silver)).toEqual({
      program: { id: 7, name: "Club", version: 1 },
      tier: { name: "Silver" },
      outcome: "Earned 0.84 points in tier Silver from 1 rule, valid until 31 Jan 2027.",
      rules: [
        {
          name: "Points on every purchase",
          set: "Purchases",
          fired: true,
          because: [
            "The bill's value is 42.00, above 0.",
            "42.00 GBP × 2 % (Silver) = 0.84 points, rounded half up to 0.84; they expire on 31 Jan 2027.",
          ],
          awards: [{ points: 0.84, rounded: 0.84, expiresAt: "2027-01-31T23:59:59+00:00" }],
          conditions: [{ text: "currentTxn.value > 0", result: true }],
        },
      ],
      skipped: [],
      tierCheck: {
        sentence:
          "Stays Silver with lifetime purchases of 1,687.50 GBP. 312.50 GBP more of lifetime purchases make Gold.",
      },
    });
  });

  test.each([
    [
      "an upgrade",
      starter,
      bill(600),
      "reach the 500.00 GBP of Silver: moved up from Member; this bill still earned as Member",
    ],
    [
      "an eager upgrade",
      compiledProgram({
        ...starterDefinition(),
        upgrade: { criterion: "lifetime_purchases", type: "eager" },
      }),
      bill(600),
      "moved up from Member; this bill already earned by it",
    ],
    ["the top", starter, bill(2000), "reach the 2,000.00 GBP of Gold"],
    [
      "an outlier",
      starter,
      bill(5, { loyaltyBlocked: "the bill is marked OUTLIER" }),
      "does not count towards a tier",
    ],
  ])("tells of %s", (_, program, facts, sentence) => {
    expect(why(program, facts).tierCheck.sentence).toContain(sentence);
  });

  test.each([
    [
      "blocked",
      starter,
      bill(5, { loyaltyBlocked: "the bill is marked OUTLIER" }),
      "Earned nothing: the bill is marked OUTLIER.",
    ],
    [
      "no rules",
      compiledProgram(definitionWith([])),
      bill(5),
      "Earned nothing: the program has no rules for purchases.",
    ],
    [
      "a rule that is false",
      compiledProgram(definitionWith([{ condition: "currentTxn.value > 99" }])),
      bill(5),
      "Earned nothing: no rule's condition was true.",
    ],
    [
      "zero",
      compiledProgram(definitionWith([{ condition: "true" }])),
      bill(0),
      "Earned nothing: the bill's amount is zero.",
    ],
    ["a crumb", starter, bill(0.3), "Earned nothing: what the rules give rounds to zero."],
  ])("says why nothing was earned: %s", (_, program, facts, outcome) => {
    expect(why(program, facts).outcome).toBe(outcome);
  });

  test("kinds of awards", () => {
    const told = (award: object, facts = bill(250)) => {
      const program = compiledProgram(
        definitionWith([{ condition: "true", award: { perTier: undefined, ...award } }]),
      );
      return why(program, facts).rules[0]!.because.at(-1);
    };
    expect(told({ strategy: "fixed", allTiers: 5 })).toBe(
      "5 points whatever the amount; they expire on 31 Jan 2027.",
    );
    expect(told({ strategy: "step", allTiers: 10, every: 100 })).toBe(
      "250.00 GBP holds 2 steps of 100.00 GBP: 2 × 10 = 20 points; they expire on 31 Jan 2027.",
    );
    expect(told({ allTiers: 1.25, decimals: 0, rounding: "floor" })).toBe(
      "250.00 GBP × 1.25 % = 3.125 points, rounded down to 3; they expire on 31 Jan 2027.",
    );
  });

  test("a condition that was not met, and one that could not be told", () => {
    const program = compiledProgram(
      definitionWith([
        { condition: 'currentTxn.value >= 60 && currentStore.code == "lon1"' },
        { condition: "currentTxn.value / currentTxn.discount > 2" },
      ]),
    );
    const [first, second] = why(program, bill(42, { discount: 0 })).rules;
    expect(first).toMatchObject({
      fired: false,
      awards: [],
      conditions: [{ text: "currentTxn.value >= 60", result: false }],
    });
    expect(first!.because).toEqual(["The bill's value is 42.00, but at least 60 was needed."]);
    expect(second).toMatchObject({ fired: false, undetermined: true });
    expect(second!.conditions[0]!.result).toBeNull();
    expect(second!.because).toEqual([
      "Whether the bill's value divided by the bill's discount is above 2 could not be told.",
      "The rule could not be decided: the bill's discount is 0, and nothing can be divided by 0.",
    ]);
  });

  test("rounding, one point, and points that never expire", () => {
    const told = (award: object, pounds: number, expiry: ProgramDefinition["expiry"]) => {
      const rule = { condition: "true", award: { perTier: undefined, ...award } };
      return why(compiledProgram(definitionWith([rule], { expiry })), bill(pounds)).rules[0]!.because;
    };
    const never = { kind: "never" } as const;
    const year = starterDefinition().expiry;
    expect(told({ strategy: "fixed", allTiers: 1.5, decimals: 0 }, 10, never)).toEqual([
      "This always holds.",
      "1.5 points whatever the amount, rounded half up to 2; they never expire.",
    ]);
    expect(told({ allTiers: 10 }, 10, never)[1]).toBe(
      "10.00 GBP × 10 % = 1 point, rounded half up to 1; it never expires.",
    );
    expect(told({ allTiers: 10 }, 10, year)[1]).toContain("; it expires on 31 Jan 2027.");
    expect(told({ allTiers: 1 }, 0.3, year)[1]).toBe("0.30 GBP × 1 % = 0.003 points, rounded half up to 0.");
    expect(
      told({ strategy: "step", allTiers: 10, every: 1000, incompleteStep: "ceiling" }, 12_345, year)[1],
    ).toBe(
      "12,345.00 GBP begins 13 steps of 1,000.00 GBP: 13 × 10 = 130 points; they expire on 31 Jan 2027.",
    );
    expect(told({ allTiers: 1 }, 0, year)[1]).toBe("A bill of zero earns nothing.");
  });

  test("money in a currency without decimals", () => {
    const yen = { currency: "JPY", moneyScale: 100, timeZone: "Asia/Tokyo" };
    const rule = { condition: "currentTxn.value >= 1000 && currentCustomer.lifetimePurchase < 5000" };
    const facts = bill(0, { amount: 123_400, moneyScale: 100, timeZone: "Asia/Tokyo" });
    const { rules, tierCheck } = why(compiledProgram(definitionWith([rule]), yen), facts);
    expect(rules[0]!.because).toEqual([
      "The bill's value is 1,234, at least 1,000.",
      "The customer's total of purchases is 1,234, below 5,000.",
      "1,234 JPY × 1 % (Member) = 12.34 points, rounded half up to 12.34; they expire on 31 Jan 2027.",
    ]);
    expect(tierCheck.sentence).toContain("Lifetime purchases of 1,234 JPY reach the 500 JPY of Silver");
  });

  test("the day of expiry is the organisation's", () => {
    const { rules } = why(compiledProgram(starterDefinition(), { timeZone: "Asia/Tokyo" }));
    expect(rules[0]!.awards[0]?.expiresAt).toBe("2027-02-01T08:59:59+09:00");
    expect(rules[0]!.because[1]).toContain("they expire on 1 Feb 2027.");
  });

  test("a late bill", () => {
    const gold = member({
      tierNumber: 3,
      tierSince: new Date(SOME_DAY + 1),
      lifetimePurchases: pounds(2500),
    });
    const { rules, tier } = why(starter, bill(42, { tierAtDate: 1 }), gold);
    expect(tier.name).toBe("Member");
    expect(rules[0]!.because).toContain(
      "The bill is dated before the newest tier change, so it earns by the tier of its date, Member.",
    );
  });

  test("a trace is small", () => {
    const { trace } = decideTransaction(starter, bill(42.35), member());
    expect(JSON.stringify(trace).length).toBeLessThan(250);
  });
});
