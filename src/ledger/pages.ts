import { type Instant, rawSql, sql, type Tx } from "#platform";
import {
  type Account,
  type AccountKey,
  type Category,
  type Contra,
  type LotSource,
  type PartyState,
  POINTS,
  type Reference,
  type UseKind,
} from "./schema.ts";

/** A posting as reads show it. */
export interface LedgerLine {
  readonly eventNo: number;
  readonly lineNo: number;
  readonly eventId: number;
  readonly eventName: string;
  readonly bookedAt: Date;
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly contra: Contra;
  readonly amount: number;
  readonly balanceBefore: number;
  readonly balanceAfter: number;
  readonly debtChange: number;
  readonly tillId: number | null;
  readonly sourceProgramId: number | null;
  readonly reference: Reference | null;
}

/** What a read shows of a ledger; null narrows nothing. */
export interface LedgerFilter {
  readonly from: Instant | null;
  /** Inclusive. */
  readonly until: Instant | null;
  readonly tillIds: readonly number[] | null;
  readonly programId: number | null;
  /** With `programId`: deductions of other programs count too when they were made at one of these tills. */
  readonly conceptTillIds: readonly number[] | null;
  readonly direction: "CREDIT" | "DEBIT" | "OPENING_BALANCE" | null;
  readonly category: Category | null;
  /** False leaves points out and shows alternate currencies alone. */
  readonly points: boolean;
  /** Alternate currencies that are shown. */
  readonly currencies: "all" | readonly number[];
}

export const COLUMNS = `event_no as "eventNo", line_no as "lineNo", event_id as "eventId", event_name as "eventName",
       booked_at as "bookedAt", program_id as "programId", currency_id as "currencyId", category, contra, amount,
       balance_before as "balanceBefore", balance_after as "balanceAfter", debt_change as "debtChange", till_id as "tillId",
       source_program_id as "sourceProgramId", reference`;

/** All lines of events numbered from `first` to `last`, in order. Reads only those rows, wherever they lie in the ledger. */
export const linesOfEvents = (
  tx: Tx,
  orgId: number,
  partyId: number,
  first: number,
  last: number,
): Promise<LedgerLine[]> =>
  tx.rows<LedgerLine>(
    rawSql(
      `/* ledger.lines_of_events */ select ${COLUMNS} from ledger.entries
        where org_id = $1 and party_id = $2 and event_no between $3 and $4 order by event_no, line_no`,
      [orgId, partyId, first, last],
    ),
  );

/**
 * The number of the newest event booked before `at` (or at it, when `inclusive`); 0 when there is none. Events are numbered
 * without gaps and never go back in time, so a binary search, within one statement, reads about twenty rows of a million
 * instead of all of them.
 */
export const newestEventBefore = async (
  tx: Tx,
  orgId: number,
  party: PartyState,
  at: Instant,
  inclusive: boolean,
): Promise<number> => {
  const last = party.lastBookedAt.getTime();
  if (inclusive ? last <= at : last < at) return party.eventCount;
  const row = await tx.one<{ eventNo: number }>(sql`/* ledger.newest_event_before */
    with recursive search (low, high) as (
      select 0::bigint, ${party.eventCount}::bigint
      union all
      select case when is_before then middle else low end, case when is_before then high else middle - 1 end
        from (select s.low, s.high, s.middle,
                     (select case when ${inclusive}::boolean then e.booked_at <= ${new Date(at).toISOString()}::timestamptz
                                  else e.booked_at < ${new Date(at).toISOString()}::timestamptz end
                        from ledger.entries e
                       where e.org_id = ${orgId} and e.party_id = ${party.partyId} and e.event_no = s.middle and e.line_no = 1)
                     as is_before
                from (select low, high, (low + high + 1) / 2 as middle from search where low < high) s) step)
    select low as "eventNo" from search where low = high`);
  return row.eventNo;
};

export interface EventRange {
  readonly first: number;
  readonly last: number;
}

/** Numbers of the first and last event within the filter's dates; empty when last < first. */
export const rangeOf = async (
  tx: Tx,
  orgId: number,
  party: PartyState,
  filter: LedgerFilter,
): Promise<EventRange> => {
  const { from, until } = filter;
  const [before, last] = await Promise.all([
    from === null ? 0 : newestEventBefore(tx, orgId, party, from, false),
    until === null ? party.eventCount : newestEventBefore(tx, orgId, party, until, true),
  ]);
  return { first: before + 1, last };
};

/** True when lines of the account are inside the filter as far as the account decides. */
export const showsAccount = (
  filter: LedgerFilter,
  { programId, currencyId, category }: AccountKey,
): boolean =>
  (filter.programId === null || filter.programId === programId) &&
  (filter.category === null || filter.category === category) &&
  (currencyId === POINTS
    ? filter.points
    : filter.currencies === "all" || filter.currencies.includes(currencyId));

/** True when only dates narrow the ledger of a party that has these accounts, so that pages are ranges of event numbers. */
export const isUnfiltered = (filter: LedgerFilter, accounts: readonly AccountKey[]): boolean =>
  filter.tillIds === null &&
  filter.direction === null &&
  accounts.every((account) => showsAccount(filter, account));

/** Whether the account is one of those that seldom move and have an index of their own. */
export const isQuiet = ({ category, currencyId }: AccountKey) => category > 1 || currencyId !== POINTS;

/**
 * The balance of each account after event number `eventNo`: that of its newest line up to there, or zero. Promised and trigger-based
 * points and alternate currencies may have been quiet for long and are found by their index. Regular points are found by walking
 * back, which is short where they move often; the present state is on the accounts themselves.
 */
export const balancesAfter = (
  tx: Tx,
  orgId: number,
  partyId: number,
  accounts: readonly AccountKey[],
  eventNo: number,
): Promise<number[]> =>
  Promise.all(
    accounts.map(async (account) => {
      const { programId, currencyId, category } = account;
      // The index's own condition is written out, and its order asked for: with values alone another index looks as good.
      const row = await tx.maybeOne<{ balance: number }>(
        isQuiet(account)
          ? sql`/* ledger.balance_after_of_quiet_account */
              select balance from (
                select program_id, currency_id, category, balance_after as balance from ledger.entries
                 where org_id = ${orgId} and party_id = ${partyId} and (category > 1 or currency_id > 0)
                   and (program_id, currency_id, category, event_no)
                       <= (${programId}::bigint, ${currencyId}::bigint, ${category}::smallint, ${eventNo}::bigint)
                 order by program_id desc, currency_id desc, category desc, event_no desc, line_no desc limit 1) newest
               where program_id = ${programId} and currency_id = ${currencyId} and category = ${category}`
          : sql`/* ledger.balance_after */
              select balance_after as balance from ledger.entries
               where org_id = ${orgId} and party_id = ${partyId} and event_no <= ${eventNo} and program_id = ${programId}
                 and currency_id = 0 and category = 1
               order by event_no desc, line_no desc limit 1`,
      );
      return row?.balance ?? 0;
    }),
  );

/** A party and its accounts, read at one moment. */
export interface LedgerState extends PartyState {
  readonly accounts: readonly Account[];
}

/** The state of a party's ledger in one statement, so that its accounts are as they were after event `eventCount`; null when there is no such party. */
export const readState = (tx: Tx, orgId: number, partyId: number): Promise<LedgerState | null> =>
  tx.maybeOne<LedgerState>(sql`/* ledger.read_state */
    select p.party_id as "partyId", p.event_count as "eventCount", p.last_booked_at as "lastBookedAt",
           (select coalesce(json_agg(json_build_object(
                     'partyId', a.party_id, 'programId', a.program_id, 'currencyId', a.currency_id, 'category', a.category,
                     'balance', a.balance, 'issued', a.issued, 'received', a.received, 'passedOn', a.passed_on,
                     'redeemed', a.redeemed, 'expired', a.expired, 'returned', a.returned, 'adjusted', a.adjusted,
                     'debt', a.debt)
                   order by a.program_id, a.currency_id, a.category), '[]')
              from ledger.accounts a where a.org_id = ${orgId} and a.party_id = ${partyId}) as accounts
      from ledger.parties p where p.org_id = ${orgId} and p.party_id = ${partyId}`);

export interface LotLine {
  readonly eventNo: number;
  readonly lineNo: number;
  readonly programId: number;
  readonly category: Category;
  readonly amount: number;
  readonly remaining: number;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
}

/** A lot with what its award was. */
export interface AwardLine extends LotLine {
  readonly eventId: number;
  readonly currencyId: number;
  readonly source: LotSource;
  readonly transactionId: number | null;
  readonly convertsAt: Date | null;
  readonly rolls: boolean;
  /** Of imported points that were earned before; null otherwise. */
  readonly awardedAt: number | null;
}

/** Lots opened by the events of these numbers. */
export const lotsOfEvents = (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventNos: readonly number[],
): Promise<LotLine[]> =>
  tx.rows<LotLine>(sql`/* ledger.lots_of_events */
    select event_no as "eventNo", line_no as "lineNo", program_id as "programId", category, amount, remaining,
           opened_at as "openedAt", expires_at as "expiresAt"
      from ledger.lots
     where org_id = ${orgId} and party_id = ${partyId} and event_no = any(${eventNos}::bigint[])`);

export interface UseLine {
  readonly eventNo: number;
  readonly lineNo: number;
  readonly lotEventNo: number;
  readonly lotLineNo: number;
  readonly kind: UseKind;
  /** The event whose use it continues or undoes; 0: its own. */
  readonly forEventNo: number;
  readonly amount: number;
  readonly expiresAt: Date | null;
}

/** Which lots the debits of the events of these numbers took from, in the order in which they were taken. */
export const usesOfEvents = (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventNos: readonly number[],
): Promise<UseLine[]> =>
  tx.rows<UseLine>(sql`/* ledger.uses_of_events */
    select u.event_no as "eventNo", u.line_no as "lineNo", u.lot_event_no as "lotEventNo", u.lot_line_no as "lotLineNo",
           u.kind, u.for_event_no as "forEventNo", u.amount, l.expires_at as "expiresAt"
      from ledger.lot_uses u
      join ledger.lots l on l.party_id = u.party_id and l.event_no = u.lot_event_no and l.line_no = u.lot_line_no
     where u.org_id = ${orgId} and u.party_id = ${partyId} and u.event_no = any(${eventNos}::bigint[])
     order by u.event_no, u.line_no, l.expires_at nulls last, u.lot_event_no, u.lot_line_no,
              u.kind, u.for_event_no`);

/** How much regular points of all programs moved in events after one. */
export const movedAfter = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventNo: number,
): Promise<number> => {
  const { moved } = await tx.one<{ moved: number }>(sql`/* ledger.moved_after */
    select coalesce(sum(amount), 0)::bigint as moved from ledger.entries
     where org_id = ${orgId} and party_id = ${partyId} and event_no > ${eventNo} and currency_id = 0 and category = 1`);
  return moved;
};

/** A page of lots, soonest expiry first (never-expiring last), after a position; `open` leaves out used-up ones. */
export const lotsByExpiry = (
  tx: Tx,
  orgId: number,
  partyId: number,
  open: boolean,
  after: { expiresAt: string; eventNo: number; lineNo: number } | null,
  limit: number,
): Promise<AwardLine[]> =>
  tx.rows<AwardLine>(sql`/* ledger.lots_by_expiry */
    select l.event_no as "eventNo", l.line_no as "lineNo", e.event_id as "eventId", l.program_id as "programId",
           l.currency_id as "currencyId", l.category, l.amount, l.remaining, l.opened_at as "openedAt",
           l.expires_at as "expiresAt", l.source, l.transaction_id as "transactionId", l.converts_at as "convertsAt", l.rolls,
           case when e.event_name = 'BulkAllocatePoints' then (e.reference ->> 'date')::bigint end as "awardedAt"
      from ledger.lots l
      join ledger.entries e on e.party_id = l.party_id and e.event_no = l.event_no and e.line_no = l.line_no
     where l.org_id = ${orgId} and l.party_id = ${partyId} and (not ${open}::boolean or l.remaining > 0)
       and (${after === null}::boolean or (coalesce(l.expires_at, 'infinity'), l.event_no, l.line_no) >
            (${after?.expiresAt ?? "infinity"}::timestamptz, ${after?.eventNo ?? 0}::bigint, ${after?.lineNo ?? 0}::smallint))
     order by coalesce(l.expires_at, 'infinity'), l.event_no, l.line_no
     limit ${limit}`);

export const countLots = async (tx: Tx, orgId: number, partyId: number, open: boolean): Promise<number> => {
  const row = await tx.one<{ total: number }>(sql`/* ledger.count_lots */
    select count(*) as total from ledger.lots
     where org_id = ${orgId} and party_id = ${partyId} and (not ${open}::boolean or remaining > 0)`);
  return row.total;
};

/** The next points to expire per account: the soonest date and all that goes on that date. */
export const expiringNext = (
  tx: Tx,
  orgId: number,
  partyId: number,
): Promise<
  { programId: number; currencyId: number; category: Category; expiresAt: Date; points: number }[]
> =>
  tx.rows(sql`/* ledger.expiring_next */
    select distinct on (program_id, currency_id, category) program_id as "programId", currency_id as "currencyId", category,
           expires_at as "expiresAt", sum(remaining)::bigint as points
      from ledger.lots
     where org_id = ${orgId} and party_id = ${partyId} and is_open and expires_at is not null
     group by program_id, currency_id, category, expires_at
     order by program_id, currency_id, category, expires_at`);

/**
 * How much regular points moved on each local day from event `firstEvent` on, oldest day first, with their balance now
 * (over all programs), all read at one moment. A single row without a date when nothing moved.
 */
export const movementsByDay = (
  tx: Tx,
  orgId: number,
  partyId: number,
  firstEvent: number,
  zone: string,
): Promise<{ date: string | null; moved: number; current: number }[]> =>
  tx.rows(sql`/* ledger.movements_by_day */
    with days as (
      select (booked_at at time zone ${zone}::text)::date as date, sum(amount)::bigint as moved
        from ledger.entries
       where org_id = ${orgId} and party_id = ${partyId} and event_no >= ${firstEvent} and currency_id = 0 and category = 1
       group by 1)
    select d.date, coalesce(d.moved, 0) as moved, total.current
      from (select coalesce(sum(balance), 0)::bigint as current from ledger.accounts
             where org_id = ${orgId} and party_id = ${partyId} and currency_id = 0 and category = 1) total
      left join days d on true
     order by d.date`);
