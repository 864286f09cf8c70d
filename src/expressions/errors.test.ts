import { describe, expect, it } from "vitest";
import { catalogueFor } from "./catalogue.ts";
import { parse } from "./parser.ts";
import { mistakes, testCatalogue } from "./testing.ts";

type Case = readonly [text: string, line: number, column: number, message: string, nearest: string | null];

const tell = (cases: readonly Case[]) =>
  it.each(cases)("%s", (text, line, column, message, nearest) => {
    const [first] = mistakes(text);
    expect(first?.message).toContain(message);
    expect({ line: first?.line, column: first?.column, nearest: first?.nearest }).toEqual({
      line,
      column,
      nearest,
    });
  });

describe("mistakes of syntax", () => {
  tell([
    ["", 1, 1, "the expression is empty", null],
    [" \n ", 2, 2, "the expression is empty", null],
    ["currentTxn.value = 3", 1, 18, 'write "=="', null],
    ["true & false", 1, 6, 'write "&&"', null],
    ["true | false", 1, 6, 'write "||"', null],
    ["true and false", 1, 6, 'write "&&" for "and"', null],
    ["currentTxn.value >\n\n  ", 3, 3, "expected a value such as", null],
    ["currentTxn.value > 1 2", 1, 22, 'expected an operator or the end but found "2"', null],
    ["currentTxn.value > 1x", 1, 21, "expected an operator after the number 1", null],
    ["(true", 1, 6, 'expected ")" but found the end', null],
    ["true)", 1, 5, 'found ")"', null],
    ["currentTxn.notes == 'x'", 1, 21, "double quotes", null],
    ['currentTxn.notes == "x', 1, 21, "not closed", null],
    ['currentTxn.notes == "x\n"', 1, 21, "not closed", null],
    ["1 < 2 < 3", 1, 7, "comparisons do not chain", null],
    ["1 == 2 != 3", 1, 8, "comparisons do not chain", null],
    ["currentTxn.", 1, 12, "expected a name after the dot", null],
    ["currentTxn.3", 1, 12, "expected a name after the dot", null],
    ["eval(1)", 1, 5, "only functions of a profile or of a value", null],
    ["currentTxn.basketSum(1 2)", 1, 24, 'expected "," or ")"', null],
    ["currentTxn.basketSum(,)", 1, 22, "expected a value", null],
    ["true # false", 1, 6, 'unexpected character "#"', null],
    ["true \u0000", 1, 6, "unexpected character U+0000", null],
    [`${"1".repeat(41)} > 1`, 1, 1, "at most 40 digits", null],
  ]);
});

describe("mistakes of names and types", () => {
  tell([
    ["currentTxn.valeu > 3", 1, 12, "did you mean value?", "value"],
    ["true &&\n  currentTnx.value > 3", 2, 3, "did you mean currentTxn?", "currentTxn"],
    ["weather.sunny", 1, 1, 'there is no profile "weather"; expected one of currentCustomer', null],
    ["currentCustomer.slabName == Gold", 1, 29, '"Gold" is not known', null],
    ["currentCustomer.isLoyal == True", 1, 28, "did you mean true?", "true"],
    ["currentTxn", 1, 1, "currentTxn is a profile", null],
    ["currentTxn == 3", 1, 1, "currentTxn is a profile", null],
    ['currentTxn.extField_member_card_swipped == "No"', 1, 12, "did you mean", "extField_member_card_swiped"],
    ["currentTxn.extField_Covers == 4", 1, 12, "did you mean extField_covers?", "extField_covers"],
    ["currentStore.extField_x == 4", 1, 14, 'currentStore has no attribute "extField_x"', null],
    ["currentTxn.basketSum > 4", 1, 12, "expected currentTxn.basketSum(attribute, value)", null],
    ["currentTxn.value() > 4", 1, 12, "remove the parentheses", null],
    ["currentTxn.date.isWeekend", 1, 17, "isWeekend is a function", null],
    ["currentTxn.date.isWekend()", 1, 17, "did you mean isWeekend?", "isWeekend"],
    ['currentTxn.value.contains("x")', 1, 18, "currentTxn.value is a number and has no function", null],
    ["currentTxn.value", 1, 1, "a rule must be true or false, but currentTxn.value is a number", null],
    [
      "currentCustomer.isLoyal && currentTxn.value",
      1,
      28,
      'the right side of "&&" must be true or false',
      null,
    ],
    ["!currentTxn.value", 1, 2, 'what follows "!" must be true or false', null],
    ['currentTxn.value == "42"', 1, 21, "is a number and cannot be compared with", null],
    ["currentTxn.date > 2025", 1, 19, "is a date and cannot be compared with", null],
    ['currentTxn.notes > "a"', 1, 18, "only == and != can be used", null],
    ["currentCustomer.isLoyal >= true", 1, 25, "only == and != can be used", null],
    ["currentTxn.notes + 1 == 2", 1, 1, 'expected a number before "+"', null],
    ["1 - true == 2", 1, 5, 'expected a number after "-"', null],
    ["-currentTxn.notes == 2", 1, 2, 'expected a number after "-"', null],
    ["currentTxn.notes == null", 1, 21, "write currentTxn.notes.isNull()", null],
    ["null != currentTxn.notes", 1, 1, "write currentTxn.notes.isNotNull()", null],
    ["null", 1, 1, "null is no value", null],
    ['currentTxn.basketSum("SKU") > 1', 1, 12, "basketSum(attribute, value); value is missing", null],
    ['currentTxn.basketSum(" ", "x") > 1', 1, 22, "expected the name of an attribute of lines", null],
    ['currentTxn.basketSumIf("AMOUNTS", "EQUALS_TO", "1") > 1', 1, 24, "did you mean AMOUNT?", "AMOUNT"],
    ['currentTxn.basketSumIf("AMOUNT", "EQUALS", "1") > 1', 1, 34, "one of GREATER_THAN", null],
    ['currentTxn.basketSumIf("AMOUNT", "EQUALS_TO", "x") > 1', 1, 24, "must be a number", null],
    ['currentTxn.basketCountRegexBrand("(") > 1', 1, 34, 'a "(" is not closed', null],
    ["currentCustomer.isRegisteredOn(2025, 2, 29)", 1, 32, "existing date", null],
    ["currentCustomer.pointsRedeemedInPastDays(0) > 1", 1, 42, "a whole number from 1", null],
    ['currentCustomer.isSubscribedToChannel("FAX")', 1, 39, "one of MOBILE, SMS", null],
    ['currentTxn.basketSum(currentTxn.number, "x") > 1', 1, 22, "must be written out", null],
    ['currentTxn.basketSum("SKU", 3) > 1', 1, 29, "value of basketSum is a text", null],
    ['currentTxn.value.interval("5,3") == 1', 1, 27, "expected ascending numbers", null],
    ['currentTxn.value.interval("") == 1', 1, 27, "expected ascending numbers", null],
    ['currentTxn.notes.matches("(")', 1, 26, 'a "(" is not closed', null],
    ["currentTxn.date.isAfter(2025, 2, 29)", 1, 25, "existing date", null],
    ["currentTxn.date.isAfter(2025, 2, 28, 24)", 1, 25, "hour (0 to 23)", null],
    ["currentTxn.date.isAfter(2025.5, 2, 28)", 1, 25, "existing date", null],
    ["currentTxn.date.isHourBetween(9, 25)", 1, 31, "two hours from 0 to 24", null],
    ["currentTxn.date.isTimeBetween(9, 60, 10, 0)", 1, 31, "hour (0 to 24)", null],
    ["currentTxn.date.isTimeBetween(9, 0)", 1, 17, "endHour is missing", null],
    ['currentTxn.date.dateDiff("2025-01-01") > 1', 1, 26, "date of dateDiff is a date", null],
  ]);

  it("reports several mistakes at once, each at its place", () => {
    const found = mistakes("currentTxn.valeu > 1 ||\ncurrentStore.nam == 3 || currentTxn.notes > 2");
    expect(found.map(({ line, column }) => [line, column])).toEqual([
      [1, 12],
      [2, 14],
      [2, 45],
    ]);
  });

  it("gives offsets that cut the wrong part out of the text", () => {
    const text = 'currentTxn.value > 1 && currentStore.name == "a" + 1';
    const [error] = mistakes(text);
    expect(text.slice(error?.start, error?.end)).toBe('"a"');
  });
});

describe("names that have no place here", () => {
  const bill = catalogueFor({ activity: "TransactionAdd" });
  const registration = catalogueFor({ activity: "CustomerRegistration" });
  const due = catalogueFor({ activity: "DelayedAccrual" });
  const reached = catalogueFor({ activity: "TargetCompleted" });
  const payments = catalogueFor({ activity: "TransactionAdd", tenders: true });

  it.each([
    [
      registration,
      "true && currentTxn.value > 3",
      9,
      "currentTxn can be used only in TransactionAdd, TransactionUpdate and SlabUpgrade",
      null,
    ],
    [
      bill,
      "currentLineItem.qty > 1",
      1,
      "currentLineItem can be used only in TransactionAdd, in sets that run once for each line",
      null,
    ],
    [
      payments,
      "currentLineItem.qty > 1",
      1,
      "currentLineItem can be used only in TransactionAdd, in sets that run once for each line",
      null,
    ],
    [bill, "currentTracker", 1, "in sets of trackers", null],
    [bill, "returnBill.discount > 1", 1, "returnBill can be used only in ReturnTransaction", null],
    [due, 'organization.name == "x"', 1, "organization can be used only in TransactionAdd, Return", null],
    [
      bill,
      'currentEvent.targetName == "x"',
      14,
      "currentEvent.targetName can be used only in TargetCompleted",
      null,
    ],
    [
      bill,
      'currentEvent.targetAchieved("x") > 1',
      14,
      "currentEvent.targetAchieved can be used only in TargetCompleted",
      null,
    ],
    [reached, "currentEvent.isUserGroupInfoPresent", 14, "can be used only in TransactionAdd", null],
    [
      reached,
      'currentEvent.previousMobile == ""',
      14,
      "currentEvent.previousMobile can be used only in CustomerUpdate",
      null,
    ],
  ] as const)("case %#", (catalogue, text, column, message, nearest) => {
    const [error] = mistakes(text, catalogue);
    expect(error?.message).toContain(message);
    expect(error).toMatchObject({ line: 1, column, nearest });
    expect(error?.expected).toMatch(/^one of /);
  });
});

describe("hostile input", () => {
  const inherited = [
    "constructor",
    "__proto__",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
    "__defineGetter__",
    "__lookupGetter__",
    "toLocaleString",
    "propertyIsEnumerable",
    "length",
    "call",
    "apply",
    "bind",
  ];
  it.each(
    inherited.flatMap((name) => [
      `currentTxn.${name} == 1`,
      `currentTxn.${name}() == 1`,
      `currentTxn.value.${name} == 1`,
      `currentTxn.value.${name}() == 1`,
      `currentTxn.notes.${name}("x")`,
      `currentTxn.extField_${name} == "x"`,
      `${name}.name == "x"`,
      `${name}`,
      `"x".${name}() == 1`,
      `currentTxn.lines.${name} == 1`,
    ]),
  )("refuses %s", (text) => {
    const [error] = mistakes(text);
    expect(error?.message).toBeTypeOf("string");
    expect(error?.line).toBe(1);
  });

  it.each([
    ["a megabyte", "1 + ".repeat(262_144), "at most 10000"],
    ["parentheses", "(".repeat(9_000), "nested too deeply"],
    ["closed parentheses", `${"(".repeat(4_000)}true${")".repeat(4_000)}`, "nested too deeply"],
    ["signs", `${"-".repeat(9_000)}1 > 0`, "nested too deeply"],
    ["negations", `${"!".repeat(9_000)}true`, "nested too deeply"],
    ["arguments", "currentTxn.basketSum(".repeat(400), "nested too deeply"],
    ["a long chain", `true${" && true".repeat(1_200)}`, "too long a chain"],
    ["a long chain of sums", `1${"+1".repeat(4_000)}>0`, "too long a chain"],
    ["a long chain of members", `a${".b".repeat(4_000)}`, "too long a chain"],
    [
      "many parts",
      `currentTxn.basketIncludes(${Array.from({ length: 4_500 }, () => "1").join(",")})`,
      "too large",
    ],
  ])("refuses %s with a clear error", (_, text, message) => {
    const parsed = parse(text);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? "" : parsed.errors[0]?.message).toContain(message);
  });

  it("bounds the regular expressions of one rule together", () => {
    const one = `currentTxn.notes.matches("${"a".repeat(400)}")`;
    expect(mistakes(`${one} || ${one}`)).toEqual([]);
    expect(mistakes(`${one} || ${one} || ${one}`)[0]?.message).toContain("too large together");
  });

  it("reports at most 20 mistakes and shortens what it quotes", () => {
    const found = mistakes(
      Array.from({ length: 60 }, () => `currentTxn.${"z".repeat(100)} > 1`).join(" || "),
    );
    expect(found).toHaveLength(20);
    expect(found[0]?.message.length).toBeLessThan(400);
  });

  it("knows no inherited names in the catalogue", () => {
    expect(testCatalogue.profiles.get("constructor")).toBeUndefined();
  });
});
