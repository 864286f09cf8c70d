import { type Check, checkParties, type Db, type Finding } from "#platform";

const PARTIES_AT_ONCE = 20_000;

/** Memberships against their history; each query returns what does not fit for parties in a range. */
const CHECKS: readonly Check[] = [
  {
    name: "a member is in the tier of the newest change",
    query: `
      select m.org_id as "orgId", m.party_id as "partyId",
             format('program %s: tier %s by change %s; the newest change %s led to tier %s', m.program_id, m.tier_number,
                    m.change_no, c.change_no, c.to_tier) as detail
        from loyalty.memberships m
        left join lateral (
          select h.change_no, h.to_tier, h.tier_numbering from loyalty.tier_changes h
           where h.party_id = m.party_id and h.program_id = m.program_id
           order by h.change_no desc limit 1) c on true
       where m.party_id > $1 and m.party_id <= $2
         and (c.change_no is distinct from m.change_no
              or (c.tier_numbering = m.tier_numbering and c.to_tier is distinct from m.tier_number)
              or c.tier_numbering > m.tier_numbering)`,
  },
  {
    name: "tier history is numbered without gaps and never runs backwards",
    query: `
      select h.org_id as "orgId", h.party_id as "partyId",
             format('program %s: change %s at %s follows change %s at %s', h.program_id, h.change_no, h.changed_at, h.last_no, h.last_at) as detail
        from (select org_id, party_id, program_id, change_no, changed_at,
                     lag(change_no) over w as last_no, lag(changed_at) over w as last_at
                from loyalty.tier_changes where party_id > $1 and party_id <= $2
              window w as (partition by party_id, program_id order by change_no)) h
       where h.change_no <> coalesce(h.last_no, 0) + 1 or h.changed_at < h.last_at`,
  },
  {
    name: "a tier ends after it was entered",
    query: `
      select m.org_id as "orgId", m.party_id as "partyId",
             format('program %s: entered %s, renewed %s, ends %s', m.program_id, m.tier_since, m.tier_renewed_at, m.tier_expires_at) as detail
        from loyalty.memberships m
       where m.party_id > $1 and m.party_id <= $2 and m.tier_expires_at < m.tier_since
         and not exists (select from loyalty.tier_changes h
                          where h.party_id = m.party_id and h.program_id = m.program_id and h.change_no = m.change_no
                            and h.reason like 'merge%')`,
  },
];

/** Checks memberships against their tier history, some thousands of parties at a time. */
export const verifyLoyalty = (db: Db): Promise<readonly Finding[]> =>
  checkParties(db, {
    checks: CHECKS,
    nextParties:
      "select distinct party_id from loyalty.memberships where party_id > $1 order by party_id limit $2",
    partiesAtOnce: PARTIES_AT_ONCE,
  });
