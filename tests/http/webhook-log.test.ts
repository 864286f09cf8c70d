import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { sql } from "#platform";
import { DAY, type Json } from "./points-shop.ts";
import { createWebhooksShop, isGenuine, type WebhooksShop } from "./webhooks-shop.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let shop: WebhooksShop;
beforeAll(async () => {
  shop = await createWebhooksShop();
});
afterEach(async () => {
  shop.receiver.letGo();
  await shop.app.webhooks.finish();
  await shop.clear();
});
afterAll(() => shop.dispose());

const ONLY_BILLS = { eventNames: ["transactionAdded"] };

describe("the delivery log", () => {
  test("is read by event, by the call that it came of, and by reference", async () => {
    await shop.define(ONLY_BILLS);
    await shop.define({ ...ONLY_BILLS, webHookUrl: `${shop.receiver.url}/second` });
    const ada = await shop.member();
    const response = await shop.app.server.inject({
      method: "POST",
      url: `/v2/transactions?identifierName=externalId&identifierValue=${ada.externalId}`,
      headers: { ...shop.till, "content-type": "application/json" },
      payload: { type: "REGULAR", billNumber: "LOGGED", billAmount: 10 },
    });
    const requestId = String(response.headers["x-cap-requestid"]);
    const id = response.json().createdId;
    await shop.publish();
    const [{ eventId }] = (await shop.get(`/v3/webHooks/eventLog/requestId/${requestId}`, shop.client)).body
      .data;
    const url = `/v3/webHooks/eventLog/${eventId}`;
    expect((await shop.get(url, shop.client)).body.data).toMatchObject({
      eventStartTimestamp: null,
      eventEndTimestamp: null,
      consumerResponse: null,
    });
    shop.advance(2 * 3_600_000);
    await shop.deliver();
    const { status, body } = await shop.get(url, shop.client);
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        refId: `${shop.shop.orgId}_${id}`,
        requestId,
        eventName: "transactionAdded",
        eventId,
        consumerGroupId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        eventIngestionTimestamp: "2026-01-20T12:00:00.000+0000",
        eventStartTimestamp: "2026-01-20T14:00:00.000+0000",
        eventEndTimestamp: "2026-01-20T14:00:00.000+0000",
        slaBreachTimestamp: "2026-01-20T13:00:00.000+0000",
        consumerResponse: { webhookHttpStatus: 200, time_taken: expect.any(Number) },
      },
      errors: [],
      warnings: [],
    });
    expect(shop.bodies()[0]).toMatchObject({ apiRequestId: requestId, refId: `${shop.shop.orgId}_${id}` });
    for (const list of [`requestId/${requestId}`, `refId/${shop.shop.orgId}_${id}`])
      expect((await shop.get(`/v3/webHooks/eventLog/${list}`, shop.client)).body.data).toHaveLength(2);
    for (const [path, code] of [
      ["nothing", 73022],
      ["requestId/nothing", 73023],
      ["refId/nothing", 73023],
    ]) {
      const answer = await shop.get(`/v3/webHooks/eventLog/${path}`, shop.client);
      expect([answer.status, answer.body.errors[0].code]).toEqual([404, code]);
    }
  });

  test("is paged and filtered, and its positions are its own", async () => {
    const { webHookId } = await shop.define({ eventNames: ["customerAdded", "transactionAdded"] });
    for (let index = 0; index < 3; index++) await shop.buy(await shop.member(), 10);
    await shop.deliver();
    const url = `/api/webhooks/${webHookId}/deliveries`;
    const seen: string[] = [];
    let after = "";
    do {
      const { body } = await shop.get(`${url}?limit=4${after}`, shop.admin);
      seen.push(...body.items.map((item: Json) => item.eventId));
      after = body.next === null ? "" : `&after=${body.next}`;
    } while (after !== "");
    expect(new Set(seen).size).toBe(6);
    expect(await shop.log(webHookId, "&eventName=customerAdded")).toHaveLength(3);
    expect(await shop.log(webHookId, "&status=delivered")).toHaveLength(6);
    expect(await shop.log(webHookId, "&status=pending")).toEqual([]);
    expect((await shop.get(`${url}?after=x`, shop.admin)).body.error.number).toBe(73028);
    for (const query of ["?limit=0", "?limit=101", "?status=lost"])
      expect((await shop.get(`${url}${query}`, shop.admin)).status).toBe(400);
    expect((await shop.get(`${url}/x`, shop.admin)).body.error.number).toBe(73022);
  });

  test("is replayed from a point in time, with the same events", async () => {
    const { webHookId } = await shop.define(ONLY_BILLS);
    const ada = await shop.member();
    await shop.buy(ada, 1);
    await shop.deliver();
    shop.advance(MINUTE);
    const [second, third] = [await shop.buy(ada, 2), await shop.buy(ada, 3)];
    await shop.deliver();
    const sent = shop.receiver.received.splice(0);
    const url = `/api/webhooks/${webHookId}/replay`;
    for (const since of ["2026-01-20T12:01:00Z", "2027-01-01", "soon"])
      expect((await shop.post(url, { since }, shop.admin)).status).toBe(400);
    shop.advance(MINUTE);
    const asked = Date.parse("2026-01-20T12:02:00Z");
    expect((await shop.post(url, { since: "2026-01-20T12:00:30" }, shop.admin)).status).toBe(202);
    const replay = () => shop.app.webhooks.replayFrom(shop.shop.orgId, webHookId, asked - 90 * SECOND, asked);
    await replay();
    shop.advance(SECOND);
    await shop.deliver();
    expect(shop.bills()).toEqual([second.number, third.number]);
    expect(shop.receiver.received.map(({ text }) => text)).toEqual(sent.slice(1).map(({ text }) => text));
    // The job is run again after its process died: what was sent since is not sent once more.
    await replay();
    await shop.deliver();
    expect(shop.receiver.received).toHaveLength(2);
  });

  test("is deleted when it is old, but for what still waits", async () => {
    const { webHookId } = await shop.define(ONLY_BILLS);
    const [ada, bob] = [await shop.member(), await shop.member()];
    const waiting = await shop.buy(ada, 1);
    shop.receiver.judge(({ body }) => ({ status: body.data.billNumber === waiting.number ? 500 : 200 }));
    await shop.buy(bob, 2);
    await shop.deliver();
    shop.advance(31 * DAY);
    const fresh = await shop.buy(bob, 3);
    await shop.publish();
    await shop.app.webhooks.forget(await shop.app.orgs.get(shop.shop.orgId));
    expect(Object.keys(await shop.statuses(webHookId)).sort()).toEqual(
      [String(waiting.id), String(fresh.id)].sort(),
    );
    await shop.remove(`/v3/webHooks/${webHookId}`);
    await shop.app.webhooks.forget(await shop.app.orgs.get(shop.shop.orgId));
    const left = await shop.app.db.system((tx) =>
      tx.one<{ queues: number; deliveries: number }>(sql`/* test.left */
        select (select count(*) from webhooks.queues) as queues, (select count(*) from webhooks.deliveries) as deliveries`),
    );
    expect(left).toEqual({ queues: 0, deliveries: 0 });
  });
});

test("an event that waits in no queue is found by verification", async () => {
  await shop.define(ONLY_BILLS);
  const ada = await shop.member();
  await shop.buy(ada, 1);
  await shop.publish();
  expect(await shop.sound()).toEqual([]);
  await shop.app.db.system((tx) => tx.run(sql`/* test.lose */ delete from webhooks.queues`));
  expect(await shop.sound()).toEqual([
    {
      check: "every event that is to be sent waits in a queue",
      orgId: shop.shop.orgId,
      partyId: ada.id,
      detail: expect.stringContaining("waits in no queue"),
    },
  ]);
});

describe("a webhook", () => {
  test("that is switched off is sent what waits when it is switched on again; one that is deleted nothing", async () => {
    const { webHookId } = await shop.define({ ...ONLY_BILLS, name: "Switch" });
    const ada = await shop.member();
    const bill = await shop.buy(ada, 1);
    await shop.publish();
    const put = (active: boolean) =>
      shop.put(
        `/v3/webHooks/${webHookId}`,
        shop.bodyOf({ ...ONLY_BILLS, name: "Switch", active }),
        shop.client,
      );
    await put(false);
    await shop.buy(ada, 2);
    await shop.deliver();
    expect(shop.receiver.received).toEqual([]);
    await put(true);
    await shop.deliver();
    expect(shop.bills()).toEqual([bill.number]);
    await shop.buy(ada, 3);
    await shop.publish();
    await shop.remove(`/v3/webHooks/${webHookId}`);
    await shop.deliver();
    expect(shop.receiver.received).toHaveLength(1);
  });

  test("is tried out with a made-up event, and the answer is shown", async () => {
    const { webHookId } = await shop.define({ webHookHeaders: { "X-Key": "hidden" } });
    shop.receiver.next({ status: 418, body: "teapot" }, "reset");
    const url = `/api/webhooks/${webHookId}/test`;
    const { body, text } = await shop.post(url, { eventName: "tierUpgraded" }, shop.admin);
    expect(body).toMatchObject({ status: 418, answer: "teapot", problem: "" });
    expect(JSON.parse(body.body)).toMatchObject({ eventName: "tierUpgraded", orgId: shop.shop.orgId });
    expect(text).not.toContain("hidden");
    expect(isGenuine(shop.receiver.received[0]!, (await shop.secretsOf(webHookId))[0]!)).toBe(true);
    const broken = await shop.post(url, { eventName: "tierUpgraded" }, shop.admin);
    expect(broken.body).toMatchObject({ status: null, problem: "The receiver broke off the connection." });
    const unknown = await shop.post(url, { eventName: "nonsense" }, shop.admin);
    expect([unknown.status, unknown.body.error.number]).toEqual([404, 73021]);
    expect((await shop.post(url, {}, shop.admin)).status).toBe(400);
    expect(await shop.log(webHookId)).toEqual([]);
  });
});
