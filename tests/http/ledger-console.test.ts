import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import { signInUser } from "../../src/identity/testing.ts";
import { buildLedger } from "../../src/ledger/testing.ts";
import { type Answer, call } from "./access-server.ts";
import { BASE, createLedgerServer, type LedgerServer, type LedgerShop, SECOND } from "./ledger-server.ts";

const BILL = Date.parse("2026-03-04T10:20:05Z");
const APRIL = Date.parse("2026-04-30T22:59:59Z");
const JUNE = Date.parse("2026-06-30T22:59:59Z");

let ledger: LedgerServer;
let shop: LedgerShop;
let ana: number;

/**
 * Ana's ledger: 1 opening, 2 purchase of 24 points until June (4 March), 3 purchase of 6.5 until April in Base and 2 in Second,
 * 4 redemption of 10 (10 March): 6.5 from event 3 and 3.5 from event 2, 5 promised 30 that never expire (29 March, in British Summer Time).
 */
beforeAll(async () => {
  ledger = await createLedgerServer();
  shop = await ledger.shop();
  const [till1] = shop.tillIds;
  ana = await ledger.customer(shop, { mobile: "+447911123456" });
  const reference = {
    transactionId: 70012,
    transactionNumber: "INV-9",
    date: BILL,
    amount: 2_400_000,
    grossAmount: 2_500_000,
    source: "INSTORE",
  };
  await shop.ledger.earn(ana, 24_000, { at: BILL, tillId: till1, expiresAt: JUNE, reference });
  const account = (programId: number) => ({
    programId,
    currencyId: 0,
    category: 1 as const,
    contra: "issued" as const,
  });
  await shop.ledger.post([
    {
      partyId: ana,
      at: BILL + 1000,
      tillId: till1,
      postings: [
        { ...account(BASE), amount: 6_500, expiresAt: APRIL },
        { ...account(SECOND), amount: 2_000, expiresAt: JUNE },
      ],
    },
  ]);
  await shop.ledger.debit(ana, 10_000, {
    at: Date.parse("2026-03-10T23:30:00Z"),
    reference: { reason: "Lunch" },
  });
  await shop.ledger.earn(ana, 30_000, {
    at: Date.parse("2026-03-29T01:30:00Z"),
    category: 2,
    eventName: "AllocateGoodwillPoints",
  });
});
afterAll(() => ledger.close());

const get = (
  what: string,
  headers: Record<string, string> = shop.agent.headers,
  id: number | string = ana,
): Promise<Answer> => call(ledger.server, "GET", `/api/customers/${id}/${what}`, headers);
const read = async (what: string, id: number | string = ana) => {
  const answer = await get(what, shop.agent.headers, id);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};

test("balances: every account with its totals and what expires next", async () => {
  const { items, next, total } = await read("balances");
  expect([next, total]).toEqual([null, 6]);
  expect(items[0]).toEqual({
    programId: BASE,
    programName: "Base",
    category: "REGULAR",
    currencyId: 0,
    currency: "points",
    balance: 20.5,
    issued: 30.5,
    received: 0,
    passedOn: 0,
    redeemed: 10,
    expired: 0,
    returned: 0,
    adjusted: 0,
    debt: 0,
    expiringNext: { points: 20.5, expiresAt: "2026-06-30T23:59:59+01:00" },
  });
  expect(items[1]).toMatchObject({ category: "PROMISED", balance: 30, expiringNext: null });
  expect(items[3]).toMatchObject({ programId: SECOND, balance: 2 });
});

describe("ledger", () => {
  test("from an event on, with the balance of that moment", async () => {
    const all = await read("ledger");
    const from = await read("ledger?event=3&limit=2");
    expect(from.items).toEqual(all.items.slice(2, 4));
    expect((await read(`ledger?after=${from.next}`)).items).toEqual(all.items.slice(4));
    for (const event of [0, 6])
      expect((await get(`ledger?event=${event}`)).body.error.message).toContain("event");
    expect((await get("ledger?event=x")).status).toBe(400);
  });

  test("says why each lot gave, which event that continues, and what is owed since", async () => {
    const bea = await ledger.customer(shop, { mobile: "+447911123499" });
    const main = { programId: BASE, currencyId: 0, category: 1 } as const;
    await shop.ledger.earn(bea, 6000, { at: BILL });
    await shop.ledger.debit(bea, 6000, { at: BILL + 1000 });
    const [spent] = (await read("ledger", bea)).items;
    const lot = { eventNo: spent.eventNo - 1, lineNo: 1 };
    const back = { ...lot, kind: "redeemed" as const, amount: -6000, forEventNo: spent.eventNo };
    await shop.ledger.post([
      {
        partyId: bea,
        at: BILL + 2000,
        eventName: "ReturnBill",
        postings: [
          {
            ...main,
            contra: "returned",
            amount: -6000,
            uses: [back, { ...lot, kind: "returned", amount: 6000 }],
            overdraws: true,
          },
        ],
      },
    ]);
    await shop.ledger.earn(bea, 7000, { at: BILL + 3000 });
    const [paid, returned] = (await read("ledger", bea)).items;
    expect(returned.entries).toMatchObject([
      {
        amount: -6,
        debtChange: 6,
        usedLots: [
          { ...lot, kind: "redeemed", forEventNo: spent.eventNo, amount: -6 },
          { ...lot, kind: "returned", forEventNo: null, amount: 6 },
        ],
      },
    ]);
    expect(paid.entries).toMatchObject([
      {
        amount: 7,
        debtChange: -6,
        opensLot: { amount: 7, remaining: 1 },
        usedLots: [{ eventNo: paid.eventNo, lineNo: 1, kind: "settled", amount: 6 }],
      },
    ]);
  });

  test("newest first, with entries, legs and lots", async () => {
    const { items, next, total } = await read("ledger");
    expect([next, total]).toEqual([null, 5]);
    expect(items.map((item: { label: string }) => item.label)).toEqual([
      "Goodwill points",
      "Points redeemed",
      "Purchase",
      "Purchase INV-9",
      "Opening balance",
    ]);
    expect(items.map((item: { net: number; balanceAfter: number }) => [item.net, item.balanceAfter])).toEqual(
      [
        [30, 22.5],
        [-10, 22.5],
        [8.5, 32.5],
        [24, 24],
        [0, 0],
      ],
    );
    expect(items[0]).toMatchObject({
      bookedAt: "2026-03-29T02:30:00+01:00",
      reference: null,
      tillCode: null,
      storeName: null,
    });
    expect(items[1]).toMatchObject({
      reference: { reason: "Lunch" },
      entries: [
        {
          amount: -10,
          balanceBefore: 30.5,
          balanceAfter: 20.5,
          contra: "redeemed",
          debtChange: 0,
          legs: [
            { account: "party", amount: -10 },
            { account: "redeemed", amount: 10 },
          ],
          opensLot: null,
          usedLots: [
            {
              eventNo: 3,
              lineNo: 1,
              kind: "redeemed",
              forEventNo: null,
              amount: 6.5,
              expiresAt: "2026-04-30T23:59:59+01:00",
            },
            {
              eventNo: 2,
              lineNo: 1,
              kind: "redeemed",
              forEventNo: null,
              amount: 3.5,
              expiresAt: "2026-06-30T23:59:59+01:00",
            },
          ],
        },
      ],
    });
    expect(items[3]).toEqual({
      eventNo: 2,
      eventId: expect.any(Number),
      eventName: "TransactionAdd",
      label: "Purchase INV-9",
      bookedAt: "2026-03-04T10:20:05+00:00",
      net: 24,
      balanceAfter: 24,
      tillCode: shop.organisation.till(shop.tillIds[0])?.code,
      storeName: "Store 1",
      reference: {
        transactionId: 70012,
        transactionNumber: "INV-9",
        date: "2026-03-04T10:20:05+00:00",
        amount: 240,
        grossAmount: 250,
        source: "INSTORE",
      },
      entries: [
        {
          lineNo: 1,
          programId: BASE,
          programName: "Base",
          category: "REGULAR",
          currency: "points",
          amount: 24,
          balanceBefore: 0,
          balanceAfter: 24,
          contra: "issued",
          debtChange: 0,
          legs: [
            { account: "party", amount: 24 },
            { account: "issued", amount: -24 },
          ],
          opensLot: { amount: 24, remaining: 20.5, expiresAt: "2026-06-30T23:59:59+01:00" },
          usedLots: [],
        },
      ],
    });
  });

  test.each([1, 2, 3, 4, 5])("pages of %i tell the same as one page of all", async (limit) => {
    const whole = (await read("ledger")).items;
    const seen: unknown[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page = await read(`ledger?limit=${limit}${after === "" ? "" : `&after=${after}`}`);
      expect(page.items.length).toBeLessThanOrEqual(limit);
      seen.push(...page.items);
      after = page.next;
    }
    expect(seen).toEqual(whole);
  });

  test("a purchase between two pages does not shift them", async () => {
    const id = await ledger.customer(shop, {});
    for (let count = 1; count <= 4; count++) await shop.ledger.earn(id, 1_000 * count, { at: BILL + count });
    const first = await read("ledger?limit=2", id);
    await shop.ledger.earn(id, 50_000, { at: BILL + 100 });
    const second = await read(`ledger?limit=10&after=${first.next}`, id);
    const figures = [...first.items, ...second.items].map((item) => [item.eventNo, item.balanceAfter]);
    expect(figures).toEqual([
      [5, 10],
      [4, 6],
      [3, 3],
      [2, 1],
      [1, 0],
    ]);
  });

  test("a customer without programs has an empty one, and nothing else either", async () => {
    const bare = buildLedger(ledger, shop.id, { programIds: [], at: BILL });
    const id = await bare.openParty();
    expect(await read("ledger", id)).toEqual({ items: [], next: null, total: 0 });
    expect(await read("balances", id)).toEqual({ items: [], next: null, total: 0 });
    expect(await read("lots", id)).toEqual({ items: [], next: null, total: 0 });
    expect(
      (await read("balance-history?days=1", id)).items.map((item: { balance: number }) => item.balance),
    ).toEqual([0, 0]);
  });
});

describe("lots", () => {
  test("soonest expiry first, never-expiring last", async () => {
    const { items, next, total } = await read("lots");
    expect([next, total]).toEqual([null, 4]);
    expect(
      items.map((item: { eventNo: number; lineNo: number; remaining: number }) => [
        item.eventNo,
        item.lineNo,
        item.remaining,
      ]),
    ).toEqual([
      [3, 1, 0],
      [2, 1, 20.5],
      [3, 2, 2],
      [5, 1, 30],
    ]);
    expect(items[1]).toEqual({
      eventNo: 2,
      lineNo: 1,
      programId: BASE,
      programName: "Base",
      category: "REGULAR",
      currency: "points",
      awardId: expect.any(Number),
      source: "bill_regular",
      transactionId: null,
      amount: 24,
      remaining: 20.5,
      awardedAt: null,
      openedAt: "2026-03-04T10:20:05+00:00",
      expiresAt: "2026-06-30T23:59:59+01:00",
      rolls: false,
      convertsAt: null,
    });
    expect(items[3].expiresAt).toBeNull();
  });

  test.each(["", "&open=true", "&open=false"])("page by page (%s) as in one", async (query) => {
    const whole = await read(`lots?limit=100${query}`);
    expect(whole.total).toBe(query === "&open=true" ? 3 : 4);
    for (const limit of [1, 2, 3]) {
      const seen: unknown[] = [];
      for (let after: string | null = ""; after !== null; ) {
        const page = await read(`lots?limit=${limit}${query}${after === "" ? "" : `&after=${after}`}`);
        seen.push(...page.items);
        after = page.next;
      }
      expect(seen).toEqual(whole.items);
    }
  });
});

describe("balance-history", () => {
  test("one figure a local day, today last, regular points of all programs", async () => {
    const { items, total } = await read("balance-history?days=30");
    expect(total).toBe(31);
    const by = new Map(items.map((item: { date: string; balance: number }) => [item.date, item.balance]));
    expect(items[0]).toEqual({ date: "2026-03-01", balance: 0 });
    expect(items[30]).toEqual({ date: "2026-03-31", balance: 22.5 });
    expect([...by.keys()]).toEqual([...by.keys()].sort());
    expect(by.size).toBe(31);
    expect(
      ["2026-03-03", "2026-03-04", "2026-03-09", "2026-03-10", "2026-03-29"].map((date) => by.get(date)),
    ).toEqual([0, 32.5, 32.5, 22.5, 22.5]);
  });
  test("begins with what was there before", async () => {
    const { items } = await read("balance-history?days=5");
    expect(items.map((item: { balance: number }) => item.balance)).toEqual([
      22.5, 22.5, 22.5, 22.5, 22.5, 22.5,
    ]);
  });
  test("looks 90 days back when nobody says how far", async () => {
    expect((await read("balance-history")).total).toBe(91);
  });
  test("leaves out what is booked in days to come", async () => {
    const id = await ledger.customer(shop, {});
    await shop.ledger.earn(id, 5_000, { at: BILL });
    await shop.ledger.earn(id, 9_000, { at: Date.parse("2026-05-01T00:00:00Z") });
    expect((await read("balance-history?days=1", id)).items).toEqual([
      { date: "2026-03-30", balance: 5 },
      { date: "2026-03-31", balance: 5 },
    ]);
  });
});

const PATHS = ["balances", "ledger", "lots", "balance-history"];

describe("refusals", () => {
  test.each(PATHS)("%s of a customer that is not there, or not ours", async (path) => {
    const other = await ledger.shop();
    for (const answer of [
      await get(path, shop.agent.headers, 4_000_000),
      await get(path, other.agent.headers, ana),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.body.error).toMatchObject({ code: "ledger.unknown_customer", number: 8015 });
    }
  });
  test.each(PATHS)("%s without credentials or permission", async (path) => {
    expect((await get(path, {})).status).toBe(401);
    const marketer = await signInUser(ledger.identity, shop.organisation, "marketer");
    expect((await get(path, marketer.headers)).status).toBe(200);
    const stranger = await ledger.shop();
    const elsewhere = { ...stranger.agent.headers, "x-cap-api-auth-org-id": String(shop.id) };
    expect([401, 403]).toContain((await get(path, elsewhere)).status);
  });
  const bad = [
    ...PATHS.map((path) => [path, "abc"] as const),
    ["ledger?limit=0", undefined],
    ["ledger?limit=101", undefined],
    ["ledger?limit=ten", undefined],
    ["ledger?limit=1&limit=2", undefined],
    ["ledger?after=nonsense", undefined],
    [`ledger?after=${Buffer.from("[99,0]").toString("base64url")}`, undefined],
    [`ledger?after=${Buffer.from("[0,0]").toString("base64url")}`, undefined],
    [`ledger?after=${Buffer.from('["1","0"]').toString("base64url")}`, undefined],
    ["lots?after=nonsense", undefined],
    [`lots?after=${Buffer.from('["now()",1,1]').toString("base64url")}`, undefined],
    [`lots?after=${Buffer.from('["2026-13-01T00:00:00Z",1,1]').toString("base64url")}`, undefined],
    [`lots?after=${Buffer.from('["2026-02-31T00:00:00.000Z",1,1]').toString("base64url")}`, undefined],
    [`lots?after=${Buffer.from('["0000-01-01T00:00:00.000Z",1,1]').toString("base64url")}`, undefined],
    [`lots?after=${Buffer.from('["infinity",1,99999]').toString("base64url")}`, undefined],
    [`lots?after=${Buffer.from('["infinity",1.5,1]').toString("base64url")}`, undefined],
    ["lots?open=perhaps", undefined],
    ["balance-history?days=0", undefined],
    ["balance-history?days=-3", undefined],
    ["balance-history?days=99999", undefined],
  ] as const;
  test.each(bad)("%s (%s)", async (path, id) => {
    const answer = await get(path, shop.agent.headers, id ?? ana);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ number: 400, message: expect.stringMatching(/./) });
  });
});

test("nothing of all this disturbed the ledger", async () => {
  expect((await verifyLedger(ledger.db)).findings).toEqual([]);
});
