import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compileExpiries,
  type Expiry,
  type ExpiryStrategy,
  expiresAt,
  hasRolling,
  rollsOf,
} from "./expiry.ts";

const tiers = [
  { number: 1, name: "Member" },
  { number: 2, name: "Silver" },
];
const LONDON = "Europe/London";
const at = (text: string) => Date.parse(text);

const programOf = (expiry: Expiry, expiryStrategies: ExpiryStrategy[] = []) => ({
  expiries: compileExpiries({ tiers, expiry, expiryStrategies }),
});
const ends = (
  expiry: Expiry,
  date: string,
  { now = date, tier = 1, joinedAt = "2024-02-29T10:00:00Z", timeZone = LONDON } = {},
) => {
  const moment = { at: at(date), now: at(now), tier, joinedAt: at(joinedAt), timeZone };
  const { expiresAt: end } = expiresAt(programOf(expiry), null, moment);
  return end === null ? null : new Date(end).toISOString();
};

describe("when points expire", () => {
  test.each<[string, Expiry, string, string | null]>([
    ["never", { kind: "never" }, "2026-07-03T12:00:00Z", null],
    [
      "after days, at the end of the day",
      { kind: "days", days: 10 },
      "2026-07-03T12:00:00Z",
      "2026-07-13T22:59:59.000Z",
    ],
    [
      "after days over the end of summer time",
      { kind: "days", days: 2 },
      "2026-10-24T12:00:00Z",
      "2026-10-26T23:59:59.000Z",
    ],
    [
      "after days over the start of summer time",
      { kind: "days", days: 1 },
      "2026-03-28T23:30:00Z",
      "2026-03-29T22:59:59.000Z",
    ],
    [
      "by the local day, not that of UTC",
      { kind: "days", days: 1 },
      "2026-07-01T23:30:00Z",
      "2026-07-03T22:59:59.000Z",
    ],
    [
      "after months, to the month's end",
      { kind: "months", months: 2, endsWith: "month" },
      "2026-03-05T12:00:00Z",
      "2026-05-31T22:59:59.000Z",
    ],
    [
      "after months, to a day that February lacks",
      { kind: "months", months: 1, endsWith: "day" },
      "2026-01-31T12:00:00Z",
      "2026-02-28T23:59:59.000Z",
    ],
    [
      "on the next such day",
      { kind: "fixed_date", month: 12, day: 31 },
      "2026-07-03T12:00:00Z",
      "2026-12-31T23:59:59.000Z",
    ],
    [
      "not on the day of the award itself",
      { kind: "fixed_date", month: 7, day: 3 },
      "2026-07-03T12:00:00Z",
      "2027-07-03T22:59:59.000Z",
    ],
    [
      "the day before it",
      { kind: "fixed_date", month: 7, day: 4 },
      "2026-07-03T12:00:00Z",
      "2026-07-04T22:59:59.000Z",
    ],
    [
      "years later",
      { kind: "fixed_date", month: 3, day: 31, years: 2 },
      "2026-07-03T12:00:00Z",
      "2029-03-31T22:59:59.000Z",
    ],
    [
      "on 29 February in a common year",
      { kind: "fixed_date", month: 2, day: 29 },
      "2026-07-03T12:00:00Z",
      "2027-02-28T23:59:59.000Z",
    ],
    [
      "on 29 February in a leap year",
      { kind: "fixed_date", month: 2, day: 29 },
      "2027-07-03T12:00:00Z",
      "2028-02-29T23:59:59.000Z",
    ],
    [
      "on the day of joining",
      { kind: "registration_date" },
      "2026-07-03T12:00:00Z",
      "2027-02-28T23:59:59.000Z",
    ],
    [
      "rolling by days",
      { kind: "rolling", days: 30, endsWith: "day" },
      "2026-07-03T12:00:00Z",
      "2026-08-02T22:59:59.000Z",
    ],
    [
      "rolling by months",
      { kind: "rolling", months: 6, endsWith: "month" },
      "2026-07-03T12:00:00Z",
      "2027-01-31T23:59:59.000Z",
    ],
    [
      "rolling, cut at its maximum",
      { kind: "rolling", months: 6, endsWith: "month", maximumDays: 20 },
      "2026-07-03T12:00:00Z",
      "2026-07-23T22:59:59.000Z",
    ],
  ])("%s", (_, expiry, date, expected) => {
    expect(ends(expiry, date)).toBe(expected);
  });

  test("a date that has passed gives way to a week from now", () => {
    const options = { now: "2026-07-03T12:00:00Z" };
    expect(ends({ kind: "days", days: 10 }, "2026-01-01T12:00:00Z", options)).toBe(
      "2026-07-10T22:59:59.000Z",
    );
    expect(ends({ kind: "fixed_date", month: 3, day: 1 }, "2026-01-01T12:00:00Z", options)).toBe(
      "2026-07-10T22:59:59.000Z",
    );
  });

  test("a midnight that a clock change skips still ends the day before it", () => {
    // Clocks of Beirut go from 0:00 to 1:00 on 29 March 2026.
    expect(ends({ kind: "days", days: 1 }, "2026-03-27T12:00:00Z", { timeZone: "Asia/Beirut" })).toBe(
      "2026-03-28T21:59:59.000Z",
    );
  });

  test("each tier has its own, and a tier that is not known that of the one below", () => {
    const expiry: Expiry = {
      kind: "per_tier",
      tiers: { "1": { kind: "days", days: 1 }, "2": { kind: "rolling", days: 5, endsWith: "day" } },
    };
    const day = "2026-01-10T12:00:00Z";
    expect(ends(expiry, day, { tier: 1 })).toBe("2026-01-11T23:59:59.000Z");
    expect(ends(expiry, day, { tier: 2 })).toBe("2026-01-15T23:59:59.000Z");
    expect(ends(expiry, day, { tier: 9 })).toBe("2026-01-15T23:59:59.000Z");
    const moment = { at: at(day), now: at(day), joinedAt: 0, timeZone: LONDON };
    expect(expiresAt(programOf(expiry), null, { ...moment, tier: 1 }).rolls).toBe(false);
    expect(expiresAt(programOf(expiry), null, { ...moment, tier: 2 }).rolls).toBe(true);
  });

  test("a strategy is found by its id, and the program's own instead of one that is gone", () => {
    const program = programOf({ kind: "never" }, [{ id: 2, name: "Short", kind: "days", days: 1 }]);
    const moment = { at: at("2026-01-10T12:00:00Z"), now: 0, tier: 1, joinedAt: 0, timeZone: LONDON };
    const end = (id: number | null) => expiresAt(program, id, moment).expiresAt;
    expect(end(2)).toBe(at("2026-01-11T23:59:59Z"));
    expect([end(1), end(null), end(99)]).toEqual([null, null, null]);
  });
});

describe("rolling", () => {
  const moment = {
    at: at("2026-01-10T12:00:00Z"),
    now: at("2026-01-10T12:00:00Z"),
    tier: 1,
    joinedAt: 0,
    timeZone: LONDON,
  };

  test("an activity moves every rolling strategy by its own period, without the maximum of its awards", () => {
    const program = programOf({ kind: "rolling", days: 10, endsWith: "day", maximumDays: 3 }, [
      { id: 2, name: "Never", kind: "never" },
      { id: 3, name: "Slow", kind: "rolling", months: 1, endsWith: "day" },
    ]);
    expect(rollsOf(program, moment)).toEqual([
      { strategyId: 1, expiresAt: at("2026-01-20T23:59:59Z"), maximumDays: 3 },
      { strategyId: 3, expiresAt: at("2026-02-10T23:59:59Z"), maximumDays: null },
    ]);
    expect(hasRolling(program.expiries)).toBe(true);
  });

  test("a program without such strategies moves nothing", () => {
    const program = programOf({ kind: "days", days: 10 });
    expect(rollsOf(program, moment)).toEqual([]);
    expect(hasRolling(program.expiries)).toBe(false);
  });
});

test("whatever the kind, points live beyond the moment of their award, to the end of a local day", () => {
  const endsWith = fc.constantFrom("month" as const, "day" as const);
  const kind = fc.oneof(
    fc.record({ kind: fc.constant("days" as const), days: fc.integer({ min: 1, max: 4000 }) }),
    fc.record({ kind: fc.constant("months" as const), months: fc.integer({ min: 1, max: 100 }), endsWith }),
    fc.record({
      kind: fc.constant("fixed_date" as const),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
      years: fc.integer({ min: 0, max: 5 }),
    }),
    fc.constant({ kind: "registration_date" as const }),
    fc.record({ kind: fc.constant("rolling" as const), months: fc.integer({ min: 1, max: 40 }), endsWith }),
  );
  const instant = fc.integer({ min: at("2000-01-01"), max: at("2060-01-01") });
  const zone = fc.constantFrom(LONDON, "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia", "UTC");
  fc.assert(
    fc.property(kind, instant, fc.nat(4e11), instant, zone, (expiry, date, late, joinedAt, timeZone) => {
      const moment = { at: date, now: date + late, tier: 1, joinedAt, timeZone };
      const end = expiresAt(programOf(expiry), null, moment).expiresAt!;
      expect(end).toBeGreaterThan(moment.now);
      const clock = new Intl.DateTimeFormat("en-GB", {
        timeZone,
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
        hour12: false,
      });
      expect(clock.format(end)).toBe("23:59:59");
    }),
  );
});
