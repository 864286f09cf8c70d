import { type Check, checkParties, type Db, type Finding } from "#platform";

const PARTIES_AT_ONCE = 20_000;

/** Facts against the directories and the ledger; each query returns what does not fit for parties in a range. */
const CHECKS: readonly Check[] = [
  {
    name: "every bill's points are in the ledger, and the ledger's in a bill",
    query: `
      select coalesce(t.org_id, e.org_id) as "orgId", coalesce(t.party_id, e.party_id) as "partyId",
             format('bill %s: %s points, ledger event %s: %s', t.id, t.points, e.event_no, e.amount) as detail
        from (select org_id, party_id, id, event_no, points from activities.transactions
               where party_id > $1 and party_id <= $2 and event_no is not null) t
        full join (select org_id, party_id, event_no, coalesce(sum(amount) filter (where currency_id = 0), 0) as amount from ledger.entries_v
                    where party_id > $1 and party_id <= $2
                      and (event_name = 'TransactionAdd' or (event_name = 'ReturnBill' and reference ->> 'transactionId' is not null))
                    group by org_id, party_id, event_no) e
          on e.party_id = t.party_id and e.event_no = t.event_no
       where t.points is distinct from e.amount`,
  },
  {
    name: "a bill without a ledger event earned nothing",
    query: `
      select org_id as "orgId", party_id as "partyId", format('bill %s: %s points', id, points) as detail
        from activities.transactions
       where party_id > $1 and party_id <= $2 and event_no is null and points <> 0`,
  },
  {
    name: "every claimed bill number has its bill",
    query: `
      select n.org_id as "orgId", n.party_id as "partyId", format('number %s names bill %s, which is not there', n.key, n.transaction_id) as detail
        from activities.bill_numbers n
       where n.party_id > $1 and n.party_id <= $2
         and not exists (select from activities.transactions t where t.id = n.transaction_id and t.party_id = n.party_id)`,
  },
  {
    name: "every numbered bill holds its number",
    query: `
      select t.org_id as "orgId", t.party_id as "partyId", format('bill %s with number %s is not in the directory', t.id, t.bill_number) as detail
        from activities.transactions t
       where t.party_id > $1 and t.party_id <= $2 and t.bill_number <> '' and t.parent_transaction_id is null
         and t.type in ('REGULAR', 'NOT_INTERESTED')
         and not exists (select from activities.bill_numbers n where n.key = t.org_id || ':' || t.bill_number)`,
  },
  {
    name: "every request key has its bill",
    query: `
      select r.org_id as "orgId", r.party_id as "partyId", format('key %s names bill %s, which is not there', r.key, r.transaction_id) as detail
        from activities.request_keys r
       where r.party_id > $1 and r.party_id <= $2 and r.key not like 'aside:%'
         and not exists (select from activities.transactions t where t.id = r.transaction_id and t.party_id = r.party_id)`,
  },
  {
    name: "a return is of a bill of its party, and bills give back no more than they had",
    query: `
      select r.org_id as "orgId", r.party_id as "partyId",
             format('bill %s of %s: returns of %s', r.parent_transaction_id, b.amount, r.amount) as detail
        from (select min(org_id) as org_id, party_id, parent_transaction_id, sum(amount) as amount
                from activities.transactions
               where party_id > $1 and party_id <= $2 and parent_transaction_id is not null
               group by party_id, parent_transaction_id) r
        left join activities.transactions b on b.id = r.parent_transaction_id and b.party_id = r.party_id
       where b.id is null or b.type not in ('REGULAR', 'NOT_INTERESTED') or r.amount > b.amount`,
  },
  {
    name: "lines give back no more than they had",
    query: `
      select g.org_id as "orgId", g.party_id as "partyId",
             format('line %s of bill %s: %s pieces for %s went back', g.line_no, g.bill_id, g.quantity, g.amount) as detail
        from (select min(l.org_id) as org_id, l.party_id, r.parent_transaction_id as bill_id, l.parent_line_no as line_no,
                     sum(l.quantity) as quantity, sum(l.amount) as amount
                from activities.transaction_lines l
                join activities.transactions r on r.id = l.transaction_id and r.party_id = l.party_id
               where l.party_id > $1 and l.party_id <= $2 and l.parent_line_no is not null
               group by l.party_id, r.parent_transaction_id, l.parent_line_no) g
        left join activities.transaction_lines b
          on b.party_id = g.party_id and b.transaction_id = g.bill_id and b.line_no = g.line_no
       where b.line_no is null or g.quantity > b.quantity or g.amount > b.amount`,
  },
  {
    name: "a claimed anonymous bill is there, and so is the customer's that took its place",
    query: `
      select c.org_id as "orgId", c.party_id as "partyId", format('anonymous bill %s, claimed as bill %s', c.transaction_id, c.new_transaction_id) as detail
        from activities.retro_claims c
       where c.party_id > $1 and c.party_id <= $2
         and not (exists (select from activities.transactions t where t.id = c.transaction_id and t.party_id = c.party_id)
              and exists (select from activities.transactions t where t.id = c.new_transaction_id and t.party_id = c.new_party_id))`,
  },
  {
    name: "a redemption that is linked to a bill is linked to one of who redeemed, or of their family",
    query: `
      select l.org_id as "orgId", l.party_id as "partyId", format('redemption %s is linked to bill %s', l.code, l.transaction_id) as detail
        from points.redemption_links_v l
        left join customers.merged_v m on m.victim_id = l.party_id
       where l.party_id > $1 and l.party_id <= $2
         and not exists (select from activities.transactions t
                           left join customers.merged_v n on n.victim_id = t.party_id
                          where t.id = l.transaction_id and t.type = 'REGULAR'
                            and coalesce(n.party_id, t.party_id) = coalesce(m.party_id, l.party_id))`,
  },
  {
    name: "every line has its bill",
    query: `
      select l.org_id as "orgId", l.party_id as "partyId", format('line %s names bill %s, which is not there', l.line_no, l.transaction_id) as detail
        from activities.transaction_lines l
       where l.party_id > $1 and l.party_id <= $2
         and not exists (select from activities.transactions t where t.id = l.transaction_id and t.party_id = l.party_id)`,
  },
];

/** Checks the recorded bills against the directories and the ledger, some thousands of parties at a time. */
export const verifyActivities = (db: Db): Promise<readonly Finding[]> =>
  checkParties(db, {
    checks: CHECKS,
    nextParties:
      "select distinct party_id from activities.transactions where party_id > $1 order by party_id limit $2",
    partiesAtOnce: PARTIES_AT_ONCE,
  });
