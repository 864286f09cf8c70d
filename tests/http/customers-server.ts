import {
  addCustomersRoutes,
  type Customers,
  createCustomers,
  type NewCustomer,
  type UpdatedCustomer,
} from "#customers";
import { createEvents } from "#events";
import { createIdentity, type Identity } from "#identity";
import { createOrgs, type Orgs } from "#orgs";
import { createDb, createHttp, createIds, createLog, type Db, fixedClock, type Server, sql } from "#platform";
import { buildCustomers } from "../../src/customers/testing.ts";
import { type SignedInUser, signInTill, signInUser } from "../../src/identity/testing.ts";
import { createTestOrganisation, type TestOrganisation } from "../../src/orgs/testing.ts";
import { createTestDatabase } from "../support/postgres.ts";

export const NOW = new Date("2026-03-04T10:00:00Z");

export interface CustomersServer {
  readonly server: Server;
  readonly db: Db;
  readonly orgs: Orgs;
  readonly identity: Identity;
  readonly customers: Customers;
  readonly clock: ReturnType<typeof fixedClock>;
  /** What the hooks were told. */
  readonly registered: NewCustomer[];
  readonly updated: UpdatedCustomer[];
  readonly connectionString: string;
  close(): Promise<void>;
}

/** Customers' routes behind the real guard, on a database of their own; every customer has one program to show. */
export const createCustomersServer = async (): Promise<CustomersServer> => {
  const database = await createTestDatabase();
  const log = createLog("silent");
  const clock = fixedClock(NOW);
  const db = createDb({ connectionString: database.connectionString });
  const ids = createIds(db);
  const orgs = createOrgs({ db, ids, clock });
  const identity = createIdentity({ db, ids, clock, orgs, log });
  const events = createEvents({ db, ids, log });
  const registered: NewCustomer[] = [];
  const updated: UpdatedCustomer[] = [];
  const customers = createCustomers({
    db,
    ids,
    clock,
    orgs,
    publish: events.publish,
    onRegistered: async (_, __, items) => {
      registered.push(...items);
    },
    onUpdated: async (_, __, items) => {
      updated.push(...items);
    },
  });
  const server = createHttp({ log, strictResponses: true });
  identity.install(server);
  addCustomersRoutes(server, {
    customers,
    orgs,
    loyaltyDetails: async (_, __, partyId) => [
      {
        programId: 7,
        loyaltyId: partyId,
        loyaltyPoints: 50,
        cumulativePurchases: 12.5,
        currentSlab: "Shell",
      },
    ],
    tierMembers: async (tx, actor, { tier, after, limit }) => {
      // Stands in for loyalty: everybody is in tier 1.
      const rows = await tx.rows<{ id: number }>(sql`/* test.tier_members */
        select party_id as id from customers.customers
         where org_id = ${actor.orgId} and ${tier}::int = 1 and party_id > ${after} order by party_id limit ${limit}`);
      return { partyIds: rows.map((row) => row.id), total: rows.length };
    },
  });
  await server.ready();
  return {
    server,
    db,
    orgs,
    identity,
    customers,
    clock,
    registered,
    updated,
    connectionString: database.connectionString,
    close: async () => {
      await server.close();
      await db.close();
      await database.drop();
    },
  };
};

export interface CustomersShop extends TestOrganisation {
  /** Headers of its first till. */
  readonly till: { readonly authorization: string };
  readonly agent: SignedInUser;
  readonly build: ReturnType<typeof buildCustomers>;
  set(key: string, value: unknown): Promise<void>;
}

/** An organisation with fields, accounts of a source, a till that can sign in and a care agent who has. */
export const createCustomersShop = async (access: CustomersServer): Promise<CustomersShop> => {
  const { orgs, identity } = access;
  const shop = await createTestOrganisation(orgs);
  const author = { orgId: shop.id, name: "test" };
  const scope = "CUSTOMER";
  await orgs.defineField(author, { kind: "extended", scope, name: "city", dataType: "string" });
  await orgs.defineField(author, { kind: "extended", scope, name: "children", dataType: "integer" });
  const values = { dataType: "enum", enumValues: ["red", "blue"] } as const;
  await orgs.defineField(author, { kind: "extended", scope, name: "colour", ...values });
  const registration = "LOYALTY_REGISTRATION";
  await orgs.defineField(author, {
    kind: "custom",
    scope: registration,
    name: "shoe_size",
    dataType: "integer",
  });
  await orgs.addSourceAccount(author, "WECHAT", "wx-main");
  await orgs.addSourceAccount(author, "WECHAT", "wx-second");
  return {
    ...shop,
    organisation: await orgs.get(shop.id),
    till: await signInTill(identity, shop.organisation, shop.tillIds[0]),
    agent: await signInUser(identity, shop.organisation, "care_agent"),
    build: buildCustomers(access, shop.id, shop.tillIds[0]),
    set: async (key, value) => {
      await orgs.setSetting(author, key, value);
    },
  };
};
