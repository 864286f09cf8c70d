import { expect, test } from "vitest";
import { expiringWithin, netRedeemed, otherMovements, thousandths } from "./liability-figures.ts";
import { liabilitySearchOf } from "./routes.ts";

const movements = {
  outstandingBefore: 0,
  opening: 1,
  issued: 100,
  redeemed: 40,
  reversed: 15,
  expired: 5,
  returned: 3,
  adjusted: 2,
  transferredIn: 20,
  transferredOut: 20,
  convertedIn: 7,
  convertedOut: 9,
  mergedIn: 4,
  mergedOut: 0,
  outstanding: 72,
  money: 72,
};

test("movements that have no bar of their own are one, and all together are the change", () => {
  expect(netRedeemed(movements)).toBe(25);
  expect(otherMovements(movements)).toBe(5);
  const { issued, expired, returned } = movements;
  expect(issued - netRedeemed(movements) - expired - returned + otherMovements(movements)).toBe(72);
  expect(thousandths(0.1 + 0.2)).toBe(0.3);
});

test("what expires soon has what is overdue, and not what never does", () => {
  const item = (month: string | null, points: number) => ({ month, points, lots: 1, money: null });
  const expiry = [
    item("2025-12", 1),
    item("2026-01", 2),
    item("2026-03", 4),
    item("2026-04", 8),
    item(null, 16),
  ];
  expect(expiringWithin(expiry, "2026-01", 3)).toBe(7);
});

test("an address that was typed wrongly narrows nothing", () => {
  const none = {
    from: undefined,
    to: undefined,
    program: undefined,
    currency: undefined,
    category: undefined,
    lots: undefined,
  };
  expect(
    liabilitySearchOf({ from: "2026-13", to: "soon", program: "x", category: "GOLD", lots: "2026" }),
  ).toEqual(none);
  expect(liabilitySearchOf({ from: "2026-01", program: "7", category: "PROMISED", lots: "never" })).toEqual({
    ...none,
    from: "2026-01",
    program: "7",
    category: "PROMISED",
    lots: "never",
  });
});
