import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replayRejected, resumeReplays } from "#activities";
import { type SignedInUser, signInUser } from "../../src/identity/testing.ts";
import { ADD, billOf, createTransactionsApp, type Json, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
let owner: SignedInUser;
beforeAll(async () => {
  shop = await createTransactionsApp();
  owner = await signInUser(shop.app.identity, shop.shop.organisation, "owner");
  await check("1");
});
afterAll(async () => {
  expect((await shop.app.verify()).findings).toEqual([]);
  await shop.app.dispose();
});

const author = () => ({ orgId: shop.shop.orgId, name: "test" });
const check = (value: string) =>
  shop.app.orgs.setSetting(author(), "CONF_TRANSACTION_SANITY_CHECK_ENABLE", value);
const LIST = "/v2/rejectedTransactions";
const parked = async (changes: object = {}) => {
  const bill = billOf({ paymentModes: [{ mode: "Barter", value: 5 }], ...changes });
  const answer = await shop.post(ADD, bill);
  return { bill, answer };
};
const listed = async (number: string, more = ""): Promise<Json> =>
  (await shop.get(`${LIST}?transactionNumber=${number}${more}`)).body.data[0];
const replay = (retriggerId: number) => replayRejected(shop.app as never, shop.shop.orgId, retriggerId);
const newTill = async (code: string) =>
  shop.app.orgs.createEntity(author(), { type: "TILL", code, name: code, storeId: shop.shop.storeId });
/** A bill that is parked until a till of that code is there. */
const fromTill = (code: string) =>
  parked({ paymentModes: [], attribution: { createdBy: { code, type: "TILL" } } });

describe("the check of bills", () => {
  test("parks what names unknown payment modes, whole, and refuses it with the code", async () => {
    const { bill, answer } = await parked();
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0]).toMatchObject({ code: 842, message: expect.stringContaining("Barter") });
    expect(await listed(bill.billNumber, "&isTransactionPayloadRequired=true")).toEqual({
      userId: shop.customers[0],
      entityId: expect.any(Number),
      orgId: shop.shop.orgId,
      retryCount: 0,
      billNumber: bill.billNumber,
      eventDate: expect.any(String),
      autoUpdateTime: expect.any(String),
      status: "OPEN",
      errors: [{ code: 842, message: expect.any(String), value: "Barter", referenceId: 1, status: "OPEN" }],
      transactionPayload: bill,
    });
    const unknown = await shop.get(`/v2/transactions/getByBillNumber/${bill.billNumber}`);
    expect(unknown.status).toBe(404);
  });

  test("parks a bill once however often it is sent", async () => {
    const { bill } = await parked();
    expect((await shop.post(ADD, bill)).body.errors[0].code).toBe(842);
    const { body } = await shop.get(`${LIST}?transactionNumber=${bill.billNumber}`);
    expect(body.pagination).toEqual({ limit: 10, offset: 0, total: 1 });
  });

  test.each([
    [{ code: "nowhere", type: "STORE" }, true],
    [{ code: "nobody", type: "TILL" }, true],
    [{ code: "anything", type: "ZONE" }, false],
    [{ code: "", type: "TILL" }, false],
  ])("looks at attribution %j: %j", async (createdBy, isParked) => {
    const { answer } = await parked({ paymentModes: [], attribution: { createdBy } });
    expect(answer.body.errors.map(({ code }: Json) => code)).toEqual(isParked ? [671] : []);
  });

  test("goes for bulk and v1.1 as well, each item by itself", async () => {
    const who = { identifierType: "externalId", identifierValue: "C1", source: "INSTORE" };
    const bad = { ...who, ...billOf({ paymentModes: [{ mode: "Shells" }] }) };
    const { body } = await shop.post("/v2/transactions/bulk", [bad, { ...who, ...billOf() }]);
    expect(body.response.map((item: Json) => item.errors.map(({ code }: Json) => code))).toEqual([[842], []]);
    const legacy = await shop.post("/v1.1/transaction/add", {
      root: {
        transaction: [
          {
            number: "V-BAD",
            amount: "3",
            customer: { external_id: "C1" },
            payment_details: { payment: { mode: "Shells", value: "3" } },
          },
          { number: "V-GOOD", amount: "3", customer: { external_id: "C1" } },
        ],
      },
    });
    const codes = legacy.body.response.transactions.transaction.map((item: Json) => item.item_status.code);
    expect(codes).toEqual([842, 600]);
    expect((await listed("V-BAD")).status).toBe("OPEN");
  });

  test("tells the others", async () => {
    const { bill } = await parked();
    const events = await shop.app.db.transaction(shop.shop.orgId, (tx) =>
      tx.rows<{ payload: Json }>({
        name: "tests_rejected_event",
        text: "select payload from events.outbox where event_type = 'transaction.rejected' and payload ->> 'number' = $1",
        values: [bill.billNumber],
      }),
    );
    expect(events[0]?.payload.errors[0].code).toBe(842);
  });

  test("is off unless the organisation asks for it", async () => {
    await check("0");
    const { answer } = await parked();
    expect(answer.status).toBe(200);
    expect(answer.body.warnings[0].code).toBe(9607);
    await check("1");
  });
});

describe("mandatory extended fields", () => {
  test("park a bill: those of a list of values can be mended, others cannot", async () => {
    const define = (name: string, dataType: "enum" | "string") =>
      shop.app.orgs.defineField(author(), {
        kind: "extended",
        scope: "TRANSACTION",
        name,
        dataType,
        isMandatory: true,
        ...(dataType === "enum" ? { enumValues: ["shop", "web"] } : {}),
      });
    const channel = await define("channel", "enum");
    const one = await parked({ paymentModes: [] });
    expect(one.answer.body.errors[0].code).toBe(91016);
    expect((await listed(one.bill.billNumber)).status).toBe("OPEN");
    const clerk = await define("clerk", "string");
    const two = await parked({ paymentModes: [], extendedFields: { channel: "shop" } });
    expect(await listed(two.bill.billNumber)).toBeUndefined();
    expect((await listed(two.bill.billNumber, "&status=PERMANENT_FAILED")).errors[0].value).toBe("clerk");
    for (const { id } of [channel, clerk]) await shop.app.orgs.updateField(author(), id, { isActive: false });
  });
});

describe("GET /v2/rejectedTransactions", () => {
  test("filters, pages, and is served at the path of its page too", async () => {
    const { bill } = await parked();
    const both = await Promise.all(
      [LIST, "/v2/organization/rejectedTransactions"].map((url) =>
        shop.get(`${url}?transactionNumber=${bill.billNumber}&errorCode=842&errorValue=Barter`),
      ),
    );
    expect(both[0]?.body).toEqual(both[1]?.body);
    expect(both[0]?.body.data).toHaveLength(1);
    for (const none of [
      "errorCode=683",
      "errorValue=Gold",
      `userId=${shop.customers[1]}`,
      "status=SUCCESS",
    ]) {
      const { body } = await shop.get(`${LIST}?transactionNumber=${bill.billNumber}&${none}`);
      expect(body.data).toEqual([]);
    }
    expect((await shop.get(`${LIST}?endDate=2026-01-19`)).body.data).toEqual([]);
    const page = await shop.get(`${LIST}?limit=1&offset=1&sortBy=addedDate`);
    expect(page.body.data).toHaveLength(1);
    expect(page.body.pagination).toMatchObject({ limit: 1, offset: 1 });
  });

  test.each([
    "status=LOST",
    "errorCode=x",
    "userId=x",
    "startDate=soon",
    "limit=101",
    "offset=x",
    "sortBy=size",
  ])("refuses %s", async (query) => {
    expect((await shop.get(`${LIST}?${query}`)).status).toBe(400);
  });

  test("needs the permission, and shows nothing of other organisations", async () => {
    const till = await shop.tillWith(["Transaction:write"]);
    expect((await shop.get(LIST, { ...till })).status).toBe(403);
    const theirs = await shop.get(LIST, { authorization: shop.other.authorization });
    expect(theirs.body.data).toEqual([]);
  });
});

describe("retrying", () => {
  test("records what passes meanwhile, as of now, once", async () => {
    const { bill } = await fromTill("till-later");
    const body = { transactionNumber: [bill.billNumber] };
    const early = await shop.post(`${LIST}/retrigger`, body);
    expect(early.body.status).toEqual({ fixed: 0, partiallyFixed: 0, total: 1 });
    await newTill("till-later");
    shop.clock.advance(3_600_000);
    const { status, body: run } = await shop.post(`${LIST}/retrigger`, body);
    expect(status).toBe(200);
    expect(run).toEqual({
      retriggerId: expect.any(Number),
      status: { fixed: 1, partiallyFixed: 0, total: 1 },
    });
    const statusOf = async () =>
      (await shop.get(`${LIST}/retriggerStatus/${run.retriggerId}`)).body.status as Json;
    expect(await statusOf()).toEqual({ success: 0, fixed: 1, maxOut: 0, replayed: 0 });
    await replay(run.retriggerId);
    await replay(run.retriggerId);
    expect(await statusOf()).toEqual({ success: 1, fixed: 0, maxOut: 0, replayed: 0 });
    const read = await shop.get(`/v2/transactions/getByBillNumber/${bill.billNumber}`);
    expect(read.body.billDetails.billingTime).toBe("2026-01-20T21:00:00+08:00");
    expect(await listed(bill.billNumber, "&status=SUCCESS")).toMatchObject({
      retryCount: 1,
      errors: [{ code: 671, status: "FIXED" }],
    });
    shop.clock.advance(-3_600_000);
  });

  test("tells what is put right in part", async () => {
    const { bill } = await parked({ attribution: { createdBy: { code: "till-part", type: "TILL" } } });
    await newTill("till-part");
    const { body } = await shop.post(`${LIST}/retrigger`, { transactionNumber: [bill.billNumber] });
    expect(body.status).toEqual({ fixed: 0, partiallyFixed: 1, total: 1 });
    expect(await listed(bill.billNumber)).toMatchObject({
      status: "PARTIAL_FIXED",
      errors: [
        { code: 842, status: "OPEN" },
        { code: 671, status: "FIXED" },
      ],
    });
  });

  test("goes on after it was killed between recording and noting it", async () => {
    const { bill } = await fromTill("till-crash");
    await newTill("till-crash");
    const { body } = await shop.post(`${LIST}/retrigger`, { transactionNumber: [bill.billNumber] });
    const dying = {
      ...shop.app,
      activities: {
        ...shop.app.activities,
        record: async (orgId: number, purchase: Parameters<typeof shop.app.activities.record>[1]) => {
          await shop.app.activities.record(orgId, purchase);
          throw new Error("killed");
        },
      },
    };
    await expect(replayRejected(dying as never, shop.shop.orgId, body.retriggerId)).rejects.toThrow("killed");
    expect((await shop.get(`${LIST}/retriggerStatus/${body.retriggerId}`)).body.status.replayed).toBe(1);
    const { clock } = shop.app;
    const resume = (afterSeconds: number) => {
      const now = () => new Date(clock.now().getTime() + afterSeconds * 1000);
      return resumeReplays({ ...shop.app, clock: { now } } as never, shop.shop.orgId);
    };
    // Whoever works on it may still be alive.
    await resume(60);
    expect((await shop.get(`${LIST}/retriggerStatus/${body.retriggerId}`)).body.status.replayed).toBe(1);
    await resume(180);
    expect(await listed(bill.billNumber, "&status=SUCCESS")).toBeDefined();
    const found = await shop.get(`/v1.1/transaction/get?number=${bill.billNumber}`);
    expect(found.body.response.transactions.transaction).toHaveLength(1);
  });

  test("leaves a bill alone that was refused too often", async () => {
    const { bill } = await fromTill("till-taken");
    await newTill("till-taken");
    // Meanwhile the number was used for another bill.
    await shop.post(ADD, billOf({ billNumber: bill.billNumber }));
    for (let round = 1; round <= 5; round++) {
      const { body } = await shop.post(`${LIST}/retrigger`, { transactionNumber: [bill.billNumber] });
      expect(body.status.fixed).toBe(1);
      await replay(body.retriggerId);
    }
    expect(await listed(bill.billNumber)).toBeUndefined();
    const left = await listed(bill.billNumber, "&status=MAX_OUT");
    expect(left.retryCount).toBe(5);
    expect(left.errors.at(-1)).toMatchObject({ code: 604, status: "OPEN" });
  });

  test.each([{}, null, { transactionNumber: [] }, { userId: "x" }, { errorCode: ["x"] }])(
    "refuses %j",
    async (body) => {
      expect((await shop.post(`${LIST}/retrigger`, body)).status).toBe(400);
      expect((await shop.put(`${LIST}/markFailed`, body)).status).toBe(400);
    },
  );

  test("refuses values that nothing can hold", async () => {
    expect((await shop.get(`${LIST}?errorValue=%00`)).status).toBe(400);
    expect((await shop.get(`${LIST}?transactionNumber=a%00`)).status).toBe(400);
  });

  test("knows only its own runs, and needs the permission", async () => {
    expect((await shop.get(`${LIST}/retriggerStatus/999999`)).status).toBe(404);
    expect((await shop.get(`${LIST}/retriggerStatus/x`)).status).toBe(400);
    const { body } = await shop.post(`${LIST}/retrigger`, { errorCode: [999] });
    const theirs = { authorization: shop.other.authorization };
    expect((await shop.get(`${LIST}/retriggerStatus/${body.retriggerId}`, theirs)).status).toBe(404);
    const till = await shop.tillWith(["Transaction:read"]);
    expect((await shop.post(`${LIST}/retrigger`, { errorCode: [1] }, { ...till })).status).toBe(403);
    expect((await shop.put(`${LIST}/markFailed`, { errorCode: [1] }, { ...till })).status).toBe(403);
    const writer = await shop.tillWith(["Transaction:write", "Customer:read"]);
    expect((await shop.get(`${LIST}/retriggerStatus/1`, { ...writer })).status).toBe(403);
  });
});

describe("PUT /v2/rejectedTransactions/markFailed", () => {
  test("gives the chosen up, those of others stay", async () => {
    const one = await parked();
    const two = await parked();
    const { status, body } = await shop.put(`${LIST}/markFailed`, {
      transactionNumber: [one.bill.billNumber],
      comments: "never was",
    });
    expect(status).toBe(200);
    expect(body).toEqual({ result: true });
    expect((await listed(one.bill.billNumber, "&status=PERMANENT_FAILED")).status).toBe("PERMANENT_FAILED");
    expect((await listed(two.bill.billNumber)).status).toBe("OPEN");
    await shop.put(
      `${LIST}/markFailed`,
      { transactionNumber: [two.bill.billNumber] },
      { authorization: shop.other.authorization },
    );
    expect((await listed(two.bill.billNumber)).status).toBe("OPEN");
  });
});

describe("the console", () => {
  const get = (url: string) => shop.get(url, owner.headers);
  const post = (url: string, body: unknown) => shop.post(url, body, owner.headers);

  test("lists, retries and writes off", async () => {
    const { bill } = await fromTill("till-desk");
    const find = async (status: string): Promise<Json> =>
      (await get(`/api/rejected?number=${bill.billNumber}&status=${status}`)).body.items[0];
    const item = await find("OPEN");
    expect(item).toMatchObject({
      customerId: shop.customers[0],
      customer: "externalId C1",
      status: "OPEN",
      till: shop.shop.tillCode,
      amount: "5",
      errors: [{ code: 671, value: "till-desk", fixed: false }],
    });
    await newTill("till-desk");
    const { body: run } = await post("/api/rejected/retry", { ids: [item.id] });
    expect(run).toMatchObject({ fixed: 1, total: 1 });
    await replay(run.id);
    expect((await get(`/api/rejected/retries/${run.id}`)).body.success).toBe(1);
    const done = await find("SUCCESS");
    expect((await get(`/api/transactions/${done.transactionId}`)).body.number).toBe(bill.billNumber);
    const other = await parked();
    const open = (await get(`/api/rejected?number=${other.bill.billNumber}`)).body.items[0];
    const written = await post("/api/rejected/write-off", { ids: [open.id, item.id], reason: "a test" });
    expect(written.body).toEqual({ count: 1 });
    const failed = (await get(`/api/rejected?number=${other.bill.billNumber}&status=ALL`)).body.items[0];
    expect(failed).toMatchObject({ status: "PERMANENT_FAILED", comments: "a test" });
  });

  test("pages by position", async () => {
    await parked();
    await parked();
    const first = (await get("/api/rejected?limit=1")).body;
    const second = (await get(`/api/rejected?limit=1&after=${encodeURIComponent(first.next)}`)).body;
    expect(second.items[0].id).toBeLessThan(first.items[0].id);
    expect(first.total).toBe(second.total);
  });

  test("refuses bad input and those who may not", async () => {
    // Whole numbers in JSON go further than ids.
    expect((await post("/api/rejected/retry", { ids: [1e30] })).status).toBe(400);
    expect((await post("/api/rejected/write-off", { ids: [1e30], reason: "a test" })).status).toBe(400);
    expect((await get("/api/rejected?status=LOST")).status).toBe(400);
    expect((await get("/api/rejected?after=x")).status).toBe(400);
    expect((await post("/api/rejected/retry", { ids: [] })).status).toBe(400);
    expect((await post("/api/rejected/write-off", { ids: [1] })).status).toBe(400);
    expect((await get("/api/rejected/retries/999999")).status).toBe(404);
    const agent = shop.agent.headers;
    expect((await shop.get("/api/rejected", agent)).status).toBe(200);
    expect((await shop.post("/api/rejected/retry", { ids: [1] }, agent)).status).toBe(403);
    expect((await shop.post("/api/rejected/write-off", { ids: [1], reason: "x" }, agent)).status).toBe(403);
    const stranger = await signInUser(shop.app.identity, shop.other.organisation, "owner");
    expect((await shop.get("/api/rejected?status=ALL", stranger.headers)).body.items).toEqual([]);
    const marketer = await signInUser(shop.app.identity, shop.shop.organisation, "marketer");
    expect((await shop.get("/api/rejected", marketer.headers)).status).toBe(200);
  });
});
