import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MailSettings } from "#platform";
import { createPointsApp, DAY, NOON, type PointsApp } from "../http/points-shop.ts";
import { type SmtpServer, startSmtpServer } from "../support/smtp.ts";

const CHILD = fileURLToPath(new URL("./mail-child.ts", import.meta.url));
/** From then on, what a process that was killed had claimed is another's. */
const LOST_AFTER = 120_000;

let server: SmtpServer;
let settings: MailSettings;
let shop: PointsApp;
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
  await shop.setting("CONF_POINTS_VALIDATION_CODE_DELIVERY", "email");
});
afterAll(async () => {
  await shop.app.dispose();
  await server.stop();
});

const askForCode = async (email: string): Promise<void> => {
  const { body } = await shop.post("/v2/customers?source=INSTORE", {
    profiles: [{ firstName: "Ada", identifiers: [{ type: "email", value: email }] }],
  });
  await shop.ledger.earn(body.createdId, 100_000, { expiresAt: NOON + 30 * DAY });
  const asked = await shop.get(`/v1.1/points/validationcode?id=${body.createdId}&points=10`);
  expect(asked.body.response.validation_code.code.item_status.code).toBe(200);
};

const killWhileItSends = async (): Promise<void> => {
  const args = [shop.app.connectionString, String(NOON), JSON.stringify(settings)];
  const child = spawn(process.execPath, ["--import", "tsx", CHILD, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const gone = once(child, "exit");
  const early = gone.then(([code]) => Promise.reject(new Error(`the process ended with ${code}`)));
  await Promise.race([server.waitForHeld(), early]);
  child.kill("SIGKILL");
  await Promise.all([gone, early.catch(() => {})]);
};

const lockedJobs = async (): Promise<string[]> => {
  const client = new pg.Client({ connectionString: shop.app.connectionString });
  await client.connect();
  const { rows } = await client.query("select key from graphile_worker.jobs where locked_at is not null");
  await client.end();
  return rows.map(({ key }) => key);
};

test("a process that is killed while it sends keeps no mail from going out", {
  timeout: 120_000,
}, async () => {
  server.fallSilent();
  await askForCode("ada@example.net");
  await killWhileItSends();
  // The server had taken it, and nobody was left to note that.
  server.speakAgain();
  await server.waitFor(1);

  // Its job is locked still, for hours, under the key of all deliveries of the organisation.
  expect(await lockedJobs()).toEqual([`messages.deliver ${shop.shop.orgId}`]);

  // What it had claimed is found by the job that runs each minute.
  shop.clock.advance(LOST_AFTER);
  await shop.app.startWork();
  await shop.app.jobs.add("messages.sweep", {});
  await server.waitFor(2);
  expect(server.received[1]?.to).toEqual(["ada@example.net"]);
  expect(server.received[1]?.messageId).toBe(server.received[0]?.messageId);

  // And what is asked for now goes out now.
  await askForCode("bob@example.net");
  await server.waitFor(3);
  expect(server.received[2]?.to).toEqual(["bob@example.net"]);
});
