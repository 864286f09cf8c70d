import { type Static, Type } from "@fastify/type-provider-typebox";
import { type Instant, parseDateTime, startOfDay } from "#platform";
import type { Problem } from "./problems.ts";

/** What a promised award waits for: exactly one of these. */
export const Delay = Type.Object(
  {
    days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650 })),
    date: Type.Optional(
      Type.String({
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        description: "YYYY-MM-DD, in the store's zone",
      }),
    ),
    returnableDays: Type.Optional(
      Type.Literal(true, { description: "The days for which each line of the bill may be returned" }),
    ),
  },
  { additionalProperties: false },
);
export type Delay = Static<typeof Delay>;

export const DelayFrom = Type.Union([Type.Literal("bill_date"), Type.Literal("processing_date")]);
export type DelayFrom = Static<typeof DelayFrom>;

/** What is wrong with a delay whose shape is right. */
export const delayProblems = (delay: Delay, path: string): Problem[] => {
  if (Object.keys(delay).length !== 1)
    return [{ path, message: "needs exactly one of days, date and returnableDays." }];
  if (delay.date !== undefined && parseDateTime(delay.date, { zone: "UTC" }) === null)
    return [{ path: `${path}.date`, message: "is no day of the calendar." }];
  return [];
};

export interface DelayMoment {
  readonly billedAt: Instant;
  readonly now: Instant;
  readonly timeZone: string;
  /** Of the line, or the longest of the bill's lines; lines that do not say have none. */
  readonly returnableDays: number;
}

/**
 * When promised points become regular: the midnight that begins the named date, or the morning after the last of the days
 * (points.md §2.1: a bill of 11 May and 3 days make 15 May). One that has passed already is now.
 */
export const conversionOf = (delay: Delay, from: DelayFrom, moment: DelayMoment): Instant => {
  const { billedAt, now, timeZone, returnableDays } = moment;
  if (delay.date !== undefined) return Math.max(parseDateTime(delay.date, { zone: timeZone }) ?? now, now);
  const days = delay.returnableDays === true ? returnableDays : (delay.days ?? 0);
  return Math.max(startOfDay(from === "bill_date" ? billedAt : now, timeZone, days + 1), now);
};
