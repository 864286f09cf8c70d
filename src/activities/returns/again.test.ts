import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemActor } from "#identity";
import { verifyLedger } from "#ledger";
import type { ProgramDefinition } from "#loyalty";
import type { AppError, Outcome } from "#platform";
import { createPoints, movement, redeemKind } from "#points";
import { definitionWith } from "../../loyalty/testing.ts";
import type { TransactionDetails } from "../reads.ts";
import type { Purchase, Recorded } from "../schema.ts";
import { type ActivitiesBench, createActivitiesBench, type TestShop } from "../testing.ts";
import { verifyActivities } from "../verify.ts";

let bench: ActivitiesBench;
beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

const SETTING = "CONF_POINTS_RETURN_REEVALUATION_ENABLED";
const BOUGHT = "2026-01-20T10:00:00Z";
let minute = 0;
/** Each return at a time of its own, so that none is a second copy of another. */
const later = () => new Date(Date.parse("2026-01-20T10:01:00Z") + 1000 * minute++).toISOString();

const rows = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> =>
  (await bench.superuser.query(text, values)).rows as Row[];
const send = async (shop: TestShop, purchase: Purchase): Promise<number> => {
  const [outcome] = (await bench.activities.recordAll(shop.id, [purchase])) as [Outcome<Recorded>];
  if ("error" in outcome) throw new Error((outcome.error as AppError).message);
  return outcome.ok.transactionId;
};
const balanceOf = async (partyId: number, category = 1): Promise<number> => {
  const [row] = await rows<{ balance: string }>(
    "select balance from ledger.accounts where party_id = $1 and category = $2 and currency_id = 0",
    [partyId, category],
  );
  return Number(row?.balance ?? 0);
};
const detailsOf = async (id: number): Promise<TransactionDetails> => {
  const [row] = await rows<{ details: TransactionDetails }>(
    "select details from activities.transactions where id = $1",
    [id],
  );
  return row!.details;
};
const verifyClean = async () => {
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
};

const redeem = (shop: TestShop, partyId: number, points: number) =>
  createPoints({ ...bench.parts, log: bench.log }).move(
    shop.id,
    movement(redeemKind, {
      requestKey: null,
      inputHash: Buffer.from("one"),
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
        code: "AAAAAA",
      },
    }),
  );

const LINES = [
  { itemCode: "TEA", qty: 4, rate: 15, amount: 60 },
  { itemCode: "CUP", qty: 1, rate: 40, amount: 40 },
];
const goingBack = (shop: TestShop, number: string, body: object) =>
  shop.bill({
    type: "RETURN",
    billNumber: number,
    billAmount: undefined,
    purchaseTime: BOUGHT,
    billingDate: later(),
    ...body,
  });
const lineBack = (shop: TestShop, number: string, itemCode: string, qty: number, amount: number) =>
  goingBack(shop, number, {
    returnType: "LINE_ITEM",
    billAmount: amount,
    lineItemsV2: [{ itemCode, qty, amount }],
  });

const flat = { perTier: undefined, decimals: 3 } as const;
const percent = (allTiers: number) => ({ ...flat, strategy: "prorated_percent", allTiers });
const fixed = (allTiers: number) => ({ ...flat, strategy: "fixed", allTiers });
const open = async (definition: ProgramDefinition, isOn = true) => {
  const shop = await bench.shop({ definition });
  if (isOn) await shop.set({ [SETTING]: "1" });
  const [party] = await shop.register(1);
  return { shop, party: party! };
};
const buy = (shop: TestShop, body: object = {}) =>
  shop.bill({ billNumber: "A", billAmount: 100, billingDate: BOUGHT, lineItemsV2: LINES, ...body });

describe("what is left of a bill, decided anew", () => {
  // 10 % of everything, and 30 for bills of 80 and more.
  const spend = definitionWith([
    { award: percent(10) },
    { condition: "currentTxn.value >= 80", award: fixed(30) },
  ]);

  test("loses a reward whose condition the rest does not meet, wholly", async () => {
    const { shop, party } = await open(spend);
    await send(shop, await buy(shop));
    expect(await balanceOf(party)).toBe(40_000);
    const id = await send(shop, await lineBack(shop, "A", "CUP", 1, 40));
    expect(await balanceOf(party)).toBe(6000);
    const { decidedAgain } = await detailsOf(id);
    expect(decidedAgain).toMatchObject({
      trace: {
        amount: 600_000,
        o: "10",
        rules: [{ i: 0, o: 1, p: 6000 }],
      },
    });
    await send(shop, await lineBack(shop, "A", "TEA", 4, 60));
    expect(await balanceOf(party)).toBe(0);
    await verifyClean();
  });

  test("is left alone while the setting is off", async () => {
    const { shop, party } = await open(spend, false);
    await send(shop, await buy(shop));
    const id = await send(shop, await lineBack(shop, "A", "CUP", 1, 40));
    expect(await balanceOf(party)).toBe(40_000);
    expect((await detailsOf(id))?.decidedAgain).toBeUndefined();
  });

  test("is taken back wholly with the last of the bill, also once the setting is off", async () => {
    const { shop, party } = await open(definitionWith([{ award: fixed(20) }]));
    await send(shop, await buy(shop));
    const amountBack = (billAmount: number) => goingBack(shop, "A", { returnType: "AMOUNT", billAmount });
    await send(shop, await amountBack(50));
    expect(await balanceOf(party)).toBe(20_000);
    await shop.set({ [SETTING]: "0" });
    await send(shop, await amountBack(25));
    expect(await balanceOf(party)).toBe(15_000);
    await send(shop, await amountBack(25));
    expect(await balanceOf(party)).toBe(0);
    await verifyClean();
  });

  test("does not see that an earlier return was to leave its points: what is left decides", async () => {
    const { shop, party } = await open(definitionWith([{ award: percent(10) }]));
    await send(shop, await buy(shop));
    const amountBack = (billAmount: number) => goingBack(shop, "A", { returnType: "AMOUNT", billAmount });
    await shop.set({ CONF_POINTS_RETURN_ENABLED: "0" });
    await send(shop, await amountBack(50));
    expect(await balanceOf(party)).toBe(10_000);
    await shop.set({ CONF_POINTS_RETURN_ENABLED: "1" });
    await send(shop, await amountBack(25));
    expect(await balanceOf(party)).toBe(2500);
    await verifyClean();
  });

  test("leaves what a return was to leave, where nothing of the bill was decided anew", async () => {
    const { shop, party } = await open(definitionWith([{ award: percent(10) }]), false);
    await send(shop, await buy(shop));
    const amountBack = (billAmount: number) => goingBack(shop, "A", { returnType: "AMOUNT", billAmount });
    await shop.set({ CONF_POINTS_RETURN_ENABLED: "0" });
    await send(shop, await amountBack(50));
    await shop.set({ CONF_POINTS_RETURN_ENABLED: "1" });
    await send(shop, await amountBack(50));
    expect(await balanceOf(party)).toBe(5000);
    await verifyClean();
  });

  test("does not see what went back, and keeps the numbers of the lines that stay", async () => {
    const { shop, party } = await open(
      definitionWith([
        { condition: 'currentTxn.basketQty("code", "TEA") > 0', award: fixed(7) },
        { award: { ...percent(10), basis: "line_amount" } },
      ]),
    );
    const original = await send(shop, await buy(shop));
    expect(await balanceOf(party)).toBe(17_000);
    const id = await send(shop, await lineBack(shop, "A", "TEA", 4, 60));
    expect(await balanceOf(party)).toBe(4000);
    expect((await detailsOf(id)).decidedAgain).toMatchObject({
      trace: { o: "01", rules: [{ l: [[2, 4000, 4]] }] },
    });
    const lots = await rows(
      "select bill_line, remaining from ledger.lots where party_id = $1 and transaction_id = $2 and remaining > 0",
      [party, original],
    );
    expect(lots).toEqual([{ bill_line: 2, remaining: 4000 }]);
    await verifyClean();
  });

  test("earns more where the rest does, as a lot of the bill that goes with the last of it", async () => {
    const { shop, party } = await open(
      definitionWith([{ award: percent(1) }, { condition: "currentTxn.value < 50", award: fixed(20) }]),
    );
    const original = await send(shop, await buy(shop));
    expect(await balanceOf(party)).toBe(1000);
    const id = await send(shop, await lineBack(shop, "A", "TEA", 4, 60));
    expect(await balanceOf(party)).toBe(20_400);
    const [stored] = await rows("select points from activities.transactions where id = $1", [id]);
    expect(stored).toEqual({ points: 19_400 });
    const [lot] = await rows(
      "select amount, details from ledger.lots where party_id = $1 and transaction_id = $2 and details is not null",
      [party, original],
    );
    expect(lot).toEqual({ amount: 19_400, details: { returnId: id } });
    await verifyClean();
    await shop.set({ [SETTING]: "0" });
    await send(shop, await lineBack(shop, "A", "CUP", 1, 40));
    expect(await balanceOf(party)).toBe(0);
    await verifyClean();
  });

  test("takes what was spent from other points, and owes the rest", async () => {
    const { shop, party } = await open(spend);
    await send(shop, await buy(shop));
    await redeem(shop, party, 38_000);
    await send(shop, await shop.bill({ billNumber: "B", billAmount: 10, billingDate: BOUGHT }));
    expect(await balanceOf(party)).toBe(3000);
    const id = await send(shop, await goingBack(shop, "A", { returnType: "AMOUNT", billAmount: 50 }));
    expect(await balanceOf(party)).toBe(3000 - 35_000);
    const { takenBack = [] } = await detailsOf(id);
    expect(takenBack).toMatchObject([{ taken: 35_000, fromRest: 2000, moved: 1000, owed: 32_000 }]);
    await verifyClean();
  });

  test("follows the version and the tier of its date", async () => {
    const { shop, party } = await open(
      definitionWith([
        {
          award: {
            ...flat,
            strategy: "prorated_percent",
            perTier: { 1: 1, 2: 2, 3: 3 },
            allTiers: undefined,
          },
        },
      ]),
    );
    await send(shop, await buy(shop, { billNumber: "A" }));
    // Silver by now, and another version: neither was so on the day of the bill.
    const author = { orgId: shop.id, name: "test" };
    await bench.loyalty.saveDraft(author, shop.programId, definitionWith([{ award: percent(50) }]));
    await bench.loyalty.publish(author, shop.programId);
    await send(
      shop,
      await shop.bill({ billNumber: "B", billAmount: 900, billingDate: "2026-01-20T10:00:30Z" }),
    );
    const before = await balanceOf(party);
    await send(shop, await goingBack(shop, "A", { returnType: "AMOUNT", billAmount: 25 }));
    expect(before - (await balanceOf(party))).toBe(250);
    await verifyClean();
  });

  test("does not reach the tier that the whole bill reached", async () => {
    const definition = definitionWith(
      [
        {
          award: {
            ...flat,
            strategy: "prorated_percent",
            perTier: { 1: 1, 2: 2, 3: 3 },
            allTiers: undefined,
          },
        },
      ],
      { upgrade: { criterion: "lifetime_purchases", type: "eager" } },
    );
    const { shop, party } = await open(definition);
    const lines = [{ itemCode: "TEA", qty: 6, rate: 100, amount: 600 }];
    await send(shop, await buy(shop, { billAmount: 600, lineItemsV2: lines }));
    expect(await balanceOf(party)).toBe(12_000);
    await send(shop, await lineBack(shop, "A", "TEA", 3, 300));
    expect(await balanceOf(party)).toBe(3000);
    await verifyClean();
  });

  test("keeps what the customer was to the rules: the reward of a first visit stays", async () => {
    const { shop, party } = await open(
      definitionWith([
        { award: percent(10) },
        { condition: "currentCustomer.numberOfTxns == 1", award: fixed(50) },
        { condition: "currentCustomer.currentPoints < 61", award: fixed(5) },
      ]),
    );
    await send(shop, await buy(shop));
    expect(await balanceOf(party)).toBe(65_000);
    await send(shop, await shop.bill({ billNumber: "B", billAmount: 10, billingDate: BOUGHT }));
    const before = await balanceOf(party);
    await send(shop, await lineBack(shop, "A", "CUP", 1, 40));
    expect(before - (await balanceOf(party))).toBe(4000);
    await verifyClean();
  });

  test("falls back to shares, and says so, where the customer of that day cannot be told", async () => {
    const { shop, party } = await open(
      definitionWith([
        { award: percent(10) },
        { condition: "currentCustomer.joinDate < currentTxn.date", award: fixed(50) },
      ]),
    );
    await send(shop, await buy(shop));
    expect(await balanceOf(party)).toBe(60_000);
    await bench.superuser.query(
      "update loyalty.memberships set joined_at = '2026-01-25T00:00:00Z' where party_id = $1",
      [party],
    );
    const id = await send(shop, await goingBack(shop, "A", { returnType: "AMOUNT", billAmount: 50 }));
    expect(await balanceOf(party)).toBe(30_000);
    expect((await detailsOf(id)).decidedAgain).toEqual({
      problem: "what the customer and the bill were on that day can no longer be told",
    });
    await verifyClean();
  });

  test("of promised points stays promised", async () => {
    const { shop, party } = await open(
      definitionWith([
        {
          condition: "currentTxn.value >= 50",
          award: { ...percent(10), category: "promised", delay: { days: 30 } },
        },
      ]),
    );
    await send(shop, await buy(shop));
    expect(await balanceOf(party, 2)).toBe(10_000);
    await send(shop, await lineBack(shop, "A", "CUP", 1, 40));
    expect(await balanceOf(party, 2)).toBe(6000);
    await send(shop, await lineBack(shop, "A", "TEA", 1, 15));
    expect(await balanceOf(party, 2)).toBe(0);
    await verifyClean();
  });

  test("of one who was merged since is settled with the survivor, gains included", async () => {
    const { shop, party: survivorId } = await open(
      definitionWith([{ award: percent(10) }, { condition: "currentTxn.value < 50", award: fixed(20) }]),
    );
    const [victimId] = (await shop.register(1)) as [number];
    const lines = { billAmount: 100, billingDate: BOUGHT, lineItemsV2: LINES };
    await send(shop, await shop.bill({ billNumber: "V", ...lines }, { customer: "C2" }));
    const actor = systemActor(shop.id, "test", shop.tillIds[0]);
    const step = { survivorId, victimId, cause: "console", reason: "same person" } as const;
    await bench.customers.merge(actor, step);
    expect(await balanceOf(survivorId)).toBe(10_000);
    await send(shop, await lineBack(shop, "V", "CUP", 1, 40));
    expect(await balanceOf(survivorId)).toBe(6000);
    await send(shop, await lineBack(shop, "V", "TEA", 1, 15));
    // 4.5 of the amount, and 20 because it is less than 50 now.
    expect([await balanceOf(survivorId), await balanceOf(victimId)]).toEqual([24_500, 0]);
    await send(shop, await lineBack(shop, "V", "TEA", 3, 45));
    expect([await balanceOf(survivorId), await balanceOf(victimId)]).toEqual([0, 0]);
    await verifyClean();
  });

  test("of a mixed bill's return is decided as well, before the purchase", async () => {
    const { shop, party } = await open(spend);
    await send(shop, await buy(shop));
    await send(
      shop,
      await shop.bill({
        billNumber: "MIXED",
        billAmount: 10,
        billingDate: later(),
        lineItemsV2: [
          { itemCode: "POT", qty: 1, amount: 10 },
          {
            type: "RETURN",
            itemCode: "CUP",
            qty: 1,
            amount: 40,
            parentBillNumber: "A",
            purchaseTime: BOUGHT,
          },
        ],
      }),
    );
    expect(await balanceOf(party)).toBe(6000 + 1000);
    await verifyClean();
  });

  // Three decimals are rounded by each rule, shares of 7 do not divide: the end must not depend on the steps.
  test.each<[string, object, object[][]]>([
    ["per line", { ...percent(3.3333), basis: "line_amount" }, [[{ TEA: 1 }, { TEA: 2 }], [{ TEA: 3 }]]],
    [
      "over lines",
      { ...percent(7), useProportions: true, decimals: 1 },
      [[{ TEA: 1 }, { CUP: 1 }, { TEA: 1 }], [{ CUP: 1 }, { TEA: 2 }], [{ TEA: 2, CUP: 1 }]],
    ],
    [
      "in steps",
      { ...flat, strategy: "step", allTiers: 3, every: 7 },
      [[{ TEA: 1 }, { TEA: 1 }, { TEA: 1 }], [{ TEA: 3 }], [{ TEA: 2 }, { TEA: 1 }]],
    ],
  ])("ends alike in steps and at once: %s", async (_, award, ways) => {
    const price = { TEA: 15, CUP: 40 } as Record<string, number>;
    const ends: number[] = [];
    for (const steps of ways) {
      const { shop, party } = await open(definitionWith([{ award }]));
      await send(shop, await buy(shop));
      for (const step of steps as Record<string, number>[]) {
        const lines = Object.entries(step).map(([itemCode, qty]) => ({
          itemCode,
          qty,
          amount: qty * price[itemCode]!,
        }));
        const billAmount = lines.reduce((sum, { amount }) => sum + amount, 0);
        await send(
          shop,
          await goingBack(shop, "A", { returnType: "LINE_ITEM", billAmount, lineItemsV2: lines }),
        );
      }
      ends.push(await balanceOf(party));
    }
    expect(new Set(ends).size).toBe(1);
    expect(ends[0]).toBeGreaterThan(0);
    await verifyClean();
  });
});
