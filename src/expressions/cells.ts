import type { Facts } from "./facts.ts";
import type { Logic, ValueType } from "./types.ts";

/**
 * Compiled parts of an expression. Each is a closure from facts to a value; how "null" and "went wrong" look is chosen so
 * that nothing is allocated and nothing is thrown:
 * number and date: null is null, NaN is undetermined; string: null is null, undefined is undetermined; boolean: Logic.
 */
export type NumberRun = (facts: Facts) => number | null;
export type TextRun = (facts: Facts) => string | null | undefined;
export type LogicRun = (facts: Facts) => Logic;

export type Cell =
  /** `slot` is the number by which a flat program reads the same value; see `slots.ts`. */
  | { readonly type: "number" | "date"; readonly run: NumberRun; readonly slot?: number }
  | {
      readonly type: "string";
      readonly run: TextRun;
      readonly slot?: number;
      /** The text, where it is written in the rule. */
      readonly constant?: string;
    }
  | { readonly type: "boolean"; readonly run: LogicRun; readonly slot?: number };

export const numberCell = (run: NumberRun): Cell => ({ type: "number", run });
export const dateCell = (run: NumberRun): Cell => ({ type: "date", run });
export const textCell = (run: TextRun): Cell => ({ type: "string", run });
export const logicCell = (run: LogicRun): Cell => ({ type: "boolean", run });

const misfit = (cell: Cell | undefined, wanted: ValueType): Error =>
  new Error(`a ${wanted} was promised by the check but ${cell?.type ?? "nothing"} came`);

/** The closure of a cell whose type the check has already settled. */
export const numberOf = (cell: Cell | undefined): NumberRun => {
  if (cell?.type !== "number" && cell?.type !== "date") throw misfit(cell, "number");
  return cell.run;
};
export const textOf = (cell: Cell | undefined): TextRun => {
  if (cell?.type !== "string") throw misfit(cell, "string");
  return cell.run;
};
export const logicOf = (cell: Cell | undefined): LogicRun => {
  if (cell?.type !== "boolean") throw misfit(cell, "boolean");
  return cell.run;
};

/** A fact that should be a number, whatever the caller put there. */
export const asNumber = (value: unknown): number | null => {
  if (typeof value === "number") return value;
  return value === null || value === undefined ? null : Number.NaN;
};
export const asText = (value: unknown): string | null | undefined => {
  if (typeof value === "string") return value;
  return value === null || value === undefined ? null : undefined;
};
export const asLogic = (value: unknown): Logic => {
  if (value === true) return 1;
  if (value === false) return 0;
  return value === null || value === undefined ? 3 : 2;
};
