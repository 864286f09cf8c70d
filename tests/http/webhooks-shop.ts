import { createHmac } from "node:crypto";
import { expect } from "vitest";
import { signInUser } from "../../src/identity/testing.ts";
import { type ReceivedCall, startReceiver } from "../support/receiver.ts";
import { createPointsApp, type Json, NOON } from "./points-shop.ts";

type Headers = Readonly<Record<string, string>>;

/** Checks a call as receivers are told to. */
export const isGenuine = ({ headers, text }: ReceivedCall, secret: string): boolean => {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text}`;
  const expected = createHmac("sha256", key).update(signed).digest("base64");
  return headers["webhook-signature"]!.split(" ").includes(`v1,${expected}`);
};

/** A shop whose webhooks may lie on this machine, with a receiver there and an administrator. */
export const createWebhooksShop = async () => {
  const receiver = await startReceiver();
  const shop = await createPointsApp({ privateWebhooks: true, webhookTimeout: 300 });
  const { app, clock } = shop;
  const signIn = async (): Promise<Headers> =>
    (await signInUser(app.identity, shop.shop.organisation, "admin")).headers;
  let admin = await signIn();
  /** The administrator signs in again when days have passed. */
  const signedIn = async (): Promise<Headers> => {
    const { statusCode } = await app.server.inject({ method: "GET", url: "/api/webhooks", headers: admin });
    if (statusCode !== 200) admin = await signIn();
    return admin;
  };
  const client = await shop.tillWith(["Webhook:read", "Webhook:write"]);
  let made = 0;
  let bills = 0;
  const bodyOf = (changes: object = {}) => ({
    name: `Hook ${++made}`,
    active: true,
    eventNames: ["customerAdded", "transactionAdded", "pointsIssued"],
    webHookUrl: receiver.url,
    methodType: "POST",
    webHookType: "HTTP",
    webHookHeaders: { Authorization: "Bearer very-secret" },
    maxAllowedConnections: 5,
    customerIdentifiersToBeEnriched: ["INSTORE"],
    ...changes,
  });
  const remove = (url: string, headers: Headers = client) =>
    app.server
      .inject({ method: "DELETE", url, headers })
      .then(({ statusCode, payload }) => ({ status: statusCode, body: JSON.parse(payload) as Json }));
  const log = async (webhookId: string, query = ""): Promise<Json[]> =>
    (await shop.get(`/api/webhooks/${webhookId}/deliveries?limit=100${query}`, await signedIn())).body.items;
  return {
    ...shop,
    receiver,
    /** Bodies that came. */
    bodies: (): Json[] => receiver.received.map(({ body }) => body),
    /** Numbers of the bills that were told of. */
    bills: (calls: readonly ReceivedCall[] = receiver.received): string[] =>
      calls.map(({ body }) => body.data.billNumber),
    /** What the console shows of a webhook's deliveries. */
    log,
    /** Status by the id that deliveries refer to. */
    statuses: async (webhookId: string): Promise<Record<string, string>> =>
      Object.fromEntries((await log(webhookId)).map(({ refId, status }) => [refId.split("_")[1], status])),
    secretsOf: async (webhookId: string): Promise<string[]> =>
      (await shop.get(`/api/webhooks/${webhookId}/secrets`, admin)).body.items.map(
        ({ secret }: Json) => secret,
      ),
    get admin() {
      return admin;
    },
    client,
    bodyOf,
    remove,
    /** Defines a webhook; answers it as reading does. */
    define: async (changes: object = {}): Promise<Json> => {
      const { status, body } = await shop.post("/v3/webHooks", bodyOf(changes), client);
      expect([status, body.errors]).toEqual([200, []]);
      return body.data;
    },
    /** Takes what was published from the outbox and writes its bodies; sends nothing. */
    publish: async () => {
      await app.events.drain();
      await app.webhooks.publish();
    },
    /** Tells everything and sends all that is due. */
    deliver: async () => {
      await app.events.drain();
      await app.webhooks.finish();
    },
    /** Deletes all webhooks and forgets what came. */
    clear: async () => {
      for (const { webHookId } of (await shop.get("/v3/webHooks", client)).body.data)
        await remove(`/v3/webHooks/${webHookId}`);
      await app.webhooks.forget(shop.shop.organisation);
      receiver.reset();
      clock.set(new Date(NOON));
      await signedIn();
    },
    signedIn,
    /** Records a bill of a member. */
    buy: async ({ externalId }: { externalId: string }, amount: number, changes: object = {}) => {
      const url = `/v2/transactions?identifierName=externalId&identifierValue=${externalId}`;
      const answer = await shop.post(url, {
        type: "REGULAR",
        billNumber: `B${++bills}`,
        billAmount: amount,
        ...changes,
      });
      expect([answer.status, answer.body.errors]).toEqual([200, []]);
      return { id: answer.body.createdId as number, number: `B${bills}` };
    },
    advance: (milliseconds: number) => clock.advance(milliseconds),
    dispose: async () => {
      await app.dispose();
      await receiver.stop();
    },
  };
};
export type WebhooksShop = Awaited<ReturnType<typeof createWebhooksShop>>;
