import { describe, expect, it } from "vitest";
import { compiled, factsWith } from "./testing.ts";

const YES = 1;
const NO = 0;
const UNKNOWN = 2;
type Case = readonly [text: string, outcome: 0 | 1 | 2];

const facts = factsWith();

const run = (cases: readonly Case[], given = facts) =>
  it.each(cases)("%s → %i", (text, outcome) => {
    const expression = compiled(text);
    expect(expression.evaluate(given)).toBe(outcome);
    expect(expression.trace(given).outcome).toBe(outcome);
  });

describe("literals, logic and precedence", () => {
  run([
    ["true", YES],
    ["false", NO],
    ["!false", YES],
    ["!!true", YES],
    ["true || false && false", YES],
    ["(true || false) && false", NO],
    ["false && true || true", YES],
    ["1 + 2 * 3 == 7", YES],
    ["(1 + 2) * 3 == 9", YES],
    ["10 - 3 - 2 == 5", YES],
    ["12 / 3 / 2 == 2", YES],
    ["-2 * -3 == 6", YES],
    ["--5 == 5", YES],
    ["1 + 1 > 1 && 2 < 3", YES],
    ["7 % 4 == 3", YES],
    ["0.1 + 0.2 == 0.3", YES],
    ["1 / 3 * 3 == 1", YES],
    ["0.3 % 0.1 == 0", YES],
    ["true == false", NO],
    ["(1 > 2) == false", YES],
  ]);
});

describe("numbers", () => {
  run([
    ["currentTxn.value == 42", YES],
    ["currentTxn.value != 42", NO],
    ["currentTxn.value > 42", NO],
    ["currentTxn.value >= 42", YES],
    ["currentTxn.value >= 30.5", YES],
    ["currentTxn.value < 42", NO],
    ["currentTxn.value <= 42", YES],
    ["42 <= currentTxn.value", YES],
    ["currentTxn.value < currentTxn.grossAmount", YES],
    ["currentTxn.value == currentTxn.grossAmount - currentTxn.discount", YES],
    ["currentTxn.value != currentTxn.grossAmount", YES],
    ["currentTxn.grossAmount > currentTxn.value && currentTxn.grossAmount >= currentTxn.value", YES],
    ["currentTxn.grossAmount <= currentTxn.value", NO],
    ["-currentTxn.value == -42", YES],
    ["CURRENTTXN.VALUE == 42 && currentcustomer.numberOftxns == 3", YES],
    ["currentCustomer.lifetimePurchases == 1042", YES],
    ["currentTxn.basketSize == 3 && currentTxn.totalQty == 5", YES],
  ]);
  run(
    ([50, 51, 200, 201, 500, 501] as const).map(
      (value, i): Case => [`${value}.interval("50,200, 500") == ${[1, 2, 2, 3, 3, 4][i]}`, YES],
    ),
  );
});

describe("null and undetermined", () => {
  run([
    ['currentTxn.notes == "x"', NO],
    ['currentTxn.notes != "x"', NO],
    ["currentCustomer.lifetimePoints == 0", NO],
    ["currentCustomer.lifetimePoints != 0", NO],
    ["currentCustomer.lifetimePoints >= 0", NO],
    ["currentCustomer.lifetimePoints <= 0", NO],
    ["0 >= currentCustomer.lifetimePoints", NO],
    ["currentCustomer.lifetimePoints + 1 > 0", NO],
    ["(currentCustomer.lifetimePoints + 1).isNull()", YES],
    ['currentCustomer.lifetimePoints.interval("1,2") >= 0', NO],
    ["currentCustomer.lifetimePoints.isNull() && currentTxn.value.isNotNull()", YES],
    ["!(currentCustomer.lifetimePoints >= 0)", YES],
    ["currentCustomer.extField_vip", NO],
    ["!currentCustomer.extField_vip", NO],
    ["currentCustomer.extField_vip == false", NO],
    ["currentCustomer.extField_vip.isNull()", YES],
    ["currentTxn.value / 0 > 1", UNKNOWN],
    ["currentTxn.value % 0 == 0", UNKNOWN],
    ["!(currentTxn.value / 0 > 1)", UNKNOWN],
    ["1 / 0 > 1 || true", UNKNOWN],
    ["true || 1 / 0 > 1", YES],
    ["1 / 0 > 1 && false", UNKNOWN],
    ["false && 1 / 0 > 1", NO],
    ["(1 / 0).isNull()", YES],
    ["currentCustomer.lifetimePoints / 0 > 1", NO],
    ["1 / 0 + currentCustomer.lifetimePoints > 1", UNKNOWN],
    ["(1 / 0 > 1) == true", UNKNOWN],
    ['(1 / 0).interval("1") == 1', UNKNOWN],
  ]);

  const misfits = factsWith(
    { extendedFields: { covers: "four", member_card_swiped: 7 } },
    { extendedFields: { vip: "yes", birthday: "soon" } },
  );
  describe("facts of another type than declared", () => {
    run(
      [
        ["currentTxn.extField_covers >= 4", UNKNOWN],
        ["currentTxn.extField_covers.isNull()", YES],
        ['currentTxn.extField_member_card_swiped == "No"', UNKNOWN],
        ['currentTxn.extField_member_card_swiped != "No"', UNKNOWN],
        ["currentTxn.extField_member_card_swiped == currentTxn.number", UNKNOWN],
        ['currentTxn.extField_member_card_swiped.contains("N")', UNKNOWN],
        ['currentTxn.extField_member_card_swiped.matches("N")', UNKNOWN],
        ["currentTxn.extField_member_card_swiped.isValidDate()", UNKNOWN],
        ["currentTxn.extField_member_card_swiped.notExists()", YES],
        ["currentCustomer.extField_vip", UNKNOWN],
        ["currentCustomer.extField_birthday.isWeekend()", UNKNOWN],
        ["currentCustomer.extField_birthday.isValid()", NO],
        ["currentCustomer.extField_birthday.month() == 5", UNKNOWN],
        ['currentTxn.basketSum("SKU", currentTxn.extField_member_card_swiped) > 1', UNKNOWN],
        ['currentTxn.basketIncludes("SKU", currentTxn.extField_member_card_swiped)', UNKNOWN],
      ],
      misfits,
    );
  });
});

describe("texts", () => {
  run(
    [
      ['currentCustomer.slabName == "Silver"', YES],
      ['currentCustomer.slabName == "silver"', NO],
      ['currentCustomer.slabName != "Gold"', YES],
      ['"Silver" == currentCustomer.slabName', YES],
      ['currentCustomer.name == "Ada Lee"', YES],
      ["currentCustomer.firstname != currentCustomer.lastname", YES],
      ['currentTxn.note == "paid \\"cash\\" \\\\ card"', YES],
      ['currentTxn.notes.contains("cash")', YES],
      ['currentTxn.notes.contains("Cash")', NO],
      ["currentTxn.notes.contains(currentTxn.number)", NO],
      ['currentCustomer.mobile.contains("1")', NO],
      ['currentTxn.notes.matches("^paid .*card$")', YES],
      ['currentTxn.notes.matches("\\d")', NO],
      ['currentCustomer.externalId.matches(".*")', NO],
      ['currentTxn.notes.exists() && currentTxn.notes.exists("x")', YES],
      ["currentCustomer.mobile.exists() || currentCustomer.externalId.exists()", NO],
      ["currentCustomer.mobile.notExists() && currentCustomer.externalId.notExists()", YES],
      ['currentCustomer.mobile.isEmpty("") && currentCustomer.externalId.isEmpty()', YES],
      ["currentCustomer.mobile.isNull()", NO],
      ['currentCustomer.mobile.isNotNull("")', YES],
      ["currentCustomer.externalId.isNull()", YES],
      ['"2025-02-28".isValidDate() && "28/02/2025 10:00".isValidDate()', YES],
      ['"2025-02-29".isValidDate()', NO],
      ["currentCustomer.externalId.isValidDate()", NO],
      ['currentStore.code == "S1" && currentStore.name == "Main street"', YES],
      ['currentEvent.eventType == "TransactionAdd"', YES],
      ['program.name == "Club" && organization.name == "ABC Group"', YES],
    ],
    factsWith({ notes: 'paid "cash" \\ card' }, { mobile: "" }),
  );
});

describe("booleans and extended fields", () => {
  run(
    [
      ["currentCustomer.isLoyal", YES],
      ["currentCustomer.isLoyal()", YES],
      ["currentCustomer.isLoyal == true", YES],
      ["currentCustomer.isLoyal != true", NO],
      ["!currentCustomer.isLoyal", NO],
      ["currentCustomer.extField_vip && currentTxn.extField_covers == 4", YES],
      [
        'currentTxn.extField_member_card_swiped=="No" || currentTxn.extField_member_card_swiped.isNull()',
        YES,
      ],
      ['currentTxn.EXTFIELD_member_card_swiped == "No"', YES],
      ["currentCustomer.extField_constructor.isNull()", YES],
      [
        "currentCustomer.extField_birthday.month() == 5 && currentCustomer.extField_birthday.dayOfMonth() == 1",
        YES,
      ],
      ["currentCustomer.extField_birthday.isAfter(1990, 4, 30, 23, 59, 59)", YES],
      ["currentCustomer.extField_birthday.isBefore(1990, 5, 1, 0, 0, 1)", YES],
    ],
    factsWith(
      { extendedFields: { member_card_swiped: "No", covers: 4 } },
      { extendedFields: { vip: true, birthday: "1990-05-01" } },
    ),
  );
});

describe("dates", () => {
  run([
    ["currentTxn.date.isValid() && !currentCustomer.slabExpiryDate.isValid()", YES],
    ["currentTxn.date.day() == 7", YES],
    [
      "currentTxn.date.dayOfMonth() == 3 && currentTxn.date.month() == 5 && currentTxn.date.year() == 2025",
      YES,
    ],
    ["currentTxn.date.isWeekend() && currentTxn.date.isWeekend(true)", YES],
    ["currentTxn.date.isWeekday()", NO],
    ["currentTxn.date.isHourBetween(14, 15)", YES],
    ["currentTxn.date.isHourBetween(15, 24)", NO],
    ["currentTxn.date.isHourBetween(12, 14)", NO],
    ["currentTxn.date.isHourBetween(22, 15)", YES],
    ["currentTxn.date.isHourBetween(22, 6)", NO],
    ["currentTxn.date.isHourBetween(14, 14)", NO],
    ["currentTxn.date.isTimeBetween(14, 20, 14, 21)", YES],
    ["currentTxn.date.isTimeBetween(14, 0, 14, 20)", NO],
    ["currentTxn.date.isTimeBetween(23, 30, 14, 21)", YES],
    ["currentTxn.date.isAfter(2025, 5, 3)", YES],
    ["currentTxn.date.isAfter(2025, 5, 3, 14, 20, 5)", NO],
    ["currentTxn.date.isAfter(2025, 5, 3, 14, 20, 4)", YES],
    ["currentTxn.date.isBefore(2025, 5, 4)", YES],
    ["currentTxn.date.isBefore(2025, 5, 3, 14, 20, 5)", NO],
    ["currentTxn.date.dateDiff(currentCustomer.joinDate) == 429", YES],
    ["currentTxn.date.daysDiff(currentCustomer.joinDate) == 64", YES],
    ["currentCustomer.joinDate.daysDiff(currentTxn.date) == 64", YES],
    ['currentTxn.date.daysDiffFromString("1980-05-05") == 2', YES],
    ['currentTxn.date.daysDiffFromString("31-12-1980") == 123', YES],
    ['currentTxn.date.daysDiffFromString("soon") == 2', UNKNOWN],
    ['currentTxn.date.daysDiffFromString("") == 2', NO],
    ["currentTxn.date.minutesDiff(currentTxn.date) == 0", YES],
    ["currentTxn.date.minutesDiff(currentCustomer.joinDate) == 618020", YES],
    ["currentTxn.date > currentCustomer.joinDate && currentTxn.date != currentCustomer.joinDate", YES],
    ["currentTxn.date == currentTxn.date && currentCustomer.joinDate <= currentTxn.date", YES],
    ["currentCustomer.slabExpiryDate.isWeekend() || currentCustomer.slabExpiryDate.isWeekday()", NO],
    ["currentCustomer.slabExpiryDate.isAfter(2020, 1, 1)", NO],
    ["currentCustomer.slabExpiryDate.dateDiff(currentTxn.date) >= 0", NO],
    ["currentCustomer.slabExpiryDate.year() > 0", NO],
    ["currentCustomer.slabExpiryDate > currentTxn.date", NO],
    ["currentCustomer.slabExpiryDate.isNull() && currentTxn.date.isNotNull()", YES],
  ]);

  it("counts 29 February as 28 in common years and goes the shorter way round the year", () => {
    const leapBirthday = (year: number, month: number, day: number) =>
      factsWith({ date: Date.UTC(year, month - 1, day, 12) }, { extendedFields: { birthday: "2000-02-29" } });
    const on28 = compiled("currentTxn.date.daysDiff(currentCustomer.extField_birthday) == 0");
    expect(on28.evaluate(leapBirthday(2025, 2, 28))).toBe(YES);
    expect(on28.evaluate(leapBirthday(2025, 3, 1))).toBe(NO);
    expect(on28.evaluate(leapBirthday(2024, 2, 29))).toBe(YES);
    expect(on28.evaluate(leapBirthday(2024, 2, 28))).toBe(NO);
    const newYear = compiled('currentTxn.date.daysDiffFromString("1990-12-31") == 1');
    expect(newYear.evaluate(factsWith({ date: Date.UTC(2025, 0, 1, 12) }))).toBe(YES);
  });
});
