import { DAY, dayText, monthDay, partsOf } from "../programs/calendar.ts";

/** Over which days a case sums (tiers.md §5.1). Days and months are those of the store's clock. */
export type Window =
  /** So many days that end with the day itself. */
  | { readonly kind: "moving_days"; readonly length: number }
  /** From the first of the month so many months back to the end of the current one; 0: the current month. */
  | { readonly kind: "moving_months"; readonly length: number }
  /** Cycles that begin with the member's first event. */
  | { readonly kind: "cyclic"; readonly length: number; readonly unit: "days" | "months" }
  /** Cycles that begin with a day, the same for all. */
  | { readonly kind: "calendar"; readonly months: number; readonly startsOn: string }
  /** Since the member's tier changed last. */
  | { readonly kind: "tier_change" };

/** First and last day, YYYY-MM-DD, both within; null: not bounded by days. */
export interface Span {
  readonly from: string | null;
  readonly to: string | null;
}

/** The days that count for an event on `day`; `firstOn` is the day of the member's first event, the day itself where it is that. */
export const windowOn = (window: Window, day: string, firstOn: string | null): Span => {
  switch (window.kind) {
    case "moving_days":
      return { from: daysAfter(day, 1 - window.length), to: day };
    case "moving_months": {
      const [year, month] = partsOf(day);
      return {
        from: dayText(monthDay(year, month - window.length, 1)),
        to: dayText(monthDay(year, month, 31)),
      };
    }
    case "cyclic":
      return window.unit === "days"
        ? cycleOfDays(firstOn ?? day, day, window.length)
        : cycleOfMonths(firstOn ?? day, day, window.length);
    case "calendar":
      return cycleOfMonths(window.startsOn, day, window.months);
    case "tier_change":
      return { from: null, to: null };
  }
};

/** The earliest day that could count for an event on `day`, whoever the member is; null: days do not bound it. */
export const earliestDay = (window: Window, day: string): string | null => {
  if (window.kind !== "cyclic") return windowOn(window, day, null).from;
  if (window.unit === "days") return daysAfter(day, 1 - window.length);
  const [year, month, date] = partsOf(day);
  return dayText(monthDay(year, month - window.length, date));
};

/** The last day on which what was counted on `day` still counts; null: days do not end it. */
export const countsUntil = (window: Window, day: string, firstOn: string | null): string | null => {
  switch (window.kind) {
    case "moving_days":
      return daysAfter(day, window.length - 1);
    case "moving_months": {
      const [year, month] = partsOf(day);
      return dayText(monthDay(year, month + window.length, 31));
    }
    default:
      return windowOn(window, day, firstOn).to;
  }
};

/** Number of days of a window around a day; null: days do not bound it. */
export const daysOf = ({ from, to }: Span): number | null =>
  from === null || to === null ? null : (Date.parse(to) - Date.parse(from)) / DAY + 1;

export const daysAfter = (day: string, days: number): string => dayText(Date.parse(day) + days * DAY);

const cycleOfDays = (first: string, day: string, length: number): Span => {
  const begin = Date.parse(first);
  const cycles = Math.floor((Date.parse(day) - begin) / (length * DAY));
  const from = begin + cycles * length * DAY;
  return { from: dayText(from), to: dayText(from + (length - 1) * DAY) };
};

const cycleOfMonths = (first: string, day: string, months: number): Span => {
  const [year, month, date] = partsOf(first);
  const [thisYear, thisMonth] = partsOf(day);
  const beginOf = (cycle: number) => monthDay(year, month + cycle * months, date);
  let cycle = Math.floor(((thisYear - year) * 12 + thisMonth - month) / months);
  if (beginOf(cycle) > Date.parse(day)) cycle--;
  return { from: dayText(beginOf(cycle)), to: dayText(beginOf(cycle + 1) - DAY) };
};
