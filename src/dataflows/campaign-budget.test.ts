import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome } from "#platform";
import type { Moved, Movement } from "#points";
import { giveWithin, type Priced, pointsGivenBy } from "./campaign-budget.ts";

/** A row: what it asks for, for which of a few customers, and whether it would be refused for another reason. */
interface Row {
  readonly points: number;
  readonly key: string;
  readonly isRefused: boolean;
}

/** What gives points as the path does: once for a key. */
const createBank = (rows: readonly Row[]) => {
  const given = new Map<string, number>();
  const move = async (movements: readonly Movement[]): Promise<Outcome<Moved>[]> =>
    movements.map((item) => {
      const { points, key, isRefused } = rows[item.input as number]!;
      const before = given.get(key);
      const reply = JSON.stringify({ points: before ?? points });
      if (before !== undefined) return { ok: { reply, repeated: true } };
      if (isRefused) return { error: new Error("refused") };
      given.set(key, points);
      return { ok: { reply, repeated: false } };
    });
  return { given, move, total: () => [...given.values()].reduce((sum, points) => sum + points, 0) };
};

const priced = (rows: readonly Row[], from: number, to: number): Priced[] =>
  rows.slice(from, to).map(({ points, key }, index) => ({
    points,
    movement: { input: from + index, requestKey: key } as unknown as Movement,
  }));

/** Row by row: what giving within a budget means. */
const plainly = (rows: readonly Row[], budget: number): string[] => {
  const given = new Set<string>();
  let left = budget;
  return rows.map(({ points, key, isRefused }) => {
    if (given.has(key)) return "repeated";
    if (points > left) return "over";
    if (isRefused) return "refused";
    given.add(key);
    left -= points;
    return "given";
  });
};
const wordOf = (outcome: Outcome<Moved>): string => {
  if ("ok" in outcome) return outcome.ok.repeated ? "repeated" : "given";
  return (outcome.error as Error).message === "refused" ? "refused" : "over";
};

const run = async (
  rows: readonly Row[],
  budget: number,
  cuts: readonly number[],
  bank = createBank(rows),
) => {
  const outcomes: Outcome<Moved>[] = [];
  for (let from = 0; from < rows.length; ) {
    const to = Math.min(
      rows.length,
      from + (cuts[outcomes.length % Math.max(1, cuts.length)] ?? rows.length),
    );
    outcomes.push(
      ...(await giveWithin(priced(rows, from, to), {
        left: budget - bank.total(),
        given: new Set(bank.given.keys()),
        move: bank.move,
        usedUp: (left) => new Error(`${left} left`),
      })),
    );
    from = to;
  }
  return outcomes;
};

const rowsOf = fc.array(
  fc.record({
    points: fc.integer({ min: 1, max: 20 }),
    key: fc.integer({ min: 0, max: 12 }).map(String),
    isRefused: fc.boolean(),
  }),
  { maxLength: 40 },
);

describe("giving within a budget", () => {
  test("is what going row by row gives, however the rows are cut into batches", async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsOf,
        fc.integer({ min: 0, max: 150 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        async (rows, budget, cuts) => {
          const outcomes = await run(rows, budget, cuts);
          expect(outcomes.map(wordOf)).toEqual(plainly(rows, budget));
          expect(outcomes.reduce((sum, outcome) => sum + pointsGivenBy(outcome), 0)).toBeLessThanOrEqual(
            budget,
          );
        },
      ),
    );
  });

  test("begun again after a death gives the rest and nothing more", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf, fc.integer({ min: 0, max: 150 }), fc.nat(40), async (rows, budget, death) => {
        const bank = createBank(rows);
        await run(rows.slice(0, death), budget, [7], bank);
        await run(rows, budget, [5], bank);
        const whole = createBank(rows);
        await run(rows, budget, [40], whole);
        expect([...bank.given]).toEqual([...whole.given]);
      }),
    );
  });
});
