import { type Clock, type Db, isDatabaseGone, type Logger } from "#platform";
import type { Secret, Webhook } from "../definitions/schema.ts";
import { signedHeaders } from "../definitions/signing.ts";
import { secretsOf } from "../definitions/store.ts";
import { bodyFor } from "../payloads/body.ts";
import { asksForPause, outagePause, resultOf, type Tried } from "./rules.ts";
import {
  type Claimed,
  claim,
  noteAnswer,
  noteSilence,
  recordTry,
  type WebhookKey,
  webhooksWithDue,
} from "./store.ts";
import type { Sent, Transport } from "./transport.ts";

export interface SenderParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Pick<Logger, "warn" | "error">;
  readonly transport: Transport;
  /** From 0 to 1: what spreads tries that failed together. */
  readonly chance: () => number;
}

/** The call by which an event is told. Headers of the webhook's own come first: those that sign cannot be replaced. */
export const outgoingOf = (
  webhook: Pick<Webhook, "url" | "method" | "headers" | "enrichments">,
  secrets: readonly Secret[],
  { eventId, body: kept }: Pick<Claimed, "eventId" | "body">,
  now: number,
) => {
  const body = bodyFor(kept, webhook.enrichments);
  const own = Object.fromEntries(
    Object.entries(webhook.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    url: webhook.url,
    method: webhook.method,
    headers: { ...own, ...signedHeaders(secrets, eventId, body, now) },
    body,
  };
};

export interface Sender {
  /** Takes up what is due and may be sent, of every webhook; resolves when it is under way. */
  begin(): Promise<void>;
  /** Sends until nothing is due any more. */
  finish(): Promise<void>;
  /** Takes up no more and gives what is under way a little time. What is broken off is sent again by another process. */
  stop(): Promise<void>;
}

/** What is under way at the end may take so long. */
const CLOSING = 3000;

const keyOf = ({ orgId, webhookId }: WebhookKey): string => `${orgId}/${webhookId}`;

/**
 * Sends what is due. No transaction is open while a receiver is waited for. Each webhook takes up its next event when one of its own
 * is done, so that none waits for another's.
 */
export const createSender = ({ db, clock, log, transport, chance }: SenderParts): Sender => {
  const underWay = new Set<Promise<void>>();
  /** Webhooks for which this process is claiming; true: look again afterwards. */
  const claiming = new Map<string, boolean>();
  let isStopped = false;

  const fail = (error: unknown) => {
    if (isDatabaseGone(error)) log.warn({ reason: (error as Error).message }, "a delivery lost the database");
    else log.error({ err: error }, "an event could not be delivered");
  };

  const note = async (key: WebhookKey, webhook: Webhook, sent: Sent, tried: Tried): Promise<void> => {
    const { now } = tried;
    if (sent.status === null) {
      const pauseFor = (failures: number) => now + outagePause(failures, chance());
      await db.transaction(key.orgId, (tx) => noteSilence(tx, key, pauseFor));
      return;
    }
    const pause = asksForPause(tried);
    if (pause === null && webhook.failures === 0) return;
    await db.transaction(key.orgId, (tx) => noteAnswer(tx, key, pause === null ? null : now + pause));
  };

  const deliver = async (
    key: WebhookKey,
    webhook: Webhook,
    secrets: readonly Secret[],
    item: Claimed,
  ): Promise<void> => {
    const sent = await transport.send(outgoingOf(webhook, secrets, item, clock.now().getTime()));
    // Broken off by our own end: nobody's fault, and sent again when the lease is over.
    if (isStopped && sent.status === null) return;
    const now = clock.now().getTime();
    const tried: Tried = {
      status: sent.status,
      retryAfter: sent.retryAfter,
      attempts: item.attempts,
      firstTriedAt: item.firstTriedAt.getTime(),
      now,
      chance: chance(),
    };
    const outcome = {
      result: resultOf(tried),
      httpStatus: sent.status,
      took: sent.took,
      problem: sent.problem,
      answer: sent.answer,
    };
    // A pause is known before the place is free for another call.
    await note(key, webhook, sent, tried);
    await db.transaction(key.orgId, (tx) => recordTry(tx, key, item, outcome, now));
  };

  const claimSome = async (key: WebhookKey) => {
    const now = clock.now().getTime();
    return db.transaction(key.orgId, async (tx) => {
      const claimed = await claim(tx, key, now);
      return claimed === null
        ? null
        : { ...claimed, secrets: await secretsOf(tx, key.orgId, key.webhookId, now) };
    });
  };

  const track = (key: WebhookKey, delivery: Promise<void>): void => {
    const done: Promise<void> = delivery
      .catch(fail)
      .then(() => pump(key))
      .catch(fail)
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };

  /** Takes up what a webhook may be sent now. */
  const pump = async (key: WebhookKey): Promise<void> => {
    const name = keyOf(key);
    if (claiming.has(name)) {
      claiming.set(name, true);
      return;
    }
    do {
      claiming.set(name, false);
      try {
        const claimed = isStopped ? null : await claimSome(key);
        for (const item of claimed?.items ?? [])
          track(key, deliver(key, claimed!.webhook, claimed!.secrets, item));
      } catch (error) {
        claiming.delete(name);
        throw error;
      }
    } while (claiming.get(name) === true);
    claiming.delete(name);
  };

  const begin = async (): Promise<void> => {
    if (isStopped) return;
    const due = await db.system((tx) => webhooksWithDue(tx, clock.now().getTime()));
    await Promise.all(due.map((key) => pump(key).catch(fail)));
  };

  return {
    begin,
    finish: async () => {
      for (;;) {
        await begin();
        if (underWay.size === 0) return;
        await Promise.all(underWay);
      }
    },
    stop: async () => {
      isStopped = true;
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSING);
      });
      await Promise.race([Promise.allSettled(underWay), patience]);
      clearTimeout(timer);
      transport.close();
      await Promise.allSettled(underWay);
    },
  };
};
