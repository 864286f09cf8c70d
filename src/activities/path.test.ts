import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import type { AppError, Outcome } from "#platform";
import { starterDefinition } from "../loyalty/testing.ts";
import { passBatch } from "./path.ts";
import type { Purchase, Recorded } from "./schema.ts";
import { createActivities } from "./service.ts";
import { type ActivitiesBench, createActivitiesBench, NOON, type TestShop } from "./testing.ts";
import { verifyActivities } from "./verify.ts";

let bench: ActivitiesBench;

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

const rows = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> =>
  (await bench.superuser.query(text, values)).rows as Row[];
const countBills = async (shop: TestShop): Promise<number> =>
  Number(
    (
      await rows<{ n: string }>("select count(*) n from activities.transactions where org_id = $1", [shop.id])
    )[0]!.n,
  );
const balanceOf = async (partyId: number): Promise<number> =>
  Number(
    (
      await rows<{ n: string }>("select sum(balance) n from ledger.accounts where party_id = $1", [partyId])
    )[0]!.n,
  );
const tierOf = async (partyId: number): Promise<number> =>
  (
    await rows<{ n: number }>("select tier_number n from loyalty.memberships where party_id = $1", [partyId])
  )[0]!.n;

const record = (shop: TestShop, purchase: Purchase) => bench.activities.record(shop.id, purchase);
const recordAll = (shop: TestShop, purchases: readonly Purchase[]) =>
  bench.activities.recordAll(shop.id, purchases);
const numberOf = (outcome: Outcome<Recorded>): number =>
  "ok" in outcome ? 0 : ((outcome.error as AppError).number ?? -1);
const verifyClean = async () => {
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
};

const pointsIn = (reply: string): number => {
  const { sideEffects } = JSON.parse(reply) as { sideEffects: { type: string; awardedPoints: number }[] };
  return sideEffects.find(({ type }) => type === "points")?.awardedPoints ?? 0;
};

describe("a batch", () => {
  test("records what it can; each refusal is its item's own", async () => {
    const shop = await bench.shop();
    const [first, second, blocked] = await shop.register(3);
    await bench.superuser.query("update customers.customers set status = 'DELETED' where party_id = $1", [
      blocked,
    ]);
    await record(shop, await shop.bill({ billNumber: "OLD", billAmount: 10 }));
    const outcomes = await recordAll(shop, [
      await shop.bill({ billNumber: "A" }),
      await shop.bill({ billNumber: "OLD", billAmount: 11 }),
      await shop.bill({ billNumber: "B" }, { customer: "nobody" }),
      await shop.bill({ billNumber: "C" }, { customer: "C3" }),
      await shop.bill({ billNumber: "D", type: "NOT_INTERESTED" }),
      await shop.bill({ billNumber: "E" }, { customer: "C2" }),
      await shop.bill({ billNumber: "F" }, { customerKey: null, customerId: 4_000_000_000_000 }),
    ]);
    expect(outcomes.map(numberOf)).toEqual([0, 604, 8015, 3045, 0, 0, 8015]);
    expect(await countBills(shop)).toBe(4);
    expect(await balanceOf(first!)).toBe(1100);
    expect(await balanceOf(second!)).toBe(1000);
    // What was refused left nothing: its number is free again.
    await bench.superuser.query("update customers.customers set status = 'ACTIVE' where party_id = $1", [
      blocked,
    ]);
    const again = await recordAll(shop, [
      await shop.bill({ billNumber: "C" }, { customer: "C3" }),
      await shop.bill({ billNumber: "B" }),
    ]);
    expect(again.map(numberOf)).toEqual([0, 0]);
    await verifyClean();
  });

  test("decides several bills of one customer in order, each on what the one before left", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    const outcomes = await recordAll(shop, [
      await shop.bill({ billAmount: 499 }),
      await shop.bill({ billAmount: 1 }),
      await shop.bill({ billAmount: 100 }),
    ]);
    const replies = outcomes.map((outcome) => ("ok" in outcome ? outcome.ok.reply : ""));
    expect(replies.map(pointsIn)).toEqual([4.99, 0.01, 2]);
    expect(JSON.parse(replies[1]!)).toMatchObject({
      sideEffects: [
        { type: "points" },
        { type: "slab", previousSlabName: "Member", upgradedSlabName: "Silver", upgradedSlabNumber: 2 },
      ],
      customerInfo: { firstName: "Ana", lastName: "Reyes" },
    });
    expect(await balanceOf(party!)).toBe(7000);
    expect(await tierOf(party!)).toBe(2);
    await verifyClean();
  });

  test("goes on item by item when the database fails one of them", async () => {
    const shop = await bench.shop();
    await shop.register(3);
    await bench.superuser.query(
      `alter table activities.transaction_lines add constraint injected check (item_code <> 'BROKEN')`,
    );
    const body = (itemCode: string) => ({ lineItemsV2: [{ itemCode, amount: 100 }] });
    const outcomes = await recordAll(shop, [
      await shop.bill(body("fine")),
      await shop.bill(body("BROKEN"), { customer: "C2" }),
      await shop.bill(body("fine"), { customer: "C3" }),
      await shop.bill({ type: "NOT_INTERESTED" }),
    ]).finally(() =>
      bench.superuser.query("alter table activities.transaction_lines drop constraint injected"),
    );
    expect(outcomes.map((outcome) => "ok" in outcome)).toEqual([true, false, true, true]);
    expect(outcomes[1]).toMatchObject({ error: { code: "23514" } });
    expect(await countBills(shop)).toBe(3);
    await verifyClean();
  });

  test("a single call that fails unexpectedly rejects and leaves the next one alone", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    await bench.superuser.query(
      `alter table activities.transactions add constraint injected check (amount <> 66600)`,
    );
    const broken = await shop.bill({ billNumber: "X", billAmount: 6.66 });
    await expect(
      record(shop, broken).finally(() =>
        bench.superuser.query("alter table activities.transactions drop constraint injected"),
      ),
    ).rejects.toMatchObject({ code: "23514" });
    expect((await record(shop, broken)).repeated).toBe(false);
    await verifyClean();
  });
});

describe("who is not decided like others", () => {
  test("anonymous bills are recorded, each as a party of its own, and earn nothing", async () => {
    const shop = await bench.shop();
    const outcomes = await recordAll(shop, [
      await shop.bill({ type: "NOT_INTERESTED", billNumber: "N1" }),
      await shop.bill({ type: "NOT_INTERESTED", billNumber: "N2", notInterestedReason: "in a hurry" }),
    ]);
    const replies = outcomes.map((outcome) =>
      "ok" in outcome ? (JSON.parse(outcome.ok.reply) as object) : {},
    );
    for (const reply of replies) {
      expect(reply).toMatchObject({ sideEffects: [], errors: [], warnings: [] });
      expect(reply).not.toHaveProperty("customerInfo");
    }
    const found = await rows<{ party_id: string; customer_id: null; points: number; event_no: null }>(
      "select party_id, customer_id, points, event_no from activities.transactions where org_id = $1",
      [shop.id],
    );
    expect(new Set(found.map((row) => row.party_id)).size).toBe(2);
    for (const row of found) expect(row).toMatchObject({ customer_id: null, points: 0, event_no: null });
  });

  test("outliers are stored and neither earn nor count", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    await shop.set({ MARK_BILLS_OUTLIER_STARTING_WITH: "T-" });
    const sent = await record(shop, await shop.bill({ outlierStatus: "FRAUD", billAmount: 5000 }));
    const ruled = await record(shop, await shop.bill({ billNumber: "T-1", billAmount: 5000 }));
    expect([sent, ruled].map(({ reply }) => pointsIn(reply))).toEqual([0, 0]);
    expect(JSON.parse(ruled.reply)).toMatchObject({ warnings: [{ code: 9611 }] });
    expect(await balanceOf(party!)).toBe(0);
    expect(await tierOf(party!)).toBe(1);
    const found = await rows<{ trace: { blocked: string } }>(
      "select trace from activities.transactions where org_id = $1 order by id",
      [shop.id],
    );
    expect(found.map(({ trace }) => trace.blocked)).toEqual([
      "the bill is marked FRAUD",
      "the bill is marked OUTLIER",
    ]);
  });

  test("numbers that the organisation ignores for points are stored without", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    await shop.set({
      BILL_NUMBER_WISE_IGNORE_POINTS: "1",
      IGNORE_POINTS_FOR_BILL_NUMBER_STARTS_WITH: "FREE",
    });
    await record(shop, await shop.bill({ billNumber: "FREE-1" }));
    await record(shop, await shop.bill({ billNumber: "PAID-1" }));
    expect(await balanceOf(party!)).toBe(1000);
  });

  test("customers outside loyalty have bills and no points", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    await bench.superuser.query(
      "update customers.customers set loyalty_type = 'non_loyalty' where party_id = $1",
      [party],
    );
    const { reply } = await record(shop, await shop.bill());
    expect(pointsIn(reply)).toBe(0);
    expect(await balanceOf(party!)).toBe(0);
    await verifyClean();
  });

  test("use_async leaves the side effects out and decides all the same", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    const { reply } = await record(shop, await shop.bill({}, { wantsSideEffects: false }));
    expect(JSON.parse(reply)).toMatchObject({ sideEffects: [] });
    expect(await balanceOf(party!)).toBe(1000);
  });

  test("lifetime purchases that would leave the exact range are refused, nobody else is disturbed", async () => {
    const shop = await bench.shop();
    const [rich, other] = await shop.register(2);
    await bench.superuser.query(
      "update loyalty.memberships set lifetime_purchases = $2 where party_id = $1",
      [rich, Number.MAX_SAFE_INTEGER - 10],
    );
    const outcomes = await recordAll(shop, [await shop.bill(), await shop.bill({}, { customer: "C2" })]);
    expect(outcomes.map(numberOf)).toEqual([601, 0]);
    expect(await balanceOf(other!)).toBe(1000);
    await bench.superuser.query("update loyalty.memberships set lifetime_purchases = 0 where party_id = $1", [
      rich,
    ]);
  });

  test.each([
    ["points issued", "issued", "redeemed"],
    ["a balance", "balance", "adjusted"],
  ])("%s that would leave the exact range: the bill is refused", async (_, column, other) => {
    const shop = await bench.shop();
    const [rich, poor] = await shop.register(2);
    const hold = (points: number) =>
      bench.superuser.query(
        `update ledger.accounts set ${column} = $2, ${other} = $2 where party_id = $1 and category = 1`,
        [rich, points],
      );
    await hold(Number.MAX_SAFE_INTEGER - 10);
    const sent = await shop.bill({ billNumber: "RICH" }, { requestKey: `${shop.id}:rich` });
    const outcomes = await recordAll(shop, [sent, await shop.bill({}, { customer: "C2" })]);
    expect(outcomes.map(numberOf)).toEqual([601, 0]);
    expect(outcomes[0]).toMatchObject({ error: { details: { field: "billAmount", value: 100 } } });
    await expect(record(shop, sent)).rejects.toMatchObject({ code: "activities.amount_out_of_range" });
    expect(await balanceOf(poor!)).toBe(1000);
    const standing = await rows<{ transaction_count: string }>(
      "select transaction_count from loyalty.memberships where party_id = $1",
      [rich],
    );
    expect(Number(standing[0]!.transaction_count)).toBe(0);
    // Neither its number nor its request key is taken.
    await hold(0);
    expect((await record(shop, sent)).repeated).toBe(false);
    expect(await balanceOf(rich!)).toBe(1000);
    await verifyClean();
  });
});

describe("late bills", () => {
  test("are decided by the tier held on their date", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    await record(shop, await shop.bill({ billAmount: 600, billingDate: "2026-01-10T12:00:00Z" }));
    expect(await tierOf(party!)).toBe(2);
    const late = await record(
      shop,
      await shop.bill({ billAmount: 100, billingDate: "2026-01-05T12:00:00Z" }),
    );
    const after = await record(
      shop,
      await shop.bill({ billAmount: 100, billingDate: "2026-01-11T12:00:00Z" }),
    );
    expect(pointsIn(late.reply)).toBe(1);
    expect(pointsIn(after.reply)).toBe(2);
    // Decided later, booked later: ledger time does not run backwards.
    const booked = await rows<{ booked_at: Date }>(
      "select booked_at from ledger.entries where party_id = $1 order by event_no, line_no",
      [party],
    );
    const times = booked.map((row) => row.booked_at.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    await verifyClean();
  });

  test("of before the member existed are decided by the first tier, and booked when the ledger began", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    const old = await record(shop, await shop.bill({ billingDate: "2010-05-01T12:00:00Z" }));
    expect(pointsIn(old.reply)).toBe(1);
    const [bill] = await rows<{ billed_at: Date }>(
      "select billed_at from activities.transactions where party_id = $1",
      [party],
    );
    expect(bill!.billed_at).toEqual(new Date("2010-05-01T12:00:00Z"));
    const booked = await rows<{ booked_at: Date; balance_after: string }>(
      "select booked_at, balance_after from ledger.entries where party_id = $1 order by event_no, line_no",
      [party],
    );
    const times = booked.map((row) => row.booked_at.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Number(booked.at(-1)!.balance_after)).toBe(1000);
    await verifyClean();
  });

  test("are decided by the version in force on their date", async () => {
    const shop = await bench.shop();
    await shop.register(1);
    const author = { orgId: shop.id, name: "test" };
    const doubled = starterDefinition();
    const rule = doubled.activities.TransactionAdd[0]!.rules[0]!;
    const definition = {
      ...doubled,
      activities: {
        TransactionAdd: [
          {
            ...doubled.activities.TransactionAdd[0]!,
            rules: [{ ...rule, award: { ...rule.award, perTier: { "1": 10, "2": 10, "3": 10 } } }],
          },
        ],
      },
    };
    await bench.loyalty.saveDraft(author, shop.programId, definition);
    await bench.loyalty.publish(author, shop.programId);
    const before = await record(shop, await shop.bill({ billingDate: "2026-01-20T11:59:59Z" }));
    const since = await record(shop, await shop.bill({ billingDate: "2026-01-20T12:00:00Z" }));
    expect([before, since].map(({ reply }) => pointsIn(reply))).toEqual([1, 10]);
    const traces = await rows<{ trace: { version: number } }>(
      "select trace from activities.transactions where org_id = $1 order by billed_at",
      [shop.id],
    );
    expect(traces.map(({ trace }) => trace.version)).toEqual([1, 2]);
  });

  test("a history is decided and booked as of its own dates", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    const context = { asOfBill: true };
    await recordAll(shop, [
      await shop.bill({ billAmount: 600, billingDate: "2025-03-01T10:00:00Z" }, context),
      await shop.bill({ billAmount: 100, billingDate: "2025-03-02T10:00:00Z" }, context),
    ]);
    const booked = await rows<{ booked_at: Date; recorded_at: Date }>(
      "select booked_at, recorded_at from ledger.entries where party_id = $1 and contra = 'issued' order by event_no",
      [party],
    );
    expect(booked.map((row) => row.booked_at.toISOString())).toEqual([
      "2025-03-01T10:00:00.000Z",
      "2025-03-02T10:00:00.000Z",
    ]);
    for (const row of booked) expect(row.recorded_at.getTime()).toBe(NOON);
    const tier = await rows<{ changed_at: Date }>(
      "select changed_at from loyalty.tier_changes where party_id = $1 and to_tier = 2",
      [party],
    );
    expect(tier[0]!.changed_at.toISOString()).toBe("2025-03-01T10:00:00.000Z");
    await verifyClean();
  });
});

describe("many at once", () => {
  test("sixty-four members in random order from eight batches at a time neither wait for each other nor lose points", async () => {
    const shop = await bench.shop();
    const members = await shop.register(64);
    const others = Array.from({ length: 8 }, () => createActivities({ ...bench.parts, log: bench.log }));
    let seed = 7;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    const batches = await Promise.all(
      others.map(async (_, batch) => {
        const order = members.map((__, index) => ({ index, key: random() })).sort((a, b) => a.key - b.key);
        return Promise.all(
          order.map(({ index }) =>
            shop.bill({ billNumber: `P${batch}-${index}`, billAmount: 1 }, { customer: `C${index + 1}` }),
          ),
        );
      }),
    );
    const before = await rows<{ n: string }>(
      "select deadlocks n from pg_stat_database where datname = current_database()",
      [],
    );
    const done = await Promise.all(
      others.map((activities, index) => activities.recordAll(shop.id, batches[index]!)),
    );
    expect(done.flat().every((outcome) => "ok" in outcome)).toBe(true);
    const after = await rows<{ n: string }>(
      "select deadlocks n from pg_stat_database where datname = current_database()",
      [],
    );
    expect(after[0]!.n).toBe(before[0]!.n);
    const sums = await rows<{ balance: string; bills: string }>(
      `select (select sum(balance) from ledger.accounts where org_id = $1) balance,
              (select count(*) from activities.transactions where org_id = $1) bills`,
      [shop.id],
    );
    expect(sums[0]).toEqual({ balance: String(64 * 8 * 10), bills: 64 * 8 });
    await verifyClean();
  });

  test("single calls in flight form batches and each gets its own answer", async () => {
    const shop = await bench.shop();
    const members = await shop.register(10);
    const purchases = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        shop.bill(
          { billNumber: `S${index}`, billAmount: 10 },
          { customer: index % 20 === 7 ? "nobody" : `C${1 + (index % 10)}` },
        ),
      ),
    );
    const settled = await Promise.allSettled(purchases.map((purchase) => record(shop, purchase)));
    settled.forEach((result, index) => {
      expect(result.status).toBe(index % 20 === 7 ? "rejected" : "fulfilled");
    });
    expect(await countBills(shop)).toBe(190);
    const ids = settled.flatMap((result) =>
      result.status === "fulfilled" ? [result.value.transactionId] : [],
    );
    expect(new Set(ids).size).toBe(190);
    expect(members).toHaveLength(10);
    await verifyClean();
  });

  test("a whole batch passes the path at once", async () => {
    const shop = await bench.shop();
    await shop.register(2);
    const purchases = [await shop.bill(), await shop.bill({}, { customer: "C2" })];
    const outcomes = await passBatch(bench.parts, shop.id, purchases);
    expect(outcomes.map(numberOf)).toEqual([0, 0]);
  });
});
