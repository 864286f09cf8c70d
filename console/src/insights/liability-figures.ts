import type { Liability } from "../api/types.ts";

export type Movements = Omit<Liability["months"][number], "month">;

/** Spending less what was given back to it. */
export const netRedeemed = ({ redeemed, reversed }: Movements): number => redeemed - reversed;

/**
 * What is neither earned, spent, expired nor returned: adjustments, balances brought forward, and what moved between members
 * or categories, which is nothing over all of them.
 */
export const otherMovements = (m: Movements): number =>
  m.opening +
  m.adjusted +
  m.transferredIn -
  m.transferredOut +
  m.convertedIn -
  m.convertedOut +
  m.mergedIn -
  m.mergedOut;

/** Sums in thousandths are exact; a sum of decimals is rounded back to them. */
export const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

/** What ends within so many months from the month given on, what is overdue included. */
export const expiringWithin = (expiry: Liability["expiry"], month: string, months: number): number => {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const end = new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
  return thousandths(
    expiry.reduce((sum, item) => sum + (item.month !== null && item.month < end ? item.points : 0), 0),
  );
};
