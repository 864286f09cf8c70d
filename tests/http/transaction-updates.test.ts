import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInUser } from "../../src/identity/testing.ts";
import { definitionWith } from "../../src/loyalty/testing.ts";
import { createTestShop, registerCustomers } from "../support/app.ts";
import { ADD, billOf, createTransactionsApp, type Json, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
  const author = { orgId: shop.shop.orgId, name: "test" };
  for (const [kind, scope, name] of [
    ["extended", "TRANSACTION", "channel"],
    ["extended", "LINEITEM", "size"],
    ["custom", "LOYALTY_TRANSACTION", "cashier"],
    ["custom", "LOYALTY_REGISTRATION", "club"],
  ] as const)
    await shop.app.orgs.defineField(author, { kind, scope, name, dataType: "string" });
});
afterAll(() => shop.app.dispose());

const PUT = "/v2/transactions?identifierName=externalId&identifierValue=C1";
const add = async (changes: object = {}) => {
  const bill = billOf({
    lineItemsV2: [
      { itemCode: "A", qty: 1, amount: 2 },
      { itemCode: "B", qty: 1, amount: 3, extendedFields: { size: "M" } },
    ],
    extendedFields: { channel: "kiosk" },
    ...changes,
  });
  return { id: (await shop.post(ADD, bill)).body.createdId as number, bill };
};
const consoleBill = async (id: number): Promise<Json> =>
  (await shop.get(`/api/transactions/${id}`, shop.agent.headers)).body;

describe("PUT /v2/transactions", () => {
  test("changes fields of the bill and of its lines, and tells what they are now", async () => {
    const { id, bill } = await add();
    const { status, body } = await shop.put(PUT, {
      id,
      deliveryStatus: "shipped",
      extendedFields: { channel: "web" },
      customFields: { cashier: "Bo", club: "Tea" },
      lineItems: [
        { itemCode: "A", extendedFields: { size: "L" } },
        { id: 2, extendedFields: { size: "" } },
      ],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      id,
      number: bill.billNumber,
      type: "REGULAR",
      customer: { id: shop.customers[0] },
      customFields: { cashier: "Bo", club: "Tea" },
      extendedFields: { channel: "web" },
      lineItems: [
        { id: 1, itemCode: "A", extendedFields: { size: "L" } },
        { id: 2, itemCode: "B", extendedFields: {} },
      ],
      loyaltyDetails: [],
      errors: [],
      warnings: [],
    });
    const read = await shop.get(`/v2/transactions/${id}`);
    expect(read.body).toMatchObject({
      deliveryStatus: "SHIPPED",
      extendedFields: { channel: "web" },
      customFields: { cashier: "Bo", club: "Tea" },
      attribution: { modifiedBy: { code: shop.shop.tillCode }, modifiedDate: expect.any(String) },
      lineItems: [{ details: { extendedFields: { size: "L" } } }, { details: { extendedFields: {} } }],
    });
  });

  test("keeps who changed what from what to what, and tells the others", async () => {
    const { id } = await add();
    await shop.put(PUT, { id, extendedFields: { channel: "web" } });
    await shop.put(PUT, { id, lineItems: [{ id: 1, extendedFields: { size: "S" } }] });
    await shop.put(PUT, { id, extendedFields: { channel: "web" } });
    const { changes } = await consoleBill(id);
    expect(changes).toEqual([
      {
        at: expect.any(String),
        by: shop.shop.tillCode,
        source: "API",
        parts: [{ field: "extendedFields.size", line: 1, from: null, to: "S" }],
      },
      {
        at: expect.any(String),
        by: shop.shop.tillCode,
        source: "API",
        parts: [{ field: "extendedFields.channel", from: "kiosk", to: "web" }],
      },
    ]);
    const events = await shop.app.db.transaction(shop.shop.orgId, (tx) =>
      tx.rows<{ payload: Json }>({
        name: "tests_updated",
        text: "select payload from events.outbox where event_type = 'transaction.updated' and (payload ->> 'transactionId')::bigint = $1 order by id",
        values: [id],
      }),
    );
    expect(events.map(({ payload }) => payload.changes[0].to)).toEqual(["web", "S"]);
  });

  test("finds the bill by number", async () => {
    const { id, bill } = await add();
    const { body } = await shop.put(PUT, { number: bill.billNumber, extendedFields: { channel: null } });
    expect(body).toMatchObject({ id, extendedFields: {} });
  });

  test.each([
    [{ deliveryStatus: "SHIPPED" }, 607],
    [{ id: "x" }, 603],
    [{ id: 999_999_999 }, 667],
    [{ number: "nowhere" }, 688],
    [{ id: 0, deliveryStatus: "LOST" }, 691],
    [{ id: 0, customFields: { odd: 1 } }, 669],
    [{ id: 0, lineItems: [{}] }, 1119],
    [{ id: 0, lineItems: [{ id: "x" }] }, 1119],
    [{ id: 0, lineItems: 5 }, 400],
    [{ id: 0, extendedFields: 5 }, 400],
  ])("%j is refused with %i", async (body, code) => {
    const answer = await shop.put(PUT, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].code).toBe(code);
  });

  test("refuses lines that the bill has not, leaving the rest as it was", async () => {
    const { id } = await add();
    const lines = (line: object) => ({ id, extendedFields: { channel: "web" }, lineItems: [line] });
    expect((await shop.put(PUT, lines({ id: 9 }))).body.errors[0].code).toBe(1119);
    expect((await shop.put(PUT, lines({ itemCode: "Z" }))).body.errors[0].code).toBe(1120);
    expect((await consoleBill(id)).changes).toEqual([]);
  });

  test("refuses bills of others and anonymous ones", async () => {
    const { id, bill } = await add();
    const others = PUT.replace("C1", "C2");
    expect((await shop.put(others, { id })).body.errors[0].code).toBe(667);
    expect((await shop.put(others, { number: bill.billNumber })).body.errors[0].code).toBe(668);
    const none = await shop.post("/v2/transactions", billOf({ type: "NOT_INTERESTED" }));
    expect((await shop.put(PUT, { id: none.body.createdId })).body.errors[0].code).toBe(667);
    expect((await shop.put("/v2/transactions", { id })).body.errors[0].code).toBe(8084);
    expect((await shop.put(PUT.replace("C1", "C99"), { id })).body.errors[0].code).toBe(8015);
  });

  test("needs the permission, and knows no bill of another organisation", async () => {
    const { id } = await add();
    const till = await shop.tillWith(["Transaction:read"]);
    expect((await shop.put(PUT, { id }, { ...till })).status).toBe(403);
    const theirs = await shop.put(PUT, { id }, { authorization: shop.other.authorization });
    expect(theirs.body.errors[0].code).toBe(667);
  });
});

describe("points that wait for an event", () => {
  test("become regular when their bill is updated, those of other bills do not", async () => {
    const own = await createTestShop(shop.app);
    const owner = await signInUser(shop.app.identity, own.organisation, "owner");
    const award = {
      strategy: "fixed",
      allTiers: 4,
      perTier: undefined,
      decimals: 0,
      category: "trigger_based",
    };
    const url = `/api/programs/${own.programId}`;
    const definition = definitionWith([{ award }]);
    expect((await shop.put(`${url}/draft`, { definition }, owner.headers)).status).toBe(200);
    shop.clock.advance(60_000);
    expect((await shop.post(`${url}/publish`, {}, owner.headers)).status).toBeLessThan(300);
    await registerCustomers(shop.app, own, 1);
    const headers = { authorization: own.authorization };
    const made: number[] = [];
    for (const changes of [1, 2].map(() => ({ billingDate: shop.clock.now().toISOString() })))
      made.push((await shop.post(ADD, billOf(changes), headers)).body.createdId as number);
    const balances = async () =>
      (await shop.get(`/v2/earning/${made[0]}`, headers)).body.billDetails.pointsEarningEntities.billPoints[0]
        .currentPointsSummary;
    expect(await balances()).toMatchObject({ availablePoints: 0, promisedPoints: 4 });
    await shop.put(PUT, { id: made[0], deliveryStatus: "DELIVERED" }, headers);
    expect(await balances()).toMatchObject({
      availablePoints: 4,
      promisedPoints: 0,
      promisedPointsConverted: 4,
    });
    const other = await shop.get(`/v2/earning/${made[1]}`, headers);
    expect(
      other.body.billDetails.pointsEarningEntities.billPoints[0].currentPointsSummary.promisedPoints,
    ).toBe(4);
    expect((await shop.app.verify()).findings).toEqual([]);
  });
});

describe("PUT /v2/transactions/bulk", () => {
  const BULK = "/v2/transactions/bulk";
  const who = { identifierType: "externalId", identifierValue: "C1", source: "INSTORE" };

  test("changes each by itself", async () => {
    const { id } = await add();
    const { status, body } = await shop.put(BULK, [
      { ...who, id, extendedFields: { channel: "a" } },
      { ...who, id: 999_999_999 },
      { ...who, id, extendedFields: { channel: "b", odd: 1 } },
      { id },
      7,
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      totalCount: 5,
      failureCount: 3,
      response: [
        { result: { ...who, id, extendedFields: { channel: "a" } }, errors: [] },
        { errors: [{ code: 667 }] },
        { result: { extendedFields: { channel: "b" } }, warnings: [{ code: 91016 }] },
        { errors: [{ code: 8084 }] },
        { errors: [{ code: 400 }] },
      ],
    });
    expect((await consoleBill(id)).changes).toHaveLength(2);
  });

  test.each([[[]], [{}], [Array.from({ length: 101 }, () => ({}))]])("refuses %#", async (body) => {
    const answer = await shop.put(BULK, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].code).toBe(1060);
  });

  test("needs the permission", async () => {
    const till = await shop.tillWith(["Transaction:read"]);
    expect((await shop.put(BULK, [{}], { ...till })).status).toBe(403);
  });
});

describe("POST /v1.1/transaction/update", () => {
  const update = async (transaction: object, headers?: Record<string, string>): Promise<Json> => {
    const { body } = await shop.post("/v1.1/transaction/update", { root: { transaction } }, headers);
    return body.response.transactions?.transaction[0] ?? body;
  };

  test("changes a bill, counts what was kept and shows how it stands", async () => {
    const { id, bill } = await add();
    const item = await update({
      number: bill.billNumber,
      customer: { external_id: "C1" },
      notes: "left at the door",
      delivery_status: "delivered",
      custom_fields: {
        field: [
          { name: "cashier", value: "Bo" },
          { name: "odd", value: "1" },
        ],
      },
      extended_fields: { field: { name: "channel", value: "web" } },
    });
    expect(item).toMatchObject({
      id,
      notes: "left at the door",
      type: "REGULAR",
      number: bill.billNumber,
      delivery_status: "DELIVERED",
      amount: "5",
      billing_time: "2026-01-20 20:00:00",
      customer: { external_id: "C1" },
      custom_fields: {
        success_count: "1",
        failure_count: "1",
        field: [{ name: "cashier", value: "Bo" }],
      },
      extended_fields: { success_count: "1", failure_count: "0", field: [{ name: "channel", value: "web" }] },
      side_effects: { effect: [] },
      item_status: { success: "true", code: 600, warnings: { warning: ["1017"] } },
    });
  });

  test.each([
    [{ customer: { external_id: "C1" } }, 607],
    [{ id: 999_999_999, customer: { external_id: "C1" } }, 667],
    [{ number: "nowhere", customer: { external_id: "C1" } }, 688],
    [{ id: 1 }, 606],
    [{ id: 1, customer: { mobile: "447700900998" } }, 611],
    [{ id: 1, customer: { external_id: "C1" }, delivery_status: "LOST" }, 691],
    [{ id: 1, customer: { external_id: "C1" }, update_till: "nobody" }, 671],
  ])("%j is refused with %i", async (transaction, code) => {
    expect((await update(transaction)).item_status).toMatchObject({ success: "false", code });
  });

  test("needs the permission", async () => {
    const till = await shop.tillWith(["Transaction:read"]);
    expect((await update({ id: 1 }, { ...till })).response.status.success).toBe("false");
  });

  test("a story in v1.1 alone: added, read, changed, listed, with the numbers of v2", async () => {
    const customer = { mobile: "447700900321", firstname: "Ida" };
    const send = async (url: string, transaction: object) =>
      (await shop.post(url, { root: { transaction } })).body.response.transactions.transaction[0];
    const added = await send("/v1.1/transaction/add", { number: "S-1", amount: "250", customer });
    const read = (await shop.get(`/v1.1/transaction/get?id=${added.id}`)).body.response.transactions
      .transaction[0];
    expect(read).toMatchObject({ amount: "250", number: "S-1", delivery_status: "DELIVERED" });
    const changed = await send("/v1.1/transaction/update", {
      id: added.id,
      customer,
      delivery_status: "RETURNED",
    });
    expect(changed.customer.loyalty_points).toBe(added.customer.loyalty_points);
    const listed = (await shop.get("/v1.1/customer/transactions?mobile=447700900321")).body.response.customers
      .customer[0];
    const [bill] = listed.transactions.transaction;
    expect(bill).toMatchObject({ id: String(added.id), delivery_status: "RETURNED", amount: "250" });
    const id = Number(added.customer.user_id);
    const v2 = await shop.get(`/v2/customers/${id}/transactions?embed=BILL_POINTS`);
    expect(v2.body.data).toHaveLength(1);
    expect(v2.body.data[0].amount).toBe(Number(bill.amount));
    expect(v2.body.data[0].billPoints.pointsBreakup[0].regularPoints).toBe(Number(bill.points.issued));
    expect(added.side_effects.effect[0].awarded_points).toBe(Number(bill.points.issued));
  });
});
