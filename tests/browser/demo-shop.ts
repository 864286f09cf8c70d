import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createGunzip, createGzip } from "node:zlib";
import pg from "pg";
import { systemActor } from "#identity";
import { createLog } from "#platform";
import { type App, createApp } from "../../src/app.ts";
import { makeSignIns } from "../../src/demo/credentials.ts";
import type { DemoSignIns } from "../../src/demo/index.ts";
import { hash } from "../../src/demo/people.ts";
import { FILE_NAME, HOOKS, MAPPING, OPTIONS, PURCHASES, shiftFor } from "../../src/demo/replay.ts";
import { setUpOrganisation } from "../../src/demo/setup.ts";
import { createTestDatabase, demoTemplate, run, testServer, withDatabase } from "../support/postgres.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** FEALTY_PICTURES=1 takes the README's pictures, of the whole demo; tests make do with the purchases of one customer in so many. */
export const TAKES_README_PICTURES = process.env.FEALTY_PICTURES === "1";
const ONE_IN = TAKES_README_PICTURES ? 1 : 16;

/** A till of the demo that speaks to the server as real ones do. */
export interface Till {
  /** Registers a customer by their phone. */
  register(person: { firstName: string; lastName: string; mobile: string }): Promise<void>;
  /** Records a purchase of a customer, made now; the server's answer. */
  buy(bill: { number: string; amount: number; mobile: string }): Promise<TillAnswer>;
}

export interface TillAnswer {
  readonly status: number;
  readonly body: { readonly sideEffects?: readonly { readonly awardedPoints?: number }[] };
}

/** The demo organisation behind a listening server, on a database of the caller's own. */
export interface DemoShop {
  readonly app: App;
  readonly address: string;
  readonly signIns: DemoSignIns;
  dispose(): Promise<void>;
}

/** The till with this code and password, at the address of the shop. */
export const tillOf = ({ address }: Pick<DemoShop, "address">, code: string, password: string): Till => {
  const digest = createHash("md5").update(password).digest("hex");
  const authorization = `Basic ${Buffer.from(`${code}:${digest}`).toString("base64")}`;
  const post = async (path: string, body: object): Promise<TillAnswer> => {
    const headers = { authorization, "content-type": "application/json" };
    const answer = await fetch(`${address}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as TillAnswer["body"] };
  };
  return {
    register: async ({ firstName, lastName, mobile }) => {
      const identifiers = [{ type: "mobile", value: mobile }];
      const profiles = [{ source: "INSTORE", firstName, lastName, identifiers }];
      const { status, body } = await post("/v2/customers", { profiles });
      if (status !== 200) throw new Error(`the till could not register: ${JSON.stringify(body)}`);
    },
    buy: ({ number, amount, mobile }) =>
      post(`/v2/transactions?identifierName=mobile&identifierValue=${mobile}&source=INSTORE`, {
        type: "REGULAR",
        billNumber: number,
        billAmount: amount,
        lineItemsV2: [
          { itemCode: "TEA-01", description: "Tea, 250 g", qty: 1, rate: amount, value: amount, amount },
        ],
      }),
  };
};

/** The first till of the demo. */
export const firstTill = (shop: DemoShop): Till => {
  const { code, password } = shop.signIns.tills[0]!;
  return tillOf(shop, code, password);
};

const open = (connectionString: string, dataDirectory: string): Promise<App> =>
  createApp({
    connectionString,
    dataDirectory,
    log: createLog("silent"),
    strictResponses: true,
    // Receivers of the tests are on this machine.
    privateWebhooks: true,
  });

/** Serves a copy of the demo organisation; the first call of a test run makes what is copied. */
export const startDemoShop = async (): Promise<DemoShop> => {
  const signIns = await prepareOnce();
  const database = await createTestDatabase(demoTemplate((await testServer()).template));
  const dataDirectory = await mkdtemp(join(tmpdir(), "fealty-browser-"));
  const app = await open(database.connectionString, dataDirectory);
  const address = await app.server.listen({ host: "127.0.0.1", port: 0 });
  await app.startWork();
  return {
    app,
    address,
    signIns: { ...signIns, address },
    dispose: async () => {
      await app.close();
      await database.drop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
};

const LOCK = 7_305_601;

/** Builds the console and the demo's database, once for all test files: the others wait for the one that is first. */
const prepareOnce = async (): Promise<DemoSignIns> => {
  const { connectionString, template } = await testServer();
  const name = demoTemplate(template);
  const client = new pg.Client({ connectionString, application_name: "fealty tests" });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [LOCK]);
    const { rows } = await client.query<{ kept: string | null }>(
      "select shobj_description(oid, 'pg_database') as kept from pg_database where datname = $1",
      [name],
    );
    if (rows[0]?.kept) return JSON.parse(rows[0].kept) as DemoSignIns;
    await buildConsole();
    await run(connectionString, `drop database if exists ${name}`);
    await run(connectionString, `create database ${name} template ${template} strategy file_copy`);
    const signIns = await fill(withDatabase(connectionString, name));
    // A database of tests only: the comment is where the other files find the passwords.
    await client.query(`comment on database ${name} is ${client.escapeLiteral(JSON.stringify(signIns))}`);
    return signIns;
  } finally {
    await client.end();
  }
};

/** In a process of its own, as React and Vite would build for tests what finds itself in one. */
const buildConsole = () =>
  promisify(execFile)(
    process.execPath,
    ["--input-type=module", "-e", "await (await import('./scripts/setup.mjs')).buildConsole()"],
    { cwd: ROOT, env: { ...process.env, NODE_ENV: "production" } },
  );

const fill = async (connectionString: string): Promise<DemoSignIns> => {
  const directory = await mkdtemp(join(tmpdir(), "fealty-browser-"));
  const app = await open(connectionString, directory);
  try {
    const organisation = await setUpOrganisation(app, null);
    const signIns = await makeSignIns(app.identity, organisation, "");
    const shiftDays = shiftFor(app.clock.now().getTime(), organisation.timeZone);
    await app.dataflows.runFile(
      systemActor(organisation.id, "demo"),
      await cutPurchases(directory),
      { kind: "transactions", mapping: MAPPING, options: { ...OPTIONS, shiftDays } },
      undefined,
      { hooks: HOOKS },
    );
    await addSecondOrganisation(app, signIns);
    await app.events.drain();
    return signIns;
  } finally {
    await app.close();
    await rm(directory, { recursive: true, force: true });
  }
};

const CUSTOMER = -2;

/** The shipped purchases of some customers, over all their months, and as large a share of the anonymous ones. */
const cutPurchases = async (directory: string): Promise<string> => {
  if (ONE_IN === 1) return PURCHASES;
  const lines = createInterface({ input: createReadStream(PURCHASES).pipe(createGunzip()) });
  async function* cut() {
    let isHeader = true;
    for await (const line of lines) {
      const customer = line.split(",").at(CUSTOMER);
      const key = customer || line.slice(0, line.indexOf(","));
      if (isHeader || hash(`cut ${key}`) % ONE_IN === 0) yield `${line}\n`;
      isHeader = false;
    }
  }
  const path = join(directory, FILE_NAME);
  await pipeline(Readable.from(cut()), createGzip({ level: 1 }), createWriteStream(path));
  return path;
};

/** Another organisation of the demo's owner, in another currency and zone, with nothing in it. */
const addSecondOrganisation = async (app: App, { users }: DemoSignIns): Promise<void> => {
  const { id } = await app.orgs.createOrganisation({
    code: "brightmart",
    name: "Brightmart",
    country: "IN",
    timeZone: "Asia/Kolkata",
    currency: "INR",
    language: "en",
  });
  const owner = users.find(({ role }) => role === "owner")!;
  await app.identity.createUser(systemActor(id, "test"), { ...owner, role: "owner" });
};
