export { ACTIVITIES, type Activity, activityNamed, isActivity, type Place } from "./activities.ts";
export {
  type Catalogue,
  type CatalogueOptions,
  catalogueFor,
  createCatalogue,
  type KnownNames,
} from "./catalogue.ts";
export { type CheckResult, check } from "./check.ts";
export { type CompiledExpression, type CompileOptions, compile } from "./compile.ts";
export { type Candidate, type Completions, completionsAt } from "./completion.ts";
export { dayText } from "./dates.ts";
export type {
  EventAttributeDefinition,
  ExtendedFieldDefinition,
  ExtendedFieldScope,
  NameKind,
  StepCounter,
} from "./definitions.ts";
export { type CatalogueEntry, describeCatalogue } from "./describe.ts";
export { type ConditionResult, explain, resultsOf } from "./explain.ts";
export { type ExpressionJson, fromExpressionJson, toExpressionJson } from "./expression-json.ts";
export {
  type CardFacts,
  type CustomerFacts,
  type EventFacts,
  type ExtendedFieldFacts,
  type Facts,
  type IdentityFacts,
  type LineFacts,
  type LocalTime,
  type NamedFacts,
  NO_CUSTOMER,
  NO_TRANSACTION,
  type PartnerFacts,
  type ProductFacts,
  type ProgramFacts,
  type RedemptionFacts,
  type ReferrerFacts,
  type StandingFacts,
  type StoreFacts,
  type StreakValueFacts,
  type TargetEventFacts,
  type TargetValueFacts,
  type TenderFacts,
  type TrackerFacts,
  type TrackerValueFacts,
  type TransactionFacts,
  type UserGroupFacts,
} from "./facts.ts";
export { type FormatResult, format } from "./format.ts";
export { type Hover, hoverAt } from "./hover.ts";
export { Memo, type MemoChange, OperandTable, type Remembered, storable } from "./memo.ts";
export { catalogueAt, catalogueOf } from "./organisation.ts";
export { type ParseResult, parse } from "./parser.ts";
export { print } from "./print.ts";
export { type Lookup, lookupsOf, readsOf } from "./reads.ts";
export { checkExpression, type ExpressionProblem, type ExpressionReport } from "./report.ts";
export { addExpressionRoutes, type ExpressionRouteParts } from "./routes.ts";
export { type SeenAttribute, seenBy } from "./seen.ts";
export type { ExplainOptions } from "./show.ts";
export { type FactsSize, stepBound } from "./steps.ts";
export { type ExpressionError, isConstant, type Node, type Span } from "./syntax.ts";
export type { TracedResult, TraceStep, TraceValue } from "./trace.ts";
export { type RuleCondition, type RuleTree, textOf, treeOf } from "./tree-form.ts";
export type { CheckedExpression } from "./typed.ts";
export { FALSE, type Outcome, TRUE, UNDETERMINED, type ValueType } from "./types.ts";
