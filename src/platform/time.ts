import { IANAZone } from "luxon";

/** Milliseconds since 1970 UTC. */
export type Instant = number;

const QUARTER_HOUR = 900_000;
const MAX_CACHED = 100_000;
const offsets = new Map<string, Map<number, number>>();

/** Minutes east of UTC in an IANA zone at an instant. Cached by quarter hour, the finest step at which any zone has changed. */
export const zoneOffset = (zone: string, instant: Instant): number => {
  let cache = offsets.get(zone);
  if (cache === undefined || cache.size > MAX_CACHED) {
    cache = new Map();
    offsets.set(zone, cache);
  }
  const bucket = Math.floor(instant / QUARTER_HOUR);
  let offset = cache.get(bucket);
  if (offset === undefined) {
    offset = IANAZone.create(zone).offset(bucket * QUARTER_HOUR);
    cache.set(bucket, offset);
  }
  return offset;
};

export const isZone = (zone: string): boolean => IANAZone.isValidZone(zone);

/** The instant at which clocks of the zone show these parts; a time that a clock change skips moves forward by the gap. */
const fromLocal = (local: number, zone: string): Instant => {
  const guess = local - zoneOffset(zone, local) * 60_000;
  const offset = zoneOffset(zone, guess);
  const second = local - offset * 60_000;
  // Around a change the first guess may use the other side's offset: take what reads back right, and for a time that the
  // change skips the later of the two.
  return zoneOffset(zone, second) === offset ? second : Math.max(guess, second);
};

export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Sunday = 1. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** What clocks of the zone show at an instant. */
export const localTime = (instant: Instant, zone: string): LocalTime => {
  const date = new Date(instant + zoneOffset(zone, instant) * 60_000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay() + 1,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
};

/** The calendar day in a zone, as YYYY-MM-DD. */
export const localDate = (instant: Instant, zone: string): string =>
  new Date(instant + zoneOffset(zone, instant) * 60_000).toISOString().slice(0, 10);

/** The last second of the local day `months` calendar months later; a day that the month lacks becomes its last (31 Jan + 1 → 28 Feb). */
export const endOfDayAfterMonths = (instant: Instant, months: number, zone: string): Instant => {
  const { year, month, day } = localTime(instant, zone);
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return fromLocal(first.getTime() + (Math.min(day, lastDay) - 1) * 86_400_000 + 86_399_000, zone);
};

/** Midnight that begins the local day of an instant, plus `days`. */
export const startOfDay = (instant: Instant, zone: string, days = 0): Instant => {
  const { year, month, day } = localTime(instant, zone);
  return fromLocal(Date.UTC(year, month - 1, day + days), zone);
};

/** Until when every zone writes the year with four digits: none is more than 14 hours ahead. */
const LAST_INSTANT = Date.UTC(10_000, 0, 1) - 14 * 3_600_000;

/** The last second of the local day of an instant. The last day of all, by which "never" is often meant, ends some hours early. */
export const lastSecondOfDay = (instant: Instant, zone: string): Instant =>
  Math.min(startOfDay(instant, zone, 1), LAST_INSTANT) - 1000;

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

export interface DateRules {
  /** Zone in which a time without an offset is meant. */
  readonly zone: string;
  /** v1.1: an offset in the text is ignored and the clock time is taken in `zone`. */
  readonly ignoreOffset?: boolean;
}

/**
 * Reads `2025-03-04T18:20:05+07:00`, `…Z`, `2025-03-04 18:20:05`, with or without fractions of a second, and
 * `2025-03-04` (midnight). Null when the text is none of these or names a day or time that does not exist.
 */
export const parseDateTime = (text: string, { zone, ignoreOffset = false }: DateRules): Instant | null => {
  const match = DATE_TIME.exec(text.trim());
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || year < 1) return null;
  const local = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  local.setUTCFullYear(year, month - 1, day);
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return null;
  const milliseconds = match[7] === undefined ? 0 : Math.floor(Number(`0.${match[7]}`) * 1000);
  const clock = local.getTime() + milliseconds;
  const offset = ignoreOffset ? undefined : match[8];
  if (offset === undefined) return withinYears(zone === "UTC" ? clock : fromLocal(clock, zone));
  const minutes = offsetMinutes(offset);
  return minutes === null ? null : withinYears(clock - minutes * 60_000);
};

const YEAR_1 = new Date("0001-01-01T00:00:00Z").getTime();
const YEAR_10000 = Date.UTC(10_000, 0, 1);

/** An offset can move a time out of the years that are written with four digits, and other years PostgreSQL reads otherwise. */
const withinYears = (instant: Instant): Instant | null =>
  instant >= YEAR_1 && instant < YEAR_10000 ? instant : null;

const offsetMinutes = (text: string): number | null => {
  if (text === "Z" || text === "z") return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(":", "") || 0);
  if (hours > 18 || minutes > 59) return null;
  return (text[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
};

const two = (value: number) => String(value).padStart(2, "0");

/** v2 form: `2025-03-04T18:20:05+07:00` in the zone. */
export const formatIso = (instant: Instant, zone: string): string => {
  const offset = zoneOffset(zone, instant);
  const magnitude = Math.abs(offset);
  const clock = new Date(instant + offset * 60_000).toISOString().slice(0, 19);
  return `${clock}${offset < 0 ? "-" : "+"}${two(Math.floor(magnitude / 60))}:${two(magnitude % 60)}`;
};

/** v1.1 form: `2025-03-04 18:20:05` in the zone, without an offset. */
export const formatPlain = (instant: Instant, zone: string): string =>
  new Date(instant + zoneOffset(zone, instant) * 60_000).toISOString().slice(0, 19).replace("T", " ");

/** Ledger form: `2025-03-04 18:20:05.0`. */
export const formatLedger = (instant: Instant, zone: string): string => `${formatPlain(instant, zone)}.0`;
