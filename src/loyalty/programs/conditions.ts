import {
  type Catalogue,
  type CatalogueEntry,
  check,
  compile,
  createCatalogue,
  describeCatalogue,
  type ExpressionError,
  type ExtendedFieldDefinition,
  type Facts,
  parse,
  print,
  readsOf,
  type TracedResult,
  UNDETERMINED,
} from "#expressions";
import type { Organisation } from "#orgs";

/** The condition of a rule, ready to decide. */
export interface Condition {
  readonly text: string;
  /** Decides, and keeps what was looked at. */
  readonly trace: (facts: Facts) => Omit<TracedResult, "text">;
}

/** What `/api/expressions/check` answers. */
export interface ExpressionReport {
  readonly ok: boolean;
  readonly problems: readonly ExpressionProblem[];
  /** "boolean" when the expression can be a condition. */
  readonly type: string | null;
  /** The expression in its canonical form; null when it cannot be read. */
  readonly formatted: string | null;
  /** Attributes and functions that it looks at, such as `currentTxn.value`; empty while there are problems. */
  readonly reads: readonly string[];
}

/** A mistake; the message is a sentence that names `nearest` too. Lines and columns count from 1. */
export interface ExpressionProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
  /** The known name that is closest to an unknown one. */
  readonly nearest: string | null;
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
export const catalogueOf = ({ fields }: Pick<Organisation, "fields">): Catalogue =>
  createCatalogue(
    fields.flatMap(({ kind, scope, name, dataType }) => {
      const known = FIELD_SCOPES[scope];
      return kind === "extended" && known !== undefined
        ? [{ scope: known, name, type: FIELD_TYPES[dataType] }]
        : [];
    }),
  );

/** What an author of conditions is offered: the catalogue without inactive fields. */
export const offeredEntries = ({ fields }: Pick<Organisation, "fields">): readonly CatalogueEntry[] =>
  describeCatalogue(catalogueOf({ fields: fields.filter((field) => field.isActive) }));

const problemOf = ({ message, line, column, nearest }: ExpressionError): ExpressionProblem => ({
  message,
  line,
  column,
  nearest,
});

/** Judges a text as the condition of a rule. */
export const checkExpression = (text: string, catalogue: Catalogue): ExpressionReport => {
  const refused = (errors: readonly ExpressionError[], formatted: string | null): ExpressionReport => ({
    ok: false,
    problems: errors.map(problemOf),
    type: null,
    formatted,
    reads: [],
  });
  const parsed = parse(text);
  if (!parsed.ok) return refused(parsed.errors, null);
  const formatted = print(parsed.tree);
  const result = check(parsed.tree, catalogue);
  if (!result.ok) return refused(result.errors, formatted);
  const { checked } = result;
  return { ok: true, problems: [], type: checked.typed.type, formatted, reads: readsOf(checked, catalogue) };
};

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
