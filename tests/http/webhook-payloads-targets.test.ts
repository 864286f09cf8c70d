import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "./points-shop.ts";
import { createWebhookStory, type WebhookStory } from "./webhook-story.ts";

let shop: WebhookStory;
beforeAll(async () => {
  shop = await createWebhookStory();
});
afterAll(() => shop.dispose());

const group = (changes: object) => ({
  trackingType: "DEFAULT",
  targetEvaluationType: "FIXED_CALENDAR_WINDOW",
  frequencyType: "MONTHLY",
  frequency: 1,
  totalPeriods: 3,
  startDate: "2026-01-01",
  ...changes,
});
const spend = (name: string, value: number, changes: object = {}) => ({
  name,
  targetEntity: "TRANSACTION",
  targetType: "SALES",
  defaultValues: [{ defaultValue: value }],
  ...changes,
});
let bills = 0;
const buy = async (externalId: string, billAmount: number): Promise<string> => {
  const number = `WT-${++bills}`;
  const answer = await shop.post(
    `/v2/transactions?identifierName=externalId&identifierValue=${externalId}&source=INSTORE`,
    { type: "REGULAR", billNumber: number, billAmount },
  );
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return number;
};
const aboutTargets = (bodies: readonly Json[]) =>
  bodies.filter(({ eventName }) => /arget|treak/.test(eventName));

test("targets, combinations and streaks are told in the documented bodies", async () => {
  const define = async (body: object): Promise<Json> => {
    const manager = await shop.tillWith(["Program:read", "Program:write", "Customer:read", "Customer:write"]);
    const answer = await shop.post("/v3/targetGroups", group(body), manager);
    expect([answer.status, answer.body.errors]).toEqual([200, []]);
    return answer.body.data;
  };
  const spring = await define({
    name: "Spring spend",
    targets: [
      spend("Spend 300", 300, {
        milestones: [{ triggerName: "Half", valueType: "PERCENTAGE", triggerValue: 50 }],
      }),
    ],
  });
  const both = await define({
    name: "Both",
    trackingType: "UNIFIED",
    targets: [spend("Spend 10", 10), spend("Come once", 1, { targetType: "VISIT" })],
  });
  await define({
    name: "Months",
    trackingType: "STREAK",
    targets: [spend("Spend 5", 5, { streaks: [{ name: "Months_1", targetCountOfSequence: 1 }] })],
  });
  const ada = await shop.member();
  await buy(ada.externalId, 310.5);
  const bodies = aboutTargets(await shop.told());
  const of = (name: string) => bodies.filter(({ eventName }) => eventName === name);
  const details = {
    name: "Spend 300",
    targetGroupId: spring.id,
    targetGroupName: "Spring spend",
    targetPeriodName: "Cycle_1",
  };
  expect(of("targetAchievedValueUpdated")[0].data).toMatchObject({
    triggeringActivity: { name: "TransactionAdd" },
    targetDetails: details,
    currentEventTargetValue: "310.5",
    achievedTargetValue: "310.5",
    definedTargetValue: "300",
    milestoneDetails: [{ name: "Half", definedValue: "150", achievedDate: "2026-01-20" }],
  });
  expect(of("targetValueAchieved").map(({ data }) => data.targetDetails.name)).toEqual([
    "Spend 300",
    "Spend 10",
    "Come once",
    "Spend 5",
  ]);
  expect(of("targetCustomerEnrolment")).toHaveLength(4);
  expect(of("unifiedTargetsAchieved")[0].data).toMatchObject({
    unifiedTargetGroupDetails: {
      targetGroupId: both.id,
      unifiedTargetsAchievementCondition: { combinationType: "ALL" },
    },
    targetData: [{ targetName: "Spend 10", achievedTargetValue: "310.5" }, { targetName: "Come once" }],
  });
  expect(of("streakLevelAchieved")[0].data.streakData).toMatchObject([
    { streakLevelName: "Months_1", streakName: "Months", userCurrentStreakValue: 1 },
  ]);
  expect(of("streakCustomerEnrolment")[0].data.streakEnrolmentData).toMatchObject([
    { numberOfLevel: 1, levelValues: [1], startDate: "2026-01-01" },
  ]);
});
