import type { Events, PublishedEvent, Subscriber } from "#events";
import { POINTS } from "#ledger";
import type { Loyalty } from "#loyalty";
import type { Orgs } from "#orgs";
import { type Clock, type Db, localDate, type Tx } from "#platform";
import { sumOf, timelineOf } from "./journal/rules.ts";
import type { Movements } from "./journal/schema.ts";
import { readSums } from "./journal/service.ts";
import { takeSnapshot } from "./journal/store.ts";
import { addUp, previousParts, spanOf, sumParts, total } from "./rules.ts";
import { type DailyFigures, FIGURES, noFigures, type Period, type StoreFigures } from "./schema.ts";
import * as store from "./store.ts";

export interface InsightsParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly events: Events;
  readonly loyalty: Loyalty;
}

/** An organisation at a glance; amounts in small units. */
export interface Overview {
  readonly asOf: Date;
  readonly from: string;
  readonly to: string;
  /** The period in parts, in order; `day` is a part's first day. */
  readonly parts: readonly DailyFigures[];
  readonly sum: DailyFigures;
  readonly previous: DailyFigures;
  readonly membersTotal: number;
  /** Movements of points by part, and their sum. */
  readonly movements: readonly Movements[];
  readonly moved: Movements;
  readonly movedBefore: Movements;
  /** Points owed at the end of each part, and before the period. */
  readonly outstanding: readonly number[];
  readonly outstandingBefore: number;
  readonly stores: readonly {
    readonly storeId: number;
    readonly purchases: number;
    readonly amount: number;
  }[];
  readonly tiers: readonly { readonly tier: number; readonly members: number }[];
}

export type Insights = ReturnType<typeof createInsights>;

const MOST_STORES = 8;

/** How an organisation is doing, from sums per day that a subscriber keeps. Create it before events are started. */
export const createInsights = ({ db, clock, orgs, events, loyalty }: InsightsParts) => {
  events.subscribe(subscriber(orgs));

  const overview = async (orgId: number, period: Period): Promise<Overview> => {
    const asOf = clock.now();
    const organisation = await orgs.get(orgId);
    const program = (await loyalty.programs(orgId)).default;
    const span = spanOf(period, localDate(asOf.getTime(), organisation.timeZone));
    const step = period === "12m" ? "month" : "day";
    const [before, days, stores, tiers, sums] = await db.transaction(orgId, async (tx) => {
      await takeSnapshot(tx);
      return Promise.all([
        store.sumBefore(tx, orgId, span.previousFrom),
        // To the end of time: a bill of a till whose clock runs ahead counts too.
        store.listDays(tx, orgId, span.previousFrom, "9999-12-31"),
        store.topStores(tx, orgId, span.from, span.to, MOST_STORES),
        program === null ? [] : store.countTiers(tx, orgId, program.programId),
        readSums(tx, organisation, span.previousFrom, step),
      ]);
    });
    const parts = sumParts(span, days);
    const previous = total(days.filter(({ day }) => day < span.from));
    const sum = total(parts);
    const earlier = previousParts(span, step);
    const points = sums.filter(({ currencyId }) => currencyId === POINTS);
    const timeline = timelineOf(points, [...earlier, ...span.parts], true);
    const movements = timeline.parts.slice(earlier.length);
    return {
      asOf,
      from: span.from,
      to: span.to,
      parts,
      sum,
      previous,
      membersTotal: before.members + previous.members + sum.members,
      movements,
      moved: sumOf(movements),
      movedBefore: sumOf(timeline.parts.slice(0, earlier.length)),
      outstanding: timeline.held.slice(earlier.length),
      outstandingBefore: timeline.held[earlier.length - 1] ?? timeline.heldBefore,
      stores,
      tiers,
    };
  };

  /**
   * Computes an organisation's figures anew from the facts; purchases go on meanwhile, and their events are counted when
   * they are handed out. For a changed time zone, and for doubts.
   */
  const rebuild = async (orgId: number): Promise<void> => {
    const { timeZone } = await orgs.get(orgId);
    await db.system(async (tx) => {
      await store.beginRebuild(tx);
      const [facts, storeFacts, waiting] = await Promise.all([
        store.readFacts(tx, orgId, timeZone),
        store.readStoreFacts(tx, orgId, timeZone),
        store.readWaiting(tx, orgId),
      ]);
      await store.clearFigures(tx, orgId);
      const { days, stores } = withoutWaiting(facts, storeFacts, waiting, timeZone);
      if (days.length > 0) await store.addToDays(tx, orgId, days);
      if (stores.length > 0) await store.addToStores(tx, orgId, stores);
    });
  };

  return { overview, rebuild };
};

const groupByOrg = (events: readonly PublishedEvent[]): Map<number, PublishedEvent[]> => {
  const groups = new Map<number, PublishedEvent[]>();
  for (const event of events) {
    const group = groups.get(event.orgId);
    if (group) group.push(event);
    else groups.set(event.orgId, [event]);
  }
  return groups;
};

/** Adds what a batch of events comes to, in the transaction that takes them from the outbox. */
const subscriber =
  (orgs: Orgs): Subscriber =>
  async (tx: Tx, events) => {
    const groups = [...groupByOrg(events)].sort(([a], [b]) => a - b);
    for (const [orgId, group] of groups) {
      const { timeZone } = await orgs.get(orgId);
      const { days, stores } = addUp(group, timeZone);
      if (days.size > 0) await store.addToDays(tx, orgId, [...days.values()]);
      if (stores.size > 0) await store.addToStores(tx, orgId, [...stores.values()]);
    }
  };

/** Facts whose events still wait will be added when those are handed out; until then they are left out. */
const withoutWaiting = (
  facts: readonly DailyFigures[],
  storeFacts: readonly StoreFigures[],
  waiting: readonly PublishedEvent[],
  timeZone: string,
): { days: DailyFigures[]; stores: StoreFigures[] } => {
  const later = addUp(waiting, timeZone);
  const known = new Map(facts.map((figures) => [figures.day, { ...figures }]));
  for (const [day, figures] of later.days) {
    const left = known.get(day) ?? noFigures(day);
    for (const name of FIGURES) left[name] -= figures[name];
    known.set(day, left);
  }
  const stores = storeFacts.map((figures) => {
    const waits = later.stores.get(`${figures.day} ${figures.storeId}`);
    return {
      ...figures,
      purchases: figures.purchases - (waits?.purchases ?? 0),
      purchaseAmount: figures.purchaseAmount - (waits?.purchaseAmount ?? 0),
    };
  });
  return { days: [...known.values()], stores };
};
