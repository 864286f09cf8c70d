import { loadConfig } from "../config.ts";
import { migrateDatabase, openDatabase } from "./database.ts";
import { say } from "./running.ts";

/** Brings the database to the newest schema. */
export const runMigrations = async (options: { readonly data?: string }): Promise<void> => {
  const database = await openDatabase(loadConfig(options), () => {});
  try {
    await migrateDatabase(database.connectionString, say);
    say("The database is up to date.");
  } finally {
    await database.stop();
  }
};
