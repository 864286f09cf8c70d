import { type Body, type Instant, isObject, isStorable, parseDateTime, startOfDay } from "#platform";
import { errors } from "./errors.ts";

/** Longest name of a group or target. */
const MOST_NAME = 200;
const MOST_TEXT = 4000;
const LARGEST = 1e12;

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === "";

/** A name without blanks around it: what is tracked under it is found by it in rules. */
export const nameOf = (value: unknown, field: string): string => {
  if (isAbsent(value)) throw errors.missing_target_field({ field });
  if (typeof value !== "string" || !isStorable(value))
    throw errors.bad_target_field({ field, expected: "text" });
  if (value.length > MOST_NAME) throw errors.target_name_too_long({ field });
  if (value.trim() !== value || value === "")
    throw errors.bad_target_field({ field, expected: "text without blanks at its ends" });
  return value;
};

export const textOf = (value: unknown, field: string): string => {
  if (isAbsent(value)) return "";
  if (typeof value !== "string" || value.length > MOST_TEXT || !isStorable(value))
    throw errors.bad_target_field({ field, expected: `text of at most ${MOST_TEXT} characters` });
  return value;
};

export const flagOf = (value: unknown, field: string, absent: boolean): boolean => {
  if (isAbsent(value)) return absent;
  if (typeof value !== "boolean") throw errors.bad_target_field({ field, expected: "true or false" });
  return value;
};

export const wholeOf = (value: unknown, field: string, [least, most]: readonly [number, number]): number => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (isAbsent(value)) throw errors.missing_target_field({ field });
  if (typeof number !== "number" || !Number.isInteger(number) || number < least || number > most)
    throw errors.bad_target_field({ field, expected: `a whole number from ${least} to ${most}` });
  return number;
};

/** A number above 0 with three decimals at most. */
export const amountOf = (value: unknown, field: string): number => {
  if (isAbsent(value)) throw errors.missing_target_field({ field });
  const number = typeof value === "string" ? Number(value) : value;
  const isFine =
    typeof number === "number" && number > 0 && number <= LARGEST && Number(number.toFixed(3)) === number;
  if (!isFine)
    throw errors.bad_target_field({ field, expected: "a number above 0 with at most three decimals" });
  return number;
};

export const choiceOf = <Choice extends string>(
  value: unknown,
  field: string,
  choices: readonly Choice[],
  absent?: Choice,
): Choice => {
  if (isAbsent(value)) {
    if (absent !== undefined) return absent;
    throw errors.missing_target_field({ field });
  }
  const found = choices.find((choice) => choice === String(value).toUpperCase());
  if (found === undefined) throw errors.bad_target_field({ field, expected: `one of ${choices.join(", ")}` });
  return found;
};

export const listOf = (value: unknown, field: string, most: number): readonly Body[] => {
  if (isAbsent(value)) return [];
  if (!Array.isArray(value) || value.length > most || !value.every(isObject))
    throw errors.bad_target_field({ field, expected: `a list of at most ${most} objects` });
  return value;
};

/** The local day that a date names: its first instant. */
export const dayOf = (value: unknown, field: string, zone: string): Instant => {
  if (isAbsent(value)) throw errors.missing_target_field({ field });
  const instant =
    typeof value === "number"
      ? value
      : typeof value === "string"
        ? /^\d{11,14}$/.test(value)
          ? Number(value)
          : parseDateTime(value, { zone })
        : null;
  if (instant === null || !(instant > 0 && instant < Date.UTC(9000, 0)))
    throw errors.bad_target_field({
      field,
      expected: "a day such as 2026-03-01, or milliseconds since 1970",
    });
  return startOfDay(instant, zone);
};
