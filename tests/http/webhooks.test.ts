import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { signInUser } from "../../src/identity/testing.ts";
import type { Json } from "./points-shop.ts";
import { createWebhooksShop, type WebhooksShop } from "./webhooks-shop.ts";

let shop: WebhooksShop;
beforeAll(async () => {
  shop = await createWebhooksShop();
});
afterEach(() => shop.clear());
afterAll(() => shop.dispose());

const HOOKS = "/v3/webHooks";
const codeOf = ({ status, body }: { status: number; body: Json }) => [status, body.errors[0].code];

describe("a webhook", () => {
  test("is created, read, replaced and deleted with the documented fields; header values are not shown", async () => {
    const made = await shop.define({
      name: "Orders",
      maxAllowedConnections: 2.9,
      slaInSeconds: 60,
      tillDetailsEnrichmentEnabled: true,
      neoEnrichment: {},
      listenToChildEvents: false,
    });
    expect(made).toMatchObject({
      webHookId: expect.stringMatching(/^[0-9a-f]{24}$/),
      name: "Orders",
      active: true,
      eventNames: ["customerAdded", "transactionAdded", "pointsIssued"],
      webHookUrl: shop.receiver.url,
      methodType: "POST",
      webHookType: "HTTP",
      webHookHeaders: { Authorization: "********" },
      maxAllowedConnections: 2,
      slaInSeconds: 60,
      noOfRetryAttempts: 0,
      consumerGroupId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      tillDetailsEnrichmentEnabled: true,
      storeDetailsEnrichmentEnabled: false,
      customerIdentifiersToBeEnriched: ["INSTORE"],
      attribution: {
        createdOn: "2026-01-20T12:00:00+00:00",
        createdBy: { type: "TILL", code: expect.stringContaining("only") },
      },
    });
    const listed = await shop.get(HOOKS, shop.client);
    expect(listed.body).toEqual({ data: [made], errors: [], warnings: [] });
    expect(listed.text).not.toContain("very-secret");
    shop.advance(1000);
    const url = `${HOOKS}/${made.webHookId}`;
    const changes = {
      name: "orders",
      eventNames: ["pointsIssued"],
      webHookHeaders: { Authorization: "********", "X-Other": "1" },
      methodType: "PUT",
    };
    const { status, body } = await shop.put(url, shop.bodyOf(changes), shop.client);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ name: "orders", eventNames: ["pointsIssued"], methodType: "PUT" });
    expect(body.data.attribution.lastUpdatedOn).toBe("2026-01-20T12:00:01+00:00");
    // A masked value stays as it was.
    await shop.post(`/api/webhooks/${made.webHookId}/test`, { eventName: "pointsIssued" }, shop.admin);
    expect(shop.receiver.received[0]).toMatchObject({
      method: "PUT",
      headers: { authorization: "Bearer very-secret", "x-other": "1" },
    });
    expect((await shop.remove(url)).body.data.webHookId).toBe(made.webHookId);
    expect((await shop.get(HOOKS, shop.client)).body.data).toEqual([]);
    expect((await shop.remove(url)).status).toBe(404);
  });

  test.each([
    [51003, "eventNames", { eventNames: null }],
    [51003, "eventNames", { eventNames: [] }],
    [73003, "eventNames", { eventNames: ["pointsIssued", "nonsense"] }],
    [300004, "maxAllowedConnections", { maxAllowedConnections: undefined }],
    [51007, "maxAllowedConnections", { maxAllowedConnections: 0 }],
    [51007, "maxAllowedConnections", { maxAllowedConnections: 0.5 }],
    [51007, "maxAllowedConnections", { maxAllowedConnections: "many" }],
    [51007, "maxAllowedConnections", { maxAllowedConnections: 101 }],
    [73001, "name", { name: " " }],
    [73002, "name", { name: "n".repeat(256) }],
    [73002, "name", { name: "a\0b" }],
    [73001, "webHookUrl", { webHookUrl: "" }],
    [73005, "webHookUrl", { webHookUrl: "ftp://example.com" }],
    [73006, "methodType", { methodType: "GET" }],
    [73007, "webHookType", { webHookType: "queue" }],
    [73008, "webHookHeaders", { webHookHeaders: { "bad name": "x" } }],
    [73008, "webHookHeaders", { webHookHeaders: { Host: "x" } }],
    [73008, "webHookHeaders", { webHookHeaders: { "webhook-signature": "x" } }],
    [73008, "webHookHeaders", { webHookHeaders: { A: "x\r\nB: y" } }],
    [73008, "webHookHeaders", { webHookHeaders: "Authorization" }],
    [73009, "customerIdentifiersToBeEnriched", { customerIdentifiersToBeEnriched: ["MOON"] }],
    [73010, "listenToChildEvents", { listenToChildEvents: true }],
    [73011, "neoEnrichment", { neoEnrichment: { flow: 1 } }],
    [73002, "tillDetailsEnrichmentEnabled", { tillDetailsEnrichmentEnabled: "yes" }],
    [73002, "slaInSeconds", { slaInSeconds: 0 }],
  ])("is refused with %s for its %s", async (code, field, changes) => {
    const answer = await shop.post(HOOKS, shop.bodyOf(changes), shop.client);
    expect(codeOf(answer)).toEqual([400, code]);
    expect(answer.body.errors[0].message).toContain(field);
    const own = await shop.post("/api/webhooks", shop.bodyOf(changes), shop.admin);
    expect([own.status, own.body.error.number, own.body.error.field]).toEqual([400, code, field]);
    expect((await shop.get(HOOKS, shop.client)).body.data).toEqual([]);
  });

  test("has a name of its own, in any case of its letters", async () => {
    const first = await shop.define({ name: "One" });
    const second = await shop.define({ name: "Two" });
    expect(codeOf(await shop.post(HOOKS, shop.bodyOf({ name: "ONE" }), shop.client))).toEqual([409, 73004]);
    const taken = await shop.put(`${HOOKS}/${second.webHookId}`, shop.bodyOf({ name: "one" }), shop.client);
    expect(codeOf(taken)).toEqual([409, 73004]);
    const same = await shop.put(`${HOOKS}/${first.webHookId}`, shop.bodyOf({ name: "oNE" }), shop.client);
    expect(same.status).toBe(200);
  });

  test("may not be refused silently: a body that is none, and an id that is none", async () => {
    expect(codeOf(await shop.post(HOOKS, [], shop.client))[0]).toBe(400);
    for (const id of ["x", "0".repeat(24), "0".repeat(250)])
      expect(codeOf(await shop.put(`${HOOKS}/${id}`, shop.bodyOf(), shop.client))).toEqual([404, 73020]);
  });
});

describe("events that can be subscribed to", () => {
  test("are listed with whether they are made, and have schemas", async () => {
    const { body } = await shop.get(`${HOOKS}/eventMetaData`, shop.client);
    const active = (name: string) => body.data.find((item: Json) => item.eventName === name)?.active;
    expect(body.data).toHaveLength(75);
    expect([active("pointsIssued"), active("badgeEarned")]).toEqual([true, false]);
    const schema = await shop.get(`${HOOKS}/eventMetaData/pointsIssued`, shop.client);
    expect(schema.body.data).toMatchObject({
      $schema: "http://json-schema.org/draft-06/schema#",
      properties: {
        eventName: { const: "pointsIssued" },
        data: { required: expect.arrayContaining(["totalPointsIssued"]) },
      },
    });
    expect(codeOf(await shop.get(`${HOOKS}/eventMetaData/nonsense`, shop.client))).toEqual([404, 73021]);
    const own = await shop.get("/api/webhook-events", shop.admin);
    const names = own.body.areas.flatMap((area: Json) => area.events.map((event: Json) => event.name));
    expect(names).toHaveLength(75);
    const one = await shop.get("/api/webhook-events/pointsIssued", shop.admin);
    expect(one.body).toMatchObject({ name: "pointsIssued", isActive: true, schema: schema.body.data });
    expect(one.body.example.eventName).toBe("pointsIssued");
    const none = await shop.get("/api/webhook-events/nonsense", shop.admin);
    expect([none.status, none.body.error.number]).toEqual([404, 73021]);
    // What is not made yet can be listened to already.
    await shop.define({ eventNames: ["badgeEarned"] });
  });
});

describe("secrets", () => {
  test("are rotated: the old one is in force for as long as was said", async () => {
    const { webHookId } = await shop.define();
    const url = `/api/webhooks/${webHookId}/secrets`;
    const [first] = (await shop.get(url, shop.admin)).body.items;
    expect(first).toMatchObject({
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/=]{44}$/),
      expiresAt: null,
    });
    const rotated = (await shop.post(url, { overlapHours: 2 }, shop.admin)).body.items;
    expect(rotated).toHaveLength(2);
    expect(rotated.find((item: Json) => item.id === first.id).expiresAt).toBe("2026-01-20T14:00:00+00:00");
    // The one that stays cannot be ended; the one before can, at once.
    const newest = rotated.find((item: Json) => item.id !== first.id);
    const last = await shop.remove(`${url}/${newest.id}`, shop.admin);
    expect([last.status, last.body.error.number]).toEqual([409, 73027]);
    expect((await shop.remove(`${url}/${first.id}`, shop.admin)).body.items).toEqual([newest]);
    expect((await shop.remove(`${url}/none`, shop.admin)).body.error.number).toBe(73026);
    await shop.post(url, { overlapHours: 1 }, shop.admin);
    shop.advance(3_600_000);
    const after = (await shop.get(url, shop.admin)).body.items;
    expect(after.map((item: Json) => item.id)).not.toContain(newest.id);
    expect(after).toHaveLength(1);
    shop.advance(-3_600_000);
    for (const body of [{}, { overlapHours: -1 }, { overlapHours: 10_000 }, { overlapHours: 1, more: 1 }])
      expect((await shop.post(url, body, shop.admin)).status).toBe(400);
  });
});

test("nobody without the permission, and nobody of another organisation, sees or changes anything", async () => {
  const { webHookId } = await shop.define({ eventNames: ["customerAdded"] });
  await shop.member([10, null]);
  await shop.deliver();
  const [{ eventId }] = shop.receiver.received.map(({ body }) => body);
  const stranger = { authorization: shop.other.authorization };
  const own = `/api/webhooks/${webHookId}`;
  const calls: [method: "GET" | "POST" | "PUT" | "DELETE", url: string, body?: object][] = [
    ["GET", HOOKS],
    ["POST", HOOKS, shop.bodyOf()],
    ["PUT", `${HOOKS}/${webHookId}`, shop.bodyOf()],
    ["DELETE", `${HOOKS}/${webHookId}`],
    ["GET", `${HOOKS}/eventMetaData`],
    ["GET", `${HOOKS}/eventMetaData/pointsIssued`],
    ["GET", `${HOOKS}/eventLog/${eventId}`],
    ["GET", `${HOOKS}/eventLog/refId/x`],
    ["GET", `${HOOKS}/eventLog/requestId/x`],
    ["GET", "/api/webhooks"],
    ["POST", "/api/webhooks", shop.bodyOf()],
    ["PUT", own, shop.bodyOf()],
    ["DELETE", own],
    ["GET", "/api/webhook-events"],
    ["GET", "/api/webhook-events/pointsIssued"],
    ["GET", `${own}/secrets`],
    ["POST", `${own}/secrets`, { overlapHours: 1 }],
    ["DELETE", `${own}/secrets/x`],
    ["POST", `${own}/test`, { eventName: "pointsIssued" }],
    ["POST", `${own}/replay`, { since: "2026-01-01" }],
    ["POST", `${own}/retry`],
    ["GET", `${own}/deliveries`],
    ["GET", `${own}/deliveries/${eventId}`],
    ["POST", `${own}/deliveries/${eventId}/retry`],
  ];
  const send = (headers: Readonly<Record<string, string>>, [method, url, body]: (typeof calls)[number]) =>
    shop.app.server.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
  const outsider = await signInUser(shop.app.identity, shop.other.organisation, "admin");
  for (const call of calls) {
    const isOwn = call[1].startsWith("/api");
    // A till that may do everything else; for the console somebody who is no administrator.
    const denied = await send(isOwn ? shop.agent : stranger, call);
    expect([call[0], call[1], denied.statusCode]).toEqual([call[0], call[1], 403]);
    if (isOwn && call[1].includes(webHookId)) {
      const unknown = await send(outsider.headers, call);
      expect([call[0], call[1], unknown.statusCode]).toEqual([call[0], call[1], 404]);
    }
  }
  expect((await shop.get("/api/webhooks", outsider.headers)).body.items).toEqual([]);
  // A reader reads and changes nothing.
  const reader = await shop.tillWith(["Webhook:read"]);
  expect((await shop.get(HOOKS, reader)).status).toBe(200);
  expect((await shop.post(HOOKS, shop.bodyOf(), reader)).status).toBe(403);
});
