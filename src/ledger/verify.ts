import { type Db, rawSql, type Tx } from "#platform";

/** Something in the ledger that does not add up. */
export interface Finding {
  readonly check: string;
  readonly orgId: number;
  readonly partyId: number;
  readonly detail: string;
}

export interface Verification {
  readonly parties: number;
  readonly entries: number;
  /** Thousandths of points that parties hold, summed from the journal. */
  readonly outstanding: number;
  readonly findings: readonly Finding[];
}

const PARTIES_AT_ONCE = 5000;
const MAX_FINDINGS = 100;

/** Each check recomputes something from the journal for parties in a range and returns those where the stored figure differs. */
const CHECKS: readonly { name: string; query: string }[] = [
  {
    name: "events are numbered 1, 2, 3 … without gaps",
    query: `
      select p.org_id as "orgId", p.party_id as "partyId",
             format('the party counts %s events, the journal has %s, numbered up to %s', p.event_count, count(distinct e.event_no), max(e.event_no)) as detail
        from ledger.parties p left join ledger.entries e on e.party_id = p.party_id
       where p.party_id > $1 and p.party_id <= $2
       group by p.org_id, p.party_id, p.event_count
      having p.event_count <> count(distinct e.event_no) or p.event_count <> coalesce(max(e.event_no), 0)`,
  },
  {
    name: "ledger time never runs backwards",
    query: `
      select "orgId", "partyId", format('event %s is booked before the one in front of it', event_no) as detail from (
        select org_id as "orgId", party_id as "partyId", event_no, booked_at,
               lag(booked_at) over (partition by party_id order by event_no, line_no) as previous
          from ledger.entries where party_id > $1 and party_id <= $2) e
       where booked_at < previous`,
  },
  {
    name: "each entry begins where the last one ended",
    query: `
      select "orgId", "partyId", format('event %s begins at %s, the one in front ended at %s', event_no, balance_before, previous) as detail from (
        select org_id as "orgId", party_id as "partyId", event_no, balance_before,
               coalesce(lag(balance_after) over (partition by party_id, program_id, currency_id, category order by event_no, line_no), 0) as previous
          from ledger.entries where party_id > $1 and party_id <= $2) e
       where balance_before <> previous`,
  },
  {
    name: "balances and totals are the sums of the journal",
    query: `
      select coalesce(a.org_id, e.org_id) as "orgId", coalesce(a.party_id, e.party_id) as "partyId",
             format('program %s category %s: account %s, journal %s', coalesce(a.program_id, e.program_id), coalesce(a.category, e.category), a.balance, e.balance) as detail
        from (select * from ledger.accounts where party_id > $1 and party_id <= $2) a
        full join (
          select org_id, party_id, program_id, currency_id, category, sum(amount) as balance,
                 coalesce(sum(amount) filter (where contra = 'issued'), 0) as issued,
                 coalesce(-sum(amount) filter (where contra = 'redeemed'), 0) as redeemed,
                 coalesce(-sum(amount) filter (where contra = 'expired'), 0) as expired,
                 coalesce(-sum(amount) filter (where contra = 'returned'), 0) as returned,
                 coalesce(sum(amount) filter (where contra = 'adjusted'), 0) as adjusted
            from ledger.entries where party_id > $1 and party_id <= $2
           group by org_id, party_id, program_id, currency_id, category) e
          on e.party_id = a.party_id and e.program_id = a.program_id and e.currency_id = a.currency_id and e.category = a.category
       where (a.balance, a.issued, a.redeemed, a.expired, a.returned, a.adjusted)
             is distinct from (e.balance, e.issued, e.redeemed, e.expired, e.returned, e.adjusted)`,
  },
  {
    name: "open lots hold the balance",
    query: `
      select a.org_id as "orgId", a.party_id as "partyId",
             format('program %s category %s: balance %s, open lots %s', a.program_id, a.category, a.balance, coalesce(sum(l.remaining), 0)) as detail
        from ledger.accounts a
        left join ledger.lots l on l.party_id = a.party_id and l.program_id = a.program_id
             and l.currency_id = a.currency_id and l.category = a.category
       where a.party_id > $1 and a.party_id <= $2
       group by a.org_id, a.party_id, a.program_id, a.currency_id, a.category, a.balance
      having a.balance <> coalesce(sum(l.remaining), 0)`,
  },
  {
    name: "each credit opened one lot of its amount",
    query: `
      select coalesce(e.org_id, l.org_id) as "orgId", coalesce(e.party_id, l.party_id) as "partyId",
             format('event %s: entry %s, lot %s', coalesce(e.event_no, l.event_no), e.amount, l.amount) as detail
        from (select * from ledger.entries where party_id > $1 and party_id <= $2 and amount > 0) e
        full join (select * from ledger.lots where party_id > $1 and party_id <= $2) l
          on l.party_id = e.party_id and l.event_no = e.event_no and l.line_no = e.line_no
       where e.amount is distinct from l.amount`,
  },
  {
    name: "what lots gave is what debits took",
    query: `
      select l.org_id as "orgId", l.party_id as "partyId",
             format('lot of event %s: %s of %s left, uses %s', l.event_no, l.remaining, l.amount, coalesce(sum(u.amount), 0)) as detail
        from ledger.lots l
        left join ledger.lot_uses u on u.party_id = l.party_id and u.lot_event_no = l.event_no and u.lot_line_no = l.line_no
       where l.party_id > $1 and l.party_id <= $2
       group by l.org_id, l.party_id, l.event_no, l.line_no, l.amount, l.remaining
      having l.amount - l.remaining <> coalesce(sum(u.amount), 0)`,
  },
  {
    name: "each debit took its amount from lots",
    query: `
      select e.org_id as "orgId", e.party_id as "partyId",
             format('event %s: entry %s, uses %s', e.event_no, e.amount, coalesce(sum(u.amount), 0)) as detail
        from ledger.entries e
        left join ledger.lot_uses u on u.party_id = e.party_id and u.event_no = e.event_no and u.line_no = e.line_no
       where e.party_id > $1 and e.party_id <= $2 and e.amount < 0
       group by e.org_id, e.party_id, e.event_no, e.line_no, e.amount
      having -e.amount <> coalesce(sum(u.amount), 0)`,
  },
  {
    name: "the legs of every event sum to zero",
    query: `
      select min(org_id) as "orgId", party_id as "partyId", format('event %s sums to %s', event_no, sum(amount)) as detail
        from ledger.legs_v where party_id > $1 and party_id <= $2
       group by party_id, event_no having sum(amount) <> 0`,
  },
];

const nextRange = async (tx: Tx, after: number): Promise<number | null> => {
  const row = await tx.one<{ last: number | null }>(
    rawSql(
      `/* ledger.next_parties */ select max(party_id) as last from (
         select party_id from (
           select party_id from ledger.parties where party_id > $1
           union select party_id from ledger.accounts where party_id > $1) every_party
          order by party_id limit $2) p`,
      [after, PARTIES_AT_ONCE],
    ),
  );
  return row.last;
};

/**
 * Recomputes the whole ledger from its journal, some thousands of parties at a time so that memory stays bounded, and
 * reports whatever differs. Each range is read in one snapshot, so it can run beside live traffic.
 */
export const verifyLedger = async (db: Db): Promise<Verification> => {
  const findings: Finding[] = [];
  let parties = 0;
  let entries = 0;
  let outstanding = 0;
  for (let after = 0; ; ) {
    const last = await db.system((tx) => nextRange(tx, after));
    if (last === null) break;
    const range = [after, last];
    await db.system(async (tx) => {
      await tx.run(
        rawSql("/* ledger.verify_snapshot */ set transaction isolation level repeatable read", []),
      );
      for (const { name, query } of CHECKS) {
        const rows = await tx.rows<Omit<Finding, "check">>(
          rawSql(`/* ledger.verify */ ${query} limit ${MAX_FINDINGS}`, range),
        );
        for (const row of rows) if (findings.length < MAX_FINDINGS) findings.push({ check: name, ...row });
      }
      const totals = await tx.one<{ parties: number; entries: number; outstanding: number }>(
        rawSql(
          `/* ledger.verify_totals */ select
             (select count(*) from ledger.parties where party_id > $1 and party_id <= $2) as parties,
             count(*) as entries, coalesce(sum(amount), 0)::bigint as outstanding
             from ledger.entries where party_id > $1 and party_id <= $2 and currency_id = 0`,
          range,
        ),
      );
      parties += totals.parties;
      entries += totals.entries;
      outstanding += totals.outstanding;
    });
    after = last;
  }
  return { parties, entries, outstanding, findings };
};
