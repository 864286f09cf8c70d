import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDb, createIds, type Db, fixedClock, type Ids } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { LedgerBook } from "./book.ts";
import { openLedgers, openOrganisations } from "./opening.ts";
import { linesOfEvents } from "./pages.ts";
import type { Category, Posting } from "./schema.ts";
import { buildLedger } from "./testing.ts";
import { verifyLedger } from "./verify.ts";

const START = Date.parse("2026-03-01T09:00:00Z");
const NOW = Date.parse("2026-04-01T09:00:00Z");
const SHELLS = 3;
const BASE = { programId: 7, currencyId: 0 };
const SECOND = { programId: 8, currencyId: 0 };
const OF_SECOND = { programId: 8, currencyId: SHELLS };

let database: TestDatabase;
let db: Db;
let ids: Ids;
let orgId = 0;
let ledger: ReturnType<typeof buildLedger>;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ connectionString: database.connectionString });
  ids = createIds(db);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});
beforeEach(() => {
  orgId += 1;
  ledger = buildLedger({ db, ids }, orgId, { programIds: [7], at: START });
});

const parts = () => ({ db, ids, clock: fixedClock(new Date(NOW)) });
const linesOf = (partyId: number) =>
  db.transaction(orgId, (tx) => linesOfEvents(tx, orgId, partyId, 1, Number.MAX_SAFE_INTEGER));
/** Lines as event, program, currency, category. */
const openingsOf = async (partyId: number) =>
  (await linesOf(partyId))
    .filter(({ contra }) => contra === "opening")
    .map((line) => [line.eventName, line.eventNo, line.programId, line.currencyId, line.category]);
const opening = (name: string, eventNo: number, { programId, currencyId }: typeof BASE) =>
  [1, 2, 3].map((category) => [name, eventNo, programId, currencyId, category]);

describe("the job that opens ledgers", () => {
  test("gives customers who were there first the zeroes of a later program and currency, in one event", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000);
    expect(await openLedgers(parts(), orgId, [BASE, SECOND, OF_SECOND])).toBe(1);
    expect(await openingsOf(partyId)).toEqual([
      ...opening("CustomerRegistration", 1, BASE),
      ...opening("PointsLedgerBulkJob", 3, SECOND),
      ...opening("PointsLedgerBulkJob", 3, OF_SECOND),
    ]);
    expect((await linesOf(partyId)).at(-1)).toMatchObject({
      amount: 0,
      balanceAfter: 0,
      bookedAt: new Date(NOW),
      tillId: null,
      sourceProgramId: 8,
    });
    expect((await verifyLedger(db)).findings).toEqual([]);
  });

  test("opens the ledger of one who registered before any program", async () => {
    const partyId = await buildLedger({ db, ids }, orgId, { programIds: [], at: START }).openParty();
    await openLedgers(parts(), orgId, [BASE]);
    expect(await openingsOf(partyId)).toEqual(opening("PointsLedgerBulkJob", 1, BASE));
  });

  test("leaves an account alone that has moved already", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { programId: 8 });
    await openLedgers(parts(), orgId, [SECOND]);
    expect((await openingsOf(partyId)).slice(3)).toEqual(opening("PointsLedgerBulkJob", 3, SECOND).slice(1));
    expect((await verifyLedger(db)).findings).toEqual([]);
  });

  test("does nothing a second time, and takes up what is added later", async () => {
    const partyIds = await ledger.openParties(450);
    expect(await openLedgers(parts(), orgId, [SECOND])).toBe(450);
    expect(await openLedgers(parts(), orgId, [SECOND])).toBe(0);
    expect(await openLedgers(parts(), orgId, [SECOND, OF_SECOND])).toBe(450);
    for (const partyId of [partyIds[0]!, partyIds[449]!])
      expect((await openingsOf(partyId)).slice(3)).toEqual([
        ...opening("PointsLedgerBulkJob", 2, SECOND),
        ...opening("PointsLedgerBulkJob", 3, OF_SECOND),
      ]);
  });

  test("goes on where it was when it is stopped anywhere, and runs beside itself", async () => {
    const partyIds = await ledger.openParties(650);
    let transactions = 0;
    const failing: Db = {
      ...db,
      transaction: (id, work) => {
        transactions += 1;
        if (transactions === 4) throw new Error("stopped");
        return db.transaction(id, work);
      },
    };
    await expect(openLedgers({ ...parts(), db: failing }, orgId, [SECOND])).rejects.toThrow("stopped");
    const counts = await Promise.all([1, 2, 3].map(() => openLedgers(parts(), orgId, [SECOND])));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(650 - 2 * 200);
    for (const partyId of partyIds) expect(await openingsOf(partyId)).toHaveLength(6);
    expect((await verifyLedger(db)).findings).toEqual([]);
  });

  test("touches no other organisation, and one that fails does not stop the others", async () => {
    const partyId = await ledger.openParty();
    const other = orgId + 1;
    orgId += 1;
    const stranger = await buildLedger({ db, ids }, other, { programIds: [7], at: START }).openParty();
    const failed: unknown[] = [];
    const pairsOf = async (id: number) => {
      if (id !== other) throw new Error("no programs");
      return [SECOND];
    };
    const run = openOrganisations(
      { ...parts(), log: { error: (entry: unknown) => failed.push(entry) } as never },
      [other - 1, other],
      pairsOf,
    );
    await expect(run).rejects.toThrow("no programs");
    expect(failed).toMatchObject([{ organisation: other - 1 }]);
    expect(await openingsOf(stranger)).toHaveLength(6);
    orgId = other - 1;
    expect(await openingsOf(partyId)).toHaveLength(3);
    orgId = other;
  });
});

describe("a book that opens accounts with their first posting", () => {
  const party = { partyId: 1, eventCount: 4, lastBookedAt: new Date(START) };
  const credit = (programId: number, category: Category, currencyId = 0): Posting => ({
    programId,
    category,
    currencyId,
    contra: "issued",
    amount: 5,
    expiresAt: null,
  });
  const event = (postings: readonly Posting[]) => ({
    partyId: 1,
    eventId: 100,
    eventName: "TransactionAdd",
    bookedAt: NOW,
    recordedAt: NOW,
    tillId: 9,
    sourceProgramId: 7,
    reference: null,
    postings,
  });
  const bookWith = (openWith?: () => number) =>
    new LedgerBook([party], [], openWith === undefined ? {} : { openWith });

  test("posts the opening as an event in front, once", () => {
    const given = [51, 52];
    const book = bookWith(() => given.shift()!);
    expect(book.post(event([credit(7, 2), credit(7, 1, SHELLS)])).eventNo).toBe(6);
    expect(book.post({ ...event([credit(7, 1)]), eventId: 101 }).eventNo).toBe(7);
    const { entries } = book.writes();
    expect(
      entries.map((row) => [row.eventNo, row.eventId, row.contra, row.currencyId, row.category]),
    ).toEqual([
      [5, 51, "opening", 0, 1],
      [5, 51, "opening", 0, 2],
      [5, 51, "opening", 0, 3],
      [5, 51, "opening", SHELLS, 1],
      [5, 51, "opening", SHELLS, 2],
      [5, 51, "opening", SHELLS, 3],
      [6, 100, "issued", 0, 2],
      [6, 100, "issued", SHELLS, 1],
      [7, 101, "issued", 0, 1],
    ]);
    expect(entries[0]).toMatchObject({ eventName: "PointsLedgerBulkJob", bookedAt: NOW, tillId: null });
  });

  test("posts nothing in front where it was given no ids", () => {
    expect(bookWith().post(event([credit(7, 1)])).eventNo).toBe(5);
  });
});
