import pg from "pg";
import { migrate, migrateJobs, StartupError, startEmbeddedPostgres } from "#platform";
import type { Config } from "../config.ts";

export interface OpenDatabase {
  readonly connectionString: string;
  /** Lets go of the embedded server, which stops when nobody else uses it. */
  stop(): Promise<void>;
}

/** The database address without its password, for messages. */
const shown = (address: string): string => {
  try {
    const url = new URL(address);
    return `${url.hostname || "a local socket"}${url.port === "" ? "" : `:${url.port}`}${url.pathname}`;
  } catch {
    return "DATABASE_URL";
  }
};

const connects = async (connectionString: string): Promise<void> => {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    );
    if ((rows[0]?.version ?? 0) < 150_000) {
      throw new StartupError("The database is older than PostgreSQL 15.", "Use PostgreSQL 15 or newer.");
    }
  } catch (error) {
    if (error instanceof StartupError) throw error;
    const reason = (error as Error).message || (error as { code?: string }).code || "no answer";
    throw new StartupError(
      `The database at ${shown(connectionString)} cannot be used: ${reason}.`,
      "Check DATABASE_URL and that the server is running, or leave DATABASE_URL unset to use the embedded one.",
    );
  } finally {
    await client.end().catch(() => {});
  }
};

/** Opens the configured database, or starts the embedded one in the data folder. */
export const openDatabase = async (config: Config, log: (line: string) => void): Promise<OpenDatabase> => {
  if (config.databaseUrl === null) return startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log });
  await connects(config.databaseUrl);
  return { connectionString: config.databaseUrl, stop: async () => {} };
};

/** Brings the schema and the job queue up to date. */
export const migrateDatabase = async (
  connectionString: string,
  log: (line: string) => void,
): Promise<void> => {
  try {
    await migrate(connectionString, log);
    await migrateJobs(connectionString);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "42501") {
      throw new StartupError(
        `The database user may not set up Fealty: ${message}.`,
        "Give it the right to create roles and schemas (createrole, create on the database), or migrate with a user that has it.",
      );
    }
    if (code === "53100") {
      throw new StartupError("The disk of the database is full.", "Free some space and start again.");
    }
    if (/newer version/.test(message)) {
      throw new StartupError(
        `This data is newer than this program: ${message}.`,
        "Start the newer version of Fealty.",
      );
    }
    throw error;
  }
};
