import { randomUUID } from "node:crypto";
import type { Subscriber } from "#events";
import type { Loyalty } from "#loyalty";
import type { Organisation, Orgs } from "#orgs";
import { type Clock, type Db, type Instant, inTurn, type Jobs, type Logger } from "#platform";
import { eventType, sampleOf, schemaOf } from "./catalogue/catalogue.ts";
import { createDefinitions } from "./definitions/service.ts";
import { secretsOf } from "./definitions/store.ts";
import { createSender, outgoingOf } from "./deliveries/sender.ts";
import { createTransport, type Outgoing, type Sent } from "./deliveries/transport.ts";
import { errors } from "./errors.ts";
import { organisationsWithIntake, takeIn } from "./intake.ts";
import * as log from "./log/store.ts";
import type { KeptBody } from "./payloads/body.ts";
import { publish } from "./publication.ts";

export interface WebhooksParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get" | "list">;
  readonly loyalty: Pick<Loyalty, "programs">;
  readonly jobs: Pick<Jobs, "add" | "define" | "every">;
  readonly log: Pick<Logger, "warn" | "error">;
  /** Whether webhooks may lie on this machine and in private networks. */
  readonly allowsPrivate: boolean;
  /** Milliseconds for a call; 30 s when absent. */
  readonly timeout?: number | undefined;
}

/** What others wrote or what became due is found within this time. */
const POLL = 1000;
const REPLAY = "webhooks.replay";
const RETRY = "webhooks.retry";
const FORGET = "webhooks.forget";
/** Rows of one transaction of replays and clean-ups. */
const AT_ONCE = 1000;
const DAY = 86_400_000;

/** A call that was tried out, and what came of it. */
export interface TestCall {
  readonly outgoing: Outgoing;
  readonly sent: Sent;
}

/** Who is told of what: definitions, the events as they are told, their delivery and its log. */
export const createWebhooks = (parts: WebhooksParts) => {
  const { db, clock, orgs, jobs } = parts;
  const definitions = createDefinitions(parts);
  const transport = createTransport(parts);
  const sender = createSender({ db, clock, log: parts.log, transport, chance: Math.random });
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let isWorking = false;
  /** Something came up while it was at work. */
  let isAsked = false;

  const publishAll = async (): Promise<void> => {
    const orgIds = await db.system(organisationsWithIntake);
    await inTurn(orgIds, parts.log, "events of an organisation could not be told", (orgId) =>
      publish(parts, orgId),
    );
  };

  const schedule = (milliseconds: number): void => {
    if (!isWorking) return;
    if (running !== null) {
      isAsked = true;
      return;
    }
    isAsked = false;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      running = publishAll()
        .then(() => sender.begin())
        .catch((error: unknown) =>
          parts.log.error({ err: error }, "webhooks were not served; it tries again"),
        )
        .finally(() => {
          running = null;
          schedule(isAsked ? 0 : POLL);
        });
    }, milliseconds);
  };

  /** Sends what was delivered or given up since an instant again, page by page. What was sent since it was asked for is left alone. */
  const replayFrom = async (
    orgId: number,
    webhookId: string,
    since: Instant,
    asked: Instant,
  ): Promise<void> => {
    let after: log.Position | null = null;
    for (;;) {
      const from: log.Position | null = after;
      const page = await db.transaction(orgId, async (tx) => {
        const keys = await log.nextToReplay(tx, orgId, webhookId, {
          since,
          asked,
          after: from,
          limit: AT_ONCE,
        });
        await log.requeue(tx, orgId, webhookId, keys, clock.now().getTime());
        return keys;
      });
      const last = page.at(-1);
      if (last === undefined || page.length < AT_ONCE) return;
      after = { at: last.createdAt, no: last.no };
    }
  };

  const retryFrom = async (orgId: number, webhookId: string, asked: Instant): Promise<void> => {
    for (;;) {
      const count = await db.transaction(orgId, async (tx) => {
        const keys = await log.nextUndelivered(tx, orgId, webhookId, asked, AT_ONCE);
        return log.requeue(tx, orgId, webhookId, keys, clock.now().getTime());
      });
      if (count < AT_ONCE) return;
    }
  };

  const forget = async (organisation: Organisation): Promise<void> => {
    const { id: orgId } = organisation;
    while ((await db.transaction(orgId, (tx) => log.deleteOrphans(tx, orgId, AT_ONCE))) === AT_ONCE);
    const days = Number(organisation.setting("CONF_WEBHOOK_RETENTION_DAYS") ?? "0");
    if (!(days > 0)) return;
    const before = Math.max(0, clock.now().getTime() - days * DAY);
    while ((await db.transaction(orgId, (tx) => log.deleteEvents(tx, orgId, before, AT_ONCE))) === AT_ONCE);
  };

  const defineJobs = (): void => {
    jobs.define(REPLAY, (payload) => {
      const { orgId, webhookId, since, asked } = payload as Record<"orgId" | "since" | "asked", number> & {
        webhookId: string;
      };
      return replayFrom(orgId, webhookId, since, asked);
    });
    jobs.define(RETRY, (payload) => {
      const { orgId, webhookId, asked } = payload as { orgId: number; webhookId: string; asked: number };
      return retryFrom(orgId, webhookId, asked);
    });
    jobs.define(FORGET, async () => {
      const orgIds = (await orgs.list()).map(({ id }) => id);
      await inTurn(orgIds, parts.log, "old deliveries could not be deleted", async (orgId) =>
        forget(await orgs.get(orgId)),
      );
    });
    jobs.every("37 * * * *", FORGET);
  };

  const sampleBody = (orgId: number, name: string): KeptBody => {
    const type = eventType(name);
    if (type === null) throw errors.unknown_event_type({ name: name.slice(0, 100) });
    const eventId = randomUUID();
    const sample = sampleOf(schemaOf(type)) as KeptBody;
    return { ...sample, eventId, orgId, refId: `${orgId}_test`, createdAt: clock.now().getTime() };
  };

  return {
    ...definitions,
    /** What hears of events, in the transaction that takes them from the outbox. */
    subscriber: takeIn((): void => schedule(0)) satisfies Subscriber,
    defineJobs,
    /** Begins to write bodies and to send them in this process. */
    start: (): void => {
      isWorking = true;
      schedule(0);
    },
    stop: async (): Promise<void> => {
      isWorking = false;
      if (timer !== null) clearTimeout(timer);
      await running;
      await sender.stop();
    },
    /** Writes and sends until nothing is due any more: for tests and the demo. */
    finish: async (): Promise<void> => {
      await publishAll();
      await sender.finish();
    },
    /** Writes the bodies that wait, and sends nothing. */
    publish: publishAll,
    forget,
    replayFrom,
    retryFrom,
    /** Has everything since an instant sent again, delivered or not; the same events, so a receiver knows them. */
    replay: async (orgId: number, webhookId: string, since: Instant): Promise<void> => {
      const asked = clock.now().getTime();
      if (!(since < asked)) throw errors.replay_ahead({ field: "since" });
      await definitions.get(orgId, webhookId);
      await jobs.add(REPLAY, { orgId, webhookId, since, asked }, { key: `${REPLAY} ${webhookId} ${since}` });
    },
    /** Has everything that was not delivered tried again. */
    retryAll: async (orgId: number, webhookId: string): Promise<void> => {
      await definitions.get(orgId, webhookId);
      const asked = clock.now().getTime();
      await jobs.add(RETRY, { orgId, webhookId, asked }, { key: `${RETRY} ${webhookId}` });
    },
    /** Has one event that was not delivered tried again. */
    retryOne: (orgId: number, key: log.DeliveryKey): Promise<log.FullDelivery> =>
      db.transaction(orgId, async (tx) => {
        const found = await log.findDelivery(tx, orgId, key);
        if (found === null) throw errors.unknown_delivery({ id: key.eventId.slice(0, 60) });
        if (found.status !== "failed" && found.status !== "dead") throw errors.not_undelivered();
        await log.requeue(tx, orgId, key.webhookId, [found], clock.now().getTime());
        return { ...found, status: "pending" as const, attempts: 0, endedAt: null };
      }),
    /** Sends a made-up event and answers what came of it; nothing is kept. */
    tryOut: async (orgId: number, webhookId: string, name: string): Promise<TestCall> => {
      const now = clock.now().getTime();
      const [webhook, secrets] = await db.transaction(orgId, async (tx) => [
        await definitions.require(tx, orgId, webhookId),
        await secretsOf(tx, orgId, webhookId, now),
      ]);
      const body = sampleBody(orgId, name);
      const outgoing = outgoingOf(webhook, secrets, { eventId: body.eventId, body }, now);
      return { outgoing, sent: await transport.send(outgoing) };
    },
    wake: (): void => schedule(0),
  };
};

export type Webhooks = ReturnType<typeof createWebhooks>;
