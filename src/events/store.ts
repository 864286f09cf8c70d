import { type Sql, sql, type Tx } from "#platform";
import type { NewEvent, PublishedEvent } from "./schema.ts";

export const insertEvents = (ids: readonly number[], events: readonly NewEvent[]): Sql =>
  sql`/* events.insert */
    insert into events.outbox (id, party_id, org_id, event_type, occurred_at, payload, request_id)
    select * from unnest(
      ${ids}::bigint[], ${events.map((event) => event.partyId)}::bigint[], ${events.map((event) => event.orgId)}::bigint[],
      ${events.map((event) => event.type)}::text[], ${events.map((event) => event.occurredAt.toISOString())}::timestamptz[],
      ${events.map((event) => JSON.stringify(event.payload))}::json[],
      ${events.map((event) => event.requestId ?? null)}::text[])`;

/** Each set is looked into by a hash, and rows are found where they were locked: a backlog costs what its events cost, whatever the statistics say. */
const takeStatement = (limit: number): Sql => sql`/* events.take */
  with next as materialized (
    select ctid as place, recorded_at, id, party_id from events.outbox
     order by recorded_at, id limit ${limit} for update skip locked),
  held as materialized (
    select o.party_id from events.outbox o
     where o.recorded_at <= (select max(recorded_at) from next) and o.id not in (select id from next))
  delete from events.outbox o
   where o.ctid = any (array(select place from next where party_id not in (select party_id from held)))
  returning o.id, o.org_id as "orgId", o.party_id as "partyId", o.event_type as type, o.occurred_at as "occurredAt", o.payload,
            o.request_id as "requestId", (extract(epoch from o.recorded_at) * 1000000)::bigint as position`;

/**
 * Takes the oldest events out of the outbox; they are gone when the transaction commits and back when it does not. Of a party of
 * whom another relay holds an earlier event none is taken: it would be handed out before that one.
 */
export const takeEvents = async (tx: Tx, limit: number): Promise<PublishedEvent[]> => {
  const events = await tx.rows<PublishedEvent>(takeStatement(limit));
  return events.sort((a, b) => a.position - b.position || a.id - b.id);
};

export const countWaiting = async (tx: Tx): Promise<number> => {
  const row = await tx.one<{ count: number }>(
    sql`/* events.count_waiting */ select count(*) as count from events.outbox`,
  );
  return row.count;
};
