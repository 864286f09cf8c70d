import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "#platform";
import { createActivities } from "./service.ts";
import { type ActivitiesBench, createActivitiesBench } from "./testing.ts";

let bench: ActivitiesBench;
beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

/** A database whose next transaction commits and then loses its connection, so that nobody hears of the commit. */
const losingAnswers = (db: Db): Db => {
  let losses = 1;
  return {
    ...db,
    transaction: async (orgId, work) => {
      const result = await db.transaction(orgId, work);
      if (losses-- > 0) throw new Error("Connection terminated unexpectedly");
      return result;
    },
  };
};

test("after a lost commit nothing is recorded twice: bills with a number find out, those without are told", async () => {
  const shop = await bench.shop();
  await shop.register(2);
  await shop.set({ CONF_LOYALTY_IS_BILL_NUMBER_REQUIRED: "0" });
  const activities = createActivities({ ...bench.parts, db: losingAnswers(bench.db), log: bench.log });
  const purchases = [
    await shop.bill({ billNumber: "KNOWN" }),
    await shop.bill({ billNumber: "" }),
    await shop.bill({ billNumber: "" }, { customer: "C2", requestKey: "key" }),
  ];
  const outcomes = await activities.recordAll(shop.id, purchases);
  expect(outcomes.map((outcome) => ("ok" in outcome ? outcome.ok.repeated : String(outcome.error)))).toEqual([
    true,
    "Error: Connection terminated unexpectedly",
    true,
  ]);
  const { rows } = await bench.superuser.query(
    "select count(*)::int as count from activities.transactions where org_id = $1",
    [shop.id],
  );
  expect(rows[0].count).toBe(3);
});
