import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createIds, MAX_AMOUNT } from "#platform";
import { createImportWorld, type ImportWorld, NOW } from "../dataflows/testing.ts";
import { buildLedger } from "../ledger/testing.ts";
import { changeOf } from "./journal/rules.ts";
import { addDays, addUp, previousParts, spanOf, sumParts } from "./rules.ts";
import { noFigures } from "./schema.ts";
import { createInsights, type Insights } from "./service.ts";

describe("periods", () => {
  test("end today and are followed backwards by one of the same length", () => {
    expect(spanOf("today", "2026-03-31")).toEqual({
      parts: ["2026-03-31"],
      from: "2026-03-31",
      to: "2026-03-31",
      previousFrom: "2026-03-30",
    });
    expect(spanOf("7d", "2026-03-03")).toMatchObject({ from: "2026-02-25", previousFrom: "2026-02-18" });
    const year = spanOf("12m", "2026-03-31");
    expect([year.parts[0], year.parts[11], year.previousFrom]).toEqual([
      "2025-04-01",
      "2026-03-01",
      "2024-04-01",
    ]);
    expect([previousParts(year, "month").length, previousParts(year, "month").at(-1)]).toEqual([
      12,
      "2025-03-01",
    ]);
    expect(previousParts(spanOf("7d", "2026-03-03"), "day")).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((n) => addDays("2026-02-18", n)),
    );
  });

  test("parts hold every day of the period once", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("today" as const, "7d" as const, "30d" as const, "12m" as const),
        fc.date({ min: new Date("2001-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
        (period, date) => {
          const span = spanOf(period, date.toISOString().slice(0, 10));
          const days = [];
          for (let day = span.from; day <= span.to; day = addDays(day, 1))
            days.push({ ...noFigures(day), members: 1 });
          const sums = sumParts(span, [{ ...noFigures(addDays(span.from, -1)), members: 99 }, ...days]);
          expect(sums.reduce((sum, part) => sum + part.members, 0)).toBe(days.length);
          expect(sums.every((part) => part.members > 0)).toBe(true);
        },
      ),
    );
  });
});

test("events add up by the organisation's day; what is unknown adds nothing", () => {
  const event = (type: string, at: string, payload: object) => ({
    id: 1,
    orgId: 1,
    partyId: 1,
    type,
    occurredAt: new Date(at),
    payload: payload as Record<string, unknown>,
    position: 1,
    requestId: null,
  });
  const { days, stores } = addUp(
    [
      // 23:30 UTC in July is the next day in London.
      event("transaction.added", "2025-07-01T23:30:00Z", { amount: 50_000, points: 1500, storeId: 4 }),
      event("transaction.added", "2025-07-02T10:00:00Z", { amount: 10_000, points: 0, storeId: 4 }),
      event("customer.registered", "2025-07-01T10:00:00Z", {}),
      event("customer.updated", "2025-07-01T10:00:00Z", {}),
      event("transaction.returned", "2025-07-03T10:00:00Z", { transactionId: 7, amount: 9000, points: 250 }),
      event("points.expired", "2025-07-02T00:00:00Z", { amount: 500 }),
    ],
    "Europe/London",
  );
  expect([...days.values()]).toEqual([
    { ...noFigures("2025-07-02"), purchases: 2, purchaseAmount: 60_000 },
    { ...noFigures("2025-07-01"), members: 1 },
    { ...noFigures("2025-07-03"), returns: 1, returnAmount: 9000 },
  ]);
  expect([...stores.values()]).toEqual([
    { day: "2025-07-02", storeId: 4, purchases: 2, purchaseAmount: 60_000 },
  ]);
});

describe("figures", () => {
  let world: ImportWorld;
  let insights: Insights;
  beforeEach(async () => {
    world = await createImportWorld({ batchSize: 20 });
    insights = createInsights(world);
  });
  afterEach(() => world.close());

  const bills = (from: number, count: number): string =>
    [
      "number,date,amount,externalId,till",
      ...Array.from({ length: count }, (_, index) => {
        const n = from + index;
        const day = addDays("2026-03-31", -(n * 7) % 90);
        const customer = n % 5 === 0 ? "" : `c${n % 7}`;
        return `${n},${day} ${n % 2 ? "23:40" : "00:20"}:00,${n}.25,${customer},shop.till${1 + (n % 2)}`;
      }),
    ].join("\n");

  const importBills = async (from: number, count: number) => {
    const path = join(world.folder, `bills-${from}.csv`);
    await writeFile(path, bills(from, count));
    const run = await world.dataflows.runFile(world.author, path, {
      kind: "transactions",
      options: { registerUnknown: true },
    });
    expect(run.counts).toMatchObject({ recordsImported: count, rowsRejected: 0 });
  };
  const stored = async () => ({
    days: await world.query(
      "select * from insights.daily_figures where (members, purchases, returns) <> (0, 0, 0) order by day",
    ),
    stores: await world.query(
      "select * from insights.daily_stores where purchases <> 0 order by day, store_id",
    ),
  });

  test("kept from events and computed from the facts are the same, also with events waiting", async () => {
    await importBills(1, 40);
    await world.events.drain();
    const kept = await stored();
    expect(kept.days.length).toBeGreaterThan(10);
    await insights.rebuild(world.id);
    expect(await stored()).toEqual(kept);

    await importBills(101, 30);
    // Rebuilt while the events of thirty bills wait: they are counted once, when they are handed out.
    await insights.rebuild(world.id);
    expect(await stored()).toEqual(kept);
    await world.events.drain();
    const both = await stored();
    expect(both).not.toEqual(kept);
    await insights.rebuild(world.id);
    expect(await stored()).toEqual(both);
  });

  test("the overview adds up to the tables that it stands for", async () => {
    await importBills(1, 60);
    await world.events.drain();
    const year = await insights.overview(world.id, "12m");
    const [facts] = await world.query<Record<string, number>>(`
      select count(*) as purchases, sum(amount)::bigint as amount, sum(points)::bigint as points,
             (select count(*) from customers.customers) as members,
             (select sum(balance)::bigint from ledger.accounts) as outstanding
        from activities.transactions`);
    expect(year.sum).toMatchObject({
      purchases: facts!.purchases,
      purchaseAmount: facts!.amount,
      members: facts!.members,
    });
    expect(year.moved.issued).toBe(facts!.points);
    expect(year.membersTotal).toBe(facts!.members);
    expect(year.outstanding.at(-1)).toBe(facts!.outstanding);
    expect(year.outstandingBefore).toBe(0);
    expect(year.tiers.reduce((sum, { members }) => sum + members, 0)).toBe(facts!.members);
    expect(year.stores.map(({ storeId }) => storeId).sort()).toEqual([...world.storeIds].sort());

    const week = await insights.overview(world.id, "7d");
    expect(week.parts.map(({ day }) => day)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((n) => addDays("2026-03-25", n)),
    );
    expect(week.membersTotal).toBe(facts!.members);
    expect(week.outstanding.at(-1)).toBe(facts!.outstanding);
    expect(week.outstandingBefore + changeOf(week.moved)).toBe(facts!.outstanding);
  });

  test("points are the ledger's own: of every kind, of points alone, given back where they were", async () => {
    const ledger = buildLedger({ db: world.db, ids: createIds(world.db) }, world.id, {
      programIds: [7],
      at: NOW,
    });
    const [ana, bob] = (await ledger.openParties(2)) as [number, number];
    await ledger.earn(ana, 10_000);
    await ledger.debit(ana, 4000);
    await ledger.earn(ana, 1500, { contra: "redeemed" });
    await ledger.debit(ana, 700, { contra: "expired" });
    await ledger.debit(ana, 300, { contra: "returned" });
    await ledger.debit(ana, 500, { contra: "adjusted" });
    await ledger.debit(ana, 2000, { contra: "transfer" });
    await ledger.earn(bob, 2000, { contra: "transfer" });
    await ledger.earn(bob, 600, { category: 2 });
    await ledger.debit(bob, 600, { category: 2, contra: "conversion" });
    await ledger.earn(bob, 600, { contra: "conversion" });
    await ledger.earn(bob, 99_000, { currencyId: 1 });
    const { moved, outstanding, movedBefore } = await insights.overview(world.id, "7d");
    expect(moved).toMatchObject({
      issued: 10_600,
      redeemed: 4000,
      reversed: 1500,
      expired: 700,
      returned: 300,
    });
    expect(moved).toMatchObject({ adjusted: -500, transferredIn: 2000, transferredOut: 2000 });
    expect(changeOf(movedBefore)).toBe(0);
    const [held] = await world.query<{ held: number }>(
      "select sum(balance)::bigint as held from ledger.accounts where currency_id = 0",
    );
    expect(outstanding.at(-1)).toBe(held!.held);
    expect(held!.held).toBe(6600);
  });

  test("bills that together leave the exact range are counted, and hold up nobody else's", async () => {
    const huge = Array.from({ length: 120 }, (_, index) => ({
      orgId: world.id,
      partyId: 1,
      type: "transaction.added",
      occurredAt: new Date("2026-03-31T10:00:00Z"),
      payload: { amount: MAX_AMOUNT, points: MAX_AMOUNT, storeId: world.storeIds[index % 2] },
    }));
    // Twice: what is added up in memory, and what is added to a day that is there.
    for (let round = 0; round < 2; round++) {
      await world.db.system((tx) => world.events.publish(tx, huge));
      await world.events.drain();
    }
    const { sum, stores } = await insights.overview(world.id, "7d");
    expect(sum).toMatchObject({ purchases: 240, purchaseAmount: 2.4e16 });
    expect(stores.map(({ amount }) => amount)).toEqual([1.2e16, 1.2e16]);
  });

  test("two relays at once count every event once", async () => {
    await importBills(1, 60);
    await Promise.all([world.events.drain(), world.events.drain(), world.events.drain()]);
    const kept = await stored();
    await insights.rebuild(world.id);
    expect(await stored()).toEqual(kept);
  });
});
