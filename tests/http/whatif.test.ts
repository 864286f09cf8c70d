import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixedClock } from "#platform";
import { type SignedInUser, signInTill, signInUser } from "../../src/identity/testing.ts";
import { generousDefinition } from "../../src/whatif/testing.ts";
import {
  createTestApp,
  createTestShop,
  registerCustomers,
  type TestApp,
  type TestShop,
} from "../support/app.ts";
import { call } from "./access-server.ts";

const clock = fixedClock(new Date("2024-12-01T12:00:00Z"));

let app: TestApp;
let shop: TestShop;
let marketer: SignedInUser;
let agent: SignedInUser;
let stranger: SignedInUser;
let people: readonly number[];
let id: number;

/** C1 bought for 400 in November and for 100 in December, C2 for 50 in December; C3 never. */
beforeAll(async () => {
  app = await createTestApp({ clock });
  shop = await createTestShop(app);
  await app.loyalty.updateProgram({ orgId: shop.orgId, name: "Mia" }, shop.programId, {
    pointsToCurrencyRatio: 0.25,
  });
  people = await registerCustomers(app, shop, 3);
  clock.set(new Date("2026-01-20T12:00:00Z"));
  marketer = await signInUser(app.identity, shop.organisation, "marketer");
  agent = await signInUser(app.identity, shop.organisation, "care_agent");
  stranger = await signInUser(app.identity, (await createTestShop(app)).organisation, "owner");
  for (const [customer, billAmount, billingDate] of [
    ["C1", 400, "2025-11-10T12:00:00Z"],
    ["C1", 100, "2025-12-10T12:00:00Z"],
    ["C2", 50, "2025-12-11T12:00:00Z"],
  ] as const) {
    const { status, body } = await call(
      app.server,
      "POST",
      `/v2/transactions?source=INSTORE&identifierName=externalId&identifierValue=${customer}`,
      { authorization: shop.authorization },
      { type: "REGULAR", billNumber: `${customer} ${billAmount}`, billAmount, billingDate },
    );
    expect(status, JSON.stringify(body)).toBe(200);
  }
});
afterAll(() => app.dispose());

const get = (url: string, who: SignedInUser | { headers: Record<string, string> } = marketer) =>
  call(app.server, "GET", url, who.headers);
const post = (url: string, body: unknown, who: SignedInUser = marketer) =>
  call(app.server, "POST", url, who.headers, body);
const text = async (url: string) =>
  (await app.server.inject({ method: "GET", url, headers: marketer.headers })).body;
const begin = (body: object = {}, who = marketer) =>
  post(
    `/api/programs/${shop.programId}/what-ifs`,
    { subject: "definition", definition: generousDefinition(), ...body },
    who,
  );

describe("a what-if", () => {
  test("waits when it is asked for, over the newest twelve full months", async () => {
    const { status, body } = await begin();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      programId: shop.programId,
      programName: "Rewards",
      subject: "definition",
      subjectVersion: null,
      comparisonVersion: null,
      from: "2025-01-01",
      to: "2025-12-31",
      status: "queued",
      customersTotal: 2,
      billsTotal: 3,
      startedAt: null,
      finishedAt: null,
    });
    id = body.id;
    expect((await get(`/api/what-ifs/${id}/result`)).body.error).toMatchObject({ number: 73003 });
  });

  test("is worked on by a thread of its own, and is found again", async () => {
    await app.whatif.resumeRuns();
    const { body } = await get(`/api/what-ifs/${id}`);
    expect(body).toMatchObject({ status: "finished", customersDone: 2, billsDone: 3, message: "" });
    expect((await get("/api/what-ifs")).body).toMatchObject({ total: 1, next: null, items: [{ id }] });
    expect((await get(`/api/what-ifs?programId=${shop.programId}`)).body.total).toBe(1);
    expect((await get("/api/what-ifs?programId=9999")).body.total).toBe(0);
  }, 120_000);

  test("tells points, cost, tiers and rules", async () => {
    const { status, body } = await get(`/api/what-ifs/${id}/result`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      run: { id },
      customers: 2,
      bills: 3,
      amount: 550,
      pointsToCurrencyRatio: 0.25,
      tried: {
        // 8 + 2 + 1
        total: { given: 11, taken: 0, net: 11, money: 2.75 },
        given: [{ currency: "points", category: "REGULAR", given: 11, money: 2.75 }],
        rules: [{ name: "Points on every purchase", tried: 3, hits: 3, given: [{ points: 11 }] }],
        moves: [
          { from: 1, to: 1, customers: 1 },
          { from: 1, to: 2, customers: 1 },
        ],
      },
      compared: {
        total: { given: 5.5, money: 1.38 },
        moves: [
          { from: 1, to: 1, customers: 1 },
          { from: 1, to: 2, customers: 1 },
        ],
      },
      recorded: { total: { given: 5.5 } },
      difference: { points: 5.5, money: 1.38, winners: 2, losers: 0, same: 0, gained: 5.5, lost: 0 },
      parity: { bills: 3, equal: 3, different: 0, differentInPoints: 0, reasons: [] },
    });
    expect(body.notModelled.length).toBeGreaterThan(3);
    const months = body.tried.months as {
      month: string;
      given: number;
      expiring: number;
      outstanding: number;
    }[];
    expect(months[0]).toMatchObject({ month: "2025-11", given: 8, outstanding: 8 });
    expect(months[1]).toMatchObject({ month: "2025-12", given: 3, outstanding: 11 });
    expect(months.map(({ month }) => month)).toContain("2026-07");
    expect(months.at(-1)).toMatchObject({ month: "2026-12", expiring: 3, outstanding: 0 });
  });

  test("tells each customer's part, sorted and in pages", async () => {
    const first = await get(`/api/what-ifs/${id}/customers?limit=1`);
    expect(first.body).toMatchObject({
      total: 2,
      items: [
        {
          customerId: people[0],
          bills: 2,
          amount: 500,
          recorded: 5,
          compared: 5,
          tried: 10,
          difference: 5,
          money: 1.25,
          tierBegin: "Member",
          tierRecorded: "Silver",
          tierTried: "Silver",
        },
      ],
    });
    const second = await get(`/api/what-ifs/${id}/customers?limit=1&after=${first.body.next}`);
    expect(second.body).toMatchObject({ next: null, items: [{ customerId: people[1], difference: 0.5 }] });
    const sorted = async (query: string) =>
      (await get(`/api/what-ifs/${id}/customers?${query}`)).body.items.map(
        (item: { customerId: number }) => item.customerId,
      );
    expect(await sorted("sort=amount&order=asc")).toEqual([people[1], people[0]]);
    expect(await sorted("only=winners&sort=tried")).toEqual([people[0], people[1]]);
    expect(await sorted("only=losers")).toEqual([]);
  });

  test("is exported", async () => {
    const customers = await text(`/api/what-ifs/${id}/customers.csv?only=changed`);
    expect(customers.split("\r\n").slice(0, 2)).toEqual([
      "\uFEFFcustomer_id,name,bills,amount,recorded,compared,tried,difference,money,tier_begin,tier_recorded,tier_compared,tier_tried",
      `${people[0]},Ana Reyes,2,500.00,5.000,5.000,10.000,5.000,1.25,Member,Silver,Silver,Silver`,
    ]);
    expect(customers.trimEnd().split("\r\n")).toHaveLength(3);
    expect(await text(`/api/what-ifs/${id}/result.csv`)).toContain(
      "tried,2,Purchases,base,Points on every purchase,3,3,0,points,REGULAR,11.000,2.75\r\n",
    );
    expect(await text(`/api/what-ifs/${id}/result.csv?part=months`)).toContain(
      "compared,2025-11,4.000,0.000,0.000,4.000,1.00\r\n",
    );
  });

  test("is stopped", async () => {
    const waiting = (await begin()).body.id;
    expect((await post(`/api/what-ifs/${waiting}/cancel`, {})).body).toMatchObject({ status: "cancelled" });
    expect(await post(`/api/what-ifs/${waiting}/cancel`, {})).toMatchObject({
      status: 409,
      body: { error: { number: 73002 } },
    });
  });
});

describe("refusals", () => {
  test("bad input says which field is at fault", async () => {
    const told = async (body: object) => {
      const answer = await begin(body);
      return [answer.status, answer.body.error.number, answer.body.error.field];
    };
    expect((await begin({ subject: "idea" })).status).toBe(400);
    expect((await begin({ other: true })).status).toBe(400);
    expect(await told({ definition: undefined })).toEqual([400, 73005, "definition"]);
    expect(await told({ definition: { tiers: [] } })).toEqual([400, 71004, expect.any(String)]);
    expect(await told({ subject: "draft", definition: undefined })).toEqual([409, 73004, undefined]);
    expect(await told({ compareWith: 9 })).toEqual([404, 71030, undefined]);
    expect(await told({ from: "yesterday" })).toEqual([400, 73007, "from"]);
    expect(await told({ from: "2025-12-02", to: "2025-12-01" })).toEqual([400, 73008, "from"]);
    expect(await told({ to: "2025-10-31" })).toEqual([409, 73010, "from"]);
    expect((await get("/api/what-ifs?after=nonsense")).body.error).toMatchObject({ field: "after" });
    expect((await get(`/api/what-ifs/${id}/customers?after=nonsense`)).status).toBe(400);
    expect((await get(`/api/what-ifs/${id}/customers?sort=luck`)).status).toBe(400);
    expect((await get(`/api/what-ifs/${id}/customers?limit=1000`)).status).toBe(400);
    expect((await get(`/api/what-ifs/${id}/result.csv?part=all`)).status).toBe(400);
    expect((await get("/api/what-ifs/999999")).body.error).toMatchObject({ number: 73001 });
    expect((await get("/api/what-ifs/one")).status).toBe(400);
  });

  const reads = ["", "/result", "/result.csv", "/customers", "/customers.csv"];

  test("another organisation's what-ifs are not there", async () => {
    for (const path of reads) expect((await get(`/api/what-ifs/${id}${path}`, stranger)).status).toBe(404);
    expect((await post(`/api/what-ifs/${id}/cancel`, {}, stranger)).status).toBe(404);
    expect((await begin({}, stranger)).status).toBe(404);
    expect((await get("/api/what-ifs", stranger)).body.total).toBe(0);
  });

  test("they need the rights of programs, and those that name members the right to see them", async () => {
    expect((await begin({}, agent)).status).toBe(403);
    expect((await post(`/api/what-ifs/${id}/cancel`, {}, agent)).status).toBe(403);
    expect((await get(`/api/what-ifs/${id}/result`, agent)).status).toBe(200);
    expect((await get("/api/what-ifs", { headers: {} })).status).toBe(401);
    const blind = {
      headers: await signInTill(app.identity, shop.organisation, shop.tillIds[1], ["Transaction:write"]),
    };
    expect((await get(`/api/what-ifs/${id}`, blind)).status).toBeGreaterThanOrEqual(401);
  });
});
