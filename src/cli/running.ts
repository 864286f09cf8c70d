import { createLog, type Logger } from "#platform";
import { type App, createApp } from "../app.ts";
import { type Config, type ConfigOverrides, loadConfig } from "../config.ts";
import { migrateDatabase, type OpenDatabase, openDatabase } from "./database.ts";

export interface Running {
  readonly config: Config;
  readonly app: App;
  readonly log: Logger;
  /** Lets everything go, in order; safe to call twice. */
  close(): Promise<void>;
}

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Opens the database, migrates it and builds the app: what every command but `migrate` begins with. */
export const startApp = async (overrides: ConfigOverrides): Promise<Running> => {
  const config = loadConfig(overrides);
  const log = createLog(config.logLevel === "silent" ? "silent" : config.logLevel);
  const database = await openDatabase(config, (line) => log.debug({}, line));
  try {
    await migrateDatabase(database.connectionString, (line) => log.debug({}, line));
    const app = await createApp({
      connectionString: database.connectionString,
      dataDirectory: config.dataDirectory,
      log,
      trustProxy: config.trustProxy,
      mail: config.mail,
      privateWebhooks: config.privateWebhooks,
    });
    return { config, app, log, close: closing(app, database) };
  } catch (error) {
    await database.stop();
    throw error;
  }
};

const closing = (app: App, database: OpenDatabase) => {
  let closed: Promise<void> | null = null;
  return () => {
    closed ??= app.close().finally(() => database.stop());
    return closed;
  };
};

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
export const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    let asked = false;
    const onSignal = () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
