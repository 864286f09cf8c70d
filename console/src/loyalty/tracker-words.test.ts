import { expect, test } from "vitest";
import type { Tracker, TrackerCase } from "../api/programs.ts";
import { caseText, trackedText } from "./tracker-words.ts";

const words = { number: String, money: (value: number) => `£${value.toFixed(2)}` };
const item = (changes: Partial<TrackerCase> = {}): TrackerCase => ({
  id: 1,
  name: "Case",
  length: 30,
  unit: "days",
  aggregate: "sum",
  ...changes,
});
const tracker = (changes: Partial<Tracker> = {}): Tracker => ({
  id: 1,
  name: "Spend",
  entity: "BILL_AMOUNT",
  method: "MOVING_WINDOW",
  cases: [],
  ...changes,
});

test.each<[string, Tracker, TrackerCase]>([
  ["Amount of bills in the last 30 days >= £300.00", tracker(), item({ operator: ">=", value: 300 })],
  ["Amount of bills in the current month", tracker(), item({ length: 0, unit: "months" })],
  [
    "How often in the last day is a multiple of 5",
    tracker(),
    item({ length: 1, aggregate: "count", modOf: 5 }),
  ],
  [
    "Visits since the tier changed is between 2 visits and 4 visits",
    tracker({ entity: "CUSTOMER_VISITS", method: "TIER_CHANGE_WINDOW" }),
    item({ between: { from: 2, to: 4 } }),
  ],
])("%s", (text, of, case_) => {
  expect(caseText(of, case_, words)).toBe(text);
});

test("values are told in what they are of", () => {
  expect(trackedText("POINTS", 1, words)).toBe("1 point");
  expect(trackedText("LINEITEM_QTY", 2.5, words)).toBe("2.5");
});
