import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildLedger } from "../../src/ledger/testing.ts";
import { createExplodeStory, type ExplodeStory, INFO, EXPLODE as V2 } from "./explode-story.ts";
import { refusal } from "./ledger-story.ts";
import { ADD, billOf, NOW } from "./transactions-shop.ts";

let shop: ExplodeStory["shop"];
let ana: number;
let billId: number;
let ask: ExplodeStory["ask"];
let events: ExplodeStory["events"];
beforeAll(async () => {
  ({ shop, ana, billId, ask, events } = await createExplodeStory());
});
afterAll(() => shop.app.dispose());

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
    const posted = await ledger.post([
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
    [promised, goodwill] = posted as [number, number];
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
