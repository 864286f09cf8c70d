import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createDb,
  createIds,
  type Db,
  endOfDayAfterMonths,
  fixedClock,
  type Ids,
  localDate,
} from "#platform";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { LedgerBook } from "./book.ts";
import { dueOf, expireLots, expireOrganisations } from "./expiry.ts";
import { linesOfEvents } from "./pages.ts";
import { type Hold, type Lot, NO_TOTALS, PLAIN_TERMS } from "./schema.ts";
import { buildLedger } from "./testing.ts";
import { verifyLedger } from "./verify.ts";

const HOUR = 3_600_000;
const ZONE = "Asia/Manila";
const START = Date.parse("2026-03-01T09:00:00+08:00");
const END_OF_JUNE = Date.parse("2026-06-30T23:59:59+08:00");
const JULY = Date.parse("2026-07-01T06:00:00+08:00");

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
  ledger = buildLedger({ db, ids }, orgId, { programIds: [7, 8], at: START });
});

const expireAt = (now: number, { using = db, zone = ZONE }: { using?: Db; zone?: string } = {}) =>
  expireLots(
    { db: using, ids, clock: fixedClock(new Date(now)), publish: async () => {}, lotsAtOnce: 200 },
    orgId,
    zone,
  );
const linesOf = (partyId: number) =>
  db.transaction(orgId, (tx) => linesOfEvents(tx, orgId, partyId, 1, Number.MAX_SAFE_INTEGER));
const expiriesOf = async (partyId: number) =>
  (await linesOf(partyId)).filter((line) => line.eventName === "PointsExpiry");
const verified = async () => expect((await verifyLedger(db)).findings).toEqual([]);

test("an organisation that fails is told of at the end and does not stop the others", async () => {
  const partyId = await ledger.openParty();
  await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
  const failed: unknown[] = [];
  const log = { error: (fields: unknown) => void failed.push(fields) };
  const parts = { db, ids, log, clock: fixedClock(new Date(JULY)), publish: async () => {} };
  const zoneOf = async (id: number) => {
    if (id !== orgId) throw new Error(`no zone of ${id}`);
    return ZONE;
  };
  await expect(expireOrganisations(parts, [-1, orgId, -2], zoneOf)).rejects.toThrow("no zone of -1");
  expect(await expiriesOf(partyId)).toHaveLength(1);
  expect(failed).toMatchObject([{ organisation: -1 }, { organisation: -2 }]);
});

describe("what expires", () => {
  test("lots whose last day has passed, one event per account, the morning after", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE - 24 * HOUR });
    await ledger.earn(partyId, 3_000, { expiresAt: END_OF_JUNE });
    await ledger.earn(partyId, 700, { expiresAt: END_OF_JUNE, programId: 8 });
    await ledger.earn(partyId, 90, { expiresAt: END_OF_JUNE, category: 2 });
    await ledger.earn(partyId, 11_000, { expiresAt: END_OF_JUNE + 1000 });
    await ledger.earn(partyId, 13_000, { expiresAt: null });
    await ledger.debit(partyId, 1_000);
    expect(await expireAt(JULY)).toEqual({ parties: 1, amount: 7_790 });
    const expiries = await expiriesOf(partyId);
    expect(expiries.map((line) => [line.programId, line.category, line.contra, line.amount])).toEqual([
      [7, 1, "expired", -7_000],
      [7, 2, "expired", -90],
      [8, 1, "expired", -700],
    ]);
    expect(new Set(expiries.map((line) => line.eventNo)).size).toBe(3);
    expect(expiries[0]).toMatchObject({ bookedAt: new Date(JULY), balanceAfter: 24_000, sourceProgramId: 7 });
    await verified();
  });

  test("nothing while the last day lasts, whatever part of it is left", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    for (const now of [END_OF_JUNE - HOUR, END_OF_JUNE, END_OF_JUNE + 999]) {
      expect(await expireAt(now)).toEqual({ parties: 0, amount: 0 });
    }
    expect(await expireAt(END_OF_JUNE + 1000)).toEqual({ parties: 1, amount: 5_000 });
  });

  test("nothing of another organisation", async () => {
    const other = orgId;
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    orgId += 1;
    expect(await expireAt(JULY)).toEqual({ parties: 0, amount: 0 });
    orgId = other;
    expect(await expireAt(JULY)).toEqual({ parties: 1, amount: 5_000 });
  });

  test("a lot that was used up is not counted", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    await ledger.debit(partyId, 5_000);
    expect(await expireAt(JULY)).toEqual({ parties: 0, amount: 0 });
  });

  test("a party that is ahead of the clock keeps its ledger time", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    await ledger.earn(partyId, 1_000, { at: JULY + 30 * 24 * HOUR });
    await expireAt(JULY);
    expect((await expiriesOf(partyId))[0]?.bookedAt).toEqual(new Date(JULY + 30 * 24 * HOUR));
    await verified();
  });
});

describe("the last day", () => {
  // Zones whose clocks change on or at the edge of the day; in São Paulo midnight itself was skipped in 2018.
  const days: [zone: string, earned: string, months: number, lastDay: string, firstMoment: string][] = [
    ["Europe/London", "2026-02-28T12:00:00Z", 1, "2026-03-28", "2026-03-29T00:00:00Z"],
    ["Europe/London", "2026-02-28T23:59:59Z", 13, "2027-03-28", "2027-03-28T23:00:00Z"],
    ["Europe/London", "2026-09-25T12:00:00Z", 1, "2026-10-25", "2026-10-26T00:00:00Z"],
    ["Europe/London", "2026-09-24T23:30:00Z", 1, "2026-10-25", "2026-10-26T00:00:00Z"],
    ["America/New_York", "2026-01-08T12:00:00Z", 2, "2026-03-08", "2026-03-09T04:00:00Z"],
    ["America/Sao_Paulo", "2018-10-03T12:00:00Z", 1, "2018-11-03", "2018-11-04T03:00:00Z"],
    ["America/Sao_Paulo", "2018-10-04T12:00:00Z", 1, "2018-11-04", "2018-11-05T02:00:00Z"],
    ["Asia/Manila", "2026-01-31T04:00:00Z", 1, "2026-02-28", "2026-02-28T16:00:00Z"],
    ["Asia/Manila", "2027-08-31T04:00:00Z", 6, "2028-02-29", "2028-02-29T16:00:00Z"],
    ["Asia/Manila", "2026-12-31T15:59:59Z", 12, "2027-12-31", "2027-12-31T16:00:00Z"],
  ];
  test.each(days)(
    "in %s, earned %s for %i months: through %s",
    async (zone, earned, months, lastDay, firstMoment) => {
      const at = Date.parse(earned);
      const early = buildLedger({ db, ids }, orgId, { programIds: [7], at });
      const partyId = await early.openParty();
      const expiresAt = endOfDayAfterMonths(at, months, zone);
      expect(localDate(expiresAt, zone)).toBe(lastDay);
      await early.earn(partyId, 5_000, { expiresAt });
      const first = Date.parse(firstMoment);
      expect(await expireAt(first - 1, { zone })).toEqual({ parties: 0, amount: 0 });
      expect(await expireAt(first, { zone })).toEqual({ parties: 1, amount: 5_000 });
    },
  );
});

describe("a run that does not end well", () => {
  const PARTIES = 450;
  const filled = async () => {
    const partyIds = await ledger.openParties(PARTIES);
    const account = { programId: 7, currencyId: 0, category: 1 as const };
    await ledger.post(
      partyIds.map((partyId) => ({
        partyId,
        postings: [
          { ...account, contra: "issued" as const, amount: 1_000 + partyId, expiresAt: END_OF_JUNE },
        ],
      })),
    );
    return { partyIds, total: partyIds.reduce((sum, partyId) => sum + 1_000 + partyId, 0) };
  };
  const expiredTotal = async () => {
    const row = await db.transaction(orgId, (tx) =>
      tx.one<{ total: number; events: number }>({
        name: "",
        text: "select coalesce(sum(expired), 0)::bigint as total, (select count(*) from ledger.entries where org_id = $1 and contra = 'expired') as events from ledger.accounts where org_id = $1",
        values: [orgId],
      }),
    );
    return row;
  };

  test("run twice, the second finds nothing", async () => {
    const { total } = await filled();
    expect(await expireAt(JULY)).toEqual({ parties: PARTIES, amount: total });
    expect(await expireAt(JULY)).toEqual({ parties: 0, amount: 0 });
    expect(await expiredTotal()).toEqual({ total, events: PARTIES });
  });

  test.each([0, 1, 2, 3, 4, 5, 6])(
    "killed at transaction %i, before or during it, the next run finishes",
    async (fatal) => {
      for (const during of [false, true]) {
        orgId += 1;
        ledger = buildLedger({ db, ids }, orgId, { programIds: [7], at: START });
        const { total } = await filled();
        let count = 0;
        const dying: Db = {
          ...db,
          transaction: async (org, work) => {
            if (count++ !== fatal) return db.transaction(org, work);
            if (!during) throw new Error("killed");
            return db.transaction(org, async (tx) => {
              await work(tx);
              throw new Error("killed");
            });
          },
        };
        await expect(expireAt(JULY, { using: dying })).rejects.toThrow("killed");
        const before = await expiredTotal();
        expect(before.events).toBe(Math.min(Math.floor(fatal / 2) * 200, PARTIES));
        const { amount } = await expireAt(JULY);
        expect(before.total + amount).toBe(total);
        expect(await expiredTotal()).toEqual({ total, events: PARTIES });
      }
      await verified();
    },
  );

  test("two runners and a shopper at once expire each lot once", async () => {
    const { partyIds, total } = await filled();
    const second = createDb({ connectionString: database.connectionString });
    try {
      const shopping = async () => {
        for (const partyId of partyIds.slice(0, 40)) await ledger.earn(partyId, 50, { at: JULY });
      };
      const [one, two] = await Promise.all([expireAt(JULY), expireAt(JULY, { using: second }), shopping()]);
      expect(one.amount + two.amount).toBe(total);
    } finally {
      await second.close();
    }
    expect(await expiredTotal()).toEqual({ total, events: PARTIES });
    await verified();
  });
});

describe("a backlog", () => {
  const DAYS = 10;
  const PAGE = 100;

  test("of days after downtime is worked through in order, within bounded pages", async () => {
    const partyIds = await ledger.openParties(430);
    const dayOf = new Map(partyIds.map((partyId, index) => [partyId, (index * 7) % DAYS]));
    const account = { programId: 7, currencyId: 0, category: 1 as const, contra: "issued" as const };
    await ledger.post(
      partyIds.map((partyId) => {
        const expiresAt = END_OF_JUNE - (DAYS - 1 - dayOf.get(partyId)!) * 24 * HOUR;
        return { partyId, postings: [{ ...account, amount: 1_000, expiresAt }] };
      }),
    );
    const pages: number[][] = [];
    const publish = async (_: unknown, events: readonly { readonly partyId: number }[]) =>
      void pages.push(events.map(({ partyId }) => dayOf.get(partyId)!));
    const parts = { db, ids, clock: fixedClock(new Date(JULY)), publish, lotsAtOnce: PAGE };
    expect(await expireLots(parts, orgId, ZONE)).toEqual({ parties: 430, amount: 430_000 });
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 100, 100, 30]);
    for (const [index, page] of pages.entries()) {
      const next = pages[index + 1] ?? [DAYS];
      expect(Math.max(...page)).toBeLessThanOrEqual(Math.min(...next));
    }
    await verified();
  });

  test("of many lots to a member locks no more than 250 members at a time", async () => {
    const partyIds = await ledger.openParties(300);
    const account = { programId: 7, currencyId: 0, category: 1 as const, contra: "issued" as const };
    for (const days of [2, 1, 0]) {
      const expiresAt = END_OF_JUNE - days * 24 * HOUR;
      await ledger.post(
        partyIds.map((partyId) => ({ partyId, postings: [{ ...account, amount: 1_000, expiresAt }] })),
      );
    }
    const pages: number[] = [];
    const publish = async (_: unknown, events: readonly unknown[]) => void pages.push(events.length);
    const parts = { db, ids, clock: fixedClock(new Date(JULY)), publish };
    expect(await expireLots(parts, orgId, ZONE)).toEqual({ parties: 300, amount: 900_000 });
    expect(pages).toEqual([250, 50]);
    await verified();
  });

  test("of one member expires in one event, whatever days it is of", async () => {
    const partyId = await ledger.openParty();
    for (const days of [3, 1, 9, 2]) {
      await ledger.earn(partyId, 1_000 + days, { expiresAt: END_OF_JUNE - days * 24 * HOUR });
    }
    await ledger.earn(partyId, 500, { expiresAt: JULY + 24 * HOUR });
    expect(await expireAt(JULY)).toEqual({ parties: 1, amount: 4_015 });
    expect((await expiriesOf(partyId)).map(({ amount }) => amount)).toEqual([-4_015]);
    expect(await expireAt(JULY)).toEqual({ parties: 0, amount: 0 });
    await verified();
  });
});

describe("what is due", () => {
  const lot = (partyId: number, programId: number, eventNo: number, remaining: number): Lot => ({
    ...PLAIN_TERMS,
    partyId,
    programId,
    currencyId: 0,
    category: 1,
    eventNo,
    lineNo: 1,
    amount: remaining,
    remaining,
    openedAt: new Date(START),
    expiresAt: new Date(END_OF_JUNE),
  });
  const account = (partyId: number, programId: number, balance: number) => ({
    ...NO_TOTALS,
    partyId,
    programId,
    currencyId: 0,
    category: 1 as const,
    balance,
    issued: balance,
  });
  const accounts = [account(1, 7, 15), account(1, 8, 1), account(2, 8, 9)];

  test("is summed per party and account", () => {
    const lots = [lot(1, 7, 2, 10), lot(1, 7, 3, 5), lot(1, 8, 4, 1), lot(2, 8, 2, 9)];
    const due = dueOf(new LedgerBook([], accounts, { lots }), lots, JULY);
    expect(due.map((item) => [item.partyId, item.programId, item.amount, item.uses.length])).toEqual([
      [1, 7, 15, 2],
      [1, 8, 1, 1],
      [2, 8, 9, 1],
    ]);
  });

  test("leaves what is held, until the hold has ended", () => {
    const lots = [lot(1, 7, 2, 10), lot(1, 7, 3, 5)];
    const hold: Hold = {
      partyId: 1,
      programId: 7,
      currencyId: 0,
      category: 1,
      id: 1,
      amount: 8,
      captured: 1,
      status: "active",
      createdAt: new Date(START),
      expiresAt: new Date(JULY + 1),
      endedAt: null,
      tillId: null,
      reference: null,
    };
    const due = (now: number) => dueOf(new LedgerBook([], accounts, { lots, holds: [hold] }), lots, now);
    expect(due(JULY).map(({ amount }) => amount)).toEqual([8]);
    expect(due(JULY + 1).map(({ amount }) => amount)).toEqual([15]);
  });
});
