import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertDueLots, expireLots, remindOfExpiry } from "#ledger";
import { DAY } from "./points-shop.ts";
import { createWebhookStory, names, type WebhookStory } from "./webhook-story.ts";

let shop: WebhookStory;
beforeAll(async () => {
  shop = await createWebhookStory();
});
afterAll(() => shop.dispose());

describe("points", () => {
  test("pointsRedeemed and redeemedPointsReversed", async () => {
    const ada = await shop.member();
    const { code } = await shop.byHand(`/api/customers/${ada.id}/redemptions`, { points: 100, notes: "tea" });
    const [redeemed] = await shop.told();
    expect(redeemed).toMatchObject({
      eventName: "pointsRedeemed",
      eventLogId: expect.any(Number),
      data: {
        ...shop.programs(),
        triggeringActivity: { name: "PointsRedemption" },
        totalPointsRedeemed: 100,
        redemptionNotes: "tea",
        isGroupRedemption: false,
        redemptionFromEarningPrograms: [
          { programId: shop.shop.programId, pointsRedeemed: 100, programCurrentPoints: 900 },
        ],
        AvailablePointsBalance: 900,
      },
    });
    await shop.byHand(`/api/redemptions/${code}/reversals`, { points: 40 });
    const [reversed] = await shop.told();
    expect(reversed).toMatchObject({
      eventName: "redeemedPointsReversed",
      data: {
        redemptionSummaryId: redeemed.data.redemptionSummaryId,
        redeemedPointsReversed: 40,
        redeemedPointsReversedDetails: { available: 40, expired: 0 },
      },
    });
  });

  test("given, taken and passed on by hand", async () => {
    const [ada, bob] = [await shop.member(), await shop.member()];
    await shop.byHand(`/api/customers/${ada.id}/grants`, { points: 50, reason: "sorry" });
    const [given] = await shop.told();
    expect(given).toMatchObject({
      eventName: "pointsIssued",
      data: {
        triggeringActivity: { name: "ManualCurrencyAllocation" },
        totalPointsIssued: 50,
        promotionalPointsIssued: [{ promotionType: "CUSTOMER_PROMOTION", promotionPoints: 50 }],
      },
    });
    await shop.byHand(`/api/customers/${ada.id}/deductions`, { points: 20, reason: "mistake" });
    expect((await shop.told())[0]).toMatchObject({
      eventName: "manualPointsAdjustment",
      data: {
        totalPoinstDeducted: 20,
        programPointsSplit: [{ programId: shop.shop.programId, points: 20, pointsType: "REGULAR" }],
        reason: "mistake",
      },
    });
    await shop.byHand(`/api/customers/${ada.id}/transfers`, {
      points: 30,
      toCustomerId: String(bob.id),
      notes: "gift",
    });
    const bodies = await shop.told();
    expect(names(bodies).sort()).toEqual(["pointsTransferredInitiated", "pointsTransferredReceived"]);
    const by = (name: string) => bodies.find(({ eventName }) => eventName === name).data;
    expect(by("pointsTransferredInitiated")).toMatchObject({
      customerIdentifiers: { customerId: ada.id },
      totalPointsTransferred: 30,
      transferReceivingCustomerIdentifiers: { customerId: bob.id },
      transferReceivingEntityInformation: { entityType: "USER", entityId: bob.id },
    });
    expect(by("pointsTransferredReceived")).toMatchObject({
      customerIdentifiers: { customerId: bob.id },
      transferInitiatingCustomerIdentifiers: { customerId: ada.id },
    });
  });

  test("moved, reminded of, converted and expired", async () => {
    const { app, shop: own } = shop;
    const parts = { ...app, publish: app.events.publish };
    const ada = await shop.member();
    const { body: lots } = await shop.get(`/api/customers/${ada.id}/lots`, shop.admin);
    const { eventNo, lineNo } = lots.items[0];
    const path = `/api/customers/${ada.id}/lots/${eventNo}/${lineNo}/expiry`;
    await shop.byHand(path, { expiresOn: "2026-01-30", reason: "sooner" });
    const [moved, single] = await shop.told();
    expect(moved).toMatchObject({
      eventName: "pointsExpiryChange",
      data: {
        updatedPointsExpiryBreakup: [
          {
            points: 1000,
            pointsPreviousExpiryDate: "2026-04-20",
            newExpiryDate: "2026-01-30",
            expiryUpdateReasonType: "EARLY_EXPIRY",
            expiryUpdateReasonNote: "sooner",
          },
        ],
      },
    });
    expect(single).toMatchObject({
      eventName: "singlePointsExpiryUpdated",
      data: {
        updatedPointsExpiry: [{ points: 1000, pointsType: "billRegular", newExpiryDate: "2026-01-30" }],
      },
    });
    const bill = await shop.buy(ada, 100);
    await shop.told();
    await remindOfExpiry(parts, own.orgId, { zone: "Europe/London", days: [10] });
    const reminded = (await shop.told()).find(({ data }) => data.customerIdentifiers.customerId === ada.id);
    expect(reminded).toMatchObject({
      eventName: "pointsExpiryReminder",
      refId: expect.stringMatching(/_[0-9a-f-]{36}$/),
      data: { pointsScheduledForExpiry: 1000, scheduledExpiryDate: "2026-01-30" },
    });
    shop.advance(4 * DAY);
    await convertDueLots(parts, own.orgId);
    const conversions = (await shop.told()).filter(
      ({ data }) => data.customerIdentifiers.customerId === ada.id,
    );
    expect(names(conversions).sort()).toEqual([
      "promisedToCurrentAlternateCurrencyConversion",
      "promisedToCurrentPointsConversion",
    ]);
    const by = (name: string) => conversions.find(({ eventName }) => eventName === name);
    expect(by("promisedToCurrentAlternateCurrencyConversion").data).toMatchObject({
      alternateCurrencyConverted: [{ alternateCurrencyIdentifier: "stamps", alternateCurrencyValue: 1 }],
      alternateCurrencyConversionSource: "systemTrigger",
    });
    expect(by("promisedToCurrentPointsConversion")).toMatchObject({
      eventName: "promisedToCurrentPointsConversion",
      data: {
        pointsConverted: 7,
        pointsConversionSource: "systemTrigger",
        pointsConvertedType: "PROMISED_POINTS",
        billId: bill.id,
        programCurrentPoints: 1008,
        earningActivityReference: [{ name: "TransactionAdd", pointsConverted: 7 }],
        pointsConvertedBreakup: [
          {
            entityName: "BILL",
            entityDetails: { id: bill.id, billNumber: bill.number },
            nonPromotionalPointsBreakup: [{ points: 7, programId: own.programId }],
          },
        ],
      },
    });
    shop.advance(8 * DAY);
    await expireLots(parts, own.orgId, "Europe/London");
    const expired = (await shop.told()).find(({ data }) => data.customerIdentifiers.customerId === ada.id);
    expect(expired).toMatchObject({
      eventName: "pointsExpired",
      data: { ...shop.programs(), pointsExpired: 1000 },
    });
  });
});
