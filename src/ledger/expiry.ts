import type { NewEvent } from "#events";
import {
  type Clock,
  type Db,
  type Ids,
  type Instant,
  inTurn,
  type Logger,
  sql,
  startOfDay,
  type Tx,
} from "#platform";
import { LedgerBook } from "./book.ts";
import { sumOfUses, takeUpTo } from "./rules.ts";
import type { AccountKey, Lot, LotKey, LotUse } from "./schema.ts";
import { loadAccounts, loadActiveHolds, loadOpenLots, lockParties, writeLedger } from "./store.ts";

/** Lots looked at per transaction: bounds its length and the memory of the job, whatever has piled up. */
const LOTS_AT_ONCE = 2000;
/** Parties locked per transaction: a backlog has many lots of each, and tills wait for their locks. */
const PARTIES_AT_ONCE = 250;

/** Where the job is: the last lot it looked at, in the order of the index on expiry. */
interface Position extends LotKey {
  readonly partyId: number;
  readonly expiresAt: string;
}

const START: Position = { expiresAt: "-infinity", partyId: 0, eventNo: 0, lineNo: 0 };

/** The next lots that expired before `before`: pages by key, so that a page costs the same however many are behind it. */
const nextDue = (
  tx: Tx,
  orgId: number,
  before: string,
  after: Position,
  limit: number,
): Promise<Position[]> =>
  tx.rows<Position>(sql`/* ledger.next_due */
    select expires_at::text as "expiresAt", party_id as "partyId", event_no as "eventNo", line_no as "lineNo"
      from ledger.lots
     where org_id = ${orgId} and is_open and expires_at is not null and expires_at < ${before}::timestamptz
       and (expires_at, party_id, event_no, line_no)
         > (${after.expiresAt}::timestamptz, ${after.partyId}::bigint, ${after.eventNo}::bigint, ${after.lineNo}::smallint)
     order by org_id, expires_at, party_id, event_no, line_no limit ${limit}`);

interface Due extends AccountKey {
  readonly partyId: number;
  readonly uses: LotUse[];
  amount: number;
}

/**
 * What expires of the accounts now: their due lots, soonest first, as far as the points are not held. What is held goes when
 * the hold has ended.
 */
export const dueOf = (book: LedgerBook, lots: readonly Lot[], now: Instant): Due[] => {
  const accounts = new Map<string, Lot[]>();
  for (const lot of lots) {
    const key = `${lot.partyId}/${lot.programId}/${lot.currencyId}/${lot.category}`;
    accounts.set(key, [...(accounts.get(key) ?? []), lot]);
  }
  const inOrder = [...accounts.values()].sort(
    ([a], [b]) =>
      a!.partyId - b!.partyId ||
      a!.programId - b!.programId ||
      a!.currencyId - b!.currencyId ||
      a!.category - b!.category,
  );
  return inOrder.flatMap((group) => {
    const { partyId, programId, currencyId, category } = group[0]!;
    const free = Math.max(0, book.available(partyId, { programId, currencyId, category }, now));
    const uses = takeUpTo(group, free);
    const amount = sumOfUses(uses);
    return amount === 0 ? [] : [{ partyId, programId, currencyId, category, uses, amount }];
  });
};

export interface ExpiryParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  /** Writes `points.expired` events in the transaction of the postings. */
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
  /** Lots per transaction; 2,000 when absent. */
  readonly lotsAtOnce?: number;
}

/**
 * Expires an organisation's lots whose last day has passed in its time zone (points.md §5: posted the morning after).
 * Works through parties in short transactions under their locks; killed anywhere it goes on where it was, and running it
 * twice changes nothing. Returns the thousandths that expired.
 */
export const expireLots = async (
  { db, ids, clock, publish, lotsAtOnce = LOTS_AT_ONCE }: ExpiryParts,
  orgId: number,
  zone: string,
): Promise<{ parties: number; amount: number }> => {
  const now: Instant = clock.now().getTime();
  const before = new Date(startOfDay(now, zone)).toISOString();
  let parties = 0;
  let amount = 0;
  for (let after = START; ; ) {
    const page = await db.transaction(orgId, (tx) => nextDue(tx, orgId, before, after, lotsAtOnce));
    const last = page.at(-1);
    if (last === undefined) return { parties, amount };
    const partyIds = [...new Set(page.map(({ partyId }) => partyId))].sort((a, b) => a - b);
    for (let from = 0; from < partyIds.length; from += PARTIES_AT_ONCE) {
      const some = partyIds.slice(from, from + PARTIES_AT_ONCE);
      const expired = await db.transaction(orgId, (tx) =>
        expireParties(tx, { ids, publish }, orgId, some, before, now),
      );
      amount += expired.amount;
      parties += expired.parties;
    }
    after = last;
  }
};

/** Expires the lots of organisations, one after another; see `inTurn` for what fails. */
export const expireOrganisations = (
  parts: ExpiryParts & { readonly log: Pick<Logger, "error"> },
  orgIds: readonly number[],
  zoneOf: (orgId: number) => Promise<string>,
): Promise<void> =>
  inTurn(orgIds, parts.log, "points of an organisation could not be expired", async (orgId) =>
    expireLots(parts, orgId, await zoneOf(orgId)),
  );

const expireParties = async (
  tx: Tx,
  { ids, publish }: Pick<ExpiryParts, "ids" | "publish">,
  orgId: number,
  partyIds: readonly number[],
  before: string,
  now: Instant,
): Promise<{ parties: number; amount: number }> => {
  const [locked, accounts, open, holds] = await Promise.all([
    lockParties(tx, orgId, partyIds),
    loadAccounts(tx, orgId, partyIds),
    loadOpenLots(tx, orgId, partyIds),
    loadActiveHolds(tx, orgId, partyIds),
  ]);
  const lots = open.filter(({ expiresAt }) => expiresAt !== null && expiresAt.toISOString() < before);
  const book = new LedgerBook(locked, accounts, { lots: open, holds });
  const due = dueOf(book, lots, now);
  if (due.length === 0) return { parties: 0, amount: 0 };
  const nextId = await ids.reserve("event", due.length);
  const events = due.map(({ partyId, programId, currencyId, category, uses, amount }): NewEvent => {
    const eventId = nextId();
    const { eventNo, bookedAt } = book.post({
      partyId,
      eventId,
      eventName: "PointsExpiry",
      bookedAt: now,
      recordedAt: now,
      tillId: null,
      sourceProgramId: programId,
      reference: null,
      postings: [{ programId, currencyId, category, contra: "expired", amount: -amount, uses }],
    });
    const payload = { programId, currencyId, category, amount, eventNo, eventId };
    return { orgId, partyId, type: "points.expired", occurredAt: new Date(bookedAt), payload };
  });
  await writeLedger(tx, orgId, book.writes(), false);
  await publish(tx, events);
  return {
    parties: new Set(due.map(({ partyId }) => partyId)).size,
    amount: due.reduce((sum, item) => sum + item.amount, 0),
  };
};
