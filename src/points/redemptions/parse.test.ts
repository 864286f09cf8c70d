import { describe, expect, test } from "vitest";
import type { AppError, Instant } from "#platform";
import { parsePoints, parseRedemptionTime, parseValidation, refuseGroups } from "./parse.ts";
import { windowsOf } from "./policy.ts";

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as AppError).number;
  }
};
const iso = (instant: Instant | null) => (instant === null ? null : new Date(instant).toISOString());

describe("redemption times", () => {
  test.each([
    ["2026-03-05 12:00:00", "2026-03-05T04:00:00.000Z"],
    ["2026-03-05T12:00:00", "2026-03-05T04:00:00.000Z"],
    ["2026-03-05T12:00:00Z", "2026-03-05T12:00:00.000Z"],
    // With an offset only the date counts.
    ["2026-03-05T23:30:00+02:00", "2026-03-04T16:00:00.000Z"],
    ["2026-03-05T23:30:00-0500", "2026-03-04T16:00:00.000Z"],
    ["2026-03-05", "2026-03-04T16:00:00.000Z"],
    ["", null],
    [undefined, null],
  ])("%j in Manila is %j", (text, expected) => {
    expect(iso(parseRedemptionTime(text, "Asia/Manila"))).toBe(expected);
  });

  test.each(["noon", "2026-02-30 10:00:00", "2026-03-05T25:00:00+02:00", {}, "2026-03-05T10:00:00+99:00"])(
    "%j is none",
    (text) => {
      expect(codeOf(() => parseRedemptionTime(text, "Asia/Manila"))).toBe(859);
    },
  );
});

describe("windows of limits", () => {
  const hours = ({ start, end }: { start: Instant; end: Instant }) => (end - start) / 3_600_000;

  test("days of a clock change have 23 and 25 hours", () => {
    const spring = windowsOf(Date.parse("2026-03-29T12:00:00Z"), "Europe/London");
    expect(iso(spring.day.start)).toBe("2026-03-29T00:00:00.000Z");
    expect(iso(spring.day.end)).toBe("2026-03-29T23:00:00.000Z");
    expect(hours(spring.day)).toBe(23);
    expect(hours(windowsOf(Date.parse("2026-10-25T12:00:00Z"), "Europe/London").day)).toBe(25);
  });

  test("weeks begin on Monday; a month ends where the next begins", () => {
    const { week, month } = windowsOf(Date.parse("2026-03-01T12:00:00Z"), "Europe/London");
    expect([iso(week.start), iso(week.end)]).toEqual([
      "2026-02-23T00:00:00.000Z",
      "2026-03-02T00:00:00.000Z",
    ]);
    expect([iso(month.start), iso(month.end)]).toEqual([
      "2026-03-01T00:00:00.000Z",
      "2026-03-31T23:00:00.000Z",
    ]);
  });
});

test("points are above 0, of three decimals", () => {
  expect(parsePoints("1.500", "points")).toBe(1500);
  expect([0, "-1", "x", null, 1e20].map((value) => codeOf(() => parsePoints(value, "points")))).toEqual(
    Array(5).fill(801),
  );
  expect(codeOf(() => parsePoints("0.0005", "points"))).toBe(878);
});

test("a till vouches with skip_validation or INVALID; missed calls are not there", () => {
  expect(parseValidation({}, "123456")).toEqual({ code: "123456", skips: false });
  expect(parseValidation({ skip_validation: "TRUE" }, undefined)).toEqual({ code: null, skips: true });
  expect(parseValidation({ validation_type: "invalid" }, "")).toEqual({ code: null, skips: true });
  expect(codeOf(() => parseValidation({ validation_type: "MISSED_CALL" }, ""))).toBe(822);
  expect(codeOf(() => parseValidation({ validation_type: "PIGEON" }, ""))).toBe(400);
});

test("groups are refused by what was asked of them", () => {
  expect(codeOf(() => refuseGroups({ group_redemption: "true" }))).toBe(3316);
  expect(codeOf(() => refuseGroups({ use_default_user_group2: true }))).toBe(828);
  expect(codeOf(() => refuseGroups({ user_group2_primary_user_id: "7" }))).toBe(1632);
  expect(codeOf(() => refuseGroups({ group_redemption: "false", user_group2_id: "" }))).toBeUndefined();
});
