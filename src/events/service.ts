import type { Db, Ids, Logger, Sql, Tx } from "#platform";
import type { NewEvent, PublishedEvent } from "./schema.ts";
import { countWaiting, insertEvents, takeEvents } from "./store.ts";

/**
 * Works on a batch of events inside the transaction that takes them from the outbox: what it writes commits with the
 * removal, so it happens exactly once. It sees all organisations' rows and must say whose it means.
 */
export type Subscriber = (tx: Tx, events: readonly PublishedEvent[]) => Promise<void>;

export interface Events {
  /** Writes events into the outbox, in the caller's transaction: they exist if and only if the facts do. */
  publish(tx: Tx, events: readonly NewEvent[]): Promise<void>;
  /** The statement of `publish`, to be sent with others. */
  statement(events: readonly NewEvent[]): Promise<Sql>;
  /** Adds a subscriber. Call before `start`. */
  subscribe(subscriber: Subscriber): void;
  /** Tells the relay of this process that something was published and committed. */
  wake(): void;
  /** Starts handing events to subscribers in this process. */
  start(): void;
  /** Hands over what is waiting, then returns: for tests, the demo and shutdown. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

const BATCH = 1000;
/** Events that another process published without waking us are found within this time. */
const POLL_MILLISECONDS = 1000;
/** While purchases stream in, events wait this long so that one batch serves many. */
const GATHER_MILLISECONDS = 100;

export const createEvents = ({ db, ids, log }: { db: Db; ids: Ids; log: Logger }): Events => {
  const subscribers: Subscriber[] = [];
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let started = false;
  let waitingSoon = false;

  const statement = async (events: readonly NewEvent[]): Promise<Sql> => {
    const nextId = await ids.reserve("outbox", events.length);
    return insertEvents(events.map(nextId), events);
  };

  const relayOnce = (): Promise<number> =>
    db.system(async (tx) => {
      const events = await takeEvents(tx, BATCH);
      if (events.length > 0) for (const subscriber of subscribers) await subscriber(tx, events);
      return events.length;
    });

  const relay = async () => {
    let taken: number;
    do taken = await relayOnce();
    while (taken === BATCH && started);
  };

  const schedule = (milliseconds: number) => {
    if (!started || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      waitingSoon = false;
      running = relay()
        .catch((error: unknown) => log.error({ err: error }, "the outbox relay failed; it tries again"))
        .finally(() => {
          running = null;
          schedule(POLL_MILLISECONDS);
        });
    }, milliseconds);
  };

  return {
    publish: async (tx, events) => {
      if (events.length > 0) await tx.run(await statement(events));
    },
    statement,
    subscribe: (subscriber) => {
      subscribers.push(subscriber);
    },
    wake: () => {
      if (!started || running !== null || waitingSoon) return;
      waitingSoon = true;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      schedule(GATHER_MILLISECONDS);
    },
    start: () => {
      started = true;
      schedule(0);
    },
    drain: async () => {
      await running;
      while ((await relayOnce()) > 0);
      // A batch that another process holds is not ours to wait for; what is visible must be gone.
      const left = await db.system(countWaiting);
      if (left > 0) log.debug({ left }, "events are held by another relay");
    },
    stop: async () => {
      started = false;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      await running;
    },
  };
};
