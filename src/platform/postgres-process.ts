import { execFile } from "node:child_process";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { StartupError } from "./startup-error.ts";

/** The process id that a cluster's server wrote down, or null. */
export const readPid = async (cluster: string): Promise<number | null> => {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
};

/** What a cluster's server last wrote about itself: "starting", "ready", "stopping"; null when it never did. */
export const readServerState = async (cluster: string): Promise<string | null> => {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "");
  return text.split("\n")[7]?.trim() || null;
};

/** Whether a process exists; one that has ended but was not yet collected by its parent counts as gone. */
export const isAlive = async (pid: number): Promise<boolean> => {
  if (!isListed(pid)) return false;
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !/\) [ZX]/.test(status);
};

const isListed = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
};

/**
 * Whether a server runs for this cluster, going by postmaster.pid. PostgreSQL clears a file whose process is gone, but
 * would refuse to start for ever in two cases that containers know: the number belongs to another process since a restart,
 * or the killed server was never collected because nothing there does. Its lock files are removed here then, only when no process
 * of PostgreSQL works in the cluster. Raises StartupError.
 */
export const isServerRunning = async (cluster: string): Promise<boolean> => {
  const pid = await readPid(cluster);
  if (pid === null || !isListed(pid)) return false;
  if (process.platform !== "linux" || !(await stat("/proc/self/cwd").catch(() => null))) {
    return isNamedPostgres(pid, cluster);
  }
  const { dev, ino } = await stat(cluster);
  const worksHere = async (id: number | string): Promise<boolean> => {
    const folder = await stat(`/proc/${id}/cwd`).catch(() => null);
    if (folder === null || folder.dev !== dev || folder.ino !== ino) return false;
    return (await readFile(`/proc/${id}/comm`, "utf8").catch(() => "")).trim() === "postgres";
  };
  if (await worksHere(pid)) return true;
  for (const id of await readdir("/proc")) {
    if (/^\d+$/.test(id) && (await worksHere(id))) return true;
  }
  // The socket has a lock file of its own, which names the same process.
  const locks = (await readdir(cluster)).filter((name) =>
    /^postmaster\.pid$|^\.s\.PGSQL\..*\.lock$/.test(name),
  );
  for (const name of locks) await rm(join(cluster, name), { force: true });
  return false;
};

const isNamedPostgres = async (pid: number, cluster: string): Promise<boolean> => {
  const { stdout } = await promisify(execFile)("ps", ["-o", "comm=", "-p", String(pid)]).catch(() => ({
    stdout: "postgres",
  }));
  if (stdout.includes("postgres")) return true;
  throw new StartupError(
    `The file ${join(cluster, "postmaster.pid")} names a process that is not PostgreSQL (left by a crash).`,
    "If no PostgreSQL runs on this data folder, delete that file and start again.",
  );
};
