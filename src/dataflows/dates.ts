import { type Instant, parseDateTime } from "#platform";
import type { DateFormat } from "./schema.ts";

export interface DateReading {
  readonly format: DateFormat;
  /** Zone of dates without an offset. */
  readonly zone: string;
  /** Days by which every date is moved on the calendar; clock times stay. */
  readonly shiftDays: number;
}

const PARTS =
  /^(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp][Mm])?)?$/;
const PLACES: Readonly<Record<Exclude<DateFormat, "iso">, readonly [number, number, number]>> = {
  dmy: [3, 2, 1],
  mdy: [3, 1, 2],
  ymd: [1, 2, 3],
};
const CALENDAR_DAY = /^(\d{4})-(\d{2})-(\d{2})/;
const two = (value: number | string): string => String(value).padStart(2, "0");

/** `29/03/2025 4:05 PM` → `2025-03-29 16:05:00`; null when it is not of that form. Whether the day exists is judged later. */
const toIso = (text: string, format: Exclude<DateFormat, "iso">): string | null => {
  const match = PARTS.exec(text);
  if (match === null) return null;
  const [year, month, day] = PLACES[format].map((place) => match[place]!) as [string, string, string];
  if (year.length !== 4 || month.length > 2 || day.length > 2) return null;
  let hour = Number(match[4] ?? 0);
  const half = match[7]?.toLowerCase();
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (half === "pm" ? 12 : 0);
  }
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${match[5] ?? "00"}:${match[6] ?? "00"}`;
};

const shifted = (text: string, days: number): string => {
  const match = CALENDAR_DAY.exec(text);
  if (match === null) return text;
  const moved = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + days));
  return moved.toISOString().slice(0, 10) + text.slice(10);
};

/**
 * A reader of one file's dates: the instant, or null when the text is no date of the format or names a day that does not
 * exist. Neighbouring rows often share a date, so the last one is remembered.
 */
export const dateReader = ({ format, zone, shiftDays }: DateReading): ((text: string) => Instant | null) => {
  let lastText = "";
  let last: Instant | null = null;
  const read = (text: string): Instant | null => {
    const iso = format === "iso" ? text : toIso(text, format);
    if (iso === null) return null;
    // Judged before it is moved: moving would turn 31 February into a day of March.
    const instant = parseDateTime(iso, { zone });
    return instant === null || shiftDays === 0 ? instant : parseDateTime(shifted(iso, shiftDays), { zone });
  };
  return (text) => {
    if (text !== lastText) {
      last = read(text);
      lastText = text;
    }
    return last;
  };
};

const LOOKS: Readonly<Record<DateFormat, string>> = {
  iso: "2025-03-29 16:05:00",
  dmy: "29/03/2025 16:05",
  mdy: "03/29/2025 16:05",
  ymd: "2025/03/29 16:05",
};

/** What a date of the format looks like, for messages. */
export const dateExample = (format: DateFormat): string => LOOKS[format];

/** The format that all samples fit, ISO first; undefined when none does. */
export const guessDateFormat = (samples: readonly string[]): DateFormat | undefined => {
  const given = samples.filter((text) => text !== "");
  if (given.length === 0) return undefined;
  return (["iso", "dmy", "mdy", "ymd"] as const).find((format) => {
    const read = dateReader({ format, zone: "UTC", shiftDays: 0 });
    return given.every((text) => read(text) !== null);
  });
};
