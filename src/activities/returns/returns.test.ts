import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import type { AppError, Outcome } from "#platform";
import type { Purchase, Recorded } from "../schema.ts";
import { type ActivitiesBench, createActivitiesBench, type TestShop } from "../testing.ts";
import { verifyActivities } from "../verify.ts";

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
const warningsOf = (recorded: number | Recorded): number[] =>
  typeof recorded === "number"
    ? [recorded]
    : (JSON.parse(recorded.reply) as { warnings: { code: number }[] }).warnings.map(({ code }) => code);
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
