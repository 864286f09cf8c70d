import { describe, expect, it } from "vitest";
import { seenBy } from "./seen.ts";
import { compiled, factsWith } from "./testing.ts";

const seen = (text: string) => {
  const { text: canonical, steps } = compiled(text).trace(factsWith());
  return seenBy({ text: canonical, steps }).map(({ profile, name, field, value }) => [
    `${profile}.${name ?? `field ${field}`}`,
    value,
  ]);
};

describe("what a trace tells of attributes", () => {
  it.each<[string, [string, unknown][]]>([
    ["currentTxn.value >= 30", [["currenttxn.value", 42]]],
    ["30 <= (currentTxn.Value)", [["currenttxn.value", 42]]],
    [
      'currentTxn.value >= 1 && currentCustomer.slabName == "Gold"',
      [
        ["currenttxn.value", 42],
        ["currentcustomer.slabname", "Silver"],
      ],
    ],
    // What was not looked at, or is reckoned into something else, is not told.
    ['currentTxn.value < 1 && currentCustomer.slabName == "Gold"', [["currenttxn.value", 42]]],
    ["currentTxn.value * 2 > 1", []],
    ["!currentCustomer.isLoyal", [["currentcustomer.isloyal", true]]],
    ["currentCustomer.email.isNull()", [["currentcustomer.email", "ada@example.com"]]],
    ["currentTxn.date.isWeekend()", [["currenttxn.date", "2025-05-03 14:20:05"]]],
  ])("%s", (text, expected) => {
    expect(seen(text)).toEqual(expected);
  });

  it("is nothing for a text that cannot be read", () => {
    expect(seenBy({ text: "(", steps: [[0, 1, 42]] })).toEqual([]);
  });
});
