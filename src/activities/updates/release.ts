import type { Events } from "#events";
import type { Actor } from "#identity";
import {
  conversionEvent,
  convertLots,
  LedgerBook,
  loadAccounts,
  loadLotsOfTransactions,
  lockParties,
  writeLedger,
} from "#ledger";
import { assert, type Ids, type Tx } from "#platform";
import type { UpdatedBill } from "./service.ts";

/**
 * What the loyalty activity TransactionUpdate does: points of the bill that wait for an event become regular. Promised points
 * keep waiting for their day. Needs the locks of the parties.
 */
export const releaseOnUpdate =
  ({ ids, events }: { readonly ids: Ids; readonly events: Pick<Events, "publish"> }) =>
  async (
    tx: Tx,
    actor: Actor,
    { orgId, partyIds, transactionId, number, at }: UpdatedBill,
  ): Promise<void> => {
    const bills = partyIds.map((partyId) => ({ partyId, transactionId }));
    const lots = (await loadLotsOfTransactions(tx, orgId, bills)).filter(
      ({ category, remaining }) => category === 3 && remaining > 0,
    );
    if (lots.length === 0) return;
    const owners = [...new Set(lots.map(({ partyId }) => partyId))].sort((a, b) => a - b);
    // Locked by the caller already; read again for the numbers of their events.
    const [parties, accounts] = await Promise.all([
      lockParties(tx, orgId, owners),
      loadAccounts(tx, orgId, owners),
    ]);
    const nextEventId = await ids.reserve("event", lots.length);
    const book = new LedgerBook(parties, accounts, { lots });
    const time = at.getTime();
    const converted = convertLots(book, lots, {
      at: time,
      recordedAt: time,
      tillId: actor.tillId,
      reference: { transactionId, transactionNumber: number },
      nextEventId,
    });
    assert(converted.length > 0, "lots that wait are converted");
    await writeLedger(tx, orgId, book.writes(), false);
    await events.publish(
      tx,
      converted.map((item) => conversionEvent(orgId, item)),
    );
  };
