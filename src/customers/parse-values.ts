import type { Actor } from "#identity";
import { type Organisation, SOURCES } from "#orgs";
import { type Body, type Issue, isObject, issue, parseDateTime } from "#platform";
import { errors, WARNING } from "./errors.ts";
import { type IdentifierType, normaliseIdentifier } from "./identifiers.ts";
import { type Channel, LOYALTY_TYPES, type LoyaltyType, type SourceAccount } from "./schema.ts";

/** What surrounds a call: whose it is, when, and what its query says of the source. */
export interface ParseContext {
  readonly organisation: Organisation;
  readonly actor: Actor;
  readonly now: Date;
  readonly source?: string | undefined;
  readonly accountId?: string | undefined;
  readonly isDemo?: boolean;
}

const MAX_NAME = 100;
const MAX_TEXT = 255;
const MAX_CHANNEL_VALUE = 1000;
const MAX_ATTRIBUTES = 50;
const MAX_CHANNELS = 50;
const CHANNEL_TYPES = [
  "mobile",
  "email",
  "wechat",
  "ios",
  "android",
  "line",
  "mobilePush",
  "whatsapp",
  "post",
] as const;

export const asObject = (value: unknown, field: string): Body => {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw errors.bad_field({ field, expected: "an object" });
  return value;
};

export const asArray = (value: unknown, field: string, most: number): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw errors.bad_field({ field, expected: "an array" });
  if (value.length > most) throw errors.bad_field({ field, expected: `an array of at most ${most} items` });
  return value;
};

/** Text, or a number or boolean written as text; null when absent. What cannot be stored is refused. */
export const asText = (value: unknown, field: string, most = MAX_TEXT): string | null => {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string" || /\p{Cs}/u.test(value) || value.includes("\u0000"))
    throw errors.bad_field({ field, expected: "text" });
  if (value.length > most) throw errors.bad_field({ field, expected: `at most ${most} characters long` });
  return value;
};

export const shown = (value: unknown): string =>
  (typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing")).slice(0, 60);

const asFlag = (value: unknown, field: string): boolean | null => {
  if (value === undefined || value === null || value === "") return null;
  // JSON can hold objects that no text can be made of.
  const text = typeof value === "object" ? "" : String(value).toLowerCase();
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw errors.bad_field({ field, expected: "true or false" });
};

/** A name as it is kept: letters, digits, space, hyphen and apostrophe, at most 100; the rest is dropped silently. */
export const parseName = (value: unknown, field: string): string | null => {
  const text = asText(value, field, 10_000);
  if (text === null) return null;
  const kept = text
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}\s'’-]/gu, "")
    .replace(/\s+/g, " ")
    .trim();
  return [...kept].slice(0, MAX_NAME).join("").trimEnd();
};

export const parseLoyaltyType = (value: unknown): LoyaltyType | null => {
  const field = "loyaltyInfo.loyaltyType";
  const text = asText(value, field)?.toLowerCase();
  if (text === undefined || text === "") return null;
  const type = LOYALTY_TYPES.find((item) => item === text);
  if (type === undefined) throw errors.bad_field({ field, expected: "loyalty or non_loyalty" });
  return type;
};

/** Codes that the calls give for a source: those of registration and update differ from those of reads. */
export interface SourceErrors {
  readonly missing: () => Error;
  readonly invalid: (value: string) => Error;
}

/** A source of the organisation by its documented name, without regard to case. */
export const parseSource = (organisation: Organisation, value: unknown, refuse: SourceErrors): string => {
  const text = typeof value === "string" ? value.trim().toUpperCase() : "";
  if (value !== undefined && value !== null && typeof value !== "string") throw refuse.invalid(shown(value));
  if (text === "") throw refuse.missing();
  const allowed = text === "INSTORE" || organisation.flag("CONF_CLIENT_V2_API_ENABLED");
  if (!allowed || !SOURCES.some((source) => source === text) || !organisation.sources.includes(text))
    throw refuse.invalid(shown(value));
  return text;
};

/** The account within a source. Sources without configured accounts have a single one, "" (whatever the caller says). */
export const parseAccount = (
  organisation: Organisation,
  source: string,
  value: unknown,
  field: string,
): SourceAccount => {
  const accounts = organisation.sourceAccounts(source);
  if (accounts.length === 0) return { source, accountId: "" };
  const accountId = asText(value, field)?.trim() ?? "";
  if (accountId === "") throw errors.account_missing({ field, source });
  if (!accounts.some((account) => account.id === accountId))
    throw errors.bad_account({ field, source, value: shown(accountId) });
  return { source, accountId };
};

export const parseChannels = (
  value: unknown,
  path: string,
  organisation: Organisation,
  warnings: Issue[],
): Channel[] => {
  const channels = new Map<string, Channel>();
  asArray(value, path, MAX_CHANNELS).forEach((item, index) => {
    const channel = parseChannel(item, `${path}[${index}]`, organisation, warnings);
    if (channel !== null) channels.set(`${channel.type} ${channel.value}`, channel);
  });
  return [...channels.values()];
};

const parseChannel = (
  item: unknown,
  path: string,
  organisation: Organisation,
  warnings: Issue[],
): Channel | null => {
  if (!isObject(item)) throw errors.bad_field({ field: path, expected: "an object" });
  const typed = asText(item.type, `${path}.type`);
  const type = CHANNEL_TYPES.find((known) => known.toLowerCase() === typed?.trim().toLowerCase());
  if (type === undefined) throw errors.bad_channel({ field: `${path}.type`, value: shown(typed) });
  const given = asText(item.value, `${path}.value`, MAX_CHANNEL_VALUE)?.trim() ?? "";
  const value = channelValue(type, given, organisation.country);
  if (value === null) {
    const code = type === "email" ? WARNING.badEmailChannel : WARNING.badMobileChannel;
    warnings.push(issue(code, `${path}.value: ${shown(given)} is no ${type} address; it was left out.`));
    return null;
  }
  const meta = asObject(item.meta, `${path}.meta`);
  return {
    type,
    value,
    isPrimary: asFlag(item.primary, `${path}.primary`) ?? false,
    isVerified: asFlag(item.verified, `${path}.verified`) ?? false,
    isSubscribed: asFlag(item.subscribed, `${path}.subscribed`),
    meta: {
      residence: asFlag(meta.residence, `${path}.meta.residence`) ?? false,
      office: asFlag(meta.office, `${path}.meta.office`) ?? false,
      ...(meta.lastViewedDate === undefined
        ? {}
        : { lastViewedDate: asText(meta.lastViewedDate, `${path}.meta.lastViewedDate`) ?? "" }),
    },
    attributes: parseAttributes(item.attributes, `${path}.attributes`),
  };
};

const channelValue = (type: string, given: string, country: string): string | null => {
  if (given === "") return null;
  if (type === "mobile" || type === "whatsapp") return normaliseIdentifier("mobile", given, country);
  return type === "email" ? normaliseIdentifier("email", given, country) : given;
};

const parseAttributes = (value: unknown, path: string): Record<string, string> => {
  const entries = Object.entries(asObject(value, path));
  if (entries.length > MAX_ATTRIBUTES)
    throw errors.bad_field({ field: path, expected: `an object of at most ${MAX_ATTRIBUTES} keys` });
  return Object.fromEntries(
    entries.map(([name, item]) => [asText(name, path) ?? "", asText(item, `${path}.${shown(name)}`) ?? ""]),
  );
};

/** Date of registration: not before the organisation's limit, not after now. Absent: now. */
export const parseRegistrationDate = (value: unknown, { organisation, now }: ParseContext): Date => {
  if (value === undefined || value === null || value === "") return now;
  const instant = typeof value === "string" ? parseDateTime(value, { zone: "UTC" }) : null;
  if (instant === null)
    throw errors.bad_date({ value: shown(value), reason: "it is no ISO date.", field: "createDate" });
  const limit = organisation.setting("CONF_MIN_REGISTRATION_DATE");
  const earliest = limit === undefined ? null : parseDateTime(limit, { zone: organisation.timeZone });
  if (earliest !== null && instant < earliest)
    throw errors.bad_date({ value: shown(value), reason: `it is before ${limit}.`, field: "createDate" });
  if (instant > now.getTime() || instant < MIN_INSTANT)
    throw errors.bad_date({
      value: shown(value),
      reason: instant > now.getTime() ? "it lies in the future." : "it is too long ago.",
      field: "createDate",
    });
  return new Date(instant);
};

/** Nobody alive registered earlier. */
const MIN_INSTANT = Date.UTC(1900, 0, 1);

/** The till that a registration is credited to; an unknown one is warned of. */
export const parseAssociatedTill = (
  value: unknown,
  organisation: Organisation,
  warnings: Issue[],
): number | null => {
  const code = asText(value, "associatedWith", 1000)?.trim() ?? "";
  if (code === "") return null;
  const till = code.length <= 50 ? organisation.tillByCode(code) : null;
  if (till !== null) return till.id;
  warnings.push(issue(WARNING.badAssociatedWith, `associatedWith: there is no till ${shown(code)}.`));
  return null;
};

export const identifierWarning = (type: IdentifierType, field: string, value: string): Issue => {
  const code =
    type === "email" ? WARNING.badEmail : type === "mobile" ? WARNING.badMobile : WARNING.badExternalId;
  return issue(code, `${field}: the ${type} ${shown(value)} is malformed; it was left out.`);
};
