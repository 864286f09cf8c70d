/** How amounts and times read for one person in one organisation. */
export interface FormatSettings {
  /** Of the person, such as en-GB. */
  readonly locale: string;
  /** Of the organisation, such as Europe/London. */
  readonly timeZone: string;
  /** Of the organisation, such as GBP. */
  readonly currency: string;
}

type Moment = string | Date;

const MINUS = "\u2212";
const proper = (text: string): string => text.replace(/^-/, MINUS);

const asDate = (value: Moment): Date => (value instanceof Date ? value : new Date(value));

const numberFormats = (locale: string, currency: string) => {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
  const signed = new Intl.NumberFormat(locale, { maximumFractionDigits: 3, signDisplay: "exceptZero" });
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, {
    style: "percent",
    maximumFractionDigits: 1,
    signDisplay: "exceptZero",
  });
  const money = new Intl.NumberFormat(locale, { style: "currency", currency });
  const wholeMoney = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    maximumFractionDigits: 0,
  });
  const compactMoney = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    notation: "compact",
    maximumFractionDigits: 1,
  });
  return { number, signed, compact, percent, money, wholeMoney, compactMoney };
};

const timeFormats = (locale: string, timeZone: string) => {
  const day = new Intl.DateTimeFormat(locale, { timeZone, day: "numeric", month: "short", year: "numeric" });
  const longDay = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  });
  const weekday = new Intl.DateTimeFormat(locale, { timeZone, weekday: "long" });
  const clock = new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit" });
  const moment = new Intl.DateTimeFormat(locale, {
    timeZone,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
  const full = new Intl.DateTimeFormat(locale, {
    timeZone,
    dateStyle: "full",
    timeStyle: "medium",
  });
  const offset = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  const calendarDay = new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "numeric", month: "short" });
  const calendarMonth = new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: "short", year: "numeric" });
  const sortable = new Intl.DateTimeFormat("sv-SE", { timeZone });
  // "Tomorrow" is a day; but "next year" would be any day of it.
  const near = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const far = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  return {
    day,
    longDay,
    weekday,
    clock,
    moment,
    full,
    offset,
    calendarDay,
    calendarMonth,
    sortable,
    near,
    far,
  };
};

export type Format = ReturnType<typeof createFormat>;

/** Formatters for one locale, zone and currency; each is built once. */
export const createFormat = ({ locale, timeZone, currency }: FormatSettings) => {
  const { number, signed, compact, percent, money, wholeMoney, compactMoney } = numberFormats(
    locale,
    currency,
  );
  const {
    day,
    longDay,
    weekday,
    clock,
    moment,
    full,
    offset,
    calendarDay,
    calendarMonth,
    sortable,
    near,
    far,
  } = timeFormats(locale, timeZone);

  const offsetAt = (value: Moment): string =>
    offset.formatToParts(asDate(value)).find(({ type }) => type === "timeZoneName")?.value ?? "";

  return {
    locale,
    timeZone,
    currency,
    number: (value: number) => proper(number.format(value)),
    compact: (value: number) => proper(compact.format(value)),
    percent: (share: number) => proper(percent.format(share)),
    /** Points with the decimals they have. */
    points: (value: number) => proper(number.format(value)),
    signedPoints: (value: number) => proper(signed.format(value)),
    money: (value: number) => proper(money.format(value)),
    wholeMoney: (value: number) => proper(wholeMoney.format(value)),
    compactMoney: (value: number) => proper(compactMoney.format(value)),
    date: (value: Moment) => day.format(asDate(value)),
    longDate: (value: Moment) => longDay.format(asDate(value)),
    weekday: (value: Moment) => weekday.format(asDate(value)),
    time: (value: Moment) => clock.format(asDate(value)),
    dateTime: (value: Moment) => moment.format(asDate(value)),
    /** Everything there is to know about a moment: weekday, seconds, zone and offset. */
    fullTime: (value: Moment) => `${full.format(asDate(value))} (${timeZone}, ${offsetAt(value)})`,
    /** Calendar day of the organisation, as YYYY-MM-DD. */
    dayOf: (value: Moment) => sortable.format(asDate(value)),
    /** A day of a chart, given as YYYY-MM-DD or YYYY-MM. */
    chartDay: (date: string) =>
      date.length === 7 ? calendarMonth.format(new Date(`${date}-01`)) : calendarDay.format(new Date(date)),
    relative: (value: Moment, now: Date) => {
      const milliseconds = asDate(value).getTime() - now.getTime();
      return relativeTime(Math.abs(milliseconds) < FAR ? near : far, milliseconds);
    },
  };
};

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600_000],
  ["month", 2_629_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** From here on in months and years. */
const FAR = 2_629_800_000;

const relativeTime = (format: Intl.RelativeTimeFormat, milliseconds: number): string => {
  for (const [unit, length] of STEPS) {
    if (Math.abs(milliseconds) >= length) return format.format(Math.trunc(milliseconds / length), unit);
  }
  return format.format(0, "minute");
};

/** Of what a browser says of its languages, the first that can be used: some headless ones say `en-US@posix`. */
export const usableLocale = (languages: readonly string[]): string => {
  for (const language of languages) {
    try {
      return new Intl.Locale(language.replace(/[@.].*$/, "").replaceAll("_", "-")).toString();
    } catch {
      // Not a language tag at all: the next one.
    }
  }
  return "en-GB";
};

/** Bytes in the unit that reads best. */
export const bytesText = (bytes: number): string => {
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
};

/** Change against an earlier figure as a share of it; null when there is nothing to compare with. */
export const changeShare = (now: number, before: number | null | undefined): number | null =>
  before === null || before === undefined || before === 0 ? null : (now - before) / Math.abs(before);

/** "1 row", "2 rows". */
export const counted = (count: number, one: string, many = `${one}s`): string => (count === 1 ? one : many);

/** Up to two letters for a round picture. */
export const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => [...word][0]!.toUpperCase())
    .filter((_, index, all) => index === 0 || index === all.length - 1)
    .join("");
