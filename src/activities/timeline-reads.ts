import { type ChangePage, listChanges } from "#customers";
import type { Organisation } from "#orgs";
import type { Tx } from "#platform";
import { newestEventNo, type PointsEvent, pointsEvents, transactionsBefore } from "./reads.ts";
import {
  changeEntry,
  type Entry,
  mergeSources,
  pointsEntry,
  type TierEvent,
  type TimelineItem,
  type TimelineKind,
  type TimelinePosition,
  tierEntry,
  transactionEntry,
} from "./timeline.ts";

export interface TimelineQuery {
  readonly partyId: number;
  readonly kinds: ReadonlySet<TimelineKind>;
  readonly from: TimelinePosition;
  readonly limit: number;
  /** All of the party's, newest first. */
  readonly tiers: readonly TierEvent[];
}

export interface TimelinePage {
  readonly items: readonly TimelineItem[];
  /** Null when nothing is left. */
  readonly next: TimelinePosition | null;
}

/** Ledger events looked at in the first step; each further step looks at four times as many. */
const FIRST_WINDOW = 200;

/** A page of the timeline: one keyset read of each source, merged. */
export const readTimeline = async (
  tx: Tx,
  organisation: Organisation,
  query: TimelineQuery,
): Promise<TimelinePage> => {
  const { partyId, kinds, from, limit } = query;
  const orgId = organisation.id;
  const wanted = limit + 1;
  const before = from.transaction === null ? null : { at: from.transaction[0], id: from.transaction[1] };
  const [bills, changes] = await Promise.all([
    kinds.has("transaction") ? transactionsBefore(tx, orgId, partyId, before, wanted) : [],
    kinds.has("change") ? listChanges(tx, orgId, partyId, changePage(from.change, wanted)) : [],
  ]);
  const transaction = bills.map((bill) => transactionEntry(organisation, partyId, bill));
  const change = changes.map((row) => changeEntry(organisation, row));
  // A full source fills the page by itself: events older than its last item are on a later one.
  const floors = [transaction, change].flatMap((source) => source[limit]?.at ?? []);
  const found = kinds.has("points")
    ? await readEvents(tx, orgId, partyId, from.points, wanted, Math.max(-Infinity, ...floors))
    : { events: [], lowest: from.points ?? 0 };
  const points = found.events.map((event) => pointsEntry(organisation, event));
  const tier = kinds.has("tier") ? tiersAfter(query.tiers, from.tier).map(tierEntry) : [];
  const sources = { transaction, points, tier, change };
  const { items, taken } = mergeSources(sources, limit);
  const isLeft = (Object.keys(sources) as TimelineKind[]).some((kind) => taken[kind] < sources[kind].length);
  const after = <P>(entries: readonly Entry<P>[], count: number, otherwise: P | null): P | null =>
    count === 0 ? otherwise : entries[count - 1]!.position;
  return {
    items,
    next: isLeft
      ? {
          transaction: after(transaction, taken.transaction, from.transaction),
          points: kinds.has("points") ? eventsSeen(found, taken.points) : from.points,
          tier: after(tier, taken.tier, from.tier),
          change: after(change, taken.change, from.change),
        }
      : null,
  };
};

const changePage = (from: TimelinePosition["change"], limit: number): ChangePage => ({
  before: from === null ? null : { at: new Date(from[0]), id: from[1] },
  limit,
});

/** Purchases that lie between the events shown were looked at: the next page need not look again. */
const eventsSeen = ({ events, lowest }: EventsFound, taken: number): number => {
  const nextShown = events[taken];
  return nextShown === undefined ? lowest : nextShown.eventNo + 1;
};

interface EventsFound {
  readonly events: readonly PointsEvent[];
  /** Number of the oldest event that was looked at. */
  readonly lowest: number;
}

/**
 * Events that are no purchases, newest first, before an event number: as many as wanted, or all that are not older than
 * `floor`. Most events are purchases, so ranges of numbers are read until there is enough.
 */
const readEvents = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  before: number | null,
  wanted: number,
  floor: number,
): Promise<EventsFound> => {
  const events: PointsEvent[] = [];
  let lowest = before ?? (await newestEventNo(tx, orgId, partyId)) + 1;
  const floorSecond = Math.floor(floor / 1000);
  for (let size = FIRST_WINDOW; lowest > 1 && events.length < wanted; size *= 4) {
    const first = Math.max(1, lowest - size);
    const window = await pointsEvents(tx, orgId, partyId, first, lowest - 1);
    events.push(...window.events);
    lowest = first;
    if (window.oldest !== null && Math.floor(window.oldest.getTime() / 1000) < floorSecond) break;
  }
  return { events, lowest };
};

const tiersAfter = (tiers: readonly TierEvent[], from: TimelinePosition["tier"]): readonly TierEvent[] => {
  if (from === null) return tiers;
  const last = tiers.findIndex(({ programId, changeNo }) => programId === from[0] && changeNo === from[1]);
  return last === -1 ? [] : tiers.slice(last + 1);
};
