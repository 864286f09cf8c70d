import type { Tracker, TrackerCase, TrackerEntity, TrackerMethod } from "../api/programs.ts";
import { counted, type Format } from "../ui/format.ts";

type Words = Pick<Format, "number" | "money">;

export const ENTITIES: Readonly<Record<TrackerEntity, string>> = {
  BILL_AMOUNT: "Amount of bills",
  BILL_DISCOUNT: "Discount of bills",
  BILL_GROSS_AMOUNT: "Gross amount of bills",
  BILL_TOTAL_QTY: "Pieces of bills",
  LINEITEM_AMOUNT: "Amount of lines",
  LINEITEM_COUNT: "Number of lines",
  LINEITEM_QTY: "Pieces of lines",
  CUSTOMER_VISITS: "Visits",
  POINTS: "Points that are given",
  ALTERNATE_CURRENCIES: "An alternate currency that is given",
  BILL_EXTENDED_FIELD: "An extended field of bills",
  LINEITEM_EXTENDED_FIELD: "An extended field of lines",
};

export const METHODS: Readonly<Record<TrackerMethod, string>> = {
  MOVING_WINDOW: "The last days or months",
  CYCLIC_WINDOW: "Cycles from the first event",
  CALENDAR_BASED_CYCLIC_WINDOW: "Cycles of the calendar",
  TIER_CHANGE_WINDOW: "Since the tier changed",
};

const MONEY = new Set(["BILL_AMOUNT", "BILL_DISCOUNT", "BILL_GROSS_AMOUNT", "LINEITEM_AMOUNT"]);

/** A value of what is tracked. */
export const trackedText = (entity: string, value: number, { number, money }: Words): string => {
  if (MONEY.has(entity)) return money(value);
  if (entity === "POINTS") return `${number(value)} ${counted(value, "point")}`;
  if (entity === "CUSTOMER_VISITS") return `${number(value)} ${counted(value, "visit")}`;
  return number(value);
};

/** Over which time a case sums: "the last 30 days". */
export const windowText = (
  { method }: Pick<Tracker, "method">,
  { length = 0, unit = "days" }: TrackerCase,
) => {
  const span = length === 1 ? unit.slice(0, -1) : `${length} ${unit}`;
  switch (method) {
    case "MOVING_WINDOW":
      if (length === 0) return "in the current month";
      return unit === "days" ? `in the last ${span}` : `in the current month and the ${span} before`;
    case "CYCLIC_WINDOW":
      return `in cycles of ${length} ${unit} from the first event`;
    case "CALENDAR_BASED_CYCLIC_WINDOW":
      return `in cycles of ${length} ${unit} of the calendar`;
    case "TIER_CHANGE_WINDOW":
      return "since the tier changed";
  }
};

/** What a case is, in a sentence. */
export const caseText = (tracker: Tracker, item: TrackerCase, words: Words): string => {
  const value = (amount: number) =>
    item.aggregate === "count" ? words.number(amount) : trackedText(tracker.entity, amount, words);
  const condition =
    item.between !== undefined
      ? ` is between ${value(item.between.from)} and ${value(item.between.to)}`
      : item.modOf !== undefined
        ? ` is a multiple of ${value(item.modOf)}`
        : item.operator !== undefined && item.value !== undefined
          ? ` ${item.operator} ${value(item.value)}`
          : "";
  const what = item.aggregate === "count" ? "How often" : ENTITIES[tracker.entity];
  return `${what} ${windowText(tracker, item)}${condition}`;
};
