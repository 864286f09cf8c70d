import { type Cell, type LogicRun, logicCell, logicOf, numberCell, numberOf } from "./cells.ts";
import type { BoundArguments, Constant, StepCounter } from "./definitions.ts";
import type { Facts } from "./facts.ts";
import type { OperandTable } from "./memo.ts";
import { and, arithmetic, comparison, negated, not, or, settled } from "./operators.ts";
import { print } from "./print.ts";
import { flatten, type LeafRun, runProgram, traceProgram } from "./program.ts";
import { partsOf } from "./reads.ts";
import { counted } from "./steps.ts";
import { holding, Recorder, type TracedResult, watching } from "./trace.ts";
import type { CheckedExpression, Typed } from "./typed.ts";
import { named, type Outcome } from "./types.ts";
import { phraseOf } from "./wording.ts";

export interface CompiledExpression {
  /** Canonical text. */
  readonly text: string;
  /** Whether `evaluate` remembers operands in `facts.memo`, and `recall` can tell from there what it looked at. */
  readonly remembers: boolean;
  /** Decides. Allocates nothing of its own and never throws unless `facts.localTime` does. */
  readonly evaluate: (facts: Facts) => Outcome;
  /** Decides alike, and says what was looked at. */
  readonly trace: (facts: Facts) => TracedResult;
  /** What `trace` would have told, of an evaluation whose operands are in the memo again. */
  readonly recall: (remembered: Pick<Facts, "memo" | "localTime">) => TracedResult;
}

type Traced = (facts: Facts) => TracedResult;

export interface CompileOptions {
  /** Counts the steps of `evaluate`. */
  readonly counter?: StepCounter | null;
  /** Where operands of several expressions are remembered. */
  readonly operands?: OperandTable | null;
}

/**
 * Compiles a checked expression to closures. Work per evaluation is bounded by the size of the expression times the number of
 * lines and the length of the texts it looks at (`stepBound`). The traced closures are made when first asked for.
 */
export const compile = (
  { tree, typed }: CheckedExpression,
  { counter = null, operands = null }: CompileOptions = {},
): CompiledExpression => {
  const table = operands !== null && canRemember(typed) ? operands : null;
  const compiler = new Compiler({ recorder: null, counter, operands: table });
  const plain = flatten(typed, (node) => ({ run: compiler.condition(node), writesStep: false }), {
    usesSlots: counter === null && table === null,
  });
  const text = print(tree);
  let traced: Traced | null = null;
  let recalled: Traced | null = null;
  return {
    text,
    remembers: table !== null,
    evaluate: runProgram(plain),
    trace: (facts) => {
      traced ??= compileTraced(typed, text);
      return traced(facts);
    },
    recall: (remembered) => {
      recalled ??= compileExplaining(typed, text, table);
      // Nothing but what is remembered is looked at.
      return recalled(remembered as Facts);
    },
  };
};

/** A function that stands alone is remembered with its answer: what it is asked with must be written in the text. */
const canRemember = (node: Typed): boolean =>
  node.kind === "logical" || node.kind === "not"
    ? partsOf(node).every(canRemember)
    : node.kind !== "function" || node.args.every((argument) => argument === null);

/**
 * Closures that say why something cannot be told cost a call at every part. So a trace is taken without them, and taken again with
 * them when its outcome is undetermined.
 */
const compileTraced = (typed: Typed, text: string): Traced => {
  const recorder = new Recorder();
  const compiler = new Compiler({ recorder });
  const first = flatten(typed, (node, condition) => compiler.leaf(node, condition));
  let explaining: Traced | null = null;
  return traceProgram(first, {
    text,
    recorder,
    whenUndetermined: (facts) => {
      recorder.start();
      explaining ??= compileExplaining(typed, text, null);
      return explaining(facts);
    },
  });
};

/** A trace that names the first thing that went wrong; with a table of operands one of what is remembered there. */
const compileExplaining = (typed: Typed, text: string, operands: OperandTable | null): Traced => {
  const recorder = new Recorder();
  const run = new Compiler({ recorder, operands, isRecall: true, isWatching: true }).logic(typed, true);
  return (facts) => {
    recorder.start();
    const result = run(facts);
    const outcome: Outcome = result === 3 ? 0 : result;
    const steps = recorder.steps();
    const { problem } = recorder;
    return outcome === 2 && problem !== null ? { text, outcome, steps, problem } : { text, outcome, steps };
  };
};

interface CompilerParts {
  readonly recorder: Recorder | null;
  readonly counter?: StepCounter | null;
  readonly operands?: OperandTable | null;
  readonly isRecall?: boolean;
  readonly isWatching?: boolean;
}

class Compiler {
  private conditions = 0;
  /** Operands of the condition being compiled, whose values its step shows. */
  private held: ReadonlySet<Typed> = new Set();

  private readonly recorder: Recorder | null;
  private readonly counter: StepCounter | null;
  private readonly operands: OperandTable | null;
  /** Operands are only told from memory. */
  private readonly isRecall: boolean;
  /** Parts say why they cannot be told. */
  private readonly isWatching: boolean;

  constructor({
    recorder,
    counter = null,
    operands = null,
    isRecall = false,
    isWatching = false,
  }: CompilerParts) {
    this.recorder = recorder;
    this.counter = counter;
    this.operands = operands;
    this.isRecall = isRecall;
    this.isWatching = isWatching;
  }

  /** A condition of a laid out rule. */
  condition(node: Typed): LogicRun {
    return this.operands === null ? logicOf(this.cell(node)) : this.step(node);
  }

  /** A condition of a traced program; one with operands to show writes its step itself. */
  leaf(node: Typed, condition: number): LeafRun {
    if (operandsOf(node).every((operand) => operand.kind === "constant"))
      return { run: logicOf(this.cell(node)), writesStep: false };
    this.conditions = condition;
    return { run: this.step(node), writesStep: true };
  }

  /** A boolean part; `isStep` when it stands outside of any condition, so that it is one or joins some. */
  logic(node: Typed, isStep: boolean): LogicRun {
    if (node.kind === "logical") {
      const left = this.logic(node.left, isStep);
      const right = this.logic(node.right, isStep);
      return node.operator === "&&" ? and(left, right) : or(left, right);
    }
    if (node.kind === "not") return not(this.logic(node.operand, isStep));
    return isStep && (this.recorder !== null || this.operands !== null)
      ? this.step(node)
      : logicOf(this.cell(node));
  }

  private step(node: Typed): LogicRun {
    const { recorder } = this;
    const condition = this.conditions;
    this.conditions += 1;
    this.held = new Set(operandsOf(node).filter((operand) => operand.kind !== "constant"));
    const cell = this.cell(node);
    const isAlone = node.kind === "attribute" || node.kind === "function";
    const run = logicOf(isAlone ? this.remembered(node, cell) : cell);
    this.held = new Set();
    if (recorder === null) return run;
    return (facts) => {
      const value = run(facts);
      if (value === 3) recorder.hold(null);
      if (this.isWatching) recorder.listStep(condition, value === 3 ? 0 : value);
      else recorder.step(condition, value === 3 ? 0 : value);
      return value;
    };
  }

  private cell(node: Typed): Cell {
    const cell = this.plainCell(node);
    if (this.counter === null) return cell;
    const isOverLines =
      (node.kind === "attribute" && node.attribute.isOverLines === true) ||
      (node.kind === "function" && node.definition.isOverLines === true);
    return counted(cell, isOverLines, this.counter);
  }

  private plainCell(node: Typed): Cell {
    switch (node.kind) {
      case "constant":
        return constantCell(node.value);
      case "attribute":
        return this.watched(node, node.attribute.cell);
      case "function":
        return this.watched(node, node.definition.bind(this.bound(node.args, node.constants)));
      case "method": {
        const receiver = this.operand(node.receiver);
        return this.watched(node, node.definition.bind(receiver, this.bound(node.args, node.constants)));
      }
      case "negate":
        return this.watched(node, numberCell(negated(numberOf(this.cell(node.operand)))));
      case "arithmetic": {
        const left = numberOf(this.cell(node.left));
        const right = numberOf(this.cell(node.right));
        return this.watched(node, numberCell(arithmetic(node.operator, left, right)));
      }
      case "comparison": {
        const left = this.operand(node.left);
        const right = this.operand(node.right);
        const constant = node.right.kind === "constant" ? node.right.value : null;
        return logicCell(comparison(node.operator, left, right, constant));
      }
      case "logical":
      case "not":
        return logicCell(this.logic(node, false));
    }
  }

  /** What is compared or asked: a computed number is rounded first, and a step shows its value. */
  private operand(node: Typed): Cell {
    const cell = this.cell(node);
    const final = isComputed(node) && cell.type === "number" ? numberCell(settled(cell.run)) : cell;
    if (!this.held.has(node)) return final;
    const kept = this.remembered(node, final);
    return this.recorder === null ? kept : holding(kept, this.recorder);
  }

  private remembered(node: Typed, cell: Cell): Cell {
    if (this.operands === null) return cell;
    return this.isRecall ? this.operands.recalled(node, cell) : this.operands.remembered(node, cell);
  }

  private bound(args: readonly (Typed | null)[], constants: readonly (Constant | null)[]): BoundArguments {
    const cells = args.map((argument) => argument && this.operand(argument));
    return { cells, constants, counter: this.counter };
  }

  private watched(node: Typed, cell: Cell): Cell {
    return this.recorder === null || !this.isWatching
      ? cell
      : watching(cell, this.recorder, () => failure(node));
  }
}

const operandsOf = (node: Typed): readonly Typed[] => {
  if (node.kind === "comparison") return [node.left, node.right];
  const args = node.kind === "function" || node.kind === "method" ? node.args : [];
  const given = args.filter((argument) => argument !== null);
  return node.kind === "method" ? [node.receiver, ...given] : given;
};

const isComputed = (node: Typed): boolean =>
  node.kind === "arithmetic" ||
  node.kind === "function" ||
  (node.kind === "negate" && isComputed(node.operand));

const constantCell = (value: Constant): Cell => {
  if (typeof value === "number") return numberCell(() => value);
  if (typeof value === "string") return { type: "string", run: () => value, constant: value };
  const logic = value ? 1 : 0;
  return logicCell(() => logic);
};

const MAX_SHOWN = 200;

/** Why a part could not be worked out, as a clause for people. */
const failure = (node: Typed): string => {
  const said = (part: Typed): string => phraseOf(part.node).says.slice(0, MAX_SHOWN);
  if (node.kind === "attribute") return `${said(node)} is not ${named[node.type]}`;
  if (node.kind !== "arithmetic") return `${said(node)} cannot be worked out`;
  if (node.operator !== "/" && node.operator !== "%") return `${said(node)} is too large`;
  const byZero = "nothing can be divided by 0";
  return node.right.kind === "constant" ? byZero : `${said(node.right)} is 0, and ${byZero}`;
};
