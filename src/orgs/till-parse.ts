import { type Issue, isObject, issue } from "#platform";
import { errors } from "./errors.ts";
import { parseCustomField } from "./field-routes.ts";
import type { Organisation } from "./organisation.ts";
import { definedOnly, readBoolean, readInteger, readText, requireText } from "./parse.ts";
import type { Entity, EntityChange, FieldInput } from "./schema.ts";

const TILL_SCOPE = "TILL_CUSTOM_FIELDS";
const invalid = (field: string, message: string) =>
  errors.invalid({ field, message: `${field}: ${message}` });

export interface ParsedTill {
  readonly change: EntityChange;
  readonly password: string | undefined;
  /** Custom fields that the call defines on the way. */
  readonly newFields: readonly FieldInput[];
  readonly warnings: readonly Issue[];
}

/** Items of customFields: a known name gets a value, an unknown one that says its type is defined first. */
const parseCustomFields = (given: unknown, organisation: Organisation) => {
  const values: Record<string, string> = {};
  const newFields: FieldInput[] = [];
  const warnings: Issue[] = [];
  if (given === undefined || given === null) return { values, newFields, warnings };
  if (!Array.isArray(given)) throw invalid("customFields", "takes a list of fields.");
  const known = new Map(
    organisation.customFields(TILL_SCOPE).map((field) => [field.name.toLowerCase(), field.name]),
  );
  const seen = new Set<string>();
  for (const item of given as unknown[]) {
    const name = isObject(item) ? readText(item, "name") : undefined;
    if (!isObject(item) || name === undefined) {
      throw errors.field_parameter_empty({ parameter: "name", field: "customFields" });
    }
    const value = typeof item.value === "boolean" ? String(item.value) : readText(item, "value");
    if (value === undefined)
      throw errors.field_parameter_empty({ parameter: "value", field: "customFields" });
    if (value.length > 2000) throw invalid("customFields", "takes values of at most 2000 characters.");
    if (seen.has(name.toLowerCase())) {
      throw errors.field_taken({ kind: "custom", scope: TILL_SCOPE, name, field: "customFields" });
    }
    seen.add(name.toLowerCase());
    const field = known.get(name.toLowerCase());
    if (field !== undefined) values[field] = value;
    else if (item.type !== undefined || item.dataType !== undefined) {
      newFields.push(parseCustomField(item, TILL_SCOPE));
      values[name] = value;
    } else
      warnings.push(issue(3203, `The custom field ${name.slice(0, 100)} is not defined; it was left out.`));
  }
  return { values, newFields, warnings };
};

const checkName = (name: string): string => {
  if (!/^[a-z][a-z0-9._-]{2,99}$/.test(name)) {
    throw invalid(
      "name",
      "takes 3 to 100 lower-case letters, digits, dots, - and _, beginning with a letter.",
    );
  }
  return name;
};

/**
 * A till as `POST` and `PUT /v2/orgEntity/till` document it; its name is its code. `known` is the till that is changed, null
 * for a new one. Throws orgs.invalid, orgs.invalid_store, orgs.field_parameter_empty, orgs.field_taken.
 */
export const parseTill = (body: unknown, organisation: Organisation, known: Entity | null): ParsedTill => {
  if (!isObject(body)) throw invalid("body", "takes a till as an object.");
  const name = known === null ? requireText(body, "name") : readText(body, "name");
  const given = body.password;
  if (given !== undefined && typeof given !== "string") throw invalid("password", "takes a text.");
  if (known === null && (given === undefined || given === "")) throw invalid("password", "it is missing.");
  const storeId = readInteger(body, "storeId");
  if (known === null && storeId === undefined)
    throw errors.invalid_store({ value: "(none)", field: "storeId" });
  if (storeId !== undefined && organisation.store(storeId) === null) {
    throw errors.invalid_store({ value: storeId, field: "storeId" });
  }
  const serverId = readInteger(body, "storeServerId");
  if (serverId !== undefined && serverId > 0 && organisation.entity(serverId)?.type !== "STR_SERVER") {
    throw invalid("storeServerId", `there is no store server ${serverId}.`);
  }
  const { values, newFields, warnings } = parseCustomFields(body.customFields, organisation);
  const change = definedOnly({
    ...(name === undefined || name === known?.code ? {} : { name: checkName(name), code: name }),
    description: readText(body, "description"),
    isActive: readBoolean(body, "isActive"),
    isBillable: readBoolean(body, "billable"),
    storeId,
    storeServerId: serverId !== undefined && serverId > 0 ? serverId : undefined,
    customValues: { ...known?.customValues, ...values },
  });
  return { change, password: given === "" ? undefined : given, newFields, warnings };
};
