import { systemActor } from "#identity";
import { type Clock, createLog } from "#platform";
import { type App, type AppOptions, createApp } from "../../src/app.ts";
import { buildCustomers } from "../../src/customers/testing.ts";
import { signInTill } from "../../src/identity/testing.ts";
import { publishProgram } from "../../src/loyalty/testing.ts";
import { createTestOrganisation, type TestOrganisation } from "../../src/orgs/testing.ts";
import { createTestDatabase } from "./postgres.ts";

export interface TestApp extends App {
  readonly connectionString: string;
  /** Closes the app and drops its database. */
  dispose(): Promise<void>;
  /** Drops the database of an app that was closed. */
  drop(): Promise<void>;
}

export interface TestAppOptions extends Pick<AppOptions, "privateWebhooks" | "webhookTimeout"> {
  readonly clock?: Clock;
  readonly mail?: NonNullable<AppOptions["mail"]>;
}

/** The whole application on a migrated database of its own; answers are checked against the routes' schemas. */
export const createTestApp = async (options: TestAppOptions = {}): Promise<TestApp> => {
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
    drop: database.drop,
  };
};

export interface TestShop extends TestOrganisation {
  readonly orgId: number;
  readonly orgCode: string;
  readonly storeId: number;
  readonly tillId: number;
  readonly tillCode: string;
  /** Header value of the first till's Basic authentication. */
  readonly authorization: string;
  readonly programId: number;
}

/** An organisation in Britain with two stores, a till with credentials and the starter program, published. */
export const createTestShop = async (
  app: App,
  options: { currency?: string; timeZone?: string; clusterTimeZone?: string } = {},
): Promise<TestShop> => {
  const made = await createTestOrganisation(app.orgs, options);
  const tillId = made.tillIds[0];
  const { authorization } = await signInTill(app.identity, made.organisation, tillId);
  const program = await publishProgram(app.loyalty, systemActor(made.id, "test"), { name: "Rewards" });
  return {
    ...made,
    orgId: made.id,
    orgCode: made.organisation.code,
    storeId: made.storeIds[0],
    tillId,
    tillCode: made.organisation.till(tillId)?.code ?? "",
    authorization,
    programId: program.id,
  };
};

/** Registers customers with the external ids C1 … Cn at the shop's till; answers their ids in that order. */
export const registerCustomers = async (app: App, shop: TestShop, count: number): Promise<number[]> =>
  buildCustomers(app, shop.orgId, shop.tillId).registerMany(count);
