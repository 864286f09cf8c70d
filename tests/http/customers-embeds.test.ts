import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expireLots } from "#ledger";
import { sql } from "#platform";
import { buildCustomers } from "../../src/customers/testing.ts";
import { signInUser } from "../../src/identity/testing.ts";
import { buildLedger } from "../../src/ledger/testing.ts";
import { createMovesApp, DAY, type MovesApp, NOON } from "./points-moves-shop.ts";
import { ADD, billOf, type Json } from "./transactions-shop.ts";

let shop: MovesApp;
let ana = 0;
let ben = 0;
beforeAll(async () => {
  shop = await createMovesApp();
  [ana, ben] = shop.customers as [number, number];
});
afterAll(() => shop.app.dispose());

const read = (id: number, embed: string, headers?: Record<string, string>) =>
  shop.get(`/v2/customers/${id}?source=INSTORE&embed=${embed}`, headers);
const byIdentifier = (externalId: string, embed: string) =>
  shop.get(
    `/v2/customers/lookup/customerDetails?source=INSTORE&identifierName=externalId&identifierValue=${externalId}&embed=${embed}`,
  );
/** The part of the answer under a name, when the read succeeded without a warning. */
const part = async (id: number, embed: string, field = embed): Promise<Json> => {
  const { status, body, text } = await read(id, embed);
  expect([status, body.warnings], text).toEqual([200, []]);
  return body[field];
};
const sum = (items: readonly { points: number }[]) => items.reduce((total, { points }) => total + points, 0);
const register = async (externalId: string): Promise<number> =>
  (await buildCustomers(shop.app, shop.shop.orgId, shop.shop.tillId).register({ externalId })).partyId;
const award = (eventId: number) => eventId * 65_536 + 1;
const expire = () =>
  expireLots(
    { db: shop.app.db, ids: shop.app.ids, clock: shop.clock, publish: shop.app.events.publish },
    shop.shop.orgId,
    "Europe/London",
  );

describe("embeds about points", () => {
  test("are absent unless asked for, and empty for one without points", async () => {
    const empty = shop.customers[4]!;
    const plain = await read(empty, "");
    for (const name of [
      "expirySchedules",
      "expiredPoints",
      "returnedPoints",
      "promotionalPoints",
      "alternateCurrencyDetails",
    ])
      expect(plain.body).not.toHaveProperty(name);
    const { body } = await read(
      empty,
      "EXPIRYSCHEDULES,expiredPoints,promotionalPoints,alternateCurrencies,returnedPoints",
    );
    expect(body).toMatchObject({
      expirySchedules: [],
      expiredPoints: [],
      returnedPoints: [],
      promotionalPoints: {
        customerPromotionType: [],
        transactionPromotionType: [],
        lineitemPromotionType: [],
      },
      alternateCurrencyDetails: [],
      warnings: [],
    });
  });

  test("warn of names that are not served; returnedPoints is for the read by id", async () => {
    const warned = (names: string) => [
      { status: false, code: 70302, message: `embed: ${names} is not served by this version.` },
    ];
    const { body } = await read(ana, "expirySchedules,expiredPonts,userGroup");
    expect(body.warnings).toEqual(warned("expiredPonts, userGroup"));
    expect(body.expirySchedules).toEqual([]);
    const named = await byIdentifier("C1", "returnedPoints,expiredPoints");
    expect(named.body.warnings).toEqual(warned("returnedPoints"));
    expect(named.body).not.toHaveProperty("returnedPoints");
    expect(named.body.expiredPoints).toEqual([]);
  });

  test("are for those who may read customers, of the same organisation", async () => {
    const blind = await shop.tillWith(["Customer:write"]);
    expect((await read(ana, "expiredPoints", { ...blind })).status).toBe(403);
    expect((await read(ana, "expiredPoints", {})).status).toBe(401);
    const others = await read(ana, "expiredPoints", { authorization: shop.other.authorization });
    expect([others.status, others.body.errors[0].code]).toEqual([400, 8015]);
    expect(others.body).not.toHaveProperty("expiredPoints");
  });
});

describe("the story of a customer's points", () => {
  const sold = { event: 0, other: 0 };

  test("expirySchedules tells what runs out, as the schedule does", async () => {
    sold.event = await shop.earn(ana, 20_000, {
      expiresAt: NOON + 2 * DAY,
      lot: { details: { expiryStrategyId: 2 } },
    });
    sold.other = await shop.earn(ana, 7_500, {
      expiresAt: NOON + 2 * DAY,
      lot: { source: "line_item_regular" },
    });
    await shop.earn(ana, 40_000, { expiresAt: null });
    const shown = await part(ana, "expirySchedules");
    expect(shown).toEqual([
      {
        points: 20,
        expiryDate: "2026-01-22",
        programId: shop.programId,
        pointsType: "bill_regular",
        expiryType: "fixed",
      },
      {
        points: 7.5,
        expiryDate: "2026-01-22",
        programId: shop.programId,
        pointsType: "line_item_regular",
        expiryType: "fixed",
      },
      {
        points: 40,
        expiryDate: "2126-01-20",
        programId: shop.programId,
        pointsType: "bill_regular",
        expiryType: "fixed",
      },
    ]);
    const schedule = await shop.get(`/v2/customers/${ana}/pointsExpirySchedule`);
    expect(schedule.body.expirySchedules).toEqual(shown);
    expect((await byIdentifier("C1", "expirySchedules")).body.expirySchedules).toEqual(shown);
    expect(sum(shown)).toBe(await shop.balance(ana));
  });

  test("returnedPoints tells what returns took, by day", async () => {
    const bill = billOf({ billNumber: "E-1", billAmount: 100, billingDate: "2026-01-20T12:00:00Z" });
    const { body } = await shop.post(ADD, bill);
    const earned = body.sideEffects[0].awardedPoints;
    const back = {
      type: "RETURN",
      returnType: "FULL",
      billNumber: "E-1",
      purchaseTime: "2026-01-20T12:00:00Z",
      billingDate: "2026-01-20T12:00:01Z",
    };
    expect((await shop.post(ADD, back)).status).toBe(200);
    expect(earned).toBeGreaterThan(0);
    expect(await part(ana, "returnedPoints")).toEqual([
      { points: earned, returnedOn: "2026-01-20", programId: shop.programId },
    ]);
    expect((await read(ana, "points")).body.pointsSummary.returned).toBe(earned);
  });

  test("expiredPoints tells what ran out, by day, award by award", async () => {
    expect(await part(ana, "expiredPoints")).toEqual([]);
    const { body } = await shop.post("/v2/points/updateExpiry", {
      expiryDateUpdateRequest: [
        {
          identifierName: "id",
          identifierValue: String(ana),
          programId: shop.programId,
          pointsAwardedRefId: award(sold.other),
          pointsAwardedRefType: "POINT_AWARDED_LINEITEM",
          currencyName: "POINTS",
          pointCategoryType: "REGULAR",
          expiryUpdateReasonType: "EARLY_EXPIRY",
          expiryUpdateReasonNote: "agreed",
          standardMeta: {},
          customMeta: {},
          expiryDate: { expiryType: "FIXED_DATE", expiryValue: "2026-01-21" },
        },
      ],
    });
    expect(body.failures).toEqual([]);
    shop.clock.advance(3 * DAY);
    await expire();
    const shown = await part(ana, "expiredPoints");
    const item = {
      expiryUpdateReasonType: "Expiry strategy",
      expiryUpdateReasonNote: "NA",
      eventDate: expect.stringMatching(/^2026-01-23 \d\d:\d\d:\d\d\.0$/),
    };
    expect(shown).toEqual([
      {
        points: 27.5,
        expiredOn: "2026-01-23",
        programId: shop.programId,
        expiredPointsSummary: [
          {
            ...item,
            paType: "POINT_AWARDED_LINEITEM",
            paId: award(sold.other),
            expiryUpdateReasonType: "EARLY_EXPIRY",
            expiryUpdateReasonNote: "agreed",
            newExpiryDate: "2026-01-21 23:59:59.0",
            points: 7.5,
            strategyName: "",
          },
          {
            ...item,
            paType: "POINT_AWARDED",
            paId: award(sold.event),
            newExpiryDate: "2026-01-22 20:00:00.0",
            points: 20,
            strategyName: "Ten days",
          },
        ],
      },
    ]);
    expect((await read(ana, "points")).body.pointsSummary.expired).toBe(27.5);
    expect((await byIdentifier("C1", "expiredPoints")).body.expiredPoints).toEqual(shown);
    expect(await shop.sound()).toEqual([]);
  });

  test("a return of points that had expired lessens the day they expired on", async () => {
    const finn = await register("F1");
    const at = new Date(shop.clock.now()).toISOString();
    const bill = billOf({ billNumber: "E-2", billAmount: 100, billingDate: at });
    const { body } = await shop.post(ADD.replace("C1", "F1"), bill);
    const earned = body.sideEffects[0].awardedPoints;
    await shop.app.db.transaction(shop.shop.orgId, (tx) =>
      tx.rows(
        sql`/* test.expire_soon */ update ledger.lots set expires_at = ${at}::timestamptz where party_id = ${finn}`,
      ),
    );
    shop.clock.advance(2 * DAY);
    await expire();
    expect(sum(await part(finn, "expiredPoints"))).toBe(earned);
    const back = {
      type: "RETURN",
      returnType: "AMOUNT",
      billNumber: "E-2",
      billAmount: 50,
      purchaseTime: at,
      billingDate: new Date(shop.clock.now()).toISOString(),
    };
    const answer = await shop.post(ADD.replace("C1", "F1"), back);
    expect(answer.status, answer.text).toBe(200);
    const { pointsSummary, expiredPoints, returnedPoints } = (
      await read(finn, "points,expiredPoints,returnedPoints")
    ).body;
    expect(pointsSummary.returned).toBeGreaterThan(0);
    expect(sum(expiredPoints)).toBe(pointsSummary.expired);
    expect(pointsSummary.expired).toBeLessThan(earned);
    expect(sum(returnedPoints)).toBe(pointsSummary.returned);
    expect(sum(expiredPoints[0].expiredPointsSummary)).toBe(expiredPoints[0].points);
  });

  test("promotionalPoints tells awards of promotions by what they were on, newest first", async () => {
    await shop.earn(ben, 3_000, {
      expiresAt: NOON + 30 * DAY,
      tillId: shop.shop.tillId,
      lot: { source: "bill_promotions", details: { promotionId: 55, promotionName: "Spring" } },
    });
    await shop.earn(ben, 1_000, {
      eventName: "AllocateGoodwillPoints",
      lot: { source: "customer_promotions" },
    });
    await shop.earn(ben, 2_000, {
      at: NOON + DAY,
      lot: { source: "customer_promotions", details: { promotionName: "Welcome" } },
    });
    await shop.earn(ben, 9_000, { at: NOON + DAY });
    await shop.earn(ben, 9_000, {
      at: NOON + DAY,
      contra: "transfer",
      lot: { source: "customer_promotions" },
    });
    const store = shop.shop.organisation.store(shop.shop.storeId)!;
    const nobody = { promotionSourceId: -1, promotionSourceType: "PROMOTION" };
    expect(await part(ben, "promotionalPoints")).toEqual({
      customerPromotionType: [
        {
          points: 2,
          issuedAt: { code: "", name: "" },
          issuedOn: "2026-01-21T20:00:00+08:00",
          expiryDate: "2126-01-21T23:59:59+08:00",
          promotionSource: nobody,
          programId: shop.programId,
          promotionName: "Welcome",
        },
        {
          points: 1,
          issuedAt: { code: "", name: "" },
          issuedOn: "2026-01-20T20:00:00+08:00",
          expiryDate: "2126-01-20T23:59:59+08:00",
          promotionSource: { promotionSourceId: -1, promotionSourceType: "GOODWILL" },
          programId: shop.programId,
          promotionName: "Goodwill Promotion",
        },
      ],
      transactionPromotionType: [
        {
          points: 3,
          issuedAt: { code: store.code, name: store.name },
          issuedOn: "2026-01-20T20:00:00+08:00",
          expiryDate: "2026-02-19T20:00:00+08:00",
          promotionSource: { promotionSourceId: 55, promotionSourceType: "PROMOTION" },
          programId: shop.programId,
          promotionName: "Spring",
        },
      ],
      lineitemPromotionType: [],
    });
  });

  test("alternateCurrencies tells each currency's figures", async () => {
    const stamps = { currencyId: 1 };
    const carl = shop.customers[2]!;
    await shop.earn(carl, 12_000, stamps);
    await shop.earn(carl, 5_000, { ...stamps, category: 2 });
    await shop.earn(carl, 2_000, { ...stamps, expiresAt: NOON + DAY });
    await expire();
    const answer = await shop.post(`/v2/customers/${carl}/negativePointsAdjustment`, {
      reasonOfReturn: "wrong",
      alternateCurrencyName: "Stamps",
      valueToBeAdjusted: "4",
    });
    expect(answer.status, answer.text).toBe(200);
    const shown = await part(carl, "alternateCurrencies", "alternateCurrencyDetails");
    expect(shown).toEqual([
      {
        programId: shop.programId,
        programName: "Rewards",
        alternateCurrencyData: {
          name: "Stamps",
          earned: 8,
          lifetimeEarned: 14,
          redeemed: 0,
          expired: 2,
          returned: 0,
          delayedEarned: 5,
          delayedLifetimeEarned: 5,
          delayedReturned: 0,
          delayedExpired: 0,
          totalAvailable: 13,
          totalRedeemed: 0,
          totalReturned: 0,
          totalExpired: 2,
        },
      },
    ]);
    expect((await byIdentifier("C3", "alternateCurrencies")).body.alternateCurrencyDetails).toEqual(shown);
    expect(await part(carl, "expiredPoints")).toEqual([]);
  });
});

describe("long lists", () => {
  test("show the newest thousand awards and say so; the day is told whole", async () => {
    const eva = await register("E1");
    const ledger = buildLedger(shop.app, shop.shop.orgId, {
      programIds: [shop.programId],
      at: shop.clock.now().getTime(),
    });
    const posting = {
      programId: shop.programId,
      currencyId: 0,
      category: 1 as const,
      contra: "issued" as const,
      amount: 1000,
      expiresAt: shop.clock.now().getTime() + DAY,
      lot: { source: "bill_promotions" as const },
    };
    await ledger.post([{ partyId: eva, postings: Array.from({ length: 1001 }, () => posting) }]);
    shop.clock.advance(3 * DAY);
    await expire();
    const { body } = await read(eva, "expiredPoints,promotionalPoints");
    expect(body.promotionalPoints.transactionPromotionType).toHaveLength(1000);
    expect(body.expiredPoints).toHaveLength(1);
    expect(body.expiredPoints[0].points).toBe(1001);
    expect(body.expiredPoints[0].expiredPointsSummary).toHaveLength(1000);
    expect(body.warnings).toEqual(
      ["expiredPoints", "promotionalPoints"].map((name) => ({
        status: false,
        code: 70303,
        message: `${name}: only the newest awards are shown.`,
      })),
    );
  });
});

describe("customers who were merged", () => {
  test("read as the survivor, with what the merge brought", async () => {
    const dora = shop.customers[3]!;
    const victim = shop.customers[4]!;
    const agent = await signInUser(shop.app.identity, shop.shop.organisation, "care_agent");
    await shop.earn(victim, 6_000, {
      eventName: "AllocateGoodwillPoints",
      lot: { source: "customer_promotions" },
    });
    await shop.earn(victim, 3_000, { currencyId: 1 });
    const merged = await shop.post(
      `/api/customers/${dora}/merges`,
      { victimId: victim, reason: "same person" },
      { ...agent.headers },
    );
    expect(merged.status, merged.text).toBe(200);
    const embed = "expirySchedules,promotionalPoints,alternateCurrencies,expiredPoints,returnedPoints";
    const { body } = await read(victim, embed);
    expect(body.warnings.map(({ code }: { code: number }) => code)).toEqual([8069, 91009]);
    expect(body).toEqual({ ...(await read(dora, embed)).body, warnings: body.warnings });
    expect(sum(body.expirySchedules)).toBe(6);
    expect(body.promotionalPoints.customerPromotionType).toMatchObject([
      {
        points: 6,
        promotionName: "Goodwill Promotion",
        promotionSource: { promotionSourceType: "GOODWILL" },
      },
    ]);
    expect(body.alternateCurrencyDetails).toMatchObject([
      { alternateCurrencyData: { name: "Stamps", earned: 3, lifetimeEarned: 3 } },
    ]);

    const undone = await shop.post(
      `/api/merges/${merged.body.id}/undo`,
      { reason: "two people" },
      {
        ...agent.headers,
      },
    );
    expect(undone.status, undone.text).toBe(200);
    const counts = async (id: number) =>
      (await part(id, "promotionalPoints")).customerPromotionType.map(
        ({ points }: { points: number }) => points,
      );
    expect([await counts(dora), await counts(victim)]).toEqual([[], [6]]);
  });
});
