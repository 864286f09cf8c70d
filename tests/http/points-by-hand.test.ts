import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMovesApp, DAY, type MovesApp, NOON } from "./points-moves-shop.ts";
import { ADD, billOf } from "./transactions-shop.ts";

let shop: MovesApp;
let ana = 0;
let ben = 0;
beforeAll(async () => {
  shop = await createMovesApp();
  [ana, ben] = shop.customers as [number, number];
});
afterAll(() => shop.app.dispose());

const code = (answer: { status: number; body: { errors: { code: number }[] } }) => [
  answer.status,
  answer.body.errors?.[0]?.code,
];

describe("taking points away by hand", () => {
  const byId = (partyId: number) => `/v2/customers/${partyId}/negativePointsAdjustment`;
  const LOOKUP =
    "/v2/customers/lookup/negativePointsAdjustment?identifierName=externalId&identifierValue=C1&source=ALL";

  test("answers what is left, by id and by identifier, numbers as text too", async () => {
    await shop.earn(ana, 100_000);
    const body = {
      programId: String(shop.programId),
      pointCategoryTypes: "REGULAR",
      pointsToBeAdjusted: "12",
      reasonOfReturn: "double count",
    };
    expect((await shop.post(byId(ana), body)).body).toEqual({
      status: "success",
      pointsAvailable: "88.000",
      message: expect.any(String),
      warnings: [],
    });
    const headers = { ...shop.till, "idempotency-key": "d-1" };
    const first = await shop.post(LOOKUP, { ...body, pointsToBeAdjusted: 0.5 }, headers);
    expect(first.body.pointsAvailable).toBe("87.500");
    expect((await shop.post(LOOKUP, { ...body, pointsToBeAdjusted: 0.5 }, headers)).body).toEqual(first.body);
    expect(await shop.balance(ana)).toBe(87.5);
  });

  test("of one award by its documented id, of a promotion, of a currency", async () => {
    const eventId = await shop.earn(ana, 5_000);
    const reason = { reasonOfReturn: "wrong" };
    const award = { pointsAwardedId: eventId * 65_536 + 1, pointsAwardedRefType: "bill_regular" };
    expect((await shop.post(byId(ana), { ...reason, ...award, pointsToBeAdjusted: 5 })).status).toBe(200);
    expect(code(await shop.post(byId(ana), { ...reason, ...award, pointsToBeAdjusted: 1 }))).toEqual([
      400, 8907,
    ]);
    await shop.earn(ana, 4_000, { currencyId: 1 });
    const stamps = { ...reason, alternateCurrencyName: "Stamps", valueToBeAdjusted: "3" };
    expect((await shop.post(byId(ana), stamps)).body.valueAvailable).toBe("1.000");
    expect(code(await shop.post(byId(ana), { ...stamps, valueToBeAdjusted: 0.5 }))).toEqual([400, 8906]);
    expect(await shop.sound()).toEqual([]);
  });

  test("a promotion by an identifier, of which there are none, is unknown", async () => {
    const body = { promotionIdentifier: "P", programId: shop.programId, reasonOfReturn: "x" };
    expect(code(await shop.post(byId(ana), { ...body, pointsToBeAdjusted: 1 }))).toEqual([400, 8874]);
  });

  test.each<[string, object, number]>([
    ["too many decimals", { pointsToBeAdjusted: 1.0005 }, 8906],
    ["more than available", { pointsToBeAdjusted: 1_000_000 }, 8907],
    ["nothing", { pointsToBeAdjusted: 0 }, 8888],
    ["an amount that is none", { pointsToBeAdjusted: "x" }, 8888],
    ["no reason", { reasonOfReturn: "" }, 8882],
    ["a promotion without its program", { promotionIdentifier: "P" }, 8887],
    ["an unknown promotion", { promotionId: 77 }, 8874],
    ["an unknown award", { pointsAwardedId: 77 }, 8877],
    ["an unknown kind of award", { pointsAwardedId: 77, pointsAwardedRefType: "gift" }, 9975],
    ["an unknown currency", { alternateCurrencyName: "Pearls", valueToBeAdjusted: 1 }, 8911],
    ["an unknown program", { programId: 999_999 }, 885],
    ["an unknown category", { pointCategoryTypes: "MAIN" }, 400],
  ])("is refused: %s", async (_, changes, number) => {
    const answer = await shop.post(byId(ana), { pointsToBeAdjusted: 1, reasonOfReturn: "r", ...changes });
    expect(code(answer)).toEqual([400, number]);
  });

  test("needs the permission and a customer of the organisation", async () => {
    const body = { pointsToBeAdjusted: 1, reasonOfReturn: "r" };
    const reader = await shop.tillWith(["Points:read"]);
    expect((await shop.post(byId(ana), body, { ...reader })).status).toBe(403);
    expect((await shop.post(LOOKUP, body, { ...reader })).status).toBe(403);
    const foreign = { authorization: shop.other.authorization };
    expect(code(await shop.post(byId(ana), body, foreign))).toEqual([400, 8015]);
    expect(code(await shop.post(LOOKUP.replace("C1", "nobody"), body))).toEqual([400, 8015]);
    expect(code(await shop.post(LOOKUP.replace("externalId", "shoe"), body))).toEqual([400, 8013]);
    expect(code(await shop.post(LOOKUP.replace("ALL", "MOON"), body))).toEqual([400, 8003]);
  });
});

describe("issuing by hand for a bill", () => {
  const PATH = "/v2/customers/bulk/manualCurrencyAllocate";
  let bill = 0;
  let number = "";
  beforeAll(async () => {
    const lineItemsV2 = [{ itemCode: "TEA", qty: 1, rate: 5, value: 5, amount: 5 }];
    const sent = billOf({ lineItemsV2 });
    number = sent.billNumber;
    bill = (await shop.post(ADD, sent)).body.createdId;
  });
  const itemOf = (changes: object = {}) => ({
    orgId: shop.shop.orgId,
    programId: shop.programId,
    lookupParams: {
      entityType: "CUSTOMER",
      identifierType: "id",
      identifierValue: String(ana),
      source: "INSTORE",
    },
    awardStrategyId: 4,
    expiryStrategyId: 2,
    sourceValue: -1,
    eventName: "TransactionAdd",
    eventSourceId: String(bill),
    currencyType: "REGULAR",
    ...changes,
  });

  test("each item has its own outcome; what is given is tied to the bill", async () => {
    const { body } = await shop.post(PATH, [
      itemOf(),
      itemOf({ awardStrategyId: 3, sourceValue: 25.55, pointsRoundingStrategy: "FLOOR", billLineItemId: 1 }),
      itemOf({ alternateCurrencyIdentifier: "stamps", currencyType: "PROMISED" }),
      itemOf({ eventSourceId: 999_999 }),
    ]);
    expect(body).toMatchObject({ total: 4, success: 3, failures: 1, warnings: [] });
    expect(body.data[0]).toEqual({
      status: "SUCCESS",
      eventLogId: expect.any(Number),
      entityId: ana,
      sideEffects: [{ type: "points", entityType: "USER", rawAwardedPoints: 30, awardedPoints: 30 }],
    });
    expect(body.data[1].sideEffects[0]).toMatchObject({ rawAwardedPoints: 2.555, awardedPoints: 2 });
    expect(body.data[2].sideEffects[0]).toMatchObject({ type: "alternate_currency", awardedValue: 30 });
    expect(body.data[3]).toMatchObject({ status: "FAILED", errors: [{ code: 8139 }] });
    expect(await shop.sound()).toEqual([]);
  });

  test("is for what the customer did, too: no return of a bill takes it back", async () => {
    const before = await shop.balance(ana);
    const { body } = await shop.post(PATH, [
      itemOf({ eventName: "CustomerRegistration", eventSourceId: String(ana) }),
      itemOf({ eventName: "customerupdate", eventSourceId: ana, promotionId: -1 }),
      itemOf({ eventName: "TransactionUpdate", promotionId: 12 }),
    ]);
    expect(body).toMatchObject({ total: 3, success: 3, failures: 0 });
    const given = body.data.map((item: { eventLogId: number }) => item.eventLogId);
    const url = `/v2/pointsLedger/getCustomerLedgerInfo?identifierName=id&identifierValue=${ana}&source=INSTORE&limit=100`;
    const { ledgerEntries } = (await shop.get(url)).body;
    const details = given.map(
      (id: number) =>
        ledgerEntries.find((entry: { eventLogId: number }) => entry.eventLogId === id).eventDetails,
    );
    expect(details[0]).toMatchObject({ reason: "CustomerRegistration" });
    expect(details[1]).toMatchObject({ reason: "CustomerUpdate" });
    expect(details[1]).not.toHaveProperty("promotionId");
    expect(details[2]).toMatchObject({ promotionId: 12 });
    expect(await shop.balance(ana)).toBe(before + 90);
    const taken = 30 + 30 + 2;
    const returned = await shop.post(ADD, {
      type: "RETURN",
      returnType: "FULL",
      billNumber: number,
      purchaseTime: new Date(NOON).toISOString(),
      billingDate: new Date(NOON + 1000).toISOString(),
    });
    expect(returned.body).toMatchObject({ errors: [], warnings: [] });
    // What the bill earned and what was given for it goes; what the customer did stays done.
    expect(await shop.balance(ana)).toBeCloseTo(before + 90 - taken - 0.05, 6);
    const line = itemOf({ eventName: "CustomerUpdate", eventSourceId: ana, billLineItemId: 1 });
    expect((await shop.post(PATH, [line])).body.data[0].errors[0].code).toBe(8136);
    expect(await shop.sound()).toEqual([]);
  });

  test.each<[string, object, number]>([
    ["another organisation", { orgId: 999_999 }, 8136],
    ["an unknown program", { programId: 999_999 }, 8136],
    ["an unknown award strategy", { awardStrategyId: 99 }, 8136],
    ["an unknown expiry strategy", { expiryStrategyId: 99 }, 8136],
    ["an event that is not recorded", { eventName: "TargetCompleted" }, 8136],
    ["no event", { eventName: "" }, 8136],
    ["a registration without its customer", { eventName: "CustomerRegistration", eventSourceId: "x" }, 8136],
    [
      "another customer's registration",
      { eventName: "CustomerRegistration", eventSourceId: "99999999" },
      8136,
    ],
    ["an unknown currency", { alternateCurrencyIdentifier: "pearls" }, 8136],
    ["a source value that is none", { sourceValue: "much" }, 8136],
    ["a source value that is no value", { sourceValue: { toString: 1 } }, 8136],
    ["a line that the bill has not", { billLineItemId: 9 }, 8139],
    ["a group", { lookupParams: { entityType: "USERGROUP2", groupId: 1 } }, 1645],
    ["an unknown type of customer", { lookupParams: { entityType: "ROBOT" } }, 1212],
    [
      "an unknown customer",
      { lookupParams: { entityType: "CUSTOMER", identifierType: "id", identifierValue: "99999999" } },
      8015,
    ],
  ])("an item is refused: %s", async (_, changes, number) => {
    const { body } = await shop.post(PATH, [itemOf(changes)]);
    expect([body.failures, body.data[0].errors[0].code]).toEqual([1, number]);
  });

  test("a call is refused: none, too many, without the permission; others' customers are unknown", async () => {
    expect((await shop.post(PATH, [])).status).toBe(400);
    expect((await shop.post(PATH, { items: [] })).status).toBe(400);
    expect(
      code(
        await shop.post(
          PATH,
          Array.from({ length: 11 }, () => itemOf()),
        ),
      ),
    ).toEqual([400, 1060]);
    const reader = await shop.tillWith(["Points:read"]);
    expect((await shop.post(PATH, [itemOf()], { ...reader })).status).toBe(403);
    const foreign = { authorization: shop.other.authorization };
    const item = itemOf({ orgId: shop.other.orgId, programId: shop.other.programId });
    expect((await shop.post(PATH, [item], foreign)).body.data[0].errors[0].code).toBe(8015);
  });
});

describe("unlocking promised points", () => {
  const PATH =
    "/v2/points/unlockPromisedPoints?identifierName=externalId&identifierValue=C2&source=ALL&type=CUSTOMER";
  let number = "";
  let bill = 0;
  let eventId = 0;
  beforeAll(async () => {
    const lineItemsV2 = [
      { itemCode: "TEA", qty: 1, rate: 2, value: 2, amount: 2 },
      { itemCode: "CUP", qty: 1, rate: 3, value: 3, amount: 3 },
    ];
    const input = billOf({ lineItemsV2 });
    number = input.billNumber;
    bill = (await shop.post(ADD.replace("C1", "C2"), input)).body.createdId;
    const promised = (points: number, billLine: number) =>
      shop.earn(ben, points, {
        category: 2,
        at: NOON,
        lot: { transactionId: bill, billLine, convertsAt: NOON + 9 * DAY },
      });
    eventId = await promised(2_000, 1);
    await promised(3_000, 2);
    await promised(5_000, 0);
  });

  test("takes lines, items and the event that are named, then the rest, then nothing", async () => {
    const before = await shop.balance(ben);
    const body = { eventName: "TransactionAdd", billNumber: number };
    const item = await shop.post(PATH, { ...body, itemCodes: ["CUP"] });
    expect(item.body.pointsUnlocked).toEqual([
      { billNumber: number, itemCode: "CUP", programId: shop.programId, pointsUnlocked: 3 },
    ]);
    const event = await shop.post(PATH, { ...body, eventLogId: eventId, lineItemIds: [1] });
    expect(event.body.pointsUnlocked).toMatchObject([{ itemCode: "TEA", pointsUnlocked: 2 }]);
    const rest = await shop.post(PATH, { ...body, billDate: "2026-01-20", sourceStoreId: shop.shop.storeId });
    expect(rest.body.pointsUnlocked).toEqual([
      { billNumber: number, programId: shop.programId, pointsUnlocked: 5 },
    ]);
    expect(await shop.balance(ben)).toBe(before + 10);
    expect(code(await shop.post(PATH, body))).toEqual([400, 82_323_282]);
    expect(await shop.sound()).toEqual([]);
  });

  test.each<[string, object, number]>([
    ["no bill number", { billNumber: undefined }, 82_323_271],
    ["no event", { eventName: undefined }, 82_323_272],
    ["another event", { eventName: "TargetCompleted" }, 82_323_272],
    ["an unknown bill", { billNumber: "none" }, 82_323_277],
    ["another day", { billDate: "2026-01-21" }, 82_323_277],
    ["a day that is none", { billDate: "tomorrow" }, 400],
    ["an item that the bill has not", { itemCodes: ["HAT"] }, 82_323_277],
    ["lines that are no list", { lineItemIds: 7 }, 400],
    ["another program", { sourceProgramId: 999_999 }, 82_323_282],
    ["an unknown event id", { eventLogId: 999_999_999 }, 3918],
  ])("is refused: %s", async (_, changes, expected) => {
    const answer = await shop.post(PATH, { eventName: "TransactionAdd", billNumber: number, ...changes });
    expect(code(answer)).toEqual([400, expected]);
  });

  test("is refused by its query, and without the permission", async () => {
    const body = { eventName: "TransactionAdd", billNumber: number };
    expect(code(await shop.post(PATH.replace("source=ALL", "source="), body))).toEqual([400, 82_323_284]);
    expect(code(await shop.post(PATH.replace("CUSTOMER", "ROBOT"), body))).toEqual([400, 82_323_276]);
    expect(code(await shop.post(PATH.replace("CUSTOMER", "USERGROUP2"), body))).toEqual([400, 1645]);
    expect(code(await shop.post(PATH.replace("C2", "nobody"), body))).toEqual([400, 8015]);
    const reader = await shop.tillWith(["Points:read"]);
    expect((await shop.post(PATH, body, { ...reader })).status).toBe(403);
    const foreign = { authorization: shop.other.authorization };
    expect((await shop.post(PATH, body, foreign)).status).toBe(400);
  });
});

describe("moving expiry dates", () => {
  const PATH = "/v2/points/updateExpiry";
  let carl = 0;
  let awardId = 0;
  beforeAll(async () => {
    carl = shop.customers[2]!;
    const eventId = await shop.earn(carl, 40_000, { expiresAt: NOON + 30 * DAY, at: NOON });
    awardId = eventId * 65_536 + 1;
  });
  const itemOf = (changes: object = {}) => ({
    identifierName: "externalId",
    identifierValue: "C3",
    programId: shop.programId,
    pointsAwardedRefId: awardId,
    pointsAwardedRefType: "POINT_AWARDED",
    currencyName: "POINTS",
    pointCategoryType: "REGULAR",
    expiryUpdateReasonNote: "sorry",
    standardMeta: { who_raised: "Ana" },
    customMeta: { ticket: "7" },
    expiryDate: { expiryType: "FIXED_DATE", expiryValue: "2026-06-30" },
    ...changes,
  });
  const ask = (...items: object[]) => shop.post(PATH, { expiryDateUpdateRequest: items });

  test("ends with the day in the cluster's zone, whichever way it is said", async () => {
    const { body } = await ask(itemOf());
    expect(body).toEqual({
      currencyExpiryUpdateResponse: [
        {
          customerId: carl,
          programId: shop.programId,
          currencyName: "POINTS",
          pointsExpiryUpdateLogs: {
            paType: "POINT_AWARDED",
            paId: awardId,
            expiryUpdateReasonType: "EXTEND_EXPIRY",
            expiryUpdateReasonNote: "sorry",
            oldExpiryDate: "2026-02-19 20:00:00",
            newExpiryDate: "2026-06-30 23:59:59",
            eventLogId: expect.any(Number),
            eventDate: "2026-01-20 20:00:01",
            standardMeta: { who_raised: "Ana" },
            customMeta: { ticket: "7" },
          },
        },
      ],
      failures: [],
      warnings: [],
    });
    const dates = [
      [{ expiryType: "FIXED_DAYS", expiryValue: "10" }, "2026-01-30 23:59:59"],
      [{ expiryType: "FIXED_MONTHS", expiryValue: 2 }, "2026-03-20 23:59:59"],
      [{ expiryType: "FIXED_DATE", expiryValue: "9998-12-31" }, "9998-12-31 23:59:59"],
    ] as const;
    // Of several moves of an award in one call the last one counts.
    const moved = await ask(...dates.map(([expiryDate]) => itemOf({ expiryDate })));
    expect(
      moved.body.currencyExpiryUpdateResponse.map(
        (item: { pointsExpiryUpdateLogs: { newExpiryDate: string } }) =>
          item.pointsExpiryUpdateLogs.newExpiryDate,
      ),
    ).toEqual(dates.map(([, date]) => date));
    const lots = await shop.get(`/api/customers/${carl}/lots`, { ...shop.agent.headers });
    expect(lots.body.items[0].expiresAt).toMatch(/^9998-12-31/);
    expect(await shop.sound()).toEqual([]);
  });

  test("items fail for themselves", async () => {
    const { status, body } = await ask(
      itemOf({ identifierValue: "nobody" }),
      itemOf({ pointsAwardedRefId: 77 }),
      itemOf({ pointsAwardedRefType: "POINT_AWARDED_LINEITEM" }),
      itemOf({ expiryDate: { expiryType: "FIXED_DATE", expiryValue: "2026-01-19" } }),
      itemOf({ pointCategoryType: "PROMISED" }),
      itemOf(),
    );
    expect(status).toBe(200);
    expect(body.failures.map((item: { errorCode: number }) => item.errorCode)).toEqual([
      8015, 3034, 3034, 3037, 3034,
    ]);
    expect(body.currencyExpiryUpdateResponse).toHaveLength(1);
  });

  test("at once: the points expire now", async () => {
    const { body } = await ask(itemOf({ expiryDate: { expiryType: "IMMEDIATE" } }));
    expect(body.currencyExpiryUpdateResponse[0].pointsExpiryUpdateLogs).toMatchObject({
      expiryUpdateReasonType: "EARLY_EXPIRY",
      newExpiryDate: "2026-01-20 20:00:01",
    });
    expect(await shop.balance(carl)).toBe(0);
    expect((await ask(itemOf())).body.failures[0].errorCode).toBe(3034);
    expect(await shop.sound()).toEqual([]);
  });

  test.each<[string, object, number]>([
    ["an unknown identifier name", { identifierName: "shoe" }, 8932],
    ["no identifier", { identifierValue: "" }, 8933],
    ["an unknown program", { programId: 999_999 }, 8934],
    ["an unknown key", { standardMeta: { why: "x" } }, 8935],
    ["no award", { pointsAwardedRefId: undefined }, 8937],
    ["no kind of award", { pointsAwardedRefType: undefined }, 8938],
    ["an unknown kind of award", { pointsAwardedRefType: "GIFT" }, 8941],
    ["an unknown reason", { expiryUpdateReasonType: "WHIM" }, 8941],
    ["an unknown type of date", { expiryDate: { expiryType: "SOON" } }, 8941],
    ["no date", { expiryDate: undefined }, 8942],
    [
      "a day that does not exist",
      { expiryDate: { expiryType: "FIXED_DATE", expiryValue: "2026-02-30" } },
      8942,
    ],
    ["months without number", { expiryDate: { expiryType: "FIXED_MONTHS", expiryValue: "x" } }, 8942],
    ["more days than there are", { expiryDate: { expiryType: "FIXED_DAYS", expiryValue: 99_999_999 } }, 8942],
  ])("the call is refused: %s", async (_, changes, number) => {
    expect(code(await ask(itemOf(), itemOf(changes)))).toEqual([400, number]);
  });

  test("the call is refused: empty, without the permission; others' awards are unknown", async () => {
    expect(code(await ask())).toEqual([400, 8931]);
    expect(code(await shop.post(PATH, {}))).toEqual([400, 8931]);
    const reader = await shop.tillWith(["Points:read"]);
    expect((await shop.post(PATH, { expiryDateUpdateRequest: [itemOf()] }, { ...reader })).status).toBe(403);
    const foreign = { authorization: shop.other.authorization };
    const item = itemOf({ programId: shop.other.programId });
    const { body } = await shop.post(PATH, { expiryDateUpdateRequest: [item] }, foreign);
    expect(body.failures[0].errorCode).toBe(8015);
  });
});
