import type { Millipoints, Money } from "#platform";
import type { AccountGroup, Movements } from "../journal/schema.ts";

export interface LiabilityQuery {
  /** Months, YYYY-MM; both are in the report. Twelve that end now when absent. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly programId?: number | undefined;
  readonly currencyId?: number | undefined;
  readonly category?: number | undefined;
}

/** What open lots of an account group hold until a month. */
export interface ExpirySum extends AccountGroup {
  /** YYYY-MM of the organisation's zone; null for lots that never expire. */
  readonly month: string | null;
  readonly remaining: Millipoints;
  readonly lots: number;
}

/** A worth in hundredths of the minor unit; null where nobody said what a point is worth. */
export type Worth = Money | null;

/** One part of the report, or all of it. */
export interface Period {
  readonly heldBefore: Millipoints;
  readonly movements: Movements;
  readonly held: Millipoints;
  readonly worth: Worth;
}

/** An account group over the months of the report. */
export interface GroupReport extends AccountGroup, Period {
  readonly programName: string;
  readonly currencyName: string;
  readonly months: readonly Period[];
  readonly now: Holdings;
}

/** What is owed at this moment: what open lots hold, less what members owe back. */
export interface Holdings {
  readonly held: Millipoints;
  readonly openLots: Millipoints;
  readonly debt: Millipoints;
  readonly worth: Worth;
}

export interface Liability {
  readonly asOf: Date;
  readonly months: readonly string[];
  /** The currency that `total`, `byMonth` and `expiry` add up; groups of other currencies are listed too. */
  readonly currencyId: number;
  readonly currencyName: string;
  readonly total: Period;
  readonly now: Holdings;
  readonly byMonth: readonly Period[];
  readonly groups: readonly GroupReport[];
  readonly expiry: readonly (Omit<ExpirySum, keyof AccountGroup> & { readonly worth: Worth })[];
}

/** A member's open lot. */
export interface ExpiringLot extends AccountGroup {
  readonly partyId: number;
  readonly eventNo: number;
  readonly lineNo: number;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly isCustomer: boolean;
  readonly amount: Millipoints;
  readonly remaining: Millipoints;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
}
