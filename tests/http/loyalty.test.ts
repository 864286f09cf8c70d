import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Customers, createCustomers } from "#customers";
import { addIdentityRoutes, createIdentity, type Identity } from "#identity";
import {
  addLoyaltyRoutes,
  createLoyalty,
  type Loyalty,
  loadMemberships,
  openMemberships,
  saveMemberships,
} from "#loyalty";
import { createOrgs, type Orgs } from "#orgs";
import {
  createDb,
  createHttp,
  createIds,
  createLog,
  type Db,
  fixedClock,
  type Ids,
  type Server,
} from "#platform";
import { buildCustomers } from "../../src/customers/testing.ts";
import { type SignedInUser, signInTill, signInUser } from "../../src/identity/testing.ts";
import { buildLedger } from "../../src/ledger/testing.ts";
import { definitionWith, publishProgram, starterDefinition } from "../../src/loyalty/testing.ts";
import { createTestOrganisation, type TestOrganisation } from "../../src/orgs/testing.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { call } from "./access-server.ts";

const NOW = new Date("2026-03-04T10:00:00Z");
const clock = fixedClock(NOW);
const log = createLog("silent");

let database: TestDatabase;
let db: Db;
let ids: Ids;
let orgs: Orgs;
let identity: Identity;
let loyalty: Loyalty;
let customers: Customers;
let server: Server;

interface Shop extends TestOrganisation {
  readonly till: { authorization: string };
  readonly owner: SignedInUser;
  readonly agent: SignedInUser;
}
const createShop = async (): Promise<Shop> => {
  const shop = await createTestOrganisation(orgs);
  return {
    ...shop,
    till: await signInTill(identity, shop.organisation, shop.tillIds[0]),
    owner: await signInUser(identity, shop.organisation, "owner"),
    agent: await signInUser(identity, shop.organisation, "care_agent"),
  };
};

let shop: Shop;
let other: Shop;
let bare: Shop;
let programId: number;
let customerId: number;
let stranger: number;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ connectionString: database.connectionString });
  ids = createIds(db);
  orgs = createOrgs({ db, ids, clock });
  identity = createIdentity({ db, ids, clock, orgs, log });
  loyalty = createLoyalty({ db, ids, clock, orgs, log });
  customers = createCustomers({
    db,
    ids,
    clock,
    orgs,
    onRegistered: (tx, { orgId }, registered) => openMemberships(tx, { ids, clock }, orgId, registered),
  });
  server = createHttp({ log, strictResponses: true });
  identity.install(server);
  addIdentityRoutes(server, { identity, orgs });
  addLoyaltyRoutes(server, { loyalty, orgs, clock, customers, hasMailServer: false });
  await server.ready();
  [shop, other, bare] = [await createShop(), await createShop(), await createShop()];
  const author = { orgId: shop.id, name: "Mia" };
  ({ id: programId } = await publishProgram(loyalty, author, { name: "Club", pointsToCurrencyRatio: 0.01 }));
  customerId = await addCustomer(shop.id, "447700900001");
  stranger = await addCustomer(other.id, "447700900002");
});
afterAll(async () => {
  await server.close();
  await db.close();
  await database.drop();
});

/** A customer with 12.5 points, 600 spent and two bills; outside every program where none is published. */
const addCustomer = async (orgId: number, mobile: string): Promise<number> => {
  const { partyId } = await buildCustomers({ customers, orgs }, orgId).register({ mobile });
  const program = (await loyalty.programs(orgId)).default;
  if (program === null) return partyId;
  const ledger = buildLedger({ db, ids }, orgId, { programIds: [program.programId], at: NOW.getTime() });
  await ledger.earn(partyId, 12_500);
  await db.transaction(orgId, async (tx) => {
    const [membership] = await loadMemberships(tx, orgId, [partyId]);
    const after = {
      ...membership!,
      tierNumber: 2,
      lifetimePurchases: 6_000_000,
      transactionCount: 2,
      changeNo: 2,
    };
    const tierChange = { from: 1, to: 2, at: NOW.getTime() + 1000, reason: "upgrade" as const };
    await saveMemberships(tx, orgId, [{ membership: after, tierChange, transactionId: 77, recordedAt: NOW }]);
  });
  return partyId;
};

const get = (url: string, headers: Record<string, string> = shop.till) => call(server, "GET", url, headers);
const send = (method: "POST" | "PUT", url: string, payload: unknown, who: SignedInUser = shop.owner) =>
  call(server, method, url, who.headers, payload);

describe("documented reads", () => {
  test("programs of the organisation", async () => {
    const { status, body } = await get("/v2/organization/programs");
    expect(status).toBe(200);
    expect(body.data).toEqual([
      {
        programId,
        programName: "Club",
        programDescription: "",
        pointsToCurrencyRatio: 0.01,
        default: true,
        partnerPrograms: [],
      },
    ]);
    expect((await get("/v2/organization/programs", bare.till)).body).toEqual({
      data: [],
      warnings: [],
      errors: [],
    });
  });

  test("loyalty standing by id and by identifier", async () => {
    const byId = await get(`/v2/customers/${customerId}/loyaltyDetails`);
    expect(byId.status).toBe(200);
    expect(byId.body.data).toEqual([
      {
        programId,
        loyaltyId: customerId,
        loyaltyPoints: 12.5,
        lifetimePoints: 12.5,
        redeemed: 0,
        expired: 0,
        returned: 0,
        adjusted: 0,
        delayedPoints: 0,
        delayedReturnedPoints: 0,
        delayedExpiredPoints: 0,
        totalAvailablePoints: 12.5,
        totalReturnedPoints: 0,
        cumulativePurchases: 600,
        currentSlab: "Silver",
        slabSNo: 2,
        slabExpiryDate: "2126-03-04T23:59:59+00:00",
        nextSlab: "Gold",
        nextSlabDescription: "From 2000 in purchases",
        nextSlabSerialNumber: 3,
        linkedPartnerPrograms: [],
      },
    ]);
    const lookup =
      "/v2/customers/lookup/loyaltyDetails?source=INSTORE&identifierName=mobile&identifierValue=447700900001";
    expect((await get(lookup)).body).toEqual(byId.body);
    expect((await get(`/v2/customers/${customerId}/loyaltyDetails?programId=${programId}`)).body).toEqual(
      byId.body,
    );
  });

  test("a program that the customer has not joined shows with loyalty id -1 and the base tier", async () => {
    const outsider = await addCustomer(bare.id, "447700900009");
    await publishProgram(loyalty, { orgId: bare.id, name: "Mia" }, { name: "Late" });
    const { body } = await get(`/v2/customers/${outsider}/loyaltyDetails`, bare.till);
    expect(body.data[0]).toMatchObject({
      loyaltyId: -1,
      currentSlab: "Member",
      slabSNo: 1,
      loyaltyPoints: 0,
    });
    expect((await get(`/v2/customers/${outsider}/tierDetails`, bare.till)).body).toMatchObject({
      currentTierSerialNumber: 1,
      nextTierSerialNumber: 2,
    });
    expect((await get(`/api/customers/${outsider}/memberships`, bare.owner.headers)).body.items).toEqual([]);
  });

  test("balance and tier", async () => {
    const balance = {
      entityId: customerId,
      entityType: "CUSTOMER",
      totalPoints: 12.5,
      mainPoints: 12.5,
      promisedPoints: 0,
      promisedPointsBreakup: { delayedAccrualPoints: 0, externalTriggerBasedPoints: 0 },
      warnings: [],
    };
    const by = "identifierName=mobile&identifierValue=447700900001&source=INSTORE";
    expect((await get(`/v2/customers/${customerId}/points/balance`)).body).toEqual(balance);
    expect(
      (await get(`/v2/customers/lookup/points/balance?${by}&fetchDataForAllPrograms=true`)).body,
    ).toEqual(balance);
    const tier = { entityId: customerId, currentTierSerialNumber: 2, nextTierSerialNumber: 3, warnings: [] };
    expect((await get(`/v2/customers/${customerId}/tierDetails`)).body).toEqual(tier);
    expect((await get(`/v2/customers/lookup/tierDetails?${by}`)).body).toEqual(tier);
    for (const path of ["loyaltyDetails", "points/balance", "tierDetails"])
      expect(await get(`/v2/customers/lookup/${path}?${by.replace("INSTORE", "WECHAT")}`)).toMatchObject({
        status: 400,
        body: { errors: [{ code: 8065 }] },
      });
  });

  test.each(["loyaltyDetails", "points/balance", "tierDetails"])("bad input to %s", async (path) => {
    const code = async (query: string, id: number | string = customerId) => {
      const { status, body } = await get(`/v2/customers/${id}/${path}?${query}`);
      return [status, body.errors[0].code];
    };
    expect(await code("", "abc")).toEqual([400, 8015]);
    // A customer of another organisation does not exist here.
    expect(await code("", stranger)).toEqual([400, 8015]);
    expect(await code("identifierName=mobile&identifierValue=447700900002", "lookup")).toEqual([400, 8015]);
    expect(await code("identifierName=shoe&identifierValue=42", "lookup")).toEqual([400, 8013]);
    expect(await code("identifierName=mobile", "lookup")).toEqual([400, 8002]);
    expect(await code("programId=x%27--")).toEqual([400, 8089]);
    expect(await code("programId=999999999999999")).toEqual([400, 8089]);
    expect(await code("entityType=FLEET")).toEqual([400, 1212]);
    if (path !== "loyaltyDetails") expect(await code("fetchDataForAllPrograms=perhaps")).toEqual([400, 400]);
    expect((await get(`/v2/customers/${customerId}/${path}`, {})).status).toBe(401);
  });

  test("reads need their right", async () => {
    const weak = await signInTill(identity, shop.organisation, shop.tillIds[1], ["Transaction:write"]);
    for (const path of ["loyaltyDetails", "points/balance", "tierDetails"])
      expect((await get(`/v2/customers/${customerId}/${path}`, weak)).status).toBe(403);
    expect((await get("/v2/organization/programs", weak)).status).toBe(403);
  });
});

describe("the console's reads of a member", () => {
  test("memberships and tier history", async () => {
    const memberships = await get(`/api/customers/${customerId}/memberships`, shop.agent.headers);
    expect(memberships.body.items[0]).toMatchObject({
      tier: { number: 2, name: "Silver" },
      nextTier: { number: 3, name: "Gold", threshold: 2000 },
      progress: { value: 600, toNext: 1400 },
    });
    const { body } = await get(`/api/customers/${customerId}/tier-changes`, shop.agent.headers);
    expect(
      body.items.map((item: { to: { name: string }; reason: string }) => [item.to.name, item.reason]),
    ).toEqual([
      ["Silver", "upgrade"],
      ["Member", "joined"],
    ]);
    expect(body).toMatchObject({ next: null, total: 2 });
  });

  test.each(["memberships", "tier-changes"])("%s of another organisation's customer", async (path) => {
    expect((await get(`/api/customers/${stranger}/${path}`, shop.owner.headers)).status).toBe(404);
    expect((await get(`/api/customers/${customerId}/${path}`, {})).status).toBe(401);
  });
});

describe("administration of programs", () => {
  test("from nothing to a second version", async () => {
    const made = await send("POST", "/api/programs", { name: "Friends", pointsToCurrencyRatio: 0.02 });
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({ isDefault: false, publishedVersion: null, versions: [], draft: null });
    const url = `/api/programs/${made.body.id}`;

    expect((await send("POST", `${url}/publish`, {})).body.error.code).toBe("loyalty.no_draft");
    const wrong = definitionWith([{ condition: "currentTxn.discount < \n currentTxn.valeu" }]);
    const drafted = await send("PUT", `${url}/draft`, { definition: wrong });
    const message = 'currentTxn has no attribute "valeu"; did you mean value?';
    expect(drafted.body.problems).toEqual([
      {
        path: "activities.TransactionAdd[0].rules[0].condition",
        message,
        line: 2,
        column: 13,
        nearest: "value",
      },
    ]);
    const refused = await send("POST", `${url}/publish`, {});
    expect(refused.status).toBe(400);
    expect(refused.body.error.message).toContain(`rules[0].condition (line 2, column 13): ${message}`);

    expect((await send("PUT", `${url}/draft`, { definition: starterDefinition() })).body.problems).toEqual(
      [],
    );
    const published = await send("POST", `${url}/publish`, { effectiveFrom: "2025-01-01T00:00:00Z" });
    expect(published.body.warnings).toEqual([]);
    expect(published.body).toMatchObject({ publishedVersion: 1, hasDraft: false });
    expect(published.body.versions[0]).toMatchObject({
      version: 1,
      effectiveFrom: "2025-01-01T00:00:00+00:00",
    });

    await send("PUT", `${url}/draft`, { definition: starterDefinition() });
    const past = await send("POST", `${url}/publish`, { effectiveFrom: "2025-06-01" });
    expect(past.body.error).toMatchObject({ code: "loyalty.effective_in_past", field: "effectiveFrom" });
    const soon = await send("POST", `${url}/publish`, { effectiveFrom: "soon" });
    expect(soon.body.error.code).toBe("loyalty.bad_effective_from");
    expect((await send("POST", `${url}/publish`, {})).body.publishedVersion).toBe(2);

    expect((await send("PUT", url, { description: "For friends" })).body.description).toBe("For friends");
    const listed = await get("/api/programs", shop.agent.headers);
    expect(listed.body.items.map((item: { name: string }) => item.name)).toEqual(["Club", "Friends"]);
    expect(listed.body.items[0].memberCount).toBe(1);
  });

  test("a code that reaches nobody is a warning, when it is drafted and when it is published", async () => {
    const made = await send("POST", "/api/programs", { name: "Codes" });
    const url = `/api/programs/${made.body.id}`;
    const definition = { ...starterDefinition(), redemption: { needsValidationCode: true } };
    const warn = (message: string) => [
      { path: "redemption.needsValidationCode", message: expect.stringContaining(message) },
    ];
    const drafted = async () => (await send("PUT", `${url}/draft`, { definition })).body;
    const author = { orgId: shop.id, name: "test" };
    const deliver = (by: string) => orgs.setSetting(author, "CONF_POINTS_VALIDATION_CODE_DELIVERY", by);

    expect(await drafted()).toMatchObject({ problems: [], warnings: warn("reaches nobody") });
    await deliver("email");
    expect((await drafted()).warnings).toEqual(warn("no mail server"));
    await deliver("mailbox");
    expect((await drafted()).warnings).toEqual([]);
    await deliver("none");
    expect((await send("POST", `${url}/publish`, {})).body).toMatchObject({
      publishedVersion: 1,
      warnings: warn("CONF_POINTS_VALIDATION_CODE_DELIVERY"),
    });
  });

  test("policies are judged by their fields and come back as they were published", async () => {
    const made = await send("POST", "/api/programs", { name: "Policies" });
    const url = `/api/programs/${made.body.id}`;
    const policies = {
      expiryStrategies: [{ id: 2, name: "Short", kind: "days", days: 30 }],
      currencies: [
        { id: 900, name: "Miles", identifier: "miles", decimals: 2, returnable: true, expiryStrategyId: 2 },
      ],
      redemption: { minimum: 100, perTier: { "2": { maximum: 50 } } },
      transfer: { fee: { percent: 2.5 }, expiry: 3 },
    };
    const drafted = await send("PUT", `${url}/draft`, {
      definition: { ...starterDefinition(), ...policies },
    });
    expect(drafted.body.problems).toEqual([
      { path: "redemption.perTier.2.maximum", message: "must not be less than the minimum of 100." },
      { path: "transfer.expiry", message: "there is no expiry strategy 3." },
    ]);
    const mended = {
      ...starterDefinition(),
      ...policies,
      redemption: { minimum: 100 },
      transfer: { fee: { percent: 2.5 }, expiry: 2 },
    };
    expect((await send("PUT", `${url}/draft`, { definition: mended })).body.problems).toEqual([]);
    expect((await send("POST", `${url}/publish`, {})).body.definition).toEqual(mended);
  });

  test.each([
    [{}, 400],
    [{ name: "" }, 400],
    [{ name: "Club" }, 409],
    [{ name: "50% off" }, 400],
    [{ name: "5 > 3" }, 400],
    [{ name: "Extra", colour: "red" }, 400],
    [{ name: "Extra", pointsToCurrencyRatio: -1 }, 400],
    [{ name: "Extra", pointsToCurrencyRatio: "x" }, 400],
  ])("POST /api/programs %j", async (payload, status) => {
    expect((await send("POST", "/api/programs", payload)).status).toBe(status);
  });

  test.each([null, [], { definition: [] }, { definition: null }, { definition: {}, more: 1 }])(
    "a draft must be an object: %j",
    async (payload) => {
      expect((await send("PUT", `/api/programs/${programId}/draft`, payload)).status).toBe(400);
    },
  );

  test("who may", async () => {
    expect((await send("POST", "/api/programs", { name: "Mine" }, shop.agent)).status).toBe(403);
    expect(
      (await send("PUT", `/api/programs/${programId}/draft`, { definition: {} }, shop.agent)).status,
    ).toBe(403);
    expect((await get("/api/programs", {})).status).toBe(401);
    const url = `/api/programs/${programId}`;
    expect((await get(url, other.owner.headers)).status).toBe(404);
    expect((await send("PUT", url, { name: "Stolen" }, other.owner)).status).toBe(404);
    expect((await send("PUT", `${url}/draft`, { definition: {} }, other.owner)).status).toBe(404);
    expect((await send("POST", `${url}/publish`, {}, other.owner)).status).toBe(404);
    expect((await get("/api/programs/abc", shop.owner.headers)).status).toBe(404);
  });
});
