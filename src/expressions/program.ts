import type { LogicRun } from "./cells.ts";
import type { Facts } from "./facts.ts";
import { numberAt, textAt, truthAt } from "./slots.ts";
import type { ComparisonOperator } from "./syntax.ts";
import { cutText, type Recorder } from "./trace.ts";
import type { Typed } from "./typed.ts";
import type { Logic, Outcome } from "./types.ts";

/** How a condition of a flat program is decided. */
const ASK = 0;
/** Asks a closure that writes its own step of a trace. */
const ASK_STEP = 1;
const NUMBERS: Readonly<Record<ComparisonOperator, number>> = {
  "==": 2,
  "!=": 3,
  ">": 4,
  ">=": 5,
  "<": 6,
  "<=": 7,
};
const TEXT_IS = 8;
const TEXT_IS_NOT = 9;
/** A truth by itself, and one that is compared: with true when the bound is 1. */
const TRUTH = 10;
const TRUTH_IS = 11;

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

/** Compares a number that is there. Not a number is undetermined. */
const compare = (kind: number, value: number, bound: number): Logic => {
  let holds: boolean;
  switch (kind) {
    case 2:
      holds = value === bound;
      break;
    case 3:
      // Not a number differs from everything.
      return value === bound ? 0 : Number.isNaN(value) ? 2 : 1;
    case 4:
      holds = value > bound;
      break;
    case 5:
      holds = value >= bound;
      break;
    case 6:
      holds = value < bound;
      break;
    default:
      holds = value <= bound;
  }
  return holds ? 1 : Number.isNaN(value) ? 2 : 0;
};

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
    do {
      const { kind } = at;
      let answer: Logic;
      if (kind <= ASK_STEP) answer = at.ask(facts);
      else if (kind < TEXT_IS) {
        const value = numberAt(facts, at.slot);
        answer = value === null ? 0 : compare(kind, value, at.bound);
      } else if (kind < TRUTH) answer = compareText(kind, textAt(facts, at.slot), at.wanted);
      else answer = isTruth(kind, truthAt(facts), at.bound);
      if (answer === 2) return 2;
      at = answer === 1 ? at.onTrue : answer === 0 ? at.onFalse : at.onNull;
    } while (at !== YES && at !== NO);
    return at === YES ? 1 : 0;
  };
};

/** Decides alike, writing a step for every condition that it comes by. */
export const traceProgram = (first: Condition, recorder: Recorder): ((facts: Facts) => Outcome) => {
  return (facts) => {
    let at = first;
    do {
      const { kind, index } = at;
      let answer: Logic;
      if (kind === ASK) {
        answer = at.ask(facts);
        recorder.add(answer === 3 ? [index, 0, null] : [index, answer]);
      } else if (kind === ASK_STEP) answer = at.ask(facts);
      else if (kind < TEXT_IS) {
        const value = numberAt(facts, at.slot);
        if (value === null) {
          answer = 0;
          recorder.add([index, 0, null]);
        } else {
          answer = compare(kind, value, at.bound);
          // Adding 0 turns -0, which JSON does not have, into 0.
          recorder.add([index, answer as Outcome, value + 0]);
        }
      } else if (kind >= TRUTH) {
        const value = truthAt(facts);
        answer = isTruth(kind, value, at.bound);
        if (kind === TRUTH_IS) recorder.add([index, answer as Outcome, value]);
        else recorder.add(answer === 3 ? [index, 0, null] : [index, answer]);
      } else {
        const value = textAt(facts, at.slot);
        answer = compareText(kind, value, at.wanted);
        recorder.add([index, answer as Outcome, cutText(value)]);
      }
      if (answer === 2) return 2;
      at = answer === 1 ? at.onTrue : answer === 0 ? at.onFalse : at.onNull;
    } while (at !== YES && at !== NO);
    return at === YES ? 1 : 0;
  };
};
