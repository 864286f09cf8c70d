import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMessages, insertMessages } from "#messages";
import { createLog, createMailer, type Db, type MailSettings } from "#platform";
import { CODE_MESSAGE, composeCode } from "#points";
import { signInUser } from "../../src/identity/testing.ts";
import { readPdf } from "../../src/insights/statements/testing.ts";
import { remindOfExpiry } from "../../src/ledger/index.ts";
import { readMail, type SmtpServer, startSmtpServer } from "../support/smtp.ts";
import { createPointsApp, DAY, type Json, NOON, type PointsApp } from "./points-shop.ts";

const DELIVERY = "CONF_POINTS_VALIDATION_CODE_DELIVERY";
const MINUTE = 60_000;

let server: SmtpServer;
let settings: MailSettings;
let shop: PointsApp;
let admin: Record<string, string>;
beforeAll(async () => {
  server = await startSmtpServer();
  settings = {
    host: "127.0.0.1",
    port: server.port,
    tls: "off",
    credentials: null,
    certificates: null,
    from: { name: "Fealty", address: "points@example.com" },
  };
  shop = await createPointsApp({ mail: settings });
  admin = { ...(await signInUser(shop.app.identity, shop.shop.organisation, "admin")).headers };
});
beforeEach(async () => {
  shop.clock.set(new Date(NOON));
  await shop.setting(DELIVERY, "email");
});
afterEach(async () => {
  // What a test left waiting is over before the next begins.
  shop.clock.set(new Date(NOON + 400 * DAY));
  await deliver();
  server.received.splice(0);
});
afterAll(async () => {
  await shop.app.dispose();
  await server.stop();
});

const deliver = () => shop.app.messages.deliver(shop.shop.orgId);
const mailbox = async (): Promise<Json> => (await shop.get("/api/mailbox?limit=100", shop.agent)).body;
const newest = async (to?: { id: number }): Promise<Json> =>
  (await mailbox()).items.find((item: Json) => to === undefined || item.customerId === to.id);

/** Delivery in another process, whose database or patience may be another. */
const startProcess = ({ db = shop.app.db, silence = 20_000 }: { db?: Db; silence?: number }) => {
  const { app } = shop;
  const mailer = createMailer(settings, { connect: 20_000, silence, message: 60_000, closing: 3000 });
  const idSecret = () => app.identity.secretFor("message ids");
  const validationSecret = () => app.identity.secretFor("points validation codes");
  const process = createMessages({ ...app, db, log: createLog("silent"), mailer, idSecret });
  process.define(CODE_MESSAGE, composeCode({ ...app, validationSecret, nameOf: async () => "Ada" }));
  return process;
};

let people = 0;
const customer = async (firstName = "Ada"): Promise<{ id: number; email: string }> => {
  people += 1;
  const email = `ada${people}@example.net`;
  const { body } = await shop.post("/v2/customers?source=INSTORE", {
    profiles: [{ firstName, lastName: "Lovelace", identifiers: [{ type: "email", value: email }] }],
  });
  await shop.ledger.earn(body.createdId, 100_000, { expiresAt: NOON + 30 * DAY });
  return { id: body.createdId, email };
};
const ask = async ({ id }: { id: number }, points: number | string = 10): Promise<Json> =>
  (await shop.get(`/v1.1/points/validationcode?id=${id}&points=${points}`)).body.response.validation_code
    .code;
const codeIn = (mail: { raw: string }): string => /^ {4}(\d{6})\r?$/m.exec(readMail(mail).text)?.[1] ?? "";
const redeem = async ({ id }: { id: number }, code: string): Promise<number> => {
  const item = { points_redeemed: 10, customer: { id }, validation_code: code };
  const { body } = await shop.post("/v1.1/points/redeem?format=json", { root: { redeem: item } });
  return body.response.responses.points.item_status.code;
};

describe("a one-time code", () => {
  test("reaches the customer by e-mail, is taken, and is shown to nobody else", async () => {
    const ada = await customer();
    expect((await ask(ada)).item_status.code).toBe(200);
    expect(await newest()).toMatchObject({
      status: "queued",
      attempts: 0,
      email: ada.email,
      points: 10,
      code: null,
    });
    expect(await deliver()).toBeNull();
    const [mail] = server.received;
    expect(mail?.to).toEqual([ada.email]);
    const read = readMail(mail!);
    const brand = shop.shop.organisation.name;
    expect(read.header("from")).toContain("<points@example.com>");
    expect(read.header("from")).toContain(brand);
    expect(read.header("subject")).toBe(`Your code for using points at ${brand}`);
    expect(read.text).toContain("Hello Ada Lovelace,");
    expect(read.text).toContain(`Customer number: •••${String(ada.id).slice(-3)}`);
    const code = codeIn(mail!);
    expect(read.html).toContain(`>${code}<`);
    expect(read.html).not.toMatch(/<img|<a |https?:/);
    const row = await newest();
    expect(row).toMatchObject({
      kind: "validation_code",
      status: "sent",
      attempts: 1,
      reason: "",
      code: null,
    });
    expect(row.sentAt).not.toBeNull();
    expect(await redeem(ada, code)).toBe(800);
    expect((await newest()).usedAt).not.toBeNull();
  });

  test("is written in the organisation's language, from the name and for the answers that its settings say", async () => {
    const author = { orgId: shop.shop.orgId, name: "test" };
    const set = (key: string, value: string) => shop.put(`/api/settings/${key}`, { value }, admin);
    await shop.app.orgs.updateOrganisation(author, { language: "de" });
    expect((await set("CONF_MAIL_REPLY_TO", "nobody")).status).toBe(400);
    await set("CONF_MAIL_REPLY_TO", "hilfe@example.com");
    await set("CONF_MAIL_SENDER_NAME", "Böhm & Söhne");
    await ask(await customer("Grace"), "1234.5");
    await deliver();
    const read = readMail(server.received[0]!);
    expect(read.header("from")).toBe("Böhm & Söhne <points@example.com>");
    expect(read.header("reply-to")).toBe("hilfe@example.com");
    expect(read.header("content-language")).toBe("de");
    expect(read.header("subject")).toContain("Ihr Code");
    expect(read.text).toContain("Guten Tag Grace Lovelace,");
    expect(read.text).toContain("1.234,5 Punkte");
    await set("CONF_MAIL_REPLY_TO", "");
    await set("CONF_MAIL_SENDER_NAME", "");
    await shop.app.orgs.updateOrganisation(author, { language: "en" });
  });

  test("is tried again when the server puts it off, with a pause that grows", async () => {
    const ada = await customer();
    await ask(ada);
    server.refuse({ at: "recipient", code: 451, text: `4.7.1 greylisted ${ada.email}` });
    expect(await deliver()).toEqual(new Date(NOON + 15_000));
    const row = await newest();
    expect(row).toMatchObject({ status: "queued", attempts: 1, nextAttemptAt: expect.any(String) });
    expect(row.reason).toContain("451 4.7.1 greylisted");
    expect(row.reason).not.toContain(ada.email);
    // Not before it is due.
    await deliver();
    expect(server.received).toEqual([]);
    shop.clock.advance(15_000);
    server.refuse({ at: "data", code: 452, text: "4.2.2 mailbox full" });
    expect(await deliver()).toEqual(new Date(NOON + 60_000));
    shop.clock.advance(45_000);
    expect(await deliver()).toBeNull();
    expect(server.received).toHaveLength(1);
    expect(await newest()).toMatchObject({ status: "sent", attempts: 3, reason: "" });
  });

  test("is given up when the server refuses it", async () => {
    await ask(await customer());
    server.refuse({ at: "recipient", code: 550, text: "5.1.1 no such user" });
    expect(await deliver()).toBeNull();
    expect(await newest()).toMatchObject({ status: "failed", attempts: 1, sentAt: null });
    expect((await newest()).reason).toContain("550 5.1.1");
  });

  test("is given up when its time is over, and not sent after that", async () => {
    await ask(await customer());
    server.refuse({ at: "data", code: 451, text: "4.3.0 later" });
    await deliver();
    shop.clock.advance(10 * MINUTE);
    expect(await deliver()).toBeNull();
    expect(await newest()).toMatchObject({ status: "expired", attempts: 1 });
    expect((await newest()).reason).toContain("451 4.3.0");
    expect(server.received).toEqual([]);
  });

  test("that was used in the meantime is not sent any more", async () => {
    const ada = await customer();
    await ask(ada);
    await deliver();
    await ask(ada);
    expect(await redeem(ada, codeIn(server.received[0]!))).toBe(800);
    await deliver();
    expect(server.received).toHaveLength(1);
    expect(await newest()).toMatchObject({ status: "expired", reason: expect.stringContaining("used") });
  });

  test("waits while the server is down, as all do, and goes out when it is back", async () => {
    const [ada, bob] = [await customer(), await customer()];
    for (const who of [ada, bob]) await ask(who);
    const { port } = server;
    await server.stop();
    expect(await deliver()).toEqual(new Date(NOON + 15_000));
    expect((await newest()).reason).toContain("cannot be reached");
    server = await startSmtpServer({}, port);
    shop.clock.advance(MINUTE);
    expect(await deliver()).toBeNull();
    expect(server.received.flatMap(({ to }) => to).sort()).toEqual([ada.email, bob.email].sort());
  });

  test("is not waited for longer than a slow server deserves; sent twice, it has the same Message-ID", async () => {
    await ask(await customer());
    server.fallSilent();
    const process = startProcess({ silence: 200 });
    await process.deliver(shop.shop.orgId);
    await process.close();
    expect(await newest()).toMatchObject({ status: "queued", reason: expect.stringContaining("in time") });
    // The server took it all the same: it answers when nobody listens any more.
    server.speakAgain();
    expect(server.received).toHaveLength(1);
    shop.clock.advance(MINUTE);
    await deliver();
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.messageId).toBe(server.received[0]?.messageId);
    expect(codeIn(server.received[1]!)).toBe(codeIn(server.received[0]!));
    expect(await newest()).toMatchObject({ status: "sent", attempts: 2 });
  });

  test("whose sender dies before it writes that down is sent again, under the same Message-ID", async () => {
    const { app, shop: own } = shop;
    await ask(await customer());
    let transactions = 0;
    // Takes the message and sends it; then its world ends.
    const dying: Db = {
      ...app.db,
      transaction: (orgId, work) => {
        transactions += 1;
        return transactions === 1 ? app.db.transaction(orgId, work) : Promise.reject(new Error("killed"));
      },
    };
    const process = startProcess({ db: dying });
    await expect(process.deliver(own.orgId)).rejects.toThrow("killed");
    await process.close();
    expect(server.received).toHaveLength(1);
    expect(await newest()).toMatchObject({ status: "queued", attempts: 1 });
    // Another process leaves it alone as long as the first may be at it.
    await deliver();
    expect(server.received).toHaveLength(1);
    shop.clock.advance(2 * MINUTE);
    await deliver();
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.messageId).toBe(server.received[0]?.messageId);
    expect(await newest()).toMatchObject({ status: "sent", attempts: 2 });
  });

  test("is sent once by processes that work at the same time", async () => {
    for (let count = 0; count < 12; count++) await ask(await customer());
    await Promise.all([deliver(), deliver(), deliver()]);
    expect(server.received).toHaveLength(12);
    expect(new Set(server.received.map(({ messageId }) => messageId)).size).toBe(12);
  });

  test("is not sent for what was rolled back", async () => {
    const ada = await customer();
    const before = (await mailbox()).total;
    const message = {
      partyId: ada.id,
      id: await shop.app.ids.take("points"),
      kind: CODE_MESSAGE,
      refId: 1,
      details: {},
      mobile: "",
      email: ada.email,
      tillId: null,
      createdAt: NOON,
      expiresAt: NOON + MINUTE,
      delivery: "email" as const,
    };
    const undone = shop.app.db.transaction(shop.shop.orgId, async (tx) => {
      await tx.run(insertMessages(shop.shop.orgId, [message]));
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    // A refused command leaves no message either: this one asks for no points.
    expect((await ask(ada, 0)).item_status.code).toBe(801);
    expect((await mailbox()).total).toBe(before);
    await deliver();
    expect(server.received).toEqual([]);
  });

  test("is refused to a customer without an address, and five in a quarter of an hour are enough", async () => {
    const bare = await shop.member([100, null]);
    const refused = await ask(bare);
    expect(refused.item_status).toMatchObject({
      code: 860,
      message: expect.stringContaining("no e-mail address"),
    });
    const url = `/v1.1/points/isredeemable?id=${bare.id}&points=10&issue_otp=true`;
    expect((await shop.get(url)).body.response.points.redeemable.item_status).toMatchObject({ code: 876 });
    const ada = await customer();
    for (let sent = 0; sent < 5; sent++) expect((await ask(ada)).item_status.code).toBe(200);
    expect((await ask(ada)).item_status.code).toBe(860);
    await deliver();
    expect(server.received).toHaveLength(5);
    expect(new Set(server.received.map(codeIn)).size).toBe(1);
  });
});

describe("a reminder of points that expire", () => {
  const remind = async (days: number) => {
    const { db, clock, events } = shop.app;
    const zone = shop.shop.organisation.timeZone;
    await remindOfExpiry({ db, clock, publish: events.publish }, shop.shop.orgId, { zone, days: [days] });
    await events.drain();
  };

  test("is an event and nothing else where the organisation asked for no e-mails", async () => {
    const before = (await mailbox()).total;
    await customer();
    shop.clock.advance(6 * DAY);
    await remind(24);
    shop.clock.set(new Date(NOON));
    expect((await mailbox()).total).toBe(before);
  });

  test("is one e-mail of all that a customer is reminded of", async () => {
    await shop.setting("CONF_POINTS_EXPIRY_REMINDER_DELIVERY", "email");
    const ada = await customer();
    await shop.ledger.earn(ada.id, 2_500, { expiresAt: NOON + 30 * DAY, category: 2 });
    const bare = await shop.member([50, 30]);
    shop.clock.advance(3 * DAY);
    await remind(27);
    await deliver();
    const mails = server.received.filter(({ to }) => to[0] === ada.email);
    expect(mails).toHaveLength(1);
    const read = readMail(mails[0]!);
    expect(read.header("subject")).toBe(`Your points at ${shop.shop.organisation.name} expire soon`);
    expect(read.text).toContain("Rewards · Points: 100, valid until 19 February 2026");
    expect(read.text).toContain("Rewards · Promised points: 2.5, valid until 19 February 2026");
    // The agent signed in at noon, and stays so for less than three days.
    shop.clock.set(new Date(NOON));
    const { items } = await mailbox();
    expect(items.find((item: Json) => item.customerId === ada.id)).toMatchObject({
      kind: "points_expiry_reminder",
      status: "sent",
      points: null,
      code: null,
    });
    expect(items.find((item: Json) => item.customerId === bare.id)).toMatchObject({
      status: "failed",
      attempts: 0,
      reason: expect.stringContaining("no e-mail address"),
    });
  });
});

describe("a statement", () => {
  const send = (
    id: number | string,
    month: unknown = "2026-01",
    headers: Record<string, string> = { ...shop.agent },
  ) => shop.post(`/api/customers/${id}/statement/mail`, { month }, headers);

  test("goes to the customer's own address, as PDF", async () => {
    const ada = await customer();
    const { status, body } = await send(ada.id);
    expect([status, body]).toEqual([202, { messageId: expect.any(Number), email: ada.email }]);
    await deliver();
    const [mail] = server.received;
    expect(mail?.to).toEqual([ada.email]);
    const read = readMail(mail!);
    expect(read.header("subject")).toContain("Points statement");
    expect(read.text).toContain("1 Jan 2026 – 31 Jan 2026");
    expect(read.text).toContain("Rewards · Points: 100");
    const pdf = read.attachments.get("statement-2026-01.pdf")!;
    expect(readPdf(pdf).flat().join("\n")).toContain("Ada Lovelace");
    expect(await newest(ada)).toMatchObject({ kind: "statement", status: "sent" });
  });

  test("is refused where it cannot be made or sent, and after five within an hour", async () => {
    const ada = await customer();
    expect((await send(ada.id, "2026-1")).status).toBe(400);
    expect((await send(ada.id, "2026-02")).body.error.message).toContain("has not begun");
    expect((await send("x")).status).toBe(400);
    expect((await send(999_999_999)).status).toBe(404);
    const bare = await shop.member([10, null]);
    expect((await send(bare.id)).body.error.message).toContain("no e-mail address");
    for (let sent = 0; sent < 5; sent++) expect((await send(ada.id)).status).toBe(202);
    expect((await send(ada.id)).status).toBe(429);
  });

  test("is sent by those who may write points, in their organisation", async () => {
    const ada = await customer();
    const marketer = await signInUser(shop.app.identity, shop.shop.organisation, "marketer");
    expect((await send(ada.id, "2026-01", { ...marketer.headers })).status).toBe(403);
    const stranger = await signInUser(shop.app.identity, shop.other.organisation, "owner");
    expect((await send(ada.id, "2026-01", { ...stranger.headers })).status).toBe(404);
    expect((await send(ada.id, "2026-01", {})).status).toBe(401);
    await deliver();
    expect(server.received).toEqual([]);
  });
});

describe("the mailbox", () => {
  test("says how codes go and whether there is a mail server, and is paged", async () => {
    const ada = await customer();
    await ask(ada);
    shop.clock.advance(MINUTE);
    await ask(ada);
    const all = await mailbox();
    expect(all).toMatchObject({ codesBy: "email", hasMailServer: true });
    const first = (await shop.get("/api/mailbox?limit=1", shop.agent)).body;
    const second = (await shop.get(`/api/mailbox?limit=1&after=${first.next}`, shop.agent)).body;
    expect([first.items[0].id, second.items[0].id]).toEqual(
      all.items.slice(0, 2).map((item: Json) => item.id),
    );
  });

  test("shows a code by hand only while codes are told by hand", async () => {
    const ada = await customer();
    await shop.setting(DELIVERY, "mailbox");
    await ask(ada);
    expect(await newest(ada)).toMatchObject({ status: "by_hand", code: expect.stringMatching(/^\d{6}$/) });
    await shop.setting(DELIVERY, "email");
    expect(await newest(ada)).toMatchObject({ status: "by_hand", code: null });
    await deliver();
    expect(server.received).toEqual([]);
  });
});

test("with jobs at work a code is on its way as soon as it is asked for", async () => {
  await shop.app.startWork();
  const ada = await customer();
  await ask(ada);
  await server.waitFor(1);
  expect(server.received[0]?.to).toEqual([ada.email]);
});

test("a process that ends does not wait for the mail server, and leaves what it was sending to the next", async () => {
  const patience = { connect: 20_000, silence: 60_000, message: 60_000, closing: 50 };
  const own = await createPointsApp({ mail: { ...settings, patience } });
  const reader = new pg.Client({ connectionString: own.app.connectionString });
  await reader.connect();
  try {
    await own.setting(DELIVERY, "email");
    const { body } = await own.post("/v2/customers?source=INSTORE", {
      profiles: [{ firstName: "Ada", identifiers: [{ type: "email", value: "ada@example.net" }] }],
    });
    await own.ledger.earn(body.createdId, 100_000, { expiresAt: NOON + 30 * DAY });
    server.fallSilent();
    await own.app.startWork();
    await own.get(`/v1.1/points/validationcode?id=${body.createdId}&points=10`);
    await server.waitForHeld();
    await own.app.close();
    const { rows } = await reader.query(
      "select status, attempts, next_attempt_at as due from messages.messages",
    );
    expect(rows).toEqual([{ status: "queued", attempts: 1, due: new Date(NOON + 15_000) }]);
    const jobs = await reader.query(
      "select task_identifier from graphile_worker.jobs where locked_at is not null",
    );
    expect(jobs.rows).toEqual([]);
  } finally {
    server.speakAgain();
    await reader.end();
    await own.app.drop();
  }
});
