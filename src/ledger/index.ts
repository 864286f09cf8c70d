export { expireLots, expireOrganisations } from "./jobs.ts";
export type { CurrencyNames, ProgramName, ProgramNames } from "./ledger-query.ts";
export { addLedgerRoutes, type LedgerRouteParts } from "./routes.ts";
export { LedgerBook, type LedgerWrites } from "./rules.ts";
export {
  type Account,
  type AccountKey,
  type Category,
  type Contra,
  type LedgerEvent,
  type Lot,
  type LotUse,
  type PartyState,
  POINTS,
  type Posting,
  type Reference,
} from "./schema.ts";
export { type NewParty, openParties } from "./service.ts";
export {
  ledgerStatements,
  loadAccounts,
  lockParties,
  writeLedger,
} from "./store.ts";
export { type Finding, type Verification, verifyLedger } from "./verify.ts";
