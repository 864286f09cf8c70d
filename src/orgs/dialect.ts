import { type Static, Type } from "@fastify/type-provider-typebox";
import { Issue, localDate, zoneOffset } from "#platform";
import type { Organisation } from "./organisation.ts";
import type { DataType, Entity, FieldDefinition } from "./schema.ts";

/** Shapes that the dialect gives organisations, entities and fields. */
export const EntityReference = Type.Object({
  id: Type.Integer(),
  code: Type.String(),
  description: Type.String(),
  name: Type.String(),
  type: Type.String(),
  referenceId: Type.Integer({ description: "-1 = none" }),
  adminType: Type.String(),
  isActive: Type.Boolean(),
  isOuEnabled: Type.Boolean(),
  timeZoneId: Type.Integer({ description: "-1 = none given" }),
  currencyId: Type.Integer(),
  languageId: Type.Integer(),
  default: Type.Boolean(),
});
export type EntityReference = Static<typeof EntityReference>;

/** The documented embedded form of an entity (createdBy, billingStore, …). */
export const entityReference = (entity: Entity): EntityReference => ({
  id: entity.id,
  code: entity.code,
  description: entity.description,
  name: entity.name,
  type: entity.type,
  referenceId: -1,
  adminType: entity.adminType,
  isActive: entity.isActive,
  isOuEnabled: false,
  timeZoneId: entity.timeZoneId ?? -1,
  currencyId: entity.currencyId ?? -1,
  languageId: entity.languageId ?? -1,
  default: false,
});

const NameValue = Type.Object({ name: Type.String(), value: Type.String() });
const nameValues = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

export const TillAnswer = Type.Object({
  ...EntityReference.properties,
  customField: Type.Array(NameValue),
  warnings: Type.Array(Issue),
});
export const tillAnswer = (till: Entity): Static<typeof TillAnswer> => ({
  ...entityReference(till),
  customField: nameValues(till.customValues),
  warnings: [],
});

export const StoreResult = Type.Object({
  ...Type.Omit(EntityReference, ["referenceId", "isOuEnabled", "default"]).properties,
  parentZoneId: Type.Integer(),
  parentConceptId: Type.Integer(),
  externalIds: Type.Array(Type.String()),
  email: Type.String(),
  mobile: Type.String(),
  landline: Type.String(),
  latitude: Type.String(),
  longitude: Type.String(),
  address: Type.String(),
  cityId: Type.Integer(),
  areaId: Type.Integer(),
  customFields: Type.Array(NameValue),
});
export const storeResult = (store: Entity): Static<typeof StoreResult> => {
  const { referenceId, isOuEnabled, default: isDefault, ...reference } = entityReference(store);
  return {
    ...reference,
    parentZoneId: store.parentZoneId ?? -1,
    parentConceptId: store.parentConceptId ?? -1,
    externalIds: [...store.externalIds],
    email: store.email,
    mobile: store.mobile,
    landline: store.landline,
    latitude: store.latitude,
    longitude: store.longitude,
    address: store.address,
    cityId: store.cityId ?? 0,
    areaId: store.areaId ?? 0,
    customFields: nameValues(store.customValues),
  };
};

export const HierarchyOrganisation = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  phone: Type.String(),
  address: Type.String(),
  language: Type.String(),
  languageCode: Type.String(),
  languageLocale: Type.String(),
  parentId: Type.Integer({ description: "-1 for standard organisations" }),
  locality: Type.String(),
  pinCode: Type.String(),
  currency: Type.String(),
  timezoneLabel: Type.String(),
  timezoneOffset: Type.String(),
  minSmsHour: Type.Integer(),
  maxSmsHour: Type.Integer(),
  logo: Type.String(),
  webSite: Type.String(),
  country: Type.String(),
  countryCode: Type.String(),
  active: Type.Boolean(),
  orgType: Type.String(),
  customFields: Type.Optional(Type.Array(NameValue)),
});

const nameOf = (type: "language" | "currency" | "region", code: string): string =>
  new Intl.DisplayNames("en", { type }).of(code) ?? code;

const offsetText = (minutes: number): string => {
  const magnitude = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(magnitude / 60))}:${two(magnitude % 60)}`;
};

export const hierarchyOrganisation = (
  organisation: Organisation,
  now: Date,
  withFields: boolean,
): Static<typeof HierarchyOrganisation> => ({
  id: organisation.id,
  name: organisation.name,
  phone: organisation.phone,
  address: organisation.address,
  language: nameOf("language", organisation.language),
  languageCode: organisation.language,
  languageLocale: `${organisation.language}-${organisation.country}`,
  parentId: -1,
  locality: "",
  pinCode: "",
  currency: nameOf("currency", organisation.currency),
  timezoneLabel: organisation.timeZone,
  timezoneOffset: offsetText(zoneOffset(organisation.timeZone, now.getTime())),
  // Hours between which messages may go out; nothing narrows them yet.
  minSmsHour: 0,
  maxSmsHour: 23,
  logo: "",
  webSite: organisation.website,
  country: nameOf("region", organisation.country),
  countryCode: organisation.country,
  active: organisation.isActive,
  orgType: "STANDARD_ORG",
  ...(withFields
    ? {
        customFields: organisation
          .customFields("ORG_CUSTOM_FIELD")
          .map(({ name, display }) => ({ name, value: String(display.defaultValue ?? "") })),
      }
    : {}),
});

/** Properties of a custom field that are kept for screens, with the value of a field that says nothing. */
export const CUSTOM_DISPLAY = {
  type: "text",
  defaultValue: "",
  phase: "",
  position: 0,
  rule: "",
  serverRule: "",
  regex: "",
  error: "",
  options: "",
  isDisabled: 0,
  isUpdatable: 1,
  enableAuditTrail: 0,
  isPiiData: 0,
  isPsiData: 0,
  helptext: "",
  attrs: "",
} as const;

export const CustomField = Type.Object({
  orgId: Type.Integer(),
  id: Type.Integer(),
  name: Type.String(),
  type: Type.String(),
  dataType: Type.String(),
  label: Type.String(),
  scope: Type.String(),
  defaultValue: Type.String(),
  phase: Type.String(),
  position: Type.Integer(),
  rule: Type.String(),
  serverRule: Type.String(),
  regex: Type.String(),
  error: Type.String(),
  options: Type.String(),
  isDisabled: Type.Integer(),
  isCompulsory: Type.Integer(),
  disableAtServer: Type.Integer(),
  isUpdatable: Type.Integer(),
  enableAuditTrail: Type.Integer(),
  isPiiData: Type.Integer(),
  isPsiData: Type.Integer(),
  helptext: Type.String(),
  attrs: Type.String(),
  value: Type.Optional(Type.String()),
});

export const customField = (field: FieldDefinition): Static<typeof CustomField> => {
  const text = (key: keyof typeof CUSTOM_DISPLAY) => String(field.display[key] ?? CUSTOM_DISPLAY[key]);
  const number = (key: keyof typeof CUSTOM_DISPLAY) => Number(field.display[key] ?? CUSTOM_DISPLAY[key]);
  return {
    orgId: field.orgId,
    id: field.id,
    name: field.name,
    type: text("type"),
    dataType: field.dataType.toUpperCase(),
    label: field.label,
    scope: field.scope,
    defaultValue: text("defaultValue"),
    phase: text("phase"),
    position: number("position"),
    rule: text("rule"),
    serverRule: text("serverRule"),
    regex: text("regex"),
    error: text("error"),
    options: text("options"),
    isDisabled: number("isDisabled"),
    isCompulsory: field.isMandatory ? 1 : 0,
    disableAtServer: field.isActive ? 0 : 1,
    isUpdatable: number("isUpdatable"),
    enableAuditTrail: number("enableAuditTrail"),
    isPiiData: number("isPiiData"),
    isPsiData: number("isPsiData"),
    helptext: text("helptext"),
    attrs: text("attrs"),
  };
};

/** Entity names under which the dialect lists extended fields; the one of bills is ours, as the two others suggest. */
export const EXTENDED_ENTITIES = {
  CUSTOMER: "CUSTOMER",
  TRANSACTION: "REGULAR_TRANSACTION",
  LINEITEM: "REGULAR_LINEITEM",
} as const;

const EXTENDED_TYPES: Record<DataType, string> = {
  string: "STRING",
  integer: "INTEGER",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  datetime: "DATETIME",
  enum: "CUSTOM_ENUM",
};

export const ExtendedField = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  createdBy: Type.Integer(),
  createdOn: Type.String(),
  modifiedBy: Type.Integer(),
  modifiedOn: Type.String(),
  label: Type.String(),
  entityType: Type.String(),
  dataType: Type.String(),
  parentId: Type.Integer(),
  enumValues: Type.Optional(Type.Array(Type.String())),
});

export const extendedField = (
  field: FieldDefinition,
  organisation: Organisation,
): Static<typeof ExtendedField> => ({
  id: field.id,
  name: field.name,
  createdBy: -1,
  createdOn: localDate(field.createdAt.getTime(), organisation.clusterTimeZone),
  modifiedBy: -1,
  modifiedOn: localDate(field.updatedAt.getTime(), organisation.clusterTimeZone),
  label: field.label,
  entityType: EXTENDED_ENTITIES[field.scope as keyof typeof EXTENDED_ENTITIES],
  dataType: EXTENDED_TYPES[field.dataType],
  parentId: -1,
  ...(field.dataType === "enum" ? { enumValues: [...field.enumValues] } : {}),
});

export const ExtendedFieldConfig = Type.Object({
  extendedFieldId: Type.Integer(),
  createdBy: Type.Integer(),
  modifiedBy: Type.Integer(),
  hideDisplay: Type.Boolean(),
  isPiiData: Type.Boolean(),
  isPsiData: Type.Boolean(),
  position: Type.Integer(),
  fieldUpdatable: Type.Boolean(),
  updatable: Type.Boolean(),
  mandatory: Type.Boolean(),
  computeEnabled: Type.Boolean(),
  rejectTxnOnInvalidValue: Type.Boolean(),
  auditTrailEnabled: Type.Boolean(),
  warnings: Type.Array(Issue),
});

export const extendedFieldConfig = (field: FieldDefinition): Static<typeof ExtendedFieldConfig> => {
  const flag = (key: string, otherwise = false) => Boolean(field.display[key] ?? otherwise);
  return {
    extendedFieldId: field.id,
    createdBy: -1,
    modifiedBy: -1,
    hideDisplay: flag("hideDisplay"),
    isPiiData: flag("isPiiData"),
    isPsiData: flag("isPsiData"),
    position: Number(field.display.position ?? 0),
    fieldUpdatable: flag("updatable", true),
    updatable: flag("updatable", true),
    mandatory: field.isMandatory,
    computeEnabled: false,
    rejectTxnOnInvalidValue: flag("rejectTxnOnInvalidValue"),
    auditTrailEnabled: flag("auditTrailEnabled"),
    warnings: [],
  };
};

/** Channels through which a source can reach a customer, as far as the documentation says. */
export const sourceChannels = (source: string): string[] => {
  switch (source) {
    case "WECHAT":
      return ["wechat"];
    case "LINE":
      return ["line"];
    case "MOBILE_APP":
    case "WEB_ENGAGE":
      return ["android", "ios", "mobilePush"];
    default:
      return ["mobile", "email"];
  }
};
