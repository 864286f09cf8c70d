import { AppError, createBatcher, isDatabaseGone, type Logger, type Outcome } from "#platform";
import type { Movement } from "./movement.ts";
import { type Moved, type PointsParts, type Preview, passMovements, previewMovement } from "./path.ts";

export interface Points {
  /**
   * Moves points: alone when nothing else is under way, else in the next batch. Rejects with the documented refusal, or with the
   * database's error, in which case nothing moved or, after a lost commit, asking again with the same key tells.
   */
  move(orgId: number, movement: Movement): Promise<Moved>;
  /** Moves many in order, one outcome each. */
  moveAll(orgId: number, movements: readonly Movement[]): Promise<readonly Outcome<Moved>[]>;
  /** What a movement would come to. */
  preview(orgId: number, movement: Movement): Promise<Preview>;
  /** Resolves when no movement is waiting or under way. */
  drain(): Promise<void>;
}

const BATCH_SIZE = 64;
/** One batch is decided while the one before commits. */
const SLOTS = 2;

/** Codes of one movement that may turn out to be taken: even among 10^9 codes a second draw is one in fifty. */
const MAX_DRAWS = 8;

const isCodeTaken = (error: unknown): boolean => {
  const { code, schema, table } = error as { code?: string; schema?: string; table?: string };
  return code === "23505" && schema === "points" && table === "codes";
};

/** Where the round that begins at `start` ends: before a movement that shares a request key with one of the round. */
const endOfRound = (movements: readonly Movement[], start: number): number => {
  const seen = new Set<string>();
  for (let index = start; index < movements.length; index++) {
    const { requestKey } = movements[index]!;
    if (index - start === BATCH_SIZE || (requestKey !== null && seen.has(requestKey))) return index;
    if (requestKey !== null) seen.add(requestKey);
  }
  return movements.length;
};

/** How points move besides earning on a bill. */
export const createPoints = (parts: PointsParts & { readonly log: Logger }): Points => {
  const passAlone = async (orgId: number, movement: Movement): Promise<Outcome<Moved>> => {
    let asked = movement;
    for (let tries = 1; ; tries++) {
      try {
        return (await passMovements(parts, orgId, [asked]))[0]!;
      } catch (error) {
        const { redraw } = movement.kind;
        if (redraw === undefined || !isCodeTaken(error) || tries === MAX_DRAWS) return { error };
        asked = { ...movement, input: redraw(movement.input) };
      }
    }
  };

  /**
   * One item's failure is its own: when a batch fails as a whole, its items go one by one. After a lost connection nobody knows
   * whether the batch was committed: those with a key find out by going again, the others are told so instead.
   */
  const pass = async (orgId: number, movements: readonly Movement[]): Promise<readonly Outcome<Moved>[]> => {
    if (movements.length === 1) return [await passAlone(orgId, movements[0]!)];
    try {
      return await passMovements(parts, orgId, movements);
    } catch (error) {
      if (error instanceof AppError) throw error;
      parts.log.warn(
        { err: error, items: movements.length },
        "a batch failed; its items are tried one by one",
      );
      const isUnknown = isDatabaseGone(error);
      const outcomes: Outcome<Moved>[] = [];
      for (const movement of movements)
        outcomes.push(
          isUnknown && movement.requestKey === null ? { error } : await passAlone(orgId, movement),
        );
      return outcomes;
    }
  };

  const moveAll = async (
    orgId: number,
    movements: readonly Movement[],
  ): Promise<readonly Outcome<Moved>[]> => {
    const outcomes: Outcome<Moved>[] = [];
    for (let start = 0; start < movements.length; ) {
      const end = endOfRound(movements, start);
      outcomes.push(...(await pass(orgId, movements.slice(start, end))));
      start = end;
    }
    return outcomes;
  };

  const batcher = createBatcher<Movement, Moved>({ size: BATCH_SIZE, slots: SLOTS, run: moveAll });
  return {
    move: (orgId, movement) => batcher.submit(orgId, movement),
    moveAll,
    preview: (orgId, movement) => previewMovement(parts, orgId, movement),
    drain: () => batcher.drain(),
  };
};
