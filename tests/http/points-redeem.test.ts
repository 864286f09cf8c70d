import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createPointsApp,
  itemOf,
  type Json,
  type Member,
  NOON,
  type PointsApp,
  REDEEM,
  redeeming,
} from "./points-shop.ts";

let shop: PointsApp;
let reader: Readonly<Record<string, string>>;
let stranger: Readonly<Record<string, string>>;
beforeAll(async () => {
  shop = await createPointsApp();
  reader = await shop.tillWith(["Points:read"]);
  stranger = { authorization: shop.other.authorization };
});
beforeEach(() => shop.clock.set(new Date(NOON)));
afterAll(() => shop.app.dispose());

const { redeem, only, codeOf } = redeeming(() => shop);

describe("POST /v1.1/points/redeem", () => {
  test("answers as documented", async () => {
    const member = await shop.member([82, null]);
    const item = itemOf(member, 20, {
      transaction_number: "INV-12",
      redemption_time: "2026-01-20 19:30:00",
      redemption_purpose: "gift",
      notes: "at the counter",
    });
    const response = await redeem([item]);
    expect(response).toEqual({
      status: { success: "true", code: 200, message: "Success" },
      responses: {
        points: {
          mobile: expect.stringMatching(/^4479111/),
          email: "",
          external_id: member.externalId,
          user_id: String(member.id),
          redemption_id: expect.stringMatching(/^[A-Za-z0-9]{6}$/),
          points_redeemed: "20",
          redemption_purpose: "gift",
          redeemed_value: 20,
          redeemed_local_value: 20,
          balance: 62,
          side_effects: {
            effect: [
              {
                id: expect.any(Number),
                case_value: "false",
                num_points: 20,
                currency_value: 20,
                validation_code: "",
                points_redemption_summary_id: expect.stringMatching(/^\d+$/),
                redeemed_on_bill_number: "INV-12",
                redeemed_on_bill_id: -1,
                type: "points",
              },
            ],
          },
          item_status: { success: "true", code: 800, message: expect.any(String) },
        },
      },
    });
    const { items } = (await shop.get(`/api/customers/${member.id}/redemptions`, shop.agent)).body;
    // 19:30 of the cluster, in Manila, is 11:30 in London.
    expect(items[0]).toMatchObject({ redeemedAt: "2026-01-20T11:30:00+00:00", notes: "at the counter" });
    expect(await shop.sound()).toEqual([]);
  });

  test("takes several in order, each on what the one before left", async () => {
    const member = await shop.member([10, null]);
    const response = await redeem([itemOf(member, 6), itemOf(member, 6), itemOf(member, "4")]);
    expect(response.status).toMatchObject({ success: "true", code: 201 });
    expect(response.responses.points.map((item: Json) => [item.item_status.code, item.balance])).toEqual([
      [800, 4],
      [818, undefined],
      [800, 0],
    ]);
    const all = await redeem([itemOf(member, 6)]);
    expect(all.status).toMatchObject({ success: "false", code: 500 });
  });

  test("pays the customer's own bill by its number", async () => {
    const member = await shop.member([10, null]);
    const other = await shop.member([10, null]);
    const bill = await shop.post(
      `/v2/transactions?identifierName=id&identifierValue=${member.id}&source=INSTORE`,
      { type: "REGULAR", billNumber: "B-1", billAmount: 5, billingDate: "2026-01-20T11:00:00Z" },
    );
    const paid = await only(itemOf(member, 3, { transaction_number: "B-1" }));
    expect(paid.side_effects.effect[0].redeemed_on_bill_id).toBe(bill.body.createdId);
    const strange = await only(itemOf(other, 3, { transaction_number: "B-1" }));
    expect(strange.side_effects.effect[0].redeemed_on_bill_id).toBe(-1);
  });

  test("money may be given instead of points", async () => {
    const member = await shop.member([10, null]);
    const paid = await only(itemOf(member, "2.50"), { url: `${REDEEM}&currency_input=true` });
    expect(paid).toMatchObject({ points_redeemed: "2.5", redeemed_value: 2.5, balance: 7.5 });
  });

  test("an external reference redeems once, whoever sends it, also after a time-out", async () => {
    const member = await shop.member([100, null]);
    const item = itemOf(member, 10, { external_reference_number: "web-77" });
    const [first, second] = await Promise.all([redeem(item), redeem(item)]);
    const third = await redeem(item);
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect((await only({ ...item, points_redeemed: 11 })).item_status).toMatchObject({
      code: 70_001,
      message: "external_reference_number web-77 was used before with another request.",
    });
    expect(await shop.balanceOf(member.id)).toBe(90);
  });

  test("a call of several that is sent again with its key is answered as before", async () => {
    const member = await shop.member([100, null]);
    const items = [itemOf(member, 10), itemOf(member, 10)];
    const first = await redeem(items, { "idempotency-key": "two" });
    expect(await redeem(items, { "idempotency-key": "two" })).toEqual(first);
    expect(await shop.balanceOf(member.id)).toBe(80);
    const others = [itemOf(member, 11), itemOf(member, 11)];
    const refused = await redeem(others, { "idempotency-key": "two" });
    expect(JSON.stringify(refused)).toContain("The key two was used before with another request.");
    expect(JSON.stringify(refused)).not.toContain("redeem:");
  });

  test("two tills at once spend the balance once", async () => {
    const member = await shop.member([50, null]);
    const codes = await Promise.all([codeOf(itemOf(member, 50)), codeOf(itemOf(member, 50))]);
    expect(codes.sort()).toEqual([800, 818]);
    expect(await shop.balanceOf(member.id)).toBe(0);
    expect(await shop.sound()).toEqual([]);
  });

  test.each<[string, unknown, object, number]>([
    ["no points", undefined, {}, 801],
    ["zero points", 0, {}, 801],
    ["negative points", -5, {}, 801],
    ["words for points", "many", {}, 801],
    ["a fourth decimal", "1.0001", {}, 878],
    ["more than there is", 101, {}, 818],
    ["more than can be counted", 1e15, {}, 801],
    ["nobody", 1, { customer: {} }, 802],
    ["an unknown customer", 1, { customer: { external_id: "nobody" } }, 816],
    ["a time to come", 1, { redemption_time: "2026-01-20 20:00:01" }, 859],
    ["a time before the customer registered", 1, { redemption_time: "2024-12-31 12:00:00" }, 859],
    ["no time", 1, { redemption_time: "noon" }, 859],
    ["a group", 1, { user_group2_id: 7 }, 1632],
    ["a group of programs", 1, { group_redemption: "true" }, 3316],
    ["a default group", 1, { use_default_user_group2: true }, 828],
    ["another till than there is", 1, { till_id: 1 }, 400],
  ])("refuses %s", async (_, points, changes, code) => {
    const member = await shop.member([100, null]);
    const item = await only({ ...itemOf(member, points), ...changes });
    expect(item.item_status).toMatchObject({ success: "false", code });
    expect(await shop.balanceOf(member.id)).toBe(100);
  });

  test.each([{}, { root: {} }, { root: { redeem: [] } }, []])("refuses the body %j", async (body) => {
    const { status } = await shop.post(REDEEM, body);
    expect(status).toBe(400);
  });

  test("wants the permission, and its own organisation's customers", async () => {
    const member = await shop.member([10, null]);
    const body = { root: { redeem: itemOf(member, 1) } };
    expect((await shop.post(REDEEM, body, reader)).status).toBe(403);
    const answer = await shop.post(REDEEM, body, stranger);
    expect(answer.body.response.responses.points.item_status.code).toBe(816);
  });

  test("the clock may jump back: the ledger's time does not, the redemption's is its own", async () => {
    const member = await shop.member([10, null]);
    await only(itemOf(member, 1));
    shop.clock.set(new Date(NOON - 3_600_000));
    await only(itemOf(member, 1));
    const ledger = (await shop.get(`/api/customers/${member.id}/ledger`, shop.agent)).body.items;
    expect(ledger.slice(0, 2).map((item: Json) => item.bookedAt)).toEqual([
      "2026-01-20T12:00:00+00:00",
      "2026-01-20T12:00:00+00:00",
    ]);
    const { items } = (await shop.get(`/api/customers/${member.id}/redemptions`, shop.agent)).body;
    expect(items.map((item: Json) => item.redeemedAt)).toEqual([
      "2026-01-20T12:00:00+00:00",
      "2026-01-20T11:00:00+00:00",
    ]);
    expect(await shop.sound()).toEqual([]);
  });
});

describe("GET /v1.1/points/isredeemable", () => {
  const ask = async (member: Member, query: string): Promise<Json> =>
    (
      await shop.get(
        `/v1.1/points/isredeemable?format=json&external_id=${member.externalId}&${query}`,
        reader,
      )
    ).body.response.points.redeemable;

  test("says yes as documented, and spends nothing", async () => {
    const member = await shop.member([100, null]);
    expect(await ask(member, "points=12.5")).toEqual({
      mobile: expect.any(String),
      email: "",
      external_id: member.externalId,
      points: 12.5,
      is_redeemable: "true",
      points_redeem_value: 12.5,
      points_redeem_local_value: 12.5,
      input_type: "points",
      points_currency_ratio: "1",
      item_status: { success: "true", code: 800, message: expect.any(String) },
    });
    expect(await ask(member, "points=5&currency_input=true")).toMatchObject({
      input_type: "currency",
      points: 5,
    });
    expect(await shop.balanceOf(member.id)).toBe(100);
  });

  test.each([
    ["points=101", 818],
    ["points=0", 801],
    ["", 801],
    ["points=1&program_id=999999", 885],
    ["points=1&program_id=x", 1101],
    ["points=1&user_group2_id=3", 1632],
  ])("says no to %j and why", async (query, code) => {
    const answer = await ask(await shop.member([100, null]), query);
    expect([answer.is_redeemable, answer.item_status.code]).toEqual(["false", code]);
  });

  test("tells that no code could be sent", async () => {
    const answer = await ask(await shop.member([100, null]), "points=1&issue_otp=true");
    expect([answer.is_redeemable, answer.item_status.code]).toEqual(["true", 876]);
  });

  test("knows no one of another organisation, and wants a permission", async () => {
    const member = await shop.member([10, null]);
    const url = `/v1.1/points/isredeemable?external_id=${member.externalId}&points=1`;
    const foreign = await shop.get(url, stranger);
    expect(foreign.body.response.points.redeemable.item_status.code).toBe(816);
    expect((await shop.get(url, await shop.tillWith(["Customer:read"]))).status).toBe(403);
  });
});

describe("a bill that quotes redemptions", () => {
  const tillBill = ({ externalId }: Member, number: string, pointsRedemptions: unknown) => ({
    root: {
      transaction: {
        type: "regular",
        number,
        amount: "80",
        billing_time: "2026-01-20 20:00:00",
        customer: { external_id: externalId },
        pointsRedemptions,
      },
    },
  });
  const statusOf = async (member: Member, number: string, pointsRedemptions: unknown) =>
    (await shop.post("/v1.1/transaction/add?format=json", tillBill(member, number, pointsRedemptions))).body
      .response.transactions.transaction[0];
  const redemptionsOf = async ({ id }: Member): Promise<Json[]> =>
    (await shop.get(`/api/customers/${id}/redemptions`, shop.agent)).body.items;

  test("is linked to them in v2", async () => {
    const member = await shop.member([50, null]);
    const { redemption_id } = await only(itemOf(member, 20));
    const url = `/v2/transactions?identifierName=externalId&identifierValue=${member.externalId}&source=INSTORE`;
    const bill = { type: "REGULAR", billNumber: "Q-1", billAmount: 80 };
    const { status, body } = await shop.post(url, {
      ...bill,
      redemptions: { pointsRedemptions: [redemption_id, "nobody"] },
    });
    expect([status, body.errors]).toEqual([200, []]);
    expect(body.warnings).toEqual([{ status: false, code: 902, message: "There is no redemption nobody." }]);
    expect(await redemptionsOf(member)).toMatchObject([{ billNumber: "Q-1", transactionId: body.createdId }]);
    const refused = await shop.post(url, { ...bill, billNumber: "Q-2", redemptions: [] });
    expect([refused.status, refused.body.errors[0].message]).toEqual([400, "redemptions must be an object."]);
  });

  test("is linked to them in v1.1, which has numbers of its own for what is not", async () => {
    const [member, other] = [await shop.member([50, null]), await shop.member([50, null])];
    const { redemption_id: code } = await only(itemOf(member, 20));
    const { redemption_id: others } = await only(itemOf(other, 20));
    const first = await statusOf(member, "Q-3", code);
    expect(first.item_status).toMatchObject({ code: 600, warnings: { warning: [] } });
    expect(await redemptionsOf(member)).toMatchObject([{ billNumber: "Q-3", transactionId: first.id }]);
    const warned = await statusOf(member, "Q-4", ["nobody", others, { redemption_id: code }]);
    expect(warned.item_status).toMatchObject({ code: 600, warnings: { warning: ["640", "642"] } });
    const refused = await statusOf(member, "Q-5", [""]);
    expect(refused.item_status).toMatchObject({ success: "false", code: 400 });
    expect(refused.item_status.message).toMatch(/^pointsRedemptions\[0\] must be/);
  });
});
