import { afterAll, beforeAll, expect, test } from "vitest";
import { createDb, createIds, type Db } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { filteredEvents, filteredLines } from "./filtered-events.ts";
import { type LedgerFilter, type LedgerLine, linesOfEvents, readState, showsAccount } from "./pages.ts";
import { buildLedger } from "./testing.ts";

const ORG = 1;
const AT = Date.parse("2026-03-01T09:00:00Z");
const [OWN, OTHER] = [7, 8];
const [TILL, OTHER_TILL] = [31, 32];
const EVENTS = 60;

let database: TestDatabase;
let db: Db;
let partyId: number;

/** Events of one to three lines over two programs, three categories and a currency: credits, debits, both. */
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb({ connectionString: database.connectionString });
  const ledger = buildLedger({ db, ids: createIds(db) }, ORG, { programIds: [OWN, OTHER], at: AT });
  partyId = await ledger.openParty();
  const account = (place: number) => ({
    programId: place % 5 === 0 ? OTHER : OWN,
    currencyId: place % 7 === 3 ? 4 : 0,
    category: ([1, 1, 2, 1, 3] as const)[place % 5]!,
  });
  for (let place = 0; place < EVENTS; place++) {
    const [first, second] = [account(place), account(place + 2)];
    const credit = { ...first, contra: "issued", amount: 1_000, expiresAt: null } as const;
    const debit = { ...second, contra: "adjusted", amount: -500, overdraws: true } as const;
    const postings = [[credit], [debit], [credit, debit], [credit, credit, debit]][place % 4]!;
    await ledger.post([{ partyId, postings, tillId: [null, TILL, OTHER_TILL][place % 3] ?? null }]);
  }
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const ALL: LedgerFilter = {
  from: null,
  until: null,
  tillIds: null,
  programId: null,
  conceptTillIds: null,
  direction: null,
  category: null,
  points: true,
  currencies: "all",
};
const directions = [null, "CREDIT", "DEBIT", "OPENING_BALANCE"] as const;
const accounts: readonly [string, Partial<LedgerFilter>][] = [
  ["all", {}],
  ["regular", { category: 1 }],
  ["promised", { category: 2 }],
  ["points alone", { currencies: [] }],
  ["a currency alone", { points: false, currencies: [4] }],
  ["a program", { programId: OWN }],
  ["the other program's promised points", { programId: OTHER, category: 2 }],
  ["a program with its concept", { programId: OWN, conceptTillIds: [OTHER_TILL] }],
  ["a till", { tillIds: [TILL] }],
];

const isShown = (filter: LedgerFilter, line: LedgerLine): boolean => {
  const { direction, tillIds, conceptTillIds } = filter;
  const side = line.amount > 0 ? "CREDIT" : line.amount < 0 ? "DEBIT" : "OPENING_BALANCE";
  if (direction !== null && direction !== side) return false;
  if (tillIds !== null && !tillIds.includes(line.tillId ?? 0)) return false;
  if (showsAccount(filter, line)) return true;
  const isElsewhere = line.amount < 0 && (conceptTillIds?.includes(line.tillId ?? 0) ?? false);
  return isElsewhere && showsAccount({ ...filter, programId: null }, line);
};

test.each(accounts)("finds and counts what there is, of %s", async (_, narrowed) => {
  await db.transaction(ORG, async (tx) => {
    const state = (await readState(tx, ORG, partyId))!;
    const lines = await linesOfEvents(tx, ORG, partyId, 1, state.eventCount);
    for (const direction of directions) {
      for (const range of [
        { first: 1, last: state.eventCount },
        { first: 10, last: 41 },
      ]) {
        const filter = { ...ALL, ...narrowed, direction };
        const shown = lines.filter(
          (line) => line.eventNo >= range.first && line.eventNo <= range.last && isShown(filter, line),
        );
        const numbers = [...new Set(shown.map(({ eventNo }) => eventNo))];
        const page = { limit: 5, skip: 2, ascending: true };
        const found = await filteredEvents(tx, ORG, partyId, range, filter, state.accounts, page);
        expect(found).toEqual({
          eventNos: numbers.slice(2, 7),
          total: numbers.length,
          newest: numbers.at(-1) ?? 0,
        });
        const own = await filteredLines(tx, ORG, partyId, numbers, filter);
        expect(own).toEqual(shown);
      }
    }
  });
});
