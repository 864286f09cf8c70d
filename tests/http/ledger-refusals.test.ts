import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInTill } from "../../src/identity/testing.ts";
import { BALANCE, createLedgerStory, INFO, type LedgerStory, type Query, refusal } from "./ledger-story.ts";

let story: LedgerStory;
beforeAll(async () => {
  story = await createLedgerStory();
});
afterAll(() => story.ledger.close());

describe("refusals of both calls", () => {
  const refusals: [what: string, query: () => Query, code: number, says: RegExp][] = [
    ["no identifierName", () => ({ identifierName: "" }), 11013, /identifierName/],
    ["no identifierValue", () => ({ identifierValue: " " }), 11013, /identifierValue/],
    ["no source", () => ({ source: "" }), 11013, /source/],
    ["an unknown identifierName", () => ({ identifierName: "shoeSize" }), 8013, /shoeSize/],
    ["an unknown source", () => ({ source: "MOON" }), 8003, /MOON/],
    ["an unknown type", () => ({ type: "ROBOT" }), 1212, /ROBOT/],
    ["a user group", () => ({ type: "USERGROUP2", identifierName: "groupId" }), 11023, /user group/],
    ["a fleet", () => ({ type: "FLEET" }), 11023, /fleet/],
    ["a source in which the customer has no profile", () => ({ source: "WECHAT" }), 8015, /WECHAT/],
    ["an unknown customer", () => ({ identifierValue: 4_000_000 }), 8015, /4000000/],
    ["an id that is none", () => ({ identifierValue: "1; drop table ledger.entries" }), 8015, /drop/],
    [
      "an unknown e-mail",
      () => ({ identifierName: "email", identifierValue: "no@example.com" }),
      8015,
      /no@example/,
    ],
    [
      "an external id with a zero byte",
      () => ({ identifierName: "externalId", identifierValue: "a\u0000b" }),
      8015,
      /a.b/,
    ],
    [
      "an external id beyond all length",
      () => ({ identifierName: "externalId", identifierValue: "x".repeat(5000) }),
      8015,
      /xxx/,
    ],
    ["a store code with a zero byte", () => ({ storeCode: "\u0000" }), 11026, /storeCode/],
    [
      "a card, of which there are none",
      () => ({ identifierName: "cardnumber", identifierValue: "123" }),
      8015,
      /123/,
    ],
    ["limit 0", () => ({ limit: 0 }), -1, /limit/],
    ["a negative limit", () => ({ limit: -1 }), -1, /limit/],
    ["a limit that is no number", () => ({ limit: "ten" }), -1, /ten/],
    ["a broken limit", () => ({ limit: "1.5" }), -1, /1\.5/],
    ["a negative page", () => ({ offset: -1 }), 11003, /offset/],
    ["a page that is no number", () => ({ offset: "x" }), 11003, /offset/],
    ["a page beyond the last", () => ({ offset: 1 }), 11003, /page 1/],
    ["a page beyond all numbers", () => ({ offset: "999999999999999" }), 11003, /offset/],
    ["a till that is no number", () => ({ tillId: "T1" }), 11025, /T1/],
    ["an unknown till", () => ({ tillId: 999_999 }), 11004, /999999/],
    ["a store as a till", () => ({ tillId: story.shop.storeIds[0] }), 11004, /tillId/],
    ["tills with a space", () => ({ tillIds: story.shop.tillIds.join(", ") }), 11027, /tillIds/],
    ["tills with a gap", () => ({ tillIds: `${story.shop.tillIds[0]},,` }), 11027, /tillIds/],
    [
      "an unknown till among known ones",
      () => ({ tillIds: `${story.shop.tillIds[0]},999999` }),
      11004,
      /999999/,
    ],
    ["a store that is no number", () => ({ storeId: "S1" }), 11026, /S1/],
    ["an unknown store", () => ({ storeId: 999_999 }), 11026, /storeId/],
    ["an unknown store code", () => ({ storeCode: "nowhere" }), 11026, /nowhere/],
    ["two places", () => ({ tillId: story.shop.tillIds[0], storeCode: "store-1" }), 11028, /at most one/],
    ["an unknown program", () => ({ programId: 99 }), 11005, /99/],
    ["a program that is no number", () => ({ programId: "Base" }), 11005, /Base/],
    ["a concept without a program", () => ({ includeTillConceptEvents: true }), 11001, /programId/],
    ["an unknown entry type", () => ({ ledgerEntryType: "GIFT" }), 11007, /GIFT/],
    ["an unknown category", () => ({ pointCategoryType: "Main" }), 11008, /Main/],
    ["an unknown currency", () => ({ alternateCurrencyNames: "Shells,Pearls" }), 9005, /Pearls/],
    [
      "a flag that is none",
      () => ({ includeAlternateCurrencies: "perhaps" }),
      400,
      /includeAlternateCurrencies/,
    ],
    ["a parameter given twice", () => ({ tillId: ["1", "2"] }), 400, /tillId/],
    ["a date alone", () => ({ endDate: "2026-03-01" }), 11011, /endDate/],
    ["a date with an offset", () => ({ endDate: "2026-03-01T00:00:00Z" }), 11011, /endDate/],
    ["a day that does not exist", () => ({ endDate: "2026-02-30T00:00:00" }), 11011, /2026-02-30/],
    ["an hour that does not exist", () => ({ endDate: "2026-03-01T24:00:00" }), 11011, /endDate/],
    ["a time before everything", () => ({ endDate: "2020-01-01T00:00:00" }), 11003, /No ledger entries/],
    [
      "a filter that nothing matches",
      () => ({ pointCategoryType: "TRIGGER_BASED", ledgerEntryType: "DEBIT" }),
      11003,
      /No ledger entries/,
    ],
  ];
  test.each(refusals)("%s", async (_, query, code, says) => {
    for (const [path, limitCode] of [
      [INFO, 11029],
      [BALANCE, 11006],
    ] as const) {
      const answer = await story.ask(path, { ...story.whom, ...query() });
      expect(refusal(answer), path).toEqual([400, code === -1 ? limitCode : code]);
      expect(answer.body.errors[0].message).toMatch(says);
    }
  });

  test("missing altogether", async () => {
    expect(refusal(await story.ask(INFO, {}))).toEqual([400, 11013]);
  });

  const ofInfo: [what: string, query: Query, code: number][] = [
    ["limit 101", { limit: 101 }, 11029],
    ["a start after the end", { startDate: "2026-03-02T00:00:00", endDate: "2026-03-01T00:00:00" }, 11009],
    [
      "a span of a second more than 90 days",
      { startDate: "2026-01-01T00:00:00", endDate: "2026-04-01T00:00:01" },
      11010,
    ],
    ["a bad start", { startDate: "01/03/2026" }, 11011],
    ["a sort order that is none", { sortOrder: "up" }, 400],
    ["an unfiltered time after everything", { startDate: "2027-01-01T00:00:00" }, 11003],
  ];
  test.each(ofInfo)("of the entries: %s", async (_, query, code) => {
    expect(refusal(await story.info(query))).toEqual([400, code]);
  });

  test("of the balances: limit 11", async () => {
    expect((await story.balance({ limit: 10 })).status).toBe(200);
    expect(refusal(await story.balance({ limit: 11 }))).toEqual([400, 11006]);
  });

  test("a source with accounts needs one of them", async () => {
    const own = await story.ledger.shop();
    const id = await story.ledger.customer(own, { source: "WECHAT" });
    const query = { identifierName: "id", identifierValue: id, source: "WECHAT" };
    expect((await story.ask(INFO, query, own.till)).status).toBe(200);
    expect(refusal(await story.ask(INFO, { ...query, source: "INSTORE" }, own.till))).toEqual([400, 8015]);
    expect((await story.ask(INFO, { ...query, source: "ALL" }, own.till)).status).toBe(200);
    await story.ledger.orgs.addSourceAccount({ orgId: own.id, name: "test" }, "WECHAT", "wc-1");
    expect(refusal(await story.ask(INFO, query, own.till))).toEqual([400, 8015]);
    expect(refusal(await story.ask(INFO, { ...query, accountId: "wc-2" }, own.till))).toEqual([400, 8015]);
    // The profile is of no account: it was made before the source had any.
    expect(refusal(await story.ask(INFO, { ...query, accountId: "wc-1" }, own.till))).toEqual([400, 8015]);
  });
});

describe("who may read", () => {
  const paths = [INFO, BALANCE];
  test.each(paths)("%s refuses callers without credentials or permission", async (path) => {
    expect((await story.ask(path, story.whom, {})).status).toBe(401);
    const poor = await signInTill(story.ledger.identity, story.shop.organisation, story.shop.tillIds[1], [
      "Customer:read",
      "Points:write",
    ]);
    expect((await story.ask(path, story.whom, poor)).status).toBe(403);
  });
  test.each(paths)("%s does not know another organisation's customers, tills and stores", async (path) => {
    const other = await story.ledger.shop();
    expect(refusal(await story.ask(path, story.whom, other.till))).toEqual([400, 8015]);
    const mobile = { ...story.whom, identifierName: "mobile", identifierValue: "+447911123456" };
    expect(refusal(await story.ask(path, mobile, other.till))).toEqual([400, 8015]);
    expect(refusal(await story.ask(path, { ...story.whom, tillId: other.tillIds[0] }))).toEqual([400, 11004]);
    expect(refusal(await story.ask(path, { ...story.whom, storeId: other.storeIds[0] }))).toEqual([
      400, 11026,
    ]);
  });
});

/** Numbers of points-ledger.md §5 and of requests that no call could understand. */
const DOCUMENTED = new Set([
  400, 1212, 8003, 8013, 8015, 9005, 11001, 11003, 11004, 11005, 11006, 11007, 11008, 11009, 11010, 11011,
  11013, 11023, 11025, 11026, 11027, 11028, 11029,
]);

test("whatever is asked, the answer is the entries or a documented refusal", async () => {
  const { tillIds, storeIds } = story.shop;
  const text = fc.oneof(
    fc.constantFrom(
      "",
      " ",
      "0",
      "-1",
      "1e3",
      "NaN",
      "null",
      "true",
      "false",
      "'; --",
      "%00",
      "\u0000",
      "２０２６",
      "99999999999999999999",
    ),
    fc.string({ maxLength: 30 }),
    fc.string({ unit: "grapheme", maxLength: 10 }),
  );
  const mostly = (...values: (string | number)[]) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...values.map(String)) },
      { weight: 1, arbitrary: text },
    );
  const date = mostly(
    "2026-03-04T10:20:05",
    "2026-03-20T09:00:00",
    "2025-01-01T00:00:00",
    "2026-02-29T00:00:00",
    "0000-00-00T00:00:00",
    "9999-12-31T23:59:59",
  );
  const flag = mostly("true", "false", "TRUE");
  const query = fc.record(
    {
      identifierName: mostly("id", "mobile", "email", "externalId", "cardnumber"),
      identifierValue: mostly(story.ana, "+447911123456", "M-77"),
      source: mostly("INSTORE", "ALL", "WECHAT"),
      accountId: text,
      type: mostly("CUSTOMER", "USERGROUP2"),
      tillId: mostly(tillIds[0]),
      tillIds: mostly(tillIds.join(",")),
      storeId: mostly(storeIds[0]),
      storeCode: mostly("store-1"),
      limit: mostly(1, 5, 10, 100, 101),
      offset: mostly(0, 1, 2, "1000000000000"),
      programId: mostly(7, 8, 9),
      startDate: date,
      endDate: date,
      isFilterBasedOnDate: flag,
      includeLastOneYearData: flag,
      includeTillConceptEvents: flag,
      ledgerEntryType: mostly("CREDIT", "DEBIT", "OPENING_BALANCE"),
      pointCategoryType: mostly("REGULAR", "PROMISED"),
      includeAlternateCurrencies: flag,
      alternateCurrencyNames: mostly("Shells", "Pearls"),
      excludePointCategories: flag,
      sort: mostly("ASC", "DESC"),
      sortOrder: mostly("ASC", "DESC"),
    },
    { requiredKeys: ["identifierName", "identifierValue", "source"] },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(INFO, BALANCE), query, async (path, given) => {
      const answer = await story.ask(path, given);
      if (answer.status === 200) return;
      expect(answer.status).toBe(400);
      expect([...DOCUMENTED]).toContain(refusal(answer)[1]);
      expect(answer.body.errors[0].message).toMatch(/\.$/);
    }),
    { numRuns: 400 },
  );
});
