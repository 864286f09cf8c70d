import type { Membership, RedemptionPolicy, TransferPolicy } from "#loyalty";
import { type Millipoints, POINTS_SCALE } from "#platform";
import { errors } from "../moving-errors.ts";

/** What a transfer is judged by. */
export interface TransferFacts {
  readonly points: Millipoints;
  /** On top of the points. */
  readonly fee: Millipoints;
  /** What the sender may spend: the balance less what is held. */
  readonly available: Millipoints;
  /** Of that, what may be passed on. */
  readonly transferable: Millipoints;
  readonly lifetimePoints: Millipoints;
  readonly membership: Membership | null;
  readonly moneyScale: number;
  /** What the sender passed on in the calendar month so far. */
  readonly sentThisMonth: Millipoints;
}

const shown = (points: Millipoints): number => points / POINTS_SCALE;

type Check = (transfer: TransferPolicy, redemption: RedemptionPolicy, facts: TransferFacts) => void;

const isEnabled: Check = ({ enabled }) => {
  if (!enabled) throw errors.transfer_off({});
};
// What a program demands of spending holds for passing on, unless it says otherwise for that (points.md §4.2).
const reachesMinimum: Check = (transfer, redemption, { points }) => {
  const minimum = transfer.minimum ?? redemption.minimum;
  if (minimum !== null && points < minimum) throw errors.transfer_below_minimum({ minimum: shown(minimum) });
};
const keepsMaximum: Check = (transfer, redemption, { points }) => {
  const maximum = transfer.maximum ?? redemption.maximum;
  if (maximum !== null && points > maximum) throw errors.transfer_above_maximum({ maximum: shown(maximum) });
};
const hasBalance: Check = (_, { balanceRequired: required }, { available }) => {
  if (required !== null && available < required)
    throw errors.balance_required({ required: shown(required), available: shown(available) });
};
const isMultiple: Check = (transfer, redemption, { points }) => {
  const multiple = transfer.multipleOf ?? redemption.multipleOf;
  if (multiple !== null && points % multiple !== 0)
    throw errors.transfer_not_a_multiple({ multiple: shown(multiple) });
};
const hasEarned: Check = (_, { lifetimePointsRequired: required }, { lifetimePoints }) => {
  if (required !== null && lifetimePoints < required)
    throw errors.lifetime_points_too_low({ required: shown(required), value: shown(lifetimePoints) });
};
const hasBought: Check = (_, { lifetimePurchasesRequired: required }, { membership, moneyScale }) => {
  const value = membership?.lifetimePurchases ?? 0;
  if (required !== null && value < required)
    throw errors.lifetime_purchases_too_low({ required: required / moneyScale, value: value / moneyScale });
};
const keepsMonth: Check = ({ perMonth }, _, { points, sentThisMonth }) => {
  if (perMonth !== null && sentThisMonth + points > perMonth)
    throw errors.transfer_above_limit({
      limit: shown(perMonth),
      left: shown(Math.max(0, perMonth - sentThisMonth)),
    });
};
const isThere: Check = (_, __, { points, fee, available, transferable }) => {
  const most = Math.max(0, Math.min(available - fee, transferable));
  if (points > most)
    throw errors.not_transferable({ points: shown(points), fee: shown(fee), available: shown(most) });
};

/** In the order of the documentation; the first that fails answers. */
const CHECKS: readonly Check[] = [
  isEnabled,
  reachesMinimum,
  keepsMaximum,
  hasBalance,
  isMultiple,
  hasEarned,
  hasBought,
  keepsMonth,
  isThere,
];

/** Throws the documented refusal of the first demand that the transfer does not meet. */
export const checkTransfer = (
  transfer: TransferPolicy,
  redemption: RedemptionPolicy,
  facts: TransferFacts,
): void => {
  for (const check of CHECKS) check(transfer, redemption, facts);
};
