import { randomBytes } from "node:crypto";
import pg from "pg";
import { expect, test } from "vitest";
import { run, testServer, withDatabase } from "../../tests/support/postgres.ts";
import { migrate } from "./migrate.ts";

test("a start that is cut short before the tables' rights are set is finished by the next one", async () => {
  const { connectionString } = await testServer();
  const name = `test_migrate_${randomBytes(6).toString("hex")}`;
  await run(connectionString, `create database ${name}`);
  const address = withDatabase(connectionString, name);
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    // Rights cannot be set on this table, because its organisations are no numbers.
    await client.query("create schema odd; create table odd.things (org_id text)");
    await expect(migrate(address)).rejects.toThrow(/operator does not exist/);
    await client.query("drop schema odd cascade");
    await migrate(address);
    const { rows } = await client.query<{ tables: number; safe: number }>(`
      select count(*)::int as tables,
             count(*) filter (where c.relforcerowsecurity and has_table_privilege('fealty_app', c.oid, 'insert'))::int as safe
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
        join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname not in ('public', 'graphile_worker')`);
    expect(rows[0]!.tables).toBeGreaterThan(20);
    expect(rows[0]!.safe).toBe(rows[0]!.tables);
  } finally {
    await client.end();
    await run(connectionString, `drop database ${name} with (force)`);
  }
});
