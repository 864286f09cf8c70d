import { sql, type Tx } from "#platform";
import type { MergedMembership } from "../tiers/merge.ts";

/** Two parties of which one takes over the other's trackers. */
export interface TrackerMerge {
  readonly survivorId: number;
  readonly victimId: number;
  readonly memberships: readonly MergedMembership[];
}

/**
 * How the victim's days count for the survivor: what was tracked in the victim's present tier belongs to the survivor's present one, and
 * what was before it to none. One who takes over a whole membership has its tier history as well.
 */
const numbersOf = ({ memberships }: TrackerMerge) => ({
  programIds: memberships.map(({ victim }) => victim.programId),
  victimNos: memberships.map(({ victim }) => victim.changeNo),
  afterNos: memberships.map(({ after }) => after.changeNo),
  joins: memberships.map(({ before }) => before === null),
});

/** A survivor did what both did; the victim's rows stay for an undo. */
export const mergeTrackers = async (tx: Tx, orgId: number, merge: TrackerMerge): Promise<void> => {
  const { survivorId, victimId } = merge;
  const numbers = numbersOf(merge);
  await tx.run(sql`/* loyalty.merge_tracker_days */
    insert into loyalty.tracker_days as t
           (org_id, party_id, program_id, tracker_id, day, tier_change_no, sum, count, updated_at)
    select v.org_id, ${survivorId}::bigint as party_id, v.program_id, v.tracker_id, v.day,
           case when m.joins then v.tier_change_no when v.tier_change_no = m.victim_no then m.after_no else 0 end as tier_change_no,
           sum(v.sum)::bigint as sum, sum(v.count)::int as count, max(v.updated_at) as updated_at
      from loyalty.tracker_days v
      join unnest(${numbers.programIds}::bigint[],
                  ${numbers.victimNos}::int[],
                  ${numbers.afterNos}::int[],
                  ${numbers.joins}::boolean[]) m (program_id, victim_no, after_no, joins)
        on m.program_id = v.program_id
     where v.org_id = ${orgId} and v.party_id = ${victimId}
     group by v.org_id, v.program_id, v.tracker_id, v.day, 6
    on conflict (party_id, program_id, tracker_id, day, tier_change_no) do update
       set sum = t.sum + excluded.sum, count = t.count + excluded.count,
           updated_at = greatest(t.updated_at, excluded.updated_at)
     where t.org_id = excluded.org_id`);
  await tx.run(sql`/* loyalty.merge_tracker_cases */
    insert into loyalty.tracker_cases as c (org_id, party_id, program_id, tracker_id, case_id, first_on, successes)
    select org_id, ${survivorId}, program_id, tracker_id, case_id, first_on, successes
      from loyalty.tracker_cases where org_id = ${orgId} and party_id = ${victimId}
    on conflict (party_id, program_id, tracker_id, case_id) do update
       set first_on = least(c.first_on, excluded.first_on), successes = c.successes + excluded.successes
     where c.org_id = excluded.org_id`);
};

/** What the victim did is its own again. */
export const unmergeTrackers = async (tx: Tx, orgId: number, merge: TrackerMerge): Promise<void> => {
  const { survivorId, victimId } = merge;
  const numbers = numbersOf(merge);
  await tx.run(sql`/* loyalty.unmerge_tracker_days */
    update loyalty.tracker_days t set sum = t.sum - v.sum, count = greatest(0, t.count - v.count)
      from (
    select v.org_id, ${survivorId}::bigint as party_id, v.program_id, v.tracker_id, v.day,
           case when m.joins then v.tier_change_no when v.tier_change_no = m.victim_no then m.after_no else 0 end as tier_change_no,
           sum(v.sum)::bigint as sum, sum(v.count)::int as count, max(v.updated_at) as updated_at
      from loyalty.tracker_days v
      join unnest(${numbers.programIds}::bigint[],
                  ${numbers.victimNos}::int[],
                  ${numbers.afterNos}::int[],
                  ${numbers.joins}::boolean[]) m (program_id, victim_no, after_no, joins)
        on m.program_id = v.program_id
     where v.org_id = ${orgId} and v.party_id = ${victimId}
     group by v.org_id, v.program_id, v.tracker_id, v.day, 6) v
     where t.org_id = ${orgId} and t.party_id = v.party_id and t.program_id = v.program_id
       and t.tracker_id = v.tracker_id and t.day = v.day and t.tier_change_no = v.tier_change_no`);
  // Cycles that began with the victim's first event begin with the survivor's own.
  await tx.run(sql`/* loyalty.unmerge_tracker_cases */
    update loyalty.tracker_cases c
       set successes = greatest(0, c.successes - v.successes),
           first_on = case when c.first_on < v.first_on then c.first_on else coalesce((
             select min(t.day) from loyalty.tracker_days t
              where t.org_id = ${orgId} and t.party_id = c.party_id and t.program_id = c.program_id
                and t.tracker_id = c.tracker_id and t.count > 0), c.first_on) end
      from loyalty.tracker_cases v
     where c.org_id = ${orgId} and c.party_id = ${survivorId} and v.org_id = ${orgId} and v.party_id = ${victimId}
       and v.program_id = c.program_id and v.tracker_id = c.tracker_id and v.case_id = c.case_id`);
};
