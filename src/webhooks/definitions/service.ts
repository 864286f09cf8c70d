import { randomBytes, randomUUID } from "node:crypto";
import type { Actor } from "#identity";
import type { Orgs } from "#orgs";
import { type Clock, type Db, type Instant, StaleRead, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { MAX_WEBHOOKS, parseWebhook } from "./parse.ts";
import type { Author, Secret, Webhook } from "./schema.ts";
import { drawSecret } from "./signing.ts";
import * as store from "./store.ts";

export interface DefinitionParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  /** Whether webhooks may lie on this machine and in private networks. */
  readonly allowsPrivate: boolean;
}

const HOUR = 3_600_000;
/** The longest that a secret stays in force beside the one that takes its place. */
export const MAX_OVERLAP_HOURS = 30 * 24;

const hex = (bytes: number): string => randomBytes(bytes).toString("hex");
const ID = /^[0-9a-f]{24}$/;

const newSecret = (at: Instant): Secret => ({
  id: hex(8),
  secret: drawSecret(),
  createdAt: new Date(at),
  expiresAt: null,
});

/** Webhooks as administrators define them. */
export const createDefinitions = ({ db, clock, orgs, allowsPrivate }: DefinitionParts) => {
  const authorOf = async (actor: Actor): Promise<Author> => {
    if (actor.kind === "user") return { id: actor.id, code: "", name: actor.name, type: "ADMIN_USER" };
    const till = actor.tillId === null ? null : (await orgs.get(actor.orgId)).till(actor.tillId);
    return {
      id: till?.id ?? actor.id,
      code: till?.code ?? actor.name,
      name: till?.name ?? actor.name,
      type: "TILL",
    };
  };

  /** Ids that cannot be one are nobody's: they are not looked for. */
  const require = async (tx: Tx, orgId: number, id: string): Promise<Webhook> => {
    const webhook = ID.test(id) ? await store.findWebhook(tx, orgId, id) : null;
    if (webhook === null) throw errors.unknown_webhook({ id: id.slice(0, 60) });
    return webhook;
  };

  const create = async (actor: Actor, sent: unknown): Promise<Webhook> => {
    const { orgId } = actor;
    const input = parseWebhook(sent, allowsPrivate);
    const [author, at] = [await authorOf(actor), clock.now()];
    const webhook: Webhook = {
      ...input,
      orgId,
      id: hex(12),
      consumerGroupId: randomUUID(),
      createdAt: at,
      createdBy: author,
      updatedAt: at,
      updatedBy: author,
      failures: 0,
      pausedUntil: null,
    };
    await db.transaction(orgId, async (tx) => {
      const { length } = await store.listWebhooks(tx, orgId);
      if (length >= MAX_WEBHOOKS) throw errors.too_many({ most: MAX_WEBHOOKS });
      const inserted = await store.insertWebhook(tx, webhook);
      if (inserted === 0) throw errors.name_taken({ field: "name", value: input.name });
      await tx.run(store.insertSecret(orgId, webhook.id, newSecret(at.getTime())));
      await tx.run(store.openFeed(orgId));
    });
    return webhook;
  };

  /** Replaces all of a definition: events that are not sent are no longer subscribed to. */
  const replace = async (actor: Actor, id: string, sent: unknown): Promise<Webhook> => {
    const { orgId } = actor;
    const [author, at] = [await authorOf(actor), clock.now()];
    try {
      return await db.transaction(orgId, async (tx) => {
        await require(tx, orgId, id);
        const before = await store.holdWebhook(tx, orgId, id);
        if (before === null) throw errors.unknown_webhook({ id });
        const input = parseWebhook(sent, allowsPrivate, before);
        if (await store.isNameTaken(tx, orgId, id, input.name))
          throw errors.name_taken({ field: "name", value: input.name });
        const after: Webhook = {
          ...before,
          ...input,
          updatedAt: at,
          updatedBy: author,
          failures: 0,
          pausedUntil: null,
        };
        await store.updateWebhook(tx, after);
        return after;
      });
    } catch (error) {
      // Two who take the same name at once: the index lets one of them.
      if ((error as { constraint?: string }).constraint === "webhook_names")
        throw errors.name_taken({ field: "name", value: "that" });
      throw error;
    }
  };

  return {
    create,
    replace,
    list: (orgId: number): Promise<Webhook[]> => db.transaction(orgId, (tx) => store.listWebhooks(tx, orgId)),
    get: (orgId: number, id: string): Promise<Webhook> =>
      db.transaction(orgId, (tx) => require(tx, orgId, id)),
    require,
    /** Deletes a webhook. What was to be sent to it is not sent; its log goes with the next clean-up. */
    remove: (orgId: number, id: string): Promise<Webhook> =>
      db.transaction(orgId, async (tx) => {
        const webhook = await require(tx, orgId, id);
        const deleted = await store.deleteWebhook(tx, orgId, id);
        if (deleted === 0) throw new StaleRead("a webhook was deleted meanwhile");
        return webhook;
      }),
    secrets: (orgId: number, id: string): Promise<Secret[]> =>
      db.transaction(orgId, async (tx) => {
        await require(tx, orgId, id);
        return store.secretsOf(tx, orgId, id, clock.now().getTime());
      }),
    /** Makes a new secret; those before stay in force beside it for so many hours. */
    rotate: (orgId: number, id: string, overlapHours: number): Promise<Secret[]> =>
      db.transaction(orgId, async (tx) => {
        await require(tx, orgId, id);
        await store.holdWebhook(tx, orgId, id);
        const now = clock.now().getTime();
        await store.endSecrets(tx, orgId, id, now + overlapHours * HOUR);
        await tx.run(store.insertSecret(orgId, id, newSecret(now)));
        return store.secretsOf(tx, orgId, id, now);
      }),
    /** Ends a secret at once. The last one cannot be ended: bodies are always signed. */
    endSecret: (orgId: number, id: string, secretId: string): Promise<Secret[]> =>
      db.transaction(orgId, async (tx) => {
        await require(tx, orgId, id);
        await store.holdWebhook(tx, orgId, id);
        const now = clock.now().getTime();
        const secrets = await store.secretsOf(tx, orgId, id, now);
        if (!secrets.some((secret) => secret.id === secretId))
          throw errors.unknown_secret({ id: secretId.slice(0, 40) });
        // Those that end by themselves leave nothing behind.
        if (!secrets.some((secret) => secret.id !== secretId && secret.expiresAt === null))
          throw errors.last_secret();
        await store.deleteSecret(tx, orgId, id, secretId, now);
        return store.secretsOf(tx, orgId, id, now);
      }),
  };
};

export type Definitions = ReturnType<typeof createDefinitions>;
