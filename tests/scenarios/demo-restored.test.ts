import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog, fixedClock } from "#platform";
import { type App, createApp } from "../../src/app.ts";
import { createDemo, type Demo } from "../../src/demo/index.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const ADDRESS = "http://127.0.0.1:4180";

let database: TestDatabase;
let superuser: pg.Client;
let app: App;
let demo: Demo;
const folders: string[] = [];

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "fealty-demo-"));
  folders.push(folder);
  return folder;
};
/** As a start with that folder, which is stopped after the first batch of the replay. */
const start = async (directory: string, renew = false): Promise<Demo> => {
  const stopped = new AbortController();
  const { signal } = stopped;
  return createDemo(app, { directory, address: ADDRESS, renew, signal, onProgress: () => stopped.abort() });
};
const statusOf = async (token: string): Promise<number> => {
  const headers = { "x-cap-api-oauth-token": token };
  return (await app.server.inject({ method: "GET", url: "/v2/organization/programs", headers })).statusCode;
};
const tokenOf = async ({ signIns }: Demo): Promise<string> =>
  (await app.identity.generateToken(signIns!.client.key, signIns!.client.secret)).accessToken;

beforeAll(async () => {
  database = await createTestDatabase();
  superuser = new pg.Client({ connectionString: database.connectionString });
  await superuser.connect();
  const directory = await newFolder();
  app = await createApp({
    connectionString: database.connectionString,
    dataDirectory: directory,
    log: createLog("silent"),
    clock: fixedClock(new Date("2026-03-04T15:00:00Z")),
  });
  demo = await start(directory);
});
afterAll(async () => {
  await app?.close();
  await superuser?.end();
  await database?.drop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

test("a restored backup keeps its sign-ins and tokens until new ones are asked for", async () => {
  const token = await tokenOf(demo);
  const folder = await newFolder();
  // As a backup is that was taken during the replay, and one that was taken after it.
  for (const status of ["running", "finished"]) {
    await superuser.query("update dataflows.runs set status = $1", [status]);
    const restored = await start(folder);
    expect([restored.signIns, restored.wasThere]).toEqual([null, status === "finished"]);
    expect(await readdir(folder)).toEqual([]);
    expect(await statusOf(token)).toBe(200);
  }

  const renewed = await start(folder, true);
  expect(await readdir(folder)).toEqual(["demo.json"]);
  expect(renewed.signIns?.users.map(({ email }) => email)).toEqual(
    demo.signIns?.users.map(({ email }) => email),
  );
  expect([await statusOf(token), await statusOf(await tokenOf(renewed))]).toEqual([200, 200]);
});
