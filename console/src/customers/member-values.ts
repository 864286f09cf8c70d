import type { Customer, Field } from "../api/types.ts";
import { identifierOf } from "./names.ts";

/** What the form of a member holds: texts, as typed. */
export interface MemberValues {
  firstName: string;
  lastName: string;
  mobile: string;
  email: string;
  externalId: string;
  extendedFields: Record<string, string>;
}

export const EMPTY_MEMBER: MemberValues = {
  firstName: "",
  lastName: "",
  mobile: "",
  email: "",
  externalId: "",
  extendedFields: {},
};

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);

/** The form's values of a member as the server knows it. */
export const valuesOf = (customer: Customer): MemberValues => ({
  firstName: customer.firstName ?? "",
  lastName: customer.lastName ?? "",
  mobile: identifierOf(customer, "mobile"),
  email: identifierOf(customer, "email"),
  externalId: identifierOf(customer, "externalId"),
  extendedFields: Object.fromEntries(
    Object.entries(customer.extendedFields).map(([name, value]) => [name, textOf(value)]),
  ),
});

const fieldValue = ({ dataType }: Field, text: string): unknown => {
  if (text === "") return null;
  if (dataType === "boolean") return text === "true";
  return dataType === "integer" || dataType === "double" ? Number(text) : text;
};

const CORE = ["firstName", "lastName", "mobile", "email", "externalId"] as const;

/**
 * What to send: only what differs from before. A new member leaves out what is empty; a change sends an emptied field as an
 * empty text, which removes it.
 */
export const changesOf = (
  values: MemberValues,
  before: MemberValues,
  fields: readonly Field[],
): Record<string, unknown> => {
  const body: Record<string, unknown> = {};
  for (const name of CORE) {
    const text = values[name].trim();
    if (text !== before[name]) body[name] = text;
  }
  const extended = fields
    .filter(({ name }) => (values.extendedFields[name] ?? "") !== (before.extendedFields[name] ?? ""))
    .map((field) => [field.name, fieldValue(field, values.extendedFields[field.name] ?? "")]);
  if (extended.length > 0) body.extendedFields = Object.fromEntries(extended);
  return body;
};
