import { type Instant, sql, type Tx } from "#platform";
import type { TargetValue } from "./schema.ts";

/** Fixed periods that ended before, whose end was not told to everybody yet. */
export const periodsToComplete = (
  tx: Tx,
  orgId: number,
  before: Instant,
): Promise<{ groupId: number; id: number; cycle: number }[]> =>
  tx.rows(sql`/* loyalty.target_periods_to_complete */
    select p.group_id as "groupId", p.id, p.cycle
      from loyalty.target_periods p
      join loyalty.target_groups g on g.org_id = p.org_id and g.id = p.group_id and g.deleted_at is null
     where p.org_id = ${orgId} and p.is_active and p.completed_at is null and p.ends_at <= ${new Date(before).toISOString()}
     order by p.ends_at, p.id`);

export const markPeriodCompleted = (tx: Tx, orgId: number, id: number, at: Instant): Promise<number> =>
  tx.run(sql`/* loyalty.mark_target_period_completed */
    update loyalty.target_periods set completed_at = ${new Date(at).toISOString()} where org_id = ${orgId} and id = ${id}`);

/** Members who took part in a period to its end, and were not told of it. */
export const membersToComplete = async (
  tx: Tx,
  orgId: number,
  { targetId, cycle, limit }: { readonly targetId: number; readonly cycle: number; readonly limit: number },
): Promise<number[]> => {
  const rows = await tx.rows<{ partyId: number }>(sql`/* loyalty.target_members_to_complete */
    select e.party_id as "partyId"
      from loyalty.target_enrolments e
      join loyalty.target_periods p on p.org_id = e.org_id and p.group_id = e.group_id and p.cycle = ${cycle}
      left join loyalty.target_values v
        on v.org_id = e.org_id and v.party_id = e.party_id and v.target_id = e.target_id and v.cycle = ${cycle}
     where e.org_id = ${orgId} and e.target_id = ${targetId} and e.from_cycle <= ${cycle} and e.enrolled_at < p.ends_at
       and (e.left_at is null or e.left_at >= p.ends_at) and v.completed_at is null
       and exists (select from loyalty.memberships m where m.org_id = e.org_id and m.party_id = e.party_id)
     order by e.party_id
     limit ${limit}`);
  return rows.map(({ partyId }) => partyId);
};

/** Values of periods that begin with the member, which ended before and were not told. */
export const valuesToComplete = (
  tx: Tx,
  orgId: number,
  {
    groupIds,
    before,
    limit,
  }: { readonly groupIds: readonly number[]; readonly before: Instant; readonly limit: number },
): Promise<{ partyId: number; targetId: number; cycle: number }[]> =>
  tx.rows(sql`/* loyalty.target_values_to_complete */
    select party_id as "partyId", target_id as "targetId", cycle
      from loyalty.target_values
     where org_id = ${orgId} and completed_at is null and ends_at <= ${new Date(before).toISOString()}
       and group_id = any(${groupIds}::bigint[]) and target_id <> group_id
     order by ends_at, party_id
     limit ${limit}`);

export type Completed = Pick<TargetValue, "partyId" | "cycle" | "achieved" | "defined" | "steps">;

/** Completes values that were not; those who achieved nothing get a row. Answers those that it completed. */
export const completeValues = (
  tx: Tx,
  orgId: number,
  rows: readonly TargetValue[],
  at: Instant,
): Promise<Completed[]> =>
  tx.rows<Completed>(sql`/* loyalty.complete_target_values */
    insert into loyalty.target_values as v
           (org_id, achieved, steps, event_count, completed_at, party_id, target_id, cycle, group_id, starts_at, ends_at, defined)
    select ${orgId}, 0, '{}', 0, ${new Date(at).toISOString()}::timestamptz, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.targetId)}::bigint[],
      ${rows.map((row) => row.cycle)}::int[], ${rows.map((row) => row.groupId)}::bigint[],
      ${rows.map((row) => row.startsAt?.toISOString() ?? null)}::timestamptz[],
      ${rows.map((row) => row.endsAt?.toISOString() ?? null)}::timestamptz[], ${rows.map((row) => row.defined)}::bigint[])
    on conflict (party_id, target_id, cycle) do update set completed_at = excluded.completed_at
     where v.org_id = excluded.org_id and v.completed_at is null
    returning v.party_id as "partyId", v.cycle, v.achieved, v.defined, v.steps`);
