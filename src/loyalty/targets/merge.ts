import { sql, type Tx } from "#platform";

interface Parties {
  readonly survivorId: number;
  readonly victimId: number;
}

/**
 * A survivor takes part in what both did, and has achieved what both have. The victim's rows stay for an undo, and its tracked events for
 * returns of its bills. What the sum reaches is told with the next thing that counts.
 */
export const mergeTargets = async (
  tx: Tx,
  orgId: number,
  { survivorId, victimId }: Parties,
): Promise<void> => {
  await Promise.all([
    tx.run(sql`/* loyalty.merge_target_enrolments */
      insert into loyalty.target_enrolments
             (org_id, party_id, target_id, group_id, method, enrolled_at, from_cycle, starts_at, streak_from, left_at)
      select org_id, ${survivorId}, target_id, group_id, method, enrolled_at, from_cycle, starts_at, streak_from, left_at
        from loyalty.target_enrolments where org_id = ${orgId} and party_id = ${victimId}
      on conflict (party_id, target_id) do nothing`),
    // A combination, whose target is its group, counts targets: those of both may be the same.
    tx.run(sql`/* loyalty.merge_target_values */
      insert into loyalty.target_values as v
             (org_id, party_id, target_id, cycle, group_id, starts_at, ends_at, defined, achieved, achieved_at, steps,
              event_count, last_event_at, completed_at)
      select org_id, ${survivorId}, target_id, cycle, group_id, starts_at, ends_at, defined, achieved, achieved_at, steps,
             0, last_event_at, completed_at
        from loyalty.target_values where org_id = ${orgId} and party_id = ${victimId}
      on conflict (party_id, target_id, cycle) do update
         set achieved = case when v.target_id = v.group_id then greatest(v.achieved, excluded.achieved)
                             else v.achieved + excluded.achieved end,
             achieved_at = least(v.achieved_at, excluded.achieved_at), steps = excluded.steps || v.steps,
             last_event_at = greatest(v.last_event_at, excluded.last_event_at)
       where v.org_id = excluded.org_id`),
    tx.run(sql`/* loyalty.merge_streak_levels */
      insert into loyalty.streak_levels (org_id, party_id, step_id, target_id, cycle, achieved_at, lost_at)
      select org_id, ${survivorId}, step_id, target_id, cycle, achieved_at, lost_at
        from loyalty.streak_levels where org_id = ${orgId} and party_id = ${victimId}
      on conflict (party_id, step_id) do nothing`),
  ]);
};

/** What the victim had achieved is its own again. */
export const unmergeTargets = (tx: Tx, orgId: number, { survivorId, victimId }: Parties): Promise<number> =>
  tx.run(sql`/* loyalty.unmerge_target_values */
    update loyalty.target_values v set achieved = v.achieved - o.achieved
      from loyalty.target_values o
     where v.org_id = ${orgId} and v.party_id = ${survivorId} and o.org_id = ${orgId} and o.party_id = ${victimId}
       and o.target_id = v.target_id and o.cycle = v.cycle and v.target_id <> v.group_id`);
