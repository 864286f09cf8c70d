import type { TakenEvent } from "../intake.ts";
import { type Facts, numberIn, textIn } from "./facts.ts";
import { day, identifiersOfCustomer, triggeredBy } from "./parts.ts";
import type { Teller } from "./told.ts";

type Values = Readonly<Record<string, unknown>>;

const listIn = (payload: Values, key: string): readonly Values[] => {
  const value = payload[key];
  return Array.isArray(value) ? (value as Values[]) : [];
};

const detailsOf = (payload: Values) => ({
  id: numberIn(payload, "targetId"),
  name: textIn(payload, "targetName"),
  targetGroupId: numberIn(payload, "groupId"),
  targetGroupName: textIn(payload, "groupName"),
  targetPeriodId: numberIn(payload, "periodId"),
  targetPeriodName: textIn(payload, "periodName"),
  description: textIn(payload, "description"),
});

/** Who, and what set it off; null: that is not told. */
const about = ({ partyId, payload }: TakenEvent, facts: Facts, activity: string | null) => ({
  customerIdentifiers: identifiersOfCustomer(facts, partyId),
  ...(activity === null
    ? {}
    : triggeredBy(facts, partyId, textIn(payload, "activity") ?? activity, null, {
        billId: numberIn(payload, "returnId") ?? numberIn(payload, "transactionId"),
      })),
});

const valuesOf = (payload: Values) => ({
  achievedTargetValue: textIn(payload, "achieved"),
  definedTargetValue: textIn(payload, "defined"),
});

const milestonesOf = (payload: Values, facts: Facts) =>
  listIn(payload, "milestones").map((step) => ({
    id: numberIn(step, "id"),
    name: textIn(step, "name"),
    valueType: textIn(step, "valueType"),
    definedValue: textIn(step, "definedValue"),
    achievedDate: day(facts, numberIn(step, "achievedAt")),
  }));

const tell =
  (name: string, activity: string | null, fields: (event: TakenEvent, facts: Facts) => object): Teller =>
  (event, facts) => [
    {
      name,
      reference: event.requestId,
      data: { ...about(event, facts, activity), ...fields(event, facts) },
    },
  ];

const movedOf = ({ payload }: TakenEvent) => ({
  eventName: textIn(payload, "activity"),
  targetDetails: detailsOf(payload),
  currentEventTargetValue: textIn(payload, "change"),
  ...valuesOf(payload),
  transactionId: numberIn(payload, "transactionId"),
});

export const tellTargetProgress = tell("targetAchievedValueUpdated", "TransactionAdd", (event, facts) => ({
  ...movedOf(event),
  milestoneDetails: milestonesOf(event.payload, facts),
  returnId: numberIn(event.payload, "returnId"),
}));

export const tellTargetAchieved = tell("targetValueAchieved", "TransactionAdd", movedOf);

export const tellPeriodCompleted = tell("targetPeriodCompleted", "TargetCompleted", ({ payload }, facts) => ({
  targetDetails: detailsOf(payload),
  ...valuesOf(payload),
  milestoneDetails: milestonesOf(payload, facts),
}));

export const tellTargetEnrolment = tell("targetCustomerEnrolment", null, ({ payload }, facts) => ({
  targetId: numberIn(payload, "targetId"),
  defaultTargetValue: textIn(payload, "defined"),
  targetName: textIn(payload, "targetName"),
  targetGroupId: numberIn(payload, "groupId"),
  targetGroupName: textIn(payload, "groupName"),
  targetPeriodId: numberIn(payload, "periodId"),
  targetPeriodName: textIn(payload, "periodName"),
  source: textIn(payload, "source"),
  targetPeriodStartDate: day(facts, numberIn(payload, "startsAt")),
  targetCycleStartDate: day(facts, numberIn(payload, "cycleStartsAt")),
  description: textIn(payload, "description"),
  milestoneDetails: [],
}));

const combinationOf = ({ payload }: TakenEvent) => {
  const condition = (payload.condition ?? {}) as Values;
  const threshold = numberIn(condition, "thresholdValue");
  return {
    transactionId: numberIn(payload, "transactionId"),
    unifiedTargetGroupDetails: {
      targetGroupId: numberIn(payload, "groupId"),
      targetGroupName: textIn(payload, "groupName"),
      unifiedTargetsAchievementCondition: {
        aggregation: textIn(condition, "aggregation"),
        combinationType: textIn(condition, "combinationType"),
        ruleExpression: textIn(condition, "ruleExpression"),
        thresholdValue: threshold === null ? null : String(threshold),
      },
    },
    targetData: listIn(payload, "targets").map((target) => ({
      targetId: numberIn(target, "targetId"),
      targetName: textIn(target, "targetName"),
      description: textIn(target, "description"),
      targetPeriodId: numberIn(target, "periodId"),
      targetPeriodName: textIn(target, "periodName"),
      ...valuesOf(target),
    })),
  };
};

export const tellCombinationAchieved = tell("unifiedTargetsAchieved", "TransactionAdd", combinationOf);
export const tellCombinationLost = tell("unifiedTargetsUnAchieved", "ReturnBill", combinationOf);

const levelOf = ({ partyId, payload, occurredAt }: TakenEvent, facts: Facts) => ({
  streakData: [
    {
      userCurrentStreakValue: numberIn(payload, "value"),
      streakLevelName: textIn(payload, "level"),
      streakName: textIn(payload, "streakName"),
      streakId: numberIn(payload, "streakId"),
      userStreakId: partyId,
      streakLevelAchievedDate: day(facts, occurredAt),
    },
  ],
  targetData: [detailsOf(payload)],
});

export const tellLevelAchieved = tell("streakLevelAchieved", "TransactionAdd", levelOf);
export const tellLevelLost = tell("streakLevelUnAchieved", "ReturnBill", levelOf);

const streakOf = ({ partyId, payload }: TakenEvent, facts: Facts) => {
  const levels = Array.isArray(payload.levels) ? (payload.levels as number[]) : [];
  return {
    streakName: textIn(payload, "streakName"),
    numberOfLevel: levels.length,
    levelValues: levels,
    startDate: day(facts, numberIn(payload, "startsAt")),
    endDate: day(facts, numberIn(payload, "endsAt")),
    userStreakId: partyId,
    descriptionOfTheStreak: textIn(payload, "description"),
  };
};

export const tellStreakEnrolment = tell("streakCustomerEnrolment", "TargetEnrolment", (event, facts) => ({
  streakEnrolmentData: [
    {
      ...streakOf(event, facts),
      streakValueWhenEnrolled: numberIn(event.payload, "value"),
      enrolledDate: day(facts, event.occurredAt),
    },
  ],
  targetData: [detailsOf(event.payload)],
}));

export const tellStreakLeft = tell("streakCustomerUnEnrolment", "TargetUnEnrolment", (event, facts) => ({
  streakUnEnrolmentData: [
    {
      ...streakOf(event, facts),
      streakValueWhenUnEnrolled: numberIn(event.payload, "value"),
      unEnrolledDate: day(facts, event.occurredAt),
    },
  ],
  targetData: [detailsOf(event.payload)],
}));
