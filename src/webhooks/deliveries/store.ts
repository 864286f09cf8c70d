import { type Instant, sql, type Tx } from "#platform";
import type { Webhook } from "../definitions/schema.ts";
import { holdWebhook, lockWebhook } from "../definitions/store.ts";
import type { KeptBody } from "../payloads/body.ts";
import { FAILURES_BEFORE_PROBING, type Result } from "./rules.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

/** After so long a try counts as lost with its process: longer than a call may take. */
export const LOST_AFTER = 60_000;

export interface WebhookKey {
  readonly orgId: number;
  readonly webhookId: string;
}

/** Webhooks with something due, of all organisations. */
export const webhooksWithDue = (tx: Tx, now: Instant): Promise<WebhookKey[]> =>
  tx.rows<WebhookKey>(sql`/* webhooks.with_due */
    select w.org_id as "orgId", w.id as "webhookId" from webhooks.webhooks w
     where w.is_active and (w.paused_until is null or w.paused_until <= ${iso(now)}::timestamptz)
       and exists (select from webhooks.queues q
                    where q.org_id = w.org_id and q.webhook_id = w.id and q.due_at <= ${iso(now)}::timestamptz)
     order by w.org_id, w.id`);

/** An event that is about to be sent. */
export interface Claimed {
  readonly partyId: number;
  readonly no: number;
  readonly lease: number;
  readonly eventId: string;
  readonly body: KeptBody;
  /** This try included. */
  readonly attempts: number;
  readonly firstTriedAt: Date;
}

/** What is to be sent to a webhook now, and the webhook as it is. */
export interface Claim {
  readonly webhook: Webhook;
  readonly items: readonly Claimed[];
}

const countLeased = async (tx: Tx, { orgId, webhookId }: WebhookKey, now: Instant): Promise<number> => {
  const { count } = await tx.one<{ count: number }>(sql`/* webhooks.count_leased */
    select count(*) as count from webhooks.queues
     where org_id = ${orgId} and webhook_id = ${webhookId} and leased_until > ${iso(now)}::timestamptz`);
  return count;
};

interface Leased {
  readonly partyId: number;
  readonly lease: number;
}

const leaseQueues = (
  tx: Tx,
  { orgId, webhookId }: WebhookKey,
  limit: number,
  now: Instant,
): Promise<Leased[]> =>
  // Materialised, because a plan may run a subquery again for each row that it updates, and then takes more than the limit.
  tx.rows<Leased>(sql`/* webhooks.lease_queues */
    with due as materialized (
      select party_id from webhooks.queues
       where org_id = ${orgId} and webhook_id = ${webhookId} and due_at <= ${iso(now)}::timestamptz
       order by due_at, party_id limit ${limit} for update skip locked)
    update webhooks.queues q
       set lease = q.lease + 1, leased_until = ${iso(now + LOST_AFTER)}::timestamptz,
           due_at = ${iso(now + LOST_AFTER)}::timestamptz
      from due
     where q.org_id = ${orgId} and q.webhook_id = ${webhookId} and q.party_id = due.party_id
    returning q.party_id as "partyId", q.lease`);

/** The first event of each queue, a try counted for it. A queue in which nothing waits has none. */
const takeHeads = (
  tx: Tx,
  { orgId, webhookId }: WebhookKey,
  queues: readonly Leased[],
  now: Instant,
): Promise<Claimed[]> =>
  tx.rows<Claimed>(sql`/* webhooks.take_heads */
    update webhooks.deliveries d
       set attempts = d.attempts + 1, first_tried_at = coalesce(d.first_tried_at, ${iso(now)}::timestamptz),
           tried_at = ${iso(now)}::timestamptz
      from unnest(${queues.map(({ partyId }) => partyId)}::bigint[], ${queues.map(({ lease }) => lease)}::bigint[]) q (party_id, lease)
     cross join lateral (
       select h.no from webhooks.deliveries h
        where h.org_id = ${orgId} and h.party_id = q.party_id and h.webhook_id = ${webhookId} and h.status = 'pending'
        order by h.no limit 1) head
      join webhooks.events e on e.party_id = q.party_id and e.no = head.no
     where d.org_id = ${orgId} and d.party_id = q.party_id and d.no = head.no and d.webhook_id = ${webhookId}
    returning d.party_id as "partyId", d.no, q.lease, e.event_id as "eventId", e.body, d.attempts,
              d.first_tried_at as "firstTriedAt"`);

const dropQueues = (tx: Tx, { orgId, webhookId }: WebhookKey, partyIds: readonly number[]): Promise<number> =>
  tx.run(sql`/* webhooks.drop_queues */
    delete from webhooks.queues q
     where q.org_id = ${orgId} and q.webhook_id = ${webhookId} and q.party_id = any(${partyIds}::bigint[])
       and not exists (select from webhooks.deliveries d
                        where d.org_id = ${orgId} and d.party_id = q.party_id and d.webhook_id = ${webhookId}
                          and d.status = 'pending')`);

/**
 * Claims what may be sent to a webhook now: of each customer the first event that waits, and no more at the same time over all
 * processes than it allows. The webhook's row is locked meanwhile; null where another process holds it or it may not be sent to.
 */
export const claim = async (tx: Tx, key: WebhookKey, now: Instant): Promise<Claim | null> => {
  const webhook = await lockWebhook(tx, key.orgId, key.webhookId);
  if (webhook === null || !webhook.isActive || (webhook.pausedUntil?.getTime() ?? 0) > now) return null;
  const allowed = webhook.failures >= FAILURES_BEFORE_PROBING ? 1 : webhook.connections;
  const room = allowed - (await countLeased(tx, key, now));
  if (room <= 0) return null;
  const queues = await leaseQueues(tx, key, room, now);
  if (queues.length === 0) return null;
  const items = await takeHeads(tx, key, queues, now);
  const empty = queues.filter(({ partyId }) => !items.some((item) => item.partyId === partyId));
  if (empty.length > 0)
    await dropQueues(
      tx,
      key,
      empty.map(({ partyId }) => partyId),
    );
  return { webhook, items };
};

/** What became of a try. */
export interface Outcome {
  readonly result: Result;
  readonly httpStatus: number | null;
  readonly took: number;
  readonly problem: string;
  readonly answer: string;
}

const lockQueue = (tx: Tx, { orgId, webhookId }: WebhookKey, { partyId, lease }: Claimed) =>
  tx.maybeOne<{ isOurs: boolean }>(sql`/* webhooks.lock_queue */
    select lease = ${lease} as "isOurs" from webhooks.queues
     where org_id = ${orgId} and webhook_id = ${webhookId} and party_id = ${partyId} for update`);

/** What was delivered was delivered, whoever did it; any other result counts only if nobody has tried since. */
const updateDelivery = (
  tx: Tx,
  { orgId, webhookId }: WebhookKey,
  { partyId, no, attempts }: Claimed,
  { result, httpStatus, took, problem, answer }: Outcome,
  now: Instant,
): Promise<number> =>
  tx.run(sql`/* webhooks.record_try */
    update webhooks.deliveries d
       set status = ${result.status}, http_status = ${httpStatus}, took_ms = ${took}, problem = ${problem}, answer = ${answer},
           ended_at = case when ${result.status}::text = 'pending' then null else ${iso(now)}::timestamptz end
     where d.org_id = ${orgId} and d.party_id = ${partyId} and d.no = ${no} and d.webhook_id = ${webhookId}
       and d.status = 'pending' and (${result.status}::text = 'delivered' or d.attempts = ${attempts})`);

const releaseQueue = (
  tx: Tx,
  { orgId, webhookId }: WebhookKey,
  { partyId }: Claimed,
  due: Instant,
): Promise<number> =>
  tx.run(sql`/* webhooks.release_queue */
    update webhooks.queues set due_at = ${iso(due)}::timestamptz, leased_until = null
     where org_id = ${orgId} and webhook_id = ${webhookId} and party_id = ${partyId}`);

/** Writes down what became of a try, and lets the customer's next event go, or this one when it is due again. */
export const recordTry = async (
  tx: Tx,
  key: WebhookKey,
  item: Claimed,
  outcome: Outcome,
  now: Instant,
): Promise<void> => {
  const queue = await lockQueue(tx, key, item);
  const recorded = await updateDelivery(tx, key, item, outcome, now);
  if (queue === null || !queue.isOurs) return;
  const { result } = outcome;
  const due = result.status === "pending" && recorded > 0 ? result.at : now;
  await releaseQueue(tx, key, item, due);
  if (result.status !== "pending") await dropQueues(tx, key, [item.partyId]);
};

/** Notes that the receiver answered, and until when it asks to be left alone. */
export const noteAnswer = (
  tx: Tx,
  { orgId, webhookId }: WebhookKey,
  pausedUntil: Instant | null,
): Promise<number> =>
  tx.run(sql`/* webhooks.note_answer */
    update webhooks.webhooks
       set failures = 0,
           paused_until = greatest(paused_until, ${pausedUntil === null ? null : iso(pausedUntil)}::timestamptz)
     where org_id = ${orgId} and id = ${webhookId}`);

/** Notes that the receiver did not answer; after some such tries in a row it is left alone for a while. */
export const noteSilence = async (
  tx: Tx,
  { orgId, webhookId }: WebhookKey,
  pauseFor: (failures: number) => Instant | null,
): Promise<void> => {
  const webhook = await holdWebhook(tx, orgId, webhookId);
  if (webhook === null) return;
  const failures = webhook.failures + 1;
  const until = failures < FAILURES_BEFORE_PROBING ? null : pauseFor(failures);
  await tx.run(sql`/* webhooks.note_silence */
    update webhooks.webhooks
       set failures = ${failures},
           paused_until = greatest(paused_until, ${until === null ? null : iso(until)}::timestamptz)
     where org_id = ${orgId} and id = ${webhookId}`);
};
