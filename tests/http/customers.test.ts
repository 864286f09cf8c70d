import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "#platform";
import { call } from "./access-server.ts";
import { codeOf, customersClient, fresh, messageOf, profile, warningsOf } from "./customers-client.ts";
import {
  type CustomersServer,
  type CustomersShop,
  createCustomersServer,
  createCustomersShop,
} from "./customers-server.ts";

let access: CustomersServer;
let shop: CustomersShop;
let client: ReturnType<typeof customersClient>;

beforeAll(async () => {
  access = await createCustomersServer();
  shop = await createCustomersShop(access);
  client = customersClient(access, shop);
});
afterAll(() => access.close());

const post: typeof client.post = (...given) => client.post(...given);
const register: typeof client.register = (...given) => client.register(...given);
const created: typeof client.created = (...given) => client.created(...given);
const read: typeof client.read = (...given) => client.read(...given);
const countOf: typeof client.countOf = (...given) => client.countOf(...given);

describe("registering", () => {
  test("keeps profile, identifiers, channels and fields, and says so when read", async () => {
    const { mobile, email, externalId } = fresh();
    const answer = await post(
      {
        profiles: [
          profile(
            { mobile: `0${mobile.slice(2)}`, email: email.toUpperCase(), externalId },
            {
              commChannels: [
                {
                  type: "mobile",
                  value: mobile,
                  primary: "true",
                  verified: false,
                  meta: { residence: true },
                },
                { type: "email", value: email, subscribed: "true", attributes: { a: "b" } },
              ],
              fields: { shoe_size: "38" },
            },
          ),
        ],
        loyaltyInfo: { loyaltyType: "LOYALTY" },
        extendedFields: { city: "Cebu", children: "2", colour: "RED" },
        associatedWith: shop.organisation.till(shop.tillIds[1])!.code,
        createDate: "2026-02-01T10:00:00+08:00",
      },
      shop.till,
      "?use_async=false",
    );
    expect(answer).toMatchObject({ status: 200, body: { warnings: [], sideEffects: [] } });
    const id = answer.body.createdId;
    const found = await read(id, shop, "source=INSTORE&embed=mlp,points,customerStatus");
    expect(found).toMatchObject({
      id,
      loyaltyInfo: { loyaltyType: "loyalty", lifetimePurchases: 12.5 },
      extendedFields: { city: "Cebu", children: 2, colour: "red" },
      associatedWith: shop.organisation.till(shop.tillIds[1])!.code,
      loyaltyProgramDetails: [{ programId: 7, loyaltyId: id }],
      pointsSummary: { loyaltyPoints: 50, currentSlab: "Shell" },
      status: { status: "ACTIVE" },
      warnings: [],
    });
    expect(found.loyaltyInfo.attributionV2.createDate).toBe("2026-02-01T02:00:00+00:00");
    const [kept] = found.profiles;
    expect(kept).toMatchObject({
      firstName: "Ana",
      lastName: "Reyes",
      source: "INSTORE",
      accountId: "",
      userId: id,
      fields: { shoe_size: "38" },
      identifiers: [
        { type: "mobile", value: mobile },
        { type: "email", value: email },
        { type: "externalId", value: externalId },
      ],
    });
    expect(kept.commChannels).toEqual([
      {
        type: "mobile",
        value: mobile,
        primary: true,
        verified: false,
        meta: { residence: true, office: false },
        attributes: {},
      },
      {
        type: "email",
        value: email,
        primary: false,
        verified: false,
        subscribed: true,
        meta: { residence: false, office: false },
        attributes: { a: "b" },
      },
    ]);
    expect(kept.attribution.createdBy.id).toBe(shop.tillIds[1]);
    const told = access.registered.find((item) => item.partyId === id);
    expect(told).toEqual({
      partyId: id,
      orgId: shop.id,
      registeredAt: new Date("2026-02-01T02:00:00Z"),
      tillId: shop.tillIds[1],
      loyaltyType: "loyalty",
    });
  });

  test("is told in the outbox and in the audit trail", async () => {
    const id = await created(fresh());
    const events = await access.db.system((tx) =>
      tx.rows(
        sql`/* test.events */ select event_type as type, org_id as org from events.outbox where party_id = ${id}`,
      ),
    );
    expect(events).toEqual([{ type: "customer.registered", org: shop.id }]);
  });

  test("of an identifier known in the same source is refused, and nothing changes", async () => {
    const known = fresh();
    const id = await created({ mobile: known.mobile });
    const before = await countOf("identifier_keys");
    const answer = await register({ mobile: known.mobile, email: known.email }, { firstName: "Eve" });
    expect(codeOf(answer)).toEqual([400, 8006]);
    expect(messageOf(answer)).toContain(known.mobile);
    expect(await countOf("identifier_keys")).toBe(before);
    expect((await read(id)).profiles[0].firstName).toBe("Ana");
    // The address that came with it is still free.
    await created({ email: known.email });
  });

  test("in another source adds a profile to the same customer", async () => {
    const { mobile, email, externalId } = fresh();
    const id = await created({ mobile, externalId });
    const answer = await register({ mobile, email }, { source: "website", firstName: "Anna" });
    expect(answer.body).toMatchObject({ createdId: id, warnings: [{ code: 8050 }] });
    const found = await read(id);
    expect(found.profiles.map((item: { source: string }) => item.source)).toEqual(["INSTORE", "WEBSITE"]);
    const current = await read(id, shop, "source=WEBSITE&includedOnlyCurrentProfile=true");
    expect(current.profiles.map((item: { source: string }) => item.source)).toEqual(["WEBSITE"]);
    expect((await register({ email }, { source: "WEBSITE" })).body.errors[0].code).toBe(8006);
    const looked = await call(
      access.server,
      "GET",
      `/v2/customers/lookup?source=WEBSITE&identifierName=email&identifierValue=${email}`,
      shop.till,
    );
    expect(looked.body).toEqual({ entity: id, warnings: [] });
    expect(
      (await access.customers.read(shop.id, (tx) => access.customers.loadProfiles(tx, shop.id, [id])))[0],
    ).toMatchObject({ firstName: "Anna", mobile, email, externalId });
  });

  test("with several profiles in one call makes one customer", async () => {
    const { mobile, email } = fresh();
    const profiles = [profile({ mobile }), profile({ email }, { source: "WECHAT", accountId: "wx-main" })];
    const answer = await post({ profiles });
    expect(answer.status).toBe(200);
    expect((await read(answer.body.createdId)).profiles).toHaveLength(2);
    const twice = await post({
      profiles: [profile({ mobile: fresh().mobile }), profile({ email: fresh().email })],
    });
    expect(codeOf(twice)).toEqual([400, 400]);
  });

  test("with identifiers of two customers that no primary one decides is refused and both stay as they were", async () => {
    const [a, b] = [fresh(), fresh()];
    await created({ externalId: a.externalId });
    await created({ email: b.email });
    const answer = await register({ externalId: a.externalId, email: b.email }, { source: "WEBSITE" });
    expect(codeOf(answer)).toEqual([400, 8052]);
  });

  test("follows the organisation when a secondary identifier is somebody else's", async () => {
    const strict = await createCustomersShop(access);
    const [a, b] = [fresh(), fresh()];
    const first = await created({ mobile: a.mobile, email: a.email }, {}, {}, strict);
    const second = await created({ mobile: b.mobile }, {}, {}, strict);
    await strict.set("CONF_PRIMARY_IDENTIFIER_STRICT_CHECK", "1");
    const refused = await register({ mobile: b.mobile, email: a.email }, { source: "WEBSITE" }, {}, strict);
    expect(codeOf(refused)).toEqual([400, 1047]);
    const unknown = await register({ mobile: fresh().mobile, email: a.email }, {}, {}, strict);
    expect(codeOf(unknown)).toEqual([400, 1047]);
    await strict.set("CONF_SKIP_SECONDARY_ID_ON_PRIMARY_MISMATCH", "1");
    const joined = await register({ mobile: b.mobile, email: a.email }, { source: "WEBSITE" }, {}, strict);
    expect([joined.body.createdId, warningsOf(joined)]).toEqual([second, [8075, 8050]]);
    const made = await register({ mobile: fresh().mobile, email: a.email }, {}, {}, strict);
    expect(warningsOf(made)).toEqual([8075]);
    expect((await read(made.body.createdId, strict)).profiles[0].identifiers).toHaveLength(1);
    expect((await read(first, strict)).profiles).toHaveLength(1);
  });

  test("leaves out malformed secondary values with a warning, and refuses a malformed primary one", async () => {
    const { mobile } = fresh();
    const answer = await register({ mobile, email: "nonsense", externalId: "x".repeat(251), wechat: "" });
    expect([answer.status, warningsOf(answer)]).toEqual([200, [8055, 8064, 8093]]);
    const refused = await register({ mobile: "12345", email: fresh().email });
    expect(codeOf(refused)).toEqual([400, 8014]);
    expect(messageOf(refused)).toContain("profiles[0].identifiers[0].value");
  });

  test("warns of fields that do not fit, of unknown tills and of what this version does not do", async () => {
    const answer = await register(
      fresh(),
      {
        fields: { shoe_size: "large", hat: "1" },
        commChannels: [
          { type: "email", value: "x" },
          { type: "mobile", value: "y" },
        ],
      },
      {
        extendedFields: { children: "many", colour: "green", moon: 1 },
        associatedWith: "nowhere",
        referralCode: "R1",
        loyaltyProgramEnrollments: [{ programId: 1 }],
      },
    );
    expect(answer.status).toBe(200);
    expect(warningsOf(answer).sort()).toEqual(
      [8057, 8058, 1017, 1017, 91016, 91016, 91016, 8077, 70302, 70302].sort(),
    );
    expect((await read(answer.body.createdId)).extendedFields).toEqual({});
  });

  test("takes names as documented: at most 100 letters, the rest is dropped", async () => {
    const id = await created(fresh(), {
      firstName: `Ana <b>${"x".repeat(200)}`,
      lastName: "O'Neil-Méndez; --",
    });
    const [kept] = (await read(id)).profiles;
    expect(kept.firstName).toBe(`Ana b${"x".repeat(95)}`);
    expect(kept.lastName).toBe("O'Neil-Méndez --");
  });

  test("honours mandatory identifiers, orphan profiles and other settings", async () => {
    const rules = await createCustomersShop(access);
    await rules.set("CONF_USERS_IS_EMAIL_REQUIRED", "1");
    expect(codeOf(await register({ mobile: fresh().mobile }, {}, {}, rules))).toEqual([400, 8005]);
    await rules.set("CONF_USERS_IS_EMAIL_REQUIRED", "0");
    await rules.set("CONF_REGISTRATION_PRIMARY_KEY_REQUIRED", "1");
    expect(codeOf(await register({ email: fresh().email }, {}, {}, rules))).toEqual([400, 8005]);
    await rules.set("CONF_RESTRICT_ORPHAN_V2_PROFILE", "1");
    const orphan = fresh();
    expect(codeOf(await register(orphan, { source: "WEBSITE" }, {}, rules))).toEqual([400, 8090]);
    await created(orphan, {}, {}, rules);
    await created({ mobile: orphan.mobile }, { source: "WEBSITE" }, {}, rules);
    await rules.set("CONF_MIN_REGISTRATION_DATE", "2026-01-01");
    expect(codeOf(await register(fresh(), {}, { createDate: "2025-12-31" }, rules))).toEqual([400, 8017]);
    await rules.set("CONF_USERS_USE_EXTERNAL_ID", "0");
    expect(warningsOf(await register(fresh(), {}, {}, rules))).toEqual([8064]);
    await rules.set("CONF_CLIENT_V2_API_ENABLED", "0");
    expect(codeOf(await register(fresh(), { source: "WEBSITE" }, {}, rules))).toEqual([400, 3217]);
    await rules.set("CONF_CUSTOMER_DEFAULT_STATUS_ENABLED", "1");
    expect(warningsOf(await register({ mobile: fresh().mobile }, {}, {}, rules))).toEqual([8107]);
  });

  test("lets customers share secondary identifiers where only the primary one names them", async () => {
    const dual = await createCustomersShop(access);
    await dual.set("CONF_INSTORE_V2_ENABLED", "1");
    const [a, b] = [fresh(), fresh()];
    const first = await created({ mobile: a.mobile, email: a.email }, {}, {}, dual);
    await created({ mobile: b.mobile, email: a.email }, {}, {}, dual);
    const look = (name: string, value: string) =>
      call(
        access.server,
        "GET",
        `/v2/customers/lookup?source=INSTORE&identifierName=${name}&identifierValue=${value}`,
        dual.till,
      );
    expect(codeOf(await look("email", a.email))).toEqual([400, 8015]);
    expect((await look("email,mobile", `${a.email},${a.mobile}`)).body.entity).toBe(first);
    expect(codeOf(await look("email,externalId", `${a.email},x`))).toEqual([400, 8015]);
  });
});

describe("at the same moment", () => {
  test("50 registrations of one identifier make one customer", async () => {
    const one = fresh();
    const before = [await countOf("customers"), await countOf("identifier_keys")];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        register(
          index % 2 === 0 ? one : { email: one.email, mobile: one.mobile, externalId: fresh().externalId },
        ),
      ),
    );
    const won = answers.filter((answer) => answer.status === 200);
    expect(won).toHaveLength(1);
    for (const answer of answers) if (answer !== won[0]) expect(codeOf(answer)).toEqual([400, 8006]);
    expect(await countOf("customers")).toBe(before[0]! + 1);
    expect(await countOf("identifier_keys")).toBe(before[1]! + 3);
  });

  test("more first calls than there are connections do not wait for one another for ever", async () => {
    const young = await createCustomersServer();
    try {
      const place = await createCustomersShop(young);
      const calls = customersClient(young, place);
      const answers = await Promise.all(Array.from({ length: 40 }, () => calls.register(fresh())));
      expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
      const changes = await Promise.all(
        answers.map((answer) =>
          calls.put(`${answer.body.createdId}?source=INSTORE`, { profiles: [{ lastName: "Changed" }] }),
        ),
      );
      expect(changes.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    } finally {
      await young.close();
    }
  });

  test("profiles of one customer in many sources are all added, each once", async () => {
    const { mobile } = fresh();
    const id = await created({ mobile });
    const sources = ["WEBSITE", "ECOMMERCE", "MARTJACK", "LINE"];
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, index) => register({ mobile }, { source: sources[index % 4] })),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(4);
    expect((await read(id)).profiles).toHaveLength(5);
  });

  test("batches that share identifiers in opposite orders neither wait for each other for ever nor register anyone twice", async () => {
    const people = Array.from({ length: 40 }, () => fresh());
    const inputs = await Promise.all(people.map((person) => shop.build.read(person)));
    const before = await countOf("customers");
    const batches = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        access.customers.register(shop.build.actor, index % 2 === 0 ? inputs : [...inputs].reverse()),
      ),
    );
    expect(batches.flat().filter((outcome) => "ok" in outcome)).toHaveLength(40);
    expect(await countOf("customers")).toBe(before + 40);
  });

  test("a batch that repeats an identifier within itself registers the first and refuses the rest", async () => {
    const one = fresh();
    const inputs = await Promise.all([
      shop.build.read({ mobile: one.mobile }),
      shop.build.read({ mobile: one.mobile, email: one.email }),
      shop.build.read({ email: one.email }),
      shop.build.read({ mobile: one.mobile, source: "WEBSITE" }),
    ]);
    const outcomes = await access.customers.register(shop.build.actor, inputs);
    const shown = outcomes.map((outcome) =>
      "ok" in outcome ? (outcome.ok.isNew ? "new" : "joined") : (outcome.error as { number: number }).number,
    );
    expect(shown).toEqual(["new", 8006, "new", "joined"]);
  });
});
