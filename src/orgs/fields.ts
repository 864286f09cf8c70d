import { isStorable, parseDateTime } from "#platform";
import type { FieldDefinition } from "./schema.ts";

export type FieldValue = string | number | boolean;

export interface FieldWarning {
  readonly field: string;
  readonly problem: "unknown" | "invalid" | "missing";
  /** A sentence naming the field. */
  readonly message: string;
}

export interface FieldOutcome {
  /** Accepted values under the names of the definitions. Dates are `YYYY-MM-DD`, date-times ISO in UTC. */
  readonly values: Record<string, FieldValue>;
  /** Names given as null or "": an update removes them. */
  readonly cleared: readonly string[];
  readonly warnings: readonly FieldWarning[];
}

const MAX_TEXT = 2000;

/** What a value of the type looks like, for messages. */
const expectations: Record<FieldDefinition["dataType"], string> = {
  string: `takes a text of at most ${MAX_TEXT} characters`,
  integer: "takes a whole number",
  double: "takes a number",
  boolean: "takes true or false",
  date: "takes a date such as 2025-03-04",
  datetime: "takes a time such as 2025-03-04T18:20:05+07:00",
  enum: "takes one of its defined values",
};

const parseText = (value: unknown): string | null => {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.length <= MAX_TEXT && isStorable(value) ? value : null;
};

const parseNumber = (value: unknown): number | null => {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || !/^[+-]?(\d{1,15}(\.\d{0,12})?|\.\d{1,12})$/.test(value.trim()))
    return null;
  return Number(value);
};

const parseBoolean = (value: unknown): boolean | null => {
  if (typeof value === "boolean") return value;
  // An object cannot always be made a text.
  if (typeof value !== "string" && typeof value !== "number") return null;
  const text = String(value).toLowerCase();
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : null;
};

/** A time without an offset is UTC, as everywhere in v2. */
const parseTime = (value: unknown): number | null =>
  typeof value === "string" ? parseDateTime(value, { zone: "UTC" }) : null;

/** The value in the declared type, or null when it does not fit; numbers and booleans may come as text. */
export const parseFieldValue = (definition: FieldDefinition, value: unknown): FieldValue | null => {
  switch (definition.dataType) {
    case "string":
      return parseText(value);
    case "integer": {
      const parsed = parseNumber(value);
      return parsed !== null && Number.isSafeInteger(parsed) ? parsed : null;
    }
    case "double":
      return parseNumber(value);
    case "boolean":
      return parseBoolean(value);
    case "date": {
      const instant = parseTime(value);
      if (instant === null) return null;
      // The day as written: moving it through a zone could make it the day before.
      return (value as string).trim().slice(0, 10);
    }
    case "datetime": {
      const instant = parseTime(value);
      return instant === null ? null : new Date(instant).toISOString();
    }
    case "enum": {
      const text = parseText(value)?.trim().toLowerCase();
      return definition.enumValues.find((item) => item.toLowerCase() === text) ?? null;
    }
  }
};

/**
 * Checks values against the definitions of a scope. Unknown names and values of another type are left out with a warning,
 * the rest is kept. With `requireMandatory` (a new record, not an update) mandatory fields without a value are warned of.
 */
export const validateFields = (
  definitions: readonly FieldDefinition[],
  values: unknown,
  { requireMandatory = false }: { requireMandatory?: boolean } = {},
): FieldOutcome => {
  const known = new Map(definitions.map((definition) => [definition.name.toLowerCase(), definition]));
  const accepted = new Map<string, FieldValue>();
  const cleared: string[] = [];
  const warnings: FieldWarning[] = [];
  const given =
    typeof values === "object" && values !== null && !Array.isArray(values) ? Object.entries(values) : [];
  for (const [name, value] of given) {
    const field = name.slice(0, 100);
    const definition = known.get(name.toLowerCase());
    if (definition === undefined) {
      warnings.push({
        field,
        problem: "unknown",
        message: `The field ${field} is not defined; it was left out.`,
      });
    } else if (value === null || value === "") {
      cleared.push(definition.name);
    } else {
      const parsed = parseFieldValue(definition, value);
      if (parsed !== null) accepted.set(definition.name, parsed);
      else {
        const message = `The field ${definition.name} ${expectations[definition.dataType]}; it was left out.`;
        warnings.push({ field: definition.name, problem: "invalid", message });
      }
    }
  }
  if (requireMandatory) {
    for (const { name, isMandatory } of definitions) {
      if (!isMandatory || accepted.has(name)) continue;
      warnings.push({
        field: name,
        problem: "missing",
        message: `The mandatory field ${name} has no value.`,
      });
    }
  }
  return { values: Object.fromEntries(accepted), cleared, warnings };
};
