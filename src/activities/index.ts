export { type ActivitiesApiParts, addActivitiesApiRoutes } from "./api-routes.ts";
export { profileFactsOf } from "./bill-facts.ts";
export { type FoundBill, findBills } from "./bill-finder.ts";
export { addEarningRoutes } from "./earning/routes.ts";
export { addEvaluationRoutes } from "./evaluation/routes.ts";
export { eventsOfBills, explodeBills } from "./explode.ts";
export {
  type DecisionMoment,
  factsOfRecorded,
  type GivenLot,
  lotsOfBill,
  visitDayOfRecorded,
} from "./history/facts.ts";
export { readBills } from "./history/read.ts";
export type {
  BillDetails,
  BillPosition,
  Buyer,
  RecordedBill,
  RecordedReturn,
  Span,
} from "./history/schema.ts";
export { countBuyers, listBuyers, spanOfBills } from "./history/store.ts";
export { createMerging } from "./merging.ts";
export { type BillContext, parseBill } from "./parse.ts";
export { addTransactionReadRoutes } from "./read-routes.ts";
export { billsOfParties, transactionsNumbered } from "./reads.ts";
export { addRejectedApiRoutes } from "./rejected/api-routes.ts";
export { replayRejected, resumeReplays } from "./rejected/retry.ts";
export { addRejectedRoutes } from "./rejected/routes.ts";
export { addRetroRoutes } from "./retro/routes.ts";
export { readClaim } from "./retro/service.ts";
export { addReturnRoutes } from "./returns/console-routes.ts";
export type { GoneBack } from "./returns/schema.ts";
export { takeTracked } from "./returns/trackers.ts";
export { addTransactionRoutes } from "./routes.ts";
export type { LineItem, PaymentMode, Purchase, Recorded } from "./schema.ts";
export { type Activities, createActivities } from "./service.ts";
export {
  addSetAsideRoutes,
  countSetAside,
  type NumberedDocument,
  numberSetAside,
  type SetAsideDocument,
  type SetAsideOutcome,
  type SetAsideRow,
  setAside,
} from "./set-aside.ts";
export { addSimulationRoutes } from "./simulation/routes.ts";
export { createStandingIn } from "./tier-standing.ts";
export { releaseOnUpdate } from "./updates/release.ts";
export { addUpdateRoutes, type UpdateRouteParts } from "./updates/routes.ts";
export type { UpdatedBill } from "./updates/service.ts";
export { addV11TransactionRoutes } from "./v11/routes.ts";
export { verifyActivities } from "./verify.ts";
