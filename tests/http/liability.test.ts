import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeJournals } from "#insights";
import { createLog, fixedClock, rawSql } from "#platform";
import { signInTill, signInUser } from "../../src/identity/testing.ts";
import { buildLedger } from "../../src/ledger/testing.ts";
import {
  createTestApp,
  createTestShop,
  registerCustomers,
  type TestApp,
  type TestShop,
} from "../support/app.ts";
import { call } from "./access-server.ts";

const NOW = Date.parse("2026-03-31T12:00:00Z");
const at = (text: string) => Date.parse(text);
const PATH = "/api/insights/liability";

let app: TestApp;
let shop: TestShop;
let headers: Record<string, string>;
let ana: number;
let bob: number;

/**
 * Ana: 100 points on 30 January (until June), 40 spent in February of which 15 came back, 20 to Bob in March, 30 promised of
 * which 10 became regular. Bob: 5.5 adjusted (never expire), what Ana gave (until April); 7 Shells. One point is worth a pound.
 */
beforeAll(async () => {
  app = await createTestApp({ clock: fixedClock(new Date(NOW)) });
  shop = await createTestShop(app);
  ({ headers } = await signInUser(app.identity, shop.organisation, "marketer"));
  const people = await registerCustomers(app, shop, 2);
  [ana, bob] = people as [number, number];
  const ledger = buildLedger(app, shop.orgId, { programIds: [shop.programId], at: NOW });
  const until = { expiresAt: at("2026-06-30T22:59:59Z") };
  // Registration was booked at the clock's time; what is booked earlier is booked then, so time starts in the past.
  await app.db.transaction(shop.orgId, (tx) =>
    tx.run(rawSql("/* ledger.test */ update ledger.parties set last_booked_at = '2026-01-01'", [])),
  );
  await ledger.earn(ana, 100_000, { at: at("2026-01-30T10:00:00Z"), ...until });
  await ledger.debit(ana, 40_000, { at: at("2026-02-10T10:00:00Z") });
  await ledger.earn(ana, 15_000, { at: at("2026-02-11T10:00:00Z"), contra: "redeemed", ...until });
  await ledger.earn(ana, 30_000, { at: at("2026-02-12T10:00:00Z"), category: 2 });
  await ledger.debit(ana, 20_000, {
    at: at("2026-03-01T00:30:00Z"),
    contra: "transfer",
    eventName: "PointsTransfer",
  });
  await ledger.debit(ana, 10_000, { at: at("2026-03-02T10:00:00Z"), category: 2, contra: "conversion" });
  await ledger.earn(ana, 10_000, { at: at("2026-03-02T10:00:00Z"), contra: "conversion", ...until });
  await ledger.earn(bob, 20_000, {
    at: at("2026-03-01T00:30:00Z"),
    contra: "transfer",
    expiresAt: at("2026-04-30T22:59:59Z"),
  });
  await ledger.earn(bob, 5500, { at: at("2026-03-05T10:00:00Z"), contra: "adjusted" });
  await ledger.earn(bob, 7000, { at: at("2026-03-06T10:00:00Z"), currencyId: 1 });
});
afterAll(() => app.dispose());

const ask = (query = "", as: Record<string, string> = headers) =>
  call(app.server, "GET", `${PATH}${query}`, as);
const close = () => closeJournals({ db: app.db, log: createLog("silent") }, [shop.organisation], NOW);

describe("the report on what is owed", () => {
  test.each([
    ["read from the journal", async () => {}],
    ["and when it was summed", close],
  ])("adds up, %s", async (_, before) => {
    await before();
    const { status, body } = await ask("?from=2026-02");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      asOf: "2026-03-31T13:00:00+01:00",
      from: "2026-02",
      to: "2026-03",
      currency: "points",
      moneyCurrency: "GBP",
      total: {
        outstandingBefore: 100,
        issued: 30,
        redeemed: 40,
        reversed: 15,
        adjusted: 5.5,
        transferredIn: 20,
        transferredOut: 20,
        convertedIn: 10,
        convertedOut: 10,
        expired: 0,
        outstanding: 110.5,
        money: 110.5,
      },
      now: { outstanding: 110.5, openLots: 110.5, debt: 0, money: 110.5 },
      months: [
        { month: "2026-02", outstandingBefore: 100, issued: 30, redeemed: 40, outstanding: 105, money: 105 },
        { month: "2026-03", outstandingBefore: 105, adjusted: 5.5, outstanding: 110.5 },
      ],
    });
    expect(
      body.accounts.map(({ currency, category, outstanding, money }: Record<string, unknown>) => [
        currency,
        category,
        outstanding,
        money,
      ]),
    ).toEqual([
      ["points", "REGULAR", 90.5, 90.5],
      ["points", "PROMISED", 20, 20],
      ["points", "TRIGGER_BASED", 0, 0],
      ["1", "REGULAR", 7, null],
    ]);
    expect(body.expiry).toEqual([
      { month: "2026-04", points: 20, lots: 1, money: 20 },
      { month: "2026-06", points: 65, lots: 3, money: 65 },
      { month: null, points: 25.5, lots: 2, money: 25.5 },
    ]);
    const verified = await app.verify();
    expect(verified.findings.filter(({ check }) => check.includes("liability"))).toEqual([]);
    expect(verified.outstanding).toBe(110_500n);
  });

  test("covers twelve months to now, and narrows to a program, currency and category", async () => {
    const year = await ask();
    expect([year.body.from, year.body.to, year.body.months.length]).toEqual(["2025-04", "2026-03", 12]);
    const promised = await ask("?category=PROMISED&from=2026-03");
    expect(promised.body.total).toMatchObject({ outstandingBefore: 30, convertedOut: 10, outstanding: 20 });
    expect(promised.body.accounts).toHaveLength(1);
    const shells = await ask(`?currencyId=1&programId=${shop.programId}`);
    expect(shells.body).toMatchObject({ currency: "1", total: { issued: 7, outstanding: 7, money: null } });
    const past = await ask("?from=2026-01&to=2026-01");
    expect(past.body).toMatchObject({
      total: { issued: 100, outstanding: 100 },
      now: { outstanding: 110.5 },
    });
  });

  test("comes as CSV too", async () => {
    const response = await app.server.inject({ method: "GET", url: `${PATH}.csv?from=2026-02`, headers });
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(response.headers["content-disposition"]).toBe(
      'attachment; filename="liability-movements-2026-02-to-2026-03.csv"',
    );
    const lines = response.body.slice(1).trimEnd().split("\r\n");
    expect(lines).toHaveLength(1 + 2 * 4);
    expect(lines[0]).toBe(
      "month,program_id,program,currency,category,outstanding_before,opening,issued,redeemed,reversed,expired,returned,adjusted,transferred_in,transferred_out,converted_in,converted_out,merged_in,merged_out,outstanding,money,money_currency",
    );
    expect(lines[1]).toBe(
      `2026-02,${shop.programId},Rewards,points,REGULAR,100.000,0.000,0.000,40.000,15.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,0.000,75.000,75.00,GBP`,
    );
    const expiry = await app.server.inject({ method: "GET", url: `${PATH}.csv?part=expiry`, headers });
    expect(expiry.body.slice(1).trimEnd().split("\r\n").slice(1)).toEqual([
      "2026-04,points,20.000,1,20.00,GBP",
      "2026-06,points,65.000,3,65.00,GBP",
      "never,points,25.500,2,25.50,GBP",
    ]);
  });

  test.each([
    ["?from=2026-13", /from/],
    ["?to=soon", /to/],
    ["?category=GOLD", /category/],
    ["?programId=x", /programId/],
    ["?from=2026-03&to=2026-02", /from: 2026-03 is after 2026-02/],
    ["?to=2026-04", /to: 2026-04 has not begun/],
    ["?from=1990-01", /at most 120 months/],
  ])("refuses %s", async (query, message) => {
    for (const path of ["", ".csv"]) {
      const { status, body } = await call(app.server, "GET", `${PATH}${path}${query}`, headers);
      expect(status).toBe(400);
      expect(JSON.stringify(body)).toMatch(message);
    }
  });

  test("is for those who may see figures, and knows no other organisation's program", async () => {
    const till = await signInTill(app.identity, shop.organisation, shop.tillIds[1]);
    const elsewhere = { ...headers, "x-cap-api-auth-org-id": "999999" };
    for (const path of ["", ".csv", "/lots?month=never"]) {
      expect((await ask(path, till)).status).toBe(401);
      expect((await ask(path, elsewhere)).status).toBe(403);
    }
    const { body } = await call(app.server, "GET", "/openapi.json");
    expect(body.paths[PATH].get["x-permission"]).toBe("Insights:read");
    expect(body.paths[`${PATH}/lots`].get["x-permission"]).toBe("Customer:read");
    const other = await createTestShop(app);
    const stranger = await signInUser(app.identity, other.organisation, "owner");
    expect((await ask(`?programId=${shop.programId}`, stranger.headers)).status).toBe(404);
    const theirs = await ask("", stranger.headers);
    expect(theirs.body).toMatchObject({ accounts: [], expiry: [], now: { outstanding: 0 } });
    expect((await ask("/lots?month=2026-06", stranger.headers)).body.items).toEqual([]);
  });
});

describe("lots behind a month of expiry", () => {
  test("name their members, soonest first, page by page", async () => {
    const first = await ask("/lots?month=2026-06&limit=2");
    expect(first.status).toBe(200);
    expect(first.body.items[0]).toMatchObject({
      customerId: ana,
      programName: "Rewards",
      currency: "points",
      category: "REGULAR",
      amount: 100,
      remaining: 40,
      expiresAt: "2026-06-30T23:59:59+01:00",
    });
    expect(first.body.items[0].name).not.toBe("");
    const second = await ask(`/lots?month=2026-06&limit=2&after=${first.body.next}`);
    expect([first.body.items.length, second.body.items.length, second.body.next]).toEqual([2, 1, null]);
    const never = await ask("/lots?month=never&limit=1");
    const rest = await ask(`/lots?month=never&after=${never.body.next}&currencyId=0`);
    expect(
      [...never.body.items, ...rest.body.items].map(({ remaining }: { remaining: number }) => remaining),
    ).toEqual([20, 5.5]);
    expect((await ask("/lots?month=never&category=PROMISED")).body.items).toHaveLength(1);
    expect((await ask("/lots?month=2026-05")).body.items).toEqual([]);
  });

  test.each([
    "/lots",
    "/lots?month=2026",
    "/lots?month=2026-06&limit=0",
    "/lots?month=2026-06&after=x",
    "/lots?month=9999-12&after=WzEsMl0",
  ])("refuses %s", async (path) => {
    expect((await ask(path)).status).toBe(400);
  });
});

test("verify finds sums that differ from accounts and lots", async () => {
  await close();
  await app.db.system((tx) =>
    tx.run(
      rawSql(
        "/* insights.test */ update insights.journal_days set credits = credits + 1 where org_id = $1 and contra = 'adjusted' and credits > 0",
        [shop.orgId],
      ),
    ),
  );
  const { findings } = await app.verify();
  expect(findings.filter(({ check }) => check.includes("liability")).map(({ detail }) => detail)).toEqual([
    `program ${shop.programId} currency 0 category 1: outstanding: reported 90501, kept 90500`,
    `program ${shop.programId} currency 0 category 1: outstanding by lots: reported 90501, kept 90500`,
    `program ${shop.programId} currency 0 category 1: adjusted: reported 5501, kept 5500`,
  ]);
});
