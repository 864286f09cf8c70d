import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLedger } from "../../src/ledger/testing.ts";
import { refusal } from "./ledger-story.ts";
import {
  ADD,
  type Answer,
  billOf,
  createTransactionsApp,
  type Json,
  NOW,
  type TransactionsApp,
} from "./transactions-shop.ts";

let shop: TransactionsApp;
let ana: number;
let programId: number;
let billId: number;
const ids: Record<"bill" | "given" | "spent" | "expired" | "adjusted" | "shells", number> = {
  bill: 0,
  given: 0,
  spent: 0,
  expired: 0,
  adjusted: 0,
  shells: 0,
};
type Query = Record<string, string | number>;
const read = (path: string, query: Query, headers?: Record<string, string>): Promise<Answer> =>
  shop.get(
    `${path}?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`,
    headers,
  );
const list = async (path: string, query: Query): Promise<Json[]> => {
  const answer = await read(path, query);
  expect(answer.status, answer.text).toBe(200);
  expect(Array.isArray(answer.body)).toBe(true);
  return answer.body;
};
const JUNE = Date.parse("2026-06-30T22:59:59Z");
const MAY = Date.parse("2026-05-31T22:59:59Z");

beforeAll(async () => {
  shop = await createTransactionsApp();
  const { app } = shop;
  ana = shop.customers[0]!;
  programId = shop.shop.programId;
  const author = { orgId: shop.shop.orgId, name: "test" };
  const custom = { kind: "custom", scope: "LOYALTY_TRANSACTION", dataType: "string" } as const;
  await app.orgs.defineField(author, { ...custom, name: "cashier" });
  billId = (await shop.post(ADD, billOf({ billAmount: 500, customFields: { cashier: "Bo" } }))).body
    .createdId;
  const at = Date.parse(NOW);
  const ledger = buildLedger(app, shop.shop.orgId, { programIds: [programId], at });
  const account = { programId, currencyId: 0, category: 1 as const, contra: "issued" as const };
  const customer = { source: "customer_promotions" as const };
  const [given, shells] = await ledger.post([
    {
      partyId: ana,
      eventName: "AllocateGoodwillPoints",
      postings: [
        { ...account, amount: 10_000, expiresAt: MAY, lot: { ...customer, details: { promotionId: 55 } } },
        { ...account, amount: 3_000, expiresAt: JUNE, lot: customer },
        { ...account, category: 2, amount: 30_000, expiresAt: null },
      ],
    },
    {
      partyId: ana,
      eventName: "GenericEvent",
      postings: [{ ...account, currencyId: 9, amount: 1_500, expiresAt: null }],
    },
  ]);
  ids.given = given!;
  ids.shells = shells!;
  const till = { tillId: shop.shop.tillId };
  ids.spent = await ledger.debit(ana, 4_000, {
    ...till,
    reference: { code: "q7Lm2x", transactionNumber: "INV-1" },
  });
  ids.expired = await ledger.debit(ana, 6_000, { eventName: "PointsExpiry", contra: "expired" });
  ids.adjusted = await ledger.debit(ana, 1_000, {
    eventName: "ManualPointsAdjustment",
    contra: "adjusted",
    reference: { reason: "double count" },
  });
  const entries = await list("/das/getLedgerEntriesWithEventId", { ...ENTRIES(), count: 100 });
  ids.bill = entries.find((entry) => entry.eventName === "TransactionAdd").eventLogId;
});
afterAll(() => shop.app.dispose());

const ENTRIES = (): Query => ({
  ledger_entry_types: "CREDIT,DEBIT",
  entity_id: ana,
  start_date: "2026-01-20",
  end_date: "2026-01-20",
  till_ids: -1,
  is_filter_not_based_on_date: 0,
  is_till_not_present: 0,
});
const SPAN = (): Query => ({ program_id: programId, point_category_id: 1, entity_id: ana });
const PA_IDS = (): Query => ({
  ...SPAN(),
  start_expiry_date: "2026-05-01",
  end_expiry_date: "2026-06-30",
  status: "AVAILABLE,REDEEMED,EXPIRED",
});
const BETWEEN = (): Query => ({
  ...SPAN(),
  expiry_date_start: "2026-05-01",
  expiry_date_end: "2026-06-30",
});
const OF_EVENT = (): Query => ({ entity_id: ids.given, customer_id: ana, event_type_id: 28 });
const EVENTS = (): Query => ({ entity_id: ana, event_log_ids: Object.values(ids).join(",") });
const YEARS = (): Query => ({ customer_id: ana });

describe("ledger entries with their events", () => {
  test("answer in the documented shape, newest first", async () => {
    const entries = await list("/das/getLedgerEntriesWithEventId", { ...ENTRIES(), count: 100 });
    expect(
      entries.map((entry) => [entry.eventName, entry.ledgerEntryType, entry.points, entry.categoryType]),
    ).toEqual([
      ["ManualPointsAdjustment", "DEBIT", 1, "REGULAR_POINTS"],
      ["PointsExpiry", "DEBIT", 6, "REGULAR_POINTS"],
      ["PointsRedemption", "DEBIT", 4, "REGULAR_POINTS"],
      ["AllocateGoodwillPoints", "CREDIT", 10, "REGULAR_POINTS"],
      ["AllocateGoodwillPoints", "CREDIT", 3, "REGULAR_POINTS"],
      ["AllocateGoodwillPoints", "CREDIT", 30, "PROMISED_POINTS"],
      ["TransactionAdd", "CREDIT", expect.any(Number), "REGULAR_POINTS"],
    ]);
    const bill = entries.at(-1);
    expect(bill).toMatchObject({
      pointsLedgerId: ids.bill * 65_536 + 1,
      eventLogId: ids.bill,
      eventTypeId: 15,
      eventTime: Date.parse(NOW),
      processingTime: Date.parse(NOW),
      createdOn: Date.parse(NOW),
      pointsCategoryName: "Main",
      customerId: ana,
      eventSubjectId: billId,
      tillId: shop.shop.tillId,
      sourceProgramId: programId,
      uniqueId: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(JSON.parse(bill.entityMetadata).pointInTimeSlabs).toMatchObject([{ programId, slabNumber: 1 }]);
  });

  const narrower: [string, Query, number][] = [
    ["credits", { ledger_entry_types: "credit" }, 4],
    ["another day", { start_date: "2026-01-21", end_date: "2026-01-22" }, 0],
    ["no day", { start_date: "never", end_date: "never", is_filter_not_based_on_date: 1 }, 7],
    ["the second page", { page: 2, count: 5 }, 2],
    ["a page beyond", { page: 9, count: 5 }, 0],
    ["somebody else", { entity_id: 9_999_999 }, 0],
  ];
  test.each(narrower)("narrowed to %s", async (_, query, count) => {
    expect(await list("/das/getLedgerEntriesWithEventId", { ...ENTRIES(), ...query })).toHaveLength(count);
  });

  test("narrowed to a till, unless tills are left out", async () => {
    const at = { ...ENTRIES(), till_ids: shop.shop.tillId };
    expect((await list("/das/getLedgerEntriesWithEventId", at)).map((entry) => entry.eventName)).toEqual([
      "PointsRedemption",
      "TransactionAdd",
    ]);
    expect(await list("/das/getLedgerEntriesWithEventId", { ...at, is_till_not_present: 1 })).toHaveLength(7);
  });

  test("of alternate currencies are a list of their own", async () => {
    expect(await list("/das/getACLedgerEntriesWithEventId", ENTRIES())).toMatchObject([
      { eventLogId: ids.shells, points: 1.5, alternateCurrencyId: 9, alternateCurrencyName: "9" },
    ]);
  });
});

describe("details behind events", () => {
  test("of adjustments", async () => {
    expect(await list("/das/getManualPointsAdjustmentExplodeLedger", EVENTS())).toEqual([
      {
        eventLogId: ids.adjusted,
        customerId: ana,
        createdOn: Date.parse(NOW),
        reason: "double count",
        pointsValue: 1,
      },
    ]);
  });
  test("of redemptions", async () => {
    expect(await list("/das/getPointsRedemptionExplodeLedger", EVENTS())).toEqual([
      {
        eventLogId: ids.spent,
        customerId: ana,
        createdOn: Date.parse(NOW),
        pointsRedeemed: 4,
        redemptionId: "q7Lm2x",
        redemptionPurpose: "",
        transactionNumber: "INV-1",
        notes: "",
      },
    ]);
  });
  test("of bills, a row for each custom field", async () => {
    expect(await list("/das/getTransactionAddExplodeLedger", EVENTS())).toEqual([
      {
        eventLogId: ids.bill,
        customerId: ana,
        createdOn: Date.parse(NOW),
        transactionId: billId,
        customFieldName: "cashier",
        customFieldValue: "Bo",
      },
    ]);
  });
  test.each([
    "/das/getTargetCompletedExplodeLedger",
    "/das/getCouponRedemptionCustomFieldsData",
    "/x/neo/couponRedemption/customFields",
  ])("%s knows of none, because there are none", async (path) => {
    expect(await list(path, EVENTS())).toEqual([]);
  });
  test("of years", async () => {
    const [row, ...rest] = await list("/das/getExpiredPointsByCustomerIdAndYear", YEARS());
    expect(rest).toEqual([]);
    expect(row).toEqual({
      customerId: ana,
      programId,
      year: 2026,
      pointsEarned: expect.any(Number),
      pointsExpired: 6,
    });
    expect(row.pointsEarned).toBeGreaterThan(43);
    expect(await list("/das/getExpiredPointsByCustomerIdAndYear", { ...YEARS(), year: 2025 })).toEqual([]);
  });
});

/** 10 points until May, of which 4 were spent and 6 expired; of 3 until June one was adjusted away. */
describe("awards", () => {
  test.each(["/x/neo/pointsAwarded/paIds", "/das/getPAIdsForProvidedDateRange"])(
    "%s lists the ids of those that expire within a span",
    async (path) => {
      const may = {
        id: ids.given * 65_536 + 1,
        customer_id: ana,
        event_log_id: ids.given,
        source_table: "points_awarded_customer_promotions",
        points_exclusive: 10,
        redeemed_exclusive_value: 4,
        returned_exclusive_value: 0,
        expired_exclusive_value: 6,
      };
      const june = {
        ...may,
        id: may.id + 1,
        points_exclusive: 3,
        redeemed_exclusive_value: 1,
        expired_exclusive_value: 0,
      };
      expect(await list(path, PA_IDS())).toEqual([may, june]);
      expect(await list(path, { ...PA_IDS(), status: "EXPIRED" })).toEqual([may]);
      expect(await list(path, { ...PA_IDS(), status: "available" })).toEqual([june]);
      expect(await list(path, { ...PA_IDS(), status: "RETURNED" })).toEqual([]);
      expect(await list(path, { ...PA_IDS(), end_expiry_date: "2026-05-31" })).toEqual([may]);
      expect(await list(path, { ...PA_IDS(), end_expiry_date: "2026-05-31T12:00:00" })).toEqual([]);
      expect(await list(path, { ...PA_IDS(), entity_id: `${shop.customers[1]},${ana}` })).toHaveLength(2);
    },
  );

  test("within a span, page by page, in the documented shape", async () => {
    const [first] = await list("/x/neo/pointsAllocation/dateRange", { ...BETWEEN(), count: 1 });
    expect(first).toEqual({
      id: ids.given * 65_536 + 1,
      org_id: shop.shop.orgId,
      customer_id: ana,
      original_customer_id: ana,
      cps_id: null,
      program_id: programId,
      point_category_id: 1,
      till_id: null,
      event_log_id: ids.given,
      event_type_id: 28,
      points_value: 10,
      points_exclusive: 10,
      original_points: 10,
      redeemed_value: 4,
      redeemed_exclusive_value: 4,
      returned_value: 0,
      returned_exclusive_value: 0,
      expired_value: 6,
      expired_exclusive_value: 6,
      allocation_strategy_id: null,
      expiry_strategy_id: null,
      points_source_type_id: 5,
      points_source_id: 55,
      awarded_date: Date.parse(NOW),
      expiry_date: MAY,
      status: "EXPIRED",
      auto_update_time: Date.parse(NOW),
    });
    expect(
      await list("/x/neo/pointsAllocation/dateRange", { ...BETWEEN(), count: 1, page: 2 }),
    ).toMatchObject([{ status: "AVAILABLE", points_value: 3, expiry_date: JUNE }]);
    const promised = { ...BETWEEN(), point_category_id: 2, expiry_date_end: "2126-12-31" };
    expect(await list("/x/neo/pointsAllocation/dateRange", promised)).toMatchObject([{ points_value: 30 }]);
  });

  test.each(["/x/neo/pointsAllocation/event", "/das/getPaDetailsByEventId"])(
    "%s finds those of an event by its id and by its bill's",
    async (path) => {
      expect((await list(path, OF_EVENT())).map((award) => award.points_value)).toEqual([10, 3, 30]);
      expect(await list(path, { ...OF_EVENT(), count: 2, page: 2 })).toHaveLength(1);
      expect(await list(path, { ...OF_EVENT(), event_type_id: 15 })).toEqual([]);
      expect(await list(path, { ...OF_EVENT(), event_type_id: 999 })).toEqual([]);
      expect(await list(path, { ...OF_EVENT(), entity_id: billId, event_type_id: 15 })).toMatchObject([
        {
          event_log_id: ids.bill,
          points_source_id: billId,
          points_source_type_id: 1,
          till_id: shop.shop.tillId,
        },
      ]);
    },
  );
});

const CALLS: [path: string, query: () => Query][] = [
  ["/das/getLedgerEntriesWithEventId", ENTRIES],
  ["/das/getACLedgerEntriesWithEventId", ENTRIES],
  ["/das/getManualPointsAdjustmentExplodeLedger", EVENTS],
  ["/das/getPointsRedemptionExplodeLedger", EVENTS],
  ["/das/getTransactionAddExplodeLedger", EVENTS],
  ["/das/getTargetCompletedExplodeLedger", EVENTS],
  ["/das/getCouponRedemptionCustomFieldsData", EVENTS],
  ["/x/neo/couponRedemption/customFields", EVENTS],
  ["/das/getExpiredPointsByCustomerIdAndYear", YEARS],
  ["/das/getPAIdsForProvidedDateRange", PA_IDS],
  ["/x/neo/pointsAwarded/paIds", PA_IDS],
  ["/das/getPaDetailsByEventId", OF_EVENT],
  ["/x/neo/pointsAllocation/event", OF_EVENT],
  ["/x/neo/pointsAllocation/dateRange", BETWEEN],
];

describe.each(CALLS)("%s", (path, query) => {
  test("needs credentials and the permission, and shows another organisation nothing", async () => {
    expect((await read(path, query(), { authorization: "" })).status).toBe(401);
    const poor = await shop.tillWith(["Customer:read", "Points:write"]);
    expect((await read(path, query(), { ...poor })).status).toBe(403);
    const foreign = await read(path, query(), { authorization: shop.other.authorization });
    if (foreign.status === 200) expect(foreign.body).toEqual([]);
    else expect(refusal(foreign)).toEqual([400, 11005]);
  });

  test("needs each parameter that is not a page", async () => {
    for (const name of Object.keys(query()).filter((item) => item !== "org_id"))
      expect(refusal(await read(path, { ...query(), [name]: "" }))).toEqual([400, 400]);
  });

  test("knows the scopes of dataflows", async () => {
    const scoped = (scope: string) => read(path, query(), { ...shop.till, "x-cap-neo-dag-scope": scope });
    for (const scope of ["global", "parent", "ORG"]) expect((await scoped(scope)).status).toBe(200);
    expect(refusal(await scoped("galaxy"))).toEqual([400, 400]);
  });
});

describe("refusals", () => {
  const refusals: [string, () => Query, Query, number][] = [
    ["/das/getLedgerEntriesWithEventId", ENTRIES, { ledger_entry_types: "GIFT" }, 11007],
    ["/das/getLedgerEntriesWithEventId", ENTRIES, { start_date: "01/02/2026" }, 11011],
    ["/das/getLedgerEntriesWithEventId", ENTRIES, { start_date: "2026-01-21" }, 11009],
    ["/das/getLedgerEntriesWithEventId", ENTRIES, { is_till_not_present: "yes" }, 400],
    ["/das/getLedgerEntriesWithEventId", ENTRIES, { till_ids: "one" }, 400],
    ["/das/getLedgerEntriesWithEventId", ENTRIES, { entity_id: "Ana" }, 400],
    ["/das/getLedgerEntriesWithEventId", ENTRIES, { count: 101 }, 400],
    ["/das/getLedgerEntriesWithEventId", ENTRIES, { page: 0 }, 400],
    ["/das/getManualPointsAdjustmentExplodeLedger", EVENTS, { event_log_ids: "1,,2" }, 400],
    ["/das/getExpiredPointsByCustomerIdAndYear", YEARS, { year: "last" }, 400],
    ["/x/neo/pointsAwarded/paIds", PA_IDS, { status: "LOST" }, 400],
    ["/x/neo/pointsAwarded/paIds", PA_IDS, { program_id: 99 }, 11005],
    ["/x/neo/pointsAwarded/paIds", PA_IDS, { point_category_id: 4 }, 400],
    ["/x/neo/pointsAwarded/paIds", PA_IDS, { org_id: 99_999 }, 400],
    [
      "/x/neo/pointsAwarded/paIds",
      PA_IDS,
      { entity_id: Array.from({ length: 101 }, (_, i) => i + 1).join(",") },
      400,
    ],
    ["/x/neo/pointsAllocation/dateRange", BETWEEN, { expiry_date_end: "2026-04-30" }, 11009],
  ];
  test.each(refusals)("%s %#", async (path, query, changes, code) => {
    expect(refusal(await read(path, { ...query(), ...changes }))).toEqual([400, code]);
  });
});
