import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Db, localDate } from "#platform";
import { passBatch } from "./path.ts";
import { type ActivitiesBench, createActivitiesBench, type TestShop } from "./testing.ts";

let bench: ActivitiesBench;

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

const standingOf = async (partyId: number) => {
  const { rows } = await bench.superuser.query<{ visits: string; last: string; bills: string }>(
    "select visit_count visits, last_visit_on::text last, transaction_count bills from loyalty.memberships where party_id = $1",
    [partyId],
  );
  const { visits, last, bills } = rows[0]!;
  return { visits: Number(visits), last, bills: Number(bills) };
};

const onDay = (shop: TestShop, day: string, body: object = {}, customer = "C1") =>
  shop.bill({ billingDate: `2026-01-${day}T12:00:00Z`, billAmount: 1, ...body }, { customer });

/** Records bills of those days in batches as given. */
const take = async (shop: TestShop, batches: readonly (readonly string[])[]): Promise<void> => {
  for (const days of batches) {
    const bills = await Promise.all(days.map((day) => onDay(shop, day)));
    const outcomes = await bench.activities.recordAll(shop.id, bills);
    expect(outcomes.every((outcome) => "ok" in outcome)).toBe(true);
  }
};

test.each([
  ["one by one", [["05"], ["10"], ["05"], ["05"]]],
  ["all in one batch", [["05", "10", "05", "05"]]],
  [
    "two late ones in a later batch",
    [
      ["05", "10"],
      ["05", "05"],
    ],
  ],
  ["across batches with the newest in between", [["05"], ["10", "05"], ["05"]]],
  ["the newest day first", [["10"], ["05", "05"], ["05", "10"]]],
])("a day is one visit, whenever its bills arrive: %s", async (_, batches) => {
  const shop = await bench.shop();
  const [party] = await shop.register(1);
  await take(shop, batches);
  expect(await standingOf(party!)).toEqual({ visits: 2, last: "2026-01-10", bills: batches.flat().length });
});

test("a day between is a visit of its own, and of the customer alone", async () => {
  const shop = await bench.shop();
  const [first, second] = await shop.register(2);
  await take(shop, [["05", "10"]]);
  await bench.activities.record(shop.id, await onDay(shop, "12", {}, "C2"));
  const late = [
    await onDay(shop, "05", {}, "C2"),
    await onDay(shop, "07"),
    await onDay(shop, "07"),
    await onDay(shop, "05", {}, "C2"),
  ];
  await bench.activities.recordAll(shop.id, late);
  expect(await standingOf(first!)).toMatchObject({ visits: 3, last: "2026-01-10" });
  expect(await standingOf(second!)).toMatchObject({ visits: 2, last: "2026-01-12" });
});

test("bills that do not count make no day known, before or within the batch", async () => {
  const shop = await bench.shop();
  const [party] = await shop.register(1);
  await shop.set({ BILL_NUMBER_WISE_IGNORE_POINTS: "1", IGNORE_POINTS_FOR_BILL_NUMBER_STARTS_WITH: "FREE" });
  await take(shop, [["10"]]);
  const unseen = [
    await onDay(shop, "05", { outlierStatus: "TEST" }),
    await onDay(shop, "06", { billNumber: "FREE-1" }),
  ];
  await bench.activities.recordAll(shop.id, unseen);
  await bench.activities.recordAll(shop.id, [
    await onDay(shop, "07", { outlierStatus: "TEST" }),
    await onDay(shop, "05"),
    await onDay(shop, "06"),
    await onDay(shop, "07"),
  ]);
  expect(await standingOf(party!)).toMatchObject({ visits: 4, bills: 4 });
});

test("days are those of each bill's store", async () => {
  const shop = await bench.shop();
  const [party] = await shop.register(1);
  await bench.orgs.updateEntity({ orgId: shop.id, name: "test" }, shop.storeIds[1], {
    timeZone: "Asia/Tokyo",
  });
  const at = (billingDate: string, till: 0 | 1) =>
    shop.bill({ billingDate, billAmount: 1 }, { tillId: shop.tillIds[till] });
  // 20:00 UTC of the 5th is the 5th in London and the 6th in Tokyo.
  for (const bills of [
    [await at("2026-01-10T12:00:00Z", 0)],
    [await at("2026-01-05T20:00:00Z", 1)],
    [await at("2026-01-05T20:30:00Z", 0)],
    [await at("2026-01-06T09:00:00Z", 0), await at("2026-01-05T01:00:00Z", 1)],
  ]) {
    await bench.activities.recordAll(shop.id, bills);
  }
  expect(await standingOf(party!)).toMatchObject({ visits: 3, bills: 5 });
});

test("only a batch with a late bill asks for visits, and asks once", async () => {
  const shop = await bench.shop();
  await shop.register(2);
  const asked: string[] = [];
  const db: Db = {
    ...bench.db,
    transaction: (orgId, work) =>
      bench.db.transaction(orgId, (tx) =>
        work({
          ...tx,
          rows: (statement) => {
            if (statement.text.includes("activities.find_visits")) asked.push(statement.name);
            return tx.rows(statement);
          },
        }),
      ),
  };
  const pass = async (...days: readonly string[]) => {
    const bills = await Promise.all(days.flatMap((day) => [onDay(shop, day), onDay(shop, day, {}, "C2")]));
    await passBatch({ ...bench.parts, db }, shop.id, bills);
    return asked.length;
  };
  expect(await pass("05", "10", "07", "07")).toBe(0);
  expect(await pass("10", "11", "10")).toBe(0);
  expect(await pass("12", "05", "05", "08")).toBe(1);
});

test("visits are the distinct days of random bills in random batches", async () => {
  const hours = fc.array(fc.integer({ min: 0, max: 24 * 12 }), { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(hours, fc.integer({ min: 1, max: 8 }), async (list, size) => {
      const shop = await bench.shop();
      const [party] = await shop.register(1);
      // Clocks in London change on the 30th.
      const times = list.map((hour) => Date.UTC(2025, 2, 24) + hour * 3_600_000);
      const bills = await Promise.all(
        times.map((time) => shop.bill({ billingDate: new Date(time).toISOString(), billAmount: 1 })),
      );
      for (let start = 0; start < bills.length; start += size) {
        await bench.activities.recordAll(shop.id, bills.slice(start, start + size));
      }
      const days = new Set(times.map((time) => localDate(time, "Europe/London")));
      expect(await standingOf(party!)).toMatchObject({
        visits: days.size,
        last: [...days].sort().at(-1),
      });
    }),
    { numRuns: 15 },
  );
}, 60_000);
