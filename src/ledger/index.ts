export {
  type ExpiredAward,
  expiredAwards,
  expiredByDay,
  type PointsOfDay,
  type PromotionalAward,
  promotionalAwards,
  returnedByDay,
} from "./award-reads.ts";
export { type BookState, LedgerBook, type LedgerWrites } from "./book.ts";
export {
  type ConversionAbout,
  type Converted,
  conversionEvent,
  convertDueLots,
  convertLots,
  convertOrganisations,
  eventsOfConversion,
  releaseOfBill,
} from "./conversion.ts";
export { expireLots, expireOrganisations } from "./expiry.ts";
export { expiryShown } from "./expiry-shown.ts";
export type { ExplodeParts } from "./explode.ts";
export type { ExplodedBill, ExplodedRedemption } from "./explode-answers.ts";
export { type BalanceStep, type EventMovement, readBalanceSteps, readEventMovements } from "./history.ts";
export { expireHolds, expireHoldsOf } from "./holds.ts";
export type { CurrencyNames, ProgramName, ProgramNames } from "./ledger-query.ts";
export {
  type ExpiringPoints,
  expiringPoints,
  type OpenPoints,
  type PromisedPoints,
  promisedPoints,
} from "./lot-reads.ts";
export {
  canUndoMerge,
  eventsOfMerge,
  eventsOfUndo,
  type MergePosted,
  type PartyMerge,
  type PostedLine,
  postDebtBack,
  postMerge,
  postMergeUndo,
} from "./merge.ts";
export { loadPostedLines } from "./merge-store.ts";
export { openLedgers, openOrganisations } from "./opening.ts";
export type { OpenedPair } from "./opening-postings.ts";
export { newestEventBefore } from "./pages.ts";
export { type ReminderParts, remindOfExpiry, remindOrganisations } from "./reminders.ts";
export { addLedgerRoutes, type LedgerRouteParts } from "./routes.ts";
export { chooseLots, inOrderOfUse, reservedBy, sumOfUses, takeUpTo } from "./rules.ts";
export {
  type Account,
  type AccountKey,
  awardIdOf,
  CATEGORY_FILTERS,
  CATEGORY_LABELS,
  type Category,
  type Contra,
  type EntryRow,
  type ExpiryMove,
  type ExpiryRoll,
  type Hold,
  type HoldStatus,
  type LedgerEvent,
  type Lot,
  type LotDetails,
  type LotKey,
  type LotSource,
  type LotTerms,
  type LotUse,
  type NetUse,
  NO_TOTALS,
  type PartyState,
  POINTS,
  type Posting,
  postingOfAward,
  type Reference,
  type TierPointsMove,
  type UseKind,
} from "./schema.ts";
export { type NewParty, openParties } from "./service.ts";
export {
  expiryMoveStatements,
  findParty,
  followTierStatements,
  ledgerStatements,
  loadAccounts,
  loadActiveHolds,
  loadEventNumbers,
  loadFirstLots,
  loadLots,
  loadLotsOfTransactions,
  loadLotsOpenedBy,
  loadOpenLots,
  loadSettledUses,
  loadUsesForEvents,
  loadUsesOfLots,
  lockParties,
  readParties,
  rollStatements,
  type Taking,
  writeLedger,
} from "./store.ts";
export { type Verification, verifyLedger } from "./verify.ts";
