import type { NewEvent } from "#events";
import {
  type Clock,
  type Db,
  type Ids,
  type Instant,
  type Logger,
  sql,
  startOfDay,
  type Tx,
} from "#platform";
import { LedgerBook } from "./rules.ts";
import type { AccountKey, Lot, LotUse } from "./schema.ts";
import { loadAccounts, lockParties, writeLedger } from "./store.ts";

const PARTIES_AT_ONCE = 200;

/** Parties of the organisation with a lot that expired before `before`, in id order after `after`. */
const partiesDue = async (tx: Tx, orgId: number, before: string, after: number): Promise<number[]> => {
  const rows = await tx.rows<{ partyId: number }>(sql`/* ledger.parties_due */
    select distinct party_id as "partyId" from ledger.lots
     where org_id = ${orgId} and remaining > 0 and expires_at < ${before}::timestamptz and party_id > ${after}
     order by party_id limit ${PARTIES_AT_ONCE}`);
  return rows.map((row) => row.partyId);
};

const lotsDue = (tx: Tx, orgId: number, partyIds: readonly number[], before: string): Promise<Lot[]> =>
  tx.rows<Lot>(sql`/* ledger.lots_due */
    select party_id as "partyId", event_no as "eventNo", line_no as "lineNo", program_id as "programId",
           currency_id as "currencyId", category, amount, remaining, opened_at as "openedAt", expires_at as "expiresAt"
      from ledger.lots
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and remaining > 0 and expires_at < ${before}::timestamptz
     order by party_id, program_id, currency_id, category, expires_at, event_no, line_no`);

interface Due extends AccountKey {
  readonly partyId: number;
  readonly uses: LotUse[];
  amount: number;
}

/** Sums the due lots per party and account: one expiry posting each. */
export const groupDue = (lots: readonly Lot[]): Due[] => {
  const due: Due[] = [];
  for (const lot of lots) {
    const { partyId, programId, currencyId, category, eventNo, lineNo, remaining } = lot;
    let last = due.at(-1);
    const same =
      last?.partyId === partyId &&
      last.programId === programId &&
      last.currencyId === currencyId &&
      last.category === category;
    if (last === undefined || !same) {
      last = { partyId, programId, currencyId, category, uses: [], amount: 0 };
      due.push(last);
    }
    last.uses.push({ eventNo, lineNo, amount: remaining });
    last.amount += remaining;
  }
  return due;
};

export interface ExpiryParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  /** Writes `points.expired` events in the transaction of the postings. */
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
}

/**
 * Expires an organisation's lots whose last day has passed in its time zone (points.md §5: posted the morning after).
 * Works through parties in short transactions under their locks; killed anywhere it goes on where it was, and running it
 * twice changes nothing. Returns the thousandths that expired.
 */
export const expireLots = async (
  { db, ids, clock, publish }: ExpiryParts,
  orgId: number,
  zone: string,
): Promise<{ parties: number; amount: number }> => {
  const now: Instant = clock.now().getTime();
  const before = new Date(startOfDay(now, zone)).toISOString();
  let parties = 0;
  let amount = 0;
  for (let after = 0; ; ) {
    const partyIds = await db.transaction(orgId, (tx) => partiesDue(tx, orgId, before, after));
    const last = partyIds.at(-1);
    if (last === undefined) return { parties, amount };
    amount += await db.transaction(orgId, (tx) =>
      expireParties(tx, { ids, publish }, orgId, partyIds, before, now),
    );
    parties += partyIds.length;
    after = last;
  }
};

/**
 * Expires the lots of organisations, one after another. What fails for one is logged and does not keep the others waiting;
 * the first failure is thrown when all have had their turn, so that whoever called knows.
 */
export const expireOrganisations = async (
  parts: ExpiryParts & { readonly log: Pick<Logger, "error"> },
  orgIds: readonly number[],
  zoneOf: (orgId: number) => Promise<string>,
): Promise<void> => {
  const failures: unknown[] = [];
  for (const orgId of orgIds) {
    try {
      await expireLots(parts, orgId, await zoneOf(orgId));
    } catch (error) {
      parts.log.error({ err: error, organisation: orgId }, "points of an organisation could not be expired");
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
};

const expireParties = async (
  tx: Tx,
  { ids, publish }: Pick<ExpiryParts, "ids" | "publish">,
  orgId: number,
  partyIds: readonly number[],
  before: string,
  now: Instant,
): Promise<number> => {
  const locked = await lockParties(tx, orgId, partyIds);
  const [accounts, lots] = await Promise.all([
    loadAccounts(tx, orgId, partyIds),
    lotsDue(tx, orgId, partyIds, before),
  ]);
  const due = groupDue(lots);
  if (due.length === 0) return 0;
  const book = new LedgerBook(locked, accounts);
  const nextId = await ids.reserve("event", due.length);
  const events = due.map(({ partyId, programId, currencyId, category, uses, amount }): NewEvent => {
    const { bookedAt } = book.post({
      partyId,
      eventId: nextId(),
      eventName: "PointsExpiry",
      bookedAt: now,
      recordedAt: now,
      tillId: null,
      sourceProgramId: programId,
      reference: null,
      postings: [{ programId, currencyId, category, contra: "expired", amount: -amount, uses }],
    });
    const payload = { programId, currencyId, category, amount };
    return { orgId, partyId, type: "points.expired", occurredAt: new Date(bookedAt), payload };
  });
  await writeLedger(tx, orgId, book.writes(), false);
  await publish(tx, events);
  return due.reduce((sum, item) => sum + item.amount, 0);
};
