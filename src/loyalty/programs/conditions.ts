import {
  type Catalogue,
  check,
  compile,
  type Facts,
  type OperandTable,
  type Outcome,
  parse,
  type TracedResult,
  UNDETERMINED,
} from "#expressions";

/** The condition of a rule, ready to decide. */
export interface Condition {
  readonly text: string;
  /** Decides, and remembers operands in `facts.memo` where it `remembers`. */
  readonly evaluate: (facts: Facts) => Outcome;
  /** Decides, and keeps what was looked at. */
  readonly trace: (facts: Facts) => Omit<TracedResult, "text">;
  readonly remembers: boolean;
  /** What was looked at, from the memo. */
  readonly recall: (remembered: Pick<Facts, "memo" | "localTime">) => Omit<TracedResult, "text">;
}

/**
 * Compiles a condition that was checked when it was published. One that no longer checks is undetermined whenever it is
 * asked, so that one rule can never stop an organisation's purchases.
 */
export const compileCondition = (
  text: string,
  catalogue: Catalogue,
  operands: OperandTable | null,
): Condition => {
  const parsed = parse(text);
  const result = parsed.ok ? check(parsed.tree, catalogue) : parsed;
  if (result.ok && "checked" in result) return compile(result.checked, { operands });
  const first = "errors" in result ? result.errors[0]?.message : undefined;
  const problem = `its condition no longer fits: ${first ?? "it cannot be read"}`;
  const trace = () => ({ outcome: UNDETERMINED, steps: [], problem }) as const;
  return { text, evaluate: () => UNDETERMINED, trace, remembers: false, recall: trace };
};
