import { join } from "node:path";
import type pg from "pg";
import { runChild, type ServerProcess, startServer } from "./children.ts";
import { type Memory, memoryOf, startClocks } from "./machine.ts";
import { type Profile, readProfile } from "./profile.ts";
import type { Shop } from "./shop.ts";
import type { Stage } from "./stage.ts";
import type { StatementTime } from "./statements.ts";

/** Clients at once → purchases a second and milliseconds until each was answered. */
export interface EarnRun {
  readonly clients: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Purchases that were answered with 200, those of the warm-up included. */
  readonly acknowledged: number;
  /** Processor time per purchase, in microseconds; null where it cannot be seen. */
  readonly clientMicroseconds: number;
  readonly serverMicroseconds: number | null;
  readonly postgresMicroseconds: number | null;
  /** Purchases that shared a commit, on average. */
  readonly perCommit: number;
  /** Cores that other programs on the machine kept busy meanwhile. */
  readonly otherCores: number | null;
  /** PostgreSQL's account of its statements, of profiled runs on a server that keeps one. */
  readonly statements: readonly StatementTime[] | null;
  /** Failures of the run: refused requests, lost or doubled bills, what `verify` found. Empty when it counts. */
  readonly problems: readonly string[];
}

interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly acknowledged: number;
  readonly failures: number;
  readonly firstFailure: string;
}

export interface EarnParts {
  readonly stage: Stage;
  readonly shop: Shop;
  readonly members: number;
  /** Bills that must be recorded; grows with every run. */
  readonly expected: { bills: number };
  readonly admin: pg.Client;
}

const OUTBOX_PATIENCE_MILLISECONDS = 20_000;
let runs = 0;

/** Purchases over HTTP against a running server, then the proof that each acknowledged one is there once. */
export const runEarn = async (
  parts: EarnParts,
  server: ServerProcess,
  clients: number,
  seconds: number,
  { profile = false } = {},
): Promise<EarnRun> => {
  const { stage, shop, members, expected } = parts;
  const clock = startClocks(stage.postmaster, server.pid);
  const prefix = `R${++runs}`;
  const options = {
    port: server.port,
    authorization: shop.authorization,
    clients,
    seconds,
    prefix,
    members,
  };
  if (profile) {
    await stage.statements?.reset();
    server.toggleProfile();
  }
  const output = await runChild(process.execPath, ["bench/load.mjs", JSON.stringify(options)]);
  if (profile) server.toggleProfile();
  const statements = profile ? ((await stage.statements?.read()) ?? null) : null;
  const result = JSON.parse(output) as LoadResult;
  // What the outbox still holds belongs to these purchases as well.
  const drained = await untilOutboxIsEmpty(parts.admin);
  const { server: serverSeconds, postgres, children, otherCores } = clock();
  expected.bills += result.acknowledged;
  const problems = await findProblems(parts, result);
  if (!drained) problems.push("the outbox was not empty twenty seconds after the load");
  const each = (used: number | null) => (used === null ? null : (used * 1e6) / result.acknowledged);
  const { perSecond, p50, p95, p99, acknowledged } = result;
  return {
    clients,
    perSecond,
    p50,
    p95,
    p99,
    acknowledged,
    clientMicroseconds: (children * 1e6) / result.acknowledged,
    serverMicroseconds: each(serverSeconds),
    postgresMicroseconds: each(postgres),
    otherCores,
    statements,
    perCommit: await purchasesPerCommit(parts.admin, prefix),
    problems,
  };
};

const untilOutboxIsEmpty = async (admin: pg.Client): Promise<boolean> => {
  const patience = Date.now() + OUTBOX_PATIENCE_MILLISECONDS;
  while (Date.now() < patience) {
    const { rows } = await admin.query("select 1 from events.outbox limit 1");
    if (rows.length === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
};

/** All rows of a commit carry its number. */
const purchasesPerCommit = async (admin: pg.Client, prefix: string): Promise<number> => {
  const { rows } = await admin.query<{ each: number }>(
    `select count(*)::float8 / greatest(count(distinct xmin::text), 1) as each
       from activities.transactions where bill_number like $1`,
    [`${prefix}-%`],
  );
  return rows[0]!.each;
};

const findProblems = async (parts: EarnParts, result: LoadResult): Promise<string[]> => {
  const problems = await verifyAll(parts);
  if (result.failures > 0) {
    problems.push(`${result.failures} requests were not answered with 200: ${result.firstFailure}`);
  }
  return problems;
};

/** Everything adds up, and as many bills are recorded as were acknowledged. Answers what does not hold. */
export const verifyAll = async ({ stage, admin, expected }: EarnParts): Promise<string[]> => {
  const { rows } = await admin.query<{ bills: number }>(
    "select count(*)::int as bills, count(distinct bill_number)::int as numbers from activities.transactions",
  );
  const problems: string[] = [];
  if (rows[0]!.bills !== expected.bills) {
    problems.push(`${rows[0]!.bills} bills are recorded, ${expected.bills} were acknowledged`);
  }
  const { findings } = await stage.app.verify();
  problems.push(...findings.slice(0, 3).map(({ check, detail }) => `verify: ${check}: ${detail}`));
  return problems;
};

/** Resident memory of the server after some seconds of rest. */
export const settledMemory = async (server: ServerProcess, seconds: number): Promise<Memory | null> => {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return memoryOf(server.pid);
};

export interface EarnProfile {
  readonly run: EarnRun;
  readonly server: Profile;
}

/** A run of its own, after a short one to warm up, with a CPU profile of the server and PostgreSQL's own account. */
export const profileEarn = async (
  parts: EarnParts,
  clients: number,
  seconds: number,
): Promise<EarnProfile> => {
  const { stage } = parts;
  const path = join(stage.folder, "earn.cpuprofile");
  await stage.statements?.enable();
  const server = await startServer({
    ...stage.environment,
    BENCH_PROFILE: path,
    BENCH_PROFILE_FROM: "signal",
  });
  await runEarn(parts, server, clients, 2);
  const run = await runEarn(parts, server, clients, seconds, { profile: true });
  await server.stop();
  await stage.statements?.disable();
  return { run, server: await readProfile(path) };
};
