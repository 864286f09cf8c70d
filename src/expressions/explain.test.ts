import { describe, expect, it } from "vitest";
import { explain, resultsOf } from "./explain.ts";
import type { ExplainOptions } from "./show.ts";
import { compiled, factsWith } from "./testing.ts";

const told = (text: string, facts = factsWith(), options: ExplainOptions = {}): string[] =>
  explain(compiled(text).trace(facts), options);

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
      "the bill's value minus 42 is 0, and nothing can be divided by 0",
    );
    expect(problem("currentTxn.extField_covers > 1", factsWith({ extendedFields: { covers: "four" } }))).toBe(
      'the bill\'s field "covers" is not a number',
    );
    expect(problem('currentTxn.date.daysDiffFromString("soon") > 1')).toBe(
      'the number of days of the year between the bill\'s date and "soon" cannot be worked out',
    );
    expect(problem("(1 / 0).isNull() && currentTxn.value / 0 > 1")).toBe("nothing can be divided by 0");
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
    ["currentTxn.value > 0", "the bill's value is 42.00, above 0"],
    ["currentTxn.value >= 30", "the bill's value is 42.00, at least 30"],
    ["currentTxn.value > 1234.5", "the bill's value is 42.00, but more than 1,234.50 was needed"],
    ["30 <= currentTxn.value", "the bill's value is 42.00, at least 30"],
    ["!(currentTxn.value >= 30)", "the bill's value is 42.00, but less than 30 was needed"],
    [
      "currentCustomer.currentPoints < 50",
      "the customer's points balance is 120.5, but less than 50 was needed",
    ],
    ['currentCustomer.slabName == "Gold"', 'the customer\'s tier is "Silver", but "Gold" was needed'],
    [
      'currentCustomer.slabName != "Silver"',
      'the customer\'s tier is "Silver", but anything else was needed',
    ],
    ['currentTxn.notes == "x"', 'the bill\'s note is not known, but "x" was needed'],
    [
      "currentTxn.value >= currentTxn.grossAmount",
      "the bill's value is 42.00, but at least the bill's gross amount (50.00) was needed",
    ],
    [
      "currentTxn.grossAmount - currentTxn.discount * 2 == 3",
      "the bill's gross amount minus the bill's discount times 2 is 34.00, but 3 was needed",
    ],
    [
      'currentTxn.basketQty("SKU", "A1") >= 5',
      'the number of units on the bill\'s lines whose SKU is "A1" is 4, but at least 5 was needed',
    ],
    [
      'currentTxn.basketIncludes("SKU", "C3")',
      'the bill has no line whose SKU is "C3", but the opposite was needed',
    ],
    [
      "currentTxn.date.isWeekend()",
      "the bill's date is on a weekend (Saturday 3 May 2025 14:20), as was needed",
    ],
    [
      "currentTxn.date.isTimeBetween(9, 5, 12, 0)",
      "the bill's date is not between 9:05 and 12:00 (Saturday 3 May 2025 14:20), but the opposite was needed",
    ],
    [
      "currentTxn.date.isBefore(2025, 1, 1)",
      "the bill's date is not before 1 Jan 2025 (Saturday 3 May 2025 14:20), but the opposite was needed",
    ],
    [
      "currentTxn.date > currentCustomer.joinDate",
      "the bill's date is Saturday 3 May 2025 14:20, after the customer's join date (Thursday 29 Feb 2024 10:00)",
    ],
    ["currentCustomer.isLoyal", "the customer is a loyalty member, as was needed"],
    ["!currentCustomer.isLoyal()", "the customer is a loyalty member, but the opposite was needed"],
    ["currentTxn.notes.isNull()", "the bill's note is not known, as was needed"],
    [
      'currentTxn.extField_member_card_swiped == "No"',
      'the bill\'s field "member_card_swiped" is not known, but "No" was needed',
    ],
    ["true", "this always holds"],
    ['currentCustomer.slabName == "Silver"', 'the customer\'s tier is "Silver", as was needed'],
    ['currentCustomer.slabName != "Gold"', 'the customer\'s tier is "Silver", not "Gold"'],
    [
      "currentTxn.value == currentTxn.grossAmount - currentTxn.discount",
      "the bill's value is 42.00, the same as the bill's gross amount minus the bill's discount (42.00)",
    ],
    [
      "currentTxn.date < currentCustomer.joinDate",
      "the bill's date is Saturday 3 May 2025 14:20, but a time before the customer's join date (Thursday 29 Feb 2024 10:00) was needed",
    ],
    ["currentCustomer.isLoyal == true", "the customer is a loyalty member, as was needed"],
    ["currentCustomer.isLoyal != true", "the customer is a loyalty member, but the opposite was needed"],
    ["!(false == currentCustomer.isLoyal)", "the customer is a loyalty member, as was needed"],
    ['!(currentTxn.notes == "x")', 'the bill\'s note is not known, so it is not "x"'],
    [
      "!currentCustomer.extField_vip",
      'it is not known whether the customer\'s field "vip" is true, so this is not met',
    ],
  ])("%s", (text, sentence) => {
    expect(told(text)).toEqual([sentence]);
  });

  it("tells alternatives as such", () => {
    expect(told("currentTxn.value >= 100 || currentCustomer.isLoyal")).toEqual([
      "the bill's value is 42.00; at least 100 would do",
      "the customer is a loyalty member, which is enough",
    ]);
    expect(told("!(currentTxn.value >= 100 && currentCustomer.isLoyal)")).toEqual([
      "the bill's value is 42.00, below 100, which is enough",
    ]);
  });

  it("says what could not be decided", () => {
    expect(told("currentTxn.value / 0 > 1")).toEqual([
      "whether the bill's value divided by 0 is above 1 could not be told",
      "the rule could not be decided: nothing can be divided by 0",
    ]);
  });

  it("shows money with the decimals of its currency", () => {
    const shown = (moneyDecimals: number) =>
      told("currentTxn.value >= 30.25", factsWith(), { moneyDecimals });
    expect(shown(0)).toEqual(["the bill's value is 42, at least 30.25"]);
    expect(shown(3)).toEqual(["the bill's value is 42.000, at least 30.250"]);
  });

  it("says which fact has another type than declared", () => {
    const facts = factsWith({ extendedFields: { covers: "four" } }, { extendedFields: { vip: "yes" } });
    expect(told("currentTxn.extField_covers > 1", facts)).toEqual([
      'whether the bill\'s field "covers" is above 1 could not be told',
      'the rule could not be decided: the bill\'s field "covers" is not a number',
    ]);
    expect(told("currentCustomer.extField_vip", facts)).toEqual([
      'whether the customer\'s field "vip" is true could not be told',
      'the rule could not be decided: the customer\'s field "vip" is not true or false',
    ]);
  });

  it("lists what was looked at, as written, with its result", () => {
    const { text, steps } = compiled("!(currentTxn.value>=100) || currentCustomer.isLoyal").trace(
      factsWith(),
    );
    expect(resultsOf({ text, steps })).toEqual([{ text: "currentTxn.value >= 100", result: false }]);
    const undetermined = compiled("currentTxn.value / 0 > 1").trace(factsWith());
    expect(resultsOf(undetermined)).toEqual([{ text: "currentTxn.value / 0 > 1", result: null }]);
    expect(resultsOf({ text: "((", steps: [[0, 1, 42]] })).toEqual([]);
  });

  it("forms numbers as the locale does, and falls back on an unknown one", () => {
    expect(told("currentTxn.value >= 1234.5", factsWith(), { locale: "de" })).toEqual([
      "the bill's value is 42,00, but at least 1.234,50 was needed",
    ]);
    expect(told("currentTxn.value >= 30", factsWith(), { locale: "no such locale" })).toHaveLength(1);
  });

  it("needs no outcome and survives a text that is no rule any more", () => {
    expect(explain({ text: "currentTxn.value >= 30", steps: [[0, 1, 42]] })).toHaveLength(1);
    expect(explain({ text: "((", steps: [[0, 1, 42]] })).toEqual(["this rule can no longer be read"]);
    expect(explain({ text: "true", steps: [[7, 1, 42]] })).toEqual([]);
  });
});
