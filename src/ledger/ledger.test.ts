import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDb, createIds, type Db, type Ids, rawSql } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { CHECKS } from "./checks.ts";
import { linesOfEvents, newestEventBefore } from "./pages.ts";
import { findParty, loadAccounts, loadOpenLots } from "./store.ts";
import { buildLedger } from "./testing.ts";
import { verifyLedger } from "./verify.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 1, 9);
const ORG = 1;
const OTHER = 2;
const PROGRAMS = [7, 8];

let database: TestDatabase;
let db: Db;
let ids: Ids;
let superuser: pg.Client;
let ledger: ReturnType<typeof buildLedger>;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ connectionString: database.connectionString });
  ids = createIds(db);
  superuser = new pg.Client({ connectionString: database.connectionString });
  await superuser.connect();
  ledger = buildLedger({ db, ids }, ORG, { programIds: PROGRAMS, at: START });
});
afterAll(async () => {
  await superuser.end();
  await db.close();
  await database.drop();
});

const linesOf = (partyId: number) =>
  db.transaction(ORG, (tx) => linesOfEvents(tx, ORG, partyId, 1, Number.MAX_SAFE_INTEGER));
const partyOf = async (partyId: number) => {
  const party = await db.transaction(ORG, (tx) => findParty(tx, ORG, partyId));
  expect(party).not.toBeNull();
  return party!;
};

describe("what is written is read back", () => {
  test("a party begins with a zero in every category of every program", async () => {
    const partyId = await ledger.openParty();
    const lines = await linesOf(partyId);
    expect(lines.map((line) => [line.programId, line.category, line.contra, line.amount])).toEqual(
      PROGRAMS.flatMap((programId) => [1, 2, 3].map((category) => [programId, category, "opening", 0])),
    );
    expect(new Set(lines.map((line) => line.eventNo))).toEqual(new Set([1]));
    expect(lines[0]).toMatchObject({ eventName: "CustomerRegistration", bookedAt: new Date(START) });
  });

  test("a party without programs has a ledger without entries", async () => {
    const bare = buildLedger({ db, ids }, ORG, { programIds: [], at: START });
    const partyId = await bare.openParty();
    expect(await linesOf(partyId)).toEqual([]);
    expect(await partyOf(partyId)).toMatchObject({ eventCount: 0, lastBookedAt: new Date(START) });
  });

  test("credits, debits across lots, and their references", async () => {
    const partyId = await ledger.openParty();
    const reference = {
      transactionId: 70012,
      transactionNumber: "INV-9",
      date: START,
      amount: 2_400_000,
      source: "INSTORE",
    };
    await ledger.earn(partyId, 24_000, { expiresAt: START + 100 * HOUR, tillId: 31, reference });
    await ledger.earn(partyId, 6_500, { expiresAt: START + 50 * HOUR, at: START + HOUR });
    await ledger.earn(partyId, 9_000, { category: 2, at: START + HOUR });
    await ledger.debit(partyId, 10_000, { at: START - HOUR });
    const lines = await linesOf(partyId);
    expect(lines[6]).toMatchObject({
      amount: 24_000,
      balanceBefore: 0,
      balanceAfter: 24_000,
      tillId: 31,
      reference,
    });
    expect(lines.at(-1)).toMatchObject({
      eventNo: 5,
      eventName: "PointsRedemption",
      amount: -10_000,
      balanceBefore: 30_500,
      balanceAfter: 20_500,
      bookedAt: new Date(START + HOUR),
    });
    const [accounts, lots] = await db.transaction(ORG, (tx) =>
      Promise.all([loadAccounts(tx, ORG, [partyId]), loadOpenLots(tx, ORG, [partyId])]),
    );
    const regular = accounts.find((row) => row.programId === 7 && row.category === 1);
    expect(regular).toMatchObject({ balance: 20_500, issued: 30_500, redeemed: 10_000, expired: 0 });
    expect(lots.map((lot) => [lot.category, lot.remaining]).sort()).toEqual([
      [1, 20_500],
      [2, 9_000],
    ]);
  });

  test("a debit may take from a lot that the same batch opened", async () => {
    const partyId = await ledger.openParty();
    const account = { programId: 7, currencyId: 0, category: 1 as const };
    await ledger.post([
      { partyId, postings: [{ ...account, contra: "issued", amount: 5_000, expiresAt: null }] },
      {
        partyId,
        postings: [
          {
            ...account,
            contra: "redeemed",
            amount: -2_000,
            uses: [{ eventNo: 2, lineNo: 1, amount: 2_000 }],
          },
        ],
      },
    ]);
    const lots = await db.transaction(ORG, (tx) => loadOpenLots(tx, ORG, [partyId]));
    expect(lots.map((lot) => lot.remaining)).toEqual([3_000]);
  });

  test("the database refuses a debit beyond its lot, and nothing of it stays", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 1_000);
    const account = { programId: 7, currencyId: 0, category: 1 as const };
    const uses = [{ eventNo: 2, lineNo: 1, amount: 1_500 }];
    const postings = [{ ...account, contra: "redeemed" as const, amount: -1_500, uses }];
    await expect(ledger.post([{ partyId, postings }])).rejects.toThrow(/check constraint/);
    expect(await partyOf(partyId)).toMatchObject({ eventCount: 2 });
  });

  test("verification finds nothing to say", async () => {
    const result = await verifyLedger(db);
    expect(result.findings).toEqual([]);
    const { rows } = await superuser.query<{ parties: number; entries: number; outstanding: number }>(
      "select (select count(*) from ledger.parties) as parties, count(*) as entries, coalesce(sum(amount), 0)::bigint as outstanding from ledger.entries",
    );
    expect(result).toMatchObject({ ...rows[0]!, outstanding: BigInt(rows[0]!.outstanding) });
  });
});

describe("verification", () => {
  /** Each does one wrong to party $1, whose ledger is as `victim` leaves it. */
  const corruptions: [check: string, wrong: string, statement: string][] = [
    [
      "events are numbered",
      "a counter too high",
      "update ledger.parties set event_count = event_count + 1 where party_id = $1",
    ],
    ["events are numbered", "a party that vanished", "delete from ledger.parties where party_id = $1"],
    [
      "events are numbered",
      "an event that vanished",
      "delete from ledger.entries where party_id = $1 and event_no = 2",
    ],
    [
      "the lines of an event",
      "a line that vanished",
      "delete from ledger.entries where party_id = $1 and event_no = 1 and line_no = 2",
    ],
    [
      "the lines of an event",
      "a line under another event's name",
      "update ledger.entries set event_name = 'ReturnBill' where party_id = $1 and event_no = 1 and line_no = 2",
    ],
    [
      "an event id names",
      "an event id used twice",
      "update ledger.entries set event_id = (select event_id from ledger.entries where party_id = $1 and event_no = 2 limit 1) where party_id = $1 and event_no = 3",
    ],
    [
      "ledger time never",
      "an event moved into the past",
      "update ledger.entries set booked_at = booked_at - interval '1 year' where party_id = $1 and event_no = 3",
    ],
    [
      "the party's newest time",
      "a party ahead of its events",
      "update ledger.parties set last_booked_at = last_booked_at + interval '1 second' where party_id = $1",
    ],
    [
      "each entry begins",
      "a balance that jumps",
      "update ledger.entries set balance_before = balance_before + 1, balance_after = balance_after + 1 where party_id = $1 and event_no = 3",
    ],
    [
      "balances and totals",
      "a balance given away",
      "update ledger.accounts set balance = balance + 1, issued = issued + 1 where party_id = $1 and program_id = 7 and category = 1",
    ],
    [
      "balances and totals",
      "a total under another name",
      "update ledger.accounts set redeemed = redeemed - 1, expired = expired + 1 where party_id = $1 and program_id = 7 and category = 1",
    ],
    [
      "balances and totals",
      "an account that vanished",
      "delete from ledger.accounts where party_id = $1 and program_id = 7 and category = 1",
    ],
    [
      "balances and totals",
      "an account from nowhere",
      "insert into ledger.accounts (party_id, program_id, category, org_id) values ($1, 99, 1, 1)",
    ],
    [
      "open lots hold",
      "a lot with something left too little",
      "update ledger.lots set remaining = remaining - 1 where party_id = $1 and event_no = 3",
    ],
    [
      "open lots hold",
      "an open lot of no account",
      "update ledger.lots set program_id = 99 where party_id = $1 and event_no = 3",
    ],
    ["each entry is", "a lot that vanished", "delete from ledger.lots where party_id = $1 and event_no = 2"],
    [
      "each lot was opened",
      "a lot of another size",
      "update ledger.lots set amount = amount + 1 where party_id = $1 and event_no = 3",
    ],
    [
      "each lot was opened",
      "a lot from nowhere",
      "insert into ledger.lots (party_id, event_no, line_no, org_id, program_id, category, amount, remaining, opened_at) values ($1, 1, 1, 1, 7, 1, 5, 5, '2026-01-01')",
    ],
    [
      "each lot was opened",
      "a lot opened at another time",
      "update ledger.lots set opened_at = opened_at - interval '1 day' where party_id = $1 and event_no = 3",
    ],
    ["what lots gave", "a use that vanished", "delete from ledger.lot_uses where party_id = $1"],
    [
      "what lots gave",
      "a use of a lot that is not there",
      "update ledger.lot_uses set lot_event_no = 99 where party_id = $1 and lot_event_no = 3",
    ],
    [
      "each entry is",
      "a use of another amount",
      "update ledger.lot_uses set amount = amount + 1 where party_id = $1 and lot_event_no = 3",
    ],
    [
      "each entry is",
      "a use by no debit",
      "update ledger.lot_uses set event_no = 2 where party_id = $1 and lot_event_no = 3",
    ],
    [
      "an entry uses",
      "a use of another account's lot",
      "update ledger.lots set category = 2 where party_id = $1 and event_no = 3",
    ],
    [
      "each entry is",
      "a debt from nowhere",
      "update ledger.entries set debt_change = 1 where party_id = $1 and event_no = 3",
    ],
    [
      "a lot is given back",
      "a use that gives back what was never taken",
      "update ledger.lot_uses set amount = -amount where party_id = $1",
    ],
    [
      "a conversion leaves",
      "a conversion to nowhere",
      "update ledger.entries set contra = 'conversion' where party_id = $1 and event_no = 3",
    ],
    [
      "everything of a party",
      "an entry of another organisation",
      "update ledger.entries set org_id = 2 where party_id = $1 and event_no = 2",
    ],
    [
      "a customer who was merged",
      "points of one who was merged into another",
      "insert into customers.customers (party_id, org_id, loyalty_type, source, registered_at, created_at, created_by, updated_at, updated_by, merged_into) values ($1, 1, 'loyalty', 'INSTORE', '2026-01-01', '2026-01-01', '', '2026-01-01', '', $1 + 1)",
    ],
    [
      "the legs of every event",
      "a view that forgets the program's side",
      "create or replace view ledger.legs_v with (security_invoker = true) as select org_id, party_id, event_no, line_no, event_id, booked_at, program_id, currency_id, category, 'party'::text as account, amount from ledger.entries",
    ],
  ];
  test.each(corruptions)("finds, by '%s', %s", async (check, _, statement) => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: START + 50 * HOUR, at: START + HOUR });
    await ledger.earn(partyId, 9_000, { expiresAt: START + 90 * HOUR, at: START + 2 * HOUR });
    await ledger.debit(partyId, 6_000, { at: START + 3 * HOUR });
    const kept = await snapshot(partyId);
    await superuser.query(statement.replaceAll("$1", String(partyId)));
    const { findings } = await verifyLedger(db);
    const mine = findings.filter((finding) => finding.partyId === partyId);
    expect(mine.map((finding) => finding.check)).toContainEqual(expect.stringContaining(check));
    expect(mine.every((finding) => finding.detail !== "")).toBe(true);
    await restore(partyId, kept);
    expect((await verifyLedger(db)).findings).toEqual([]);
  });

  test("every check was made to find something", () => {
    for (const { name } of CHECKS)
      expect(
        corruptions.some(([check]) => name.startsWith(check)),
        name,
      ).toBe(true);
  });

  test("finds what was passed on and reached nobody", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { contra: "transfer", at: START + HOUR });
    const { findings } = await verifyLedger(db);
    expect(findings.map(({ check }) => check)).toEqual(["what parties pass to each other reaches them"]);
    await ledger.debit(partyId, 5_000, { contra: "transfer", at: START + HOUR });
    expect((await verifyLedger(db)).findings).toEqual([]);
  });

  test("finds rows of a party that was never there, however high its number", async () => {
    const partyId = Number.MAX_SAFE_INTEGER - 1;
    await superuser.query(
      "insert into ledger.lot_uses (party_id, event_no, line_no, lot_event_no, lot_line_no, org_id, kind, amount) values ($1, 1, 1, 1, 1, 1, 'redeemed', 1)",
      [partyId],
    );
    const { findings } = await verifyLedger(db);
    expect(findings.map((finding) => finding.partyId)).toContain(partyId);
    await superuser.query("delete from ledger.lot_uses where party_id = $1", [partyId]);
  });

  test("stops at the first hundred places", async () => {
    await superuser.query("update ledger.accounts set balance = balance + 1, issued = issued + 1");
    const { findings } = await verifyLedger(db);
    await superuser.query("update ledger.accounts set balance = balance - 1, issued = issued - 1");
    expect(findings).toHaveLength(100);
  });
});

const TABLES = ["parties", "accounts", "entries", "lots", "lot_uses"];
const snapshot = async (partyId: number) => {
  const kept = new Map<string, unknown>();
  for (const table of TABLES) {
    const text = `select coalesce(json_agg(t), '[]')::text as rows from ledger.${table} t where party_id = ${partyId}`;
    kept.set(table, (await superuser.query<{ rows: string }>(text)).rows[0]!.rows);
  }
  const view = await superuser.query<{ text: string }>("select pg_get_viewdef('ledger.legs_v') as text");
  kept.set("legs_v", view.rows[0]!.text);
  return kept;
};
const restore = async (partyId: number, kept: ReadonlyMap<string, unknown>) => {
  await superuser.query(`delete from customers.customers where party_id = ${partyId}`);
  for (const table of TABLES) {
    await superuser.query(`delete from ledger.${table} where party_id = ${partyId}`);
    // Computed columns compute themselves.
    const { rows } = await superuser.query<{ columns: string }>(
      `select string_agg(attname::text, ', ') as columns from pg_attribute
        where attrelid = 'ledger.${table}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    );
    const { columns } = rows[0]!;
    await superuser.query(
      `insert into ledger.${table} (${columns})
       select ${columns} from json_populate_recordset(null::ledger.${table}, $1::json)`,
      [kept.get(table)],
    );
  }
  await superuser.query(
    `create or replace view ledger.legs_v with (security_invoker = true) as ${kept.get("legs_v")}`,
  );
};

describe("the newest event before a time", () => {
  test("is what a search through all of them finds", async () => {
    const gaps = fc.array(fc.constantFrom(0, 0, 1, 1, 60, 3600), { minLength: 0, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(
        gaps,
        fc.array(fc.integer({ min: -5, max: 60 }), { minLength: 1, maxLength: 6 }),
        async (steps, probes) => {
          const partyId = await ledger.openParty();
          let at = START;
          const events = steps.map((seconds) => {
            at += seconds * 1000;
            const posting = {
              programId: 7,
              currencyId: 0,
              category: 1 as const,
              contra: "issued" as const,
              amount: 1,
              expiresAt: null,
            };
            return { partyId, at, postings: [posting] };
          });
          if (events.length > 0) await ledger.post(events);
          const times = [START, ...events.map((event) => event.at)];
          const party = await partyOf(partyId);
          for (const probe of [...probes.map((seconds) => START + seconds * 1000), ...times, at + 1]) {
            for (const inclusive of [true, false]) {
              const model = times.filter((time) => (inclusive ? time <= probe : time < probe)).length;
              const found = await db.transaction(ORG, (tx) =>
                newestEventBefore(tx, ORG, party, probe, inclusive),
              );
              expect(found).toBe(model);
            }
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test("is none in a ledger without entries", async () => {
    const partyId = await buildLedger({ db, ids }, ORG, { programIds: [], at: START }).openParty();
    const party = await partyOf(partyId);
    for (const at of [START - 1, START, START + 1])
      expect(await db.transaction(ORG, (tx) => newestEventBefore(tx, ORG, party, at, true))).toBe(0);
  });
});

describe("another organisation", () => {
  const TABLE_NAMES = ["parties", "accounts", "entries", "lots", "lot_uses", "legs_v"];
  test("sees nothing, even with statements that forget the organisation", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000);
    await ledger.debit(partyId, 1_000);
    for (const table of TABLE_NAMES) {
      const statement = rawSql(
        `/* test.count */ select count(*) as n from ledger.${table} where party_id = $1`,
        [partyId],
      );
      const own = await db.transaction(ORG, (tx) => tx.one<{ n: number }>(statement));
      const other = await db.transaction(OTHER, (tx) => tx.one<{ n: number }>(statement));
      expect(own.n, table).toBeGreaterThan(0);
      expect(other.n, table).toBe(0);
    }
    expect(await db.transaction(OTHER, (tx) => findParty(tx, OTHER, partyId))).toBeNull();
  });

  test("can neither change nor plant rows", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000);
    const changed = await db.transaction(OTHER, (tx) =>
      tx.run(
        rawSql("/* test.steal */ update ledger.accounts set balance = 0, issued = 0 where party_id = $1", [
          partyId,
        ]),
      ),
    );
    expect(changed).toBe(0);
    const plant = rawSql(
      "/* test.plant */ insert into ledger.parties (party_id, org_id, kind, last_booked_at) values ($1, $2, 'customer', $3)",
      [await ids.take("party"), ORG, new Date(START)],
    );
    await expect(db.transaction(OTHER, (tx) => tx.run(plant))).rejects.toThrow(/row-level security/);
    expect((await verifyLedger(db)).findings).toEqual([]);
  });

  test("nobody changes the journal, not even across organisations", async () => {
    for (const statement of [
      "/* test.rewrite */ update ledger.entries set amount = 0",
      "/* test.erase */ delete from ledger.lot_uses",
    ]) {
      await expect(db.transaction(ORG, (tx) => tx.run(rawSql(statement, [])))).rejects.toThrow(
        /permission denied/,
      );
      await expect(db.system((tx) => tx.run(rawSql(statement, [])))).rejects.toThrow(/permission denied/);
    }
  });
});
