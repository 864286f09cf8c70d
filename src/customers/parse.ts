import { type FieldWarning, type Organisation, validateFields } from "#orgs";
import { type Body, type Issue, isObject, issue } from "#platform";
import type { IdentifierChange } from "./change-identifiers.ts";
import { errors, WARNING } from "./errors.ts";
import { identifierType, normaliseIdentifier } from "./identifiers.ts";
import {
  asArray,
  asObject,
  asText,
  identifierWarning,
  type ParseContext,
  parseAccount,
  parseAssociatedTill,
  parseChannels,
  parseLoyaltyType,
  parseName,
  parseRegistrationDate,
  parseSource,
  type SourceErrors,
  shown,
} from "./parse-values.ts";
import type { CustomerChange, FieldChanges, Identifier, NewProfile, Registration } from "./schema.ts";

const MAX_PROFILES = 10;
const MAX_IDENTIFIERS = 20;
const PROFILE_SCOPE = "LOYALTY_REGISTRATION";

const sourceErrors = (field: string): SourceErrors => ({
  missing: () => errors.source_missing({ field }),
  invalid: (value) => errors.bad_source({ field, value }),
});

/** Documented parts of the call that belong to features which are not there: said, not swallowed. */
const NOT_SERVED = ["loyaltyProgramEnrollments", "referralCode", "subscriptionInfo"] as const;
const warnOfUnserved = (body: Body, warnings: Issue[]) => {
  for (const part of NOT_SERVED) {
    const value = body[part];
    const isEmpty =
      value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
    if (!isEmpty) warnings.push(issue(WARNING.notServed, `${part} is not acted on by this version.`));
  }
};

const fieldIssues = (code: number, found: readonly FieldWarning[]): Issue[] =>
  found.map(({ message }) => issue(code, message));

export const primaryTypeOf = (organisation: Organisation) =>
  identifierType(organisation.setting("CONF_REGISTRATION_PRIMARY_KEY") ?? "mobile") ?? "mobile";

/**
 * Reads a documented registration (customers.md §2). Throws the documented refusal that names the field: 8084, 8004, 3217,
 * 8045, 8005, 8092, 8013, 8014, 8017, 8086, 8106. What is merely dropped becomes a warning.
 */
export const parseRegistration = (body: unknown, context: ParseContext): Registration => {
  const { organisation, actor } = context;
  if (!isObject(body)) throw errors.no_details({ field: "The body" });
  const warnings: Issue[] = [];
  const profiles = parseProfiles(body.profiles, context, warnings);
  requireIdentifiers(organisation, profiles, warnings);
  const extended = validateFields(
    organisation.extendedFields("CUSTOMER"),
    asObject(body.extendedFields, "extendedFields"),
    { requireMandatory: true },
  );
  warnings.push(...fieldIssues(WARNING.extendedField, extended.warnings));
  refuseStatusLabel(body.statusLabel);
  const associatedTillId = parseAssociatedTill(body.associatedWith, organisation, warnings);
  const honoured = organisation.flag("USE_CRM_REGISTRATION_INFO_FROM_BASE_STORE") ? associatedTillId : null;
  warnOfUnserved(body, warnings);
  if (organisation.flag("CONF_CUSTOMER_DEFAULT_STATUS_ENABLED"))
    warnings.push(issue(WARNING.noDefaultLabel, "The organisation has no default status label."));
  const loyaltyType = parseLoyaltyType(asObject(body.loyaltyInfo, "loyaltyInfo").loyaltyType);
  return {
    profiles,
    loyaltyType: organisation.flag("CONF_INSTORE_V2_ENABLED") ? "loyalty" : loyaltyType,
    extendedFields: extended.values,
    registeredAt: parseRegistrationDate(body.createDate, context),
    tillId: honoured ?? actor.tillId,
    associatedTillId,
    isDemo: context.isDemo ?? false,
    warnings,
  };
};

/** No organisation has labels of its own yet, so every label is unknown. */
const refuseStatusLabel = (value: unknown) => {
  const label = asText(value, "statusLabel") ?? "";
  if (label.trim() !== "") throw errors.bad_status_label({ value: shown(label), field: "statusLabel" });
};

const parseProfiles = (value: unknown, context: ParseContext, warnings: Issue[]): NewProfile[] => {
  const items = asArray(value, "profiles", MAX_PROFILES);
  if (items.length === 0) throw errors.no_details({ field: "profiles" });
  const profiles = items.map((item, index) => parseProfile(item, `profiles[${index}]`, context, warnings));
  const places = new Set(profiles.map(({ source, accountId }) => `${source} ${accountId}`));
  if (places.size < profiles.length)
    throw errors.bad_field({ field: "profiles", expected: "one for each source and account" });
  return profiles;
};

const parseProfile = (item: unknown, path: string, context: ParseContext, warnings: Issue[]): NewProfile => {
  const { organisation } = context;
  if (!isObject(item)) throw errors.bad_field({ field: path, expected: "an object" });
  const source = parseSource(organisation, item.source ?? context.source, sourceErrors(`${path}.source`));
  const place = parseAccount(organisation, source, item.accountId ?? context.accountId, `${path}.accountId`);
  const custom = validateFields(
    organisation.customFields(PROFILE_SCOPE),
    asObject(item.fields, `${path}.fields`),
    {
      requireMandatory: true,
    },
  );
  warnings.push(...fieldIssues(WARNING.customField, custom.warnings));
  return {
    ...place,
    firstName: parseName(item.firstName, `${path}.firstName`),
    lastName: parseName(item.lastName, `${path}.lastName`),
    identifiers: parseIdentifiers(item.identifiers, `${path}.identifiers`, organisation, warnings),
    channels: parseChannels(item.commChannels, `${path}.commChannels`, organisation, warnings),
    customFields: custom.values,
  };
};

const parseIdentifiers = (
  value: unknown,
  path: string,
  organisation: Organisation,
  warnings: Issue[],
): Identifier[] => {
  const found = new Map<string, Identifier>();
  asArray(value, path, MAX_IDENTIFIERS).forEach((item, index) => {
    const identifier = parseIdentifier(item, `${path}[${index}]`, organisation, warnings);
    if (identifier !== null) found.set(`${identifier.type} ${identifier.value}`, identifier);
  });
  return [...found.values()];
};

const parseIdentifier = (
  item: unknown,
  path: string,
  organisation: Organisation,
  warnings: Issue[],
): Identifier | null => {
  if (!isObject(item)) throw errors.bad_field({ field: path, expected: "an object" });
  const named = asText(item.type, `${path}.type`)?.trim() ?? "";
  if (named === "") throw errors.identifier_type_missing({ field: `${path}.type` });
  const type = identifierType(named);
  if (type === null) throw errors.bad_identifier_name({ field: `${path}.type`, value: shown(named) });
  const field = `${path}.value`;
  const isPrimary = type === primaryTypeOf(organisation);
  const given = asText(item.value, field, 10_000)?.trim() ?? "";
  if (given === "") {
    warnings.push(issue(WARNING.identifierValueMissing, `${field} is missing; the ${type} was left out.`));
    return null;
  }
  if (type === "externalId" && !isPrimary && !organisation.flag("CONF_USERS_USE_EXTERNAL_ID")) {
    warnings.push(issue(WARNING.badExternalId, `${field}: the organisation does not keep external ids.`));
    return null;
  }
  const normalised = normaliseIdentifier(type, given, organisation.country);
  if (normalised !== null) return { type, value: normalised };
  if (isPrimary) throw errors.bad_primary({ field, type, value: shown(given) });
  warnings.push(identifierWarning(type, field, given));
  return null;
};

/** Documented parts of an identifier that belong to cards, which are not there. */
const CARD_PARTS = ["seriesId", "seriesCode", "statusLabel"] as const;

/**
 * Reads a documented change of identifiers (customers.md §3.3). Throws the documented refusal that names the field: 8084, 8004, 3217,
 * 8045, 8092, 8013, 8014.
 */
export const parseIdentifierChange = (body: unknown, context: ParseContext): IdentifierChange => {
  const { organisation } = context;
  if (!isObject(body)) throw errors.no_details({ field: "The body" });
  const source = parseSource(organisation, context.source, sourceErrors("source"));
  const profile = parseAccount(organisation, source, context.accountId, "accountId");
  const warnings: Issue[] = [];
  const add = parseIdentifiers(body.add, "add", organisation, warnings);
  const remove = parseIdentifiers(body.remove, "remove", organisation, warnings);
  const isEmpty = [body.add, body.remove].every((list) => !Array.isArray(list) || list.length === 0);
  if (isEmpty) throw errors.no_details({ field: "add or remove" });
  const items: readonly unknown[] = Array.isArray(body.add) ? body.add : [];
  const parts = CARD_PARTS.filter((part) => items.some((item) => isObject(item) && item[part] !== undefined));
  for (const part of parts)
    warnings.push(issue(WARNING.notServed, `add: ${part} is not acted on by this version.`));
  return { profile, add, remove, warnings };
};

const MANDATORY = [
  ["mobile", "CONF_USERS_IS_MOBILE_REQUIRED"],
  ["email", "CONF_USERS_IS_EMAIL_REQUIRED"],
  ["externalId", "CONF_USERS_IS_EXTERNAL_ID_REQUIRED"],
] as const;

const requireIdentifiers = (
  organisation: Organisation,
  profiles: readonly NewProfile[],
  warnings: readonly Issue[],
) => {
  const field = "profiles[0].identifiers";
  const types = new Set(profiles.flatMap(({ identifiers }) => identifiers.map(({ type }) => type)));
  if (types.size === 0) {
    const reason = warnings[0]?.message ?? "give at least one.";
    throw errors.no_identifier({ field, reason });
  }
  const primary = primaryTypeOf(organisation);
  const anyWillDo =
    organisation.flag("CONF_ALLOW_REGISTRATION_FROM_ANY_IDENTIFIERS") &&
    !organisation.flag("CONF_REGISTRATION_PRIMARY_KEY_REQUIRED");
  if (!anyWillDo && !types.has(primary))
    throw errors.no_identifier({ field, reason: `the primary one, ${primary}, is missing.` });
  for (const [type, setting] of MANDATORY) {
    if (type !== primary && organisation.flag(setting) && !types.has(type))
      throw errors.no_identifier({ field, reason: `${type} is mandatory.` });
  }
};

/** A customer in one line, as files and forms hold them. */
export interface FlatCustomer {
  readonly source?: string;
  readonly accountId?: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  /** By documented type; empty values are ignored. */
  readonly identifiers: Readonly<Record<string, string | null | undefined>>;
  readonly loyaltyType?: string;
  readonly extendedFields?: Readonly<Record<string, unknown>>;
  readonly customFields?: Readonly<Record<string, unknown>>;
  /** ISO text; now when absent. */
  readonly registeredAt?: string;
  /** Code of the till that gets the registration. */
  readonly associatedWith?: string;
}

/** Reads a flat customer by the same rules as the documented call. Throws what `parseRegistration` throws. */
export const parseFlatCustomer = (flat: FlatCustomer, context: ParseContext): Registration => {
  const identifiers = Object.entries(flat.identifiers)
    .filter(([, value]) => value !== null && value !== undefined && value.trim() !== "")
    .map(([type, value]) => ({ type, value }));
  const profile = {
    source: flat.source ?? "INSTORE",
    accountId: flat.accountId,
    firstName: flat.firstName,
    lastName: flat.lastName,
    fields: flat.customFields,
    identifiers,
  };
  const body = {
    profiles: [profile],
    loyaltyInfo: { loyaltyType: flat.loyaltyType },
    extendedFields: flat.extendedFields,
    createDate: flat.registeredAt,
    associatedWith: flat.associatedWith,
  };
  return parseRegistration(body, context);
};

/** Absent: unchanged; null or "": cleared. */
const changedName = (body: Body, name: "firstName" | "lastName", path: string) => {
  if (body[name] === undefined) return {};
  const parsed = parseName(body[name], `${path}.${name}`);
  return { [name]: parsed === "" ? null : parsed };
};

const changedFields = (
  definitions: Parameters<typeof validateFields>[0],
  value: unknown,
  path: string,
  code: number,
  warnings: Issue[],
): FieldChanges | undefined => {
  if (value === undefined || value === null) return undefined;
  const outcome = validateFields(definitions, asObject(value, path));
  warnings.push(...fieldIssues(code, outcome.warnings));
  return { values: outcome.values, cleared: outcome.cleared };
};

/**
 * Reads a documented update (customers.md §3.1) of one profile and the customer. Identifiers in it are ignored, as
 * documented. Throws 8084, 8004, 3217, 8045, 8086, 8106.
 */
export const parseChange = (body: unknown, context: ParseContext): CustomerChange => {
  const { organisation } = context;
  if (!isObject(body) || Object.keys(body).length === 0) throw errors.no_details({ field: "The body" });
  const warnings: Issue[] = [];
  const path = "profiles[0]";
  const [item = {}] = asArray(body.profiles, "profiles", 1);
  if (!isObject(item)) throw errors.bad_field({ field: path, expected: "an object" });
  const source = parseSource(organisation, context.source ?? item.source, sourceErrors("source"));
  const profile = parseAccount(organisation, source, context.accountId ?? item.accountId, "accountId");
  const { customFields, extendedFields } = {
    customFields: changedFields(
      organisation.customFields(PROFILE_SCOPE),
      item.fields,
      `${path}.fields`,
      WARNING.customField,
      warnings,
    ),
    extendedFields: changedFields(
      organisation.extendedFields("CUSTOMER"),
      body.extendedFields,
      "extendedFields",
      WARNING.extendedField,
      warnings,
    ),
  };
  refuseStatusLabel(body.statusLabel);
  const associatedTillId = parseAssociatedTill(body.associatedWith, organisation, warnings);
  const loyaltyType = parseLoyaltyType(asObject(body.loyaltyInfo, "loyaltyInfo").loyaltyType);
  warnOfUnserved(body, warnings);
  return {
    profile,
    ...changedName(item, "firstName", path),
    ...changedName(item, "lastName", path),
    ...(item.commChannels === undefined
      ? {}
      : { channels: parseChannels(item.commChannels, `${path}.commChannels`, organisation, warnings) }),
    ...(customFields === undefined ? {} : { customFields }),
    ...(extendedFields === undefined ? {} : { extendedFields }),
    ...(loyaltyType === null ? {} : { loyaltyType }),
    ...(associatedTillId === null ? {} : { associatedTillId }),
    warnings,
  };
};
