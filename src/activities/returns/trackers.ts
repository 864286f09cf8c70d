import {
  type CompiledTracker,
  NOTHING_TRACKED,
  type OrgPrograms,
  rowOf,
  type Trace,
  type TrackedBill,
  type TrackedPart,
  type TrackerChanges,
  type TrackerDay,
  type TrackerQuestion,
  type TrackerState,
  trackedBy,
  withChanges,
} from "#loyalty";
import { multiplyRatio, sql, type Tx } from "#platform";
import type { Snapshot } from "../passage.ts";
import { goneOf, isLineReturned, isReturned } from "./rules.ts";
import type { BillLine, GoneBack, JudgedReturn, ReturnableBill } from "./schema.ts";

/** What bills that go back added to trackers, by bill. Asks nothing where no program of the organisation ever had trackers. */
export const loadTrackedBills = async (
  tx: Tx,
  orgId: number,
  programs: OrgPrograms,
  bills: readonly Pick<ReturnableBill, "id" | "partyId">[],
): Promise<ReadonlyMap<number, TrackedBill>> => {
  const found = new Map<number, TrackedBill>();
  const hasTrackers = programs.all.some(({ versions }) =>
    versions.some(({ trackers }) => trackers.length > 0),
  );
  if (bills.length === 0 || !hasTrackers) return found;
  const rows = await tx.rows<{ id: number; trace: Trace }>(sql`/* activities.load_tracked_bills */
    select id, trace from activities.transactions
     where org_id = ${orgId} and party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and id = any(${bills.map(({ id }) => id)}::bigint[]) and trace -> 'tracked' is not null`);
  for (const { id, trace } of rows) {
    const program = programs.byId(trace.program)?.version(trace.version) ?? null;
    const tracked = program === null ? null : trackedBy(trace, program);
    if (tracked !== null) found.set(id, tracked);
  }
  return found;
};

/** The days of those bills, of the parties whose trackers they count for. */
export const daysOfTracked = (
  tracked: ReadonlyMap<number, TrackedBill>,
  ownerOf: (billId: number) => number,
): TrackerQuestion[] =>
  [...tracked].flatMap(([id, { programId, day, parts }]) =>
    [...new Set(parts.map(({ tracker }) => tracker.id))].map((trackerId) => ({
      partyId: ownerOf(id),
      programId,
      trackerId,
      from: day,
      until: day,
      changeNo: null,
    })),
  );

/** What trackers of a party hold after returns, and the rows that they changed. */
export interface LoweredTrackers {
  readonly partyId: number;
  readonly programId: number;
  readonly state: TrackerState;
  readonly changes: TrackerChanges;
}

/** Takes what goes back of a bill off the trackers that it counts for; `lowered` holds what the returns before it left. */
export const lowerTrackers = (
  { before, after }: NonNullable<JudgedReturn["bill"]>,
  lowered: Map<string, LoweredTrackers>,
  { trackedBills, trackers, profiles }: Pick<Snapshot, "trackedBills" | "trackers" | "profiles">,
): void => {
  const tracked = trackedBills.get(before.id);
  if (tracked === undefined) return;
  const { programId } = tracked;
  // Of one who was merged into another it counts there.
  const partyId = profiles.get(before.partyId)?.mergedInto ?? before.partyId;
  const key = `${partyId}/${programId}`;
  const known = lowered.get(key);
  const state = known?.state ?? trackers.get(key) ?? NOTHING_TRACKED;
  const taken = takeTracked(tracked, before, after, state);
  if (taken.days.length === 0) return;
  const days = [...(known?.changes.days ?? []), ...taken.days];
  lowered.set(key, { partyId, programId, state: withChanges(state, taken), changes: { days, cases: [] } });
};

/** Rows of trackers with what goes back of a bill taken off the days on which it was tracked. Pure. */
export const takeTracked = (
  { day, changeNo, parts }: TrackedBill,
  before: GoneBack,
  after: GoneBack,
  state: TrackerState,
): TrackerChanges => {
  const taken = new Map<number, { sum: number; count: number }>();
  for (const part of parts) {
    const [then, now] = [goneOfPart(before, part), goneOfPart(after, part)];
    const sums = taken.get(part.tracker.id) ?? { sum: 0, count: 0 };
    taken.set(part.tracker.id, {
      sum: sums.sum + now.value - then.value,
      count: sums.count + now.count - then.count,
    });
  }
  const days = [...taken].flatMap(([trackerId, { sum, count }]): TrackerDay[] => {
    if (sum === 0 && count === 0) return [];
    const row = rowOfBill(state, { trackerId, day, changeNo });
    if (row === null) return [];
    const left = row.sum - sum;
    return [{ ...row, sum: row.sum >= 0 ? Math.max(0, left) : left, count: Math.max(0, row.count - count) }];
  });
  return { days, cases: [] };
};

/** A merge may keep the day under another number of a tier change; null: nothing of the day is known. */
const rowOfBill = (
  state: TrackerState,
  key: Pick<TrackerDay, "trackerId" | "day" | "changeNo">,
): TrackerDay | null => {
  const own = rowOf(state, key);
  if (own.count > 0) return own;
  const ofDay = state.days.filter((row) => row.trackerId === key.trackerId && row.day === key.day);
  return ofDay.reduce<TrackerDay | null>(
    (most, row) => (most === null || row.count > most.count ? row : most),
    null,
  );
};

interface GonePart {
  readonly value: number;
  readonly count: number;
}

const NOTHING: GonePart = { value: 0, count: 0 };

/** How much of what was tracked has gone back with so much of the bill. */
const goneOfPart = (bill: GoneBack, part: TrackedPart): GonePart => {
  const { tracker, line, value } = part;
  if (isReturned(bill)) return { value, count: 1 };
  if (bill.returnedAs === null) return NOTHING;
  const lines = line === 0 ? bill.lines : bill.lines.filter(({ lineNo }) => lineNo === line);
  if (line !== 0 && lines.every((item) => isLineReturned(bill, item))) return { value, count: 1 };
  const [returned, of] = shareOf(bill, tracker, lines);
  if (returned <= 0 || of <= 0) return NOTHING;
  const gone = multiplyRatio(Math.abs(value), Math.min(returned, of), of, "half_up");
  return { value: Math.sign(value) * gone, count: 0 };
};

/** What of the lines went back, by what is tracked. Money that goes back brings no goods back. */
const shareOf = (
  bill: GoneBack,
  { entity }: CompiledTracker,
  lines: readonly BillLine[],
): readonly [returned: number, of: number] => {
  const sumOf = (of: (line: BillLine) => number) => lines.reduce((sum, line) => sum + of(line), 0);
  switch (entity) {
    case "CUSTOMER_VISITS":
      return [0, 1];
    case "LINEITEM_COUNT":
      return [lines.filter((line) => isLineReturned(bill, line)).length, lines.length];
    case "BILL_TOTAL_QTY":
    case "LINEITEM_QTY":
      return [sumOf((line) => goneOf(bill, line).quantity), sumOf(({ quantity }) => quantity)];
    case "LINEITEM_AMOUNT":
    case "LINEITEM_EXTENDED_FIELD":
      return bill.returnedAs === "AMOUNT"
        ? [bill.returnedAmount, bill.amount]
        : [sumOf((line) => goneOf(bill, line).amount), sumOf(({ amount }) => amount)];
    default:
      return [bill.returnedAmount, bill.amount];
  }
};
