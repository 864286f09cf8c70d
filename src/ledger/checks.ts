import type { Check } from "#platform";

const within = (alias: string) => `${alias}.party_id > $1 and ${alias}.party_id <= $2`;
const account = (a: string, b: string) =>
  `${a}.party_id = ${b}.party_id and ${a}.program_id = ${b}.program_id and ${a}.currency_id = ${b}.currency_id and ${a}.category = ${b}.category`;
const posting = (a: string, b: string) =>
  `${a}.party_id = ${b}.party_id and ${a}.event_no = ${b}.event_no and ${a}.line_no = ${b}.line_no`;

/**
 * What `verify` recomputes from the journal. Both sides of every comparison are looked at (full joins), so that a row
 * without its counterpart is found as surely as a wrong figure.
 */
export const CHECKS: readonly Check[] = [
  {
    name: "events are numbered 1, 2, 3 … without gaps",
    query: `
      select coalesce(p.org_id, e.org_id) as "orgId", coalesce(p.party_id, e.party_id) as "partyId",
             format('the party counts %s events, the journal has %s, numbered up to %s', p.event_count, e.events, e.newest) as detail
        from (select * from ledger.parties p where ${within("p")}) p
        full join (select min(e.org_id) as org_id, e.party_id, count(distinct e.event_no) as events, max(e.event_no) as newest
                     from ledger.entries e where ${within("e")} group by e.party_id) e on e.party_id = p.party_id
       where p.event_count is null or p.event_count <> coalesce(e.events, 0) or p.event_count <> coalesce(e.newest, 0)`,
  },
  {
    name: "the lines of an event are numbered 1, 2, 3 … and tell of one event",
    query: `
      select min(e.org_id) as "orgId", e.party_id as "partyId",
             format('event %s has %s lines numbered up to %s', e.event_no, count(*), max(e.line_no)) as detail
        from ledger.entries e where ${within("e")}
       group by e.party_id, e.event_no
      having max(e.line_no) <> count(*)
          or min(e.event_id) <> max(e.event_id) or min(e.event_name) <> max(e.event_name)
          or min(e.booked_at) <> max(e.booked_at)`,
  },
  {
    name: "an event id names one event",
    query: `
      select min(e.org_id) as "orgId", e.party_id as "partyId",
             format('event id %s names events %s and %s', e.event_id, min(e.event_no), max(e.event_no)) as detail
        from ledger.entries e where ${within("e")}
       group by e.party_id, e.event_id having min(e.event_no) <> max(e.event_no)`,
  },
  {
    name: "ledger time never runs backwards",
    query: `
      select "orgId", "partyId", format('event %s is booked before the one in front of it', event_no) as detail from (
        select e.org_id as "orgId", e.party_id as "partyId", e.event_no, e.booked_at,
               lag(e.booked_at) over (partition by e.party_id order by e.event_no, e.line_no) as previous
          from ledger.entries e where ${within("e")}) e
       where booked_at < previous`,
  },
  {
    name: "the party's newest time is that of its newest event",
    query: `
      select p.org_id as "orgId", p.party_id as "partyId",
             format('the party says %s, event %s was booked at %s', p.last_booked_at, e.event_no, e.booked_at) as detail
        from ledger.parties p
        join ledger.entries e on e.party_id = p.party_id and e.event_no = p.event_count and e.line_no = 1
       where ${within("p")} and e.booked_at <> p.last_booked_at`,
  },
  {
    name: "each entry begins where the last one ended",
    query: `
      select "orgId", "partyId", format('event %s begins at %s, the one in front ended at %s', event_no, balance_before, previous) as detail from (
        select e.org_id as "orgId", e.party_id as "partyId", e.event_no, e.balance_before,
               coalesce(lag(e.balance_after) over (partition by e.party_id, e.program_id, e.currency_id, e.category order by e.event_no, e.line_no), 0) as previous
          from ledger.entries e where ${within("e")}) e
       where balance_before <> previous`,
  },
  {
    name: "balances and totals are the sums of the journal",
    query: `
      select coalesce(a.org_id, e.org_id) as "orgId", coalesce(a.party_id, e.party_id) as "partyId",
             format('program %s category %s: account %s (debt %s), journal %s (debt %s)', coalesce(a.program_id, e.program_id), coalesce(a.category, e.category), a.balance, a.debt, e.balance, e.debt) as detail
        from (select * from ledger.accounts a where ${within("a")}) a
        full join (
          select org_id, party_id, program_id, currency_id, category, sum(amount) as balance,
                 coalesce(sum(amount) filter (where contra = 'issued'), 0) as issued,
                 coalesce(-sum(amount) filter (where contra = 'redeemed'), 0) as redeemed,
                 coalesce(-sum(amount) filter (where contra = 'expired'), 0) as expired,
                 coalesce(-sum(amount) filter (where contra = 'returned'), 0) as returned,
                 coalesce(sum(amount) filter (where contra = 'adjusted'), 0) as adjusted,
                 coalesce(sum(amount) filter (where contra in ('transfer', 'conversion', 'merge') and amount > 0), 0) as received,
                 coalesce(-sum(amount) filter (where contra in ('transfer', 'conversion', 'merge') and amount < 0), 0) as passed_on,
                 sum(debt_change) as debt
            from ledger.entries e where ${within("e")}
           group by org_id, party_id, program_id, currency_id, category) e on ${account("a", "e")}
       where (a.balance, a.issued, a.received, a.passed_on, a.redeemed, a.expired, a.returned, a.adjusted, a.debt)
             is distinct from (e.balance, e.issued, e.received, e.passed_on, e.redeemed, e.expired, e.returned, e.adjusted, e.debt)`,
  },
  {
    name: "open lots hold the balance, and there is debt only where they are empty",
    query: `
      select coalesce(a.org_id, l.org_id) as "orgId", coalesce(a.party_id, l.party_id) as "partyId",
             format('program %s category %s: balance %s, open lots %s, debt %s', coalesce(a.program_id, l.program_id), coalesce(a.category, l.category), a.balance, l.remaining, a.debt) as detail
        from (select * from ledger.accounts a where ${within("a")}) a
        full join (select min(org_id) as org_id, party_id, program_id, currency_id, category, sum(remaining) as remaining
                     from ledger.lots l where ${within("l")}
                    group by party_id, program_id, currency_id, category) l on ${account("a", "l")}
       where coalesce(a.balance, 0) <> coalesce(l.remaining, 0) - coalesce(a.debt, 0)
          or (coalesce(a.debt, 0) > 0 and coalesce(l.remaining, 0) > 0)`,
  },
  {
    name: "each lot was opened by a credit of its own",
    query: `
      select l.org_id as "orgId", l.party_id as "partyId",
             format('event %s: entry %s, lot %s', l.event_no, e.amount, l.amount) as detail
        from (select * from ledger.lots l where ${within("l")}) l
        left join ledger.entries e on ${posting("e", "l")}
       where (e.amount, e.program_id, e.currency_id, e.category, e.booked_at)
             is distinct from (l.amount, l.program_id, l.currency_id, l.category, l.opened_at)`,
  },
  {
    name: "each entry is what it opened, less what it took from lots, less its change of the debt",
    query: `
      select coalesce(e.org_id, u.org_id) as "orgId", coalesce(e.party_id, u.party_id) as "partyId",
             format('event %s: entry %s, lot %s, uses %s, debt %s', coalesce(e.event_no, u.event_no), e.amount, l.amount, u.amount, e.debt_change) as detail
        from (select * from ledger.entries e where ${within("e")}) e
        full join (select min(u.org_id) as org_id, u.party_id, u.event_no, u.line_no, sum(u.amount) as amount
                     from ledger.lot_uses u where ${within("u")} group by u.party_id, u.event_no, u.line_no) u on ${posting("u", "e")}
        left join ledger.lots l on ${posting("l", "e")}
       where e.amount is null
          or e.amount <> coalesce(l.amount, 0) - coalesce(u.amount, 0) - e.debt_change`,
  },
  {
    name: "what lots gave is what debits took",
    query: `
      select coalesce(l.org_id, u.org_id) as "orgId", coalesce(l.party_id, u.party_id) as "partyId",
             format('lot of event %s: %s of %s left, uses %s', coalesce(l.event_no, u.event_no), l.remaining, l.amount, u.amount) as detail
        from (select * from ledger.lots l where ${within("l")}) l
        full join (select min(org_id) as org_id, party_id, lot_event_no as event_no, lot_line_no as line_no, sum(amount) as amount
                     from ledger.lot_uses u where ${within("u")}
                    group by party_id, lot_event_no, lot_line_no) u on ${posting("u", "l")}
       where l.amount is null or l.amount - l.remaining <> coalesce(u.amount, 0)`,
  },
  {
    name: "an entry uses lots of its own account only",
    query: `
      select u.org_id as "orgId", u.party_id as "partyId",
             format('event %s uses the lot of event %s', u.event_no, u.lot_event_no) as detail
        from ledger.lot_uses u
        left join ledger.entries e on ${posting("e", "u")}
        left join ledger.lots l on l.party_id = u.party_id and l.event_no = u.lot_event_no and l.line_no = u.lot_line_no
       where ${within("u")} and (e.program_id, e.currency_id, e.category) is distinct from (l.program_id, l.currency_id, l.category)`,
  },
  {
    name: "a lot is given back no more than it gave, kind by kind and event by event",
    query: `
      select min(u.org_id) as "orgId", u.party_id as "partyId",
             format('lot of event %s gave %s as %s for event %s', u.lot_event_no, sum(u.amount), u.kind,
                    coalesce(nullif(u.for_event_no, 0), u.event_no)) as detail
        from ledger.lot_uses u where ${within("u")}
       group by u.party_id, u.lot_event_no, u.lot_line_no, u.kind, coalesce(nullif(u.for_event_no, 0), u.event_no)
      having sum(u.amount) < 0`,
  },
  {
    name: "a conversion leaves one category as it reaches another",
    query: `
      select min(e.org_id) as "orgId", e.party_id as "partyId", format('event %s converts %s', e.event_no, sum(e.amount)) as detail
        from ledger.entries e where ${within("e")} and e.contra = 'conversion'
       group by e.party_id, e.event_no, e.program_id, e.currency_id having sum(e.amount) <> 0`,
  },
  {
    name: "everything of a party belongs to one organisation",
    query: `
      select min(x.org_id) as "orgId", x.party_id as "partyId",
             format('rows of organisations %s and %s', min(x.org_id), max(x.org_id)) as detail
        from (select org_id, party_id from ledger.parties p where ${within("p")}
              union select org_id, party_id from ledger.accounts a where ${within("a")}
              union select org_id, party_id from ledger.entries e where ${within("e")}
              union select org_id, party_id from ledger.lots l where ${within("l")}
              union select org_id, party_id from ledger.lot_uses u where ${within("u")}
              union select org_id, party_id from ledger.holds h where ${within("h")}
              union select org_id, party_id from ledger.expiry_changes c where ${within("c")}
              union select org_id, party_id from ledger.expiry_reminders r where ${within("r")}) x
       group by x.party_id having min(x.org_id) <> max(x.org_id)`,
  },
  {
    name: "a customer who was merged into another owns and owes nothing and holds nothing",
    query: `
      select a.org_id as "orgId", a.party_id as "partyId",
             format('merged into %s, but program %s category %s has %s', v.party_id, a.program_id, a.category, a.balance) as detail
        from customers.merged_v v
        join ledger.accounts a on a.party_id = v.victim_id
       where ${within("a")} and (a.balance <> 0 or a.debt <> 0)
      union all
      select h.org_id, h.party_id, format('merged into %s, but hold %s is active', v.party_id, h.id)
        from customers.merged_v v join ledger.holds h on h.party_id = v.victim_id
       where ${within("h")} and h.status = 'active'`,
  },
  {
    name: "the legs of every event sum to zero",
    query: `
      select min(g.org_id) as "orgId", g.party_id as "partyId", format('event %s sums to %s', g.event_no, sum(g.amount)) as detail
        from ledger.legs_v g where ${within("g")}
       group by g.party_id, g.event_no having sum(g.amount) <> 0`,
  },
];

/** What holds over parties, so that no range of them can tell: read in one snapshot. */
export const CHECKS_OVER_PARTIES: readonly Check[] = [
  {
    name: "what parties pass to each other reaches them",
    query: `
      select e.org_id as "orgId", 0 as "partyId",
             format('program %s currency %s: %ss sum to %s', e.program_id, e.currency_id, e.contra, sum(e.amount)) as detail
        from ledger.entries e where e.contra in ('transfer', 'merge')
       group by e.org_id, e.program_id, e.currency_id, e.contra having sum(e.amount) <> 0`,
  },
];
