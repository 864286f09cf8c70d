import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { type Literal, literalsOf, readSources } from "../../tests/support/source-text.ts";

/**
 * The rules that let the same tables and statements run on plain PostgreSQL and spread over nodes, and that keep
 * organisations apart, as far as they can be seen in the catalogue and in the text of statements.
 */

const OURS = `n.nspname not in ('information_schema', 'public', 'graphile_worker') and n.nspname not like 'pg\\_%'`;

interface Catalogue {
  rows<Row extends object>(text: string): Promise<Row[]>;
}

/** A directory is keyed by one text, `org:kind:value`, which says where the row lies; it may say which party it leads to. */
const IS_DIRECTORY = `exists (
  select from pg_index x join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]
   where x.indrelid = c.oid and x.indisprimary and a.attname = 'key' and a.atttypid = 'text'::regtype)`;
const HAS = (column: string) =>
  `exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = '${column}' and not a.attisdropped)`;
const KIND = `case when ${IS_DIRECTORY} then 'directory' when ${HAS("party_id")} then 'party' else 'configuration' end`;

const RULES: readonly { rule: string; text: string }[] = [
  {
    rule: "party_id is a bigint that is always there",
    text: `select format('%I.%I', n.nspname, c.relname) as wrong
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'party_id'
     where c.relkind in ('r', 'p') and ${OURS} and ${KIND} = 'party' and (a.atttypid <> 'bigint'::regtype or not a.attnotnull)`,
  },
  {
    rule: "a party's table has a primary key",
    text: `select format('%I.%I', n.nspname, c.relname) as wrong
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and ${OURS}
       and not exists (select from pg_index x where x.indrelid = c.oid and x.indisprimary)`,
  },
  {
    rule: "every unique key of a party's table holds party_id, of a directory its key",
    text: `select format('%I.%I: %I', n.nspname, c.relname, i.relname) as wrong
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_index x on x.indrelid = c.oid join pg_class i on i.oid = x.indexrelid
     where c.relkind in ('r', 'p') and ${OURS} and ${KIND} <> 'configuration' and (x.indisunique or x.indisexclusion)
       and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = any(x.indkey)
                          and a.attname = case when ${IS_DIRECTORY} then 'key' else 'party_id' end)`,
  },
  {
    rule: "a foreign key stays within its party or leads to configuration",
    text: `select format('%s: %s', f.conrelid::regclass, f.conname) as wrong
      from pg_constraint f
      join lateral (select c.oid, ${KIND} as kind from pg_class c where c.oid = f.conrelid) source on true
      join lateral (select c.oid, ${KIND} as kind from pg_class c where c.oid = f.confrelid) target on true
      join pg_class c on c.oid = f.conrelid join pg_namespace n on n.oid = c.relnamespace
     where f.contype = 'f' and ${OURS} and target.kind <> 'configuration'
       and not (source.kind = 'party' and target.kind = 'party' and exists (
         select from unnest(f.conkey, f.confkey) k (own, other)
           join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.own and a.attname = 'party_id'
           join pg_attribute b on b.attrelid = f.confrelid and b.attnum = k.other and b.attname = 'party_id'))`,
  },
  {
    rule: "no foreign key sets its columns to null or to a default",
    text: `select format('%s: %s', f.conrelid::regclass, f.conname) as wrong
      from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_namespace n on n.oid = c.relnamespace
     where f.contype = 'f' and ${OURS} and (f.confdeltype in ('n', 'd') or f.confupdtype in ('n', 'd'))`,
  },
  {
    rule: "foreign keys point left: no domain refers to one on its right",
    text: `select format('%s: %s', f.conrelid::regclass, f.conname) as wrong
      from pg_constraint f
      join pg_class c on c.oid = f.conrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_class d on d.oid = f.confrelid join pg_namespace m on m.oid = d.relnamespace
     where f.contype = 'f' and ${OURS}
       and array_position($1::text[], n.nspname::text) < array_position($1::text[], m.nspname::text)`,
  },
  {
    rule: "no rule lives in a trigger",
    text: `select format('%s: %s', t.tgrelid::regclass, t.tgname) as wrong
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where not t.tgisinternal and ${OURS}
    union all
    select format('%s: %s', r.ev_class::regclass, r.rulename)
      from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
     where r.rulename <> '_RETURN' and ${OURS}`,
  },
  {
    // A column that is computed from its row is fine, but for the one that tables are distributed by.
    rule: "ids come from blocks, not from sequences",
    text: `select format('%I.%I', n.nspname, c.relname) as wrong
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'S' and ${OURS}
    union all
    select format('%s.%I', a.attrelid::regclass, a.attname)
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where ${OURS} and a.attnum > 0 and not a.attisdropped and (a.attidentity <> '' or (a.attgenerated <> '' and a.attname = 'party_id'))
    union all
    select format('%s.%I', a.attrelid::regclass, a.attname)
      from pg_attrdef e join pg_attribute a on a.attrelid = e.adrelid and a.attnum = e.adnum
      join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where ${OURS} and pg_get_expr(e.adbin, e.adrelid) ~ 'nextval|gen_random_uuid|random\\('`,
  },
  {
    rule: "no constraint or index ends in digits as a shard's would",
    text: `select format('%s: %s', f.conrelid::regclass, f.conname) as wrong
      from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_namespace n on n.oid = c.relnamespace
     where ${OURS} and f.conname ~ '_[0-9]+$'
    union all
    select format('%I.%I', n.nspname, c.relname)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'i', 'I') and ${OURS} and c.relname ~ '_[0-9]+$'`,
  },
  {
    rule: "a party's rows and directories name their organisation",
    text: `select format('%I.%I', n.nspname, c.relname) as wrong
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      left join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
     where c.relkind in ('r', 'p') and ${OURS} and ${HAS("party_id")}
       and (a.attname is null or not a.attnotnull or a.atttypid <> 'bigint'::regtype)`,
  },
  {
    rule: "a table with org_id has row-level security, also for its owner, and both policies",
    text: `select format('%I.%I', n.nspname, c.relname) as wrong
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and ${OURS} and ${HAS("org_id")}
       and not (c.relrowsecurity and c.relforcerowsecurity and (
         select array_agg(p.polname::text order by p.polname) from pg_policy p where p.polrelid = c.oid)
           = array['every_organisation', 'organisation'])`,
  },
  {
    rule: "only the system's role is let past the organisation, and the application is not a member of it",
    text: `select p.polname::text as wrong from pg_policy p
     where (p.polname = 'every_organisation') <> (p.polroles = array['fealty_system'::regrole::oid])
        or (p.polname = 'organisation' and pg_get_expr(p.polqual, p.polrelid) not like '%org_id = %app.org_id%')
    union all
    select 'fealty_app is a member of fealty_system' where pg_has_role('fealty_app', 'fealty_system', 'member')
    union all
    select format('%s bypasses row-level security', rolname) from pg_roles
     where rolname in ('fealty_app', 'fealty_system') and (rolsuper or rolbypassrls)`,
  },
  {
    rule: "a view is read with its reader's rights",
    text: `select format('%I.%I', n.nspname, c.relname) as wrong
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'v' and ${OURS} and not coalesce(c.reloptions @> array['security_invoker=true'], false)
    union all
    select format('%I.%I is materialised', n.nspname, c.relname)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'm' and ${OURS}`,
  },
];

const ORDER =
  "platform events orgs identity customers messages ledger loyalty points activities dataflows webhooks whatif insights".split(
    " ",
  );

describe("the catalogue", () => {
  let database: TestDatabase;
  let client: pg.Client;
  let catalogue: Catalogue;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.connectionString });
    await client.connect();
    catalogue = {
      rows: async <Row extends object>(text: string) =>
        (await client.query<Row>(text, text.includes("$1") ? [ORDER] : [])).rows,
    };
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });
  const violations = async (text: string) =>
    (await catalogue.rows<{ wrong: string }>(text)).map((row) => row.wrong);

  test.each(RULES)("$rule", async ({ text }) => {
    expect(await violations(text)).toEqual([]);
  });

  test("there is something to look at", async () => {
    const rows = await catalogue.rows<{ kind: string; tables: string }>(
      `select ${KIND} as kind, count(*) as tables from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and ${OURS} group by 1`,
    );
    for (const kind of ["party", "directory", "configuration"])
      expect(Number(rows.find((row) => row.kind === kind)?.tables ?? 0)).toBeGreaterThan(2);
  });

  /** Each breaks the rule that begins with these words; rolled back afterwards. */
  const breaches: [rule: string, statement: string][] = [
    [
      "party_id is a bigint",
      "create table ledger.x (party_id int, id int, org_id bigint, primary key (party_id, id))",
    ],
    ["a party's table has", "create table ledger.x (party_id bigint not null, org_id bigint not null)"],
    ["every unique key", "create unique index on ledger.entries (event_id)"],
    ["every unique key", "create table ledger.x (id bigint primary key, party_id bigint not null)"],
    ["every unique key", "create unique index on activities.request_keys (transaction_id)"],
    [
      "a foreign key stays",
      "alter table ledger.lots add constraint x foreign key (event_no) references ledger.parties (party_id)",
    ],
    [
      "a foreign key stays",
      "alter table activities.request_keys add constraint x foreign key (party_id) references ledger.parties (party_id)",
    ],
    [
      "no foreign key sets",
      "alter table ledger.lots add constraint x foreign key (party_id) references ledger.parties (party_id) on delete set null",
    ],
    [
      "foreign keys point left",
      "alter table ledger.parties add constraint x foreign key (org_id, party_id) references loyalty.programs (org_id, id)",
    ],
    [
      "no rule lives",
      "create function ledger.f() returns trigger language plpgsql as 'begin return new; end'; create trigger t before insert on ledger.entries for each row execute function ledger.f()",
    ],
    ["no rule lives", "create rule r as on insert to ledger.entries do instead nothing"],
    ["ids come from", "create sequence ledger.s"],
    ["ids come from", "alter table ledger.entries add column x bigint generated always as identity"],
    ["ids come from", "alter table ledger.entries add column x uuid default gen_random_uuid()"],
    [
      "no constraint or index",
      "alter table ledger.entries add constraint positive_102008 check (line_no > 0)",
    ],
    ["a party's rows", "create table ledger.x (party_id bigint primary key)"],
    ["a table with org_id", "create table ledger.x (party_id bigint primary key, org_id bigint not null)"],
    ["a table with org_id", "alter table ledger.entries no force row level security"],
    ["a table with org_id", "drop policy organisation on ledger.entries"],
    ["only the system's role", "alter policy every_organisation on ledger.entries to public"],
    ["only the system's role", "grant fealty_system to fealty_app"],
    ["a view is read", "create view ledger.x_v as select 1 as one"],
  ];
  test.each(breaches)("the rule '%s' sees: %s", async (name, statement) => {
    const { text } = RULES.find(({ rule }) => rule.startsWith(name))!;
    await client.query("begin");
    try {
      await client.query(statement);
      expect(await violations(text)).not.toEqual([]);
    } finally {
      await client.query("rollback");
    }
  });
});

const NOT_IN_STATEMENTS: readonly { rule: string; pattern: RegExp }[] = [
  {
    rule: "the time is a parameter",
    pattern:
      /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)|\b(current_timestamp|current_date|localtimestamp)\b/i,
  },
  {
    rule: "chance is a parameter",
    pattern: /\b(gen_random_uuid|uuid_generate_v4|uuidv[47]|random)\s*\(\s*\)/i,
  },
  {
    rule: "the organisation is set with SET LOCAL, which reaches the workers",
    pattern: /\bset_config\s*\(/i,
  },
  { rule: "MERGE is refused", pattern: /\bmerge\s+into\b/i },
  { rule: "advisory locks are per node", pattern: /\bpg_(try_)?advisory_/i },
  { rule: "sequences are per node", pattern: /\b(nextval|currval|lastval)\s*\(/i },
  {
    rule: "ROLLUP, CUBE and GROUPING SETS over shards are refused",
    pattern: /\bgroup\s+by\s+(rollup|cube|grouping\s+sets)\b/i,
  },
  {
    rule: "INSERT … SELECT … RETURNING needs its target aliased",
    pattern: /\binsert\s+into\s+[\w.]+\s*(?!as\b)\([^)]*\)\s*select\b[\s\S]*\breturning\b/i,
  },
  { rule: "a session's settings outlive its transaction", pattern: /\bset\s+(session\s+)?app\.org_id\b/i },
];

/** `default now()` of a column is allowed; comments say what they like. */
const statementText = (text: string) =>
  text.replace(/\/\*[\s\S]*?\*\/|--[^\n]*/g, " ").replace(/\bdefault\s+now\(\)/gi, " ");
const LOOKS_LIKE_SQL =
  /\b(select|insert\s+into|update|delete\s+from|merge\s+into|with|set|alter|create|grant)\b/i;

describe("the statements of the program", () => {
  const program = readSources("src").filter((file) => !file.forTests && /\.ts$/.test(file.path));
  const literals = program.flatMap((file) => literalsOf(file.text).map((literal) => ({ file, literal })));
  // Migrations run on the coordinator, one process at a time; the lease says which processes use this machine's own
  // embedded server, which is one node by nature. Neither guards data.
  const MAY_LOCK = ["src/platform/migrate.ts", "src/platform/postgres-lease.ts"];
  const allowed = (path: string, rule: string) =>
    rule === "advisory locks are per node" && MAY_LOCK.includes(path);

  test.each(NOT_IN_STATEMENTS)("$rule", ({ rule, pattern }) => {
    const wrong = literals
      .filter(
        ({ file, literal }) =>
          LOOKS_LIKE_SQL.test(literal.text) &&
          !allowed(file.path, rule) &&
          pattern.test(statementText(literal.text)),
      )
      .map(({ file, literal }) => `${file.path}:${literal.line}`);
    expect(wrong).toEqual([]);
  });

  const labelled = ({ text, lead }: Literal, domain: string) =>
    lead === "" || new RegExp(`^\\s*/\\*\\s*${domain}\\.[a-z][a-z0-9_]*\\s*\\*/`).test(text);

  test("each begins with its name, /* domain.name */", () => {
    const wrong = literals
      .filter(({ file, literal }) => file.domain !== null && !labelled(literal, file.domain))
      .map(({ file, literal }) => `${file.path}:${literal.line} ${literal.text.slice(0, 40)}`);
    expect(wrong).toEqual([]);
    expect(literals.filter(({ literal }) => literal.lead !== "").length).toBeGreaterThan(20);
  });

  const samples: [text: string, rule: string][] = [
    ["update a set b = now()", "the time is a parameter"],
    ["select current_date", "the time is a parameter"],
    ["insert into a (b) values (gen_random_uuid())", "chance is a parameter"],
    ["select set_config('app.org_id', $1, true)", "the organisation is set"],
    ["merge into a using b on true when matched then delete", "MERGE is refused"],
    ["select pg_advisory_xact_lock($1)", "advisory locks are per node"],
    ["select nextval('s')", "sequences are per node"],
    ["select 1 from a group by rollup (b)", "ROLLUP, CUBE"],
    ["insert into a (b) select 1 returning b", "INSERT … SELECT"],
    ["set app.org_id = '1'", "a session's settings"],
  ];
  test.each(samples)("sees %s", (text, rule) => {
    const found = NOT_IN_STATEMENTS.filter(
      ({ pattern }) => LOOKS_LIKE_SQL.test(text) && pattern.test(statementText(text)),
    );
    expect(found.map((item) => item.rule)).toEqual([expect.stringContaining(rule)]);
  });
  test("lets the allowed forms pass", () => {
    for (const text of [
      "create table a (b timestamptz default now())",
      "/* now() */ select 1",
      "insert into a as x (b) select 1 returning b",
      "insert into a (b) values (1) returning b",
      "set local app.org_id = '1'",
      "select known() from nowhere",
    ])
      expect(NOT_IN_STATEMENTS.filter(({ pattern }) => pattern.test(statementText(text)))).toEqual([]);
  });
});
