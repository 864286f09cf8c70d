import { systemActor } from "#identity";
import { type Clock, createLog } from "#platform";
import { type App, createApp } from "../../src/app.ts";
import { createTestDatabase } from "./postgres.ts";

export interface TestApp extends App {
  readonly connectionString: string;
  /** Closes the app and drops its database. */
  dispose(): Promise<void>;
}

/** The whole application on a migrated database of its own; answers are checked against the routes' schemas. */
export const createTestApp = async (options: { clock?: Clock } = {}): Promise<TestApp> => {
  const database = await createTestDatabase();
  const app = await createApp({
    connectionString: database.connectionString,
    dataDirectory: `/tmp/fealty-test-${process.pid}`,
    log: createLog("silent"),
    strictResponses: true,
    ...options,
  });
  await app.server.ready();
  return {
    ...app,
    connectionString: database.connectionString,
    dispose: async () => {
      await app.close();
      await database.drop();
    },
  };
};

export interface TestShop {
  readonly orgId: number;
  readonly orgCode: string;
  readonly storeId: number;
  readonly tillId: number;
  readonly tillCode: string;
  /** Header value of the till's Basic authentication. */
  readonly authorization: string;
}

let shops = 0;

/** An organisation with a zone, a concept, a store, a till with credentials and a published program of three tiers. */
export const createTestShop = async (
  app: App,
  options: { currency?: string; timeZone?: string } = {},
): Promise<TestShop> => {
  const code = `shop${process.pid}x${++shops}`;
  const organisation = await app.orgs.createOrganisation({
    code,
    name: `Shop ${shops}`,
    country: "GB",
    timeZone: options.timeZone ?? "Europe/London",
    currency: options.currency ?? "GBP",
  } as never);
  const actor = systemActor(organisation.id, "test");
  const store = await app.orgs.createEntity(actor, { type: "STORE", code: `${code}s1`, name: "High Street" });
  const till = await app.orgs.createEntity(actor, {
    type: "TILL",
    code: `${code}.t1`,
    name: "Till 1",
    storeId: store.id,
  });
  const { authorization } = await app.identity.setTillPassword(actor, till.id, {}).then(({ password }) => ({
    authorization: basic(till.code, password),
  }));
  await app.loyalty.createPublishedProgram(actor, { name: "Rewards" });
  return {
    orgId: organisation.id,
    orgCode: code,
    storeId: store.id,
    tillId: till.id,
    tillCode: till.code,
    authorization,
  };
};
