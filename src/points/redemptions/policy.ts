import type { Membership, RedemptionPolicy } from "#loyalty";
import {
  type Instant,
  localTime,
  type Millipoints,
  multiplyRatio,
  POINTS_SCALE,
  startOfDay,
} from "#platform";
import { errors } from "../errors.ts";
import { balanceShown, pointsAre } from "../values.ts";

export interface RedemptionFacts {
  readonly partyId: number;
  readonly status: string;
  readonly points: Millipoints;
  readonly available: Millipoints;
  readonly lifetimePoints: Millipoints;
  readonly membership: Membership | null;
  readonly moneyScale: number;
  /** When the points are redeemed: decides which day, week and month they count in. */
  readonly at: Instant;
  readonly timeZone: string;
  /** What the party redeemed in the program, net, and what it holds; as far as it can count in the same windows. */
  readonly earlier: readonly { readonly redeemedAt: Instant; readonly amount: Millipoints }[];
  /** What the bill comes to in points; null when no bill is known. */
  readonly billInPoints: Millipoints | null;
  /** What was spent on the bill before, net, or is held for it. */
  readonly paidBefore: Millipoints;
}

const shown = (points: Millipoints): number => points / POINTS_SCALE;

export interface Window {
  readonly start: Instant;
  /** The first instant after it. */
  readonly end: Instant;
}

/** The local day, the week from Monday and the month of an instant; a day of a clock change is 23 or 25 hours long. */
export const windowsOf = (
  at: Instant,
  timeZone: string,
): Readonly<Record<"day" | "week" | "month", Window>> => {
  const { year, month, day } = localTime(at, timeZone);
  const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const span = (from: number, to: number): Window => ({
    start: startOfDay(at, timeZone, from),
    end: startOfDay(at, timeZone, to),
  });
  return {
    day: span(0, 1),
    week: span(-weekday, 7 - weekday),
    month: span(1 - day, daysInMonth + 1 - day),
  };
};

type Check = (policy: RedemptionPolicy, facts: RedemptionFacts) => void;

const isEnabled: Check = ({ enabled }) => {
  if (!enabled) throw errors.redemption_off({});
};
const statusAllows: Check = ({ blockedStatuses }, { partyId, status }) => {
  const label = status.toLowerCase();
  if (blockedStatuses.some((blocked) => blocked.toLowerCase() === label))
    throw errors.blocked_by_status({ id: partyId, status });
};
const reachesMinimum: Check = ({ minimum }, { points }) => {
  if (minimum !== null && points < minimum) throw errors.below_minimum({ minimum: shown(minimum) });
};
const keepsMaximum: Check = ({ maximum }, { points }) => {
  if (maximum !== null && points > maximum) throw errors.above_maximum({ maximum: shown(maximum) });
};
const hasBalance: Check = ({ balanceRequired: required }, { available }) => {
  if (required !== null && available < required)
    throw errors.balance_required({ required: shown(required), available: shown(available) });
};
const isMultiple: Check = ({ multipleOf }, { points }) => {
  if (multipleOf !== null && points % multipleOf !== 0)
    throw errors.not_a_multiple({ multiple: shown(multipleOf) });
};
const hasEarned: Check = ({ lifetimePointsRequired: required }, { lifetimePoints }) => {
  if (required !== null && lifetimePoints < required)
    throw errors.lifetime_points_too_low({ required: shown(required), value: shown(lifetimePoints) });
};
const hasBought: Check = ({ lifetimePurchasesRequired: required }, { membership, moneyScale }) => {
  const value = membership?.lifetimePurchases ?? 0;
  if (required !== null && value < required)
    throw errors.lifetime_purchases_too_low({ required: required / moneyScale, value: value / moneyScale });
};
/** Whether anything is limited. */
export const hasLimits = ({ perDay, perWeek, perMonth }: RedemptionPolicy["limits"]): boolean =>
  perDay !== null || perWeek !== null || perMonth !== null;

const keepsLimits: Check = ({ limits }, { points, at, timeZone, earlier }) => {
  if (!hasLimits(limits)) return;
  const windows = windowsOf(at, timeZone);
  for (const [period, limit] of [
    ["day", limits.perDay],
    ["week", limits.perWeek],
    ["month", limits.perMonth],
  ] as const) {
    if (limit === null) continue;
    const { start, end } = windows[period];
    let used = 0;
    for (const { redeemedAt, amount } of earlier) if (redeemedAt >= start && redeemedAt < end) used += amount;
    if (used + points > limit)
      throw errors.above_limit({ limit: shown(limit), period, left: shown(Math.max(0, limit - used)) });
  }
};
/** Fractions have at most four decimals, and are reckoned exactly: 0.29 of 100 points is 29, not a little less. */
const FRACTION_SCALE = 10_000;

/** Throws the documented refusal of more than the part of a bill that points may pay. */
export const keepsBillShare = (
  { billFraction }: Pick<RedemptionPolicy, "billFraction">,
  { billInPoints, paidBefore, points }: Pick<RedemptionFacts, "billInPoints" | "paidBefore" | "points">,
): void => {
  if (billFraction === null || billInPoints === null) return;
  const numerator = Math.round(billFraction * FRACTION_SCALE);
  const maximum = multiplyRatio(billInPoints, numerator, FRACTION_SCALE, "floor");
  if (paidBefore + points > maximum)
    throw errors.above_bill_share({
      maximum: shown(maximum),
      left: shown(Math.max(0, maximum - paidBefore)),
    });
};
const isAvailable: Check = (_, { points, available }) => {
  if (points <= available) return;
  if (available <= 0) throw errors.nothing_to_spend({ available: balanceShown(available) });
  throw errors.more_than_available({ points: pointsAre(points), available: shown(available) });
};

/** In the order of the documentation; the first that fails answers. */
const CHECKS: readonly Check[] = [
  isEnabled,
  statusAllows,
  reachesMinimum,
  keepsMaximum,
  hasBalance,
  isMultiple,
  hasEarned,
  hasBought,
  keepsLimits,
  keepsBillShare,
  isAvailable,
];

/** Throws the documented refusal of the first demand that the redemption does not meet. */
export const checkRedemption = (policy: RedemptionPolicy, facts: RedemptionFacts): void => {
  for (const check of CHECKS) check(policy, facts);
};
