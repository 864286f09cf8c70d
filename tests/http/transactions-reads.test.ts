import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADD, billOf, createTransactionsApp, type Json, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
let billId: number;
const BILL = {
  ...billOf({ billNumber: "READ/1", billAmount: 240, grossAmount: 250, discount: 10, note: "x" }),
  billingDate: "2026-01-19T18:20:05+00:00",
  lineItemsV2: [
    {
      itemCode: "TEA-1",
      description: "Tea",
      qty: 2,
      rate: 125,
      value: 250,
      discount: 10,
      amount: 240,
      serial: 4,
      attributes: { a: "b" },
    },
    { itemCode: "BAG", qty: 0.5, rate: 0, amount: 0, returnable: false, returnableDays: 14 },
  ],
  paymentModes: [{ mode: "Cash", value: 240, attributes: { currency: "GBP" } }],
};

beforeAll(async () => {
  shop = await createTransactionsApp();
  billId = (await shop.post(ADD, BILL)).body.createdId;
  for (let hour = 0; hour < 5; hour++) {
    const billingDate = `2026-01-1${hour}T12:00:00Z`;
    await shop.post(ADD.replace("C1", "C2"), billOf({ billNumber: `L${hour}`, billingDate }));
  }
});
afterAll(() => shop.app.dispose());

describe("GET /v2/transactions/{id}", () => {
  test("shows the bill as documented, in the cluster's zone", async () => {
    const { status, body } = await shop.get(`/v2/transactions/${billId}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: billId,
      customerId: shop.customers[0],
      type: "REGULAR",
      source: "instore",
      outlierStatus: "NORMAL",
      billDetails: {
        billNumber: "READ/1",
        amount: 240,
        grossAmount: 250,
        discount: 10,
        billingTime: "2026-01-20T02:20:05+08:00",
        note: "x",
        billingStore: { id: shop.shop.storeId, type: "STORE", code: "store-1", timeZoneId: -1 },
        returnDetails: { canceled: false },
      },
      lineItems: [
        {
          id: 1,
          details: {
            itemCode: "TEA-1",
            qty: 2,
            serial: 4,
            returnable: true,
            returnableDays: -1,
            attributes: { a: "b" },
            attributesSet: [{ a: "b" }],
          },
        },
        { id: 2, details: { itemCode: "BAG", qty: 0.5, serial: 0, returnable: false, returnableDays: 14 } },
      ],
      attribution: { createdBy: { id: shop.shop.tillId, type: "TILL" }, modifiedBy: {} },
      basketSize: 2.5,
      billPointsBreakup: [],
      warnings: [],
    });
    expect(body).not.toHaveProperty("paymentModes");
  });

  test("shows tenders on request", async () => {
    const { body } = await shop.get(`/v2/transactions/${billId}?tenders=true`);
    expect(body.paymentModes).toEqual([
      { id: 1, mode: "Cash", amount: 240, notes: "", attributes: [{ name: "currency", value: "GBP" }] },
    ]);
  });

  test.each([
    ["an unknown id", "999999999", 404, 603],
    ["what is no id", "abc", 400, 620],
    ["a negative id", "-1", 400, 620],
    ["an id beyond all", "99999999999999999999", 400, 620],
  ])("refuses %s", async (_, id, status, code) => {
    expect(await shop.get(`/v2/transactions/${id}`)).toMatchObject({ status, body: { errors: [{ code }] } });
  });

  test("needs credentials and the right to read transactions; another organisation's bills are not there", async () => {
    const url = `/v2/transactions/${billId}`;
    expect((await shop.get(url, { authorization: "" })).status).toBe(401);
    const writer = await shop.tillWith(["Transaction:write"]);
    expect((await shop.get(url, { ...writer })).status).toBe(403);
    const theirs = { authorization: shop.other.authorization };
    expect(await shop.get(url, theirs)).toMatchObject({ status: 404, body: { errors: [{ code: 603 }] } });
  });
});

describe("GET /v2/transactions/getByBillNumber/{number}", () => {
  test("finds the bill, its tenders too", async () => {
    const { status, body } = await shop.get(
      `/v2/transactions/getByBillNumber/${encodeURIComponent("READ/1")}`,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: billId, paymentModes: [{ mode: "Cash" }] });
  });

  test("refuses a number that nobody has, another organisation's too", async () => {
    const url = "/v2/transactions/getByBillNumber/L1";
    expect((await shop.get(url)).status).toBe(200);
    const theirs = { authorization: shop.other.authorization };
    expect(await shop.get(url, theirs)).toMatchObject({ status: 404, body: { errors: [{ code: 688 }] } });
    expect((await shop.get("/v2/transactions/getByBillNumber/none")).status).toBe(404);
  });
});

describe("lists of a customer's bills", () => {
  const list = (query = "") => shop.get(`/v2/customers/${shop.customers[1]}/transactions${query}`);
  const numbers = (body: Json): string[] => body.data.map((item: Json) => item.billNumber);

  test("come newest first with pagination and the base fields", async () => {
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(numbers(body)).toEqual(["L4", "L3", "L2", "L1", "L0"]);
    expect(body).toMatchObject({
      pagination: { limit: 20, offset: 0, total: 5, sortBy: "BILLING_TIME", sortOrder: "DESC" },
      warnings: [],
      errors: [],
    });
    expect(body.data[0]).toEqual({
      id: expect.any(Number),
      customerId: shop.customers[1],
      billingTime: "2026-01-14T20:00:00+08:00",
      billNumber: "L4",
      type: "REGULAR",
      notes: "",
      amount: 5,
      grossAmount: 5,
      discount: 0,
      outlierStatus: "NORMAL",
    });
  });

  test("page, sort and filter by date", async () => {
    expect(numbers((await list("?limit=2&offset=1")).body)).toEqual(["L3", "L2"]);
    expect(numbers((await list("?sortOrder=asc&limit=2")).body)).toEqual(["L0", "L1"]);
    const period = "?startDate=2026-01-11%2020:00:00&endDate=2026-01-13%2020:00:00";
    const { body } = await list(period);
    // From inclusive, until exclusive, in the cluster's zone.
    expect(numbers(body)).toEqual(["L2", "L1"]);
    expect(body.pagination.total).toBe(2);
  });

  test("embed what is asked for", async () => {
    const all = "BILL_CF,bill_ef,ATTRIBUTION,PAYMENT_MODES,CREDIT_NOTES,BILL_STORE_DETAILS,BILL_POINTS";
    const { body } = await list(`?embed=${all}&limit=1`);
    expect(body.data[0]).toMatchObject({
      customFields: {},
      extendedFields: {},
      attribution: { createdBy: { type: "TILL" } },
      paymentModes: [],
      creditNotes: [],
      billingStore: { code: "store-1" },
      billPoints: { pointsBreakup: [{ programName: "Rewards", regularPoints: 0.05 }] },
    });
  });

  test("are found by identifier too", async () => {
    const url = "/v2/customers/lookup/transactions?identifierName=externalId&identifierValue=C2&limit=1";
    expect(numbers((await shop.get(url)).body)).toEqual(["L4"]);
    for (const source of ["instore", "ALL", ""])
      expect(numbers((await shop.get(`${url}&source=${source}`)).body)).toEqual(["L4"]);
    for (const [source, code] of [
      ["WECHAT", 8065],
      ["NOWHERE", 8003],
    ] as const)
      expect(await shop.get(`${url}&source=${source}`)).toMatchObject({
        status: 400,
        body: { errors: [{ code }] },
      });
  });

  test.each([
    ["limit=1001", 1109],
    ["limit=0", 1109],
    ["limit=x", 1109],
    ["offset=-1", 1112],
    ["offset=x", 1112],
    ["startDate=yesterday", 1114],
    ["endDate=2026-02-30", 1114],
    ["startDate=2026-02-01&endDate=2026-01-01", 1115],
    ["sortBy=AMOUNT", 1115],
    ["sortOrder=up", 1115],
    ["embed=SECRETS", 1110],
  ])("refuse %s", async (query, code) => {
    expect(await list(`?${query}`)).toMatchObject({ status: 400, body: { errors: [{ code }] } });
  });

  test("refuse who is not known, and need the right to read", async () => {
    const unknown = await shop.get("/v2/customers/999999999/transactions");
    expect(unknown).toMatchObject({ status: 400, body: { errors: [{ code: 8015 }] } });
    const nobody = "/v2/customers/lookup/transactions?identifierName=externalId&identifierValue=nobody";
    expect(await shop.get(nobody)).toMatchObject({ status: 400, body: { errors: [{ code: 8015 }] } });
    expect(await shop.get("/v2/customers/lookup/transactions")).toMatchObject({
      status: 400,
      body: { errors: [{ code: 8002 }] },
    });
    const theirs = { authorization: shop.other.authorization };
    const url = `/v2/customers/${shop.customers[1]}/transactions`;
    expect(await shop.get(url, theirs)).toMatchObject({ status: 400, body: { errors: [{ code: 8015 }] } });
    const writer = await shop.tillWith(["Transaction:write"]);
    expect((await shop.get(url, { ...writer })).status).toBe(403);
    expect((await shop.get(url, { authorization: "" })).status).toBe(401);
  });
});
