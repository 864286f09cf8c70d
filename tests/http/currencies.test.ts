import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADD, billOf, createTransactionsApp, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
});
afterAll(() => shop.app.dispose());

/** A minute later, so that what is billed then follows the ratio. */
const setRatio = async (currencyCode: unknown, ratioInr: unknown, headers = shop.till) => {
  const answer = await shop.post("/v2/currencyratio", { currencyCode, ratioInr }, { ...headers });
  shop.clock.advance(60_000);
  return answer;
};
const configure = (value: string) =>
  shop.app.orgs.setSetting(
    { orgId: shop.shop.orgId, name: "test" },
    "CONF_CURRENCY_CONVERSION_ENABLE",
    value,
  );
const local = (changes: object = {}) =>
  billOf({
    addWithLocalCurrency: true,
    currencyCode: "EUR",
    billAmount: 40,
    billingDate: shop.clock.now().toISOString(),
    ...changes,
  });

describe("currency ratios", () => {
  test("are set and listed, newest of each currency", async () => {
    expect((await setRatio("gbp", "110")).body).toEqual({
      entity: { ratioInr: 110, currencyCode: "GBP" },
      warnings: [],
      errors: [],
      success: true,
    });
    await setRatio("EUR", 80);
    await setRatio("EUR", 88);
    const { body } = await shop.get("/v2/currencyratio");
    expect(body.data).toEqual([
      { ratioInr: 88, currencyCode: "EUR" },
      { ratioInr: 110, currencyCode: "GBP" },
    ]);
  });

  test.each([
    ["XXL", 1],
    [7, 1],
    ["EUR", 0],
    ["EUR", -1],
    ["EUR", "dear"],
    ["EUR", 1e7],
    ["EUR", null],
  ])("%j at %j is refused with 1102", async (currency, ratio) => {
    const { status, body } = await setRatio(currency, ratio);
    expect(status).toBe(400);
    expect(body.errors[0].code).toBe(1102);
  });

  test("need the permission, and are the organisation's own", async () => {
    const till = await shop.tillWith(["Organization:read"]);
    expect((await setRatio("EUR", 1, till)).status).toBe(403);
    const seller = await shop.tillWith(["Transaction:write"]);
    expect((await shop.get("/v2/currencyratio", { ...seller })).status).toBe(403);
    const others = await shop.get("/v2/currencyratio", { authorization: shop.other.authorization });
    expect(others.body.data).toEqual([]);
  });
});

describe("bills in a local currency", () => {
  test("are refused with 682 while the organisation does not convert", async () => {
    const { status, body } = await shop.post(ADD, local());
    expect(status).toBe(400);
    expect(body.errors[0].code).toBe(682);
  });

  test("earn by their amount in base currency, and reads show both", async () => {
    await configure("1");
    await setRatio("GBP", 110);
    await setRatio("EUR", 88);
    const bill = local({
      discount: 5,
      grossAmount: 45,
      lineItemsV2: [{ itemCode: "A", qty: 1, rate: 45, value: 45, discount: 5, amount: 40 }],
      paymentModes: [{ mode: "Cash", value: 40 }],
    });
    const { status, body } = await shop.post(ADD, bill);
    expect(status).toBe(200);
    expect(body.sideEffects[0].awardedPoints).toBe(0.32);
    const read = await shop.get(`/v2/transactions/${body.createdId}?tenders=true`);
    const base = { id: expect.any(Number), code: "GBP", name: "British Pound", symbol: "£" };
    const euro = { id: expect.any(Number), code: "EUR", name: "Euro", symbol: "€" };
    expect(read.body).toMatchObject({
      addWithLocalCurrency: true,
      billDetails: { amount: 32, grossAmount: 36, discount: 4 },
      localCurrency: {
        ratio: 0.8,
        baseCurrency: base,
        transactionCurrency: euro,
        amount: 40,
        discount: 5,
        grossAmount: 45,
      },
      lineItems: [{ details: { rate: 36, amount: 32, localCurrency: { ratio: 0.8, amount: 40, rate: 45 } } }],
      paymentModes: [{ amount: 32 }],
    });
    const v11 = await shop.get(`/v1.1/transaction/get?id=${body.createdId}`);
    const [item] = v11.body.response.transactions.transaction;
    expect(item).toMatchObject({
      amount: "32",
      local_currency: {
        ratio: "0.8",
        base_currency: {
          id: String(read.body.localCurrency.baseCurrency.id),
          name: "British Pound",
          symbol: "£",
        },
        transaction_currency: { name: "Euro", symbol: "€" },
        amount: "40",
        value: "32",
        discount: "5",
        gross_amount: "45",
      },
      currency: { ratio: "0.8", name: "Euro", symbol: "€" },
      line_items: {
        line_item: [{ amount: "32", local_currency: { amount: "40", rate: "45", value: "32" } }],
      },
    });
    expect((await shop.post(ADD, bill)).body.createdId).toBe(body.createdId);
  });

  test("follow the ratio of their date", async () => {
    const day = shop.clock.now().toISOString();
    const before = await shop.post(ADD, local());
    shop.clock.advance(86_400_000);
    await setRatio("EUR", 55);
    const late = await shop.post(ADD, local({ billingDate: day }));
    const now = await shop.post(ADD, local());
    const amount = async (id: number) => (await shop.get(`/v2/transactions/${id}`)).body.billDetails.amount;
    expect(await amount(before.body.createdId)).toBe(32);
    expect(await amount(late.body.createdId)).toBe(32);
    expect(await amount(now.body.createdId)).toBe(20);
  });

  test("are taken by v1.1 in the call of its own", async () => {
    const send = async (currency_code: string, number: string) =>
      shop.post("/v1.1/transaction/add_with_local_currency", {
        root: { transaction: { number, amount: "100", currency_code, customer: { external_id: "C1" } } },
      });
    const { body } = await send("EUR", "LC-1");
    const [item] = body.response.transactions.transaction;
    expect(item.item_status.code).toBe(600);
    expect(item.side_effects.effect[0].awarded_points).toBe(0.5);
    const none = await send("", "LC-2");
    expect(none.body.response.transactions.transaction[0].item_status.code).toBe(9606);
  });

  test.each([
    [{ currencyCode: undefined }, 9606],
    [{ currencyCode: "USD" }, 1102],
    [{ currencyCode: 5 }, 400],
    [{ billAmount: "much" }, 601],
    [{ lineItemsV2: [{ qty: 1, rate: "x" }] }, 601],
    [{ addWithLocalCurrency: "perhaps" }, 400],
  ])("%j is refused with %i", async (changes, code) => {
    const { body } = await shop.post(ADD, local(changes));
    expect(body.errors[0].code).toBe(code);
  });

  test("in the base currency itself need no ratio", async () => {
    const { body } = await shop.post(ADD, local({ currencyCode: "GBP", billAmount: 7 }));
    const read = await shop.get(`/v2/transactions/${body.createdId}`);
    expect(read.body).toMatchObject({ addWithLocalCurrency: false, billDetails: { amount: 7 } });
  });

  test("are refused with 9605 when the own currency has no ratio", async () => {
    const headers = { authorization: shop.other.authorization };
    const author = { orgId: shop.other.orgId, name: "test" };
    await shop.app.orgs.setSetting(author, "CONF_CURRENCY_CONVERSION_ENABLE", "1");
    await setRatio("EUR", 88, headers);
    const { body } = await shop.post(ADD, local(), headers);
    expect(body.errors[0].code).toBe(9605);
  });
});
