import { describe, expect, it } from "vitest";
import { explain } from "./explain.ts";
import { compiled, factsWith } from "./testing.ts";

const told = (text: string, facts = factsWith(), locale?: string): string[] =>
  explain(compiled(text).trace(facts), locale);

describe("traces", () => {
  it("keep what was evaluated, with its values, and leave out what was not", () => {
    const { text, outcome, steps } = compiled(
      '(currentTxn.value>=30 || currentCustomer.slabName == "Gold") && currentTxn.date.isWeekend() && !currentCustomer.isLoyal',
    ).trace(factsWith());
    expect(text).toBe(
      '(currentTxn.value >= 30 || currentCustomer.slabName == "Gold") && currentTxn.date.isWeekend() && !currentCustomer.isLoyal',
    );
    expect(outcome).toBe(0);
    expect(steps).toEqual([
      [0, 1, 42],
      [2, 1, "2025-05-03 14:20:05"],
      [3, 1],
    ]);
  });

  it("name the first thing that went wrong, and only that", () => {
    const problem = (text: string, facts = factsWith()) => compiled(text).trace(facts).problem;
    expect(problem("10 / (currentTxn.value - 42) > 1")).toBe(
      "currentTxn.value - 42 is zero and nothing can be divided by it",
    );
    expect(problem("currentTxn.extField_covers > 1", factsWith({ extendedFields: { covers: "four" } }))).toBe(
      "currentTxn.extField_covers is not a number",
    );
    expect(problem('currentTxn.date.daysDiffFromString("soon") > 1')).toBe(
      'currentTxn.date.daysDiffFromString("soon") cannot be worked out',
    );
    expect(problem("(1 / 0).isNull() && currentTxn.value / 0 > 1")).toBe(
      "0 is zero and nothing can be divided by it",
    );
    expect(problem("(1 / 0).isNull()")).toBeUndefined();
    expect(problem(`${"9".repeat(40)} ${`* ${"9".repeat(40)} `.repeat(8)}> 1`)).toContain("is too large");
  });

  it("start anew each time and cut long texts", () => {
    const expression = compiled('currentTxn.notes == "x"');
    const long = expression.trace(factsWith({ notes: "n".repeat(500) }));
    expect(long.steps).toEqual([[0, 0, `${"n".repeat(200)}…`]]);
    expect(expression.trace(factsWith()).steps).toEqual([[0, 0, null]]);
  });
});

describe("explain", () => {
  it.each([
    ["currentTxn.value >= 30", "the bill's value is 42.00, at least 30.00 was needed"],
    ["currentTxn.value > 1234.5", "the bill's value is 42.00, more than 1,234.50 was needed"],
    ["30 <= currentTxn.value", "the bill's value is 42.00, at least 30.00 was needed"],
    ["!(currentTxn.value >= 30)", "the bill's value is 42.00, less than 30.00 was needed"],
    ["currentCustomer.currentPoints < 50", "the customer's points balance is 120.5, less than 50 was needed"],
    ['currentCustomer.slabName == "Gold"', 'the customer\'s tier is "Silver", "Gold" was needed'],
    [
      'currentCustomer.slabName != "Silver"',
      'the customer\'s tier is "Silver", anything but "Silver" was needed',
    ],
    ['currentTxn.notes == "x"', 'the bill\'s note is not known, "x" was needed'],
    [
      "currentTxn.value >= currentTxn.grossAmount",
      "the bill's value is 42.00, at least the bill's gross amount (50.00) was needed",
    ],
    [
      "currentTxn.grossAmount - currentTxn.discount * 2 == 3",
      "the bill's gross amount minus the bill's discount times 2 is 34.00, 3.00 was needed",
    ],
    [
      'currentTxn.basketQty("SKU", "A1") >= 5',
      'the number of units on the bill\'s lines whose SKU is "A1" is 4, at least 5 was needed',
    ],
    [
      'currentTxn.basketIncludes("SKU", "C3")',
      'the bill has no line whose SKU is "C3", the opposite was needed',
    ],
    [
      "currentTxn.date.isWeekend()",
      "the bill's date is on a weekend (Saturday 2025-05-03 14:20), as was needed",
    ],
    [
      "currentTxn.date.isTimeBetween(9, 5, 12, 0)",
      "the bill's date is not between 9:05 and 12:00 (Saturday 2025-05-03 14:20), the opposite was needed",
    ],
    [
      "currentTxn.date.isBefore(2025, 1, 1)",
      "the bill's date is not before 2025-01-01 (Saturday 2025-05-03 14:20), the opposite was needed",
    ],
    [
      "currentTxn.date > currentCustomer.joinDate",
      "the bill's date is Saturday 2025-05-03 14:20, a time after the customer's join date (Thursday 2024-02-29 10:00) was needed",
    ],
    ["currentCustomer.isLoyal", "the customer is a loyalty member, as was needed"],
    ["!currentCustomer.isLoyal()", "the customer is a loyalty member, the opposite was needed"],
    ["currentTxn.notes.isNull()", "the bill's note is not known, as was needed"],
    [
      'currentTxn.extField_member_card_swiped == "No"',
      'the bill\'s field "member_card_swiped" is not known, "No" was needed',
    ],
    ["true", "this holds always"],
  ])("%s", (text, sentence) => {
    expect(told(text)).toEqual([sentence]);
  });

  it("tells alternatives as such", () => {
    expect(told("currentTxn.value >= 100 || currentCustomer.isLoyal")).toEqual([
      "the bill's value is 42.00, at least 100.00 would do",
      "the customer is a loyalty member, which is enough",
    ]);
    expect(told("!(currentTxn.value >= 100 && currentCustomer.isLoyal)")).toEqual([
      "the bill's value is 42.00, less than 100.00 would do",
    ]);
  });

  it("says what could not be decided", () => {
    expect(told("currentTxn.value / 0 > 1")).toEqual([
      "the bill's value divided by 0 is not known, more than 1.00 was needed",
      "the rule could not be decided: 0 is zero and nothing can be divided by it",
    ]);
  });

  it("forms numbers as the locale does, and falls back on an unknown one", () => {
    expect(told("currentTxn.value >= 1234.5", factsWith(), "de")).toEqual([
      "the bill's value is 42,00, at least 1.234,50 was needed",
    ]);
    expect(told("currentTxn.value >= 30", factsWith(), "no such locale")).toHaveLength(1);
  });

  it("needs no outcome and survives a text that is no rule any more", () => {
    expect(explain({ text: "currentTxn.value >= 30", steps: [[0, 1, 42]] })).toHaveLength(1);
    expect(explain({ text: "((", steps: [[0, 1, 42]] })).toEqual(["this rule can no longer be read"]);
    expect(explain({ text: "true", steps: [[7, 1, 42]] })).toEqual([]);
  });
});
