import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemActor } from "#identity";
import { sql } from "#platform";
import {
  createPointsApp,
  itemOf,
  type Json,
  type Member,
  NOON,
  type PointsApp,
  redeeming,
} from "./points-shop.ts";

let shop: PointsApp;
let reader: Readonly<Record<string, string>>;
let stranger: Readonly<Record<string, string>>;
beforeAll(async () => {
  shop = await createPointsApp();
  reader = await shop.tillWith(["Points:read"]);
  stranger = { authorization: shop.other.authorization };
});
beforeEach(() => shop.clock.set(new Date(NOON)));
afterAll(() => shop.app.dispose());

const { only, codeOf } = redeeming(() => shop);

describe("POST /v2/points/reverse", () => {
  const REVERSE = "/v2/points/reverse";
  const spent = async (points = 20): Promise<{ member: Member; redemptionId: string }> => {
    const member = await shop.member([100, null]);
    return { member, redemptionId: (await only(itemOf(member, points))).redemption_id };
  };
  const by = ({ externalId }: Member) => ({ type: "external_id", value: externalId });

  test("answers as documented, in parts, and to the end", async () => {
    const { member, redemptionId } = await spent();
    const body = { redemptionId, pointsToBeReversed: "5", identifier: by(member) };
    const { status, body: answer } = await shop.post(REVERSE, body);
    expect([status, answer]).toEqual([
      200,
      {
        orgId: shop.shop.orgId,
        identifier: { type: "EXTERNAL_ID", value: member.externalId },
        customerId: member.id,
        redemptionId,
        reversalId: expect.stringMatching(/^[A-Za-z0-9]{6}$/),
        pointsToBeReversed: 5,
        pointsReversed: 5,
        pointsReversedDetails: { available: 5, expired: 0 },
        warnings: [],
        errors: [],
      },
    ]);
    const rest = await shop.post(REVERSE, { redemptionId, identifier: { type: "id", value: member.id } });
    expect(rest.body.pointsReversed).toBe(15);
    const done = await shop.post(REVERSE, { redemptionId, identifier: by(member) });
    expect(done.body.errors[0].code).toBe(3802);
    expect(await shop.balanceOf(member.id)).toBe(100);
    expect(await shop.sound()).toEqual([]);
  });

  test("sent twice at once with its key it reverses once", async () => {
    const { member, redemptionId } = await spent();
    const body = { redemptionId, pointsToBeReversed: 5, identifier: by(member) };
    const headers = { ...shop.till, "idempotency-key": `r-${redemptionId}` };
    const [first, second] = await Promise.all([
      shop.post(REVERSE, body, headers),
      shop.post(REVERSE, body, headers),
    ]);
    expect(second!.text).toBe(first!.text);
    expect(await shop.balanceOf(member.id)).toBe(85);
  });

  test("refuses what it cannot do, and is off when the organisation says so", async () => {
    const { member, redemptionId } = await spent();
    const other = await shop.member([1, null]);
    const codes = async (changes: object, headers?: Record<string, string>) => {
      const answer = await shop.post(REVERSE, { redemptionId, identifier: by(member), ...changes }, headers);
      return answer.status === 400 ? answer.body.errors[0].code : answer.status;
    };
    expect(await codes({ redemptionId: "" })).toBe(901);
    expect(await codes({ pointsToBeReversed: 0 })).toBe(901);
    expect(await codes({ pointsToBeReversed: "1.0001" })).toBe(878);
    expect(await codes({ pointsToBeReversed: 21 })).toBe(903);
    expect(await codes({ redemptionId: "nobody" })).toBe(902);
    expect(
      await codes({
        redemptionId:
          redemptionId.toLowerCase() === redemptionId
            ? redemptionId.toUpperCase()
            : redemptionId.toLowerCase(),
      }),
    ).toBe(902);
    expect(await codes({ identifier: by(other) })).toBe(904);
    expect(await codes({ identifier: { type: "CARD", value: "1" } })).toBe(8013);
    expect(await codes({ identifier: { type: "ID", value: "999999" } })).toBe(8015);
    expect(await codes({}, stranger)).toBe(8015);
    expect(await codes({}, reader)).toBe(403);
    await shop.setting("Allow_points_redemption_reversal", "0");
    expect(await codes({})).toBe(905);
    await shop.setting("Allow_points_redemption_reversal", "1");
    expect(await shop.balanceOf(member.id)).toBe(80);
  });
});

describe("what redemptions say", () => {
  const UPDATE = "/v2/points/updateRedemption";
  const bill = async (member: Member, billNumber: string): Promise<number> =>
    (
      await shop.post(`/v2/transactions?identifierName=id&identifierValue=${member.id}&source=INSTORE`, {
        type: "REGULAR",
        billNumber,
        billAmount: 5,
        billingDate: "2026-01-20T11:00:00Z",
      })
    ).body.createdId;

  test("is changed by code or reference, leads to the customer's bill, and every change stays", async () => {
    const member = await shop.member([10, null]);
    const billId = await bill(member, "B-2");
    const paid = await only(itemOf(member, 3, { external_reference_number: "web-9", notes: "n" }));
    const { status, body } = await shop.put(UPDATE, {
      redemptionId: paid.redemption_id,
      billNumber: "B-2",
      purpose: "gift",
      entity: { type: "customer", identifierType: "externalId", identifierValue: member.externalId },
    });
    expect([status, body]).toEqual([
      200,
      {
        id: paid.side_effects.effect[0].id,
        programId: shop.shop.programId,
        customerId: member.id,
        pointsRedeemed: 3,
        billId,
        billNumber: "B-2",
        validationCode: "",
        notes: "n",
        redemptionId: paid.redemption_id,
        redemptionPurpose: "gift",
        redemptionTime: "2026-01-20 20:00:00",
        pointsRedemptionTime: NOON,
        redemptionDate: "2026-01-20T20:00:00+08:00",
        tillId: shop.shop.tillId,
        tillName: expect.any(String),
        pointDeductionList: [
          { pointsDeducted: 3, programId: shop.shop.programId, deductionType: "REDEEMED" },
        ],
        customFields: [],
        warnings: [],
      },
    ]);
    const other = await shop.post(UPDATE, { externalReferenceNumber: "web-9", billNumber: "elsewhere" });
    expect(other.body).toMatchObject({ billId: -1, billNumber: "elsewhere", redemptionPurpose: "gift" });
    const changes = await shop.app.db.system((tx) =>
      tx.rows<{ before: Json; after: Json }>(
        sql`/* points.test_changes */ select before, after from points.redemption_changes where party_id = ${member.id} order by id`,
      ),
    );
    expect(changes.map(({ before, after }) => [before.billNumber, after.billNumber])).toEqual([
      ["", "B-2"],
      ["B-2", "elsewhere"],
    ]);
  });

  test("of one who was merged is the survivor's, with the survivor's bills", async () => {
    const victim = await shop.member([10, null]);
    const survivor = await shop.member([10, null]);
    const { redemption_id: redemptionId } = await only(itemOf(victim, 1));
    const billId = await bill(survivor, "B-OF-SURVIVOR");
    await shop.app.customers.merge(systemActor(shop.shop.orgId, "test", shop.shop.tillId), {
      survivorId: survivor.id,
      victimId: victim.id,
      cause: "console",
      reason: "same person",
    });
    for (const identifierValue of [survivor.externalId, victim.externalId]) {
      const entity = { type: "CUSTOMER", identifierType: "externalId", identifierValue };
      const { status, body } = await shop.post(UPDATE, { redemptionId, billNumber: "B-OF-SURVIVOR", entity });
      expect([status, body]).toMatchObject([200, { customerId: victim.id, billId }]);
    }
  });

  test("refuses what it cannot tell, or may not", async () => {
    const member = await shop.member([10, null]);
    const other = await shop.member([10, null]);
    const { redemption_id: redemptionId } = await only(itemOf(member, 1));
    const code = async (body: object, headers?: Record<string, string>) => {
      const answer = await shop.post(UPDATE, body, headers);
      return answer.status === 400 ? answer.body.errors[0].code : answer.status;
    };
    const entity = (identifierValue: string) => ({
      redemptionId,
      purpose: "p",
      entity: { type: "CUSTOMER", identifierType: "externalId", identifierValue },
    });
    expect(await code({ purpose: "p" })).toBe(749);
    expect(await code({ redemptionId, externalReferenceNumber: "x", purpose: "p" })).toBe(749);
    expect(await code({ redemptionId })).toBe(748);
    expect(await code({ redemptionId: "nobody", purpose: "p" })).toBe(902);
    expect(await code({ externalReferenceNumber: "nobody", purpose: "p" })).toBe(902);
    expect(await code({ redemptionId, billId: 5 })).toBe(873);
    expect(await code({ redemptionId, billId: "x" })).toBe(400);
    expect(await code({ redemptionId, customFields: [{ name: "a", value: "b" }] })).toBe(750);
    expect(await code({ redemptionId, purpose: "p", entity: { type: "CUSTOMER" } })).toBe(1219);
    expect(await code({ ...entity("x"), entity: { ...entity("x").entity, type: "FLEET" } })).toBe(1212);
    expect(await code(entity("nobody"))).toBe(8015);
    expect(await code(entity(other.externalId))).toBe(904);
    expect(await code({ redemptionId, purpose: "p" }, stranger)).toBe(902);
    expect(await code({ redemptionId, purpose: "p" }, reader)).toBe(403);
    expect((await shop.put(UPDATE, { redemptionId, purpose: "p" }, reader)).status).toBe(403);
  });

  test("is read of a customer, with reversals, as documented", async () => {
    const member = await shop.member([10, null]);
    const { redemption_id: id } = await only(itemOf(member, 3, { transaction_number: "X-1", notes: "n" }));
    const identifier = { type: "EXTERNAL_ID", value: member.externalId };
    await shop.post("/v2/points/reverse", { redemptionId: id, pointsToBeReversed: 1, identifier });
    const url = `/v1.1/customer/redemptions?external_id=${member.externalId}`;
    const { body } = await shop.get(`${url}&start_date=2026-01-20&end_date=2026-01-20`, reader);
    expect(body.response.status).toMatchObject({
      success: "true",
      code: 200,
      total: "1",
      success_count: "1",
    });
    const program = { program_id: shop.shop.programId, program_name: "Rewards" };
    expect(body.response.customers.customer[0]).toMatchObject({
      user_id: String(member.id),
      coupons_count: 0,
      points_count: 1,
      redemptions: {
        coupons: { coupon: [] },
        points: {
          point: [
            {
              id,
              program_id: shop.shop.programId,
              points_redeemed: 3,
              transaction_number: "X-1",
              redeemed_time: "2026-01-20 20:00:00",
              notes: "n",
              redeemed_till: { code: shop.shop.tillCode },
              reversals: [
                {
                  points_reversed: 1,
                  reversal_time: "2026-01-20 20:00:00",
                  reversal_breakup_by_program: [{ ...program, points_reversed: 1 }],
                },
              ],
              redemption_breakup_by_program: [{ ...program, points_redeemed: 3 }],
            },
          ],
        },
      },
      item_status: { success: "true", code: "1000" },
    });
    const countOf = async (query: string) =>
      (await shop.get(url + query, reader)).body.response.customers.customer[0].points_count;
    expect(await countOf("&start_date=2026-01-21")).toBe(0);
    expect(await countOf("&type=COUPONS")).toBe(0);
    const failed = await shop.get("/v1.1/customer/redemptions?external_id=nobody", reader);
    expect(failed.body.response.status).toMatchObject({ success: "false", code: 500, success_count: "0" });
    expect(failed.body.response.customers.customer[0].item_status.code).toBe("816");
    for (const query of ["&type=X", "&start_date=soon", "&points_limit=0"])
      expect((await shop.get(url + query, reader)).body.response.customers.customer[0].item_status.code).toBe(
        "400",
      );
    const foreign = await shop.get(url, stranger);
    expect(foreign.body.response.customers.customer[0].item_status.code).toBe("816");
    expect((await shop.get(url, await shop.tillWith(["Customer:read"]))).status).toBe(403);
  });
});

describe("holds at tills", () => {
  test("hold, capture in part, release; another organisation sees none", async () => {
    const member = await shop.member([100, null]);
    const identifier = { type: "EXTERNAL_ID", value: member.externalId };
    const { body: hold } = await shop.post("/v2/points/holds", {
      identifier,
      points: "40",
      billNumber: "T-4",
    });
    expect(hold).toMatchObject({ points: 40, status: "active", available: 60, errors: [] });
    expect(await codeOf(itemOf(member, 61))).toBe(818);
    const capture = `/v2/points/holds/${hold.id}/capture`;
    expect((await shop.post(capture, {}, stranger)).status).toBe(404);
    expect((await shop.post(capture, {}, reader)).status).toBe(403);
    expect((await shop.post(capture, { points: 41 })).body.errors[0].code).toBe(70_103);
    const part = await shop.post(capture, { points: 15, final: "false" });
    expect(part.body).toMatchObject({ hold: { captured: 15 }, redemption: { points: 15, balance: 85 } });
    const release = `/v2/points/holds/${hold.id}/release`;
    expect((await shop.post(release, {}, stranger)).status).toBe(404);
    expect((await shop.post(release, {}, reader)).status).toBe(403);
    expect((await shop.post(release, {})).body).toMatchObject({ status: "released", available: 85 });
    const bad = await shop.post("/v2/points/holds", { identifier, points: 1, ttlSeconds: "soon" });
    expect(bad.status).toBe(400);
    expect((await shop.post("/v2/points/holds", { identifier, points: 1 }, reader)).status).toBe(403);
    expect((await shop.post("/v2/points/holds", { identifier, points: 1 }, stranger)).status).toBe(400);
    expect(await shop.sound()).toEqual([]);
  });
});
