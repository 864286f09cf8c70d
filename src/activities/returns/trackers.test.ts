import { expect, test } from "vitest";
import type { CompiledTracker, TrackedBill } from "#loyalty";
import type { BillLine, GoneBack } from "./schema.ts";
import { takeTracked } from "./trackers.ts";

const line = (lineNo: number, quantity: number, amount: number): BillLine => ({
  lineNo,
  itemCode: `I${lineNo}`,
  description: null,
  quantity: quantity * 1000,
  rate: 0,
  value: 0,
  discount: 0,
  amount,
  details: null,
});
const LINES = [line(1, 2, 60), line(2, 1, 40)];
const bill = (changes: Partial<GoneBack> = {}): GoneBack => ({
  amount: 100,
  lines: LINES,
  returnedAs: null,
  returnedAmount: 0,
  goneByLine: new Map(),
  ...changes,
});
/** One of two pieces of the first line. */
const onePiece = bill({
  returnedAs: "LINE_ITEM",
  returnedAmount: 30,
  goneByLine: new Map([[1, { quantity: 1000, amount: 30 }]]),
});
const firstLine = bill({
  returnedAs: "LINE_ITEM",
  returnedAmount: 60,
  goneByLine: new Map([[1, { quantity: 2000, amount: 60 }]]),
});
const quarter = bill({ returnedAs: "AMOUNT", returnedAmount: 25 });
const whole = bill({ returnedAs: "FULL", returnedAmount: 100 });

const tracked = (
  entity: string,
  ...parts: readonly (readonly [line: number, value: number])[]
): TrackedBill => ({
  programId: 7,
  day: "2026-01-20",
  changeNo: 1,
  parts: parts.map(([lineNo, value]) => ({
    tracker: { id: 1, entity } as unknown as CompiledTracker,
    line: lineNo,
    value,
  })),
});
const state = (sum: number, count: number, changeNo = 1) => ({
  days: [{ trackerId: 1, day: "2026-01-20", changeNo, sum, count }],
  cases: [],
});
const leftOf = (of: TrackedBill, before: GoneBack, after: GoneBack, sum = 1000, count = 5) =>
  takeTracked(of, before, after, state(sum, count)).days.map((row) => [row.sum, row.count]);

const amounts = tracked("BILL_AMOUNT", [0, 100]);
const byLine = tracked("LINEITEM_AMOUNT", [1, 60], [2, 40]);
const pieces = tracked("LINEITEM_QTY", [1, 2000], [2, 1000]);

test.each<[string, TrackedBill, GoneBack, number, number]>([
  ["all of the amount", amounts, whole, 900, 4],
  ["a part of the amount", amounts, quarter, 975, 5],
  ["what lines cost of the amount", amounts, onePiece, 970, 5],
  ["all lines", byLine, whole, 900, 3],
  ["a part of a line", byLine, onePiece, 970, 5],
  ["a line", byLine, firstLine, 940, 4],
  ["a part of every line's amount", byLine, quarter, 975, 5],
  ["pieces", pieces, onePiece, 0, 5],
  ["lines", tracked("LINEITEM_COUNT", [0, 2]), firstLine, 999, 5],
  ["a visit with the last of its bill", tracked("CUSTOMER_VISITS", [0, 1]), whole, 999, 4],
])("takes %s off", (_, of, after, sum, count) => {
  expect(leftOf(of, bill(), after)).toEqual([[sum, count]]);
});

test("takes nothing off where money brings nothing back", () => {
  expect(leftOf(pieces, bill(), quarter)).toEqual([]);
  expect(leftOf(tracked("CUSTOMER_VISITS", [0, 1]), bill(), firstLine)).toEqual([]);
});

test("returns one after another take together what one takes", () => {
  const before = takeTracked(byLine, bill(), onePiece, state(1000, 5));
  const after = takeTracked(byLine, onePiece, whole, { ...before });
  expect(after.days).toEqual(takeTracked(byLine, bill(), whole, state(1000, 5)).days);
});

test("finds the day where a merge has put it, and takes no more than is there", () => {
  expect(takeTracked(amounts, bill(), whole, state(30, 1, 4)).days).toEqual([
    { trackerId: 1, day: "2026-01-20", changeNo: 4, sum: 0, count: 0 },
  ]);
  expect(takeTracked(amounts, bill(), whole, { days: [], cases: [] }).days).toEqual([]);
});
