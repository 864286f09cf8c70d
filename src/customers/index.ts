export {
  IDENTIFIER_TYPES,
  type IdentifierType,
  identifierKey,
  identifierType,
  keyOf,
  normaliseIdentifier,
} from "./identifiers.ts";
