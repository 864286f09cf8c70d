import { randomBytes } from "node:crypto";
import pg from "pg";
import { expect, test } from "vitest";
import { createTestDatabase, run, testServer, withDatabase } from "../../tests/support/postgres.ts";
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

test("transactions of an organisation reach no table of the program as a whole", async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  const { rows } = await client.query<{ name: string; reached: boolean; worked: boolean }>(`
    select format('%s.%s', n.nspname, c.relname) as name,
           has_table_privilege('fealty_app', c.oid, 'select, insert, update, delete') as reached,
           has_table_privilege('fealty_system', c.oid, 'select') and has_table_privilege('fealty_system', c.oid, 'insert') as worked
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and obj_description(c.oid, 'pg_class') like '%@system-only%' order by 1`);
  const names = ["identity.attempts", "identity.signing_keys", "platform.id_blocks", "platform.migrations"];
  expect(rows).toEqual(names.map((name) => ({ name, reached: false, worked: true })));
  await client.end();
  await database.drop();
});
