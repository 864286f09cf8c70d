import { type Millipoints, multiplyRatio, POINTS_SCALE } from "#platform";

/** The worth of a point has six decimals. */
const RATIO_SCALE = 1_000_000;

/**
 * Points in money, a decimal of the currency, rounded half up to its minor unit. Sums beyond the exact range are told as closely as
 * numbers can.
 */
export const worthOf = (points: Millipoints, ratio: number, moneyScale: number): number => {
  const minorUnits = moneyScale / 100;
  const isExact = Math.abs(points * ratio * minorUnits) < 2 ** 52;
  if (!isExact) return (points / POINTS_SCALE) * ratio;
  const exact = multiplyRatio(
    points,
    Math.round(ratio * RATIO_SCALE) * minorUnits,
    POINTS_SCALE * RATIO_SCALE,
    "half_up",
  );
  return exact / minorUnits;
};
