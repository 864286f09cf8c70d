export type { RatioPair } from "./currency-ratios.ts";
export { checkDataScope } from "./data-scope.ts";
export {
  type EntityReference,
  EntityReference as EntityReferenceShape,
  entityReference,
} from "./dialect.ts";
export {
  type FieldOutcome,
  type FieldValue,
  type FieldWarning,
  parseFieldValue,
  validateFields,
} from "./fields.ts";
export type { Organisation } from "./organisation.ts";
export { addOrgsRoutes, type OrgsRouteParts } from "./routes.ts";
export {
  type Author,
  CUSTOM_SCOPES,
  DATA_TYPES,
  type DataType,
  type Entity,
  type EntityChange,
  type EntityInput,
  type EntityType,
  EXTENDED_SCOPES,
  type ExtendedScope,
  type FieldChange,
  type FieldDefinition,
  type FieldInput,
  type OrganisationChange,
  type OrganisationInput,
  type PaymentMode,
  SOURCES,
} from "./schema.ts";
export { createOrgs, type Orgs } from "./service.ts";
export { daysOf } from "./settings.ts";
export { parseTill } from "./till-parse.ts";
