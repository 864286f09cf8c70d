import pg from "pg";
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

const V2 = "/v2/pointsLedger/getLedgerExplodeInfo";
const V21 = "/v2.1/pointsLedger/getLedgerExplodeInfo";
const INFO = "/v2/pointsLedger/getCustomerLedgerInfo";
const INFO21 = "/v2.1/pointsLedger/getCustomerLedgerInfo";

let shop: TransactionsApp;
let ana: number;
let billId: number;
let otherBill: number;
let earned: number;
let spent: number;
let expired: number;
type Query = Record<string, string | number | boolean>;

const ask = (path: string, query: Query, headers?: Record<string, string>): Promise<Answer> => {
  const text = new URLSearchParams(
    Object.entries({ identifierName: "id", identifierValue: ana, source: "INSTORE", ...query }).map(
      ([name, value]): [string, string] => [name, String(value)],
    ),
  );
  return shop.get(`${path}?${text}`, headers);
};
const events = async (query: Query): Promise<Json[]> => {
  const answer = await ask(V2, query);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.events;
};

beforeAll(async () => {
  shop = await createTransactionsApp();
  const { app } = shop;
  ana = shop.customers[0]!;
  const author = { orgId: shop.shop.orgId, name: "test" };
  const extended = { kind: "extended", dataType: "string" } as const;
  await app.orgs.defineField(author, { ...extended, scope: "TRANSACTION", name: "channel" });
  await app.orgs.defineField(author, { ...extended, scope: "LINEITEM", name: "size" });
  const custom = { kind: "custom", scope: "LOYALTY_TRANSACTION", dataType: "string" } as const;
  await app.orgs.defineField(author, { ...custom, name: "cashier" });
  const bill = billOf({
    billNumber: "EXP/1",
    billAmount: 240,
    grossAmount: 250,
    discount: 10,
    note: "gift",
    billingDate: "2026-01-19T18:20:05.250+00:00",
    customFields: { cashier: "Bo" },
    extendedFields: { channel: "kiosk" },
    paymentModes: [{ mode: "Cash", value: 240, notes: "coins", attributes: { currency: "GBP" } }],
    lineItemsV2: [
      {
        itemCode: "TEA-1",
        description: "Tea",
        qty: 2,
        rate: 125,
        value: 250,
        discount: 10,
        amount: 240,
        attributes: { a: "b" },
        extendedFields: { size: "L" },
      },
    ],
  });
  billId = (await shop.post(ADD, bill)).body.createdId;
  otherBill = (await shop.post(ADD, billOf({ billAmount: 100 }))).body.createdId;
  const ledger = buildLedger(app, shop.shop.orgId, {
    programIds: [shop.shop.programId],
    at: Date.parse(NOW),
  });
  spent = await ledger.debit(ana, 1_000, {
    reference: { transactionNumber: "INV-3" },
    tillId: shop.shop.tillId,
  });
  expired = await ledger.debit(ana, 500, { eventName: "PointsExpiry", contra: "expired" });
  const page = await ask(INFO, { sortOrder: "ASC" });
  earned = page.body.ledgerEntries[1].eventLogId;
});
afterAll(() => shop.app.dispose());

const NEVER_ON = [
  "billDetails",
  "customFields",
  "extendedFields",
  "paymentModes",
  "pointsEarned",
  "pointsBreakup",
];

describe("getLedgerExplodeInfo", () => {
  test("without switches tells what the event was and no more", async () => {
    const [event] = await events({ eventIds: earned });
    expect(event).toEqual({
      eventLogId: earned,
      eventName: "TransactionAdd",
      eventReferenceId: String(billId),
      uniqueId: expect.stringMatching(/^[\w-]{22}$/),
      eventDetails: { eventTime: "2026-01-20 20:00:00.0", tillId: shop.shop.tillId },
      pointInTimeSlabs: [
        {
          programId: shop.shop.programId,
          programName: "Rewards",
          slabNumber: 1,
          slabName: expect.any(String),
        },
      ],
    });
  });

  test("with all switches shows the bill, its fields, its payments and what it earned", async () => {
    const [event] = await events({
      eventIds: earned,
      getBillDetails: true,
      getPointsEarnedBreakup: true,
      getCustomFields: true,
      getExtendedFields: true,
      getPaymentModes: true,
      getMaxConversionDetails: true,
    });
    const pointsEarned = {
      regular: [
        {
          programId: shop.shop.programId,
          programName: "Rewards",
          value: expect.any(Number),
          expiresOn: expect.stringMatching(/^2027-\d\d-\d\d \d\d:59:59\.0$/),
          expiryType: "fixed",
        },
      ],
      promo: [],
      promised: [],
    };
    expect(event).toMatchObject({
      billDetails: {
        type: "REGULAR",
        billNumber: "EXP/1",
        grossAmount: 250,
        discount: 10,
        billAmount: 240,
        note: "gift",
        source: "instore",
        billDate: "2026-01-20T02:20:05.250",
        pointsEarned,
        lineItems: [
          {
            lineNo: 1,
            itemCode: "TEA-1",
            description: "Tea",
            qty: 2,
            rate: 125,
            value: 250,
            discount: 10,
            amount: 240,
            attributes: { a: "b" },
            extendedFields: [{ name: "size", value: "L" }],
          },
        ],
      },
      pointsEarned,
      customFields: [{ name: "cashier", value: "Bo" }],
      extendedFields: [{ name: "channel", value: "kiosk" }],
      paymentModes: [{ mode: "Cash", value: 240, notes: "coins", attributes: { currency: "GBP" } }],
    });
    const entries = (await ask(INFO, { sortOrder: "ASC" })).body.ledgerEntries;
    expect(event.pointsEarned.regular[0].value).toBe(Number(entries[1].entryDetails[0].points));
  });

  const switches: [string, string][] = [
    ["getBillDetails", "billDetails"],
    ["getPointsEarnedBreakup", "pointsEarned"],
    ["getCustomFields", "customFields"],
    ["getExtendedFields", "extendedFields"],
    ["getPaymentModes", "paymentModes"],
  ];
  test.each(switches)("%s switches %s on, and nothing else", async (name, block) => {
    const [event] = await events({ eventIds: earned, [name]: true });
    expect(event).toHaveProperty(block);
    for (const other of NEVER_ON.filter((item) => item !== block)) expect(event).not.toHaveProperty(other);
    if (name === "getBillDetails") {
      expect(event.billDetails).not.toHaveProperty("pointsEarned");
      expect(event.billDetails.lineItems[0]).not.toHaveProperty("extendedFields");
    }
  });

  test("of a redemption tells what was spent and which points they were", async () => {
    const [event] = await events({ eventIds: spent, getBillDetails: true });
    expect(event).toMatchObject({
      eventName: "PointsRedemption",
      eventReferenceId: String(ana),
      eventDetails: {
        redemptionDetails: {
          pointsRedeemed: "1.000",
          transactionNumber: "INV-3",
          groupRedemption: false,
        },
      },
      pointsBreakup: [{ programName: "Rewards", pointsCategory: "Main", value: 1, expiryType: "fixed" }],
    });
    expect(event).not.toHaveProperty("billDetails");
  });

  test("shows events in the order of their ids, and says which are missing", async () => {
    const { body } = await ask(V2, { eventIds: `${spent},${earned},9999999` });
    expect(body.events.map((event: Json) => event.eventLogId)).toEqual([spent, earned]);
    expect(body.warnings).toMatchObject([{ code: 11016, message: expect.stringContaining("9999999") }]);
  });

  const byReference: [string, () => Query, () => unknown[]][] = [
    ["a bill", () => ({ eventName: "TransactionAdd", eventReferenceIds: billId }), () => [String(billId)]],
    [
      "bills, newest first",
      () => ({ eventName: "transactionadd", eventReferenceIds: `${billId},${otherBill}` }),
      () => [String(otherBill), String(billId)],
    ],
    [
      "the customer's redemptions",
      () => ({ eventName: "PointsRedemption", eventReferenceIds: ana }),
      () => [String(ana)],
    ],
    [
      "what is about nothing else",
      () => ({ eventName: "PointsExpiry", eventReferenceIds: -1 }),
      () => ["-1"],
    ],
  ];
  test.each(byReference)("finds %s by name and reference", async (_, query, references) => {
    const found = await events(query());
    expect(found.map((event) => event.eventReferenceId)).toEqual(references());
  });

  test("pages what was found", async () => {
    const query = { eventName: "TransactionAdd", eventReferenceIds: `${billId},${otherBill}`, limit: 1 };
    expect((await events({ ...query, offset: 1 }))[0].eventReferenceId).toBe(String(billId));
    expect(refusal(await ask(V2, { ...query, offset: 2 }))).toEqual([400, 11003]);
    expect((await events({ eventIds: `${earned},${expired}`, limit: 1, offset: 1 }))[0].eventLogId).toBe(
      expired,
    );
  });

  test.each(["customerId", "CUSTOMERID", "ID"])("knows the customer as %s", async (identifierName) => {
    expect(await events({ eventIds: earned, identifierName })).toHaveLength(1);
  });

  const refusals: [string, () => Query, number][] = [
    ["no event", () => ({}), 11001],
    ["ids and a name", () => ({ eventIds: earned, eventName: "TransactionAdd" }), 11001],
    ["a name without references", () => ({ eventName: "TransactionAdd" }), 11001],
    ["an unknown name", () => ({ eventName: "Birthday", eventReferenceIds: 1 }), 11014],
    ["the bulk opening", () => ({ eventName: "PointsLedgerBulkJob", eventReferenceIds: 1 }), 11014],
    ["eleven ids", () => ({ eventIds: "1,2,3,4,5,6,7,8,9,10,11" }), 11014],
    [
      "eleven references",
      () => ({ eventName: "ReturnBill", eventReferenceIds: "1,2,3,4,5,6,7,8,9,10,11" }),
      11014,
    ],
    ["an id that is none", () => ({ eventIds: "12,x" }), 11017],
    ["a reference that is none", () => ({ eventName: "ReturnBill", eventReferenceIds: "x" }), 9022],
    ["an event of nobody", () => ({ eventIds: 9_999_999 }), 11016],
    ["a bill of nobody", () => ({ eventName: "TransactionAdd", eventReferenceIds: 9_999_999 }), 11016],
    [
      "another customer's redemptions",
      () => ({ eventName: "PointsRedemption", eventReferenceIds: shop.customers[1]! }),
      11016,
    ],
    ["another customer's event", () => ({ eventIds: earned, identifierValue: shop.customers[1]! }), 11016],
    ["a group's primary user", () => ({ eventIds: earned, identifierName: "primaryUserId" }), 11023],
    ["a group", () => ({ eventIds: earned, type: "USERGROUP2" }), 11023],
    ["an unknown identifierName", () => ({ eventIds: earned, identifierName: "shoe" }), 8013],
    ["no source", () => ({ eventIds: earned, source: "" }), 11013],
    ["an unknown customer", () => ({ eventIds: earned, identifierValue: 4_000_000 }), 8015],
    ["a source without a profile", () => ({ eventIds: earned, source: "WECHAT" }), 8015],
    ["an unknown currency", () => ({ eventIds: earned, alternateCurrencyNames: "Pearls" }), 9005],
    ["limit 0", () => ({ eventIds: earned, limit: 0 }), 11029],
    ["a switch that is none", () => ({ eventIds: earned, getBillDetails: "yes" }), 400],
  ];
  test.each(refusals)("refuses %s", async (_, query, code) => {
    expect(refusal(await ask(V2, query()))).toEqual([400, code]);
  });

  test("needs credentials, the permission, and the organisation's own customer", async () => {
    for (const path of [V2, V21, INFO21]) {
      expect((await ask(path, { eventIds: earned }, { authorization: "" })).status).toBe(401);
      const poor = await shop.tillWith(["Customer:read", "Points:write"]);
      expect((await ask(path, { eventIds: earned }, { ...poor })).status).toBe(403);
      const foreign = { authorization: shop.other.authorization };
      expect(refusal(await ask(path, { eventIds: earned }, foreign))).toEqual([400, 8015]);
    }
  });
});

describe("awards by kind", () => {
  let promised: number;
  let goodwill: number;
  const CONVERTS = Date.parse("2026-02-03T15:59:59Z");
  beforeAll(async () => {
    const { app } = shop;
    const programId = shop.shop.programId;
    const ledger = buildLedger(app, shop.shop.orgId, { programIds: [programId], at: Date.parse(NOW) });
    const account = { programId, currencyId: 0, contra: "issued" as const };
    const transactionId = billId;
    const events = await ledger.post([
      {
        partyId: ana,
        reference: { transactionId, transactionNumber: "EXP/1" },
        postings: [
          {
            ...account,
            category: 2,
            amount: 30_000,
            expiresAt: null,
            lot: { transactionId, convertsAt: CONVERTS },
          },
          {
            ...account,
            category: 2,
            amount: 7_000,
            expiresAt: null,
            lot: { transactionId, convertsAt: CONVERTS - 86_400_000 },
          },
          { ...account, category: 3, amount: 1_000, expiresAt: null, lot: { transactionId } },
          {
            ...account,
            category: 1,
            amount: 4_000,
            expiresAt: null,
            lot: {
              transactionId,
              billLine: 1,
              source: "line_item_promotions",
              rolls: true,
              details: { promotionId: 55, promotionName: "Tea week" },
            },
          },
        ],
      },
      {
        partyId: ana,
        eventName: "AllocateGoodwillPoints",
        reference: {
          reason: "LATE_DELIVERY",
          comments: "sorry",
          userId: 31,
          promotionName: "Goodwill Promotion",
        },
        postings: [
          {
            ...account,
            category: 1,
            amount: 20_000,
            expiresAt: Date.parse("2026-12-31T15:59:59Z"),
            lot: { source: "customer_promotions", details: { promotionName: "Goodwill Promotion" } },
          },
        ],
      },
    ]);
    [promised, goodwill] = events as [number, number];
  });

  test("promised points say when they convert, promotions which they were, lines what they earned", async () => {
    const query = { eventIds: promised, getBillDetails: true, getPointsEarnedBreakup: true };
    const [event] = await events({ ...query, getMaxConversionDetails: true });
    expect(event.eventDetails.maxConversionDate).toBe("2026-02-03 23:59:59.0");
    const program = { programId: shop.shop.programId, programName: "Rewards" };
    const never = { expiresOn: "2126-01-20 23:59:59.0", expiryType: "fixed" };
    const promo = {
      ...program,
      promotionId: 55,
      promotionName: "Tea week",
      value: 4,
      ...never,
      expiryType: "rolling",
    };
    const ofBill = [
      { ...program, value: 30, ...never, conversionDate: "2026-02-03 23:59:59.0" },
      { ...program, value: 7, ...never, conversionDate: "2026-02-02 23:59:59.0" },
      { ...program, value: 1, ...never },
    ];
    expect(event.pointsEarned).toEqual({ regular: [], promo: [promo], promised: ofBill });
    expect(event.billDetails.pointsEarned).toEqual({ regular: [], promo: [], promised: ofBill });
    expect(event.billDetails.lineItems[0].pointsEarned).toEqual({
      regular: [],
      promo: [promo],
      promised: [],
    });
    expect((await events(query))[0].eventDetails).not.toHaveProperty("maxConversionDate");
  });

  test("goodwill shows what it gave, why and by whom", async () => {
    const [event] = await events({ eventIds: goodwill });
    expect(event.eventDetails).toMatchObject({ reason: "LATE_DELIVERY", comments: "sorry", assocId: 31 });
    expect(event).toMatchObject({
      eventReferenceId: "-1",
      pointsEarned: {
        regular: [],
        promo: [{ promotionName: "Goodwill Promotion", value: 20, expiresOn: "2026-12-31 23:59:59.0" }],
        promised: [],
      },
    });
    const [entry] = (await ask(INFO, {})).body.ledgerEntries;
    expect(entry).toMatchObject({
      eventDetails: { reason: "LATE_DELIVERY", promotionName: "Goodwill Promotion" },
      transactionDetails: {},
    });
  });
});

describe("what others keep of events", () => {
  test("a return shows the bill that came back, and the return", async () => {
    const bought = (
      await shop.post(
        ADD,
        billOf({ billNumber: "BACK/1", billAmount: 300, billingDate: "2026-01-20T11:00:00Z" }),
      )
    ).body.createdId;
    const sent = await shop.post(ADD, {
      type: "RETURN",
      billNumber: "BACK/1",
      returnType: "AMOUNT",
      billAmount: 100,
      purchaseTime: "2026-01-20T11:00:00Z",
      billingDate: NOW,
    });
    expect(sent.status, sent.text).toBe(200);
    const returnId = sent.body.createdId;
    const query = { eventName: "ReturnBill", eventReferenceIds: returnId, getBillDetails: true };
    const [event, ...others] = await events(query);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      eventName: "ReturnBill",
      eventReferenceId: String(returnId),
      billDetails: {
        type: "RETURN",
        billNumber: "BACK/1",
        billAmount: 300,
        billDate: "2026-01-20T19:00:00.000",
        returnDate: "2026-01-20T20:00:00.000",
        returnAmount: 100,
        returnType: "AMOUNT",
        returnBillId: returnId,
      },
    });
    // Each is found under the name of its own event alone.
    const asPurchase = { eventName: "TransactionAdd", eventReferenceIds: returnId };
    expect(refusal(await ask(V2, asPurchase))).toEqual([400, 11016]);
    const purchase = (await events({ eventName: "TransactionAdd", eventReferenceIds: bought }))[0];
    expect(purchase).toMatchObject({ eventReferenceId: String(bought) });
  });

  test("a redemption shows its code, purpose, notes and custom fields", async () => {
    const { app } = shop;
    const ledger = buildLedger(app, shop.shop.orgId, {
      programIds: [shop.shop.programId],
      at: Date.parse(NOW),
    });
    const eventId = await ledger.debit(ana, 500);
    const client = new pg.Client({ connectionString: app.connectionString });
    await client.connect();
    await client.query(
      `insert into points.redemptions (party_id, id, org_id, program_id, event_no, event_id, code, amount, value, bill_number,
              redeemed_at, recorded_at, purpose, notes, custom_fields)
       select party_id, 900001, org_id, program_id, event_no, event_id, 'q7Lm2x', 500, 1, 'INV-12', booked_at, recorded_at,
              'gift', 'for Bo', '[{"name":"ward","value":"7"}]'
         from ledger.entries where event_id = $1`,
      [eventId],
    );
    await client.end();
    const [event] = await events({ eventIds: eventId, getCustomFields: true });
    expect(event).toMatchObject({
      eventDetails: {
        redemptionDetails: {
          pointsRedeemed: "0.500",
          redemptionPurpose: "gift",
          transactionNumber: "INV-12",
          redemptionId: "q7Lm2x",
          notes: "for Bo",
          groupRedemption: false,
        },
      },
      customFields: [{ name: "ward", value: "7" }],
    });
  });
});

describe("v2.1", () => {
  const scoped = (path: string, headers: Record<string, string>) =>
    ask(path, { eventIds: earned }, { ...shop.till, ...headers });

  test("answers as v2 with the organisation named", async () => {
    const orgId = shop.shop.orgId;
    const [old, connected] = await Promise.all([ask(INFO, {}), ask(INFO21, {})]);
    expect(connected.body.ledgerDetails).toEqual({ ...old.body.ledgerDetails, ledgerClosingBalance: [] });
    expect(connected.body.ledgerEntries).toEqual(
      old.body.ledgerEntries.map((entry: Json) => ({ ...entry, orgId })),
    );
    expect((await scoped(V21, {})).body.events[0]).toMatchObject({ eventLogId: earned, orgId });
    expect((await scoped(V2, {})).body.events[0]).not.toHaveProperty("orgId");
  });

  test.each([V21, INFO21])("%s takes the scopes that mean the organisation itself", async (path) => {
    const own = String(shop.shop.orgId);
    for (const headers of [
      { "DATA-SCOPE": "SELF" },
      { "data-scope": "all" },
      { "DATA-SCOPE": "OTHER", "DATA-SCOPE-ORG": own },
      { "DATA-SCOPE-ORG": own },
    ])
      expect((await scoped(path, headers)).status).toBe(200);
  });

  test.each([V21, INFO21])("%s refuses organisations that are not connected", async (path) => {
    const foreign = String(shop.other.orgId);
    for (const name of ["DATA-SCOPE-ORG", "DATA-SCOPE-ORGS", "CONNECTED-ORGS"])
      expect(refusal(await scoped(path, { "DATA-SCOPE": "OTHER", [name]: foreign }))).toEqual([403, 403]);
    expect(refusal(await scoped(path, { "DATA-SCOPE": "OTHER" }))).toEqual([400, 400]);
    expect(refusal(await scoped(path, { "DATA-SCOPE": "MINE" }))).toEqual([400, 400]);
  });
});
