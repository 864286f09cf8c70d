import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADD, billOf, createTransactionsApp, type Json, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
});
afterAll(() => shop.app.dispose());

const V11 = "/v1.1/transaction/add?format=json";
let numbers = 0;
const tillBill = (changes: object = {}) => ({
  type: "regular",
  number: `L-${++numbers}`,
  amount: "80",
  billing_time: "2026-01-20 20:00:00",
  customer: { external_id: "C1" },
  line_items: {
    line_item: [{ item_code: "TEA-1", qty: "1", rate: "80", value: "80", amount: "80" }],
  },
  ...changes,
});
const send = async (transaction: unknown, headers?: Record<string, string>) =>
  shop.post(V11, { root: { transaction } }, headers);
const itemsOf = (body: Json) => body.response.transactions.transaction;
const only = async (transaction: unknown) => itemsOf((await send(transaction)).body)[0];

describe("POST /v1.1/transaction/add", () => {
  test("answers as documented", async () => {
    const bill = tillBill({ bill_client_id: "t-7", customer: { external_id: "C2" } });
    const { status, body } = await send([bill]);
    expect(status).toBe(200);
    expect(body.response.status).toEqual({ success: "true", code: 200, message: "Success" });
    expect(itemsOf(body)).toEqual([
      {
        id: expect.any(Number),
        number: bill.number,
        type: "REGULAR",
        bill_client_id: "t-7",
        parent_bill_number: "",
        shipping_source_till_code: "",
        delivery_status: "DELIVERED",
        outlier_status: "NORMAL",
        customer: expect.objectContaining({
          user_id: String(shop.customers[1]),
          firstname: "Ana",
          external_id: "C2",
          lifetime_points: "0.8",
          loyalty_points: "0.8",
          lifetime_purchases: "80",
          current_slab: "Member",
          type: "LOYALTY",
          source: "instore",
          points_summaries: {
            points_summary: [
              expect.objectContaining({
                programId: String(shop.shop.programId),
                lifetimePoints: "0.8",
                cumulativePurchases: "80",
                slabSNo: "1",
              }),
            ],
          },
        }),
        side_effects: { effect: [{ type: "points", awarded_points: 0.8, total_points: 0.8 }] },
        source: "INSTORE",
        item_status: {
          success: "true",
          code: 600,
          message: expect.any(String),
          warnings: { warning: [] },
        },
      },
    ]);
  });

  test("takes one object for an array and rounds quantities", async () => {
    const item = await only(
      tillBill({ line_items: { line_item: { item_code: "T", qty: "1.6", rate: "50", amount: "80" } } }),
    );
    const { body } = await shop.get(`/v2/transactions/${item.id}`);
    expect(body.lineItems).toHaveLength(1);
    expect(body.lineItems[0].details.qty).toBe(2);
  });

  test("is the same path as v2: the same input sent again is the same bill, other input 604", async () => {
    const bill = tillBill();
    const first = await only(bill);
    expect((await only(bill)).id).toBe(first.id);
    const other = await only({ ...bill, amount: "81" });
    expect(other.item_status).toMatchObject({ success: "false", code: 604 });
    const v2 = await shop.post(ADD, billOf({ billNumber: bill.number }));
    expect(v2.body.errors[0].code).toBe(604);
  });

  test("takes clock times as the cluster's, whatever offset they have", async () => {
    for (const billing_time of ["2026-01-20 18:30:00", "2026-01-20T18:30:00+01:00"]) {
      const item = await only(tillBill({ billing_time }));
      const { body } = await shop.get(`/v2/transactions/${item.id}`);
      expect(body.billDetails.billingTime).toBe("2026-01-20T18:30:00+08:00");
    }
  });

  test("registers an unknown customer and notes what is new of a known one", async () => {
    const customer = { mobile: "447700900777", firstname: "Ada", lastname: "Moss" };
    const first = await only(tillBill({ customer }));
    expect(first.customer).toMatchObject({
      mobile: "447700900777",
      firstname: "Ada",
      current_slab: "Member",
    });
    expect(first.side_effects.effect[0].awarded_points).toBe(0.8);
    const second = await only(
      tillBill({ customer: { ...customer, lastname: "Hill", email: "nobody@example.com" } }),
    );
    expect(second.customer).toMatchObject({ user_id: first.customer.user_id, lastname: "Hill" });
    const read = await shop.get(`/v2/customers/${first.customer.user_id}?source=INSTORE`);
    expect(read.body.profiles[0].lastName).toBe("Hill");
  });

  test("two bills of one new customer in a call are of one customer", async () => {
    const customer = { mobile: "447700900778", firstname: "Bea" };
    const items = itemsOf((await send([tillBill({ customer }), tillBill({ customer })])).body);
    expect(items.map((item: Json) => item.item_status.code)).toEqual([600, 600]);
    expect(items[0].customer.user_id).toBe(items[1].customer.user_id);
    expect(items[1].customer.lifetime_purchases).toBe("160");
  });

  test("a bill that is refused for its form registers nobody", async () => {
    const item = await only(tillBill({ amount: "much", customer: { mobile: "447700900779" } }));
    expect(item.item_status).toMatchObject({ success: "false", code: 601 });
    expect(item.item_status.message).toContain("amount");
    const found = await shop.get(
      "/v2/customers/lookup/transactions?identifierName=mobile&identifierValue=447700900779",
    );
    expect(found.body.errors[0].code).toBe(8015);
  });

  test("warns when another identifier belongs to somebody else, and books on the first", async () => {
    const item = await only(tillBill({ customer: { external_id: "C3", card_number: "77", id: "" } }));
    expect(item.customer.user_id).toBe(String(shop.customers[2]));
    const mine = { mobile: "447700900781", firstname: "Cy" };
    await only(tillBill({ customer: mine }));
    const both = await only(tillBill({ customer: { ...mine, external_id: "C3" } }));
    expect(both.customer.mobile).toBe("447700900781");
    expect(both.item_status.warnings.warning).toContain("8052");
  });

  test("records anonymous bills", async () => {
    const item = await only(tillBill({ type: "not_interested", customer: undefined }));
    expect(item).toMatchObject({ type: "NOT_INTERESTED", item_status: { code: 600 } });
    expect(item).not.toHaveProperty("customer");
  });

  test.each([
    [{ customer: {} }, 606, "identifier"],
    [{ customer: { id: "999999999" } }, 611, "999999999"],
    [{ amount: "" }, 601, "amount"],
    [{ amount: "-1" }, 631, "amount"],
    [{ number: "x".repeat(51) }, 602, "number"],
    [{ type: "mystery" }, 605, "MYSTERY"],
    [{ billing_time: "yesterday" }, 660, "billing_time"],
    [{ billing_time: "2026-03-01 10:00:00" }, 643, "billing_time"],
    [{ outlier_status: "ODD" }, 691, "outlier_status"],
    [{ line_items: { line_item: [{ qty: "two" }] } }, 601, "line_items.line_item[0].qty"],
    [{ line_items: { line_item: [{ qty: "-2" }] } }, 627, "line_items.line_item[0].qty"],
    [{ custom_fields: { field: [3] } }, 400, "custom_fields.field"],
    [{ source: "NOWHERE" }, 3217, "NOWHERE"],
    [{ currency_code: "EUR" }, 600, "added"],
  ])("%j is answered with %i", async (changes, code, word) => {
    const item = await only(tillBill(changes));
    expect(item.item_status.code).toBe(code);
    expect(item.item_status.message).toContain(word);
  });

  test("takes the two outlier statuses that only v1.1 has", async () => {
    const item = await only(tillBill({ outlier_status: "invalid" }));
    expect(item).toMatchObject({ outlier_status: "INVALID", side_effects: { effect: [] } });
  });

  test("says of a batch how much of it succeeded", async () => {
    const bad = { ...tillBill(), amount: "x" };
    const some = await send([tillBill(), bad]);
    expect(some.status).toBe(200);
    expect(some.body.response.status).toMatchObject({ success: "true", code: 201 });
    expect(itemsOf(some.body)[1]).toMatchObject({ number: bad.number, item_status: { success: "false" } });
    const none = await send([bad]);
    expect(none.body.response.status).toMatchObject({ success: "false", code: 500 });
  });

  test.each([
    [null, 400],
    [{ transaction: [] }, 400],
    [{ root: {} }, 615],
    [{ root: { transaction: [] } }, 615],
    [{ root: { transaction: Array.from({ length: 101 }, () => ({})) } }, 672],
  ])("refuses a call without a batch it can take: %#", async (body, code) => {
    const answer = await shop.post(V11, body);
    expect(answer.status).toBe(400);
    expect(answer.body.response.status).toMatchObject({ success: "false", code });
  });

  test("one bill may carry an Idempotency-Key", async () => {
    const bill = tillBill();
    const headers = { ...shop.till, "idempotency-key": "v11-key" };
    const first = await send(bill, headers);
    expect(itemsOf((await send(bill, headers)).body)[0].id).toBe(itemsOf(first.body)[0].id);
    const other = await send(tillBill(), headers);
    expect(itemsOf(other.body)[0].item_status.code).toBe(70001);
  });

  test("needs the permission to write transactions", async () => {
    const till = await shop.tillWith(["Transaction:read"]);
    const { status, body } = await send(tillBill(), { ...till });
    expect(status).toBe(403);
    expect(body.response.status.success).toBe("false");
  });
});

describe("GET /v1.1/transaction/get", () => {
  test("reads by id and by number, every scalar a text", async () => {
    const bill = tillBill({
      notes: "gift",
      payment_details: { payment: { mode: "Cash", value: "80" } },
    });
    const { id } = await only(bill);
    const byId = await shop.get(`/v1.1/transaction/get?id=${id}&tenders=true&user_id=true`);
    expect(byId.body.response.status.code).toBe(200);
    const [item] = itemsOf(byId.body);
    expect(item).toMatchObject({
      customer: { external_id: "C1", first_name: "Ana", user_id: String(shop.customers[0]) },
      billing_till: { code: shop.shop.tillCode },
      id: String(id),
      number: bill.number,
      type: "REGULAR",
      amount: "80",
      gross_amount: "80",
      discount: "0",
      notes: "gift",
      source: "instore",
      billing_time: "2026-01-20 20:00:00",
      tenders: { payment: [{ mode: "Cash", value: "80" }] },
      line_items: {
        line_item: [{ item_code: "TEA-1", qty: "1", rate: "80", serial: "0", returnable_days: "-1" }],
      },
      item_status: { success: "true", code: 600 },
    });
    const byNumber = await shop.get(`/v1.1/transaction/get?number=${bill.number}&type=all`);
    expect(itemsOf(byNumber.body)[0].id).toBe(String(id));
    expect(itemsOf(byNumber.body)[0].customer).not.toHaveProperty("user_id");
  });

  test.each([
    ["amount=80&date=2026-01-20", 600],
    ["amount=81", 625],
    ["date=2026-01-21", 625],
    ["store_code=nowhere", 625],
    ["till_code=nobody", 625],
    ["type=RETURN", 625],
  ])("leaves out what the filter %s does not fit", async (filter, code) => {
    const bill = tillBill();
    await only(bill);
    const { body } = await shop.get(`/v1.1/transaction/get?number=${bill.number}&${filter}`);
    expect(itemsOf(body)[0].item_status.code).toBe(code);
  });

  test.each([
    ["", 400, 1624],
    ["id=x", 400, 620],
    ["id=1&type=odd", 400, 400],
    ["id=1&amount=odd", 400, 601],
    ["id=1&date=odd", 400, 660],
  ])("refuses %j", async (query, status, code) => {
    const answer = await shop.get(`/v1.1/transaction/get?${query}`);
    expect(answer.status).toBe(status);
    expect(answer.body.response.status.code).toBe(code);
  });

  test("does not know what another organisation has", async () => {
    const { id } = await only(tillBill());
    const headers = { authorization: shop.other.authorization };
    const { body } = await shop.get(`/v1.1/transaction/get?id=${id}`, headers);
    expect(itemsOf(body)[0].item_status).toMatchObject({ success: "false", code: 625 });
    expect(body.response.status.code).toBe(500);
  });

  test("needs the permission to read transactions", async () => {
    const till = await shop.tillWith(["Transaction:write"]);
    expect((await shop.get("/v1.1/transaction/get?id=1", { ...till })).status).toBe(403);
  });
});

describe("GET /v1.1/customer/transactions", () => {
  const list = (query: string) => shop.get(`/v1.1/customer/transactions?${query}`);
  const customerOf = (body: Json) => body.response.customers.customer[0];

  test("lists a customer's bills, newest first, and filters them", async () => {
    const customer = { external_id: "C5" };
    const made: Json[] = [];
    for (const day of ["17", "18", "19"])
      made.push(await only(tillBill({ customer, billing_time: `2026-01-${day} 10:00:00` })));
    const { status, body } = await list("external_id=C5");
    expect(status).toBe(200);
    expect(body.response.status).toEqual({
      success: "true",
      code: 200,
      message: "Success",
      total: "1",
      success_count: "1",
    });
    const found = customerOf(body);
    expect(found).toMatchObject({
      external_id: "C5",
      count: "3",
      start: "0",
      rows: "3",
      total_available_points: "2.4",
      delayed_points: "0",
      item_status: { code: "1052" },
    });
    expect(found.transactions.transaction.map((bill: Json) => bill.id)).toEqual(
      made.map(({ id }) => String(id)).reverse(),
    );
    expect(found.transactions.transaction[0]).toMatchObject({
      amount: "80",
      basket_size: "1",
      points: {
        issued: "0.8",
        expiry_date: expect.stringMatching(/^2027-02-01 /),
        program_id: String(shop.shop.programId),
      },
      line_items: { line_item: [] },
    });
    const ids = async (query: string) =>
      customerOf((await list(`id=${shop.customers[4]}&${query}`)).body).transactions.transaction.map(
        ({ id }: Json) => Number(id),
      );
    const [first, second, third] = made.map(({ id }) => id);
    expect(await ids("sort=trans_id&order=asc")).toEqual([first, second, third]);
    expect(await ids("limit=1&offset=1")).toEqual([second]);
    expect(await ids(`number=${made[2].number}`)).toEqual([third]);
    expect(await ids(`transaction_id=${first}`)).toEqual([first]);
    expect(await ids(`start_id=${second}`)).toEqual([third, second]);
    expect(await ids("start_date=2026-01-18 00:00:00&end_date=2026-01-19 00:00:00")).toEqual([second]);
    expect(await ids("store_code=nowhere")).toEqual([]);
  });

  test.each([
    ["", 1015],
    ["mobile=447700900999", 1012],
    ["external_id=C1&limit=many", 400],
    ["external_id=C1&sort=size", 400],
    ["external_id=C1&start_date=soon", 660],
    ["external_id=C1&start_id=x", 620],
  ])("refuses %j", async (query, code) => {
    const { status, body } = await list(query);
    expect(status).toBe(400);
    expect(body.response.status).toMatchObject({ success: "false", code });
  });

  test("needs the permission, and knows nobody of another organisation", async () => {
    const till = await shop.tillWith(["Customer:read"]);
    expect((await shop.get("/v1.1/customer/transactions?external_id=C1", { ...till })).status).toBe(403);
    const headers = { authorization: shop.other.authorization };
    const url = `/v1.1/customer/transactions?id=${shop.customers[0]}`;
    expect((await shop.get(url, headers)).body.response.status.success).toBe("false");
  });
});
