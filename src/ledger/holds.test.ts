import { expect, test } from "vitest";
import type { NewEvent } from "#events";
import { createDb, createIds, fixedClock, sql } from "#platform";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { expireHolds } from "./holds.ts";
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
