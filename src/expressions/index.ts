export {
  type Catalogue,
  createCatalogue,
  type ExtendedFieldDefinition,
  type ExtendedFieldScope,
} from "./catalogue.ts";
export { type CheckResult, check } from "./check.ts";
export { type CompiledExpression, compile } from "./compile.ts";
export { dayText } from "./dates.ts";
export { type CatalogueEntry, describeCatalogue } from "./describe.ts";
export { type ConditionResult, explain, resultsOf } from "./explain.ts";
export {
  type CustomerFacts,
  type EventFacts,
  type ExtendedFieldFacts,
  type Facts,
  type LineFacts,
  type LocalTime,
  type NamedFacts,
  NO_CUSTOMER,
  type StoreFacts,
  type TransactionFacts,
} from "./facts.ts";
export { type ParseResult, parse } from "./parser.ts";
export { print } from "./print.ts";
export { readsOf } from "./reads.ts";
export { type SeenAttribute, seenBy } from "./seen.ts";
export type { ExplainOptions } from "./show.ts";
export { type ExpressionError, isConstant, type Node, type Span } from "./syntax.ts";
export type { TracedResult, TraceStep, TraceValue } from "./trace.ts";
export type { CheckedExpression } from "./typed.ts";
export { FALSE, type Outcome, TRUE, UNDETERMINED, type ValueType } from "./types.ts";
