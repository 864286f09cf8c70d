import { expect, test } from "vitest";
import type { Home } from "../api/types.ts";
import { withMonths } from "./months.ts";

const sold = { count: 0, amount: 0, returns: 0, returned: 0, net: 0 };
const moved = { issued: 0, redeemed: 0, expired: 0, returned: 0, adjusted: 0 };

const home = (dates: string[]): Home => ({
  asOf: "2026-11-24T12:00:00+00:00",
  members: {
    total: 0,
    new: 0,
    series: dates.map((date) => ({ date, value: 1 })),
    previous: { total: 0, new: 0 },
  },
  purchases: { ...sold, series: [], previous: sold },
  points: { ...moved, series: [], previous: moved },
  liability: { points: 0, money: null, series: [], previous: { points: 0, money: null } },
  tiers: [],
  topStores: [],
  setAside: { count: 0, amount: 0 },
});
const datesOf = (dates: string[]) => withMonths(home(dates)).members.series.map(({ date }) => date);

test("first days of months are months, days stay days", () => {
  expect(datesOf(["2026-09-01", "2026-10-01", "2026-11-01"])).toEqual(["2026-09", "2026-10", "2026-11"]);
  expect(datesOf(["2026-10-31", "2026-11-01", "2026-11-02"])).toEqual([
    "2026-10-31",
    "2026-11-01",
    "2026-11-02",
  ]);
  expect(datesOf(["2026-11-01"])).toEqual(["2026-11-01"]);
});
