import type { Millipoints } from "#platform";
import type { CompiledCase, CompiledTracker } from "../programs/trackers.ts";
import type { TrackerValue } from "../tiers/rules.ts";
import { countsUntil, earliestDay, windowOn } from "./windows.ts";

/** What a member did on a local day while a tier change was the newest: the sum in the tracker's exact units, and how often. */
export interface TrackerDay {
  readonly trackerId: number;
  /** YYYY-MM-DD. */
  readonly day: string;
  /** Number of the newest row of tier history then. */
  readonly changeNo: number;
  readonly sum: Millipoints;
  readonly count: number;
}

/** What is remembered of a case for a member. */
export interface TrackerCaseState {
  readonly trackerId: number;
  readonly caseId: number;
  /** Day of the first event, from which cycles are counted. */
  readonly firstOn: string;
  /** How often it forwarded. */
  readonly successes: number;
}

/** What is known of a member's trackers: the days that windows may need. */
export interface TrackerState {
  readonly days: readonly TrackerDay[];
  readonly cases: readonly TrackerCaseState[];
  /** Aggregates that are known by themselves, by `caseKey`: of a bill that is decided again. */
  readonly told?: ReadonlyMap<string, number>;
}

/** Rows to write, as they are now. */
export interface TrackerChanges {
  readonly days: readonly TrackerDay[];
  readonly cases: readonly TrackerCaseState[];
}

export const NOTHING_TRACKED: TrackerState & TrackerChanges = Object.freeze({ days: [], cases: [] });

export const caseKey = (trackerId: number, caseId: number): string => `${trackerId}/${caseId}`;
const dayKey = ({ trackerId, day, changeNo }: Pick<TrackerDay, "trackerId" | "day" | "changeNo">): string =>
  `${trackerId}/${day}/${changeNo}`;

/** Where a member stands: by which day windows are told, and the number of the newest row of tier history. */
export interface TrackerMoment {
  /** YYYY-MM-DD of the store's clock. */
  readonly day: string;
  readonly changeNo: number;
}

/** The aggregate of a case over its window, in its exact units. Pure. */
export const aggregateOf = (
  tracker: Pick<CompiledTracker, "id">,
  item: CompiledCase,
  { days, cases, told }: TrackerState,
  { day, changeNo }: TrackerMoment,
): number => {
  const known = told?.get(caseKey(tracker.id, item.id));
  if (known !== undefined) return known;
  const { from, to } = windowOn(item.window, day, firstOnOf(cases, tracker.id, item.id));
  const isOfTier = item.window.kind === "tier_change";
  let aggregate = 0;
  for (const row of days) {
    if (row.trackerId !== tracker.id) continue;
    const isWithin = isOfTier ? row.changeNo === changeNo : row.day >= from! && row.day <= to!;
    if (isWithin) aggregate += item.counts ? row.count : row.sum;
  }
  return aggregate;
};

export const firstOnOf = (
  cases: readonly TrackerCaseState[],
  trackerId: number,
  caseId: number,
): string | null =>
  cases.find((item) => item.trackerId === trackerId && item.caseId === caseId)?.firstOn ?? null;

/** Reads values of cases, as criteria of tiers ask for them. */
export const trackerValueOf =
  (trackers: readonly CompiledTracker[], state: TrackerState, moment: TrackerMoment): TrackerValue =>
  (trackerId, caseId) => {
    const tracker = trackers.find(({ id }) => id === trackerId);
    const item = tracker?.cases.find(({ id }) => id === caseId);
    return tracker === undefined || item === undefined ? 0 : aggregateOf(tracker, item, state, moment);
  };

/** The last day on which all of a case's value still counts; null: nothing that is known takes any of it away. */
export const valueStandsUntil = (
  tracker: Pick<CompiledTracker, "id">,
  item: CompiledCase,
  { days, cases }: TrackerState,
  moment: TrackerMoment,
): string | null => {
  const firstOn = firstOnOf(cases, tracker.id, item.id);
  const { from, to } = windowOn(item.window, moment.day, firstOn);
  if (from === null || to === null) return null;
  const oldest = days
    .filter((row) => row.trackerId === tracker.id && row.day >= from && row.day <= to)
    .filter((row) => (item.counts ? row.count : row.sum) !== 0)
    .reduce<string | null>((first, { day }) => (first === null || day < first ? day : first), null);
  return countsUntil(item.window, oldest ?? moment.day, firstOn);
};

/** The earliest day that a tracker's windows need for an event on a day. */
export const neededFrom = ({ cases }: CompiledTracker, day: string): string =>
  cases.reduce((from, { window }) => {
    const earliest = earliestDay(window, day) ?? day;
    return earliest < from ? earliest : from;
  }, day);

/** The state with changes in the place of what they change. Pure. */
export const withChanges = (state: TrackerState, changes: TrackerChanges): TrackerState => {
  if (changes.days.length + changes.cases.length === 0) return state;
  const days = new Map(state.days.map((row) => [dayKey(row), row]));
  for (const row of changes.days) days.set(dayKey(row), row);
  const cases = new Map(state.cases.map((row) => [caseKey(row.trackerId, row.caseId), row]));
  for (const row of changes.cases) cases.set(caseKey(row.trackerId, row.caseId), row);
  return { days: [...days.values()], cases: [...cases.values()] };
};

/** The row of a day, nothing where there is none yet. */
export const rowOf = (
  { days }: TrackerState,
  key: Pick<TrackerDay, "trackerId" | "day" | "changeNo">,
): TrackerDay => {
  const wanted = dayKey(key);
  return days.find((row) => dayKey(row) === wanted) ?? { ...key, sum: 0, count: 0 };
};
