import type { Db, Ids, Instant } from "#platform";
import { LedgerBook } from "./book.ts";
import { chooseLots } from "./rules.ts";
import {
  type AccountKey,
  type Contra,
  type LedgerEvent,
  type LotTerms,
  POINTS,
  type Posting,
  type Reference,
} from "./schema.ts";
import { openParties } from "./service.ts";
import { loadAccounts, loadOpenLots, lockParties, writeLedger } from "./store.ts";

export interface EventOptions extends Partial<AccountKey> {
  /** Business time; the builder's `at` when absent. */
  readonly at?: Instant;
  readonly eventName?: string;
  readonly tillId?: number | null;
  readonly reference?: Reference | null;
  readonly contra?: Contra;
}

/** Builds ledgers for tests through the same book and store as the product. Amounts are thousandths of a point. */
export const buildLedger = (
  { db, ids }: { db: Db; ids: Ids },
  orgId: number,
  defaults: { programIds: readonly number[]; at: Instant },
) => {
  const accountOf = (options: EventOptions): AccountKey => ({
    programId: options.programId ?? defaults.programIds[0]!,
    currencyId: options.currencyId ?? POINTS,
    category: options.category ?? 1,
  });

  /** Posts events of any parties in one batch; answers their event ids in order. */
  const post = async (
    events: readonly (Pick<LedgerEvent, "partyId" | "postings"> & EventOptions)[],
  ): Promise<number[]> => {
    const nextEventId = await ids.reserve("event", events.length);
    return db.transaction(orgId, async (tx) => {
      const partyIds = [...new Set(events.map((event) => event.partyId))];
      const locked = await lockParties(tx, orgId, partyIds);
      const book = new LedgerBook(locked, await loadAccounts(tx, orgId, partyIds));
      const eventIds = events.map((event) => {
        const eventId = nextEventId();
        const bookedAt = event.at ?? defaults.at;
        book.post({
          partyId: event.partyId,
          eventId,
          eventName: event.eventName ?? "TransactionAdd",
          bookedAt,
          recordedAt: bookedAt,
          tillId: event.tillId ?? null,
          sourceProgramId: event.postings[0]!.programId,
          reference: event.reference ?? null,
          postings: event.postings,
        });
        return eventId;
      });
      await writeLedger(tx, orgId, book.writes(), false);
      return eventIds;
    });
  };

  const openMany = async (partyIds: readonly number[], registeredAt: Instant, tillId: number | null) => {
    const parties = partyIds.map((partyId) => ({ partyId, registeredAt, tillId }));
    await db.transaction(orgId, (tx) =>
      openParties(tx, ids, orgId, parties, defaults.programIds, registeredAt),
    );
  };

  return {
    post,
    /** Opens many parties' ledgers at once; answers their ids, ascending. */
    openParties: async (count: number): Promise<number[]> => {
      const nextParty = await ids.reserve("party", count);
      const partyIds = Array.from({ length: count }, () => nextParty()).sort((a, b) => a - b);
      await openMany(partyIds, defaults.at, null);
      return partyIds;
    },
    /** Opens a party's ledger with zeroes, as registration does; answers its id. */
    openParty: async (
      options: { at?: Instant; tillId?: number | null; partyId?: number } = {},
    ): Promise<number> => {
      const partyId = options.partyId ?? (await ids.take("party"));
      await openMany([partyId], options.at ?? defaults.at, options.tillId ?? null);
      return partyId;
    },
    /** Credits a party; answers the event id. */
    earn: async (
      partyId: number,
      amount: number,
      options: EventOptions & { expiresAt?: Instant | null; lot?: Partial<LotTerms> } = {},
    ): Promise<number> => {
      const { contra = "issued", expiresAt = null, lot = {} } = options;
      const posting: Posting = { ...accountOf(options), contra, amount, expiresAt, lot };
      return (await post([{ ...options, partyId, postings: [posting] }]))[0]!;
    },
    /** Takes `amount` from a party's lots, soonest expiry first; answers the event id. Throws when it has less. */
    debit: async (partyId: number, amount: number, options: EventOptions = {}): Promise<number> => {
      const { contra = "redeemed", eventName = "PointsRedemption" } = options;
      const account = accountOf(options);
      const lots = await db.transaction(orgId, (tx) => loadOpenLots(tx, orgId, [partyId]));
      const mine = lots.filter(
        (lot) =>
          lot.programId === account.programId &&
          lot.currencyId === account.currencyId &&
          lot.category === account.category,
      );
      const uses = chooseLots(mine, amount);
      if (uses === null) throw new Error(`party ${partyId} has less than ${amount}`);
      const postings = [{ ...account, contra, amount: -amount, uses }];
      return (await post([{ ...options, eventName, partyId, postings }]))[0]!;
    },
  };
};
