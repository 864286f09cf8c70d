import type { Money } from "#platform";

/** Sums of one day of an organisation. */
export interface DailyFigures {
  /** YYYY-MM-DD in the organisation's zone. */
  readonly day: string;
  /** Customers who registered. */
  members: number;
  purchases: number;
  /** Gross: what customers gave back is in `returnAmount`, on the day they did. */
  purchaseAmount: Money;
  returns: number;
  returnAmount: Money;
}

/** Sums of one day of one store. */
export interface StoreFigures {
  readonly day: string;
  readonly storeId: number;
  purchases: number;
  purchaseAmount: Money;
}

export const FIGURES = ["members", "purchases", "purchaseAmount", "returns", "returnAmount"] as const;
export type Figure = (typeof FIGURES)[number];

export const PERIODS = ["today", "7d", "30d", "12m"] as const;
export type Period = (typeof PERIODS)[number];

export const noFigures = (day: string): DailyFigures => ({
  day,
  members: 0,
  purchases: 0,
  purchaseAmount: 0,
  returns: 0,
  returnAmount: 0,
});
