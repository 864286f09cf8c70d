import { existsSync, readdirSync } from "node:fs";
import pg from "pg";
import { runChild } from "./children.ts";
import { startClocks } from "./machine.ts";

export interface YardstickRun {
  readonly perSecond: number;
  readonly averageMilliseconds: number;
  /** Processor time per transaction, of pgbench and of PostgreSQL; null where it cannot be seen. */
  readonly clientMicroseconds: number;
  readonly postgresMicroseconds: number | null;
  /** Cores that other programs on the machine kept busy meanwhile. */
  readonly otherCores: number | null;
}

export interface Yardstick {
  readonly by: string;
  run(seconds: number): Promise<YardstickRun>;
}

const SCALE = 10;
const CLIENTS = 16;
const WARM_UP_SECONDS = 2;

const findPgbench = async (): Promise<string | null> => {
  const folder = "/usr/lib/postgresql";
  const versions = existsSync(folder) ? readdirSync(folder).sort().reverse() : [];
  const candidates = [...versions.map((version) => `${folder}/${version}/bin/pgbench`), "pgbench"];
  for (const path of candidates) {
    const works = await runChild(path, ["--version"]).then(
      () => true,
      () => false,
    );
    if (works) return path;
  }
  return null;
};

interface Place {
  /** A database of the yardstick's own. */
  readonly connectionString: string;
  readonly postmaster: number | null;
}

/**
 * TPC-B as pgbench runs it (scale 10, 16 clients, prepared statements, durable commits). Where pgbench is not installed, the
 * same statements are sent from Node, which is slower, and `by` says so.
 */
export const createYardstick = async ({ connectionString, postmaster }: Place): Promise<Yardstick> => {
  const pgbench = await findPgbench();
  const measured = (run: (seconds: number) => Promise<Figures>) => async (seconds: number) => {
    const clock = startClocks(postmaster, null);
    const { perSecond, averageMilliseconds, transactions } = await run(seconds);
    const { postgres, self, children, otherCores } = clock();
    const postgresMicroseconds = postgres === null ? null : (postgres * 1e6) / transactions;
    const clientMicroseconds = ((children + self) * 1e6) / transactions;
    return { perSecond, averageMilliseconds, clientMicroseconds, postgresMicroseconds, otherCores };
  };
  if (pgbench === null) {
    await createTables(connectionString);
    const by = "the statements of TPC-B from Node (pgbench is not installed)";
    return { by, run: measured((seconds) => runFromNode(connectionString, seconds)) };
  }
  const { environment, login } = loginOf(connectionString);
  await runChild(pgbench, ["-i", "-q", "-s", String(SCALE), ...login], environment);
  const run = (seconds: number) => runPgbench(pgbench, login, environment, seconds);
  await run(WARM_UP_SECONDS);
  return { by: "pgbench", run: measured(run) };
};

interface Figures {
  readonly perSecond: number;
  readonly averageMilliseconds: number;
  readonly transactions: number;
}

const loginOf = (connectionString: string) => {
  const address = new URL(connectionString);
  const environment: Record<string, string> = {
    PGHOST: address.searchParams.get("host") ?? address.hostname,
    PGPORT: address.port || address.searchParams.get("port") || "5432",
    ...(address.password === "" ? {} : { PGPASSWORD: decodeURIComponent(address.password) }),
  };
  return { environment, login: ["-U", decodeURIComponent(address.username), address.pathname.slice(1)] };
};

const runPgbench = async (
  pgbench: string,
  login: readonly string[],
  environment: Record<string, string>,
  seconds: number,
): Promise<Figures> => {
  const options = ["-n", "-M", "prepared", "-c", String(CLIENTS), "-j", "2", "-T", String(seconds)];
  const output = await runChild(pgbench, [...options, ...login], environment);
  const figure = (pattern: RegExp) => Number(pattern.exec(output)?.[1]);
  return {
    perSecond: figure(/tps = ([\d.]+)/),
    averageMilliseconds: figure(/latency average = ([\d.]+)/),
    transactions: figure(/actually processed: (\d+)/),
  };
};

const TABLES = `
  create table pgbench_branches (bid int primary key, bbalance int, filler char(88)) with (fillfactor = 100);
  create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84)) with (fillfactor = 100);
  create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84)) with (fillfactor = 100);
  create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
  insert into pgbench_branches select n, 0, '' from generate_series(1, ${SCALE}) n;
  insert into pgbench_tellers select n, (n - 1) / 10 + 1, 0, '' from generate_series(1, ${SCALE * 10}) n;
  insert into pgbench_accounts select n, (n - 1) / 100000 + 1, 0, '' from generate_series(1, ${SCALE * 100_000}) n;
  vacuum analyze`;

const createTables = async (connectionString: string): Promise<void> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  for (const statement of TABLES.split(";")) await client.query(statement);
  await client.end();
};

const below = (limit: number) => 1 + Math.floor(Math.random() * limit);

const STATEMENTS: readonly (readonly [name: string, text: string])[] = [
  ["account", "update pgbench_accounts set abalance = abalance + $1 where aid = $2"],
  ["balance", "select abalance from pgbench_accounts where aid = $1"],
  ["teller", "update pgbench_tellers set tbalance = tbalance + $1 where tid = $2"],
  ["branch", "update pgbench_branches set bbalance = bbalance + $1 where bid = $2"],
  [
    "history",
    "insert into pgbench_history (tid, bid, aid, delta, mtime) values ($1, $2, $3, $4, current_timestamp)",
  ],
];

const runFromNode = async (connectionString: string, seconds: number): Promise<Figures> => {
  let done = 0;
  let stop = false;
  const client = async () => {
    const connection = new pg.Client({ connectionString });
    await connection.connect();
    while (!stop) {
      const [aid, tid, bid] = [below(SCALE * 100_000), below(SCALE * 10), below(SCALE)];
      const delta = below(10_000) - 5000;
      const values = [[delta, aid], [aid], [delta, tid], [delta, bid], [tid, bid, aid, delta]];
      await connection.query("begin");
      for (const [index, [name, text]] of STATEMENTS.entries()) {
        await connection.query({ name, text, values: values[index]! });
      }
      await connection.query("commit");
      done++;
    }
    await connection.end();
  };
  const clients = Array.from({ length: CLIENTS }, client);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  stop = true;
  await Promise.all(clients);
  const perSecond = done / seconds;
  return { perSecond, averageMilliseconds: (CLIENTS * 1000) / perSecond, transactions: done };
};
