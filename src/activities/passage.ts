import type { CustomerProfile } from "#customers";
import type { NewEvent } from "#events";
import type { ExpiryRoll, LedgerBook } from "#ledger";
import type {
  CompiledProgram,
  Decision,
  Enrolment,
  LimitUses,
  Membership,
  OrgPrograms,
  SavedLimitUse,
  SavedMembership,
  SavedTrackers,
  StreakLevel,
  TargetEvent,
  TargetValue,
  TrackedBill,
  TrackerState,
} from "#loyalty";
import type { Organisation } from "#orgs";
import type { AppError, Instant, Issue, Outcome } from "#platform";
import type { QuotedRedemptions } from "./quoted-redemptions.ts";
import type { Unmatched } from "./returns/goods.ts";
import type { BillRedemptions } from "./returns/redemptions.ts";
import type { OriginalBill, ReturnableBill } from "./returns/schema.ts";
import type { Purchase, Recorded, ReturnRequest } from "./schema.ts";
import type { LineRow, TransactionRow } from "./store.ts";
import type { BatchTargets } from "./targets.ts";
import type { VisitDays } from "./visits.ts";

/** One of a purchase's returns on its way. */
export interface ReturnPassage {
  readonly request: ReturnRequest;
  readonly transactionId: number;
  /** The party of the bill that goes back. */
  partyId: number;
  /** The bill; null until found, and where none is known. */
  original: OriginalBill | null;
  warnings: readonly Issue[];
  /** Those merged into the customer whose points paid the bill, or may have before it is found; their ledgers are locked too. */
  payerIds?: readonly number[];
}

/** One purchase, or return, on its way through a batch. */
export interface Passage {
  readonly purchase: Purchase;
  transactionId: number;
  /** The customer, or a party of its own for an anonymous bill; 0 until known. */
  partyId: number;
  returns: readonly ReturnPassage[];
  /** Those merged into the customer whose redemptions the bill quotes; their ledgers are locked too. */
  payerIds?: readonly number[];
  /** Of a return: those merged into the customer. */
  formerIds?: readonly number[];
  /** Of a return that names goods: what no bill has. */
  unmatched?: readonly Unmatched[];
  outcome: Outcome<Recorded> | null;
}

/** What the load step read under the locks, and what the decisions so far made of it. */
export interface Snapshot {
  readonly organisation: Organisation;
  readonly programs: OrgPrograms;
  readonly profiles: ReadonlyMap<number, CustomerProfile>;
  readonly memberships: Map<string, Membership>;
  /** What members have used of limits, by `party/program`. */
  readonly limitUses: Map<string, LimitUses>;
  /** What members' trackers hold, by `party/program`. */
  readonly trackers: Map<string, TrackerState>;
  /** What bills that go back added to trackers, by bill. */
  readonly trackedBills: ReadonlyMap<number, TrackedBill>;
  readonly targets: BatchTargets;
  /** Tier in force on the date of late bills, by transaction. */
  readonly tiersOfLateBills: ReadonlyMap<number, number>;
  /** Days of visits as far as late bills need them: read for those, and of every bill that the batch counted so far. */
  readonly visitDays: VisitDays;
  /** Bills that the batch's returns are of, by id, as the returns so far left them. */
  readonly bills: Map<number, ReturnableBill>;
  /** Points that paid those bills. */
  readonly redemptions: BillRedemptions;
  /** Redemptions that the batch's bills say they were paid with. */
  readonly quoted: QuotedRedemptions;
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
  readonly limitUses: SavedLimitUse[];
  readonly trackers: SavedTrackers[];
  readonly targets: {
    readonly enrolments: Enrolment[];
    readonly values: TargetValue[];
    readonly levels: StreakLevel[];
    readonly events: TargetEvent[];
  };
  readonly events: NewEvent[];
  /** Moves of points under rolling strategies. */
  readonly rolls: ExpiryRoll[];
}

export const noWrites = (): Writes => ({
  transactions: [],
  lines: [],
  memberships: [],
  limitUses: [],
  trackers: [],
  targets: { enrolments: [], values: [], levels: [], events: [] },
  events: [],
  rolls: [],
});

/** Answers a purchase with a refusal; nothing of it will be written. */
export const refuse = (passage: Passage, error: AppError): void => {
  passage.outcome = { error };
};
