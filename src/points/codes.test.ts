import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { starterDefinition } from "#loyalty";
import type { AppError, Outcome } from "#platform";
import type { Moved } from "./path.ts";
import { createPointsBench, type PointsShop, redeem, reverse } from "./testing.ts";
import { verifyPoints } from "./verify.ts";

let bench: Awaited<ReturnType<typeof createPointsBench>>;
beforeAll(async () => {
  bench = await createPointsBench();
});
afterAll(() => bench.close());

const membersOf = async (shop: PointsShop, count: number): Promise<number[]> => {
  const partyIds = await shop.register(count);
  for (const partyId of partyIds) await shop.ledger.earn(partyId, 10_000, { expiresAt: null });
  return partyIds;
};
const replyOf = (outcome: Outcome<Moved> | Moved | undefined): { code: string } => {
  if (outcome !== undefined && "error" in outcome) throw outcome.error;
  return JSON.parse((outcome as { ok?: Moved }).ok?.reply ?? (outcome as Moved).reply) as { code: string };
};
const numberOf = (outcome: Outcome<Moved>): number =>
  "error" in outcome ? (outcome.error as AppError).number : 0;
const isClean = async () => {
  expect(await bench.verify()).toEqual([]);
  expect(await verifyPoints(bench.db)).toEqual([]);
};

describe("a code that is taken already", () => {
  const always = (code: string) => ({ code: () => code }) as PointsShop;

  test("is drawn anew, and the points are spent once", async () => {
    const shop = await bench.shop();
    const [first, second] = (await membersOf(shop, 2)) as [number, number];
    expect(replyOf(await bench.points.move(shop.id, redeem(always("taken1"), first, 1000))).code).toBe(
      "taken1",
    );
    const { code } = replyOf(await bench.points.move(shop.id, redeem(always("taken1"), second, 2000)));
    expect(code).toMatch(/^[A-Za-z0-9]{6}$/);
    expect(code).not.toBe("taken1");
    expect([await shop.account(first), await shop.account(second)]).toMatchObject([
      { balance: 9000, redeemed: 1000 },
      { balance: 8000, redeemed: 2000 },
    ]);
    await isClean();
  });

  test("by another of the same batch is drawn anew for the later one; the others are not disturbed", async () => {
    const shop = await bench.shop();
    const partyIds = await membersOf(shop, 3);
    const movements = ["same01", "same01", "other1"].map((code, index) =>
      redeem(always(code), partyIds[index]!, 1000),
    );
    const codes = (await bench.points.moveAll(shop.id, movements)).map((outcome) => replyOf(outcome).code);
    expect([codes[0], codes[2]]).toEqual(["same01", "other1"]);
    expect(new Set(codes).size).toBe(3);
    for (const partyId of partyIds) expect((await shop.account(partyId)).redeemed).toBe(1000);
    // The code that was drawn leads to its redemption.
    await bench.points.move(shop.id, reverse(always("undone"), partyIds[1]!, codes[1]!));
    expect((await shop.account(partyIds[1]!)).balance).toBe(10_000);
    await isClean();
  });

  test("of a reversal is drawn anew as well", async () => {
    const shop = await bench.shop();
    const [partyId] = (await membersOf(shop, 1)) as [number];
    for (const code of ["spent1", "spent2"])
      await bench.points.move(shop.id, redeem(always(code), partyId, 1000));
    const codes: string[] = [];
    for (const code of ["spent1", "spent2"])
      codes.push(replyOf(await bench.points.move(shop.id, reverse(always("back01"), partyId, code))).code);
    expect(codes[0]).toBe("back01");
    expect(codes[1]).not.toBe("back01");
    expect((await shop.account(partyId)).balance).toBe(10_000);
    await isClean();
  });
});

describe("a wrong validation code inside a batch", () => {
  const secret = async () => {
    const shop = await bench.shop({
      definition: { ...starterDefinition(), redemption: { needsValidationCode: true } },
    });
    const spend = (partyId: number, validation: { code: string | null; skips: boolean }) =>
      redeem(shop, partyId, 1000, {}, { validation });
    return { shop, spend };
  };
  const wrong = { code: "000000", skips: false };
  const skipping = { code: null, skips: true };

  test("is refused by itself, and stays on record", async () => {
    const { shop, spend } = await secret();
    const [first, second] = (await membersOf(shop, 2)) as [number, number];
    const outcomes = await bench.points.moveAll(shop.id, [
      spend(first, wrong),
      spend(second, skipping),
      spend(first, { code: null, skips: false }),
      spend(first, skipping),
    ]);
    expect(outcomes.map(numberOf)).toEqual([808, 0, 824, 0]);
    expect((await shop.account(first)).redeemed).toBe(1000);
    expect((await shop.account(second)).redeemed).toBe(1000);
    await isClean();
  });

  test("counts for those after it in the same batch, and for the next", async () => {
    const { shop, spend } = await secret();
    const [guesser, other] = (await membersOf(shop, 2)) as [number, number];
    const movements = [...Array.from({ length: 6 }, () => spend(guesser, wrong)), spend(other, wrong)];
    const outcomes = await bench.points.moveAll(shop.id, movements);
    expect(outcomes.map(numberOf)).toEqual(Array.from({ length: 7 }, () => 808));
    const told = outcomes.map((outcome) => ("error" in outcome ? (outcome.error as AppError).message : ""));
    expect(told.map((message) => message.startsWith("Too many"))).toEqual([
      ...[false, false, false, false, false],
      true,
      false,
    ]);
    await expect(bench.points.move(shop.id, spend(guesser, wrong))).rejects.toThrow("Too many");
    expect((await shop.account(guesser)).redeemed).toBe(0);
    await isClean();
  });
});
