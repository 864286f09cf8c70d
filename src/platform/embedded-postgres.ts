import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type PostgresBinaries, prepareBinaries, SERVER_ENVIRONMENT } from "./postgres-binaries.ts";
import {
  checkCluster,
  type DataFolder,
  explainFileError,
  explainServerOutput,
  initialise,
  openDataFolder,
  pathForServer,
} from "./postgres-cluster.ts";
import { giveUpLease, type Lease, type LeaseAttempt, openLease, PORT, socketHost } from "./postgres-lease.ts";
import { isAlive, isServerRunning, readPid, readServerState } from "./postgres-process.ts";
import { StartupError } from "./startup-error.ts";

export interface EmbeddedPostgresOptions {
  /** Made when absent. PostgreSQL's files lie in its `postgres/`, the server's log in `postgres.log`. */
  readonly dataDirectory: string;
  /** One line for each thing that takes a while. */
  readonly log?: (line: string) => void;
  /** False: commits may be lost when the machine, not a process, dies (no fsync). For tests. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** Database `fealty` as superuser `fealty`, over a Unix socket that only this user may open. */
  readonly connectionString: string;
  /** The server's process id. */
  readonly pid: number;
  /** Leaves the server. The last one to leave stops it and waits until everything is written. Safe to call twice. */
  stop(): Promise<void>;
}

const LOG_LIMIT_BYTES = 16 * 1024 * 1024;
const POLL_MILLISECONDS = 15;
/** A server that neither answers nor says that it recovers for so long is given up. */
const PATIENCE_MILLISECONDS = 60_000;

interface Place {
  readonly folder: DataFolder;
  readonly binaries: PostgresBinaries;
  readonly host: string;
  readonly logFile: string;
  readonly durable: boolean;
  readonly log: (line: string) => void;
}

/**
 * Starts PostgreSQL in a data folder, or joins the server that runs there already: one that another process of ours
 * started, or that outlived a killed one. Every user of the server holds a lease, an advisory lock on a connection, so
 * the kernel returns it however the process ends; whoever leaves last stops the server. Raises StartupError.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { log = () => {}, durable = true } = options;
  const folder = await openDataFolder(options.dataDirectory);
  const binaries = await prepareBinaries({ user: folder.user, dataDirectory: folder.path, log });
  if (!folder.initialised) {
    log(`creating a PostgreSQL ${binaries.version} database in ${folder.cluster}`);
    await initialise(folder, binaries, durable);
  }
  await checkCluster(folder, binaries);

  const host = await socketHost(folder.cluster);
  const place = { folder, binaries, host, logFile: join(folder.path, "postgres.log"), durable, log };
  const lease = await startOrJoin(place);
  await createDatabase(lease);
  lease.unref();
  const pid = await readPid(folder.cluster);
  if (pid === null) throw new Error(`the server in ${folder.cluster} wrote no postmaster.pid`);

  let stopping: Promise<void> | null = null;
  return {
    // PGPORT and PGSSLMODE of the caller's environment would otherwise fill what is left out.
    connectionString: `postgresql://fealty@localhost:${PORT}/fealty?host=${encodeURIComponent(host)}&sslmode=disable`,
    pid,
    stop: () => {
      stopping ??= leave(lease, place);
      return stopping;
    },
  };
};

const startOrJoin = async (place: Place): Promise<Lease> => {
  let launched: Launched | null = null;
  let patience = Date.now() + PATIENCE_MILLISECONDS;
  let starting = 0;
  for (;;) {
    const attempt = await tryToJoin(place);
    if (typeof attempt === "object") {
      if (launched === null) place.log("PostgreSQL is running already: using it");
      return attempt.lease;
    }
    if (attempt === "starting") {
      patience = Date.now() + PATIENCE_MILLISECONDS;
      starting++;
      if (starting === 100) place.log("waiting for PostgreSQL: it recovers after a crash");
    } else if (launched === null) {
      if (!(await isServerRunning(place.folder.cluster))) launched = await launch(place);
    } else if (launched.hasExited()) {
      const output = await launched.output();
      // Another process was quicker (then we join), or backends of a killed server have yet to notice it (then again).
      if (!/lock file .* already exists|shared memory block .* still in use/.test(output)) {
        throw explainServerOutput(output, place.folder.path, place.logFile);
      }
      launched = null;
      await delay(100);
    }
    if (Date.now() > patience) {
      throw new StartupError(
        `PostgreSQL in ${place.folder.cluster} did not answer for ${PATIENCE_MILLISECONDS / 1000} seconds.`,
        `Its log is ${place.logFile}. If an old server hangs there, end it and start again.`,
      );
    }
    await delay(POLL_MILLISECONDS);
  }
};

/** Asks the file first: every connection that comes too early is a line in the server's log. */
const tryToJoin = async ({ folder, host }: Place): Promise<LeaseAttempt> => {
  const state = await readServerState(folder.cluster);
  if (state === "ready") return openLease(host);
  return state !== null && (await isServerRunning(folder.cluster)) ? "starting" : "absent";
};

interface Launched {
  hasExited(): boolean;
  /** What this server wrote to the log. */
  output(): Promise<string>;
}

/** Detached and writing to a file: the server outlives us whole, and Ctrl-C in a terminal does not reach it past us. */
const launch = async (place: Place): Promise<Launched> => {
  const { folder, binaries, logFile } = place;
  const data = await pathForServer(folder.cluster, folder.user);
  const start = await rotateLog(logFile);
  let descriptor: number;
  try {
    descriptor = openSync(logFile, "a", 0o600);
  } catch (error) {
    throw explainFileError(error, folder.path);
  }
  const settings = Object.entries(serverSettings(place.durable)).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const child = spawn(join(binaries.bin, "postgres"), ["-D", data, ...settings], {
    cwd: folder.cluster,
    env: SERVER_ENVIRONMENT,
    detached: true,
    stdio: ["ignore", descriptor, descriptor],
    ...folder.user,
  });
  let failure: Error | null = null;
  child.on("error", (error) => {
    failure = error;
  });
  child.unref();
  closeSync(descriptor);
  return {
    hasExited: () => failure !== null || child.exitCode !== null || child.signalCode !== null,
    output: async () => {
      if (failure) return `error: ${failure.message}`;
      const handle = await open(logFile, "r");
      const { size } = await handle.stat();
      const { buffer } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
      await handle.close();
      return buffer.toString();
    },
  };
};

/** Keeps one old log. Returns where the new server's lines will begin. */
const rotateLog = async (logFile: string): Promise<number> => {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= LOG_LIMIT_BYTES) return size;
  await rename(logFile, `${logFile}.1`);
  return 0;
};

const serverSettings = (durable: boolean): Record<string, string | number> => {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / 1024 ** 2;
  return {
    listen_addresses: "",
    port: PORT,
    // Relative to the cluster: its own folder (0700) guards the socket, and no path is too long for the server.
    unix_socket_directories: ".",
    unix_socket_permissions: "0700",
    max_connections: 100,
    shared_buffers: `${Math.round(Math.min(256, Math.max(128, memory / 16)))}MB`,
    effective_cache_size: `${Math.round(memory / 2)}MB`,
    // The working set lies in memory or on an SSD, and statements are short.
    random_page_cost: 1.1,
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    // Duplicates are an everyday answer here, and a statement or a key in the log would be a customer's data.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    wal_compression: "pglz",
    checkpoint_timeout: "15min",
    max_wal_size: "2GB",
    synchronous_commit: "on",
    // Without these a commit still survives the end of every process, only not that of the machine.
    fsync: durable ? "on" : "off",
    full_page_writes: durable ? "on" : "off",
  };
};

const createDatabase = async (lease: Lease): Promise<void> => {
  const { rowCount } = await lease.query("select from pg_database where datname = 'fealty'");
  if (rowCount !== 0) return;
  await lease.query("create database fealty").catch((error: { code?: string }) => {
    // Two processes of ours at once.
    if (error.code !== "42P04" && error.code !== "23505") throw error;
  });
};

const leave = async (first: Lease, { host, folder, log }: Place): Promise<void> => {
  let lease = first;
  const pid = await readPid(folder.cluster);
  let last: boolean;
  try {
    last = await giveUpLease(lease);
  } catch {
    // The lease broke: the server was killed, or threw everyone out after a crash of one connection and goes on.
    const again = await openLease(host);
    if (typeof again !== "object") return;
    lease = again.lease;
    last = await giveUpLease(lease);
  }
  if (last && pid !== null) {
    process.kill(pid, "SIGINT");
    await waitForEnd(pid, log);
    // The link in the temporary folder, where there is one.
    if (host !== folder.cluster) await rm(host, { force: true });
  }
  await lease.end().catch(() => {});
};

const waitForEnd = async (pid: number, log: (line: string) => void): Promise<void> => {
  const patience = Date.now() + PATIENCE_MILLISECONDS;
  while (await isAlive(pid)) {
    if (Date.now() > patience) {
      log("PostgreSQL takes too long to stop: ending it; it will recover at the next start");
      process.kill(pid, "SIGQUIT");
      return;
    }
    await delay(POLL_MILLISECONDS);
  }
};
