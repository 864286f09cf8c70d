import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "#platform";
import { signInTill, signInUser } from "../../src/identity/testing.ts";
import { type Answer, call } from "./access-server.ts";
import {
  type CustomersServer,
  type CustomersShop,
  createCustomersServer,
  createCustomersShop,
} from "./customers-server.ts";

let access: CustomersServer;
let shop: CustomersShop;
let other: CustomersShop;

beforeAll(async () => {
  access = await createCustomersServer();
  shop = await createCustomersShop(access);
  other = await createCustomersShop(access);
});
afterAll(() => access.close());

const get = (url: string, headers: Record<string, string> = shop.till) =>
  call(access.server, "GET", url, headers);
const codeOf = (answer: Answer) => [
  answer.status,
  answer.body.errors?.[0]?.code ?? answer.body.error?.number,
];
const register = async (person: Parameters<CustomersShop["build"]["register"]>[0], whose = shop) =>
  (await whose.build.register(person)).partyId;

describe("reading a customer", () => {
  test("names what is wrong by its documented code", async () => {
    const id = await register({ mobile: "447911000001" });
    const cases: [url: string, code: number][] = [
      [`/v2/customers/${id}`, 8016],
      [`/v2/customers/${id}?source=MOON`, 8012],
      [`/v2/customers/${id}?source=WECHAT`, 8045],
      [`/v2/customers/${id}?source=WECHAT&accountId=x`, 8127],
      [`/v2/customers/${id}?source=WEBSITE`, 8065],
      ["/v2/customers/999999999?source=ALL", 8015],
      ["/v2/customers/lookup", 8001],
      ["/v2/customers/lookup?source=MOON", 8003],
      ["/v2/customers/lookup?source=ALL", 8002],
      ["/v2/customers/lookup?source=ALL&identifierName=mobile", 8002],
      ["/v2/customers/lookup?source=ALL&identifierName=shoe&identifierValue=1", 8013],
      ["/v2/customers/lookup?source=ALL&identifierName=mobile&identifierValue=447911999999", 8015],
      ["/v2/customers/lookup?source=ALL&identifierName=mobile&identifierValue=nonsense", 8015],
      [`/v2/customers/lookup?source=ALL&identifierName=externalId&identifierValue=${"9".repeat(900)}`, 8015],
      ["/v2/customers/lookup?source=WEBSITE&identifierName=mobile&identifierValue=447911000001", 8065],
      ["/v2/customers/lookup/customerDetails?identifierName=mobile&identifierValue=447911000001", 8001],
      ["/v2/customers/lookup/customerDetails?source=INSTORE&identifierName=mobile&identifierValue=1", 8015],
    ];
    for (const [url, code] of cases) expect([url, ...codeOf(await get(url))]).toEqual([url, 400, code]);
  });

  test("by what is no id at all is refused with an empty body", async () => {
    const answer = await get("/v2/customers/abc?source=ALL");
    expect([answer.status, answer.body]).toEqual([400, null]);
  });

  test("works by id, by identifier in any spelling, and shows what embed asks for alone", async () => {
    const id = await register({ mobile: "447911000002", email: "read@example.com" });
    const byId = await get(`/v2/customers/${id}?source=INSTORE`);
    expect([byId.status, byId.body.id, "loyaltyProgramDetails" in byId.body]).toEqual([200, id, false]);
    const named = (name: string, value: string, more = "") =>
      get(
        `/v2/customers/lookup/customerDetails?source=instore&identifierName=${name}&identifierValue=${encodeURIComponent(value)}${more}`,
      );
    for (const [name, value] of [
      ["mobile", "07911 000002"],
      ["MOBILE", "+447911000002"],
      ["email", "READ@example.com"],
      ["id", String(id)],
    ] as const)
      expect((await named(name, value)).body.id).toBe(id);
    const embedded = await named("id", String(id), "&embed=mlp,subscriptions,cardLoyaltyDetails");
    expect(embedded.body.loyaltyProgramDetails).toHaveLength(1);
    expect(embedded.body.warnings).toEqual([
      {
        status: false,
        code: 70302,
        message: "embed: subscriptions, cardLoyaltyDetails is not served by this version.",
      },
    ]);
  });

  test("of another organisation finds nobody", async () => {
    const id = await register({ mobile: "447911000003" });
    expect(codeOf(await get(`/v2/customers/${id}?source=ALL`, other.till))).toEqual([400, 8015]);
    const url = "/v2/customers/lookup?source=ALL&identifierName=mobile&identifierValue=447911000003";
    expect(codeOf(await get(url, other.till))).toEqual([400, 8015]);
    expect(
      codeOf(
        await get(`/v2/customers/lookup?source=ALL&identifierName=id&identifierValue=${id}`, other.till),
      ),
    ).toEqual([400, 8015]);
    expect(await access.customers.get(other.id, id)).toBeNull();
  });

  test("needs credentials and the permission to read", async () => {
    const blind = await signInTill(access.identity, other.organisation, other.tillIds[1], ["Customer:write"]);
    for (const url of [
      "/v2/customers/1?source=ALL",
      "/v2/customers/lookup?source=ALL&identifierName=id&identifierValue=1",
      "/v2/customers/lookup/customerDetails?source=ALL&identifierName=id&identifierValue=1",
      "/v2/customers/search?q=a",
    ]) {
      expect((await get(url, {})).status).toBe(401);
      expect(codeOf(await get(url, blind))).toEqual([403, 4000]);
    }
  });
});

describe("searching", () => {
  const search = (q: string, more = "", headers: Record<string, string> = shop.till) =>
    get(`/v2/customers/search?q=${encodeURIComponent(q)}${more}`, headers);
  const idsOf = (answer: Answer) => answer.body.data.map((item: { userId: number }) => item.userId);

  test("finds by the beginning of names and identifiers of any source, whatever the case or accents", async () => {
    const id = await register({
      firstName: "Zoë",
      lastName: "Quixote-Álvarez",
      mobile: "447911222333",
      email: "zoe.q@example.com",
    });
    await register({ firstName: "Zoe", mobile: "447911222333", externalId: "Zed-99", source: "WEBSITE" });
    for (const q of [
      "zoe",
      "ZOË",
      "quix",
      "quixote-alv",
      "zoe quix",
      "447911222",
      "07911 222",
      "+44 7911 222333",
      "ZOE.Q@",
      "zed-9",
    ])
      expect([q, idsOf(await search(q))]).toEqual([q, [id]]);
    for (const q of ["oe", "%", "_", "zo_", "z%", "' or 1=1 --", "\u0000", ""])
      expect([q, idsOf(await search(q))]).toEqual([q, []]);
    const [match] = (await search("zed")).body.data;
    expect(match.matchedIdentifiers).toEqual([
      { idType: "externalId", idValue: "Zed-99", source: "WEBSITE", accountId: "" },
    ]);
    expect(match.profiles).toEqual([
      { source: "INSTORE", firstName: "Zoë", lastName: "Quixote-Álvarez" },
      { source: "WEBSITE", firstName: "Zoe", lastName: "Reyes" },
    ]);
    expect(idsOf(await search("zoe", "", other.till))).toEqual([]);
  });

  test("pages, with a total, and refuses pages that are none", async () => {
    const ids = [];
    for (let index = 0; index < 5; index++)
      ids.push(await register({ firstName: "Paging", externalId: `page-${index}` }));
    const first = await search("page-", "&limit=2");
    expect(first.body.pagination).toEqual({ limit: 2, offset: 0, total: 5 });
    const rest = await search("page-", "&limit=100&offset=2");
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(ids);
    const beyond = await search("page-", "&offset=50");
    expect([idsOf(beyond), beyond.body.pagination.total]).toEqual([[], 5]);
    expect(codeOf(await search("a", "&offset=-1"))).toEqual([400, 8100]);
    expect(codeOf(await search("a", "&limit=0"))).toEqual([400, 8101]);
    expect(codeOf(await search("a", "&limit=x"))).toEqual([400, 8101]);
    expect(codeOf(await search("a", "&limit=101"))).toEqual([400, 8102]);
  });

  test("reads a bounded range of an index, also under the application's role", async () => {
    const crowd = await createCustomersShop(access);
    await crowd.build.registerMany(3000, "crowd");
    await access.db
      .system((tx) => tx.run(sql`/* test.analyze */ analyze customers.search_terms`))
      .catch(() => {});
    const plan = await access.db.transaction(crowd.id, (tx) =>
      tx.rows<{ "QUERY PLAN": string }>(sql`/* test.explain */ explain
        select s.party_id from customers.search_terms s
         where s.org_id = ${crowd.id} and s.term >= ${"crowd12"} and s.term < ${"crowd12\u{10FFFF}"}
         order by s.term, s.party_id limit 1000`),
    );
    const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
    expect(text).toContain("search_terms_pkey");
    expect(text).not.toContain("Seq Scan");
    const answer = await search("crowd1", "&limit=1", crowd.till);
    // crowd1, crowd10…19, 100…199, 1000…1999 are 1,111: a search counts a thousand of them.
    expect(answer.body.pagination.total).toBe(1000);
  });
});

describe("the console's API", () => {
  const api = (
    method: "GET" | "POST" | "PUT",
    url: string,
    body?: unknown,
    whose: { headers: object } = shop.agent,
  ) => call(access.server, method, `/api/customers${url}`, whose.headers as Record<string, string>, body);

  test("registers, shows and changes a customer", async () => {
    const made = await api("POST", "", {
      firstName: "Mira",
      lastName: "Sol",
      mobile: "07911 333444",
      email: null,
      extendedFields: { city: "Leeds", children: "x" },
      customFields: { shoe_size: 41 },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      firstName: "Mira",
      loyaltyType: "loyalty",
      status: "ACTIVE",
      registeredAt: "2026-03-04T10:00:00+00:00",
      registeredStore: null,
      registeredTill: null,
      source: "INSTORE",
      identifiers: [{ source: "INSTORE", accountId: "", type: "mobile", value: "447911333444" }],
      channels: [],
      extendedFields: { city: "Leeds" },
      customFields: { shoe_size: 41 },
      isDemo: false,
      warnings: [{ code: 91016 }],
    });
    const { id } = made.body;
    const changed = await api("PUT", `/${id}`, { lastName: "Moon", extendedFields: { city: null } });
    expect([changed.status, changed.body.lastName, changed.body.extendedFields]).toEqual([200, "Moon", {}]);
    const { warnings, ...shown } = changed.body;
    expect(warnings).toEqual([]);
    expect((await api("GET", `/${id}`)).body).toEqual(shown);
    const atTill = await register({ externalId: "at-till" });
    expect((await api("GET", `/${atTill}`)).body).toMatchObject({
      registeredStore: { code: "store-1", name: "Store 1" },
      registeredTill: { name: "Till 1" },
    });
  });

  test("lists every customer once, in either order of either sort, page by page", async () => {
    const crowd = await createCustomersShop(access);
    const agent = await signInUser(access.identity, crowd.organisation, "care_agent");
    const ids: number[] = [];
    for (let index = 0; index < 23; index++) {
      // Equal dates and names at the borders of pages are what a cursor must get right.
      const registeredAt = `2026-02-0${1 + (index % 3)}T00:00:00.00${index % 2}Z`;
      ids.push(
        await register(
          { firstName: `Name${index % 4}`, lastName: "", externalId: `list-${index}`, registeredAt },
          crowd,
        ),
      );
    }
    for (const sort of ["registeredAt", "name"]) {
      for (const order of ["asc", "desc"]) {
        for (const q of ["", "list-"]) {
          const seen: number[] = [];
          const values: string[] = [];
          let after = "";
          do {
            const page = await api(
              "GET",
              `?limit=5&sort=${sort}&order=${order}&q=${q}&after=${after}`,
              undefined,
              agent,
            );
            expect([page.status, page.body.total]).toEqual([200, 23]);
            for (const item of page.body.items) {
              seen.push(item.id);
              values.push(item[sort]);
            }
            after = page.body.next ?? "";
          } while (after !== "");
          expect([...seen].sort((a, b) => a - b)).toEqual(ids);
          const sorted = [...values].sort();
          expect(values).toEqual(order === "asc" ? sorted : sorted.reverse());
        }
      }
    }
    const tier = await api("GET", "?tier=1&limit=20", undefined, agent);
    const rest = await api("GET", `?tier=1&limit=20&after=${tier.body.next}`, undefined, agent);
    expect([...tier.body.items, ...rest.body.items].map((item: { id: number }) => item.id)).toEqual(ids);
    expect((await api("GET", "?tier=2", undefined, agent)).body.items).toEqual([]);
  });

  test("refuses what it cannot take and names the field", async () => {
    const id = await register({ externalId: "api-1" });
    const cases: [
      method: "GET" | "POST" | "PUT",
      url: string,
      body: unknown,
      status: number,
      number: number,
      field: string,
    ][] = [
      ["GET", "?limit=101", undefined, 400, 400, "limit"],
      ["GET", "?limit=x", undefined, 400, 400, "limit"],
      ["GET", "?after=zzz", undefined, 400, 70300, "after"],
      ["GET", `?after=${Buffer.from('["x",1]').toString("base64url")}`, undefined, 400, 70300, "after"],
      ["GET", `?after=${Buffer.from('["1",1.5]').toString("base64url")}`, undefined, 400, 70300, "after"],
      ["GET", "?sort=age", undefined, 400, 400, "sort"],
      ["GET", "?tier=gold", undefined, 400, 400, "tier"],
      ["GET", "/abc", undefined, 404, 8015, "abc"],
      ["GET", "/999999999", undefined, 404, 8015, "999999999"],
      ["POST", "", {}, 400, 8005, "identifier"],
      ["POST", "", { mobile: "x" }, 400, 8014, "mobile"],
      ["POST", "", { externalId: "api-1" }, 400, 8006, "api-1"],
      ["POST", "", { externalId: 5 }, 400, 400, "externalId"],
      ["POST", "", { externalId: "y", isDemo: true }, 400, 400, ""],
      ["PUT", "/999999999", { lastName: "X" }, 404, 8015, "999999999"],
      ["PUT", `/${id}`, { source: "WEBSITE" }, 400, 8065, "WEBSITE"],
      ["PUT", `/${id}`, { loyaltyType: "non_loyalty" }, 400, 8018, "loyaltyType"],
      ["PUT", `/${id}`, { status: "DELETED" }, 400, 400, ""],
    ];
    for (const [method, url, body, status, number, field] of cases) {
      const answer = await api(method, url, body);
      expect([method, url, ...codeOf(answer)]).toEqual([method, url, status, number]);
      expect(answer.body.error.message).toContain(field);
    }
  });

  test("names the field of the form", async () => {
    const cases: [body: object, field: string][] = [
      [{ mobile: "x" }, "mobile"],
      [{ externalId: "api-1" }, "externalId"],
      [{ externalId: "n", lastName: "a\u0000" }, "lastName"],
    ];
    for (const [body, field] of cases) {
      const { error } = (await api("POST", "", body)).body;
      expect(error.field).toBe(field);
      expect(error.message).not.toMatch(/profiles/i);
    }
  });

  test("keeps people to their organisation and to what their role may do", async () => {
    const id = await register({ externalId: "api-2" });
    expect((await api("GET", `/${id}`, undefined, other.agent)).status).toBe(404);
    expect((await api("PUT", `/${id}`, { lastName: "X" }, other.agent)).status).toBe(404);
    expect((await api("GET", "", undefined, other.agent)).body.items).toEqual([]);
    const foreign = { ...other.agent.headers, "x-cap-api-auth-org-id": String(shop.id) };
    expect((await api("GET", `/${id}`, undefined, { headers: foreign })).status).toBe(403);
    expect((await api("GET", "", undefined, { headers: {} })).status).toBe(401);
    const marketer = await signInUser(access.identity, shop.organisation, "marketer");
    expect((await api("GET", `/${id}`, undefined, marketer)).status).toBe(200);
    expect((await api("POST", "", { externalId: "z" }, marketer)).status).toBe(403);
    expect((await api("PUT", `/${id}`, { lastName: "X" }, marketer)).status).toBe(403);
  });
});
