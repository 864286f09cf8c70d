import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInUser } from "../../src/identity/testing.ts";
import { buildLedger } from "../../src/ledger/testing.ts";
import {
  ADD,
  billOf,
  createTransactionsApp,
  type Json,
  NOW,
  type TransactionsApp,
} from "./transactions-shop.ts";

let shop: TransactionsApp;
beforeAll(async () => {
  shop = await createTransactionsApp();
});
afterAll(() => shop.app.dispose());

const get = (url: string) => shop.get(url, shop.agent.headers);
const add = async (customer: string, changes: object) =>
  (await shop.post(ADD.replace("C1", customer), billOf(changes))).body.createdId as number;
const outsider = () => signInUser(shop.app.identity, shop.other.organisation, "owner");

describe("GET /api/transactions/{id}", () => {
  test("shows lines, payments, fields and why it earned what it did", async () => {
    const id = await add("C1", {
      billNumber: "WHY",
      billAmount: 600,
      note: "gift",
      lineItemsV2: [{ itemCode: "A", description: "Apron", qty: 1.5, rate: 400, value: 600, amount: 600 }],
      paymentModes: [{ mode: "Cash", value: 600, notes: "coins" }],
    });
    const { status, body } = await get(`/api/transactions/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      number: "WHY",
      type: "REGULAR",
      billedAt: "2026-01-20T12:00:00+00:00",
      amount: 600,
      points: 6,
      store: { code: "store-1", name: "Store 1" },
      till: { code: shop.shop.tillCode },
      source: "INSTORE",
      lineCount: 1,
      customer: { id: shop.customers[0], name: "Ana Reyes" },
      grossAmount: null,
      discount: null,
      note: "gift",
      lines: [
        {
          lineNo: 1,
          itemCode: "A",
          description: "Apron",
          quantity: 1.5,
          rate: 400,
          value: 600,
          discount: 0,
          amount: 600,
          extendedFields: {},
        },
      ],
      paymentModes: [{ mode: "Cash", value: 600, notes: "coins", attributes: {} }],
      extendedFields: {},
      why: {
        program: { id: shop.shop.programId, name: "Rewards", version: 1 },
        tier: { name: "Member" },
        outcome: expect.stringMatching(/^Earned 6 points/),
        rules: [{ name: "Points on every purchase", fired: true, awards: [{ rounded: 6 }] }],
        tierCheck: { sentence: expect.stringContaining("Silver") },
      },
    });
    expect(body.eventNo).toBeGreaterThan(0);
  });

  test("explains by the version that decided, whatever was published since", async () => {
    const id = await add("C2", { billAmount: 10 });
    const author = { orgId: shop.shop.orgId, name: "test" };
    const { definition } = await shop.app.loyalty.getProgram(author.orgId, shop.shop.programId);
    await shop.app.loyalty.saveDraft(author, shop.shop.programId, definition);
    shop.clock.advance(60_000);
    await shop.app.loyalty.publish(author, shop.shop.programId);
    expect((await get(`/api/transactions/${id}`)).body.why.program.version).toBe(1);
    const later = await add("C2", { billingDate: null });
    expect((await get(`/api/transactions/${later}`)).body.why.program.version).toBe(2);
  });

  test("shows anonymous bills without customer and why", async () => {
    const id = await add("C1", { type: "NOT_INTERESTED", notInterestedReason: "no time" });
    const { body } = await get(`/api/transactions/${id}`);
    expect(body).toMatchObject({
      customer: null,
      customerId: null,
      why: null,
      points: 0,
      notInterestedReason: "no time",
    });
  });

  test("says why an outlier earned nothing", async () => {
    const { body } = await get(`/api/transactions/${await add("C2", { outlierStatus: "TEST" })}`);
    expect(body).toMatchObject({
      outlierStatus: "TEST",
      why: { outcome: "Earned nothing: the bill is marked TEST.", rules: [] },
    });
  });

  test("refuses unknown ids, other organisations and whoever may not", async () => {
    const id = await add("C1", {});
    expect(await get("/api/transactions/999999999")).toMatchObject({
      status: 404,
      body: { error: { number: 603 } },
    });
    expect(await get("/api/transactions/abc")).toMatchObject({
      status: 400,
      body: { error: { number: 400 } },
    });
    expect((await shop.get(`/api/transactions/${id}`, (await outsider()).headers)).status).toBe(404);
    expect((await shop.get(`/api/transactions/${id}`, { authorization: "" })).status).toBe(401);
  });
});

describe("GET /api/transactions?q=", () => {
  test("finds bills by their whole number", async () => {
    const id = await add("C1", { billNumber: "FIND-1" });
    const { body } = await get("/api/transactions?q=FIND-1");
    expect(body).toMatchObject({
      items: [{ id, number: "FIND-1", customerId: shop.customers[0] }],
      next: null,
      total: 1,
    });
    expect((await get("/api/transactions?q=FIND")).body).toEqual({ items: [], next: null, total: 0 });
    expect((await shop.get("/api/transactions?q=FIND-1", (await outsider()).headers)).body.total).toBe(0);
  });

  test.each(["", "?q=", "?q=a&limit=0", "?q=a&limit=101", "?q=a&after=nonsense", `?q=${"x".repeat(51)}`])(
    "refuses %j",
    async (query) => {
      const { status, body } = await get(`/api/transactions${query}`);
      expect(status).toBe(400);
      expect(body.error.message).toMatch(/\S.{8,}/);
    },
  );
});

describe("GET /api/customers/{id}/transactions", () => {
  test("pages newest first and neither loses nor doubles bills of one moment", async () => {
    const made: number[] = [];
    for (let index = 0; index < 7; index++) {
      made.push(await add("C3", { billingDate: index < 5 ? "2026-01-05T10:00:00Z" : NOW }));
    }
    const seen: Json[] = [];
    let next: string | null = "";
    for (let pages = 0; next !== null && pages < 10; pages++) {
      const after: string = next === "" ? "" : `&after=${next}`;
      const { body }: { body: Json } = await get(
        `/api/customers/${shop.customers[2]}/transactions?limit=3${after}`,
      );
      expect(body.total).toBe(7);
      seen.push(...body.items);
      next = body.next;
    }
    expect(seen.map(({ id }) => id).sort()).toEqual([...made].sort());
    const dates = seen.map(({ billedAt }) => billedAt);
    expect(dates).toEqual([...dates].sort().reverse());
  });

  test("refuses unknown customers and other organisations", async () => {
    expect(await get("/api/customers/999999999/transactions")).toMatchObject({
      status: 404,
      body: { error: { number: 8015 } },
    });
    const url = `/api/customers/${shop.customers[2]}/transactions`;
    expect((await shop.get(url, (await outsider()).headers)).status).toBe(404);
    expect((await shop.get(url, { authorization: "" })).status).toBe(401);
    expect((await get(`${url}?after=nonsense`)).status).toBe(400);
  });
});

describe("GET /api/customers/{id}/timeline", () => {
  const urlOf = (index: number) => `/api/customers/${shop.customers[index]}/timeline`;
  const walk = async (index: number, limit: number, kinds = ""): Promise<Json[]> => {
    const seen: Json[] = [];
    let next: string | null = "";
    for (let pages = 0; next !== null && pages < 500; pages++) {
      const after: string = next === "" ? "" : `&after=${next}`;
      const { status, body }: { status: number; body: Json } = await get(
        `${urlOf(index)}?limit=${limit}${after}${kinds}`,
      );
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(limit);
      if (body.next !== null) expect(body.items.length).toBe(limit);
      seen.push(...body.items);
      next = body.next;
    }
    return seen;
  };

  test("merges purchases, points, tiers and changes, newest first, on pages of any size alike", async () => {
    const [, , , party] = shop.customers;
    const ledger = buildLedger(shop.app, shop.shop.orgId, {
      programIds: [shop.shop.programId],
      at: Date.parse(NOW),
    });
    const bills: number[] = [];
    for (let index = 0; index < 12; index++) {
      bills.push(await add("C4", { billAmount: 100, billingDate: NOW, billNumber: `TL-${index}` }));
      if (index % 3 === 0)
        await ledger.earn(party!, 1000 + index, {
          eventName: "AllocateGoodwillPoints",
          reference: { reason: "sorry" },
        });
    }
    await ledger.debit(party!, 500, { eventName: "PointsExpiry", contra: "expired" });
    shop.clock.advance(3_600_000);
    await shop.app.server.inject({
      method: "PUT",
      url: `/api/customers/${party}`,
      headers: shop.agent.headers,
      payload: { firstName: "Anna" },
    });
    const whole = await walk(3, 100);
    const count = (kind: string) => whole.filter((item) => item.kind === kind).length;
    expect({
      transaction: count("transaction"),
      points: count("points"),
      tier: count("tier"),
      change: count("change"),
    }).toEqual({
      transaction: 12,
      points: 5,
      tier: 2,
      change: 2,
    });
    expect(whole.filter(({ kind }) => kind === "transaction").map(({ link }) => link.transactionId)).toEqual(
      [...bills].reverse(),
    );
    const times = whole.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    for (const limit of [1, 2, 3, 5, 7, 19, 20, 21]) expect(await walk(3, limit)).toEqual(whole);

    expect(whole[0]).toMatchObject({
      kind: "change",
      title: "Profile changed",
      detail: expect.stringContaining("by Test care_agent"),
    });
    expect(whole).toContainEqual({
      at: expect.stringMatching(/^2026-01-20T12:0\d:00\+00:00$/),
      kind: "points",
      title: "Goodwill points",
      detail: "sorry",
      points: 1,
      link: { eventNo: expect.any(Number) },
    });
    expect(whole).toContainEqual(expect.objectContaining({ title: "Points expired", points: -0.5 }));
    expect(whole).toContainEqual(
      expect.objectContaining({
        kind: "tier",
        title: "Moved up from Member to Silver",
        link: { transactionId: bills[4] },
      }),
    );
    expect(whole).toContainEqual(
      expect.objectContaining({
        kind: "transaction",
        title: "Purchase TL-0",
        detail: "Store 1",
        amount: 100,
        points: 1,
      }),
    );
    expect(whole.at(-1)).toMatchObject({ kind: "change", title: "Registered" });
  });

  test("shows only the kinds that are asked for, on pages too", async () => {
    const whole = await walk(3, 100);
    for (const kinds of ["points", "tier", "change", "transaction", "tier,points", "change,transaction"]) {
      const wanted = whole.filter(({ kind }) => kinds.split(",").includes(kind));
      expect(await walk(3, 2, `&kinds=${kinds}`)).toEqual(wanted);
    }
  });

  test("finds the few events between hundreds of purchases", async () => {
    const party = shop.customers[4]!;
    const ledger = buildLedger(shop.app, shop.shop.orgId, {
      programIds: [shop.shop.programId],
      at: Date.parse(NOW),
    });
    const bulk = (from: number) =>
      shop.post(
        "/v2/transactions/bulk",
        Array.from({ length: 100 }, (_, index) => ({
          identifierType: "externalId",
          identifierValue: "C5",
          source: "INSTORE",
          ...billOf({
            billAmount: 1,
            billNumber: `H${from + index}`,
            billingDate: new Date(Date.parse(NOW) + (from + index) * 1000).toISOString(),
          }),
        })),
      );
    await bulk(0);
    await ledger.earn(party, 1000, { eventName: "ManualPointsAdjustment", at: Date.parse(NOW) + 99_500 });
    await bulk(100);
    await bulk(200);
    await bulk(300);
    const points = await walk(4, 10, "&kinds=points");
    expect(points.map(({ title }) => title)).toEqual(["Points adjusted"]);
    const all = await walk(4, 37);
    expect(all.filter(({ kind }) => kind === "transaction")).toHaveLength(400);
    expect(all.filter(({ kind }) => kind === "points")).toHaveLength(1);
  });

  test("refuses what is no position, kind or customer, and whoever may not", async () => {
    const numberOf = async (query: string) => (await get(`${urlOf(0)}${query}`)).status;
    expect(await numberOf("?after=nonsense")).toBe(400);
    expect(await numberOf(`?after=${Buffer.from("[1,2,3,4]").toString("base64url")}`)).toBe(400);
    expect(await numberOf("?limit=101")).toBe(400);
    const wrong = await get(`${urlOf(0)}?kinds=points,gossip`);
    expect(wrong).toMatchObject({
      status: 400,
      body: { error: { field: "kinds", message: expect.stringContaining("gossip") } },
    });
    expect((await get("/api/customers/999999999/timeline")).status).toBe(404);
    expect((await shop.get(urlOf(0), (await outsider()).headers)).status).toBe(404);
    expect((await shop.get(urlOf(0), { authorization: "" })).status).toBe(401);
  });
});
