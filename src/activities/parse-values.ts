import {
  type Body,
  type Instant,
  isObject,
  isStorable,
  type Money,
  parseDateTime,
  parseDecimal,
} from "#platform";
import { errors } from "./errors.ts";

/** Reads of values as tolerant as the dialect: numbers and booleans may come as text, null means absent. */

/** What is kept as sent may be nested so far: nobody means more, and printing what is much deeper overflows the stack. */
const MAX_DEPTH = 10;
const NO_FIELDS: Body = Object.freeze({});

export const asObject = (value: unknown, field: string, most: number): Body => {
  if (value === undefined || value === null) return NO_FIELDS;
  if (!isObject(value)) throw errors.bad_field({ field, expected: "an object" });
  if (Object.keys(value).length > most)
    throw errors.bad_field({ field, expected: `an object of at most ${most} names` });
  return value;
};

export const asArray = (value: unknown, field: string, most: number): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw errors.bad_field({ field, expected: "an array" });
  if (value.length > most) throw errors.bad_field({ field, expected: `an array of at most ${most} items` });
  return value;
};

const checkStorable = (text: string, field: string): void => {
  if (!isStorable(text)) throw errors.bad_field({ field, expected: "text without NUL and half characters" });
};

/** Text as sent; numbers and booleans become text. */
export const asText = (value: unknown, field: string, most: number): string | null => {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") throw errors.bad_field({ field, expected: "text" });
  if (value.length > most) throw errors.field_too_long({ field, most });
  checkStorable(value, field);
  return value;
};

/** One of the words allowed, without regard to case. */
export const asChoice = (
  value: unknown,
  field: string,
  allowed: readonly string[],
  fallback: string,
): string => {
  const text = asText(value, field, 50);
  if (text === null || text === "") return fallback;
  const upper = text.toUpperCase();
  if (!allowed.includes(upper)) throw errors.bad_status({ field, value: text, allowed: allowed.join(", ") });
  return upper;
};

export const asBoolean = (value: unknown, field: string): boolean | null => {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  if (text !== "true" && text !== "false") throw errors.bad_field({ field, expected: "true or false" });
  return text === "true";
};

/** A whole number; null when absent, undefined when it is none. */
export const asInteger = (value: unknown): number | null | undefined => {
  if (value === undefined || value === null || value === "") return null;
  const number = typeof value === "string" && /^\s*-?\d{1,15}\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
};

/** A value as messages quote it, short and printable whatever it is. */
export const shown = (value: unknown): string => {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
};

export const asMoney = (value: unknown, field: string, scale: number): Money | null => {
  if (value === undefined || value === null || value === "") return null;
  const amount = parseDecimal(value, scale);
  if (amount === null) throw errors.bad_amount({ field, value: shown(value) });
  return amount;
};

/** A time without an offset is UTC. */
export const asInstant = (value: unknown, field: string): Instant | null => {
  if (value === undefined || value === null || value === "") return null;
  const instant = typeof value === "string" ? parseDateTime(value, { zone: "UTC" }) : null;
  if (instant === null) throw errors.bad_date({ field, value: shown(value) });
  return instant;
};

/** A value that is kept as sent: any JSON that can be stored and shown again. */
export const asKept = (value: unknown, field: string, depth = 1): unknown => {
  if (typeof value === "string") checkStorable(value, field);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH)
    throw errors.bad_field({ field, expected: `nested at most ${MAX_DEPTH} levels deep` });
  for (const [name, part] of Object.entries(value)) {
    checkStorable(name, field);
    asKept(part, field, depth + 1);
  }
  return value;
};
