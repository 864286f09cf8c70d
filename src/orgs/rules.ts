import { isStorable, isZone, moneyScale } from "#platform";
import { errors } from "./errors.ts";
import {
  CUSTOM_SCOPES,
  type Entity,
  type EntityChange,
  type EntityInput,
  type EntityType,
  EXTENDED_SCOPES,
  type FieldChange,
  type FieldDefinition,
  type FieldInput,
  type OrganisationChange,
  type OrganisationInput,
  type OrganisationRow,
  SOURCES,
} from "./schema.ts";

const invalid = (field: string, message: string) =>
  errors.invalid({ field, message: `${field}: ${message}` });

/** Control characters break bills, exports and terminals; none belongs into a name or code. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

const checkText = (field: string, value: string, most: number, least = 0) => {
  const length = [...value].length;
  if (length < least || length > most) {
    throw invalid(
      field,
      least > 0 ? `takes ${least} to ${most} characters.` : `takes at most ${most} characters.`,
    );
  }
  if (field === "address" || field === "description") {
    if (!isStorable(value)) throw invalid(field, "holds a character that cannot be stored.");
  } else if (CONTROL.test(value) || !isStorable(value))
    throw invalid(field, "must not hold control characters.");
};

/** Codes are sent by tills in a Basic header, where a colon would end them. */
const checkCode = (field: string, code: string) => {
  checkText(field, code, 100, 1);
  if (code !== code.trim()) throw invalid(field, "must not begin or end with a space.");
  if (code.includes(":")) throw invalid(field, "must not hold a colon.");
};

const isCurrency = (code: string): boolean =>
  /^[A-Z]{3}$/.test(code) && Intl.supportedValuesOf("currency").includes(code);

const isCountry = (code: string): boolean => {
  if (!/^[A-Z]{2}$/.test(code)) return false;
  const name = new Intl.DisplayNames("en", { type: "region", fallback: "none" }).of(code);
  return name !== undefined;
};

const checkPlace = (place: {
  timeZone?: string | null;
  currency?: string | null;
  language?: string | null;
}) => {
  const { timeZone, currency, language } = place;
  if (timeZone != null && !isZone(timeZone)) {
    throw invalid("timeZone", `${timeZone} is no IANA time zone such as Europe/London.`);
  }
  if (currency != null && !isCurrency(currency)) {
    throw invalid("currency", `${currency} is no ISO 4217 code such as GBP.`);
  }
  if (language != null && !/^[a-z]{2,3}$/.test(language)) {
    throw invalid("language", `${language} is no ISO 639 code such as en.`);
  }
};

const checkOrganisation = (row: OrganisationRow) => {
  if (!/^[a-z0-9][a-z0-9_-]{0,49}$/.test(row.code)) {
    throw invalid("code", "takes up to 50 lower-case letters, digits, - and _.");
  }
  checkText("name", row.name, 255, 1);
  if (!isCountry(row.country)) throw invalid("country", `${row.country} is no ISO 3166 code such as GB.`);
  checkPlace(row);
  if (!isZone(row.clusterTimeZone))
    throw invalid("clusterTimeZone", `${row.clusterTimeZone} is no IANA time zone.`);
  checkText("phone", row.phone, 50);
  checkText("address", row.address, 500);
  checkText("website", row.website, 255);
};

/** A new organisation's row; throws `orgs.invalid` naming the field. */
export const newOrganisation = (id: number, input: OrganisationInput, now: Date): OrganisationRow => {
  const row: OrganisationRow = {
    id,
    code: input.code,
    name: input.name.trim(),
    kind: "standard",
    country: input.country,
    timeZone: input.timeZone,
    clusterTimeZone: input.clusterTimeZone ?? input.timeZone,
    currency: input.currency,
    language: input.language ?? "en",
    phone: input.phone ?? "",
    address: input.address ?? "",
    website: input.website ?? "",
    sources: [...SOURCES],
    isActive: true,
    createdAt: now,
    updatedAt: now,
  };
  checkOrganisation(row);
  return row;
};

export const changedOrganisation = (
  row: OrganisationRow,
  change: OrganisationChange,
  now: Date,
): OrganisationRow => {
  const changed = { ...row, ...present(change), updatedAt: now };
  checkOrganisation(changed);
  // Stored amounts are in small units of the currency: with other decimals every one of them would read differently.
  if (moneyScale(changed.currency) !== moneyScale(row.currency)) {
    throw invalid(
      "currency",
      `${changed.currency} has other decimals than ${row.currency}; that cannot change.`,
    );
  }
  return changed;
};

/** Without keys whose value is undefined, which would erase what is there. */
const present = <T extends object>(change: T): Partial<T> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>;

const checkEntity = (entity: Entity) => {
  checkCode("code", entity.code);
  checkText("name", entity.name, 255, 1);
  checkText("description", entity.description, 1000);
  checkText("address", entity.address, 500);
  for (const field of ["email", "mobile", "landline", "latitude", "longitude"] as const) {
    checkText(field, entity[field], 255);
  }
  if (entity.externalIds.length > 3) throw invalid("externalIds", "takes at most three ids.");
  for (const id of entity.externalIds) checkText("externalIds", id, 255, 1);
  checkPlace(entity);
  const inStore = entity.type === "TILL" || entity.type === "STR_SERVER";
  if (inStore && entity.storeId === null) throw invalid("storeId", "a till belongs to a store; name its id.");
  if (!inStore && entity.storeId !== null)
    throw invalid("storeId", "only tills and store servers belong to a store.");
  const zoned = entity.type === "STORE" || entity.type === "ZONE";
  if (!zoned && entity.parentZoneId !== null)
    throw invalid("parentZoneId", "only stores and zones lie in a zone.");
  const conceptual = entity.type === "STORE" || entity.type === "CONCEPT";
  if (!conceptual && entity.parentConceptId !== null) {
    throw invalid("parentConceptId", "only stores and concepts belong to a concept.");
  }
};

/** A new entity; throws `orgs.invalid` naming the field. Parents are checked by the service. */
export const newEntity = (
  id: number,
  input: EntityInput,
  author: { orgId: number; name: string },
  now: Date,
): Entity => {
  const entity: Entity = {
    description: "",
    adminType: "GENERAL",
    isActive: true,
    parentZoneId: null,
    parentConceptId: null,
    storeId: null,
    storeServerId: null,
    externalIds: [],
    timeZone: null,
    currency: null,
    language: null,
    timeZoneId: null,
    currencyId: null,
    languageId: null,
    email: "",
    mobile: "",
    landline: "",
    latitude: "",
    longitude: "",
    address: "",
    cityId: null,
    areaId: null,
    isBillable: true,
    customValues: {},
    ...present(input),
    type: input.type,
    code: input.code,
    name: input.name,
    id,
    orgId: author.orgId,
    createdAt: now,
    createdBy: author.name,
    updatedAt: now,
    updatedBy: author.name,
  };
  checkEntity(entity);
  return entity;
};

export const changedEntity = (entity: Entity, change: EntityChange, by: string, now: Date): Entity => {
  const changed: Entity = { ...entity, ...present(change), updatedAt: now, updatedBy: by };
  checkEntity(changed);
  return changed;
};

/** The parents that an entity names and the type each must have. */
export const parentsOf = (entity: Entity): { field: string; type: EntityType; id: number }[] => {
  const parents: { field: string; type: EntityType; id: number | null }[] = [
    { field: "parentZoneId", type: "ZONE", id: entity.parentZoneId },
    { field: "parentConceptId", type: "CONCEPT", id: entity.parentConceptId },
    { field: "storeId", type: "STORE", id: entity.storeId },
    { field: "storeServerId", type: "STR_SERVER", id: entity.storeServerId },
  ];
  return parents.flatMap(({ field, type, id }) => (id === null ? [] : [{ field, type, id }]));
};

const checkEnumValues = (values: readonly string[]) => {
  if (values.length > 500) throw invalid("enumValues", "takes at most 500 values.");
  const seen = new Set<string>();
  for (const value of values) {
    checkText("enumValues", value, 255, 1);
    if (seen.has(value.toLowerCase())) throw invalid("enumValues", `${value} is there twice.`);
    seen.add(value.toLowerCase());
  }
};

const checkField = (field: FieldDefinition) => {
  const scopes: readonly string[] = field.kind === "extended" ? EXTENDED_SCOPES : CUSTOM_SCOPES;
  if (!scopes.includes(field.scope)) throw errors.unknown_field_scope({ scope: field.scope, field: "scope" });
  if (!/^[A-Za-z][A-Za-z0-9_ -]{0,99}$/.test(field.name)) {
    throw invalid("name", "takes a letter, then up to 99 letters, digits, spaces, - and _.");
  }
  checkText("label", field.label, 255, 1);
  checkEnumValues(field.enumValues);
  if (field.dataType === "enum" && field.enumValues.length === 0) {
    throw invalid("enumValues", "an enum field needs at least one value.");
  }
  if (field.dataType !== "enum" && field.enumValues.length > 0) {
    throw invalid("enumValues", "only an enum field has values.");
  }
};

export const newField = (
  id: number,
  input: FieldInput,
  author: { orgId: number; name: string },
  now: Date,
): FieldDefinition => {
  const field: FieldDefinition = {
    id,
    orgId: author.orgId,
    kind: input.kind,
    scope: input.scope.toUpperCase(),
    name: input.name,
    label: input.label || input.name,
    dataType: input.dataType,
    enumValues: input.enumValues ?? [],
    isMandatory: input.isMandatory ?? false,
    isActive: input.isActive ?? true,
    display: input.display ?? {},
    createdAt: now,
    createdBy: author.name,
    updatedAt: now,
    updatedBy: author.name,
  };
  checkField(field);
  return field;
};

/** Type, scope and name never change and enum values are only added: stored values must stay readable. */
export const changedField = (
  field: FieldDefinition,
  change: FieldChange,
  by: string,
  now: Date,
): FieldDefinition => {
  const display = { ...field.display, ...change.display };
  const changed: FieldDefinition = { ...field, ...present(change), display, updatedAt: now, updatedBy: by };
  checkField(changed);
  const missing = field.enumValues.find((value) => !changed.enumValues.includes(value));
  if (missing !== undefined) throw errors.enum_values_in_use({ value: missing, field: "enumValues" });
  return changed;
};
