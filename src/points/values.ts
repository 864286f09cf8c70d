import { isStorable, type Millipoints, POINTS_SCALE, parseDecimal } from "#platform";

/** Reads of values as tolerant as the dialect: numbers and booleans may come as text, null means absent. */

/** Text as sent, numbers as text; "" when absent; undefined when it is neither or cannot be stored. */
export const readText = (value: unknown, most: number): string | undefined => {
  if (value === undefined || value === null) return "";
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.length <= most && isStorable(text) ? text.trim() : undefined;
};

/** A whole number; null when absent, undefined when it is none. */
export const readInteger = (value: unknown): number | null | undefined => {
  if (value === undefined || value === null || value === "") return null;
  const number = typeof value === "string" && /^\s*-?\d{1,15}\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
};

export const readFlag = (value: unknown): boolean | undefined => {
  if (value === undefined || value === null || value === "") return false;
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  return text === "true" ? true : text === "false" ? false : undefined;
};

/** A value as messages quote it, short and printable whatever it is. */
export const shown = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value).slice(0, 60);
};

/** Points as the subject of a refusal: "1 point is", "5 points are". */
export const pointsAre = (points: Millipoints): string =>
  points === POINTS_SCALE ? "1 point is" : `${points / POINTS_SCALE} points are`;

/** A balance that may be below zero, as people write it. */
export const balanceShown = (points: Millipoints): string =>
  `${points / POINTS_SCALE}`.replace("-", "\u2212");

/** Points as a caller gave them: what they come to, or why they are none. */
export type ReadPoints = { readonly points: Millipoints } | { readonly fault: "not_a_number" | "too_fine" };

const TOO_FINE = /\.\d{3}\d*[1-9]\d*$/;

/** Reads points, a number or its text, of at most three decimals; finer parts are a fault, never rounded away. */
export const readPoints = (value: unknown): ReadPoints => {
  const points = parseDecimal(value, POINTS_SCALE);
  if (points === null) return { fault: "not_a_number" };
  const isWhole = points / POINTS_SCALE === Number(value);
  // Large amounts have no finer doubles: what was written tells.
  return isWhole && !(typeof value === "string" && TOO_FINE.test(value.trim()))
    ? { points }
    : { fault: "too_fine" };
};
