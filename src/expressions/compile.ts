import { type Cell, type LogicRun, logicCell, logicOf, numberCell, numberOf, textCell } from "./cells.ts";
import type { BoundArguments, Constant, StepCounter } from "./definitions.ts";
import type { Facts } from "./facts.ts";
import { and, arithmetic, comparison, negated, not, or, settled } from "./operators.ts";
import { print } from "./print.ts";
import { counted } from "./steps.ts";
import { holding, Recorder, type TracedResult, watching } from "./trace.ts";
import type { CheckedExpression, Typed } from "./typed.ts";
import { named, type Outcome } from "./types.ts";
import { phraseOf } from "./wording.ts";

export interface CompiledExpression {
  /** Canonical text. */
  readonly text: string;
  /** Decides. Allocates nothing of its own and never throws unless `facts.localTime` does. */
  readonly evaluate: (facts: Facts) => Outcome;
  /** Decides alike, and says what was looked at. */
  readonly trace: (facts: Facts) => TracedResult;
}

/**
 * Compiles a checked expression to closures. Work per evaluation is bounded by the size of the expression times the number of
 * lines and the length of the texts it looks at (`stepBound`). The traced closures are made when first asked for. A counter counts the steps of `evaluate`.
 */
export const compile = (
  { tree, typed }: CheckedExpression,
  counter: StepCounter | null = null,
): CompiledExpression => {
  const run = new Compiler(null, counter).logic(typed, false);
  const text = print(tree);
  let traced: ((facts: Facts) => TracedResult) | null = null;
  return {
    text,
    evaluate: (facts) => outcomeOf(run, facts),
    trace: (facts) => {
      traced ??= compileTraced(typed, text);
      return traced(facts);
    },
  };
};

const outcomeOf = (run: LogicRun, facts: Facts): Outcome => {
  const result = run(facts);
  return result === 3 ? 0 : result;
};

const compileTraced = (typed: Typed, text: string): ((facts: Facts) => TracedResult) => {
  const recorder = new Recorder();
  const run = new Compiler(recorder, null).logic(typed, true);
  return (facts) => {
    recorder.start();
    const outcome = outcomeOf(run, facts);
    const { steps, problem } = recorder;
    return outcome === 2 && problem !== null ? { text, outcome, steps, problem } : { text, outcome, steps };
  };
};

class Compiler {
  private conditions = 0;
  /** Operands of the condition being compiled, whose values its step shows. */
  private held: ReadonlySet<Typed> = new Set();

  constructor(
    private readonly recorder: Recorder | null,
    private readonly counter: StepCounter | null,
  ) {}

  /** A boolean part; `isStep` when it stands outside of any condition, so that it is one or joins some. */
  logic(node: Typed, isStep: boolean): LogicRun {
    if (node.kind === "logical") {
      const left = this.logic(node.left, isStep);
      const right = this.logic(node.right, isStep);
      return node.operator === "&&" ? and(left, right) : or(left, right);
    }
    if (node.kind === "not") return not(this.logic(node.operand, isStep));
    return isStep && this.recorder !== null ? this.step(node, this.recorder) : logicOf(this.cell(node));
  }

  private step(node: Typed, recorder: Recorder): LogicRun {
    const condition = this.conditions;
    this.conditions += 1;
    this.held = new Set(operandsOf(node).filter((operand) => operand.kind !== "constant"));
    const run = logicOf(this.cell(node));
    this.held = new Set();
    return (facts) => {
      const value = run(facts);
      if (value === 3) recorder.hold(null);
      recorder.step(condition, value === 3 ? 0 : value);
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
    return this.recorder !== null && this.held.has(node) ? holding(final, this.recorder) : final;
  }

  private bound(args: readonly (Typed | null)[], constants: readonly (Constant | null)[]): BoundArguments {
    const cells = args.map((argument) => argument && this.operand(argument));
    return { cells, constants, counter: this.counter };
  }

  private watched(node: Typed, cell: Cell): Cell {
    return this.recorder === null ? cell : watching(cell, this.recorder, () => failure(node));
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
  if (typeof value === "string") return textCell(() => value);
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
