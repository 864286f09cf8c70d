import { type Instant, localDate, parseDateTime, sql, startOfDay, type Tx } from "#platform";
import type { Membership } from "../decide/schema.ts";
import type { CompiledProgram } from "../programs/compile.ts";
import type { CompiledCase, CompiledTracker } from "../programs/trackers.ts";
import { lastChangeOf } from "../tiers/enter.ts";
import { trackersOfMembers } from "./measures.ts";
import { aggregateOf, firstOnOf, type TrackerState, valueStandsUntil } from "./state.ts";
import { windowOn } from "./windows.ts";

/** Where a member stands by one case of a tracker. */
export interface TrackerStanding {
  readonly tracker: CompiledTracker;
  readonly case: CompiledCase;
  /** In units of what is tracked. */
  readonly value: number;
  /** First and last moment of the window; null: it has no end that is known. */
  readonly from: Instant;
  readonly to: Instant | null;
  /** The last day on which all of the value still counts; null: days do not end it. */
  readonly standsUntil: string | null;
  /** How often the case forwarded. */
  readonly successes: number;
  /** Null: nothing was tracked yet. */
  readonly updatedAt: Date | null;
}

/** Where a member stands by every case of a program's trackers, as of an instant in the organisation's zone. */
export const readTrackerStandings = async (
  tx: Tx,
  program: CompiledProgram,
  membership: Membership,
  now: Instant,
): Promise<TrackerStanding[]> => {
  if (program.trackers.length === 0) return [];
  const { partyId, programId } = membership;
  const [states, updates] = await Promise.all([
    trackersOfMembers(tx, program, [membership], now),
    tx.rows<{ trackerId: number; updatedAt: Date }>(sql`/* loyalty.read_tracker_updates */
      select tracker_id as "trackerId", max(updated_at) as "updatedAt" from loyalty.tracker_days
       where org_id = ${program.orgId} and party_id = ${partyId} and program_id = ${programId}
       group by tracker_id`),
  ]);
  const updatedAt = new Map(updates.map((row) => [row.trackerId, row.updatedAt]));
  const state = states.get(partyId)!;
  return program.trackers.flatMap((tracker) =>
    tracker.cases.map((item) => ({
      ...standingOf(program, tracker, item, state, membership, now),
      updatedAt: updatedAt.get(tracker.id) ?? null,
    })),
  );
};

const standingOf = (
  { timeZone }: CompiledProgram,
  tracker: CompiledTracker,
  item: CompiledCase,
  state: TrackerState,
  membership: Membership,
  now: Instant,
): Omit<TrackerStanding, "updatedAt"> => {
  const moment = { day: localDate(now, timeZone), changeNo: membership.changeNo };
  const span = windowOn(item.window, moment.day, firstOnOf(state.cases, tracker.id, item.id));
  const beginOf = (day: string): Instant => parseDateTime(day, { zone: timeZone })!;
  const found = state.cases.find((row) => row.trackerId === tracker.id && row.caseId === item.id);
  return {
    tracker,
    case: item,
    value: aggregateOf(tracker, item, state, moment) / item.scale,
    from: span.from === null ? lastChangeOf(membership) : beginOf(span.from),
    to:
      span.to === null
        ? (membership.tierExpiresAt?.getTime() ?? null)
        : startOfDay(beginOf(span.to), timeZone, 1) - 1000,
    standsUntil: valueStandsUntil(tracker, item, state, moment),
    successes: found?.successes ?? 0,
  };
};
