import { type Body, type Issue, isObject, issue } from "#platform";
import { errors } from "./errors.ts";
import type { Organisation } from "./organisation.ts";
import { definedOnly, readBoolean, readInteger, readText, requireText } from "./parse.ts";
import type { Entity, EntityInput } from "./schema.ts";

const MAX_SMALL_INTEGER = 2_147_483_647;
const invalid = (field: string, message: string) =>
  errors.invalid({ field, message: `${field}: ${message}` });

const longest = (field: string, text: string | undefined, most: number): string | undefined => {
  if (text !== undefined && [...text].length > most)
    throw invalid(field, `takes at most ${most} characters.`);
  return text;
};

const defaultsUsed = (what: string) => issue(1215, `Invalid ${what}; the default was used.`);

const readParent = (
  body: Body,
  field: "parentZoneId" | "parentConceptId",
  organisation: Organisation,
  warnings: Issue[],
): number | null => {
  const id = readInteger(body, field);
  if (id === undefined || id === 0 || id === -1) return null;
  const parent = organisation.entity(id);
  if (parent?.type === (field === "parentZoneId" ? "ZONE" : "CONCEPT")) return id;
  warnings.push(defaultsUsed(`${field} ${id}`));
  return null;
};

/** Up to three ids; one that another store holds would make attribution ambiguous, so it is left out with a warning. */
const readExternalIds = (body: Body, organisation: Organisation, warnings: Issue[]): string[] => {
  const given = body.externalIds;
  if (given === undefined || given === null || given === "") return [];
  if (!Array.isArray(given)) throw invalid("externalIds", "takes a list of ids.");
  const ids = given
    .map((id: unknown) => readText({ externalIds: id }, "externalIds") ?? "")
    .filter((id) => id !== "");
  if (ids.length > 3) throw invalid("externalIds", "takes at most three ids.");
  const taken = new Set(organisation.entities("STORE").flatMap((store) => store.externalIds));
  return ids.filter((id, index) => {
    const free = !taken.has(id) && ids.indexOf(id) === index;
    if (!free) warnings.push(defaultsUsed(`external id ${id}: another store has it`));
    return free;
  });
};

/** `{name: value}` or `[{name, value}]`; names that the scope does not define are left out with a warning. */
export const readCustomValues = (
  given: unknown,
  organisation: Organisation,
  scope: string,
  warnings: Issue[],
): Record<string, string> => {
  if (given === undefined || given === null || given === "") return {};
  const pairs: [string, unknown][] = [];
  if (isObject(given)) pairs.push(...Object.entries(given));
  else if (Array.isArray(given)) {
    for (const item of given as unknown[]) {
      if (!isObject(item)) throw invalid("customFields", "takes items with name and value.");
      pairs.push([requireText(item, "name"), item.value]);
    }
  } else throw invalid("customFields", "takes names with their values.");
  const known = new Map(
    organisation.customFields(scope).map((field) => [field.name.toLowerCase(), field.name]),
  );
  const values = new Map<string, string>();
  for (const [name, value] of pairs) {
    const field = known.get(name.toLowerCase());
    if (field === undefined) {
      warnings.push(issue(3203, `The custom field ${name.slice(0, 100)} is not defined; it was left out.`));
    } else {
      const text =
        typeof value === "boolean" ? String(value) : readText({ customFields: value }, "customFields");
      values.set(field, longest("customFields", text, 2000) ?? "");
    }
  }
  return Object.fromEntries(values);
};

const readAdminType = (body: Body): Entity["adminType"] => {
  const adminType = (readText(body, "adminType") ?? "GENERAL").toUpperCase();
  if (adminType !== "GENERAL" && adminType !== "ADMIN") throw invalid("adminType", "takes GENERAL or ADMIN.");
  return adminType;
};

/** A store as `POST /v2/orgEntity/store` documents it. Throws orgs.invalid, orgs.store_name_taken. */
export const parseStore = (
  value: unknown,
  organisation: Organisation,
): { input: EntityInput; warnings: Issue[] } => {
  if (!isObject(value)) throw invalid("body", "takes a store as an object.");
  const warnings: Issue[] = [];
  const code = longest("code", requireText(value, "code"), 50) as string;
  if (/\s/u.test(code)) throw invalid("code", "must not hold spaces.");
  const name = longest("name", requireText(value, "name"), 100) as string;
  const type = (readText(value, "type") ?? "STORE").toUpperCase();
  if (type !== "STORE") throw invalid("type", "takes STORE.");
  const sameName = organisation
    .entities("STORE")
    .some((store) => store.name.toLowerCase() === name.toLowerCase());
  if (sameName) throw errors.store_name_taken({ name, field: "name" });
  const input: EntityInput = {
    type: "STORE",
    code,
    name,
    adminType: readAdminType(value),
    parentZoneId: readParent(value, "parentZoneId", organisation, warnings),
    parentConceptId: readParent(value, "parentConceptId", organisation, warnings),
    externalIds: readExternalIds(value, organisation, warnings),
    customValues: readCustomValues(value.customFields, organisation, "STORE_CUSTOM_FIELDS", warnings),
    ...definedOnly({
      description: longest("description", readText(value, "description"), 250),
      isActive: readBoolean(value, "isActive"),
      timeZoneId: readInteger(value, "timeZoneId", MAX_SMALL_INTEGER),
      currencyId: readInteger(value, "currencyId", MAX_SMALL_INTEGER),
      languageId: readInteger(value, "languageId", MAX_SMALL_INTEGER),
      cityId: readInteger(value, "cityId"),
      areaId: readInteger(value, "areaId"),
      email: readText(value, "email"),
      mobile: readText(value, "mobile"),
      landline: readText(value, "landline"),
      latitude: readText(value, "latitude"),
      longitude: readText(value, "longitude"),
      address: readText(value, "address"),
    }),
  };
  return { input, warnings };
};
