import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog, migrate, migrateJobs } from "#platform";
import { createApp } from "../../src/app.ts";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.ts";
import { createTestShop, registerCustomers, type TestShop } from "../support/app.ts";

/** FEALTY_CRASHES=100 npx vitest run --project crash is the long version. */
const CRASHES = Number(process.env.FEALTY_CRASHES ?? 20);
/** A busy machine takes half a minute from one kill to the next. */
const TIMEOUT = Math.max(900_000, CRASHES * 30_000);
const CLIENTS = 16;
const CUSTOMERS = 200;

let data: string;
let shop: TestShop;

/** Requests that were answered, and those whose answer a crash swallowed: nobody may say what became of the latter. */
const acknowledged = new Map<string, number>();
const unanswered = new Map<string, number>();
let sent = 0;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "fealty-crash-"));
  const database = await startEmbeddedPostgres({ dataDirectory: data });
  await migrate(database.connectionString);
  await migrateJobs(database.connectionString);
  const app = await createApp({
    connectionString: database.connectionString,
    dataDirectory: data,
    log: createLog("silent"),
  });
  shop = await createTestShop(app);
  await registerCustomers(app, shop, CUSTOMERS);
  await app.close();
  await database.stop();
});

afterAll(() => rm(data, { recursive: true, force: true }));

interface Server {
  readonly process: ChildProcess;
  readonly address: string;
}

const startServer = (): Promise<Server> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "src/main.ts", "serve", "--data", data, "--port", "0", "--no-demo"],
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, DATABASE_URL: "", LOG_LEVEL: "error" } },
    );
    let output = "";
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const address = /Fealty is at (http:\S+)/.exec(output)?.[1];
      if (address !== undefined) resolve({ process: child, address });
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) =>
      reject(new Error(`the server ended with ${code} before it served: ${output}`)),
    );
  });

const billOf = (number: string, seed: number) => ({
  path: `/v2/transactions?identifierName=externalId&identifierValue=C${1 + (seed % CUSTOMERS)}&source=INSTORE`,
  body: JSON.stringify({
    type: "REGULAR",
    billNumber: number,
    billAmount: 10 + (seed % 90),
    billingDate: "2026-01-05T10:00:00Z",
    lineItemsV2: [{ itemCode: `I${seed % 7}`, qty: 1, rate: 10 + (seed % 90), amount: 10 + (seed % 90) }],
  }),
});

/** Sends a bill and notes its id when it is acknowledged. Resolves to false when the server is gone. */
const send = async (address: string, number: string, seed: number): Promise<boolean> => {
  const { path, body } = billOf(number, seed);
  unanswered.set(number, seed);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${address}${path}`, {
      method: "POST",
      headers: { authorization: shop.authorization, "content-type": "application/json" },
      body,
    });
    text = await response.text();
  } catch {
    return false;
  }
  // The database died under the server: the answer says so, and promises nothing.
  if (response.status >= 500) return false;
  expect(response.status, text).toBe(200);
  const { createdId } = JSON.parse(text) as { createdId: number };
  const before = acknowledged.get(number);
  if (before !== undefined) expect(createdId, `bill ${number} was recorded twice`).toBe(before);
  acknowledged.set(number, createdId);
  unanswered.delete(number);
  return true;
};

const killHard = async (server: Server): Promise<void> => {
  const gone = new Promise((resolve) => server.process.once("exit", resolve));
  const postgres = await readPostmaster();
  // Which of the two goes first is left to chance, as in a power cut.
  const pids = Math.random() < 0.5 ? [postgres, server.process.pid!] : [server.process.pid!, postgres];
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await gone;
};

const readPostmaster = async (): Promise<number> =>
  Number((await readFile(join(data, "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);

test(
  `${CRASHES} kills of server and database under load lose and double nothing`,
  async () => {
    for (let crash = 0; crash < CRASHES; crash++) {
      const server = await startServer();
      server.process.removeAllListeners("exit");
      // What the last crash left open is sent again, as a till would.
      const open = [...unanswered];
      let alive = true;
      const worker = async () => {
        while (alive) {
          const again = open.pop();
          const [number, seed] = again ?? [`K${++sent}`, sent];
          alive = (await send(server.address, number, seed)) && alive;
        }
      };
      const workers = Array.from({ length: CLIENTS }, worker);
      const target = acknowledged.size + 1 + Math.floor(Math.random() * 400);
      // Killed after a random number of acknowledgements, wherever the others then are.
      while (acknowledged.size < target && alive) await new Promise((resolve) => setImmediate(resolve));
      await killHard(server);
      alive = false;
      await Promise.all(workers);
    }

    const server = await startServer();
    server.process.removeAllListeners("exit");
    for (const [number, seed] of [...unanswered]) expect(await send(server.address, number, seed)).toBe(true);
    const stopped = new Promise<number | null>((resolve) => server.process.once("exit", resolve));
    server.process.kill("SIGTERM");
    expect(await stopped).toBe(0);
    expect(unanswered.size).toBe(0);
    await compareWithDatabase();
  },
  TIMEOUT,
);

const compareWithDatabase = async (): Promise<void> => {
  const database = await startEmbeddedPostgres({ dataDirectory: data });
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  const { rows } = await client.query<{ id: string; number: string }>(
    "select id, bill_number as number from activities.transactions",
  );
  await client.end();
  expect(rows.length).toBe(acknowledged.size);
  for (const { id, number } of rows) expect(acknowledged.get(number)).toBe(Number(id));
  const app = await createApp({
    connectionString: database.connectionString,
    dataDirectory: data,
    log: createLog("silent"),
  });
  const verification = await app.verify();
  expect(verification.findings).toEqual([]);
  await app.close();
  await database.stop();
};
