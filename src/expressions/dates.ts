import type { Facts, LocalTime } from "./facts.ts";

/** Calendar arithmetic on local days. Days are counted from 1970-01-01; everything here is pure and bounded. */
const DAY_MS = 86_400_000;

export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const dayNumber = (year: number, month: number, day: number): number =>
  Math.round(Date.UTC(year, month - 1, day) / DAY_MS);

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** True for a day that the calendar has, in the years 1900–9999 (Date.UTC reads smaller ones as two digits). */
export const isCalendarDay = (year: number, month: number, day: number): boolean =>
  year >= 1900 &&
  year <= 9999 &&
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  day <= LENGTHS[month - 1]! + (month === 2 && isLeap(year) ? 1 : 0);

const yearFirst = /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]|$)/;
const dayFirst = /^(\d{1,2})([-/])(\d{1,2})\2(\d{4})(?:[T ]|$)/;

/** The calendar day that a text starts with: `YYYY-MM-DD` or `DD-MM-YYYY`, also with slashes; null when it is none. */
export const parseDay = (text: string): CalendarDay | null => {
  const trimmed = text.trim().slice(0, 11);
  const first = yearFirst.exec(trimmed);
  const match = first ?? dayFirst.exec(trimmed);
  if (match === null) return null;
  const year = Number(match[first === null ? 4 : 1]);
  const month = Number(match[3]);
  const day = Number(match[first === null ? 1 : 4]);
  return isCalendarDay(year, month, day) ? { year, month, day } : null;
};

const anniversary = (year: number, { month, day }: CalendarDay): number =>
  dayNumber(year, month, month === 2 && day === 29 && !isLeap(year) ? 28 : day);

/**
 * Shortest distance in days between two month-days, the turn of the year included. It is counted around the later of the two
 * dates, so that a birthday is compared in the year of the purchase; 29 February counts as 28 in common years.
 */
export const yearlyDistance = (one: CalendarDay, two: CalendarDay): number => {
  const isOneLater = dayNumber(one.year, one.month, one.day) >= dayNumber(two.year, two.month, two.day);
  const later = isOneLater ? one : two;
  const earlier = isOneLater ? two : one;
  const day = dayNumber(later.year, later.month, later.day);
  let distance = Number.POSITIVE_INFINITY;
  for (let year = later.year - 1; year <= later.year + 1; year += 1)
    distance = Math.min(distance, Math.abs(anniversary(year, earlier) - day));
  return distance;
};

/** Wall clock as one ascending number, YYYYMMDDhhmmss. */
export const clockNumber = (local: LocalTime): number =>
  clockNumberOf(local.year, local.month, local.day, local.hour, local.minute, local.second);
export const clockNumberOf = (
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number => ((((year * 100 + month) * 100 + day) * 100 + hour) * 100 + minute) * 100 + second;

const instantText = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?Z$/;
const dayOnlyText = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Instant of a date kept as text (see ExtendedFieldFacts): epoch milliseconds, NaN when it is no date. */
export const instantOf = (text: string, facts: Facts): number => {
  const whole = text.length > 30 ? null : (instantText.exec(text) ?? dayOnlyText.exec(text));
  if (whole === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = whole.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number?,
    number?,
    number?,
  ];
  if (!isCalendarDay(year, month, day)) return Number.NaN;
  if (hour === undefined) return startOfDay(year, month, day, facts);
  if (hour > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return Number.NaN;
  const milliseconds = Number((whole[7] ?? "").padEnd(3, "0"));
  return Date.UTC(year, month - 1, day, hour, minute, second ?? 0, milliseconds);
};

/** Local midnight: the UTC one moved by the zone's offset there, looked at twice because the move may cross a change of it. */
const startOfDay = (year: number, month: number, day: number, facts: Facts): number => {
  const midnight = Date.UTC(year, month - 1, day);
  let instant = midnight;
  for (let turn = 0; turn < 2; turn += 1) {
    const local = facts.localTime(instant);
    const asUtc = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second);
    instant = midnight - (asUtc - instant);
  }
  return instant;
};

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** Local wall clock as sortable text, `YYYY-MM-DD hh:mm:ss`: how traces keep dates. */
export const localText = (instant: number, facts: Facts): string => {
  const { year, month, day, hour, minute, second } = facts.localTime(instant);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** A day for people, such as "30 Nov 2027". */
export const dayText = (year: number, month: number, day: number): string =>
  `${day} ${MONTHS[month - 1] ?? month} ${year}`;
