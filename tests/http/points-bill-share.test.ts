import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemActor } from "#identity";
import { sql } from "#platform";
import { createPointsApp, DAY, itemOf, type Member, NOON, type PointsApp, redeeming } from "./points-shop.ts";

let shop: PointsApp;
const START = NOON + 60_000;
beforeAll(async () => {
  shop = await createPointsApp();
  // A point is worth 1: a bill of 20 may take 10.
  await shop.terms({ redemption: { billFraction: 0.5 } });
  await shop.setting("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE", "false");
});
beforeEach(() => shop.clock.set(new Date(START)));
afterAll(() => shop.app.dispose());

const { only, codeOf } = redeeming(() => shop);
const identifierOf = ({ externalId }: Member) => ({ type: "EXTERNAL_ID", value: externalId });
const on = (transaction_number: string) => ({ transaction_number });
const hold = (member: Member, points: number, changes: object) =>
  shop.post("/v2/points/holds", { identifier: identifierOf(member), points, ...changes });
const byHand = (member: Member, call: "redemptions" | "holds", points: number, changes: object) =>
  shop.post(
    `/api/customers/${member.id}/${call}`,
    { points, ...(call === "holds" ? { ttlSeconds: 600 } : {}), ...changes },
    shop.agent,
  );
const numberOf = (body: { error?: { number: number }; errors?: { code: number }[] }): number | undefined =>
  body.errors?.[0]?.code ?? body.error?.number;
const bill = async (member: Member, billNumber: string, billAmount: number): Promise<void> => {
  const url = `/v2/transactions?identifierName=id&identifierValue=${member.id}&source=INSTORE`;
  const billingDate = shop.clock.now().toISOString();
  const answer = await shop.post(url, { type: "REGULAR", billNumber, billAmount, billingDate });
  expect(answer).toMatchObject({ status: 200, body: { errors: [] } });
};

describe("what was spent for a number before its bill was recorded", () => {
  test("counts on the bill when it is of the same day, and not on one of months later", async () => {
    const member = await shop.member([500, null]);
    expect(await codeOf(itemOf(member, 8, on("REUSED")))).toBe(800);
    shop.clock.set(new Date(START + 3_600_000));
    await bill(member, "REUSED", 20);
    expect(await codeOf(itemOf(member, 2.001, on("REUSED")))).toBe(819);
    expect(await codeOf(itemOf(member, 2, on("REUSED")))).toBe(800);
    shop.clock.set(new Date(START + 80 * DAY));
    await bill(member, "REUSED", 20);
    expect(await codeOf(itemOf(member, 10.001, on("REUSED")))).toBe(819);
    expect(await codeOf(itemOf(member, 10, on("REUSED")))).toBe(800);
    expect(await codeOf(itemOf(member, 0.001, on("REUSED")))).toBe(819);
  });

  test("belongs to the bill nearest to it, where the number came back within the day", async () => {
    const member = await shop.member([500, null]);
    expect(await codeOf(itemOf(member, 8, on("TWICE")))).toBe(800);
    await bill(member, "TWICE", 20);
    shop.clock.set(new Date(START + 6 * 3_600_000));
    await bill(member, "TWICE", 20);
    expect(await codeOf(itemOf(member, 10.001, on("TWICE")))).toBe(819);
    expect(await codeOf(itemOf(member, 10, on("TWICE")))).toBe(800);
  });
});

test("points of one who was merged, linked to the survivor's bill, count on it", async () => {
  const [survivor, victim] = [await shop.member([100, null]), await shop.member([100, null])];
  const { redemption_id: redemptionId } = await only(itemOf(victim, 7));
  await shop.app.customers.merge(systemActor(shop.shop.orgId, "test", shop.shop.tillId), {
    survivorId: survivor.id,
    victimId: victim.id,
    cause: "console",
    reason: "same person",
  });
  await bill(survivor, "FAMILY", 20);
  const linked = await shop.post("/v2/points/updateRedemption", { redemptionId, billNumber: "FAMILY" });
  expect(linked.status).toBe(200);
  expect(await codeOf(itemOf(survivor, 3.001, on("FAMILY")))).toBe(819);
  expect(await codeOf(itemOf(survivor, 3, on("FAMILY")))).toBe(800);
  expect(await shop.sound()).toEqual([]);
});

describe("a bill that is not recorded yet", () => {
  test("is judged by the amount that the call sends, over what was spent and is held for its number", async () => {
    const member = await shop.member([500, null]);
    const told = { billNumber: "TO-COME", billAmount: 20 };
    // Of a call that cannot say what the bill comes to, and so is not held to a part of it.
    expect(await codeOf(itemOf(member, 4, on("TO-COME")))).toBe(800);
    for (const call of ["redemptions", "redemptions/preview", "holds", "holds/preview"] as const) {
      const name = call.startsWith("holds") ? { ttlSeconds: 600 } : {};
      const url = `/api/customers/${member.id}/${call}`;
      const { status, body } = await shop.post(url, { points: 6.001, ...name, ...told }, shop.agent);
      expect([call, status, numberOf(body)]).toEqual([call, 400, 819]);
    }
    expect(numberOf((await hold(member, 6.001, told)).body)).toBe(819);
    expect((await hold(member, 3, told)).status).toBe(200);
    expect(numberOf((await byHand(member, "redemptions", 3.001, told)).body)).toBe(819);
    expect((await byHand(member, "redemptions", 1, told)).status).toBe(200);
    expect((await byHand(member, "holds", 2, told)).status).toBe(200);
    expect(numberOf((await byHand(member, "redemptions", 0.001, told)).body)).toBe(819);
    // Another number has its own part, and so has the same one on another day.
    expect((await byHand(member, "redemptions", 10, { ...told, billNumber: "OTHER" })).status).toBe(200);
    shop.clock.set(new Date(START + 2 * DAY));
    expect((await hold(member, 10, told)).status).toBe(200);
    expect(await shop.sound()).toEqual([]);
  });

  test("two calls at once do not pay more than its part", async () => {
    const member = await shop.member([500, null]);
    const told = { billNumber: "RACE", billAmount: 20 };
    const answers = await Promise.all([
      byHand(member, "redemptions", 6, told),
      hold(member, 6, told),
      byHand(member, "redemptions", 6, told),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });

  test("has no number: each call is judged alone", async () => {
    const member = await shop.member([500, null]);
    expect(numberOf((await byHand(member, "redemptions", 10.001, { billAmount: 20 })).body)).toBe(819);
    for (const points of [10, 10])
      expect((await byHand(member, "redemptions", points, { billAmount: 20 })).status).toBe(200);
  });

  test("once it is recorded, its own amount counts, whatever the call says", async () => {
    const member = await shop.member([500, null]);
    await bill(member, "KNOWN", 20);
    const told = { billNumber: "KNOWN", billAmount: 1000 };
    expect(numberOf((await byHand(member, "redemptions", 10.001, told)).body)).toBe(819);
    expect((await byHand(member, "redemptions", 10, told)).status).toBe(200);
    // Long after, the number with an amount is another bill's, and nothing is linked to the old one.
    shop.clock.set(new Date(START + 30 * DAY));
    const held = await hold(member, 500 - 10, told);
    const captured = await shop.post(`/v2/points/holds/${held.body.id}/capture`, {});
    expect([held.status, captured.status]).toEqual([200, 200]);
    const rows = await shop.app.db.transaction(shop.shop.orgId, (tx) =>
      tx.rows<{ isLinked: boolean }>(sql`/* test.links */
        select transaction_id is not null as "isLinked" from points.redemptions
         where org_id = ${shop.shop.orgId} and party_id = ${member.id} order by id`),
    );
    expect(rows).toEqual([{ isLinked: true }, { isLinked: false }]);
  });

  test("a hold that is captured for another bill keeps to that bill's part", async () => {
    const member = await shop.member([500, null]);
    await bill(member, "SMALL", 10);
    const held = await hold(member, 10, { billNumber: "LARGE", billAmount: 20 });
    const capture = (points: number) =>
      shop.post(`/v2/points/holds/${held.body.id}/capture`, { points, billNumber: "SMALL", final: false });
    expect(numberOf((await capture(5.001)).body)).toBe(819);
    expect((await capture(5)).status).toBe(200);
    expect(numberOf((await capture(0.001)).body)).toBe(819);
    expect((await shop.post(`/v2/points/holds/${held.body.id}/capture`, {})).body.redemption.points).toBe(5);
    expect(await shop.sound()).toEqual([]);
  });

  test.each([0, -1, 1e300])(
    "with an amount of %s is refused by the name of the field",
    async (billAmount) => {
      const member = await shop.member([50, null]);
      const bad = { billNumber: "BAD", billAmount };
      for (const answer of [
        await hold(member, 1, bad),
        await byHand(member, "holds", 1, bad),
        await byHand(member, "redemptions", 1, bad),
        await byHand(member, "redemptions/preview" as "redemptions", 1, bad),
      ]) {
        expect(answer.status).toBe(400);
        expect(answer.text).toContain("billAmount");
      }
      expect(await shop.balanceOf(member.id)).toBe(50);
    },
  );

  test.each(["ten", "1e3", {}, [1], true])(
    "with %j for an amount is refused at the till",
    async (billAmount) => {
      const member = await shop.member([50, null]);
      const { status, text } = await hold(member, 1, { billAmount });
      expect([status, text.includes("billAmount")]).toEqual([400, true]);
      expect((await hold(member, 1, { billAmount: "20.00" })).status).toBe(200);
    },
  );
});
