import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import type { ProgramDefinition } from "#loyalty";
import { awarding, definitionWithSets } from "../loyalty/testing.ts";
import { createActivities } from "./service.ts";
import { type ActivitiesBench, createActivitiesBench } from "./testing.ts";
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
