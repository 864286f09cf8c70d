import type { Instant, Millipoints } from "#platform";
import type { Hold, Lot, LotUse } from "./schema.ts";

const expiryOf = ({ expiresAt }: Pick<Lot, "expiresAt">): number => expiresAt?.getTime() ?? Infinity;

/** The order in which debits take: soonest expiry first, never-expiring last, then oldest (points.md §3.3). */
export const inOrderOfUse = (a: Lot, b: Lot): number =>
  // Infinity − Infinity is NaN, which `||` passes over.
  expiryOf(a) - expiryOf(b) || a.eventNo - b.eventNo || a.lineNo - b.lineNo;

/** Takes up to `amount` from the lots in their order of use; less when they hold less. */
export const takeUpTo = (lots: readonly Lot[], amount: Millipoints): LotUse[] => {
  const uses: LotUse[] = [];
  let left = amount;
  for (const lot of [...lots].sort(inOrderOfUse)) {
    if (left === 0) break;
    const taken = Math.min(lot.remaining, left);
    if (taken <= 0) continue;
    uses.push({ eventNo: lot.eventNo, lineNo: lot.lineNo, amount: taken });
    left -= taken;
  }
  return uses;
};

export const sumOfUses = (uses: readonly LotUse[]): Millipoints =>
  uses.reduce((sum, use) => sum + use.amount, 0);

/** Chooses which lots a debit takes from. Returns null when the open lots hold less than `amount`. */
export const chooseLots = (lots: readonly Lot[], amount: Millipoints): LotUse[] | null => {
  const uses = takeUpTo(lots, amount);
  return sumOfUses(uses) === amount ? uses : null;
};

/** What a hold keeps from being spent at a moment. */
export const reservedBy = ({ amount, captured, status, expiresAt }: Hold, now: Instant): Millipoints =>
  status === "active" && expiresAt.getTime() > now ? amount - captured : 0;
