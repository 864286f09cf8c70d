import type { Category } from "#ledger";
import type { Instant, Millipoints } from "#platform";
import type { Worth } from "../liability/schema.ts";

/** What a movement was, as customers are told. */
export const LINE_KINDS = [
  "openingBalance",
  "purchase",
  "earned",
  "granted",
  "imported",
  "campaign",
  "redeemed",
  "redemptionReversed",
  "expired",
  "expiryRestored",
  "returned",
  "returnRestored",
  "credited",
  "deducted",
  "transferIn",
  "transferOut",
  "conversionIn",
  "conversionOut",
  "mergeIn",
  "mergeOut",
] as const;
export type LineKind = (typeof LINE_KINDS)[number];

export interface StatementLine {
  readonly at: Instant;
  readonly kind: LineKind;
  /** Why points were granted, or the name of the campaign. */
  readonly about?: string;
  readonly billNumber: string | null;
  readonly store: string | null;
  readonly amount: Millipoints;
  readonly balance: Millipoints;
}

/** Points that end on a local day. */
export interface ExpiringPoints {
  readonly at: Instant;
  readonly amount: Millipoints;
}

/** One program, currency and category over the month. */
export interface StatementAccount {
  readonly programId: number;
  readonly programName: string;
  readonly currencyId: number;
  /** Empty for points. */
  readonly currencyName: string;
  readonly category: Category;
  readonly opening: Millipoints;
  readonly lines: readonly StatementLine[];
  readonly closing: Millipoints;
  readonly expiring: readonly ExpiringPoints[];
  readonly worth: Worth;
}

/** A customer's month. */
export interface Statement {
  readonly organisation: {
    readonly name: string;
    readonly address: string;
    readonly website: string;
    readonly language: string;
    readonly country: string;
    readonly timeZone: string;
    readonly currency: string;
    readonly moneyScale: number;
  };
  readonly customer: { readonly id: number; readonly name: string };
  /** YYYY-MM */
  readonly month: string;
  /** Its first instant. */
  readonly from: Instant;
  /** The first instant after it. */
  readonly until: Instant;
  readonly asOf: Instant;
  /** The month is not over: its figures are those of `asOf`. */
  readonly isOpen: boolean;
  readonly accounts: readonly StatementAccount[];
  /** What all accounts are worth together; null where it is not known. */
  readonly worth: Worth;
}
