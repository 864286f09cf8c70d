import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  endOfDayAfterMonths,
  formatIso,
  formatPlain,
  lastSecondOfDay,
  localDate,
  localTime,
  parseDateTime,
  startOfDay,
} from "./time.ts";

const utc = (text: string) => Date.parse(text);

describe("reading dates", () => {
  test.each([
    ["2025-03-04T18:20:05+07:00", "2025-03-04T11:20:05Z"],
    ["2025-03-04T18:20:05Z", "2025-03-04T18:20:05Z"],
    ["2025-03-04T18:20:05", "2025-03-04T18:20:05Z"],
    ["2025-03-04 18:20:05", "2025-03-04T18:20:05Z"],
    ["2025-03-04T18:20", "2025-03-04T18:20:00Z"],
    ["2025-03-04T18:20:05.250Z", "2025-03-04T18:20:05.250Z"],
    ["2025-03-04T18:20:05-0530", "2025-03-04T23:50:05Z"],
    ["2025-03-04T18:20:05+07", "2025-03-04T11:20:05Z"],
    ["2025-03-04", "2025-03-04T00:00:00Z"],
    ["2024-02-29", "2024-02-29T00:00:00Z"],
  ])("%s", (text, expected) => {
    expect(parseDateTime(text, { zone: "UTC" })).toBe(utc(expected));
  });

  test.each([
    ["2025-02-29"],
    ["2025-13-01"],
    ["2025-00-10"],
    ["2025-04-31"],
    ["2025-01-01T24:00:00Z"],
    ["2025-01-01T10:60:00Z"],
    ["2025-01-01T10:00:00+25:00"],
    ["04/03/2025"],
    ["yesterday"],
    [""],
    ["2025-03-04T18:20:05+07:00; drop table x"],
  ])("%s does not exist", (text) => {
    expect(parseDateTime(text, { zone: "UTC" })).toBeNull();
  });

  test("v1.1 ignores the offset and takes the clock time in the zone", () => {
    const rules = { zone: "Asia/Manila", ignoreOffset: true };
    expect(parseDateTime("2025-03-04T09:15:00+10:00", rules)).toBe(utc("2025-03-04T01:15:00Z"));
  });

  test.each([
    // A time that the change of clocks skips is the later of the two, one that comes twice the first.
    ["Europe/London", "2026-03-29T01:30:00", "2026-03-29T01:30:00Z"],
    ["Africa/Cairo", "2026-04-24T00:00:00", "2026-04-23T22:00:00Z"],
    ["America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"],
    ["America/New_York", "2026-07-01T12:00:00", "2026-07-01T16:00:00Z"],
  ])("in %s %s", (zone, text, expected) => {
    expect(new Date(parseDateTime(text, { zone })!).toISOString()).toBe(new Date(expected).toISOString());
  });
});

const ZONES = [
  "UTC",
  "Europe/London",
  "Asia/Kolkata",
  "America/New_York",
  "Africa/Cairo",
  "Pacific/Apia",
  "Australia/Lord_Howe",
];

describe("local time", () => {
  test("what is written with an offset is read back", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: utc("1990-01-01"), max: utc("2037-12-31") }),
        fc.constantFrom(...ZONES),
        (instant, zone) => {
          const whole = Math.floor(instant / 1000) * 1000;
          expect(parseDateTime(formatIso(whole, zone), { zone: "UTC" })).toBe(whole);
          expect(formatPlain(whole, zone).slice(0, 10)).toBe(localDate(whole, zone));
        },
      ),
    );
  });

  test("a day begins at its first moment, whatever the clocks do", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: utc("2000-01-01"), max: utc("2037-12-31") }),
        fc.constantFrom(...ZONES),
        (instant, zone) => {
          const start = startOfDay(instant, zone);
          expect(localDate(start, zone)).toBe(localDate(instant, zone));
          expect(localDate(start - 1000, zone) < localDate(instant, zone)).toBe(true);
          expect(start).toBeLessThanOrEqual(instant);
        },
      ),
    );
  });

  test.each([
    ["2026-03-29", "Europe/London", "2026-03-29T22:59:59Z"],
    ["2026-10-25", "Europe/London", "2026-10-25T23:59:59Z"],
    ["9999-12-31", "America/New_York", "9999-12-31T09:59:59Z"],
    ["9999-12-31", "Pacific/Kiritimati", "9999-12-31T09:59:59Z"],
    ["9999-12-30", "America/New_York", "9999-12-31T04:59:59Z"],
  ])("the last second of %s in %s", (day, zone, expected) => {
    const end = lastSecondOfDay(parseDateTime(day, { zone })!, zone);
    expect(end).toBe(utc(expected));
    // Whoever looks from wherever sees a year of four digits.
    for (const seenFrom of ["Pacific/Kiritimati", "Pacific/Niue"])
      expect(formatIso(end, seenFrom)).toMatch(/^\d{4}-\d{2}-\d{2}T/);
  });

  test("Sunday is the first day of the week", () => {
    expect(localTime(utc("2026-11-22T12:00:00Z"), "Europe/London").weekday).toBe(1);
    expect(localTime(utc("2026-11-21T23:30:00Z"), "Asia/Kolkata")).toMatchObject({
      day: 22,
      weekday: 1,
      hour: 5,
      minute: 0,
    });
  });

  test.each([
    ["2026-01-31T10:00:00Z", 1, "2026-02-28T23:59:59Z"],
    ["2027-01-31T10:00:00Z", 13, "2028-02-29T23:59:59Z"],
    ["2026-03-15T00:00:00Z", 12, "2027-03-15T23:59:59Z"],
    ["2026-08-31T10:00:00Z", 6, "2027-02-28T23:59:59Z"],
  ])("%s and %i months is %s", (from, months, expected) => {
    expect(new Date(endOfDayAfterMonths(utc(from), months, "UTC")).toISOString()).toBe(
      new Date(expected).toISOString(),
    );
  });
});
