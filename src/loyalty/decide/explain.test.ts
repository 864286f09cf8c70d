import { describe, expect, test } from "vitest";
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
      outcome: "Earned 0.84 points in tier Silver from 1 rule, valid until 2027-01-31.",
      rules: [
        {
          name: "Points on every purchase",
          fired: true,
          because: [
            "The bill's value is 42.00, more than 0.00 was needed",
            "Bill amount 42.00 × 2 % = 0.84, rounded to 0.84 points",
          ],
          award: { points: 0.84, rounded: 0.84, expiresAt: "2027-01-31T23:59:59+00:00" },
          conditions: [{ text: "currentTxn.value > 0", result: true }],
        },
      ],
      tierCheck: {
        sentence:
          "Stays Silver: with lifetime purchases of 1,687.50, needs 312.50 more lifetime purchases for Gold",
      },
    });
  });

  test.each([
    [
      "an upgrade",
      starter,
      bill(600),
      "reach the 500.00 of Silver: moved up from Member; this bill still earned as Member",
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
    ["the top", starter, bill(2000), "reach the 2,000.00 of Gold"],
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
      "5 points whatever the amount, rounded to 5 points",
    );
    expect(told({ strategy: "step", allTiers: 10, every: 100 })).toBe(
      "Bill amount 250.00 holds 2 steps of 100.00; 2 × 10 = 20, rounded to 20 points",
    );
    expect(told({ allTiers: 1.25, decimals: 0, rounding: "floor" })).toBe(
      "Bill amount 250.00 × 1.25 % = 3.125, rounded to 3 points",
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
      award: null,
      conditions: [{ text: "currentTxn.value >= 60", result: false }],
    });
    expect(first!.because[0]).toContain("60");
    expect(second).toMatchObject({ fired: false, undetermined: true });
    expect(second!.conditions[0]!.result).toBeNull();
    expect(second!.because.join()).toContain("zero");
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
      "The bill is dated before the newest tier change, so it earns by the tier of its date, Member",
    );
  });

  test("a trace is small", () => {
    const { trace } = decideTransaction(starter, bill(42.35), member());
    expect(JSON.stringify(trace).length).toBeLessThan(250);
  });
});
