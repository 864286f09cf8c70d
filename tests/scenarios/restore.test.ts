import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog, migrate, migrateJobs, readBackup, writeBackup } from "#platform";
import { captureKind, holdKind, type Movement, movement, redeemKind, reverseKind } from "#points";
import { type App, createApp } from "../../src/app.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts";
import { createTestShop, registerCustomers, type TestShop } from "../support/app.ts";

const CUSTOMERS = 30;
let folder: string;
const servers: EmbeddedPostgres[] = [];
const apps: App[] = [];

/** A server of its own with the program on it. */
const startPlace = async (name: string): Promise<{ app: App; connectionString: string }> => {
  const server = await startEmbeddedPostgres({ dataDirectory: join(folder, name), durable: false });
  servers.push(server);
  await migrate(server.connectionString);
  await migrateJobs(server.connectionString);
  const app = await createApp({
    connectionString: server.connectionString,
    dataDirectory: join(folder, name),
    log: createLog("silent"),
  });
  apps.push(app);
  await app.server.ready();
  return { app, connectionString: server.connectionString };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fealty-restore-"));
});
afterAll(async () => {
  for (const app of apps) await app.close();
  for (const server of servers) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const send = async (app: App, shop: TestShop, number: number): Promise<number> => {
  const response = await app.server.inject({
    method: "POST",
    url: `/v2/transactions?identifierName=externalId&identifierValue=C${1 + (number % CUSTOMERS)}&source=INSTORE`,
    headers: { authorization: shop.authorization },
    payload: {
      type: "REGULAR",
      billNumber: `R-${number}`,
      billAmount: 100 + number,
      billingDate: "2026-01-05T10:00:00Z",
    },
  });
  expect(response.statusCode, response.body).toBe(200);
  return (response.json() as { createdId: number }).createdId;
};

const ABOUT = {
  billNumber: "",
  transactionId: null,
  notes: "",
  purpose: "",
  externalReference: "",
  isValidated: false,
  customFields: null,
};
const asked = (partyId: number, requestKey: string) => ({
  parties: [{ key: null, partyId, name: `id ${partyId}` }],
  requestKey,
  inputHash: Buffer.from(requestKey),
  now: Date.now(),
  tillId: null,
  by: "test",
  userId: null,
});
const redeem = (partyId: number, code: string): Movement => {
  const input = { ...ABOUT, programId: null, points: 1_000, code, billAmount: null };
  return movement(redeemKind, { ...asked(partyId, `redeem:${code}`), input });
};

test("a backup taken under load is restored into a new server, adds up, and the service goes on", async () => {
  const first = await startPlace("first");
  const shop = await createTestShop(first.app);
  const partyIds = await registerCustomers(first.app, shop, CUSTOMERS);
  const before = new Map<number, number>();
  for (let number = 1; number <= 200; number++) before.set(number, await send(first.app, shop, number));
  const [partyId] = partyIds;
  const redeemed = await first.app.points.move(shop.orgId, redeem(partyId!, "aaaaaa"));
  const heldInput = {
    programId: null,
    points: 500,
    ttlSeconds: 3600,
    billAmount: null,
    billNumber: "",
    notes: "",
  };
  const held = await first.app.points.move(
    shop.orgId,
    movement(holdKind, { ...asked(partyId!, "hold:1"), input: heldInput }),
  );
  const { holdId } = JSON.parse(held.reply) as { holdId: number };

  const file = join(folder, "backup.gz");
  let number = 200;
  let backing = true;
  const traffic = async () => {
    while (backing) await send(first.app, shop, ++number);
  };
  const tills = Array.from({ length: 4 }, traffic);
  const tables = await writeBackup(first.connectionString, createWriteStream(file));
  backing = false;
  await Promise.all(tills);
  expect(number).toBeGreaterThan(200);

  const second = await startPlace("second");
  expect(await readBackup(second.connectionString, createReadStream(file))).toBe(tables);
  const restored = await second.app.verify();
  expect(restored.findings).toEqual([]);
  expect(restored.entries).toBeGreaterThan(200);

  // What was acknowledged before the backup is there, under the same ids, and is recognised when it is sent again.
  for (const [sent, id] of before) expect(await send(second.app, shop, sent)).toBe(id);
  expect(await second.app.points.move(shop.orgId, redeem(partyId!, "aaaaaa"))).toEqual({
    reply: redeemed.reply,
    repeated: true,
  });
  // And the service goes on: with new bills, and with what was begun before.
  await send(second.app, shop, 1_000_000);
  const captured = { ...ABOUT, holdId, points: null, isFinal: true, code: "cccccc" };
  await second.app.points.move(
    shop.orgId,
    movement(captureKind, { ...asked(partyId!, "capture:1"), input: captured }),
  );
  const taken = { redemptionCode: "aaaaaa", points: null, code: "bbbbbb" };
  await second.app.points.move(
    shop.orgId,
    movement(reverseKind, { ...asked(partyId!, "reverse:1"), input: taken }),
  );
  expect((await second.app.verify()).findings).toEqual([]);

  await expect(readBackup(second.connectionString, createReadStream(file))).rejects.toThrow(
    /organisation already/,
  );
});

test("a damaged backup restores nothing", async () => {
  const { connectionString, app } = await startPlace("third");
  const file = join(folder, "backup.gz");
  const whole = await readFile(file);
  const cut = join(folder, "cut.gz");
  await writeFile(cut, whole.subarray(0, whole.length - 4000));
  await expect(readBackup(connectionString, createReadStream(cut))).rejects.toThrow(/damaged/);
  await writeFile(cut, "not a backup");
  await expect(readBackup(connectionString, createReadStream(cut))).rejects.toThrow(/damaged/);
  expect(await app.orgs.list()).toEqual([]);
});
