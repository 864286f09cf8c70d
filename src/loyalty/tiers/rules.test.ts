import { describe, expect, test } from "vitest";
import { compiledProgram } from "../testing.ts";
import { gapsOf, highestReached, type Measures, nextTier, tierNumbered } from "./rules.ts";

const program = compiledProgram();
const { tiers } = program;
const pounds = (amount: number) => Math.round(amount * 10_000);
const bought = (amount: number): Measures => ({
  lifetimePurchases: pounds(amount),
  currentPoints: 0,
  lifetimePoints: 0,
  visits: 0,
});

describe("tiers by lifetime purchases 0 / 500 / 2000", () => {
  test.each([
    [-5, 1],
    [0, 1],
    [499.9999, 1],
    [500, 2],
    [1999.99, 2],
    [2000, 3],
    [1e9, 3],
  ])("%d reaches tier %d", (amount, tier) => {
    expect(highestReached(program, bought(amount))).toBe(tier);
  });

  test("the next tier and what is missing", () => {
    expect(nextTier(tiers, 3)).toBeNull();
    expect(gapsOf(program, 1, bought(187.5))[0]?.gap).toBe(pounds(312.5));
    expect(gapsOf(program, 3, bought(5000))[0]?.gap).toBeNull();
    // A threshold that a later version lowered is met by the next bill.
    expect(gapsOf(program, 1, bought(800))[0]?.gap).toBe(0);
  });

  test("a number that a version does not know is the highest tier below it", () => {
    expect(tierNumbered(tiers, 9).name).toBe("Gold");
    expect(tierNumbered(tiers, 0).name).toBe("Member");
    expect(tierNumbered(tiers.slice(0, 1), 3).name).toBe("Member");
  });
});
