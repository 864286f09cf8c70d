import { type Category, POINTS, postingOfAward } from "#ledger";
import type { OrgPrograms } from "#loyalty";
import type { Organisation } from "#orgs";
import { type Body, type Instant, isObject, lastSecondOfDay, parseDateTime } from "#platform";
import { AWARD_TYPES, categoryNamed, currencyNamed, sourceNamed } from "../deductions/parse.ts";
import type { PartyName } from "../movement.ts";
import { errors } from "../moving-errors.ts";
import { nameParty } from "../naming.ts";
import { readInteger, readText, shown } from "../values.ts";
import type { MoveExpiryInput, NewExpiry } from "./move-expiry.ts";

export const MAX_REQUESTS = 100;
const MAX_NOTE = 500;
const MAX_UNITS = { FIXED_DAYS: 36_500, FIXED_MONTHS: 1_200 } as const;

/** One item of the call: whose award, and until when. */
export interface ExpiryRequest {
  readonly party: PartyName;
  readonly input: MoveExpiryInput;
  readonly awardType: string;
  readonly currencyName: string;
  readonly standardMeta: object;
  readonly customMeta: object;
}

const NAMES = new Set(["mobile", "id", "externalid", "email"]);
const META_KEYS = new Set(["who_raised", "who_approved", "reason_for_trigger"]);
const REASONS = ["EARLY_EXPIRY", "EXTEND_EXPIRY"];
const TYPES = ["FIXED_DATE", "FIXED_DAYS", "FIXED_MONTHS", "IMMEDIATE"];

const partyOf = (organisation: Organisation, item: Body, field: string): PartyName => {
  const name = readText(item.identifierName, 60) ?? "";
  if (!NAMES.has(name.toLowerCase()))
    throw errors.bad_identifier_name({ field, value: shown(item.identifierName) });
  const value = readText(item.identifierValue, 300) ?? "";
  if (value === "") throw errors.identifier_missing({ field });
  return nameParty(organisation, name, value)!;
};

const programOf = (programs: OrgPrograms, item: Body, field: string): number => {
  const programId = readInteger(item.programId);
  if (programId === null || programId === undefined || programs.byId(programId) === null)
    throw errors.bad_expiry_program({ field, value: shown(item.programId) });
  return programId;
};

const metaOf = (value: unknown, field: string, keys: ReadonlySet<string> | null): object => {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw errors.bad_meta({ field, value: shown(value) });
  for (const [key, text] of Object.entries(value))
    if (
      (keys !== null && !keys.has(key)) ||
      readText(key, 100) === undefined ||
      readText(text, 500) === undefined
    )
      throw errors.bad_meta({ field, value: shown(key) });
  return value;
};

const choice = (value: unknown, field: string, names: readonly string[], fallback: string | null): string => {
  const text = (readText(value, 60) ?? "?").toUpperCase();
  if (text === "" && fallback !== null) return fallback;
  if (!names.includes(text))
    throw errors.bad_enumeration({ field, names: names.join(", "), value: shown(value) });
  return text;
};

const expiryOf = (value: unknown, field: string, timeZone: string): NewExpiry => {
  if (!isObject(value))
    throw errors.bad_expiry_date({ field, reason: "it needs expiryType and expiryValue" });
  const type = choice(value.expiryType, `${field}.expiryType`, TYPES, null) as NewExpiry["type"];
  if (type === "IMMEDIATE") return { type };
  if (type === "FIXED_DATE") return { type, at: dateOf(value.expiryValue, field, timeZone) };
  const number = readInteger(value.expiryValue);
  const most = MAX_UNITS[type];
  if (number === null || number === undefined || number < 0 || number > most)
    throw errors.bad_expiry_date({
      field,
      reason: `expiryValue must be a whole number from 0 to ${most}; ${shown(value.expiryValue)} is not`,
    });
  return type === "FIXED_DAYS" ? { type, days: number } : { type, months: number };
};

/** The last second of the day that a date names. */
const dateOf = (value: unknown, field: string, timeZone: string): Instant => {
  const text = readText(value, 40) ?? "";
  const at = parseDateTime(text.slice(0, 10), { zone: timeZone });
  if (at === null || parseDateTime(text, { zone: timeZone }) === null)
    throw errors.bad_expiry_date({ field, reason: `expiryValue must be a date; ${shown(value)} is not` });
  return lastSecondOfDay(at, timeZone);
};

const currencyOf = (
  programs: OrgPrograms,
  item: Body,
  programId: number,
  field: string,
  now: Instant,
): number => {
  const name = readText(item.currencyName, 100) ?? "?";
  if (name === "" || name.toUpperCase() === "POINTS") return POINTS;
  const found = currencyNamed(programs, name, programId, now);
  if (found === null)
    throw errors.bad_enumeration({
      field: `${field}.currencyName`,
      names: "POINTS and the currencies of the program",
      value: shown(item.currencyName),
    });
  return found.currencyId;
};

const categoryOf = (value: unknown, field: string): Category | null => {
  if (value === undefined || value === null || value === "") return null;
  const category = categoryNamed(value);
  if (category === undefined)
    throw errors.bad_enumeration({ field, names: "REGULAR, PROMISED, TRIGGER_BASED", value: shown(value) });
  return category;
};

/** Reads one item of the call. What is wrong in any of them refuses the whole call (points.md §5.3). */
export const parseExpiryRequest = (
  organisation: Organisation,
  programs: OrgPrograms,
  value: unknown,
  index: number,
  now: Instant,
): ExpiryRequest => {
  const item: Body = isObject(value) ? value : {};
  const field = `expiryDateUpdateRequest[${index}]`;
  const party = partyOf(organisation, item, field);
  const programId = programOf(programs, item, field);
  const awardId = readInteger(item.pointsAwardedRefId);
  if (awardId === null || awardId === undefined || awardId < 0) throw errors.award_missing({ field });
  const awardType = readText(item.pointsAwardedRefType, 60) ?? "";
  if (awardType === "") throw errors.award_type_missing({ field });
  if (sourceNamed(awardType) === null)
    throw errors.bad_enumeration({
      field: `${field}.pointsAwardedRefType`,
      names: `POINT_AWARDED… or ${AWARD_TYPES}`,
      value: shown(item.pointsAwardedRefType),
    });
  const note = readText(item.expiryUpdateReasonNote, MAX_NOTE);
  if (note === undefined)
    throw errors.bad_expiry_date({ field, reason: `expiryUpdateReasonNote is longer than ${MAX_NOTE}` });
  const standardMeta = metaOf(item.standardMeta, `${field}.standardMeta`, META_KEYS);
  const customMeta = metaOf(item.customMeta, `${field}.customMeta`, null);
  const timeZone = organisation.clusterTimeZone;
  return {
    party,
    input: {
      programId,
      currencyId: currencyOf(programs, item, programId, field, now),
      category: categoryOf(item.pointCategoryType, `${field}.pointCategoryType`),
      award: { awardId, ...postingOfAward(awardId) },
      source: sourceNamed(awardType),
      expiry: expiryOf(item.expiryDate, `${field}.expiryDate`, timeZone),
      reasonType: choice(item.expiryUpdateReasonType, `${field}.expiryUpdateReasonType`, REASONS, ""),
      note,
      details: { standardMeta, customMeta },
      timeZone,
    },
    awardType,
    currencyName: readText(item.currencyName, 100) || "POINTS",
    standardMeta,
    customMeta,
  };
};
