import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { NewEvent } from "#events";
import { createDb, createIds, type Db, fixedClock, type Ids, startOfDay } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { LedgerBook } from "./book.ts";
import { convertDueLots, convertLots, convertOrganisations, releaseOfBill } from "./conversion.ts";
import { expireLots } from "./expiry.ts";
import { type Lot, NO_TOTALS, PLAIN_TERMS } from "./schema.ts";
import { loadAccounts, loadOpenLots } from "./store.ts";
import { buildLedger } from "./testing.ts";
import { verifyLedger } from "./verify.ts";

const DAY = 86_400_000;
const ZONE = "Europe/London";
const START = Date.parse("2026-03-01T09:00:00Z");

let database: TestDatabase;
let db: Db;
let ids: Ids;
let orgId = 0;
let ledger: ReturnType<typeof buildLedger>;
let told: NewEvent[];

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
  told = [];
  ledger = buildLedger({ db, ids }, orgId, { programIds: [7, 8], at: START });
});

const convertAt = (now: number, using: Db = db) =>
  convertDueLots(
    {
      db: using,
      ids,
      clock: fixedClock(new Date(now)),
      publish: async (_, events) => void told.push(...events),
      lotsAtOnce: 3,
    },
    orgId,
  );
const promise = (
  partyId: number,
  amount: number,
  convertsAt: number | null,
  expiresAt: number | null = null,
) =>
  ledger.earn(partyId, amount, {
    category: 2,
    expiresAt,
    lot: { convertsAt, transactionId: 12, billLine: 2 },
  });
const balances = async (partyId: number) => {
  const accounts = await db.transaction(orgId, (tx) => loadAccounts(tx, orgId, [partyId]));
  return Object.fromEntries(
    accounts
      .filter(({ programId }) => programId === 7)
      .map(({ category, balance }) => [category, balance])
      .sort(),
  );
};
const openLots = (partyId: number) => db.transaction(orgId, (tx) => loadOpenLots(tx, orgId, [partyId]));
const sound = async () => expect((await verifyLedger(db)).findings).toEqual([]);

describe("promised points whose time has come", () => {
  test("become regular with the same terms and date, and name the lot they were", async () => {
    const partyId = await ledger.openParty();
    await promise(partyId, 5_000, START + DAY, START + 90 * DAY);
    await promise(partyId, 700, START + 3 * DAY);
    expect(await convertAt(START + DAY - 1)).toEqual({ lots: 0, amount: 0 });
    expect(await convertAt(START + DAY)).toEqual({ lots: 1, amount: 5_000 });
    expect(await balances(partyId)).toEqual({ 1: 5_000, 2: 700, 3: 0 });
    const lot = (await openLots(partyId)).find(({ category }) => category === 1)!;
    expect(lot).toMatchObject({
      amount: 5_000,
      expiresAt: new Date(START + 90 * DAY),
      convertsAt: null,
      transactionId: 12,
      billLine: 2,
      parent: { eventNo: 2, lineNo: 1 },
    });
    expect(told).toMatchObject([
      { type: "points.converted", partyId, payload: { programId: 7, category: 1, amount: 5_000 } },
    ]);
    await sound();
  });

  test("all of days of downtime at once, page by page, and twice harmlessly", async () => {
    const partyIds = await ledger.openParties(4);
    for (const partyId of partyIds)
      for (const day of [1, 2, 3]) await promise(partyId, day * 1_000, START + day * DAY);
    const [first, second] = await Promise.all([convertAt(START + 30 * DAY), convertAt(START + 30 * DAY)]);
    expect(first.amount + second.amount).toBe(4 * 6_000);
    expect(await convertAt(START + 31 * DAY)).toEqual({ lots: 0, amount: 0 });
    for (const partyId of partyIds) expect(await balances(partyId)).toEqual({ 1: 6_000, 2: 0, 3: 0 });
    await sound();
  });

  test("goes on after being killed between two pages", async () => {
    const partyIds = await ledger.openParties(3);
    for (const partyId of partyIds)
      for (const day of [1, 2]) await promise(partyId, 1_000, START + day * DAY);
    let transactions = 0;
    const dying: Db = {
      ...db,
      transaction: (org, work) => {
        transactions += 1;
        if (transactions === 4) throw new Error("killed");
        return db.transaction(org, work);
      },
    };
    await expect(convertAt(START + 9 * DAY, dying)).rejects.toThrow("killed");
    await sound();
    await convertAt(START + 9 * DAY);
    for (const partyId of partyIds) expect(await balances(partyId)).toEqual({ 1: 2_000, 2: 0, 3: 0 });
    await sound();
  });

  test("at midnight also on days when clocks change", async () => {
    const spring = startOfDay(Date.parse("2026-03-29T12:00:00Z"), ZONE);
    const autumn = startOfDay(Date.parse("2026-10-25T12:00:00Z"), ZONE);
    expect([spring, autumn].map((at) => new Date(at).toISOString())).toEqual([
      "2026-03-29T00:00:00.000Z",
      "2026-10-24T23:00:00.000Z",
    ]);
    const partyId = await ledger.openParty();
    await promise(partyId, 1_000, spring);
    await promise(partyId, 2_000, autumn);
    expect((await convertAt(spring - 1)).amount).toBe(0);
    expect((await convertAt(spring)).amount).toBe(1_000);
    expect((await convertAt(autumn - 1)).amount).toBe(0);
    expect((await convertAt(autumn)).amount).toBe(2_000);
    await sound();
  });

  test("that are past their own date as well expire after they became regular", async () => {
    const partyId = await ledger.openParty();
    await promise(partyId, 1_000, START + DAY, START + 2 * DAY);
    await convertAt(START + 10 * DAY);
    const clock = fixedClock(new Date(START + 10 * DAY));
    expect((await expireLots({ db, ids, clock, publish: async () => {} }, orgId, ZONE)).amount).toBe(1_000);
    expect(await balances(partyId)).toEqual({ 1: 0, 2: 0, 3: 0 });
    await sound();
  });

  test("of one organisation do not wait for another that fails", async () => {
    const partyId = await ledger.openParty();
    await promise(partyId, 1_000, START + DAY);
    const failed: unknown[] = [];
    const failing: Db = {
      ...db,
      transaction: (org, work) =>
        org === -1 ? Promise.reject(new Error("no such organisation")) : db.transaction(org, work),
    };
    const parts = { db: failing, ids, clock: fixedClock(new Date(START + DAY)), publish: async () => {} };
    const log = { error: (fields: unknown) => void failed.push(fields) };
    await expect(convertOrganisations({ ...parts, log }, [-1, orgId])).rejects.toThrow("no such");
    expect(failed).toMatchObject([{ organisation: -1 }]);
    expect((await balances(partyId))[1]).toBe(1_000);
  });
});

const lotOf = (eventNo: number, changes: Partial<Lot>): Lot => ({
  ...PLAIN_TERMS,
  partyId: 1,
  eventNo,
  lineNo: 1,
  programId: 7,
  currencyId: 0,
  category: 2,
  amount: 1_000,
  remaining: 1_000,
  openedAt: new Date(START),
  expiresAt: null,
  ...changes,
});

describe("converting in memory", () => {
  const bookOf = (lots: readonly Lot[], debt = 0) => {
    const sum = (category: number) =>
      lots.reduce((total, lot) => total + (lot.category === category ? lot.remaining : 0), 0);
    const account = (category: 1 | 2 | 3) => ({
      partyId: 1,
      programId: 7,
      currencyId: 0,
      category,
      ...NO_TOTALS,
      issued: sum(category),
      returned: category === 1 ? debt : 0,
      balance: sum(category) - (category === 1 ? debt : 0),
      debt: category === 1 ? debt : 0,
    });
    const party = { partyId: 1, eventCount: 9, lastBookedAt: new Date(START) };
    return new LedgerBook([party], [account(1), account(2), account(3)], { lots });
  };
  let eventId = 100;
  const about = { at: START, recordedAt: START, tillId: null, reference: null, nextEventId: () => ++eventId };

  test("promised and trigger-based points of a bill in one event; other bills' stay", () => {
    const lots = [
      lotOf(2, { transactionId: 5 }),
      lotOf(3, { transactionId: 5, category: 3, remaining: 400 }),
      lotOf(4, { transactionId: 6 }),
    ];
    const book = bookOf(lots);
    const [converted, ...more] = releaseOfBill(book, 1, 5, about);
    expect(more).toEqual([]);
    expect(converted).toMatchObject({ amount: 1_400, eventNo: 10 });
    expect(book.writes().entries.map(({ category, amount }) => [category, amount])).toEqual([
      [2, -1_000],
      [3, -400],
      [1, 1_000],
      [1, 400],
    ]);
    expect(releaseOfBill(book, 1, 5, about)).toEqual([]);
  });

  test("pays a debt of the regular account first", () => {
    const book = bookOf([lotOf(2, {})], 300);
    convertLots(book, book.lotsOf(1), about);
    const account = book.account(1, { programId: 7, currencyId: 0, category: 1 })!;
    expect([account.balance, account.debt]).toEqual([700, 0]);
    expect(book.lot(1, { eventNo: 10, lineNo: 2 })?.remaining).toBe(700);
  });
});
