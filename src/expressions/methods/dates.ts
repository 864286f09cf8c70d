import { type Cell, logicCell, numberCell, numberOf, textOf } from "../cells.ts";
import { clockNumber, clockNumberOf, dayNumber, isCalendarDay, parseDay, yearlyDistance } from "../dates.ts";
import type { Constant, Parameter } from "../definitions.ts";
import type { LocalTime } from "../facts.ts";
import type { Method } from "../methods.ts";

type Constants = readonly (Constant | null)[];

const onDate = { on: ["date"] } as const;
const otherDate: readonly Parameter[] = [{ name: "date", type: "date" }];
const integer = (name: string, optional = false): Parameter => ({
  name,
  type: "number",
  literal: true,
  optional,
});
const moment: readonly Parameter[] = [
  integer("year"),
  integer("month"),
  integer("day"),
  integer("hour", true),
  integer("minute", true),
  integer("second", true),
];

/** A number read off the wall clock of the receiver. */
const clockPart =
  (part: (local: LocalTime) => number) =>
  (receiver: Cell): Cell => {
    const run = numberOf(receiver);
    return numberCell((facts) => {
      const instant = run(facts);
      return instant === null || Number.isNaN(instant) ? instant : part(facts.localTime(instant));
    });
  };

/** A condition on the wall clock of the receiver; false for null. */
const clockTest = (receiver: Cell, holds: (local: LocalTime) => boolean): Cell => {
  const run = numberOf(receiver);
  return logicCell((facts) => {
    const instant = run(facts);
    if (instant === null) return 0;
    if (Number.isNaN(instant)) return 2;
    return holds(facts.localTime(instant)) ? 1 : 0;
  });
};

/** A distance between the receiver and another date. */
const between = (
  receiver: Cell,
  argument: Cell | null | undefined,
  distance: (one: number, two: number, localTime: (instant: number) => LocalTime) => number,
): Cell => {
  const run = numberOf(receiver);
  const other = numberOf(argument ?? undefined);
  return numberCell((facts) => {
    const one = run(facts);
    const two = other(facts);
    if (Number.isNaN(one) || Number.isNaN(two)) return Number.NaN;
    return one === null || two === null ? null : distance(one, two, facts.localTime);
  });
};

const dayOf = ({ year, month, day }: LocalTime): number => dayNumber(year, month, day);

const part = (constants: Constants, index: number): number => Number(constants[index] ?? 0);
const clockOf = (constants: Constants): number =>
  clockNumberOf(
    part(constants, 0),
    part(constants, 1),
    part(constants, 2),
    part(constants, 3),
    part(constants, 4),
    part(constants, 5),
  );
const isWithin = (value: number, last: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= last;

const refuseMoment = (constants: Constants): string | null => {
  const [year, month, day, hour, minute, second] = [0, 1, 2, 3, 4, 5].map((i) => part(constants, i));
  const isDay = [year, month, day].every(Number.isInteger) && isCalendarDay(year!, month!, day!);
  if (!isDay) return "expected year, month (1 to 12) and day of an existing date, such as 2025, 3, 31";
  return isWithin(hour!, 23) && isWithin(minute!, 59) && isWithin(second!, 59)
    ? null
    : "expected hour (0 to 23), minute and second (0 to 59)";
};

const refuseHours = (constants: Constants): string | null =>
  isWithin(part(constants, 0), 24) && isWithin(part(constants, 1), 24)
    ? null
    : "expected two hours from 0 to 24";

const refuseTimes = (constants: Constants): string | null => {
  const [h1, m1, h2, m2] = [0, 1, 2, 3].map((i) => part(constants, i));
  const isTime = (hour: number, minute: number) =>
    isWithin(hour, 24) && isWithin(minute, 59) && hour * 60 + minute <= 1440;
  return isTime(h1!, m1!) && isTime(h2!, m2!)
    ? null
    : "expected hour (0 to 24), minute (0 to 59), hour and minute";
};

/** Start included, end excluded; a start after the end spans midnight; equal ends are never. */
const isMinuteBetween = (minute: number, start: number, end: number): boolean =>
  start <= end ? minute >= start && minute < end : minute >= start || minute < end;
const minuteOf = ({ hour, minute }: LocalTime): number => hour * 60 + minute;

const numeric = { ...onDate, result: "number", parameters: [] } as const;
const logical = { ...onDate, result: "boolean", parameters: [] } as const;

const partMethods: readonly Method[] = [
  {
    ...numeric,
    name: "day",
    doc: "Day of the week: Sunday is 1, Saturday 7.",
    wording: { says: "the day of the week (Sunday is 1) of {it}" },
    bind: clockPart((local) => local.weekday),
  },
  {
    ...numeric,
    name: "dayOfMonth",
    doc: "Day of the month, 1 to 31.",
    wording: { says: "the day of the month of {it}" },
    bind: clockPart((local) => local.day),
  },
  {
    ...numeric,
    name: "month",
    doc: "Month, 1 to 12.",
    wording: { says: "the month of {it}" },
    bind: clockPart((local) => local.month),
  },
  {
    ...numeric,
    name: "year",
    doc: "Year, four digits.",
    wording: { says: "the year of {it}" },
    bind: clockPart((local) => local.year),
  },
];

const distanceMethods: readonly Method[] = [
  {
    ...numeric,
    name: "dateDiff",
    parameters: otherDate,
    doc: "Days between the two local dates, never negative.",
    wording: { says: "the number of days between {it} and {0}" },
    bind: (receiver, { cells }) =>
      between(receiver, cells[0], (one, two, localTime) =>
        Math.abs(dayOf(localTime(one)) - dayOf(localTime(two))),
      ),
  },
  {
    ...numeric,
    name: "daysDiff",
    parameters: otherDate,
    doc: "Days between the two local dates whatever their years: the shorter way round the year.",
    wording: { says: "the number of days of the year between {it} and {0}" },
    bind: (receiver, { cells }) =>
      between(receiver, cells[0], (one, two, localTime) => yearlyDistance(localTime(one), localTime(two))),
  },
  {
    ...numeric,
    name: "daysDiffFromString",
    parameters: [{ name: "text", type: "string" }],
    doc: "As daysDiff, from a date kept as text (YYYY-MM-DD or DD-MM-YYYY, also with slashes).",
    wording: { says: "the number of days of the year between {it} and {0}" },
    bind: (receiver, { cells }) => {
      const run = numberOf(receiver);
      const other = textOf(cells[0] ?? undefined);
      return numberCell((facts) => {
        const instant = run(facts);
        const text = other(facts);
        if (Number.isNaN(instant) || text === undefined) return Number.NaN;
        if (instant === null || text === null || text === "") return null;
        const day = parseDay(text);
        return day === null ? Number.NaN : yearlyDistance(facts.localTime(instant), day);
      });
    },
  },
  {
    ...numeric,
    name: "minutesDiff",
    parameters: otherDate,
    doc: "Whole minutes between the two, never negative.",
    wording: { says: "the number of minutes between {it} and {0}" },
    bind: (receiver, { cells }) =>
      between(receiver, cells[0], (one, two) => Math.floor(Math.abs(one - two) / 60_000)),
  },
];

const testMethods: readonly Method[] = [
  {
    ...logical,
    name: "isValid",
    doc: "True when there is a date.",
    wording: { says: "{it} is a date", denies: "{it} is not a date" },
    bind: (receiver) => {
      const run = numberOf(receiver);
      return logicCell((facts) => {
        const instant = run(facts);
        return instant === null || Number.isNaN(instant) ? 0 : 1;
      });
    },
  },
  {
    ...logical,
    name: "isAfter",
    parameters: moment,
    doc: "True when the local time is after the given one; without hour, minute and second after that day's midnight.",
    wording: { says: "{it} is after {moment}", denies: "{it} is not after {moment}" },
    refuse: refuseMoment,
    bind: (receiver, { constants }) => {
      const clock = clockOf(constants);
      return clockTest(receiver, (local) => clockNumber(local) > clock);
    },
  },
  {
    ...logical,
    name: "isBefore",
    parameters: moment,
    doc: "True when the local time is before the given one; without hour, minute and second before that day's midnight.",
    wording: { says: "{it} is before {moment}", denies: "{it} is not before {moment}" },
    refuse: refuseMoment,
    bind: (receiver, { constants }) => {
      const clock = clockOf(constants);
      return clockTest(receiver, (local) => clockNumber(local) < clock);
    },
  },
  {
    ...logical,
    name: "isHourBetween",
    parameters: [integer("start"), integer("end")],
    doc: "True from the first hour up to, not including, the second; a start after the end spans midnight.",
    wording: { says: "{it} is between {0}:00 and {1}:00", denies: "{it} is not between {0}:00 and {1}:00" },
    refuse: refuseHours,
    bind: (receiver, { constants }) => {
      const [start, end] = [part(constants, 0) * 60, part(constants, 1) * 60];
      return clockTest(receiver, (local) => isMinuteBetween(minuteOf(local), start, end));
    },
  },
  {
    ...logical,
    name: "isTimeBetween",
    parameters: [integer("startHour"), integer("startMinute"), integer("endHour"), integer("endMinute")],
    doc: "True from the first time up to, not including, the second; a start after the end spans midnight.",
    wording: {
      says: "{it} is between {0}:{1} and {2}:{3}",
      denies: "{it} is not between {0}:{1} and {2}:{3}",
    },
    refuse: refuseTimes,
    bind: (receiver, { constants }) => {
      const start = part(constants, 0) * 60 + part(constants, 1);
      const end = part(constants, 2) * 60 + part(constants, 3);
      return clockTest(receiver, (local) => isMinuteBetween(minuteOf(local), start, end));
    },
  },
  {
    ...logical,
    name: "isWeekday",
    doc: "True from Monday to Friday.",
    wording: { says: "{it} is on a weekday", denies: "{it} is not on a weekday" },
    bind: (receiver) => clockTest(receiver, ({ weekday }) => weekday >= 2 && weekday <= 6),
  },
  {
    ...logical,
    name: "isWeekend",
    doc: "True on Saturday and Sunday.",
    wording: { says: "{it} is on a weekend", denies: "{it} is not on a weekend" },
    bind: (receiver) => clockTest(receiver, ({ weekday }) => weekday === 1 || weekday === 7),
  },
];

export const dateMethods: readonly Method[] = [...partMethods, ...distanceMethods, ...testMethods];
