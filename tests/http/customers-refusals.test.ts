import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tillHeaders } from "../../src/identity/testing.ts";
import { call } from "./access-server.ts";
import { codeOf, customersClient, fresh, messageOf, profile } from "./customers-client.ts";
import {
  type CustomersServer,
  type CustomersShop,
  createCustomersServer,
  createCustomersShop,
} from "./customers-server.ts";

let access: CustomersServer;
let shop: CustomersShop;
let other: CustomersShop;
let client: ReturnType<typeof customersClient>;

beforeAll(async () => {
  access = await createCustomersServer();
  shop = await createCustomersShop(access);
  other = await createCustomersShop(access);
  client = customersClient(access, shop);
});
afterAll(() => access.close());

const post: typeof client.post = (...given) => client.post(...given);
const created: typeof client.created = (...given) => client.created(...given);
const read: typeof client.read = (...given) => client.read(...given);
const countOf: typeof client.countOf = (...given) => client.countOf(...given);

describe("a registration", () => {
  const refusals: [why: string, body: () => unknown, code: number, field: string][] = [
    ["a body of another type", () => [], 400, "body"],
    ["no profiles", () => ({}), 8084, "profiles"],
    ["profiles of another type", () => ({ profiles: "x" }), 400, "profiles"],
    ["a profile of another type", () => ({ profiles: [7] }), 400, "profiles[0]"],
    ["no source", () => ({ profiles: [profile(fresh(), { source: "" })] }), 8004, "source"],
    ["a source of another type", () => ({ profiles: [profile(fresh(), { source: 5 })] }), 3217, "source"],
    ["an unknown source", () => ({ profiles: [profile(fresh(), { source: "MOON" })] }), 3217, "MOON"],
    ["no account", () => ({ profiles: [profile(fresh(), { source: "WECHAT" })] }), 8045, "accountId"],
    [
      "an unknown account",
      () => ({ profiles: [profile(fresh(), { source: "WECHAT", accountId: "x" })] }),
      8127,
      "accountId",
    ],
    ["no identifiers", () => ({ profiles: [profile({})] }), 8005, "identifiers"],
    ["no usable identifier", () => ({ profiles: [profile({ email: "x" })] }), 8005, "identifiers"],
    [
      "an identifier without a type",
      () => ({ profiles: [profile({}, { identifiers: [{ value: "1" }] })] }),
      8092,
      "identifiers[0].type",
    ],
    [
      "an identifier of no type",
      () => ({ profiles: [profile({ shoe: "42" })] }),
      8013,
      "identifiers[0].type",
    ],
    [
      "a value of another type",
      () => ({ profiles: [profile({}, { identifiers: [{ type: "email", value: {} }] })] }),
      400,
      "identifiers[0].value",
    ],
    [
      "a channel of no type",
      () => ({ profiles: [profile(fresh(), { commChannels: [{ type: "pigeon", value: "1" }] })] }),
      8106,
      "commChannels[0].type",
    ],
    [
      "a flag that is none",
      () => ({
        profiles: [profile(fresh(), { commChannels: [{ type: "line", value: "1", primary: "perhaps" }] })],
      }),
      400,
      "primary",
    ],
    [
      "a date that is none",
      () => ({ profiles: [profile(fresh())], createDate: "2026-02-30" }),
      8017,
      "createDate",
    ],
    [
      "a date in the future",
      () => ({ profiles: [profile(fresh())], createDate: "2027-01-01" }),
      8017,
      "createDate",
    ],
    [
      "a date long ago",
      () => ({ profiles: [profile(fresh())], createDate: "0001-01-01" }),
      8017,
      "createDate",
    ],
    [
      "a loyalty type that is none",
      () => ({ profiles: [profile(fresh())], loyaltyInfo: { loyaltyType: "gold" } }),
      400,
      "loyaltyType",
    ],
    [
      "an unknown status label",
      () => ({ profiles: [profile(fresh())], statusLabel: "vip" }),
      8086,
      "statusLabel",
    ],
    [
      "fields of another type",
      () => ({ profiles: [profile(fresh())], extendedFields: [] }),
      400,
      "extendedFields",
    ],
    [
      "a name that cannot be stored",
      () => ({ profiles: [profile(fresh(), { firstName: "a\u0000b" })] }),
      400,
      "firstName",
    ],
    ["half a character", () => ({ profiles: [profile({ externalId: "a\ud800" })] }), 400, "value"],
    [
      "too many identifiers",
      () => ({ profiles: [profile({}, { identifiers: Array.from({ length: 21 }, () => ({})) })] }),
      400,
      "identifiers",
    ],
  ];
  test.each(refusals)("with %s is refused by its code and names the field", async (_, body, code, field) => {
    const before = await countOf("customers");
    const answer = await post(body());
    expect(codeOf(answer)).toEqual([400, code]);
    expect(messageOf(answer)).toContain(field);
    expect(await countOf("customers")).toBe(before);
  });

  test("keeps hostile text as text", async () => {
    const hostile = `x'); drop table customers.customers; -- ${fresh().externalId}`;
    const id = await created({ externalId: hostile }, { lastName: "%_'\"\\" });
    expect((await read(id)).profiles[0].identifiers[0].value).toBe(hostile);
    expect(await countOf("customers")).toBeGreaterThan(0);
  });

  test("is refused without credentials and without permission", async () => {
    expect((await post({ profiles: [profile(fresh())] }, {})).status).toBe(401);
    const { password, code } = await access.identity.setTillPassword(
      { orgId: shop.id, name: "test" },
      shop.tillIds[1],
      { permissions: ["Customer:read"] },
    );
    const answer = await post({ profiles: [profile(fresh())] }, tillHeaders(code, password));
    expect([answer.status, answer.body.errors[0].code]).toEqual([403, 4000]);
  });

  test("the same identifiers in another organisation are another customer", async () => {
    const same = fresh();
    const here = await created(same);
    const there = await created(same, {}, {}, other);
    expect(there).not.toBe(here);
    expect(await read(here, other)).toMatchObject({ errors: [{ code: 8015 }] });
  });
});

describe("whatever is sent", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom(
      "mobile",
      "email",
      "INSTORE",
      "447911123456",
      "",
      "true",
      "2026-01-01",
      "\u0000",
      "\ud800",
    ),
  );
  const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
  const flat = fc.dictionary(text, scalar, { maxKeys: 4 });
  const identifier = fc.record({ type: text, value: scalar }, { requiredKeys: [] });
  const channel = fc.record(
    {
      type: text,
      value: scalar,
      primary: scalar,
      meta: fc.oneof(flat, scalar),
      attributes: fc.oneof(flat, scalar),
    },
    { requiredKeys: [] },
  );
  const some = <T>(item: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 4, arbitrary: fc.array(item, { maxLength: 3 }) }, scalar);
  const someProfile = fc.record(
    {
      source: fc.oneof({ weight: 4, arbitrary: fc.constant("INSTORE") }, scalar),
      accountId: scalar,
      firstName: scalar,
      lastName: scalar,
      identifiers: some(fc.oneof(identifier, scalar)),
      commChannels: some(fc.oneof(channel, scalar)),
      fields: fc.oneof(flat, scalar),
    },
    { requiredKeys: [] },
  );
  const body = fc.record(
    {
      profiles: some(fc.oneof({ weight: 4, arbitrary: someProfile }, scalar)),
      loyaltyInfo: fc.oneof(fc.record({ loyaltyType: scalar }), scalar),
      extendedFields: fc.oneof(
        flat,
        fc.dictionary(fc.constantFrom("city", "children", "colour"), scalar),
        scalar,
      ),
      associatedWith: scalar,
      createDate: scalar,
      statusLabel: scalar,
    },
    { requiredKeys: [] },
  );
  const query = fc.dictionary(
    fc.constantFrom(
      "source",
      "accountId",
      "identifierName",
      "identifierValue",
      "embed",
      "q",
      "limit",
      "offset",
      "after",
      "sort",
    ),
    text.map((value) => value.replace(/\p{Cs}/gu, "")),
    { maxKeys: 5 },
  );
  const path = fc.constantFrom(
    "",
    "/lookup",
    "/search",
    "/lookup/customerDetails",
    "/1",
    "/999999",
    "/%00",
    "/x",
  );

  test("is taken or refused, never a fault of ours", async () => {
    const id = await created(fresh());
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        for (const answer of [await post(sent), await client.put(`${id}?source=INSTORE`, sent)])
          expect([200, 400]).toContain(answer.status);
      }),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(path, query, async (where, asked) => {
        const url = `${where}?${new URLSearchParams(asked)}`;
        expect((await call(access.server, "GET", `/v2/customers${url}`, shop.till)).status).toBeLessThan(500);
        expect(
          (await call(access.server, "GET", `/api/customers${url}`, shop.agent.headers)).status,
        ).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
  });
});
