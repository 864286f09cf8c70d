import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import type { ProgramDefinition } from "#loyalty";
import { starterDefinition } from "../loyalty/testing.ts";
import { createActivities } from "./service.ts";
import { mergingCalls } from "./testing/merging.ts";
import { type ActivitiesBench, createActivitiesBench } from "./testing.ts";
import { verifyActivities } from "./verify.ts";

let bench: ActivitiesBench;

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

/** One percent of every bill; at most ten points a month. */
const capped = (): ProgramDefinition => ({
  ...starterDefinition(),
  limits: [{ id: 1, name: "Ten a month", per: "customer", counts: "awarded", value: 10, period: "monthly" }],
});
const pointsIn = (reply: string): number => {
  const { sideEffects } = JSON.parse(reply) as { sideEffects: { type: string; awardedPoints: number }[] };
  return sideEffects.find(({ type }) => type === "points")?.awardedPoints ?? 0;
};
const usedBy = async (partyId: number) =>
  (
    await bench.superuser.query<{ period: string; used: string }>(
      "select period::text, used from loyalty.limit_uses where party_id = $1 order by period",
      [partyId],
    )
  ).rows.map(({ period, used }) => [period, Number(used)]);

test("holds for bills of one batch, of one moment from two processes, and of both months", async () => {
  const shop = await bench.shop({ definition: capped() });
  const [party] = await shop.register(1);
  const first = await bench.activities.recordAll(
    shop.id,
    await Promise.all([400, 400, 400].map((billAmount) => shop.bill({ billAmount }))),
  );
  expect(first.map((outcome) => ("ok" in outcome ? pointsIn(outcome.ok.reply) : null))).toEqual([4, 4, 2]);
  const december = { billingDate: "2025-12-20T12:00:00Z" };
  const other = createActivities({ ...bench.parts, log: bench.log });
  const bills = await Promise.all(
    Array.from({ length: 12 }, () => shop.bill({ billAmount: 150, ...december })),
  );
  const replies = await Promise.all(
    bills.map((bill, index) => (index % 2 === 0 ? bench.activities : other).record(shop.id, bill)),
  );
  await other.drain();
  const given = replies.map(({ reply }) => pointsIn(reply)).sort((a, b) => b - a);
  expect(given).toEqual([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1, 0, 0, 0, 0, 0]);
  expect(await usedBy(party!)).toEqual([
    ["2025-12-01", 10_000],
    ["2026-01-01", 10_000],
  ]);
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
});

test("counts what both have used when customers are merged, and not when the merge is undone", async () => {
  const shop = await bench.shop({ definition: capped() });
  const [survivor, victim] = await shop.register(2);
  await bench.activities.record(shop.id, await shop.bill({ billAmount: 300 }));
  await bench.activities.record(shop.id, await shop.bill({ billAmount: 400 }, { customer: "C2" }));
  const { merge, actor } = mergingCalls(
    () => bench,
    () => shop,
  );
  const { mergeId } = await merge(survivor!, victim!);
  expect(await usedBy(survivor!)).toEqual([["2026-01-01", 7000]]);
  await bench.customers.undoMerge(actor(), mergeId, "two after all");
  expect(await usedBy(survivor!)).toEqual([["2026-01-01", 3000]]);
  expect(await usedBy(victim!)).toEqual([["2026-01-01", 4000]]);
  await merge(survivor!, victim!);
  const { reply } = await bench.activities.record(shop.id, await shop.bill({ billAmount: 500 }));
  expect(pointsIn(reply)).toBe(3);
});
