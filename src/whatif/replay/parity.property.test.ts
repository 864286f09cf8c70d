import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ProgramDefinition } from "#loyalty";
import {
  type ActivitiesBench,
  createActivitiesBench,
  NOON,
  type TestShop,
} from "../../activities/testing.ts";
import { definitionWith, starterDefinition } from "../../loyalty/testing.ts";
import { replayHistory } from "./replay.ts";
import type { CustomerRow, Summary } from "./schema.ts";

let bench: ActivitiesBench;

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

const RUNS = 25;
const CUSTOMERS = 3;
const HOUR = 3_600_000;

type Upgrade = ProgramDefinition["upgrade"];

/** Thresholds within reach by each criterion. */
const REACHED: Partial<Record<Upgrade["criterion"], readonly [number, number]>> = {
  lifetime_purchases: [500, 2000],
  current_points: [15, 60],
  lifetime_points: [15, 60],
  visits: [3, 6],
};

/** Rules that look at whatever a decision may know and that carries on between bills. */
const definitionOf = (criterion: Upgrade["criterion"], type: Upgrade["type"]): ProgramDefinition => {
  const definition = purchasesOf(criterion, type);
  const [set] = definition.activities.TransactionAdd;
  const bonus = { ...set!.rules[0]!, id: "bonus", name: "Bonus", condition: "currentTxn.value > 1" };
  return {
    ...definition,
    activities: { ...definition.activities, SlabUpgrade: [{ id: "up", name: "Up", rules: [bonus] }] },
  };
};

const purchasesOf = (criterion: Upgrade["criterion"], type: Upgrade["type"]): ProgramDefinition =>
  definitionWith(
    [
      {},
      {
        condition: "currentCustomer.numberOfTxns >= 2 && currentCustomer.numberOfVisits <= 4",
        award: { strategy: "fixed", perTier: { "1": 3, "2": 5, "3": 7 } },
      },
      {
        condition: "currentCustomer.currentPoints > 10",
        award: { basis: "line_amount", perTier: { "1": 1.5, "2": 1.5, "3": 1.7 }, decimals: 3 },
      },
      {
        condition: "currentCustomer.lifetimePoints > 20 && currentCustomer.initialCurrentPoints > 5",
        award: {
          strategy: "step",
          every: 25,
          category: "promised",
          delay: { days: 3 },
          useProportions: true,
        },
      },
      { condition: "currentTxn.value > 50", award: { currencyId: 3, decimals: 0 } },
    ],
    {
      tiers: starterDefinition().tiers.map((tier, index) => ({
        ...tier,
        threshold: [0, ...REACHED[criterion]!][index]!,
        ...(index === 0 ? {} : { validity: { kind: "months", months: 6 } }),
      })),
      upgrade: { criterion, type },
      downgrade: { target: "one_below", onReturn: true },
      limits: [
        { id: 1, name: "A month", per: "customer", counts: "awarded", value: 40, period: "monthly" },
        { id: 2, name: "A bill", per: "transaction", counts: "awarded", value: 25 },
        {
          id: 3,
          name: "Stamps",
          per: "customer",
          counts: "transaction_count",
          currencyId: 3,
          value: 2,
          period: "weekly",
        },
      ],
      expiry: { kind: "months", months: 12, endsWith: "month" },
      currencies: [{ id: 3, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true }],
      rounding: { decimals: 1, mode: "floor" },
    },
  );

interface Draft {
  readonly customer: number;
  readonly pence: number;
  readonly hour: number;
  readonly lines: number;
  readonly kind: "bill" | "history" | "outlier" | "amount back" | "line back" | "all back";
  /** Which of the bills so far goes back. */
  readonly of: number;
}

const drafts = fc.array(
  fc.record<Draft>({
    customer: fc.integer({ min: 1, max: CUSTOMERS }),
    pence: fc.oneof(fc.integer({ min: 1, max: 90_000 }), fc.constantFrom(1, 49_999, 50_000, 200_000)),
    hour: fc.integer({ min: 0, max: 24 * 60 }),
    lines: fc.integer({ min: 0, max: 3 }),
    kind: fc.constantFrom(
      "bill",
      "bill",
      "bill",
      "history",
      "outlier",
      "amount back",
      "line back",
      "all back",
    ),
    of: fc.nat(),
  }),
  { minLength: 1, maxLength: 30 },
);

/** Ends before the clock's present. */
const dateOf = (hour: number): string => new Date(NOON - (24 * 61 - hour) * HOUR).toISOString();

/** Records the drafts in batches; what is refused is no part of the history. */
const live = async (shop: TestShop, list: readonly Draft[], sizes: readonly number[]): Promise<number> => {
  const bills: { number: string; customer: number; date: string; lines: number }[] = [];
  let recorded = 0;
  for (let start = 0, turn = 0; start < list.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    const purchases = await Promise.all(
      list.slice(start, start + size).map((draft, index) => {
        const number = `N${start + index}`;
        const date = dateOf(draft.hour);
        const context = { customer: `C${draft.customer}`, asOfBill: draft.kind === "history" };
        const original = bills.length === 0 ? undefined : bills[draft.of % bills.length];
        if (!draft.kind.endsWith("back")) {
          bills.push({ number, customer: draft.customer, date, lines: draft.lines });
          return shop.bill(
            {
              billNumber: number,
              billAmount: draft.pence / 100,
              billingDate: date,
              ...(draft.kind === "outlier" ? { outlierStatus: "TEST" } : {}),
              lineItemsV2: Array.from({ length: draft.lines }, (_, line) => ({
                itemCode: `I${line}`,
                qty: 2,
                rate: 1 + line,
                amount: 2 * (1 + line),
              })),
            },
            context,
          );
        }
        return shop.bill(
          {
            type: "RETURN",
            returnType: { "all back": "FULL", "amount back": "AMOUNT", "line back": "LINE_ITEM" }[
              draft.kind as "all back"
            ],
            billNumber: original?.number ?? "none",
            purchaseTime: original?.date ?? date,
            billingDate: new Date(NOON - start * 1000 - index).toISOString(),
            ...(draft.kind === "amount back" ? { billAmount: (draft.pence % 500) / 100 + 0.01 } : {}),
            lineItemsV2: draft.kind === "line back" ? [{ itemCode: "I0", qty: 1, amount: 1 }] : [],
          },
          { ...context, customer: `C${original?.customer ?? 1}` },
        );
      }),
    );
    const outcomes = await bench.activities.recordAll(shop.id, purchases);
    recorded += outcomes.filter(
      (outcome, index) => "ok" in outcome && !list[start + index]!.kind.endsWith("back"),
    ).length;
    start += size;
    bench.clock.advance(1000);
  }
  return recorded;
};

const replay = async (shop: TestShop, from: number, until: number) => {
  const rows: CustomerRow[] = [];
  const history = (await bench.loyalty.programs(shop.id)).default!;
  const summary: Summary = await replayHistory(
    bench,
    {
      organisation: await shop.picture(),
      programId: shop.programId,
      from,
      until,
      tried: () => history.newest,
      inForce: (at) => history.inForce(at),
      numbering: history.newest,
      other: null,
    },
    {
      begin: async () => {},
      customers: async (more) => {
        rows.push(...more);
      },
      progress: () => {},
    },
    new AbortController().signal,
  );
  return { summary, rows };
};

test("the versions in force, replayed over random histories, come to what was recorded, trace included", async () => {
  await fc.assert(
    fc.asyncProperty(
      drafts,
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom<Upgrade["criterion"]>(
        "lifetime_purchases",
        "current_points",
        "lifetime_points",
        "visits",
      ),
      fc.constantFrom<Upgrade["type"]>("lazy", "eager", "dynamic"),
      fc.integer({ min: 0, max: 24 * 60 }),
      async (list, sizes, criterion, type, begin) => {
        bench.clock.set(new Date(NOON));
        const shop = await bench.shop({ definition: definitionOf(criterion, type) });
        await shop.register(CUSTOMERS);
        await shop.set({ CONF_POINTS_RETURN_ENABLED: "true" });
        const recorded = await live(shop, list, sizes);

        const whole = await replay(shop, NOON - 24 * 62 * HOUR, NOON);
        expect(whole.summary.bills).toBe(recorded);
        expect(whole.summary.parity).toEqual({ bills: recorded, equal: recorded, reasons: [] });
        expect(whole.summary.compared.given).toEqual(whole.summary.recorded.given);
        expect(whole.summary.compared.tiers).toEqual(whole.summary.recorded.tiers);
        for (const row of whole.rows) {
          expect(row.compared).toBe(row.recorded);
          expect(row.tierCompared).toBe(row.tierRecorded);
          // One version decides, so the newest is the one in force.
          expect(row.tried).toBe(row.compared);
        }

        const part = await replay(shop, NOON - (24 * 61 - begin) * HOUR, NOON);
        expect(part.summary.parity).toEqual({
          bills: part.summary.bills,
          equal: part.summary.bills,
          reasons: [],
        });
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 240_000);
