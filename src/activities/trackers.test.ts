import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import type { ProgramDefinition } from "#loyalty";
import { awarding, definitionWithSets } from "../loyalty/testing.ts";
import { createActivities } from "./service.ts";
import { mergingCalls } from "./testing/merging.ts";
import { type ActivitiesBench, createActivitiesBench, type TestShop } from "./testing.ts";
import { verifyActivities } from "./verify.ts";

let bench: ActivitiesBench;

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

/** Seven points whenever what was spent in thirty days comes to a multiple of 300. */
const tracking = (): ProgramDefinition => ({
  ...definitionWithSets([
    { stage: "trackers", rules: [{ actions: [{ type: "evaluate_tracker", trackerId: 1 }] }] },
    { id: "case", isForwarded: true, rules: [{ actions: [awarding(7)] }] },
  ]),
  trackers: [
    {
      id: 1,
      name: "Spend",
      entity: "BILL_AMOUNT",
      method: "MOVING_WINDOW",
      cases: [
        {
          id: 1,
          name: "300",
          length: 30,
          unit: "days",
          aggregate: "sum",
          modOf: 300,
          mostForwards: 3,
          setId: "case",
        },
      ],
    },
  ],
});

const pointsIn = (reply: string): number => {
  const { sideEffects } = JSON.parse(reply) as { sideEffects: { type: string; awardedPoints: number }[] };
  return sideEffects.find(({ type }) => type === "points")?.awardedPoints ?? 0;
};
const daysOf = async (partyId: number) =>
  (
    await bench.superuser.query<{ day: string; sum: string; count: number }>(
      "select day::text, sum(sum), sum(count)::int as count from loyalty.tracker_days where party_id = $1 group by day order by day",
      [partyId],
    )
  ).rows.map(({ day, sum, count }) => [day, Number(sum) / 10_000, count]);
const successesOf = async (partyId: number) =>
  (
    await bench.superuser.query<{ successes: number }>(
      "select successes from loyalty.tracker_cases where party_id = $1",
      [partyId],
    )
  ).rows.map(({ successes }) => successes);

test("holds for bills of one batch, and of one moment from two processes", async () => {
  const shop = await bench.shop({ definition: tracking() });
  const [party] = await shop.register(1);
  const first = await bench.activities.recordAll(
    shop.id,
    await Promise.all([100, 100, 100, 100].map((billAmount) => shop.bill({ billAmount }))),
  );
  expect(first.map((outcome) => ("ok" in outcome ? pointsIn(outcome.ok.reply) : null))).toEqual([0, 0, 7, 0]);
  const other = createActivities({ ...bench.parts, log: bench.log });
  const bills = await Promise.all(Array.from({ length: 11 }, () => shop.bill({ billAmount: 100 })));
  const replies = await Promise.all(
    bills.map((bill, index) => (index % 2 === 0 ? bench.activities : other).record(shop.id, bill)),
  );
  await other.drain();
  // At 600 and 900; at 1200 and 1500 it has forwarded three times.
  expect(replies.map(({ reply }) => pointsIn(reply)).filter((points) => points > 0)).toEqual([7, 7]);
  expect(await daysOf(party!)).toEqual([["2026-01-20", 1500, 15]]);
  expect(await successesOf(party!)).toEqual([3]);
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
});

test("a program without trackers keeps nothing of them", async () => {
  const shop = await bench.shop();
  const [party] = await shop.register(1);
  await bench.activities.record(shop.id, await shop.bill());
  expect(await daysOf(party!)).toEqual([]);
});

const goingBack = (shop: TestShop, number: string, body: object) =>
  shop.bill({
    type: "RETURN",
    billNumber: number,
    billAmount: undefined,
    purchaseTime: "2026-01-20T12:00:00Z",
    billingDate: "2026-01-20T13:00:00Z",
    ...body,
  });

test("returns take their part off the day of the purchase, and a mixed bill counts on what they left", async () => {
  const shop = await bench.shop({ definition: tracking() });
  const [party] = await shop.register(1);
  await bench.activities.record(shop.id, await shop.bill({ billNumber: "A", billAmount: 200 }));
  await bench.activities.record(
    shop.id,
    await goingBack(shop, "A", { returnType: "AMOUNT", billAmount: 50 }),
  );
  expect(await daysOf(party!)).toEqual([["2026-01-20", 150, 1]]);
  const { reply } = await bench.activities.record(shop.id, await shop.bill({ billAmount: 150 }));
  expect(pointsIn(reply)).toBe(7);
  await bench.activities.record(shop.id, await shop.bill({ billNumber: "B", billAmount: 100 }));
  await bench.activities.record(shop.id, await goingBack(shop, "B", { returnType: "FULL" }));
  expect(await daysOf(party!)).toEqual([["2026-01-20", 300, 2]]);
  expect(await verifyActivities(bench.db)).toEqual([]);
});

test("a merge sums days, its undo takes them off, and a return of a bill from before it finds them", async () => {
  const shop = await bench.shop({ definition: tracking() });
  const [survivor, victim] = await shop.register(2);
  await bench.activities.record(shop.id, await shop.bill({ billAmount: 200 }));
  await bench.activities.record(
    shop.id,
    await shop.bill({ billNumber: "V", billAmount: 300 }, { customer: "C2" }),
  );
  const { merge, actor } = mergingCalls(
    () => bench,
    () => shop,
  );
  const { mergeId } = await merge(survivor!, victim!);
  expect(await daysOf(survivor!)).toEqual([["2026-01-20", 500, 2]]);
  expect(await successesOf(survivor!)).toEqual([1]);
  await bench.customers.undoMerge(actor(), mergeId, "two after all");
  expect(await daysOf(survivor!)).toEqual([["2026-01-20", 200, 1]]);
  expect(await daysOf(victim!)).toEqual([["2026-01-20", 300, 1]]);
  expect(await successesOf(survivor!)).toEqual([0]);
  await merge(survivor!, victim!);
  const { reply } = await bench.activities.record(shop.id, await shop.bill({ billAmount: 100 }));
  expect(pointsIn(reply)).toBe(7);
  await bench.activities.record(shop.id, await goingBack(shop, "V", { returnType: "FULL" }));
  expect(await daysOf(survivor!)).toEqual([["2026-01-20", 300, 2]]);
  expect(await verifyActivities(bench.db)).toEqual([]);
});

test("a return takes back the tier that a tracker had reached", async () => {
  const definition = tracking();
  const shop = await bench.shop({
    definition: {
      ...definition,
      upgrade: { criterion: "tracker", trackerId: 1, caseId: 1, type: "lazy" },
      tiers: definition.tiers.slice(0, 2).map((tier, index) => ({ ...tier, threshold: index * 250 })),
      downgrade: { target: "lowest", onReturn: true },
    },
  });
  const [party] = await shop.register(1);
  const tierOf = async () =>
    (
      await bench.superuser.query("select tier_number as tier from loyalty.memberships where party_id = $1", [
        party,
      ])
    ).rows[0].tier;
  await bench.activities.record(shop.id, await shop.bill({ billAmount: 200 }));
  expect(await tierOf()).toBe(1);
  await bench.activities.record(shop.id, await shop.bill({ billNumber: "A", billAmount: 60 }));
  expect(await tierOf()).toBe(2);
  await bench.activities.record(
    shop.id,
    await goingBack(shop, "A", { returnType: "AMOUNT", billAmount: 20 }),
  );
  expect(await tierOf()).toBe(1);
});
