import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { readBackup, StartupError, writeBackup } from "#platform";
import { loadConfig } from "../config.ts";
import { migrateDatabase, openDatabase } from "./database.ts";
import { say } from "./running.ts";

/** Writes everything as of one moment to a file, beside a running server. The file is whole or not there. */
export const backUp = async (file: string, options: { readonly data?: string }): Promise<void> => {
  const database = await openDatabase(loadConfig(options), () => {});
  const unfinished = `${file}.part`;
  try {
    const tables = await writeBackup(
      database.connectionString,
      createWriteStream(unfinished, { mode: 0o600 }),
    );
    await rename(unfinished, file);
    const { size } = await stat(file);
    say(
      `${file}: ${tables} tables, ${(size / 1e6).toFixed(1)} MB. It holds everything, secrets too: keep it as you keep the database.`,
    );
  } finally {
    await rm(unfinished, { force: true });
    await database.stop();
  }
};

/** A path as a shell takes it. */
const quoted = (path: string): string =>
  /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;

/** Restores a backup into a new database. */
export const restore = async (file: string, options: { readonly data?: string }): Promise<void> => {
  await stat(file).catch(() => {
    throw new StartupError(`There is no file ${file}.`, "Give the path of a backup.");
  });
  const database = await openDatabase(loadConfig(options), () => {});
  try {
    await migrateDatabase(database.connectionString, () => {});
    const tables = await readBackup(database.connectionString, createReadStream(file));
    const folder = options.data === undefined ? "" : ` --data ${quoted(options.data)}`;
    say(`Restored ${tables} tables. Check them with: fealty verify${folder}`);
  } finally {
    await database.stop();
  }
};
