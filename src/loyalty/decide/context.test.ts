import { describe, expect, test } from "vitest";
import type { ExtendedFieldDefinition, Outcome } from "#expressions";
import { bill, compiledProgram, definitionWith, member, SOME_DAY } from "../testing.ts";
import { decideTransaction } from "./decide.ts";
import { explainTrace } from "./explain.ts";
import type { MemberState, TransactionFacts } from "./schema.ts";
import { toldRules } from "./told-rules.ts";

const FIELDS: readonly ExtendedFieldDefinition[] = [
  { scope: "customer", name: "Birthday", type: "date" },
  { scope: "customer", name: "Vip", type: "boolean" },
  { scope: "transaction", name: "Channel", type: "string" },
  { scope: "transaction", name: "Covers", type: "number" },
];

const silver = member({ tierNumber: 2, lifetimePurchases: 6_000_000, transactionCount: 4, visitCount: 3 });
const withFields = (extendedFields: Record<string, unknown>, state = silver): MemberState => ({
  ...state,
  profile: { ...state.profile, extendedFields },
});
const pounds = (amount: number) => amount * 10_000;
const line = { rate: pounds(10), value: pounds(20), discount: 0, amount: pounds(20) };
const lines: TransactionFacts["lines"] = [
  {
    ...line,
    itemCode: "A1",
    description: "Mug",
    quantity: 2000,
    discount: pounds(4),
    details: { attributes: { Brand: "Nord", category: "Mugs" }, extendedFields: { engraved: true } },
  },
  { ...line, itemCode: "B2", description: null, quantity: 500 },
];

const tenders: NonNullable<TransactionFacts["tenders"]> = [{ code: "CARD", amount: pounds(42), notes: null }];

const tried = (
  conditions: readonly string[],
  facts = bill(42),
  state = silver,
  fields: readonly ExtendedFieldDefinition[] = FIELDS,
) => {
  const program = compiledProgram(
    definitionWith(
      conditions.map((condition) => ({ condition })),
      { upgrade: { criterion: "lifetime_purchases", type: "lazy" } },
    ),
    { fields },
  );
  const { trace } = decideTransaction(program, facts, state);
  const told = toldRules(trace, program);
  return {
    outcomes: told.map((rule): Outcome => rule.o),
    because: explainTrace(trace, program).rules.map((rule) => rule.because),
    trace,
    told,
  };
};
const holds = (condition: string, facts = bill(42), state = silver) =>
  tried([condition], facts, state).outcomes[0] === 1;

describe("what conditions see of a bill", () => {
  const facts = bill(42, { grossAmount: pounds(50), discount: pounds(8), note: "gift", lines, tenders });
  test.each([
    "currentTxn.value == 42 && currentTxn.grossAmount == 50 && currentTxn.discount == 8",
    'currentTxn.number == "B-1" && currentTxn.notes == "gift"',
    "currentTxn.basketSize == 2 && currentTxn.totalQty == 2.5",
    'currentTxn.basketSum("SKU", "A1") == 20 && currentTxn.basketQty("SKU", "B2") == 0.5',
    'currentTxn.basketSum("brand", "Nord") == 20 && currentTxn.basketIncludesRegexCategory("^Mug")',
    'currentTxn.basketCountIf("DISCOUNT", "GREATER_THAN", "3") == 1 && currentTxn.basketSumGross("SKU", "B2") == 20',
    "currentTxn.basketAmountSumNonDiscounted == 20 && currentTxn.promisedPoints == 0",
    'currentTxn.tenderCombinationIncludes("card") && !currentTxn.tenderCombinationIncludes("CASH")',
    'currentStore.code == "lon1" && currentStore.name == "London"',
    'currentEvent.eventType == "TransactionAdd"',
    'program.name == "Club" && organization.name == "Shop"',
    "currentTxn.points == 0",
  ])("%s", (condition) => {
    expect(holds(condition, facts)).toBe(true);
  });

  test("what a bill does not say is not known", () => {
    const { outcomes, because } = tried([
      "currentTxn.grossAmount.isNull() && currentTxn.notes.isNull()",
      "currentTxn.discount > 5",
      'currentTxn.tenderCombinationIncludes("CARD").isNull()',
    ]);
    expect(outcomes).toEqual([1, 0, 1]);
    expect(because[1]).toEqual(["The bill's discount is not known, but more than 5 was needed."]);
  });
});

describe("what conditions see of the customer", () => {
  test.each([
    'currentCustomer.name == "Ana Reyes" && currentCustomer.mobile == "447700900001"',
    "currentCustomer.isLoyal && currentCustomer.externalId.isNull()",
    "currentCustomer.lifetimePurchase == 642 && currentCustomer.initialLifetimePurchase == 600",
    "currentCustomer.numberOfTxns == 5 && currentCustomer.numberOfVisits == 4",
    'currentCustomer.slabName == "Silver" && currentCustomer.initialSlabNumber == 2',
    "currentCustomer.slabChangeDate.isBefore(2026, 1, 2) && currentCustomer.isRegisteredOn(2026, 1, 1)",
    "currentCustomer.avgSpendPerVisit == 160.5 && currentCustomer.currentAllPoints.isNull()",
    "currentCustomer.slabExpiryDate.isNull() && currentCustomer.joinDate.isBefore(2026, 1, 2)",
    "currentCustomer.currentPoints == 7.5 && currentCustomer.lifetimePoints == 20",
  ])("%s", (condition) => {
    expect(holds(condition, bill(42), { ...silver, balance: 7500, lifetimePoints: 20_000 })).toBe(true);
  });

  test("empty texts of a profile are not known", () => {
    const state = { ...silver, profile: { ...silver.profile, email: "", mobile: "" } };
    expect(holds("currentCustomer.email.isNull() && currentCustomer.mobile.isNull()", bill(1), state)).toBe(
      true,
    );
  });

  test("a rule sees the points that rules before it gave, beside what was there before", () => {
    const { outcomes } = tried([
      "currentTxn.value > 0",
      "currentTxn.points == 0.84 && currentCustomer.currentPoints == 0.84 && currentCustomer.initialCurrentPoints == 0",
      "currentTxn.points == 1.68 && currentCustomer.lifetimePoints == 1.68 && currentCustomer.initialLifetimePoints == 0",
    ]);
    expect(outcomes).toEqual([1, 1, 1]);
  });

  test("an eager upgrade shows beside the tier before it", () => {
    const program = compiledProgram(
      definitionWith(
        [{ condition: 'currentCustomer.slabName == "Gold" && currentCustomer.initialSlabName == "Silver"' }],
        {
          upgrade: { criterion: "lifetime_purchases", type: "eager" },
        },
      ),
    );
    expect(decideTransaction(program, bill(1500), silver).trace.rules[0]!.o).toBe(1);
  });

  test("a late bill sees the tier of its date only", () => {
    const gold = member({ tierNumber: 3, tierSince: new Date(SOME_DAY + 1), changeNo: 3 });
    const condition = 'currentCustomer.slabName == "Member" && currentCustomer.initialSlabName == "Member"';
    expect(holds(condition, bill(5, { tierAtDate: 1 }), gold)).toBe(true);
  });
});

describe("extended fields", () => {
  test("of the customer and of the transaction, with the types they were defined with", () => {
    const state = withFields({ Birthday: "1990-01-22", Vip: true });
    const facts = bill(42, { extendedFields: { Channel: "web", Covers: 4 } });
    const { outcomes, because } = tried(
      [
        'currentTxn.extField_Channel == "web" && currentTxn.extField_Covers >= 3',
        "currentCustomer.extField_Vip && currentTxn.date.daysDiff(currentCustomer.extField_Birthday) <= 3",
      ],
      facts,
      state,
    );
    expect(outcomes).toEqual([1, 1]);
    expect(because[0]!.slice(0, 2)).toEqual([
      'The bill\'s field "Channel" is "web", as was needed.',
      'The bill\'s field "Covers" is 4, at least 3.',
    ]);
    expect(because[1]![1]).toBe(
      "The number of days of the year between the bill's date and the customer's field \"Birthday\" is 2, at most 3.",
    );
  });

  test("a bill without the field does not meet the condition, in words", () => {
    const { outcomes, because } = tried(['currentTxn.extField_Channel == "web"']);
    expect(outcomes).toEqual([0]);
    expect(because[0]).toEqual(['The bill\'s field "Channel" is not known, but "web" was needed.']);
  });

  test("a value of another type leaves the rule undecided, in words, and the others go on", () => {
    const facts = bill(42, { extendedFields: { Covers: "four" } });
    const { outcomes, because, trace } = tried(["currentTxn.extField_Covers > 2", "true"], facts);
    expect(outcomes).toEqual([2, 1]);
    expect(trace.rules[0]).toEqual({
      i: 0,
      o: 2,
      v: [[0, 2, null]],
      problem: 'the bill\'s field "Covers" is not a number',
    });
    expect(because[0]).toEqual([
      'Whether the bill\'s field "Covers" is above 2 could not be told.',
      'The rule could not be decided: the bill\'s field "Covers" is not a number.',
    ]);
  });

  test("a field that the organisation no longer has leaves the rule undecided, in words", () => {
    const { outcomes, because } = tried(
      ['currentTxn.extField_Channel == "web"', "true"],
      bill(42),
      silver,
      [],
    );
    expect(outcomes).toEqual([2, 1]);
    expect(because[0]).toEqual([
      'The rule could not be decided: its condition no longer fits: currentTxn has no extended field "Channel"; expected an extended field of the organisation.',
    ]);
  });
});

describe("the zone of the store", () => {
  // Friday 23:30 in London, already Saturday morning in Tokyo.
  const at = Date.parse("2026-01-16T23:30:00Z");
  const inLondon = bill(42, { billedAt: at });
  const inTokyo = bill(42, { billedAt: at, timeZone: "Asia/Tokyo" });

  test.each([
    ["currentTxn.date.isWeekend()", false, true],
    ["currentTxn.date.isHourBetween(22, 24)", true, false],
    ["currentTxn.date.isTimeBetween(8, 0, 9, 0)", false, true],
    ["currentTxn.date.day() == 7 && currentTxn.date.dayOfMonth() == 17", false, true],
    ["currentTxn.date.isBefore(2026, 1, 17)", true, false],
  ])("%s", (condition, london, tokyo) => {
    expect(holds(condition, inLondon)).toBe(london);
    expect(holds(condition, inTokyo)).toBe(tokyo);
  });

  test("is the one that traces and sentences show", () => {
    const { because, told } = tried(["currentTxn.date.isWeekend()"], inTokyo);
    expect(told[0]!.v).toEqual([[0, 1, "2026-01-17 08:30:00"]]);
    expect(because[0]![0]).toBe(
      "The bill's date is on a weekend (Saturday 17 Jan 2026 08:30), as was needed.",
    );
  });

  test("counts for two dates of one condition", () => {
    const state = withFields({ Birthday: "2026-01-17" });
    expect(holds("currentTxn.date.dateDiff(currentCustomer.extField_Birthday) == 0", inTokyo, state)).toBe(
      true,
    );
    expect(holds("currentTxn.date.dateDiff(currentCustomer.extField_Birthday) == 1", inLondon, state)).toBe(
      true,
    );
  });
});
