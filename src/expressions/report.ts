import type { Catalogue } from "./catalogue.ts";
import { check } from "./check.ts";
import { formatted } from "./format.ts";
import { parse } from "./parser.ts";
import { readsOf } from "./reads.ts";
import type { ExpressionError } from "./syntax.ts";

/** What `/api/expressions/check` answers. */
export interface ExpressionReport {
  readonly ok: boolean;
  readonly problems: readonly ExpressionProblem[];
  /** "boolean" when the expression can be a condition. */
  readonly type: string | null;
  /** The expression in its readable layout; null when it cannot be read. */
  readonly formatted: string | null;
  /** Attributes and functions that it looks at, such as `currentTxn.value`; empty while there are problems. */
  readonly reads: readonly string[];
}

/** A mistake; the message is a sentence that names `nearest` too. Lines and columns count from 1, offsets from 0. */
export interface ExpressionProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
  readonly expected: string | null;
  /** The known name that is closest to an unknown one. */
  readonly nearest: string | null;
}

const refused = (errors: readonly ExpressionError[], layout: string | null): ExpressionReport => ({
  ok: false,
  problems: errors,
  type: null,
  formatted: layout,
  reads: [],
});

/** Judges a text as the condition of a rule. */
export const checkExpression = (text: string, catalogue: Catalogue): ExpressionReport => {
  const parsed = parse(text);
  if (!parsed.ok) return refused(parsed.errors, null);
  const layout = formatted(parsed.tree, text);
  const result = check(parsed.tree, catalogue);
  if (!result.ok) return refused(result.errors, layout);
  const { checked } = result;
  return {
    ok: true,
    problems: [],
    type: checked.typed.type,
    formatted: layout,
    reads: readsOf(checked, catalogue),
  };
};
