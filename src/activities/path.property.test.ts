import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import type { AppError } from "#platform";
import type { Purchase } from "./schema.ts";
import { type ActivitiesBench, createActivitiesBench, type TestShop } from "./testing.ts";
import { verifyActivities } from "./verify.ts";

let bench: ActivitiesBench;

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

const CUSTOMERS = 4;
const RUNS = 25;

interface Draft {
  readonly customer: number;
  readonly pence: number;
  /** Few, so that numbers come again. */
  readonly number: number;
  readonly hour: number;
  readonly kind: "live" | "history" | "anonymous" | "outlier" | "amount back" | "all back";
  readonly lines: number;
  readonly requestKey: number | null;
}

const drafts = fc.array(
  fc.record<Draft>({
    customer: fc.integer({ min: 1, max: CUSTOMERS + 1 }),
    pence: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constantFrom(0, 1, 49_999, 50_000, 200_000)),
    number: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 10_000 }) },
      fc.integer({ min: 0, max: 4 }),
    ),
    hour: fc.integer({ min: 0, max: 24 * 300 }),
    kind: fc.constantFrom<Draft["kind"][]>(
      "live",
      "live",
      "history",
      "anonymous",
      "outlier",
      "amount back",
      "all back",
    ),
    lines: fc.integer({ min: 0, max: 3 }),
    requestKey: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.integer({ min: 1, max: 3 })),
  }),
  { minLength: 1, maxLength: 40 },
);

/** Returns ask for few numbers, so that many find their bill. */
const returnOf = ({ kind, number, hour }: Draft) =>
  kind === "amount back" || kind === "all back"
    ? {
        type: "RETURN",
        returnType: kind === "all back" ? "FULL" : "AMOUNT",
        billNumber: `N${number % 5}`,
        purchaseTime: "2025-01-01T00:00:00Z",
        // Apart by a second each, so that one is not taken for another.
        billingDate: new Date(Date.UTC(2025, 2, 1) + hour * 3_600_000 + number * 1000).toISOString(),
        lineItemsV2: [],
      }
    : {};

const purchaseOf = (shop: TestShop, draft: Draft): Promise<Purchase> =>
  shop.bill(
    {
      type: draft.kind === "anonymous" ? "NOT_INTERESTED" : "REGULAR",
      billNumber: `N${draft.number}`,
      billAmount: draft.pence / 100,
      billingDate: new Date(Date.UTC(2025, 2, 1) + draft.hour * 3_600_000).toISOString(),
      lineItemsV2: Array.from({ length: draft.lines }, (_, index) => ({
        itemCode: `I${index}`,
        amount: index,
      })),
      ...(draft.kind === "outlier" ? { outlierStatus: "TEST" } : {}),
      ...returnOf(draft),
    },
    {
      // One beyond the last is nobody.
      customer: `C${draft.customer}`,
      asOfBill: draft.kind === "history",
      requestKey: draft.requestKey === null ? null : `key-${draft.requestKey}`,
    },
  );

/** What became of each purchase, without ids, which differ between runs. */
const take = async (shop: TestShop, purchases: readonly Purchase[], sizes: readonly number[]) => {
  const told: string[] = [];
  for (let start = 0, turn = 0; start < purchases.length; turn++) {
    const end = start + (sizes[turn % sizes.length] ?? 1);
    const outcomes = await bench.activities.recordAll(shop.id, purchases.slice(start, end));
    for (const outcome of outcomes) {
      if ("error" in outcome)
        told.push(`refused ${(outcome.error as AppError).number ?? String(outcome.error)}`);
      else {
        const { sideEffects } = JSON.parse(outcome.ok.reply) as { sideEffects: unknown };
        told.push(`${outcome.ok.repeated ? "repeat" : "new"} ${JSON.stringify(sideEffects)}`);
      }
    }
    start = end;
  }
  return told;
};

/** Everything that a shop's ledger and memberships hold, without ids. */
const stateOf = async (shop: TestShop, parties: readonly number[]) => {
  const read = async (text: string) => (await bench.superuser.query(text, [parties])).rows as object[];
  return {
    entries:
      await read(`select array_position($1::bigint[], party_id) as who, event_no, line_no, event_name, booked_at, category,
      contra, amount, balance_before, balance_after, reference ->> 'transactionNumber' as number
      from ledger.entries where party_id = any($1) order by 1, 2, 3`),
    lots: await read(`select array_position($1::bigint[], party_id) as who, event_no, line_no, amount, remaining, opened_at, expires_at
      from ledger.lots where party_id = any($1) order by 1, 2, 3`),
    memberships:
      await read(`select array_position($1::bigint[], party_id) as who, tier_number, tier_since, lifetime_purchases,
      transaction_count, visit_count, last_visit_on, change_no from loyalty.memberships where party_id = any($1) order by 1`),
    tiers:
      await read(`select array_position($1::bigint[], party_id) as who, change_no, changed_at, from_tier, to_tier, reason
      from loyalty.tier_changes where party_id = any($1) order by 1, 2`),
    bills:
      await read(`select array_position($1::bigint[], party_id) as who, bill_number, billed_at, amount, points, event_no,
      outlier_status, trace ->> 'tier' as tier from activities.transactions where party_id = any($1) order by 1, 2`),
    anonymous: (
      await bench.superuser.query(
        "select bill_number, amount, points from activities.transactions where org_id = $1 and customer_id is null order by 1",
        [shop.id],
      )
    ).rows as object[],
  };
};

const sumsOf = async (shop: TestShop) =>
  (
    await bench.superuser.query<{ legs: string; balances: string; entries: string; lots: string }>(
      `select (select coalesce(sum(amount), 0) from ledger.legs_v where org_id = $1) as legs,
              (select coalesce(sum(balance), 0) from ledger.accounts where org_id = $1) as balances,
              (select coalesce(sum(amount), 0) from ledger.entries where org_id = $1) as entries,
              (select coalesce(sum(remaining), 0) - (select coalesce(sum(debt), 0) from ledger.accounts where org_id = $1)
                 from ledger.lots where org_id = $1) as lots`,
      [shop.id],
    )
  ).rows[0]!;

test("random purchases and returns make the same ledger in whatever batches, which is balanced, and sending them again changes nothing", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(drafts, sizes, sizes, async (list, first, second) => {
      const [one, two] = [await bench.shop(), await bench.shop()];
      const [here, there] = [await one.register(CUSTOMERS), await two.register(CUSTOMERS)];
      const purchases = await Promise.all(list.map((draft) => purchaseOf(one, draft)));
      const twins = await Promise.all(list.map((draft) => purchaseOf(two, draft)));
      const told = await take(one, purchases, first);
      expect(await take(two, twins, second)).toEqual(told);
      const state = await stateOf(one, here);
      expect(await stateOf(two, there)).toEqual(state);

      const { legs, balances, entries, lots } = await sumsOf(one);
      expect(Number(legs)).toBe(0);
      expect(balances).toBe(entries);
      expect(lots).toBe(balances);

      // What was refused stays refused, though perhaps for what has come since: its key may be another's by now.
      const settled = (outcome: string) =>
        outcome.startsWith("refused") ? "refused" : outcome.replace("new", "repeat");
      // A return that was refused may find its bill by now, so only those that happened are sent again.
      const again = purchases.filter(
        ({ returns }, index) => returns.length === 0 || !told[index]!.startsWith("refused"),
      );
      const then = told.filter(
        (outcome, index) => purchases[index]!.returns.length === 0 || !outcome.startsWith("refused"),
      );
      expect((await take(one, again, second)).map(settled)).toEqual(then.map(settled));
      expect(await stateOf(one, here)).toEqual(state);
    }),
    { numRuns: RUNS },
  );
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
}, 120_000);
