import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createExplodeStory, type ExplodeStory, INFO, type Query, EXPLODE as V2 } from "./explode-story.ts";
import { refusal } from "./ledger-story.ts";
import type { Json } from "./transactions-shop.ts";

const V21 = "/v2.1/pointsLedger/getLedgerExplodeInfo";
const INFO21 = "/v2.1/pointsLedger/getCustomerLedgerInfo";

let shop: ExplodeStory["shop"];
let ana: number;
let billId: number;
let otherBill: number;
let earned: number;
let spent: number;
let expired: number;
let ask: ExplodeStory["ask"];
let events: ExplodeStory["events"];
beforeAll(async () => {
  ({ shop, ana, billId, otherBill, earned, spent, expired, ask, events } = await createExplodeStory());
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
