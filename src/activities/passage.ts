import type { CustomerProfile } from "#customers";
import type { NewEvent } from "#events";
import type { ExpiryRoll, LedgerBook } from "#ledger";
import type { CompiledProgram, Decision, Membership, OrgPrograms, SavedMembership } from "#loyalty";
import type { Organisation } from "#orgs";
import type { AppError, Instant, Outcome } from "#platform";
import type { Purchase, Recorded } from "./schema.ts";
import type { LineRow, TransactionRow } from "./store.ts";
import type { VisitDays } from "./visits.ts";

/** One purchase on its way through a batch. */
export interface Passage {
  readonly purchase: Purchase;
  transactionId: number;
  /** The customer, or a party of its own for an anonymous bill; 0 until known. */
  partyId: number;
  outcome: Outcome<Recorded> | null;
}

/** What the load step read under the locks, and what the decisions so far made of it. */
export interface Snapshot {
  readonly organisation: Organisation;
  readonly programs: OrgPrograms;
  readonly profiles: ReadonlyMap<number, CustomerProfile>;
  readonly memberships: Map<string, Membership>;
  /** Tier in force on the date of late bills, by transaction. */
  readonly tiersOfLateBills: ReadonlyMap<number, number>;
  /** Days of visits as far as late bills need them: read for those, and of every bill that the batch counted so far. */
  readonly visitDays: VisitDays;
  readonly book: LedgerBook;
  readonly recordedAt: Instant;
}

/** A decision with the program it followed and the ledger event it was posted as. */
export interface Decided {
  readonly decision: Decision;
  readonly program: CompiledProgram;
  readonly eventNo: number | null;
}

/** Rows that the batch's decisions come to. */
export interface Writes {
  readonly transactions: TransactionRow[];
  readonly lines: LineRow[];
  readonly memberships: SavedMembership[];
  readonly events: NewEvent[];
  /** Moves of points under rolling strategies. */
  readonly rolls: ExpiryRoll[];
}

/** Answers a purchase with a refusal; nothing of it will be written. */
export const refuse = (passage: Passage, error: AppError): void => {
  passage.outcome = { error };
};
