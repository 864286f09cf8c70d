import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import type { AppError, Outcome } from "#platform";
import { createPoints, movement, type RedeemInput, redeemKind } from "#points";
import { passBatch } from "../path.ts";
import type { Purchase, Recorded } from "../schema.ts";
import { type ActivitiesBench, createActivitiesBench, type TestShop } from "../testing.ts";
import { verifyActivities } from "../verify.ts";
import { findBillsWithGoods } from "./store.ts";

let bench: ActivitiesBench;
beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

const rows = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> =>
  (await bench.superuser.query(text, values)).rows as Row[];
const accountOf = async (partyId: number) => {
  const [row] = await rows<Record<string, string>>(
    "select balance, issued, returned, expired, debt from ledger.accounts where party_id = $1 and category = 1",
    [partyId],
  );
  return Object.fromEntries(Object.entries(row!).map(([name, value]) => [name, Number(value)]));
};
const memberOf = async (partyId: number) => {
  const [row] = await rows<Record<string, string>>(
    "select lifetime_purchases as lifetime, transaction_count as count, tier_number as tier from loyalty.memberships where party_id = $1",
    [partyId],
  );
  return Object.fromEntries(Object.entries(row!).map(([name, value]) => [name, Number(value)]));
};
const codeOf = (outcome: Outcome<Recorded>): number =>
  "ok" in outcome ? 0 : ((outcome.error as AppError).number ?? -1);
const send = async (shop: TestShop, purchase: Purchase): Promise<number | Recorded> => {
  const [outcome] = await bench.activities.recordAll(shop.id, [purchase]);
  return "ok" in outcome! ? outcome.ok : codeOf(outcome!);
};
const verifyClean = async () => {
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
};

const BOUGHT = "2026-01-20T12:00:00Z";
const BACK = "2026-01-20T13:00:00Z";
const LINES = [
  { itemCode: "TEA", qty: 2, rate: 30, amount: 60 },
  { itemCode: "CUP", qty: 1, rate: 40, amount: 40 },
];
const goingBack = (shop: TestShop, number: string, body: object = {}, context = {}) =>
  shop.bill(
    {
      type: "RETURN",
      billNumber: number,
      billAmount: undefined,
      purchaseTime: BOUGHT,
      billingDate: BACK,
      ...body,
    },
    context,
  );

describe("a return", () => {
  test("of a whole bill takes back all it earned, and the purchase from the member's standing", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    await send(shop, await shop.bill({ billNumber: "A", billAmount: 100, lineItemsV2: LINES }));
    await send(shop, await shop.bill({ billNumber: "B", billAmount: 50 }));
    const recorded = (await send(shop, await goingBack(shop, "A", { returnType: "FULL" }))) as Recorded;
    expect(JSON.parse(recorded.reply)).toEqual({
      createdId: recorded.transactionId,
      warnings: [],
      errors: [],
      sideEffects: [],
      loyaltyDetails: [],
      customerInfo: { firstName: "Ana", lastName: "Reyes" },
    });
    expect(await accountOf(party!)).toEqual({
      balance: 500,
      issued: 1500,
      returned: 1000,
      expired: 0,
      debt: 0,
    });
    expect(await memberOf(party!)).toEqual({ lifetime: 500_000, count: 1, tier: 1 });
    const [stored] = await rows(
      `select r.type, r.return_type, r.amount, r.points, p.bill_number from activities.transactions r
         join activities.transactions p on p.id = r.parent_transaction_id where r.id = $1`,
      [recorded.transactionId],
    );
    expect(stored).toMatchObject({
      type: "RETURN",
      return_type: "FULL",
      amount: 1_000_000,
      points: -1000,
      bill_number: "A",
    });
    await verifyClean();
  });

  test("of lines", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    await send(shop, await shop.bill({ billNumber: "A", billAmount: 100, lineItemsV2: LINES }));
    const line = (itemCode: string, qty: number, amount: number, at = BACK) =>
      goingBack(shop, "A", {
        returnType: "LINE_ITEM",
        billAmount: amount,
        billingDate: at,
        lineItemsV2: [{ itemCode, qty, amount }],
      });
    expect(await send(shop, await line("TEA", 1, 30))).toMatchObject({ repeated: false });
    // The bill's points go once every line has gone.
    expect((await accountOf(party!)).balance).toBe(1000);
    expect(await send(shop, await line("TEA", 2, 60))).toBe(626);
    expect(await send(shop, await line("TEA", 1, 30, "2026-01-20T13:00:01Z"))).toMatchObject({
      repeated: false,
    });
    expect(await send(shop, await line("CUP", 1, 41))).toBe(630);
    expect(await send(shop, await line("POT", 1, 1))).toBe(687);
    expect(await send(shop, await line("CUP", 1, 40))).toMatchObject({ repeated: false });
    expect((await accountOf(party!)).balance).toBe(0);
    expect(await memberOf(party!)).toEqual({ lifetime: 0, count: 0, tier: 1 });
    expect(await send(shop, await line("CUP", 1, 40, "2026-01-20T14:00:00Z"))).toBe(633);
    await verifyClean();
  });
});

/** Spends points as a till does. */
const redeem = (
  shop: TestShop,
  partyId: number,
  points: number,
  about: Partial<RedeemInput> & { code: string },
) =>
  createPoints({ ...bench.parts, log: bench.log }).move(
    shop.id,
    movement(redeemKind, {
      requestKey: null,
      inputHash: Buffer.from(about.code),
      now: Date.parse(BOUGHT),
      tillId: shop.tillIds[0],
      by: "test",
      userId: null,
      parties: [{ key: null, partyId, name: "C1" }],
      input: {
        programId: null,
        points,
        billNumber: "",
        transactionId: null,
        billAmount: null,
        notes: "",
        purpose: "",
        externalReference: "",
        isValidated: false,
        customFields: null,
        ...about,
      },
    }),
  );
const redemptionOf = async (code: string) => {
  const [row] = await rows<{ amount: string; reversed: string; cause: string | null }>(
    `select r.amount, r.reversed, min(v.cause) as cause from points.redemptions r
       left join points.reversals v on v.party_id = r.party_id and v.redemption_id = r.id where r.code = $1 group by 1, 2`,
    [code],
  );
  return { amount: Number(row!.amount), reversed: Number(row!.reversed), cause: row!.cause };
};

describe("a bill that was paid with points", () => {
  test("gives them back as it goes back, the exact rest with its last part", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    await send(shop, await shop.bill({ billNumber: "EARNED", billAmount: 200 }));
    await redeem(shop, party!, 1000, { code: "payAAA", billNumber: "PAID" });
    await send(shop, await shop.bill({ billNumber: "PAID", billAmount: 30 }));
    expect((await accountOf(party!)).balance).toBe(1300);
    const part = (billAmount: number, at: string) =>
      goingBack(shop, "PAID", { returnType: "AMOUNT", billAmount, billingDate: at });
    await send(shop, await part(10, "2026-01-20T13:00:01Z"));
    expect(await redemptionOf("payAAA")).toEqual({ amount: 1000, reversed: 333, cause: "return" });
    expect((await accountOf(party!)).balance).toBe(1300 + 333 - 100);
    await send(shop, await part(20, "2026-01-20T13:00:02Z"));
    expect(await redemptionOf("payAAA")).toEqual({ amount: 1000, reversed: 1000, cause: "return" });
    expect((await accountOf(party!)).balance).toBe(2000);
    await verifyClean();
  });

  test("gives nothing back where the organisation returns no points", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    await shop.set({ CONF_POINTS_RETURN_ENABLED: "0" });
    await send(shop, await shop.bill({ billNumber: "EARNED", billAmount: 200 }));
    await redeem(shop, party!, 1000, { code: "payBBB", billNumber: "PAID" });
    await send(shop, await shop.bill({ billNumber: "PAID", billAmount: 30 }));
    await send(shop, await goingBack(shop, "PAID", { returnType: "FULL" }));
    expect((await redemptionOf("payBBB")).reversed).toBe(0);
    expect((await accountOf(party!)).balance).toBe(1300);
    await verifyClean();
  });
});

describe("goods without a bill", () => {
  test("are looked for over so many bills and no further, each told with its place", async () => {
    const shop = await bench.shop();
    const [partyId] = (await shop.register(1)) as [number];
    const tea = [{ itemCode: "TEA", qty: 1, rate: 30, amount: 30 }];
    const cup = [{ itemCode: "CUP", qty: 1, rate: 40, amount: 40 }];
    for (const [number, lineItemsV2] of [
      ["OLD", tea],
      ["CUP", cup],
      ["NEW", tea],
    ] as const)
      await send(
        shop,
        await shop.bill({ billNumber: number, billAmount: lineItemsV2[0]!.amount, lineItemsV2 }),
      );
    const find = (depth: number) =>
      bench.db.transaction(shop.id, async (tx) => {
        const before = { billedAt: Date.parse("2026-02-01T00:00:00Z"), id: 0 };
        const goods = [{ itemCode: "TEA", rate: 300_000 }];
        const found = await findBillsWithGoods(tx, shop.id, [{ partyId, before, depth, goods }], 50);
        return found.map(({ number, place }) => [number, place]);
      });
    expect(await find(2)).toEqual([["NEW", 1]]);
    expect(await find(3)).toEqual([
      ["NEW", 1],
      ["OLD", 3],
    ]);
  });
});

const byKind = (outcomes: readonly (number | Recorded)[]): number[] =>
  outcomes.map((outcome) => (typeof outcome === "number" ? outcome : 0)).sort((a, b) => a - b);
const single = async (shop: TestShop, purchase: Purchase): Promise<number | Recorded> =>
  bench.activities.record(shop.id, purchase).catch((error: AppError) => error.number ?? -1);

describe("at once", () => {
  test.each(["REGULAR", "NOT_INTERESTED"])(
    "two tills return the same line of a %s bill: one of them",
    async (type) => {
      const shop = await bench.shop();
      await shop.register(1);
      await send(shop, await shop.bill({ type, billNumber: "A", billAmount: 100, lineItemsV2: LINES }));
      const back = await Promise.all(
        shop.tillIds.flatMap((tillId) =>
          [0, 1].map((second) =>
            goingBack(
              shop,
              "A",
              {
                type: type === "REGULAR" ? "RETURN" : "NOT_INTERESTED_RETURN",
                returnType: "LINE_ITEM",
                billAmount: 60,
                billingDate: `2026-01-20T13:00:0${second}Z`,
                lineItemsV2: [{ itemCode: "TEA", qty: 2, amount: 60, purchaseTime: BOUGHT }],
              },
              { tillId },
            ),
          ),
        ),
      );
      // Each in a transaction of its own.
      const outcomes = await Promise.all(back.map((purchase) => passBatch(bench.parts, shop.id, [purchase])));
      expect(byKind(outcomes.map(([outcome]) => codeOf(outcome!)))).toEqual([
        0,
        ...back.slice(1).map(() => 626),
      ]);
      await verifyClean();
    },
  );

  test("bills, returns of them and spending of their points end in one order", async () => {
    const shop = await bench.shop();
    const [party] = await shop.register(1);
    for (let index = 0; index < 6; index++)
      await send(shop, await shop.bill({ billNumber: `A${index}`, billAmount: 50 }));
    const returns = await Promise.all(
      Array.from({ length: 6 }, (_, index) => goingBack(shop, `A${index}`, { returnType: "FULL" })),
    );
    const sales = await Promise.all(
      Array.from({ length: 6 }, (_, index) => shop.bill({ billNumber: `B${index}`, billAmount: 10 })),
    );
    const spend = (code: string) =>
      redeem(shop, party!, 1000, { code }).then(
        () => true,
        () => false,
      );
    const all = await Promise.all([
      ...returns.map((purchase) => single(shop, purchase)),
      ...sales.map((purchase) => single(shop, purchase)),
      ...["aaaaaa", "bbbbbb", "cccccc", "dddddd"].map(spend),
    ]);
    const spent = all.slice(12).filter((done) => done === true).length;
    expect(byKind(all.slice(0, 12) as Recorded[])).toEqual(Array.from({ length: 12 }, () => 0));
    const { balance, returned } = await accountOf(party!);
    expect(returned).toBe(3000);
    expect(balance).toBe(600 - spent * 1000);
    await verifyClean();
  });
});
