import { expect, test } from "vitest";
import { createFormat } from "../ui/format.ts";
import { bothMonths, bucketText, rulesBeside, runShare } from "./run-words.ts";

const format = createFormat({ locale: "en-GB", timeZone: "Europe/London", currency: "GBP" });

test("a bucket is told by its ends, and the one of no difference as such", () => {
  const text = (from: number | null, until: number | null) =>
    bucketText({ from, until, customers: 0, points: 0 }, format);
  expect(text(null, -10)).toBe("below −10");
  expect(text(-10, -1)).toBe("−10 to −1");
  expect(text(0, 0.001)).toBe("no difference");
  expect(text(0.001, 1)).toBe("up to +1");
  expect(text(1000, null)).toBe("+1,000 or more");
});

const month = (name: string, given: number, expiring: number, outstanding: number) => ({
  month: name,
  given,
  taken: 0,
  expiring,
  outstanding,
  money: 0,
});
const lane = (months: ReturnType<typeof month>[], rules: object[] = []) =>
  ({ months, rules }) as unknown as Parameters<typeof bothMonths>[0]["tried"];

test("months of both sides stand beside each other, and what is outstanding stays where a side has no month", () => {
  const rows = bothMonths({
    tried: lane([month("2026-01", 5, 0, 5), month("2026-03", 0, 2, 3)]),
    compared: lane([month("2026-02", 4, 0, 4)]),
  });
  expect(rows.map(({ month: name, outstanding }) => [name, outstanding.tried, outstanding.compared])).toEqual(
    [
      ["2026-01", 5, 0],
      ["2026-02", 5, 4],
      ["2026-03", 3, 4],
    ],
  );
});

test("a rule is found on both sides by its id, over the versions that have it", () => {
  const rule = (version: number, ruleId: string, points: number) => ({
    version,
    ruleId,
    name: ruleId,
    setName: "Set",
    tried: 2,
    hits: 1,
    undetermined: 0,
    given: [{ currencyId: 0, points }],
  });
  const rows = rulesBeside({
    tried: lane([], [rule(3, "base", 7)]),
    compared: lane([], [rule(1, "base", 0.1), rule(2, "base", 0.2), rule(1, "old", 1)]),
  });
  expect(rows).toMatchObject([
    { ruleId: "base", tried: { points: 7, tried: 2 }, compared: { points: 0.3, tried: 4 } },
    { ruleId: "old", tried: null, compared: { points: 1 } },
  ]);
});

test("a run that is done is whole, and one without bills has not begun", () => {
  const share = (status: string, billsDone: number, billsTotal: number) =>
    runShare({ status, billsDone, billsTotal } as Parameters<typeof runShare>[0]);
  expect(share("finished", 0, 0)).toBe(1);
  expect(share("queued", 0, 0)).toBe(0);
  expect(share("running", 5, 10)).toBe(0.5);
});
