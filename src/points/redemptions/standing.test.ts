import { expect, test } from "vitest";
import type { CompiledProgram } from "#loyalty";
import { pointsFor } from "./standing.ts";

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
