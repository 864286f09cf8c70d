import { afterAll, beforeAll, expect, test } from "vitest";
import type { Body } from "#platform";
import { awarding, definitionWithSets } from "../loyalty/testing.ts";
import { createActivities } from "./service.ts";
import { mergingCalls } from "./testing/merging.ts";
import { type ActivitiesBench, createActivitiesBench, type TestShop } from "./testing.ts";

let bench: ActivitiesBench;
beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

const define = ({ id: orgId }: TestShop, changes: Body = {}, ...targets: readonly Body[]) =>
  bench.loyalty.targets.create(
    { orgId, name: "test" },
    {
      name: "Spring",
      trackingType: "DEFAULT",
      targetEvaluationType: "FIXED_CALENDAR_WINDOW",
      frequencyType: "MONTHLY",
      frequency: 1,
      totalPeriods: 3,
      startDate: "2026-01-01",
      targets: targets.map((target, index) => ({
        name: `Target ${index + 1}`,
        targetEntity: "TRANSACTION",
        targetType: "SALES",
        defaultValues: [{ defaultValue: 300 }],
        ...target,
      })),
      ...changes,
    },
  );
const valuesOf = async (partyId: number) =>
  (
    await bench.superuser.query<{ cycle: number; achieved: string; achieved_at: Date | null }>(
      "select cycle, achieved, achieved_at from loyalty.target_values where party_id = $1 and target_id <> group_id order by target_id, cycle",
      [partyId],
    )
  ).rows.map((row) => [row.cycle, Number(row.achieved), row.achieved_at !== null]);
const told = async (partyId: number, type: string) =>
  (
    await bench.superuser.query<{ payload: Record<string, unknown> }>(
      "select payload from events.outbox where party_id = $1 and event_type = $2 order by recorded_at, id",
      [partyId, type],
    )
  ).rows.map(({ payload }) => payload);

test("an organisation without targets writes and reads none", async () => {
  const shop = await bench.shop();
  await shop.register(1);
  expect(await bench.loyalty.targets.compiled(shop.id)).toBeNull();
  await bench.activities.record(shop.id, await shop.bill());
  const { rows } = await bench.superuser.query("select 1 from loyalty.target_values where org_id = $1", [
    shop.id,
  ]);
  expect(rows).toEqual([]);
});

test("bills of a batch, and of two tills at one moment, all count, and the target is reached once", async () => {
  const shop = await bench.shop();
  const [party] = await shop.register(1);
  await define(shop, {}, {}, { targetType: "VISIT", defaultValues: [{ defaultValue: 1 }] });
  await bench.activities.recordAll(
    shop.id,
    await Promise.all([40, 60].map((billAmount) => shop.bill({ billAmount }))),
  );
  const other = createActivities({ ...bench.parts, log: bench.log });
  const bills = await Promise.all(Array.from({ length: 10 }, () => shop.bill({ billAmount: 50 })));
  await Promise.all(
    bills.map((bill, index) => (index % 2 === 0 ? bench.activities : other).record(shop.id, bill)),
  );
  await other.drain();
  expect(await valuesOf(party!)).toEqual([
    [1, 600 * shop.organisation.moneyScale, true],
    [1, 1000, true],
  ]);
  expect(await told(party!, "target.achieved")).toHaveLength(2);
  expect(await told(party!, "target.enrolled")).toHaveLength(2);
  const progressed = await told(party!, "target.progressed");
  expect(progressed[0]).toMatchObject({
    targetName: "Target 1",
    change: "40",
    achieved: "40",
    defined: "300",
  });
  const { rows } = await bench.superuser.query("select 1 from loyalty.target_events where party_id = $1", [
    party,
  ]);
  expect(rows).toHaveLength(24);
});

test("a return lowers what its bill counted for, line by line", async () => {
  const shop = await bench.shop();
  const [party] = await shop.register(1);
  await define(
    shop,
    {},
    {},
    { targetEntity: "LINEITEM", targetType: "QUANTITY", expression: 'currentLineItem.code == "a"' },
    { targetType: "COUNT" },
  );
  const lineItemsV2 = [
    { itemCode: "a", qty: 4, rate: 10, value: 40, amount: 40 },
    { itemCode: "b", qty: 1, rate: 60, value: 60, amount: 60 },
  ];
  const bill = await shop.bill({ billAmount: 100, billingDate: "2026-01-19T12:00:00Z", lineItemsV2 });
  await bench.activities.record(shop.id, bill);
  const back = {
    type: "RETURN",
    returnType: "LINE_ITEM",
    billNumber: bill.number,
    purchaseTime: "2026-01-19T12:00:00Z",
    billAmount: undefined,
    lineItemsV2: [{ itemCode: "a", qty: 1, rate: 10, value: 10, amount: 10 }],
  };
  const { id: orgId } = shop;
  const scale = shop.organisation.moneyScale;
  expect(await valuesOf(party!)).toEqual([
    [1, 100 * scale, false],
    [1, 4000, false],
    [1, 1000, false],
  ]);
  await bench.activities.record(orgId, await shop.bill(back));
  expect(await valuesOf(party!)).toEqual([
    [1, 90 * scale, false],
    [1, 3000, false],
    [1, 1000, false],
  ]);
  expect((await told(party!, "target.progressed")).at(-1)).toMatchObject({
    activity: "ReturnBill",
    change: "1",
  });
});

test("who are merged have achieved what both have, and not when the merge is undone; returns follow", async () => {
  const shop = await bench.shop();
  const [survivor, victim] = await shop.register(2);
  await define(shop, {}, {});
  const scale = shop.organisation.moneyScale;
  await bench.activities.record(shop.id, await shop.bill({ billAmount: 100 }));
  const bill = await shop.bill({ billAmount: 250, billingDate: "2026-01-19T12:00:00Z" }, { customer: "C2" });
  await bench.activities.record(shop.id, bill);
  const { merge, actor } = mergingCalls(
    () => bench,
    () => shop,
  );
  const { mergeId } = await merge(survivor!, victim!);
  expect(await valuesOf(survivor!)).toEqual([[1, 350 * scale, false]]);
  await bench.customers.undoMerge(actor(), mergeId, "two after all");
  expect(await valuesOf(survivor!)).toEqual([[1, 100 * scale, false]]);
  expect(await valuesOf(victim!)).toEqual([[1, 250 * scale, false]]);
  await merge(survivor!, victim!);
  await bench.activities.record(
    shop.id,
    await shop.bill({
      type: "RETURN",
      returnType: "FULL",
      billNumber: bill.number,
      purchaseTime: "2026-01-19T12:00:00Z",
      billAmount: undefined,
    }),
  );
  expect(await valuesOf(survivor!)).toEqual([[1, 100 * scale, false]]);
});

test("conditions ask for targets as they stood before the bill", async () => {
  const rule = {
    id: "more",
    name: "More",
    condition: 'currentCustomer.targetAchievedInCurrentPeriod("Target 1") >= 100',
    actions: [awarding(7)],
  };
  const shop = await bench.shop({ definition: definitionWithSets([{ rules: [rule] }]) });
  await shop.register(1);
  await define(shop, {}, {});
  const pointsOf = async () => {
    const { reply } = await bench.activities.record(shop.id, await shop.bill({ billAmount: 60 }));
    return (
      (JSON.parse(reply) as { sideEffects: { awardedPoints: number }[] }).sideEffects[0]?.awardedPoints ?? 0
    );
  };
  expect([await pointsOf(), await pointsOf(), await pointsOf()]).toEqual([0, 0, 7]);
});
