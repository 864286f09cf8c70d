import type { Body, Instant } from "#platform";
import type { Problem } from "./checks.ts";

export const REJECTED_STATUSES = [
  "OPEN",
  "FIXED",
  "PARTIAL_FIXED",
  "PERMANENT_FAILED",
  "SUCCESS",
  "REPLAYED",
  "MAX_OUT",
] as const;
/**
 * OPEN waits; PARTIAL_FIXED too, with some of its reasons gone; FIXED has none left and is about to be retried; REPLAYED is being
 * retried; SUCCESS is recorded; MAX_OUT was retried too often; PERMANENT_FAILED is given up.
 */
export type RejectedStatus = (typeof REJECTED_STATUSES)[number];

/** Statuses in which a bill can be retried or written off. */
export const WAITING: readonly RejectedStatus[] = ["OPEN", "PARTIAL_FIXED"];

/** After so many failed retries a bill is left alone. */
export const MAX_RETRIES = 5;

/** A bill as it was sent, and what the call said beside it: enough to read it again. */
export interface Payload {
  readonly body: Body;
  readonly tillId: number;
  readonly customerKey: string | null;
  readonly customerId: number | null;
  readonly customerName: string;
  readonly source: string;
  readonly accountId: string;
  readonly isV11: boolean;
}

/** What parks a purchase instead of letting it pass. */
export interface Rejection {
  readonly problems: readonly Problem[];
  readonly payload: Payload;
}

/** A reason as it is kept: OPEN, or FIXED since a retry found it gone. */
export interface KeptProblem extends Problem {
  readonly status: "OPEN" | "FIXED";
}

export interface RejectedRow {
  readonly id: number;
  readonly partyId: number;
  readonly customerId: number | null;
  readonly billNumber: string;
  readonly billedAt: Date;
  readonly addedAt: Date;
  readonly updatedAt: Date;
  readonly updatedBy: string;
  readonly status: RejectedStatus;
  readonly retryCount: number;
  readonly newTransactionId: number | null;
  readonly errors: readonly KeptProblem[];
  readonly payload: Payload;
  readonly comments: string;
}

export interface RejectedFilter {
  readonly statuses: readonly RejectedStatus[];
  readonly errorCodes: readonly number[] | null;
  readonly errorValue: string | null;
  readonly customerId: number | null;
  readonly numbers: readonly string[] | null;
  /** By when it was parked. */
  readonly from: Instant | null;
  /** Exclusive. */
  readonly until: Instant | null;
}
