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

/**
 * The account on the other side of a posting: the program's, or for the last three a clearing account that other parties or
 * categories post the opposite to.
 */
export type Contra =
  | "opening"
  | "issued"
  | "redeemed"
  | "expired"
  | "returned"
  | "adjusted"
  | "transfer"
  | "conversion"
  | "merge";

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

/** Totals of an account; `balance` is what its open lots hold less `debt`. */
export interface AccountTotals {
  readonly balance: Millipoints;
  readonly issued: Millipoints;
  readonly received: Millipoints;
  readonly passedOn: Millipoints;
  readonly redeemed: Millipoints;
  readonly expired: Millipoints;
  readonly returned: Millipoints;
  readonly adjusted: Millipoints;
  /** What debits took beyond the lots; never negative. The next credit settles it. */
  readonly debt: Millipoints;
}

export interface Account extends AccountKey, AccountTotals {
  readonly partyId: number;
}

export const NO_TOTALS: AccountTotals = Object.freeze({
  balance: 0,
  issued: 0,
  received: 0,
  passedOn: 0,
  redeemed: 0,
  expired: 0,
  returned: 0,
  adjusted: 0,
  debt: 0,
});

/** Identifies a lot by the posting that opened it. */
export interface LotKey {
  readonly eventNo: number;
  readonly lineNo: number;
}

/** Kinds of award by their documented names (points.md §1). */
export type LotSource =
  | "bill_regular"
  | "bill_promotions"
  | "line_item_regular"
  | "line_item_promotions"
  | "customer_promotions";

/** What the award was: shown, never searched. */
export interface LotDetails {
  readonly ruleId?: string;
  readonly awardStrategyId?: number;
  readonly expiryStrategyId?: number;
  readonly promotionId?: number;
  readonly promotionName?: string;
  readonly reason?: string;
  /** Of transferred and merged points: the party they came from. */
  readonly fromPartyId?: number;
  /** Of merged points: the lot of that party. */
  readonly fromLot?: LotKey;
  /** Of what a bill earned more when the rest of it was decided anew: the return. */
  readonly returnId?: number;
}

/** What a lot is besides its amount and expiry. */
export interface LotTerms {
  readonly source: LotSource;
  /** The bill that earned it. */
  readonly transactionId: number | null;
  /** Its line, from 1; 0 = the bill as a whole. */
  readonly billLine: number;
  /** When promised points become regular. */
  readonly convertsAt: Instant | null;
  /** Later activity of the party moves its expiry. */
  readonly rolls: boolean;
  /** Of converted points: the promised lot of the same party. */
  readonly parent: LotKey | null;
  readonly details: LotDetails | null;
}

export const PLAIN_TERMS: LotTerms = Object.freeze({
  source: "bill_regular",
  transactionId: null,
  billLine: 0,
  convertsAt: null,
  rolls: false,
  parent: null,
  details: null,
});

export interface Lot extends LotKey, AccountKey, LotTerms {
  readonly partyId: number;
  readonly amount: Millipoints;
  readonly remaining: Millipoints;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
}

/** As what points left a lot: the documented kinds of deduction, and `settled` for what paid a debt. */
export type UseKind =
  | "redeemed"
  | "expired"
  | "returned"
  | "adjusted"
  | "transfer"
  | "conversion"
  | "merge"
  | "settled";

/** What a posting takes from a lot (positive) or gives back to it (negative). */
export interface LotUse extends LotKey {
  readonly amount: Millipoints;
  /** That of the posting's contra when absent. */
  readonly kind?: UseKind;
  /** The event of the party whose use this continues or undoes; the posting's own when absent. */
  readonly forEventNo?: number;
}

/** What a lot gave as `kind` for an event, all in all: never negative. */
export interface NetUse extends LotKey {
  readonly partyId: number;
  readonly kind: UseKind;
  readonly forEventNo: number;
  readonly amount: Millipoints;
}

/** One movement between the party's account and the account named by `contra`. */
export interface Posting extends AccountKey {
  readonly contra: Contra;
  /** Positive to the party, negative from it; zero only for an opening. */
  readonly amount: Millipoints;
  /** A credit that opens a lot says when it expires; null for never. One that gives back to lots leaves it out. */
  readonly expiresAt?: Instant | null;
  /** What the lot is that a credit opens; `PLAIN_TERMS` where absent. */
  readonly lot?: Partial<LotTerms>;
  /** Lots that a debit takes from, or that a credit gives back to. */
  readonly uses?: readonly LotUse[];
  /** A debit may take more than its uses cover: the rest becomes debt. */
  readonly overdraws?: boolean;
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
  readonly comments?: string;
  readonly promotionId?: number;
  readonly promotionName?: string;
  readonly redemptionId?: number;
  /** Six characters, as redemptions and reversals are quoted. */
  readonly code?: string;
  readonly transferId?: number;
  readonly holdId?: number;
  readonly mergeId?: number;
  /** The other side of a transfer or a merge. */
  readonly otherPartyId?: number;
  /** Who did it by hand. */
  readonly by?: string;
  /** Id of the person who did it. */
  readonly userId?: number;
}

/** Events that are about a bill, which the documented reads then show. */
export const BILL_EVENTS: ReadonlySet<string> = new Set([
  "TransactionAdd",
  "TransactionUpdate",
  "ReturnBill",
]);

/** An activity's move of the lots that a party holds under one rolling strategy (1: the program's own). */
export interface ExpiryRoll {
  readonly partyId: number;
  readonly programId: number;
  readonly strategyId: number;
  readonly expiresAt: Instant;
  /** Days from a lot's own award that it may not outlive; null: none. */
  readonly maximumDays: number | null;
  readonly timeZone: string;
  /** What had run out by then stays so. */
  readonly now: Instant;
}

/** A move of the lots that a party holds under a strategy by which they end with the member's tier. */
export interface TierPointsMove {
  readonly partyId: number;
  readonly programId: number;
  readonly strategyId: number;
  /** Null: they do not end. */
  readonly expiresAt: Instant | null;
  /** What had run out before stays so. */
  readonly from: Instant;
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
  readonly debtChange: Millipoints;
  readonly tillId: number | null;
  readonly sourceProgramId: number | null;
  readonly reference: Reference | null;
}

export type HoldStatus = "active" | "captured" | "released" | "expired";

/** Points that are reserved and not yet spent. */
export interface Hold extends AccountKey {
  readonly partyId: number;
  readonly id: number;
  readonly amount: Millipoints;
  readonly captured: Millipoints;
  readonly status: HoldStatus;
  readonly createdAt: Date;
  /** From here on it reserves nothing. */
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly tillId: number | null;
  readonly reference: object | null;
}

/** A move of a lot's expiry by hand. */
export interface ExpiryMove extends LotKey {
  readonly partyId: number;
  readonly eventId: number;
  readonly changedAt: Instant;
  readonly before: Instant | null;
  readonly after: Instant | null;
  readonly reasonType: string;
  readonly note: string;
  readonly changedBy: string;
  readonly details: object | null;
}

/** Award ids of the dialect name the posting that opened the lot: event id × 65536 + line. */
export const awardIdOf = (eventId: number, lineNo: number): number => eventId * 65_536 + lineNo;
export const postingOfAward = (awardId: number): { readonly eventId: number; readonly lineNo: number } => ({
  eventId: Math.floor(awardId / 65_536),
  lineNo: awardId % 65_536,
});
