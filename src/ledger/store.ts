import { type Instant, type Sql, sql, type Tx } from "#platform";
import type { LedgerWrites, NewLot, NewLotUse } from "./rules.ts";
import type { Account, EntryRow, Lot, PartyState } from "./schema.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();
const isoOrNull = (instant: Instant | null): string | null => (instant === null ? null : iso(instant));

/** Locks the parties in ascending id order, so that two batches can never wait for each other in a circle. */
export const lockParties = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<PartyState[]> =>
  tx.rows<PartyState>(sql`/* ledger.lock_parties */
    select party_id as "partyId", event_count as "eventCount", last_booked_at as "lastBookedAt"
      from ledger.parties
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
     order by party_id
       for update`);

export const findParty = (tx: Tx, orgId: number, partyId: number): Promise<PartyState | null> =>
  tx.maybeOne<PartyState>(sql`/* ledger.find_party */
    select party_id as "partyId", event_count as "eventCount", last_booked_at as "lastBookedAt"
      from ledger.parties where org_id = ${orgId} and party_id = ${partyId}`);

/** Accounts of the parties. Under the parties' locks they cannot change; without, they are a consistent reading. */
export const loadAccounts = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<Account[]> =>
  tx.rows<Account>(sql`/* ledger.load_accounts */
    select party_id as "partyId", program_id as "programId", currency_id as "currencyId", category,
           balance, issued, redeemed, expired, returned, adjusted
      from ledger.accounts
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])`);

/** Lots with something left, for choosing which a debit takes from. */
export const loadOpenLots = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<Lot[]> =>
  tx.rows<Lot>(sql`/* ledger.load_open_lots */
    select party_id as "partyId", event_no as "eventNo", line_no as "lineNo", program_id as "programId",
           currency_id as "currencyId", category, amount, remaining, opened_at as "openedAt", expires_at as "expiresAt"
      from ledger.lots
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and remaining > 0`);

/** A batch's writes: those that may go as one statement with others, and those that must see what the first ones wrote. */
export interface LedgerStatements {
  readonly together: readonly Sql[];
  readonly after: readonly Sql[];
}

/** One statement per table for the whole batch. A debit may take from a lot that the same batch opens, so it comes after. */
export const ledgerStatements = (
  orgId: number,
  writes: LedgerWrites,
  newParties: boolean,
): LedgerStatements => {
  const together = [
    newParties ? insertParties(orgId, writes) : updateParties(orgId, writes),
    upsertAccounts(orgId, writes.accounts),
    insertEntries(orgId, writes.entries),
  ];
  if (writes.lots.length > 0) together.push(insertLots(orgId, writes.lots));
  const after =
    writes.uses.length === 0 ? [] : [takeFromLots(orgId, writes.uses), insertUses(orgId, writes.uses)];
  return { together, after };
};

/** Writes a batch under the locks of its parties. */
export const writeLedger = async (
  tx: Tx,
  orgId: number,
  writes: LedgerWrites,
  newParties: boolean,
): Promise<void> => {
  const { together, after } = ledgerStatements(orgId, writes, newParties);
  await Promise.all([tx.runAll(together), tx.runAll(after)]);
};

const insertParties = (orgId: number, { parties }: LedgerWrites) =>
  sql`/* ledger.insert_parties */
    insert into ledger.parties (org_id, kind, party_id, event_count, last_booked_at)
    select ${orgId}, 'customer', * from unnest(
      ${parties.map((party) => party.partyId)}::bigint[], ${parties.map((party) => party.eventCount)}::bigint[],
      ${parties.map((party) => iso(party.lastBookedAt))}::timestamptz[])`;

const updateParties = (orgId: number, { parties }: LedgerWrites) =>
  sql`/* ledger.update_parties */
    update ledger.parties p set event_count = n.event_count, last_booked_at = n.last_booked_at
      from unnest(${parties.map((party) => party.partyId)}::bigint[], ${parties.map((party) => party.eventCount)}::bigint[],
                  ${parties.map((party) => iso(party.lastBookedAt))}::timestamptz[]) n (party_id, event_count, last_booked_at)
     where p.org_id = ${orgId} and p.party_id = n.party_id`;

const upsertAccounts = (orgId: number, accounts: readonly Account[]) =>
  sql`/* ledger.upsert_accounts */
    insert into ledger.accounts as a
           (org_id, party_id, program_id, currency_id, category, balance, issued, redeemed, expired, returned, adjusted)
    select ${orgId}, * from unnest(
      ${accounts.map((row) => row.partyId)}::bigint[], ${accounts.map((row) => row.programId)}::bigint[],
      ${accounts.map((row) => row.currencyId)}::bigint[], ${accounts.map((row) => row.category)}::smallint[],
      ${accounts.map((row) => row.balance)}::bigint[], ${accounts.map((row) => row.issued)}::bigint[],
      ${accounts.map((row) => row.redeemed)}::bigint[], ${accounts.map((row) => row.expired)}::bigint[],
      ${accounts.map((row) => row.returned)}::bigint[], ${accounts.map((row) => row.adjusted)}::bigint[])
    on conflict (party_id, program_id, currency_id, category) do update
       set balance = excluded.balance, issued = excluded.issued, redeemed = excluded.redeemed,
           expired = excluded.expired, returned = excluded.returned, adjusted = excluded.adjusted`;

const insertEntries = (orgId: number, entries: readonly EntryRow[]) =>
  sql`/* ledger.insert_entries */
    insert into ledger.entries
           (org_id, party_id, event_no, line_no, event_id, event_name, booked_at, recorded_at, program_id, currency_id,
            category, contra, amount, balance_before, balance_after, till_id, source_program_id, reference)
    select ${orgId}, * from unnest(
      ${entries.map((row) => row.partyId)}::bigint[], ${entries.map((row) => row.eventNo)}::bigint[],
      ${entries.map((row) => row.lineNo)}::smallint[], ${entries.map((row) => row.eventId)}::bigint[],
      ${entries.map((row) => row.eventName)}::text[], ${entries.map((row) => iso(row.bookedAt))}::timestamptz[],
      ${entries.map((row) => iso(row.recordedAt))}::timestamptz[], ${entries.map((row) => row.programId)}::bigint[],
      ${entries.map((row) => row.currencyId)}::bigint[], ${entries.map((row) => row.category)}::smallint[],
      ${entries.map((row) => row.contra)}::text[], ${entries.map((row) => row.amount)}::bigint[],
      ${entries.map((row) => row.balanceBefore)}::bigint[], ${entries.map((row) => row.balanceAfter)}::bigint[],
      ${entries.map((row) => row.tillId)}::bigint[], ${entries.map((row) => row.sourceProgramId)}::bigint[],
      ${entries.map((row) => (row.reference === null ? null : JSON.stringify(row.reference)))}::json[])`;

const insertLots = (orgId: number, lots: readonly NewLot[]) =>
  sql`/* ledger.insert_lots */
    insert into ledger.lots
           (org_id, party_id, event_no, line_no, program_id, currency_id, category, amount, remaining, opened_at, expires_at)
    select ${orgId}, l.party_id, l.event_no, l.line_no, l.program_id, l.currency_id, l.category, l.amount, l.amount,
           l.opened_at, l.expires_at
      from unnest(
        ${lots.map((row) => row.partyId)}::bigint[], ${lots.map((row) => row.eventNo)}::bigint[],
        ${lots.map((row) => row.lineNo)}::smallint[], ${lots.map((row) => row.programId)}::bigint[],
        ${lots.map((row) => row.currencyId)}::bigint[], ${lots.map((row) => row.category)}::smallint[],
        ${lots.map((row) => row.amount)}::bigint[], ${lots.map((row) => iso(row.openedAt))}::timestamptz[],
        ${lots.map((row) => isoOrNull(row.expiresAt))}::timestamptz[])
        l (party_id, event_no, line_no, program_id, currency_id, category, amount, opened_at, expires_at)`;

/** The check constraint on `remaining` is the last guard: a lot can never give more than it holds. */
const takeFromLots = (orgId: number, uses: readonly NewLotUse[]) =>
  sql`/* ledger.take_from_lots */
    update ledger.lots l set remaining = l.remaining - u.amount
      from (select party_id, event_no, line_no, sum(amount)::bigint as amount
              from unnest(${uses.map((use) => use.partyId)}::bigint[], ${uses.map((use) => use.eventNo)}::bigint[],
                          ${uses.map((use) => use.lineNo)}::smallint[], ${uses.map((use) => use.amount)}::bigint[])
                   t (party_id, event_no, line_no, amount)
             group by party_id, event_no, line_no) u
     where l.org_id = ${orgId} and l.party_id = u.party_id and l.event_no = u.event_no and l.line_no = u.line_no`;

const insertUses = (orgId: number, uses: readonly NewLotUse[]) =>
  sql`/* ledger.insert_lot_uses */
    insert into ledger.lot_uses (org_id, party_id, event_no, line_no, lot_event_no, lot_line_no, amount)
    select ${orgId}, * from unnest(
      ${uses.map((use) => use.partyId)}::bigint[], ${uses.map((use) => use.byEventNo)}::bigint[],
      ${uses.map((use) => use.byLineNo)}::smallint[], ${uses.map((use) => use.eventNo)}::bigint[],
      ${uses.map((use) => use.lineNo)}::smallint[], ${uses.map((use) => use.amount)}::bigint[])`;
