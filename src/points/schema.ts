import type { Instant, Millipoints, Money } from "#platform";

/** A redemption as it is kept. */
export interface Redemption {
  readonly partyId: number;
  /** The documented summary id. */
  readonly id: number;
  readonly programId: number;
  readonly eventNo: number;
  readonly eventId: number;
  /** Six characters, case-sensitive: the documented redemption id. */
  readonly code: string;
  readonly amount: Millipoints;
  readonly value: Money;
  /** Of the amount: reversed so far. */
  readonly reversed: Millipoints;
  readonly billNumber: string;
  readonly transactionId: number | null;
  readonly tillId: number | null;
  readonly redeemedAt: Instant;
  readonly recordedAt: Instant;
  readonly purpose: string;
  readonly notes: string;
  readonly externalReference: string;
  readonly holdId: number | null;
  readonly isValidated: boolean;
  readonly customFields: readonly { readonly name: string; readonly value: string }[] | null;
}

/** A redemption taken back, whole or in part. */
export interface Reversal {
  readonly partyId: number;
  readonly id: number;
  readonly redemptionId: number;
  /** Null when nothing came back. */
  readonly eventNo: number | null;
  readonly eventId: number;
  readonly code: string;
  readonly asked: Millipoints;
  readonly returned: Millipoints;
  /** Points whose expiry had passed: they do not come back. */
  readonly expired: Millipoints;
  readonly cause: "call" | "return";
  readonly transactionId: number | null;
  readonly tillId: number | null;
  readonly reversedAt: Instant;
  readonly recordedAt: Instant;
  readonly notes: string;
}

/** What a record is quoted by: six characters, or the id of a hold. */
export interface CodeRow {
  readonly kind: "redemption" | "reversal" | "hold";
  readonly code: string;
  readonly partyId: number;
  readonly id: number;
}
