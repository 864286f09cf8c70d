import { describe, expect, it } from "vitest";
import { NO_CUSTOMER, type RedemptionFacts } from "./facts.ts";
import { compiled, factsWith } from "./testing.ts";

const YES = 1;
const NO = 0;
type Case = readonly [text: string, outcome: 0 | 1];

const facts = factsWith();

const run = (cases: readonly Case[], given = facts) =>
  it.each(cases)("%s → %i", (text, outcome) => {
    const expression = compiled(text);
    expect(expression.evaluate(given)).toBe(outcome);
    expect(expression.trace(given).outcome).toBe(outcome);
  });

describe("baskets", () => {
  run([
    ['currentTxn.basketSum("SKU", "A1") == 24.3', YES],
    ['currentTxn.basketSum("code", "A1") >= 24.3', YES],
    ['currentTxn.basketSum("Description", "Tea pot") == 17.7', YES],
    ['currentTxn.basketQty("SKU", "A1") == 4', YES],
    ['currentTxn.basketCount("SKU", "A1") == 2', YES],
    ['currentTxn.basketCount("SKU", "C3") == 0', YES],
    ['currentTxn.basketIncludes("SKU", "B2")', YES],
    ['currentTxn.basketIncludes("SKU", "b2")', NO],
    ['currentTxn.basketExcludes("SKU", "B2")', NO],
    ['currentTxn.basketExcludes("SKU", "C3")', YES],
    ['currentTxn.basketExcludes("SKU", currentTxn.notes)', NO],
    ['currentTxn.basketIncludes("SKU", currentTxn.notes)', NO],
    ['currentTxn.basketSum("SKU", currentTxn.notes) == 0', NO],
    ['currentTxn.basketSum("SKU", "A1").interval("20,30") == 2', YES],
  ]);

  describe("by any attribute that the till sends", () => {
    run([
      ['currentTxn.basketSum("brand", "Nord") == 24.3', YES],
      ['currentTxn.basketSum("Brand", "nord") == 0', YES],
      ['currentTxn.basketCount("size", "2") == 1', YES],
      ['currentTxn.basketIncludes("constructor", "x")', NO],
      ['currentTxn.basketExcludes("subcategory", "Mugs")', YES],
      ['currentTxn.basketSumGross("category", "Mugs") == 28', YES],
    ]);
  });

  describe("by regular expressions", () => {
    run([
      ['currentTxn.basketSumRegex("description", "^(White|Tea)") == 29.8', YES],
      ['currentTxn.basketSumRegexGross("SKU", "A") == 28', YES],
      ['currentTxn.basketSumRegexBrand("ord$") == 24.3', YES],
      ['currentTxn.basketSumRegexBrandGross("&") == 17.7', YES],
      ['currentTxn.basketSumRegexCategoryGross("s$") == 45.7', YES],
      ['currentTxn.basketQtyRegex("SKU", ".") == 5 && currentTxn.basketQtyRegexCategory("Pot") == 1', YES],
      ['currentTxn.basketCountRegexBrand("N") == 2 && currentTxn.basketCountRegex("name", ".") == 0', YES],
      ['currentTxn.basketIncludesRegexBrand("^S") && currentTxn.basketExcludesRegexCategory("^Z")', YES],
      ['currentTxn.basketIncludesRegex("description", "pan")', NO],
    ]);
  });

  describe("by the numbers of lines", () => {
    run([
      ['currentTxn.basketSumIf("AMOUNT", "GREATER_THAN", "12.1") == 29.9', YES],
      ['currentTxn.basketSumIf("amount", "greater_than_equal_to", 12.1) == 42', YES],
      ['currentTxn.basketCountIf("DISCOUNT", "EQUALS_TO", "0") == 1', YES],
      ['currentTxn.basketQtyIf("QUANTITY", "NOT_EQUALS_TO", "1") == 4', YES],
      ['currentTxn.basketCountIf("RATE", "LESS_THAN", "7.01") == 2', YES],
      ['currentTxn.basketCountIf("VALUE", "LESS_THAN_EQUALS_TO", "14") == 2', YES],
      ["currentTxn.basketAmountSumNonDiscounted == 17.7", YES],
    ]);
  });
});

describe("what only some activities bring", () => {
  const redemptions: RedemptionFacts = {
    pointsToday: 5,
    pointsInCalendarWeek: 10,
    pointsInCalendarMonth: 20,
    countToday: 1,
    countInCalendarWeek: 2,
    countInCalendarMonth: 3,
    pointsInPastDays: (days) => days * 2,
    countInPastDays: (days) => days,
  };
  const plain = factsWith(
    {
      promisedPoints: 12,
      points: 30,
      pointsForUserGroup: 10,
      tenders: [{ code: "Cash", amount: 42, notes: null }],
      customField: (name) => (name === "cashier" ? "Bo" : null),
    },
    {
      currentNonRedeemablePoints: 4.5,
      lifetimePoints: 200,
      numberOfVisits: 2,
      status: "ACTIVE",
      statusLabel: "vip",
      tags: ["early", "vip-2025"],
      redemptions,
      groupRole: "primary",
      customField: (name) => (name === "hobbies" ? ["ski", "sew"] : name === "empty" ? "" : null),
      isSubscribedTo: (channel) => channel === "MOBILE",
      hasProfileOf: (source) => source === "INSTORE",
      segmentOf: (cluster) => (cluster === "value" ? "high" : null),
      trackers: { beforeEvent: () => 1, currentEvent: (tracker, name) => (tracker + name).length },
      targets: {
        average: () => 2,
        inPeriod: (_, period) => (period === "P1" ? 7 : null),
        inCurrentPeriod: () => 0,
        reachedOfGroup: () => 2,
        reachedOfGroupInCurrentPeriod: () => 1,
      },
      streaks: { isAchieved: (level) => level === "weekly_1", currentValue: () => 3 },
    },
  );
  run(
    [
      ["currentCustomer.currentAllPoints == 125 && currentCustomer.lifetimeAllPoints.isNull()", YES],
      ["currentCustomer.initialCurrentAllPoints.isNull()", YES],
      ["currentCustomer.avgSpendPerVisit == 521", YES],
      [
        "currentCustomer.pointsRedeemedToday == 5 && currentCustomer.numberOfRedemptionsInCalendarWeek == 2",
        YES,
      ],
      ["currentCustomer.pointsRedeemedInPastDays(30) == 60", YES],
      [
        'currentCustomer.customerStatus("Active") && currentCustomer.customerStatusLabel("active", "VIP")',
        YES,
      ],
      ['currentCustomer.customerStatusLabel("Active", "gold")', NO],
      ['currentCustomer.includesLabelRegex("^vip-\\d+$")', YES],
      ["currentCustomer.isGroupMember && currentCustomer.isPrimary && !currentCustomer.isSecondary", YES],
      ['currentCustomer.customFieldValueIncludes("hobbies", "sew")', YES],
      ['currentCustomer.customFieldValueExcludes("hobbies", "golf")', YES],
      ['currentCustomer.customFieldValueExcludes("none", "golf")', NO],
      ['!currentCustomer.customFieldValueIncludes("none", "golf")', NO],
      ['currentCustomer.customFieldValueExists("empty")', NO],
      [
        'currentCustomer.isSubscribedToChannel("sms") && !currentCustomer.isSubscribedToChannel("EMAIL")',
        YES,
      ],
      ['currentCustomer.hasInstoreProfile && currentCustomer.doesProfileExists("instore")', YES],
      ['currentCustomer.clusterValueIncludes("value", "high")', YES],
      ['currentCustomer.clusterValueExcludes("value", "low")', YES],
      ['currentCustomer.trackerValueCurrentEvent("spend", "a") == 6', YES],
      ['currentCustomer.targetAchievedInPeriod("t", "P1") == 7', YES],
      ['currentCustomer.targetAchievedInPeriod("t", "P2") >= 0', NO],
      [
        'currentCustomer.isStreakAchieved("weekly_1") && currentCustomer.streakCurrentValue("weekly_1") == 3',
        YES,
      ],
      ["currentCustomer.isRegisteredOn(2024, 2, 29) && !currentCustomer.isRegisteredOn(2024, 3, 1)", YES],
      ["currentTxn.promisedPoints == 12 && currentTxn.promisedPointsForUser == 12", YES],
      ["currentTxn.pointsForUser == 20 && currentTxn.pointsForUserGroup == 10", YES],
      ['currentTxn.tenderCombinationIncludes("cash") && !currentTxn.tenderCombinationIncludes("card")', YES],
      ['currentTxn.customFieldValueIncludes("cashier", "Bo")', YES],
    ],
    plain,
  );

  const own = {
    ...factsWith(),
    currentLineItem: factsWith().currentTxn.lines[0]!,
    tenderProfile: { code: "Card", amount: 12, notes: "" },
    returnBill: { ...factsWith().currentTxn, number: "R-1", lines: factsWith().currentTxn.lines.slice(1) },
    groupPrimaryCustomer: { ...factsWith().currentCustomer, firstName: "Bea", extendedFields: { vip: true } },
    currentTracker: {
      trackerName: "Spend",
      trackerConditionName: "over 100",
      trackerConditionPeriod: 30,
      trackedValue: 42,
      trackerCurrAggr: 120,
      trackerPrevAggr: 78,
      trackerInitialPrevAggr: 78,
      numberOfVisits: null,
    },
    currentUserGroup: {
      ...NO_CUSTOMER,
      name: "Lees",
      externalId: null,
      createdDate: null,
      memberCount: 4,
      currentPoints: 90,
    },
    currentEvent: {
      eventType: "CustomerUpdate",
      update: {
        previous: {
          mobile: "1",
          email: null,
          externalId: null,
          firstName: "A",
          lastName: "B",
          isLoyal: false,
        },
        current: { mobile: "2", email: null, externalId: null, firstName: "A", lastName: "C", isLoyal: true },
      },
      target: {
        kind: "sub_target" as const,
        targetName: "Spend",
        targetGroup: null,
        targetPeriod: "P1",
        targetMilestoneTrigger: null,
        streakName: null,
        milestoneValueDefined: 100,
        achieved: () => 120,
        defined: () => 200,
        hasTarget: (name: string) => name === "Spend",
        hasStreak: () => false,
      },
    },
    currentProduct: { code: "A1", brand: "Nord", category: null },
  };
  run(
    [
      ["currentLineItem.qty == 2 && currentLineItem.rate == 7 && currentLineItem.value == 14", YES],
      ["currentLineItem.discPercentage > 15.7 && currentLineItem.discountPercentage < 15.71", YES],
      ['currentLineItem.doesItemMatch("brand", "Nord") && currentLineItem.doesCategoryRegexMatch("^M")', YES],
      ['currentLineItem.doesBrandRegexMatch("x") || currentLineItem.doesItemMatch("size", "1")', NO],
      ["currentLineItem.extField_engraved", YES],
      ['tenderProfile.code == "Card" && tenderProfile.amount == 12 && tenderProfile.notes.isEmpty()', YES],
      [
        'returnBill.number == "R-1" && returnBill.basketSize == 2 && returnBill.basketSum("SKU", "A1") == 12.2',
        YES,
      ],
      ['returnBill.basketIncludes("SKU", returnBill.number)', NO],
      ['groupPrimaryCustomer.name == "Bea Lee" && groupPrimaryCustomer.extField_vip', YES],
      ["currentCustomer.extField_vip", NO],
      ["currentTrackerCondition.trackerCurrAggr - currentTracker.trackerPrevAggr == 42", YES],
      ["currentUserGroup.memberCount == 4 && currentUserGroup.currentPoints == 90", YES],
      ['currentEvent.previousMobile == "1" && currentEvent.currentName == "A C"', YES],
      [
        'currentEvent.previousLoyaltyType == "NON_LOYALTY" && currentEvent.currentLoyaltyType == "LOYALTY"',
        YES,
      ],
      ['currentEvent.targetGaps("Spend") == 80 && currentEvent.milestoneValueDefined == 100', YES],
      ["currentEvent.isSubTargetAchievedEvent && !currentEvent.isStreakAchievedEvent", YES],
      ['currentEvent.targetExists("Spend") && !currentEvent.streakExists("x")', YES],
      ['currentProduct.doesBrandRegexMatch("Nord") && !currentProduct.doesCategoryRegexMatch(".")', YES],
    ],
    own,
  );
});
