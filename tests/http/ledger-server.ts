import pg from "pg";
import { identifierKey } from "#customers";
import { createIdentity } from "#identity";
import { addLedgerRoutes, type ProgramName } from "#ledger";
import { createOrgs } from "#orgs";
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
import { loadProfiles, resolveIdentifiers } from "../../src/customers/snapshot.ts";
import { type SignedInUser, signInTill, signInUser } from "../../src/identity/testing.ts";
import { buildLedger } from "../../src/ledger/testing.ts";
import { createTestOrganisation, type TestOrganisation } from "../../src/orgs/testing.ts";
import { createTestDatabase } from "../support/postgres.ts";

export const BASE = 7;
export const SECOND = 8;
export const SHELLS = 1;

export interface LedgerShop extends TestOrganisation {
  readonly ledger: ReturnType<typeof buildLedger>;
  /** Headers of the first store's till. */
  readonly till: { readonly authorization: string };
  readonly agent: SignedInUser;
}

export interface LedgerServer {
  readonly server: Server;
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: ReturnType<typeof fixedClock>;
  readonly orgs: ReturnType<typeof createOrgs>;
  readonly identity: ReturnType<typeof createIdentity>;
  /** An organisation in London whose cluster keeps Manila time, with two programs and the currency Shells. */
  shop(options?: { readonly at?: number }): Promise<LedgerShop>;
  /** A customer with a ledger; answers its id. */
  customer(shop: LedgerShop, person: Person): Promise<number>;
  close(): Promise<void>;
}

export interface Person {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly mobile?: string;
  readonly email?: string;
  readonly externalId?: string;
}

export const NOW = Date.parse("2026-03-31T12:00:00Z");
export const OPENED = Date.parse("2026-03-01T08:00:00Z");

/** The ledger's routes behind the real guard, on a database of their own. */
export const createLedgerServer = async (): Promise<LedgerServer> => {
  const database = await createTestDatabase();
  const log = createLog("silent");
  const clock = fixedClock(new Date(NOW));
  const db = createDb({ connectionString: database.connectionString });
  const ids = createIds(db);
  const orgs = createOrgs({ db, ids, clock });
  const identity = createIdentity({ db, ids, clock, orgs, log });
  const customers = { loadProfiles, resolveIdentifiers };
  const superuser = new pg.Client({ connectionString: database.connectionString });
  await superuser.connect();
  const concepts = new Map<number, number>();

  const server = createHttp({ log, strictResponses: true });
  identity.install(server);
  addLedgerRoutes(server, {
    db,
    clock,
    orgs,
    customers,
    programs: async (orgId) =>
      new Map<number, ProgramName>([
        [BASE, { name: "Base", conceptId: concepts.get(orgId) ?? null }],
        [SECOND, { name: "Second", decimals: 3 }],
      ]),
    currencies: async () => new Map([[SHELLS, { name: "Shells" }]]),
  });
  await server.ready();

  return {
    server,
    db,
    ids,
    clock,
    orgs,
    identity,
    shop: async ({ at = OPENED } = {}) => {
      const shop = await createTestOrganisation(orgs, { clusterTimeZone: "Asia/Manila" });
      concepts.set(shop.id, shop.conceptId);
      return {
        ...shop,
        ledger: buildLedger({ db, ids }, shop.id, { programIds: [BASE, SECOND], at }),
        till: await signInTill(identity, shop.organisation, shop.tillIds[0]),
        agent: await signInUser(identity, shop.organisation, "care_agent"),
      };
    },
    customer: async (shop, person) => {
      const partyId = await shop.ledger.openParty({ tillId: shop.tillIds[0] });
      const {
        firstName = "Ana",
        lastName = "Reyes",
        mobile = null,
        email = null,
        externalId = null,
      } = person;
      await superuser.query(
        `insert into customers.customers (party_id, org_id, loyalty_type, status, first_name, last_name, mobile, email, external_id, registered_at, source, created_at, created_by, updated_at, updated_by)
         values ($1, $2, 'loyalty', 'ACTIVE', $3, $4, $5, $6, $7, $8, 'INSTORE', $8, 'test', $8, 'test')`,
        [partyId, shop.id, firstName, lastName, mobile, email, externalId, new Date(OPENED)],
      );
      for (const [type, value] of Object.entries({ mobile, email, externalId })) {
        const key =
          value === null ? null : identifierKey(shop.id, type as "mobile", value, shop.organisation.country);
        if (key === null) continue;
        await superuser.query(
          "insert into customers.identifier_keys (key, org_id, party_id) values ($1, $2, $3)",
          [key, shop.id, partyId],
        );
      }
      return partyId;
    },
    close: async () => {
      await server.close();
      await superuser.end();
      await db.close();
      await database.drop();
    },
  };
};
