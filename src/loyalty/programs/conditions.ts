import type { Organisation } from "#orgs";
import type { DecisionContext } from "../decide/context.ts";
import type { Outcome } from "../decide/schema.ts";

/** A compiled condition. */
export interface Condition {
  readonly text: string;
  /** Outcome for a context; the values found on the way are pushed to `values`. */
  evaluate(context: DecisionContext, values: unknown[]): Outcome;
  explain(values: readonly unknown[]): {
    sentences: string[];
    conditions: { text: string; result: boolean | null }[];
  };
}

export interface ExpressionReport {
  readonly ok: boolean;
  readonly problems: readonly { message: string; line: number; column: number }[];
  readonly type: string | null;
  readonly formatted: string | null;
}
export const checkExpression = (text: string, _: FieldCatalogue): ExpressionReport => ({
  ok: true,
  problems: [],
  type: "boolean",
  formatted: text,
});

export type FieldCatalogue = { readonly none: true };
export const NO_FIELDS: FieldCatalogue = { none: true };
export const fieldsOf = (_: Organisation): FieldCatalogue => ({ none: true });

export const checkCondition = (
  _text: string,
  _fields: FieldCatalogue,
): { message: string; line: number; column: number }[] => [];

const COMPARISON = /^\s*currentTxn\.value\s*>\s*(\d+(?:\.\d+)?)\s*$/;

/** Compiles a condition's text. */
export const compileCondition = (text: string, _: FieldCatalogue): Condition => {
  const match = COMPARISON.exec(text);
  const bound = Number(match?.[1] ?? 0);
  return {
    text,
    evaluate: (context, values) => {
      const value = context.currentTxn.value;
      values.push(value);
      return match === null || value > bound ? 1 : 0;
    },
    explain: () => ({ sentences: [], conditions: [] }),
  };
};
