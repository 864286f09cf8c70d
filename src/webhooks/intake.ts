import type { PublishedEvent, Subscriber } from "#events";
import { sql, type Tx } from "#platform";
import { toldAs } from "./catalogue/catalogue.ts";

/** An event of the outbox that somebody is to be told of. */
export interface TakenEvent {
  readonly partyId: number;
  readonly id: number;
  readonly type: string;
  readonly occurredAt: Date;
  readonly requestId: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What active webhooks of organisations listen to. Read with every batch, in its transaction: no cache is late. */
const wantedOf = async (tx: Tx, orgIds: readonly number[]): Promise<ReadonlyMap<number, Set<string>>> => {
  const rows = await tx.rows<{ orgId: number; names: string[] }>(sql`/* webhooks.wanted */
    select w.org_id as "orgId", array_agg(distinct e.name) as names
      from webhooks.webhooks w cross join lateral unnest(w.events) e (name)
     where w.org_id = any(${orgIds}::bigint[]) and w.is_active
     group by w.org_id`);
  return new Map(rows.map(({ orgId, names }) => [orgId, new Set(names)]));
};

const insertIntake = (tx: Tx, events: readonly PublishedEvent[]): Promise<number> =>
  tx.run(sql`/* webhooks.take_in */
    insert into webhooks.intake (org_id, party_id, id, position, event_type, occurred_at, request_id, payload)
    select * from unnest(
      ${events.map(({ orgId }) => orgId)}::bigint[], ${events.map(({ partyId }) => partyId)}::bigint[],
      ${events.map(({ id }) => id)}::bigint[], ${events.map(({ position }) => position)}::bigint[],
      ${events.map(({ type }) => type)}::text[], ${events.map(({ occurredAt }) => occurredAt.toISOString())}::timestamptz[],
      ${events.map(({ requestId }) => requestId)}::text[], ${events.map(({ payload }) => JSON.stringify(payload))}::json[])`);

/**
 * Keeps what somebody listens to, in the transaction that takes it from the outbox: once. Bodies are written afterwards, so that
 * neither their reads nor a fault in them holds up the others who hear of events. `told` is called when there is something.
 */
export const takeIn =
  (told: () => void): Subscriber =>
  async (tx, events) => {
    const known = events.filter(({ type }) => toldAs(type).length > 0);
    if (known.length === 0) return;
    const wanted = await wantedOf(tx, [...new Set(known.map(({ orgId }) => orgId))]);
    const taken = known.filter(({ orgId, type }) =>
      toldAs(type).some((name) => wanted.get(orgId)?.has(name)),
    );
    if (taken.length === 0) return;
    await insertIntake(tx, taken);
    told();
  };

/** The next events of an organisation, in the order in which they were recorded. */
export const nextTaken = (tx: Tx, orgId: number, limit: number): Promise<TakenEvent[]> =>
  tx.rows<TakenEvent>(sql`/* webhooks.next_taken */
    select party_id as "partyId", id, event_type as type, occurred_at as "occurredAt", request_id as "requestId", payload
      from webhooks.intake where org_id = ${orgId} order by position, id limit ${limit}`);

export const removeTaken = (tx: Tx, orgId: number, events: readonly TakenEvent[]): Promise<number> =>
  tx.run(sql`/* webhooks.remove_taken */
    delete from webhooks.intake i
     using unnest(${events.map(({ partyId }) => partyId)}::bigint[], ${events.map(({ id }) => id)}::bigint[]) d (party_id, id)
     where i.org_id = ${orgId} and i.party_id = d.party_id and i.id = d.id`);

/** Organisations with events whose bodies are not written yet. */
export const organisationsWithIntake = async (tx: Tx): Promise<number[]> => {
  const rows = await tx.rows<{ orgId: number }>(sql`/* webhooks.organisations_with_intake */
    select f.org_id as "orgId" from webhooks.feeds f
     where exists (select from webhooks.intake i where i.org_id = f.org_id) order by f.org_id`);
  return rows.map(({ orgId }) => orgId);
};
