import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sql } from "#platform";
import { createPointsApp, itemOf, type Member, NOON, type PointsApp, redeeming } from "./points-shop.ts";

let shop: PointsApp;
beforeAll(async () => {
  shop = await createPointsApp();
  await shop.terms({
    redemption: {
      limits: { perDay: 20, perWeek: 30, perMonth: 40 },
      perTier: { "2": { limits: { perDay: 100, perWeek: 100, perMonth: 100 } } },
      billFraction: 0.5,
      blockedStatuses: ["SUSPENDED"],
    },
  });
});
const at = (day: string) => shop.clock.set(new Date(`${day}T12:00:00Z`));
beforeEach(() => shop.clock.set(new Date(NOON + 60_000)));
afterAll(() => shop.app.dispose());

const { only, codeOf } = redeeming(() => shop);
const identifierOf = ({ externalId }: Member) => ({ type: "EXTERNAL_ID", value: externalId });
const hold = (member: Member, points: number, changes: object = {}) =>
  shop.post("/v2/points/holds", { identifier: identifierOf(member), points, ...changes });
const setStatus = (member: Member, status: string) =>
  shop.app.db.transaction(shop.shop.orgId, (tx) =>
    tx.run(sql`/* test.set_status */ update customers.customers set status = ${status}
                where org_id = ${shop.shop.orgId} and party_id = ${member.id}`),
  );
const toSilver = async ({ externalId }: Member): Promise<void> => {
  const { status } = await shop.post(
    `/v2/slab/manualSlabAdjustment?source=INSTORE&identifierName=externalId&identifierValue=${externalId}`,
    {
      programId: shop.shop.programId,
      slabAction: "UPGRADE",
      toSlabName: "Silver",
      manualSlabActionValidity: "AS_PER_TIER_STRATEGY",
    },
  );
  expect(status).toBe(200);
};
let numbers = 0;
const bill = async (member: Member, amount: number): Promise<string> => {
  const billNumber = `PT-${++numbers}`;
  const url = `/v2/transactions?identifierName=id&identifierValue=${member.id}&source=INSTORE`;
  const body = { type: "REGULAR", billNumber, billAmount: amount, billingDate: "2026-01-20T11:00:00Z" };
  expect((await shop.post(url, body)).status).toBe(200);
  return billNumber;
};

describe("limits of spending", () => {
  test("are of the day, the week from Monday and the month of the organisation's zone", async () => {
    const member = await shop.member([500, null]);
    // Tuesday, then Wednesday, then the Monday after.
    expect(await codeOf(itemOf(member, 20))).toBe(800);
    expect(await codeOf(itemOf(member, 1))).toBe(819);
    at("2026-01-21");
    expect(await codeOf(itemOf(member, 11))).toBe(819);
    expect(await codeOf(itemOf(member, 10))).toBe(800);
    at("2026-01-25");
    expect(await codeOf(itemOf(member, 1))).toBe(819);
    at("2026-01-26");
    expect(await codeOf(itemOf(member, 11))).toBe(819);
    expect(await codeOf(itemOf(member, 10))).toBe(800);
    at("2026-01-31");
    expect(await codeOf(itemOf(member, 1))).toBe(819);
    at("2026-02-02");
    expect(await codeOf(itemOf(member, 20))).toBe(800);
  });

  test("are those of the member's tier", async () => {
    const member = await shop.member([500, null]);
    expect(await codeOf(itemOf(member, 21))).toBe(819);
    await toSilver(member);
    expect(await codeOf(itemOf(member, 100))).toBe(800);
    expect(await codeOf(itemOf(member, 1))).toBe(819);
  });

  test("hold for two tills at once", async () => {
    const member = await shop.member([500, null]);
    const codes = await Promise.all([12, 12, 12].map((points) => codeOf(itemOf(member, points))));
    expect(codes.sort()).toEqual([800, 819, 819]);
    expect(await shop.balanceOf(member.id)).toBe(488);
  });
});

test("a status that may not spend neither spends nor holds, and is told so before", async () => {
  const member = await shop.member([50, null]);
  await setStatus(member, "SUSPENDED");
  expect(await codeOf(itemOf(member, 1))).toBe(3045);
  const url = `/v1.1/points/isredeemable?format=json&external_id=${member.externalId}&points=1`;
  const asked = (await shop.get(url)).body.response.points.redeemable;
  expect([asked.is_redeemable, asked.item_status.code]).toEqual(["false", 3045]);
  expect((await hold(member, 1)).body.errors[0].code).toBe(3045);
  await setStatus(member, "ACTIVE");
  expect(await codeOf(itemOf(member, 1))).toBe(800);
});

describe("a bill that points pay", () => {
  test("in part: all redemptions and holds on it count together, what was given back does not", async () => {
    const member = await shop.member([500, null]);
    const number = await bill(member, 20);
    const on = { transaction_number: number };
    expect(await codeOf(itemOf(member, 10.001, on))).toBe(819);
    const first = await only(itemOf(member, 6, on));
    expect(first.item_status.code).toBe(800);
    expect(await codeOf(itemOf(member, 4.001, on))).toBe(819);
    const held = await hold(member, 3, { billNumber: number, ttlSeconds: 600 });
    expect(held.status).toBe(200);
    expect(await codeOf(itemOf(member, 1.001, on))).toBe(819);
    expect(await codeOf(itemOf(member, 1, on))).toBe(800);
    await shop.post("/v2/points/reverse", {
      redemptionId: first.redemption_id,
      identifier: identifierOf(member),
    });
    expect(await codeOf(itemOf(member, 6.001, on))).toBe(819);
    expect(await codeOf(itemOf(member, 6, on))).toBe(800);
    // Of another bill, or of none, nothing was paid.
    expect(await codeOf(itemOf(member, 1, { transaction_number: await bill(member, 2) }))).toBe(800);
    expect(await shop.sound()).toEqual([]);
  });

  test("two tills at once do not pay it twice", async () => {
    const member = await shop.member([500, null]);
    const on = { transaction_number: await bill(member, 20) };
    const codes = await Promise.all([6, 6].map((points) => codeOf(itemOf(member, points, on))));
    expect(codes.sort()).toEqual([800, 819]);
  });

  test("as a whole, where the program lets them; its return gives them all back", async () => {
    shop.clock.set(new Date(NOON + 120_000));
    await shop.terms({ redemption: { billFraction: 1 } }, NOON + 121_000);
    shop.clock.set(new Date(NOON + 180_000));
    const member = await shop.member([100, null]);
    const number = await bill(member, 80);
    const on = { transaction_number: number };
    expect(await codeOf(itemOf(member, 80.001, on))).toBe(819);
    expect(await codeOf(itemOf(member, 80, on))).toBe(800);
    expect(await codeOf(itemOf(member, 0.001, on))).toBe(819);
    const back = await shop.post(
      `/v2/transactions?identifierName=id&identifierValue=${member.id}&source=INSTORE`,
      {
        type: "RETURN",
        returnType: "FULL",
        billNumber: number,
        purchaseTime: "2026-01-20T11:00:00Z",
        billingDate: "2026-01-20T12:02:00Z",
      },
    );
    expect(back.body.errors).toEqual([]);
    expect(await shop.balanceOf(member.id)).toBe(100);
    expect(await shop.sound()).toEqual([]);
  });
});

test("a hold returns by itself at its very end, before any job has written it down", async () => {
  const member = await shop.member([20, null]);
  // Whose day's limit is not in the way.
  await toSilver(member);
  const held = await hold(member, 15, { ttlSeconds: 60 });
  const { holdId } = held.body;
  expect(await codeOf(itemOf(member, 10))).toBe(818);
  shop.clock.advance(59_999);
  expect(await codeOf(itemOf(member, 10))).toBe(818);
  shop.clock.advance(1);
  expect(await codeOf(itemOf(member, 10))).toBe(800);
  const late = await shop.post(`/v2/points/holds/${holdId}/capture`, {});
  expect(late.body.errors[0].code).toBeGreaterThan(0);
  // The clock that jumps back makes no points: what was spent since stays spent.
  shop.clock.set(new Date(NOON + 60_000));
  expect(await codeOf(itemOf(member, 10))).toBe(818);
  expect(await shop.balanceOf(member.id)).toBe(10);
  expect(await shop.sound()).toEqual([]);
});
