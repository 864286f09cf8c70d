import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { starterDefinition } from "#loyalty";
import type { AppError, Outcome } from "#platform";
import type { Movement } from "./movement.ts";
import type { Moved } from "./path.ts";
import {
  capture,
  createPointsBench,
  hold,
  NOON,
  type PointsShop,
  redeem,
  release,
  reverse,
} from "./testing.ts";

const DAY = 86_400_000;
let bench: Awaited<ReturnType<typeof createPointsBench>>;
let shop: PointsShop;

beforeAll(async () => {
  bench = await createPointsBench();
  shop = await bench.shop();
});
afterAll(() => bench.close());

const move = async <Reply>(movement: Movement): Promise<Reply> =>
  JSON.parse((await bench.points.move(shop.id, movement)).reply) as Reply;
const refusal = (movement: Movement): Promise<number> =>
  bench.points.move(shop.id, movement).then(
    ({ reply }) => Promise.reject(new Error(`not refused: ${reply}`)),
    (error: AppError) => error.number,
  );
const member = async (...lots: readonly [points: number, days: number | null][]): Promise<number> => {
  const [partyId] = await shop.register(1);
  for (const [points, days] of lots)
    await shop.ledger.earn(partyId!, points, { expiresAt: days === null ? null : NOON + days * DAY });
  return partyId!;
};
const lotsOf = async (partyId: number): Promise<number[]> => {
  const { rows } = await bench.superuser.query<{ remaining: string }>(
    "select remaining from ledger.lots where party_id = $1 order by event_no",
    [partyId],
  );
  return rows.map((row) => Number(row.remaining));
};
const sound = async () => expect(await bench.verify()).toEqual([]);

describe("redeeming and taking back", () => {
  test("takes the lots that expire first, and gives back to exactly those", async () => {
    const partyId = await member([60_000, 10], [90_000, 5]);
    const { code, balance, value } = await move<{ code: string; balance: number; value: number }>(
      redeem(shop, partyId, 100_000),
    );
    expect({ balance, value }).toEqual({ balance: 50_000, value: 500_000 });
    expect(await lotsOf(partyId)).toEqual([50_000, 0]);
    await move(reverse(shop, partyId, code, 30_000));
    expect(await lotsOf(partyId)).toEqual([60_000, 20_000]);
    await move(reverse(shop, partyId, code));
    expect(await lotsOf(partyId)).toEqual([60_000, 90_000]);
    expect(await refusal(reverse(shop, partyId, code))).toBe(3802);
    expect(await shop.account(partyId)).toEqual({ balance: 150_000, debt: 0, redeemed: 0 });
    await sound();
  });

  test("takes from as many lots as it needs, the order of use kept over several in one batch", async () => {
    // Given in another order than they are taken; the last never expires.
    const days = [9, 1, null, 7, 3, 8, 2, 6, 4, 5].flatMap((day) => [day, day === null ? null : day + 20]);
    const partyId = await member(...days.map((day): [number, number | null] => [1_000, day]));
    const left = async () => {
      const { rows } = await bench.superuser.query<{ day: number | null; remaining: number }>(
        `select extract(day from expires_at - $2::timestamptz)::int as day, sum(remaining)::int as remaining
           from ledger.lots where party_id = $1 group by 1 order by 1 nulls last`,
        [partyId, new Date(NOON)],
      );
      return rows.filter(({ remaining }) => remaining > 0).map(({ day, remaining }) => [day, remaining]);
    };
    // A single one that needs more lots than are looked at first, one that needs few, and kinds that take none beside them.
    await move(redeem(shop, partyId, 16_500));
    expect(await left()).toEqual([
      [28, 500],
      [29, 1_000],
      [null, 2_000],
    ]);
    const { code } = await move<{ code: string }>(redeem(shop, partyId, 250));
    const outcomes = await bench.points.moveAll(shop.id, [
      redeem(shop, partyId, 700),
      hold(partyId, 500),
      redeem(shop, partyId, 600),
      reverse(shop, partyId, code),
      redeem(shop, partyId, 1_200),
    ]);
    expect(outcomes.filter((outcome) => "error" in outcome)).toEqual([]);
    expect(await left()).toEqual([[null, 1_000]]);
    await sound();
  });

  test("points past their expiry do not come back", async () => {
    const partyId = await member([150_000, 1], [250_000, 30]);
    const { code } = await move<{ code: string }>(redeem(shop, partyId, 400_000));
    const now = NOON + 2 * DAY;
    const reversed = await move<{ returned: number; expired: number }>(
      reverse(shop, partyId, code, null, { now }),
    );
    expect(reversed).toMatchObject({ returned: 250_000, expired: 150_000 });
    await sound();
  });

  test("points past their expiry come back with a new date where the program renews them, the others with theirs", async () => {
    const renewing = await bench.shop({
      definition: { ...starterDefinition(), returns: { redemptionReversal: "renew" } },
    });
    const [partyId] = (await renewing.register(1)) as [number];
    await renewing.ledger.earn(partyId, 150_000, { expiresAt: NOON + DAY });
    await renewing.ledger.earn(partyId, 250_000, { expiresAt: NOON + 30 * DAY });
    const spent = await bench.points.move(renewing.id, redeem(renewing, partyId, 400_000));
    const { code } = JSON.parse(spent.reply) as { code: string };
    const back = await bench.points.move(
      renewing.id,
      reverse(renewing, partyId, code, null, { now: NOON + 2 * DAY }),
    );
    expect(JSON.parse(back.reply)).toMatchObject({ returned: 400_000, expired: 0, balance: 400_000 });
    const { rows } = await bench.superuser.query<{ remaining: number; expires_at: Date }>(
      "select remaining::int as remaining, expires_at from ledger.lots where party_id = $1 and remaining > 0 order by expires_at",
      [partyId],
    );
    expect(rows.map((row) => [row.remaining, row.expires_at.getTime() > NOON + 31 * DAY])).toEqual([
      [250_000, false],
      [150_000, true],
    ]);
    await sound();
  });

  test("a reversal beyond the redemption, of nobody's or of another's", async () => {
    const partyId = await member([10_000, null]);
    const other = await member([10_000, null]);
    const { code } = await move<{ code: string }>(redeem(shop, partyId, 10_000));
    expect(await refusal(reverse(shop, partyId, code, 10_001))).toBe(903);
    expect(await refusal(reverse(shop, partyId, "none"))).toBe(902);
    expect(await refusal(reverse(shop, other, code))).toBe(904);
  });

  test("the same key gets the first reply, other input a refusal, a refused one may be sent again", async () => {
    const partyId = await member([10_000, null]);
    const key = { requestKey: `k${partyId}` };
    expect(await refusal(redeem(shop, partyId, 10_001, key))).toBe(818);
    const first = await bench.points.move(shop.id, redeem(shop, partyId, 4_000, key));
    const again = await bench.points.move(shop.id, redeem(shop, partyId, 4_000, key));
    expect(again).toEqual({ reply: first.reply, repeated: true });
    expect(await refusal(redeem(shop, partyId, 5_000, key))).toBe(70_001);
    expect((await shop.account(partyId)).balance).toBe(6_000);
    const both = await bench.points.moveAll(shop.id, [
      redeem(shop, partyId, 1_000, { requestKey: "b" }),
      redeem(shop, partyId, 1_000, { requestKey: "b" }),
    ]);
    expect(both.map((outcome) => "ok" in outcome && outcome.ok.repeated)).toEqual([false, true]);
    await sound();
  });
});

describe("holds", () => {
  test("what is held cannot be spent until it is released or its time is over", async () => {
    const partyId = await member([10_000, null]);
    const { holdId, available } = await move<{ holdId: number; available: number }>(hold(partyId, 7_000, 60));
    expect(available).toBe(3_000);
    expect(await refusal(redeem(shop, partyId, 3_001))).toBe(818);
    expect(await refusal(hold(partyId, 3_001))).toBe(818);
    await move(redeem(shop, partyId, 5_000, { now: NOON + 60_000 }));
    expect(await refusal(capture(shop, partyId, holdId, null, true, { now: NOON + 60_000 }))).toBe(70_102);
    expect((await shop.account(partyId)).balance).toBe(5_000);
    await sound();
  });

  test("is captured in parts, and gives up the rest with the last", async () => {
    const partyId = await member([10_000, null]);
    const { holdId } = await move<{ holdId: number }>(hold(partyId, 8_000));
    await move(capture(shop, partyId, holdId, 3_000, false));
    expect(await refusal(capture(shop, partyId, holdId, 5_001))).toBe(70_103);
    const last = await move<{ hold: { status: string; available: number } }>(
      capture(shop, partyId, holdId, 1_000),
    );
    expect(last.hold).toMatchObject({ status: "captured", available: 6_000 });
    expect(await refusal(release(partyId, holdId))).toBe(70_101);
    await sound();
  });
});

test("many tills at once never spend more than there is", async () => {
  const partyIds = await Promise.all(Array.from({ length: 4 }, () => member([50_000, null])));
  const attempts = Array.from({ length: 400 }, (_, index) => redeem(shop, partyIds[index % 4]!, 1_000));
  const outcomes: Outcome<Moved>[] = await Promise.all(
    attempts.map((attempt) =>
      bench.points.move(shop.id, attempt).then(
        (ok) => ({ ok }),
        (error: unknown) => ({ error }),
      ),
    ),
  );
  expect(outcomes.filter((outcome) => "ok" in outcome).length).toBe(200);
  for (const outcome of outcomes)
    if ("error" in outcome) expect((outcome.error as AppError).number).toBe(818);
  for (const partyId of partyIds) expect((await shop.account(partyId)).balance).toBe(0);
  await sound();
});
