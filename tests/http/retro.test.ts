import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { billOf, createTransactionsApp, type Json, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
  await configure("CONF_RETRO_TRANSACTION_ENABLE", "1");
});
afterAll(async () => {
  expect((await shop.app.verify()).findings).toEqual([]);
  await shop.app.dispose();
});

const configure = (key: string, value: string) =>
  shop.app.orgs.setSetting({ orgId: shop.shop.orgId, name: "test" }, key, value);
const signed = () => ({ ...shop.till, "x-cap-client-signature": "instore" });
const anonymous = async (changes: object = {}) => {
  const bill = billOf({ type: "NOT_INTERESTED", billAmount: 200, ...changes });
  const { body } = await shop.post("/v2/transactions", bill);
  return { id: body.createdId as number, bill };
};
const claim = (transactionId: unknown, changes: object = {}, headers: Record<string, string> = signed()) =>
  shop.put(
    "/v2/transactions/retro",
    {
      oldType: "NOT_INTERESTED",
      newType: "REGULAR",
      transactionId,
      customerId: shop.customers[0],
      ...changes,
    },
    headers,
  );

describe("PUT /v2/transactions/retro", () => {
  test("gives the customer a bill of their own that earns what its date earned", async () => {
    const { id, bill } = await anonymous({
      note: "gift",
      lineItemsV2: [{ itemCode: "TEA-1", qty: 2, rate: 100, amount: 200, attributes: { size: "M" } }],
      paymentModes: [{ mode: "Cash", value: 200 }],
    });
    const { status, body } = await claim(id);
    expect(status).toBe(200);
    expect(body).toEqual({
      createdId: expect.any(Number),
      warnings: [],
      errors: [],
      sideEffects: [{ type: "points", entityType: "USER", rawAwardedPoints: 2, awardedPoints: 2 }],
    });
    expect(body.createdId).not.toBe(id);
    const made = await shop.get(`/v2/transactions/${body.createdId}?tenders=true`);
    expect(made.body).toMatchObject({
      type: "REGULAR",
      customerId: shop.customers[0],
      retroTxn: true,
      billDetails: { billNumber: bill.billNumber, amount: 200, note: "gift" },
      lineItems: [{ details: { itemCode: "TEA-1", qty: 2, amount: 200, attributes: { size: "M" } } }],
      paymentModes: [{ mode: "Cash", amount: 200 }],
    });
    const old = await shop.get(`/v2/transactions/${id}`);
    expect(old.body).toMatchObject({ type: "NOT_INTERESTED", retroTxn: false });
    expect(old.body).not.toHaveProperty("customerId");
  });

  test("leaves the number with the anonymous bill: a till that repeats it gets its first answer", async () => {
    const { id, bill } = await anonymous();
    await claim(id);
    expect((await shop.post("/v2/transactions", bill)).body.createdId).toBe(id);
    const other = await shop.post("/v2/transactions", { ...bill, billAmount: 201 });
    expect(other.body.errors[0].code).toBe(604);
  });

  test("happens once, whoever asks", async () => {
    const { id } = await anonymous();
    const both = await Promise.all([claim(id), claim(id, { customerId: shop.customers[1] })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
    const again = await claim(id);
    expect(again.body.errors[0].code).toBe(1627);
    const won = both.find(({ status }) => status === 200)!;
    expect((await claim(won.body.createdId)).body.errors[0].code).toBe(1627);
  });

  test("gets its first answer again under the same Idempotency-Key", async () => {
    const { id } = await anonymous();
    const headers = { ...signed(), "idempotency-key": "retro-1" };
    const first = await claim(id, {}, headers);
    expect((await claim(id, {}, headers)).text).toBe(first.text);
    expect((await claim(id, { notes: "else" }, headers)).status).toBe(409);
  });

  test("takes notes and fields with it", async () => {
    const author = { orgId: shop.shop.orgId, name: "test" };
    await shop.app.orgs.defineField(author, {
      kind: "extended",
      scope: "TRANSACTION",
      name: "channel",
      dataType: "string",
    });
    const { id } = await anonymous({ extendedFields: { channel: "kiosk" } });
    const { body } = await claim(id, { notes: "found", extendedFields: { channel: "desk", odd: 1 } });
    expect(body.warnings[0].code).toBe(91016);
    const read = await shop.get(`/v2/transactions/${body.createdId}`);
    expect(read.body).toMatchObject({ billDetails: { note: "found" }, extendedFields: { channel: "desk" } });
  });

  test("follows the tier of the bill's date", async () => {
    const silver = await anonymous({ billAmount: 100, billingDate: "2026-01-10T12:00:00Z" });
    const upgrade = billOf({ billAmount: 2500, billingDate: "2026-01-15T12:00:00Z" });
    const url = "/v2/transactions?identifierName=externalId&identifierValue=C4";
    const { body } = await shop.post(url, upgrade);
    expect(body.sideEffects[1].upgradedSlabName).toBe("Gold");
    const now = await shop.post(url, billOf({ billAmount: 100 }));
    const then = await claim(silver.id, { customerId: shop.customers[3] });
    expect(now.body.sideEffects[0].awardedPoints).toBeGreaterThan(1);
    expect(then.body.sideEffects[0].awardedPoints).toBe(1);
  });

  test.each([
    [{ oldType: undefined }, 1625],
    [{ newType: undefined }, 1625],
    [{ oldType: "REGULAR" }, 1626],
    [{ newType: "RETURN" }, 1626],
    [{ transactionId: "x" }, 1628],
    [{ transactionId: 999_999_999 }, 1628],
    [{ customerId: undefined }, 8084],
    [{ customerId: 999_999_999 }, 8015],
    [{ customerId: "Ana" }, 8015],
    [{ notes: 7, extendedFields: [] }, 400],
  ])("%j is refused with %i", async (changes, code) => {
    const { id } = await anonymous();
    const { status, body } = await claim(id, changes);
    expect(status).toBe(400);
    expect(body.errors[0].code).toBe(code);
    expect((await claim(id)).status).toBe(200);
  });

  test("asks who claims, and that the organisation lets bills be claimed", async () => {
    const { id } = await anonymous();
    expect((await claim(id, {}, { ...shop.till })).body.errors[0].code).toBe(1629);
    await configure("CONF_RETRO_TRANSACTION_ENABLE", "0");
    expect((await claim(id)).body.errors[0].code).toBe(1631);
    await configure("CONF_RETRO_TRANSACTION_ENABLE", "1");
  });

  test("keeps to the age and the registration that the organisation allows", async () => {
    const old = await anonymous({ billingDate: "2026-01-10T12:00:00Z" });
    await configure("CONF_CLIENT_RETRO_MAX_ALLOWED_AGE_DAYS", "5");
    expect((await claim(old.id)).body.errors[0].code).toBe(1633);
    await configure("CONF_CLIENT_RETRO_MAX_ALLOWED_AGE_DAYS", "");
    const { body } = await shop.post("/v1.1/transaction/add", {
      root: {
        transaction: {
          number: "NEWCOMER",
          amount: "1",
          billing_time: "2026-01-20 20:00:00",
          customer: { mobile: "447700900555" },
        },
      },
    });
    const customerId = body.response.transactions.transaction[0].customer.user_id;
    await configure("CONF_CLIENT_RETRO_DELAY_SINCE_REGISTRATION_HOURS", "2");
    const early = await anonymous({ billingDate: "2026-01-20T09:59:59Z" });
    const late = await anonymous({ billingDate: "2026-01-20T10:00:01Z" });
    expect((await claim(early.id, { customerId })).body.errors[0].code).toBe(1632);
    expect((await claim(late.id, { customerId })).status).toBe(200);
    await configure("CONF_CLIENT_RETRO_DELAY_SINCE_REGISTRATION_HOURS", "");
    expect((await claim(early.id, { customerId })).status).toBe(200);
  });

  test("counts the sale once", async () => {
    const sales = async () => {
      await shop.app.events.drain();
      const { rows } = await shop.app.db.transaction(shop.shop.orgId, async (tx) => ({
        rows: await tx.rows<{ purchases: number; amount: number }>({
          name: "tests_sales",
          text: "select sum(purchases)::bigint as purchases, sum(purchase_amount)::bigint as amount from insights.daily_figures",
          values: [],
        }),
      }));
      return rows[0]!;
    };
    const before = await sales();
    const { id } = await anonymous();
    const sold = await sales();
    expect(sold).toEqual({ purchases: before.purchases + 1, amount: before.amount + 2_000_000 });
    await claim(id);
    expect(await sales()).toEqual(sold);
    const facts = await shop.app.db.transaction(shop.shop.orgId, (tx) =>
      tx.rows<{ purchases: number; amount: number }>({
        name: "tests_facts",
        text: "select count(*) as purchases, sum(amount)::bigint as amount from activities.bills_v",
        values: [],
      }),
    );
    expect(facts).toEqual([sold]);
  });

  const BOUGHT = "2026-01-20T10:00:00Z";
  const bought = () => anonymous({ billingDate: BOUGHT });
  const back = ({ billNumber }: Json, type: string, changes: object = {}) =>
    billOf({ type, billNumber, returnType: "FULL", purchaseTime: BOUGHT, ...changes });

  test("is of what was sold: returned is not claimed, and claimed is the customer's to return", async () => {
    const returned = await bought();
    const sent = await shop.post("/v2/transactions", back(returned.bill, "NOT_INTERESTED_RETURN"));
    expect(sent.body.errors).toEqual([]);
    expect((await claim(returned.id)).body.errors[0].code).toBe(1626);
    const claimed = await bought();
    const made = (await claim(claimed.id)).body.createdId;
    const late = back(claimed.bill, "NOT_INTERESTED_RETURN");
    expect((await shop.post("/v2/transactions", late)).body.errors[0].code).toBe(625);
    const byId = { ...late, billNumber: undefined, id: claimed.id };
    expect((await shop.post("/v2/transactions", byId)).body.errors[0].code).toBe(625);
    const ofCustomer = "/v2/transactions?identifierName=externalId&identifierValue=C1";
    const own = await shop.post(
      ofCustomer,
      back(claimed.bill, "RETURN", { purchaseTime: "2026-01-20T09:00:00Z" }),
    );
    expect(own.body.errors).toEqual([]);
    const again = await shop.post(ofCustomer, {
      ...back(claimed.bill, "RETURN"),
      billNumber: undefined,
      id: made,
    });
    expect(again.body.errors[0].code).toBe(633);
  });

  test("and a return at the same time: one of the two is too late", async () => {
    for (let round = 0; round < 5; round++) {
      const { id, bill } = await bought();
      const returning = shop.post("/v2/transactions", back(bill, "NOT_INTERESTED_RETURN"));
      const both = await Promise.all([claim(id), returning]);
      expect(both.map(({ body }) => body.errors.length).sort()).toEqual([0, 1]);
    }
  });

  test("needs the permission, and knows no bill of another organisation", async () => {
    const { id } = await anonymous();
    const till = await shop.tillWith(["Transaction:read"]);
    const headers = { ...till, "x-cap-client-signature": "x" };
    expect((await claim(id, {}, headers)).status).toBe(403);
    const author = { orgId: shop.other.orgId, name: "test" };
    await shop.app.orgs.setSetting(author, "CONF_RETRO_TRANSACTION_ENABLE", "1");
    const theirs = { authorization: shop.other.authorization, "x-cap-client-signature": "x" };
    expect((await claim(id, {}, theirs)).body.errors[0].code).toBe(1628);
  });
});

describe("POST /v1.1/transaction/update with types", () => {
  const update = async (transaction: object, headers: Record<string, string> = signed()) => {
    const { body } = await shop.post("/v1.1/transaction/update", { root: { transaction } }, headers);
    return body.response.transactions.transaction[0] as Json;
  };
  const types = { old_type: "not_interested", new_type: "regular", customer: { external_id: "C2" } };

  test("claims and answers with both ids", async () => {
    const { id, bill } = await anonymous();
    expect(await update({ id, ...types })).toMatchObject({
      old_id: id,
      old_type: "NOT_INTERESTED",
      number: bill.billNumber,
      type: "REGULAR",
      billing_time: "2026-01-20 20:00:00",
      customer: { external_id: "C2" },
      side_effects: { effect: [{ type: "points", awarded_points: 2 }] },
      item_status: { success: "true", code: 1630 },
    });
    expect((await update({ id, ...types })).item_status.code).toBe(1627);
  });

  test.each([
    [{ id: "x" }, 1628],
    [{ new_type: "mixed" }, 1626],
    [{ new_type: "" }, 1625],
    [{ customer: {} }, 606],
    [{ customer: { mobile: "447700900998" } }, 611],
  ])("%j is refused with %i", async (changes, code) => {
    const { id } = await anonymous();
    expect((await update({ id, ...types, ...changes })).item_status.code).toBe(code);
  });

  test("asks who claims", async () => {
    const { id } = await anonymous();
    expect((await update({ id, ...types }, { ...shop.till })).item_status.code).toBe(1629);
  });
});

describe("claims in the console", () => {
  const post = (url: string, body: unknown, headers: Record<string, string> = shop.agent.headers) =>
    shop.post(url, body, headers);

  test("show what a claim would earn, then claim; both bills lead to each other", async () => {
    const { id } = await anonymous();
    const body = { customerId: shop.customers[2] };
    const preview = await post(`/api/transactions/${id}/claim/preview`, body);
    expect(preview.status).toBe(200);
    expect(preview.body).toMatchObject({ points: 2, why: { rules: [{ fired: true }] } });
    const made = await post(`/api/transactions/${id}/claim`, { ...body, note: "receipt shown" });
    expect(made.status).toBe(200);
    const old = await shop.get(`/api/transactions/${id}`, shop.agent.headers);
    expect(old.body).toMatchObject({
      claim: { transactionId: made.body.id, customerId: shop.customers[2] },
      claimed: null,
    });
    const bill = await shop.get(`/api/transactions/${made.body.id}`, shop.agent.headers);
    expect(bill.body).toMatchObject({
      points: 2,
      note: "receipt shown",
      claimed: { transactionId: id },
      claim: null,
    });
    expect((await post(`/api/transactions/${id}/claim/preview`, body)).body.error.number).toBe(1627);
    expect((await post(`/api/transactions/${id}/claim`, body)).body.error.number).toBe(1627);
  });

  test("refuse bad input and those who may not", async () => {
    const { id } = await anonymous();
    expect((await post(`/api/transactions/${id}/claim`, { customerId: "x" })).status).toBe(400);
    expect((await post(`/api/transactions/${id}/claim`, { customerId: 1e30 })).status).toBe(400);
    expect(
      (await post(`/api/transactions/999999999/claim/preview`, { customerId: 1 })).body.error.number,
    ).toBe(1628);
    const { signInUser } = await import("../../src/identity/testing.ts");
    const marketer = await signInUser(shop.app.identity, shop.shop.organisation, "marketer");
    expect((await post(`/api/transactions/${id}/claim`, { customerId: 1 }, marketer.headers)).status).toBe(
      403,
    );
    const stranger = await signInUser(shop.app.identity, shop.other.organisation, "owner");
    const theirs = await post(`/api/transactions/${id}/claim`, { customerId: 1 }, stranger.headers);
    expect(theirs.body.error.number).toBe(1628);
  });
});
