import type { Instant, Millipoints } from "#platform";

/** One side of a transfer as it is kept: each party has a row of its own under the same id. */
export interface Transfer {
  readonly partyId: number;
  readonly id: number;
  readonly direction: "sent" | "received";
  readonly otherPartyId: number;
  readonly programId: number;
  readonly eventNo: number;
  readonly eventId: number;
  readonly amount: Millipoints;
  /** What the sender paid besides; 0 on the recipient's side. */
  readonly fee: Millipoints;
  readonly notes: string;
  readonly tillId: number | null;
  readonly transferredAt: Instant;
  readonly recordedAt: Instant;
}
