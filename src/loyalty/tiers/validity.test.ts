import { describe, expect, test } from "vitest";
import { formatIso } from "#platform";
import type { Extension } from "./rules.ts";
import { endOfRenewed, endOfTier, judgedBefore, lookBackOf, type Validity } from "./validity.ts";

const LONDON = "Europe/London";
const at = (day: string) => Date.parse(`${day}T10:00:00Z`);
const endOf = (day: string) => Date.parse(`${day}T23:59:59Z`);
const shown = (instant: number | null, zone = LONDON) =>
  instant === null ? null : formatIso(instant, zone).slice(0, 19);

describe("the end of a tier that is entered", () => {
  const year: Validity = { kind: "months", months: 12 };
  const anniversary: Validity = { kind: "registration_date", minimumMonths: 0 };
  const late: Validity = { kind: "registration_date", minimumMonths: 6 };
  test.each<[Validity, string, string, string]>([
    [year, "2026-01-10", "2024-05-01", "2027-01-10T23:59:59"],
    [year, "2026-06-05", "2024-05-01", "2027-06-05T23:59:59"],
    [{ kind: "months", months: 1 }, "2026-01-31", "2024-05-01", "2026-02-28T23:59:59"],
    [anniversary, "2026-09-03", "2020-09-20", "2026-09-20T23:59:59"],
    [anniversary, "2026-09-20", "2020-09-20", "2027-09-20T23:59:59"],
    [late, "2026-09-03", "2020-09-20", "2027-09-20T23:59:59"],
    [late, "2026-03-20", "2020-09-20", "2026-09-20T23:59:59"],
    [anniversary, "2026-03-03", "2024-02-29", "2027-02-28T23:59:59"],
    [anniversary, "2027-03-03", "2024-02-29", "2028-02-29T23:59:59"],
    [
      { kind: "fixed_date", month: 12, day: 31, minimumMonths: 0 },
      "2026-12-31",
      "2024-05-01",
      "2027-12-31T23:59:59",
    ],
    [
      { kind: "fixed_date", month: 12, day: 31, minimumMonths: 3 },
      "2026-10-01",
      "2024-05-01",
      "2027-12-31T23:59:59",
    ],
    // Clocks change between the two days.
    [{ kind: "months", months: 6 }, "2026-01-10", "2024-05-01", "2026-07-10T23:59:59"],
  ])("%j entered on %s by one who joined on %s: %s", (validity, entered, joined, expected) => {
    expect(shown(endOfTier(validity, at(entered), { joinedAt: at(joined), timeZone: LONDON }))).toBe(
      expected,
    );
  });

  test("a tier without a validity does not end", () => {
    expect(endOfTier(null, at("2026-01-10"), { joinedAt: 0, timeZone: LONDON })).toBeNull();
  });

  test("days are those of the organisation", () => {
    const end = endOfTier(year, Date.parse("2026-01-10T20:00:00Z"), { joinedAt: 0, timeZone: "Asia/Manila" });
    expect(shown(end, "Asia/Manila")).toBe("2027-01-11T23:59:59");
  });
});

describe("the end of a tier that is renewed", () => {
  test.each<[string, Validity, Extension, string, string, string]>([
    [
      "by one month",
      { kind: "months", months: 12 },
      { by: "one_month" },
      "2026-01-10",
      "2027-01-10",
      "2027-02-10",
    ],
    [
      "by the validity",
      { kind: "months", months: 12 },
      { by: "validity" },
      "2026-01-10",
      "2027-01-10",
      "2028-01-10",
    ],
    [
      "from a date",
      { kind: "months", months: 12 },
      { by: "fixed_date", date: "2027-01-01" },
      "2026-01-10",
      "2027-01-10",
      "2028-01-01",
    ],
    [
      "from a date that was forgotten",
      { kind: "months", months: 12 },
      { by: "fixed_date", date: "2024-01-01" },
      "2026-01-10",
      "2027-01-10",
      "2028-01-01",
    ],
    [
      "a 31st by one month",
      { kind: "months", months: 1 },
      { by: "one_month" },
      "2026-01-31",
      "2026-02-28",
      "2026-03-31",
    ],
    [
      "one that was moved by hand by one month",
      { kind: "months", months: 12 },
      { by: "one_month" },
      "2026-01-31",
      "2026-06-15",
      "2026-07-15",
    ],
    [
      "on the anniversary",
      { kind: "registration_date", minimumMonths: 6 },
      { by: "validity" },
      "2026-01-10",
      "2027-01-10",
      "2028-01-10",
    ],
    [
      "on a day of the year",
      { kind: "fixed_date", month: 6, day: 30, minimumMonths: 0 },
      { by: "validity" },
      "2026-01-10",
      "2026-06-30",
      "2027-06-30",
    ],
  ])("%s", (_, validity, extend, entered, due, expected) => {
    const end = endOfRenewed(validity, extend, {
      enteredAt: at(entered),
      expiresAt: endOf(due) - (due === "2026-06-30" || due === "2026-06-15" ? 3_600_000 : 0),
      joinedAt: at("2024-01-10"),
      timeZone: LONDON,
    });
    expect(shown(end)).toBe(`${expected}T23:59:59`);
  });
});

describe("what a renewal looks back on", () => {
  const holding = { expiresAt: endOf("2027-02-10"), enteredAt: at("2026-01-10"), timeZone: LONDON };

  test("the first time from the day after entering", () => {
    const { from, to } = lookBackOf({ kind: "months", months: 12 }, { ...holding, wasRenewed: false });
    expect([shown(from), shown(to)]).toEqual(["2026-01-11T00:00:00", "2027-02-10T23:59:59"]);
  });

  test("later a full validity", () => {
    const { from } = lookBackOf({ kind: "months", months: 12 }, { ...holding, wasRenewed: true });
    expect(shown(from)).toBe("2026-02-11T00:00:00");
  });
});

describe("when tiers are judged", () => {
  test.each([
    ["monthly", "2027-01-10", "2027-01-01"],
    ["monthly", "2027-01-30", "2027-01-01"],
    // On the last day what ended in the month so far; the rest when it is over.
    ["monthly", "2027-01-31", "2027-01-31"],
    ["monthly", "2027-02-01", "2027-02-01"],
    ["monthly", "2028-02-29", "2028-02-29"],
    ["daily", "2027-01-11", "2027-01-11"],
  ] as const)("%s on %s: what ended before %s", (check, now, before) => {
    expect(shown(judgedBefore(check, at(now), LONDON))).toBe(`${before}T00:00:00`);
  });
});
