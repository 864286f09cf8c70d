import { createCustomers, normaliseIdentifier } from "#customers";
import { createIdentity, systemActor } from "#identity";
import { addLedgerRoutes, openParties, type ProgramName } from "#ledger";
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
  /** Where the person registers; INSTORE when absent. */
  readonly source?: string;
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
  const customers = createCustomers({
    db,
    ids,
    clock,
    orgs,
    onRegistered: (tx, actor, registered) =>
      openParties(
        tx,
        ids,
        actor.orgId,
        registered.map((item) => ({ ...item, registeredAt: item.registeredAt.getTime() })),
        [BASE, SECOND],
        clock.now().getTime(),
      ),
  });
  const concepts = new Map<number, number>();
  let people = 0;

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
    explode: { eventsOfBills: async () => [], explodeBills: async () => [] },
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
      people += 1;
      const {
        firstName = "Ana",
        lastName = "Reyes",
        email = `person${people}@example.com`,
        mobile,
        externalId,
        source = "INSTORE",
      } = person;
      const identifiers = (["mobile", "email", "externalId"] as const).flatMap((type) => {
        const value = normaliseIdentifier(
          type,
          { mobile, email, externalId }[type] ?? "",
          shop.organisation.country,
        );
        return value === null ? [] : [{ type, value }];
      });
      const none = { channels: [], customFields: {} };
      const registered = await customers.registerOne(systemActor(shop.id, "test", shop.tillIds[0]), {
        profiles: [{ source, accountId: "", firstName, lastName, identifiers, ...none }],
        loyaltyType: "loyalty",
        extendedFields: {},
        registeredAt: new Date(OPENED),
        tillId: shop.tillIds[0],
        associatedTillId: null,
        isDemo: false,
        warnings: [],
      });
      return registered.partyId;
    },
    close: async () => {
      await server.close();
      await db.close();
      await database.drop();
    },
  };
};
