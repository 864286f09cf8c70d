import type { Attribute, ProfileFunction } from "../definitions.ts";
import type { RedemptionFacts } from "../facts.ts";
import type { Unit } from "../types.ts";
import { literalNumber, number, numberOfNumber, wholeNumber } from "./define.ts";

/** Windows that a customer's redemptions are counted in. */
const WINDOWS = [
  { suffix: "Today", words: "today", points: "pointsToday", count: "countToday" },
  {
    suffix: "InCalendarWeek",
    words: "in this week, which began on Monday",
    points: "pointsInCalendarWeek",
    count: "countInCalendarWeek",
  },
  {
    suffix: "InCalendarMonth",
    words: "in this month",
    points: "pointsInCalendarMonth",
    count: "countInCalendarMonth",
  },
] as const satisfies readonly {
  readonly suffix: string;
  readonly words: string;
  readonly points: keyof RedemptionFacts;
  readonly count: keyof RedemptionFacts;
}[];

export const redemptionAttributes: readonly Attribute[] = WINDOWS.flatMap(
  ({ suffix, words, points, count }) => [
    number(
      `pointsRedeemed${suffix}`,
      "points",
      `Points redeemed ${words}.`,
      `the points that the customer redeemed ${words}`,
      (facts) => facts.currentCustomer.redemptions?.[points] ?? null,
    ),
    number(
      `numberOfRedemptions${suffix}`,
      "count",
      `Redemptions ${words}.`,
      `the number of the customer's redemptions ${words}`,
      (facts) => facts.currentCustomer.redemptions?.[count] ?? null,
    ),
  ],
);

/** The longest window that is asked for. */
export const MAX_PAST_DAYS = 3_660;

const inPastDays = (
  name: string,
  unit: Unit,
  what: string,
  read: (redemptions: RedemptionFacts, days: number) => number | null,
): ProfileFunction =>
  numberOfNumber(
    name,
    unit,
    literalNumber("days"),
    `${what} in the past days, today included.`,
    `the customer's ${what.toLowerCase()} in the past {0} days`,
    ({ currentCustomer: { redemptions } }, days) => (redemptions ? read(redemptions, days) : null),
    { refuse: wholeNumber(1, MAX_PAST_DAYS) },
  );

export const redemptionFunctions: readonly ProfileFunction[] = [
  inPastDays("pointsRedeemedInPastDays", "points", "Points redeemed", (it, days) =>
    it.pointsInPastDays(days),
  ),
  inPastDays("numberOfRedemptionsInPastDays", "count", "Redemptions", (it, days) => it.countInPastDays(days)),
];
