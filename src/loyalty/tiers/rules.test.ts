import { describe, expect, test } from "vitest";
import { compiledProgram } from "../testing.ts";
import { highestReached, nextTier, progressOf, tierAfter, tierNumbered } from "./rules.ts";

const { tiers } = compiledProgram();
const pounds = (amount: number) => Math.round(amount * 10_000);

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
    expect(highestReached(tiers, pounds(amount))).toBe(tier);
  });

  test("purchases never lower a tier", () => {
    expect(tierAfter(tiers, 3, 0)).toBe(3);
    expect(tierAfter(tiers, 1, pounds(2500))).toBe(3);
  });

  test("the next tier and what is missing", () => {
    expect(nextTier(tiers, 3)).toBeNull();
    expect(progressOf(tiers, 1, pounds(187.5)).toNext).toBe(pounds(312.5));
    expect(progressOf(tiers, 3, pounds(5000)).toNext).toBeNull();
    // A threshold that a later version lowered is met by the next bill.
    expect(progressOf(tiers, 1, pounds(800)).toNext).toBe(0);
  });

  test("a number that a version does not know is the highest tier below it", () => {
    expect(tierNumbered(tiers, 9).name).toBe("Gold");
    expect(tierNumbered(tiers, 0).name).toBe("Member");
    expect(tierNumbered(tiers.slice(0, 1), 3).name).toBe("Member");
  });
});
