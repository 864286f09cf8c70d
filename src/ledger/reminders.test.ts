import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { NewEvent } from "#events";
import { createDb, createIds, type Db, fixedClock, type Ids, sql } from "#platform";
import { createTestDatabase, type TestDatabase } from "../../tests/support/postgres.ts";
import { reminderWindows, remindOfExpiry, remindOrganisations } from "./reminders.ts";
import { buildLedger } from "./testing.ts";
import { verifyLedger } from "./verify.ts";

const ZONE = "Asia/Manila";
const DAY = 86_400_000;
const START = Date.parse("2026-01-01T09:00:00+08:00");
const END_OF_JUNE = Date.parse("2026-06-30T23:59:59+08:00");
/** Some minutes past midnight, so many days before the last of June. */
const morning = (days: number) => Date.parse("2026-06-30T00:11:00+08:00") - days * DAY;

let database: TestDatabase;
let db: Db;
let ids: Ids;
let orgId = 0;
let ledger: ReturnType<typeof buildLedger>;
let told: NewEvent[] = [];

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

/** Runs the job; events count once their transaction is committed. */
const remindAt = (now: number, { using = db, zone = ZONE, days = [30, 7] } = {}) => {
  let written: NewEvent[] = [];
  const counting: Db = {
    ...using,
    transaction: (org, work) =>
      using
        .transaction(org, (tx) => {
          written = [];
          return work(tx);
        })
        .then((result) => {
          told.push(...written.splice(0));
          return result;
        }),
  };
  const publish = async (_: unknown, events: readonly NewEvent[]) => void written.push(...events);
  const parts = { db: counting, clock: fixedClock(new Date(now)), publish, lotsAtOnce: 200 };
  return remindOfExpiry(parts, orgId, { zone, days });
};
const payloads = () => told.map(({ payload }) => payload);
const kept = () =>
  db.transaction(orgId, (tx) =>
    tx.one<{ reminders: number; amount: number }>(sql`/* test.reminders */
      select count(*) as reminders, coalesce(sum(amount), 0)::bigint as amount
        from ledger.expiry_reminders where org_id = ${orgId}`),
  );
const moveExpiry = (partyId: number, to: number) =>
  db.transaction(orgId, (tx) =>
    tx.run(sql`/* test.move_expiry */
      update ledger.lots set expires_at = ${new Date(to)}
       where org_id = ${orgId} and party_id = ${partyId} and remaining > 0`),
  );

describe("windows", () => {
  test("follow each other without gap or overlap, the last one from now on", () => {
    const now = Date.parse("2026-03-01T10:00:00Z");
    expect(reminderWindows([30, 1, 7], now, "UTC")).toEqual([
      { daysBefore: 1, after: now, before: Date.parse("2026-03-03T00:00:00Z") },
      {
        daysBefore: 7,
        after: Date.parse("2026-03-02T23:59:59.999Z"),
        before: Date.parse("2026-03-09T00:00:00Z"),
      },
      {
        daysBefore: 30,
        after: Date.parse("2026-03-08T23:59:59.999Z"),
        before: Date.parse("2026-04-01T00:00:00Z"),
      },
    ]);
  });

  test("begin and end at midnight of the organisation, also where the clocks change", () => {
    const now = Date.parse("2026-03-28T12:00:00Z");
    expect(reminderWindows([1], now, "Europe/London")[0]!.before).toBe(Date.parse("2026-03-29T23:00:00Z"));
  });
});

describe("members are reminded", () => {
  test("once so many days before, whatever hour it is run at and however often", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    const byDay: [days: number, count: number][] = [];
    for (let days = 33; days >= -2; days--) {
      for (const hour of [0, 9, 23]) {
        const count = await remindAt(morning(days) + hour * 3_600_000);
        if (count > 0) byDay.push([days, count]);
      }
    }
    expect(byDay).toEqual([
      [30, 1],
      [7, 1],
    ]);
    const reminder = { programId: 7, currencyId: 0, category: 1, amount: 5_000, expiresOn: "2026-06-30" };
    expect(told).toEqual([
      {
        orgId,
        partyId,
        type: "points.expiry_reminder",
        occurredAt: new Date(morning(30)),
        payload: { ...reminder, daysBefore: 30 },
      },
      {
        orgId,
        partyId,
        type: "points.expiry_reminder",
        occurredAt: new Date(morning(7)),
        payload: { ...reminder, daysBefore: 7 },
      },
    ]);
  });

  test("of what their open lots hold, account by account and day by day", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    await ledger.earn(partyId, 3_000, { expiresAt: END_OF_JUNE - 3_600_000 });
    await ledger.earn(partyId, 700, { expiresAt: END_OF_JUNE, programId: 8 });
    await ledger.earn(partyId, 90, { expiresAt: END_OF_JUNE, category: 2 });
    await ledger.earn(partyId, 40, { expiresAt: END_OF_JUNE, currencyId: 3 });
    await ledger.earn(partyId, 11_000, { expiresAt: END_OF_JUNE + 1000 });
    await ledger.earn(partyId, 13_000, { expiresAt: null });
    await ledger.debit(partyId, 3_500);
    expect(await remindAt(morning(7), { days: [7] })).toBe(4);
    const regular = { currencyId: 0, category: 1, expiresOn: "2026-06-30", daysBefore: 7 };
    expect(payloads()).toEqual([
      { ...regular, programId: 7, amount: 4_500 },
      { ...regular, programId: 7, category: 2, amount: 90 },
      { ...regular, programId: 7, currencyId: 3, amount: 40 },
      { ...regular, programId: 8, amount: 700 },
    ]);
    expect(await remindAt(morning(6), { days: [7] })).toBe(1);
    expect(payloads().at(-1)).toEqual({
      ...regular,
      programId: 7,
      amount: 11_000,
      expiresOn: "2026-07-01",
    });
  });

  test("not of points that came after the day of the reminder", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE, at: morning(20) });
    for (const days of [19, 15, 8]) expect(await remindAt(morning(days))).toBe(0);
    expect(await remindAt(morning(7))).toBe(1);
    await ledger.earn(partyId, 100, { expiresAt: END_OF_JUNE + DAY, at: morning(3) });
    for (const days of [2, 1, 0, -1]) expect(await remindAt(morning(days))).toBe(0);
  });

  test("not of what was spent, nor when the setting is empty, nor in another organisation", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    expect(await remindAt(morning(7), { days: [] })).toBe(0);
    orgId += 1000;
    expect(await remindAt(morning(7))).toBe(0);
    orgId -= 1000;
    await ledger.debit(partyId, 5_000);
    expect(await remindAt(morning(7))).toBe(0);
    expect(await kept()).toEqual({ reminders: 0, amount: 0 });
  });

  test("by a setting that changed within the day at its next run", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    expect(await remindAt(morning(14))).toBe(1);
    expect(await remindAt(morning(14) + 3_600_000, { days: [30, 14] })).toBe(1);
    expect(await remindAt(morning(13), { days: [30, 14] })).toBe(0);
  });
});

describe("after a time in which the job did not run", () => {
  test("members are reminded late, and not of what has expired", async () => {
    const [late, gone] = [await ledger.openParty(), await ledger.openParty()];
    await ledger.earn(late, 5_000, { expiresAt: END_OF_JUNE });
    await ledger.earn(gone, 3_000, { expiresAt: END_OF_JUNE - 3 * DAY });
    expect(await remindAt(morning(2))).toBe(1);
    expect(told).toMatchObject([{ partyId: late, payload: { daysBefore: 7, amount: 5_000 } }]);
    expect(await remindAt(morning(1))).toBe(0);
  });

  test("the reminder that would be due first is sent late as long as the next one has not come", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    expect(await remindAt(morning(8))).toBe(1);
    expect(await remindAt(morning(7))).toBe(1);
    expect(told).toMatchObject([{ payload: { daysBefore: 30 } }, { payload: { daysBefore: 7 } }]);
  });

  test("on the last day until it is over", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    expect(await remindAt(END_OF_JUNE + 1000)).toBe(0);
    orgId += 1000;
    ledger = buildLedger({ db, ids }, orgId, { programIds: [7], at: START });
    await ledger.earn(await ledger.openParty(), 5_000, { expiresAt: END_OF_JUNE });
    expect(await remindAt(END_OF_JUNE - 1000)).toBe(1);
    orgId -= 1000;
  });
});

describe("a moved expiry date", () => {
  test("is reminded of anew; moved back, it is the day that was reminded of", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE });
    expect(await remindAt(morning(30))).toBe(1);
    await moveExpiry(partyId, END_OF_JUNE + 10 * DAY);
    for (const days of [29, 21]) expect(await remindAt(morning(days))).toBe(0);
    expect(await remindAt(morning(20))).toBe(1);
    await moveExpiry(partyId, END_OF_JUNE);
    expect(await remindAt(morning(19))).toBe(0);
    expect(await remindAt(morning(7))).toBe(1);
    expect(payloads()).toMatchObject([
      { expiresOn: "2026-06-30", daysBefore: 30 },
      { expiresOn: "2026-07-10", daysBefore: 30 },
      { expiresOn: "2026-06-30", daysBefore: 7 },
    ]);
  });

  test("that comes nearer than the day of the reminder is reminded of the next day", async () => {
    const partyId = await ledger.openParty();
    await ledger.earn(partyId, 5_000, { expiresAt: END_OF_JUNE + 300 * DAY });
    expect(await remindAt(morning(4))).toBe(0);
    await moveExpiry(partyId, END_OF_JUNE);
    expect(await remindAt(morning(3))).toBe(1);
    expect(payloads()).toMatchObject([{ expiresOn: "2026-06-30", daysBefore: 7 }]);
  });
});

describe("a run that does not end well", () => {
  const PARTIES = 250;
  /** Two lots of each party within the window, so that pages end between the lots of one account. */
  const fill = async () => {
    const partyIds = await ledger.openParties(PARTIES);
    const account = { programId: 7, currencyId: 0, category: 1 as const, contra: "issued" as const };
    for (const amount of [1_000, 20_000]) {
      const expiresAt = END_OF_JUNE - amount;
      await ledger.post(
        partyIds.map((partyId) => ({ partyId, postings: [{ ...account, amount, expiresAt }] })),
      );
    }
    return partyIds;
  };
  const once = async () => {
    expect(told).toHaveLength(PARTIES);
    expect(new Set(told.map(({ partyId }) => partyId)).size).toBe(PARTIES);
    expect(payloads().every((payload) => (payload as { amount: number }).amount === 21_000)).toBe(true);
    expect(await kept()).toEqual({ reminders: PARTIES, amount: PARTIES * 21_000 });
  };

  // Whether it worked today, the 7-day window in three pages and its end, the 30-day window's end, and the note of the day.
  test.each([0, 1, 2, 3, 4, 5, 6])(
    "killed at transaction %i, before or during it, the next run finishes",
    async (fatal) => {
      for (const during of [false, true]) {
        orgId += 1;
        told = [];
        ledger = buildLedger({ db, ids }, orgId, { programIds: [7], at: START });
        await fill();
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
        await expect(remindAt(morning(7), { using: dying })).rejects.toThrow("killed");
        await remindAt(morning(7));
        await once();
        expect(await remindAt(morning(7))).toBe(0);
      }
      expect((await verifyLedger(db)).findings).toEqual([]);
    },
  );

  test("two runners at once remind once", async () => {
    await fill();
    const second = createDb({ connectionString: database.connectionString });
    try {
      const counts = await Promise.all([remindAt(morning(7)), remindAt(morning(7), { using: second })]);
      expect(counts[0] + counts[1]).toBe(PARTIES);
    } finally {
      await second.close();
    }
    await once();
  });

  test("pages are bounded", async () => {
    await fill();
    const pages: number[] = [];
    const parts = { db, clock: fixedClock(new Date(morning(7))), lotsAtOnce: 100 };
    const publish = async (_: unknown, events: readonly NewEvent[]) => void pages.push(events.length);
    await remindOfExpiry({ ...parts, publish }, orgId, { zone: ZONE, days: [7] });
    expect(pages.reduce((sum, length) => sum + length)).toBe(PARTIES);
    expect(Math.max(...pages)).toBeLessThanOrEqual(100);
  });

  test("an organisation that fails does not keep the others waiting", async () => {
    await ledger.earn(await ledger.openParty(), 5_000, { expiresAt: END_OF_JUNE });
    const failed: unknown[] = [];
    const log = { error: (fields: unknown) => void failed.push(fields) };
    const parts = { db, log, clock: fixedClock(new Date(morning(7))), publish: async () => {} };
    const settingOf = async (id: number) => {
      if (id !== orgId) throw new Error(`no zone of ${id}`);
      return { zone: ZONE, days: [7] };
    };
    await expect(remindOrganisations(parts, [-1, orgId, -2], settingOf)).rejects.toThrow("no zone of -1");
    expect((await kept()).reminders).toBe(1);
    expect(failed).toMatchObject([{ organisation: -1 }, { organisation: -2 }]);
  });
});
