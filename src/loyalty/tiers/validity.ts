import { endOfDayAfterMonths, type Instant, localTime, parseDateTime, startOfDay } from "#platform";
import type { Extension } from "./rules.ts";

/** How long a tier lasts (tiers.md §3.1). */
export type Validity =
  | { readonly kind: "months"; readonly months: number }
  | { readonly kind: "registration_date"; readonly minimumMonths: number }
  | {
      readonly kind: "fixed_date";
      readonly month: number;
      readonly day: number;
      readonly minimumMonths: number;
    };

const DAY_MS = 86_400_000;
const MONTHS_OF_YEAR = 12;

/** When and by whom a tier is held; days are those of `timeZone`. */
export interface Holding {
  readonly joinedAt: Instant;
  readonly timeZone: string;
}

/** The last second of a tier that is entered then; null: it does not end. */
export const endOfTier = (
  validity: Validity | null,
  enteredAt: Instant,
  { joinedAt, timeZone }: Holding,
): Instant | null => {
  if (validity === null) return null;
  if (validity.kind === "months") return endOfDayAfterMonths(enteredAt, validity.months, timeZone);
  const { month, day } = yearlyDay(validity, joinedAt, timeZone);
  // A day within the minimum is passed over.
  const from =
    validity.minimumMonths === 0
      ? enteredAt
      : startOfDay(endOfDayAfterMonths(enteredAt, validity.minimumMonths, timeZone), timeZone, -1);
  return endOfNextDay(from, month, day, timeZone);
};

/** The day of the year on which a tier ends. */
const yearlyDay = (
  validity: Exclude<Validity, { kind: "months" }>,
  joinedAt: Instant,
  timeZone: string,
): { month: number; day: number } =>
  validity.kind === "fixed_date" ? validity : localTime(joinedAt, timeZone);

const lastDayOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The end of a day of the year, the first after the local day of an instant; 29 February is the 28th in a common year. */
const endOfNextDay = (after: Instant, month: number, day: number, timeZone: string): Instant => {
  const local = localTime(after, timeZone);
  const today = Date.UTC(local.year, local.month - 1, local.day);
  const dateIn = (year: number) => Date.UTC(year, month - 1, Math.min(day, lastDayOf(year, month)));
  const date = dateIn(local.year) > today ? dateIn(local.year) : dateIn(local.year + 1);
  return startOfDay(after, timeZone, Math.round((date - today) / DAY_MS) + 1) - 1000;
};

/** A tier that ended and is renewed. */
export interface Renewed extends Holding {
  readonly expiresAt: Instant;
  readonly enteredAt: Instant;
}

/** The last second of a tier that is renewed when it ends: counted from that day, however late it is looked at. */
export const endOfRenewed = (
  validity: Validity,
  extend: Extension,
  { expiresAt, enteredAt, joinedAt, timeZone }: Renewed,
): Instant => {
  if (validity.kind !== "months") {
    const { month, day } = yearlyDay(validity, joinedAt, timeZone);
    return endOfNextDay(expiresAt, month, day, timeZone);
  }
  switch (extend.by) {
    case "one_month":
      return oneMonthOn(expiresAt, enteredAt, timeZone);
    case "validity":
      return endOfDayAfterMonths(expiresAt, validity.months, timeZone);
    case "fixed_date": {
      const start = parseDateTime(extend.date, { zone: timeZone }) ?? expiresAt;
      // The date is to be set anew each year; one that was forgotten goes on in steps of the validity.
      for (let months = validity.months; ; months += validity.months) {
        const end = endOfDayAfterMonths(start, months, timeZone);
        if (end > expiresAt) return end;
      }
    }
  }
};

/** Months are counted from the day the tier was entered on, where it ends on such a day, so that a 31st stays one. */
const oneMonthOn = (expiresAt: Instant, enteredAt: Instant, timeZone: string): Instant => {
  const [from, to] = [localTime(enteredAt, timeZone), localTime(expiresAt, timeZone)];
  const months = (to.year - from.year) * MONTHS_OF_YEAR + to.month - from.month;
  return endOfDayAfterMonths(enteredAt, months, timeZone) === expiresAt
    ? endOfDayAfterMonths(enteredAt, months + 1, timeZone)
    : endOfDayAfterMonths(expiresAt, 1, timeZone);
};

/** A stretch of local days: from the first instant of one up to the end of another. */
export interface LookBack {
  readonly from: Instant;
  /** The last second. */
  readonly to: Instant;
}

/**
 * What a renewal looks back on: the validity that ends, from the morning after the day on which it began. A tier that was never renewed is
 * judged from the day it was entered; later on a check looks back a full validity.
 */
export const lookBackOf = (
  validity: Validity | null,
  {
    expiresAt,
    enteredAt,
    timeZone,
    wasRenewed,
  }: Omit<Renewed, "joinedAt"> & { readonly wasRenewed: boolean },
): LookBack => {
  if (!wasRenewed) return { from: startOfDay(enteredAt, timeZone, 1), to: expiresAt };
  const months = validity?.kind === "months" ? validity.months : MONTHS_OF_YEAR;
  return { from: startOfDay(endOfDayAfterMonths(expiresAt, -months, timeZone), timeZone, 1), to: expiresAt };
};

/**
 * Before which end a tier is judged now. Monthly checks judge on the last day of the month what ended before it, and the rest of the month
 * once it is over; daily ones the day after.
 */
export const judgedBefore = (check: "monthly" | "daily", now: Instant, timeZone: string): Instant => {
  const today = startOfDay(now, timeZone);
  if (check === "daily") return today;
  const { year, month, day } = localTime(now, timeZone);
  return day === lastDayOf(year, month) ? today : startOfDay(now, timeZone, 1 - day);
};
