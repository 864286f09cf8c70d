import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOrgs, type Orgs } from "#orgs";
import { createDb, createIds, type Db, fixedClock, type Ids, localDate, rawSql } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../../tests/support/postgres.ts";
import { buildLedger } from "../../ledger/testing.ts";
import { createTestOrganisation } from "../../orgs/testing.ts";
import { addSum, changeOf, noMovements, timelineOf } from "./rules.ts";
import { type JournalSum, MOVEMENTS } from "./schema.ts";
import { closeJournal, readSums } from "./service.ts";
import { takeSnapshot } from "./store.ts";

describe("movements", () => {
  const sum = (contra: string, credits: number, debits: number, start: string | null = null): JournalSum => ({
    programId: 1,
    currencyId: 0,
    category: 1,
    contra,
    start,
    credits,
    debits,
  });

  test("change what members hold by what entries credit less what they debit, whatever the account", () => {
    const contras = [
      "opening",
      "issued",
      "redeemed",
      "expired",
      "returned",
      "adjusted",
      "transfer",
      "conversion",
      "merge",
      "fee",
    ];
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ contra: fc.constantFrom(...contras), credits: fc.nat(1e9), debits: fc.nat(1e9) }),
        ),
        (rows) => {
          const movements = noMovements();
          for (const { contra, credits, debits } of rows) addSum(movements, sum(contra, credits, debits));
          expect(changeOf(movements)).toBe(
            rows.reduce((all, { credits, debits }) => all + credits - debits, 0),
          );
        },
      ),
    );
  });

  test("have their names: what is given back to a redemption apart, both sides of what clears, returns of expired points off what expired", () => {
    const movements = noMovements();
    for (const row of [
      sum("issued", 1000, 0),
      sum("redeemed", 40, 300),
      sum("expired", 25, 100),
      sum("returned", 0, 25),
      sum("adjusted", 7, 2),
      sum("transfer", 50, 60),
      sum("conversion", 80, 0),
      sum("merge", 0, 3),
    ])
      addSum(movements, row);
    expect(
      Object.fromEntries(
        MOVEMENTS.flatMap((name) => (movements[name] === 0 ? [] : [[name, movements[name]]])),
      ),
    ).toEqual({
      issued: 1000,
      redeemed: 300,
      reversed: 40,
      expired: 75,
      returned: 25,
      adjusted: 5,
      transferredIn: 50,
      transferredOut: 60,
      convertedIn: 80,
      mergedOut: 3,
    });
  });

  test("booked after the last part count to it when it is open, and not otherwise", () => {
    const sums = [sum("issued", 5, 0), sum("issued", 7, 0, "2026-03-01"), sum("issued", 11, 0, "2026-05-01")];
    const parts = ["2026-02-01", "2026-03-01"];
    expect(timelineOf(sums, parts, true)).toMatchObject({ heldBefore: 5, held: [5, 23] });
    expect(timelineOf(sums, parts, false)).toMatchObject({ heldBefore: 5, held: [5, 12] });
  });
});

const NOW = Date.parse("2026-03-31T12:00:00Z");
const HOUR = 3_600_000;

describe("sums that are kept", () => {
  let database: TestDatabase;
  let db: Db;
  let ids: Ids;
  let orgs: Orgs;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = createDb({ connectionString: database.connectionString });
    ids = createIds(db);
    orgs = createOrgs({ db, ids, clock: fixedClock(new Date(NOW)) });
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  const newShop = async (timeZone = "Europe/London") => {
    const shop = await createTestOrganisation(orgs, { timeZone });
    const ledger = buildLedger({ db, ids }, shop.id, { programIds: [1, 2], at: NOW - 90 * 24 * HOUR });
    const partyIds = await ledger.openParties(3);
    return { ...shop, ledger, partyIds };
  };
  const read = (shop: { id: number; organisation: { timeZone: string } }, from = "2026-03-01") =>
    db.transaction(shop.id, async (tx) => {
      await takeSnapshot(tx);
      return readSums(tx, { id: shop.id, timeZone: shop.organisation.timeZone }, from, "day");
    });
  /** What is read, as one number for each kind and day: rows of kept and fresh sums are added up. */
  const asMap = (sums: readonly JournalSum[]) => {
    const map = new Map<string, number>();
    for (const { programId, currencyId, category, contra, start, credits, debits } of sums)
      for (const [side, amount] of [
        ["+", credits],
        ["-", debits],
      ] as const) {
        const key = [programId, currencyId, category, contra, start ?? "before", side].join(" ");
        if (amount !== 0) map.set(key, (map.get(key) ?? 0) + amount);
      }
    return map;
  };
  const journal = (orgId: number) =>
    db.transaction(orgId, (tx) =>
      tx.rows<{
        contra: string;
        amount: number;
        bookedAt: Date;
        programId: number;
        currencyId: number;
        category: number;
      }>(
        rawSql(
          `/* insights.test */ select contra, amount, booked_at as "bookedAt", program_id as "programId", currency_id as "currencyId", category from ledger.entries`,
          [],
        ),
      ),
    );
  const expected = async (orgId: number, zone: string, from = "2026-03-01") =>
    asMap(
      (await journal(orgId)).map(({ amount, bookedAt, ...rest }) => {
        const day = localDate(bookedAt.getTime(), zone);
        return {
          ...rest,
          start: day < from ? null : day,
          credits: Math.max(amount, 0),
          debits: Math.max(-amount, 0),
        };
      }),
    );

  test("and what came since are the journal, wherever it was closed between", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("Europe/London", "Asia/Kolkata", "America/New_York"),
        fc.array(
          fc.record({
            // Recording times of the builder are the booking times: some come late, before what is closed.
            hours: fc.integer({ min: -80 * 24, max: 3 }),
            party: fc.nat(2),
            amount: fc.integer({ min: 1, max: 1e6 }),
            spend: fc.boolean(),
            program: fc.constantFrom(1, 2),
            closes: fc.boolean(),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        async (zone, steps) => {
          const shop = await newShop(zone);
          for (const { hours, party, amount, spend, program, closes } of steps) {
            const at = NOW + hours * HOUR;
            const partyId = shop.partyIds[party]!;
            await shop.ledger.earn(partyId, amount, { at, programId: program });
            if (spend) await shop.ledger.debit(partyId, amount, { at, programId: program });
            if (closes) await closeJournal(db, shop.organisation, NOW + hours * HOUR);
            expect(asMap(await read(shop))).toEqual(await expected(shop.id, zone));
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  test("hold what was closed, so that only the rest is read", async () => {
    const shop = await newShop();
    const [ana] = shop.partyIds;
    await shop.ledger.earn(ana!, 1500, { at: NOW - 3 * HOUR });
    await closeJournal(db, shop.organisation, NOW);
    await closeJournal(db, shop.organisation, NOW);
    await shop.ledger.earn(ana!, 700, { at: NOW });
    const [closing] = await db.transaction(shop.id, (tx) =>
      tx.rows<object>(rawSql("/* insights.test */ select * from insights.journal_closings", [])),
    );
    expect(closing).toMatchObject({ closed_before: new Date(NOW - HOUR / 6), events: 4 });
    const kept = await db.transaction(shop.id, (tx) =>
      tx.rows<object>(
        rawSql(
          "/* insights.test */ select credits, debits from insights.journal_days where contra = 'issued'",
          [],
        ),
      ),
    );
    expect(kept).toEqual([{ credits: 1500, debits: 0 }]);
    expect(asMap(await read(shop)).get("1 0 1 issued 2026-03-31 +")).toBe(2200);
  });

  test("are not used when an entry was recorded behind them, and made anew the next time", async () => {
    const shop = await newShop();
    const [ana, bob] = shop.partyIds;
    await shop.ledger.earn(ana!, 1000, { at: NOW - 5 * HOUR });
    await closeJournal(db, shop.organisation, NOW);
    // A process whose clock ran four hours behind.
    await shop.ledger.earn(bob!, 300, { at: NOW - 4 * HOUR });
    const truth = await expected(shop.id, "Europe/London");
    expect(asMap(await read(shop))).toEqual(truth);
    await closeJournal(db, shop.organisation, NOW);
    const [closing] = await db.transaction(shop.id, (tx) =>
      tx.rows<object>(rawSql("/* insights.test */ select * from insights.journal_closings", [])),
    );
    expect(closing).toMatchObject({ events: 5 });
    expect(asMap(await read(shop))).toEqual(truth);
  });

  test("are by days of the zone: another zone makes them anew", async () => {
    const shop = await newShop();
    await shop.ledger.earn(shop.partyIds[0]!, 1000, { at: Date.parse("2026-03-10T23:30:00Z") });
    await closeJournal(db, shop.organisation, NOW);
    const moved = { id: shop.id, organisation: { timeZone: "Asia/Kolkata" } };
    expect(asMap(await read(moved))).toEqual(await expected(shop.id, "Asia/Kolkata"));
    await closeJournal(db, { id: shop.id, timeZone: "Asia/Kolkata" }, NOW);
    expect(asMap(await read(moved)).get("1 0 1 issued 2026-03-11 +")).toBe(1000);
  });
});
