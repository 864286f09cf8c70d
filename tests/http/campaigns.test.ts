import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addDataflowsRoutes } from "#dataflows";
import { createIdentity } from "#identity";
import { createHttp, createIds, createLog, type Server } from "#platform";
import { createImportWorld, type ImportWorld } from "../../src/dataflows/testing.ts";
import { type SignedInUser, signInUser } from "../../src/identity/testing.ts";
import { createTestOrganisation } from "../../src/orgs/testing.ts";

let world: ImportWorld;
let server: Server;
let owner: SignedInUser;
/** Imports, but gives no points. */
let marketer: SignedInUser;
/** Gives points, but does not import. */
let agent: SignedInUser;
let stranger: SignedInUser;

beforeAll(async () => {
  world = await createImportWorld({ batchSize: 5 });
  const log = createLog("silent");
  server = createHttp({ log, strictResponses: true });
  const identity = createIdentity({ ...world, ids: createIds(world.db), log });
  identity.install(server);
  addDataflowsRoutes(server, world);
  await server.ready();
  owner = await signInUser(identity, world.organisation, "owner");
  marketer = await signInUser(identity, world.organisation, "marketer");
  agent = await signInUser(identity, world.organisation, "care_agent");
  const other = await createTestOrganisation(world.orgs, { code: "other" });
  stranger = await signInUser(identity, other.organisation, "owner");
  await upload("/api/imports", { kind: "customers" }, "externalId,mobile\nK1,07700900001\nK2,07700900002\n");
  await world.dataflows.resumeRuns();
});
afterAll(async () => {
  await server?.close();
  await world?.close();
});

const BOUNDARY = "----fealty-test";
const from = (who: SignedInUser) => ({ ...who.headers, origin: "http://localhost", host: "localhost" });

const upload = (url: string, texts: Readonly<Record<string, string>>, file: string, who = owner) => {
  const parts = Object.entries(texts).map(
    ([name, text]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`,
  );
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv`;
  return server.inject({
    method: "POST",
    url,
    payload: `${parts.join("")}${head}\r\n\r\n${file}\r\n--${BOUNDARY}--\r\n`,
    headers: { ...from(who), "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
  });
};
const send = (payload: object, who = owner) =>
  server.inject({ method: "POST", url: "/api/points/campaigns", payload, headers: from(who) });
const look = async (id: number, who = owner) =>
  server.inject({ method: "GET", url: `/api/imports/${id}`, headers: from(who) });

const SPRING = { name: "Spring", points: 50, expiresOn: "2026-06-30", reason: "Thank you" };
const CUSTOMERS = [
  { externalId: "K1" },
  { mobile: "07700 900002", points: 75 },
  { email: 'a"b@example.com' },
];

describe("points of a campaign", () => {
  test("are given to a list of customers by a run that is followed like an import", async () => {
    const answer = await send({ ...SPRING, customers: CUSTOMERS });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ kind: "campaign", fileName: "Spring", status: "queued" });
    const { id } = answer.json();
    await world.dataflows.resumeRuns();
    expect((await look(id)).json()).toMatchObject({
      status: "finished",
      rowsRead: 3,
      rowsImported: 2,
      rowsRejected: 1,
      summary: { options: { campaign: SPRING } },
    });
    expect(
      await world.query("select kind, amount::int as amount, reason from points.adjustments order by amount"),
    ).toEqual([
      { kind: "campaign", amount: 50_000, reason: "Thank you" },
      { kind: "campaign", amount: 75_000, reason: "Thank you" },
    ]);
    expect((await look(id, stranger)).statusCode).toBe(404);
  });

  test("and to those of a file, but to nobody twice", async () => {
    const { points, ...words } = SPRING;
    const answer = await upload(
      "/api/points/campaigns",
      { ...words, points: String(points), promotionName: "", mapping: '{"externalId":"Who"}' },
      "Who,Since\nK1,2020\nK2,2021\n",
    );
    expect(answer.statusCode).toBe(200);
    await world.dataflows.resumeRuns();
    expect((await look(answer.json().id)).json()).toMatchObject({
      fileName: "a.csv",
      status: "finished",
      rowsImported: 0,
      rowsSkipped: 1,
      rowsRejected: 1,
    });
    expect(await world.verify()).toEqual([]);
  });

  test.each<[object, string, string]>([
    [{ ...SPRING, customers: [] }, "dataflows.invalid", "body.customers"],
    [{ ...SPRING }, "dataflows.invalid", "body"],
    [{ ...SPRING, name: "", customers: CUSTOMERS }, "dataflows.invalid", "body.name"],
    [{ ...SPRING, points: "many", customers: CUSTOMERS }, "dataflows.invalid", "body.points"],
    [{ ...SPRING, points: -1, customers: CUSTOMERS }, "dataflows.invalid", "points"],
    [{ ...SPRING, budget: "all", customers: CUSTOMERS }, "dataflows.invalid", "body.budget"],
    [{ ...SPRING, budget: 1, customers: CUSTOMERS }, "dataflows.invalid", "budget"],
    [{ ...SPRING, mostPerCustomer: 1, customers: CUSTOMERS }, "dataflows.invalid", "mostPerCustomer"],
    [{ ...SPRING, expiresOn: "2020-01-01", customers: CUSTOMERS }, "dataflows.invalid", "expiresOn"],
    [{ ...SPRING, customers: [{ phone: "1" }] }, "dataflows.invalid", "body.customers.0.phone"],
  ])("%j is refused, with the field", async (body, code, field) => {
    const answer = await send(body);
    expect([answer.statusCode, answer.json().error.code, answer.json().error.field]).toEqual([
      400,
      code,
      field,
    ]);
  });

  test("a form without a number of points, a name or a file is refused", async () => {
    const url = "/api/points/campaigns";
    const list = "externalId\nK1\n";
    const refusals = [
      await upload(url, { name: "A", reason: "B", points: "many" }, list),
      await upload(url, { reason: "B", points: "5" }, list),
      await upload(url, { name: "A", reason: "B" }, list),
      await upload(url, { name: "A", reason: "B", points: "5", budget: "all" }, list),
      await upload(url, { name: "A", reason: "B", points: "5" }, "Shoe size\n44\n"),
      await upload(url, { name: "A", reason: "B", points: "5", options: '{"asOf":"now"}' }, list),
    ];
    expect(refusals.map((answer) => [answer.statusCode, answer.json().error.code])).toEqual([
      [400, "dataflows.bad_part"],
      [400, "dataflows.invalid"],
      [400, "dataflows.invalid"],
      [400, "dataflows.bad_part"],
      [400, "dataflows.target_missing"],
      [400, "dataflows.invalid"],
    ]);
  });
});

describe("who may", () => {
  test("give points to many both writes points and imports", async () => {
    for (const who of [marketer, agent])
      expect((await send({ ...SPRING, customers: CUSTOMERS }, who)).statusCode).toBe(403);
  });

  test("import points writes points too; other files need no more than before", async () => {
    const file = "externalId,points\nK1,5\n";
    expect((await upload("/api/imports", { kind: "points" }, file, marketer)).statusCode).toBe(403);
    expect(
      (await upload("/api/imports", { kind: "customers" }, "externalId\nK9\n", marketer)).statusCode,
    ).toBe(200);
    const answer = await upload("/api/imports", { kind: "points" }, file);
    expect([answer.statusCode, answer.json().kind]).toEqual([200, "points"]);
    await world.dataflows.resumeRuns();
    expect((await look(answer.json().id)).json()).toMatchObject({ status: "finished", rowsImported: 1 });
  });

  test("a campaign has its own call, and another organisation's customers are not found", async () => {
    const answer = await upload("/api/imports", { kind: "campaign" }, "externalId\nK1\n");
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, "dataflows.bad_part"]);
    const [row] = await world.query<{ id: number }>("select min(party_id) as id from customers.customers");
    const run = (
      await send({ ...SPRING, customers: [{ id: row!.id }, { externalId: "K1" }] }, stranger)
    ).json();
    await world.dataflows.resumeRuns();
    expect((await look(run.id, stranger)).json()).toMatchObject({ rowsImported: 0, rowsRejected: 2 });
  });
});
