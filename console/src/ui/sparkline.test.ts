import { expect, test } from "vitest";
import { sparkPoints } from "./sparkline.tsx";

test("fills the box from the lowest value to the highest", () => {
  const points = sparkPoints([0, 5, 10], { width: 100, height: 32 });
  expect(points).toEqual([
    [0, 30],
    [50, 16],
    [100, 2],
  ]);
});

test("flows start from zero, stocks show their change", () => {
  expect(sparkPoints([100, 110], { height: 32 })[0]![1]).toBeLessThan(10);
  expect(sparkPoints([100, 110], { fromZero: false, height: 32 })[0]![1]).toBe(30);
});

test("bears series without a range", () => {
  expect(sparkPoints([])).toEqual([]);
  expect(sparkPoints([0, 0]).every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
});
