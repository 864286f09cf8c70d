import { AppError, createBatcher, isDatabaseGone, type Logger, type Outcome } from "#platform";
import { type PathParts, passBatch } from "./path.ts";
import { isParked, parkAll } from "./rejected/park.ts";
import { isReturn, namesGoods, onceKeyOf, type Purchase, type Recorded } from "./schema.ts";

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

const numberKey = ({ ownNumber, numberScope }: Purchase) => `${numberScope.scope} ${ownNumber}`;

/**
 * Where the round that begins at `start` ends: before a purchase that shares a number or request key with one of the round, and
 * before a return of a bill of it. It must see what that one left, and those after it are decided after it, so that every
 * customer's bills are taken in order.
 */
const endOfRound = (purchases: readonly Purchase[], start: number): number => {
  const seen = new Set<string>();
  // A return that names goods looks at all its customer bought before.
  const looksAtCustomers = purchases.some(({ returns }) => returns.some(namesGoods));
  for (let index = start; index < purchases.length; index++) {
    const purchase = purchases[index]!;
    const customer = `c${purchase.customerId ?? purchase.customerKey}`;
    if (looksAtCustomers && purchase.returns.some(namesGoods) && seen.has(customer)) return index;
    if (looksAtCustomers) seen.add(customer);
    const key = onceKeyOf(purchase);
    const own = [
      ...(purchase.ownNumber === "" ? [] : [`n${numberKey(purchase)}`]),
      ...(key === null ? [] : [`r${key}`]),
    ];
    const asksFor = purchase.returns.map(({ originalNumber }) => `b${originalNumber}`);
    if ([...own, ...asksFor].some((name) => seen.has(name))) return index;
    for (const name of own) seen.add(name);
    if (!isReturn(purchase.type)) seen.add(`b${purchase.number}`);
  }
  return purchases.length;
};

export const createActivities = (parts: PathParts & { readonly log: Logger }): Activities => {
  const passAlone = async (orgId: number, purchase: Purchase): Promise<Outcome<Recorded>> => {
    try {
      return (await passBatch(parts, orgId, [purchase]))[0]!;
    } catch (error) {
      return { error };
    }
  };

  /**
   * One item's failure is its own: when a batch fails as a whole, its items go one by one. After a lost connection nobody knows
   * whether the batch was committed: bills with a number or a key find out by going again, the others are told so instead.
   */
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
      const isUnknown = isDatabaseGone(error);
      const outcomes: Outcome<Recorded>[] = [];
      for (const purchase of purchases) {
        const hasKey = purchase.ownNumber !== "" || onceKeyOf(purchase) !== null;
        outcomes.push(isUnknown && !hasKey ? { error } : await passAlone(orgId, purchase));
      }
      return outcomes;
    }
  };

  /** What the organisation's check of its data objects to is parked; all else passes. */
  const passOrPark = async (
    orgId: number,
    purchases: readonly Purchase[],
  ): Promise<readonly Outcome<Recorded>[]> => {
    const objected = purchases.filter(isParked);
    if (objected.length === 0) return pass(orgId, purchases);
    const rest = purchases.filter((purchase) => !isParked(purchase));
    const parked = await parkAll(parts, orgId, objected);
    const passed = rest.length === 0 ? [] : await pass(orgId, rest);
    const [nextParked, nextPassed] = [parked[Symbol.iterator](), passed[Symbol.iterator]()];
    return purchases.map((purchase) => (isParked(purchase) ? nextParked : nextPassed).next().value!);
  };

  const recordAll = async (
    orgId: number,
    purchases: readonly Purchase[],
  ): Promise<readonly Outcome<Recorded>[]> => {
    const outcomes: Outcome<Recorded>[] = [];
    for (let start = 0; start < purchases.length; ) {
      const end = endOfRound(purchases, start);
      const isWhole = end - start === purchases.length;
      outcomes.push(...(await passOrPark(orgId, isWhole ? purchases : purchases.slice(start, end))));
      start = end;
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
