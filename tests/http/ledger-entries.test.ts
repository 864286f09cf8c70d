import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer } from "./access-server.ts";
import { BASE, SECOND } from "./ledger-server.ts";
import { BILL, createLedgerStory, INFO, type LedgerStory, type Query, refusal } from "./ledger-story.ts";

let story: LedgerStory;
beforeAll(async () => {
  story = await createLedgerStory();
});
afterAll(() => story.ledger.close());

/** Event names of the page, in its order. */
const names = (answer: Answer): string[] => {
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.ledgerEntries.map((entry: { eventName: string }) => entry.eventName);
};

const ALL = [
  "GenericEvent",
  "DelayedAccrual",
  "PointsRedemption",
  "TargetCompleted",
  "TransactionAdd",
  "CustomerRegistration",
];

describe("getCustomerLedgerInfo", () => {
  test("answers in the documented shape", async () => {
    const answer = await story.info({ includeAlternateCurrencies: true });
    expect(answer.status).toBe(200);
    const { customerDetails, ledgerDetails, ledgerEntries, warnings } = answer.body;
    expect(customerDetails).toEqual({
      firstName: "Ana",
      lastName: "Reyes",
      userId: story.ana,
      externalId: "M-77",
      entityType: "CUSTOMER",
    });
    expect(ledgerDetails).toEqual({ pageNumber: 0, pageSize: 10, totalEntries: 6, pageCount: 1 });
    expect(warnings).toEqual([]);
    expect(ledgerEntries[4]).toEqual({
      eventLogId: expect.any(Number),
      eventName: "TransactionAdd",
      customerId: story.ana,
      ledgerCreatedDate: "2026-03-04 18:20:05.0",
      customerDetails: null,
      entryDetails: [
        {
          ledgerEntryType: "CREDIT",
          points: "24.00",
          pointsCategory: "Main",
          programName: "Base",
          programId: BASE,
        },
        {
          ledgerEntryType: "CREDIT",
          points: "5.00",
          pointsCategory: "Main",
          programName: "Base",
          programId: BASE,
          alternateCurrencyName: "Shells",
        },
        {
          ledgerEntryType: "CREDIT",
          points: "7.254",
          pointsCategory: "Main",
          programName: "Second",
          programId: SECOND,
        },
      ],
      netPointsOnEvent: "31.254",
      netAlternateCurrenciesOnEvent: { Shells: "5.000" },
      transactionDetails: {
        transactionId: 70012,
        transactionNumber: "INV-9",
        date: "2026-03-04 18:20:05.0",
        amount: 240,
        grossBillAmount: 250,
        source: "instore",
      },
      store: "Store 1",
      storeCode: "store-1",
      tillCode: story.shop.organisation.till(story.shop.tillIds[0])?.code,
      eventDetails: { eventDate: "2026-03-04 18:20:05.0" },
      sourceProgramId: BASE,
      sourceProgramName: "Base",
      orgId: null,
    });
    expect(ledgerEntries[5]).toMatchObject({
      eventName: "CustomerRegistration",
      netPointsOnEvent: "0.000",
      transactionDetails: {},
      eventDetails: {},
    });
    expect(ledgerEntries[5].entryDetails).toHaveLength(6);
    expect(ledgerEntries[5].entryDetails[0]).toMatchObject({
      ledgerEntryType: "OPENING_BALANCE",
      points: "0.00",
    });
  });

  test("shows what debits take without a sign, and the net with one", async () => {
    const { ledgerEntries } = (await story.info()).body;
    expect(ledgerEntries[1]).toMatchObject({ eventName: "PointsRedemption", netPointsOnEvent: "-1.254" });
    expect(ledgerEntries[1].entryDetails).toMatchObject([{ ledgerEntryType: "DEBIT", points: "1.254" }]);
    expect(ledgerEntries[0]).toMatchObject({
      eventName: "DelayedAccrual",
      netPointsOnEvent: "0.000",
      store: null,
      storeCode: null,
      tillCode: null,
    });
    expect(ledgerEntries[0].entryDetails).toMatchObject([
      { ledgerEntryType: "DEBIT", points: "10.00", pointsCategory: "DelayedAccrualPointCategory" },
      { ledgerEntryType: "CREDIT", points: "10.00", pointsCategory: "Main" },
    ]);
  });

  test("an event of currencies alone nets to 0", async () => {
    const { ledgerEntries } = (await story.info({ includeAlternateCurrencies: true, limit: 1 })).body;
    expect(ledgerEntries[0]).toMatchObject({
      netPointsOnEvent: "0",
      netAlternateCurrenciesOnEvent: { Shells: "1.500" },
    });
  });

  test("a customer without external id has none in the answer", async () => {
    const id = await story.ledger.customer(story.shop, { firstName: "Bo" });
    const { customerDetails } = (await story.info({ identifierValue: id })).body;
    expect(customerDetails).toEqual({
      firstName: "Bo",
      lastName: "Reyes",
      userId: id,
      entityType: "CUSTOMER",
    });
  });

  const WITHOUT_SHELLS = ALL.slice(1);
  const filters: [what: string, query: () => Query, expected: string[]][] = [
    ["nothing", () => ({}), WITHOUT_SHELLS],
    ["ascending order", () => ({ sortOrder: "ASC" }), [...WITHOUT_SHELLS].reverse()],
    ["ascending order under its other name", () => ({ sort: "asc" }), [...WITHOUT_SHELLS].reverse()],
    ["sortOrder before sort", () => ({ sort: "ASC", sortOrder: "DESC" }), WITHOUT_SHELLS],
    [
      "credits",
      () => ({ ledgerEntryType: "CREDIT" }),
      ["DelayedAccrual", "TargetCompleted", "TransactionAdd"],
    ],
    ["debits, in any case", () => ({ ledgerEntryType: "debit" }), ["DelayedAccrual", "PointsRedemption"]],
    ["openings", () => ({ ledgerEntryType: "OPENING_BALANCE" }), ["CustomerRegistration"]],
    [
      "regular points",
      () => ({ pointCategoryType: "REGULAR" }),
      ["DelayedAccrual", "PointsRedemption", "TransactionAdd", "CustomerRegistration"],
    ],
    [
      "promised points",
      () => ({ pointCategoryType: "PROMISED" }),
      ["DelayedAccrual", "TargetCompleted", "CustomerRegistration"],
    ],
    ["trigger-based points", () => ({ pointCategoryType: "TRIGGER_BASED" }), ["CustomerRegistration"]],
    ["a till", () => ({ tillId: story.shop.tillIds[1] }), ["PointsRedemption", "TargetCompleted"]],
    [
      "tills",
      () => ({ tillIds: story.shop.tillIds.join(",") }),
      ["PointsRedemption", "TargetCompleted", "TransactionAdd", "CustomerRegistration"],
    ],
    [
      "a store by id",
      () => ({ storeId: story.shop.storeIds[0] }),
      ["TransactionAdd", "CustomerRegistration"],
    ],
    ["a store by code", () => ({ storeCode: "store-2" }), ["PointsRedemption", "TargetCompleted"]],
    [
      "an empty till, which is none",
      () => ({ tillId: "", storeCode: "store-2" }),
      ["PointsRedemption", "TargetCompleted"],
    ],
    [
      "a program",
      () => ({ programId: SECOND }),
      ["PointsRedemption", "TransactionAdd", "CustomerRegistration"],
    ],
    ["a program and a kind", () => ({ programId: SECOND, ledgerEntryType: "DEBIT" }), ["PointsRedemption"]],
    [
      "a program with its concept's tills",
      () => ({ programId: BASE, includeTillConceptEvents: true, ledgerEntryType: "DEBIT" }),
      ["DelayedAccrual", "PointsRedemption"],
    ],
    ["a program without them", () => ({ programId: BASE, ledgerEntryType: "DEBIT" }), ["DelayedAccrual"]],
    [
      "a program without a concept",
      () => ({ programId: SECOND, includeTillConceptEvents: true, ledgerEntryType: "DEBIT" }),
      ["PointsRedemption"],
    ],
    ["currencies too", () => ({ includeAlternateCurrencies: true }), ALL],
    ["a named currency too", () => ({ alternateCurrencyNames: "shells" }), ALL],
    [
      "currencies alone",
      () => ({ includeAlternateCurrencies: true, excludePointCategories: true }),
      ["GenericEvent", "TransactionAdd"],
    ],
    [
      "currencies alone, whatever the category",
      () => ({
        includeAlternateCurrencies: true,
        excludePointCategories: true,
        pointCategoryType: "PROMISED",
      }),
      ["GenericEvent", "TransactionAdd"],
    ],
    [
      "points and currencies of a category",
      () => ({ includeAlternateCurrencies: true, pointCategoryType: "REGULAR" }),
      ALL.filter((name) => name !== "TargetCompleted"),
    ],
    [
      "excludePointCategories alone, which is ignored",
      () => ({ excludePointCategories: true }),
      WITHOUT_SHELLS,
    ],
    [
      "from a time",
      () => ({ startDate: "2026-03-10T09:00:00" }),
      ["DelayedAccrual", "PointsRedemption", "TargetCompleted"],
    ],
    [
      "from a second later",
      () => ({ startDate: "2026-03-10T09:00:01" }),
      ["DelayedAccrual", "PointsRedemption"],
    ],
    [
      "up to a time",
      () => ({ endDate: "2026-03-10T09:00:00" }),
      ["TargetCompleted", "TransactionAdd", "CustomerRegistration"],
    ],
    [
      "up to the second in which it was",
      () => ({ startDate: "2026-03-13T00:00:00", endDate: "2026-03-20T09:00:00" }),
      ["DelayedAccrual"],
    ],
    [
      "up to a second earlier",
      () => ({ endDate: "2026-03-10T08:59:59" }),
      ["TransactionAdd", "CustomerRegistration"],
    ],
    [
      "between times",
      () => ({ startDate: "2026-03-04T10:20:05", endDate: "2026-03-12T09:00:00" }),
      ["PointsRedemption", "TargetCompleted", "TransactionAdd"],
    ],
    [
      "between times at a till",
      () => ({
        startDate: "2026-03-11T00:00:00",
        endDate: "2026-03-31T00:00:00",
        tillId: story.shop.tillIds[1],
      }),
      ["PointsRedemption"],
    ],
    [
      "90 days exactly",
      () => ({ startDate: "2026-01-01T00:00:00", endDate: "2026-04-01T00:00:00" }),
      WITHOUT_SHELLS,
    ],
    [
      "dates that are to be ignored, however wrong",
      () => ({ startDate: "soon", endDate: "2020-01-01T00:00:00", isFilterBasedOnDate: false }),
      WITHOUT_SHELLS,
    ],
    [
      "the 90 days after a start",
      () => ({ startDate: "2025-12-05T09:00:00" }),
      ["TransactionAdd", "CustomerRegistration"],
    ],
    [
      "the year after a start",
      () => ({ startDate: "2025-12-05T09:00:00", includeLastOneYearData: true }),
      WITHOUT_SHELLS,
    ],
    [
      "the 90 days before an end",
      () => ({ endDate: "2026-06-05T09:00:00" }),
      ["DelayedAccrual", "PointsRedemption", "TargetCompleted"],
    ],
    [
      "the year before an end",
      () => ({ endDate: "2026-06-05T09:00:00", includeLastOneYearData: true }),
      WITHOUT_SHELLS,
    ],
  ];
  test.each(filters)("shows, narrowed by %s", async (_, query, expected) => {
    const answer = await story.info(query());
    expect(names(answer)).toEqual(expected);
    expect(answer.body.ledgerDetails.totalEntries).toBe(expected.length);
  });

  test("a program filter shows that program's details and nets them alone", async () => {
    const { ledgerEntries } = (await story.info({ programId: SECOND })).body;
    expect(ledgerEntries[1]).toMatchObject({ eventName: "TransactionAdd", netPointsOnEvent: "7.254" });
    expect(ledgerEntries[1].entryDetails).toHaveLength(1);
  });

  test("clock times of the cluster where the organisation keeps them as they are", async () => {
    const own = await story.ledger.shop();
    await story.ledger.orgs.setSetting(
      { orgId: own.id, name: "test" },
      "CONF_ORG_DISABLE_MACHINE_TIME_CONV",
      "1",
    );
    const id = await story.ledger.customer(own, {});
    await own.ledger.earn(id, 1_000, { at: BILL });
    const query = { identifierName: "id", identifierValue: id, source: "ALL" };
    const answer = await story.ask(INFO, { ...query, startDate: "2026-03-04T18:20:05" }, own.till);
    expect(names(answer)).toEqual(["TransactionAdd"]);
    expect(refusal(await story.ask(INFO, { ...query, startDate: "2026-03-04T18:20:06" }, own.till))).toEqual([
      400, 11003,
    ]);
  });

  const people: [string, () => Query][] = [
    ["id", () => ({})],
    ["mobile", () => ({ identifierName: "mobile", identifierValue: "+447911123456" })],
    ["email", () => ({ identifierName: "email", identifierValue: "ana@example.com" })],
    ["externalId", () => ({ identifierName: "externalId", identifierValue: "M-77" })],
    ["a name in another case", () => ({ identifierName: "EXTERNALID", identifierValue: "M-77" })],
    ["every source", () => ({ source: "ALL" })],
    ["a source in another case", () => ({ source: "instore" })],
    ["its type", () => ({ type: "customer" })],
  ];
  test.each(people)("finds the customer by %s", async (_, query) => {
    expect((await story.info(query())).body.customerDetails?.userId).toBe(story.ana);
  });
});

describe("pages", () => {
  const COUNT = 57;
  let many: number;
  beforeAll(async () => {
    many = await story.ledger.customer(story.shop, {});
    const postings = [
      {
        programId: BASE,
        currencyId: 0,
        category: 1 as const,
        contra: "issued" as const,
        amount: 1_000,
        expiresAt: null,
      },
    ];
    await story.shop.ledger.post(
      Array.from({ length: COUNT - 1 }, (_, index) => ({
        partyId: many,
        at: BILL + index * 1000,
        tillId: story.shop.tillIds[index % 2]!,
        postings,
      })),
    );
  });

  const ways: [string, () => Query, number][] = [
    ["the whole ledger", () => ({}), COUNT],
    ["the whole ledger, oldest first", () => ({ sortOrder: "ASC" }), COUNT],
    ["a filtered ledger", () => ({ tillId: story.shop.tillIds[0] }), 29],
    ["a filtered ledger, oldest first", () => ({ tillId: story.shop.tillIds[0], sortOrder: "ASC" }), 29],
    ["a span", () => ({ startDate: "2026-03-04T10:20:10", endDate: "2026-03-04T10:20:40" }), 31],
  ];
  test.each(ways)("of %s hold each event once, in order", async (_, query, total) => {
    for (const limit of [1, 7, 10, 100]) {
      const seen: number[] = [];
      const pages = Math.ceil(total / limit);
      for (let offset = 0; offset < pages; offset++) {
        const answer = await story.info({ identifierValue: many, limit, offset, ...query() });
        expect(answer.status).toBe(200);
        expect(answer.body.ledgerDetails).toEqual({
          pageNumber: offset,
          pageSize: limit,
          totalEntries: total,
          pageCount: pages,
        });
        seen.push(...answer.body.ledgerEntries.map((entry: { eventLogId: number }) => entry.eventLogId));
      }
      expect(new Set(seen).size).toBe(total);
      const ascending = query().sortOrder === "ASC";
      expect(seen).toEqual([...seen].sort((a, b) => (ascending ? a - b : b - a)));
      expect(refusal(await story.info({ identifierValue: many, limit, offset: pages, ...query() }))).toEqual([
        400, 11003,
      ]);
    }
  });

  test("hold ten when the caller does not say", async () => {
    expect((await story.info({ identifierValue: many })).body.ledgerEntries).toHaveLength(10);
  });
});
