import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signInTill } from "../../src/identity/testing.ts";
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
let readOnly: { authorization: string };
let writeOnly: { authorization: string };

beforeAll(async () => {
  access = await createAccessServer();
  shop = await createShop(access);
  other = await createShop(access);
  writeOnly = await signInTill(access.identity, shop.organisation, shop.tillIds[1], ["Organization:write"]);
  const author = { orgId: shop.id, name: "test" };
  const till = {
    type: "TILL",
    code: `${shop.organisation.code}.read`,
    name: "Reader",
    storeId: shop.storeIds[0],
  } as const;
  const reader = await access.orgs.createEntity(author, till);
  readOnly = await signInTill(access.identity, await access.orgs.get(shop.id), reader.id, [
    "Organization:read",
  ]);
});
afterAll(() => access.close());

const get = (url: string, headers: Record<string, string> = shop.till) =>
  call(access.server, "GET", url, headers);
const post = (url: string, payload: unknown, headers: Record<string, string> = shop.till) =>
  call(access.server, "POST", url, headers, payload);
const code = (answer: Answer) => [answer.status, answer.body.errors?.[0]?.code];

describe("every documented read and write", () => {
  const reads = [
    "/v2/organization/hierarchy",
    "/v2/meta/sources",
    "/v2/organization/till?code=x",
    "/v2/organization/till/1",
    "/v2/organization/activeTill",
    "/v2/organization/configs/CONF_REGISTRATION_PRIMARY_KEY",
    "/v2/organization/configkeyvalue?name=CONF_REGISTRATION_PRIMARY_KEY",
    "/v2/organization/customFields",
    "/v2/org/customFields",
    "/v2/extendedFields",
    "/v2/entity/extendedFieldConfig",
  ];
  const writes = [
    ["POST", "/v2/organization/configs"],
    ["POST", "/v2/orgEntity/store"],
    ["POST", "/v2/orgEntity/store/bulk"],
    ["POST", "/v2/orgEntity/till"],
    ["PUT", "/v2/orgEntity/till/1"],
    ["POST", "/v2/customFields"],
    ["POST", "/v2/entity/extended_field_config"],
  ] as const;

  test.each(reads)("GET %s needs credentials and the right to read", async (url) => {
    expect(code(await get(url, {}))).toEqual([401, 401]);
    // Write does not imply read.
    expect(code(await get(url, writeOnly))).toEqual([403, 4000]);
  });

  test.each(writes)("%s %s needs credentials and the right to write", async (method, url) => {
    const payload = url.endsWith("bulk") ? [] : {};
    expect(code(await call(access.server, method, url, {}, payload))).toEqual([401, 401]);
    const refused = await call(access.server, method, url, readOnly, payload);
    expect(code(refused)).toEqual([403, 4000]);
    expect(refused.body.errors[0].message).toBe("Not authorized. Access is denied!");
  });
});

describe("organisation reads", () => {
  test("the hierarchy of a standard organisation is itself", async () => {
    const { status, body } = await get("/v2/organization/hierarchy?fetchSiblings=true");
    expect(status).toBe(200);
    expect(body.baseOrganization).toMatchObject({
      id: shop.id,
      parentId: -1,
      currency: "British Pound",
      timezoneLabel: "Europe/London",
      timezoneOffset: "+00:00",
      countryCode: "GB",
      orgType: "STANDARD_ORG",
    });
    expect(body.connectedOrganizations).toEqual([]);
    expect(body.baseOrganization.customFields).toBeUndefined();
  });

  test("sources come with their accounts", async () => {
    await access.orgs.addSourceAccount({ orgId: shop.id, name: "test" }, "WECHAT", "wx1", "Official account");
    const { body } = await get("/v2/meta/sources");
    const names = body.data.map((source: { name: string }) => source.name);
    expect(names).toContain("INSTORE");
    expect(body.data.find((source: { name: string }) => source.name === "WECHAT").accounts).toEqual([
      { accountId: "wx1", name: "Official account" },
    ]);
    expect((await access.orgs.get(shop.id)).sourceAccounts("WECHAT")).toEqual([
      { id: "wx1", name: "Official account" },
    ]);
  });

  test("a till is found by code, id and name, and another organisation's is not", async () => {
    const tillCode = `${shop.organisation.code}.till1`;
    for (const query of [`code=${tillCode}`, `tillId=${shop.tillIds[0]}`, `name=Till 1`]) {
      const { status, body } = await get(`/v2/organization/till?${query}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        id: shop.tillIds[0],
        code: tillCode,
        type: "TILL",
        isActive: true,
        customField: [],
      });
    }
    expect(code(await get("/v2/organization/till"))).toEqual([400, 400]);
    expect(code(await get(`/v2/organization/till?code=${other.organisation.code}.till1`))).toEqual([
      404, 3202,
    ]);
    expect(code(await get(`/v2/organization/till/${other.tillIds[0]}`))).toEqual([404, 3202]);
    expect(code(await get("/v2/organization/till/abc"))).toEqual([404, 3202]);
    expect(code(await get(`/v2/organization/till/${shop.storeIds[0]}`))).toEqual([404, 3202]);
    expect((await get(`/v2/organization/till/${shop.tillIds[0]}`)).body.id).toBe(shop.tillIds[0]);
  });

  test("active tills are listed or looked up", async () => {
    const author = { orgId: shop.id, name: "test" };
    const closed = `${shop.organisation.code}.closed`;
    await access.orgs.createEntity(author, {
      type: "TILL",
      code: closed,
      name: "Closed",
      storeId: shop.storeIds[0],
      isActive: false,
    });
    const { body } = await get("/v2/organization/activeTill");
    const codes = body.data.map((till: { code: string }) => till.code);
    expect(codes).toContain(`${shop.organisation.code}.till1`);
    expect(codes).not.toContain(closed);
    expect((await get(`/v2/organization/activeTill?tillId=${shop.tillIds[1]}`)).body.id).toBe(
      shop.tillIds[1],
    );
    expect(code(await get(`/v2/organization/activeTill?code=${closed}`))).toEqual([404, 3202]);
    expect(code(await get(`/v2/organization/activeTill?tillId=${other.tillIds[0]}`))).toEqual([404, 3202]);
  });
});

describe("settings", () => {
  const key = "CONF_LOYALTY_BILL_NUMBER_UNIQUE_IN_DAYS";

  test("are set, read in both ways, and are the organisation's own", async () => {
    expect(code(await get(`/v2/organization/configs/${key}`))).toEqual([400, 3209]);
    const set = await post("/v2/organization/configs", { keyName: key, value: "6", scope: "ORG" });
    expect(set.body).toEqual({ entityId: shop.id, keyName: key, value: "6", scope: "ORG", warnings: [] });
    expect((await get(`/v2/organization/configs/${key}`)).body).toEqual(set.body);
    expect((await get(`/v2/organization/configkeyvalue?name=${key}`)).body).toEqual(set.body);
    expect(code(await get(`/v2/organization/configs/${key}`, other.till))).toEqual([400, 3209]);
    expect((await access.orgs.get(shop.id)).number(key)).toBe(6);
  });

  test.each([
    [{ keyName: key, value: "6", scope: "STORE" }, 3211],
    [{ keyName: key, value: "6" }, 3211],
    [{ keyName: key, value: "many", scope: "ORG" }, 3212],
    [{ keyName: key, value: -1, scope: "ORG" }, 3212],
    [{ keyName: key, value: { a: 1 }, scope: "ORG" }, 3212],
    [{ keyName: "NO_SUCH_KEY", value: "1", scope: "ORG" }, 3206],
    [{ value: "1", scope: "ORG" }, 400],
  ])("refuses %j with %i", async (payload, expected) => {
    expect(code(await post("/v2/organization/configs", payload))).toEqual([400, expected]);
  });

  test("a look-up by key needs the key", async () => {
    expect(code(await get("/v2/organization/configkeyvalue"))).toEqual([400, 400]);
    expect(code(await get("/v2/organization/configkeyvalue?name=constructor"))).toEqual([400, 3209]);
  });
});

describe("stores", () => {
  test("a store is added as documented and seen at once", async () => {
    const store = {
      code: "MaiHàGiang",
      name: "Mai Hà Giang",
      type: "STORE",
      adminType: "GENERAL",
      isActive: "true",
      timeZoneId: "",
      currencyId: "230",
      languageId: 393,
      parentZoneId: shop.zoneId,
      parentConceptId: String(shop.conceptId),
      externalIds: ["Ex-1", "Ex-2", "Ex-3"],
      email: "store@example.com",
      cityId: 0,
    };
    const { status, body } = await post("/v2/orgEntity/store", store);
    expect([status, body.warnings]).toEqual([200, []]);
    const organisation = await access.orgs.get(shop.id);
    expect(organisation.store(body.createdId)).toMatchObject({
      code: "MaiHàGiang",
      currencyId: 230,
      languageId: 393,
      timeZoneId: null,
      externalIds: ["Ex-1", "Ex-2", "Ex-3"],
      createdBy: `${shop.organisation.code}.till1`,
    });
    expect(organisation.zoneOf(body.createdId)?.id).toBe(shop.zoneId);
    expect(code(await post("/v2/orgEntity/store", store))).toEqual([400, 1206]);
    expect(code(await post("/v2/orgEntity/store", { ...store, name: "Another" }))).toEqual([400, 1220]);
  });

  test.each([
    ["no code", { name: "A" }, "code"],
    ["no name", { code: "a" }, "name"],
    ["a space in the code", { code: "a b", name: "A" }, "code"],
    ["a long code", { code: "a".repeat(51), name: "A" }, "code"],
    ["a long name", { code: "a1", name: "A".repeat(101) }, "name"],
    ["a NUL", { code: "a1", name: "A\u0000" }, "name"],
    ["a nested name", { code: "a1", name: { $gt: "" } }, "name"],
    ["another type", { code: "a1", name: "A", type: "TILL" }, "type"],
    ["four external ids", { code: "a1", name: "A1", externalIds: ["1", "2", "3", "4"] }, "externalIds"],
    ["a fractional id", { code: "a1", name: "A1", parentZoneId: 1.5 }, "parentZoneId"],
    ["a huge id", { code: "a1", name: "A1", timeZoneId: 99999999999 }, "timeZoneId"],
  ])("refuses a store with %s", async (_, payload, field) => {
    const answer = await post("/v2/orgEntity/store", payload);
    expect(code(answer)).toEqual([400, 400]);
    expect(answer.body.errors[0].message).toContain(field);
  });

  test("an unknown or foreign parent is left out with a warning", async () => {
    const payload = {
      code: "orphan",
      name: "Orphan",
      parentZoneId: other.zoneId,
      parentConceptId: shop.zoneId,
    };
    const { body } = await post("/v2/orgEntity/store", payload);
    expect(body.warnings.map((warning: { code: number }) => warning.code)).toEqual([1215, 1215]);
    expect((await access.orgs.get(shop.id)).zoneOf(body.createdId)).toBeNull();
  });

  test("in bulk, one refused does not stop the others", async () => {
    const { status, body } = await post("/v2/orgEntity/store/bulk", [
      { code: "bulk-1", name: "Bulk 1" },
      { code: "BULK-1", name: "Bulk one" },
      "nonsense",
      { code: "bulk-2", name: "Bulk 2" },
    ]);
    expect([status, body.totalCount, body.failureCount]).toEqual([200, 4, 2]);
    expect(body.response.map((item: { errors: { code: number }[] }) => item.errors[0]?.code)).toEqual([
      undefined,
      1220,
      400,
      undefined,
    ]);
    expect(body.response[3].result).toMatchObject({ code: "bulk-2", type: "STORE", parentZoneId: -1 });
    const many = Array.from({ length: 101 }, (_, index) => ({ code: `m${index}`, name: `M${index}` }));
    expect(code(await post("/v2/orgEntity/store/bulk", many))).toEqual([400, 1060]);
    expect(code(await post("/v2/orgEntity/store/bulk", {}))).toEqual([400, 400]);
  });

  test("the same code twice at the same moment makes one store", async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        post("/v2/orgEntity/store", { code: "race", name: `Race ${index}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.body.errors?.[0].code === 1220)).toHaveLength(11);
  });
});

describe("tills", () => {
  const name = () => `${shop.organisation.code}.new`;

  test("a till is added with a password and can sign in", async () => {
    const till = { name: name(), password: "Sunny42", storeId: String(shop.storeIds[0]), billable: true };
    const { status, body } = await post("/v2/orgEntity/till", till);
    expect([status, body.warnings]).toEqual([200, []]);
    // The documented test vector: MD5 of Sunny42.
    const authorization = `Basic ${Buffer.from(`${name()}:20f465cb660d63c3e94e2917ce3436de`).toString("base64")}`;
    expect((await get(`/v2/organization/till/${body.createdId}`, { authorization })).body.code).toBe(name());
    expect(code(await post("/v2/orgEntity/till", till))).toEqual([400, 1207]);

    const changed = await call(access.server, "PUT", `/v2/orgEntity/till/${body.createdId}`, shop.till, {
      description: "By the door",
      password: "Rainy43",
      customFields: [{ name: "lane", value: "7", type: "text", dataType: "string", label: "Lane" }],
    });
    expect(changed.body).toEqual({ entity: body.createdId, warnings: [], errors: [], success: true });
    expect((await get("/v2/organization/hierarchy", { authorization })).status).toBe(401);
    const read = await get(`/v2/organization/till/${body.createdId}`);
    expect(read.body).toMatchObject({
      description: "By the door",
      customField: [{ name: "lane", value: "7" }],
    });
  });

  test("till codes are unique over all organisations", async () => {
    const taken = { name: `${shop.organisation.code}.till1`, password: "secret", storeId: other.storeIds[0] };
    expect(code(await post("/v2/orgEntity/till", taken, other.till))).toEqual([400, 1207]);
    const url = `/v2/orgEntity/till/${other.tillIds[1]}`;
    const renamed = await call(access.server, "PUT", url, other.till, { name: taken.name });
    expect(code(renamed)).toEqual([400, 1207]);
  });

  test("the store must be the organisation's own", async () => {
    for (const storeId of [other.storeIds[0], shop.tillIds[0], 0, undefined]) {
      const answer = await post("/v2/orgEntity/till", { name: "abc", password: "secret", storeId });
      expect(code(answer)).toEqual([400, 1214]);
    }
    const url = `/v2/orgEntity/till/${shop.tillIds[1]}`;
    const moved = await call(access.server, "PUT", url, shop.till, { storeId: other.storeIds[0] });
    expect(code(moved)).toEqual([400, 1214]);
  });

  test.each([
    [{ name: "Kiosk" }, 400],
    [{ name: "ab" }, 400],
    [{ name: "kiosk 7" }, 400],
    [{ password: undefined }, 400],
    [{ password: "x" }, 400],
    [{ password: ["a"] }, 400],
    [{ customFields: [{ name: "lane2" }] }, 1024],
    [{ customFields: [{ value: "1" }] }, 1024],
    [{ customFields: "lane" }, 400],
    [
      {
        customFields: [
          { name: "a", value: "1", type: "text" },
          { name: "A", value: "2", type: "text" },
        ],
      },
      1025,
    ],
  ])("refuses %j with %i", async (change, expected) => {
    const till = { name: "refused.till", password: "secret", storeId: shop.storeIds[0], ...change };
    expect(code(await post("/v2/orgEntity/till", till))).toEqual([400, expected]);
    expect((await access.orgs.get(shop.id)).tillByCode("refused.till")).toBeNull();
  });

  test("another organisation's till cannot be changed", async () => {
    const url = `/v2/orgEntity/till/${other.tillIds[0]}`;
    const answer = await call(access.server, "PUT", url, shop.till, { description: "mine" });
    expect(code(answer)).toEqual([404, 3227]);
    expect((await access.orgs.get(other.id)).till(other.tillIds[0])?.description).toBe("");
  });
});
