import type { Instant, Millipoints } from "#platform";

/** 1 regular (spendable), 2 promised (becomes regular on a date), 3 trigger-based (becomes regular on an event). */
export type Category = 1 | 2 | 3;
export const CATEGORIES: readonly Category[] = [1, 2, 3];
export const CATEGORY_NAMES: Readonly<Record<Category, string>> = {
  1: "Main",
  2: "DelayedAccrualPointCategory",
  3: "ExternalTriggerBasedPointCategory",
};
/** Names of the documented filter. */
export const CATEGORY_FILTERS: Readonly<Record<string, Category>> = {
  REGULAR: 1,
  PROMISED: 2,
  TRIGGER_BASED: 3,
};
export const CATEGORY_LABELS: Readonly<Record<Category, string>> = {
  1: "REGULAR",
  2: "PROMISED",
  3: "TRIGGER_BASED",
};

/** Points; alternate currencies have ids from 1 up. */
export const POINTS = 0;

/** The program's account on the other side of a posting. */
export type Contra = "opening" | "issued" | "redeemed" | "expired" | "returned" | "adjusted";

/** What the lock of a party guards. */
export interface PartyState {
  readonly partyId: number;
  readonly eventCount: number;
  readonly lastBookedAt: Date;
}

export interface AccountKey {
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
}

export interface Account extends AccountKey {
  readonly partyId: number;
  readonly balance: Millipoints;
  readonly issued: Millipoints;
  readonly redeemed: Millipoints;
  readonly expired: Millipoints;
  readonly returned: Millipoints;
  readonly adjusted: Millipoints;
}

/** Identifies a lot by the posting that opened it. */
export interface LotKey {
  readonly eventNo: number;
  readonly lineNo: number;
}

export interface Lot extends LotKey, AccountKey {
  readonly partyId: number;
  readonly amount: Millipoints;
  readonly remaining: Millipoints;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
}

export interface LotUse extends LotKey {
  readonly amount: Millipoints;
}

/** One movement between the party's account and the program's account named by `contra`. */
export interface Posting extends AccountKey {
  readonly contra: Contra;
  /** Positive to the party, negative from it; zero only for an opening. */
  readonly amount: Millipoints;
  /** A credit opens a lot; null for one that never expires. */
  readonly expiresAt?: Instant | null;
  /** A debit says which lots it takes from; they sum to its magnitude. */
  readonly uses?: readonly LotUse[];
}

/** What the event was about, as the documented ledger read shows it. */
export interface Reference {
  readonly transactionId?: number;
  readonly transactionNumber?: string;
  readonly date?: Instant;
  /** Money in minor unit × 100. */
  readonly amount?: number;
  readonly grossAmount?: number;
  readonly source?: string;
  readonly reason?: string;
}

export interface LedgerEvent {
  readonly partyId: number;
  /** The documented event log id, unique over everything. */
  readonly eventId: number;
  readonly eventName: string;
  readonly bookedAt: Instant;
  readonly recordedAt: Instant;
  readonly tillId: number | null;
  readonly sourceProgramId: number | null;
  readonly reference: Reference | null;
  readonly postings: readonly Posting[];
}

/** A posting as it goes to the journal. */
export interface EntryRow extends AccountKey {
  readonly partyId: number;
  readonly eventNo: number;
  readonly lineNo: number;
  readonly eventId: number;
  readonly eventName: string;
  readonly bookedAt: Instant;
  readonly recordedAt: Instant;
  readonly contra: Contra;
  readonly amount: Millipoints;
  readonly balanceBefore: Millipoints;
  readonly balanceAfter: Millipoints;
  readonly tillId: number | null;
  readonly sourceProgramId: number | null;
  readonly reference: Reference | null;
}
