import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createLog, type Db } from "#platform";
import { createWebhooks } from "#webhooks";
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

/** Another process on the same database. */
const anotherProcess = (db: Db = shop.app.db) =>
  createWebhooks({
    ...shop.app,
    db,
    log: createLog("silent"),
    allowsPrivate: true,
    timeout: 300,
  });

describe("an event", () => {
  test("is sent once to each webhook that listens, with the headers and a signature of each secret in force", async () => {
    const { webHookId } = await shop.define(ONLY_BILLS);
    await shop.define({ ...ONLY_BILLS, webHookUrl: `${shop.receiver.url}/second` });
    await shop.define({ eventNames: ["pointsRedeemed"], webHookUrl: `${shop.receiver.url}/third` });
    await shop.define({ ...ONLY_BILLS, active: false, webHookUrl: `${shop.receiver.url}/off` });
    const ada = await shop.member();
    await shop.buy(ada, 100);
    await shop.post(`/api/webhooks/${webHookId}/secrets`, { overlapHours: 1 }, shop.admin);
    await shop.deliver();
    await shop.deliver();
    expect(shop.receiver.received.map(({ url }) => url).sort()).toEqual(["/hooks", "/hooks/second"]);
    const call = shop.receiver.received.find(({ url }) => url === "/hooks")!;
    expect(call).toMatchObject({
      method: "POST",
      headers: {
        authorization: "Bearer very-secret",
        "content-type": "application/json; charset=utf-8",
        "webhook-id": call.body.eventId,
        "webhook-timestamp": String(Date.parse("2026-01-20T12:00:00Z") / 1000),
      },
    });
    const secrets = await shop.secretsOf(webHookId);
    expect(secrets.map((secret) => isGenuine(call, secret))).toEqual([true, true]);
    expect(isGenuine({ ...call, text: `${call.text} ` }, secrets[0]!)).toBe(false);
    shop.advance(2 * 3_600_000);
    await shop.buy(ada, 100);
    await shop.deliver();
    const later = shop.receiver.received.findLast(({ url }) => url === "/hooks")!;
    expect(later.headers["webhook-signature"]).not.toContain(" ");
    expect(secrets.map((secret) => isGenuine(later, secret)).filter(Boolean)).toHaveLength(1);
  });

  test.each([
    ["500", { status: 500, body: "no\0pe" }, 500, ""],
    ["a redirect, which is not followed", { status: 302, headers: { location: "/elsewhere" } }, 302, ""],
    ["408", { status: 408 }, 408, ""],
    ["a broken connection", "reset", null, "The receiver broke off the connection."],
    ["silence", "silence", null, "The receiver did not answer in time."],
  ] as const)("is sent again, unchanged, after %s", async (_, behaviour, httpStatus, problem) => {
    const { webHookId } = await shop.define(ONLY_BILLS);
    shop.receiver.next(behaviour);
    await shop.buy(await shop.member(), 100);
    await shop.deliver();
    const [waiting] = await shop.log(webHookId);
    expect(waiting).toMatchObject({ status: "pending", attempts: 1, httpStatus, problem });
    const due = Date.parse(waiting.nextTryAt) - Date.parse("2026-01-20T12:00:00Z");
    expect(due).toBeGreaterThanOrEqual(SECOND);
    shop.advance(999);
    await shop.deliver();
    expect(shop.receiver.received).toHaveLength(1);
    shop.advance(501);
    await shop.deliver();
    const [first, second] = shop.receiver.received;
    expect(second!.text).toBe(first!.text);
    expect(second!.headers["webhook-id"]).toBe(first!.headers["webhook-id"]);
    expect(shop.receiver.received.map(({ url }) => url)).toEqual(["/hooks", "/hooks"]);
    expect(await shop.log(webHookId)).toMatchObject([
      { status: "delivered", attempts: 2, httpStatus: 200, nextTryAt: null },
    ]);
  });

  test("that is refused for good is not sent again, and the next one goes", async () => {
    const { webHookId } = await shop.define(ONLY_BILLS);
    const ada = await shop.member();
    shop.receiver.next({ status: 422, body: "bad" });
    const [first, second] = [await shop.buy(ada, 1), await shop.buy(ada, 2)];
    await shop.deliver();
    expect(shop.bills()).toEqual([first.number, second.number]);
    expect(await shop.statuses(webHookId)).toEqual({ [first.id]: "failed", [second.id]: "delivered" });
    const [{ eventId }] = await shop.log(webHookId, "&status=undelivered");
    const full = await shop.get(`/api/webhooks/${webHookId}/deliveries/${eventId}`, shop.admin);
    expect(full.body).toMatchObject({ status: "failed", httpStatus: 422, answer: "bad", method: "POST" });
    expect(full.body.body).toBe(shop.receiver.received[0]!.text);
    expect(full.body.headers).toEqual([{ name: "Authorization", value: "********" }]);
    // Somebody puts it right and has it sent again: the same event.
    const retry = `/api/webhooks/${webHookId}/deliveries/${eventId}/retry`;
    expect((await shop.post(retry, undefined, shop.admin)).body).toMatchObject({
      status: "pending",
      attempts: 0,
    });
    await shop.deliver();
    expect(shop.receiver.received[2]!.text).toBe(shop.receiver.received[0]!.text);
    const again = await shop.post(retry, undefined, shop.admin);
    expect([again.status, again.body.error.number]).toEqual([409, 73024]);
    const unknown = await shop.post(retry.replace(eventId, "x"), undefined, shop.admin);
    expect([unknown.status, unknown.body.error.number]).toEqual([404, 73022]);
  });

  test("is given up seven days after its first try; then the customer's next one goes", async () => {
    const { webHookId } = await shop.define(ONLY_BILLS);
    const ada = await shop.member();
    const [first, second] = [await shop.buy(ada, 1), await shop.buy(ada, 2)];
    shop.receiver.judge(({ body }) => ({ status: body.data.billNumber === first.number ? 500 : 200 }));
    await shop.deliver();
    shop.advance(7 * DAY - 1);
    await shop.deliver();
    expect(await shop.statuses(webHookId)).toEqual({ [first.id]: "pending", [second.id]: "pending" });
    shop.advance(15 * MINUTE);
    await shop.deliver();
    expect(await shop.statuses(webHookId)).toEqual({ [first.id]: "dead", [second.id]: "delivered" });
    const [summary] = (await shop.get("/api/webhooks", await shop.signedIn())).body.items;
    expect(summary).toMatchObject({ undelivered: 1, waiting: 0 });
    shop.receiver.judge(() => ({ status: 200 }));
    expect(
      (await shop.post(`/api/webhooks/${webHookId}/retry`, undefined, await shop.signedIn())).status,
    ).toBe(202);
    await shop.app.webhooks.retryFrom(shop.shop.orgId, webHookId, Date.parse("2027-01-01T00:00:00Z"));
    await shop.deliver();
    expect(await shop.statuses(webHookId)).toEqual({ [first.id]: "delivered", [second.id]: "delivered" });
  });
});

describe("a customer's events", () => {
  test("go one after the other; those of others do not wait", async () => {
    await shop.define({ ...ONLY_BILLS, maxAllowedConnections: 10 });
    const [ada, bob] = [await shop.member(), await shop.member()];
    const own: string[] = [];
    for (let index = 0; index < 3; index++) own.push((await shop.buy(ada, index + 1)).number);
    const other = await shop.buy(bob, 7);
    shop.receiver.judge(({ body }) => ({ status: body.data.billNumber === own[0] ? 503 : 200 }));
    await shop.deliver();
    expect(shop.bills().sort()).toEqual([own[0], other.number].sort());
    shop.receiver.judge(() => ({ status: 200 }));
    shop.advance(2 * SECOND);
    await shop.deliver();
    expect(shop.bills().filter((number) => own.includes(number))).toEqual([own[0], own[0], own[1], own[2]]);
  });

  test("keep their order when one that was given up is sent again", async () => {
    const { webHookId } = await shop.define(ONLY_BILLS);
    const ada = await shop.member();
    const numbers = [(await shop.buy(ada, 1)).number, (await shop.buy(ada, 2)).number];
    await shop.deliver();
    shop.receiver.received.splice(0);
    await shop.app.webhooks.replayFrom(shop.shop.orgId, webHookId, 0, Date.parse("2027-01-01T00:00:00Z"));
    await shop.deliver();
    expect(shop.bills()).toEqual(numbers);
  });
});

describe("a receiver", () => {
  test("is called no more often at the same time than it allows, over all processes", async () => {
    await shop.define({ ...ONLY_BILLS, maxAllowedConnections: 2 });
    for (let index = 0; index < 5; index++) await shop.buy(await shop.member(), 10);
    await shop.publish();
    shop.receiver.judge(() => "silence");
    const second = anotherProcess();
    const both = Promise.all([shop.app.webhooks.finish(), second.finish()]);
    await shop.receiver.whenReceived(2);
    shop.receiver.judge(() => ({ status: 200 }));
    shop.receiver.letGo();
    await both;
    await shop.deliver();
    expect(shop.receiver.mostOpen).toBeLessThanOrEqual(2);
    expect(new Set(shop.bills()).size).toBe(5);
    expect(shop.bills()).toHaveLength(5);
    await second.stop();
  });

  test("that asks for a pause is left alone as a whole; others are not", async () => {
    await shop.define({ ...ONLY_BILLS, maxAllowedConnections: 1 });
    await shop.define({ ...ONLY_BILLS, webHookUrl: `${shop.receiver.url}/second` });
    const busy = () => shop.receiver.received.filter(({ url }) => url === "/hooks");
    shop.receiver.judge(({ url }) =>
      url === "/hooks" ? { status: 429, headers: { "retry-after": "120" } } : { status: 200 },
    );
    for (let index = 0; index < 3; index++) await shop.buy(await shop.member(), 10);
    await shop.deliver();
    expect(busy()).toHaveLength(1);
    expect(shop.receiver.received).toHaveLength(4);
    shop.receiver.judge(() => ({ status: 200 }));
    shop.advance(119 * SECOND);
    await shop.deliver();
    expect(busy()).toHaveLength(1);
    shop.advance(SECOND);
    await shop.deliver();
    expect(new Set(shop.bills(busy())).size).toBe(3);
  });

  test("that is dead delays nobody, and is looked out for with one call at a time", async () => {
    const { webHookId } = await shop.define({
      ...ONLY_BILLS,
      webHookUrl: "http://127.0.0.1:9/nobody",
      maxAllowedConnections: 1,
    });
    await shop.define(ONLY_BILLS);
    for (let index = 0; index < 6; index++) await shop.buy(await shop.member(), 10);
    await shop.deliver();
    expect(shop.receiver.received).toHaveLength(6);
    const tried = (await shop.log(webHookId)).filter(({ attempts }) => attempts > 0);
    expect(tried).toHaveLength(3);
    expect(tried[0]).toMatchObject({ status: "pending", problem: "The receiver refused the connection." });
    const summary = (await shop.get("/api/webhooks", shop.admin)).body.items.find(
      (item: Json) => item.webHookId === webHookId,
    );
    expect(summary).toMatchObject({
      failures: 3,
      waiting: 6,
      pausedUntil: expect.stringMatching(/^2026-01-20T12:00:0/),
    });
    // Put right, it is sent to at once.
    const body = shop.bodyOf({ ...ONLY_BILLS, name: "Mended", webHookUrl: `${shop.receiver.url}/mended` });
    await shop.put(`/v3/webHooks/${webHookId}`, body, shop.client);
    shop.advance(2 * SECOND);
    await shop.deliver();
    expect(shop.receiver.received.filter(({ url }) => url === "/hooks/mended")).toHaveLength(6);
  });

  test("that hangs holds up neither another receiver nor the next customer's events", async () => {
    await shop.define({ ...ONLY_BILLS, maxAllowedConnections: 1 });
    await shop.define({ ...ONLY_BILLS, webHookUrl: `${shop.receiver.url}/second` });
    const hung = await shop.buy(await shop.member(), 10);
    await shop.publish();
    let isHung = true;
    shop.receiver.judge(({ url }) => (url === "/hooks" && isHung ? "silence" : { status: 200 }));
    const sending = shop.app.webhooks.finish();
    await shop.receiver.whenReceived(2);
    isHung = false;
    shop.receiver.letGo();
    await sending;
    expect(shop.bills()).toEqual([hung.number, hung.number]);
  });
});

describe("a process that dies", () => {
  test("between sending and writing it down sends again when its lease is over, and loses nothing", async () => {
    const { webHookId } = await shop.define(ONLY_BILLS);
    const ada = await shop.member();
    const [first, second] = [await shop.buy(ada, 1), await shop.buy(ada, 2)];
    await shop.publish();
    let claims = 0;
    const dying = anotherProcess({
      ...shop.app.db,
      // It claims, sends, and is gone before it can write down what came of it.
      transaction: (orgId, work) => {
        if (shop.receiver.received.length > 0) throw new Error("killed");
        claims += 1;
        return shop.app.db.transaction(orgId, work);
      },
    });
    await dying.finish();
    expect(claims).toBeGreaterThan(0);
    expect(shop.bills()).toEqual([first.number]);
    await shop.deliver();
    expect(shop.bills()).toEqual([first.number]);
    shop.advance(MINUTE);
    await shop.deliver();
    expect(shop.bills()).toEqual([first.number, first.number, second.number]);
    expect(shop.bodies()[1]).toEqual(shop.bodies()[0]);
    expect(await shop.statuses(webHookId)).toEqual({ [first.id]: "delivered", [second.id]: "delivered" });
    await dying.stop();
  });

  test("while it writes bodies leaves all of them to the next, once", async () => {
    await shop.define(ONLY_BILLS);
    const ada = await shop.member();
    const numbers = [(await shop.buy(ada, 1)).number, (await shop.buy(ada, 2)).number];
    await shop.app.events.drain();
    const dying = anotherProcess({
      ...shop.app.db,
      transaction: (orgId, work) =>
        shop.app.db.transaction(orgId, async (tx) => {
          await work(tx);
          throw new Error("killed before the commit");
        }),
    });
    await expect(dying.publish()).rejects.toThrow("killed");
    await Promise.all([shop.app.webhooks.publish(), anotherProcess().publish()]);
    await shop.deliver();
    expect(shop.bills()).toEqual(numbers);
    await dying.stop();
  });

  test("late does not undo what another has delivered meanwhile", async () => {
    const { webHookId } = await shop.define(ONLY_BILLS);
    const bill = await shop.buy(await shop.member(), 1);
    await shop.publish();
    shop.receiver.next("silence", { status: 200 });
    const slow = anotherProcess();
    const sending = slow.finish();
    await shop.receiver.whenReceived(1);
    shop.advance(MINUTE);
    await shop.app.webhooks.finish();
    expect(await shop.statuses(webHookId)).toEqual({ [bill.id]: "delivered" });
    // The first try ends without an answer, which says nothing any more.
    await sending;
    expect(await shop.statuses(webHookId)).toEqual({ [bill.id]: "delivered" });
    expect(shop.receiver.received).toHaveLength(2);
    await slow.stop();
  });
});
