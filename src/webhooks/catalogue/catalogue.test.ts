import { Check, Errors } from "typebox/value";
import { describe, expect, test } from "vitest";
import { TELLERS } from "../payloads/tell.ts";
import { EVENT_TYPES, eventType, isEmitted, sampleOf, schemaOf, toldAs } from "./catalogue.ts";

/** Every name that the documentation has. */
const DOCUMENTED =
  `customerAdded customerUpdated customerSubscription loyaltyCustomerMerge cardUpdated groupCreated groupUpdated
  groupMemberAdded groupMemberRemoved pointsContributionToGroup transactionAdded transactionUpdated notInterestedBillAdded
  retroBillAdded transactionRejected rejectedTransactionRetrigger pointsIssued pointsRedeemed redeemedPointsReversed
  issuedPointsReversed promisedToCurrentPointsConversion pointsExpired pointsExpiryReminder pointsExpiryChange
  singlePointsExpiryUpdated pointsTransferredInitiated pointsTransferredReceived manualPointsAdjustment alternateCurrenciesIssued
  issuedAlternateCurrenciesReversed promisedToCurrentAlternateCurrencyConversion tierUpgraded tierRenewed tierDowngraded
  tierDowngradeReminder partnerProgramLinked partnerProgramUpdated partnerProgramDelinked supplementaryMembershipExpiryReminder
  targetAchievedValueUpdated targetValueAchieved targetPeriodStarted targetPeriodCompleted targetValueUpdated
  targetCustomerEnrolment unifiedTargetsAchieved unifiedTargetsUnAchieved streakLevelAchieved streakLevelUnAchieved
  streakCustomerEnrolment streakCustomerUnEnrolment streakStart streakEnd badgeEarned promotionCreated promotionUpdated
  promotionIssued promotionEarned revokeIssuedPromotion revokeEarnedPromotion cartPromotionIssued cartPromotionEarned
  cartPromotionRevoked cartPromotionRedeemed CouponIssue IssueBulkCoupon CouponRedeem rewardCreated rewardUpdated rewardIssued
  issueRewardFailure rewardExpiryReminder updateRewardTransaction requestUpdated requestWorkflowEvent`.split(
    /\s+/,
  );

describe("the catalogue of events", () => {
  test("has every documented event once", () => {
    expect(EVENT_TYPES.map(({ name }) => name).sort()).toEqual([...DOCUMENTED].sort());
  });

  test.each(EVENT_TYPES.map(({ name }) => name))(
    "%s has a schema that its sample fits, and that refuses less",
    (name) => {
      const schema = schemaOf(eventType(name)!);
      const sample = sampleOf(schema) as Record<string, unknown>;
      expect(Check(schema, sample) ? [] : [...Errors(schema, sample)]).toEqual([]);
      expect(Check(schema, { ...sample, data: null })).toBe(false);
      expect(Check(schema, { ...sample, eventName: "another" })).toBe(false);
      expect(schema).toMatchObject({ title: name, description: expect.stringMatching(/\.$/) });
    },
  );

  test("tells every event of the outbox that it names, and names every one that is told", () => {
    const origins = new Set(EVENT_TYPES.flatMap(({ from }) => from));
    expect(Object.keys(TELLERS).sort()).toEqual([...origins].sort());
    expect(toldAs("message.queued")).toEqual([]);
    expect(toldAs("transaction.added")).toContain("pointsIssued");
  });

  test("says honestly what is not made yet", () => {
    const silent = EVENT_TYPES.filter((type) => !isEmitted(type)).map(({ name }) => name);
    expect(silent).toContain("badgeEarned");
    expect(silent).not.toContain("pointsIssued");
  });
});
