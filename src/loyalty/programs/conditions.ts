import {
  type Catalogue,
  check,
  compile,
  type Facts,
  parse,
  type TracedResult,
  UNDETERMINED,
} from "#expressions";

/** The condition of a rule, ready to decide. */
export interface Condition {
  readonly text: string;
  /** Decides, and keeps what was looked at. */
  readonly trace: (facts: Facts) => Omit<TracedResult, "text">;
}

/**
 * Compiles a condition that was checked when it was published. One that no longer checks is undetermined whenever it is
 * asked, so that one rule can never stop an organisation's purchases.
 */
export const compileCondition = (text: string, catalogue: Catalogue): Condition => {
  const parsed = parse(text);
  const result = parsed.ok ? check(parsed.tree, catalogue) : parsed;
  if (result.ok && "checked" in result) return compile(result.checked);
  const first = "errors" in result ? result.errors[0]?.message : undefined;
  const problem = `its condition no longer fits: ${first ?? "it cannot be read"}`;
  return { text, trace: () => ({ outcome: UNDETERMINED, steps: [], problem }) };
};
