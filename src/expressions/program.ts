import type { LogicRun } from "./cells.ts";
import type { Facts } from "./facts.ts";
import { numberAt, textAt, truthAt } from "./slots.ts";
import type { ComparisonOperator } from "./syntax.ts";
import { cutText, type Recorder, type TracedResult, type TraceStep } from "./trace.ts";
import type { Typed } from "./typed.ts";
import type { Logic, Outcome } from "./types.ts";

/** How a condition is decided: by a number, which most are, a text or a truth that it reads itself, or by asking a closure. */
const NUMBERS: Readonly<Record<ComparisonOperator, number>> = {
  "==": 0,
  "!=": 1,
  ">": 2,
  ">=": 3,
  "<": 4,
  "<=": 5,
};
const TEXT_IS = 6;
const TEXT_IS_NOT = 7;
/** A truth by itself, and one that is compared: with true when the bound is 1. */
const TRUTH = 8;
const TRUTH_IS = 9;
const ASK = 10;
/** Asks a closure that writes its own step of a trace. */
const ASK_STEP = 11;

/**
 * A condition of a rule without nesting, with what comes after it by its answer. Everything that one condition needs stands in one object:
 * with a thousand rules it is memory that takes the time.
 */
class Condition {
  onTrue: Condition = this;
  onFalse: Condition = this;
  onNull: Condition = this;

  constructor(
    readonly kind: number,
    /** As it stands in the text, from 0. */
    readonly index: number,
    readonly slot: number,
    readonly bound: number,
    readonly wanted: string,
    readonly ask: LogicRun,
  ) {}
}

const NEVER: LogicRun = () => 2;
const YES = new Condition(-1, 0, 0, 0, "", NEVER);
const NO = new Condition(-1, 0, 0, 0, "", NEVER);

/** How a condition that the program does not decide itself is asked. */
export interface LeafRun {
  readonly run: LogicRun;
  /** It writes its own step of the trace. */
  readonly writesStep: boolean;
}
interface FlattenOptions {
  /** Attributes that have a slot are read there. */
  readonly usesSlots?: boolean;
}
type Leaf = (node: Typed, condition: number) => LeafRun;

/** An attribute that has a slot, alone or compared with a constant; null for any other condition. */
const ownCondition = (node: Typed, index: number): Condition | null => {
  if (node.kind === "attribute") {
    const { slot } = node.attribute.cell;
    return slot === undefined ? null : new Condition(TRUTH, index, slot, 0, "", NEVER);
  }
  if (node.kind !== "comparison" || node.left.kind !== "attribute" || node.right.kind !== "constant")
    return null;
  const { cell } = node.left.attribute;
  const { value } = node.right;
  if (cell.slot === undefined) return null;
  if (cell.type === "boolean") {
    const wanted = value === (node.operator === "==") ? 1 : 0;
    return new Condition(TRUTH_IS, index, cell.slot, wanted, "", NEVER);
  }
  if (cell.type === "number" && typeof value === "number")
    return new Condition(NUMBERS[node.operator], index, cell.slot, value, "", NEVER);
  if (cell.type !== "string" || typeof value !== "string") return null;
  return new Condition(node.operator === "==" ? TEXT_IS : TEXT_IS_NOT, index, cell.slot, 0, value, NEVER);
};

/**
 * Lays a checked condition out, one condition after the other, and answers the first. One loop runs through them; beside closures for every
 * `&&`, `||` and comparison that is several times as fast. `leaf` gives the closures of conditions that are asked.
 */
export const flatten = (typed: Typed, leaf: Leaf, { usesSlots = true }: FlattenOptions = {}): Condition => {
  let count = 0;

  const single = (node: Typed): Condition => {
    const index = count;
    count += 1;
    const own = usesSlots ? ownCondition(node, index) : null;
    if (own !== null) return own;
    const { run, writesStep } = leaf(node, index);
    return new Condition(writesStep ? ASK_STEP : ASK, index, 0, 0, "", run);
  };

  /** Lays a part out, its answers still open, and then says where they lead. */
  type Opened = readonly [
    first: Condition,
    lead: (onTrue: Condition, onFalse: Condition, onNull: Condition) => void,
  ];
  const open = (node: Typed): Opened => {
    if (node.kind === "not") {
      const [first, lead] = open(node.operand);
      return [first, (onTrue, onFalse, onNull) => lead(onFalse, onTrue, onNull)];
    }
    if (node.kind === "logical") {
      const [first, leadFirst] = open(node.left);
      const [second, leadSecond] = open(node.right);
      // What is null on a side of && or || counts as false.
      return [
        first,
        (onTrue, onFalse) => {
          if (node.operator === "&&") leadFirst(second, onFalse, onFalse);
          else leadFirst(onTrue, second, second);
          leadSecond(onTrue, onFalse, onFalse);
        },
      ];
    }
    const condition = single(node);
    return [
      condition,
      (onTrue, onFalse, onNull) => {
        condition.onTrue = onTrue;
        condition.onFalse = onFalse;
        condition.onNull = onNull;
      },
    ];
  };
  const [first, lead] = open(typed);
  lead(YES, NO, NO);
  return first;
};

/**
 * Whether a number that is there compares so. Nothing holds for what is not a number; `!=` says no of it too. Cases are written as digits:
 * of those V8 makes a table of jumps, of names one comparison after the other.
 */
const holds = (kind: number, value: number, bound: number): boolean => {
  switch (kind) {
    case 0:
      return value === bound;
    case 1:
      return value < bound || value > bound;
    case 2:
      return value > bound;
    case 3:
      return value >= bound;
    case 4:
      return value < bound;
    default:
      return value <= bound;
  }
};

const compare = (kind: number, value: number, bound: number): Logic =>
  holds(kind, value, bound) ? 1 : Number.isNaN(value) ? 2 : 0;

const isTruth = (kind: number, value: boolean | null, wanted: number): Logic => {
  if (value === null) return kind === TRUTH ? 3 : 0;
  return kind === TRUTH || wanted === 1 ? (value ? 1 : 0) : value ? 0 : 1;
};

const compareText = (kind: number, value: string | null, wanted: string): Logic => {
  if (value === wanted) return kind === TEXT_IS ? 1 : 0;
  return value === null || kind === TEXT_IS ? 0 : 1;
};

/** Decides by a laid out rule. Undetermined ends it. */
export const runProgram = (first: Condition): ((facts: Facts) => Outcome) => {
  return (facts) => {
    let at = first;
    for (;;) {
      const { kind } = at;
      if (kind < TEXT_IS) {
        const value = numberAt(facts, at.slot);
        if (value === null) at = at.onFalse;
        else if (holds(kind, value, at.bound)) at = at.onTrue;
        else if (Number.isNaN(value)) return 2;
        else at = at.onFalse;
      } else if (kind < TRUTH) {
        const value = textAt(facts, at.slot);
        const isWanted = value === at.wanted;
        at = (kind === TEXT_IS ? isWanted : !isWanted && value !== null) ? at.onTrue : at.onFalse;
      } else if (kind === TRUTH_IS) {
        const value = truthAt(facts);
        at = value !== null && value === (at.bound === 1) ? at.onTrue : at.onFalse;
      } else {
        const answer = kind === TRUTH ? isTruth(TRUTH, truthAt(facts), 1) : at.ask(facts);
        if (answer === 2) return 2;
        at = answer === 1 ? at.onTrue : answer === 0 ? at.onFalse : at.onNull;
      }
      if (at === NO) return 0;
      if (at === YES) return 1;
    }
  };
};

interface TraceParts {
  readonly text: string;
  /** Of the conditions that write their own steps. */
  readonly recorder: Recorder;
  /** Tells anew, and why. */
  readonly whenUndetermined: (facts: Facts) => TracedResult;
}

/**
 * Decides alike, with a step for every condition that it comes by. The first steps stay in variables: a list that grows takes room for sixteen
 * at once, and what is stored in an old object costs the collector.
 */
export const traceProgram = (
  first: Condition,
  { text, recorder, whenUndetermined }: TraceParts,
): ((facts: Facts) => TracedResult) => {
  return (facts) => {
    let at = first;
    let count = 0;
    let one: TraceStep | null = null;
    let two: TraceStep | null = null;
    let more: TraceStep[] | null = null;
    for (;;) {
      const { kind, index } = at;
      let answer: Logic;
      let step: TraceStep;
      if (kind < TEXT_IS) {
        const value = numberAt(facts, at.slot);
        if (value === null) {
          answer = 0;
          step = [index, 0, null];
        } else {
          answer = compare(kind, value, at.bound);
          // Adding 0 turns -0, which JSON does not have, into 0.
          step = [index, answer as Outcome, value + 0];
        }
      } else if (kind < TRUTH) {
        const value = textAt(facts, at.slot);
        answer = compareText(kind, value, at.wanted);
        step = [index, answer as Outcome, cutText(value)];
      } else if (kind === TRUTH_IS) {
        const value = truthAt(facts);
        answer = isTruth(kind, value, at.bound);
        step = [index, answer as Outcome, value];
      } else {
        answer = kind === TRUTH ? isTruth(kind, truthAt(facts), 1) : at.ask(facts);
        if (kind === ASK_STEP) step = recorder.last!;
        else step = answer === 3 ? [index, 0, null] : [index, answer];
      }
      count += 1;
      if (count === 1) one = step;
      else if (count === 2) two = step;
      else if (more === null) more = [one!, two!, step];
      else more.push(step);
      if (answer === 2) return whenUndetermined(facts);
      at = answer === 1 ? at.onTrue : answer === 0 ? at.onFalse : at.onNull;
      if (at === YES || at === NO) {
        const steps = count === 1 ? [one!] : count === 2 ? [one!, two!] : more!;
        return { text, outcome: at === YES ? 1 : 0, steps };
      }
    }
  };
};
