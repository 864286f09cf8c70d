import { type Sql, sql, type Tx } from "#platform";
import type { NewEvent, PublishedEvent } from "./schema.ts";

export const insertEvents = (ids: readonly number[], events: readonly NewEvent[]): Sql =>
  sql`/* events.insert */
    insert into events.outbox (id, party_id, org_id, event_type, occurred_at, payload)
    select * from unnest(
      ${ids}::bigint[], ${events.map((event) => event.partyId)}::bigint[], ${events.map((event) => event.orgId)}::bigint[],
      ${events.map((event) => event.type)}::text[], ${events.map((event) => event.occurredAt.toISOString())}::timestamptz[],
      ${events.map((event) => JSON.stringify(event.payload))}::json[])`;

const takeStatement = (limit: number): Sql => sql`/* events.take */
  delete from events.outbox o
   using (select id, party_id from events.outbox order by id limit ${limit} for update skip locked) next
   where o.id = next.id and o.party_id = next.party_id
  returning o.id, o.org_id as "orgId", o.party_id as "partyId", o.event_type as type, o.occurred_at as "occurredAt", o.payload`;

/** Takes the oldest events out of the outbox; they are gone when the transaction commits and back when it does not. */
export const takeEvents = async (tx: Tx, limit: number): Promise<PublishedEvent[]> => {
  const events = await tx.rows<PublishedEvent>(takeStatement(limit));
  return events.sort((a, b) => a.id - b.id);
};

export const countWaiting = async (tx: Tx): Promise<number> => {
  const row = await tx.one<{ count: number }>(
    sql`/* events.count_waiting */ select count(*) as count from events.outbox`,
  );
  return row.count;
};
