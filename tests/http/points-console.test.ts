import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInUser } from "../../src/identity/testing.ts";
import { createMovesApp, DAY, type MovesApp, NOON } from "./points-moves-shop.ts";

let shop: MovesApp;
let ana = 0;
let ben = 0;
let agent: Record<string, string>;
/** Reads points, may not move them. */
let reader: Record<string, string>;
/** Somebody of another organisation. */
let stranger: Record<string, string>;
beforeAll(async () => {
  shop = await createMovesApp();
  [ana, ben] = shop.customers as [number, number];
  agent = { ...shop.agent.headers };
  const { identity } = shop.app;
  reader = { ...(await signInUser(identity, shop.shop.organisation, "marketer")).headers };
  stranger = { ...(await signInUser(identity, shop.other.organisation, "care_agent")).headers };
});
afterAll(() => shop.app.dispose());

const post = (path: string, body: object, headers = agent) => shop.post(path, body, headers);
const of = (partyId: number, what: string) => `/api/customers/${partyId}/${what}`;

describe("points by hand", () => {
  test("are given after a preview that moves nothing, once for a key", async () => {
    const body = { points: 40, reason: "late parcel", comments: "sorry", expiresOn: "2026-06-30" };
    const preview = await post(`${of(ana, "grants")}/preview`, body);
    expect(preview.status).toBe(200);
    expect(preview.body.entries).toMatchObject([
      { customerId: ana, account: "issued", amount: 40, balanceBefore: 0, balanceAfter: 40 },
    ]);
    expect(await shop.balance(ana)).toBe(0);
    const headers = { ...agent, "idempotency-key": "g-1" };
    const first = await post(of(ana, "grants"), body, headers);
    expect(first.body).toEqual({
      grantId: expect.any(Number),
      points: 40,
      balance: 40,
      expiresAt: "2026-06-30T23:59:59+01:00",
    });
    expect((await post(of(ana, "grants"), body, headers)).body).toEqual(first.body);
    expect((await post(of(ana, "grants"), { ...body, points: 41 }, headers)).status).toBe(409);
  });

  test("are taken, and passed on", async () => {
    const taken = { points: 5, reason: "double count" };
    const preview = await post(`${of(ana, "deductions")}/preview`, taken);
    expect(preview.body.entries).toMatchObject([{ account: "adjusted", amount: -5, balanceAfter: 35 }]);
    expect((await post(of(ana, "deductions"), taken)).body).toMatchObject({ points: 5, balance: 35 });
    const gift = { points: 10, toCustomerId: String(ben), notes: "gift" };
    const both = await post(`${of(ana, "transfers")}/preview`, gift);
    expect(
      both.body.entries.map((entry: { customerId: number; amount: number }) => [
        entry.customerId,
        entry.amount,
      ]),
    ).toEqual([
      [ana, -10],
      [ben, 10],
    ]);
    expect((await post(of(ana, "transfers"), gift)).body).toMatchObject({ points: 10, fee: 0, balance: 25 });
    const sent = await shop.get(of(ana, "transfers"), agent);
    expect(sent.body).toMatchObject({
      total: 1,
      items: [{ direction: "sent", points: 10, otherId: ben, otherName: "Ana Reyes", notes: "gift" }],
    });
    expect((await shop.get(of(ben, "transfers"), agent)).body.items[0].direction).toBe("received");
  });

  test("live longer", async () => {
    await shop.earn(ben, 3_000, { at: NOON, expiresAt: NOON + 2 * DAY });
    const { body: lots } = await shop.get(of(ben, "lots?open=true"), agent);
    const { eventNo, lineNo } = lots.items[0];
    const path = of(ben, `lots/${eventNo}/${lineNo}/expiry`);
    const body = { expiresOn: "2026-03-29", reason: "on holiday" };
    const preview = await post(`${path}/preview`, body);
    // The night on which London's clocks change.
    expect(preview.body.expiries).toMatchObject([
      { remaining: 3, expiresAfter: "2026-03-29T23:59:59+01:00" },
    ]);
    expect((await post(path, body)).body).toEqual({
      expiresBefore: "2026-01-22T12:00:00+00:00",
      expiresAfter: "2026-03-29T23:59:59+01:00",
    });
    expect((await post(path, { reason: "for ever" })).body.expiresAfter).toBeNull();
    expect(await shop.sound()).toEqual([]);
  });
});

describe("points by hand are refused", () => {
  const calls: readonly (readonly [string, () => object])[] = [
    ["grants", () => ({ points: 1, reason: "r" })],
    ["deductions", () => ({ points: 1, reason: "r" })],
    ["transfers", () => ({ points: 1, notes: "r", toCustomerId: String(ben) })],
    ["lots/99/1/expiry", () => ({ expiresOn: "2026-12-31", reason: "r" })],
  ];
  test.each(calls)("%s: bad input, no permission, another organisation's customer", async (what, body) => {
    for (const path of [of(ana, what), `${of(ana, what)}/preview`]) {
      expect((await post(path, { ...body(), surprise: 1 })).status, path).toBe(400);
      expect((await post(path, {})).status, path).toBe(400);
      expect((await post(path, body(), reader)).status, path).toBe(403);
      expect((await post(path, body(), stranger)).status, path).toBe(400);
    }
  });

  test("for what they say", async () => {
    const refused = async (what: string, body: object) =>
      (await post(of(ana, what), body)).body.error?.number;
    expect(await refused("grants", { points: 0.0001, reason: "r" })).toBe(878);
    expect(await refused("grants", { points: -1, reason: "r" })).toBe(801);
    expect(await refused("grants", { points: 1, reason: "r", expiresOn: "2026-01-19" })).toBe(70_125);
    expect(await refused("grants", { points: 1, reason: "r", expiresOn: "2026-02-30" })).toBe(8942);
    expect(await refused("deductions", { points: 1_000, reason: "r" })).toBe(8907);
    expect(await refused("transfers", { points: 1, notes: "r", toCustomerId: String(ana) })).toBe(418);
    expect(await refused("lots/99/1/expiry", { expiresOn: "2026-12-31", reason: "r" })).toBe(3034);
    const foreign = await shop.get(of(ana, "transfers"), stranger);
    expect(foreign.body).toEqual({ items: [], total: 0 });
  });
});
