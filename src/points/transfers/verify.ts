import type { Check } from "#platform";

const within = (alias: string) => `${alias}.party_id > $1 and ${alias}.party_id <= $2`;

/** Transfers, grants and deductions against each other and against the journal; each query returns what does not fit for parties in a range. */
export const TRANSFER_CHECKS: readonly Check[] = [
  {
    name: "the sides of a transfer are equal and opposite",
    query: `
      select t.org_id as "orgId", t.party_id as "partyId",
             format('transfer %s: %s %s, the other side %s %s', t.id, t.direction, t.amount, coalesce(o.direction, 'is missing'), o.amount) as detail
        from points.transfers t
        left join points.transfers o on o.party_id = t.other_party_id and o.id = t.id
       where ${within("t")}
         and (o.org_id, o.other_party_id, o.program_id, o.amount, o.direction)
             is distinct from (t.org_id, t.party_id, t.program_id, t.amount, case t.direction when 'sent' then 'received' else 'sent' end)`,
  },
  {
    name: "a transfer agrees with the journal",
    query: `
      select coalesce(t.org_id, e.org_id) as "orgId", coalesce(t.party_id, e.party_id) as "partyId",
             format('transfer %s: %s %s with a fee of %s, ledger event %s: %s and %s', t.id, t.direction, t.amount, t.fee, e.event_no, e.moved, e.paid) as detail
        from (select * from points.transfers t where ${within("t")}) t
        full join (select org_id, party_id, event_no, event_id, program_id,
                          coalesce(sum(amount) filter (where contra = 'transfer'), 0) as moved,
                          coalesce(sum(amount) filter (where contra <> 'transfer'), 0) as paid
                     from ledger.entries_v e where ${within("e")} and event_name = 'PointsTransfer'
                    group by org_id, party_id, event_no, event_id, program_id) e
          on e.party_id = t.party_id and e.event_no = t.event_no
       where (t.org_id, t.event_id, t.program_id, case t.direction when 'sent' then -t.amount else t.amount end, -t.fee)
             is distinct from (e.org_id, e.event_id, e.program_id, e.moved, e.paid)`,
  },
  {
    name: "points given and taken by hand agree with the journal",
    query: `
      select coalesce(a.org_id, e.org_id) as "orgId", coalesce(a.party_id, e.party_id) as "partyId",
             format('%s %s: %s, ledger event %s: %s', a.kind, a.id, a.amount, e.event_no, e.amount) as detail
        from (select * from points.adjustments a where ${within("a")}) a
        full join (select org_id, party_id, event_no, event_id, program_id, currency_id, category, sum(amount) as amount
                     from ledger.entries_v e
                    where ${within("e")}
                      and event_name in ('AllocateGoodwillPoints', 'BulkAllocatePoints', 'ManualPointsAdjustment')
                    group by org_id, party_id, event_no, event_id, program_id, currency_id, category) e
          on e.party_id = a.party_id and e.event_no = a.event_no
       where (a.org_id, a.event_id, a.program_id, a.currency_id, a.category, case a.kind when 'deduction' then -a.amount else a.amount end)
             is distinct from (e.org_id, e.event_id, e.program_id, e.currency_id, e.category, e.amount)`,
  },
];
