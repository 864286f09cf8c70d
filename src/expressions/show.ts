import { dayText } from "./dates.ts";
import type { TraceValue } from "./trace.ts";
import type { Unit } from "./types.ts";

export interface ExplainOptions {
  /** BCP 47 tag for the form of numbers; English when absent or unknown. */
  readonly locale?: string;
  /** Decimals that the currency has; 2 when absent. */
  readonly moneyDecimals?: number;
}

/** How values are written in sentences. */
export interface Show {
  /** A value that was found, amounts of money with the decimals of the currency. */
  found(value: TraceValue, unit: Unit | null): string;
  /** A value as the rule's author wrote it: a whole amount without decimals. */
  written(value: TraceValue, unit: Unit | null): string;
}

/** Money is kept two decimals finer than the currency. */
const FINER = 2;

export const showIn = ({ locale = "en", moneyDecimals = 2 }: ExplainOptions): Show => {
  const decimals: Readonly<Record<Unit | "plain", readonly [least: number, most: number]>> = {
    money: [moneyDecimals, moneyDecimals + FINER],
    points: [0, 3],
    count: [0, 3],
    plain: [0, 6],
  };
  const formats = new Map<string, Intl.NumberFormat>();
  const number = (value: number, unit: Unit | "plain", isWhole: boolean): string => {
    const [least, most] = decimals[unit];
    const key = `${unit} ${isWhole}`;
    const minimumFractionDigits = isWhole ? 0 : least;
    const format =
      formats.get(key) ?? numberFormat(locale, { minimumFractionDigits, maximumFractionDigits: most });
    formats.set(key, format);
    return format.format(value);
  };
  const show = (value: TraceValue, unit: Unit | null, isWritten: boolean): string => {
    if (value === null) return "not known";
    if (typeof value === "number")
      return number(value, unit ?? "plain", isWritten && Number.isInteger(value));
    if (typeof value === "boolean") return String(value);
    return isDateText(value) ? momentText(value) : `"${value}"`;
  };
  return {
    found: (value, unit) => show(value, unit, false),
    written: (value, unit) => (typeof value === "string" ? `"${value}"` : show(value, unit, true)),
  };
};

/** An unknown locale falls back to English instead of failing an explanation. */
const numberFormat = (locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  try {
    return new Intl.NumberFormat(locale, options);
  } catch {
    return new Intl.NumberFormat("en", options);
  }
};

const DATE = /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d):\d\d$/;
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** True for a date as traces keep it. */
export const isDateText = (value: TraceValue): boolean => typeof value === "string" && DATE.test(value);

/** `2025-05-03 14:20:05` as "Saturday 3 May 2025 14:20". */
const momentText = (text: string): string => {
  const [, year, month, day, time] = DATE.exec(text) ?? [];
  const weekday = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay();
  return `${DAYS[weekday]} ${dayText(Number(year), Number(month), Number(day))} ${time}`;
};
