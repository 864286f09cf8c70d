import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { verifyCustomers } from "#customers";
import { type Posting, verifyLedger } from "#ledger";
import { loadMemberships } from "#loyalty";
import { createPoints, transferKind } from "#points";
import { buildLedger } from "../ledger/testing.ts";
import { commandOf, hold, type PointsShop, redeem, reverse } from "../points/testing.ts";
import { mergingCalls } from "./testing/merging.ts";
import { type ActivitiesBench, createActivitiesBench, NOON, type TestShop } from "./testing.ts";
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

const { actor, read, record, ...calls } = mergingCalls(
  () => bench,
  () => shop,
);
const merge = (into = survivorId, victim = victimId) => calls.merge(into, victim);
const undo = (mergeId: number) => bench.customers.undoMerge(actor(), mergeId, "two after all");

/** Points that no bill earned. */
const earn = (partyId: number, amount: number, options: object = {}) =>
  ledger.earn(partyId, amount, { eventName: "ManualPointsAdjustment", ...options });
const isClean = async () => {
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
  expect(await verifyCustomers(bench.db)).toEqual([]);
};
/** Takes points that the party does not have, as a return of spent points does. */
const owe = async (partyId: number, amount: number) => {
  const posting: Posting = {
    programId: shop.programId,
    currencyId: 0,
    category: 1,
    contra: "returned",
    amount: -amount,
    overdraws: true,
  };
  await ledger.post([{ partyId, eventName: "ReturnBill", postings: [posting] }]);
};

describe("a merge", () => {
  test("moves every lot with its terms, and the victim keeps a ledger that ends in its debit", async () => {
    await earn(survivorId, 5000, { expiresAt: Date.parse("2026-06-30T22:59:59Z") });
    await earn(victimId, 7000, { expiresAt: Date.parse("2026-03-31T22:59:59Z") });
    await earn(victimId, 2000);
    await earn(victimId, 900, { category: 2 });
    await merge();
    expect(await read(victimId)).toMatchObject({ balance: 0, lots: [], membership: undefined });
    const { balance, lots } = await read(survivorId);
    expect(balance).toBe(14_000);
    expect(lots).toEqual(
      expect.arrayContaining([
        [5000, "2026-06-30"],
        [7000, "2026-03-31"],
        [2000, null],
        [900, null],
      ]),
    );
    await isClean();
  });

  test("lets the survivor earn on bills that name the victim, and counts both", async () => {
    await record("C1", { billAmount: 100 });
    await record("C2", { billAmount: 50, billingDate: "2026-01-19T12:00:00Z" });
    await record("C2", { billAmount: 30 });
    const before = [await read(survivorId), await read(victimId)];
    await merge();
    await record("C2", { billAmount: 10 });
    const { balance, membership } = await read(survivorId);
    expect(balance).toBeGreaterThan(before[0]!.balance + before[1]!.balance);
    expect(membership).toMatchObject({ lifetimePurchases: 1_900_000, transactionCount: 4, visitCount: 2 });
    await isClean();
  });

  test("takes over what the victim owes, from the survivor's lots and beyond them", async () => {
    await earn(survivorId, 3000);
    await owe(victimId, 5000);
    await merge();
    expect(await read(victimId)).toMatchObject({ balance: 0, debt: 0 });
    expect(await read(survivorId)).toMatchObject({ balance: -2000, debt: 2000, lots: [] });
    await isClean();
  });

  test("into an account that could not be counted any more is refused, and nothing of it stays", async () => {
    const most = Number.MAX_SAFE_INTEGER;
    await earn(survivorId, most - 500);
    await earn(victimId, 1_000);
    await expect(merge()).rejects.toMatchObject({ number: 70_110 });
    expect([(await read(survivorId)).balance, (await read(victimId)).balance]).toEqual([most - 500, 1_000]);
    // What all parties hold together is summed by the verification.
    await ledger.debit(survivorId, most - 500);
    await isClean();
  });

  test("pays what the survivor owes", async () => {
    await owe(survivorId, 1000);
    await earn(victimId, 4000);
    await merge();
    expect(await read(survivorId)).toMatchObject({ balance: 3000, debt: 0, lots: [[3000, null]] });
    await isClean();
  });

  test("keeps the higher tier, with a line in the history", async () => {
    await record("C2", { billAmount: 100_000 });
    const { membership } = await read(victimId);
    expect(membership!.tierNumber).toBeGreaterThan(1);
    await merge();
    expect((await read(survivorId)).membership!.tierNumber).toBe(membership!.tierNumber);
    const changes = await bench.loyalty.listChanges(shop.id, survivorId);
    expect(changes[0]).toMatchObject({ reason: "merge", to: { number: membership!.tierNumber } });
  });

  test("of the same two again answers the one there is; a victim is no survivor and no victim of others", async () => {
    const first = await merge();
    expect(await merge()).toEqual({ ...first, repeated: true });
    await expect(merge(victimId, survivorId)).rejects.toMatchObject({ number: 8067 });
    await expect(merge(thirdId, victimId)).rejects.toMatchObject({ number: 8066 });
    await expect(merge(survivorId, survivorId)).rejects.toMatchObject({ number: 8067 });
    await isClean();
  });

  test("of a survivor takes along those who were merged into it", async () => {
    await earn(victimId, 1000);
    await merge();
    const second = await merge(thirdId, survivorId);
    expect(await bench.customers.lookup(shop.id, { name: "id", value: String(victimId) })).toBe(thirdId);
    expect((await read(thirdId)).balance).toBe(1000);
    await undo(second.mergeId);
    expect(await bench.customers.lookup(shop.id, { name: "id", value: String(victimId) })).toBe(survivorId);
    await isClean();
  });
});

describe("an undo", () => {
  test("gives both what they had", async () => {
    await record("C1", { billAmount: 40 });
    await record("C2", { billAmount: 100_000 });
    await earn(victimId, 2000);
    const before = [await read(survivorId), await read(victimId)];
    const { mergeId } = await merge();
    await undo(mergeId);
    const after = [await read(survivorId), await read(victimId)];
    for (const index of [0, 1]) {
      expect(after[index]).toMatchObject({
        balance: before[index]!.balance,
        debt: before[index]!.debt,
        lots: before[index]!.lots,
      });
      const { changeNo, tierSince, tierRenewedAt, ...membership } = before[index]!.membership!;
      expect(after[index]!.membership).toMatchObject(membership);
    }
    expect(await bench.customers.lookup(shop.id, { name: "externalId", value: "C2" })).toBe(victimId);
    await record("C2", { billAmount: 10 });
    expect(await undo(mergeId)).toMatchObject({ repeated: true });
    await isClean();
  });

  test.each([
    [3000, 0, 0, 5000],
    [0, 2000, 4000, 0],
    [0, 5000, 4000, 0],
    [0, 1000, 0, 2000],
  ])("of %d owned and %d owed with %d owned and %d owed is exact", async (own, owed, other, otherOwed) => {
    if (own > 0) await earn(survivorId, own);
    if (owed > 0) await owe(survivorId, owed);
    if (other > 0) await earn(victimId, other);
    if (otherOwed > 0) await owe(victimId, otherOwed);
    const before = [await read(survivorId), await read(victimId)];
    const { mergeId } = await merge();
    await isClean();
    await undo(mergeId);
    expect([await read(survivorId), await read(victimId)]).toEqual(before);
    await isClean();
  });

  test("is refused once either side moved, and when the survivor was merged again", async () => {
    await earn(victimId, 1000);
    const moved = await merge();
    await ledger.debit(survivorId, 400);
    await expect(undo(moved.mergeId)).rejects.toMatchObject({ number: 70_311, http: 409 });
    await merge(thirdId, survivorId);
    await expect(undo(moved.mergeId)).rejects.toMatchObject({ number: 70_311, http: 409 });
    await expect(undo(999_999)).rejects.toMatchObject({ number: 70_310, http: 404 });
    await isClean();
  });
});

describe("points of one who was merged", () => {
  let codes = 0;
  const code = () => (++codes).toString(36).padStart(6, "0");
  const points = () => createPoints({ ...bench.parts, log: bench.log });
  const spend = async (partyId: number, amount: number) => {
    const { reply } = await points().move(shop.id, redeem({ code } as PointsShop, partyId, amount));
    return (JSON.parse(reply) as { code: string }).code;
  };
  const takeBack = (partyId: number, redemption: string, amount: number | null = null) =>
    points().move(shop.id, reverse({ code } as PointsShop, partyId, redemption, amount));

  test("come to the survivor when a redemption is taken back", async () => {
    await earn(victimId, 5000, { expiresAt: Date.parse("2026-06-30T22:59:59Z") });
    const redemption = await spend(victimId, 3000);
    const { mergeId } = await merge();
    expect((await read(survivorId)).balance).toBe(2000);
    const { reply } = await takeBack(survivorId, redemption, 1000);
    expect(JSON.parse(reply)).toMatchObject({ customerId: survivorId, returned: 1000, balance: 3000 });
    await takeBack(victimId, redemption);
    expect(await read(survivorId)).toMatchObject({ balance: 5000 });
    expect(await read(victimId)).toMatchObject({ balance: 0, lots: [] });
    await expect(takeBack(thirdId, redemption)).rejects.toMatchObject({ code: "points.other_customer" });
    await expect(undo(mergeId)).rejects.toMatchObject({ number: 70_311 });
    await isClean();
  });

  test("are spent as the survivor's, also while the merge is under way", async () => {
    await earn(survivorId, 1000);
    await earn(victimId, 20_000);
    const all = points();
    const spending = Array.from({ length: 10 }, () =>
      all.move(shop.id, redeem({ code } as PointsShop, victimId, 1000)),
    );
    await Promise.all([...spending, merge()]);
    expect((await read(survivorId)).balance).toBe(11_000);
    expect((await read(victimId)).balance).toBe(0);
    await isClean();
  });

  test("are released when they were held", async () => {
    await earn(victimId, 5000);
    const all = points();
    await all.move(shop.id, hold(victimId, 4000));
    const preview = await bench.customers.previewMerge(actor(), survivorId, victimId);
    expect(preview.releasedHolds).toBe(4);
    const { mergeId } = await merge();
    expect(await spend(survivorId, 5000)).toHaveLength(6);
    await expect(undo(mergeId)).rejects.toMatchObject({ number: 70_311 });
    await isClean();
  });

  test("that are held by the survivor keep the merge from being undone", async () => {
    await earn(victimId, 5000);
    const { mergeId } = await merge();
    await points().move(shop.id, hold(survivorId, 1000));
    await expect(undo(mergeId)).rejects.toMatchObject({ number: 70_311 });
    await isClean();
  });
});

describe("what the simulation found, seed 20261129", () => {
  const day = 86_400_000;

  test("step 1097: a hold past its time does not keep a merge from being undone", async () => {
    await earn(survivorId, 5000);
    const all = createPoints({ ...bench.parts, log: bench.log });
    await all.move(shop.id, hold(survivorId, 1000, 600, { now: NOON - 2 * day }));
    const { mergeId } = await merge();
    expect((await bench.customers.mergesOf(shop.id, survivorId))[0]).toMatchObject({ canUndo: true });
    expect(await undo(mergeId)).toMatchObject({ repeated: false });
    await isClean();
  });

  test.each([
    ["pays what is still owed", 0, { balance: 0, debt: 0 }],
    ["comes to the lots that paid since", 7000, { balance: 7000, debt: 0, lots: [[7000, null]] }],
  ])("step 4658: a redemption whose points the survivor came to owe %s", async (_, since, expected) => {
    await record("C2", { billNumber: "OWED", billAmount: 600 });
    const all = createPoints({ ...bench.parts, log: bench.log });
    const spent = { code: () => `o${String(since).padStart(4, "0")}${shop.id % 10}` } as PointsShop;
    const { reply } = await all.move(shop.id, redeem(spent, victimId, 6000));
    await record("C2", {
      type: "RETURN",
      returnType: "FULL",
      billNumber: "OWED",
      billAmount: undefined,
      purchaseTime: "2026-01-20T12:00:00Z",
      billingDate: "2026-01-20T13:00:00Z",
    });
    expect(await read(victimId)).toMatchObject({ balance: -6000, debt: 6000 });
    await merge();
    if (since > 0) await earn(survivorId, since);
    const { code } = JSON.parse(reply) as { code: string };
    const back = { code: () => `b${String(since).padStart(4, "0")}${shop.id % 10}` } as PointsShop;
    const reversed = await all.move(shop.id, reverse(back, survivorId, code));
    expect(JSON.parse(reversed.reply)).toMatchObject({ returned: 6000, expired: 0, balance: since });
    expect(await read(survivorId)).toMatchObject(expected);
    expect(await read(victimId)).toMatchObject({ balance: 0, debt: 0, lots: [] });
    await isClean();
  });

  test("step 14448: a bill's own points go back first, however many merges they came through", async () => {
    await record("C2", { billNumber: "CHAIN", billAmount: 600 });
    await earn(thirdId, 3000, { expiresAt: NOON + 5 * day });
    await merge();
    await merge(thirdId, survivorId);
    await record("C3", {
      type: "RETURN",
      returnType: "FULL",
      billNumber: "CHAIN",
      billAmount: undefined,
      purchaseTime: "2026-01-20T12:00:00Z",
      billingDate: "2026-01-20T13:00:00Z",
    });
    expect(await read(thirdId)).toMatchObject({ balance: 3000, lots: [[3000, "2026-01-25"]] });
    await isClean();
  });

  test("step 37184: a transfer means whom it names, also where another movement of the batch names the same", async () => {
    await earn(survivorId, 5000);
    await earn(thirdId, 5000);
    await merge();
    const all = createPoints({ ...bench.parts, log: bench.log });
    const [held, passed] = await all.moveAll(shop.id, [
      hold(victimId, 1000),
      commandOf(transferKind, [thirdId, victimId], { programId: null, points: 1000, notes: "" }),
    ]);
    expect(held).toMatchObject({ ok: {} });
    expect(passed).toMatchObject({ error: { number: 419 } });
    await isClean();
  });

  test("step 404063: a debt that was paid by points of an earlier merge does not keep the later one from being undone", async () => {
    await earn(thirdId, 3000, { expiresAt: NOON + 90 * day });
    await merge(survivorId, thirdId);
    await owe(victimId, 2000);
    const { mergeId } = await merge();
    expect(await read(survivorId)).toMatchObject({ balance: 1000 });
    expect(await undo(mergeId)).toMatchObject({ repeated: false });
    expect(await read(survivorId)).toMatchObject({ balance: 3000, debt: 0 });
    expect(await read(victimId)).toMatchObject({ balance: -2000, debt: 2000 });
    await isClean();
  });
});

describe("a return of a bill from before the merge", () => {
  const goBack = (customer: string, number: string, body: object = {}) =>
    record(customer, {
      type: "RETURN",
      returnType: "FULL",
      billNumber: number,
      billAmount: undefined,
      purchaseTime: "2026-01-20T12:00:00Z",
      billingDate: "2026-01-20T13:00:00Z",
      ...body,
    });
  const left = async () => {
    const { balance, debt, membership } = await read(survivorId);
    return { balance, debt, purchases: membership!.lifetimePurchases, bills: membership!.transactionCount };
  };

  test.each(["C1", "C2"])("takes its points back from the survivor, asked for as %s", async (customer) => {
    await record("C1", { billAmount: 200 });
    await record("C2", { billNumber: `OLD-${customer}`, billAmount: 600 });
    await merge();
    const first = await goBack(customer, `OLD-${customer}`);
    expect(await goBack(customer, `OLD-${customer}`)).toEqual({ ...first, repeated: true });
    expect(await left()).toEqual({ balance: 2000, debt: 0, purchases: 2_000_000, bills: 1 });
    expect(await read(victimId)).toMatchObject({ balance: 0, debt: 0, lots: [] });
    await isClean();
  });

  test("takes the bill's own points first, then others, and owes what nothing covers", async () => {
    await record("C2", { billNumber: "PART", billAmount: 600 });
    const all = createPoints({ ...bench.parts, log: bench.log });
    const spent = { code: () => `part0${shop.id % 10}` } as PointsShop;
    await all.move(shop.id, redeem(spent, victimId, 4000));
    await earn(survivorId, 3000, { expiresAt: NOON + 5 * 86_400_000 });
    await merge();
    await goBack("C1", "PART");
    // 2,000 were left of it and are gone; 4,000 that were spent come from the 3,000, and 1,000 are owed.
    expect(await left()).toMatchObject({ balance: -1000, debt: 1000 });
    await isClean();
  });

  test("in part leaves the rest of its points, and others whole", async () => {
    await record("C2", { billNumber: "HALF", billAmount: 600 });
    await earn(survivorId, 3000, { expiresAt: NOON + 5 * 86_400_000 });
    await merge();
    await goBack("C2", "HALF", { returnType: "AMOUNT", billAmount: 300 });
    expect(await left()).toMatchObject({ balance: 6000, debt: 0 });
    const { lots } = await read(survivorId);
    expect(lots.map(([remaining]) => remaining).sort()).toEqual([3000, 3000]);
    await isClean();
  });

  test("that earned nothing keeps the merge from being undone as well: the purchases moved", async () => {
    await record("C1", { billAmount: 40 });
    await record("C2", { billNumber: "SMALL", billAmount: 0.49 });
    const { mergeId } = await merge();
    await goBack("C1", "SMALL");
    expect(await left()).toMatchObject({ purchases: 400_000, bills: 1 });
    await expect(undo(mergeId)).rejects.toMatchObject({ number: 70_311 });
    const [shown] = await bench.db.transaction(shop.id, (tx) => loadMemberships(tx, shop.id, [survivorId]));
    expect(shown).toMatchObject({ lifetimePurchases: 400_000, transactionCount: 1 });
    await isClean();
  });

  test("from before the merge leaves the undo possible", async () => {
    await record("C2", { billNumber: "EARLY", billAmount: 0.49 });
    await goBack("C2", "EARLY");
    const { mergeId } = await merge();
    await undo(mergeId);
    expect((await read(victimId)).membership).toMatchObject({ lifetimePurchases: 0, transactionCount: 0 });
    await isClean();
  });

  test("is refused to others", async () => {
    await record("C2", { billNumber: "MINE", billAmount: 600 });
    await merge();
    await expect(goBack("C3", "MINE")).rejects.toMatchObject({ number: 668 });
  });
});
