import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type AccessServer,
  type Answer,
  call,
  createAccessServer,
  createShop,
  type Shop,
} from "./access-server.ts";

let access: AccessServer;
let shop: Shop;
let other: Shop;

beforeAll(async () => {
  access = await createAccessServer();
  shop = await createShop(access);
  other = await createShop(access);
});
afterAll(() => access.close());

type Method = "GET" | "POST" | "PUT" | "DELETE";
const send = (method: Method, url: string, payload?: unknown, headers: object = shop.owner.headers) =>
  call(access.server, method, url, headers as Record<string, string>, payload);
const code = (answer: Answer) => [answer.status, answer.body?.error?.number];

describe("the organisation", () => {
  test("is read and changed", async () => {
    const changed = await send("PUT", "/api/organisation", {
      name: "ABC Group",
      timeZone: "Asia/Kolkata",
      currency: "INR",
    });
    expect(changed.body).toEqual({
      id: shop.id,
      code: shop.organisation.code,
      name: "ABC Group",
      country: "GB",
      timeZone: "Asia/Kolkata",
      clusterTimeZone: "Europe/London",
      currency: "INR",
      language: "en",
    });
    expect((await send("GET", "/api/organisation")).body).toEqual(changed.body);
    expect((await send("GET", "/api/organisation", undefined, other.owner.headers)).body.id).toBe(other.id);
  });

  test("keeps both of two changes that come at the same moment", async () => {
    for (const round of ["1", "2", "3"]) {
      const answers = await Promise.all([
        send("PUT", "/api/organisation", { name: `Both ${round}` }),
        send("PUT", "/api/organisation", { language: round === "2" ? "de" : "fr" }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect((await send("GET", "/api/organisation")).body).toMatchObject({
        name: `Both ${round}`,
        language: round === "2" ? "de" : "fr",
      });
    }
  });

  test.each([
    [{ timeZone: "Mars/Olympus" }, "timeZone"],
    [{ clusterTimeZone: "'; drop table" }, "clusterTimeZone"],
    [{ currency: "XXQ" }, "currency"],
    [{ currency: "JPY" }, "currency"],
    [{ country: "QQ" }, "country"],
    [{ language: "English" }, "language"],
    [{ name: "a\u0007" }, "name"],
    [{ name: "" }, undefined],
    [{ code: "mine" }, undefined],
    [{ name: 7 }, undefined],
  ])("refuses %j", async (payload, field) => {
    const answer = await send("PUT", "/api/organisation", payload);
    expect([answer.status, answer.body.error.field]).toEqual([400, field]);
    expect(answer.body.error.message).toContain(Object.keys(payload)[0]);
  });
});

describe("settings", () => {
  test("are listed with defaults and set", async () => {
    const before = await send("GET", "/api/settings");
    expect(before.body.total).toBe(before.body.items.length);
    const key = "CONF_REGISTRATION_PRIMARY_KEY";
    const find = (answer: Answer) => answer.body.items.find((item: { key: string }) => item.key === key);
    expect(find(before)).toMatchObject({ value: "mobile", default: "mobile", type: "choice", isOwn: false });
    expect((await send("PUT", `/api/settings/${key}`, { value: "EMAIL" })).body.value).toBe("email");
    expect(find(await send("GET", "/api/settings"))).toMatchObject({ value: "email", isOwn: true });
    expect((await access.orgs.get(shop.id)).setting(key)).toBe("email");
    expect((await access.orgs.get(other.id)).setting(key)).toBe("mobile");
    const flag = await send("PUT", "/api/settings/CONF_USERS_IS_MOBILE_REQUIRED", { value: true });
    expect([flag.body.value, (await access.orgs.get(shop.id)).flag("CONF_USERS_IS_MOBILE_REQUIRED")]).toEqual(
      ["1", true],
    );
  });

  test("that nothing acts on are neither offered nor set here; the documented call keeps them and says so", async () => {
    const key = "CONF_CARD_NUMBER_PREFIX";
    const keys = (await send("GET", "/api/settings")).body.items.map((item: { key: string }) => item.key);
    expect(keys).toContain("CONF_LOYALTY_MAX_BILL_LINEITEM_AMOUNT");
    expect(keys).not.toContain(key);
    expect(code(await send("PUT", `/api/settings/${key}`, { value: "AB" }))).toEqual([400, 70106]);
    const kept = { keyName: key, value: "AB", scope: "ORG" };
    const warnings = [{ status: false, code: 70107, message: expect.stringContaining(key) }];
    const path = "/v2/organization/configs";
    const set = await call(access.server, "POST", path, shop.till, kept);
    expect(set.body).toEqual({ entityId: shop.id, ...kept, warnings });
    expect((await call(access.server, "GET", `${path}/${key}`, shop.till)).body).toEqual(set.body);
  });

  test("refuse unknown keys and values", async () => {
    expect(code(await send("PUT", "/api/settings/NOPE", { value: "1" }))).toEqual([400, 3206]);
    expect(code(await send("PUT", "/api/settings/__proto__", { value: "1" }))).toEqual([400, 3206]);
    const url = "/api/settings/CONF_USERS_IS_MOBILE_REQUIRED";
    for (const value of ["perhaps", 7, ""])
      expect(code(await send("PUT", url, { value }))).toEqual([400, 3212]);
    const dates = "/api/settings/CONF_MIN_BILLING_DATE";
    expect(code(await send("PUT", dates, { value: "a\u0000" }))).toEqual([400, 3212]);
    expect(code(await send("PUT", url, { value: null }))).toEqual([400, 400]);
    expect(code(await send("PUT", url, {}))).toEqual([400, 400]);
  });
});

describe("entities", () => {
  test("are added, linked, found and changed", async () => {
    const zone = await send("POST", "/api/entities", {
      type: "ZONE",
      code: "south",
      name: "South",
      parentId: shop.zoneId,
    });
    expect(zone.body.parent).toMatchObject({ id: shop.zoneId, code: "north" });
    const store = await send("POST", "/api/entities", {
      type: "STORE",
      code: "store-9",
      name: "High Street",
      parentId: zone.body.id,
      conceptId: shop.conceptId,
      externalIds: ["HS9"],
    });
    const till = await send("POST", "/api/entities", {
      type: "TILL",
      code: `${shop.organisation.code}.nine`,
      name: "Nine",
      parentId: store.body.id,
    });
    expect(till.body).toMatchObject({
      parent: { code: "store-9" },
      concept: { id: shop.conceptId },
      hasCredentials: false,
      childCount: 0,
    });
    expect((await send("GET", `/api/entities/${store.body.id}`)).body.childCount).toBe(1);
    expect((await send("GET", "/api/entities?q=hs9")).body.items).toHaveLength(1);
    expect((await send("GET", "/api/entities?type=TILL&q=NINE")).body.items[0].id).toBe(till.body.id);
    const tills = await send("GET", "/api/entities?type=TILL&q=till1");
    expect(tills.body.items[0]).toMatchObject({ id: shop.tillIds[0], hasCredentials: true });

    const moved = await send("PUT", `/api/entities/${store.body.id}`, {
      parentId: null,
      name: "Market",
      conceptId: null,
    });
    expect(moved.body).toMatchObject({ parent: null, concept: null, name: "Market", code: "store-9" });
    const closed = await send("PUT", `/api/entities/${till.body.id}`, {
      isActive: false,
      parentId: shop.storeIds[0],
    });
    expect(closed.body).toMatchObject({ isActive: false, parent: { id: shop.storeIds[0] } });
  });

  test("are listed in pages that hold each once, whatever their codes", async () => {
    const author = { orgId: other.id, name: "test" };
    for (const word of ["b", "B1", "a", "É", "é2", "10", "9", "_"]) {
      await access.orgs.createEntity(author, { type: "CONCEPT", code: word, name: word });
    }
    const seen: number[] = [];
    let after = "";
    do {
      const page = await send("GET", `/api/entities?limit=3${after}`, undefined, other.owner.headers);
      seen.push(...page.body.items.map((item: { id: number }) => item.id));
      after = page.body.next === null ? "" : `&after=${page.body.next}`;
      expect(page.body.total).toBe(14);
    } while (after !== "");
    expect(seen).toHaveLength(14);
    expect(new Set(seen).size).toBe(14);
  });

  test.each([
    [{ type: "CITY" }, 400],
    [{ code: "" }, 400],
    [{ code: "a:b" }, 400],
    [{ code: " a" }, 200],
    [{ name: "a\u0000" }, 400],
    [{ name: "\udc00" }, 400],
    [{ code: "x".repeat(101) }, 400],
    [{ timeZone: "Nowhere" }, 400],
    [{ parentId: 999_999_999 }, 404],
    [{ parentId: 0 }, 400],
    [{ parentId: "1" }, 400],
    [{ storeId: 1 }, 400],
    [{ externalIds: ["1", "2", "3", "4"] }, 400],
  ])("%j answers %i", async (change, status) => {
    const answer = await send("POST", "/api/entities", {
      type: "STORE",
      code: "tested",
      name: "Tested",
      ...change,
    });
    expect(answer.status).toBe(status);
  });

  test("a till needs a store, codes are taken without regard to case, zones do not nest in themselves", async () => {
    expect(code(await send("POST", "/api/entities", { type: "TILL", code: "lost", name: "Lost" }))).toEqual([
      400, 400,
    ]);
    expect(code(await send("POST", "/api/entities", { type: "STORE", code: "STORE-1", name: "X" }))).toEqual([
      400, 1220,
    ]);
    const inner = await send("POST", "/api/entities", {
      type: "ZONE",
      code: "inner",
      name: "I",
      parentId: shop.zoneId,
    });
    const url = `/api/entities/${shop.zoneId}`;
    expect(code(await send("PUT", url, { parentId: shop.zoneId }))).toEqual([400, 70102]);
    expect(code(await send("PUT", url, { parentId: inner.body.id }))).toEqual([400, 70102]);
    expect(code(await send("PUT", `/api/entities/${shop.storeIds[0]}`, { code: "store-2" }))).toEqual([
      400, 1220,
    ]);
    expect(code(await send("PUT", url, { type: "STORE" }))).toEqual([400, 400]);
  });

  test("of another organisation are not there", async () => {
    for (const id of [other.storeIds[0], other.zoneId, "abc", "0"]) {
      expect(code(await send("GET", `/api/entities/${id}`))).toEqual([404, 3202]);
      expect(code(await send("PUT", `/api/entities/${id}`, { name: "mine" }))).toEqual([404, 3202]);
    }
    const foreign = { type: "STORE", code: "spy", name: "Spy", parentId: other.zoneId };
    expect(code(await send("POST", "/api/entities", foreign))).toEqual([404, 1215]);
    const till = { type: "TILL", code: "spy.till", name: "Spy", parentId: other.storeIds[0] };
    expect(code(await send("POST", "/api/entities", till))).toEqual([404, 1215]);
    expect((await send("GET", "/api/entities?after=nonsense")).status).toBe(400);
  });
});

describe("fields", () => {
  test("are defined, listed and changed", async () => {
    const made = await send("POST", "/api/fields", {
      kind: "extended",
      scope: "customer",
      name: "city",
      label: "City",
      dataType: "enum",
      enumValues: ["Cebu", "Manila"],
    });
    expect(made.body).toMatchObject({ scope: "CUSTOMER", isMandatory: false, isActive: true });
    expect((await send("GET", "/api/fields?kind=extended&scope=CUSTOMER")).body.items).toEqual([made.body]);
    expect((await send("GET", "/api/fields", undefined, other.owner.headers)).body.items).toEqual([]);
    const url = `/api/fields/${made.body.id}`;
    const more = await send("PUT", url, { enumValues: ["Cebu", "Manila", "Davao"], isMandatory: true });
    expect(more.body.enumValues).toHaveLength(3);
    expect(code(await send("PUT", url, { enumValues: ["Cebu"] }))).toEqual([400, 70105]);
    expect((await send("PUT", url, { isActive: false })).body.isActive).toBe(false);
    expect((await access.orgs.get(shop.id)).extendedFields("CUSTOMER")).toEqual([]);
    expect(code(await send("PUT", url, { name: "town" }))).toEqual([400, 400]);
    expect(code(await send("PUT", url, { isActive: true }, other.owner.headers))).toEqual([404, 3203]);
    expect(code(await send("PUT", "/api/fields/abc", {}))).toEqual([404, 3203]);
  });

  test.each([
    [{ scope: "SHOP" }, 1018],
    [{ scope: "LOYALTY_REGISTRATION" }, 1018],
    [{ dataType: "enum" }, 400],
    [{ dataType: "enum", enumValues: ["a", "A"] }, 400],
    [{ enumValues: ["a"] }, 400],
    [{ dataType: "json" }, 400],
    [{ name: "1st" }, 400],
    [{ name: "__proto__" }, 400],
    [{ label: "\u0000" }, 400],
  ])("%j is refused with %i", async (change, expected) => {
    const field = { kind: "extended", scope: "CUSTOMER", name: "refused", dataType: "string", ...change };
    expect(code(await send("POST", "/api/fields", field))).toEqual([400, expected]);
  });

  test("the same name twice at the same moment makes one field", async () => {
    const field = { kind: "extended", scope: "TRANSACTION", name: "race", dataType: "string" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => send("POST", "/api/fields", field)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.body.error?.number === 1025)).toHaveLength(7);
  });
});
