import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convertMoney } from "./convert.ts";

const GBP = 10_000;
const JPY = 100;

describe("convertMoney", () => {
  test.each([
    // local 40 at ratio 50 is base 2000
    [400_000, GBP, { from: 50, to: 1 }, GBP, 20_000_000],
    // 1000 yen at 0.6 rupees, pounds at 110
    [100_000, JPY, { from: 6, to: 1100 }, GBP, 54_545],
    [1, GBP, { from: 1, to: 2 }, GBP, 1],
    [-1, GBP, { from: 1, to: 2 }, GBP, -1],
    [0, GBP, { from: 7, to: 3 }, GBP, 0],
    [1, GBP, { from: 1, to: 1000 }, GBP, 0],
  ])("%i of scale %i by %j", (local, localScale, pair, baseScale, expected) => {
    expect(convertMoney(local, localScale, pair, baseScale)).toBe(expected);
  });

  test("is exact to half a small unit, and the same with its sign changed", () => {
    const ratio = fc.integer({ min: 1, max: 1_000_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), ratio, ratio, (local, from, to) => {
        fc.pre((local * from) / to < 1e15);
        const base = convertMoney(local, GBP, { from, to }, GBP);
        const off = 2n * (BigInt(base) * BigInt(to) - BigInt(local) * BigInt(from));
        expect(off <= BigInt(to) && off > -BigInt(to)).toBe(true);
        expect(convertMoney(-local, GBP, { from, to }, GBP)).toBe(base === 0 ? 0 : -base);
      }),
    );
  });
});
