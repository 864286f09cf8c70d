import {
  type Cell,
  type LogicRun,
  logicOf,
  type NumberRun,
  numberOf,
  type TextRun,
  textOf,
} from "./cells.ts";
import type { ArithmeticOperator, ComparisonOperator } from "./syntax.ts";

const isBad = (value: number | null): boolean => Number.isNaN(value);
const MICRO = 1_000_000;
const SAFE = 9_000_000_000;

/**
 * Rounds a computed number to six decimals before it is compared, so that 0.1 + 0.2 == 0.3 as people expect. The parts of a
 * computation are not rounded: 1 / 3 * 3 stays 1. Above nine thousand million there is nothing left to round.
 */
export const settled =
  (run: NumberRun): NumberRun =>
  (facts) => {
    const value = run(facts);
    return value === null || !(Math.abs(value) < SAFE) ? value : Math.round(value * MICRO) / MICRO;
  };

/** Remainder of decimals, exact to six decimals: 0.3 % 0.1 is 0. */
const remainder = (left: number, right: number): number => {
  if (!(Math.abs(left) < SAFE && Math.abs(right) < SAFE)) return left % right;
  const divisor = Math.round(right * MICRO);
  return divisor === 0 ? Number.NaN : (Math.round(left * MICRO) % divisor) / MICRO;
};

const APPLY: Readonly<Record<ArithmeticOperator, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => (right === 0 ? Number.NaN : left / right),
  "%": remainder,
};

/** Null on either side gives null; division by zero and results beyond any number are undetermined. */
export const arithmetic = (operator: ArithmeticOperator, left: NumberRun, right: NumberRun): NumberRun => {
  const apply = APPLY[operator];
  return (facts) => {
    const a = left(facts);
    const b = right(facts);
    if (a === null || b === null) return isBad(a) || isBad(b) ? Number.NaN : null;
    const result = apply(a, b);
    return Number.isFinite(result) ? result : Number.NaN;
  };
};

export const negated =
  (run: NumberRun): NumberRun =>
  (facts) => {
    const value = run(facts);
    return value === null ? null : -value;
  };

/**
 * One closure per operator, with and without a constant on the right, because these are what rules spend their time in. Null
 * must be asked for before comparing: JavaScript holds null >= 0 for true.
 */
const withConstant: Readonly<Record<ComparisonOperator, (run: NumberRun, bound: number) => LogicRun>> = {
  "==": (run, bound) => (facts) => {
    const value = run(facts);
    return value === bound ? 1 : isBad(value) ? 2 : 0;
  },
  "!=": (run, bound) => (facts) => {
    const value = run(facts);
    return value === bound || value === null ? 0 : isBad(value) ? 2 : 1;
  },
  ">": (run, bound) => (facts) => {
    const value = run(facts);
    return value === null ? 0 : value > bound ? 1 : isBad(value) ? 2 : 0;
  },
  ">=": (run, bound) => (facts) => {
    const value = run(facts);
    return value === null ? 0 : value >= bound ? 1 : isBad(value) ? 2 : 0;
  },
  "<": (run, bound) => (facts) => {
    const value = run(facts);
    return value === null ? 0 : value < bound ? 1 : isBad(value) ? 2 : 0;
  },
  "<=": (run, bound) => (facts) => {
    const value = run(facts);
    return value === null ? 0 : value <= bound ? 1 : isBad(value) ? 2 : 0;
  },
};

const HOLDS: Readonly<Record<ComparisonOperator, (left: number, right: number) => boolean>> = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
};

const compareNumbers = (operator: ComparisonOperator, left: NumberRun, right: NumberRun): LogicRun => {
  const holds = HOLDS[operator];
  return (facts) => {
    const a = left(facts);
    const b = right(facts);
    if (isBad(a) || isBad(b)) return 2;
    return a !== null && b !== null && holds(a, b) ? 1 : 0;
  };
};

const compareTexts = (isEqual: boolean, left: TextRun, right: TextRun): LogicRun => {
  return (facts) => {
    const a = left(facts);
    const b = right(facts);
    if (a === undefined || b === undefined) return 2;
    return a !== null && b !== null && (a === b) === isEqual ? 1 : 0;
  };
};

const compareTextWith = (isEqual: boolean, run: TextRun, constant: string): LogicRun =>
  isEqual
    ? (facts) => {
        const value = run(facts);
        return value === constant ? 1 : value === undefined ? 2 : 0;
      }
    : (facts) => {
        const value = run(facts);
        return value === constant || value === null ? 0 : value === undefined ? 2 : 1;
      };

const compareLogic = (isEqual: boolean, left: LogicRun, right: LogicRun): LogicRun => {
  return (facts) => {
    const a = left(facts);
    const b = right(facts);
    if (a === 2 || b === 2) return 2;
    return a !== 3 && b !== 3 && (a === b) === isEqual ? 1 : 0;
  };
};

/** Compares two cells of one type; `constant` is the right side when it is written in the text. */
export const comparison = (
  operator: ComparisonOperator,
  left: Cell,
  right: Cell,
  constant: string | number | boolean | null,
): LogicRun => {
  if (left.type === "string")
    return typeof constant === "string"
      ? compareTextWith(operator === "==", left.run, constant)
      : compareTexts(operator === "==", left.run, textOf(right));
  if (left.type === "boolean") return compareLogic(operator === "==", left.run, logicOf(right));
  return typeof constant === "number"
    ? withConstant[operator](left.run, constant)
    : compareNumbers(operator, left.run, numberOf(right));
};

/** Stops at the first side that decides; undetermined decides too. Null counts as false. */
export const and =
  (left: LogicRun, right: LogicRun): LogicRun =>
  (facts) => {
    const first = left(facts);
    if (first !== 1) return first === 2 ? 2 : 0;
    const second = right(facts);
    return second === 3 ? 0 : second;
  };

export const or =
  (left: LogicRun, right: LogicRun): LogicRun =>
  (facts) => {
    const first = left(facts);
    if (first === 1 || first === 2) return first;
    const second = right(facts);
    return second === 3 ? 0 : second;
  };

/** Undetermined and null stay what they are. */
export const not =
  (run: LogicRun): LogicRun =>
  (facts) => {
    const value = run(facts);
    return value === 0 ? 1 : value === 1 ? 0 : value;
  };
