import { type Clock, type Db, type Ids, type Instant, inTurn, type Logger, sql, type Tx } from "#platform";
import { LedgerBook } from "./book.ts";
import { BULK_OPENING, type OpenedPair, openingPostings } from "./opening-postings.ts";
import { loadAccounts, lockParties, writeLedger } from "./store.ts";

const PARTIES_AT_ONCE = 200;

export interface OpeningParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
}

/** How far the opening of a pair has come: every customer up to this party has it. */
interface Progress extends OpenedPair {
  readonly throughPartyId: number;
}

/** Notes pairs that are new, and answers those that are not done, locked so that two jobs do not do the same work. */
const unfinished = async (tx: Tx, orgId: number, pairs: readonly OpenedPair[]): Promise<Progress[]> => {
  await tx.run(sql`/* ledger.note_openings */
    insert into ledger.bulk_openings (org_id, program_id, currency_id)
    select ${orgId}, * from unnest(${pairs.map(({ programId }) => programId)}::bigint[],
                                   ${pairs.map(({ currencyId }) => currencyId)}::bigint[])
    on conflict (org_id, program_id, currency_id) do nothing`);
  return tx.rows<Progress>(sql`/* ledger.unfinished_openings */
    select program_id as "programId", currency_id as "currencyId", through_party_id as "throughPartyId"
      from ledger.bulk_openings where org_id = ${orgId} and done_at is null
     order by program_id, currency_id for update`);
};

const isAnyUnfinished = async (tx: Tx, orgId: number, pairs: readonly OpenedPair[]): Promise<boolean> => {
  const row = await tx.one<{ done: number }>(sql`/* ledger.count_done_openings */
    select count(*) as done from ledger.bulk_openings b
      join unnest(${pairs.map(({ programId }) => programId)}::bigint[], ${pairs.map(({ currencyId }) => currencyId)}::bigint[])
           w (program_id, currency_id) on w.program_id = b.program_id and w.currency_id = b.currency_id
     where b.org_id = ${orgId} and b.done_at is not null`);
  return row.done < pairs.length;
};

const nextParties = async (tx: Tx, orgId: number, after: number): Promise<number[]> => {
  const rows = await tx.rows<{ partyId: number }>(sql`/* ledger.next_parties */
    select party_id as "partyId" from ledger.parties
     where org_id = ${orgId} and kind = 'customer' and party_id > ${after} order by party_id limit ${PARTIES_AT_ONCE}`);
  return rows.map(({ partyId }) => partyId);
};

const advance = (
  tx: Tx,
  orgId: number,
  pairs: readonly OpenedPair[],
  through: number,
  doneAt: Instant | null,
) =>
  tx.run(sql`/* ledger.advance_openings */
    update ledger.bulk_openings b
       set through_party_id = greatest(b.through_party_id, ${through}::bigint),
           done_at = ${doneAt === null ? null : new Date(doneAt).toISOString()}::timestamptz
      from unnest(${pairs.map(({ programId }) => programId)}::bigint[], ${pairs.map(({ currencyId }) => currencyId)}::bigint[])
           w (program_id, currency_id)
     where b.org_id = ${orgId} and b.program_id = w.program_id and b.currency_id = w.currency_id`);

/** Opens what some parties lack of these pairs, in one event each. Answers how many got something. */
const openLacking = async (
  tx: Tx,
  ids: Ids,
  orgId: number,
  partyIds: readonly number[],
  pairs: readonly OpenedPair[],
  now: Instant,
): Promise<number> => {
  const locked = await lockParties(tx, orgId, partyIds);
  const accounts = await loadAccounts(tx, orgId, partyIds);
  const book = new LedgerBook(locked, accounts);
  const lacking = partyIds.flatMap((partyId) => {
    const postings = openingPostings(pairs).filter((key) => book.account(partyId, key) === undefined);
    return postings.length === 0 ? [] : [{ partyId, postings }];
  });
  if (lacking.length === 0) return 0;
  const nextId = await ids.reserve("event", lacking.length);
  for (const { partyId, postings } of lacking)
    book.post({
      partyId,
      eventId: nextId(),
      eventName: BULK_OPENING,
      bookedAt: now,
      recordedAt: now,
      tillId: null,
      sourceProgramId: postings[0]!.programId,
      reference: null,
      postings,
    });
  await writeLedger(tx, orgId, book.writes(), false);
  return lacking.length;
};

/**
 * Opens the ledgers of customers who were there before a program or currency was: an opening balance of zero in each category that
 * they lack. Short transactions under the parties' locks, each with how far it came, so that it may be killed anywhere, run twice
 * and run beside itself. Answers how many ledgers got something.
 */
export const openLedgers = async (
  { db, ids, clock }: OpeningParts,
  orgId: number,
  pairs: readonly OpenedPair[],
): Promise<number> => {
  if (pairs.length === 0 || !(await db.transaction(orgId, (tx) => isAnyUnfinished(tx, orgId, pairs))))
    return 0;
  let opened = 0;
  for (let working = true; working; ) {
    const step = await db.transaction(orgId, async (tx) => {
      const pending = await unfinished(tx, orgId, pairs);
      if (pending.length === 0) return { opened: 0, working: false };
      const now = clock.now().getTime();
      // Those furthest behind first; pairs that have come equally far are opened in one event.
      const after = Math.min(...pending.map(({ throughPartyId }) => throughPartyId));
      const together = pending.filter(({ throughPartyId }) => throughPartyId === after);
      const partyIds = await nextParties(tx, orgId, after);
      const last = partyIds.at(-1);
      if (last === undefined) {
        await advance(tx, orgId, together, after, now);
        return { opened: 0, working: true };
      }
      const count = await openLacking(tx, ids, orgId, partyIds, together, now);
      await advance(tx, orgId, together, last, null);
      return { opened: count, working: true };
    });
    opened += step.opened;
    working = step.working;
  }
  return opened;
};

/** Opens the ledgers of organisations, one after another; see `inTurn` for what fails. */
export const openOrganisations = (
  parts: OpeningParts & { readonly log: Pick<Logger, "error"> },
  orgIds: readonly number[],
  pairsOf: (orgId: number) => Promise<readonly OpenedPair[]>,
): Promise<void> =>
  inTurn(orgIds, parts.log, "ledgers of an organisation could not be opened", async (orgId) =>
    openLedgers(parts, orgId, await pairsOf(orgId)),
  );
