import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLedger } from "../../src/ledger/testing.ts";
import { publishProgram } from "../../src/loyalty/testing.ts";
import { refusal } from "./ledger-story.ts";
import { type Answer, createTransactionsApp, NOW, type TransactionsApp } from "./transactions-shop.ts";

let shop: TransactionsApp;
let ana: number;
let programId: number;
let second: number;
type Query = Record<string, string | number | boolean>;
const read = (path: string, query: Query = {}, headers?: Record<string, string>): Promise<Answer> =>
  shop.get(
    `/v2/customers/${path}?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`,
    headers,
  );
const expiry = (query?: Query) => read(`${ana}/pointsExpirySchedule`, query);
const promised = (query?: Query) => read(`${ana}/promisedPointsSchedule`, query);

beforeAll(async () => {
  shop = await createTransactionsApp();
  const { app } = shop;
  ana = shop.customers[0]!;
  programId = shop.shop.programId;
  second = (await publishProgram(app.loyalty, { orgId: shop.shop.orgId, name: "test" }, { name: "Second" }))
    .id;
  const ledger = buildLedger(app, shop.shop.orgId, { programIds: [programId, second], at: Date.parse(NOW) });
  const account = { programId, currencyId: 0, category: 1 as const, contra: "issued" as const };
  const at = (text: string) => Date.parse(text);
  await ledger.post([
    {
      partyId: ana,
      postings: [
        { ...account, amount: 10_000, expiresAt: at("2026-03-31T22:59:59Z") },
        { ...account, amount: 5_000, expiresAt: at("2026-03-31T22:59:59Z") },
        {
          ...account,
          amount: 2_500,
          expiresAt: at("2026-03-31T22:59:59Z"),
          lot: { source: "bill_promotions" },
        },
        { ...account, amount: 7_000, expiresAt: at("2026-02-28T23:59:59Z"), lot: { rolls: true } },
        { ...account, amount: 1_000, expiresAt: null },
        { ...account, amount: 3_000, expiresAt: at("2026-01-20T23:59:59Z") },
        { ...account, amount: 9_000, expiresAt: at("2026-01-19T23:59:59Z") },
        { ...account, programId: second, amount: 4_000, expiresAt: at("2026-02-28T23:59:59Z") },
        { ...account, currencyId: 1, amount: 8_000, expiresAt: at("2026-02-28T23:59:59Z") },
        {
          ...account,
          category: 2,
          amount: 30_000,
          expiresAt: null,
          lot: { convertsAt: at("2026-01-24T00:00:00Z") },
        },
        {
          ...account,
          category: 2,
          amount: 6_000,
          expiresAt: null,
          lot: { convertsAt: at("2026-01-23T00:00:00Z"), source: "line_item_regular" },
        },
        { ...account, category: 3, amount: 2_000, expiresAt: null, lot: { source: "customer_promotions" } },
        {
          ...account,
          programId: second,
          category: 2,
          amount: 500,
          expiresAt: null,
          lot: { convertsAt: at("2026-01-24T00:00:00Z") },
        },
      ],
    },
  ]);
  await ledger.debit(ana, 3_000 + 9_000 + 2_000);
});
afterAll(() => shop.app.dispose());

/** The debit took the two lots that end first and 2 of the rolling one. */
const ROWS = () => [
  { points: 5, expiryDate: "2026-02-28", programId, pointsType: "bill_regular", expiryType: "rolling" },
  { points: 2.5, expiryDate: "2026-03-31", programId, pointsType: "bill_promotions", expiryType: "fixed" },
  { points: 15, expiryDate: "2026-03-31", programId, pointsType: "bill_regular", expiryType: "fixed" },
  { points: 1, expiryDate: "2126-01-20", programId, pointsType: "bill_regular", expiryType: "fixed" },
];

describe("pointsExpirySchedule", () => {
  test("answers in the documented shape: the default program, soonest first", async () => {
    const { status, body, text } = await expiry();
    expect(status, text).toBe(200);
    expect(body).toEqual({
      id: ana,
      profiles: [],
      loyaltyInfo: { loyaltyType: "loyalty" },
      segments: {},
      extendedFields: {},
      expirySchedules: ROWS(),
      warnings: [],
    });
  });

  const ways: [string, () => Query, (rows: ReturnType<typeof ROWS>) => unknown[]][] = [
    ["one program", () => ({ programId }), (rows) => rows],
    [
      "all programs",
      () => ({ fetchDataForAllPrograms: true }),
      (rows) => [...rows, { ...rows[0], points: 4, programId: second, expiryType: "fixed" }],
    ],
    ["the soonest of each kind", () => ({ fetchEarliestExpiryOnly: true }), (rows) => rows.slice(0, 3)],
    ["from a day", () => ({ startDate: "2026-03-01" }), (rows) => rows.slice(1)],
    ["up to a day", () => ({ endDate: "2026-03-31" }), (rows) => rows.slice(0, 3)],
    [
      "a span of one day",
      () => ({ startDate: "2026-02-28", endDate: "2026-02-28" }),
      (rows) => rows.slice(0, 1),
    ],
    ["a span with nothing in it", () => ({ startDate: "2026-01-21", endDate: "2026-01-22" }), () => []],
    ["a day with a time", () => ({ endDate: "2026-03-30T12:00:00" }), (rows) => rows.slice(0, 1)],
  ];
  test.each(ways)("of %s", async (_, query, expected) => {
    expect((await expiry(query())).body.expirySchedules).toEqual(expected(ROWS()));
  });

  test("sums to the balance", async () => {
    const sum = ROWS().reduce((total, { points }) => total + points, 0);
    expect((await read(`${ana}/points/balance`)).body).toMatchObject({
      mainPoints: sum,
      promisedPoints: 38,
      promisedPointsBreakup: { delayedAccrualPoints: 36, externalTriggerBasedPoints: 2 },
    });
  });

  test("by identifier answers the same", async () => {
    const whom = { source: "INSTORE", identifierName: "externalId", identifierValue: "C1" };
    const { body } = await read("lookup/pointsExpirySchedule", { ...whom, programId });
    expect(body).toEqual((await expiry({ programId })).body);
    expect(refusal(await read("lookup/pointsExpirySchedule", { ...whom, source: "" }))).toEqual([400, 8003]);
    expect(refusal(await read("lookup/pointsExpirySchedule", { ...whom, source: "MOON" }))).toEqual([
      400, 8003,
    ]);
    expect(refusal(await read("lookup/pointsExpirySchedule", { ...whom, identifierValue: "C9" }))).toEqual([
      400, 8015,
    ]);
  });
});

describe("promisedPointsSchedule", () => {
  test("answers in the documented shape", async () => {
    const { status, body, text } = await promised();
    expect(status, text).toBe(200);
    expect(body).toEqual({
      entityId: ana,
      entityType: "CUSTOMER",
      promisedPointsScheduleList: [
        { points: 6, redeemableFrom: "2026-01-23", programId, pointsType: "line_item_regular" },
        { points: 30, redeemableFrom: "2026-01-24", programId, pointsType: "bill_regular" },
      ],
      triggerBasedPointsList: [{ points: 2, programId, pointsType: "customer_promotions" }],
      warnings: [],
    });
  });

  test("narrows by date and program, by identifier too", async () => {
    const some = (await promised({ startDate: "2026-01-24", entityType: "CUSTOMER" })).body;
    expect(some.promisedPointsScheduleList).toHaveLength(1);
    expect(some.triggerBasedPointsList).toHaveLength(1);
    const whom = { source: "ALL", identifierName: "externalId", identifierValue: "C1" };
    const all = await read("lookup/promisedPointsSchedule", { ...whom, fetchDataForAllPrograms: true });
    expect(all.body.promisedPointsScheduleList).toHaveLength(3);
  });
});

describe("refusals of both", () => {
  const refusals: [string, () => Query, number][] = [
    ["a start after the end", () => ({ startDate: "2026-03-02", endDate: "2026-03-01" }), 1214],
    ["a start today", () => ({ startDate: "2026-01-20" }), 1215],
    ["an end before today", () => ({ endDate: "2026-01-01" }), 1214],
    ["a date that is none", () => ({ startDate: "tomorrow" }), 1216],
    ["a day that does not exist", () => ({ endDate: "2026-02-30" }), 1216],
    ["an end more than a century ahead", () => ({ endDate: "2126-01-21" }), 1217],
    ["an unknown program", () => ({ programId: 99_999 }), 885],
    ["a program that is no number", () => ({ programId: "Rewards" }), 885],
    ["a program the customer is not in", () => ({ programId: second }), 1218],
    ["a parameter that is not known", () => ({ colour: "red" }), 8130],
    ["a flag that is none", () => ({ fetchDataForAllPrograms: "perhaps" }), 400],
    ["a group", () => ({ entityType: "USERGROUP2" }), 1632],
    ["a group's id", () => ({ userGroup2Id: 4 }), 1632],
    ["another kind of entity", () => ({ entityType: "ROBOT" }), 1212],
  ];
  test.each(refusals)("%s", async (_, query, code) => {
    for (const answer of [await expiry(query()), await promised(query())])
      expect(refusal(answer)).toEqual([400, code]);
  });

  test("a parameter given twice", async () => {
    const answer = await shop.get(`/v2/customers/${ana}/pointsExpirySchedule?programId=1&programId=2`);
    expect(refusal(answer)).toEqual([400, 8130]);
  });

  test.each(["pointsExpirySchedule", "promisedPointsSchedule"])(
    "%s without credentials or permission, of nobody and of another organisation's customer",
    async (path) => {
      for (const address of [`${ana}/${path}`, `lookup/${path}`]) {
        expect((await read(address, {}, { authorization: "" })).status).toBe(401);
        const poor = await shop.tillWith(["Customer:read", "Points:write"]);
        expect((await read(address, {}, { ...poor })).status).toBe(403);
      }
      expect(refusal(await read(`9999999/${path}`))).toEqual([400, 8015]);
      const foreign = { authorization: shop.other.authorization };
      expect(refusal(await read(`${ana}/${path}`, {}, foreign))).toEqual([400, 8015]);
    },
  );
});
