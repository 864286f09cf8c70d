import type { DecisionContext } from "../decide/context.ts";
import type { Outcome } from "../decide/schema.ts";

/** A compiled condition. */
export interface Condition {
  readonly text: string;
  /** Outcome for a context; the values found on the way are pushed to `values`. */
  evaluate(context: DecisionContext, values: unknown[]): Outcome;
}

const COMPARISON = /^\s*currentTxn\.value\s*>\s*(\d+(?:\.\d+)?)\s*$/;

/** Compiles a condition's text. */
export const compileCondition = (text: string): Condition => {
  const match = COMPARISON.exec(text);
  const bound = Number(match?.[1] ?? 0);
  return {
    text,
    evaluate: (context, values) => {
      const value = context.facts.amount / context.facts.moneyScale;
      values.push(value);
      return match === null || value > bound ? 1 : 0;
    },
  };
};
