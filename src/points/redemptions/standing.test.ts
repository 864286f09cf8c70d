import { expect, test } from "vitest";
import type { CompiledProgram } from "#loyalty";
import { moneyFor, pointsFor } from "./standing.ts";

test.each([
  [1, 15_000, 1500],
  [0.0001, 10_000, 10_000_000],
  // More points than are counted exactly: refused as more than the customer has, not a fault of ours.
  [0.0001, 1e14, 9e15],
  [0, 10_000, null],
])("at a worth of %d, money of %d is %j points", (pointsToCurrencyRatio, money, points) => {
  const program = { pointsToCurrencyRatio, moneyScale: 10_000 } as CompiledProgram;
  expect(pointsFor(program, money, "half_up")).toBe(points);
});

test.each([
  [0.01, 10_000, 10_000, 1000],
  // Half a hundredth of a penny is rounded up.
  [0.000001, 50, 10_000, 0],
  [0.000001, 50_000, 10_000, 1],
  // The product is beyond 2^53, the money is not, and it is exact.
  [999_999.999999, 8_999_999, 10_000, 89_999_989_999_910],
  [999_999.999999, 8_999_999, 100_000, 899_999_899_999_100],
])(
  "at a worth of %d, %d thousandths of a point in a currency of scale %d are %d",
  (pointsToCurrencyRatio, points, moneyScale, money) => {
    expect(moneyFor({ pointsToCurrencyRatio, moneyScale } as CompiledProgram, points)).toBe(money);
  },
);

test("points that are worth more than can be counted are refused, not a fault of ours", () => {
  const program = { name: "Club", pointsToCurrencyRatio: 1e6, moneyScale: 10_000 } as CompiledProgram;
  expect(() => moneyFor(program, 1e9)).toThrow(
    "By the ratio of the program Club 1000000 points are worth more than can be counted.",
  );
});
