import { createHmac } from "node:crypto";
import type { Organisation, Orgs } from "#orgs";
import { assert, type Clock, type Db, type Instant, type Logger, type Mailer, MailFailure } from "#platform";
import { writeLetter } from "./letter.ts";
import { nextAttempt, type Result, resultOf } from "./rules.ts";
import type { Lapsed, Letter, QueuedMessage } from "./schema.ts";
import * as store from "./store.ts";

/** Writes the letter of a queued message at the moment of sending, or says why it is not needed any more. */
export type Compose = (organisation: Organisation, message: QueuedMessage) => Promise<Letter | Lapsed>;

export interface MessagesParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly orgs: Pick<Orgs, "get">;
  readonly log: Pick<Logger, "warn" | "error">;
  /** Null: this installation has no mail server. */
  readonly mailer: Mailer | null;
  /** What ids of e-mails come from, so that those of two installations differ. */
  readonly idSecret: () => Promise<Buffer>;
}

export interface Messages {
  /** Whether e-mail can be sent from here. */
  readonly hasMailServer: boolean;
  /** Says who writes letters of a kind. Call before anything is delivered. */
  define(kind: string, compose: Compose): void;
  /**
   * Sends an organisation's messages that are due, some at a time, and answers when to call again; null: nothing waits. At
   * least once: a process that dies between sending and writing it down sends again, under the same Message-ID.
   */
  deliver(orgId: number): Promise<Date | null>;
  /** Organisations that have something due. */
  organisationsWithDue(): Promise<number[]>;
  /** Deletes messages that are older than their organisation keeps them, some at a time; answers whether to call again. */
  forget(orgId: number): Promise<boolean>;
  /** Takes up no more, and resolves when what was under way is written down: sent, or to be tried again by another process. */
  close(): Promise<void>;
}

/** Rounds of one call, so that a large organisation does not keep the others waiting. */
const MOST_ROUNDS = 10;
/** Longer than the tries of one round may take: then they are lost with their process, and due again. */
const LOST_AFTER = 120_000;
/** While the server is away a few messages look out for it, not all. */
const OUTAGE_PAUSE = 15_000;

/** Messages deleted in one transaction. */
const FORGOTTEN_AT_ONCE = 1000;
const DAY = 86_400_000;

const NO_SERVER = "No mail server was configured where messages are sent from.";
const NOT_WRITTEN = "It could not be written; the server's log says why.";

const senderOf = (organisation: Organisation) => ({
  senderName: (organisation.setting("CONF_MAIL_SENDER_NAME") ?? "") || organisation.name,
  replyTo: (organisation.setting("CONF_MAIL_REPLY_TO") ?? "") || null,
});

/** The queue of messages to customers. */
export const createMessages = (parts: MessagesParts): Messages => {
  const { db, clock, orgs, log, mailer, idSecret } = parts;
  const composers = new Map<string, Compose>();
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;

  const idOf = async (orgId: number, { partyId, id }: QueuedMessage): Promise<string> =>
    createHmac("sha256", await idSecret())
      .update(`${orgId}/${partyId}/${id}`)
      .digest("hex")
      .slice(0, 32);

  const send = async (mail: Mailer, organisation: Organisation, message: QueuedMessage): Promise<Result> => {
    const compose = composers.get(message.kind);
    assert(compose !== undefined, `somebody writes letters of the kind ${message.kind}`);
    const letter = await compose(organisation, message);
    if ("lapsed" in letter) return { status: "expired", reason: letter.lapsed };
    const written = writeLetter(organisation, message.partyId, letter);
    await mail.send({
      id: await idOf(organisation.id, message),
      to: message.email,
      ...senderOf(organisation),
      ...written,
      attachments: letter.attachments ?? [],
    });
    return { status: "sent" };
  };

  interface Outcome {
    readonly result: Result;
    readonly isOutage: boolean;
  }

  const attempt = async (
    mail: Mailer,
    organisation: Organisation,
    message: QueuedMessage,
  ): Promise<Outcome> => {
    try {
      return { result: await send(mail, organisation, message), isOutage: false };
    } catch (error) {
      const now = clock.now().getTime();
      const about = { organisation: organisation.id, message: message.id, kind: message.kind };
      if (error instanceof MailFailure) {
        const isOutage = error.fault === "unreachable";
        log[isOutage ? "error" : "warn"]({ ...about, reason: error.reason }, "an e-mail was not sent");
        return { result: resultOf(error, message, now), isOutage };
      }
      log.error({ ...about, err: error }, "an e-mail could not be written");
      const at = nextAttempt(message.attempts, now, message.expiresAt.getTime());
      return { result: { status: "queued", reason: NOT_WRITTEN, at }, isOutage: false };
    }
  };

  const claim = (orgId: number, now: Instant): Promise<QueuedMessage[]> =>
    db.transaction(orgId, async (tx) => {
      await store.expireMessages(tx, orgId, now, mailer === null ? NO_SERVER : "Its time was over.");
      if (mailer === null) return [];
      return store.claimMessages(tx, orgId, { now, lost: now + LOST_AFTER, limit: mailer.connections });
    });

  /** One round; whether to go on with another at once. */
  const round = async (organisation: Organisation): Promise<"more" | "done" | "outage"> => {
    const messages = await claim(organisation.id, clock.now().getTime());
    if (messages.length === 0 || mailer === null) return "done";
    const outcomes = await Promise.all(messages.map((message) => attempt(mailer, organisation, message)));
    const tried = messages.map(({ partyId, id, attempts }, index) => ({
      partyId,
      id,
      attempts,
      result: outcomes[index]!.result,
    }));
    await db.transaction(organisation.id, (tx) =>
      store.recordTries(tx, organisation.id, tried, clock.now().getTime()),
    );
    return outcomes.some(({ isOutage }) => isOutage) ? "outage" : "more";
  };

  const deliver = async (orgId: number): Promise<Date | null> => {
    const organisation = await orgs.get(orgId);
    let state: Awaited<ReturnType<typeof round>> = "more";
    for (let rounds = 0; rounds < MOST_ROUNDS && state === "more" && !isClosed; rounds++)
      state = await round(organisation);
    const due = await db.transaction(orgId, (tx) => store.nextDue(tx, orgId));
    // Without a server, what waits is looked at only by the sweep, once it is worth nothing.
    if (due === null || mailer === null) return null;
    const soonest = clock.now().getTime() + (state === "outage" ? OUTAGE_PAUSE : 0);
    return new Date(Math.max(due.getTime(), soonest));
  };

  return {
    hasMailServer: mailer !== null,
    define: (kind, compose) => {
      composers.set(kind, compose);
    },
    deliver: async (orgId) => {
      // What is left is for another process, or for the next.
      if (isClosed) return null;
      const delivering = deliver(orgId);
      underWay.add(delivering);
      return delivering.finally(() => underWay.delete(delivering));
    },
    organisationsWithDue: () => {
      const now = clock.now().getTime();
      return db.system((tx) => store.organisationsWithDue(tx, now));
    },
    forget: async (orgId) => {
      const days = (await orgs.get(orgId)).setting("CONF_MESSAGE_RETENTION_DAYS") ?? "";
      if (days === "") return false;
      const now = clock.now().getTime();
      const old = { before: Math.max(0, now - Number(days) * DAY), now, limit: FORGOTTEN_AT_ONCE };
      const deleted = await db.transaction(orgId, (tx) => store.deleteMessages(tx, orgId, old));
      return deleted === FORGOTTEN_AT_ONCE;
    },
    close: async () => {
      isClosed = true;
      await mailer?.close();
      await Promise.allSettled(underWay);
    },
  };
};
