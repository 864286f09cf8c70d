import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";

const MIGRATIONS = fileURLToPath(new URL("../../db/migrations/", import.meta.url));

/** Serialises concurrent starts; any constant of ours will do. */
const LOCK = 7_021_477;

/**
 * Brings a database to the newest schema: forward-only SQL files in name order, each in its own transaction, recorded in
 * platform.migrations. With the last one roles, grants and row-level security are applied to every table alike, so that no
 * table depends on its author's memory. Safe to run at every start and from several processes at once.
 */
export const migrate = async (
  connectionString: string,
  log: (line: string) => void = () => {},
): Promise<void> => {
  const client = new pg.Client({ connectionString, application_name: "fealty migrate" });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [LOCK]);
    await prepare(client);
    const { rows } = await client.query<{ name: string }>("select name from platform.migrations");
    const done = new Set(rows.map((row) => row.name));
    const files = (await readdir(MIGRATIONS)).filter((name) => name.endsWith(".sql")).sort();
    const unknown = [...done].filter((name) => !files.includes(name));
    if (unknown.length > 0) {
      throw new Error(`the database was migrated by a newer version (it knows ${unknown.join(", ")})`);
    }
    const pending = files.filter((name) => !done.has(name));
    for (const name of pending) {
      await apply(client, name, name === pending.at(-1));
      log(`migrated ${name}`);
    }
  } finally {
    await client.end();
  }
};

const prepare = async (client: pg.Client) => {
  await client.query(`
    do $$ begin
      if not exists (select from pg_roles where rolname = 'fealty_app') then create role fealty_app nologin; end if;
      if not exists (select from pg_roles where rolname = 'fealty_system') then create role fealty_system nologin; end if;
    exception when duplicate_object or unique_violation then null; end $$;
    -- Never fealty_system to fealty_app: a member inherits the policies of the role, and would see every organisation.
    grant fealty_app, fealty_system to current_user;
    create schema if not exists platform;
    create table if not exists platform.migrations (name text primary key, applied_at timestamptz not null default now());
  `);
};

/** The last one is recorded together with the rights of all tables: a start that is cut short before them is not done. */
const apply = async (client: pg.Client, name: string, isLast: boolean) => {
  const text = await readFile(`${MIGRATIONS}${name}`, "utf8");
  await client.query("begin");
  try {
    await client.query(text);
    if (isLast) await secure(client);
    await client.query("insert into platform.migrations (name) values ($1)", [name]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new Error(`migration ${name} failed: ${(error as Error).message}`, { cause: error });
  }
};

interface TableRow {
  table: string;
  tenant: boolean;
  append_only: boolean;
  system_only: boolean;
}

/** Our schemas: every one that is not PostgreSQL's, the job queue's or an extension's. */
const OURS = `n.nspname not in ('information_schema', 'public', 'graphile_worker') and n.nspname not like 'pg\\_%'`;

const secure = async (client: pg.Client) => {
  const { rows } = await client.query<TableRow>(`
    select format('%I.%I', n.nspname, c.relname) as table,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') as tenant,
           coalesce(obj_description(c.oid, 'pg_class') like '%@append-only%', false) as append_only,
           coalesce(obj_description(c.oid, 'pg_class') like '%@system-only%', false) as system_only
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and ${OURS}`);
  const schemas = await client.query<{ name: string }>(
    `select n.nspname as name from pg_namespace n where ${OURS}`,
  );
  for (const { name } of schemas.rows) {
    await client.query(`grant usage on schema "${name}" to fealty_app, fealty_system`);
    // Views are read with the reader's own rights, so row-level security holds through them too (security_invoker).
    await client.query(`grant select on all tables in schema "${name}" to fealty_app, fealty_system`);
  }
  for (const row of rows) {
    const writes = row.append_only ? "insert" : "insert, update, delete";
    await client.query(
      `revoke insert, update, delete, truncate on ${row.table} from fealty_app, fealty_system`,
    );
    await client.query(`grant ${writes} on ${row.table} to fealty_app, fealty_system`);
    if (row.system_only) await client.query(`revoke all on ${row.table} from fealty_app`);
    if (!row.tenant) continue;
    await client.query(`
      alter table ${row.table} enable row level security;
      alter table ${row.table} force row level security;
      drop policy if exists organisation on ${row.table};
      drop policy if exists every_organisation on ${row.table};
      create policy organisation on ${row.table} to fealty_app
        using (org_id = nullif(current_setting('app.org_id', true), '')::bigint);
      create policy every_organisation on ${row.table} to fealty_system using (true);`);
  }
};
