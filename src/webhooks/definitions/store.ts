import { type Instant, rawSql, type Sql, sql, type Tx } from "#platform";
import type { Secret, Webhook } from "./schema.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

const COLUMNS = `org_id as "orgId", id, name, url, method, headers, events, enrichments, connections, sla_seconds as "slaSeconds",
  is_active as "isActive", consumer_group_id as "consumerGroupId", created_at as "createdAt", created_by as "createdBy",
  updated_at as "updatedAt", updated_by as "updatedBy", failures, paused_until as "pausedUntil"`;

/** Webhooks of an organisation by name. */
export const listWebhooks = (tx: Tx, orgId: number): Promise<Webhook[]> =>
  tx.rows<Webhook>(
    rawSql(
      `/* webhooks.list */ select ${COLUMNS} from webhooks.webhooks where org_id = $1 order by lower(name), id`,
      [orgId],
    ),
  );

export const findWebhook = (tx: Tx, orgId: number, id: string): Promise<Webhook | null> =>
  tx.maybeOne<Webhook>(
    rawSql(`/* webhooks.find */ select ${COLUMNS} from webhooks.webhooks where org_id = $1 and id = $2`, [
      orgId,
      id,
    ]),
  );

/** The webhook, locked; null also while another process holds it. */
export const lockWebhook = (tx: Tx, orgId: number, id: string): Promise<Webhook | null> =>
  tx.maybeOne<Webhook>(
    rawSql(
      `/* webhooks.lock */ select ${COLUMNS} from webhooks.webhooks where org_id = $1 and id = $2 for update skip locked`,
      [orgId, id],
    ),
  );

/** The webhook, waited for and locked. */
export const holdWebhook = (tx: Tx, orgId: number, id: string): Promise<Webhook | null> =>
  tx.maybeOne<Webhook>(
    rawSql(
      `/* webhooks.hold */ select ${COLUMNS} from webhooks.webhooks where org_id = $1 and id = $2 for update`,
      [orgId, id],
    ),
  );

/** Writes a new webhook, and whatever numbers the organisation's events. Returns 0 where the name is taken. */
export const insertWebhook = (tx: Tx, webhook: Webhook): Promise<number> =>
  tx.run(sql`/* webhooks.insert */
    insert into webhooks.webhooks
           (org_id, id, name, url, method, headers, events, enrichments, connections, sla_seconds, is_active,
            consumer_group_id, created_at, created_by, updated_at, updated_by)
    values (${webhook.orgId}, ${webhook.id}, ${webhook.name}, ${webhook.url}, ${webhook.method},
            ${JSON.stringify(webhook.headers)}::json, ${webhook.events}::text[], ${JSON.stringify(webhook.enrichments)}::json,
            ${webhook.connections}, ${webhook.slaSeconds}, ${webhook.isActive}, ${webhook.consumerGroupId},
            ${webhook.createdAt.toISOString()}::timestamptz, ${JSON.stringify(webhook.createdBy)}::json,
            ${webhook.updatedAt.toISOString()}::timestamptz, ${JSON.stringify(webhook.updatedBy)}::json)
        on conflict (org_id, lower(name)) do nothing`);

export const openFeed = (orgId: number): Sql => sql`/* webhooks.open_feed */
  insert into webhooks.feeds (org_id) values (${orgId}) on conflict (org_id) do nothing`;

/** Whether another webhook of the organisation has the name. */
export const isNameTaken = async (tx: Tx, orgId: number, id: string, name: string): Promise<boolean> => {
  const row = await tx.maybeOne(sql`/* webhooks.name_taken */
    select 1 as taken from webhooks.webhooks
     where org_id = ${orgId} and lower(name) = lower(${name}) and id <> ${id}`);
  return row !== null;
};

/** Replaces a webhook. It is sent to at once again: what kept it from answering may be put right. */
export const updateWebhook = (tx: Tx, webhook: Webhook): Promise<number> =>
  tx.run(sql`/* webhooks.update */
    update webhooks.webhooks
       set name = ${webhook.name}, url = ${webhook.url}, method = ${webhook.method},
           headers = ${JSON.stringify(webhook.headers)}::json, events = ${webhook.events}::text[],
           enrichments = ${JSON.stringify(webhook.enrichments)}::json, connections = ${webhook.connections},
           sla_seconds = ${webhook.slaSeconds}, is_active = ${webhook.isActive},
           updated_at = ${webhook.updatedAt.toISOString()}::timestamptz,
           updated_by = ${JSON.stringify(webhook.updatedBy)}::json, failures = 0, paused_until = null
     where org_id = ${webhook.orgId} and id = ${webhook.id}`);

export const deleteWebhook = (tx: Tx, orgId: number, id: string): Promise<number> =>
  tx.run(sql`/* webhooks.delete */ delete from webhooks.webhooks where org_id = ${orgId} and id = ${id}`);

/** Secrets of a webhook, the newest first; those that ended before `now` are left out. */
export const secretsOf = (tx: Tx, orgId: number, webhookId: string, now: Instant): Promise<Secret[]> =>
  tx.rows<Secret>(sql`/* webhooks.secrets_of */
    select id, secret, created_at as "createdAt", expires_at as "expiresAt" from webhooks.secrets
     where org_id = ${orgId} and webhook_id = ${webhookId}
       and (expires_at is null or expires_at > ${iso(now)}::timestamptz)
     order by created_at desc, id desc`);

export const insertSecret = (orgId: number, webhookId: string, secret: Secret): Sql =>
  sql`/* webhooks.insert_secret */
    insert into webhooks.secrets (org_id, webhook_id, id, secret, created_at)
    values (${orgId}, ${webhookId}, ${secret.id}, ${secret.secret}, ${secret.createdAt.toISOString()}::timestamptz)`;

/** Sets when the secrets that a new one takes the place of end; one that ends sooner stays so. */
export const endSecrets = (tx: Tx, orgId: number, webhookId: string, at: Instant): Promise<number> =>
  tx.run(sql`/* webhooks.end_secrets */
    update webhooks.secrets set expires_at = ${iso(at)}::timestamptz
     where org_id = ${orgId} and webhook_id = ${webhookId}
       and (expires_at is null or expires_at > ${iso(at)}::timestamptz)`);

/** Removes one secret, and those that ended. */
export const deleteSecret = (
  tx: Tx,
  orgId: number,
  webhookId: string,
  id: string,
  now: Instant,
): Promise<number> =>
  tx.run(sql`/* webhooks.delete_secret */
    delete from webhooks.secrets
     where org_id = ${orgId} and webhook_id = ${webhookId}
       and (id = ${id} or expires_at <= ${iso(now)}::timestamptz)`);
