import type { Organisation } from "#orgs";
import type { Place } from "./activities.ts";
import { type Catalogue, type CatalogueOptions, catalogueFor, createCatalogue } from "./catalogue.ts";
import type { ExtendedFieldDefinition, ExtendedFieldScope } from "./definitions.ts";

const FIELD_TYPES = {
  string: "string",
  enum: "string",
  integer: "number",
  double: "number",
  boolean: "boolean",
  date: "date",
  datetime: "date",
} as const;
const FIELD_SCOPES: Readonly<Record<string, ExtendedFieldScope>> = {
  CUSTOMER: "customer",
  TRANSACTION: "transaction",
  LINEITEM: "lineItem",
};

type Fields = Pick<Organisation, "fields">;

/** The extended fields of an organisation, as expressions know them. */
const extendedFieldsOf = ({ fields }: Fields): readonly ExtendedFieldDefinition[] =>
  fields.flatMap(({ kind, scope, name, dataType }) => {
    const known = FIELD_SCOPES[scope];
    return kind === "extended" && known !== undefined
      ? [{ scope: known, name, type: FIELD_TYPES[dataType] }]
      : [];
  });

/** Everything that conditions of the organisation may name, wherever they stand; inactive fields too, so that published versions keep working. */
export const catalogueOf = (organisation: Fields): Catalogue =>
  createCatalogue(extendedFieldsOf(organisation));

type PlaceOptions = Omit<CatalogueOptions, "extendedFields">;

/** What a condition at a place may name; inactive fields too. */
export const catalogueAt = (organisation: Fields, place: Place, options: PlaceOptions = {}): Catalogue =>
  catalogueFor(place, { ...options, extendedFields: extendedFieldsOf(organisation) });

/** What an author is offered at a place: the catalogue without inactive fields. */
export const offeredAt = ({ fields }: Fields, place: Place, options: PlaceOptions = {}): Catalogue =>
  catalogueAt({ fields: fields.filter((field) => field.isActive) }, place, {
    ...options,
    known: { customField: customFields(fields), ...options.known },
  });

const customFields = (fields: Organisation["fields"]): readonly string[] => [
  ...new Set(fields.filter(({ kind, isActive }) => kind === "custom" && isActive).map(({ name }) => name)),
];
