/**
 * Natural batching: an item that finds a free slot runs at once, alone; items that arrive while all slots are busy form the
 * next batch. No timer, so an idle system adds no delay and a busy one commits many items for the price of one.
 *
 * Callers that were answered together come back together, one by one: the first of them would take the free slot for itself
 * and make the others wait for a batch of one. So a batch that would be less than half of the one before gives its
 * companions a few turns of the event loop, which is microseconds when nothing else is going on.
 */
export interface Batcher<Item, Result> {
  submit(group: number, item: Item): Promise<Result>;
  /** Resolves when nothing is waiting or under way. */
  drain(): Promise<void>;
  readonly waiting: number;
}

export interface BatcherOptions<Item, Result> {
  /** Items per batch at most. */
  readonly size: number;
  /** Batches under way at once. */
  readonly slots: number;
  /** Works on items of one group; resolves to one outcome per item, in order. A rejection fails all of them alike. */
  readonly run: (group: number, items: readonly Item[]) => Promise<readonly Outcome<Result>[]>;
}

export type Outcome<Result> = { readonly ok: Result } | { readonly error: unknown };

const MAX_TURNS = 8;

interface Entry<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export const createBatcher = <Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> => {
  // A Map keeps insertion order: groups take turns, so that one busy organisation does not starve another.
  const queues = new Map<number, Entry<Item, Result>[]>();
  let busy = 0;
  let waiting = 0;
  let scheduled = false;
  let idle: (() => void)[] = [];

  let lastSize = 1;
  let turns = 0;

  const schedule = () => {
    if (scheduled || busy >= options.slots || queues.size === 0) return;
    scheduled = true;
    turns = 0;
    setImmediate(gather);
  };

  const gather = () => {
    if (waiting * 2 < lastSize && ++turns < MAX_TURNS) setImmediate(gather);
    else start();
  };

  const start = () => {
    scheduled = false;
    while (busy < options.slots && queues.size > 0) {
      const [group, queue] = queues.entries().next().value!;
      queues.delete(group);
      const batch = queue.splice(0, options.size);
      if (queue.length > 0) queues.set(group, queue);
      waiting -= batch.length;
      lastSize = batch.length;
      busy++;
      void runBatch(group, batch);
    }
  };

  const runBatch = async (group: number, batch: Entry<Item, Result>[]) => {
    try {
      const outcomes = await options.run(
        group,
        batch.map((entry) => entry.item),
      );
      batch.forEach((entry, index) => {
        const outcome = outcomes[index]!;
        if ("error" in outcome) entry.reject(outcome.error);
        else entry.resolve(outcome.ok);
      });
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    } finally {
      busy--;
      schedule();
      if (busy === 0 && queues.size === 0) {
        for (const wake of idle) wake();
        idle = [];
      }
    }
  };

  return {
    submit: (group, item) =>
      new Promise((resolve, reject) => {
        const queue = queues.get(group);
        const entry = { item, resolve, reject };
        if (queue) queue.push(entry);
        else queues.set(group, [entry]);
        waiting++;
        schedule();
      }),
    drain: () =>
      busy === 0 && queues.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve)),
    get waiting() {
      return waiting;
    },
  };
};
