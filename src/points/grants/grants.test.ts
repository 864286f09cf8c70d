import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postingOfAward } from "#ledger";
import { starterDefinition } from "#loyalty";
import type { AppError } from "#platform";
import { type Deducted, type DeductInput, deductKind } from "../deductions/deduct.ts";
import type { Movement } from "../movement.ts";
import { commandOf, createPointsBench, hold, NOON, type PointsShop } from "../testing.ts";
import { verifyPoints } from "../verify.ts";
import { type Granted, type GrantInput, grantKind } from "./grant.ts";

const DAY = 86_400_000;
let bench: Awaited<ReturnType<typeof createPointsBench>>;
let shop: PointsShop;

beforeAll(async () => {
  bench = await createPointsBench();
  shop = await bench.shop({
    definition: {
      ...starterDefinition(),
      expiryStrategies: [{ id: 2, name: "Ten days", kind: "days", days: 10 }],
      awardStrategies: [
        {
          id: 3,
          name: "A tenth",
          type: "prorated_percent",
          allTiers: 10,
          rounding: "half_up",
          decimals: 3,
        },
      ],
      currencies: [{ id: 1, name: "Stamps", identifier: "stamps", decimals: 0, returnable: true }],
      grants: { goodwillMaximum: 100, goodwillPerMonth: 150, deductionMaximum: 500 },
    },
  });
});
afterAll(() => bench.close());

const grant = (partyId: number, points: number, changes: Partial<GrantInput> = {}, now = NOON): Movement =>
  commandOf(
    grantKind,
    [partyId],
    {
      kind: "goodwill",
      programId: null,
      currencyId: 0,
      category: 1,
      amount: { points },
      expiry: { strategyId: null },
      convertsAt: null,
      awardedAt: null,
      reason: "late parcel",
      comments: "sorry",
      bill: null,
      promotion: null,
      ...changes,
    },
    { now },
  );
const deduct = (partyId: number, points: number, changes: Partial<DeductInput> = {}): Movement =>
  commandOf(deductKind, [partyId], {
    programId: null,
    currencyId: 0,
    category: 1,
    points,
    target: null,
    reason: "double count",
    comments: "",
    ...changes,
  });
const move = async <Reply>(movement: Movement): Promise<Reply> =>
  JSON.parse((await bench.points.move(shop.id, movement)).reply) as Reply;
const refusal = (movement: Movement): Promise<number> =>
  bench.points.move(shop.id, movement).then(
    ({ reply }) => Promise.reject(new Error(`not refused: ${reply}`)),
    (error: AppError) => error.number,
  );
const member = async (): Promise<number> => (await shop.register(1))[0]!;
const newestEntry = async (partyId: number) => {
  const { rows } = await bench.superuser.query(
    `select e.event_name, e.contra, e.amount, e.booked_at, e.reference, l.source, l.expires_at, l.transaction_id, l.details
       from ledger.entries e left join ledger.lots l using (party_id, event_no, line_no)
      where e.party_id = $1 order by e.event_no desc, e.line_no limit 1`,
    [partyId],
  );
  return rows[0];
};
const sound = async () => {
  expect(await bench.verify()).toEqual([]);
  expect(await verifyPoints(bench.db)).toEqual([]);
};

describe("goodwill", () => {
  test("is issued with its reason and who gave it, and lives as the program says", async () => {
    const partyId = await member();
    const granted = await move<Granted>(grant(partyId, 40_000));
    expect(granted).toMatchObject({ customerId: partyId, points: 40_000, balance: 40_000 });
    expect(await newestEntry(partyId)).toMatchObject({
      event_name: "AllocateGoodwillPoints",
      contra: "issued",
      reference: { reason: "late parcel", comments: "sorry", by: "test" },
      source: "customer_promotions",
      expires_at: new Date("2027-01-31T23:59:59Z"),
    });
    expect(postingOfAward(granted.awardId)).toEqual({ eventId: granted.eventId, lineNo: 1 });
    await sound();
  });

  test("keeps the caps of a grant and of a month, in a batch too", async () => {
    const partyId = await member();
    expect(await refusal(grant(partyId, 100_001))).toBe(70_121);
    await move(grant(partyId, 100_000));
    expect(await refusal(grant(partyId, 50_001))).toBe(70_122);
    const both = await bench.points.moveAll(shop.id, [grant(partyId, 30_000), grant(partyId, 30_000)]);
    expect(both.map((outcome) => ("error" in outcome ? (outcome.error as AppError).number : "done"))).toEqual(
      ["done", 70_122],
    );
    await move(grant(partyId, 50_000, {}, Date.parse("2026-02-01T00:00:00Z")));
    await sound();
  });

  test("of nothing, of nobody, in no program, beyond what can be counted", async () => {
    const partyId = await member();
    expect(await refusal(grant(partyId, 0))).toBe(801);
    expect(await refusal(grant(999_999_999, 1_000))).toBe(8015);
    expect(await refusal(grant(partyId, 1_000, { programId: 999 }))).toBe(885);
    await shop.ledger.earn(partyId, Number.MAX_SAFE_INTEGER - 500);
    expect(await refusal(grant(partyId, 1_000))).toBe(70_110);
    // What all parties hold together is summed by the verification.
    await shop.ledger.debit(partyId, Number.MAX_SAFE_INTEGER - 500);
  });
});

describe("points given otherwise", () => {
  test("by an award strategy, tied to a bill, under an expiry strategy", async () => {
    const partyId = await member();
    const bill = { transactionId: 5, number: "B-5", line: 2 };
    const granted = await move<Granted>(
      grant(partyId, 0, {
        kind: "issue",
        amount: { strategyId: 3, sourceValue: 25.55, rounding: "ROUND" },
        expiry: { strategyId: 2 },
        bill,
      }),
    );
    expect(granted).toMatchObject({ points: 3_000, rawPoints: 2.555 });
    expect(await newestEntry(partyId)).toMatchObject({
      event_name: "BulkAllocatePoints",
      source: "line_item_regular",
      transaction_id: 5,
      expires_at: new Date("2026-01-30T23:59:59Z"),
      details: { awardStrategyId: 3, expiryStrategyId: 2 },
    });
    const unknown = { strategyId: 9, sourceValue: 1, rounding: "ACTUAL" as const };
    expect(await refusal(grant(partyId, 0, { amount: unknown }))).toBe(8136);
    expect(await refusal(grant(partyId, 1_000, { expiry: { strategyId: 9 } }))).toBe(8136);
    await sound();
  });

  test("a currency has no finer parts than its own, and an unknown one is refused", async () => {
    const partyId = await member();
    expect(await refusal(grant(partyId, 1_500, { currencyId: 1 }))).toBe(878);
    expect(await refusal(grant(partyId, 1_000, { currencyId: 4 }))).toBe(8911);
    expect(await move<Granted>(grant(partyId, 2_000, { currencyId: 1 }))).toMatchObject({ balance: 2_000 });
    expect(await refusal(deduct(partyId, 500, { currencyId: 1 }))).toBe(8906);
    await move(deduct(partyId, 1_000, { currencyId: 1 }));
    await sound();
  });

  test("earned in time to come, or gone by now, are refused; nothing of them stays", async () => {
    const partyId = await member();
    const import_ = { kind: "import" as const };
    expect(await refusal(grant(partyId, 1_000, { ...import_, awardedAt: NOON + 1 }))).toBe(70_124);
    expect(await refusal(grant(partyId, 1_000, { ...import_, expiry: { at: NOON } }))).toBe(70_125);
    await move(grant(partyId, 1_000, { ...import_, awardedAt: NOON, expiry: { at: NOON + 1 } }));
    expect((await shop.account(partyId)).balance).toBe(1_000);
    await sound();
  });

  test("from before the customer existed are booked when the ledger began, and told with their own date", async () => {
    const partyId = await member();
    const awardedAt = Date.parse("2010-05-01T00:00:00Z");
    const at = Date.parse("2099-12-31T23:59:59Z");
    await move(grant(partyId, 5_000, { kind: "import", awardedAt, expiry: { at } }));
    expect(await newestEntry(partyId)).toMatchObject({
      booked_at: new Date(NOON),
      reference: { date: awardedAt },
      expires_at: new Date(at),
    });
    await sound();
  });
});

describe("deductions", () => {
  test("take what expires first, and say why", async () => {
    const partyId = await member();
    await shop.ledger.earn(partyId, 10_000, { expiresAt: NOON + 20 * DAY });
    await shop.ledger.earn(partyId, 10_000, { expiresAt: NOON + 5 * DAY });
    expect(await move<Deducted>(deduct(partyId, 12_000))).toMatchObject({ points: 12_000, balance: 8_000 });
    expect(await newestEntry(partyId)).toMatchObject({
      event_name: "ManualPointsAdjustment",
      contra: "adjusted",
      amount: -12_000,
      reference: { reason: "double count", by: "test" },
    });
    expect(await refusal(deduct(partyId, 8_001))).toBe(8907);
    expect(await refusal(deduct(partyId, 0))).toBe(8888);
    expect(await refusal(deduct(partyId, 500_001))).toBe(70_123);
    await bench.points.move(shop.id, hold(partyId, 6_000));
    expect(await refusal(deduct(partyId, 2_001))).toBe(8907);
    await move(deduct(partyId, 2_000));
    await sound();
  });

  test("of one award, of one promotion, of one category", async () => {
    const partyId = await member();
    const eventId = await shop.ledger.earn(partyId, 10_000, { expiresAt: NOON + 20 * DAY });
    await shop.ledger.earn(partyId, 7_000, {
      expiresAt: NOON + 5 * DAY,
      lot: { source: "bill_promotions", details: { promotionId: 55 } },
    });
    await shop.ledger.earn(partyId, 3_000, { category: 2 });
    const awardId = eventId * 65_536 + 1;
    const award = { awardId, eventId, lineNo: 1, source: null };
    await move(deduct(partyId, 4_000, { target: { award } }));
    expect(await refusal(deduct(partyId, 6_001, { target: { award } }))).toBe(8907);
    expect(await refusal(deduct(partyId, 1_000, { target: { award: { ...award, lineNo: 2 } } }))).toBe(8877);
    expect(
      await refusal(deduct(partyId, 1_000, { target: { award: { ...award, source: "bill_promotions" } } })),
    ).toBe(9975);
    const other = await member();
    expect(await refusal(deduct(other, 1_000, { target: { award } }))).toBe(8877);
    await move(deduct(partyId, 7_000, { target: { promotionId: 55 } }));
    expect(await refusal(deduct(partyId, 1_000, { target: { promotionId: 55 } }))).toBe(8874);
    expect(await move<Deducted>(deduct(partyId, 1_000, { category: 2 }))).toMatchObject({ balance: 2_000 });
    expect((await shop.account(partyId)).balance).toBe(6_000);
    await sound();
  });

  test("go below zero where the organisation lets them, taking the aimed award first", async () => {
    const partyId = await member();
    await shop.ledger.earn(partyId, 1_000, { expiresAt: NOON + 5 * DAY });
    const eventId = await shop.ledger.earn(partyId, 2_000, { expiresAt: NOON + 20 * DAY });
    const author = { orgId: shop.id, name: "test" };
    await bench.orgs.setSetting(author, "ALLOW_NEGATIVE_BALANCE_ON_RETURN", "1");
    const award = { awardId: 0, eventId, lineNo: 1, source: null };
    await move(deduct(partyId, 2_500, { target: { award } }));
    expect(await shop.account(partyId)).toMatchObject({ balance: 500, debt: 0 });
    await move(deduct(partyId, 2_500, {}));
    expect(await shop.account(partyId)).toMatchObject({ balance: -2_000, debt: 2_000 });
    await bench.orgs.setSetting(author, "ALLOW_NEGATIVE_BALANCE_ON_RETURN", "0");
    expect(await refusal(deduct(partyId, 1))).toBe(8907);
    await move(grant(partyId, 5_000));
    expect(await shop.account(partyId)).toMatchObject({ balance: 3_000, debt: 0 });
    await sound();
  });

  test("never deeper than is counted exactly", async () => {
    const open = await bench.shop();
    const author = { orgId: open.id, name: "test" };
    await bench.orgs.setSetting(author, "ALLOW_NEGATIVE_BALANCE_ON_RETURN", "1");
    const [partyId] = (await open.register(1)) as [number];
    const take = (points: number) => bench.points.move(open.id, deduct(partyId, points));
    const most = Number.MAX_SAFE_INTEGER;
    await take(most - 500);
    await expect(take(1_000)).rejects.toMatchObject({ number: 70_110 });
    expect((await open.account(partyId)).balance).toBe(-(most - 500));
    // What all parties hold together is summed by the verification.
    await open.ledger.earn(partyId, most - 500);
    await sound();
  });
});
