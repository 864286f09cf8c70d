import type { Millipoints, Money } from "#platform";

/** Sums of one day of an organisation. */
export interface DailyFigures {
  /** YYYY-MM-DD in the organisation's zone. */
  readonly day: string;
  /** Customers who registered. */
  members: number;
  purchases: number;
  purchaseAmount: Money;
  issued: Millipoints;
  redeemed: Millipoints;
  expired: Millipoints;
  returned: Millipoints;
  adjusted: Millipoints;
}

/** Sums of one day of one store. */
export interface StoreFigures {
  readonly day: string;
  readonly storeId: number;
  purchases: number;
  purchaseAmount: Money;
}

export const FIGURES = [
  "members",
  "purchases",
  "purchaseAmount",
  "issued",
  "redeemed",
  "expired",
  "returned",
  "adjusted",
] as const;
export type Figure = (typeof FIGURES)[number];

export const PERIODS = ["today", "7d", "30d", "12m"] as const;
export type Period = (typeof PERIODS)[number];

export const noFigures = (day: string): DailyFigures => ({
  day,
  members: 0,
  purchases: 0,
  purchaseAmount: 0,
  issued: 0,
  redeemed: 0,
  expired: 0,
  returned: 0,
  adjusted: 0,
});
