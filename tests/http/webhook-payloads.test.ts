import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NOON } from "./points-shop.ts";
import { createWebhookStory, names, type WebhookStory } from "./webhook-story.ts";

let shop: WebhookStory;
beforeAll(async () => {
  shop = await createWebhookStory();
});
afterAll(() => shop.dispose());

describe("customers", () => {
  test("customerAdded, customerUpdated and customerSubscription", async () => {
    const channels = [{ type: "email", value: "mira@example.org", subscribed: true, primary: true }];
    const { body } = await shop.post("/v2/customers?source=INSTORE", {
      profiles: [
        {
          firstName: "Mira",
          lastName: "Sol",
          identifiers: [
            { type: "mobile", value: "+447911999001" },
            { type: "email", value: "mira@example.org" },
          ],
          commChannels: channels,
        },
      ],
    });
    const id = body.createdId;
    const [added, ...none] = await shop.told();
    expect(none).toEqual([]);
    expect(added).toMatchObject({
      eventName: "customerAdded",
      orgId: shop.shop.orgId,
      refId: shop.ref(id),
      createdAt: NOON + 1000,
      apiRequestId: expect.stringContaining("-"),
      data: {
        loyaltyType: "LOYALTY",
        source: "INSTORE",
        firstName: "Mira",
        lastName: "Sol",
        enteredAt: NOON + 1000,
        enteredBy: { id: shop.shop.tillId, ...shop.place() },
        customerIdentifiers: {
          customerId: id,
          firstName: "Mira",
          instore: { id, mobile: "447911999001", email: "mira@example.org", cardNumbers: [] },
        },
      },
    });
    const url = `/v2/customers/${id}?source=INSTORE`;
    await shop.put(url, { profiles: [{ lastName: "Luna" }] });
    await shop.put(url, { profiles: [{ commChannels: [{ ...channels[0], subscribed: false }] }] });
    const [updated, left, ...others] = await shop.told();
    expect(names(others)).toEqual([]);
    expect(updated).toMatchObject({
      eventName: "customerUpdated",
      data: {
        lastName: "Luna",
        triggeringActivity: { name: "CustomerUpdate" },
        updatedFields: [
          { fieldName: "lastName", previousValue: "Sol", currentValue: "Luna", source: "INSTORE" },
        ],
      },
    });
    expect(left).toMatchObject({
      eventName: "customerSubscription",
      data: { subscriptions: [{ channel: "email", previousStatus: "OPTIN", currentStatus: "OPTOUT" }] },
    });
  });

  test("loyaltyCustomerMerge", async () => {
    const [survivor, victim] = [await shop.member(), await shop.member()];
    await shop.byHand(`/api/customers/${survivor.id}/merges`, { victimId: victim.id, reason: "same person" });
    const merge = (await shop.told()).find(({ eventName }) => eventName === "loyaltyCustomerMerge");
    expect(merge).toMatchObject({
      data: {
        survivorCustomerIdentifiers: { customerId: survivor.id },
        victimCustomerIdentifiers: { customerId: victim.id },
        survivorCustomerLoyaltySummary: [
          { loyaltyProgramId: shop.shop.programId, currentPoints: 2000, tierNumber: 1 },
        ],
      },
    });
  });
});

describe("transactions", () => {
  test("transactionAdded with what it earned and the tier that it raised, in that order", async () => {
    const ada = await shop.member();
    const lineItemsV2 = [{ itemCode: "TEA", qty: 2, rate: 300, value: 600, amount: 600 }];
    const bill = await shop.buy(ada, 600, { lineItemsV2, grossAmount: 650, discount: 50 });
    const bodies = await shop.told();
    expect(names(bodies)).toEqual([
      "transactionAdded",
      "pointsIssued",
      "alternateCurrenciesIssued",
      "tierUpgraded",
    ]);
    const [added, issued, stamps, upgraded] = bodies;
    expect(new Set(bodies.map(({ apiRequestId }) => apiRequestId)).size).toBe(1);
    expect(added).toMatchObject({
      refId: shop.ref(bill.id),
      loyaltyEventId: expect.stringMatching(`^${ada.id}/`),
      data: {
        customerIdentifiers: { customerId: ada.id },
        enteredBy: shop.place(),
        transactionId: bill.id,
        billNumber: bill.number,
        billType: "REGULAR",
        amount: 600,
        grossAmount: 650,
        discount: 50,
        currencyCode: "GBP",
        lineItemCount: 1,
        billDate: NOON + 1000,
        enteredAt: NOON + 1000,
        deliveryStatus: "PLACED",
        outlierStatus: "NORMAL",
      },
    });
    expect(issued).toMatchObject({
      refId: shop.ref(added.loyaltyEventId),
      eventLogId: expect.any(Number),
      data: {
        ...shop.programs(),
        entityInformation: { entityType: "USER", entityId: ada.id },
        triggeringActivity: {
          name: "TransactionAdd",
          identifiers: [
            { key: "billId", value: String(bill.id) },
            { key: "billNumber", value: bill.number },
          ],
        },
        programCurrentPoints: 1006,
        programLifetimePoints: 1006,
        totalPointsIssued: 13,
        regularPointsIssued: 6,
        regularPointsBreakup: [{ points: 6, expiryAt: "2027-01-31" }],
        promotionalPointsIssued: [],
        promisedPointsIssued: [
          { promisedPoints: 7, isExternalTriggerBased: false, promisedPointsConversionDate: "2026-01-24" },
        ],
        behavioralEventAttributes: {},
        AvailablePointsBalance: 1006,
      },
    });
    expect(stamps.data.alternateCurrencies).toMatchObject([
      {
        alternateCurrencyName: "Stamps",
        alternateCurrencyIdentifier: "stamps",
        totalAlternateCurrenciesIssued: 3,
        regularAlternateCurrenciesIssued: 2,
        programCurrentAlternateCurrencies: 2,
        promisedAlternateCurrenciesIssued: [{ promisedAlternateCurrencies: 1 }],
      },
    ]);
    expect(upgraded.data).toMatchObject({
      ...shop.programs(),
      previousTierNumber: 1,
      upgradedTierNumber: 2,
      upgradeType: "STRATEGY",
    });
  });

  test("a return, with what it took back now and of the bill so far", async () => {
    const ada = await shop.member();
    const lineItemsV2 = [{ itemCode: "TEA", qty: 4, rate: 25, value: 100, amount: 100 }];
    const bill = await shop.buy(ada, 100, { lineItemsV2 });
    await shop.told();
    shop.advance(1000);
    const giveBack = (amount: number) =>
      shop.byHand(`/api/transactions/${bill.id}/returns`, { returnType: "AMOUNT", amount });
    await giveBack(25);
    const [first, firstPoints] = await shop.told();
    expect(first).toMatchObject({ eventName: "transactionAdded", data: { billType: "RETURN", amount: 25 } });
    expect(firstPoints).toMatchObject({
      eventName: "issuedPointsReversed",
      data: {
        triggeringActivity: { name: "ReturnBill" },
        regularPointsReversed: 0.25,
        currentEventRegularPointsReturned: 0.25,
      },
    });
    await giveBack(50);
    const bodies = await shop.told();
    const second = bodies.find(({ eventName }) => eventName === "issuedPointsReversed");
    expect(second.data).toMatchObject({
      regularPointsReversed: 0.75,
      currentEventRegularPointsReturned: 0.5,
    });
    expect(names(bodies)).toContain("issuedAlternateCurrenciesReversed");
  });

  test("transactionUpdated, notInterestedBillAdded and retroBillAdded", async () => {
    const ada = await shop.member();
    const bill = await shop.buy(ada, 10);
    await shop.told();
    const changed = await shop.put(
      `/v2/transactions?identifierName=externalId&identifierValue=${ada.externalId}`,
      { id: bill.id, deliveryStatus: "SHIPPED" },
    );
    expect([changed.status, changed.body.errors]).toEqual([200, []]);
    expect((await shop.told())[0]).toMatchObject({
      eventName: "transactionUpdated",
      data: { deliveryStatus: "SHIPPED" },
    });
    await shop.setting("CONF_RETRO_TRANSACTION_ENABLE", "1");
    const anonymous = await shop.post("/v2/transactions", {
      type: "NOT_INTERESTED",
      billNumber: "ANON-1",
      billAmount: 40,
    });
    const [nobody] = await shop.told();
    expect(nobody).toMatchObject({
      eventName: "notInterestedBillAdded",
      data: { billType: "NOT_INTERESTED", customerIdentifiers: { customerId: null } },
    });
    await shop.byHand(`/api/transactions/${anonymous.body.createdId}/claim`, { customerId: ada.id });
    expect(names(await shop.told())).toEqual(["retroBillAdded", "pointsIssued", "alternateCurrenciesIssued"]);
  });

  test("transactionRejected and rejectedTransactionRetrigger", async () => {
    const ada = await shop.member();
    await shop.setting("CONF_TRANSACTION_SANITY_CHECK_ENABLE", "1");
    const url = `/v2/transactions?identifierName=externalId&identifierValue=${ada.externalId}`;
    await shop.post(url, {
      type: "REGULAR",
      billNumber: "PARKED-1",
      billAmount: 5,
      paymentModes: [{ mode: "Barter", value: 5 }],
    });
    const [rejected] = await shop.told();
    expect(rejected).toMatchObject({
      eventName: "transactionRejected",
      data: {
        billNumber: "PARKED-1",
        customerIdentifiers: { customerId: ada.id },
        rejectionType: "RETRIABLE",
        rejectionDetails: [{ rejectionReason: "842", reasonDetails: expect.stringContaining("Barter") }],
        retrialCount: 0,
      },
    });
    const [{ id }] = (await shop.get("/api/rejected", shop.admin)).body.items;
    await shop.byHand("/api/rejected/retry", { ids: [id] });
    const [again] = await shop.told();
    expect(again).toMatchObject({
      eventName: "rejectedTransactionRetrigger",
      data: { retriggerId: expect.any(Number), rejectionDetailsOnRetrigger: [{ rejectionReason: "842" }] },
    });
    await shop.setting("CONF_TRANSACTION_SANITY_CHECK_ENABLE", "0");
  });
});

test("tierRenewed, tierDowngraded and tierDowngradeReminder, as loyalty publishes them", async () => {
  const ada = await shop.member();
  const { events, db } = shop.app;
  const { orgId, programId } = shop.shop;
  const payload = {
    programId,
    from: 2,
    to: 2,
    expiresAt: Date.parse("2027-01-31T23:59:59Z"),
    upgradeType: "STRATEGY",
    notes: "",
    transactionId: null,
    tillId: null,
  };
  const event = (type: string, changes: object = {}) => ({
    orgId,
    partyId: ada.id,
    type,
    occurredAt: new Date(NOON),
    payload: { ...payload, ...changes },
  });
  await db.system((tx) =>
    events.publish(tx, [
      event("tier.renewed"),
      event("tier.downgraded", { to: 1, expiresAt: null }),
      event("tier.downgrade_due", { daysBefore: 10 }),
    ]),
  );
  const [renewed, downgraded, reminder] = await shop.told();
  expect(renewed).toMatchObject({
    eventName: "tierRenewed",
    data: { currentTierNumber: 2, tierExpiryDate: "2027-01-31", renewType: "STRATEGY", notes: "Slab Silver" },
  });
  expect(downgraded).toMatchObject({
    eventName: "tierDowngraded",
    data: { previousTierNumber: 2, downgradedTierNumber: 1, tierExpiryDate: null },
  });
  expect(reminder).toMatchObject({
    eventName: "tierDowngradeReminder",
    data: { currentTierNumber: 2, scheduledDowngradeDate: "2027-01-31" },
  });
});

test("a webhook is told what it asked for and no more", async () => {
  await shop.buy(await shop.newcomer(), 100);
  await shop.deliver();
  const plain = shop.receiver.received.filter(({ url }) => url.endsWith("/plain")).map(({ body }) => body);
  const [added, bill, issued] = ["customerAdded", "transactionAdded", "pointsIssued"].map((name) =>
    plain.find(({ eventName }) => eventName === name),
  );
  // Who it is, by one identifier.
  const { instore } = added.data.customerIdentifiers;
  expect(Object.keys(instore).sort()).toEqual(["id", "mobile"]);
  expect(bill.data.enteredBy).toEqual({ id: shop.shop.tillId });
  expect(issued.data.triggeringActivity.enteredBy).not.toHaveProperty("till");
  expect(issued.data).not.toHaveProperty("AvailablePointsBalance");
  expect(issued.data).not.toHaveProperty("behavioralEventAttributes");
  expect(issued).not.toHaveProperty("availableBalance");
  shop.receiver.reset();
});
