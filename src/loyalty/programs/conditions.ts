import type { Organisation } from "#orgs";
import {
  type Catalogue,
  check,
  compile,
  createCatalogue,
  type ExpressionError,
  type ExtendedFieldDefinition,
  explain as explainExpression,
  type Facts,
  type Node,
  parse,
  print,
  type TracedResult,
  type TraceStep,
  UNDETERMINED,
} from "../expressions/index.ts";

/** The condition of a rule, ready to decide. */
export interface Condition {
  readonly text: string;
  /** Decides, and keeps what was looked at. */
  readonly trace: (facts: Facts) => Omit<TracedResult, "text">;
}

/** What `/api/expressions/check` answers. Lines and columns count from 1. */
export interface ExpressionReport {
  readonly ok: boolean;
  readonly problems: readonly ExpressionProblem[];
  /** "boolean" when the expression can be a condition. */
  readonly type: string | null;
  /** The expression in its canonical form; null when it cannot be read. */
  readonly formatted: string | null;
}

export interface ExpressionProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

const FIELD_TYPES = {
  string: "string",
  enum: "string",
  integer: "number",
  double: "number",
  boolean: "boolean",
  date: "date",
  datetime: "date",
} as const;
const FIELD_SCOPES: Readonly<Record<string, ExtendedFieldDefinition["scope"]>> = {
  CUSTOMER: "customer",
  TRANSACTION: "transaction",
};

/** Everything that conditions of the organisation may name; inactive fields too, so that published versions keep working. */
export const catalogueOf = (organisation: Pick<Organisation, "fields">): Catalogue =>
  createCatalogue(
    organisation.fields.flatMap(({ kind, scope, name, dataType }) => {
      const known = FIELD_SCOPES[scope];
      return kind === "extended" && known !== undefined
        ? [{ scope: known, name, type: FIELD_TYPES[dataType] }]
        : [];
    }),
  );

const problemOf = ({ message, line, column }: ExpressionError): ExpressionProblem => ({
  message,
  line,
  column,
});

/** Judges a text as the condition of a rule. */
export const checkExpression = (text: string, catalogue: Catalogue): ExpressionReport => {
  const parsed = parse(text);
  if (!parsed.ok) return { ok: false, problems: parsed.errors.map(problemOf), type: null, formatted: null };
  const formatted = print(parsed.tree);
  const result = check(parsed.tree, catalogue);
  if (!result.ok) return { ok: false, problems: result.errors.map(problemOf), type: null, formatted };
  return { ok: true, problems: [], type: result.checked.typed.type, formatted };
};

/**
 * Compiles a condition that was checked when it was published. One that no longer checks is undetermined whenever it is
 * asked, so that one rule can never stop an organisation's purchases.
 */
export const compileCondition = (text: string, catalogue: Catalogue): Condition => {
  const parsed = parse(text);
  const result = parsed.ok ? check(parsed.tree, catalogue) : parsed;
  if (result.ok && "checked" in result) return compile(result.checked);
  const problem = "errors" in result ? (result.errors[0]?.message ?? "") : "";
  return { text, trace: () => ({ outcome: UNDETERMINED, steps: [], problem }) };
};

/** A traced condition for people: a sentence for each part looked at, and the parts themselves with their results. */
export const explainCondition = (
  text: string,
  steps: readonly TraceStep[],
  problem: string | undefined,
): { sentences: string[]; conditions: { text: string; result: boolean | null }[] } => {
  const parsed = parse(text);
  const parts = parsed.ok ? partsOf(parsed.tree) : [];
  return {
    sentences: explainExpression({ text, steps, ...(problem === undefined ? {} : { problem }) }),
    conditions: steps.flatMap(([part, outcome]) => {
      const node = parts[part];
      return node === undefined
        ? []
        : [{ text: print(node), result: outcome === UNDETERMINED ? null : outcome === 1 }];
    }),
  };
};

/** The parts between `&&`, `||`, `!` and parentheses, in the order of the text: what the steps of a trace number. */
const partsOf = (node: Node): Node[] => {
  if (node.kind === "group") return partsOf(node.inner);
  if (node.kind === "unary" && node.operator === "!") return partsOf(node.operand);
  if (node.kind === "binary" && (node.operator === "&&" || node.operator === "||"))
    return [...partsOf(node.left), ...partsOf(node.right)];
  return [node];
};
