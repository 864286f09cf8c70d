import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADD, billOf, createTransactionsApp, NOW, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
});
afterAll(() => shop.app.dispose());

const BOUGHT = "2026-01-20T10:00:00Z";
const LINES = [
  { itemCode: "TEA", qty: 2, rate: 30, amount: 60 },
  { itemCode: "CUP", qty: 1, rate: 40, amount: 40 },
  { itemCode: "SET", qty: 1, amount: 0, comboDetails: [{ itemCode: "PART", quantity: 1 }] },
];
const ANONYMOUS = "/v2/transactions";
/** Of a customer who stays in the first tier. */
const FOURTH = ADD.replace("C1", "C4");

let bills = 0;
/** Records a bill of 100 that a customer bought two hours ago. */
const buy = async (changes: object = {}, url = ADD): Promise<{ number: string; id: number }> => {
  const number = `R-${++bills}`;
  const body = billOf({
    billNumber: number,
    billAmount: 100,
    billingDate: BOUGHT,
    lineItemsV2: LINES,
    ...changes,
  });
  const answer = await shop.post(url, body);
  expect(answer.status).toBe(200);
  return { number, id: answer.body.createdId };
};
const returnOf = (billNumber: string, changes: object = {}) => ({
  type: "RETURN",
  returnType: "FULL",
  billNumber,
  purchaseTime: BOUGHT,
  billingDate: NOW,
  ...changes,
});
const line = (itemCode: string, qty: number, amount?: number, changes: object = {}) => ({
  itemCode,
  qty,
  amount,
  ...changes,
});
const byLine = (number: string, lines: object[], billAmount: number, changes: object = {}) =>
  returnOf(number, { returnType: "LINE_ITEM", billAmount, lineItemsV2: lines, ...changes });
const codesOf = ({ body }: { body: { warnings: { code: number }[] } }) =>
  body.warnings.map(({ code }) => code);
const balance = async (customer = 0): Promise<number> => {
  const { body } = await shop.get(`/v2/customers/${shop.customers[customer]}/points/balance`);
  return body.mainPoints;
};

describe("POST /v2/transactions of type RETURN", () => {
  test("answers as documented, and both bills show it", async () => {
    const { number, id } = await buy();
    const before = await balance();
    const { status, body } = await shop.post(ADD, byLine(number, [line("TEA", 1, 30)], 30));
    expect(status).toBe(200);
    expect(body).toEqual({
      createdId: expect.any(Number),
      warnings: [],
      errors: [],
      sideEffects: [],
      loyaltyDetails: [],
      customerInfo: { firstName: "Ana", lastName: "Reyes" },
    });
    expect(await balance()).toBe(before);
    const original = (await shop.get(`/v2/transactions/${id}`)).body;
    const shown = {
      id: body.createdId,
      returnType: "LINE_ITEM",
      amount: 30,
      billingTime: "2026-01-20T20:00:00+08:00",
    };
    expect(original.returnDetails).toEqual({ canceled: false, returnedAmount: 30, returns: [shown] });
    expect(original.billDetails.returnDetails).toEqual(original.returnDetails);
    expect(original.lineItems[0]).toMatchObject({
      returnDetails: { returnedQty: 1, returnedAmount: 30 },
      returnLineItemsDtos: [{ id: 1, returnBillId: body.createdId, qty: 1, amount: 30 }],
      niReturn: false,
    });
    expect(original.lineItems[1].returnDetails).toEqual({});
    const back = (await shop.get(`/v2/transactions/${body.createdId}?type=RETURN`)).body;
    expect(back).toMatchObject({
      type: "RETURN",
      returnType: "LINE_ITEM",
      parentBillId: id,
      billDetails: { billNumber: number, amount: 30 },
      lineItems: [{ parentLineId: 1, details: { itemCode: "TEA", qty: 1, amount: 30 } }],
    });
    const list = (await shop.get(`/v2/customers/${shop.customers[0]}/transactions`)).body.data;
    expect(list.find((item: { id: number }) => item.id === body.createdId)).toMatchObject({
      type: "RETURN",
      returnType: "LINE_ITEM",
      billNumber: number,
    });
  });

  test("of lines alone is of what the lines come to", async () => {
    const { number } = await buy();
    const lineItemsV2 = [line("TEA", 1, 30), line("CUP", 1)];
    const { status, body } = await shop.post(ADD, returnOf(number, { returnType: "LINE_ITEM", lineItemsV2 }));
    expect([status, body.errors]).toEqual([200, []]);
    const back = (await shop.get(`/v2/transactions/${body.createdId}?type=RETURN`)).body;
    expect(back.billDetails.amount).toBe(70);
  });

  test("takes the points of the whole bill, and marks a cancelled one", async () => {
    const before = await balance();
    const { number, id } = await buy();
    expect(await balance()).toBe(before + 1);
    expect((await shop.post(ADD, returnOf(number, { returnType: "CANCELLED" }))).status).toBe(200);
    expect(await balance()).toBe(before);
    expect((await shop.get(`/v2/transactions/${id}`)).body.returnDetails.canceled).toBe(true);
  });

  test("finds the bill by id, and by number whoever else has the number", async () => {
    const { id } = await buy();
    expect((await shop.post(ADD, returnOf("", { id }))).status).toBe(200);
    const { number } = await buy();
    const other = `/v2/transactions?identifierName=id&identifierValue=${shop.customers[0]}`;
    const wrongTime = returnOf(number, { purchaseTime: "2026-01-19T10:00:00Z" });
    expect(codesOf(await shop.post(other, wrongTime))).toEqual([9616]);
  });

  test("of an amount, as often as there is something left", async () => {
    const before = await balance();
    const { number } = await buy();
    for (const [billAmount, at] of [
      [50, "2026-01-20T11:00:00Z"],
      [30, "2026-01-20T11:00:01Z"],
    ] as const)
      expect(
        (await shop.post(ADD, returnOf(number, { returnType: "AMOUNT", billAmount, billingDate: at })))
          .status,
      ).toBe(200);
    expect(await balance()).toBeCloseTo(before + 0.2, 3);
    const more = await shop.post(ADD, returnOf(number, { returnType: "AMOUNT", billAmount: 20.01 }));
    expect(more.body.errors[0]).toMatchObject({ code: 630, message: expect.stringContaining("20") });
  });

  test("answers a retry byte for byte, by its contents or by its key", async () => {
    const { number } = await buy();
    const body = byLine(number, [line("TEA", 1, 30)], 30);
    const first = await shop.post(ADD, body);
    expect((await shop.post(ADD, body)).text).toBe(first.text);
    expect((await shop.post(ADD, { ...body, note: "again" })).body.errors[0].code).toBe(604);
    const keyed = (key: string) => shop.post(ADD, body, { ...shop.till, "idempotency-key": key });
    const second = await keyed(`k-${number}`);
    expect(second.body.createdId).not.toBe(first.body.createdId);
    expect((await keyed(`k-${number}`)).text).toBe(second.text);
    expect((await keyed(`l-${number}`)).body.errors[0].code).toBe(626);
  });

  test("warns of goods without days in which they may be returned", async () => {
    const { number } = await buy({ lineItemsV2: [{ itemCode: "TEA", amount: 100, returnable: true }] });
    expect(codesOf(await shop.post(ADD, returnOf(number)))).toEqual([9615]);
  });

  type Case = [name: string, code: number, word: string, send: (number: string, id: number) => object];
  const cases: Case[] = [
    ["no number and no id", 631, "billNumber", () => returnOf("")],
    ["a bill that nobody knows", 625, "NOWHERE", () => returnOf("NOWHERE")],
    ["an id that nobody knows", 625, "4000000000", () => returnOf("", { id: 4_000_000_000 })],
    ["an id that is none", 620, "id", (number) => returnOf(number, { id: "x" })],
    ["no time of purchase", 624, "purchaseTime", (number) => returnOf(number, { purchaseTime: null })],
    [
      "a return before the purchase",
      624,
      "purchaseTime",
      (number) => returnOf(number, { purchaseTime: NOW }),
    ],
    ["a return type that is none", 628, "returnType", (number) => returnOf(number, { returnType: "HALF" })],
    ["no return type", 628, "returnType", (number) => returnOf(number, { returnType: null })],
    ["an amount that is missing", 601, "billAmount", (number) => returnOf(number, { returnType: "AMOUNT" })],
    [
      "an amount of nothing",
      601,
      "billAmount",
      (number) => returnOf(number, { returnType: "AMOUNT", billAmount: 0 }),
    ],
    [
      "an amount below zero",
      601,
      "billAmount",
      (number) => returnOf(number, { returnType: "AMOUNT", billAmount: -1 }),
    ],
    [
      "an amount above the bill's",
      630,
      "billAmount",
      (number) => returnOf(number, { returnType: "AMOUNT", billAmount: 101 }),
    ],
    ["lines that are missing", 660, "lineItemsV2", (number) => byLine(number, [], 30)],
    [
      "a line that is bought",
      660,
      "type",
      (number) => byLine(number, [line("TEA", 1, 30, { type: "REGULAR" })], 30),
    ],
    ["no pieces", 660, "qty", (number) => byLine(number, [line("TEA", 0, 30)], 30)],
    ["pieces below zero", 627, "qty", (number) => byLine(number, [line("TEA", -1, 30)], 30)],
    ["too many pieces", 626, "TEA", (number) => byLine(number, [line("TEA", 3, 60)], 60)],
    [
      "too much money of a line",
      630,
      "lineItemsV2[0].amount",
      (number) => byLine(number, [line("TEA", 1, 61)], 61),
    ],
    ["an item that was not bought", 687, "POT", (number) => byLine(number, [line("POT", 1, 1)], 1)],
    ["part of a combination", 682, "PART", (number) => byLine(number, [line("PART", 1, 0)], 0)],
    ["a combination", 682, "SET", (number) => byLine(number, [line("SET", 1, 0)], 0)],
  ];
  test.each(cases)("refuses %s", async (_, code, word, send) => {
    const { number, id } = await buy();
    const { status, body } = await shop.post(ADD, send(number, id));
    expect(body.errors[0]).toMatchObject({ code, message: expect.stringContaining(word) });
    expect(status).toBe(400);
    // Nothing of it happened.
    expect((await shop.post(ADD, returnOf(number))).status).toBe(200);
  });

  test("refuses bills of others, by id and by number, and knows nothing of other organisations", async () => {
    const mine = await buy();
    const theirs = ADD.replace("C1", "C2");
    expect((await shop.post(theirs, returnOf(mine.number))).body.errors[0].code).toBe(668);
    expect((await shop.post(theirs, returnOf("", { id: mine.id }))).body.errors[0].code).toBe(667);
    const foreign = { authorization: shop.other.authorization };
    expect((await shop.post(ADD, returnOf(mine.number), foreign)).body.errors[0].code).toBe(625);
    expect((await shop.post(ADD, returnOf("", { id: mine.id }), foreign)).body.errors[0].code).toBe(625);
    expect(
      (await shop.post(ADD, returnOf(mine.number), { ...(await shop.tillWith(["Customer:write"])) })).status,
    ).toBe(403);
  });

  test("refuses what an earlier return rules out", async () => {
    const tell = async (body: object) => (await shop.post(ADD, body)).body.errors[0]?.code ?? 0;
    const lines = (await buy()).number;
    expect(await tell(byLine(lines, [line("TEA", 1, 30)], 30))).toBe(0);
    expect(await tell(returnOf(lines, { returnType: "AMOUNT", billAmount: 1 }))).toBe(632);
    expect(await tell(returnOf(lines))).toBe(639);
    const amounts = (await buy()).number;
    expect(await tell(returnOf(amounts, { returnType: "AMOUNT", billAmount: 1 }))).toBe(0);
    expect(await tell(byLine(amounts, [line("TEA", 1, 30)], 30))).toBe(638);
    expect(await tell(returnOf(amounts, { returnType: "CANCELLED" }))).toBe(639);
    const whole = (await buy()).number;
    expect(await tell(returnOf(whole))).toBe(0);
    expect(await tell(returnOf(whole, { billingDate: "2026-01-20T12:00:01Z" }))).toBe(633);
    const outlier = (await buy({ outlierStatus: "TEST" })).number;
    expect(await tell(returnOf(outlier))).toBe(1121);
  });

  test("stores returns of unknown bills with a warning when the organisation takes them", async () => {
    const author = { orgId: shop.shop.orgId, name: "test" };
    await shop.app.orgs.setSetting(author, "CONF_ALLOW_NOT_EXISTING_BILL_RETURN", "1");
    const before = await balance();
    const answer = await shop.post(ADD, byLine("LONG-AGO", [line("TEA", 1, 30)], 30));
    await shop.app.orgs.setSetting(author, "CONF_ALLOW_NOT_EXISTING_BILL_RETURN", "0");
    expect(codesOf(answer)).toEqual([625]);
    expect(await balance()).toBe(before);
    const { body } = await shop.get(`/v2/transactions/${answer.body.createdId}`);
    expect(body).toMatchObject({ type: "RETURN", billDetails: { billNumber: "LONG-AGO", amount: 30 } });
    expect(body).not.toHaveProperty("parentBillId");
  });

  test("takes nothing back where the organisation returns no points", async () => {
    const author = { orgId: shop.shop.orgId, name: "test" };
    const { number } = await buy();
    const before = await balance();
    await shop.app.orgs.setSetting(author, "CONF_POINTS_RETURN_ENABLED", "0");
    const { status } = await shop.post(ADD, returnOf(number));
    await shop.app.orgs.setSetting(author, "CONF_POINTS_RETURN_ENABLED", "1");
    expect(status).toBe(200);
    expect(await balance()).toBe(before);
  });
});

describe("anonymous bills", () => {
  test("go back by number, with the time of purchase on every line", async () => {
    const { number, id } = await buy({ type: "NOT_INTERESTED" }, ANONYMOUS);
    const back = (lines: object[], changes: object = {}) =>
      byLine(number, lines, 30, { type: "NOT_INTERESTED_RETURN", ...changes });
    expect((await shop.post(ANONYMOUS, back([line("TEA", 1, 30)]))).body.errors[0].code).toBe(624);
    const answer = await shop.post(ANONYMOUS, back([line("TEA", 1, 30, { purchaseTime: BOUGHT })]));
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty("customerInfo");
    const original = (await shop.get(`/v2/transactions/${id}`)).body;
    expect(original.niReturnDetails).toMatchObject({
      returnedAmount: 30,
      returns: [{ id: answer.body.createdId }],
    });
    expect(original.lineItems[0]).toMatchObject({ niReturn: true, niReturnLineItemsDtos: [{ qty: 1 }] });
    const same = back([line("TEA", 2, 60, { purchaseTime: BOUGHT })], { billAmount: 60 });
    expect((await shop.post(ANONYMOUS, same)).body.errors[0].code).toBe(626);
    expect((await shop.post(ADD, returnOf(number))).body.errors[0].code).toBe(668);
  });
});

describe("mixed bills", () => {
  test("take goods of earlier bills back and sell others, all or nothing", async () => {
    const [first, second] = [await buy({}, FOURTH), await buy({}, FOURTH)];
    const before = await balance(3);
    const number = `M-${first.number}`;
    const back = (of: string, itemCode: string, qty: number, amount: number) =>
      line(itemCode, qty, amount, { type: "RETURN", parentBillNumber: of, purchaseTime: BOUGHT });
    const mixed = (lines: object[]) =>
      billOf({ billNumber: number, billAmount: 50, lineItemsV2: [line("POT", 1, 50), ...lines] });
    const refused = await shop.post(
      FOURTH,
      mixed([back(first.number, "TEA", 2, 60), back(second.number, "POT", 1, 1)]),
    );
    expect(refused.body.errors[0].code).toBe(687);
    expect(await balance(3)).toBe(before);
    const whole = {
      type: "RETURN",
      returnType: "FULL",
      parentBillNumber: second.number,
      purchaseTime: BOUGHT,
    };
    const { body } = await shop.post(
      FOURTH,
      mixed([back(first.number, "TEA", 2, 60), back(first.number, "CUP", 1, 40), whole]),
    );
    expect(body.sideEffects).toMatchObject([{ type: "points", awardedPoints: 0.5 }]);
    // A line of the first bill is left, so its points stay.
    expect(await balance(3)).toBeCloseTo(before + 0.5 - 1, 3);
    const shown = (await shop.get(`/v2/transactions/${body.createdId}`)).body;
    expect(shown).toMatchObject({
      type: "REGULAR",
      billDetails: { amount: 50 },
      lineItems: [{ details: { itemCode: "POT" } }],
    });
    const original = (await shop.get(`/v2/transactions/${first.id}`)).body;
    expect(original.returnDetails).toMatchObject({
      returnedAmount: 100,
      returns: [{ returnType: "LINE_ITEM" }],
    });
    const [{ id }] = original.returnDetails.returns;
    expect((await shop.get(`/v2/transactions/${id}`)).body.mixedBillId).toBe(body.createdId);
  });

  test.each([
    ["a line without its bill", 631, "parentBillNumber", { type: "RETURN", itemCode: "TEA" }],
    ["a line without item or kind", 660, "itemCode", { type: "RETURN", parentBillNumber: "X" }],
    [
      "a line of an anonymous bill",
      660,
      "type",
      { type: "NOT_INTERESTED_RETURN", itemCode: "TEA", parentBillNumber: "X" },
    ],
    [
      "a line's unknown kind",
      628,
      "returnType",
      { type: "RETURN", itemCode: "TEA", returnType: "SOME", parentBillNumber: "X" },
    ],
  ])("refuses %s", async (_, code, word, item) => {
    const { body } = await shop.post(ADD, billOf({ lineItemsV2: [item] }));
    expect(body.errors[0]).toMatchObject({ code, message: expect.stringContaining(word) });
  });
});

test("POST /v2/transactions/bulk: a return sees the bill of the same call", async () => {
  const who = { identifierType: "externalId", identifierValue: "C1", source: "INSTORE" };
  const bill = billOf({ billNumber: "BULK-1", billAmount: 100, billingDate: BOUGHT });
  const half = returnOf("BULK-1", { returnType: "AMOUNT", billAmount: 50 });
  const items = [
    { ...who, ...bill },
    { ...who, ...half },
    { ...who, ...returnOf("BULK-1") },
    { ...who, ...half },
  ];
  const { body } = await shop.post("/v2/transactions/bulk", items);
  const codes = body.response.map((item: { errors: { code: number }[] }) => item.errors[0]?.code ?? 0);
  expect(codes).toEqual([0, 0, 639, 0]);
  // The last one is the second one again.
  expect(body.response[3].entityId).toBe(body.response[1].entityId);
});

test("POST /v1.1/transaction/add: returns in its words and numbers", async () => {
  const url = "/v1.1/transaction/add?format=json";
  const send = async (transaction: object) => {
    const { body } = await shop.post(url, { root: { transaction: [transaction] } });
    return body.response.transactions.transaction[0];
  };
  const { number } = await buy();
  const customer = { external_id: "C1" };
  const times = { billing_time: "2026-01-20 20:00:00", purchase_time: "2026-01-20 18:00:00" };
  const back = { type: "return", return_type: "AMOUNT", number, amount: "50", customer, ...times };
  const first = await send({ ...back, parent_bill_number: `OWN-${number}` });
  expect(first).toMatchObject({
    type: "RETURN",
    parent_bill_number: `OWN-${number}`,
    points_deducted: 0.5,
    points_balance: expect.any(Number),
    item_status: { code: 600 },
  });
  // Its own number makes the same a repeat, and other contents a duplicate.
  expect((await send({ ...back, parent_bill_number: `OWN-${number}` })).id).toBe(first.id);
  expect((await send({ ...back, amount: "40", parent_bill_number: `OWN-${number}` })).item_status.code).toBe(
    604,
  );
  const lines = { line_items: { line_item: [{ item_code: "TEA", qty: "1", amount: "30" }] } };
  expect((await send({ ...back, return_type: "LINE_ITEM", ...lines })).item_status.code).toBe(632);
  const cancelled = (await buy()).number;
  expect((await send({ ...back, number: cancelled, return_type: "CANCELLED" })).item_status.code).toBe(600);
  expect((await send({ ...back, number: cancelled, return_type: "FULL" })).item_status.code).toBe(614);
  expect((await send({ ...back, number: "" })).item_status.code).toBe(677);
});
