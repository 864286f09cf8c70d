import fc from "fast-check";
import { expect, test } from "vitest";
import type { Purchase } from "#activities";
import { recordInLanes, splitLanes } from "./lanes.ts";

const purchase = (number: string, customerKey: string | null): Purchase =>
  ({ number, customerKey, customerId: null }) as Purchase;

const batch = fc
  .array(fc.option(fc.integer({ min: 1, max: 9 })), { minLength: 64, maxLength: 120 })
  .map((customers) =>
    customers.map((who, index) => purchase(String(index), who === null ? null : `k${who}`)),
  );
// Two keys name each customer.
const PARTIES = new Map(
  Array.from({ length: 9 }, (_, index) => [`k${index + 1}`, Math.ceil((index + 1) / 2)]),
);

test("every purchase is in one lane, a customer's all in the same, in their order", () => {
  fc.assert(
    fc.property(batch, (purchases) => {
      const lanes = splitLanes(purchases, PARTIES)!;
      expect(lanes.flat().sort((a, b) => a - b)).toEqual(purchases.map((_, index) => index));
      const laneOf = new Map<number, number>();
      lanes.forEach((lane, number) => {
        expect([...lane].sort((a, b) => a - b)).toEqual(lane);
        for (const index of lane) {
          const party = PARTIES.get(purchases[index]!.customerKey ?? "");
          if (party === undefined) continue;
          expect(laneOf.get(party) ?? number).toBe(number);
          laneOf.set(party, number);
        }
      });
    }),
  );
});

test("a number that comes twice keeps the batch whole, and so does a small one", () => {
  const many = Array.from({ length: 100 }, (_, index) => purchase(String(index), `k${index % 9}`));
  expect(splitLanes(many, PARTIES)).toHaveLength(2);
  expect(splitLanes([...many, purchase("7", "k1")], PARTIES)).toBeNull();
  expect(splitLanes(many.slice(0, 20), PARTIES)).toBeNull();
});

test("outcomes come back in the order of the batch; a failed lane fails it after both ended", async () => {
  const many = Array.from({ length: 100 }, (_, index) => purchase(String(index), `k${(index % 9) + 1}`));
  const answer = (purchases: readonly Purchase[]) =>
    purchases.map(({ number }) => ({ error: new Error(number) }));
  const done = await recordInLanes({ recordAll: async (_, lane) => answer(lane) }, 1, many, PARTIES);
  expect(done).toEqual(answer(many));
  let ended = 0;
  const failing = recordInLanes(
    {
      recordAll: async (_, lane) => {
        if (lane.some(({ number }) => number === "0")) throw new Error("gone");
        await new Promise((resolve) => setImmediate(resolve));
        ended++;
        return answer(lane);
      },
    },
    1,
    many,
    PARTIES,
  );
  await expect(failing).rejects.toThrow("gone");
  expect(ended).toBe(1);
});
