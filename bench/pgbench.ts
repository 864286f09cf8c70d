import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import pg from "pg";

export interface Yardstick {
  /** "pgbench" or "the same statements from Node". */
  readonly by: string;
  readonly perSecond: number;
  readonly averageMilliseconds: number;
}

const findPgbench = (): string | null => {
  const folders = existsSync("/usr/lib/postgresql")
    ? readdirSync("/usr/lib/postgresql").sort().reverse()
    : [];
  const candidates = [...folders.map((version) => `/usr/lib/postgresql/${version}/bin/pgbench`), "pgbench"];
  return candidates.find((path) => spawnSync(path, ["--version"], { stdio: "ignore" }).status === 0) ?? null;
};

const SCALE = 10;
const CLIENTS = 16;

/** TPC-B as pgbench runs it (scale 10, 16 clients, prepared statements) on the server of `connectionString`, in a database of its own. */
export const runTpcB = async (connectionString: string, seconds: number): Promise<Yardstick> => {
  const address = new URL(connectionString);
  address.pathname = "/yardstick";
  const admin = new pg.Client({ connectionString });
  await admin.connect();
  await admin.query("drop database if exists yardstick");
  await admin.query("create database yardstick");
  await admin.end();
  const pgbench = findPgbench();
  return pgbench === null ? withNode(address.href, seconds) : withPgbench(pgbench, address, seconds);
};

const withPgbench = (pgbench: string, address: URL, seconds: number): Yardstick => {
  const host = address.searchParams.get("host") ?? address.hostname;
  const env = {
    ...process.env,
    PGHOST: host,
    PGPORT: address.port || address.searchParams.get("port") || "5432",
  };
  const login = ["-U", decodeURIComponent(address.username), "yardstick"];
  execFileSync(pgbench, ["-i", "-q", "-s", String(SCALE), ...login], { env, stdio: "ignore" });
  const run = (time: number) =>
    execFileSync(
      pgbench,
      ["-n", "-M", "prepared", "-c", String(CLIENTS), "-j", "2", "-T", String(time), ...login],
      {
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
  run(2);
  const output = run(seconds);
  return {
    by: "pgbench",
    perSecond: Number(/tps = ([\d.]+)/.exec(output)?.[1]),
    averageMilliseconds: Number(/latency average = ([\d.]+)/.exec(output)?.[1]),
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

const below = (limit: number) => 1 + Math.floor(Math.random() * limit);

/** The statements of TPC-B from one Node process, where pgbench is not installed. Slower than pgbench, and said so. */
const withNode = async (connectionString: string, seconds: number): Promise<Yardstick> => {
  const setUp = new pg.Client({ connectionString });
  await setUp.connect();
  for (const statement of TABLES.split(";")) await setUp.query(statement);
  await setUp.end();
  let done = 0;
  let stop = false;
  const client = async () => {
    const connection = new pg.Client({ connectionString });
    await connection.connect();
    const run = (name: string, text: string, values: unknown[]) => connection.query({ name, text, values });
    while (!stop) {
      const [aid, tid, bid, delta] = [
        below(SCALE * 100_000),
        below(SCALE * 10),
        below(SCALE),
        below(10_000) - 5000,
      ];
      await connection.query("begin");
      await run("a", "update pgbench_accounts set abalance = abalance + $1 where aid = $2", [delta, aid]);
      await run("b", "select abalance from pgbench_accounts where aid = $1", [aid]);
      await run("c", "update pgbench_tellers set tbalance = tbalance + $1 where tid = $2", [delta, tid]);
      await run("d", "update pgbench_branches set bbalance = bbalance + $1 where bid = $2", [delta, bid]);
      await run(
        "e",
        "insert into pgbench_history (tid, bid, aid, delta, mtime) values ($1, $2, $3, $4, current_timestamp)",
        [tid, bid, aid, delta],
      );
      await connection.query("commit");
      done++;
    }
    await connection.end();
  };
  const clients = Array.from({ length: CLIENTS }, client);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const before = done;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const perSecond = (done - before) / seconds;
  stop = true;
  await Promise.all(clients);
  return {
    by: "the same statements from Node (pgbench is not installed)",
    perSecond,
    averageMilliseconds: (CLIENTS * 1000) / perSecond,
  };
};
