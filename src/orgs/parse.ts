import { type Body, isStorable } from "#platform";
import { errors } from "./errors.ts";

/** Reads of scalars as tolerant as the dialect: numbers and booleans may come as text, "" and null mean absent. */

const invalid = (field: string, message: string) =>
  errors.invalid({ field, message: `${field}: ${message}` });

export const readText = (body: Body, field: string): string | undefined => {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" && typeof value !== "number") throw invalid(field, "takes a text.");
  const text = String(value).trim();
  if (!isStorable(text)) throw invalid(field, "holds a character that cannot be stored.");
  return text === "" ? undefined : text;
};

export const readInteger = (
  body: Body,
  field: string,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined => {
  const value = body[field];
  if (value === undefined || value === null || value === "") return undefined;
  const number = typeof value === "string" && /^-?\d{1,16}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || Math.abs(number) > most) {
    throw invalid(field, "takes a whole number.");
  }
  return number;
};

export const readBoolean = (body: Body, field: string): boolean | undefined => {
  const value = body[field];
  if (value === undefined || value === null || value === "") return undefined;
  // JSON can hold objects that no text can be made of.
  const text = typeof value === "object" ? "" : String(value).toLowerCase();
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw invalid(field, "takes true or false.");
};

export const requireText = (body: Body, field: string): string => {
  const text = readText(body, field);
  if (text === undefined) throw invalid(field, "it is missing.");
  return text;
};

/** An id in a path: digits alone name one. */
export const readId = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);

/** Removes keys whose value is undefined, so that optional properties are absent instead. */
export const definedOnly = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
