import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemActor } from "#identity";
import { verifyLedger } from "#ledger";
import { createPoints, verifyPoints } from "#points";
import { buildLedger } from "../ledger/testing.ts";
import { starterDefinition } from "../loyalty/testing.ts";
import { type PointsShop, redeem } from "../points/testing.ts";
import { simulate } from "./simulation/simulate.ts";
import { type ActivitiesBench, createActivitiesBench, NOON, type TestShop } from "./testing.ts";
import { verifyActivities } from "./verify.ts";

const DAY = 86_400_000;
let bench: ActivitiesBench;
beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterEach(() => bench.clock.set(new Date(NOON)));
afterAll(() => bench.close());

let codes = 0;
/** A shop with a member of `points` in one lot, some of which are spent. */
const shopWith = async ({ points = 10_000, spent = 3000, expiresAt = NOON + DAY, returns = {} }) => {
  const shop = await bench.shop({ definition: { ...starterDefinition(), returns } });
  const [partyId] = (await shop.register(1)) as [number];
  const ledger = buildLedger(bench, shop.id, { programIds: [shop.programId], at: NOON });
  await ledger.earn(partyId, points, { eventName: "GenericEvent", expiresAt });
  return { shop, partyId, code: await spend(shop, partyId, spent) };
};
const spend = async (shop: TestShop, partyId: number, points: number): Promise<string> => {
  const code = (++codes).toString(36).padStart(6, "q");
  await createPoints({ ...bench.parts, log: bench.log }).move(
    shop.id,
    redeem({ code: () => code } as PointsShop, partyId, points),
  );
  return code;
};
const record = async (shop: TestShop, body: object, customer = "C1") => {
  const recorded = await bench.activities.record(shop.id, await shop.bill(body, { customer }));
  const { warnings } = JSON.parse(recorded.reply) as { warnings: { code: number; message: string }[] };
  return { ...recorded, codes: warnings.map(({ code }) => code), warnings };
};
const paidBy = (...pointsRedemptions: unknown[]) => ({ redemptions: { pointsRedemptions } });
const goBack = (shop: TestShop, number: string, body: object = { returnType: "FULL" }) =>
  record(shop, {
    type: "RETURN",
    billNumber: number,
    billAmount: undefined,
    purchaseTime: "2026-01-20T12:00:00Z",
    billingDate: new Date(bench.clock.now().getTime() + 1000).toISOString(),
    ...body,
  });
const rows = async (text: string, values: unknown[]) => (await bench.superuser.query(text, values)).rows;
const linkOf = async (code: string) => {
  const [row] = await rows(
    "select transaction_id, bill_number, reversed from points.redemptions where code = $1",
    [code],
  );
  return {
    bill: row.transaction_id === null ? null : Number(row.transaction_id),
    number: row.bill_number,
    reversed: Number(row.reversed),
  };
};
/** What the member's lots hold that no bill earned, with their expiry, largest first. */
const lotsOf = async (partyId: number) =>
  (
    await rows(
      "select remaining, expires_at from ledger.lots where party_id = $1 and source <> 'bill_regular' or (party_id = $1 and transaction_id is null) order by event_no",
      [partyId],
    )
  ).map(({ remaining, expires_at }) => [Number(remaining), expires_at?.toISOString().slice(0, 10) ?? null]);
const verifyClean = async () => {
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
  expect(await verifyPoints(bench.db)).toEqual([]);
};

/** A statement of this database that waits for a lock. */
const WAITING =
  "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' limit 1";

describe("a bill that quotes redemptions", () => {
  test("is linked to each, as text or as an object, and the change stays on record", async () => {
    const { shop, partyId, code } = await shopWith({});
    const second = await spend(shop, partyId, 1000);
    const bill = await record(shop, { billNumber: "PAID", ...paidBy(code, { redemptionId: second }, code) });
    expect(bill.codes).toEqual([]);
    for (const quoted of [code, second])
      expect(await linkOf(quoted)).toEqual({ bill: bill.transactionId, number: "PAID", reversed: 0 });
    const changes = await rows(
      "select changed_by, before, after from points.redemption_changes where party_id = $1 order by id",
      [partyId],
    );
    expect(changes).toHaveLength(2);
    expect(changes[0]).toMatchObject({
      changed_by: `bill ${bill.transactionId}`,
      before: { transactionId: null, billNumber: "" },
      after: { transactionId: bill.transactionId, billNumber: "PAID" },
    });
    expect(
      await record(shop, { billNumber: "PAID", ...paidBy(code, { redemptionId: second }, code) }),
    ).toEqual({
      ...bill,
      repeated: true,
    });
    await verifyClean();
  });

  test("is recorded all the same where a redemption is unknown, another's, another bill's or taken back", async () => {
    const { shop, code } = await shopWith({});
    const [otherId] = (await shop.register(1)) as [number];
    const ledger = buildLedger(bench, shop.id, { programIds: [shop.programId], at: NOON });
    await ledger.earn(otherId, 5000, { eventName: "GenericEvent" });
    const others = await spend(shop, otherId, 1000);
    const first = await record(shop, { billNumber: "FIRST", ...paidBy(code) });
    const bill = await record(shop, { billNumber: "SECOND", ...paidBy("nobody", others, code) });
    expect(bill.codes).toEqual([902, 904, 903]);
    expect(bill.warnings[2]!.message).toContain(String(first.transactionId));
    expect((await linkOf(code)).bill).toBe(first.transactionId);
    expect((await linkOf(others)).bill).toBeNull();
    const anonymous = await record(shop, { type: "NOT_INTERESTED", billNumber: "THIRD", ...paidBy(others) });
    expect(anonymous.codes).toEqual([904]);
    await goBack(shop, "FIRST");
    expect((await goBack(shop, "SECOND", { returnType: "FULL", ...paidBy(code) })).codes).toEqual([903]);
    await verifyClean();
  });

  test("of a redemption that was taken back is warned of it", async () => {
    const { shop, code } = await shopWith({});
    await record(shop, { billNumber: "X" });
    await rows("update points.redemptions set bill_number = 'X' where code = $1", [code]);
    await goBack(shop, "X");
    expect((await record(shop, { billNumber: "Y", ...paidBy(code) })).codes).toEqual([3802]);
    expect((await linkOf(code)).bill).toBeNull();
    await verifyClean();
  });

  test("in one batch with another links the redemption once", async () => {
    const { shop, code } = await shopWith({});
    const bills = await Promise.all(
      ["ONE", "TWO"].map((billNumber) => shop.bill({ billNumber, ...paidBy(code) })),
    );
    const outcomes = await bench.activities.recordAll(shop.id, bills);
    const replies = outcomes.map((outcome) => ("ok" in outcome ? JSON.parse(outcome.ok.reply) : null));
    expect(
      replies.map(({ warnings }) => warnings.map(({ code: number }: { code: number }) => number)),
    ).toEqual([[], [903]]);
    expect((await linkOf(code)).number).toBe("ONE");
    await verifyClean();
  });

  test("that is refused links nothing", async () => {
    const { shop, code } = await shopWith({});
    await record(shop, { billNumber: "TAKEN" });
    await expect(record(shop, { billNumber: "TAKEN", billAmount: 7, ...paidBy(code) })).rejects.toMatchObject(
      {
        number: 604,
      },
    );
    expect((await linkOf(code)).bill).toBeNull();
  });

  test("that is only simulated is warned alike and links nothing", async () => {
    const { shop, code } = await shopWith({});
    const told = await simulate(bench.parts, shop.id, await shop.bill(paidBy(code, "nobody")));
    expect(told.reply.warnings.map(({ code: number }) => number)).toEqual([902]);
    expect((await linkOf(code)).bill).toBeNull();
  });

  test.each([
    [{ redemptions: "abc" }, "redemptions must be an object"],
    [{ redemptions: { pointsRedemptions: "abc" } }, "redemptions.pointsRedemptions must be an array"],
    [paidBy(""), "redemptions.pointsRedemptions[0] must be the id of a redemption"],
    [paidBy("abcdef", {}), "redemptions.pointsRedemptions[1] must be the id of a redemption"],
    [paidBy("x".repeat(41)), "redemptions.pointsRedemptions[0] is longer than 40"],
  ])("in another shape is refused by the field: %j", async (body, message) => {
    const shop = await bench.shop();
    await expect(shop.bill(body)).rejects.toThrow(message);
  });
});

describe("the return of a bill whose redemption was linked", () => {
  test("gives the points back into their lot, whole", async () => {
    const { shop, partyId, code } = await shopWith({});
    await record(shop, { billNumber: "PAID", ...paidBy(code) });
    await goBack(shop, "PAID");
    expect((await linkOf(code)).reversed).toBe(3000);
    expect(await lotsOf(partyId)).toEqual([[10_000, "2026-01-21"]]);
    await verifyClean();
  });

  test("gives back its share in part, and the exact rest with the last part", async () => {
    const { shop, code } = await shopWith({ spent: 1000 });
    await record(shop, { billNumber: "PAID", billAmount: 30, ...paidBy(code) });
    await goBack(shop, "PAID", { returnType: "AMOUNT", billAmount: 10 });
    expect((await linkOf(code)).reversed).toBe(333);
    bench.clock.set(new Date(NOON + 5000));
    await goBack(shop, "PAID", { returnType: "AMOUNT", billAmount: 20 });
    expect((await linkOf(code)).reversed).toBe(1000);
    await verifyClean();
  });

  test("by the bill alone: a number given with the points leads nowhere else once they are linked", async () => {
    const { shop, partyId, code } = await shopWith({});
    await rows("update points.redemptions set bill_number = 'SAID' where party_id = $1", [partyId]);
    await record(shop, { billNumber: "SAID" });
    await record(shop, { billNumber: "PAID", ...paidBy(code) });
    await goBack(shop, "SAID");
    expect((await linkOf(code)).reversed).toBe(0);
    await goBack(shop, "PAID");
    expect((await linkOf(code)).reversed).toBe(3000);
    await verifyClean();
  });

  test("after their date gives nothing back where points keep it", async () => {
    const { shop, partyId, code } = await shopWith({});
    await record(shop, { billNumber: "PAID", ...paidBy(code) });
    bench.clock.set(new Date(NOON + 10 * DAY));
    await goBack(shop, "PAID");
    expect((await linkOf(code)).reversed).toBe(3000);
    expect(await lotsOf(partyId)).toEqual([[7000, "2026-01-21"]]);
    const [reversal] = await rows("select returned, expired from points.reversals where party_id = $1", [
      partyId,
    ]);
    expect(reversal).toEqual({ returned: 0, expired: 3000 });
    await verifyClean();
  });

  test("after their date gives new ones where the program renews them", async () => {
    const { shop, partyId, code } = await shopWith({ returns: { redemptionReversal: "renew" } });
    await record(shop, { billNumber: "PAID", billAmount: 30, ...paidBy(code) });
    bench.clock.set(new Date(NOON + 10 * DAY));
    await goBack(shop, "PAID", { returnType: "AMOUNT", billAmount: 10 });
    expect(await lotsOf(partyId)).toEqual([
      [7000, "2026-01-21"],
      [1000, "2027-01-31"],
    ]);
    bench.clock.set(new Date(NOON + 11 * DAY));
    await goBack(shop, "PAID", { returnType: "AMOUNT", billAmount: 20 });
    expect((await lotsOf(partyId)).slice(1)).toEqual([
      [1000, "2027-01-31"],
      [2000, "2027-01-31"],
    ]);
    await verifyClean();
  });

  test("before their date leaves them their date where the program renews others", async () => {
    const { shop, partyId, code } = await shopWith({ returns: { redemptionReversal: "renew" } });
    await record(shop, { billNumber: "PAID", ...paidBy(code) });
    await goBack(shop, "PAID");
    expect(await lotsOf(partyId)).toEqual([[10_000, "2026-01-21"]]);
    await verifyClean();
  });

  test.each([0, 10])("gives new points %d days later where the program reissues them", async (days) => {
    const { shop, partyId, code } = await shopWith({ returns: { reverseRedemption: "reissue" } });
    await record(shop, { billNumber: "PAID", billAmount: 30, ...paidBy(code) });
    bench.clock.set(new Date(NOON + days * DAY));
    await goBack(shop, "PAID", { returnType: "AMOUNT", billAmount: 10 });
    bench.clock.set(new Date(NOON + days * DAY + 5000));
    await goBack(shop, "PAID", { returnType: "AMOUNT", billAmount: 20 });
    expect((await linkOf(code)).reversed).toBe(3000);
    expect(await lotsOf(partyId)).toEqual([
      [7000, "2026-01-21"],
      [1000, "2027-01-31"],
      [2000, "2027-01-31"],
    ]);
    await verifyClean();
  });
});

describe("a bill that quotes what somebody redeemed before being merged into its customer", () => {
  /** C1 with 1,000 points, and C2 who redeemed 3,000 of 10,000 and was merged into C1. */
  const family = async () => {
    const { shop, partyId: survivorId } = await shopWith({ points: 2000, spent: 1000 });
    const [victimId] = (await shop.register(1)) as [number];
    const ledger = buildLedger(bench, shop.id, { programIds: [shop.programId], at: NOON });
    await ledger.earn(victimId, 10_000, { eventName: "GenericEvent", expiresAt: NOON + DAY });
    const code = await spend(shop, victimId, 3000);
    const actor = systemActor(shop.id, "test", shop.tillIds[0]);
    const step = { survivorId, victimId, cause: "console", reason: "same person" } as const;
    const { mergeId } = await bench.customers.merge(actor, step);
    const undo = () => bench.customers.undoMerge(actor, mergeId, "two after all");
    return { shop, survivorId, victimId, code, undo };
  };
  const balanceOf = async (partyId: number) => {
    const [row] = await rows("select balance from ledger.accounts where party_id = $1 and category = 1", [
      partyId,
    ]);
    return Number(row.balance);
  };

  test("is linked to it, and its return gives the points back to the survivor", async () => {
    const { shop, survivorId, victimId, code } = await family();
    const bill = await record(shop, { billNumber: "PAID", billAmount: 40, ...paidBy(code) });
    expect(bill.codes).toEqual([]);
    expect(await linkOf(code)).toEqual({ bill: bill.transactionId, number: "PAID", reversed: 0 });
    await verifyClean();
    const before = await balanceOf(survivorId);
    await goBack(shop, "PAID", { returnType: "AMOUNT", billAmount: 10 });
    // A quarter of 3,000 comes back, and a quarter of the 400 that the bill earned goes.
    expect(await balanceOf(survivorId)).toBe(before + 750 - 100);
    await goBack(shop, "PAID", { returnType: "AMOUNT", billAmount: 30, billingDate: "2026-01-20T12:00:02Z" });
    expect(await balanceOf(survivorId)).toBe(before + 3000 - 400);
    expect(await balanceOf(victimId)).toBe(0);
    await verifyClean();
  });

  const TEA = { itemCode: "TEA", qty: 4, rate: 10, amount: 40 };

  test("gives the points back where its goods go back without naming it", async () => {
    const { shop, survivorId, victimId, code } = await family();
    await record(shop, { billNumber: "OTHER", billAmount: 5 });
    await record(shop, { billNumber: "PAID", billAmount: 40, lineItemsV2: [TEA], ...paidBy(code) });
    const before = await balanceOf(survivorId);
    const back = (second: number, qty: number) =>
      shop.bill(
        {
          type: "RETURN",
          billNumber: `BACK${second}`,
          billAmount: undefined,
          billingDate: new Date(NOON + second * 1000).toISOString(),
          lineItemsV2: [{ ...TEA, qty, amount: qty * 10 }],
        },
        { returnsGoods: true },
      );
    await bench.activities.record(shop.id, await back(1, 1));
    await bench.activities.record(shop.id, await back(2, 3));
    expect((await linkOf(code)).reversed).toBe(3000);
    expect([await balanceOf(survivorId), await balanceOf(victimId)]).toEqual([before + 3000 - 400, 0]);
    await verifyClean();
  });

  test("gives the points back that were linked while its return waited for the lock", async () => {
    const { shop, survivorId, victimId, code } = await family();
    const { transactionId } = await record(shop, { billNumber: "LATE", billAmount: 40 });
    const before = await balanceOf(survivorId);
    await rows("begin", []);
    await rows("select 1 from ledger.parties where party_id = $1 for update", [survivorId]);
    const going = goBack(shop, "LATE");
    while ((await rows(WAITING, [])).length === 0);
    await rows("update points.redemptions set transaction_id = $1, bill_number = 'LATE' where code = $2", [
      transactionId,
      code,
    ]);
    await rows("commit", []);
    await going;
    expect((await linkOf(code)).reversed).toBe(3000);
    expect([await balanceOf(survivorId), await balanceOf(victimId)]).toEqual([before + 3000 - 400, 0]);
    await verifyClean();
  });

  test("keeps the merge from being undone", async () => {
    const { shop, code, undo } = await family();
    await record(shop, { billNumber: "TINY", billAmount: 0.49, ...paidBy(code) });
    await expect(undo()).rejects.toMatchObject({ number: 70_311 });
    await verifyClean();
  });

  test("is warned of it once the merge was undone", async () => {
    const { shop, code, undo } = await family();
    await undo();
    expect((await record(shop, { billNumber: "LATER", ...paidBy(code) })).codes).toEqual([904]);
    expect((await linkOf(code)).bill).toBeNull();
    await verifyClean();
  });

  test("is found by verify where the link leads to somebody else's bill", async () => {
    const { shop, code } = await family();
    const [strangerId] = (await shop.register(1)) as [number];
    const { transactionId } = await record(shop, { billNumber: "THEIRS" }, "C3");
    await bench.superuser.query("update points.redemptions set transaction_id = $1 where code = $2", [
      transactionId,
      code,
    ]);
    expect(strangerId).toBeGreaterThan(0);
    expect(await verifyActivities(bench.db)).toMatchObject([
      { detail: `redemption ${code} is linked to bill ${transactionId}` },
    ]);
    await bench.superuser.query("update points.redemptions set transaction_id = null where code = $1", [
      code,
    ]);
  });
});

describe("points that were spent for a number and never linked", () => {
  const spendFor = async (shop: TestShop, partyId: number, billNumber: string, now: number) => {
    const code = (++codes).toString(36).padStart(6, "q");
    const spending = redeem({ code: () => code } as PointsShop, partyId, 1000, { now }, { billNumber });
    await createPoints({ ...bench.parts, log: bench.log }).move(shop.id, spending);
    return code;
  };

  test("paid the nearest of the bills with it, once", async () => {
    const { shop, partyId } = await shopWith({ points: 20_000, expiresAt: NOON + 90 * DAY });
    await shop.set({ CONF_LOYALTY_BILL_NUMBER_UNIQUE_IN_DAYS: "5" });
    const first = await spendFor(shop, partyId, "AGAIN", NOON);
    await record(shop, { billNumber: "AGAIN", billAmount: 40 });
    bench.clock.set(new Date(NOON + 10 * DAY));
    const second = await spendFor(shop, partyId, "AGAIN", NOON + 10 * DAY);
    await record(shop, { billNumber: "AGAIN", billAmount: 40, billingDate: "2026-01-30T12:00:00Z" });
    await goBack(shop, "AGAIN", { returnType: "FULL", purchaseTime: "2026-01-20T12:00:00Z" });
    expect([(await linkOf(first)).reversed, (await linkOf(second)).reversed]).toEqual([1000, 0]);
    await goBack(shop, "AGAIN", { returnType: "FULL", purchaseTime: "2026-01-30T12:00:00Z" });
    expect([(await linkOf(first)).reversed, (await linkOf(second)).reversed]).toEqual([1000, 1000]);
    await verifyClean();
  });

  test("paid the bill that is nearer than the one that goes back", async () => {
    const { shop, partyId } = await shopWith({ points: 20_000, expiresAt: NOON + 90 * DAY });
    await shop.set({ CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE: "0" });
    const code = await spendFor(shop, partyId, "TWICE", NOON + 90 * 60_000);
    await record(shop, { billNumber: "TWICE", billAmount: 40 });
    await record(shop, { billNumber: "TWICE", billAmount: 40, billingDate: "2026-01-20T14:00:00Z" });
    const backAt = { billingDate: "2026-01-20T15:00:00Z" };
    await goBack(shop, "TWICE", { returnType: "FULL", purchaseTime: "2026-01-20T12:00:00Z", ...backAt });
    expect((await linkOf(code)).reversed).toBe(0);
    await goBack(shop, "TWICE", { returnType: "FULL", purchaseTime: "2026-01-20T14:00:00Z", ...backAt });
    expect((await linkOf(code)).reversed).toBe(1000);
    await verifyClean();
  });

  test("paid no bill of another time, whose number it is no more", async () => {
    const { shop, partyId } = await shopWith({ points: 20_000, expiresAt: NOON + 90 * DAY });
    await shop.set({ CONF_LOYALTY_BILL_NUMBER_UNIQUE_IN_DAYS: "5" });
    await record(shop, { billNumber: "OLD", billAmount: 40 });
    bench.clock.set(new Date(NOON + 10 * DAY));
    const code = await spendFor(shop, partyId, "OLD", NOON + 10 * DAY);
    await goBack(shop, "OLD");
    expect((await linkOf(code)).reversed).toBe(0);
    await verifyClean();
  });
});
