import { logicCell } from "../cells.ts";
import { isCalendarDay } from "../dates.ts";
import type { Constant, Parameter, ProfileFunction } from "../definitions.ts";
import type { Facts } from "../facts.ts";
import { customFieldFunctions } from "./custom-fields.ts";
import {
  literalNumber,
  literalText,
  numberOfNumber,
  numberOfTexts,
  truthOfTexts,
  wholeNumber,
} from "./define.ts";
import { patternOf, patternParameter, patternStates, refusePattern } from "./patterns.ts";
import { redemptionFunctions } from "./redemptions.ts";

const sources: readonly ProfileFunction[] = [
  truthOfTexts(
    "doesProfileExists",
    [literalText("source")],
    "True when the customer has an account of the source.",
    ["the customer has an account of {0}", "the customer has no account of {0}"],
    (facts, source) => facts.currentCustomer.hasProfileOf?.(source.toUpperCase()),
    { aliases: ["doesProfileExist"] },
  ),
  truthOfTexts(
    "isSubscribedToChannel",
    [
      {
        ...literalText("channel"),
        choices: [
          "MOBILE",
          "SMS",
          "EMAIL",
          "ANDROID",
          "IOS",
          "WHATSAPP",
          "WECHAT",
          "LINE",
          "VIBER",
          "XENGAGE",
          "RCS",
          "ZALO",
        ],
      },
    ],
    "True when the customer may be written to on the channel; MOBILE and SMS are the same.",
    ["the customer is subscribed to {0}", "the customer is not subscribed to {0}"],
    (facts, channel) => {
      const name = channel.toUpperCase();
      return facts.currentCustomer.isSubscribedTo?.(name === "SMS" ? "MOBILE" : name);
    },
  ),
];

const segment = (facts: Facts, cluster: string) => facts.currentCustomer.segmentOf?.(cluster);
const CLUSTER: readonly Parameter[] = [literalText("cluster", "segmentCluster"), literalText("value")];

const segments: readonly ProfileFunction[] = [
  truthOfTexts(
    "clusterValueIncludes",
    CLUSTER,
    "True when the customer has the value in the cluster of segments.",
    ["the customer is in {1} of {0}", "the customer is not in {1} of {0}"],
    (facts, cluster, value) => {
      const found = segment(facts, cluster);
      return found === undefined ? null : found === value;
    },
  ),
  truthOfTexts(
    "clusterValueExcludes",
    CLUSTER,
    "True when the customer does not have the value in the cluster of segments.",
    ["the customer is not in {1} of {0}", "the customer is in {1} of {0}"],
    (facts, cluster, value) => {
      const found = segment(facts, cluster);
      return found === undefined ? null : found !== value;
    },
  ),
];

const isSame = (one: string, two: string): boolean => one.toLowerCase() === two.toLowerCase();

const statuses: readonly ProfileFunction[] = [
  truthOfTexts(
    "customerStatus",
    [literalText("status", "status")],
    "True when the customer has the status.",
    ["the customer's status is {0}", "the customer's status is not {0}"],
    ({ currentCustomer: { status } }, wanted) => (status ? isSame(status, wanted) : null),
  ),
  truthOfTexts(
    "customerStatusLabel",
    [literalText("status", "status"), literalText("label", "statusLabel")],
    "True when the customer has the status and, within it, the label.",
    ["the customer's status is {0}, {1}", "the customer's status is not {0}, {1}"],
    ({ currentCustomer: { status, statusLabel } }, wanted, label) =>
      status ? isSame(status, wanted) && isSame(statusLabel ?? "", label) : null,
  ),
];

const day = ([year, month, date]: readonly (Constant | null)[]) =>
  [Number(year), Number(month), Number(date)] as const;

const registration: ProfileFunction = {
  name: "isRegisteredOn",
  parameters: [literalNumber("year"), literalNumber("month"), literalNumber("day")],
  result: "boolean",
  doc: "True when the customer joined on that local day.",
  wording: { says: "the customer joined on {moment}", denies: "the customer did not join on {moment}" },
  refuse: (constants) =>
    day(constants).every(Number.isInteger) && isCalendarDay(...day(constants))
      ? null
      : "expected year, month (1 to 12) and day of an existing date, such as 2025, 3, 31",
  bind: ({ constants }) => {
    const [year, month, date] = day(constants);
    return logicCell((facts) => {
      const { joinDate } = facts.currentCustomer;
      if (joinDate === null) return 3;
      const local = facts.localTime(joinDate);
      return local.year === year && local.month === month && local.day === date ? 1 : 0;
    });
  },
};

const labels: ProfileFunction = {
  name: "includesLabelRegex",
  parameters: [patternParameter],
  result: "boolean",
  doc: "True when a tag of the customer matches the regular expression.",
  wording: {
    says: "the customer has a tag that matches {0}",
    denies: "the customer has no tag that matches {0}",
  },
  refuse: refusePattern(0),
  states: patternStates(0),
  bind: (bound) => {
    const search = patternOf(bound, 0);
    return logicCell(({ currentCustomer: { tags } }) =>
      tags === null || tags === undefined ? 3 : tags.some(search) ? 1 : 0,
    );
  },
};

const TRACKER: readonly Parameter[] = [literalText("tracker", "tracker"), literalText("case", "trackerCase")];

const trackers: readonly ProfileFunction[] = [
  numberOfTexts(
    "trackerValueBeforeEvent",
    "count",
    TRACKER,
    "Value of a tracker's case without the current event.",
    "the value of tracker {0}, {1}, before the current event",
    (facts, tracker, name) => facts.currentCustomer.trackers?.beforeEvent(tracker, name),
  ),
  numberOfTexts(
    "trackerValueCurrentEvent",
    "count",
    TRACKER,
    "Value of a tracker's case with what the event changed up to the set before.",
    "the value of tracker {0}, {1}",
    (facts, tracker, name) => facts.currentCustomer.trackers?.currentEvent(tracker, name),
  ),
];

const TARGET = literalText("target", "target");
const GROUP = literalText("group", "targetGroup");
const PERIOD = literalText("period", "targetPeriod");
const LEVEL: readonly Parameter[] = [literalText("level", "streakLevel")];

const targets: readonly ProfileFunction[] = [
  numberOfTexts(
    "avgTargetAchieved",
    "count",
    [TARGET],
    "Mean of what was achieved of the target over its periods so far.",
    "the customer's average of target {0}",
    (facts, target) => facts.currentCustomer.targets?.average(target),
  ),
  numberOfTexts(
    "targetAchievedInPeriod",
    "count",
    [TARGET, PERIOD],
    "What was achieved of the target in a period, by its reference code.",
    "what the customer achieved of target {0} in {1}",
    (facts, target, period) => facts.currentCustomer.targets?.inPeriod(target, period),
  ),
  numberOfTexts(
    "targetAchievedInCurrentPeriod",
    "count",
    [TARGET],
    "What was achieved of the target in the period that runs; 0 when none does.",
    "what the customer achieved of target {0} in this period",
    (facts, target) => facts.currentCustomer.targets?.inCurrentPeriod(target),
  ),
  numberOfTexts(
    "targetsAchievedForUnified",
    "count",
    [GROUP, PERIOD],
    "Number of targets of the group that were reached in a period, by its reference code.",
    "the number of targets of {0} that the customer reached in {1}",
    (facts, group, period) => facts.currentCustomer.targets?.reachedOfGroup(group, period),
  ),
  numberOfTexts(
    "targetsAchievedForUnifiedInCurrentPeriod",
    "count",
    [GROUP],
    "Number of targets of the group that were reached in the period that runs.",
    "the number of targets of {0} that the customer reached in this period",
    (facts, group) => facts.currentCustomer.targets?.reachedOfGroupInCurrentPeriod(group),
  ),
  truthOfTexts(
    "isStreakAchieved",
    LEVEL,
    "True when the level of the streak was reached.",
    ["the customer reached streak {0}", "the customer did not reach streak {0}"],
    (facts, level) => facts.currentCustomer.streaks?.isAchieved(level),
  ),
  numberOfTexts(
    "streakCurrentValue",
    "count",
    LEVEL,
    "Length of the streak as it runs; the same for every level.",
    "the customer's streak {0}",
    (facts, level) => facts.currentCustomer.streaks?.currentValue(level),
  ),
];

const coupons = numberOfNumber(
  "countActiveCouponsInCouponSeries",
  "count",
  literalNumber("seriesId"),
  "Coupons of the series that are neither redeemed nor expired.",
  "the number of the customer's coupons of series {0}",
  (facts, seriesId) => facts.currentCustomer.activeCouponsOf?.(seriesId),
  { refuse: wholeNumber(1, Number.MAX_SAFE_INTEGER) },
);

export const customerFunctions: readonly ProfileFunction[] = [
  ...sources,
  ...customFieldFunctions("the customer's", (facts, name) => facts.currentCustomer.customField?.(name), true),
  labels,
  ...redemptionFunctions,
  coupons,
  registration,
  ...segments,
  ...statuses,
  ...trackers,
  ...targets,
];
