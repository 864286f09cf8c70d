import type { Db } from "./db.ts";
import { assert } from "./errors.ts";
import { sql } from "./sql.ts";

/**
 * Ids are integers below 2^53 handed out in blocks from a counter row (hi/lo), so the program knows them before it
 * inserts and no sequence is asked per row. A crash loses the rest of a block: ids have gaps and only roughly follow time.
 */
export interface Ids {
  /**
   * Sets `count` ids of a kind (such as "party" or "transaction") aside for the caller and returns the function that gives
   * them out one by one. It throws when asked for more. Ids that are not asked for are never used.
   */
  reserve(kind: string, count: number): Promise<NextId>;
  /** One id. */
  take(kind: string): Promise<number>;
}

export type NextId = () => number;

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
    // Apart, because callers reserve inside transactions of theirs.
    const row = await db.apart((tx) =>
      tx.one<{ next_id: number }>(sql`/* platform.take_id_block */
        insert into platform.id_blocks as b (name, next_id) values (${kind}, 1 + ${size}::bigint)
        on conflict (name) do update set next_id = b.next_id + ${size}::bigint
        returning next_id`),
    );
    const list = blocks.get(kind) ?? [];
    list.push({ next: row.next_id - size, end: row.next_id });
    blocks.set(kind, list);
  };

  /** Cuts `count` ids off the blocks at hand; they are the caller's alone. */
  const cut = (kind: string, count: number): Block[] => {
    const list = blocks.get(kind) ?? [];
    const parts: Block[] = [];
    for (let missing = count; missing > 0; ) {
      const block = list[0]!;
      const end = Math.min(block.end, block.next + missing);
      parts.push({ next: block.next, end });
      missing -= end - block.next;
      block.next = end;
      if (block.next === block.end) list.shift();
    }
    return parts;
  };

  const reserve = async (kind: string, count: number): Promise<NextId> => {
    while (left(kind) < count) {
      let running = filling.get(kind);
      if (running === undefined) {
        running = fill(kind, Math.max(BLOCK, count)).finally(() => filling.delete(kind));
        filling.set(kind, running);
      }
      await running;
    }
    const parts = cut(kind, count);
    return () => {
      const part = parts[0];
      assert(part !== undefined, `more ${kind} ids were asked for than reserved`);
      const id = part.next++;
      if (part.next === part.end) parts.shift();
      return id;
    };
  };

  return { reserve, take: async (kind) => (await reserve(kind, 1))() };
};
