import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog, type Db } from "#platform";
import type { Movement } from "./movement.ts";
import { createPoints } from "./service.ts";
import { capture, createPointsBench, hold, type PointsShop, redeem, reverse } from "./testing.ts";

let bench: Awaited<ReturnType<typeof createPointsBench>>;
let shop: PointsShop;
beforeAll(async () => {
  bench = await createPointsBench();
  shop = await bench.shop();
});
afterAll(() => bench.close());

/** A database whose next transaction commits and then loses its connection, so that nobody hears of the commit. */
const losingAnswers = (db: Db): Db => {
  let losses = 1;
  return {
    ...db,
    transaction: async (orgId, work) => {
      const result = await db.transaction(orgId, work);
      if (losses-- > 0) throw new Error("Connection terminated unexpectedly");
      return result;
    },
  };
};
const losingPoints = () => createPoints({ ...bench, db: losingAnswers(bench.db), log: createLog("silent") });
const member = async (points: number): Promise<number> => {
  const [partyId] = (await shop.register(1)) as [number];
  await shop.ledger.earn(partyId, points);
  return partyId;
};
const keyed = (requestKey: string) => ({ requestKey });

test("a batch whose answer was lost moves nothing twice: those with a key find out, those without are told", async () => {
  const [ana, ben] = [await member(10_000), await member(10_000)];
  const outcomes = await losingPoints().moveAll(shop.id, [
    redeem(shop, ana, 1_000, keyed("lost-1")),
    redeem(shop, ana, 2_000),
    redeem(shop, ben, 3_000, keyed("lost-2")),
  ]);
  expect(outcomes.map((outcome) => ("ok" in outcome ? outcome.ok.repeated : String(outcome.error)))).toEqual([
    true,
    "Error: Connection terminated unexpectedly",
    true,
  ]);
  expect((await shop.account(ana)).balance).toBe(7_000);
  expect((await shop.account(ben)).balance).toBe(7_000);
  expect(await bench.verify()).toEqual([]);
});

test("a redemption, its reversal and the capture of a hold whose answers were lost are done once when they are sent again", async () => {
  const partyId = await member(20_000);
  const twice = async <Reply>(asked: Movement): Promise<Reply> => {
    await expect(losingPoints().move(shop.id, asked)).rejects.toThrow("Connection terminated");
    const { reply, repeated } = await bench.points.move(shop.id, asked);
    expect(repeated).toBe(true);
    return JSON.parse(reply) as Reply;
  };
  const { code } = await twice<{ code: string }>(redeem(shop, partyId, 5_000, keyed("redeem")));
  expect((await shop.account(partyId)).balance).toBe(15_000);
  await twice(reverse(shop, partyId, code, 2_000, keyed("reverse")));
  expect((await shop.account(partyId)).balance).toBe(17_000);
  const { holdId } = await twice<{ holdId: number }>(hold(partyId, 10_000, 600, keyed("hold")));
  await twice(capture(shop, partyId, holdId, 4_000, false, keyed("capture")));
  expect((await shop.account(partyId)).balance).toBe(13_000);
  // What is left of the hold, and only that, is still reserved.
  await expect(bench.points.move(shop.id, redeem(shop, partyId, 7_001))).rejects.toMatchObject({
    number: 818,
  });
  await bench.points.move(shop.id, redeem(shop, partyId, 7_000));
  expect(await bench.verify()).toEqual([]);
});
