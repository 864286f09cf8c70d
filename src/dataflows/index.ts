export type { BillDraft } from "./bills.ts";
export { addDataflowsRoutes, type DataflowsRouteParts } from "./routes.ts";
export type { Progress } from "./runner.ts";
export type { Counts, ImportKind, ImportOptions, Mapping, Rejection, Run, RunOptions } from "./schema.ts";
export { createDataflows, type Dataflows, type DataflowsParts, type NewImport } from "./service.ts";
export type { ImportHooks } from "./transactions.ts";
