import type { Ids, Instant, Tx } from "#platform";
import { LedgerBook } from "./book.ts";
import { openingPostings } from "./opening-postings.ts";
import { POINTS } from "./schema.ts";
import { writeLedger } from "./store.ts";

export interface NewParty {
  readonly partyId: number;
  readonly registeredAt: Instant;
  readonly tillId: number | null;
}

/**
 * Opens the ledgers of parties that begin now: an opening balance of zero in each category of each program
 * (points-ledger.md §1), so that nothing ever precedes the first entry. Runs in the caller's transaction.
 */
export const openParties = async (
  tx: Tx,
  ids: Ids,
  orgId: number,
  parties: readonly NewParty[],
  programIds: readonly number[],
  recordedAt: Instant,
): Promise<void> => {
  if (parties.length === 0) return;
  const nextId = await ids.reserve("event", parties.length);
  const book = new LedgerBook([], []);
  for (const { partyId, registeredAt, tillId } of parties) {
    book.open(partyId, registeredAt);
    if (programIds.length === 0) continue;
    book.post({
      partyId,
      eventId: nextId(),
      eventName: "CustomerRegistration",
      bookedAt: registeredAt,
      recordedAt,
      tillId,
      sourceProgramId: programIds[0]!,
      reference: null,
      postings: openingPostings(programIds.map((programId) => ({ programId, currencyId: POINTS }))),
    });
  }
  await writeLedger(tx, orgId, book.writes(), true);
};
