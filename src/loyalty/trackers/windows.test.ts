import { expect, test } from "vitest";
import { countsUntil, daysOf, earliestDay, type Window, windowOn } from "./windows.ts";

const days = (length: number): Window => ({ kind: "moving_days", length });
const months = (length: number): Window => ({ kind: "moving_months", length });
const cyclic = (length: number, unit: "days" | "months" = "days"): Window => ({
  kind: "cyclic",
  length,
  unit,
});
const calendar = (length: number, startsOn: string): Window => ({
  kind: "calendar",
  months: length,
  startsOn,
});

test.each<[string, Window, string, string | null, string, string]>([
  ["ten days end with the day", days(10), "2026-06-25", null, "2026-06-16", "2026-06-25"],
  ["one day is the day", days(1), "2026-06-25", null, "2026-06-25", "2026-06-25"],
  ["days count over a leap day", days(2), "2028-03-01", null, "2028-02-29", "2028-03-01"],
  ["a month back is whole months", months(1), "2026-06-12", null, "2026-05-01", "2026-06-30"],
  ["no month back is the current one", months(0), "2026-06-12", null, "2026-06-01", "2026-06-30"],
  ["months go over the year", months(2), "2027-01-31", null, "2026-11-01", "2027-01-31"],
  ["the first cycle", cyclic(30), "2026-05-20", "2026-05-04", "2026-05-04", "2026-06-02"],
  ["the last day of the first cycle", cyclic(30), "2026-06-02", "2026-05-04", "2026-05-04", "2026-06-02"],
  ["the second cycle", cyclic(30), "2026-06-03", "2026-05-04", "2026-06-03", "2026-07-02"],
  ["the first event begins a cycle", cyclic(30), "2026-05-04", null, "2026-05-04", "2026-06-02"],
  [
    "cycles of months from the 31st",
    cyclic(1, "months"),
    "2026-02-28",
    "2026-01-31",
    "2026-02-28",
    "2026-03-30",
  ],
  [
    "before the cycle's day of the month",
    cyclic(1, "months"),
    "2026-03-15",
    "2026-01-20",
    "2026-02-20",
    "2026-03-19",
  ],
  ["quarters of the calendar", calendar(3, "2026-01-01"), "2026-05-31", null, "2026-04-01", "2026-06-30"],
  ["before the first day too", calendar(12, "2026-04-01"), "2026-03-31", null, "2025-04-01", "2026-03-31"],
])("%s", (_, window, day, firstOn, from, to) => {
  expect(windowOn(window, day, firstOn)).toEqual({ from, to });
  expect(earliestDay(window, day)! <= from).toBe(true);
});

test("a tier change is no matter of days", () => {
  expect(windowOn({ kind: "tier_change" }, "2026-06-12", null)).toEqual({ from: null, to: null });
  expect(earliestDay({ kind: "tier_change" }, "2026-06-12")).toBeNull();
  expect(daysOf({ from: null, to: null })).toBeNull();
});

test.each<[Window, string, string]>([
  [days(10), "2026-06-16", "2026-06-25"],
  [months(1), "2026-05-20", "2026-06-30"],
  [cyclic(30), "2026-05-20", "2026-06-02"],
  [calendar(3, "2026-01-01"), "2026-05-31", "2026-06-30"],
])("what was counted counts to the last day of %o", (window, day, until) => {
  expect(countsUntil(window, day, "2026-05-04")).toBe(until);
});

test("tells the days of a window", () => {
  expect(daysOf(windowOn(months(1), "2026-06-12", null))).toBe(61);
});
