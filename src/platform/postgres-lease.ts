import { lstat, mkdtemp, readlink, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { isAlive } from "./postgres-process.ts";
import { StartupError } from "./startup-error.ts";

/** Held in share by every process that uses the server, exclusively by the one that stops it. */
const LEASE = 7_021_478;
const NAME = "fealty lease of ";
const DEPARTURE_MILLISECONDS = 2_000;
export const PORT = 5432;
const SOCKET = `.s.PGSQL.${PORT}`;
/** sun_path holds 108 bytes on Linux and 104 elsewhere, the closing zero included. */
const MAX_SOCKET_PATH_BYTES = 103;

/** A connection that proves, for as long as it lives, that this process uses the server. */
export type Lease = pg.Client & {
  /** Absent from the types of pg: while the lease only waits, it keeps no process alive. */
  unref(): void;
  ref(): void;
};

export type LeaseAttempt = { readonly lease: Lease } | "absent" | "starting";

/** Connects once. "starting": there is a server, and it starts, recovers or stops. Raises StartupError. */
export const openLease = async (host: string): Promise<LeaseAttempt> => {
  const lease = new pg.Client({
    host,
    port: PORT,
    user: "fealty",
    // Not `fealty`: a lease there would keep that database from being used as a template.
    database: "postgres",
    ssl: false,
    application_name: `${NAME}${process.pid}`,
  }) as Lease;
  // A lease that breaks (the server was killed) is noticed when it is needed.
  lease.on("error", () => {});
  try {
    await lease.connect();
    await lease.query("select pg_advisory_lock_shared($1)", [LEASE]);
    return { lease };
  } catch (error) {
    await lease.end().catch(() => {});
    const { code } = error as { code?: string };
    if (code === "ENOENT" || code === "ECONNREFUSED") return "absent";
    if (code !== "EACCES" && code !== "EPERM") return "starting";
    throw new StartupError(
      `PostgreSQL's socket in ${host} belongs to another user.`,
      "Start as the user that owns the data folder, or as root.",
      { cause: error },
    );
  }
};

/**
 * Gives the lease up. True: nobody else holds one, and the connection now keeps newcomers waiting until the server ends,
 * so the caller must stop it. A newcomer's connection breaks then, and it starts the server anew.
 */
export const giveUpLease = async (lease: Lease): Promise<boolean> => {
  lease.ref();
  await lease.query("select pg_advisory_unlock_shared($1)", [LEASE]);
  for (const patience = Date.now() + DEPARTURE_MILLISECONDS; ; ) {
    const { rows } = await lease.query<{ last: boolean }>("select pg_try_advisory_lock($1) as last", [LEASE]);
    if (rows[0]?.last === true) return true;
    if ((await isHeldByLiving(lease)) || Date.now() > patience) return false;
    await delay(10);
  }
};

/** The server takes a moment to notice that a process was killed, and until then its lease still counts. */
const isHeldByLiving = async (lease: Lease): Promise<boolean> => {
  const { rows } = await lease.query<{ application_name: string }>(
    `select a.application_name
       from pg_locks l
       join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.classid = 0 and l.objid = $1`,
    [LEASE],
  );
  const holders = rows.map((row) => isAlive(Number(row.application_name.replace(NAME, ""))));
  return (await Promise.all(holders)).includes(true);
};

/**
 * The folder to give to clients as `host`: the cluster itself, or a link to it in the temporary folder when its path is
 * too long for a socket's address. Linux resolves the link after it has read the address.
 */
export const socketHost = async (cluster: string): Promise<string> => {
  if (fits(cluster)) return cluster;
  const { ino } = await stat(cluster);
  for (const parent of [tmpdir(), "/tmp"]) {
    const link = join(parent, `fealty-${process.getuid?.() ?? 0}-${ino}`);
    if (fits(link) && (await isOurLink(link, cluster))) return link;
  }
  // Somebody else has that name, or it points to a cluster that is gone: one for this process alone.
  const link = join(await mkdtemp("/tmp/fealty-"), "socket");
  await symlink(cluster, link);
  return link;
};

const fits = (folder: string): boolean => Buffer.byteLength(join(folder, SOCKET)) <= MAX_SOCKET_PATH_BYTES;

/** In a folder where anyone may write, a link of someone else could lead to someone else's server. */
const isOurLink = async (link: string, cluster: string): Promise<boolean> => {
  try {
    await symlink(cluster, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    return (await lstat(link)).uid === process.getuid?.() && (await readlink(link)) === cluster;
  } catch {
    return false;
  }
};
