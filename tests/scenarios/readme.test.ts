import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import createClient from "openapi-fetch";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { paths } from "../../console/src/api/schema.ts";
import { makeSignIns, writeSignIns } from "../../src/demo/credentials.ts";
import type { DemoSignIns } from "../../src/demo/index.ts";
import { setUpOrganisation } from "../../src/demo/setup.ts";
import { createTestApp, type TestApp } from "../support/app.ts";

/** The shell blocks of the README and then of docs/points.md, run as they stand there against a server with the demo organisation and no purchases. */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MARK = "---- block ";
const ANSWERED = "register purchase ledger check spend reverse hold capture goodsBack transfer balance".split(
  " ",
);

let app: TestApp;
let folder: string;
let signIns: DemoSignIns;
let texts: string;
/** What each block printed, by its name. */
let printed: Map<string, string>;

/** Blocks behind a comment such as <!-- run: token -->, in order. */
const blocks = (kind: string): Map<string, string> => {
  const pattern = new RegExp(`<!-- ${kind}: (\\w+) -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``, "g");
  return new Map([...texts.matchAll(pattern)].map(([, name, text]) => [name!, text!]));
};

/**
 * Runs all blocks in one shell, since later ones use the variables of earlier ones. With the machine's curl, or with our own
 * in its place where there is none or when `ownCurl` asks for it.
 */
const runBlocks = async (ownCurl = false): Promise<Map<string, string>> => {
  const script = [...blocks("run")]
    .map(([name, text]) => `printf '\\n${MARK}${name}\\n'\n${text}`)
    .join("\n");
  const bin = join(folder, "bin");
  const path = [process.env.PATH ?? "", dirname(process.execPath)];
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], {
    cwd: folder,
    env: { ...process.env, PATH: (ownCurl ? [bin, ...path] : [...path, bin]).join(delimiter) },
  });
  const parts = stdout.split(`\n${MARK}`).slice(1);
  return new Map(
    parts.map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1).trim()]),
  );
};

/** What the README shows is a part of the answer, of a list its beginning; ids and times are others on every machine. */
const expectShown = (answer: unknown, shown: unknown, at = ""): void => {
  if (Array.isArray(shown)) {
    expect(Array.isArray(answer), at).toBe(true);
    if (shown.length === 0) expect(answer, at).toEqual([]);
    shown.forEach((item, index) => {
      expectShown((answer as unknown[])[index], item, `${at}[${index}]`);
    });
  } else if (typeof shown === "object" && shown !== null) {
    expect(typeof answer, at).toBe("object");
    for (const [key, value] of Object.entries(shown)) {
      const place = `${at}.${key}`;
      const found = (answer as Record<string, unknown>)[key];
      if (/Id$|Date$|^id$/.test(key)) expect(typeof found, place).toBe(typeof value);
      else expectShown(found, value, place);
    }
  } else expect(answer, at).toEqual(shown);
};

beforeAll(async () => {
  const read = (name: string) => readFile(join(ROOT, name), "utf8");
  texts = `${await read("README.md")}\n${await read("docs/points.md")}`;
  app = await createTestApp();
  const address = await app.server.listen({ host: "127.0.0.1", port: 0 });
  const organisation = await setUpOrganisation(app, null);
  signIns = await makeSignIns(app.identity, organisation, address);
  folder = await mkdtemp(join(tmpdir(), "fealty-readme-"));
  await writeSignIns(join(folder, "data"), signIns);
  const curl = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "tests/support/curl.mjs")}" "$@"\n`;
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin", "curl"), curl, { mode: 0o755 });
  printed = await runBlocks();
});
afterAll(async () => {
  await app?.dispose();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("every block runs, and every answer belongs to one", () => {
  expect([...printed.keys()]).toEqual(["signIns", "token", ...ANSWERED]);
  expect([...blocks("answer").keys()]).toEqual(ANSWERED);
  expect(printed.get("signIns")).toBe("");
  expect(printed.get("token")).toBe("");
});

test.each(ANSWERED)("the answer of %s is the one shown", (name) => {
  const answer = JSON.parse(printed.get(name)!) as unknown;
  expectShown(answer, JSON.parse(blocks("answer").get(name)!));
});

test("running them again, with our curl, records nothing twice", async () => {
  const before = printed;
  const again = await runBlocks(true);
  for (const name of ["purchase", "spend", "reverse", "capture", "goodsBack", "transfer", "balance"])
    expect(again.get(name), name).toBe(before.get(name));
  expect(JSON.parse(again.get("register")!)).toMatchObject({ errors: [{ code: 8006 }] });
});

test("the generated types fit a client that does the same", async () => {
  const client = createClient<paths>({ baseUrl: signIns.address });
  const { key, secret } = signIns.client;
  const token = await client.POST("/v3/oauth/token/generate", { body: { key, secret } });
  const headers = { "X-CAP-API-OAUTH-TOKEN": token.data?.data.accessToken ?? "" };
  const found = await client.GET("/v2/customers/lookup", {
    headers,
    params: { query: { identifierName: "mobile", identifierValue: "447700900123", source: "INSTORE" } },
  });
  expect(found.error).toBeUndefined();
  const registered = JSON.parse(printed.get("register")!) as { createdId: number };
  expect(JSON.stringify(found.data)).toContain(String(registered.createdId));
  const refused = await client.GET("/v2/organization/activeTill");
  expect(refused.error?.errors[0]?.code).toBe(401);
});
