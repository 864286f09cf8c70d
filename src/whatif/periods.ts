import { type Instant, localDate, parseDateTime, startOfDay } from "#platform";
import { errors } from "./errors.ts";

/** A period of whole local days, as it is asked for: both ends included. */
export interface PeriodInput {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** From one instant to before another. */
export interface Period {
  readonly from: Instant;
  readonly until: Instant;
}

const USUAL_MONTHS = 12;
export const MOST_MONTHS = 60;

/** The first day of the month that lies so many months after that of a day. */
const monthAfter = (day: string, months: number): string => {
  const [year, month] = day.split("-").map(Number);
  return new Date(Date.UTC(year!, month! - 1 + months, 1)).toISOString().slice(0, 10);
};

const dayOf = (field: string, value: string, timeZone: string): Instant => {
  const at = /^\d{4}-\d\d-\d\d$/.test(value) ? parseDateTime(value, { zone: timeZone }) : null;
  if (at === null) throw errors.bad_day({ field, value: value.slice(0, 40) });
  return at;
};

/**
 * The period to replay. What is not said is the last twelve full months that end with the newest bill: the month of that bill counts as
 * full once it is over. Errors: bad_day, period_reversed, period_too_long.
 */
export const periodOf = (
  { from, to }: PeriodInput,
  newestBill: Instant | null,
  { now, timeZone }: { readonly now: Instant; readonly timeZone: string },
): Period => {
  const end = to ?? lastFullDay(newestBill ?? now, now, timeZone);
  const until = startOfDay(dayOf("to", end, timeZone), timeZone, 1);
  const begin = from ?? monthAfter(localDate(until - 1, timeZone), 1 - USUAL_MONTHS);
  const start = dayOf("from", begin, timeZone);
  if (start >= until) throw errors.period_reversed({ field: "from", from: begin, to: end });
  if (localDate(start, timeZone) < monthAfter(localDate(until, timeZone), -MOST_MONTHS))
    throw errors.period_too_long({ field: "from", most: MOST_MONTHS });
  return { from: start, until };
};

/** The last day of the newest month that is over and has bills, or else lies before them. */
const lastFullDay = (newestBill: Instant, now: Instant, timeZone: string): string => {
  const [newest, today] = [localDate(newestBill, timeZone), localDate(now, timeZone)];
  const first = monthAfter(newest < today ? newest : today, newest.slice(0, 7) < today.slice(0, 7) ? 1 : 0);
  return new Date(Date.parse(first) - 1).toISOString().slice(0, 10);
};
