import { randomUUID } from "node:crypto";
import type { Loyalty, OrgPrograms } from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import { type Clock, type Db, type Logger, sql, type Tx } from "#platform";
import { eventType } from "./catalogue/catalogue.ts";
import type { Webhook } from "./definitions/schema.ts";
import { listWebhooks } from "./definitions/store.ts";
import { nextTaken, removeTaken, type TakenEvent } from "./intake.ts";
import type { KeptBody } from "./payloads/body.ts";
import { type Facts, loadFacts } from "./payloads/facts.ts";
import { tell } from "./payloads/tell.ts";
import type { Told } from "./payloads/told.ts";

/** Events whose bodies one transaction writes. */
const AT_ONCE = 500;

export interface PublicationParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly loyalty: Pick<Loyalty, "programs">;
  readonly log: Pick<Logger, "error">;
}

/** A documented event with its body, ready to be numbered. */
interface Published {
  readonly partyId: number;
  readonly name: string;
  readonly refId: string | null;
  readonly requestId: string | null;
  readonly body: KeptBody;
}

const bodyOf = (orgId: number, event: TakenEvent, told: Told): Published => {
  const refId = told.reference === null ? null : `${orgId}_${told.reference}`;
  const eventId = randomUUID();
  return {
    partyId: event.partyId,
    name: told.name,
    // What a schedule set off is named by an id of its own.
    refId: refId ?? `${orgId}_${eventId}`,
    requestId: event.requestId,
    body: {
      eventName: eventType(told.name)?.bodyName ?? told.name,
      eventId,
      eventLogId: told.eventLogId ?? null,
      orgId,
      refId: refId ?? `${orgId}_${eventId}`,
      apiRequestId: event.requestId,
      createdAt: (told.at ?? event.occurredAt).getTime(),
      loyaltyEventId: told.loyaltyEventId ?? null,
      traceAttributes: {},
      data: told.data,
      ...(told.availableBalance === undefined ? {} : { availableBalance: told.availableBalance }),
    },
  };
};

/** Takes the next numbers of an organisation; null while another process writes its bodies. */
const takeNumbers = async (tx: Tx, orgId: number): Promise<number | null> => {
  const row = await tx.maybeOne<{ lastNo: number }>(sql`/* webhooks.lock_feed */
    select last_no as "lastNo" from webhooks.feeds where org_id = ${orgId} for update skip locked`);
  return row?.lastNo ?? null;
};

const advance = (tx: Tx, orgId: number, lastNo: number): Promise<number> =>
  tx.run(sql`/* webhooks.advance_feed */
    update webhooks.feeds set last_no = ${lastNo} where org_id = ${orgId}`);

type Numbered = Published & { readonly no: number };

const insertEvents = (tx: Tx, orgId: number, events: readonly Numbered[], at: Date): Promise<number> =>
  tx.run(sql`/* webhooks.insert_events */
    insert into webhooks.events (org_id, created_at, party_id, no, event_id, name, ref_id, request_id, body)
    select ${orgId}::bigint, ${at.toISOString()}::timestamptz, * from unnest(
      ${events.map(({ partyId }) => partyId)}::bigint[], ${events.map(({ no }) => no)}::bigint[],
      ${events.map(({ body }) => body.eventId)}::text[], ${events.map(({ name }) => name)}::text[],
      ${events.map(({ refId }) => refId)}::text[], ${events.map(({ requestId }) => requestId)}::text[],
      ${events.map(({ body }) => JSON.stringify(body))}::json[])`);

interface Addressed {
  readonly partyId: number;
  readonly no: number;
  readonly name: string;
  readonly webhookId: string;
}

const insertDeliveries = (tx: Tx, orgId: number, rows: readonly Addressed[], at: Date): Promise<number> =>
  tx.run(sql`/* webhooks.insert_deliveries */
    insert into webhooks.deliveries (org_id, created_at, party_id, no, event_name, webhook_id)
    select ${orgId}::bigint, ${at.toISOString()}::timestamptz, * from unnest(
      ${rows.map(({ partyId }) => partyId)}::bigint[], ${rows.map(({ no }) => no)}::bigint[],
      ${rows.map(({ name }) => name)}::text[], ${rows.map(({ webhookId }) => webhookId)}::text[])`);

/** A queue as it is opened, or reopened, for something to send. */
export interface QueueKey {
  readonly partyId: number;
  readonly webhookId: string;
}

/**
 * Opens the queues that are not there. One that is there is locked, even though nothing of it changes: whoever would remove it as
 * empty waits, looks again and finds what is added.
 */
export const openQueues = (tx: Tx, orgId: number, keys: readonly QueueKey[], at: Date): Promise<number> => {
  const distinct = [...new Map(keys.map((key) => [`${key.partyId}/${key.webhookId}`, key])).values()].sort(
    (a, b) => a.partyId - b.partyId || (a.webhookId < b.webhookId ? -1 : 1),
  );
  return tx.run(sql`/* webhooks.open_queues */
    insert into webhooks.queues as q (org_id, due_at, party_id, webhook_id)
    select ${orgId}::bigint, ${at.toISOString()}::timestamptz, * from unnest(
      ${distinct.map(({ partyId }) => partyId)}::bigint[], ${distinct.map(({ webhookId }) => webhookId)}::text[])
        on conflict (party_id, webhook_id) do update set due_at = q.due_at`);
};

/** What is told of one event. A fault in it is this event's alone: it is logged, and the others are told. */
const toldOf = (
  { log }: Pick<PublicationParts, "log">,
  orgId: number,
  event: TakenEvent,
  facts: Facts,
  wanted: ReadonlySet<string>,
): Published[] => {
  try {
    return tell(event, facts)
      .filter(({ name }) => wanted.has(name))
      .map((told) => bodyOf(orgId, event, told));
  } catch (error) {
    log.error(
      { err: error, organisation: orgId, event: event.id, type: event.type },
      "an event could not be told",
    );
    return [];
  }
};

const publishSome = async (
  tx: Tx,
  parts: PublicationParts,
  organisation: Organisation,
  programs: OrgPrograms,
): Promise<number | null> => {
  const { id: orgId } = organisation;
  const lastNo = await takeNumbers(tx, orgId);
  if (lastNo === null) return null;
  const events = await nextTaken(tx, orgId, AT_ONCE);
  if (events.length === 0) return 0;
  const webhooks = (await listWebhooks(tx, orgId)).filter(({ isActive }) => isActive);
  const wanted = new Set(webhooks.flatMap((webhook) => webhook.events));
  const facts = await loadFacts(tx, organisation, programs, events);
  const published = events.flatMap((event) => toldOf(parts, orgId, event, facts, wanted));
  const numbered = published.map((item, index): Numbered => ({ ...item, no: lastNo + 1 + index }));
  await removeTaken(tx, orgId, events);
  if (numbered.length > 0) await write(tx, orgId, numbered, webhooks, parts.clock.now());
  return events.length;
};

const write = async (
  tx: Tx,
  orgId: number,
  events: readonly Numbered[],
  webhooks: readonly Webhook[],
  at: Date,
): Promise<void> => {
  const rows = events.flatMap(({ partyId, no, name }) =>
    webhooks
      .filter((webhook) => webhook.events.includes(name))
      .map(({ id }): Addressed => ({ partyId, no, name, webhookId: id })),
  );
  await insertEvents(tx, orgId, events, at);
  await insertDeliveries(tx, orgId, rows, at);
  await openQueues(tx, orgId, rows, at);
  await advance(tx, orgId, events.at(-1)!.no);
};

/**
 * Writes the bodies of an organisation's events and addresses them, in the order in which they were recorded and one process at a
 * time. Answers how many events were worked on; 0 also while another process is at it.
 */
export const publish = async (parts: PublicationParts, orgId: number): Promise<number> => {
  const [organisation, programs] = await Promise.all([parts.orgs.get(orgId), parts.loyalty.programs(orgId)]);
  let count = 0;
  for (;;) {
    const worked = await parts.db.transaction(orgId, (tx) => publishSome(tx, parts, organisation, programs));
    count += worked ?? 0;
    if (worked !== AT_ONCE) return count;
  }
};
