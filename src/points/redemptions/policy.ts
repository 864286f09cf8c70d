import type { Membership } from "#loyalty";
import { type Instant, localTime, type Millipoints, type Money, POINTS_SCALE, startOfDay } from "#platform";
import { errors } from "../errors.ts";

/** What a program demands of a redemption (points.md §3.1); null: nothing. */
export interface RedemptionPolicy {
  readonly enabled: boolean;
  readonly minimum: Millipoints | null;
  readonly maximum: Millipoints | null;
  readonly balanceRequired: Millipoints | null;
  readonly multipleOf: Millipoints | null;
  readonly lifetimePointsRequired: Millipoints | null;
  readonly lifetimePurchasesRequired: Money | null;
  readonly perDay: Millipoints | null;
  readonly perWeek: Millipoints | null;
  readonly perMonth: Millipoints | null;
  /** Share of a bill that points may pay, 0 to 1. */
  readonly billFraction: number | null;
  readonly blockedStatuses: readonly string[];
}

export interface RedemptionFacts {
  readonly partyId: number;
  readonly status: string;
  readonly points: Millipoints;
  readonly available: Millipoints;
  readonly lifetimePoints: Millipoints;
  readonly membership: Membership | null;
  readonly moneyScale: number;
  readonly now: Instant;
  readonly timeZone: string;
  /** What the party redeemed before in the program, net, as far back as a month. */
  readonly earlier: readonly { readonly redeemedAt: Instant; readonly amount: Millipoints }[];
  /** What the bill comes to in points; null when no bill is known. */
  readonly billInPoints: Millipoints | null;
}

const shown = (points: Millipoints): number => points / POINTS_SCALE;

/** Starts of the local day, of the week (Monday) and of the month. */
export const windowsOf = (
  now: Instant,
  timeZone: string,
): { day: Instant; week: Instant; month: Instant } => {
  const { year, month, day } = localTime(now, timeZone);
  const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  return {
    day: startOfDay(now, timeZone),
    week: startOfDay(now, timeZone, -weekday),
    month: startOfDay(now, timeZone, 1 - day),
  };
};

type Check = (policy: RedemptionPolicy, facts: RedemptionFacts) => void;

const isEnabled: Check = ({ enabled }) => {
  if (!enabled) throw errors.redemption_off({});
};
const statusAllows: Check = ({ blockedStatuses }, { partyId, status }) => {
  if (blockedStatuses.includes(status)) throw errors.blocked_by_status({ id: partyId, status });
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
const keepsLimits: Check = ({ perDay, perWeek, perMonth }, { points, now, timeZone, earlier }) => {
  const starts = windowsOf(now, timeZone);
  for (const [period, limit] of [
    ["day", perDay],
    ["week", perWeek],
    ["month", perMonth],
  ] as const) {
    if (limit === null) continue;
    let used = 0;
    for (const { redeemedAt, amount } of earlier) if (redeemedAt >= starts[period]) used += amount;
    if (used + points > limit)
      throw errors.above_limit({ limit: shown(limit), period, left: shown(Math.max(0, limit - used)) });
  }
};
const keepsBillShare: Check = ({ billFraction }, { billInPoints, points }) => {
  if (billFraction === null || billInPoints === null) return;
  const maximum = Math.floor(billInPoints * billFraction);
  if (points > maximum) throw errors.above_bill_share({ maximum: shown(maximum) });
};
const isAvailable: Check = (_, { points, available }) => {
  if (points > available)
    throw errors.more_than_available({ points: shown(points), available: shown(available) });
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

/** No demands but that the points are there. */
export const OPEN_POLICY: RedemptionPolicy = {
  enabled: true,
  minimum: null,
  maximum: null,
  balanceRequired: null,
  multipleOf: null,
  lifetimePointsRequired: null,
  lifetimePurchasesRequired: null,
  perDay: null,
  perWeek: null,
  perMonth: null,
  billFraction: null,
  blockedStatuses: [],
};
