import { Type } from "typebox";
import { eventsOf } from "./event-type.ts";
import { Day, fields, Id, Millis, Text, whom, why } from "./shapes.ts";

const target = eventsOf("Targets, streaks and badges");

const Details = fields(
  { id: Id },
  {
    name: Text,
    targetGroupId: Id,
    targetGroupName: Text,
    targetPeriodId: Id,
    targetPeriodName: Text,
    description: Text,
  },
);
const Milestones = Type.Array(
  fields({ id: Id }, { name: Text, valueType: Text, definedValue: Text, achievedDate: Day }),
);
const Count = Type.Integer({ examples: [3] });
const Value = Type.String({ description: "A decimal number", examples: ["500"] });
const values = { achievedTargetValue: Value, definedTargetValue: Value };
const moved = {
  ...why,
  eventName: Text,
  eventId: Text,
  currentEventTargetValue: Value,
  ...values,
  transactionId: Id,
};
const TargetData = Type.Array(Details);

const Unified = fields(
  { ...whom },
  {
    ...why,
    transactionId: Id,
    unifiedTargetGroupDetails: fields(
      { targetGroupId: Id },
      {
        targetGroupName: Text,
        unifiedTargetsAchievementCondition: fields(
          {},
          { aggregation: Text, combinationType: Text, ruleExpression: Text, thresholdValue: Value },
        ),
      },
    ),
    targetData: Type.Array(
      fields(
        { targetId: Id },
        { targetName: Text, description: Text, targetPeriodId: Id, targetPeriodName: Text, ...values },
      ),
    ),
  },
);
const StreakLevel = fields(
  {
    ...whom,
    streakData: Type.Array(
      fields(
        { streakId: Id },
        {
          userCurrentStreakValue: Count,
          streakLevelName: Text,
          streakName: Text,
          userStreakId: Id,
          streakLevelAchievedDate: Day,
        },
      ),
    ),
  },
  { ...why, targetData: TargetData },
);
const streak = {
  streakName: Text,
  numberOfLevel: Count,
  levelValues: Type.Array(Count),
  startDate: Day,
  descriptionOfTheStreak: Text,
};
const enrolment = { ...streak, endDate: Day, userStreakId: Id };
const streakFields = { ...why, transactionId: Id, targetData: TargetData };

export const TARGET_EVENTS = [
  target(
    "targetAchievedValueUpdated",
    "A member came nearer to a target, or a return took them back.",
    fields({ ...whom, targetDetails: Details }, { ...moved, milestoneDetails: Milestones, returnId: Id }),
    ["target.progressed"],
  ),
  target(
    "targetValueAchieved",
    "A member reached a target.",
    fields({ ...whom, targetDetails: Details }, moved),
    ["target.achieved"],
  ),
  target(
    "targetPeriodStarted",
    "The period of a target began.",
    fields({ ...whom, targetDetails: Details }, { ...why, definedTargetValue: Value }),
  ),
  target(
    "targetPeriodCompleted",
    "The period of a target ended.",
    fields({ ...whom, targetDetails: Details }, { ...why, ...values, milestoneDetails: Milestones }),
    ["target.period_completed"],
  ),
  target(
    "targetValueUpdated",
    "What a member has to reach changed.",
    fields({ ...whom, targetDetails: Details }, values),
  ),
  target(
    "targetCustomerEnrolment",
    "A customer was enrolled in a target.",
    fields(
      { ...whom, targetId: Id },
      {
        eventId: Text,
        defaultTargetValue: Value,
        targetName: Text,
        targetGroupId: Id,
        targetGroupName: Text,
        targetPeriodId: Id,
        targetPeriodName: Text,
        source: Text,
        targetPeriodStartDate: Day,
        targetCycleStartDate: Day,
        description: Text,
        milestoneDetails: Milestones,
      },
    ),
    ["target.enrolled"],
  ),
  target("unifiedTargetsAchieved", "A member reached a combination of targets.", Unified, [
    "targets.achieved",
  ]),
  target("unifiedTargetsUnAchieved", "A member no longer has a combination of targets.", Unified, [
    "targets.lost",
  ]),
  target("streakLevelAchieved", "A member reached a level of a streak.", StreakLevel, [
    "streak.level_achieved",
  ]),
  target("streakLevelUnAchieved", "A member no longer has a level of a streak.", StreakLevel, [
    "streak.level_lost",
  ]),
  target(
    "streakCustomerEnrolment",
    "A customer was enrolled in a streak.",
    fields(
      {
        ...whom,
        streakEnrolmentData: Type.Array(
          fields({}, { ...enrolment, streakValueWhenEnrolled: Count, enrolledDate: Day }),
        ),
      },
      streakFields,
    ),
    ["streak.enrolled"],
  ),
  target(
    "streakCustomerUnEnrolment",
    "A customer left a streak.",
    fields(
      {
        ...whom,
        streakUnEnrolmentData: Type.Array(
          fields({}, { ...enrolment, streakValueWhenUnEnrolled: Count, unEnrolledDate: Day }),
        ),
      },
      streakFields,
    ),
    ["streak.left"],
  ),
  target(
    "streakStart",
    "A streak began.",
    fields(
      {
        ...whom,
        streakStartData: Type.Array(fields({}, { ...streak, userStreakValueAtTheStart: Count })),
      },
      { ...why, targetDetails: Details },
    ),
  ),
  target(
    "streakEnd",
    "A streak ended.",
    fields(
      {
        ...whom,
        streakEndData: Type.Array(
          fields(
            {},
            {
              ...streak,
              numberOfLevelsAchievedByTheUser: Count,
              levelsAchievedByTheUser: Type.Array(Text),
              userStreakValueByTheEnd: Count,
              endDate: Day,
            },
          ),
        ),
      },
      { ...why, targetDetails: Details },
    ),
  ),
  target(
    "badgeEarned",
    "A customer earned a badge.",
    fields(
      { ...whom, badgeId: Text },
      {
        ...why,
        issualId: Text,
        issuedOn: Millis,
        earnId: Text,
        earnedOn: Millis,
        earnConstraints: Type.Array(
          fields(
            {},
            {
              constraintLevel: Text,
              constraintType: Text,
              rollType: Text,
              rollValue: Count,
              maxEarnLimit: Count,
              currentEarnCount: Count,
            },
          ),
        ),
      },
    ),
  ),
];
