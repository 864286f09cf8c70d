import { spawn } from "node:child_process";
import { constants } from "node:fs";
import {
  access,
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type PostgresBinaries, SERVER_ENVIRONMENT, type ServerUser } from "./postgres-binaries.ts";
import { StartupError } from "./startup-error.ts";

/** Marks a folder as ours, so that a mistyped `--data` never mixes with someone's files. */
const MARKER = "fealty.json";
const LAYOUT = 1;
const CLUSTER = "postgres";
const STAGING = "postgres.new-";

/** `nobody` on every Linux: no account has to be made. */
const NOBODY = { uid: 65534, gid: 65534 };

export interface DataFolder {
  /** Resolved, absolute. */
  readonly path: string;
  /** PostgreSQL's own folder inside it; exists once `initialise` ran. */
  readonly cluster: string;
  readonly user: ServerUser;
  /** Another start made the cluster already. */
  readonly initialised: boolean;
}

/** Opens or makes a data folder and checks that it is one of ours. Raises StartupError. */
export const openDataFolder = async (dataDirectory: string): Promise<DataFolder> => {
  try {
    await makeFolder(resolve(dataDirectory));
    const path = await realpath(dataDirectory);
    const cluster = join(path, CLUSTER);
    await claim(path);
    const owner = await stat(cluster).catch(() => null);
    return { path, cluster, user: serverUser(owner), initialised: owner !== null };
  } catch (error) {
    throw explainFileError(error, dataDirectory);
  }
};

/** mkdir answers ENOENT on a read-only disk: the nearest folder that exists knows the reason. */
const makeFolder = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true }).catch(async (error: NodeJS.ErrnoException) => {
    let parent = path;
    while (!(await stat(parent).catch(() => null)) && parent !== dirname(parent)) parent = dirname(parent);
    await access(parent, constants.W_OK);
    throw error;
  });
};

const claim = async (path: string): Promise<void> => {
  const names = (await readdir(path)).filter((name) => !name.startsWith(".") && name !== "lost+found");
  const marker = join(path, MARKER);
  if (names.includes(MARKER)) {
    const layout = readLayout(await readFile(marker, "utf8"));
    if (layout === LAYOUT) return;
    throw new StartupError(
      `The data folder ${path} was made by another version of Fealty (layout ${layout ?? "unknown"}, this one has ${LAYOUT}).`,
      "Start the version that made it, or choose another folder with --data.",
    );
  }
  if (names.length === 0) {
    const text = `${JSON.stringify({ application: "fealty", layout: LAYOUT })}\n`;
    // Half a marker (the disk is full) would later look like another version's.
    return writeFile(marker, text).catch(async (error: Error) => {
      await rm(marker, { force: true });
      throw error;
    });
  }
  throw new StartupError(
    `The folder ${path} holds other files (${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}) and no data of Fealty.`,
    "Choose an empty or a new folder with --data.",
  );
};

const readLayout = (text: string): unknown => {
  try {
    return (JSON.parse(text) as { layout?: unknown }).layout;
  } catch {
    return undefined;
  }
};

/** As root, PostgreSQL runs as the owner of its files, or as nobody when there are none yet. */
const serverUser = (owner: { uid: number; gid: number } | null): ServerUser => {
  if (process.getuid?.() !== 0) return null;
  return owner !== null && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : NOBODY;
};

/** Refuses files that another major version of PostgreSQL wrote, or another user. Raises StartupError. */
export const checkCluster = async ({ cluster }: DataFolder, binaries: PostgresBinaries): Promise<void> => {
  const made = await readFile(join(cluster, "PG_VERSION"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw explainFileError(error, cluster);
    throw new StartupError(
      `The folder ${cluster} is not a complete PostgreSQL database (PG_VERSION is missing).`,
      "Restore it from a backup, or start with another data folder (--data).",
    );
  });
  if (made.trim() === binaries.major) return;
  throw new StartupError(
    `The data in ${cluster} was written by PostgreSQL ${made.trim()}, and this Fealty comes with PostgreSQL ${binaries.major}.`,
    "Start the version of Fealty that wrote it, or move it with pg_dump and set DATABASE_URL, or choose a new folder with --data.",
  );
};

/**
 * Makes the cluster: beside its place, then renamed, so a cluster that exists is complete even after a kill, and of two
 * processes that start at once one wins.
 */
export const initialise = async (
  folder: DataFolder,
  binaries: PostgresBinaries,
  durable: boolean,
): Promise<void> => {
  try {
    await removeLeftovers(folder.path);
    const staging = await mkdtemp(join(folder.path, STAGING));
    try {
      if (folder.user) await chown(staging, folder.user.uid, folder.user.gid);
      await runInitdb(folder, staging, binaries, durable);
      await rename(staging, folder.cluster).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      });
      if (durable) await syncFolder(folder.path);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  } catch (error) {
    throw explainFileError(error, folder.path);
  }
};

/** What killed starts left: only old ones, since another process may be making its cluster right now. */
const removeLeftovers = async (path: string): Promise<void> => {
  const old = Date.now() - 10 * 60_000;
  for (const name of await readdir(path)) {
    if (!name.startsWith(STAGING)) continue;
    const made = await stat(join(path, name)).catch(() => null);
    if (made && made.mtimeMs < old) await rm(join(path, name), { recursive: true, force: true });
  }
};

const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, "r");
  await handle.sync().finally(() => handle.close());
};

const runInitdb = async (
  folder: DataFolder,
  staging: string,
  binaries: PostgresBinaries,
  durable: boolean,
): Promise<void> => {
  const args = [
    ["-D", await pathForServer(staging, folder.user)],
    ["--username", "fealty"],
    // The socket lies in the cluster's own folder, which nobody but its owner may enter: that is the lock.
    ["--auth", "trust"],
    ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
    ["--no-instructions"],
    durable ? [] : ["--no-sync"],
  ].flat();
  const output = await new Promise<string | null>((resolve, reject) => {
    const child = spawn(join(binaries.bin, "initdb"), args, {
      cwd: staging,
      env: SERVER_ENVIRONMENT,
      stdio: ["ignore", "pipe", "pipe"],
      ...folder.user,
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0 ? null : text));
  });
  if (output !== null) throw explainServerOutput(output, folder.path);
};

/**
 * How the server names a folder of its own. PostgreSQL must not run as root, and its user may be unable to pass through
 * the parents (a checkout under /root). The server is started *in* the folder, and Linux lets every process reach its
 * current folder as /proc/self/cwd whatever the parents say; PostgreSQL never leaves it. So the data stays where it was
 * asked to be, and no permission of anyone's folder is changed. Raises StartupError where there is no such way.
 */
export const pathForServer = async (folder: string, user: ServerUser): Promise<string> => {
  if (user === null || (await canReach(folder, user))) return folder;
  if (process.platform === "linux" && (await stat("/proc/self/cwd").catch(() => null)))
    return "/proc/self/cwd";
  throw new StartupError(
    `PostgreSQL must not run as root, and its user (uid ${user.uid}) cannot reach ${folder}.`,
    "Start as an ordinary user, or choose a data folder that others may enter, such as --data /var/lib/fealty/data.",
  );
};

const canReach = async (folder: string, { uid, gid }: { uid: number; gid: number }): Promise<boolean> => {
  for (let parent = dirname(folder); ; parent = dirname(parent)) {
    const found = await stat(parent);
    const bit = found.uid === uid ? 0o100 : found.gid === gid ? 0o010 : 0o001;
    if ((found.mode & bit) === 0) return false;
    if (parent === dirname(parent)) return true;
  }
};

/** Turns what the file system said into a sentence; anything else passes through. */
export const explainFileError = (error: unknown, path: string): Error => {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return diskFull(path, error);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new StartupError(
        `The data folder ${path} cannot be written by this user${code === "EROFS" ? " (it is on a read-only disk)" : ""}.`,
        "Start as the user that it belongs to, change its owner, or choose another folder with --data.",
        { cause: error },
      );
    case "ENOTDIR":
    case "EEXIST":
    case "ENOENT":
    case "ELOOP":
      return new StartupError(
        `The data folder ${path} cannot be made: a part of its path is not a folder (${code}).`,
        "Choose another folder with --data.",
        { cause: error },
      );
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
};

const diskFull = (path: string, cause?: unknown): StartupError =>
  new StartupError(
    `The disk that holds ${path} is full.`,
    "Free some space (a new data folder takes about 100 MB), then start again; what was saved is kept.",
    { cause },
  );

/** Turns what `initdb` or `postgres` wrote before they gave up into a sentence. */
export const explainServerOutput = (output: string, path: string, logFile?: string): StartupError => {
  if (/No space left on device|Disk quota exceeded/.test(output)) return diskFull(path);
  if (/could not look up effective user ID/.test(output)) {
    return new StartupError(
      "PostgreSQL cannot run under a user id that has no name on this machine.",
      "Add the user to /etc/passwd, or set DATABASE_URL to a PostgreSQL database of your own.",
    );
  }
  if (/could not map anonymous shared memory|Cannot allocate memory|out of memory/.test(output)) {
    return new StartupError(
      "There is not enough memory to start PostgreSQL (it needs about 300 MB).",
      "Give the machine or the container more memory, then start again.",
    );
  }
  if (/Permission denied|Read-only file system/.test(output)) {
    return explainFileError({ code: "EACCES" }, path) as StartupError;
  }
  const lines = output.split("\n").filter((line) => /FATAL|PANIC|error:/.test(line));
  const last = (lines.at(-1) ?? output.trim().split("\n").at(-1) ?? "").replace(
    /^.*?(FATAL|PANIC|error): */,
    "",
  );
  const advice =
    logFile === undefined ? "Set DATABASE_URL to use a database of your own." : `Its log is ${logFile}.`;
  return new StartupError(
    `PostgreSQL in ${path} did not start: ${last.trim() || "it said nothing"}.`,
    advice,
  );
};
