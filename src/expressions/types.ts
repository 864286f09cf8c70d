/**
 * Types of values. Whatever its type a value may be null ("not known"), which no comparison accepts. A date is an instant, in
 * epoch milliseconds.
 */
export type ValueType = "number" | "string" | "boolean" | "date" | "null";

/** How a number is meant, so that it can be shown as people write it. */
export type Unit = "money" | "points" | "count";

/** Type with its article, for messages. */
export const named: Readonly<Record<ValueType, string>> = {
  number: "a number",
  string: "a text",
  boolean: "true or false",
  date: "a date",
  null: "null",
};

/** The answer of a condition: 0 false, 1 true, 2 undetermined (division by zero, or a fact of another type). */
export type Outcome = 0 | 1 | 2;
export const FALSE = 0;
export const TRUE = 1;
export const UNDETERMINED = 2;

/** A boolean value on the way: an outcome, or 3 for null. Small integers, so that passing one allocates nothing. */
export type Logic = Outcome | 3;
