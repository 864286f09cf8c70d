import type { Db } from "./db.ts";
import { assert } from "./errors.ts";
import { sql } from "./sql.ts";

/**
 * Ids are integers below 2^53 handed out in blocks from a counter row (hi/lo), so the program knows them before it
 * inserts and no sequence is asked per row. A crash loses the rest of a block: ids have gaps and only roughly follow time.
 */
export interface Ids {
  /** The next id of a kind, such as "party" or "transaction". Throws when `reserve` was not awaited for enough. */
  next(kind: string): number;
  /** Makes sure that `count` ids of the kind can be taken without waiting. */
  reserve(kind: string, count: number): Promise<void>;
  /** One id, waiting when a new block is needed: for everything off the hot path. */
  take(kind: string): Promise<number>;
}

const BLOCK = 4096;

interface Block {
  next: number;
  end: number;
}

export const createIds = (db: Db): Ids => {
  const blocks = new Map<string, Block[]>();
  const filling = new Map<string, Promise<void>>();

  const left = (kind: string) =>
    (blocks.get(kind) ?? []).reduce((sum, block) => sum + block.end - block.next, 0);

  const fill = async (kind: string, size: number) => {
    const row = await db.system((tx) =>
      tx.one<{ next_id: number }>(sql`/* platform.take_id_block */
        insert into platform.id_blocks as b (name, next_id) values (${kind}, 1 + ${size}::bigint)
        on conflict (name) do update set next_id = b.next_id + ${size}::bigint
        returning next_id`),
    );
    const list = blocks.get(kind) ?? [];
    list.push({ next: row.next_id - size, end: row.next_id });
    blocks.set(kind, list);
  };

  const reserve = async (kind: string, count: number): Promise<void> => {
    while (left(kind) < count) {
      let running = filling.get(kind);
      if (running === undefined) {
        running = fill(kind, Math.max(BLOCK, count)).finally(() => filling.delete(kind));
        filling.set(kind, running);
      }
      await running;
    }
  };

  const next = (kind: string): number => {
    const list = blocks.get(kind);
    const block = list?.[0];
    assert(list && block && block.next < block.end, `no ${kind} ids were reserved`);
    const id = block.next++;
    if (block.next === block.end) list.shift();
    return id;
  };

  return {
    next,
    reserve,
    take: async (kind) => {
      await reserve(kind, 1);
      return next(kind);
    },
  };
};
