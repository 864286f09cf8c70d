import { type Sql, sql, type Tx } from "#platform";
import type { Enrolment, StreakLevel, TargetEvent, TargetState, TargetValue } from "./schema.ts";
import { NO_TARGETS, type Tracked } from "./tracked.ts";

/** What of tracked events a load needs beside the values. */
export interface EventQuestions {
  /** Bills that come back. */
  readonly transactionIds: readonly number[];
  /** Days on which something is counted whose values of a day belong together: YYYY-MM-DD. */
  readonly days: readonly string[];
}

/** The targets of parties, by party. Under the parties' locks they cannot change. `victims` are those merged into them, whose bills may come back. */
export const loadTargets = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  { transactionIds, days }: EventQuestions,
  victims: ReadonlyMap<number, number> = new Map(),
): Promise<Map<number, TargetState>> => {
  if (partyIds.length === 0) return new Map();
  const withVictims = [...partyIds, ...victims.keys()];
  const [enrolments, values, levels, events] = await Promise.all([
    tx.rows<Enrolment>(sql`/* loyalty.load_target_enrolments */
      select party_id as "partyId", target_id as "targetId", group_id as "groupId", method, enrolled_at as "enrolledAt",
             from_cycle as "fromCycle", starts_at as "startsAt", streak_from as "streakFrom", left_at as "leftAt"
        from loyalty.target_enrolments where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])`),
    tx.rows<TargetValue>(sql`/* loyalty.load_target_values */
      select party_id as "partyId", target_id as "targetId", cycle, group_id as "groupId", starts_at as "startsAt",
             ends_at as "endsAt", defined, achieved, achieved_at as "achievedAt", steps, event_count as "eventCount",
             last_event_at as "lastEventAt"
        from loyalty.target_values where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
       order by party_id, target_id, cycle`),
    tx.rows<StreakLevel>(sql`/* loyalty.load_streak_levels */
      select party_id as "partyId", step_id as "stepId", target_id as "targetId", cycle, achieved_at as "achievedAt",
             lost_at as "lostAt"
        from loyalty.streak_levels where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])`),
    transactionIds.length === 0 && days.length === 0
      ? ([] as TargetEvent[])
      : tx.rows<TargetEvent>(sql`/* loyalty.load_target_events */
          select party_id as "partyId", target_id as "targetId", cycle, no, name, transaction_id as "transactionId",
                 unique_id as "uniqueId", day, occurred_at as "occurredAt", processed_at as "processedAt", value, parts
            from loyalty.target_events e
           where org_id = ${orgId} and party_id = any(${withVictims}::bigint[])
             and (transaction_id = any(${transactionIds}::bigint[]) or day = any(${days}::date[])
                  or day in (select o.day from loyalty.target_events o
                              where o.org_id = ${orgId} and o.party_id = any(${withVictims}::bigint[])
                                and o.transaction_id = any(${transactionIds}::bigint[])))
           order by party_id, target_id, cycle, no`),
  ]);
  const states = new Map<number, TargetState>();
  for (const partyId of partyIds) {
    const of = <Row extends { readonly partyId: number }>(rows: readonly Row[]) =>
      rows.filter((row) => row.partyId === partyId);
    states.set(partyId, {
      partyId,
      enrolments: of(enrolments),
      values: of(values),
      levels: of(levels),
      events: events.filter((row) => (victims.get(row.partyId) ?? row.partyId) === partyId),
    });
  }
  return states;
};

/** A party that nothing is tracked of. */
export const emptyTargets = (partyId: number): TargetState => ({ partyId, ...NO_TARGETS });

export type TargetRows = Pick<Tracked, "enrolments" | "values" | "levels" | "events">;

/** The newest of rows with the same key. */
const newest = <Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[] => [
  ...new Map(rows.map((row) => [keyOf(row), row])).values(),
];

const times = (rows: readonly (Date | null)[]) => rows.map((time) => time?.toISOString() ?? null);

/** The statements that write what decisions made of targets; of one row the newest counts. */
export const targetWrites = (orgId: number, rows: TargetRows): readonly Sql[] => [
  ...enrolmentWrites(
    orgId,
    newest(rows.enrolments, (row) => `${row.partyId}/${row.targetId}`),
  ),
  ...valueWrites(
    orgId,
    newest(rows.values, (row) => `${row.partyId}/${row.targetId}/${row.cycle}`),
  ),
  ...levelWrites(
    orgId,
    newest(rows.levels, (row) => `${row.partyId}/${row.stepId}`),
  ),
  ...eventWrites(orgId, rows.events),
];

const enrolmentWrites = (orgId: number, rows: readonly Enrolment[]): readonly Sql[] =>
  rows.length === 0
    ? []
    : [
        sql`/* loyalty.upsert_target_enrolments */
          insert into loyalty.target_enrolments as e
                 (org_id, party_id, target_id, group_id, method, enrolled_at, from_cycle, starts_at, streak_from, left_at)
          select ${orgId}, * from unnest(
            ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.targetId)}::bigint[],
            ${rows.map((row) => row.groupId)}::bigint[], ${rows.map((row) => row.method)}::text[],
            ${times(rows.map((row) => row.enrolledAt))}::timestamptz[], ${rows.map((row) => row.fromCycle)}::int[],
            ${times(rows.map((row) => row.startsAt))}::timestamptz[], ${rows.map((row) => row.streakFrom)}::int[],
            ${times(rows.map((row) => row.leftAt))}::timestamptz[])
          on conflict (party_id, target_id) do update
             set method = excluded.method, enrolled_at = excluded.enrolled_at, from_cycle = excluded.from_cycle,
                 starts_at = excluded.starts_at, streak_from = excluded.streak_from, left_at = excluded.left_at
           where e.org_id = excluded.org_id`,
      ];

const valueWrites = (orgId: number, rows: readonly TargetValue[]): readonly Sql[] =>
  rows.length === 0
    ? []
    : [
        sql`/* loyalty.upsert_target_values */
          insert into loyalty.target_values as v
                 (org_id, party_id, target_id, cycle, group_id, starts_at, ends_at, defined, achieved, achieved_at, steps,
                  event_count, last_event_at)
          select ${orgId}, * from unnest(
            ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.targetId)}::bigint[],
            ${rows.map((row) => row.cycle)}::int[], ${rows.map((row) => row.groupId)}::bigint[],
            ${times(rows.map((row) => row.startsAt))}::timestamptz[], ${times(rows.map((row) => row.endsAt))}::timestamptz[],
            ${rows.map((row) => row.defined)}::bigint[], ${rows.map((row) => row.achieved)}::bigint[],
            ${times(rows.map((row) => row.achievedAt))}::timestamptz[], ${rows.map((row) => JSON.stringify(row.steps))}::jsonb[],
            ${rows.map((row) => row.eventCount)}::int[], ${times(rows.map((row) => row.lastEventAt))}::timestamptz[])
          on conflict (party_id, target_id, cycle) do update
             set defined = excluded.defined, achieved = excluded.achieved, achieved_at = excluded.achieved_at,
                 steps = excluded.steps, event_count = excluded.event_count, last_event_at = excluded.last_event_at
           where v.org_id = excluded.org_id`,
      ];

const levelWrites = (orgId: number, rows: readonly StreakLevel[]): readonly Sql[] =>
  rows.length === 0
    ? []
    : [
        sql`/* loyalty.upsert_streak_levels */
          insert into loyalty.streak_levels as l (org_id, party_id, step_id, target_id, cycle, achieved_at, lost_at)
          select ${orgId}, * from unnest(
            ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.stepId)}::bigint[],
            ${rows.map((row) => row.targetId)}::bigint[], ${rows.map((row) => row.cycle)}::int[],
            ${times(rows.map((row) => row.achievedAt))}::timestamptz[], ${times(rows.map((row) => row.lostAt))}::timestamptz[])
          on conflict (party_id, step_id) do update
             set cycle = excluded.cycle, achieved_at = excluded.achieved_at, lost_at = excluded.lost_at
           where l.org_id = excluded.org_id`,
      ];

const eventWrites = (orgId: number, rows: readonly TargetEvent[]): readonly Sql[] =>
  rows.length === 0
    ? []
    : [
        sql`/* loyalty.insert_target_events */
          insert into loyalty.target_events
                 (org_id, party_id, target_id, cycle, no, name, transaction_id, unique_id, day, occurred_at, processed_at, value,
                  parts)
          select ${orgId}, * from unnest(
            ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.targetId)}::bigint[],
            ${rows.map((row) => row.cycle)}::int[], ${rows.map((row) => row.no)}::int[],
            ${rows.map((row) => row.name)}::text[], ${rows.map((row) => row.transactionId)}::bigint[],
            ${rows.map((row) => row.uniqueId)}::text[], ${rows.map((row) => row.day)}::date[],
            ${times(rows.map((row) => row.occurredAt))}::timestamptz[], ${times(rows.map((row) => row.processedAt))}::timestamptz[],
            ${rows.map((row) => row.value)}::bigint[],
            ${rows.map((row) => (row.parts === null ? null : JSON.stringify(row.parts)))}::jsonb[])`,
      ];

/** Tracked events of a member in a target, of one period or all, oldest first. */
export const listEvents = (
  tx: Tx,
  orgId: number,
  {
    partyId,
    targetId,
    cycle,
  }: { readonly partyId: number; readonly targetId: number; readonly cycle: number | null },
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<TargetEvent[]> =>
  tx.rows<TargetEvent>(sql`/* loyalty.list_target_events */
    select party_id as "partyId", target_id as "targetId", cycle, no, name, transaction_id as "transactionId",
           unique_id as "uniqueId", day, occurred_at as "occurredAt", processed_at as "processedAt", value, parts
      from loyalty.target_events
     where org_id = ${orgId} and party_id = ${partyId} and target_id = ${targetId}
       and (${cycle}::int is null or cycle = ${cycle}::int)
     order by cycle, no
    offset ${offset} limit ${limit}`);
