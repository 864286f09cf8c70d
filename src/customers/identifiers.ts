import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import validator from "validator";

/** Documented identifier types; `facebook` is another spelling of `fbId`. */
export const IDENTIFIER_TYPES = [
  "mobile",
  "email",
  "externalId",
  "cardnumber",
  "cardExternalId",
  "wechat",
  "unionId",
  "cuid",
  "martjackId",
  "fbId",
  "facebook",
  "line",
  "tmall_uname",
  "ali_uname",
  "jd_uname",
  "vip_uname",
] as const;
export type IdentifierType = (typeof IDENTIFIER_TYPES)[number];

const MAX_EMAIL = 255;
const MAX_VALUE = 250;
const MAX_PHONE_TEXT = 40;

const byLowerCase = new Map<string, IdentifierType>(
  IDENTIFIER_TYPES.map((type) => [type.toLowerCase(), type === "facebook" ? "fbId" : type]),
);

/** The type that a caller's spelling names, aliases resolved; null when there is none. */
export const identifierType = (name: string): IdentifierType | null =>
  byLowerCase.get(name.trim().toLowerCase()) ?? null;

const digitsOf = (number: PhoneNumber): string => number.number.slice(1);

const isMobile = (number: PhoneNumber): boolean => {
  const type = number.getType();
  return type === "MOBILE" || type === "FIXED_LINE_OR_MOBILE";
};

/**
 * What digits mean. The documented form begins with the country code, but people also type the national form. Where both
 * make sense somebody's mobile phone wins over a landline, then the organisation's own country. Numbers that are merely of
 * a possible length are taken too: numbering plans grow faster than their tables.
 */
const readDigits = (digits: string, country: CountryCode | undefined): string | null => {
  const international = parsePhoneNumberFromString(`+${digits}`);
  const isOwn = country !== undefined && international?.countryCallingCode === getCountryCallingCode(country);
  const isValid = international?.isValid() ?? false;
  if (international && isValid && (isOwn || isMobile(international))) return digitsOf(international);
  const national = country === undefined ? undefined : parsePhoneNumberFromString(digits, country);
  if (national?.isValid()) {
    const withTrunkPrefix = national.nationalNumber !== digits;
    const couldBeOwn = isOwn && international?.isPossible();
    if (withTrunkPrefix || !couldBeOwn || isMobile(national)) return digitsOf(national);
  }
  if (international?.isPossible()) return digitsOf(international);
  return national?.isPossible() ? digitsOf(national) : null;
};

const normalisePhone = (text: string, country: string): string | null => {
  if (text.length > MAX_PHONE_TEXT || !/^\+?[\d\s().\-/]+$/.test(text)) return null;
  const digits = text.replace(/\D/g, "");
  const home = isSupportedCountry(country) ? country : undefined;
  const exact = text.startsWith("+") || digits.startsWith("00");
  if (!exact) {
    const read = readDigits(digits, home);
    return read === null || read === digits || readDigits(read, home) === read ? read : null;
  }
  const number = parsePhoneNumberFromString(`+${digits.replace(/^00/, "")}`);
  if (!number?.isPossible()) return null;
  const written = digitsOf(number);
  // A foreign number whose bare digits mean another number here could never be looked up again.
  return readDigits(written, home) === written ? written : null;
};

const normaliseEmail = (text: string): string | null => {
  if (text.length > MAX_EMAIL || !/^[A-Za-z0-9\-_+.@]+$/.test(text)) return null;
  const lower = text.toLowerCase();
  return validator.isEmail(lower, { allow_utf8_local_part: false }) ? lower : null;
};

/** Free text of the other types: composed characters, no surrounding blanks, no control characters. Case counts. */
const normaliseText = (text: string): string | null => {
  const value = text.normalize("NFC");
  return value.length <= MAX_VALUE && !/\p{Cc}|\p{Cs}/u.test(value) ? value : null;
};

/**
 * The one spelling under which a value is stored and found: a phone number as digits with country code and without `+`, an
 * e-mail address in lower case, other types trimmed. Null when it is malformed. Normalising twice changes nothing.
 * @param country ISO 3166-1 alpha-2, for phone numbers without a country code
 */
export const normaliseIdentifier = (type: string, value: string, country: string): string | null => {
  const text = value.trim();
  if (text === "") return null;
  switch (identifierType(type)) {
    case null:
      return null;
    case "mobile":
      return normalisePhone(text, country);
    case "email":
      return normaliseEmail(text);
    default:
      return normaliseText(text);
  }
};

/** Directory key of a value that is normalised already. */
export const keyOf = (orgId: number, type: IdentifierType, normalised: string): string =>
  `${orgId}:${type}:${normalised}`;

/**
 * Directory key of an identifier as a caller gave it, `<orgId>:<type>:<normalised value>`; null when the type is unknown or
 * the value malformed.
 */
export const identifierKey = (orgId: number, type: string, value: string, country: string): string | null => {
  const known = identifierType(type);
  const normalised = normaliseIdentifier(type, value, country);
  return known === null || normalised === null ? null : keyOf(orgId, known, normalised);
};
