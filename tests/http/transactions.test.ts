import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADD, billOf, createTransactionsApp, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
});
afterAll(() => shop.app.dispose());

describe("POST /v2/transactions", () => {
  test("answers as documented", async () => {
    const { status, body } = await shop.post(ADD, {
      ...billOf({ billAmount: 240, grossAmount: 250, discount: 10, note: "x" }),
      lineItemsV2: [{ itemCode: "TEA-1", qty: 2, rate: 125, value: 250, discount: 10, amount: 240 }],
      paymentModes: [{ mode: "Cash", value: 240 }],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      createdId: expect.any(Number),
      warnings: [],
      errors: [],
      sideEffects: [{ type: "points", entityType: "USER", rawAwardedPoints: 2.4, awardedPoints: 2.4 }],
      loyaltyDetails: [],
      customerInfo: { firstName: "Ana", lastName: "Reyes" },
    });
  });

  test("takes what published bodies send: numbers as text, the other spelling of lines, enums in any case", async () => {
    const plain = await shop.post(ADD.replace("C1", "C2"), {
      ...billOf({ type: "regular", billAmount: "80.50", discount: "0", deliveryStatus: "delivered" }),
      lineitemsV2: [{ itemCode: 12, qty: "1", rate: "80.50", amount: "80.50", returnable: "true" }],
    });
    expect(plain.status).toBe(200);
    expect(plain.body.sideEffects[0].awardedPoints).toBe(0.81);
    const read = await shop.get(`/v2/transactions/${plain.body.createdId}`);
    expect(read.body).toMatchObject({
      deliveryStatus: "DELIVERED",
      lineItems: [{ details: { itemCode: "12", qty: 1, rate: 80.5, returnable: true, returnableDays: -1 } }],
    });
  });

  test.each([
    ["externalId", "C1"],
    ["EXTERNALID", " C1 "],
    ["id", ""],
  ])("finds the customer by %s", async (name, value) => {
    const identifier = value === "" ? String(shop.customers[0]) : encodeURIComponent(value);
    const url = `/v2/transactions?identifierName=${name}&identifierValue=${identifier}`;
    const { status, body } = await shop.post(url, billOf());
    expect(status).toBe(200);
    const read = await shop.get(`/v2/transactions/${body.createdId}`);
    expect(read.body.customerId).toBe(shop.customers[0]);
  });

  test("records anonymous bills without identifiers", async () => {
    const { status, body } = await shop.post("/v2/transactions", billOf({ type: "NOT_INTERESTED" }));
    expect(status).toBe(200);
    expect(body).toEqual({
      createdId: expect.any(Number),
      warnings: [],
      errors: [],
      sideEffects: [],
      loyaltyDetails: [],
    });
  });

  test("keeps lines of some item codes out of loyalty", async () => {
    const author = { orgId: shop.shop.orgId, name: "test" };
    await shop.app.orgs.setSetting(author, "CONF_OUTLIER_ITEM_SKU", "CARD-1, CARD-2");
    const bill = billOf({
      billAmount: 9,
      lineItemsV2: [
        { itemCode: "CARD-1", qty: 1, amount: 7 },
        { itemCode: "TEA-1", qty: 1, amount: 2 },
      ],
    });
    const { body } = await shop.post(ADD, bill);
    expect(body.warnings).toEqual([
      { status: false, code: 9608, message: expect.stringContaining("CARD-1") },
    ]);
    expect(body.sideEffects[0].awardedPoints).toBe(0.02);
    const read = await shop.get(`/v2/transactions/${body.createdId}`);
    expect(read.body.lineItems.map((line: { outlierStatus: string }) => line.outlierStatus)).toEqual([
      "OUTLIER",
      "NORMAL",
    ]);
    await shop.app.orgs.setSetting(author, "CONF_OUTLIER_ITEM_SKU", "");
    expect((await shop.post(ADD, bill)).body.createdId).toBe(body.createdId);
  });

  test("tells of a new tier", async () => {
    const { body } = await shop.post(ADD.replace("C1", "C3"), billOf({ billAmount: 2500 }));
    expect(body.sideEffects).toEqual([
      expect.objectContaining({ type: "points", awardedPoints: 25 }),
      {
        type: "slab",
        entityType: "USER",
        previousSlabName: "Member",
        previousSlabNumber: 1,
        upgradedSlabName: "Gold",
        upgradedSlabNumber: 3,
      },
    ]);
  });

  test.each(["use_async=true", "use_asynch=TRUE"])("leaves the side effects out with %s", async (option) => {
    const { body } = await shop.post(`${ADD}&${option}`, billOf());
    expect(body.sideEffects).toEqual([]);
    const read = await shop.get(
      `/v2/customers/${shop.customers[0]}/transactions?embed=BILL_POINTS&limit=1000`,
    );
    const item = read.body.data.find(({ id }: { id: number }) => id === body.createdId);
    expect(item.billPoints.pointsBreakup[0].regularPoints).toBe(0.05);
  });

  test("adds raw side effects on request, every value a text", async () => {
    const { body } = await shop.post(`${ADD}&rawSideEffects=true`, billOf({ billNumber: "RAW" }));
    expect(body.rawSideEffects).toHaveLength(1);
    const [effect] = body.rawSideEffects;
    expect(effect).toMatchObject({
      type: "AWARD",
      awardOn: "BILL",
      points: "0.050",
      billNumber: "RAW",
      customerId: String(shop.customers[0]),
      quantity: "null",
      lineItemId: "-1",
      promoName: "",
    });
    for (const value of Object.values(effect)) expect(typeof value).toBe("string");
    expect((await shop.post(ADD, billOf())).body).not.toHaveProperty("rawSideEffects");
  });

  test("answers a retry byte for byte and refuses other contents with 604", async () => {
    const bill = billOf();
    const first = await shop.post(ADD, bill);
    const again = await shop.post(ADD, bill);
    expect(again.text).toBe(first.text);
    const other = await shop.post(ADD, { ...bill, billAmount: 101 });
    expect(other.status).toBe(400);
    expect(other.body).toEqual({
      errors: [{ status: false, code: 604, message: expect.stringContaining(bill.billNumber) }],
      warnings: [],
    });
  });

  test("honours an Idempotency-Key", async () => {
    const headers = { ...shop.till, "idempotency-key": "order-1" };
    const bill = billOf();
    const first = await shop.post(ADD, bill, headers);
    expect((await shop.post(ADD, bill, headers)).text).toBe(first.text);
    const reused = await shop.post(ADD, billOf(), headers);
    expect(reused).toMatchObject({ status: 409, body: { errors: [{ code: 70001 }] } });
    const long = await shop.post(ADD, billOf(), { ...shop.till, "idempotency-key": "x".repeat(201) });
    expect(long).toMatchObject({ status: 400, body: { errors: [{ code: 70002 }] } });
  });

  const refusals: readonly (readonly [string, string, object, number, string])[] = [
    ["no identifiers", "/v2/transactions", {}, 8084, "identifierName"],
    ["an identifier that nobody has", ADD.replace("C1", "nobody"), {}, 8015, "externalId nobody"],
    [
      "an unknown id",
      "/v2/transactions?identifierName=id&identifierValue=123456789",
      {},
      8015,
      "id 123456789",
    ],
    ["an id that is none", "/v2/transactions?identifierName=id&identifierValue=abc", {}, 8015, "id abc"],
    [
      "an unknown kind of identifier",
      "/v2/transactions?identifierName=shoe&identifierValue=1",
      {},
      8013,
      "shoe",
    ],
    [
      "a malformed mobile",
      "/v2/transactions?identifierName=mobile&identifierValue=12",
      {},
      8015,
      "mobile 12",
    ],
    ["an unknown source", ADD.replace("INSTORE", "MOON"), {}, 3217, "MOON"],
    ["no amount", ADD, { billAmount: null }, 601, "billAmount"],
    ["a negative amount", ADD, { billAmount: -5 }, 601, "billAmount"],
    ["no number", ADD, { billNumber: "" }, 602, "billNumber"],
    ["an impossible date", ADD, { billingDate: "2026-02-30" }, 400, "billingDate"],
    ["a date in the future", ADD, { billingDate: "2027-01-01" }, 643, "billingDate"],
    ["a type that is none", ADD, { type: "GIFT" }, 690, "GIFT"],
    ["a negative quantity", ADD, { lineItemsV2: [{ qty: -1 }] }, 627, "lineItemsV2[0].qty"],
    ["NUL in a note", ADD, { note: "\u0000" }, 400, "note"],
    ["NUL in an account", `${ADD}&accountId=%00`, {}, 400, "accountId"],
  ];
  test.each(refusals)("refuses %s", async (_, url, changes, code, words) => {
    const { status, body } = await shop.post(url, billOf(changes));
    expect(status).toBe(400);
    expect(body).toEqual({
      errors: [{ status: false, code, message: expect.stringContaining(words) }],
      warnings: [],
    });
  });

  test("warns of fields that are not defined and records the bill", async () => {
    const { status, body } = await shop.post(ADD, billOf({ extendedFields: { mood: "good" } }));
    expect(status).toBe(200);
    expect(body.warnings).toEqual([{ status: false, code: 91016, message: expect.stringContaining("mood") }]);
  });

  test("refuses customers whose status forbids it with 3045", async () => {
    const id = shop.customers[4]!;
    const setStatus = (status: string) =>
      shop.app.db.transaction(shop.shop.orgId, (tx) =>
        tx.run({
          name: "tests_set_status",
          text: "update customers.customers set status = $1 where party_id = $2",
          values: [status, id],
        }),
      );
    await setStatus("DELETED");
    const { status, body } = await shop.post(ADD.replace("C1", "C5"), billOf());
    await setStatus("ACTIVE");
    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ code: 3045, message: expect.stringContaining("DELETED") });
  });

  test("needs credentials and the right to write transactions", async () => {
    expect(await shop.post(ADD, billOf(), {})).toMatchObject({ status: 401 });
    const reader = await shop.tillWith(["Transaction:read", "Customer:write"]);
    expect(await shop.post(ADD, billOf(), { ...reader })).toMatchObject({
      status: 403,
      body: { errors: [{ code: 4000 }] },
    });
  });

  test("knows nothing of another organisation's customers, and its numbers are its own", async () => {
    const theirs = { authorization: shop.other.authorization };
    const url = `/v2/transactions?identifierName=id&identifierValue=${shop.customers[0]}`;
    expect(await shop.post(url, billOf(), theirs)).toMatchObject({
      status: 400,
      body: { errors: [{ code: 8015 }] },
    });
    const bill = billOf();
    expect((await shop.post(ADD, bill)).status).toBe(200);
    expect((await shop.post(ADD, { ...bill, billAmount: 7 }, theirs)).status).toBe(200);
    const key = { "idempotency-key": "shared" };
    expect((await shop.post(ADD, billOf(), { ...shop.till, ...key })).status).toBe(200);
    expect((await shop.post(ADD, billOf(), { ...theirs, ...key })).status).toBe(200);
  });
});

describe("POST /v2/transactions/bulk", () => {
  const BULK = "/v2/transactions/bulk";
  const item = (changes: object = {}) => ({
    identifierType: "externalId",
    identifierValue: "C1",
    source: "INSTORE",
    ...billOf(changes),
  });

  test("records what it can and says of each what became of it", async () => {
    const good = item({ extendedFields: { mood: "good" } });
    const { status, body } = await shop.post(BULK, [
      good,
      item({ billAmount: "many" }),
      item({ identifierValue: "nobody" }),
      { ...good, billAmount: 1 },
      item({ type: "NOT_INTERESTED", identifierType: undefined, identifierValue: undefined }),
      "not a bill",
      null,
      good,
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalCount: 8, failureCount: 5 });
    const codes = body.response.map(({ errors }: { errors: { code: number }[] }) =>
      errors.map(({ code }) => code),
    );
    expect(codes).toEqual([[], [601], [8015], [604], [], [8084], [8084], []]);
    const [first, , third, , anonymous, , , again] = body.response;
    expect(first).toEqual({
      entityId: expect.any(Number),
      result: { ...good, sideEffects: [expect.objectContaining({ awardedPoints: 0.05 })] },
      errors: [],
      warnings: [expect.objectContaining({ code: 91016 })],
    });
    expect(third).not.toHaveProperty("entityId");
    expect(third.result).toMatchObject({ identifierValue: "nobody" });
    expect(anonymous.result.sideEffects).toEqual([]);
    expect(again.entityId).toBe(first.entityId);
  });

  test("decides bills of one customer in order", async () => {
    const as = (changes: object) => item({ identifierValue: "C4", ...changes });
    const { body } = await shop.post(BULK, [
      as({ billAmount: 500 }),
      as({ billAmount: 100 }),
      as({ billAmount: 100 }),
    ]);
    const points = body.response.map(
      ({ result }: { result: { sideEffects: { awardedPoints: number }[] } }) =>
        result.sideEffects[0]!.awardedPoints,
    );
    expect(points).toEqual([5, 2, 2]);
  });

  test("takes a hundred and refuses a hundred and one, none, or what is no list", async () => {
    const many = Array.from({ length: 100 }, () => item({ billAmount: 1 }));
    expect((await shop.post(BULK, many)).body).toMatchObject({ totalCount: 100, failureCount: 0 });
    const one = await shop.post(BULK, [...many, item()]);
    expect(one).toMatchObject({
      status: 400,
      body: { errors: [{ code: 1060, message: expect.stringContaining("101") }] },
    });
    for (const body of [[], {}, null, "x", 5]) {
      expect(await shop.post(BULK, body)).toMatchObject({ status: 400 });
    }
  });

  test("takes twenty thousand lines together and refuses more, whole", async () => {
    const bills = (lines: number) =>
      Array.from({ length: 5 }, () =>
        item({ billAmount: 1, lineItemsV2: Array.from({ length: lines }, () => null) }),
      );
    expect((await shop.post(BULK, bills(4000))).body).toMatchObject({ totalCount: 5, failureCount: 5 });
    expect(await shop.post(BULK, [...bills(4000), item({ lineitemsV2: [null] })])).toMatchObject({
      status: 400,
      body: { errors: [{ code: 1060, message: expect.stringContaining("20000 lines together; 20001") }] },
    });
  });

  test("leaves side effects out with use_async", async () => {
    const { body } = await shop.post(`${BULK}?use_async=true`, [item()]);
    expect(body.response[0].result.sideEffects).toEqual([]);
  });

  test("needs credentials and the right to write transactions", async () => {
    expect(await shop.post(BULK, [item()], {})).toMatchObject({ status: 401 });
    const reader = await shop.tillWith(["Transaction:read"]);
    expect(await shop.post(BULK, [item()], { ...reader })).toMatchObject({ status: 403 });
  });

  test("another organisation's customers are nobody", async () => {
    const theirs = { authorization: shop.other.authorization };
    const { body } = await shop.post(
      BULK,
      [item({ identifierType: "id", identifierValue: shop.customers[0] })],
      theirs,
    );
    expect(body.response[0].errors[0].code).toBe(8015);
  });
});

test("the books are right", async () => {
  expect((await shop.app.verify()).findings).toEqual([]);
});
