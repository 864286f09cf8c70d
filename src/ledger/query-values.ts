import { errors } from "./errors.ts";

/** Query parameters as they arrive: texts, or lists where a name was repeated. */
export type RawQuery = Readonly<Record<string, unknown>>;

/** The parameter as text without space around it; undefined when it is absent or empty. */
export const textOf = (query: RawQuery, field: string): string | undefined => {
  const value = query[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") throw errors.given_twice({ field });
  const text = String(value).trim();
  return text === "" ? undefined : text;
};

export const flagOf = (query: RawQuery, field: string, otherwise: boolean): boolean => {
  const value = textOf(query, field)?.toLowerCase();
  if (value === undefined) return otherwise;
  if (value !== "true" && value !== "false") throw errors.bad_flag({ field, value });
  return value === "true";
};

/** A whole number without sign, or null. */
export const numberOf = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null);
