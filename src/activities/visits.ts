import type { Membership } from "#loyalty";
import type { Organisation } from "#orgs";
import { type Instant, localDate, parseDateTime, startOfDay, type Tx } from "#platform";
import type { Passage } from "./passage.ts";
import { isReturn, type Purchase } from "./schema.ts";
import { countSharedDays, findVisits, victimsOf } from "./store.ts";

/** Local days, YYYY-MM-DD, on which customers are known to have a bill that counts, by party. */
export type VisitDays = Map<number, Set<string>>;

export const zoneOfStore = (organisation: Organisation, storeId: number): string =>
  organisation.store(storeId)?.timeZone ?? organisation.timeZone;

/** The day of a bill as visits are counted: in the zone of its store. */
export const visitDayOf = (organisation: Organisation, { billedAt, storeId }: Purchase): string =>
  localDate(billedAt, zoneOfStore(organisation, storeId));

interface Question {
  /** Whose bills are looked at: the customer's, or those of one who was merged into them. */
  readonly partyId: number;
  readonly customerId: number;
  readonly day: string;
  readonly zone: string;
  readonly from: Instant;
  readonly until: Instant;
}

/**
 * For bills dated before their member's newest visit: which of those days have a bill that counted. Asks the database nothing
 * when there is no such bill. Later days need no asking, for nothing but the batch itself can have filled them.
 */
export const visitsOfLateBills = async (
  tx: Tx,
  organisation: Organisation,
  programId: number,
  batch: readonly Passage[],
  memberships: ReadonlyMap<string, Membership>,
): Promise<VisitDays> => {
  const days: VisitDays = new Map();
  const wanted = new Map<string, { partyId: number; day: string }>();
  for (const { outcome, partyId, purchase } of batch) {
    const last = memberships.get(`${partyId}/${programId}`)?.lastVisitOn ?? null;
    if (outcome !== null || last === null || isReturn(purchase.type)) continue;
    const day = visitDayOf(organisation, purchase);
    if (day < last) wanted.set(`${partyId} ${day}`, { partyId, day });
  }
  if (wanted.size === 0) return days;
  // A day is another stretch of time in every zone, and a customer may have bills of it in several.
  const stores = organisation.entities("STORE");
  const zones = new Set([organisation.timeZone, ...stores.map(({ id }) => zoneOfStore(organisation, id))]);
  const merged = await victimsOf(tx, organisation.id, [
    ...new Set([...wanted.values()].map(({ partyId }) => partyId)),
  ]);
  const questions = [...wanted.values()].flatMap(({ partyId, day }) =>
    [partyId, ...merged.filter((row) => row.partyId === partyId).map((row) => row.victimId)].flatMap(
      (visitor) =>
        [...zones].flatMap((zone): Question[] => {
          const from = parseDateTime(day, { zone });
          if (from === null) return [];
          return [
            { partyId: visitor, customerId: partyId, day, zone, from, until: startOfDay(from, zone, 1) },
          ];
        }),
    ),
  );
  for (const { question, storeId } of await findVisits(tx, organisation.id, programId, questions)) {
    const { customerId, day, zone } = questions[question - 1]!;
    if (zoneOfStore(organisation, storeId) === zone) addVisit(days, customerId, day);
  }
  return days;
};

export const addVisit = (days: VisitDays, partyId: number, day: string): void => {
  const known = days.get(partyId);
  if (known === undefined) days.set(partyId, new Set([day]));
  else known.add(day);
};

/**
 * On how many days both of two groups of parties had a bill that counts as a visit, by program; a day is counted in the zone of
 * its store.
 */
export const countSharedVisits = async (
  tx: Tx,
  organisation: Organisation,
  own: readonly number[],
  others: readonly number[],
): Promise<ReadonlyMap<number, number>> => {
  const stores = organisation
    .entities("STORE")
    .map(({ id }) => ({ id, zone: zoneOfStore(organisation, id) }));
  return countSharedDays(tx, organisation.id, own, others, stores);
};
