import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addSetAsideRoutes } from "#activities";
import { addDataflowsRoutes } from "#dataflows";
import { createIdentity } from "#identity";
import { addInsightsRoutes, addSearchRoutes, createInsights } from "#insights";
import { createHttp, createIds, createLog, encodeCursor, type Server } from "#platform";
import { createImportWorld, type ImportWorld } from "../../src/dataflows/testing.ts";
import { type SignedInUser, signInUser } from "../../src/identity/testing.ts";
import { createTestOrganisation } from "../../src/orgs/testing.ts";

let world: ImportWorld;
let server: Server;
let owner: SignedInUser;
let agent: SignedInUser;
let stranger: SignedInUser;

beforeAll(async () => {
  world = await createImportWorld({ batchSize: 5 });
  const log = createLog("silent");
  server = createHttp({ log, strictResponses: true });
  const identity = createIdentity({ ...world, ids: createIds(world.db), log });
  const insights = createInsights(world);
  identity.install(server);
  addDataflowsRoutes(server, world);
  addSetAsideRoutes(server, world);
  addInsightsRoutes(server, { ...world, insights });
  addSearchRoutes(server, world);
  await server.ready();
  owner = await signInUser(identity, world.organisation, "owner");
  agent = await signInUser(identity, world.organisation, "care_agent");
  const other = await createTestOrganisation(world.orgs, { code: "other" });
  stranger = await signInUser(identity, other.organisation, "owner");
});
afterAll(async () => {
  await server?.close();
  await world?.close();
});

const BOUNDARY = "----fealty-test";
type Part = [name: string, content: string, fileName?: string];

const multipart = (parts: readonly Part[]): { payload: string; headers: Record<string, string> } => ({
  payload: `${parts
    .map(([name, content, fileName]) => {
      const file = fileName === undefined ? "" : `; filename="${fileName}"\r\nContent-Type: text/csv`;
      return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`;
    })
    .join("")}--${BOUNDARY}--\r\n`,
  headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
});

const send = (method: "GET" | "POST", url: string, parts: readonly Part[] | null = null, who = owner) => {
  const body = parts === null ? { headers: {} } : multipart(parts);
  return server.inject({
    method,
    url,
    ...body,
    headers: { ...body.headers, ...who.headers, origin: "http://localhost", host: "localhost" },
  });
};

const BILLS = [
  "Invoice No,Date,Amount,Customer ID",
  "1,2026-03-30 10:00:00,12.50,17850",
  "2,2026-03-30 11:00:00,abc,17850",
  '3,2026-03-31 09:00:00,-4,"17850"',
  "4,2026-03-31 09:30:00,20,",
].join("\n");
const OPTIONS = JSON.stringify({ registerUnknown: true, setAsideReturns: true, defaultTill: "shop.till1" });

test("a file's beginning shows its columns and what they most likely mean", async () => {
  const answer = await send("POST", "/api/imports/preview", [
    ["file", BILLS, "bills.csv"],
    ["kind", "transactions"],
  ]);
  expect(answer.statusCode).toBe(200);
  const body = answer.json();
  expect(body).toMatchObject({
    headers: ["Invoice No", "Date", "Amount", "Customer ID"],
    suggestedMapping: { number: "Invoice No", date: "Date", billAmount: "Amount", externalId: "Customer ID" },
    suggestedDateFormat: "iso",
  });
  expect(body.rows[0]).toEqual(["1", "2026-03-30 10:00:00", "12.50", "17850"]);
  expect(body.targets).toContainEqual({ field: "date", label: "Date and time", required: true });
});

describe("an import", () => {
  let id: number;

  test("starts with a file, whatever the order of the parts", async () => {
    const answer = await send("POST", "/api/imports", [
      ["options", OPTIONS],
      ["file", BILLS, "bills.csv"],
      ["kind", "transactions"],
    ]);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      kind: "transactions",
      fileName: "bills.csv",
      status: "queued",
      rowsRead: 0,
      bytesTotal: BILLS.length,
      startedAt: null,
    });
    id = answer.json().id;
    await world.dataflows.resumeRuns();
  });

  test("tells how far it is and what became of the rows", async () => {
    const answer = await send("GET", `/api/imports/${id}`);
    expect(answer.json()).toMatchObject({
      status: "finished",
      rowsRead: 4,
      rowsImported: 2,
      rowsRejected: 1,
      rowsSkipped: 0,
      bytesRead: BILLS.length,
      summary: { recordsImported: 2, recordsSetAside: 1, rowsSetAside: 1, customersRegistered: 1 },
    });
    const list = (await send("GET", "/api/imports?limit=1")).json();
    expect(list).toMatchObject({ total: 1, next: null, items: [{ id }] });
  });

  test("reports its rejected rows, page by page and as a file", async () => {
    const reason = 'Amount must be a number; "abc" is not.';
    const page = (await send("GET", `/api/imports/${id}/rejections`)).json();
    expect(page).toEqual({
      items: [{ line: 3, field: "Amount", reason, row: "2,2026-03-30 11:00:00,abc,17850" }],
      next: null,
      total: 1,
    });
    const csv = await send("GET", `/api/imports/${id}/rejections.csv`);
    expect(csv.headers["content-disposition"]).toContain(`import-${id}-rejected.csv`);
    expect(csv.body).toBe(
      [
        "rejected_line,rejected_field,rejected_reason,Invoice No,Date,Amount,Customer ID",
        `3,Amount,"Amount must be a number; ""abc"" is not.",2,2026-03-30 11:00:00,abc,17850`,
        "",
      ].join("\n"),
    );
  });

  test("keeps returns aside, listed and counted", async () => {
    const aside = (await send("GET", "/api/set-aside")).json();
    expect(aside).toMatchObject({
      total: 1,
      next: null,
      items: [{ kind: "RETURN", billNumber: "3", amount: -4, billedAt: "2026-03-31T09:00:00+01:00" }],
    });
    const days = ["2026-13-31T09:00:00.000Z", "2026-02-31T09:00:00.000Z", "0000-01-01T00:00:00.000Z", "soon"];
    for (const place of [...days.map((day) => [day, 1]), ["2026-03-31T09:00:00.000Z"]]) {
      const answer = await send("GET", `/api/set-aside?after=${encodeCursor(place)}`);
      expect([answer.statusCode, answer.json().error.field]).toEqual([400, "after"]);
    }
  });

  test("is over, so it cannot be cancelled; another one can", async () => {
    const over = await send("POST", `/api/imports/${id}/cancel`);
    expect([over.statusCode, over.json().error.code]).toEqual([409, "dataflows.not_running"]);
    const quiet = world.another(5);
    const path = join(world.folder, "waiting.csv");
    await writeFile(path, BILLS);
    const run = await quiet
      .startRun(
        world.author,
        { path, name: "waiting.csv" },
        { kind: "transactions", options: JSON.parse(OPTIONS) },
      )
      .catch(() => null);
    expect(run?.status).toBe("queued");
    const cancelled = await send("POST", `/api/imports/${run!.id}/cancel`);
    expect(cancelled.json()).toMatchObject({ status: "cancelled" });
  });

  test("shows on Home and in the search", async () => {
    await world.events.drain();
    const home = (await send("GET", "/api/insights/home?period=7d")).json();
    expect(home).toMatchObject({
      members: { total: 1, new: 1, previous: { total: 0, new: 0 } },
      purchases: { count: 2, amount: 32.5, previous: { count: 0, amount: 0 } },
      points: { issued: 0.13, redeemed: 0, expired: 0 },
      liability: { points: 0.13 },
      setAside: { count: 1, amount: -4 },
      topStores: [{ code: "store-1", amount: 32.5, count: 2 }],
    });
    expect(home.purchases.series.at(-1)).toEqual({
      date: "2026-03-31",
      count: 1,
      amount: 20,
      returns: 0,
      returned: 0,
      net: 20,
    });
    expect(home.tiers.map((tier: { members: number }) => tier.members)).toEqual([1, 0, 0]);
    expect((await send("GET", "/api/search?q=17850")).json().customers).toHaveLength(1);
    expect((await send("GET", "/api/search?q=4")).json().transactions).toMatchObject([
      { number: "4", customerId: null, amount: 20 },
    ]);
    expect((await send("GET", "/api/search?q=till%201")).json().entities).toMatchObject([{ type: "TILL" }]);
    expect((await send("GET", "/api/search?q=%20")).json()).toEqual({
      customers: [],
      transactions: [],
      entities: [],
    });
  });
});

test.each<[string, readonly Part[], number, string]>([
  ["no file", [["kind", "customers"]], 400, "dataflows.no_file"],
  ["no kind", [["file", BILLS, "a.csv"]], 400, "dataflows.bad_part"],
  [
    "an unknown kind",
    [
      ["file", BILLS, "a.csv"],
      ["kind", "stores"],
    ],
    400,
    "dataflows.bad_part",
  ],
  [
    "a mapping that is no JSON",
    [
      ["file", BILLS, "a.csv"],
      ["kind", "transactions"],
      ["mapping", "{"],
    ],
    400,
    "dataflows.bad_part",
  ],
  [
    "a mapping of another shape",
    [
      ["file", BILLS, "a.csv"],
      ["kind", "transactions"],
      ["mapping", '{"date":3}'],
    ],
    400,
    "dataflows.invalid",
  ],
  [
    "a column that the file lacks",
    [
      ["file", BILLS, "a.csv"],
      ["kind", "transactions"],
      ["mapping", '{"date":"Day"}'],
    ],
    400,
    "dataflows.unknown_header",
  ],
  [
    "a field that bills lack",
    [
      ["file", BILLS, "a.csv"],
      ["kind", "transactions"],
      ["mapping", '{"colour":"Date"}'],
    ],
    400,
    "dataflows.unknown_target",
  ],
  [
    "an unknown option",
    [
      ["file", BILLS, "a.csv"],
      ["kind", "transactions"],
      ["options", '{"shiftDays":7}'],
    ],
    400,
    "dataflows.invalid",
  ],
  [
    "an unknown till",
    [
      ["file", BILLS, "a.csv"],
      ["kind", "transactions"],
      ["options", '{"defaultTill":"x"}'],
    ],
    400,
    "dataflows.invalid",
  ],
  [
    "an empty file",
    [
      ["file", "", "a.csv"],
      ["kind", "transactions"],
    ],
    400,
    "dataflows.file_empty",
  ],
  [
    "a file in another part",
    [
      ["data", BILLS, "a.csv"],
      ["kind", "transactions"],
    ],
    400,
    "dataflows.bad_part",
  ],
  [
    "columns without an amount",
    [
      ["file", "Date\n2026-01-01\n", "a.csv"],
      ["kind", "transactions"],
    ],
    400,
    "dataflows.target_missing",
  ],
])("%s is refused with a sentence", async (_, parts, status, code) => {
  const answer = await send("POST", "/api/imports", parts);
  expect([answer.statusCode, answer.json().error.code]).toEqual([status, code]);
  expect(answer.json().error.message).toMatch(/\.$/);
});

test("a body that is no multipart is refused", async () => {
  const answer = await server.inject({
    method: "POST",
    url: "/api/imports",
    payload: { kind: "customers" },
    headers: { ...owner.headers, origin: "http://localhost", host: "localhost" },
  });
  expect(answer.statusCode).toBe(400);
});

test("who may not import may not look either, and another organisation's imports are not there", async () => {
  const { items } = (await send("GET", "/api/imports")).json();
  const { id } = items[0];
  expect((await send("GET", "/api/imports", null, agent)).statusCode).toBe(403);
  expect((await send("POST", "/api/imports", [["file", BILLS, "a.csv"]], agent)).statusCode).toBe(403);
  expect((await send("GET", "/api/imports", null, stranger)).json()).toMatchObject({ total: 0 });
  for (const path of ["", "/rejections", "/rejections.csv"]) {
    expect((await send("GET", `/api/imports/${id}${path}`, null, stranger)).statusCode).toBe(404);
  }
  expect((await send("POST", `/api/imports/${id}/cancel`, null, stranger)).statusCode).toBe(404);
  expect((await send("GET", "/api/set-aside", null, stranger)).json().total).toBe(0);
  const home = (await send("GET", "/api/insights/home?period=12m", null, stranger)).json();
  expect([home.members.total, home.purchases.count, home.setAside.count]).toEqual([0, 0, 0]);
  expect((await send("GET", "/api/search?q=17850", null, stranger)).json().customers).toEqual([]);
});
