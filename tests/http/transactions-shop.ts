import { type Clock, fixedClock } from "#platform";
import { type SignedInUser, signInTill, signInUser } from "../../src/identity/testing.ts";
import {
  createTestApp,
  createTestShop,
  registerCustomers,
  type TestApp,
  type TestShop,
} from "../support/app.ts";

export const NOW = "2026-01-20T12:00:00Z";

export interface Till {
  readonly authorization: string;
}
export interface TransactionsApp {
  readonly app: TestApp;
  readonly clock: ReturnType<typeof fixedClock>;
  readonly shop: TestShop;
  /** C1 … C5. */
  readonly customers: readonly number[];
  readonly till: Till;
  readonly agent: SignedInUser;
  /** A shop of somebody else with a customer C1. */
  readonly other: TestShop;
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(url: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(url: string, headers?: Record<string, string>): Promise<Answer>;
  /** A till of the shop that may do only this. */
  tillWith(permissions: readonly string[]): Promise<Till>;
}
// biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
export type Json = any;
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Json;
}

/** The whole application with a shop, customers, a till and an agent, at noon of a winter's day. */
export const createTransactionsApp = async (): Promise<TransactionsApp> => {
  const clock = fixedClock(new Date(NOW));
  const app = await createTestApp({ clock: clock as Clock });
  const options = { timeZone: "Europe/London", clusterTimeZone: "Asia/Manila" };
  const shop = await createTestShop(app, options);
  const customers = await registerCustomers(app, shop, 5);
  const other = await createTestShop(app, options);
  await registerCustomers(app, other, 1);
  const till = { authorization: shop.authorization };
  const answerOf = (response: { statusCode: number; payload: string }): Answer => ({
    status: response.statusCode,
    text: response.payload,
    body: response.payload === "" ? null : (JSON.parse(response.payload) as Json),
  });
  const send = async (
    method: "POST" | "PUT",
    url: string,
    body: unknown,
    headers: Record<string, string> | undefined,
  ) =>
    answerOf(
      await app.server.inject({
        method,
        url,
        headers: { "content-type": "application/json", ...(headers ?? till) },
        payload: JSON.stringify(body),
      }),
    );
  return {
    app,
    clock,
    shop,
    customers,
    till,
    agent: await signInUser(app.identity, shop.organisation, "care_agent"),
    other,
    post: (url, body, headers) => send("POST", url, body, headers),
    put: (url, body, headers) => send("PUT", url, body, headers),
    get: async (url, headers) =>
      answerOf(await app.server.inject({ method: "GET", url, headers: { ...(headers ?? till) } })),
    tillWith: async (permissions) => {
      const author = { orgId: shop.orgId, name: "test" };
      const entity = await app.orgs.createEntity(author, {
        type: "TILL",
        code: `${shop.orgCode}.only${permissions.length}${Math.random().toString(36).slice(2, 8)}`,
        name: "Till",
        storeId: shop.storeId,
      });
      return signInTill(app.identity, await app.orgs.get(shop.orgId), entity.id, permissions);
    },
  };
};

let bills = 0;
/** A bill of 5 with a number of its own: many of them move nobody to another tier. */
export const billOf = (changes: object = {}) => ({
  type: "REGULAR",
  billNumber: `T-${++bills}`,
  billAmount: 5,
  billingDate: NOW,
  ...changes,
});

export const ADD = "/v2/transactions?identifierName=externalId&identifierValue=C1&source=INSTORE";
