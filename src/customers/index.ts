export type { TierMembers } from "./admin-routes.ts";
export type { PointsEmbed, PointsEmbeds, PointsParts } from "./embeds.ts";
export {
  IDENTIFIER_TYPES,
  type IdentifierType,
  identifierKey,
  identifierType,
  keyOf,
  normaliseIdentifier,
} from "./identifiers.ts";
export type { MergePreview, MergeStep, Merging, ProgramSummary, StandingPreview } from "./merges.ts";
export { type FlatCustomer, parseFlatCustomer } from "./parse.ts";
export type { ParseContext } from "./parse-values.ts";
export { presentCustomer } from "./present.ts";
export { type ChangePage, findCustomers, identifiersOf, listChanges, profilesOf } from "./reads.ts";
export type { CustomerEvent } from "./registration.ts";
export { addCustomersRoutes, type CustomersRouteParts, type LoyaltyDetails } from "./routes.ts";
export type {
  ChangeRow,
  Customer,
  CustomerChange,
  CustomerReference,
  CustomerRow,
  FieldHistory,
  IdentifierRow,
  NewCustomer,
  ProfileRow,
  Registered,
  Registration,
  UpdatedCustomer,
} from "./schema.ts";
export { type Customers, type CustomersParts, createCustomers } from "./service.ts";
export { type CustomerProfile, currentIds, loadProfiles, partiesOf, victimsOf } from "./snapshot.ts";
export { verifyCustomers } from "./verify.ts";
