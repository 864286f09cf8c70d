import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import type pg from "pg";

/** Seconds of a tick in /proc; every Linux in use has 100 to the second. */
const TICK_SECONDS = 0.01;

interface ProcessTimes {
  readonly name: string;
  readonly parent: number;
  /** Processor seconds of the process itself. */
  readonly own: number;
  /** Of its children that ended and were collected. */
  readonly collected: number;
}

const timesOf = (pid: number | string): ProcessTimes | null => {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  // The name may hold spaces and parentheses; fields are counted from behind it.
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  const ticks = (index: number) => Number(fields[index]) * TICK_SECONDS;
  return {
    name: text.slice(text.indexOf("(") + 1, close),
    parent: Number(fields[1]),
    own: ticks(11) + ticks(12),
    collected: ticks(13) + ticks(14),
  };
};

/** Processor seconds that a process has used; null where /proc does not tell. */
export const processorSeconds = (pid: number): number | null => timesOf(pid)?.own ?? null;

/** Processor seconds of a PostgreSQL server with all its processes, those that have ended included. */
export const postgresSeconds = (postmaster: number): number => {
  const server = timesOf(postmaster);
  if (server === null) return 0;
  let sum = server.own + server.collected;
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const times = timesOf(pid);
    if (times?.parent === postmaster) sum += times.own + times.collected;
  }
  return sum;
};

/** Processor seconds that the whole machine has spent on something; null where /proc does not tell. */
const machineSeconds = (): number | null => {
  if (!existsSync("/proc/stat")) return null;
  const fields = readFileSync("/proc/stat", "utf8")
    .split("\n")[0]!
    .trim()
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return (user + nice + system + irq + softirq + steal) * TICK_SECONDS;
};

export interface ProcessorUse {
  /** Seconds of the server process and of PostgreSQL. */
  readonly server: number | null;
  readonly postgres: number | null;
  /** Of this process. */
  readonly self: number;
  /** Of children of ours that ended meanwhile: load generators, commands. */
  readonly children: number;
  /** Cores that programs other than ours kept busy on average. */
  readonly otherCores: number | null;
}

/** Begins to count; the answer ends it. `server` is a process that is measured beside PostgreSQL and children that end. */
export const startClocks = (postmaster: number | null, server: number | null): (() => ProcessorUse) => {
  const read = () => {
    const self = timesOf(process.pid);
    return {
      at: Date.now(),
      machine: machineSeconds(),
      self: self?.own ?? 0,
      children: self?.collected ?? 0,
      server: server === null ? null : processorSeconds(server),
      postgres: postmaster === null ? null : postgresSeconds(postmaster),
    };
  };
  const before = read();
  return () => {
    const now = read();
    const since = (from: number | null, to: number | null) =>
      from === null || to === null ? null : to - from;
    const used = { server: since(before.server, now.server), postgres: since(before.postgres, now.postgres) };
    const all = since(before.machine, now.machine);
    const children = now.children - before.children;
    const self = now.self - before.self;
    const ours = (used.server ?? 0) + (used.postgres ?? 0) + self + children;
    const seconds = (now.at - before.at) / 1000;
    return { ...used, self, children, otherCores: all === null ? null : Math.max(0, all - ours) / seconds };
  };
};

/** The postmaster behind a connection when it runs on this machine and /proc shows it, else null. */
export const findPostmaster = async (client: pg.ClientBase): Promise<number | null> => {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const backend = timesOf(rows[0]!.pid);
  if (backend === null || !backend.name.startsWith("postgres")) return null;
  return timesOf(backend.parent)?.name.startsWith("postgres") ? backend.parent : null;
};

export interface Memory {
  readonly residentMegabytes: number;
  readonly peakMegabytes: number;
}

/** Resident memory of a process; null where /proc does not tell. */
export const memoryOf = (pid: number): Memory | null => {
  if (!existsSync(`/proc/${pid}/status`)) return null;
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) / 1024);
  return { residentMegabytes: megabytes("VmRSS"), peakMegabytes: megabytes("VmHWM") };
};

export interface Machine {
  readonly system: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly node: string;
  readonly postgres: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** What the figures depend on, without anything that names the machine. */
export const describeMachine = async (client: pg.ClientBase): Promise<Machine> => {
  const setting = async (name: string) =>
    (await client.query<{ value: string }>("select current_setting($1) as value", [name])).rows[0]!.value;
  const settings: Record<string, string> = {};
  for (const name of ["shared_buffers", "synchronous_commit", "fsync", "max_wal_size"]) {
    settings[name] = await setting(name);
  }
  return {
    system: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    node: process.versions.node,
    postgres: (await setting("server_version")).split(" ")[0]!,
    settings,
  };
};
