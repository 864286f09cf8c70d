import { sql, type Tx } from "#platform";

export interface Ranking {
  readonly partyId: number;
  readonly achieved: number;
  readonly lastEventAt: Date | null;
  readonly rank: number;
}

interface Board {
  readonly targetId: number;
  readonly cycle: number;
}

/** The first members of a target's period: equal values have equal ranks, and who came to them first stands first. Reads as far as the page, on the index. */
export const readRankings = (
  tx: Tx,
  orgId: number,
  { targetId, cycle }: Board,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<Ranking[]> =>
  tx.rows<Ranking>(sql`/* loyalty.read_target_rankings */
    select party_id as "partyId", achieved, last_event_at as "lastEventAt", rank() over (order by achieved desc)::int as rank
      from loyalty.target_values v
     where org_id = ${orgId} and target_id = ${targetId} and cycle = ${cycle} and achieved > 0
       and exists (select from loyalty.memberships m where m.org_id = v.org_id and m.party_id = v.party_id)
     order by achieved desc, last_event_at, party_id
    offset ${offset} limit ${limit}`);

/** Where a member stands among those with something achieved; null for one with nothing. */
export const readRank = (
  tx: Tx,
  orgId: number,
  partyId: number,
  { targetId, cycle }: Board,
): Promise<(Ranking & { readonly total: number }) | null> =>
  tx.maybeOne<Ranking & { readonly total: number }>(sql`/* loyalty.read_target_rank */
    select o.party_id as "partyId", o.achieved, o.last_event_at as "lastEventAt",
           (1 + count(*) filter (where v.achieved > o.achieved))::int as rank, count(*)::int as total
      from loyalty.target_values o
      join loyalty.target_values v on v.org_id = o.org_id and v.target_id = o.target_id and v.cycle = o.cycle and v.achieved > 0
     where o.org_id = ${orgId} and o.party_id = ${partyId} and o.target_id = ${targetId} and o.cycle = ${cycle} and o.achieved > 0
       and exists (select from loyalty.memberships m where m.org_id = v.org_id and m.party_id = v.party_id)
     group by o.party_id, o.achieved, o.last_event_at`);
