import { type Instant, type Sql, sql, type Tx } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import {
  neededFrom,
  type TrackerCaseState,
  type TrackerChanges,
  type TrackerDay,
  type TrackerState,
} from "./state.ts";

/** What a decision or a return made of a party's trackers. */
export interface SavedTrackers extends TrackerChanges {
  readonly partyId: number;
  readonly programId: number;
}

/** Days of a tracker from one on, with those under a tier change; `until` is the last day where it bounds them. */
export interface TrackerQuestion {
  readonly partyId: number;
  readonly programId: number;
  readonly trackerId: number;
  /** YYYY-MM-DD. */
  readonly from: string;
  readonly until?: string;
  /** Null: days under no tier change are needed by themselves. */
  readonly changeNo: number | null;
}

/** What the windows of a program need of a member on a day. */
export const trackersNeeded = (
  { programId, trackers }: Pick<CompiledProgram, "programId" | "trackers">,
  { partyId, day, changeNo }: { readonly partyId: number; readonly day: string; readonly changeNo: number },
): TrackerQuestion[] =>
  trackers.map((tracker) => ({
    partyId,
    programId,
    trackerId: tracker.id,
    from: neededFrom(tracker, day),
    changeNo: tracker.cases.some(({ window }) => window.kind === "tier_change") ? changeNo : null,
  }));

type Owner = { readonly partyId: number; readonly programId: number };

/** What trackers hold, by `party/program`. Under the parties' locks it cannot change. */
export const loadTrackers = async (
  tx: Tx,
  orgId: number,
  questions: readonly TrackerQuestion[],
): Promise<Map<string, TrackerState>> => {
  const found = new Map<string, { days: TrackerDay[]; cases: TrackerCaseState[] }>();
  if (questions.length === 0) return found;
  const stateOf = ({ partyId, programId }: Owner) => {
    const key = `${partyId}/${programId}`;
    const state = found.get(key) ?? { days: [], cases: [] };
    found.set(key, state);
    return state;
  };
  const [days, cases] = await Promise.all([
    tx.rows<TrackerDay & Owner>(sql`/* loyalty.load_tracker_days */
      select t.party_id as "partyId", t.program_id as "programId", t.tracker_id as "trackerId",
             to_char(t.day, 'YYYY-MM-DD') as day, t.tier_change_no as "changeNo", t.sum, t.count
        from loyalty.tracker_days t
       where t.org_id = ${orgId} and (t.party_id, t.program_id, t.tracker_id, t.day, t.tier_change_no) in (
         select d.party_id, d.program_id, d.tracker_id, d.day, d.tier_change_no
           from unnest(${questions.map((one) => one.partyId)}::bigint[], ${questions.map((one) => one.programId)}::bigint[],
                       ${questions.map((one) => one.trackerId)}::int[], ${questions.map((one) => one.from)}::date[],
                       ${questions.map((one) => one.until ?? null)}::date[], ${questions.map((one) => one.changeNo)}::int[])
                  q (party_id, program_id, tracker_id, from_day, until_day, change_no)
           join loyalty.tracker_days d
             on d.party_id = q.party_id and d.program_id = q.program_id and d.tracker_id = q.tracker_id
            and (d.day between q.from_day and coalesce(q.until_day, 'infinity') or d.tier_change_no = q.change_no))`),
    tx.rows<TrackerCaseState & Owner>(sql`/* loyalty.load_tracker_cases */
      select c.party_id as "partyId", c.program_id as "programId", c.tracker_id as "trackerId", c.case_id as "caseId",
             to_char(c.first_on, 'YYYY-MM-DD') as "firstOn", c.successes
        from loyalty.tracker_cases c
       where c.org_id = ${orgId} and (c.party_id, c.program_id, c.tracker_id) in (
         select * from unnest(${questions.map((one) => one.partyId)}::bigint[],
                              ${questions.map((one) => one.programId)}::bigint[],
                              ${questions.map((one) => one.trackerId)}::int[]))`),
  ]);
  for (const { partyId, programId, ...day } of days) stateOf({ partyId, programId }).days.push(day);
  for (const { partyId, programId, ...item } of cases) stateOf({ partyId, programId }).cases.push(item);
  return found;
};

const iso = (instant: Instant): string => new Date(instant).toISOString();

/** The statements that write trackers; of one row the newest counts. */
export const trackerWrites = (
  orgId: number,
  saved: readonly SavedTrackers[],
  at: Instant,
): readonly Sql[] => {
  const days = new Map<string, TrackerDay & Owner>();
  const cases = new Map<string, TrackerCaseState & Owner>();
  for (const { partyId, programId, days: own, cases: items } of saved) {
    for (const row of own)
      days.set(`${partyId}/${programId}/${row.trackerId}/${row.day}/${row.changeNo}`, {
        partyId,
        programId,
        ...row,
      });
    for (const row of items)
      cases.set(`${partyId}/${programId}/${row.trackerId}/${row.caseId}`, { partyId, programId, ...row });
  }
  return [
    ...(days.size === 0 ? [] : [upsertDays(orgId, [...days.values()], at)]),
    ...(cases.size === 0 ? [] : [upsertCases(orgId, [...cases.values()])]),
  ];
};

const upsertDays = (orgId: number, rows: readonly (TrackerDay & Owner)[], at: Instant): Sql =>
  sql`/* loyalty.upsert_tracker_days */
    insert into loyalty.tracker_days as t
           (org_id, updated_at, party_id, program_id, tracker_id, day, tier_change_no, sum, count)
    select ${orgId}, ${iso(at)}::timestamptz, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.programId)}::bigint[],
      ${rows.map((row) => row.trackerId)}::int[], ${rows.map((row) => row.day)}::date[],
      ${rows.map((row) => row.changeNo)}::int[], ${rows.map((row) => row.sum)}::bigint[],
      ${rows.map((row) => row.count)}::int[])
    on conflict (party_id, program_id, tracker_id, day, tier_change_no)
      do update set sum = excluded.sum, count = excluded.count, updated_at = excluded.updated_at
     where t.org_id = excluded.org_id`;

const upsertCases = (orgId: number, rows: readonly (TrackerCaseState & Owner)[]): Sql =>
  sql`/* loyalty.upsert_tracker_cases */
    insert into loyalty.tracker_cases as c (org_id, party_id, program_id, tracker_id, case_id, first_on, successes)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.programId)}::bigint[],
      ${rows.map((row) => row.trackerId)}::int[], ${rows.map((row) => row.caseId)}::int[],
      ${rows.map((row) => row.firstOn)}::date[], ${rows.map((row) => row.successes)}::int[])
    on conflict (party_id, program_id, tracker_id, case_id)
      do update set first_on = excluded.first_on, successes = excluded.successes
     where c.org_id = excluded.org_id`;
