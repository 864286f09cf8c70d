export {
  type FieldOutcome,
  type FieldValue,
  type FieldWarning,
  parseFieldValue,
  validateFields,
} from "./fields.ts";
export type { Organisation } from "./organisation.ts";
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
