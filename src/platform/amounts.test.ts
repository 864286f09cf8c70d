import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addAmounts,
  formatDecimal,
  MAX_AMOUNT,
  moneyScale,
  multiplyRatio,
  parseDecimal,
  type Rounding,
} from "./amounts.ts";

describe("decimals", () => {
  test.each([
    [1.5, 1000, 1500],
    ["49.90", 10_000, 499_000],
    [" 7 ", 100, 700],
    [".5", 100, 50],
    ["-0.01", 100, -1],
    [1.005, 1000, 1005],
    [1.0005, 1000, 1001],
    [0.1 + 0.2, 10_000, 3000],
    ["0", 100, 0],
    [-0, 100, 0],
  ])("%j at %i is %i", (value, scale, expected) => {
    expect(parseDecimal(value, scale)).toBe(expected);
  });

  test.each([
    ["1e5"],
    ["1,5"],
    [""],
    ["abc"],
    [Number.NaN],
    [Infinity],
    [1e15],
    ["9".repeat(50)],
    [null],
    [true],
    [{}],
    [[1]],
  ])("%j is refused", (value) => {
    expect(parseDecimal(value, 1000)).toBeNull();
  });

  test("what is written is read back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (amount) => {
        expect(parseDecimal(formatDecimal(amount, 1000, 3), 1000)).toBe(amount === 0 ? 0 : amount);
        expect(parseDecimal(amount / 1000, 1000)).toBe(amount === 0 ? 0 : amount);
      }),
    );
  });

  test.each([
    [24_000, 3, "24.000"],
    [-7254, 3, "-7.254"],
    [5, 2, "0.00"],
    [1999, 0, "1"],
  ])("%i thousandths with %i decimals are %s", (amount, decimals, text) => {
    expect(formatDecimal(amount, 1000, decimals)).toBe(text);
  });

  test.each([
    ["GBP", 10_000],
    ["JPY", 100],
    ["KWD", 100_000],
  ])("%s has %i small units", (currency, scale) => {
    expect(moneyScale(currency)).toBe(scale);
  });
});

describe("ratios", () => {
  const cases: [Rounding, number, number][] = [
    ["floor", 25, 2],
    ["ceiling", 21, 3],
    ["half_up", 25, 3],
    ["half_down", 25, 2],
    ["half_even", 25, 2],
    ["half_even", 35, 4],
    ["half_up", 24, 2],
  ];
  test.each(cases)("%s of %i tenths is %i", (rounding, value, expected) => {
    expect(multiplyRatio(value, 1, 10, rounding)).toBe(expected);
    expect(multiplyRatio(-value, 1, 10, rounding)).toBe(-expected);
  });

  test("products beyond 2^53 stay exact", () => {
    expect(multiplyRatio(MAX_AMOUNT - 1, 1_000_000, 1_000_000, "half_up")).toBe(MAX_AMOUNT - 1);
    expect(multiplyRatio(99_999_999_999_999, 333_333, 1_000_000, "floor")).toBe(33_333_299_999_999);
  });

  test("each rounding is within one unit of the exact value", () => {
    const roundings: Rounding[] = ["floor", "ceiling", "half_up", "half_down", "half_even"];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(...roundings),
        (value, numerator, denominator, rounding) => {
          const result = BigInt(multiplyRatio(value, numerator, denominator, rounding));
          const off = result * BigInt(denominator) - BigInt(value) * BigInt(numerator);
          expect(off < BigInt(denominator) && off > -BigInt(denominator)).toBe(true);
          if (rounding === "floor") expect(off <= 0n).toBe(true);
          if (rounding === "ceiling") expect(off >= 0n).toBe(true);
          if (rounding.startsWith("half"))
            expect(off * 2n <= BigInt(denominator) && off * -2n <= BigInt(denominator)).toBe(true);
        },
      ),
    );
  });

  test("sums that leave the exact range are an error, not a wrong number", () => {
    expect(() => addAmounts(Number.MAX_SAFE_INTEGER, 1)).toThrow("exact range");
  });
});
