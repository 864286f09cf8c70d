import type { Activity } from "../activities.ts";
import { ACTIVITIES } from "../activities.ts";
import type { Attribute, ProfileDefinition, ProfileFunction } from "../definitions.ts";
import type { Facts, IdentityFacts } from "../facts.ts";
import { textOfValue } from "../facts.ts";
import { literalText, number, numberOfTexts, text, truth, truthOfTexts } from "./define.ts";

const UPDATE = { activities: ["CustomerUpdate"] } as const satisfies { activities: readonly Activity[] };
const TARGET = { activities: ["TargetCompleted"] } as const satisfies { activities: readonly Activity[] };
const MOVES = {
  activities: ["PointsRedemption", "PointsRedemptionReversal", "PointsTransfer"],
} as const satisfies { activities: readonly Activity[] };
const SPECIAL: readonly Activity[] = [...UPDATE.activities, ...TARGET.activities, ...MOVES.activities];
const OTHERS = { activities: ACTIVITIES.filter((activity) => !SPECIAL.includes(activity)) };

type Side = "previous" | "current";

const fullName = ({ firstName, lastName }: IdentityFacts): string | null =>
  [firstName, lastName].filter((part) => part !== null && part !== "").join(" ") || null;
const loyaltyType = ({ isLoyal }: IdentityFacts): string | null =>
  isLoyal === null ? null : isLoyal ? "LOYALTY" : "NON_LOYALTY";

const IDENTITY: readonly (readonly [
  name: string,
  words: string,
  read: (it: IdentityFacts) => string | null,
])[] = [
  ["Mobile", "phone number", (it) => it.mobile],
  ["Email", "e-mail address", (it) => it.email],
  ["ExternalID", "external id", (it) => it.externalId],
  ["Name", "name", fullName],
  ["FirstName", "first name", (it) => it.firstName],
  ["LastName", "last name", (it) => it.lastName],
  ["LoyaltyType", "loyalty type", loyaltyType],
];

const sides: readonly (readonly [Side, string])[] = [
  ["previous", "before the change"],
  ["current", "after the change"],
];

const identityAttributes: readonly Attribute[] = sides.flatMap(([side, when]) =>
  IDENTITY.map(([name, words, read]) =>
    text(
      `${side}${name}`,
      `The customer's ${words} ${when}${name === "LoyaltyType" ? ', "LOYALTY" or "NON_LOYALTY"' : ""}.`,
      `the customer's ${words} ${when}`,
      ({ currentEvent: { update } }) => (update ? read(update[side]) : null),
      UPDATE,
    ),
  ),
);

const identityFunctions: readonly ProfileFunction[] = sides.map(([side, when]) =>
  truthOfTexts(
    `${side}CustomFieldValue`,
    [literalText("field", "customField"), literalText("value")],
    `True when the customer's custom field had the value ${when}.`,
    [`the custom field {0} was {1} ${when}`, `the custom field {0} was not {1} ${when}`],
    ({ currentEvent: { update } }, field, value) => {
      const found = textOfValue(update?.[side].customField?.(field));
      return found === null ? null : found === value;
    },
    UPDATE,
  ),
);

const target = (facts: Facts) => facts.currentEvent.target ?? null;
const isKind = (facts: Facts, kind: string) => target(facts) && target(facts)?.kind === kind;

const TARGET_NAME = literalText("target", "target");

const targetFunctions: readonly ProfileFunction[] = [
  numberOfTexts(
    "targetAchieved",
    "count",
    [TARGET_NAME],
    "What was achieved of the target.",
    "what was achieved of target {0}",
    (facts, name) => target(facts)?.achieved(name),
    TARGET,
  ),
  numberOfTexts(
    "targetDefined",
    "count",
    [TARGET_NAME],
    "What the target asks for.",
    "what target {0} asks for",
    (facts, name) => target(facts)?.defined(name),
    TARGET,
  ),
  numberOfTexts(
    "targetGaps",
    "count",
    [TARGET_NAME],
    "Difference between what the target asks for and what was achieved, never negative.",
    "the difference to target {0}",
    (facts, name) => {
      const [defined, achieved] = [target(facts)?.defined(name), target(facts)?.achieved(name)];
      return typeof defined === "number" && typeof achieved === "number"
        ? Math.abs(defined - achieved)
        : null;
    },
    TARGET,
  ),
  truthOfTexts(
    "targetExists",
    [TARGET_NAME],
    "True when the event is about the target.",
    ["the event is about target {0}", "the event is not about target {0}"],
    (facts, name) => target(facts)?.hasTarget(name),
    TARGET,
  ),
  truthOfTexts(
    "streakExists",
    [literalText("level", "streakLevel")],
    "True when the event is about the level of a streak.",
    ["the event is about streak {0}", "the event is not about streak {0}"],
    (facts, level) => target(facts)?.hasStreak(level),
    TARGET,
  ),
];

const KINDS = [
  ["isTargetAchievedEvent", "target", "a target was reached"],
  ["isUnifiedTargetAchievedEvent", "unified", "a unified target was reached"],
  ["isStreakAchievedEvent", "streak", "a level of a streak was reached"],
  ["isSubTargetAchievedEvent", "sub_target", "a part of a target was reached"],
] as const;

const targetAttributes: readonly Attribute[] = [
  number(
    "milestoneValueDefined",
    "count",
    "Value of the part of the target that was hit.",
    "the value of the part that was hit",
    (facts) => target(facts)?.milestoneValueDefined ?? null,
    TARGET,
  ),
  ...KINDS.map(([name, kind, what]) =>
    truth(name, `True when ${what}.`, what, `it is not that ${what}`, (facts) => isKind(facts, kind), TARGET),
  ),
  text(
    "targetName",
    "Name of the target.",
    "the target's name",
    (facts) => target(facts)?.targetName ?? null,
    {
      ...TARGET,
      names: "target",
    },
  ),
  text(
    "targetGroup",
    "Name of the group of targets.",
    "the target's group",
    (facts) => target(facts)?.targetGroup ?? null,
    { ...TARGET, names: "targetGroup" },
  ),
  text(
    "targetPeriod",
    "Reference code of the target's period.",
    "the target's period",
    (facts) => target(facts)?.targetPeriod ?? null,
    { ...TARGET, names: "targetPeriod" },
  ),
  text(
    "targetMilestoneTrigger",
    "What made the target count.",
    "the target's trigger",
    (facts) => target(facts)?.targetMilestoneTrigger ?? null,
    TARGET,
  ),
  text(
    "streakName",
    "Name of the streak.",
    "the streak's name",
    (facts) => target(facts)?.streakName ?? null,
    TARGET,
  ),
];

export const eventProfile: ProfileDefinition = {
  name: "currentEvent",
  doc: "The event that is being decided.",
  attributes: [
    text(
      "eventType",
      "Name of the event's type, such as TransactionAdd.",
      "the event's type",
      (facts) => facts.currentEvent.eventType,
    ),
    ...identityAttributes,
    ...targetAttributes,
    truth(
      "isGroupProgramRedemption",
      "True when points of several programs are moved at once.",
      "points of several programs are moved at once",
      "points of one program are moved",
      (facts) => facts.currentEvent.isGroupProgramRedemption,
      MOVES,
    ),
    truth(
      "isUserGroupInfoPresent",
      "True when the event names a group of customers.",
      "the event names a group of customers",
      "the event names no group of customers",
      (facts) => facts.currentEvent.isUserGroupInfoPresent,
      OTHERS,
    ),
    text(
      "promotion",
      "Name of the promotion that was scanned.",
      "the promotion that was scanned",
      (facts) => facts.currentEvent.promotion ?? null,
      { activities: ["GenericEvent"] },
    ),
  ],
  functions: [
    ...identityFunctions,
    ...targetFunctions,
    truthOfTexts(
      "cardSeriesName",
      [literalText("series")],
      "True when the event's card is of the series.",
      ["the card is of series {0}", "the card is not of series {0}"],
      ({ currentEvent: { cardSeriesName } }, series) => (cardSeriesName ? cardSeriesName === series : null),
      OTHERS,
    ),
  ],
};
