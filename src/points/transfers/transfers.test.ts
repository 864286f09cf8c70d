import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expireLots } from "#ledger";
import { starterDefinition } from "#loyalty";
import type { AppError } from "#platform";
import type { Movement } from "../movement.ts";
import { commandOf, createPointsBench, hold, NOON, type PointsShop, redeem } from "../testing.ts";
import { verifyPoints } from "../verify.ts";
import { type Transferred, transferKind } from "./transfer.ts";

const DAY = 86_400_000;
let bench: Awaited<ReturnType<typeof createPointsBench>>;
let shop: PointsShop;
let strict: PointsShop;

beforeAll(async () => {
  bench = await createPointsBench();
  shop = await bench.shop();
  strict = await bench.shop({
    definition: {
      ...starterDefinition(),
      redemption: { minimum: 5, lifetimePointsRequired: 20 },
      expiryStrategies: [{ id: 2, name: "Ten days", kind: "days", days: 10 }],
      transfer: {
        maximum: 100,
        multipleOf: 5,
        perMonth: 150,
        fee: { percent: 10, fixed: 1 },
        expiry: 2,
      },
    },
  });
});
afterAll(() => bench.close());

const transfer = (from: number, to: number, points: number, extras: { now?: number; key?: string } = {}) =>
  commandOf(
    transferKind,
    [from, to],
    { programId: null, points, notes: "gift", validation: { code: null, skips: false } },
    { now: extras.now ?? NOON, requestKey: extras.key ?? null },
  );
const move = async (movement: Movement, at = shop): Promise<Transferred> =>
  JSON.parse((await bench.points.move(at.id, movement)).reply) as Transferred;
const refusal = (movement: Movement, at = shop): Promise<number> =>
  bench.points.move(at.id, movement).then(
    ({ reply }) => Promise.reject(new Error(`not refused: ${reply}`)),
    (error: AppError) => error.number,
  );
const member = async (at: PointsShop, ...lots: readonly [points: number, days: number | null][]) => {
  const [partyId] = await at.register(1);
  for (const [points, days] of lots)
    await at.ledger.earn(partyId!, points, { expiresAt: days === null ? null : NOON + days * DAY });
  return partyId!;
};
const lotsOf = async (partyId: number) => {
  const { rows } = await bench.superuser.query<{
    amount: string;
    remaining: string;
    expires_at: Date | null;
  }>("select amount, remaining, expires_at from ledger.lots where party_id = $1 order by event_no, line_no", [
    partyId,
  ]);
  return rows.map((row) => [
    Number(row.amount),
    Number(row.remaining),
    row.expires_at === null ? null : (row.expires_at.getTime() - NOON) / DAY,
  ]);
};
const sound = async () => {
  expect(await bench.verify()).toEqual([]);
  expect(await verifyPoints(bench.db)).toEqual([]);
};

describe("passing points on", () => {
  test("takes those that expire first; they keep their dates, one lot for each", async () => {
    const from = await member(shop, [10_000, 20], [20_000, 5], [30_000, 5]);
    const to = await member(shop);
    const done = await move(transfer(from, to, 55_000));
    expect(done).toMatchObject({ points: 55_000, fee: 0, balance: 5_000, from: { customerId: from } });
    expect(await lotsOf(from)).toEqual([
      [10_000, 5_000, 20],
      [20_000, 0, 5],
      [30_000, 0, 5],
    ]);
    expect(await lotsOf(to)).toEqual([
      [50_000, 50_000, 5],
      [5_000, 5_000, 20],
    ]);
    const { rows } = await bench.superuser.query(
      "select party_id, direction, amount from points.transfers where id = $1 order by direction",
      [done.transferId],
    );
    expect(rows).toEqual([
      { party_id: to, direction: "received", amount: 55_000 },
      { party_id: from, direction: "sent", amount: 55_000 },
    ]);
    await sound();
  });

  test("is done once for a key", async () => {
    const from = await member(shop, [10_000, null]);
    const to = await member(shop);
    const first = await move(transfer(from, to, 4_000, { key: "once" }));
    expect(await move(transfer(from, to, 4_000, { key: "once" }))).toEqual(first);
    expect(await refusal(transfer(from, to, 5_000, { key: "once" }))).toBe(70_001);
    expect((await shop.account(from)).balance).toBe(6_000);
  });

  test("what is held, past its date or was given at registration stays", async () => {
    const from = await member(shop, [10_000, -1], [20_000, null]);
    const to = await member(shop);
    expect(await refusal(transfer(from, to, 20_001))).toBe(818);
    await shop.ledger.earn(from, 5_000, { eventName: "CustomerRegistration" });
    expect(await refusal(transfer(from, to, 20_001))).toBe(818);
    // 30 of 35 are held: 5 may be spent.
    await bench.points.move(shop.id, hold(from, 30_000));
    expect(await refusal(transfer(from, to, 5_001))).toBe(818);
    await move(transfer(from, to, 5_000));
    await sound();
  });

  test("to oneself, to nobody, of nothing and of more than there is", async () => {
    const from = await member(shop, [10_000, null]);
    const to = await member(shop);
    expect(await refusal(transfer(from, from, 1_000))).toBe(418);
    expect(await refusal(transfer(from, 999_999_999, 1_000))).toBe(8015);
    expect(await refusal(transfer(from, to, 0))).toBe(422);
    expect(await refusal(transfer(from, to, 10_001))).toBe(818);
    await sound();
  });

  test("a customer who was merged", async () => {
    const from = await member(shop, [10_000, null]);
    const to = await member(shop);
    await bench.superuser.query("update customers.customers set merged_into = $1 where party_id = $2", [
      from,
      to,
    ]);
    const third = await member(shop);
    expect(await refusal(transfer(from, to, 1_000))).toBe(419);
    expect(await refusal(transfer(to, third, 1_000))).toBe(419);
  });

  test("while the organisation does not allow it", async () => {
    const from = await member(shop, [10_000, null]);
    const to = await member(shop);
    const author = { orgId: shop.id, name: "test" };
    await bench.orgs.setSetting(author, "ALLOW_POINTS_TRANSFER", "0");
    expect(await refusal(transfer(from, to, 1_000))).toBe(827);
    await bench.orgs.setSetting(author, "ALLOW_POINTS_TRANSFER", "1");
    await move(transfer(from, to, 1_000));
  });

  test("into an account that could not be counted any more", async () => {
    const from = await member(shop, [10_000, null]);
    const to = await member(shop, [Number.MAX_SAFE_INTEGER - 5_000, null]);
    expect(await refusal(transfer(from, to, 6_000))).toBe(70_110);
    await move(transfer(from, to, 5_000));
    await shop.ledger.debit(to, Number.MAX_SAFE_INTEGER);
    // Over its lifetime it has received and been issued more than can be counted together.
    expect(await refusal(transfer(from, to, 1_000))).toBe(70_110);
  });
});

describe("what the program demands", () => {
  test("a fee is paid on top, and the recipient's points have dates of their own", async () => {
    const from = await member(strict, [100_000, 5]);
    const to = await member(strict);
    expect(await move(transfer(from, to, 50_000), strict)).toMatchObject({ fee: 6_000, balance: 44_000 });
    expect((await lotsOf(to))[0]!.slice(0, 2)).toEqual([50_000, 50_000]);
    const { rows } = await bench.superuser.query<{ expires_at: Date }>(
      "select expires_at from ledger.lots where party_id = $1",
      [to],
    );
    expect(rows[0]!.expires_at.toISOString()).toBe("2026-01-30T23:59:59.000Z");
    // 40 and 5 of fee are more than the 44 left.
    expect(await refusal(transfer(from, to, 40_000), strict)).toBe(818);
    await sound();
  });

  test("multiples, minimum, maximum, what was earned, and the month", async () => {
    const from = await member(strict, [400_000, null]);
    const poor = await member(strict, [10_000, null]);
    const to = await member(strict);
    expect(await refusal(transfer(from, to, 12_000), strict)).toBe(807);
    expect(await refusal(transfer(from, to, 4_000), strict)).toBe(821);
    expect(await refusal(transfer(from, to, 105_000), strict)).toBe(819);
    expect(await refusal(transfer(poor, to, 5_000), strict)).toBe(805);
    await move(transfer(from, to, 100_000), strict);
    expect(await refusal(transfer(from, to, 55_000), strict)).toBe(819);
    const both = await bench.points.moveAll(strict.id, [
      transfer(from, to, 30_000),
      transfer(from, to, 30_000),
    ]);
    expect(both.map((outcome) => ("error" in outcome ? (outcome.error as AppError).number : "done"))).toEqual(
      ["done", 819],
    );
    // A new month in London.
    await move(transfer(from, to, 50_000, { now: Date.parse("2026-02-01T00:00:00Z") }), strict);
    await sound();
  });
});

test("many that cross each other end, and nothing is lost", async () => {
  const partyIds = await Promise.all(Array.from({ length: 4 }, () => member(shop, [50_000, 30])));
  const movements = Array.from({ length: 200 }, (_, index) => {
    const from = partyIds[index % 4]!;
    const to = partyIds[(index + 1 + (index % 3)) % 4]!;
    return transfer(from, to, 1_000);
  }).filter(({ parties }) => parties[0]!.partyId !== parties[1]!.partyId);
  // Singly, so that they meet in different transactions and the locks decide.
  const outcomes = await Promise.allSettled(
    movements.map((movement) => bench.points.moveAll(shop.id, [movement])),
  );
  expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
  const balances = await Promise.all(partyIds.map((partyId) => shop.account(partyId)));
  expect(balances.reduce((sum, { balance }) => sum + balance, 0)).toBe(200_000);
  await sound();
});

test("expiry beside spending and passing on takes each point once", async () => {
  const [from, to] = [await member(shop), await member(shop)];
  // One day past for the first half, none for the second: the job takes the first while tills spend from both.
  for (let index = 0; index < 20; index++) {
    await shop.ledger.earn(from, 1_000, { expiresAt: NOON - DAY });
    await shop.ledger.earn(from, 1_000, { expiresAt: null });
  }
  const { db, ids, clock } = bench;
  const expire = () => expireLots({ db, ids, clock, publish: async () => {} }, shop.id, "Europe/London");
  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 10 }, () => bench.points.moveAll(shop.id, [redeem(shop, from, 1_000)])),
    expire(),
    ...Array.from({ length: 10 }, () => bench.points.moveAll(shop.id, [transfer(from, to, 1_000)])),
    expire(),
  ]);
  expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
  expect((await shop.account(to)).balance).toBe(10_000);
  const { rows } = await bench.superuser.query<{ balance: number; expired: number; redeemed: number }>(
    "select balance, expired, redeemed from ledger.accounts where party_id = $1 and category = 1 and currency_id = 0",
    [from],
  );
  expect(Number(rows[0]!.balance) + Number(rows[0]!.expired)).toBe(20_000);
  expect(Number(rows[0]!.redeemed)).toBe(10_000);
  await sound();
});

describe("verification of transfers", () => {
  test("finds a side that is missing, and one that the journal does not know", async () => {
    const from = await member(shop, [10_000, null]);
    const to = await member(shop);
    const { transferId } = await move(transfer(from, to, 1_000));
    await bench.superuser.query(
      "update points.transfers set amount = 2000 where id = $1 and direction = 'received'",
      [transferId],
    );
    const found = await verifyPoints(bench.db);
    expect(found.map(({ check }) => check).sort()).toEqual([
      "a transfer agrees with the journal",
      "the sides of a transfer are equal and opposite",
      "the sides of a transfer are equal and opposite",
    ]);
    await bench.superuser.query("delete from points.transfers where id = $1 and direction = 'received'", [
      transferId,
    ]);
    const missing = await verifyPoints(bench.db);
    expect(missing.map(({ check }) => check)).toContain("the sides of a transfer are equal and opposite");
    expect(missing.map(({ check }) => check)).toContain("a transfer agrees with the journal");
  });
});
