import { AppError, createBatcher, type Logger, type Outcome } from "#platform";
import { type PathParts, passBatch } from "./path.ts";
import type { Purchase, Recorded } from "./schema.ts";

export interface Activities {
  /**
   * Records one purchase: alone when nothing else is under way, else in the next batch. Rejects with the documented refusal,
   * or with the database's error, in which case nothing was recorded or, after a lost commit, sending it again tells.
   */
  record(orgId: number, purchase: Purchase): Promise<Recorded>;
  /** Records many in order, one outcome each: bulk calls, imports and the demo. */
  recordAll(orgId: number, purchases: readonly Purchase[]): Promise<readonly Outcome<Recorded>[]>;
  /** Resolves when no purchase is waiting or under way. */
  drain(): Promise<void>;
}

/** Items of a batch that single calls form; larger ones gain little and hold locks for longer. */
const BATCH_SIZE = 64;
/** One batch is decided while the one before commits. */
const SLOTS = 2;

const numberKey = ({ number, numberScope }: Purchase) => `${numberScope.scope} ${number}`;

/** Splits off purchases that share a number or request key with one before them: they must see what that one left. */
const separateRepeats = (purchases: readonly Purchase[]): { first: number[]; later: number[] } => {
  const seen = new Set<string>();
  const first: number[] = [];
  const later: number[] = [];
  purchases.forEach((purchase, index) => {
    const keys = [
      ...(purchase.number === "" ? [] : [`n${numberKey(purchase)}`]),
      ...(purchase.requestKey === null ? [] : [`r${purchase.requestKey}`]),
    ];
    const isRepeat = keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    (isRepeat ? later : first).push(index);
  });
  return { first, later };
};

export const createActivities = (parts: PathParts & { readonly log: Logger }): Activities => {
  const passAlone = async (orgId: number, purchase: Purchase): Promise<Outcome<Recorded>> => {
    try {
      return (await passBatch(parts, orgId, [purchase]))[0]!;
    } catch (error) {
      return { error };
    }
  };

  /** One item's failure is its own: when a batch fails as a whole, its items go one by one. */
  const pass = async (
    orgId: number,
    purchases: readonly Purchase[],
  ): Promise<readonly Outcome<Recorded>[]> => {
    if (purchases.length === 1) return [await passAlone(orgId, purchases[0]!)];
    try {
      return await passBatch(parts, orgId, purchases);
    } catch (error) {
      if (error instanceof AppError) throw error;
      parts.log.warn(
        { err: error, items: purchases.length },
        "a batch failed; its items are tried one by one",
      );
      const outcomes: Outcome<Recorded>[] = [];
      for (const purchase of purchases) outcomes.push(await passAlone(orgId, purchase));
      return outcomes;
    }
  };

  const recordAll = async (
    orgId: number,
    purchases: readonly Purchase[],
  ): Promise<readonly Outcome<Recorded>[]> => {
    const { first, later } = separateRepeats(purchases);
    if (later.length === 0) return pass(orgId, purchases);
    const outcomes: Outcome<Recorded>[] = [];
    for (const indexes of [first, later]) {
      const done =
        indexes === first
          ? await pass(
              orgId,
              indexes.map((index) => purchases[index]!),
            )
          : await recordAll(
              orgId,
              indexes.map((index) => purchases[index]!),
            );
      indexes.forEach((index, position) => {
        outcomes[index] = done[position]!;
      });
    }
    return outcomes;
  };

  const batcher = createBatcher<Purchase, Recorded>({ size: BATCH_SIZE, slots: SLOTS, run: recordAll });
  return {
    record: (orgId, purchase) => batcher.submit(orgId, purchase),
    recordAll,
    drain: () => batcher.drain(),
  };
};
