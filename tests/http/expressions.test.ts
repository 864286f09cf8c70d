import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SignedInUser, signInTill, signInUser } from "../../src/identity/testing.ts";
import { createTestApp, createTestShop, type TestApp, type TestShop } from "../support/app.ts";
import { call } from "./access-server.ts";

let app: TestApp;
let shop: TestShop;
let other: TestShop;
let owner: SignedInUser;
let agent: SignedInUser;
let stranger: SignedInUser;

beforeAll(async () => {
  app = await createTestApp();
  shop = await createTestShop(app);
  other = await createTestShop(app);
  owner = await signInUser(app.identity, shop.organisation, "owner");
  agent = await signInUser(app.identity, shop.organisation, "care_agent");
  stranger = await signInUser(app.identity, other.organisation, "owner");
  const author = { orgId: shop.orgId, name: "Mia" };
  const field = { kind: "extended", scope: "TRANSACTION", dataType: "string" } as const;
  await app.orgs.defineField(author, { ...field, name: "Channel" });
  await app.orgs.defineField(author, { ...field, scope: "LINEITEM", name: "Engraved", dataType: "boolean" });
  const { id } = await app.orgs.defineField(author, { ...field, name: "Retired" });
  await app.orgs.updateField(author, id, { isActive: false });
});
afterAll(() => app.dispose());

const get = (url: string, headers: Record<string, string>) => call(app.server, "GET", url, headers);
const post = (url: string, payload: unknown, headers: Record<string, string> = owner.headers) =>
  call(app.server, "POST", url, headers, payload);
const check = async (body: object, who = owner) =>
  (await post("/api/expressions/check", body, who.headers)).body;

const ROUTES = ["check", "completions", "hover", "tree", "text"];

test("every route asks who is there and what is asked", async () => {
  for (const route of ROUTES) {
    expect((await post(`/api/expressions/${route}`, {}, {})).status, route).toBe(401);
    expect((await post(`/api/expressions/${route}`, { odd: 1 })).status, route).toBe(400);
  }
  expect((await get("/api/expressions/catalogue", {})).status).toBe(401);
  expect((await get("/api/expressions/catalogue?activity=Dance", owner.headers)).status).toBe(400);
  expect((await post("/api/expressions/check", { text: "true", activity: "Dance" })).status).toBe(400);
});

describe("checking", () => {
  test("is done with the organisation's fields", async () => {
    expect(await check({ text: 'currenttxn.extField_Channel=="web"&&currentCustomer.isLoyal' })).toEqual({
      ok: true,
      problems: [],
      type: "boolean",
      formatted: 'currenttxn.extField_Channel == "web" && currentCustomer.isLoyal',
      reads: ["currentTxn.extField_Channel", "currentCustomer.isLoyal"],
    });
    expect(await check({ text: "\n currentTxn.value> 5 && currentTxn.extField_Chanel.isNull()" })).toEqual({
      ok: false,
      problems: [
        {
          message: 'currentTxn has no extended field "Chanel"; did you mean extField_Channel?',
          line: 2,
          column: 36,
          start: 36,
          end: 51,
          expected: "an extended field of the organisation",
          nearest: "extField_Channel",
        },
      ],
      type: null,
      formatted: "currentTxn.value > 5 && currentTxn.extField_Chanel.isNull()",
      reads: [],
    });
    expect(await check({ text: "currentTxn.value >" })).toMatchObject({
      ok: false,
      type: null,
      formatted: null,
      problems: [{ line: 1, nearest: null }],
    });
    expect((await check({ text: 'currentTxn.extField_Channel=="web"' }, stranger)).ok).toBe(false);
    // Published rules may still read what new ones are not led to.
    expect((await check({ text: "currentTxn.extField_Retired.isNull()" })).ok).toBe(true);
  });

  test("depends on where the rule stands", async () => {
    const line = "currentLineItem.qty > 1 && currentLineItem.extField_Engraved";
    const refused = await check({ text: line });
    expect(refused.problems[0].message).toContain("in sets that run once for each line");
    expect((await check({ text: line, lines: true })).ok).toBe(true);
    const reached = 'currentEvent.targetName == "x"';
    expect((await check({ text: reached })).ok).toBe(false);
    expect((await check({ text: reached, activity: "TargetCompleted" })).ok).toBe(true);
    const event = { activity: "GenericEvent", eventAttributes: [{ name: "paid", type: "number" }] };
    expect((await check({ text: "currentEvent.paid > 3", ...event })).ok).toBe(true);
    const bad = { activity: "GenericEvent", eventAttributes: [{ name: "a b", type: "number" }] };
    const answer = await post("/api/expressions/check", { text: "true", ...bad });
    expect([answer.status, answer.body.error.number]).toEqual([400, 75002]);
    expect(answer.body.error.message).toContain("eventAttributes[0].name");
  });
});

test("the catalogue lists what can be named at a place, for an editor", async () => {
  const list = async (who: SignedInUser, query = "") =>
    (await get(`/api/expressions/catalogue${query}`, who.headers)).body;
  const body = await list(agent);
  expect(body).toMatchObject({ next: null, total: body.items.length });
  for (const entry of [
    {
      profile: "currentTxn",
      name: "value",
      kind: "attribute",
      type: "number",
      unit: "money",
      source: "known",
    },
    { profile: "currentTxn", name: "extField_Channel", kind: "attribute", type: "string" },
    { profile: "currentTxn", name: "basketSum", kind: "function", type: "number" },
    { profile: "currentCustomer", name: "isControl", source: "none yet" },
    { profile: null, name: "isWeekend", kind: "method", type: "boolean", on: ["date"] },
  ])
    expect(body.items).toContainEqual(expect.objectContaining(entry));
  const named = (items: { name: string }[]) => items.map((item) => item.name);
  expect(named(body.items)).not.toContain("extField_Retired");
  expect(named((await list(stranger)).items)).not.toContain("extField_Channel");
  expect(named(body.profiles)).not.toContain("currentLineItem");
  expect(body.elsewhere).toContainEqual({
    name: "currentLineItem",
    where: "in TransactionAdd, in sets that run once for each line",
  });
  const inLines = await list(owner, "?activity=TransactionAdd&lines=true");
  expect(named(inLines.profiles)).toContain("currentLineItem");
  expect(named(inLines.items)).toContain("extField_Engraved");
});

describe("writing", () => {
  test("is helped by what can stand at the cursor", async () => {
    const complete = async (text: string, offset: number, more = {}) =>
      (await post("/api/expressions/completions", { text, offset, ...more })).body;
    const { from, to, items } = await complete("currentTxn.ext > 3", 14);
    expect([from, to]).toEqual([11, 14]);
    expect(items[0]).toMatchObject({
      label: "extField_Channel",
      kind: "attribute",
      type: "string",
      insert: "extField_Channel",
      caret: 16,
    });
    const tiers = await complete("currentCustomer.slabName == ", 28);
    expect(tiers.items.map(({ label }: { label: string }) => label)).toEqual(
      expect.arrayContaining(["Silver", "Gold"]),
    );
    const profiles = await complete("", 0, { lines: true });
    expect(profiles.items.map(({ label }: { label: string }) => label)).toContain("currentLineItem");
    expect((await post("/api/expressions/completions", { text: "", offset: -1 })).status).toBe(400);
  });

  test("and by what stands under it", async () => {
    const hover = async (text: string, offset: number) =>
      (await post("/api/expressions/hover", { text, offset })).body.hover;
    expect(await hover("currentTxn.value > 3", 13)).toEqual({
      start: 11,
      end: 16,
      title: "currentTxn.value",
      type: "number",
      doc: "Net amount of the bill.",
      source: "known",
    });
    expect(await hover("currentTxn.value > 3", 16)).toMatchObject({ start: 11 });
    expect(await hover("  ", 1)).toBeNull();
  });
});

describe("forms", () => {
  const TREE = {
    kind: "any",
    items: [
      { kind: "condition", left: "currentTxn.value", operator: ">", right: "3" },
      { kind: "not", item: { kind: "raw", text: "currentCustomer.isLoyal", parentheses: 1 } },
    ],
  };

  test("a text is read as a tree and written from one", async () => {
    const read = (await post("/api/expressions/tree", { text: "currentTxn.value>3||true" })).body;
    expect(read).toEqual({
      ok: true,
      problems: [],
      tree: {
        kind: "any",
        items: [
          { kind: "condition", left: "currentTxn.value", operator: ">", right: "3" },
          { kind: "condition", left: "true", operator: "is", right: null },
        ],
      },
    });
    expect((await post("/api/expressions/tree", { text: "1 >" })).body).toMatchObject({
      ok: false,
      tree: null,
      problems: [{ column: 4 }],
    });
    expect((await post("/api/expressions/text", { tree: TREE })).body).toEqual({
      text: "currentTxn.value > 3 || !(currentCustomer.isLoyal)",
    });
  });

  test.each([
    [{ kind: "some" }, "tree must have the kind"],
    [7, "tree must be a group or a condition"],
    [{ kind: "all" }, "tree has no items"],
    [{ kind: "all", items: [{ kind: "not" }] }, "tree.items[0].item must be"],
    [{ kind: "condition", left: 1, operator: "==" }, "tree has no left"],
    [{ kind: "raw", text: "true", parentheses: 65 }, "tree has parentheses"],
  ])("%j is no tree", async (tree, message) => {
    const { status, body } = await post("/api/expressions/text", { tree });
    expect([status, body.error.number]).toEqual([400, 75001]);
    expect(body.error.message).toContain(message);
  });

  test("a tree is not nested without end", async () => {
    let tree: unknown = { kind: "raw", text: "true" };
    for (let level = 0; level < 200; level += 1) tree = { kind: "not", item: tree };
    const { status, body } = await post("/api/expressions/text", { tree });
    expect([status, body.error.message]).toEqual([400, expect.stringContaining("nested too deeply")]);
  });
});

describe("the documented check of an expression", () => {
  const url = (eventType = "TransactionAdd", programId: unknown = shop.programId) =>
    `/loyalty/api/v1/workflows/expJSON/${programId}/${eventType}`;
  const till = () => ({ authorization: shop.authorization });

  test("answers its tree as text", async () => {
    const { status, body } = await post(url(), { exp: 'currentTxn.number=="x"' }, till());
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      status: 200,
      result: {
        expressionJSON: expect.any(String),
        expression: 'currentTxn.number == "x"',
        isError: false,
      },
    });
    expect(JSON.parse(body.result.expressionJSON)).toMatchObject({ arity: "binary_operation", value: "==" });
  });

  test("tells an error in a good answer", async () => {
    const result = async (exp: string, eventType?: string) =>
      (await post(url(eventType), { exp }, till())).body.result;
    expect(await result("currentTxn.value >")).toEqual({
      expressionJSON: "",
      expression: "currentTxn.value >",
      isError: true,
    });
    expect(await result("currentTxn.valeu > 3")).toMatchObject({ isError: true });
    expect(await result("currentTxn.value > 3", "CustomerUpdate")).toMatchObject({ isError: true });
    expect(await result("currentLineItem.qty > 3 && currentTracker.trackedValue > 1")).toMatchObject({
      isError: false,
    });
    expect(await result("returnBill.discount > 3", "ReturnBill")).toMatchObject({ isError: false });
  });

  test("refuses what is not there", async () => {
    const code = async (path: string, headers = till()) => {
      const { status, body } = await post(path, { exp: "true" }, headers);
      return [status, body.errors?.[0]?.code];
    };
    expect(await code(url("TransactionAdd", 99))).toEqual([404, 8089]);
    expect(await code(url("TransactionAdd", "abc"))).toEqual([404, 8089]);
    expect(await code(url("TransactionAdd", other.programId))).toEqual([404, 8089]);
    expect(await code(url("Dance"))).toEqual([400, 71011]);
    expect((await post(url(), {}, till())).status).toBe(400);
    expect((await post(url(), { exp: "true" }, {})).status).toBe(401);
    const weak = await signInTill(app.identity, shop.organisation, shop.tillIds[1], ["Transaction:write"]);
    expect((await post(url(), { exp: "true" }, weak)).status).toBe(403);
  });
});
