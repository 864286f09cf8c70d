import pg from "pg";
import { expect, test } from "vitest";
import { loadUsesForEvents } from "#ledger";
import { createDb, rawSql, type Sql, type Tx } from "#platform";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { loadRedemptionsOfBills } from "./store.ts";

test("what a redemption took, and what paid a bill, is found by indexes however much a customer spent", async () => {
  const database = await createTestDatabase();
  const db = createDb({ connectionString: database.connectionString });
  const superuser = new pg.Client({ connectionString: database.connectionString });
  await superuser.connect();
  try {
    await superuser.query(`
      insert into ledger.lot_uses
             (org_id, party_id, event_no, line_no, lot_event_no, lot_line_no, kind, for_event_no, amount)
      select 7, 1, i, 1, i, 1, 'redeemed', case when i % 10 = 0 then i - 5 else 0 end, 5 from generate_series(1, 20000) i;
      insert into points.redemptions
             (org_id, party_id, id, program_id, event_no, event_id, code, amount, value, redeemed_at, recorded_at, bill_number,
              transaction_id)
      select 7, 1, i, 1, i, i, i::text, 5, 5, now(), now(), case when i % 3 = 0 then '' else 'B' || i end,
             case when i % 2 = 0 then i end from generate_series(1, 20000) i;
      analyze ledger.lot_uses; analyze points.redemptions`);
    const plans: string[] = [];
    await db.transaction(7, async (tx) => {
      const explaining = {
        rows: async ({ text, values }: Sql) => {
          const rows = await tx.rows<{ "QUERY PLAN": string }>(rawSql(`explain ${text}`, values));
          plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
          return [];
        },
      } as unknown as Tx;
      await loadUsesForEvents(explaining, 7, [{ partyId: 1, eventNo: 15 }]);
      await loadRedemptionsOfBills(explaining, 7, [{ partyId: 1, transactionId: 4, number: "B5" }]);
    });
    expect(plans[0]).toContain("uses_for_event");
    expect(plans[1]).toContain("redemptions_of_bill_number");
    for (const plan of plans) expect(plan).not.toContain("Seq Scan");
  } finally {
    await superuser.end();
    await db.close();
    await database.drop();
  }
});
