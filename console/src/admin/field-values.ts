import type { Field } from "../api/types.ts";

export const DATA_TYPES = ["string", "integer", "double", "boolean", "date", "datetime", "enum"] as const;

/** What fields can belong to, by kind. */
export const SCOPES: Record<Field["kind"], readonly string[]> = {
  extended: ["CUSTOMER", "TRANSACTION", "LINEITEM"],
  custom: [
    "LOYALTY_REGISTRATION",
    "LOYALTY_TRANSACTION",
    "LOYALTY_LINE_ITEMS",
    "CUSTOMER_FEEDBACK",
    "CUSTOMER_PREFERENCES",
    "POINTS_REDEMPTION",
    "VOUCHER_REDEMPTION",
    "CUSTOMER_CARD",
    "ZONE_CUSTOM_FIELDS",
    "STORE_CUSTOM_FIELDS",
    "TILL_CUSTOM_FIELDS",
  ],
};

export interface FieldValues {
  kind: Field["kind"];
  scope: string;
  name: string;
  label: string;
  dataType: string;
  enumValues: string[];
  isMandatory: boolean;
  isActive: boolean;
}

export const fieldValues = (field: Field | null): FieldValues => ({
  kind: field?.kind ?? "extended",
  scope: field?.scope ?? "CUSTOMER",
  name: field?.name ?? "",
  label: field?.label ?? "",
  dataType: field?.dataType ?? "string",
  enumValues: field?.enumValues ?? [],
  isMandatory: field?.isMandatory ?? false,
  isActive: field?.isActive ?? true,
});

/** What to send: a definition whole, a change only as far as fields can change. */
export const fieldBody = (values: FieldValues, field: Field | null): Record<string, unknown> => {
  const { kind, scope, dataType, enumValues, isMandatory, isActive } = values;
  const label = values.label.trim();
  const changeable = {
    ...(label === "" ? {} : { label }),
    ...(dataType === "enum" ? { enumValues } : {}),
    isMandatory,
  };
  return field === null
    ? { kind, scope, name: values.name.trim(), dataType, ...changeable }
    : { ...changeable, isActive };
};
