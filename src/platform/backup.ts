import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { quotedName } from "./sql.ts";
import { StartupError } from "./startup-error.ts";

/** First line of a backup. */
interface Head {
  readonly fealty: "backup";
  readonly format: 1;
  readonly takenAt: string;
  /** Migrations that made the tables: a backup goes back into tables of the same shape only. */
  readonly migrations: readonly string[];
}

/** Line in front of a table's rows, which are in PostgreSQL's text format and end with a line `\.`. */
interface TableHead {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

const END_OF_ROWS = "\\.";
const NEWLINE = 0x0a;

/** The program's own tables but the record of migrations, each after those that it refers to. The job queue is not among them: it is filled anew. */
const TABLES = `
  with recursive ours as (
    select c.oid, n.nspname, c.relname
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('information_schema', 'public', 'graphile_worker')
       and n.nspname not like 'pg\\_%' and not (n.nspname = 'platform' and c.relname = 'migrations')),
  depths as (
    select oid, 0 as depth from ours
    union
    select f.conrelid, d.depth + 1
      from depths d join pg_constraint f on f.confrelid = d.oid and f.contype = 'f' and f.conrelid <> f.confrelid
     where d.depth < 50)
  select o.nspname as schema, o.relname as table,
         (select array_agg(a.attname::text order by a.attnum)
            from pg_attribute a where a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
    from ours o join depths d on d.oid = o.oid
   group by o.oid, o.nspname, o.relname
   order by max(d.depth), o.nspname, o.relname`;

const MIGRATIONS = "select name from platform.migrations order by name";

const copyOf = ({ schema, table, columns }: TableHead): string =>
  `${quotedName(schema)}.${quotedName(table)} (${columns.map(quotedName).join(", ")})`;

const connect = async (connectionString: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString, application_name: "fealty backup" });
  await client.connect();
  return client;
};

const migrationsOf = async (client: pg.Client): Promise<string[]> =>
  (await client.query<{ name: string }>(MIGRATIONS)).rows.map(({ name }) => name);

/**
 * Writes everything that the program keeps, as of one moment, to a compressed stream, while others go on reading and writing. Constant
 * memory. Answers how many tables were written.
 */
export const writeBackup = async (connectionString: string, target: Writable): Promise<number> => {
  const client = await connect(connectionString);
  try {
    await client.query("begin isolation level repeatable read read only");
    const migrations = await migrationsOf(client);
    const { rows: tables } = await client.query<TableHead>(TABLES);
    // Its policies let it see every organisation, also where the owner is bound by them.
    await client.query("set local role fealty_system");
    const head: Head = { fealty: "backup", format: 1, takenAt: new Date().toISOString(), migrations };
    await pipeline(
      Readable.from(textOf(client, head, tables), { objectMode: false }),
      createGzip({ level: 6 }),
      target,
    );
    await client.query("commit");
    return tables.length;
  } finally {
    await client.end();
  }
};

async function* textOf(
  client: pg.Client,
  head: Head,
  tables: readonly TableHead[],
): AsyncGenerator<string | Buffer> {
  yield `${JSON.stringify(head)}\n`;
  for (const table of tables) {
    yield `${JSON.stringify(table)}\n`;
    yield* client.query(copyTo(`copy ${copyOf(table)} to stdout`)) as AsyncIterable<Buffer>;
    yield `${END_OF_ROWS}\n`;
  }
}

/**
 * Reads a backup into a database that the same version has just migrated and that holds no organisation yet, in one transaction.
 * Answers how many tables were read. Raises StartupError.
 */
export const readBackup = async (connectionString: string, source: Readable): Promise<number> => {
  const client = await connect(connectionString);
  try {
    await client.query("begin");
    if (await isUsed(client))
      throw new StartupError(
        "The database holds an organisation already.",
        "Restore into a new one: another --data folder, or an empty database in DATABASE_URL.",
      );
    const lines = linesOf(source.pipe(createGunzip()));
    await checkHead(await nextLine(lines), await migrationsOf(client));
    let tables = 0;
    for (let line = await nextLine(lines); line !== null; line = await nextLine(lines)) {
      await readTable(client, JSON.parse(line.toString("utf8")) as TableHead, lines);
      tables += 1;
    }
    if (tables === 0) throw damaged();
    await client.query("commit");
    return tables;
  } catch (error) {
    await client.query("rollback").catch(() => {});
    if ((error as { code?: string }).code?.startsWith("Z_") || error instanceof SyntaxError) throw damaged();
    throw error;
  } finally {
    await client.end();
  }
};

/** Whether any organisation has a row anywhere. */
const isUsed = async (client: pg.Client): Promise<boolean> => {
  const { rows: tables } = await client.query<TableHead>(TABLES);
  for (const { schema, table, columns } of tables) {
    if (!columns.includes("org_id")) continue;
    const text = `select exists (select from ${quotedName(schema)}.${quotedName(table)}) as used`;
    if ((await client.query<{ used: boolean }>(text)).rows[0]?.used === true) return true;
  }
  return false;
};

const damaged = (): StartupError =>
  new StartupError(
    "The file is no backup of Fealty, or it is damaged.",
    "Take another copy of it; nothing was restored.",
  );

const checkHead = async (line: Buffer | null, known: readonly string[]): Promise<void> => {
  const head = JSON.parse(line?.toString("utf8") ?? "null") as Partial<Head> | null;
  if (head?.fealty !== "backup" || head.format !== 1) throw damaged();
  const missing = head.migrations?.filter((name) => !known.includes(name)) ?? [];
  if (missing.length > 0 || head.migrations?.length !== known.length)
    throw new StartupError(
      "The backup was taken by another version of Fealty.",
      "Restore it with the version that took it, then start the newer one, which brings it up to date.",
    );
};

const readTable = async (
  client: pg.Client,
  table: TableHead,
  lines: AsyncIterator<Buffer>,
): Promise<void> => {
  const name = `${quotedName(table.schema)}.${quotedName(table.table)}`;
  // COPY cannot write under policies; they are back before anybody else sees the rows.
  await client.query(`alter table ${name} disable row level security`);
  await client.query(`delete from ${name}`);
  const rows = async function* () {
    for (;;) {
      const line = await nextLine(lines);
      if (line === null) throw damaged();
      if (line.length === 2 && line.toString("latin1") === END_OF_ROWS) return;
      yield Buffer.concat([line, Buffer.of(NEWLINE)]);
    }
  };
  await pipeline(Readable.from(gathered(rows())), client.query(copyFrom(`copy ${copyOf(table)} from stdin`)));
  if (table.columns.includes("org_id")) await client.query(`alter table ${name} enable row level security`);
};

const CHUNK_BYTES = 64 * 1024;

/** Rows in larger pieces: one message for each would cost more than the rows. */
async function* gathered(rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const row of rows) {
    pieces.push(row);
    size += row.length;
    if (size < CHUNK_BYTES) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pieces);
}

async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE, start)) {
      yield text.subarray(start, end);
      start = end + 1;
    }
    rest = text.subarray(start);
  }
  if (rest.length > 0) throw damaged();
}

const nextLine = async (lines: AsyncIterator<Buffer>): Promise<Buffer | null> => {
  const { value, done } = (await lines.next()) as { value: Buffer; done?: boolean };
  return done === true ? null : value;
};
