import { expect, test } from "vitest";
import type { NewEvent } from "#events";
import { createDb, createIds, fixedClock, sql } from "#platform";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { LedgerBook } from "./book.ts";
import { expireHolds } from "./holds.ts";
import { loadActiveHolds, lockParties, writeLedger } from "./store.ts";
import { buildLedger } from "./testing.ts";

const NOON = Date.parse("2026-01-20T12:00:00Z");

test("holds whose time is over are written down once, in short transactions, whatever stops them on the way", async () => {
  const database = await createTestDatabase();
  const db = createDb({ connectionString: database.connectionString });
  try {
    const ids = createIds(db);
    const clock = fixedClock(new Date(NOON));
    const orgId = 7;
    const ledger = buildLedger({ db, ids }, orgId, { programIds: [1], at: NOON - 86_400_000 });
    const [ana, ben, cai] = await ledger.openParties(3);
    const holds = [
      [ana!, 11, -60_000],
      [ana!, 12, 0],
      [ben!, 13, -1],
      [ben!, 14, 1],
      [cai!, 15, -5000],
    ] as const;
    await db.transaction(orgId, (tx) =>
      tx.run(sql`/* ledger.test_holds */
        insert into ledger.holds (org_id, party_id, id, program_id, amount, captured, created_at, expires_at)
        select ${orgId}, h.party_id, h.id, 1, 1000, 200, ${new Date(NOON - 3_600_000)}, h.expires_at
          from unnest(${holds.map(([party]) => party)}::bigint[], ${holds.map(([, id]) => id)}::bigint[],
                      ${holds.map(([, , after]) => new Date(NOON + after).toISOString())}::timestamptz[]) h (party_id, id, expires_at)`),
    );
    const told: NewEvent[] = [];
    let left = 1;
    const stopped = expireHolds(
      {
        db,
        clock,
        log: { error: () => {} },
        holdsAtOnce: 1,
        publish: async (_, events) => {
          if (left-- === 0) throw new Error("killed");
          told.push(...events);
        },
      },
      orgId,
    );
    await expect(stopped).rejects.toThrow("killed");
    const parts = {
      db,
      clock,
      log: { error: () => {} },
      publish: async (_: unknown, events: readonly NewEvent[]) => {
        told.push(...events);
      },
    };
    expect(await expireHolds(parts, orgId)).toBe(3);
    expect(await expireHolds(parts, orgId)).toBe(0);
    expect(told.map(({ type, payload }) => [type, (payload as { holdId: number }).holdId])).toEqual([
      ["points.hold_expired", 11],
      ["points.hold_expired", 15],
      ["points.hold_expired", 13],
      ["points.hold_expired", 12],
    ]);
    const rows = await db.transaction(orgId, (tx) =>
      tx.rows<{ id: number; status: string; isItsTime: boolean }>(sql`/* ledger.test_ended */
        select id, status, ended_at = expires_at as "isItsTime" from ledger.holds where org_id = ${orgId} order by id`),
    );
    expect(rows.map(({ id, status, isItsTime }) => [id, status, isItsTime])).toEqual([
      [11, "expired", true],
      [12, "expired", true],
      [13, "expired", true],
      [14, "active", null],
      [15, "expired", true],
    ]);
  } finally {
    await db.close();
    await database.drop();
  }
});

test("a hold that is captured at this moment is waited for, and stays captured", async () => {
  const database = await createTestDatabase();
  const db = createDb({ connectionString: database.connectionString });
  try {
    const ids = createIds(db);
    const orgId = 7;
    const [ana] = await buildLedger({ db, ids }, orgId, { programIds: [1], at: NOON }).openParties(1);
    await db.transaction(orgId, (tx) =>
      tx.run(sql`/* ledger.test_hold */
        insert into ledger.holds (org_id, party_id, id, program_id, amount, created_at, expires_at)
        values (${orgId}, ${ana}, 11, 1, 1000, ${new Date(NOON - 3_600_000)}, ${new Date(NOON)})`),
    );
    const parts = {
      db,
      clock: fixedClock(new Date(NOON)),
      log: { error: () => {} },
      publish: async () => {},
    };
    let ended: number | null = null;
    let ending: Promise<unknown> = Promise.resolve();
    await db.transaction(orgId, async (tx) => {
      const locked = await lockParties(tx, orgId, [ana!]);
      const book = new LedgerBook(locked, [], { holds: await loadActiveHolds(tx, orgId, [ana!]) });
      ending = expireHolds(parts, orgId).then((count) => {
        ended = count;
      });
      // Until the job is done, or waits for us.
      for (let waits = 0; ended === null && waits === 0; )
        ({ waits } = await tx.one<{ waits: number }>(sql`/* ledger.test_waiting */
          select count(*) as waits from pg_locks where not granted`));
      book.changeHold(11, { captured: 1000, status: "captured", endedAt: new Date(NOON - 1) });
      await writeLedger(tx, orgId, book.writes(), false);
    });
    await ending;
    const hold = await db.transaction(orgId, (tx) =>
      tx.one(
        sql`/* ledger.test_captured */ select status, captured from ledger.holds where org_id = ${orgId} and id = 11`,
      ),
    );
    expect([hold, ended]).toEqual([{ status: "captured", captured: 1000 }, 0]);
  } finally {
    await db.close();
    await database.drop();
  }
});
