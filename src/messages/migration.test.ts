import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect, test } from "vitest";
import { migrate } from "#platform";
import { run, testServer, withDatabase } from "../../tests/support/postgres.ts";

const FOLDER = fileURLToPath(new URL("../../db/migrations/", import.meta.url));
const OURS = "0034_messages.sql";

/** Everything that was there before, as a start of that time left it. */
const migrateUpTo = async (client: pg.Client): Promise<void> => {
  await client.query("create schema platform");
  await client.query(
    "create table platform.migrations (name text primary key, applied_at timestamptz not null default now())",
  );
  for (const name of (await readdir(FOLDER)).sort().filter((file) => file < OURS)) {
    await client.query(await readFile(`${FOLDER}${name}`, "utf8"));
    await client.query("insert into platform.migrations (name) values ($1)", [name]);
  }
};

test("codes that were told before there was a queue stay in the mailbox, and count against too many", async () => {
  const { connectionString } = await testServer();
  const name = `test_messages_${randomBytes(6).toString("hex")}`;
  await run(connectionString, `create database ${name}`);
  const address = withDatabase(connectionString, name);
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    await migrateUpTo(client);
    await client.query(`
      insert into points.validation_codes (party_id, id, org_id, points, nonce, issued_at, expires_at)
      values (7, 41, 1, 5000, '\\x00', '2026-01-20T12:00:00Z', '2026-01-20T12:10:00Z');
      insert into points.code_messages (party_id, id, org_id, code_id, sent_at, mobile, email, till_id)
      values (7, 42, 1, 41, '2026-01-20T12:00:00Z', '447911110001', '', 3),
             (7, 43, 1, 41, '2026-01-20T12:01:00Z', '447911110001', 'ada@example.net', null);`);
    await migrate(address);
    const { rows } = await client.query(`
      select id::int, kind, ref_id::int, mobile, email, till_id::int, status, created_at, expires_at
        from messages.messages order by id`);
    const told = { kind: "validation_code", ref_id: 41, mobile: "447911110001", status: "by_hand" };
    const expires_at = new Date("2026-01-20T12:10:00Z");
    expect(rows).toEqual([
      { ...told, id: 42, email: "", till_id: 3, created_at: new Date("2026-01-20T12:00:00Z"), expires_at },
      {
        ...told,
        id: 43,
        email: "ada@example.net",
        till_id: null,
        created_at: new Date("2026-01-20T12:01:00Z"),
        expires_at,
      },
    ]);
    const { rows: left } = await client.query("select to_regclass('points.code_messages') as old");
    expect(left).toEqual([{ old: null }]);
  } finally {
    await client.end();
    await run(connectionString, `drop database ${name} with (force)`);
  }
});
