import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { sql } from "#platform";
import { createMovesApp, type MovesApp } from "./points-moves-shop.ts";

const CHECK = "/v2/points/isTransferrable";
const TRANSFER = "/v2/points/transfer";

let shop: MovesApp;
let from = 0;
let to = 0;
beforeAll(async () => {
  shop = await createMovesApp();
  [from, to] = shop.customers as [number, number];
  await shop.earn(from, 100_000);
});
afterAll(() => shop.app.dispose());

const bodyOf = (changes: object = {}) => bodyFrom({ type: "ID", value: String(from) }, changes);
const bodyFrom = (fromCustomerIdentifier: object, changes: object) => ({
  pointsTobeTransferred: 15,
  programId: shop.programId,
  fromCustomerIdentifier,
  toCustomerIdentifier: { type: "EXTERNAL_ID", value: "C2" },
  notes: "gift",
  ...changes,
});

describe("transferring points", () => {
  test("answers the sender's side, once for a key", async () => {
    const headers = { ...shop.till, "idempotency-key": "t-1" };
    const first = await shop.post(TRANSFER, bodyOf(), headers);
    expect(first).toMatchObject({ status: 200, body: { warnings: [], errors: [] } });
    expect(first.body.data).toEqual([
      {
        transferId: expect.any(Number),
        transferType: "DEDUCTION",
        pointsTransferred: 15,
        pointsTransferDate: "2026-01-20 20:00:01",
        fromEntityId: from,
        fromEntityType: "CUSTOMER",
        toEntityId: to,
        toEntityType: "CUSTOMER",
        transferredFrom: { userId: from, firstName: "Ana", lastName: "Reyes", externalId: "C1" },
        transferredTo: { userId: to, firstName: "Ana", lastName: "Reyes", externalId: "C2" },
        notes: "gift",
        programName: "Rewards",
        pointsTransferBreakupByEarningPrograms: [
          { programId: shop.programId, deductedPoints: 15, programCurrentPoints: 85 },
        ],
      },
    ]);
    expect((await shop.post(TRANSFER, bodyOf(), headers)).text).toBe(first.text);
    expect((await shop.post(TRANSFER, bodyOf({ pointsTobeTransferred: 1 }), headers)).status).toBe(409);
    expect([await shop.balance(from), await shop.balance(to)]).toEqual([85, 15]);
    expect(await shop.sound()).toEqual([]);
  });

  test("takes the other spelling of the amount, as text, and the default program", async () => {
    const { fromCustomerIdentifier, toCustomerIdentifier } = bodyOf();
    const body = { fromCustomerIdentifier, toCustomerIdentifier, pointsToBeTransferred: "0.125" };
    expect((await shop.post(TRANSFER, body)).body.data[0].pointsTransferred).toBe(0.125);
  });

  test.each<[string, object, number, number]>([
    ["no amount", { pointsTobeTransferred: undefined }, 400, 422],
    ["an amount of nothing", { pointsTobeTransferred: 0 }, 400, 422],
    ["an amount that is none", { pointsTobeTransferred: "lots" }, 400, 422],
    ["an amount beyond all counting", { pointsTobeTransferred: 1e300 }, 400, 422],
    ["a fraction finer than points have", { pointsTobeTransferred: 1.0005 }, 400, 878],
    ["a fraction finer than points have, as text", { pointsTobeTransferred: "100000000.0001" }, 400, 878],
    ["more than there is", { pointsTobeTransferred: 1_000 }, 400, 818],
    ["an unknown program", { programId: 999_999 }, 400, 885],
    ["a program that is no number", { programId: "Base" }, 400, 885],
    ["an unknown type", { fromCustomerIdentifier: { type: "SHOE", value: "1" } }, 400, 8013],
    ["no sender", { fromCustomerIdentifier: undefined }, 400, 8013],
    ["an unknown sender", { fromCustomerIdentifier: { type: "ID", value: "99999999" } }, 400, 8015],
    ["an unknown recipient", { toCustomerIdentifier: { type: "EMAIL", value: "no@example.com" } }, 400, 8015],
    [
      "a value that cannot be stored",
      { toCustomerIdentifier: { type: "EXTERNAL_ID", value: "a\0" } },
      400,
      8015,
    ],
    ["the sender as recipient", { toCustomerIdentifier: { type: "EXTERNAL_ID", value: "C1" } }, 400, 418],
    ["a group of programs", { groupProgramTransfer: true }, 400, 3316],
    ["a flag that is none", { groupProgramTransfer: "perhaps" }, 400, 400],
    ["a code that nobody was sent", { code: "123456" }, 400, 808],
    ["notes that are too long", { notes: "x".repeat(501) }, 400, 400],
  ])("refuses %s", async (_, changes, status, code) => {
    const answer = await shop.post(TRANSFER, bodyOf(changes));
    expect([answer.status, answer.body.errors?.[0]?.code]).toEqual([status, code]);
  });

  test("needs the permission, and customers of the organisation", async () => {
    const reader = await shop.tillWith(["Points:read"]);
    expect((await shop.post(TRANSFER, bodyOf(), { ...reader })).status).toBe(403);
    const foreign = await shop.post(TRANSFER, bodyOf({ programId: undefined }), {
      authorization: shop.other.authorization,
    });
    expect(foreign.body.errors[0].code).toBe(8015);
  });

  test("asks for the code when one was sent", async () => {
    await shop.setting("CONF_POINTS_VALIDATION_CODE_DELIVERY", "mailbox");
    const identifiers = [{ type: "mobile", value: "447700900123" }];
    const { body: dora } = await shop.post("/v2/customers?source=INSTORE", {
      profiles: [{ firstName: "Dora", identifiers }],
    });
    await shop.earn(dora.createdId, 50_000);
    const bodyOf = (changes: object) => bodyFrom({ type: "MOBILE", value: "447700900123" }, changes);
    const checked = await shop.post(CHECK, bodyOf({ pointsTobeTransferred: 7, issueOtp: true }));
    expect(checked.body).toMatchObject({ data: [{ transferrable: true }], errors: [] });
    const without = await shop.post(TRANSFER, bodyOf({ pointsTobeTransferred: 7 }));
    expect(without.body.errors[0].code).toBe(824);
    const wrong = await shop.post(TRANSFER, bodyOf({ pointsTobeTransferred: 7, code: "x" }));
    expect(wrong.body.errors[0].code).toBe(808);
    // Of other points none was sent.
    expect((await shop.post(TRANSFER, bodyOf({ pointsTobeTransferred: 6 }))).status).toBe(200);
    await shop.setting("CONF_POINTS_VALIDATION_CODE_DELIVERY", "none");
    const refused = await shop.post(CHECK, bodyOf({ issueOtp: true }));
    expect(refused.body.errors[0].code).toBe(860);
  });
});

describe("asking whether points may be transferred", () => {
  test("shows both customers and moves nothing", async () => {
    const before = await shop.balance(from);
    const { status, body } = await shop.post(CHECK, bodyOf());
    expect(status).toBe(200);
    expect(body.errors).toEqual([]);
    expect(body.data[0]).toMatchObject({
      pointsTobeTransferred: 15,
      transferrable: true,
      transferFrom: { id: from, loyaltyInfo: { loyaltyType: "loyalty" } },
      transferTo: { id: to, profiles: [{ source: "INSTORE" }] },
    });
    expect(await shop.balance(from)).toBe(before);
  });

  test("says why not", async () => {
    const { body } = await shop.post(CHECK, bodyOf({ pointsTobeTransferred: 5_000 }));
    expect(body.data[0].transferrable).toBe(false);
    expect(body.errors[0].code).toBe(818);
    expect((await shop.post(CHECK, bodyOf({ pointsTobeTransferred: -1 }))).body.errors[0].code).toBe(422);
    const blind = await shop.tillWith(["Customer:read"]);
    expect((await shop.post(CHECK, bodyOf(), { ...blind })).status).toBe(403);
    const foreign = await shop.post(CHECK, bodyOf(), { authorization: shop.other.authorization });
    expect(foreign.status).toBe(400);
  });
});

describe("transfers of a customer", () => {
  test("are listed with their side, newest first, paged and sorted", async () => {
    const received = await shop.get(`/v2/customers/${to}/pointsTransfers?limit=1`);
    expect(received.status).toBe(200);
    expect(received.body.pagination).toEqual({ limit: 1, offset: 0, total: 3 });
    expect(received.body.data[0]).toMatchObject({ transferType: "ADDITION", pointsTransferred: 6 });
    expect(received.body.data[0].pointsTransferBreakupByEarningPrograms).toBeUndefined();
    const sorted = await shop.get(
      `/v2/customers/${from}/pointsTransfers?sortBy=pointsTransferred&sortOrder=asc`,
    );
    expect(sorted.body.data.map((item: { pointsTransferred: number }) => item.pointsTransferred)).toEqual([
      0.125, 15,
    ]);
    const paged = await shop.get(`/v2/customers/${from}/pointsTransfers?limit=1&page=2&offset=0`);
    expect(paged.body.data).toHaveLength(1);
    const named = await shop.get(
      `/v2/points/transfer?identifierName=externalId&identifierValue=C1&source=INSTORE&programId=${shop.programId}`,
    );
    expect(named.body.data).toHaveLength(2);
  });

  test.each([
    ["/v2/customers/99999999/pointsTransfers", 8015],
    ["/v2/customers/x/pointsTransfers", 8015],
    ["/v2/customers/CUSTOMER/pointsTransfers?limit=0", 400],
    ["/v2/customers/CUSTOMER/pointsTransfers?sortBy=shoe", 400],
    ["/v2/customers/CUSTOMER/pointsTransfers?sortOrder=up", 400],
    ["/v2/points/transfer?identifierName=externalId&identifierValue=none&source=ALL", 8015],
    ["/v2/points/transfer?identifierName=externalId&identifierValue=C1&userEntityType=USERGROUP2", 1645],
    ["/v2/points/transfer?identifierName=externalId&identifierValue=C1&userEntityType=ROBOT", 1212],
    ["/v2/points/transfer?identifierName=externalId&identifierValue=C1&programId=9999999", 885],
  ])("%s is refused with %i", async (path, code) => {
    const { status, body } = await shop.get(path.replace("CUSTOMER", String(from)));
    expect([status, body.errors[0].code]).toEqual([400, code]);
  });

  test("need the permission and belong to the organisation", async () => {
    const blind = await shop.tillWith(["Customer:read"]);
    expect((await shop.get(`/v2/customers/${from}/pointsTransfers`, { ...blind })).status).toBe(403);
    expect((await shop.get("/v2/points/transfer", { ...blind })).status).toBe(403);
    const foreign = { authorization: shop.other.authorization };
    expect((await shop.get(`/v2/customers/${from}/pointsTransfers`, foreign)).body.errors[0].code).toBe(8015);
  });
});

describe("transfers with groups", () => {
  const group = { type: "USERGROUP2", identifierType: "externalId", identifierValue: "G1" };
  const customer = { type: "CUSTOMER", identifierType: "id", identifierValue: "1" };
  const bodyOfGroup = (changes: object = {}) => ({
    pointsTobeTransferred: 10,
    programId: shop.programId,
    fromEntity: customer,
    toEntity: group,
    ...changes,
  });
  const refusals: readonly (readonly [string, () => object, number])[] = [
    ["a group that is not known", () => ({}), 1645],
    ["no amount", () => ({ pointsTobeTransferred: 0 }), 422],
    ["no program", () => ({ programId: undefined }), 885],
    ["no sender", () => ({ fromEntity: undefined }), 1206],
    ["no recipient", () => ({ toEntity: undefined }), 1207],
    ["a type that is none", () => ({ toEntity: { ...group, type: "FLEET" } }), 1208],
    ["two customers", () => ({ toEntity: customer }), 1208],
    ["an identifier that is none", () => ({ toEntity: { ...group, identifierType: "shoe" } }), 434],
  ];
  test.each(refusals)("are refused: %s", async (_, changes, code) => {
    for (const path of ["isTransferrable", "transfer"]) {
      const answer = await shop.post(`/v2/points/userGroup2/${path}`, bodyOfGroup(changes()));
      expect([answer.status, answer.body.errors[0].code], path).toEqual([400, code]);
    }
  });
  test("need the permission", async () => {
    const blind = await shop.tillWith(["Customer:read"]);
    for (const path of ["isTransferrable", "transfer"])
      expect((await shop.post(`/v2/points/userGroup2/${path}`, bodyOfGroup(), { ...blind })).status).toBe(
        403,
      );
  });
});

describe("a transfer with a customer of a fraud status", () => {
  const status = (partyId: number, value: string) =>
    shop.app.db.transaction(shop.shop.orgId, (tx) =>
      tx.run(sql`/* test.set_status */ update customers.customers set status = ${value}
        where org_id = ${shop.shop.orgId} and party_id = ${partyId}`),
    );
  afterEach(async () => {
    await shop.setting("CONF_FRAUD_STATUS_CHECK_POINTS_TRANSFER", "0");
    for (const partyId of [from, to]) await status(partyId, "ACTIVE");
  });

  test.each([
    ["the recipient is suspected", "ACTIVE", "FRAUD_SUSPECTED", 414],
    ["the recipient is one", "SUSPENDED", "FRAUD_CONFIRMED", 414],
    ["the sender is suspected", "FRAUD_SUSPECTED", "ACTIVE", 415],
    ["the sender is one", "FRAUD_CONFIRMED", "INTERNAL", 415],
    ["both are", "FRAUD_CONFIRMED", "FRAUD_SUSPECTED", 417],
    ["neither is", "SUSPENDED", "INTERNAL", null],
  ])("when %s", async (_, sender, recipient, code) => {
    await status(from, sender);
    await status(to, recipient);
    await shop.setting("CONF_FRAUD_STATUS_CHECK_POINTS_TRANSFER", "1");
    const before = [await shop.balance(from), await shop.balance(to)];
    const check = (await shop.post(CHECK, bodyOf({ pointsTobeTransferred: 1 }))).body;
    expect([check.data[0].transferrable, check.errors[0]?.code ?? null]).toEqual([code === null, code]);
    const answer = await shop.post(TRANSFER, bodyOf({ pointsTobeTransferred: 1 }));
    expect(answer.body.errors[0]?.code ?? null).toBe(code);
    const moved = code === null ? 1 : 0;
    expect([await shop.balance(from), await shop.balance(to)]).toEqual([
      before[0]! - moved,
      before[1]! + moved,
    ]);
  });

  test("nobody looks unless the organisation asks for it", async () => {
    await status(from, "FRAUD_CONFIRMED");
    expect((await shop.post(TRANSFER, bodyOf({ pointsTobeTransferred: 1 }))).status).toBe(200);
  });
});
