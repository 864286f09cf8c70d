import { type Cell, dateCell, logicCell, numberCell, textCell } from "./cells.ts";
import { localText } from "./dates.ts";
import type { Outcome } from "./types.ts";

/** A value as a trace keeps it: dates as local `YYYY-MM-DD hh:mm:ss`, texts cut at 200 characters. */
export type TraceValue = number | string | boolean | null;

/**
 * One condition that was evaluated: its number, its outcome, and the values of its operands that are not written in the text,
 * from left to right (the two sides of a comparison; what a function is called on, then its arguments; null for an unknown
 * boolean that stands alone).
 */
export type TraceStep = readonly [condition: number, outcome: Outcome, ...values: TraceValue[]];

/**
 * What an evaluation did. Conditions are the parts between `&&`, `||`, `!` and parentheses, numbered from 0 as they stand in
 * the text; one that is missing from the steps was not evaluated, because the result was already certain. Plain JSON, and `text`
 * need not be stored where the version of the rule is known.
 */
export interface TracedResult {
  /** Canonical text of the expression. */
  readonly text: string;
  readonly outcome: Outcome;
  readonly steps: readonly TraceStep[];
  /** Why the outcome is undetermined: a clause such as "the bill's discount is 0, and nothing can be divided by 0". */
  readonly problem?: string;
}

const MAX_TEXT = 200;

/** A text as a trace keeps it. */
export const cutText = (value: string | null | undefined): string | null => {
  if (value === null || value === undefined) return null;
  return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
};

/** Makes the steps of one evaluation. It belongs to one compiled expression, whose evaluation never gives up control. */
export class Recorder {
  problem: string | null = null;
  /** Of the condition that was ended last. */
  last: TraceStep | null = null;
  private held: TraceValue[] = [];
  private heldCount = 0;
  private list: TraceStep[] = [];

  start(): void {
    this.problem = null;
    this.heldCount = 0;
    this.list = [];
  }

  /** The steps since the start, where they were listed. */
  steps(): readonly TraceStep[] {
    return this.list;
  }

  /** Ends a condition and lists its step. */
  listStep(condition: number, outcome: Outcome): void {
    this.step(condition, outcome);
    this.list.push(this.last!);
  }

  /** Ends a condition; the values held since the last one are its own. Written out for the usual numbers of them, which is faster. */
  step(condition: number, outcome: Outcome): void {
    const { held, heldCount } = this;
    if (heldCount === 0) this.last = [condition, outcome];
    else if (heldCount === 1) this.last = [condition, outcome, held[0]!];
    else if (heldCount === 2) this.last = [condition, outcome, held[0]!, held[1]!];
    else this.last = [condition, outcome, ...held.slice(0, heldCount)];
    this.heldCount = 0;
    // What went wrong inside .isNull() and its like does no harm.
    if (outcome !== 2) this.problem = null;
  }

  hold(value: TraceValue): void {
    this.held[this.heldCount] = value;
    this.heldCount += 1;
  }

  /** The innermost part that goes wrong reports first and is kept. */
  fail(reason: () => string): void {
    this.problem ??= reason();
  }
}

/** The same cell, holding its value for the step that it is an operand of. */
export const holding = (cell: Cell, recorder: Recorder): Cell => {
  switch (cell.type) {
    case "number": {
      const { run } = cell;
      return numberCell((facts) => {
        const value = run(facts);
        // Adding 0 turns -0, which JSON does not have, into 0.
        recorder.hold(value === null || Number.isNaN(value) ? null : value + 0);
        return value;
      });
    }
    case "date": {
      const { run } = cell;
      return dateCell((facts) => {
        const value = run(facts);
        recorder.hold(value === null || Number.isNaN(value) ? null : localText(value, facts));
        return value;
      });
    }
    case "string": {
      const { run } = cell;
      return textCell((facts) => {
        const value = run(facts);
        recorder.hold(cutText(value));
        return value;
      });
    }
    case "boolean": {
      const { run } = cell;
      return logicCell((facts) => {
        const value = run(facts);
        recorder.hold(value >= 2 ? null : value === 1);
        return value;
      });
    }
  }
};

/** The same cell, reporting when its value cannot be worked out. */
export const watching = (cell: Cell, recorder: Recorder, reason: () => string): Cell => {
  switch (cell.type) {
    case "number":
    case "date": {
      const { run } = cell;
      const watched = (facts: Parameters<typeof run>[0]) => {
        const value = run(facts);
        if (Number.isNaN(value)) recorder.fail(reason);
        return value;
      };
      return cell.type === "date" ? dateCell(watched) : numberCell(watched);
    }
    case "string": {
      const { run } = cell;
      return textCell((facts) => {
        const value = run(facts);
        if (value === undefined) recorder.fail(reason);
        return value;
      });
    }
    case "boolean": {
      const { run } = cell;
      return logicCell((facts) => {
        const value = run(facts);
        if (value === 2) recorder.fail(reason);
        return value;
      });
    }
  }
};
