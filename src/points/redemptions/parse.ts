import type { Organisation } from "#orgs";
import {
  type Body,
  type Instant,
  isObject,
  type Millipoints,
  type Money,
  parseDateTime,
  parseDecimal,
} from "#platform";
import { errors } from "../errors.ts";
import type { PartyName } from "../movement.ts";
import { nameParty } from "../naming.ts";
import type { Redemption } from "../schema.ts";
import type { Validation } from "../validation/check.ts";
import { readFlag, readPoints, readText, shown } from "../values.ts";

/** Identifiers that v1.1 calls name customers by, as the directory calls them, in the order in which they are believed. */
const IDENTIFIERS = [
  ["id", "id"],
  ["mobile", "mobile"],
  ["email", "email"],
  ["external_id", "externalId"],
  ["card_number", "cardnumber"],
  ["card_external_id", "cardExternalId"],
] as const;
const MAX_IDENTIFIER = 300;

/** The customer of a call. Error: 802. */
export const parseCustomer = (organisation: Organisation, fields: Body): PartyName => {
  for (const [name, type] of IDENTIFIERS) {
    const value = readText(fields[name], MAX_IDENTIFIER);
    if (value === undefined) throw errors.no_identifier();
    if (value === "") continue;
    const party = nameParty(organisation, type, value);
    if (party !== null) return party;
  }
  throw errors.no_identifier();
};

/** Text of a field. Error: 400. */
export const parseText = (fields: Body, field: string, most: number): string => {
  const text = readText(fields[field], most);
  if (text === undefined) throw errors.bad_value({ field, expected: `text of at most ${most} characters` });
  return text;
};

export const parseFlag = (fields: Body, field: string): boolean => {
  const flag = readFlag(fields[field]);
  if (flag === undefined) throw errors.bad_value({ field, expected: "true or false" });
  return flag;
};

/** Points above 0 of at most three decimals. Errors: 801, 878. */
export const parsePoints = (value: unknown, field: string): Millipoints => {
  const read = readPoints(value);
  if ("fault" in read && read.fault === "too_fine") throw errors.too_many_decimals({ field });
  if ("fault" in read || read.points <= 0) throw errors.bad_points({ field, value: shown(value) });
  return read.points;
};

/** What is to be spent: points, or with `currency_input` the money that they are to pay. */
export const parseSpending = (
  organisation: Organisation,
  value: unknown,
  field: string,
  isMoney: boolean,
): { points: Millipoints; money: Money | null } => {
  if (!isMoney) return { points: parsePoints(value, field), money: null };
  const money = parseDecimal(value, organisation.moneyScale);
  if (money === null || money <= 0) throw errors.bad_points({ field, value: shown(value) });
  return { points: 0, money };
};

/** What the bill comes to, rounded as amounts of bills are; null when absent. Error: 400. */
export const parseBillAmount = (organisation: Organisation, value: unknown): Money | null => {
  if (value === undefined || value === null || value === "") return null;
  const amount = parseDecimal(value, organisation.moneyScale);
  if (amount === null || amount <= 0)
    throw errors.bad_value({ field: "billAmount", expected: "an amount of money above 0" });
  return amount;
};

/** A program's id; null when absent. Error: 1101. */
export const parseProgram = (value: unknown): number | null => {
  const text = readText(value, 20);
  if (text === "") return null;
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw errors.bad_program({ value: shown(value) });
  return Number(text);
};

const OFFSET = /[+-]\d{2}(:?\d{2})?$/;

/**
 * When points were redeemed (loyalty-core.md §6): a time without an offset is the cluster's; with an offset only its date counts;
 * Z is converted with its time. Null when absent. Error: 859.
 */
export const parseRedemptionTime = (value: unknown, clusterTimeZone: string): Instant | null => {
  const text = readText(value, 60);
  if (text === "") return null;
  const hasTime = text !== undefined && /^\d{4}-\d{2}-\d{2}[T ]\d{2}/.test(text);
  const isDateOnly = hasTime && OFFSET.test(text.slice(10));
  const read =
    text === undefined
      ? null
      : isDateOnly && parseDateTime(text, { zone: clusterTimeZone }) !== null
        ? parseDateTime(text.slice(0, 10), { zone: clusterTimeZone })
        : parseDateTime(text, { zone: clusterTimeZone });
  if (read === null) throw errors.malformed_redemption_time({ value: shown(value) });
  return read;
};

/** Group parameters name what is not there: each has its documented refusal. Errors: 3316, 828, 1632. */
export const refuseGroups = (fields: Body): void => {
  if (parseFlag(fields, "group_redemption")) throw errors.group_redemption();
  if (parseFlag(fields, "use_default_user_group2")) throw errors.no_default_group();
  for (const [field, value] of Object.entries(fields))
    if (field.startsWith("user_group2_") && readText(value, 300) !== "")
      throw errors.unknown_group({ field });
};

/** How the customer was asked for. Error: 822. */
export const parseValidation = (query: Body, code: unknown): Validation => {
  const type = parseText(query, "validation_type", 20).toUpperCase();
  const text = readText(code, 40);
  if (text === undefined) throw errors.wrong_code();
  const skips = parseFlag(query, "skip_validation") || type === "INVALID";
  if (!skips && type === "MISSED_CALL") throw errors.missed_call_off();
  if (!["", "SMS", "MISSED_CALL", "INVALID"].includes(type))
    throw errors.bad_value({ field: "validation_type", expected: "MISSED_CALL, SMS or INVALID" });
  return { code: text === "" ? null : text, skips };
};

export interface ReadCustomFields {
  readonly fields: Redemption["customFields"];
  readonly warnings: readonly { readonly code: number; readonly message: string }[];
}

const MAX_FIELDS = 100;

/** `{field: [{name, value}]}` or `[{name, value}]`; names that the organisation does not have are left out with a warning (1017). */
export const parseCustomFields = (organisation: Organisation, value: unknown): ReadCustomFields => {
  if (value === undefined || value === null || value === "") return { fields: null, warnings: [] };
  const inner = isObject(value) ? value.field : value;
  const items = Array.isArray(inner) ? inner : inner === undefined || inner === null ? [] : [inner];
  if (items.length > MAX_FIELDS)
    throw errors.bad_value({ field: "custom_fields", expected: `at most ${MAX_FIELDS} fields` });
  const known = new Set(organisation.customFields("points_redemption").map(({ name }) => name));
  const read = items.map((item) => {
    const name = isObject(item) ? readText(item.name, 100) : undefined;
    const text = isObject(item) ? readText(item.value, 1000) : undefined;
    if (name === undefined || name === "" || text === undefined)
      throw errors.bad_value({ field: "custom_fields", expected: "objects with name and value" });
    return { name, value: text };
  });
  const unknown = read.filter(({ name }) => !known.has(name));
  return {
    fields: read.filter(({ name }) => known.has(name)),
    warnings: unknown.map(({ name }) => ({ code: 1017, message: `There is no custom field ${name}.` })),
  };
};
