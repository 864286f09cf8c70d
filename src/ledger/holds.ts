import type { NewEvent } from "#events";
import { type Clock, type Db, inTurn, type Logger, sql, type Tx } from "#platform";
import { lockParties } from "./store.ts";

/** Holds looked at per transaction. */
const HOLDS_AT_ONCE = 1000;

interface Due {
  readonly partyId: number;
  readonly id: number;
  readonly expiresAt: string;
}

const START: Due = { expiresAt: "-infinity", partyId: 0, id: 0 };

/** The next holds whose time is over: pages by key, so that a page costs the same however many are behind it. */
const nextDue = (tx: Tx, orgId: number, before: string, after: Due, limit: number): Promise<Due[]> =>
  tx.rows<Due>(sql`/* ledger.next_holds_due */
    select party_id as "partyId", id, expires_at::text as "expiresAt"
      from ledger.holds
     where org_id = ${orgId} and status = 'active' and expires_at <= ${before}::timestamptz
       and (expires_at, party_id, id) > (${after.expiresAt}::timestamptz, ${after.partyId}::bigint, ${after.id}::bigint)
     order by org_id, expires_at, party_id, id limit ${limit}`);

interface Ended {
  readonly partyId: number;
  readonly id: number;
  readonly programId: number;
  readonly currencyId: number;
  readonly category: number;
  readonly amount: number;
  readonly captured: number;
  readonly expiresAt: Date;
}

/**
 * Writes down that holds ended, at the time that they named. Needs the parties' locks: a hold that is captured or released at this
 * moment, by a call that came in its time, is waited for and, no longer active, left alone.
 */
const endHolds = (tx: Tx, orgId: number, due: readonly Due[]): Promise<Ended[]> =>
  tx.rows<Ended>(sql`/* ledger.end_holds */
    update ledger.holds h set status = 'expired', ended_at = h.expires_at
      from unnest(${due.map(({ partyId }) => partyId)}::bigint[], ${due.map(({ id }) => id)}::bigint[]) d (party_id, id)
     where h.org_id = ${orgId} and h.party_id = d.party_id and h.id = d.id and h.status = 'active'
    returning h.party_id as "partyId", h.id, h.program_id as "programId", h.currency_id as "currencyId", h.category, h.amount,
              h.captured, h.expires_at as "expiresAt"`);

export interface HoldExpiryParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Pick<Logger, "error">;
  /** Writes `points.hold_expired` events in the transaction that ends the holds. */
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
  /** Holds per transaction; 1,000 when absent. */
  readonly holdsAtOnce?: number;
}

/**
 * Writes down the holds of an organisation whose time is over. They reserve nothing from that time on anyway, so this moves no
 * points; killed anywhere it goes on where it was. Returns how many ended.
 */
export const expireHolds = async (
  { db, clock, publish, holdsAtOnce = HOLDS_AT_ONCE }: HoldExpiryParts,
  orgId: number,
): Promise<number> => {
  const before = clock.now().toISOString();
  let count = 0;
  for (let after = START; ; ) {
    const page = await db.transaction(orgId, (tx) => nextDue(tx, orgId, before, after, holdsAtOnce));
    const last = page.at(-1);
    if (last === undefined) return count;
    count += await db.transaction(orgId, async (tx) => {
      const [, ended] = await Promise.all([
        lockParties(tx, orgId, [...new Set(page.map(({ partyId }) => partyId))]),
        endHolds(tx, orgId, page),
      ]);
      if (ended.length > 0)
        await publish(
          tx,
          ended.map((hold) => eventOf(orgId, hold)),
        );
      return ended.length;
    });
    after = last;
  }
};

const eventOf = (orgId: number, { partyId, id: holdId, expiresAt, ...rest }: Ended): NewEvent => ({
  orgId,
  partyId,
  type: "points.hold_expired",
  occurredAt: expiresAt,
  payload: { holdId, ...rest },
});

/** Ends the holds of organisations, one after another; see `inTurn` for what fails. */
export const expireHoldsOf = (parts: HoldExpiryParts, orgIds: readonly number[]): Promise<void> =>
  inTurn(orgIds, parts.log, "holds of an organisation could not be ended", (orgId) =>
    expireHolds(parts, orgId),
  );
