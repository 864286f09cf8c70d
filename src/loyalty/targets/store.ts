import { sql, type Tx } from "#platform";
import type { Target, TargetGroup, TargetPeriod, TargetStep } from "./schema.ts";

/** Groups of an organisation with their periods and targets, those that were deleted not. */
export const listGroups = async (
  tx: Tx,
  orgId: number,
  ids: readonly number[] | null = null,
): Promise<TargetGroup[]> => {
  const [groups, periods, targets, steps] = await Promise.all([
    tx.rows<Omit<TargetGroup, "periods" | "targets">>(sql`/* loyalty.list_target_groups */
      select id, name, description, tracking_type as "trackingType", evaluation_type as "evaluationType",
             frequency_type as "frequencyType", frequency, total_periods as "totalPeriods",
             preferred_till_id as "preferredTillId", aggregate_window as "aggregateWindow", unified,
             is_user_created as "isUserCreated", has_leaderboard as "hasLeaderboard", created_at as "createdAt",
             created_by as "createdBy", updated_at as "updatedAt", updated_by as "updatedBy"
        from loyalty.target_groups
       where org_id = ${orgId} and deleted_at is null and (${ids}::bigint[] is null or id = any(${ids}::bigint[]))
       order by id`),
    tx.rows<TargetPeriod & { groupId: number }>(sql`/* loyalty.list_target_periods */
      select p.id, p.group_id as "groupId", p.cycle, p.ref_code as "refCode", p.starts_at as "startsAt",
             p.ends_at as "endsAt", p.is_active as "isActive"
        from loyalty.target_periods p
        join loyalty.target_groups g on g.org_id = p.org_id and g.id = p.group_id and g.deleted_at is null
       where p.org_id = ${orgId} and (${ids}::bigint[] is null or p.group_id = any(${ids}::bigint[]))
       order by p.group_id, p.cycle`),
    tx.rows<Omit<Target, "steps">>(sql`/* loyalty.list_targets */
      select t.id, t.group_id as "groupId", t.name, t.description, t.entity, t.type,
             t.currency_identifier as "currencyIdentifier", t.extended_field as "extendedField", t.expression,
             t.expression_json as "expressionJson", t.filters, t.default_values as "defaultValues",
             t.enrolment_method as "enrolmentMethod", t.is_active as "isActive"
        from loyalty.targets t
        join loyalty.target_groups g on g.org_id = t.org_id and g.id = t.group_id and g.deleted_at is null
       where t.org_id = ${orgId} and (${ids}::bigint[] is null or t.group_id = any(${ids}::bigint[]))
       order by t.group_id, t.id`),
    tx.rows<TargetStep & { targetId: number }>(sql`/* loyalty.list_target_steps */
      select s.id, s.target_id as "targetId", s.kind, s.name, s.value_type as "valueType", s.value::float8 as value
        from loyalty.target_steps s
        join loyalty.targets t on t.org_id = s.org_id and t.id = s.target_id
       where s.org_id = ${orgId} and (${ids}::bigint[] is null or t.group_id = any(${ids}::bigint[]))
       order by s.target_id, s.value, s.id`),
  ]);
  return groups.map((group) => ({
    ...group,
    periods: periods.filter(({ groupId }) => groupId === group.id).map(({ groupId: _, ...period }) => period),
    targets: targets
      .filter(({ groupId }) => groupId === group.id)
      .map((target) => ({
        ...target,
        steps: steps.filter(({ targetId }) => targetId === target.id).map(({ targetId: _, ...step }) => step),
      })),
  }));
};

/** Locks a group; false when there is none. */
export const lockGroup = async (tx: Tx, orgId: number, id: number): Promise<boolean> =>
  (await tx.maybeOne(sql`/* loyalty.lock_target_group */
    select id from loyalty.target_groups where org_id = ${orgId} and id = ${id} and deleted_at is null for update`)) !==
  null;

/** Whether a name is another group's. */
export const groupNameIsTaken = async (tx: Tx, orgId: number, name: string, exceptId = 0): Promise<boolean> =>
  (await tx.maybeOne(sql`/* loyalty.find_target_group_name */
    select id from loyalty.target_groups
     where org_id = ${orgId} and lower(name) = lower(${name}) and deleted_at is null and id <> ${exceptId}`)) !==
  null;

/** Whether a target of this name exists, in whichever group that is not deleted. */
export const targetNameIsTaken = async (
  tx: Tx,
  orgId: number,
  name: string,
  exceptId = 0,
): Promise<boolean> =>
  (
    await tx.rows(sql`/* loyalty.find_target_name */
    select t.id from loyalty.targets t
      join loyalty.target_groups g on g.org_id = t.org_id and g.id = t.group_id and g.deleted_at is null
     where t.org_id = ${orgId} and lower(t.name) = lower(${name}) and t.id <> ${exceptId} limit 1`)
  ).length > 0;

/** False when another group of that name was made meanwhile. */
export const insertGroup = async (
  tx: Tx,
  orgId: number,
  group: Omit<TargetGroup, "periods" | "targets">,
): Promise<boolean> =>
  (await tx.run(sql`/* loyalty.insert_target_group */
    insert into loyalty.target_groups
           (org_id, id, name, description, tracking_type, evaluation_type, frequency_type, frequency, total_periods,
            preferred_till_id, aggregate_window, unified, is_user_created, has_leaderboard, created_at, created_by,
            updated_at, updated_by)
    values (${orgId}, ${group.id}, ${group.name}, ${group.description}, ${group.trackingType}, ${group.evaluationType},
            ${group.frequencyType}, ${group.frequency}, ${group.totalPeriods}, ${group.preferredTillId},
            ${group.aggregateWindow}, ${group.unified === null ? null : JSON.stringify(group.unified)},
            ${group.isUserCreated}, ${group.hasLeaderboard}, ${group.createdAt.toISOString()}, ${group.createdBy},
            ${group.updatedAt.toISOString()}, ${group.updatedBy})
    on conflict do nothing`)) > 0;

export const updateGroup = (
  tx: Tx,
  orgId: number,
  group: Pick<TargetGroup, "id" | "name" | "description" | "unified" | "hasLeaderboard" | "totalPeriods">,
  { at, by }: { readonly at: Date; readonly by: string },
): Promise<number> =>
  tx.run(sql`/* loyalty.update_target_group */
    update loyalty.target_groups
       set name = ${group.name}, description = ${group.description}, has_leaderboard = ${group.hasLeaderboard},
           unified = ${group.unified === null ? null : JSON.stringify(group.unified)}, total_periods = ${group.totalPeriods},
           updated_at = ${at.toISOString()}, updated_by = ${by}
     where org_id = ${orgId} and id = ${group.id}`);

export const deleteGroup = (
  tx: Tx,
  orgId: number,
  id: number,
  { at, by }: { readonly at: Date; readonly by: string },
): Promise<number> =>
  tx.run(sql`/* loyalty.delete_target_group */
    update loyalty.target_groups set deleted_at = ${at.toISOString()}, updated_at = ${at.toISOString()}, updated_by = ${by}
     where org_id = ${orgId} and id = ${id}`);

/** Writes periods of a group; those that exist change their dates, and whether they are active. */
export const savePeriods = async (
  tx: Tx,
  orgId: number,
  groupId: number,
  periods: readonly TargetPeriod[],
): Promise<void> => {
  if (periods.length === 0) return;
  await tx.run(sql`/* loyalty.save_target_periods */
    insert into loyalty.target_periods as p (org_id, group_id, id, cycle, ref_code, starts_at, ends_at, is_active)
    select ${orgId}, ${groupId}, * from unnest(
      ${periods.map((row) => row.id)}::bigint[], ${periods.map((row) => row.cycle)}::int[],
      ${periods.map((row) => row.refCode)}::text[], ${periods.map((row) => row.startsAt?.toISOString() ?? null)}::timestamptz[],
      ${periods.map((row) => row.endsAt?.toISOString() ?? null)}::timestamptz[],
      ${periods.map((row) => String(row.isActive))}::boolean[])
    on conflict (org_id, id) do update
       set starts_at = excluded.starts_at, ends_at = excluded.ends_at, is_active = excluded.is_active, ref_code = excluded.ref_code`);
};

/** Writes targets with their steps; of those that exist what may change. */
export const saveTargets = async (
  tx: Tx,
  orgId: number,
  targets: readonly Target[],
  at: Date,
): Promise<void> => {
  if (targets.length === 0) return;
  const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
  await tx.run(sql`/* loyalty.save_targets */
    insert into loyalty.targets
           (org_id, created_at, id, group_id, name, description, entity, type, currency_identifier, extended_field, expression,
            expression_json, filters, default_values, enrolment_method, is_active)
    select ${orgId}, ${at.toISOString()}::timestamptz, * from unnest(
      ${targets.map((row) => row.id)}::bigint[], ${targets.map((row) => row.groupId)}::bigint[],
      ${targets.map((row) => row.name)}::text[], ${targets.map((row) => row.description)}::text[],
      ${targets.map((row) => row.entity)}::text[], ${targets.map((row) => row.type)}::text[],
      ${targets.map((row) => row.currencyIdentifier)}::text[], ${targets.map((row) => json(row.extendedField))}::jsonb[],
      ${targets.map((row) => row.expression)}::text[], ${targets.map((row) => json(row.expressionJson))}::jsonb[],
      ${targets.map((row) => json(row.filters))}::jsonb[], ${targets.map((row) => json(row.defaultValues))}::jsonb[],
      ${targets.map((row) => row.enrolmentMethod)}::text[], ${targets.map((row) => String(row.isActive))}::boolean[])
    on conflict (org_id, id) do update
       set name = excluded.name, description = excluded.description, expression = excluded.expression,
           expression_json = excluded.expression_json, filters = excluded.filters, default_values = excluded.default_values,
           is_active = excluded.is_active`);
  const steps = targets.flatMap((target) => target.steps.map((step) => ({ ...step, targetId: target.id })));
  if (steps.length > 0)
    await tx.run(sql`/* loyalty.save_target_steps */
      insert into loyalty.target_steps (org_id, id, target_id, kind, name, value_type, value)
      select ${orgId}, * from unnest(
        ${steps.map((row) => row.id)}::bigint[], ${steps.map((row) => row.targetId)}::bigint[],
        ${steps.map((row) => row.kind)}::text[], ${steps.map((row) => row.name)}::text[],
        ${steps.map((row) => row.valueType)}::text[], ${steps.map((row) => String(row.value))}::numeric[])
      on conflict (org_id, id) do update set name = excluded.name, value = excluded.value, value_type = excluded.value_type`);
};

/** Tells every process that the organisation's targets changed. */
export const announceTargets = (tx: Tx, orgId: number) =>
  tx.rows(sql`/* loyalty.announce_targets */ select pg_notify('targets_changed', ${String(orgId)})`);

/** Levels of a target's streak are to be reached again. */
export const forgetLevels = (
  tx: Tx,
  orgId: number,
  targetId: number,
  partyIds: readonly number[],
): Promise<number> =>
  tx.run(sql`/* loyalty.forget_streak_levels */
    delete from loyalty.streak_levels
     where org_id = ${orgId} and target_id = ${targetId} and party_id = any(${partyIds}::bigint[])`);
