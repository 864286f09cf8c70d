import type { Instant, Issue, Milliquantity, Money } from "#platform";
import type { CreditNote } from "./credit-notes.ts";
import type { LocalCurrency } from "./currencies/convert.ts";
import type { Rejection } from "./rejected/schema.ts";

export type TransactionType = "REGULAR" | "NOT_INTERESTED" | "RETURN" | "NOT_INTERESTED_RETURN";
export type ReturnType = "FULL" | "LINE_ITEM" | "AMOUNT" | "CANCELLED";

export interface LineItem {
  readonly itemCode: string;
  readonly description: string | null;
  readonly quantity: Milliquantity;
  readonly rate: Money;
  readonly value: Money;
  readonly discount: Money;
  readonly amount: Money;
  /** Serial, return terms, image, attributes, extended fields, combos: kept and shown as sent. */
  readonly details: Readonly<Record<string, unknown>> | null;
  readonly extendedFields: Readonly<Record<string, unknown>>;
}

/** A line that goes back. */
export interface ReturnLine extends LineItem {
  /** Its field in the input, for messages. */
  readonly at: string;
  /** LINE_ITEM: pieces of it; AMOUNT: money of it, no pieces; FULL: all that is left of it. */
  readonly share: "LINE_ITEM" | "AMOUNT" | "FULL";
  /** False: what its pieces cost on the bill. */
  readonly hasAmount: boolean;
  readonly serial: number | null;
  /** The line of the bill, where it is known. */
  readonly billLine?: number;
}

/** What is asked to go back of one earlier bill. */
export interface ReturnRequest {
  readonly returnType: ReturnType;
  /** The bill, by id or by number; its date tells bills of one number apart. */
  readonly originalId: number | null;
  readonly originalNumber: string;
  readonly purchasedAt: Instant | null;
  /** Null: what is left of the bill, or what the lines come to. */
  readonly amount: Money | null;
  readonly lines: readonly ReturnLine[];
}

/** A return that names no bill: its goods are looked for on the customer's earlier ones. */
export const namesGoods = ({ originalId, originalNumber }: ReturnRequest): boolean =>
  originalId === null && originalNumber === "";

export interface PaymentMode {
  readonly mode: string;
  readonly value: Money;
  readonly notes: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** How far a bill's number must be unique, and therefore what makes a second bill of that number a repeat. */
export interface NumberScope {
  /** Empty for the organisation, `store:7`, `till:9`, or `input:<hash>` where numbers need not be unique. */
  readonly scope: string;
  /** A number may come again after so many days; null = never. */
  readonly days: number | null;
}

/** A purchase as an activity: parsed, complete, business time inside. Amounts are integers (see #platform amounts). */
export interface Purchase {
  readonly type: TransactionType;
  /** Directory key of the customer; null for anonymous bills. */
  readonly customerKey: string | null;
  /** The identifier as sent, for messages. */
  readonly customerName: string;
  /** Given instead of a key where the customer is known by id. */
  readonly customerId: number | null;
  /** Of a return: the number of the bill that goes back. */
  readonly number: string;
  /** The number that is claimed: a bill's own, or the one that a return has of its own; empty when it has none. */
  readonly ownNumber: string;
  readonly numberScope: NumberScope;
  readonly billedAt: Instant;
  /** The present as far as this activity is concerned: the clock's for live bills, the bill's own date for a history. */
  readonly now: Instant;
  readonly amount: Money;
  readonly grossAmount: Money | null;
  readonly discount: Money | null;
  readonly note: string | null;
  readonly lines: readonly LineItem[];
  /** What goes back: one for a return, any number for a purchase that takes goods of earlier bills back. */
  readonly returns: readonly ReturnRequest[];
  readonly paymentModes: readonly PaymentMode[];
  /** Codes of redemptions that paid it, as quoted; absent when none are. */
  readonly pointsRedemptions?: readonly string[];
  /** As a v1.1 bill has it. */
  readonly creditNote?: CreditNote;
  readonly extendedFields: Readonly<Record<string, unknown>>;
  readonly customFields: Readonly<Record<string, unknown>>;
  readonly notInterestedReason: string | null;
  /** The amounts as they were sent, for a bill in another currency. */
  readonly localCurrency?: LocalCurrency;
  readonly outlierStatus: string;
  readonly deliveryStatus: string;
  readonly source: string;
  readonly accountId: string;
  readonly tillId: number;
  readonly storeId: number;
  /** Why nothing may be earned, known before the customer is: a number that is ignored for points. */
  readonly pointsIgnored: string | null;
  readonly warnings: readonly Issue[];
  readonly inputHash: Buffer;
  /** Who recorded it by hand, in the console; absent of what tills and clients send. */
  readonly by?: string;
  /** Idempotency-Key of the request. */
  readonly requestKey: string | null;
  /** The call, by the id that its caller is answered with; absent of imports. */
  readonly requestId?: string;
  /** What makes a second copy of a return a repeat when the request has no key: what goes back, when and where. */
  readonly contentKey: string | null;
  readonly wantsSideEffects: boolean;
  readonly wantsRawSideEffects: boolean;
  /** Why the bill is parked instead of processed, as the organisation's check of its data found. */
  readonly rejection?: Rejection;
  /** The anonymous bill that this one takes the place of: a customer claims it. */
  readonly retro?: {
    readonly transactionId: number;
    readonly partyId: number;
    readonly type: string;
    readonly client: string;
  };
}

export const isReturn = (type: string): boolean => type === "RETURN" || type === "NOT_INTERESTED_RETURN";
/** Whether it is a registered customer's. */
export const hasCustomer = (type: string): boolean => type === "REGULAR" || type === "RETURN";
/** The key under which a second copy is a repeat, besides the number. */
export const onceKeyOf = ({ requestKey, contentKey }: Purchase): string | null => requestKey ?? contentKey;

/** What a purchase is answered with. `reply` is the JSON text that was committed with it; a repeat gets the same text. */
export interface Recorded {
  readonly transactionId: number;
  readonly customerId: number | null;
  readonly reply: string;
  /** True when this input had been recorded before. */
  readonly repeated: boolean;
}
