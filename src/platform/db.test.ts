import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { createDb, type Db } from "./db.ts";
import { createIds } from "./ids.ts";
import { combineWrites, rawSql, sql } from "./sql.ts";

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ connectionString: database.connectionString, maxConnections: 3 });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const text = fc
  .string({ unit: "grapheme", maxLength: 30 })
  .filter((value) => !value.includes("\u0000") && !/\p{Surrogate}/u.test(value));

describe("statements", () => {
  test("arrays of texts and numbers arrive as they were, null included", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            text,
            fc.constantFrom(
              null,
              "",
              "null",
              "NULL",
              '"',
              "\\",
              "{",
              "},{",
              "a,b",
              "'; drop table x; --",
              '\n"',
              '\u0001\\\\"',
              '😀"',
              "\\n",
            ),
          ),
        ),
        fc.array(fc.option(fc.maxSafeInteger())),
        async (texts, numbers) => {
          const row = await db.system((tx) =>
            tx.one<{ texts: (string | null)[]; numbers: (number | null)[] }>(
              sql`/* test.arrays */ select ${texts}::text[] as texts, to_json(${numbers}::bigint[]) as numbers`,
            ),
          );
          expect(row.texts).toEqual(texts);
          expect(row.numbers).toEqual(numbers);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a statement without a name is refused where it is written", () => {
    expect(() => sql`select 1`).toThrow("starts with its name");
  });

  test("writes combined into one statement do what they do one by one", async () => {
    const write = (name: string, value: number) =>
      rawSql(
        `/* test.count */ insert into platform.id_blocks as b (name, next_id) values ($1, $2) on conflict (name) do update set next_id = b.next_id + $2`,
        [name, value],
      );
    const statement = combineWrites([write("x", 5), write("y", 7)]);
    expect(statement.values).toEqual(["x", 5, "y", 7]);
    await db.system((tx) => tx.runAll([write("x", 5), write("y", 7)]));
    await db.system((tx) => tx.runAll([write("x", 1), write("z", 2)]));
    const rows = await db.system((tx) =>
      tx.rows<{ name: string; next_id: number }>(
        sql`/* test.counts */ select name, next_id from platform.id_blocks where name in ('x', 'y', 'z') order by name`,
      ),
    );
    expect(rows).toEqual([
      { name: "x", next_id: 6 },
      { name: "y", next_id: 7 },
      { name: "z", next_id: 2 },
    ]);
  });

  test("a commit sent with a write that fails leaves nothing, and says why", async () => {
    const attempt = db.system(async (tx) => {
      await tx.run(sql`/* test.good */ insert into platform.id_blocks (name, next_id) values ('kept?', 1)`);
      await Promise.all([
        tx.runAll([sql`/* test.bad */ insert into platform.id_blocks (name, next_id) values ('bad', -1)`]),
        tx.commit(),
      ]);
    });
    await expect(attempt).rejects.toThrow("check constraint");
    const rows = await db.system((tx) =>
      tx.rows(sql`/* test.kept */ select name from platform.id_blocks where name = 'kept?'`),
    );
    expect(rows).toEqual([]);
  });

  test("an integer beyond 2^53 is an error, not another number", async () => {
    await expect(
      db.system((tx) => tx.one(sql`/* test.big */ select 9007199254740993::bigint as n`)),
    ).rejects.toThrow("2^53");
  });
});

describe("ids", () => {
  test("are never given twice, by however many askers and processes", async () => {
    const processes = [createIds(db), createIds(db), createIds(db)];
    const counts = Array.from({ length: 60 }, (_, index) => 1 + ((index * 37) % 300));
    const given = await Promise.all(
      counts.map(async (count, index) => {
        const next = await processes[index % 3]!.reserve("thing", count);
        return Array.from({ length: count }, () => next());
      }),
    );
    const all = given.flat();
    expect(new Set(all).size).toBe(all.length);
  });

  test("asking for more than was reserved is an error", async () => {
    const next = await createIds(db).reserve("other", 2);
    next();
    next();
    expect(() => next()).toThrow("more other ids");
  });

  test("can be asked for inside transactions that hold every connection", async () => {
    const ids = createIds(db);
    let inside = 0;
    const results = await Promise.all(
      Array.from({ length: 12 }, () =>
        db.system(async (tx) => {
          inside++;
          await tx.rows(sql`/* test.hold */ select 1`);
          return (await ids.reserve("held", 3000))();
        }),
      ),
    );
    expect(inside).toBe(12);
    expect(new Set(results).size).toBe(12);
  });
});

describe("failures", () => {
  test("a statement whose failure is swallowed keeps the transaction from being called done", async () => {
    const attempt = db.system(async (tx) => {
      await tx.run(sql`/* test.first */ insert into platform.id_blocks (name, next_id) values ('first', 1)`);
      await tx.rows(sql`/* test.broken */ select 1 / 0`).catch(() => {});
    });
    await expect(attempt).rejects.toThrow("cannot be committed");
  });

  test("a lost listener is replaced by one, hears each notification once and says that some may have been missed", async () => {
    const own = createDb({ connectionString: database.connectionString, maxConnections: 2 });
    const heard: string[] = [];
    await own.listen("test_channel", (payload) => heard.push(payload));
    const listeners = () =>
      db.system((tx) =>
        tx.rows<{ pid: number }>(
          sql`/* test.listeners */ select pid from pg_stat_activity where application_name = 'fealty listener' and datname = current_database()`,
        ),
      );
    const before = (await listeners()).map((row) => row.pid);
    const reconnected = new Promise<void>((resolve) => own.onReconnect(resolve));
    const admin = new pg.Client({ connectionString: database.connectionString });
    await admin.connect();
    for (const pid of before) await admin.query("select pg_terminate_backend($1)", [pid]);
    await reconnected;
    expect((await listeners()).length).toBe(before.length);
    await admin.query("notify test_channel, 'once'");
    await admin.query("notify test_channel, 'end'");
    while (!heard.includes("end")) await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(["once", "end"]);
    await admin.end();
    await own.close();
  });
});
