import { type Instant, rawSql, sql, type Tx } from "#platform";
import { openQueues } from "../publication.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

export const STATUSES = ["pending", "delivered", "failed", "dead"] as const;
export type DeliveryStatus = (typeof STATUSES)[number];

/** A delivery with the event that it is of. */
export interface DeliveryRow {
  readonly partyId: number;
  readonly no: number;
  readonly webhookId: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly refId: string | null;
  readonly requestId: string | null;
  readonly createdAt: Date;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly firstTriedAt: Date | null;
  readonly triedAt: Date | null;
  readonly endedAt: Date | null;
  readonly httpStatus: number | null;
  readonly took: number | null;
  readonly problem: string;
  readonly answer: string;
  /** When it is tried next; null where it waits for one before it, is being sent, or is over. */
  readonly dueAt: Date | null;
}

const COLUMNS = `d.party_id as "partyId", d.no, d.webhook_id as "webhookId", e.event_id as "eventId", d.event_name as "eventName",
  e.ref_id as "refId", e.request_id as "requestId", d.created_at as "createdAt", d.status, d.attempts,
  d.first_tried_at as "firstTriedAt", d.tried_at as "triedAt", d.ended_at as "endedAt", d.http_status as "httpStatus",
  d.took_ms as took, d.problem, d.answer,
  case when d.status = 'pending' and d.attempts > 0
       then (select q.due_at from webhooks.queues q where q.org_id = d.org_id and q.party_id = d.party_id
                and q.webhook_id = d.webhook_id and q.leased_until is null) end as "dueAt"`;

const JOINED = `webhooks.deliveries d join webhooks.events e on e.party_id = d.party_id and e.no = d.no
  join webhooks.webhooks w on w.org_id = d.org_id and w.id = d.webhook_id`;

/** How a delivery may be asked for. */
export type LogKey = "event_id" | "ref_id" | "request_id";

/** Deliveries of one reference: the webhooks' of one event, or of all events of a call or a record; the newest first. */
const MOST_FOUND = 1000;

export const deliveriesBy = (tx: Tx, orgId: number, key: LogKey, value: string): Promise<DeliveryRow[]> =>
  tx.rows<DeliveryRow>(
    rawSql(
      `/* webhooks.deliveries_by */ select ${COLUMNS} from ${JOINED}
        where d.org_id = $1 and e.org_id = $1 and e.${key} = $2
        order by d.no desc, d.webhook_id limit ${MOST_FOUND}`,
      [orgId, value],
    ),
  );

export interface DeliveryKey {
  readonly eventId: string;
  readonly webhookId: string;
}

export interface FullDelivery extends DeliveryRow {
  readonly body: object;
}

export const findDelivery = (
  tx: Tx,
  orgId: number,
  { eventId, webhookId }: DeliveryKey,
): Promise<FullDelivery | null> =>
  tx.maybeOne<FullDelivery>(
    rawSql(
      `/* webhooks.find_delivery */ select ${COLUMNS}, e.body from ${JOINED}
        where d.org_id = $1 and e.org_id = $1 and e.event_id = $2 and d.webhook_id = $3`,
      [orgId, eventId, webhookId],
    ),
  );

export interface Position {
  readonly at: string;
  readonly no: number;
}

export interface DeliveryFilter {
  readonly statuses: readonly DeliveryStatus[];
  readonly eventName: string | null;
}

/** Statuses written out, so that the indexes on what waits and on what was not delivered serve lists of just those. */
const literally = (statuses: readonly DeliveryStatus[]): string => {
  if (statuses.length === 1) return `and d.status = '${statuses[0]!}'`;
  const isUndelivered = statuses.every((status) => status === "failed" || status === "dead");
  return isUndelivered ? "and d.status in ('failed', 'dead')" : "";
};

/** A page of a webhook's deliveries, the newest first. */
export const listDeliveries = (
  tx: Tx,
  orgId: number,
  webhookId: string,
  { statuses, eventName }: DeliveryFilter,
  after: Position | null,
  limit: number,
): Promise<DeliveryRow[]> => {
  return tx.rows<DeliveryRow>(
    rawSql(
      `/* webhooks.list_deliveries */ select ${COLUMNS} from ${JOINED}
        where d.org_id = $1 and d.webhook_id = $2 and d.status = any($3::text[])
          ${literally(statuses)}
          and ($4::text is null or d.event_name = $4)
          and ($5::timestamptz is null or (d.created_at, d.no) < ($5::timestamptz, $6::bigint))
        order by d.created_at desc, d.no desc limit $7`,
      [orgId, webhookId, statuses, eventName, after?.at ?? null, after?.no ?? 0, limit],
    ),
  );
};

/** Of each webhook: what failed for good or was given up, and the customers for whom something waits; counted to `most`. */
export const countUndelivered = (
  tx: Tx,
  orgId: number,
  most: number,
): Promise<{ webhookId: string; undelivered: number; waiting: number }[]> =>
  tx.rows(sql`/* webhooks.count_undelivered */
    select w.id as "webhookId",
           (select count(*) from (select from webhooks.deliveries d
             where d.org_id = w.org_id and d.webhook_id = w.id and d.status in ('failed', 'dead') limit ${most}) u) as undelivered,
           (select count(*) from (select from webhooks.queues q
             where q.org_id = w.org_id and q.webhook_id = w.id limit ${most}) q) as waiting
      from webhooks.webhooks w where w.org_id = ${orgId}`);

/** How many deliveries a filter finds; counts to `most`. */
export const countDeliveries = async (
  tx: Tx,
  orgId: number,
  webhookId: string,
  { statuses, eventName }: DeliveryFilter,
  most: number,
): Promise<number> => {
  const { total } = await tx.one<{ total: number }>(
    rawSql(
      `/* webhooks.count_deliveries */ select count(*) as total from (
         select from webhooks.deliveries d
          where d.org_id = $1 and d.webhook_id = $2 and d.status = any($3::text[]) ${literally(statuses)}
            and ($4::text is null or d.event_name = $4) limit $5) counted`,
      [orgId, webhookId, statuses, eventName, most],
    ),
  );
  return total;
};

export interface EventKey {
  readonly partyId: number;
  readonly no: number;
}

/** The next deliveries since an instant that a replay sends again; those whose last try came after it was asked for stay. */
export const nextToReplay = (
  tx: Tx,
  orgId: number,
  webhookId: string,
  { since, asked, after, limit }: { since: Instant; asked: Instant; after: Position | null; limit: number },
): Promise<(EventKey & { createdAt: string })[]> =>
  tx.rows(sql`/* webhooks.next_to_replay */
    select party_id as "partyId", no, created_at::text as "createdAt" from webhooks.deliveries
     where org_id = ${orgId} and webhook_id = ${webhookId} and created_at >= ${iso(since)}::timestamptz
       and status <> 'pending' and ended_at <= ${iso(asked)}::timestamptz
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, no) > (${after?.at ?? null}::timestamptz, ${after?.no ?? 0}::bigint))
     order by created_at, no, party_id limit ${limit}`);

/** The next deliveries that failed for good or were given up before they were asked for, the oldest first. */
export const nextUndelivered = (
  tx: Tx,
  orgId: number,
  webhookId: string,
  asked: Instant,
  limit: number,
): Promise<EventKey[]> =>
  tx.rows<EventKey>(sql`/* webhooks.next_undelivered */
    select party_id as "partyId", no from webhooks.deliveries
     where org_id = ${orgId} and webhook_id = ${webhookId} and status in ('failed', 'dead')
       and ended_at <= ${iso(asked)}::timestamptz
     order by created_at, no, party_id limit ${limit}`);

/** Has events sent again, as new ones are: with all their time for tries, each in its customer's order. Returns how many. */
export const requeue = async (
  tx: Tx,
  orgId: number,
  webhookId: string,
  keys: readonly EventKey[],
  now: Instant,
): Promise<number> => {
  if (keys.length === 0) return 0;
  const count = await tx.run(sql`/* webhooks.requeue */
    update webhooks.deliveries d
       set status = 'pending', attempts = 0, first_tried_at = null, ended_at = null
      from unnest(${keys.map(({ partyId }) => partyId)}::bigint[], ${keys.map(({ no }) => no)}::bigint[]) k (party_id, no)
     where d.org_id = ${orgId} and d.webhook_id = ${webhookId} and d.party_id = k.party_id and d.no = k.no
       and d.status <> 'pending'`);
  const queues = keys.map(({ partyId }) => ({ partyId, webhookId }));
  await openQueues(tx, orgId, queues, new Date(now));
  return count;
};

/** Deletes events from before an instant that nobody waits for any more, with their deliveries. Returns how many. */
export const deleteEvents = (tx: Tx, orgId: number, before: Instant, limit: number): Promise<number> =>
  tx.run(sql`/* webhooks.delete_events */
    with old as materialized (
      select o.party_id, o.no from webhooks.events o
       where o.org_id = ${orgId} and o.created_at < ${iso(before)}::timestamptz
         and not exists (select from webhooks.deliveries d
                          where d.org_id = ${orgId} and d.party_id = o.party_id and d.no = o.no and d.status = 'pending')
       order by o.created_at limit ${limit} for update skip locked)
    delete from webhooks.events e
     using old
     where e.org_id = ${orgId} and e.party_id = old.party_id and e.no = old.no`);

/** Deletes deliveries and queues of webhooks that are no more. Returns how many. */
export const deleteOrphans = async (tx: Tx, orgId: number, limit: number): Promise<number> => {
  const deliveries = await tx.run(sql`/* webhooks.delete_orphans */
    delete from webhooks.deliveries d
     using (select o.party_id, o.no, o.webhook_id from webhooks.deliveries o
             where o.org_id = ${orgId}
               and not exists (select from webhooks.webhooks w where w.org_id = ${orgId} and w.id = o.webhook_id)
             limit ${limit}) old
     where d.org_id = ${orgId} and d.party_id = old.party_id and d.no = old.no and d.webhook_id = old.webhook_id`);
  const queues = await tx.run(sql`/* webhooks.delete_orphaned_queues */
    delete from webhooks.queues q
     using (select o.party_id, o.webhook_id from webhooks.queues o
             where o.org_id = ${orgId}
               and not exists (select from webhooks.webhooks w where w.org_id = ${orgId} and w.id = o.webhook_id)
             limit ${limit}) old
     where q.org_id = ${orgId} and q.party_id = old.party_id and q.webhook_id = old.webhook_id`);
  return Math.max(deliveries, queues);
};
