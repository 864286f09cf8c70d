import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signInUser } from "../../src/identity/testing.ts";
import {
  createPointsApp,
  itemOf,
  type Json,
  type Member,
  NOON,
  type PointsApp,
  REDEEM,
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

describe("the program's terms and validation codes", () => {
  const secretly = async (member: Member, points: number): Promise<string> => {
    const url = `/v1.1/points/validationcode?external_id=${member.externalId}&points=${points}`;
    const { body } = await shop.get(url);
    expect(body.response.validation_code.code.item_status).toMatchObject({ code: 200 });
    const mail = (await shop.get("/api/mailbox", shop.agent)).body;
    return mail.items[0].code;
  };

  beforeAll(async () => {
    await shop.setting("CONF_POINTS_VALIDATION_CODE_DELIVERY", "mailbox");
    await shop.terms({
      redemption: {
        minimum: 5,
        maximum: 60,
        multipleOf: 0.5,
        limits: { perDay: 80 },
        blockedStatuses: ["FRAUD"],
        needsValidationCode: true,
      },
    });
  });
  beforeEach(() => shop.clock.set(new Date(NOON + 60_000)));
  const skip = `${REDEEM}&skip_validation=true`;

  test("minimum, maximum and multiples, in this order, before the balance", async () => {
    const member = await shop.member([50, null]);
    expect(await codeOf(itemOf(member, 4.75), { url: skip })).toBe(821);
    expect(await codeOf(itemOf(member, 60.75), { url: skip })).toBe(819);
    expect(await codeOf(itemOf(member, 5.75), { url: skip })).toBe(807);
    expect(await codeOf(itemOf(member, 55), { url: skip })).toBe(818);
    expect(await codeOf(itemOf(member, 50), { url: skip })).toBe(800);
  });

  test("a day's limit counts what is held, and not what was given back", async () => {
    const member = await shop.member([500, null]);
    const identifier = { type: "EXTERNAL_ID", value: member.externalId };
    const held = await shop.post("/v2/points/holds", { identifier, points: 30, skip_validation: true });
    expect(held.status).toBe(200);
    expect(await codeOf(itemOf(member, 51), { url: skip })).toBe(819);
    const { redemption_id: redemptionId } = await only(itemOf(member, 50), { url: skip });
    expect(await codeOf(itemOf(member, 5), { url: skip })).toBe(819);
    await shop.post("/v2/points/reverse", { redemptionId, identifier });
    expect(await codeOf(itemOf(member, 50), { url: skip })).toBe(800);
  });

  test("a code is needed, taken once, for its customer and its points", async () => {
    const member = await shop.member([100, null]);
    const other = await shop.member([100, null]);
    expect(await codeOf(itemOf(member, 10))).toBe(824);
    const code = await secretly(member, 10);
    expect(await secretly(member, 10)).toBe(code);
    expect(await codeOf(itemOf(member, 20, { validation_code: code }))).toBe(808);
    expect(await codeOf(itemOf(other, 10, { validation_code: code }))).toBe(808);
    const answers = await Promise.all([
      only(itemOf(member, 10, { validation_code: code })),
      only(itemOf(member, 10, { validation_code: code })),
    ]);
    expect(answers.map((item) => item.item_status.code).sort()).toEqual([800, 808]);
    const paid = answers.find((item) => item.item_status.code === 800);
    expect(paid.side_effects.effect[0]).toMatchObject({ case_value: "true", validation_code: code });
    expect(await shop.balanceOf(member.id)).toBe(90);
  });

  test("whoever may only read asks whether points may be spent, and sends no code", async () => {
    const member = await shop.member([100, null]);
    const url = `/v1.1/points/isredeemable?external_id=${member.externalId}&points=10&issue_otp=true`;
    const sent = async () => (await shop.get("/api/mailbox", shop.agent)).body.total;
    const before = await sent();
    const read = (await shop.get(url, reader)).body.response.points.redeemable;
    expect([read.is_redeemable, read.item_status.code, await sent()]).toEqual(["true", 876, before]);
    const written = (await shop.get(url)).body.response.points.redeemable;
    expect([written.item_status.code, await sent()]).toEqual([800, before + 1]);
  });

  test("a code is taken in its time only", async () => {
    const member = await shop.member([100, null]);
    const code = await secretly(member, 10);
    shop.clock.advance(10 * 60_000);
    expect(await codeOf(itemOf(member, 10, { validation_code: code }))).toBe(808);
  });

  test("guessing ends after five wrong codes, for asking and for spending alike", async () => {
    const member = await shop.member([100, null]);
    const code = await secretly(member, 10);
    const wrong = code === "000000" ? "000001" : "000000";
    for (let tries = 0; tries < 3; tries++)
      expect(await codeOf(itemOf(member, 10, { validation_code: wrong }))).toBe(808);
    const ask = `/v1.1/points/isredeemable?external_id=${member.externalId}&points=10&validation_code=`;
    for (let tries = 0; tries < 2; tries++)
      expect((await shop.get(ask + wrong)).body.response.points.redeemable.item_status.code).toBe(808);
    const late = await only(itemOf(member, 10, { validation_code: code }));
    expect(late.item_status).toMatchObject({ code: 808, message: expect.stringContaining("Too many") });
    shop.clock.advance(16 * 60_000);
    const fresh = await secretly(member, 10);
    expect(await codeOf(itemOf(member, 10, { validation_code: fresh }))).toBe(800);
  });

  test("five messages in a quarter of an hour are enough", async () => {
    const member = await shop.member([100, null]);
    const url = `/v1.1/points/validationcode?external_id=${member.externalId}&points=10`;
    for (let sent = 0; sent < 5; sent++)
      expect((await shop.get(url)).body.response.validation_code.code.item_status.code).toBe(200);
    expect((await shop.get(url)).body.response).toMatchObject({
      status: { success: "false" },
      validation_code: { code: { item_status: { code: 860 } } },
    });
  });

  test("the mailbox is for those who may see customers, and of their organisation alone", async () => {
    expect((await shop.get("/api/mailbox", {})).status).toBe(401);
    const { headers } = await signInUser(shop.app.identity, shop.other.organisation, "owner");
    expect((await shop.get("/api/mailbox", headers)).body).toEqual({
      codesBy: "none",
      hasMailServer: false,
      items: [],
      next: null,
      total: 0,
    });
    expect((await shop.get("/api/mailbox?after=x", shop.agent)).status).toBe(400);
    await shop.setting("CONF_POINTS_VALIDATION_CODE_DELIVERY", "none");
    const closed = (await shop.get("/api/mailbox", shop.agent)).body;
    expect(closed.codesBy).toBe("none");
    expect(closed.items.filter((item: Json) => item.code !== null)).toEqual([]);
    const off = await shop.get(`/v1.1/points/validationcode?external_id=M1&points=10`);
    expect(off.body.response.validation_code.code.item_status.code).toBe(860);
  });

  test("a code that is to go by e-mail is refused while there is no mail server", async () => {
    await shop.setting("CONF_POINTS_VALIDATION_CODE_DELIVERY", "email");
    const member = await shop.member([10, null]);
    const url = `/v1.1/points/validationcode?external_id=${member.externalId}&points=5`;
    const { item_status } = (await shop.get(url)).body.response.validation_code.code;
    expect(item_status).toMatchObject({ code: 860, message: expect.stringContaining("no mail server") });
  });

  test("refuses malformed questions, other tills and other organisations", async () => {
    const member = await shop.member([1, null]);
    const code = async (query: string, headers?: Record<string, string>) =>
      (await shop.get(`/v1.1/points/validationcode?${query}`, headers)).body.response.validation_code.code
        .item_status.code;
    expect(await code(`external_id=${member.externalId}&points=-1`)).toBe(801);
    expect(await code("points=5")).toBe(802);
    expect(await code(`external_id=${member.externalId}&points=5`, stranger)).toBe(816);
    const url = `/v1.1/points/validationcode?external_id=${member.externalId}&points=5`;
    expect((await shop.get(url, reader)).status).toBe(403);
  });
});
