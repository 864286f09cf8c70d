import { type Check, checkParties, type Db, type Finding } from "#platform";
import { TRANSFER_CHECKS } from "./transfers/verify.ts";

const PARTIES_AT_ONCE = 20_000;

/** Records of spending against the journal; each query returns what does not fit for parties in a range. */
const CHECKS: readonly Check[] = [
  {
    name: "every redemption took its points in its event",
    query: `
      select r.org_id as "orgId", r.party_id as "partyId",
             format('redemption %s: %s points, ledger event %s: %s', r.id, r.amount, r.event_no, e.amount) as detail
        from points.redemptions r
        left join lateral (
          select -sum(m.amount) as amount from ledger.entries_v m
           where m.party_id = r.party_id and m.event_no = r.event_no and m.contra = 'redeemed') e on true
       where r.party_id > $1 and r.party_id <= $2 and r.amount is distinct from e.amount`,
  },
  {
    name: "what was reversed of a redemption is the sum of its reversals",
    query: `
      select r.org_id as "orgId", r.party_id as "partyId",
             format('redemption %s: %s reversed, its reversals: %s', r.id, r.reversed, coalesce(v.asked, 0)) as detail
        from points.redemptions r
        left join (select party_id, redemption_id, sum(asked) as asked from points.reversals
                    where party_id > $1 and party_id <= $2 group by 1, 2) v
          on v.party_id = r.party_id and v.redemption_id = r.id
       where r.party_id > $1 and r.party_id <= $2 and r.reversed <> coalesce(v.asked, 0)`,
  },
  {
    name: "every reversal gave back its points in its event",
    query: `
      select v.org_id as "orgId", v.party_id as "partyId",
             format('reversal %s: %s points came back, ledger event %s: %s', v.id, v.returned, v.event_no, coalesce(e.amount, 0)) as detail
        from points.reversals v
        left join lateral (
          select sum(m.amount) as amount from ledger.entries_v m
           where m.party_id = v.party_id and m.event_no = v.event_no and m.contra = 'redeemed') e on true
       where v.party_id > $1 and v.party_id <= $2 and v.returned <> coalesce(e.amount, 0)`,
  },
  {
    name: "every code names its record",
    query: `
      select c.org_id as "orgId", c.party_id as "partyId", format('code %s names %s, which is not there', c.key, c.id) as detail
        from points.codes c
       where c.party_id > $1 and c.party_id <= $2
         and not exists (select from points.redemptions r
                          where r.party_id = c.party_id and r.id = c.id and c.key = c.org_id || ':redemption:' || r.code)
         and not exists (select from points.reversals v
                          where v.party_id = c.party_id and v.id = c.id and c.key = c.org_id || ':reversal:' || v.code)
         and not exists (select from ledger.holds_v h
                          where h.party_id = c.party_id and h.id = c.id and c.key = c.org_id || ':hold:' || h.id)`,
  },
  {
    name: "every redemption and reversal can be found by its code",
    query: `
      select q.org_id as "orgId", q.party_id as "partyId", format('%s %s is not in the directory', q.kind, q.code) as detail
        from (select org_id, party_id, id, code, 'redemption' as kind from points.redemptions
               where party_id > $1 and party_id <= $2
              union all
              select org_id, party_id, id, code, 'reversal' from points.reversals
               where party_id > $1 and party_id <= $2) q
        left join points.codes c on c.key = q.org_id || ':' || q.kind || ':' || q.code
       where c.party_id is distinct from q.party_id or c.id is distinct from q.id`,
  },
  {
    name: "what was captured of a hold is what its redemptions took",
    query: `
      select h.org_id as "orgId", h.party_id as "partyId",
             format('hold %s: %s captured, its redemptions: %s', h.id, h.captured, coalesce(r.amount, 0)) as detail
        from ledger.holds_v h
        left join (select party_id, hold_id, sum(amount) as amount from points.redemptions
                    where party_id > $1 and party_id <= $2 and hold_id is not null group by 1, 2) r
          on r.party_id = h.party_id and r.hold_id = h.id
       where h.party_id > $1 and h.party_id <= $2 and h.captured <> coalesce(r.amount, 0)`,
  },
  {
    name: "a used validation code was used in its time",
    query: `
      select org_id as "orgId", party_id as "partyId", format('code %s was used at %s', id, used_at) as detail
        from points.validation_codes
       where party_id > $1 and party_id <= $2 and used_at >= expires_at`,
  },
];

/** Checks what was spent, held and taken back against the journal, some thousands of parties at a time. */
export const verifyPoints = (db: Db): Promise<readonly Finding[]> =>
  checkParties(db, {
    checks: [...CHECKS, ...TRANSFER_CHECKS],
    nextParties: "select party_id from ledger.parties_v where party_id > $1 order by party_id limit $2",
    partiesAtOnce: PARTIES_AT_ONCE,
  });
