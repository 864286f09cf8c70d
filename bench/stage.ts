import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createLog, migrate, migrateJobs } from "#platform";
import { type App, createApp } from "../src/app.ts";
import { startEmbeddedPostgres } from "../src/platform/embedded-postgres.ts";
import { isAlive, readPid } from "../src/platform/postgres-process.ts";
import { atEnd, type Environment } from "./children.ts";
import { findPostmaster } from "./machine.ts";
import { findStatementTimes, PRELOAD, type StatementTimes } from "./statements.ts";

export interface Stage {
  /** For files of the benchmark; removed at the end. */
  readonly folder: string;
  readonly connectionString: string;
  /** A second database on the same server. */
  readonly yardstickConnectionString: string;
  /** The server's main process; null where it does not run on this machine. */
  readonly postmaster: number | null;
  /** PostgreSQL's account of its statements; null where it keeps none. */
  readonly statements: StatementTimes | null;
  /** The application in this process, for setting up and for checking; it serves nothing and does no background work. */
  readonly app: App;
  /** What a `fealty` process needs to work on the same database. */
  readonly environment: Environment;
  /** Writes out what was changed so far, so that it is not charged to what comes next. */
  settle(): Promise<void>;
}

const FOLDER = "fealty-bench-";

/**
 * Two databases on an embedded PostgreSQL in a temporary folder, or on the server that DATABASE_URL names, one of them
 * migrated. Everything is dropped at the end.
 */
export const setStage = async (databaseUrl: string | undefined): Promise<Stage> => {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const server = databaseUrl || (await startOwn(join(folder, "database")));
  const [connectionString, yardstickConnectionString] = await createDatabases(server);
  await migrate(connectionString);
  await migrateJobs(connectionString);
  const files = join(folder, "files");
  await mkdir(files);
  const app = await createApp({ connectionString, dataDirectory: files, log: createLog("error") });
  atEnd(() => app.close());
  const admin = await connect(connectionString);
  atEnd(() => admin.end());
  return {
    folder,
    connectionString,
    yardstickConnectionString,
    postmaster: process.platform === "linux" ? await findPostmaster(admin) : null,
    statements: await findStatementTimes(admin, new URL(connectionString).pathname.slice(1)),
    app,
    environment: { DATABASE_URL: connectionString, FEALTY_DATA: files, LOG_LEVEL: "info" },
    settle: async () => {
      // Only a superuser may, which the owner of DATABASE_URL need not be.
      await admin.query("checkpoint").catch(() => {});
    },
  };
};

/** Started twice: what PostgreSQL loads at its start can only be asked of a server that runs. */
const startOwn = async (dataDirectory: string): Promise<string> => {
  const first = await startEmbeddedPostgres({ dataDirectory });
  const client = await connect(first.connectionString);
  for (const statement of PRELOAD) await client.query(statement);
  await client.end();
  await first.stop();
  const postgres = await startEmbeddedPostgres({ dataDirectory });
  atEnd(() => postgres.stop());
  return postgres.connectionString;
};

/** Connects; a connection that is lost while the server stops is no error. */
export const connect = async (connectionString: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString, application_name: "fealty bench" });
  client.on("error", () => {});
  await client.connect();
  return client;
};

const createDatabases = async (server: string): Promise<[string, string]> => {
  const suffix = randomBytes(4).toString("hex");
  const client = await connect(server);
  atEnd(() => client.end());
  const create = async (name: string) => {
    await client.query(`create database ${name}`);
    atEnd(() => client.query(`drop database if exists ${name} with (force)`));
    const address = new URL(server);
    address.pathname = `/${name}`;
    return address.href;
  };
  return [await create(`fealty_bench_${suffix}`), await create(`fealty_yardstick_${suffix}`)];
};

/** A benchmark that was killed leaves its server running: end it before it takes part in this one. */
const removeAbandoned = async (): Promise<void> => {
  for (const name of await readdir(tmpdir())) {
    const runner = new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1];
    if (runner === undefined || (await isAlive(Number(runner)))) continue;
    const dataDirectory = join(tmpdir(), name, "database");
    try {
      const pid = await readPid(join(dataDirectory, "postgres"));
      if (pid !== null) await (await startEmbeddedPostgres({ dataDirectory })).stop();
      await rm(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's, or another run removes it at the same moment.
    }
  }
};
