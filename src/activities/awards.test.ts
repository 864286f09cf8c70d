import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyLedger } from "#ledger";
import { definitionWith } from "../loyalty/testing.ts";
import { type ActivitiesBench, createActivitiesBench, type TestShop } from "./testing.ts";
import { verifyActivities } from "./verify.ts";

let bench: ActivitiesBench;

beforeAll(async () => {
  bench = await createActivitiesBench();
});
afterAll(() => bench.close());

interface LotRow {
  readonly currency: number;
  readonly category: number;
  readonly amount: number;
  readonly source: string;
  readonly line: number;
  readonly bill: number;
  readonly expires: string | null;
  readonly converts: string | null;
  readonly rolls: boolean;
  readonly details: unknown;
}
/** Lots of a party in the order in which they were opened. */
const lotsOf = async (partyId: number): Promise<LotRow[]> => {
  const { rows } = await bench.superuser.query(
    `select currency_id::int currency, category, amount::int, source, bill_line line, transaction_id::float8 bill,
            expires_at expires, converts_at converts, rolls, details
       from ledger.lots where party_id = $1 order by event_no, line_no`,
    [partyId],
  );
  const iso = (date: Date | null) => date?.toISOString() ?? null;
  return rows.map((row) => ({ ...row, expires: iso(row.expires), converts: iso(row.converts) }));
};
const verifyClean = async () => {
  expect((await verifyLedger(bench.db)).findings).toEqual([]);
  expect(await verifyActivities(bench.db)).toEqual([]);
};
const fixed = (points: number, more: object = {}) => ({
  award: { perTier: undefined, strategy: "fixed", allTiers: points, decimals: 0, ...more },
});
const stamps = { id: 1, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true };

test("awards of several categories, currencies and lines are one event of several postings", async () => {
  const definition = definitionWith(
    [
      fixed(5),
      fixed(7, { category: "promised", delay: { days: 3 } }),
      fixed(2, { category: "trigger_based" }),
      { ...fixed(3, { currencyId: 1 }), expiryStrategyId: 2 },
      fixed(1, { basis: "line_amount" }),
      // As the first: one posting with it.
      fixed(4),
    ],
    { currencies: [stamps], expiryStrategies: [{ id: 2, name: "Short", kind: "days", days: 10 }] },
  );
  const shop = await bench.shop({ definition });
  const [partyId] = await shop.register(1);
  const lines = [20, 30].map((amount) => ({ itemCode: "A", qty: 1, rate: amount, value: amount, amount }));
  const { reply, transactionId } = await bench.activities.record(
    shop.id,
    await shop.bill({ billAmount: 50, lineItemsV2: lines }),
  );
  expect(JSON.parse(reply).sideEffects).toEqual([
    { type: "points", entityType: "USER", rawAwardedPoints: 20, awardedPoints: 20 },
    {
      type: "alternate_currency",
      entityType: "USER",
      rawAwardedValue: 3,
      awardedValue: 3,
      alternateCurrencyIdentifier: "stamps",
      alternateCurrencyName: "Stamps",
    },
  ]);
  const usual = {
    currency: 0,
    category: 1,
    source: "bill_regular",
    line: 0,
    bill: transactionId,
    expires: "2027-01-31T23:59:59.000Z",
    converts: null,
    rolls: false,
    details: null,
  };
  expect(await lotsOf(partyId!)).toEqual([
    { ...usual, amount: 9000 },
    { ...usual, amount: 7000, category: 2, converts: "2026-01-24T00:00:00.000Z" },
    { ...usual, amount: 2000, category: 3 },
    {
      ...usual,
      amount: 3000,
      currency: 1,
      expires: "2026-01-30T23:59:59.000Z",
      details: { expiryStrategyId: 2 },
    },
    { ...usual, amount: 1000, source: "line_item_regular", line: 1 },
    { ...usual, amount: 1000, source: "line_item_regular", line: 2 },
  ]);
  const { rows } = await bench.superuser.query(
    "select points::int, event_no::int from activities.transactions where id = $1",
    [transactionId],
  );
  expect(rows).toEqual([{ points: 20_000, event_no: 3 }]);
  await verifyClean();
});

test("the raw side effects say of each award what it is", async () => {
  const promised = { category: "promised", delay: { days: 3 } };
  const definition = definitionWith(
    [
      fixed(5, promised),
      { ...fixed(3, { currencyId: 1, basis: "line_amount" }), expiryStrategyId: 2 },
      fixed(1, { currencyId: 1, category: "trigger_based" }),
    ],
    { currencies: [stamps], expiryStrategies: [{ id: 2, name: "Never", kind: "never" }] },
  );
  const shop = await bench.shop({ definition });
  await shop.register(1);
  const lines = [{ itemCode: "A", qty: 1, rate: 20, value: 20, amount: 20 }];
  const bill = await shop.bill({ billAmount: 20, lineItemsV2: lines }, { wantsRawSideEffects: true });
  const { reply, transactionId } = await bench.activities.record(shop.id, bill);
  const { rawSideEffects } = JSON.parse(reply) as { rawSideEffects: Record<string, unknown>[] };
  expect(rawSideEffects.flatMap(Object.values).every((value) => typeof value === "string")).toBe(true);
  const onBill = { awardOn: "BILL", lineItemId: "-1", sourceId: String(transactionId), sourceValue: "20" };
  expect(rawSideEffects).toMatchObject([
    {
      ...onBill,
      points: "5.000",
      pointTypeName: "Promised",
      pointTypeIsRedeemable: "false",
      awardedOn: "20th Jan, 2026",
      expiryDate: "31st Jan, 2027",
      alternateCurrencyName: "null",
    },
    {
      awardOn: "BILL_LINEITEM",
      lineItemId: "1",
      points: "3.000",
      pointTypeName: "Stamps_REGULAR",
      expiryStrategyId: "2",
      expiryDate: "null",
      alternateCurrencyIdentifier: "stamps",
    },
    { ...onBill, points: "1.000", pointTypeName: "Stamps_TRIGGER_BASED", pointTypeId: "3" },
  ]);
});

test("a bill that earned nothing but a currency has no points and its event", async () => {
  const definition = definitionWith([fixed(3, { currencyId: 1 })], { currencies: [stamps] });
  const shop = await bench.shop({ definition });
  await shop.register(1);
  await bench.activities.record(shop.id, await shop.bill());
  await verifyClean();
});

describe("rolling expiry", () => {
  const rolling = (changes: object = {}) => ({ kind: "rolling", days: 30, endsWith: "day", ...changes });
  const shopWith = async (rules: object[], changes: object) => {
    const shop = await bench.shop({ definition: definitionWith(rules, changes as never) });
    const [partyId, other] = await shop.register(2);
    const expiries = async () => (await lotsOf(partyId!)).map(({ expires }) => expires?.slice(0, 10));
    const bill = (shop_: TestShop, date: string, more: object = {}, context: object = {}) =>
      shop_.bill({ billingDate: `${date}T12:00:00Z`, ...more }, context);
    return {
      shop,
      partyId: partyId!,
      other: other!,
      expiries,
      /** Records bills of those days, all in one batch, each taken as of its day. */
      buy: async (...dates: string[]) => {
        const bills = await Promise.all(
          dates.map((date) =>
            bill(shop, date, {}, { asOfBill: true, clockNow: Date.parse(`${date}T12:00:00Z`) }),
          ),
        );
        const outcomes = await bench.activities.recordAll(shop.id, bills);
        expect(outcomes.filter((outcome) => "error" in outcome)).toEqual([]);
      },
      bill,
    };
  };

  test("each later bill moves what the member has, that of the same batch too", async () => {
    const { buy, expiries, other } = await shopWith([fixed(1)], { expiry: rolling() });
    await buy("2026-01-01");
    expect(await expiries()).toEqual(["2026-01-31"]);
    await buy("2026-01-11", "2026-01-15");
    expect(await expiries()).toEqual(["2026-02-14", "2026-02-14", "2026-02-14"]);
    expect(await lotsOf(other)).toEqual([]);
    await verifyClean();
  });

  test("never earlier, and never what had run out by then", async () => {
    const { buy, expiries } = await shopWith([fixed(1)], { expiry: rolling() });
    await buy("2026-01-11");
    await buy("2026-01-01");
    expect(await expiries()).toEqual(["2026-02-10", "2026-01-31"]);
    await buy("2026-02-05");
    expect(await expiries()).toEqual(["2026-03-07", "2026-01-31", "2026-03-07"]);
  });

  test("not beyond the maximum counted from each award, nor under another strategy", async () => {
    const definition = {
      expiry: rolling({ maximumDays: 40 }),
      expiryStrategies: [
        { id: 2, name: "Slow", ...rolling({ days: 100 }) },
        { id: 3, name: "Fixed", kind: "days", days: 30 },
      ],
    };
    const rules = [fixed(1), { ...fixed(2), expiryStrategyId: 2 }, { ...fixed(3), expiryStrategyId: 3 }];
    const { buy, expiries } = await shopWith(rules, definition);
    await buy("2026-01-01");
    expect(await expiries()).toEqual(["2026-01-31", "2026-04-11", "2026-01-31"]);
    await buy("2026-01-21");
    expect(await expiries()).toEqual([
      ...["2026-02-10", "2026-05-01", "2026-01-31"],
      ...["2026-02-20", "2026-05-01", "2026-02-20"],
    ]);
  });

  test("a bill that earns nothing moves them, one that loyalty leaves alone does not", async () => {
    const rule = { ...fixed(1), condition: "currentTxn.value > 50" };
    const { shop, bill, buy, expiries } = await shopWith([rule], { expiry: rolling() });
    await buy("2026-01-01");
    await bench.activities.record(shop.id, await bill(shop, "2026-01-11", { billAmount: 10 }));
    expect(await expiries()).toEqual(["2026-02-10"]);
    await shop.set({ MARK_BILLS_OUTLIER_STARTING_WITH: "OUT" });
    await bench.activities.record(
      shop.id,
      await bill(shop, "2026-01-15", { billNumber: "OUT-1", billAmount: 10 }),
    );
    expect(await expiries()).toEqual(["2026-02-10"]);
  });
});

// The last ones: they leave a ledger that says what was never posted.
test("what was converted or received counts among lifetime points", async () => {
  const welcome = { ...fixed(5), condition: "currentCustomer.numberOfTxns == 1" };
  const loyal = { ...fixed(100), condition: "currentCustomer.initialLifetimePoints == 12" };
  const shop = await bench.shop({ definition: definitionWith([welcome, loyal]) });
  const [partyId] = await shop.register(1);
  await bench.activities.record(shop.id, await shop.bill());
  await bench.superuser.query(
    "update ledger.accounts set received = 7000, balance = balance + 7000 where party_id = $1",
    [partyId],
  );
  const { reply } = await bench.activities.record(shop.id, await shop.bill());
  expect(JSON.parse(reply).sideEffects).toMatchObject([{ awardedPoints: 100 }]);
});

test("an account of a currency is kept within what is counted exactly", async () => {
  const definition = definitionWith(
    [{ award: { perTier: undefined, strategy: "step", allTiers: 1_000_000, every: 0.0001, currencyId: 1 } }],
    { currencies: [stamps] },
  );
  const shop = await bench.shop({ definition });
  const [partyId] = await shop.register(1);
  await bench.activities.record(shop.id, await shop.bill());
  await bench.superuser.query(
    `update ledger.accounts set issued = 9007199254740000, received = 0, adjusted = balance - 9007199254740000
      where party_id = $1 and currency_id = 1`,
    [partyId],
  );
  await expect(bench.activities.record(shop.id, await shop.bill())).rejects.toThrow("billAmount");
});
