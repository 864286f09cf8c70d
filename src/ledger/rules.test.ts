import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LedgerBook } from "./book.ts";
import { chooseLots, sumOfUses, takeUpTo } from "./rules.ts";
import {
  type Account,
  type AccountKey,
  type Category,
  type Contra,
  type EntryRow,
  type LedgerEvent,
  type Lot,
  NO_TOTALS,
  PLAIN_TERMS,
  type Posting,
} from "./schema.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const MAIN: AccountKey = { programId: 1, currencyId: 0, category: 1 };

const lot = (eventNo: number, remaining: number, expiresInDays: number | null, lineNo = 1): Lot => ({
  ...PLAIN_TERMS,
  ...MAIN,
  partyId: 1,
  eventNo,
  lineNo,
  amount: remaining + 5,
  remaining,
  openedAt: new Date(START),
  expiresAt: expiresInDays === null ? null : new Date(START + expiresInDays * DAY),
});

describe("chooseLots", () => {
  const cases: { name: string; lots: Lot[]; amount: number; taken: [number, number, number][] | null }[] = [
    { name: "takes nothing for nothing", lots: [lot(1, 100, 1)], amount: 0, taken: [] },
    {
      name: "soonest expiry first",
      lots: [lot(1, 100, 9), lot(2, 100, 3)],
      amount: 120,
      taken: [
        [2, 1, 100],
        [1, 1, 20],
      ],
    },
    {
      name: "never-expiring last",
      lots: [lot(1, 100, null), lot(2, 100, 900)],
      amount: 101,
      taken: [
        [2, 1, 100],
        [1, 1, 1],
      ],
    },
    {
      name: "then the oldest event",
      lots: [lot(7, 10, 3), lot(2, 10, 3)],
      amount: 10,
      taken: [[2, 1, 10]],
    },
    {
      name: "then the first line",
      lots: [lot(2, 10, 3, 2), lot(2, 10, 3, 1)],
      amount: 10,
      taken: [[2, 1, 10]],
    },
    { name: "passes over an empty lot", lots: [lot(1, 0, 1), lot(2, 5, 2)], amount: 5, taken: [[2, 1, 5]] },
    {
      name: "everything there is",
      lots: [lot(1, 5, 1), lot(2, 5, 2)],
      amount: 10,
      taken: [
        [1, 1, 5],
        [2, 1, 5],
      ],
    },
    { name: "not enough", lots: [lot(1, 5, 1)], amount: 6, taken: null },
    { name: "no lots", lots: [], amount: 1, taken: null },
  ];
  test.each(cases)("$name", ({ lots, amount, taken }) => {
    const uses = chooseLots(lots, amount);
    expect(uses?.map((use) => [use.eventNo, use.lineNo, use.amount]) ?? null).toEqual(taken);
  });

  const lotsArbitrary = fc.uniqueArray(
    fc.record({
      eventNo: fc.integer({ min: 1, max: 30 }),
      remaining: fc.integer({ min: 0, max: 1000 }),
      days: fc.option(fc.integer({ min: 1, max: 10 })),
    }),
    { selector: (item) => item.eventNo, maxLength: 12 },
  );
  test("takes exactly the amount, never more than a lot holds, and never leaves a sooner one", () => {
    fc.assert(
      fc.property(lotsArbitrary, fc.integer({ min: 0, max: 6000 }), (parts, amount) => {
        const lots = parts.map(({ eventNo, remaining, days }) => lot(eventNo, remaining, days));
        const held = lots.reduce((sum, item) => sum + item.remaining, 0);
        const uses = chooseLots(lots, amount);
        expect(uses === null).toBe(held < amount);
        if (uses === null) return;
        expect(uses.reduce((sum, use) => sum + use.amount, 0)).toBe(amount);
        const left = new Map(lots.map((item) => [item.eventNo, item.remaining]));
        for (const use of uses) {
          expect(use.amount).toBeGreaterThan(0);
          left.set(use.eventNo, left.get(use.eventNo)! - use.amount);
        }
        for (const value of left.values()) expect(value).toBeGreaterThanOrEqual(0);
        const expiry = (item: Lot) => item.expiresAt?.getTime() ?? Infinity;
        const used = lots.filter((item) => uses.some((use) => use.eventNo === item.eventNo));
        const latestUsed = Math.max(...used.map(expiry), -Infinity);
        for (const item of lots)
          if (left.get(item.eventNo)! > 0) expect(expiry(item)).toBeGreaterThanOrEqual(latestUsed);
      }),
    );
  });
});

const event = (partyId: number, at: number, postings: readonly Posting[]): LedgerEvent => ({
  partyId,
  eventId: 1,
  eventName: "TransactionAdd",
  bookedAt: at,
  recordedAt: at,
  tillId: null,
  sourceProgramId: 1,
  reference: null,
  postings,
});

const credit = (amount: number, key: AccountKey = MAIN): Posting => ({
  ...key,
  contra: "issued",
  amount,
  expiresAt: null,
});

describe("LedgerBook", () => {
  const party = (eventCount = 0, at = START) => ({ partyId: 1, eventCount, lastBookedAt: new Date(at) });

  test("numbers events on from the newest and never books back in time", () => {
    const book = new LedgerBook([party(4, START + DAY)], []);
    expect(book.post(event(1, START, [credit(1)]))).toEqual({ eventNo: 5, bookedAt: START + DAY });
    expect(book.post(event(1, START + 2 * DAY, [credit(1)]))).toEqual({
      eventNo: 6,
      bookedAt: START + 2 * DAY,
    });
    expect(book.writes().parties).toMatchObject([
      { partyId: 1, eventCount: 6, lastBookedAt: START + 2 * DAY },
    ]);
  });

  const contras: [Contra, number, Partial<Account>][] = [
    ["issued", 7, { balance: 17, issued: 17 }],
    ["redeemed", -4, { balance: 6, redeemed: 4 }],
    ["redeemed", 4, { balance: 14, redeemed: -4 }],
    ["expired", -10, { balance: 0, expired: 10 }],
    ["returned", -3, { balance: 7, returned: 3 }],
    ["adjusted", -3, { balance: 7, adjusted: -3 }],
    ["adjusted", 3, { balance: 13, adjusted: 3 }],
    ["transfer", 3, { balance: 13, received: 3 }],
    ["transfer", -3, { balance: 7, passedOn: 3 }],
    ["conversion", 3, { balance: 13, received: 3 }],
    ["merge", -3, { balance: 7, passedOn: 3 }],
    ["opening", 0, { balance: 10, issued: 10 }],
  ];
  test.each(contras)("a posting against %s of %i counts in its total", (contra, amount, figures) => {
    const account = { partyId: 1, ...MAIN, ...NO_TOTALS, balance: 10, issued: 10 };
    const book = new LedgerBook([party(1)], [account]);
    const lots = amount < 0 ? { uses: [{ eventNo: 1, lineNo: 1, amount: -amount }] } : { expiresAt: null };
    book.post(event(1, START, [{ ...MAIN, contra, amount, ...lots }]));
    expect(book.account(1, MAIN)).toEqual({ ...account, ...figures });
    expect(book.writes().lots.length).toBe(amount > 0 ? 1 : 0);
    expect(book.writes().uses.length).toBe(amount < 0 ? 1 : 0);
  });

  test("writes only what it touched and leaves its input alone", () => {
    const account = { partyId: 1, ...MAIN, ...NO_TOTALS, balance: 10, issued: 10 };
    const other = { ...account, partyId: 2 };
    const book = new LedgerBook([party(1), { ...party(1), partyId: 2 }], [account, other]);
    book.post(event(1, START, [credit(5)]));
    expect(book.writes().parties.map((row) => row.partyId)).toEqual([1]);
    expect(book.writes().accounts.map((row) => row.partyId)).toEqual([1]);
    expect(account.balance).toBe(10);
  });

  const refused: [string, (book: LedgerBook) => void, RegExp][] = [
    ["a party that is not locked", (book) => void book.post(event(9, START, [credit(1)])), /not locked/],
    ["an event without postings", (book) => void book.post(event(1, START, [])), /at least one posting/],
    ["a posting of nothing", (book) => void book.post(event(1, START, [credit(0)])), /moves something/],
    [
      "a credit that does not say when it expires",
      (book) => void book.post(event(1, START, [{ ...MAIN, contra: "issued", amount: 1 }])),
      /when its lot expires/,
    ],
    [
      "a debit that takes less from lots than it moves",
      (book) =>
        void book.post(
          event(1, START, [
            { ...MAIN, contra: "redeemed", amount: -2, uses: [{ eventNo: 1, lineNo: 1, amount: 1 }] },
          ]),
        ),
      /exactly what it moves/,
    ],
    ["opening a party twice", (book) => book.open(1, START), /open already/],
    [
      "an amount beyond the exact range",
      (book) => {
        book.post(event(1, START, [credit(Number.MAX_SAFE_INTEGER)]));
        book.post(event(1, START, [credit(1)]));
      },
      /exact range/,
    ],
  ];
  test.each(refused)("refuses %s", (_, act, message) => {
    expect(() => act(new LedgerBook([party(1)], []))).toThrow(message);
  });
});

interface Step {
  readonly partyId: number;
  readonly programId: number;
  readonly category: Category;
  readonly amount: number;
  readonly hours: number;
  readonly expiresInDays: number | null;
  readonly contra: "issued" | "redeemed" | "returned" | "expired" | "adjusted";
}

const steps = fc.array(
  fc.record({
    partyId: fc.integer({ min: 1, max: 3 }),
    programId: fc.integer({ min: 1, max: 2 }),
    category: fc.constantFrom<Category>(1, 2, 3),
    amount: fc.integer({ min: 1, max: 50_000 }),
    hours: fc.integer({ min: -48, max: 200 }),
    expiresInDays: fc.option(fc.integer({ min: 1, max: 400 })),
    contra: fc.constantFrom<Step["contra"]>(
      "issued",
      "issued",
      "redeemed",
      "returned",
      "expired",
      "adjusted",
    ),
  }),
  { maxLength: 40 },
);

/** What the tables would hold: batches of steps go in, rows come out. */
class World {
  parties = new Map(
    [1, 2, 3].map((partyId) => [partyId, { partyId, eventCount: 0, lastBookedAt: new Date(START) }]),
  );
  accounts = new Map<string, Account>();
  lots = new Map<string, Lot>();
  entries: EntryRow[] = [];

  commit(batch: readonly Step[], eventIds: number): void {
    const book = new LedgerBook([...this.parties.values()], [...this.accounts.values()], {
      lots: [...this.lots.values()],
    });
    batch.forEach((step, index) => {
      const { partyId, programId, category, contra, hours } = step;
      const key = { programId, currencyId: 0, category };
      const bookedAt = START + hours * 3_600_000;
      let posting: Posting;
      if (contra === "issued" || (contra === "adjusted" && step.amount % 2 === 0)) {
        const expiresAt = step.expiresInDays === null ? null : bookedAt + step.expiresInDays * DAY;
        posting = { ...key, contra, amount: step.amount, expiresAt };
      } else {
        const uses = takeUpTo(book.openLots(partyId, key), step.amount);
        // Returns take their points whatever is left; others are refused.
        const overdraws = contra === "returned";
        if (sumOfUses(uses) < step.amount && !overdraws) return;
        posting = { ...key, contra, amount: -step.amount, uses, overdraws };
      }
      book.post({ ...event(partyId, bookedAt, [posting]), eventId: eventIds + index });
    });
    const { parties, accounts, entries, lots, lotChanges } = book.writes();
    for (const { partyId, eventCount, lastBookedAt } of parties)
      this.parties.set(partyId, { partyId, eventCount, lastBookedAt: new Date(lastBookedAt) });
    for (const row of accounts)
      this.accounts.set(`${row.partyId}/${row.programId}/${row.category}`, { ...row });
    this.entries.push(...entries);
    for (const row of lots) this.lots.set(World.nameOf(row), { ...row });
    for (const row of lotChanges) {
      const lot = this.lots.get(World.nameOf(row))!;
      this.lots.set(World.nameOf(row), { ...lot, remaining: lot.remaining + row.change });
    }
  }

  private static nameOf(row: { partyId: number; eventNo: number; lineNo: number }): string {
    return `${row.partyId}/${row.eventNo}/${row.lineNo}`;
  }
}

const lived = (all: readonly Step[], sizes: readonly number[]): World => {
  const world = new World();
  for (let from = 0, batch = 0; from < all.length; batch++) {
    const size = sizes.length === 0 ? all.length : sizes[batch % sizes.length]!;
    world.commit(all.slice(from, from + size), from);
    from += size;
  }
  return world;
};

describe("any run of postings", () => {
  test("balances are the sums of entries and of open lots, and totals explain them", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = lived(all, [3]);
        for (const account of world.accounts.values()) {
          const same = (row: AccountKey & { partyId: number }) =>
            row.partyId === account.partyId &&
            row.programId === account.programId &&
            row.category === account.category;
          const journal = world.entries.filter(same).reduce((sum, row) => sum + row.amount, 0);
          const open = [...world.lots.values()].filter(same).reduce((sum, row) => sum + row.remaining, 0);
          expect(account.balance).toBe(journal);
          expect(account.balance).toBe(open - account.debt);
          expect(account.debt === 0 || open === 0).toBe(true);
          const { issued, redeemed, expired, returned, adjusted } = account;
          expect(account.balance).toBe(issued - redeemed - expired - returned + adjusted);
        }
      }),
    );
  });

  test("the legs of every event sum to zero, party by program", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const legs = new Map<string, number>();
        for (const row of lived(all, [5]).entries) {
          const add = (account: string, amount: number) =>
            legs.set(account, (legs.get(account) ?? 0) + amount);
          add("party", row.amount);
          add(row.contra, -row.amount);
        }
        expect([...legs.values()].reduce((sum, amount) => sum + amount, 0)).toBe(0);
      }),
    );
  });

  test("events are numbered without gaps, time never runs back, each entry begins where the last ended", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const world = lived(all, [4]);
        const counts = new Map<number, number>();
        const times = new Map<number, number>();
        const balances = new Map<string, number>();
        for (const row of world.entries) {
          const { partyId, programId, category } = row;
          expect(row.eventNo).toBe((counts.get(partyId) ?? 0) + 1);
          counts.set(partyId, row.eventNo);
          expect(row.bookedAt).toBeGreaterThanOrEqual(times.get(partyId) ?? START);
          times.set(partyId, row.bookedAt);
          const account = `${partyId}/${programId}/${category}`;
          expect(row.balanceBefore).toBe(balances.get(account) ?? 0);
          expect(row.balanceAfter).toBe(row.balanceBefore + row.amount);
          balances.set(account, row.balanceAfter);
        }
        for (const party of world.parties.values()) {
          expect(party.eventCount).toBe(counts.get(party.partyId) ?? 0);
          expect(party.lastBookedAt.getTime()).toBe(times.get(party.partyId) ?? START);
        }
      }),
    );
  });

  test("one batch or many, the ledger is the same", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(steps, sizes, (all, batches) => {
        const whole = lived(all, []);
        const split = lived(all, batches);
        expect(split.entries).toEqual(whole.entries);
        expect(split.parties).toEqual(whole.parties);
        expect(split.accounts).toEqual(whole.accounts);
        expect(split.lots).toEqual(whole.lots);
      }),
    );
  });
});
