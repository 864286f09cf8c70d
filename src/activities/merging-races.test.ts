import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { verifyCustomers } from "#customers";
import { verifyLedger } from "#ledger";
import { createPoints } from "#points";
import { buildLedger } from "../ledger/testing.ts";
import { type PointsShop, redeem, reverse } from "../points/testing.ts";
import { mergingCalls } from "./testing/merging.ts";
import { type ActivitiesBench, createActivitiesBench, NOON, type TestShop } from "./testing.ts";
import { parseChange } from "./updates/parse.ts";
import { type UpdatedBill, updateBill } from "./updates/service.ts";
import { verifyActivities } from "./verify.ts";

let bench: ActivitiesBench;
let shop: TestShop;
let ledger: ReturnType<typeof buildLedger>;
/** C1 survives, C2 is the victim. */
let survivorId: number;
let victimId: number;
let thirdId: number;

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  shop = await bench.shop();
  [survivorId, victimId, thirdId] = (await shop.register(3)) as [number, number, number];
  ledger = buildLedger(bench, shop.id, { programIds: [shop.programId], at: NOON });
});

const { actor, read, billOf, record, ...calls } = mergingCalls(
  () => bench,
  () => shop,
);
const merge = (into = survivorId, victim = victimId) => calls.merge(into, victim);

/** Points that no bill earned. */
const earn = (partyId: number, amount: number, options: object = {}) =>
  ledger.earn(partyId, amount, { eventName: "ManualPointsAdjustment", ...options });
/** Resolves when so many statements of this database wait for a lock. */
const waiting = async (count: number): Promise<void> => {
  for (;;) {
    const { rows } = await bench.superuser.query(
      "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows[0].count >= count) return;
  }
};
const isClean = async () => {
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
  expect(await verifyCustomers(bench.db)).toEqual([]);
};

describe("at the same time", () => {
  test("bills of both sides in flight land on the survivor, none is lost", async () => {
    const bills = await Promise.all(
      Array.from({ length: 40 }, (_, index) => billOf(index % 2 === 0 ? "C1" : "C2", { billAmount: 10 })),
    );
    const done = bills.map((bill) => bench.activities.record(shop.id, bill));
    done.splice(15, 0, merge() as never);
    await Promise.all(done);
    const { membership } = await read(survivorId);
    expect(membership).toMatchObject({ transactionCount: 40, lifetimePurchases: 4_000_000 });
    expect((await read(victimId)).balance).toBe(0);
    await isClean();
  });

  test("a bill that found the victim and waits while the merge goes first finds the survivor", async () => {
    await bench.superuser.query("begin");
    await bench.superuser.query("select 1 from ledger.parties where party_id = $1 for update", [victimId]);
    const merging = merge();
    await waiting(1);
    const bill = record("C2", { billAmount: 600 });
    await waiting(2);
    await bench.superuser.query("rollback");
    await merging;
    const { transactionId } = await bill;
    const { rows } = await bench.superuser.query(
      "select party_id from activities.transactions where id = $1",
      [transactionId],
    );
    expect(Number(rows[0].party_id)).toBe(survivorId);
    expect(await read(survivorId)).toMatchObject({ balance: 6000, membership: { transactionCount: 1 } });
    await isClean();
  });

  /** Begins something while a merge is under way, so that it looks before the merge commits and is locked after it. */
  const whileMerging = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await bench.superuser.query("begin");
    await bench.superuser.query("select 1 from ledger.parties where party_id = $1 for update", [victimId]);
    const merging = merge();
    await waiting(1);
    const result = work();
    await waiting(2);
    await bench.superuser.query("rollback");
    await merging;
    return result;
  };

  test.each(["victim", "survivor"])(
    "an update of a bill that waits while the merge goes first is about the survivor's, asked for as the %s",
    async (asked) => {
      const { transactionId } = await record("C2", { billAmount: 600 });
      const change = parseChange({ id: transactionId, note: "late" }, await shop.picture());
      const told: UpdatedBill[] = [];
      const { bill } = await whileMerging(() =>
        updateBill(
          { ...bench.parts, onUpdated: async (_tx, _actor, updated) => void told.push(updated) },
          actor(),
          asked === "victim" ? victimId : survivorId,
          change,
        ),
      );
      expect(bill.id).toBe(transactionId);
      expect(told.map(({ partyIds }) => partyIds)).toEqual([[survivorId, victimId]]);
      await isClean();
    },
  );

  test("points of the victim that are taken back meanwhile come to the survivor", async () => {
    await earn(victimId, 5000);
    const all = createPoints({ ...bench.parts, log: bench.log });
    const code = `same${shop.id % 100}`.padEnd(6, "x");
    await all.move(shop.id, redeem({ code: () => code } as PointsShop, victimId, 3000));
    const back = reverse({ code: () => code.toUpperCase() } as PointsShop, survivorId, code, null);
    await whileMerging(() => all.move(shop.id, back));
    expect((await read(survivorId)).balance).toBe(5000);
    expect((await read(victimId)).balance).toBe(0);
    await isClean();
  });

  test("two merges that cross make one customer", async () => {
    await earn(survivorId, 1000);
    await earn(victimId, 2000);
    const outcomes = await Promise.allSettled([merge(survivorId, victimId), merge(victimId, survivorId)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const balances = [(await read(survivorId)).balance, (await read(victimId)).balance];
    expect(balances.sort((a, b) => a - b)).toEqual([0, 3000]);
    await isClean();
  });

  test("merges in a ring end with one customer for every two that were joined", async () => {
    const outcomes = await Promise.allSettled([
      merge(survivorId, victimId),
      merge(victimId, thirdId),
      merge(thirdId, survivorId),
      merge(survivorId, victimId),
    ]);
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
    await isClean();
  });
});
