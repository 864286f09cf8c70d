import { assert } from "./errors.ts";

/**
 * Amounts are whole numbers of a small unit, kept in `bigint` columns and as safe integers here (|n| < 2^53), because
 * integer doubles are exact and several times quicker than BigInt. Products, which could leave that range, go through BigInt.
 */

/** Points in thousandths: 1.5 points = 1500. */
export type Millipoints = number;
/** Money in the currency's minor unit × 100: 1.50 GBP = 15000. */
export type Money = number;
/** A quantity of goods in thousandths: 2 pieces = 2000. */
export type Milliquantity = number;

export const POINTS_SCALE = 1000;
export const QUANTITY_SCALE = 1000;
/** The largest single amount that is accepted, far inside the safe range so that sums of many stay exact. */
export const MAX_AMOUNT = 1e14;

const minorUnits = new Map<string, number>();

/** Small units per currency unit: 10^(decimals + 2); GBP 10,000, JPY 100, KWD 100,000. Decimals from ISO 4217 through Intl. */
export const moneyScale = (currency: string): number => {
  let scale = minorUnits.get(currency);
  if (scale === undefined) {
    const decimals =
      new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ??
      2;
    scale = 10 ** (decimals + 2);
    minorUnits.set(currency, scale);
  }
  return scale;
};

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)$/;

/**
 * Reads a decimal (number or numeric text such as "49.90") as a whole number of 1/scale, rounding half away from zero
 * beyond that. Returns null when it is no decimal or outside ±MAX_AMOUNT small units.
 */
export const parseDecimal = (value: unknown, scale: number): number | null => {
  if (typeof value === "number") return fromNumber(value, scale);
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (text.length > 40 || !DECIMAL.test(text)) return null;
  return fromNumber(Number(text), scale);
};

const fromNumber = (value: number, scale: number): number | null => {
  if (!Number.isFinite(value)) return null;
  const product = value * scale;
  const magnitude = Math.abs(product);
  if (magnitude > MAX_AMOUNT) return null;
  // 1.005 × 1000 is 1004.9999999999999: a relative nudge below the scale's own resolution puts ties where people see them.
  const rounded = Math.floor(magnitude + 0.5 + magnitude * 2 ** -50);
  return product < 0 && rounded !== 0 ? -rounded : rounded;
};

/** The decimal value of an amount, for JSON numbers: 1500 at 1000 → 1.5. */
export const toDecimal = (amount: number, scale: number): number => amount / scale;

/** Text with a fixed number of decimals: formatDecimal(24000, 1000, 3) → "24.000". */
export const formatDecimal = (amount: number, scale: number, decimals: number): string => {
  const whole = Math.trunc(Math.abs(amount) / scale);
  const digits = Math.round(Math.log10(scale));
  const fraction = String(Math.abs(amount) % scale).padStart(digits, "0");
  const text =
    decimals === 0 ? String(whole) : `${whole}.${fraction.slice(0, decimals).padEnd(decimals, "0")}`;
  return amount < 0 ? `-${text}` : text;
};

/** a + b, refusing a result that would no longer be exact. */
export const addAmounts = (a: number, b: number): number => {
  const sum = a + b;
  assert(Number.isSafeInteger(sum), "an amount left the exact range");
  return sum;
};

export type Rounding = "floor" | "ceiling" | "half_up" | "half_down" | "half_even";

/** value × numerator / denominator as an integer, exactly, rounded as asked (ties and directions away from or towards zero by magnitude). */
export const multiplyRatio = (
  value: number,
  numerator: number,
  denominator: number,
  rounding: Rounding,
): number => {
  const negative = value < 0;
  const product = BigInt(Math.abs(value)) * BigInt(numerator);
  const divisor = BigInt(denominator);
  const quotient = product / divisor;
  const rest = product % divisor;
  const up = roundsUp(quotient, rest, divisor, rounding);
  const result = Number(up ? quotient + 1n : quotient);
  assert(Number.isSafeInteger(result), "an amount left the exact range");
  return negative && result !== 0 ? -result : result;
};

const roundsUp = (quotient: bigint, rest: bigint, divisor: bigint, rounding: Rounding): boolean => {
  if (rest === 0n) return false;
  const twice = rest * 2n;
  switch (rounding) {
    case "floor":
      return false;
    case "ceiling":
      return true;
    case "half_up":
      return twice >= divisor;
    case "half_down":
      return twice > divisor;
    case "half_even":
      return twice > divisor || (twice === divisor && quotient % 2n === 1n);
  }
};
