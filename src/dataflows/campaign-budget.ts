import type { Millipoints, Outcome } from "#platform";
import type { Moved, Movement } from "#points";

/** A row's movement with the points that it asks for. */
export interface Priced {
  readonly movement: Movement;
  readonly points: Millipoints;
}

/** What gives points as long as a budget lasts. */
export interface Giving {
  readonly left: Millipoints;
  /** Keys of rows that were given before: giving them again costs nothing. */
  readonly given: ReadonlySet<string>;
  readonly move: (movements: readonly Movement[]) => Promise<readonly Outcome<Moved>[]>;
  readonly usedUp: (left: Millipoints, asked: Millipoints) => Error;
}

/** Points that a grant gave just now. */
export const pointsGivenBy = (outcome: Outcome<Moved>): Millipoints =>
  "ok" in outcome && !outcome.ok.repeated ? (JSON.parse(outcome.ok.reply) as { points: number }).points : 0;

/**
 * Gives rows their points in order while the budget lasts. A row that asks for more than is left at its turn is refused; what a
 * row that is refused for another reason would have got is there for those after it. As what is left only shrinks, a run that
 * was killed and goes on decides as it did before, and as it would with other batches.
 */
export const giveWithin = async (
  rows: readonly Priced[],
  { left: atFirst, given: atStart, move, usedUp }: Giving,
): Promise<readonly Outcome<Moved>[]> => {
  const outcomes: Outcome<Moved>[] = [];
  const given = new Set(atStart);
  let left = atFirst;
  while (outcomes.length < rows.length) {
    const fitting = thatFit(rows, outcomes.length, left, given);
    if (fitting.length === 0) {
      outcomes.push({ error: usedUp(left, rows[outcomes.length]!.points) });
      continue;
    }
    for (const [index, outcome] of (await move(fitting.map(({ movement }) => movement))).entries()) {
      left -= pointsGivenBy(outcome);
      if ("ok" in outcome) given.add(fitting[index]!.movement.requestKey ?? "");
      outcomes.push(outcome);
    }
  }
  return outcomes;
};

/** Rows from a place on for which the budget lasts if none of them is refused, up to the first that names a customer again. */
const thatFit = (
  rows: readonly Priced[],
  from: number,
  left: Millipoints,
  given: ReadonlySet<string>,
): readonly Priced[] => {
  const seen = new Set<string>();
  let sum = 0;
  let end = from;
  for (; end < rows.length; end++) {
    const { movement, points } = rows[end]!;
    const key = movement.requestKey ?? "";
    if (!given.has(key)) sum += points;
    if (sum > left || seen.has(key)) break;
    seen.add(key);
  }
  return rows.slice(from, end);
};
