import { type Instant, type Millipoints, type Sql, sql, type Tx } from "#platform";
import type { LedgerWrites, LotChange, NewLot, NewLotUse } from "./book.ts";
import type {
  Account,
  AccountKey,
  EntryRow,
  ExpiryMove,
  ExpiryRoll,
  Hold,
  Lot,
  LotKey,
  NetUse,
  PartyState,
  TierPointsMove,
} from "./schema.ts";

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

/** The parties as they stand, for what only looks: without locks, in ascending id order. */
export const readParties = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<PartyState[]> =>
  tx.rows<PartyState>(sql`/* ledger.read_parties */
    select party_id as "partyId", event_count as "eventCount", last_booked_at as "lastBookedAt"
      from ledger.parties
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
     order by party_id`);

export const findParty = (tx: Tx, orgId: number, partyId: number): Promise<PartyState | null> =>
  tx.maybeOne<PartyState>(sql`/* ledger.find_party */
    select party_id as "partyId", event_count as "eventCount", last_booked_at as "lastBookedAt"
      from ledger.parties where org_id = ${orgId} and party_id = ${partyId}`);

/** Accounts of the parties. Under the parties' locks they cannot change; without, they are a consistent reading. */
export const loadAccounts = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<Account[]> =>
  tx.rows<Account>(sql`/* ledger.load_accounts */
    select party_id as "partyId", program_id as "programId", currency_id as "currencyId", category,
           balance, issued, received, passed_on as "passedOn", redeemed, expired, returned, adjusted, debt
      from ledger.accounts
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])`);

interface LotRow extends Omit<Lot, "convertsAt" | "parent"> {
  readonly convertsAt: Date | null;
  readonly parentEventNo: number | null;
  readonly parentLineNo: number | null;
}

/** Field by field: objects of one shape, made many at a time. */
const lotOf = (row: LotRow): Lot => ({
  partyId: row.partyId,
  eventNo: row.eventNo,
  lineNo: row.lineNo,
  programId: row.programId,
  currencyId: row.currencyId,
  category: row.category,
  amount: row.amount,
  remaining: row.remaining,
  openedAt: row.openedAt,
  expiresAt: row.expiresAt,
  source: row.source,
  transactionId: row.transactionId,
  billLine: row.billLine,
  convertsAt: row.convertsAt?.getTime() ?? null,
  rolls: row.rolls,
  parent: row.parentEventNo === null ? null : { eventNo: row.parentEventNo, lineNo: row.parentLineNo ?? 1 },
  details: row.details,
});

/** Lots with something left, for choosing which a debit takes from. */
export const loadOpenLots = async (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<Lot[]> => {
  const rows = await tx.rows<LotRow>(sql`/* ledger.load_open_lots */
    select party_id as "partyId", event_no as "eventNo", line_no as "lineNo", program_id as "programId",
           currency_id as "currencyId", category, amount, remaining, opened_at as "openedAt", expires_at as "expiresAt",
           source, transaction_id as "transactionId", bill_line as "billLine", converts_at as "convertsAt", rolls,
           parent_event_no as "parentEventNo", parent_line_no as "parentLineNo", details
      from ledger.lots
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and is_open`);
  return rows.map(lotOf);
};

/** What is to be taken from an account at most, in the order of use. */
export interface Taking extends AccountKey {
  readonly partyId: number;
  readonly amount: Millipoints;
}

/** Lots of an account that are looked at first; a debit seldom takes from more. */
const FIRST_LOTS = 16;

/**
 * The first open lots of accounts in their order of use, as many as it takes to make up each amount, which are all when they hold less. A
 * member may have thousands of lots, and a redemption mostly takes from one. An account is named once.
 */
export const loadFirstLots = async (tx: Tx, orgId: number, takings: readonly Taking[]): Promise<Lot[]> => {
  if (takings.length === 0) return [];
  const rows = await tx.rows<LotRow & { before: Millipoints; place: number }>(sql`/* ledger.load_first_lots */
    select l.party_id as "partyId", l.event_no as "eventNo", l.line_no as "lineNo", l.program_id as "programId",
           l.currency_id as "currencyId", l.category, l.amount, l.remaining, l.opened_at as "openedAt",
           l.expires_at as "expiresAt", l.source, l.transaction_id as "transactionId", l.bill_line as "billLine",
           l.converts_at as "convertsAt", l.rolls, l.parent_event_no as "parentEventNo",
           l.parent_line_no as "parentLineNo", l.details, l.before::bigint as before, l.place::int as place
      from unnest(${takings.map((row) => row.partyId)}::bigint[], ${takings.map((row) => row.programId)}::bigint[],
                  ${takings.map((row) => row.currencyId)}::bigint[], ${takings.map((row) => row.category)}::smallint[],
                  ${takings.map((row) => row.amount)}::bigint[]) t (party_id, program_id, currency_id, category, amount)
     cross join lateral (
       select f.*, sum(f.remaining) over in_order - f.remaining as before, row_number() over in_order as place
         from (select * from ledger.lots
                where org_id = ${orgId} and party_id = t.party_id and program_id = t.program_id
                  and currency_id = t.currency_id and category = t.category and is_open
                order by expires_at, event_no, line_no limit ${FIRST_LOTS}) f
       window in_order as (order by f.expires_at, f.event_no, f.line_no rows unbounded preceding)) l
     where l.before < t.amount`);
  const found = new Map<string, { amount: Millipoints; lots: number }>();
  const idOf = ({ partyId, programId, currencyId, category }: AccountKey & { partyId: number }) =>
    `${partyId}/${programId}/${currencyId}/${category}`;
  for (const row of rows)
    if (row.place > (found.get(idOf(row))?.lots ?? 0))
      found.set(idOf(row), { amount: row.before + row.remaining, lots: row.place });
  const short = takings.filter((taking) => {
    const { amount, lots } = found.get(idOf(taking)) ?? { amount: 0, lots: 0 };
    return lots === FIRST_LOTS && amount < taking.amount;
  });
  if (short.length === 0) return rows.map(lotOf);
  const whole = new Set(short.map((row) => row.partyId));
  const rest = rows.filter((row) => !whole.has(row.partyId)).map(lotOf);
  return [...rest, ...(await loadOpenLots(tx, orgId, [...whole]))];
};

/** Lots by their keys, empty ones too. */
export const loadLots = async (
  tx: Tx,
  orgId: number,
  keys: readonly (LotKey & { readonly partyId: number })[],
): Promise<Lot[]> => {
  if (keys.length === 0) return [];
  const rows = await tx.rows<LotRow>(sql`/* ledger.load_lots */
    select l.party_id as "partyId", l.event_no as "eventNo", l.line_no as "lineNo", l.program_id as "programId",
           l.currency_id as "currencyId", l.category, l.amount, l.remaining, l.opened_at as "openedAt",
           l.expires_at as "expiresAt", l.source, l.transaction_id as "transactionId", l.bill_line as "billLine",
           l.converts_at as "convertsAt", l.rolls, l.parent_event_no as "parentEventNo",
           l.parent_line_no as "parentLineNo", l.details
      from (select distinct party_id, event_no, line_no
              from unnest(${keys.map((key) => key.partyId)}::bigint[], ${keys.map((key) => key.eventNo)}::bigint[],
                          ${keys.map((key) => key.lineNo)}::smallint[]) k (party_id, event_no, line_no)) k
      join ledger.lots l on l.party_id = k.party_id and l.event_no = k.event_no and l.line_no = k.line_no
     where l.org_id = ${orgId}`);
  return rows.map(lotOf);
};

/** Open lots of the parties that events of a name opened, such as those given at registration. */
export const loadLotsOpenedBy = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  eventName: string,
): Promise<(LotKey & { readonly partyId: number })[]> =>
  tx.rows(sql`/* ledger.load_lots_opened_by */
    select l.party_id as "partyId", l.event_no as "eventNo", l.line_no as "lineNo"
      from ledger.lots l
      join ledger.entries e on e.party_id = l.party_id and e.event_no = l.event_no and e.line_no = l.line_no
     where l.org_id = ${orgId} and l.party_id = any(${partyIds}::bigint[]) and l.is_open
       and e.event_name = ${eventName}`);

/** Numbers of the parties' events by the ids that the documented calls name them by. */
export const loadEventNumbers = (
  tx: Tx,
  orgId: number,
  eventIds: readonly number[],
): Promise<{ eventId: number; partyId: number; eventNo: number }[]> =>
  tx.rows(sql`/* ledger.load_event_numbers */
    select event_id as "eventId", party_id as "partyId", event_no as "eventNo"
      from ledger.entries
     where org_id = ${orgId} and event_id = any(${eventIds}::bigint[]) and line_no = 1`);

/** Lots that bills of the parties earned, converted ones and empty ones too. */
export const loadLotsOfTransactions = async (
  tx: Tx,
  orgId: number,
  bills: readonly { readonly partyId: number; readonly transactionId: number }[],
): Promise<Lot[]> => {
  if (bills.length === 0) return [];
  const rows = await tx.rows<LotRow>(sql`/* ledger.load_lots_of_transactions */
    select l.party_id as "partyId", l.event_no as "eventNo", l.line_no as "lineNo", l.program_id as "programId",
           l.currency_id as "currencyId", l.category, l.amount, l.remaining, l.opened_at as "openedAt",
           l.expires_at as "expiresAt", l.source, l.transaction_id as "transactionId", l.bill_line as "billLine",
           l.converts_at as "convertsAt", l.rolls, l.parent_event_no as "parentEventNo",
           l.parent_line_no as "parentLineNo", l.details
      from (select distinct party_id, transaction_id
              from unnest(${bills.map((bill) => bill.partyId)}::bigint[],
                          ${bills.map((bill) => bill.transactionId)}::bigint[]) b (party_id, transaction_id)) b
      join ledger.lots l on l.party_id = b.party_id and l.transaction_id = b.transaction_id
     where l.org_id = ${orgId}`);
  return rows.map(lotOf);
};

/** What lots gave, by kind and event, less what they were given back. */
export const loadUsesOfLots = async (
  tx: Tx,
  orgId: number,
  keys: readonly (LotKey & { readonly partyId: number })[],
): Promise<NetUse[]> => {
  if (keys.length === 0) return [];
  return tx.rows<NetUse>(sql`/* ledger.load_uses_of_lots */
    select u.party_id as "partyId", u.lot_event_no as "eventNo", u.lot_line_no as "lineNo", u.kind,
           coalesce(nullif(u.for_event_no, 0), u.event_no) as "forEventNo", sum(u.amount)::bigint as amount
      from (select distinct party_id, event_no, line_no
              from unnest(${keys.map((key) => key.partyId)}::bigint[], ${keys.map((key) => key.eventNo)}::bigint[],
                          ${keys.map((key) => key.lineNo)}::smallint[]) k (party_id, event_no, line_no)) k
      join ledger.lot_uses u on u.party_id = k.party_id and u.lot_event_no = k.event_no and u.lot_line_no = k.line_no
     where u.org_id = ${orgId}
     group by 1, 2, 3, 4, 5`);
};

/** What lots gave for events of the parties, such as redemptions, less what they were given back: which lots carry them now. */
export const loadUsesForEvents = async (
  tx: Tx,
  orgId: number,
  events: readonly { readonly partyId: number; readonly eventNo: number }[],
): Promise<NetUse[]> => {
  if (events.length === 0) return [];
  return tx.rows<NetUse>(sql`/* ledger.load_uses_for_events */
    select u.party_id as "partyId", u.lot_event_no as "eventNo", u.lot_line_no as "lineNo", u.kind,
           e.event_no as "forEventNo", sum(u.amount)::bigint as amount
      from (select distinct party_id, event_no
              from unnest(${events.map((event) => event.partyId)}::bigint[],
                          ${events.map((event) => event.eventNo)}::bigint[]) e (party_id, event_no)) e
     cross join lateral (
       select party_id, lot_event_no, lot_line_no, kind, amount from ledger.lot_uses
        where org_id = ${orgId} and party_id = e.party_id and event_no = e.event_no and for_event_no = 0
       union all
       select party_id, lot_event_no, lot_line_no, kind, amount from ledger.lot_uses
        where org_id = ${orgId} and party_id = e.party_id and for_event_no = e.event_no and for_event_no > 0) u
     group by 1, 2, 3, 4, 5`);
};

/** What lots of the parties gave to settle debts, less what they were given back. */
export const loadSettledUses = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
): Promise<NetUse[]> => {
  if (partyIds.length === 0) return [];
  return tx.rows<NetUse>(sql`/* ledger.load_settled_uses */
    select party_id as "partyId", lot_event_no as "eventNo", lot_line_no as "lineNo", kind,
           coalesce(nullif(for_event_no, 0), event_no) as "forEventNo", sum(amount)::bigint as amount
      from ledger.lot_uses
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and kind = 'settled'
     group by 1, 2, 3, 4, 5`);
};

/** Holds that are not ended; whether they still reserve anything is for the reader's time to say. */
export const loadActiveHolds = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<Hold[]> =>
  tx.rows<Hold>(sql`/* ledger.load_active_holds */
    select party_id as "partyId", id, program_id as "programId", currency_id as "currencyId", category, amount, captured,
           status, created_at as "createdAt", expires_at as "expiresAt", ended_at as "endedAt", till_id as "tillId", reference
      from ledger.holds
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and status = 'active'`);

/** A batch's writes, one statement per table; they may go as one statement with others. */
export const ledgerStatements = (orgId: number, writes: LedgerWrites, newParties: boolean): Sql[] => {
  const statements: Sql[] = [];
  if (writes.parties.length > 0)
    statements.push(newParties ? insertParties(orgId, writes) : updateParties(orgId, writes));
  if (writes.accounts.length > 0) statements.push(upsertAccounts(orgId, writes.accounts));
  if (writes.entries.length > 0) statements.push(insertEntries(orgId, writes.entries));
  if (writes.lots.length > 0) statements.push(insertLots(orgId, writes.lots));
  if (writes.lotChanges.length > 0) statements.push(changeLots(orgId, writes.lotChanges));
  if (writes.uses.length > 0) statements.push(insertUses(orgId, writes.uses));
  if (writes.newHolds.length > 0) statements.push(insertHolds(orgId, writes.newHolds));
  if (writes.changedHolds.length > 0) statements.push(updateHolds(orgId, writes.changedHolds));
  if (writes.expiryMoves.length > 0) statements.push(insertExpiryChanges(orgId, writes.expiryMoves));
  return statements;
};

/** Moves of expiry dates: apart from the batch's other statements, because a lot that gives may be moved as well. */
export const expiryMoveStatements = (orgId: number, { expiryMoves }: LedgerWrites): Sql[] =>
  expiryMoves.length === 0 ? [] : [moveExpiry(orgId, expiryMoves)];

/** Writes a batch under the locks of its parties. */
export const writeLedger = async (
  tx: Tx,
  orgId: number,
  writes: LedgerWrites,
  newParties: boolean,
): Promise<void> => {
  await Promise.all([
    tx.runAll(ledgerStatements(orgId, writes, newParties)),
    tx.runAll(expiryMoveStatements(orgId, writes)),
  ]);
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
           (org_id, party_id, program_id, currency_id, category, balance, issued, received, passed_on, redeemed, expired,
            returned, adjusted, debt)
    select ${orgId}, * from unnest(
      ${accounts.map((row) => row.partyId)}::bigint[], ${accounts.map((row) => row.programId)}::bigint[],
      ${accounts.map((row) => row.currencyId)}::bigint[], ${accounts.map((row) => row.category)}::smallint[],
      ${accounts.map((row) => row.balance)}::bigint[], ${accounts.map((row) => row.issued)}::bigint[],
      ${accounts.map((row) => row.received)}::bigint[], ${accounts.map((row) => row.passedOn)}::bigint[],
      ${accounts.map((row) => row.redeemed)}::bigint[], ${accounts.map((row) => row.expired)}::bigint[],
      ${accounts.map((row) => row.returned)}::bigint[], ${accounts.map((row) => row.adjusted)}::bigint[],
      ${accounts.map((row) => row.debt)}::bigint[])
    on conflict (party_id, program_id, currency_id, category) do update
       set balance = excluded.balance, issued = excluded.issued, received = excluded.received,
           passed_on = excluded.passed_on, redeemed = excluded.redeemed, expired = excluded.expired,
           returned = excluded.returned, adjusted = excluded.adjusted, debt = excluded.debt`;

const insertEntries = (orgId: number, entries: readonly EntryRow[]) =>
  sql`/* ledger.insert_entries */
    insert into ledger.entries
           (org_id, party_id, event_no, line_no, event_id, event_name, booked_at, recorded_at, program_id, currency_id,
            category, contra, amount, balance_before, balance_after, debt_change, till_id, source_program_id, reference)
    select ${orgId}, * from unnest(
      ${entries.map((row) => row.partyId)}::bigint[], ${entries.map((row) => row.eventNo)}::bigint[],
      ${entries.map((row) => row.lineNo)}::smallint[], ${entries.map((row) => row.eventId)}::bigint[],
      ${entries.map((row) => row.eventName)}::text[], ${entries.map((row) => iso(row.bookedAt))}::timestamptz[],
      ${entries.map((row) => iso(row.recordedAt))}::timestamptz[], ${entries.map((row) => row.programId)}::bigint[],
      ${entries.map((row) => row.currencyId)}::bigint[], ${entries.map((row) => row.category)}::smallint[],
      ${entries.map((row) => row.contra)}::text[], ${entries.map((row) => row.amount)}::bigint[],
      ${entries.map((row) => row.balanceBefore)}::bigint[], ${entries.map((row) => row.balanceAfter)}::bigint[],
      ${entries.map((row) => row.debtChange)}::bigint[],
      ${entries.map((row) => row.tillId)}::bigint[], ${entries.map((row) => row.sourceProgramId)}::bigint[],
      ${entries.map((row) => (row.reference === null ? null : JSON.stringify(row.reference)))}::json[])`;

const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

const insertLots = (orgId: number, lots: readonly NewLot[]) =>
  sql`/* ledger.insert_lots */
    insert into ledger.lots
           (org_id, party_id, event_no, line_no, program_id, currency_id, category, amount, remaining, opened_at, expires_at,
            source, transaction_id, bill_line, converts_at, rolls, parent_event_no, parent_line_no, details)
    select ${orgId}, * from unnest(
      ${lots.map((row) => row.partyId)}::bigint[], ${lots.map((row) => row.eventNo)}::bigint[],
      ${lots.map((row) => row.lineNo)}::smallint[], ${lots.map((row) => row.programId)}::bigint[],
      ${lots.map((row) => row.currencyId)}::bigint[], ${lots.map((row) => row.category)}::smallint[],
      ${lots.map((row) => row.amount)}::bigint[], ${lots.map((row) => row.remaining)}::bigint[],
      ${lots.map((row) => iso(row.openedAt.getTime()))}::timestamptz[],
      ${lots.map((row) => isoOrNull(row.expiresAt?.getTime() ?? null))}::timestamptz[],
      ${lots.map((row) => row.source)}::text[], ${lots.map((row) => row.transactionId)}::bigint[],
      ${lots.map((row) => row.billLine)}::int[], ${lots.map((row) => isoOrNull(row.convertsAt))}::timestamptz[],
      ${lots.map((row) => (row.rolls ? "t" : "f"))}::boolean[], ${lots.map((row) => row.parent?.eventNo ?? null)}::bigint[],
      ${lots.map((row) => row.parent?.lineNo ?? null)}::smallint[], ${lots.map((row) => json(row.details))}::json[])`;

/** Relative, and bounded by the check on `remaining`: a lot can never give more than it holds, nor get more than it had. */
const changeLots = (orgId: number, changes: readonly LotChange[]) =>
  sql`/* ledger.change_lots */
    update ledger.lots l set remaining = l.remaining + c.change
      from unnest(${changes.map((row) => row.partyId)}::bigint[], ${changes.map((row) => row.eventNo)}::bigint[],
                  ${changes.map((row) => row.lineNo)}::smallint[], ${changes.map((row) => row.change)}::bigint[])
           c (party_id, event_no, line_no, change)
     where l.org_id = ${orgId} and l.party_id = c.party_id and l.event_no = c.event_no and l.line_no = c.line_no`;

const insertUses = (orgId: number, uses: readonly NewLotUse[]) =>
  sql`/* ledger.insert_lot_uses */
    insert into ledger.lot_uses
           (org_id, party_id, event_no, line_no, lot_event_no, lot_line_no, kind, for_event_no, amount)
    select ${orgId}, * from unnest(
      ${uses.map((use) => use.partyId)}::bigint[], ${uses.map((use) => use.byEventNo)}::bigint[],
      ${uses.map((use) => use.byLineNo)}::smallint[], ${uses.map((use) => use.eventNo)}::bigint[],
      ${uses.map((use) => use.lineNo)}::smallint[], ${uses.map((use) => use.kind)}::text[],
      ${uses.map((use) => use.forEventNo)}::bigint[], ${uses.map((use) => use.amount)}::bigint[])`;

const insertHolds = (orgId: number, holds: readonly Hold[]) =>
  sql`/* ledger.insert_holds */
    insert into ledger.holds
           (org_id, party_id, id, program_id, currency_id, category, amount, captured, status, created_at, expires_at, ended_at,
            till_id, reference)
    select ${orgId}, * from unnest(
      ${holds.map((row) => row.partyId)}::bigint[], ${holds.map((row) => row.id)}::bigint[],
      ${holds.map((row) => row.programId)}::bigint[], ${holds.map((row) => row.currencyId)}::bigint[],
      ${holds.map((row) => row.category)}::smallint[], ${holds.map((row) => row.amount)}::bigint[],
      ${holds.map((row) => row.captured)}::bigint[], ${holds.map((row) => row.status)}::text[],
      ${holds.map((row) => iso(row.createdAt.getTime()))}::timestamptz[],
      ${holds.map((row) => iso(row.expiresAt.getTime()))}::timestamptz[],
      ${holds.map((row) => isoOrNull(row.endedAt?.getTime() ?? null))}::timestamptz[],
      ${holds.map((row) => row.tillId)}::bigint[], ${holds.map((row) => json(row.reference))}::json[])`;

const updateHolds = (orgId: number, holds: readonly Hold[]) =>
  sql`/* ledger.update_holds */
    update ledger.holds h set captured = c.captured, status = c.status, ended_at = c.ended_at
      from unnest(${holds.map((row) => row.partyId)}::bigint[], ${holds.map((row) => row.id)}::bigint[],
                  ${holds.map((row) => row.captured)}::bigint[], ${holds.map((row) => row.status)}::text[],
                  ${holds.map((row) => isoOrNull(row.endedAt?.getTime() ?? null))}::timestamptz[])
           c (party_id, id, captured, status, ended_at)
     where h.org_id = ${orgId} and h.party_id = c.party_id and h.id = c.id and h.status = 'active'`;

const moveExpiry = (orgId: number, moves: readonly ExpiryMove[]) => {
  // Of several moves of a lot in a batch the last one counts; an update would take any of them.
  const last = new Map(moves.map((row) => [`${row.partyId}/${row.eventNo}/${row.lineNo}`, row]));
  const rows = [...last.values()];
  return sql`/* ledger.move_expiry */
    update ledger.lots l set expires_at = m.expires_at
      from unnest(${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.eventNo)}::bigint[],
                  ${rows.map((row) => row.lineNo)}::smallint[], ${rows.map((row) => isoOrNull(row.after))}::timestamptz[])
           m (party_id, event_no, line_no, expires_at)
     where l.org_id = ${orgId} and l.party_id = m.party_id and l.event_no = m.event_no and l.line_no = m.line_no`;
};

/** Moves what parties hold under rolling strategies; a batch without such moves has no statement. */
export const rollStatements = (orgId: number, rolls: readonly ExpiryRoll[]): Sql[] => {
  if (rolls.length === 0) return [];
  // Of several activities of a party the one that reaches furthest counts.
  const furthest = new Map<string, ExpiryRoll>();
  for (const roll of rolls) {
    const key = `${roll.partyId}/${roll.programId}/${roll.strategyId}`;
    const other = furthest.get(key);
    if (other === undefined || roll.expiresAt > other.expiresAt) furthest.set(key, roll);
  }
  return [rollExpiry(orgId, [...furthest.values()])];
};

/** Later only, and only what has not run out at the activity's own time; the maximum counts from each lot's award. */
const rollExpiry = (orgId: number, rolls: readonly ExpiryRoll[]) =>
  sql`/* ledger.roll_expiry */
    update ledger.lots l set expires_at = m.expires_at
      from (select o.party_id, o.event_no, o.line_no,
                   least(r.expires_at, (date_trunc('day', o.opened_at at time zone r.time_zone)
                                        + make_interval(days => r.maximum_days + 1)) at time zone r.time_zone
                                       - interval '1 second') as expires_at
              from unnest(${rolls.map((row) => row.partyId)}::bigint[], ${rolls.map((row) => row.programId)}::bigint[],
                          ${rolls.map((row) => row.strategyId)}::int[], ${rolls.map((row) => iso(row.expiresAt))}::timestamptz[],
                          ${rolls.map((row) => row.maximumDays)}::int[], ${rolls.map((row) => row.timeZone)}::text[],
                          ${rolls.map((row) => iso(row.now))}::timestamptz[])
                   r (party_id, program_id, strategy_id, expires_at, maximum_days, time_zone, now)
              join ledger.lots o on o.party_id = r.party_id and o.program_id = r.program_id
             where o.org_id = ${orgId} and o.rolls and o.is_open and o.expires_at > r.now
               and coalesce((o.details ->> 'expiryStrategyId')::int, 1) = r.strategy_id) m
     where l.org_id = ${orgId} and l.party_id = m.party_id and l.event_no = m.event_no and l.line_no = m.line_no
       and l.expires_at < m.expires_at`;

/** Moves what parties hold under strategies that end with tiers, of several moves of a party by the last one. */
export const followTierStatements = (orgId: number, moves: readonly TierPointsMove[]): Sql[] => {
  if (moves.length === 0) return [];
  const last = new Map(moves.map((row) => [`${row.partyId}/${row.programId}/${row.strategyId}`, row]));
  return [followTier(orgId, [...last.values()])];
};

const followTier = (orgId: number, moves: readonly TierPointsMove[]) =>
  sql`/* ledger.follow_tier */
    update ledger.lots l set expires_at = m.expires_at
      from unnest(${moves.map((row) => row.partyId)}::bigint[], ${moves.map((row) => row.programId)}::bigint[],
                  ${moves.map((row) => row.strategyId)}::int[],
                  ${moves.map((row) => isoOrNull(row.expiresAt))}::timestamptz[], ${moves.map((row) => iso(row.from))}::timestamptz[])
           m (party_id, program_id, strategy_id, expires_at, from_at)
     where l.org_id = ${orgId} and l.party_id = m.party_id and l.program_id = m.program_id and l.rolls and l.is_open
       and (l.expires_at is null or l.expires_at >= m.from_at)
       and coalesce((l.details ->> 'expiryStrategyId')::int, 1) = m.strategy_id`;

const insertExpiryChanges = (orgId: number, moves: readonly ExpiryMove[]) =>
  sql`/* ledger.insert_expiry_changes */
    insert into ledger.expiry_changes
           (org_id, party_id, event_id, lot_event_no, lot_line_no, changed_at, expires_before, expires_after, reason_type, note,
            changed_by, details)
    select ${orgId}, * from unnest(
      ${moves.map((row) => row.partyId)}::bigint[], ${moves.map((row) => row.eventId)}::bigint[],
      ${moves.map((row) => row.eventNo)}::bigint[], ${moves.map((row) => row.lineNo)}::smallint[],
      ${moves.map((row) => iso(row.changedAt))}::timestamptz[], ${moves.map((row) => isoOrNull(row.before))}::timestamptz[],
      ${moves.map((row) => isoOrNull(row.after))}::timestamptz[], ${moves.map((row) => row.reasonType)}::text[],
      ${moves.map((row) => row.note)}::text[], ${moves.map((row) => row.changedBy)}::text[],
      ${moves.map((row) => json(row.details))}::json[])`;
