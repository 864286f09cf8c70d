import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export interface TestDatabase {
  readonly connectionString: string;
  /** Closes whatever is still connected and removes the database. */
  drop(): Promise<void>;
}

/** What the run's server offers to the tests; see postgres-server.ts. */
export interface TestServer {
  /** A database to send `create database` from. */
  readonly connectionString: string;
  /** Name of a migrated, empty database. */
  readonly template: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Asked by the first test that needs PostgreSQL; runs without such tests never start one. */
    postgresAddress: string;
  }
}

/** The PostgreSQL of this test run, which the first call starts. */
export const testServer = async (): Promise<TestServer> => {
  const answer = await fetch(inject("postgresAddress"));
  if (!answer.ok) throw new Error(`no PostgreSQL for the tests: ${await answer.text()}`);
  return (await answer.json()) as TestServer;
};

/**
 * A migrated database of the caller's own, on the PostgreSQL of this test run (or on TEST_DATABASE_URL). Takes some tens of
 * milliseconds: it is a copy of one that was migrated once, or of `source`.
 */
export const createTestDatabase = async (source?: string): Promise<TestDatabase> => {
  const { connectionString, template: migrated } = await testServer();
  const template = source ?? migrated;
  const name = `test_${randomBytes(6).toString("hex")}`;
  // Copying files takes a third of the time of the usual way, which writes every page to the log.
  await run(connectionString, `create database ${name} template ${template} strategy file_copy`);
  return {
    connectionString: withDatabase(connectionString, name),
    drop: () => run(connectionString, `drop database if exists ${name} with (force)`),
  };
};

/** Name of the database that holds the demo organisation, for those who make it (browser tests) to copy it. */
export const demoTemplate = (template: string): string => `${template}_demo`;

/** The same server, another database. */
export const withDatabase = (connectionString: string, name: string): string => {
  const url = new URL(connectionString);
  url.pathname = `/${name}`;
  return url.href;
};

/** Runs one statement outside any transaction. */
export const run = async (connectionString: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString, application_name: "fealty tests" });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};
