import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInUser } from "../../src/identity/testing.ts";
import { createPointsApp, type Json, type PointsApp } from "./points-shop.ts";

let shop: PointsApp;
let stranger: Readonly<Record<string, string>>;
let marketer: Readonly<Record<string, string>>;
beforeAll(async () => {
  shop = await createPointsApp();
  const { identity } = shop.app;
  stranger = (await signInUser(identity, shop.other.organisation, "owner")).headers;
  marketer = (await signInUser(identity, shop.shop.organisation, "marketer")).headers;
});
afterAll(() => shop.app.dispose());

const post = (url: string, body: unknown = {}, more: Record<string, string> = {}) =>
  shop.post(url, body, { ...shop.agent, ...more });
const get = (url: string) => shop.get(url, shop.agent);
const redeem = async (id: number, points: number) =>
  (await post(`/api/customers/${id}/redemptions`, { points, notes: "by phone" })).body;

describe("redeeming by hand", () => {
  test("is seen first, entry by entry and lot by lot, and nothing moves", async () => {
    const { id } = await shop.member([60, 10], [90, null]);
    const { status, body } = await post(`/api/customers/${id}/redemptions/preview`, { points: 70 });
    expect(status).toBe(200);
    expect(body).toEqual({
      entries: [
        {
          customerId: id,
          customerName: "Ana Reyes",
          programId: shop.shop.programId,
          programName: "Rewards",
          category: "REGULAR",
          currency: "points",
          account: "redeemed",
          amount: -70,
          balanceBefore: 150,
          balanceAfter: 80,
          debtChange: 0,
          lots: [
            {
              change: "used",
              kind: "redeemed",
              amount: 60,
              remaining: 0,
              openedAt: "2026-01-20T11:59:59+00:00",
              expiresAt: "2026-01-30T12:00:00+00:00",
            },
            {
              change: "used",
              kind: "redeemed",
              amount: 10,
              remaining: 80,
              openedAt: "2026-01-20T11:59:59+00:00",
              expiresAt: null,
            },
          ],
        },
      ],
      holds: [],
      expiries: [],
    });
    expect(await shop.balanceOf(id)).toBe(150);
  });

  test("is done once per key, listed with its reason, and taken back in parts", async () => {
    const { id } = await shop.member([100, null]);
    const body = { points: 40.5, billNumber: "INV-1", notes: "by phone" };
    const key = { "idempotency-key": "one" };
    const first = await post(`/api/customers/${id}/redemptions`, body, key);
    const again = await post(`/api/customers/${id}/redemptions`, body, key);
    expect(first.body).toEqual({
      code: expect.stringMatching(/^\w{6}$/),
      points: 40.5,
      value: 40.5,
      balance: 59.5,
    });
    expect(again.body).toEqual(first.body);
    const other = await post(`/api/customers/${id}/redemptions`, { ...body, points: 1 }, key);
    expect([other.status, other.body.error.number]).toEqual([409, 70_001]);

    const { code } = first.body;
    const path = `/api/redemptions/${code}/reversals`;
    const preview = await post(`${path}/preview`, { points: 10 });
    expect(preview.body.entries[0]).toMatchObject({
      amount: 10,
      balanceAfter: 69.5,
      lots: [{ change: "given_back", kind: "redeemed", amount: 10, remaining: 69.5 }],
    });
    const part = await post(path, { points: 10, notes: "wrong bill" });
    expect(part.body).toMatchObject({ points: 10, returned: 10, expired: 0, balance: 69.5 });
    const rest = await post(path);
    expect(rest.body).toMatchObject({ points: 30.5, balance: 100 });
    expect((await post(path)).body.error).toMatchObject({ number: 3802 });

    const list = await get(`/api/customers/${id}/redemptions`);
    expect(list.body).toEqual({
      items: [
        expect.objectContaining({
          code,
          points: 40.5,
          reversed: 40.5,
          billNumber: "INV-1",
          notes: "by phone",
          redeemedAt: "2026-01-20T12:00:00+00:00",
          reversals: [
            expect.objectContaining({ points: 10, notes: "wrong bill", cause: "call" }),
            expect.objectContaining({ points: 30.5, notes: "" }),
          ],
        }),
      ],
      next: null,
      total: 1,
    });
    expect(await shop.sound()).toEqual([]);
  });

  test("pages the list", async () => {
    const { id } = await shop.member([100, null]);
    const codes: string[] = [];
    for (const points of [1, 2, 3]) codes.push((await redeem(id, points)).code);
    const page = await get(`/api/customers/${id}/redemptions?limit=2`);
    const next = await get(`/api/customers/${id}/redemptions?limit=2&after=${page.body.next}`);
    const seen = [...page.body.items, ...next.body.items].map((item: Json) => item.code);
    expect(seen).toEqual(codes.reverse());
    expect([page.body.total, next.body.next]).toEqual([3, null]);
    const bad = await get(`/api/customers/${id}/redemptions?after=x`);
    expect([bad.status, bad.body.error.field]).toEqual([400, "after"]);
  });

  test.each([
    [{ points: 0 }, 801],
    [{ points: -1 }, 801],
    [{ points: 1.0001 }, 878],
    [{ points: 101 }, 818],
    [{ points: 1, programId: 999_999 }, 885],
  ])("refuses %j", async (body, number) => {
    const { id } = await shop.member([100, null]);
    for (const path of ["redemptions", "redemptions/preview"]) {
      const answer = await post(`/api/customers/${id}/${path}`, body);
      expect([answer.status, answer.body.error.number]).toEqual([400, number]);
    }
    expect(await shop.balanceOf(id)).toBe(100);
  });

  test("is for those who may, in their own organisation", async () => {
    const { id } = await shop.member([100, null]);
    const { code } = await redeem(id, 10);
    const { body: held } = await post(`/api/customers/${id}/holds`, { points: 1, ttlSeconds: 60 });
    const writes: [string, object][] = [
      [`/api/customers/${id}/redemptions`, { points: 1 }],
      [`/api/customers/${id}/redemptions/preview`, { points: 1 }],
      [`/api/redemptions/${code}/reversals`, {}],
      [`/api/redemptions/${code}/reversals/preview`, {}],
      [`/api/customers/${id}/holds`, { points: 1, ttlSeconds: 60 }],
      [`/api/customers/${id}/holds/preview`, { points: 1, ttlSeconds: 60 }],
      [`/api/holds/${held.id}/capture`, {}],
      [`/api/holds/${held.id}/capture/preview`, {}],
      [`/api/holds/${held.id}/release`, {}],
    ];
    for (const [url, body] of writes) {
      expect([url, (await shop.post(url, body, marketer)).status]).toEqual([url, 403]);
      expect([url, [400, 404]]).toEqual([
        url,
        expect.arrayContaining([(await shop.post(url, body, stranger)).status]),
      ]);
    }
    for (const url of [`/api/customers/${id}/redemptions`, `/api/customers/${id}/holds`]) {
      expect((await shop.get(url, stranger)).status).toBe(404);
      expect((await shop.get(url, marketer)).status).toBe(200);
    }
    expect(await shop.balanceOf(id)).toBe(90);
  });
});

describe("holds by hand", () => {
  test("keep points from being spent; are captured in parts, and what is left is free again", async () => {
    const { id } = await shop.member([100, null]);
    const preview = await post(`/api/customers/${id}/holds/preview`, { points: 80, ttlSeconds: 600 });
    expect(preview.body).toMatchObject({
      entries: [],
      holds: [{ amount: 80, available: 20, status: "active" }],
    });
    const { body: hold } = await post(`/api/customers/${id}/holds`, {
      points: 80,
      ttlSeconds: 600,
      notes: "table 4",
    });
    expect(hold).toEqual({
      id: expect.any(Number),
      customerId: id,
      programId: shop.shop.programId,
      points: 80,
      captured: 0,
      status: "active",
      expiresAt: "2026-01-20T12:10:00+00:00",
      available: 20,
    });
    expect((await post(`/api/customers/${id}/redemptions`, { points: 21 })).body.error.number).toBe(818);
    const part = await post(`/api/holds/${hold.id}/capture`, { points: 30, final: false });
    expect(part.body).toMatchObject({
      hold: { captured: 30, status: "active", available: 20 },
      redemption: { points: 30, balance: 70 },
    });
    const seen = await get(`/api/customers/${id}/holds?active=true`);
    expect(seen.body).toMatchObject({ total: 1, items: [{ id: hold.id, captured: 30, notes: "table 4" }] });
    const last = await post(`/api/holds/${hold.id}/capture`, { points: 10 });
    expect(last.body.hold).toMatchObject({ captured: 40, status: "captured", available: 60 });
    expect((await post(`/api/holds/${hold.id}/release`)).body.error.number).toBe(70_101);
    const listed = (await get(`/api/customers/${id}/redemptions`)).body.items;
    expect(listed.map((item: Json) => [item.points, item.fromHold])).toEqual([
      [10, true],
      [30, true],
    ]);
    expect(await shop.sound()).toEqual([]);
  });

  test("a release sent twice with its key is one; an unknown or too long hold is refused", async () => {
    const { id } = await shop.member([100, null]);
    const { body: hold } = await post(`/api/customers/${id}/holds`, { points: 100, ttlSeconds: 60 });
    const key = { "idempotency-key": "release" };
    const first = await post(`/api/holds/${hold.id}/release`, {}, key);
    const again = await post(`/api/holds/${hold.id}/release`, {}, key);
    expect(first.body).toMatchObject({ status: "released", available: 100 });
    expect(again.text).toBe(first.text);
    expect((await post("/api/holds/1/capture")).status).toBe(404);
    const long = await post(`/api/customers/${id}/holds`, { points: 1, ttlSeconds: 604_801 });
    expect(long.body.error).toMatchObject({ number: 70_104, field: "ttlSeconds" });
  });
});
