import { addIdentityRoutes, createIdentity, type Identity } from "#identity";
import { addOrgsRoutes, createOrgs, type Orgs } from "#orgs";
import { createDb, createHttp, createIds, createLog, type Db, fixedClock, type Server } from "#platform";
import { type SignedInUser, signInTill, signInUser } from "../../src/identity/testing.ts";
import { createTestOrganisation, type TestOrganisation } from "../../src/orgs/testing.ts";
import { createTestDatabase } from "../support/postgres.ts";

export interface AccessServer {
  readonly server: Server;
  readonly db: Db;
  readonly orgs: Orgs;
  readonly identity: Identity;
  readonly clock: ReturnType<typeof fixedClock>;
  readonly connectionString: string;
  close(): Promise<void>;
}

/** A process of organisations and identity on a database; a second one on the same database plays another process. */
export const startAccess = async (
  connectionString: string,
): Promise<Omit<AccessServer, "close" | "connectionString">> => {
  const log = createLog("silent");
  const clock = fixedClock(new Date("2026-03-04T10:00:00Z"));
  const db = createDb({ connectionString });
  const ids = createIds(db);
  const orgs = createOrgs({ db, ids, clock });
  const identity = createIdentity({ db, ids, clock, orgs, log });
  const server = createHttp({ log, strictResponses: true });
  identity.install(server);
  addOrgsRoutes(server, { orgs, clock, tillsWithCredentials: identity.tillsWithCredentials });
  addIdentityRoutes(server, { identity, orgs });
  await server.ready();
  return { server, db, orgs, identity, clock };
};

export const createAccessServer = async (): Promise<AccessServer> => {
  const database = await createTestDatabase();
  const parts = await startAccess(database.connectionString);
  return {
    ...parts,
    connectionString: database.connectionString,
    close: async () => {
      await parts.server.close();
      await parts.db.close();
      await database.drop();
    },
  };
};

export interface Shop extends TestOrganisation {
  /** Headers of its first till. */
  readonly till: { readonly authorization: string };
  readonly owner: SignedInUser;
}

/** An organisation with a till that can sign in and an owner who has. */
export const createShop = async ({
  orgs,
  identity,
}: Pick<AccessServer, "orgs" | "identity">): Promise<Shop> => {
  const shop = await createTestOrganisation(orgs);
  const till = await signInTill(identity, shop.organisation, shop.tillIds[0]);
  const owner = await signInUser(identity, shop.organisation, "owner");
  return { ...shop, till, owner };
};

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape; the server checks the shapes
  readonly body: any;
  readonly headers: Record<string, unknown>;
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Sends a call and reads its JSON. */
export const call = async (
  server: Server,
  method: Method,
  url: string,
  headers: Record<string, string> = {},
  payload?: unknown,
): Promise<Answer> => {
  const body = payload === undefined ? {} : { payload: payload as object };
  const response = await server.inject({ method, url, headers, ...body });
  return {
    status: response.statusCode,
    body: response.body === "" ? null : response.json(),
    headers: response.headers,
  };
};
