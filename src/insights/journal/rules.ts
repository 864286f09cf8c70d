import { type Closing, type JournalSum, MOVEMENTS, type Movement, type Movements } from "./schema.ts";

export const noMovements = (): Movements =>
  Object.fromEntries(MOVEMENTS.map((name) => [name, 0])) as Movements;

/** The two movements that a clearing account has: into an account and out of one. */
const CLEARING: Readonly<Record<string, readonly [Movement, Movement]>> = {
  transfer: ["transferredIn", "transferredOut"],
  conversion: ["convertedIn", "convertedOut"],
  merge: ["mergedIn", "mergedOut"],
};

/**
 * Adds entries of one kind. What is given back to a redemption is shown apart; points of a return that had expired are taken
 * off what expired. An account of the program that has no name here counts as an adjustment, so that nothing is lost.
 */
export const addSum = (
  to: Movements,
  { contra, credits, debits }: Pick<JournalSum, "contra" | "credits" | "debits">,
): void => {
  const clearing = CLEARING[contra];
  if (clearing !== undefined) {
    to[clearing[0]] += credits;
    to[clearing[1]] += debits;
  } else if (contra === "redeemed") {
    to.redeemed += debits;
    to.reversed += credits;
  } else if (contra === "expired" || contra === "returned") to[contra] += debits - credits;
  else if (contra === "opening" || contra === "issued") to[contra] += credits - debits;
  else to.adjusted += credits - debits;
};

const TAKES = new Set<Movement>([
  "redeemed",
  "expired",
  "returned",
  "transferredOut",
  "convertedOut",
  "mergedOut",
]);

/** What movements change in what members hold. */
export const changeOf = (movements: Readonly<Movements>): number =>
  MOVEMENTS.reduce((sum, name) => sum + (TAKES.has(name) ? -movements[name] : movements[name]), 0);

export const sumOf = (all: readonly Readonly<Movements>[]): Movements => {
  const sum = noMovements();
  for (const movements of all) for (const name of MOVEMENTS) sum[name] += movements[name];
  return sum;
};

/** Movements of each part of a report and before it. Parts are given by their first days, in order. */
export interface Timeline {
  readonly before: Movements;
  readonly parts: readonly Movements[];
  /** Held at the end of each part. */
  readonly held: readonly number[];
  readonly heldBefore: number;
}

/**
 * Lays sums out over the parts of a report. `openEnd`: what is booked after the last part counts to it, because a till whose
 * clock runs ahead makes what is owed no smaller; otherwise it is left out.
 */
export const timelineOf = (
  sums: readonly JournalSum[],
  parts: readonly string[],
  openEnd: boolean,
): Timeline => {
  const before = noMovements();
  const movements = parts.map(noMovements);
  const last = parts.length - 1;
  const indexOf = new Map(parts.map((start, index) => [start, index]));
  for (const sum of sums) {
    const index = sum.start === null ? -1 : (indexOf.get(sum.start) ?? (openEnd ? last : null));
    if (index === -1) addSum(before, sum);
    else if (index !== null) addSum(movements[index]!, sum);
  }
  const heldBefore = changeOf(before);
  let balance = heldBefore;
  const held = movements.map((part) => {
    balance += changeOf(part);
    return balance;
  });
  return { before, parts: movements, held, heldBefore };
};

/**
 * Whether the sums that are kept may be used: they are by days of the zone that is wanted, and they and what was recorded
 * since are all events that the parties count. A process whose clock ran behind by more than the margin records events that
 * are in neither.
 */
export const isUsable = (
  closing: Closing | null,
  timeZone: string,
  eventsSince: number,
  eventsOfParties: number,
): closing is Closing =>
  closing !== null && closing.timeZone === timeZone && closing.events + eventsSince === eventsOfParties;
