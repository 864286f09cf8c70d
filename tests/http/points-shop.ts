import type { ProgramDefinition } from "#loyalty";
import { fixedClock } from "#platform";
import { buildCustomers } from "../../src/customers/testing.ts";
import { type SignedInUser, signInTill, signInUser } from "../../src/identity/testing.ts";
import { buildLedger } from "../../src/ledger/testing.ts";
import { starterDefinition } from "../../src/loyalty/testing.ts";
import { createTestApp, createTestShop, type TestAppOptions } from "../support/app.ts";

export const NOON = Date.parse("2026-01-20T12:00:00Z");
export const DAY = 86_400_000;

// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
export type Json = any;
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Json;
}
type Headers = Readonly<Record<string, string>>;

/** The whole application with a shop whose members have points, at noon of a winter's day in London and evening in Manila. */
export const createPointsApp = async (options: TestAppOptions = {}) => {
  const clock = fixedClock(new Date(NOON));
  const app = await createTestApp({ clock, ...options });
  const zones = { timeZone: "Europe/London", clusterTimeZone: "Asia/Manila" };
  const shop = await createTestShop(app, zones);
  const other = await createTestShop(app, zones);
  const till: Headers = { authorization: shop.authorization };
  const agent: SignedInUser = await signInUser(app.identity, shop.organisation, "care_agent");
  const ledger = buildLedger(app, shop.orgId, { programIds: [shop.programId], at: NOON - 1000 });
  let members = 0;
  const call = async (method: "GET" | "POST" | "PUT", url: string, body: unknown, headers: Headers) => {
    const response = await app.server.inject({
      method,
      url,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return {
      status: response.statusCode,
      text: response.payload,
      body: response.payload === "" ? null : (JSON.parse(response.payload) as Json),
    } satisfies Answer;
  };
  return {
    app,
    clock,
    shop,
    other,
    till,
    agent: agent.headers as Headers,
    /** A new member with lots of points, each with days until it expires (null: never). */
    member: async (
      ...lots: readonly [points: number, days: number | null][]
    ): Promise<{ id: number; externalId: string }> => {
      members += 1;
      const externalId = `M${members}`;
      const mobile = `+4479111${String(10_000 + members)}`;
      const people = buildCustomers(app, shop.orgId, shop.tillId);
      const person = { externalId, mobile, registeredAt: "2025-01-01T00:00:00Z" };
      const { partyId } = await people.register(person);
      for (const [points, days] of lots)
        await ledger.earn(partyId, points * 1000, {
          eventName: "GenericEvent",
          expiresAt: days === null ? null : NOON + days * DAY,
        });
      return { id: partyId, externalId };
    },
    ledger,
    get: (url: string, headers: Headers = till) => call("GET", url, undefined, headers),
    post: (url: string, body: unknown, headers: Headers = till) => call("POST", url, body, headers),
    put: (url: string, body: unknown, headers: Headers = till) => call("PUT", url, body, headers),
    /** A till of the shop that may do only this. */
    tillWith: async (permissions: readonly string[]): Promise<Headers> => {
      const author = { orgId: shop.orgId, name: "test" };
      const entity = await app.orgs.createEntity(author, {
        type: "TILL",
        code: `${shop.orgCode}.only${Math.random().toString(36).slice(2, 8)}`,
        name: "Till",
        storeId: shop.storeId,
      });
      const { authorization } = await signInTill(
        app.identity,
        await app.orgs.get(shop.orgId),
        entity.id,
        permissions,
      );
      return { authorization };
    },
    setting: (key: string, value: string) =>
      app.orgs.setSetting({ orgId: shop.orgId, name: "test" }, key, value),
    /** Publishes a version of the program with other terms, in force from a second after noon when nothing is said. */
    terms: async (changes: object, from = NOON + 1000): Promise<void> => {
      const author = { orgId: shop.orgId, name: "test" };
      const definition = { ...starterDefinition(), ...changes } as ProgramDefinition;
      await app.loyalty.saveDraft(author, shop.programId, definition);
      await app.loyalty.publish(author, shop.programId, from);
    },
    balanceOf: async (id: number): Promise<number> => {
      const answer = await call("GET", `/api/customers/${id}/balances`, undefined, agent.headers as Headers);
      return answer.body.items.find((item: Json) => item.category === "REGULAR")?.balance ?? 0;
    },
    sound: async () => (await app.verify()).findings,
  };
};
export type PointsApp = Awaited<ReturnType<typeof createPointsApp>>;

export type Member = Awaited<ReturnType<PointsApp["member"]>>;

export const REDEEM = "/v1.1/points/redeem?format=json";

/** One item of a redemption of the legacy format. */
export const itemOf = ({ externalId }: Member, points: unknown, changes: object = {}) => ({
  points_redeemed: points,
  customer: { external_id: externalId },
  ...changes,
});

type Extras = { readonly url?: string } & Headers;

/** Redemptions by the legacy call at the shop: the whole answer, that of the only item, and its code. */
export const redeeming = (shop: () => PointsApp) => {
  const redeem = async (redeem: unknown, { url = REDEEM, ...headers }: Extras = {}): Promise<Json> =>
    (await shop().post(url, { root: { redeem } }, { ...shop().till, ...headers })).body.response;
  const only = async (item: unknown, extras: Extras = {}): Promise<Json> =>
    (await redeem(item, extras)).responses.points;
  const codeOf = async (item: unknown, extras: Extras = {}): Promise<number> =>
    (await only(item, extras)).item_status.code;
  return { redeem, only, codeOf };
};
