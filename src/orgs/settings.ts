import { isMailAddress, isStorable } from "#platform";

/** Kinds of setting values: `flag` is "1" or "0", `number` a decimal, `choice` one of `choices`, `text` anything. */
export interface SettingDefinition {
  readonly key: string;
  readonly type: "flag" | "number" | "choice" | "text";
  /** Value in force while the organisation has set none; "" means none. */
  readonly default: string;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  /** Of a text: it is whole numbers of days, comma-separated; see `daysOf`. */
  readonly isListOfDays?: boolean;
  /** Of a text: it is one e-mail address. */
  readonly isMailAddress?: boolean;
  readonly description: string;
  /** Kept and shown to those who ask for it, but acted on by nothing in this version. */
  readonly isKeptOnly?: boolean;
}

const flag = (key: string, on: boolean, description: string): SettingDefinition => ({
  key,
  type: "flag",
  default: on ? "1" : "0",
  description,
});
const number = (key: string, value: string, description: string, minimum = 0): SettingDefinition => ({
  key,
  type: "number",
  default: value,
  minimum,
  description,
});
const text = (key: string, value: string, description: string): SettingDefinition => ({
  key,
  type: "text",
  default: value,
  description,
});
const choice = (
  key: string,
  choices: readonly string[],
  value: string,
  description: string,
): SettingDefinition => ({
  key,
  type: "choice",
  choices,
  default: value,
  description,
});

/** Settings that this version acts on. */
const ACTING: readonly SettingDefinition[] = [
  choice(
    "CONF_REGISTRATION_PRIMARY_KEY",
    ["mobile", "email", "externalId"],
    "mobile",
    "Identifier that names a customer.",
  ),
  flag("CONF_ALLOW_REGISTRATION_FROM_ANY_IDENTIFIERS", true, "Any one identifier is enough to register."),
  flag("CONF_REGISTRATION_PRIMARY_KEY_REQUIRED", false, "The primary identifier is mandatory."),
  flag("CONF_USERS_IS_MOBILE_REQUIRED", false, "A mobile number is mandatory."),
  flag("CONF_USERS_IS_EMAIL_REQUIRED", false, "An e-mail address is mandatory."),
  flag("CONF_USERS_IS_EXTERNAL_ID_REQUIRED", false, "An external id is mandatory."),
  flag("CONF_USERS_IS_EMAIL_UNIQUE", true, "An e-mail address belongs to one customer."),
  flag("CONF_USERS_USE_EXTERNAL_ID", true, "External ids are kept."),
  flag(
    "CONF_PRIMARY_IDENTIFIER_STRICT_CHECK",
    false,
    "Refuse a registration whose secondary identifier belongs to another customer than its primary one.",
  ),
  flag(
    "CONF_SKIP_SECONDARY_ID_ON_PRIMARY_MISMATCH",
    false,
    "Drop a secondary identifier that belongs to another customer, with a warning. Overrides the strict check.",
  ),
  flag("CONF_RESTRICT_ORPHAN_V2_PROFILE", false, "Other sources need an INSTORE profile first."),
  flag("CONF_ALLOW_MOBILE_UPDATE", true, "A mobile number may change."),
  flag("CONF_ALLOW_EMAIL_UPDATE", true, "An e-mail address may change."),
  flag("CONF_LOYALTY_ALLOW_EXTERNAL_ID_UPDATE", true, "An external id may change."),
  flag("CONF_INSTORE_V2_ENABLED", false, "Several customers may share a secondary identifier."),
  flag("CONF_CLIENT_V2_API_ENABLED", true, "Sources other than INSTORE are allowed."),
  flag("USE_CRM_REGISTRATION_INFO_FROM_BASE_STORE", true, "associatedWith names the customer's base store."),
  flag("CONF_CUSTOMER_DEFAULT_STATUS_ENABLED", false, "New customers get the default status label."),
  text("CONF_MIN_REGISTRATION_DATE", "", "Earliest date of registration, YYYY-MM-DD."),
  flag("CONF_LOYALTY_IS_BILL_NUMBER_REQUIRED", true, "A bill needs a number."),
  flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE", true, "A bill number is used once in the organisation."),
  flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE_ONLY_STORE", false, "A bill number is used once per store."),
  flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE_ONLY_TILL", false, "A bill number is used once per till."),
  number(
    "CONF_LOYALTY_BILL_NUMBER_UNIQUE_IN_DAYS",
    "",
    "Days after which a bill number may be used again; none = never.",
  ),
  number("CONF_LOYALTY_MIN_BILL_AMOUNT", "", "Smallest amount of a bill."),
  number("CONF_LOYALTY_MAX_BILL_AMOUNT", "", "Largest amount of a bill."),
  number("CONF_LOYALTY_MIN_BILL_LINEITEM_AMOUNT", "", "Smallest amount of a line."),
  number("CONF_LOYALTY_MAX_BILL_LINEITEM_AMOUNT", "", "Largest amount of a line."),
  text("CONF_MIN_BILLING_DATE", "", "Earliest date of a bill, YYYY-MM-DD."),
  flag("CONF_CLIENT_IS_BILL_AMOUNT_ZERO", true, "Bills of amount zero are accepted."),
  flag("CONF_MARK_ZERO_BILL_AS_OUTLIER", false, "Bills of amount zero are outliers."),
  text(
    "MARK_BILLS_OUTLIER_STARTING_WITH",
    "",
    "Prefixes of bill numbers that make outliers, comma-separated.",
  ),
  text("MARK_BILLS_OUTLIER_FROM_STORE", "", "Store codes whose bills are outliers, comma-separated."),
  flag(
    "BILL_NUMBER_WISE_IGNORE_POINTS",
    false,
    "Bills whose numbers begin as IGNORE_POINTS_FOR_BILL_NUMBER_STARTS_WITH says earn no points.",
  ),
  text(
    "IGNORE_POINTS_FOR_BILL_NUMBER_STARTS_WITH",
    "",
    "Beginnings of numbers of bills that earn no points, comma-separated.",
  ),
  flag("IS_RETURN_BILL_UNIQUE", true, "A return number is used once."),
  flag("CONF_POINTS_RETURN_ENABLED", true, "A return takes back the points of its bill."),
  flag(
    "CONF_POINTS_RETURN_REEVALUATION_ENABLED",
    false,
    "After a partial return the rest of the bill is decided anew, as of its date, and the difference is taken or given.",
  ),
  flag("CONF_ALLOW_NOT_EXISTING_BILL_RETURN", false, "A return of an unknown bill is stored with a warning."),
  number("BILL_OUTLIER_BASKET_SIZE_LIMIT", "-1", "Lines beyond which a bill is an outlier; -1 = off.", -1),
  flag(
    "CONF_ORG_DISABLE_MACHINE_TIME_CONV",
    false,
    "v2 keeps the clock time of the payload and drops its offset.",
  ),
  flag("CONF_CURRENCY_CONVERSION_ENABLE", false, "Bills in other currencies are converted."),
  flag("ALLOW_POINTS_TRANSFER", true, "Points can be transferred between customers."),
  flag(
    "CONF_FRAUD_STATUS_CHECK_POINTS_TRANSFER",
    false,
    "Points are not transferred by or to customers of a fraud status.",
  ),
  flag("ALLOW_NEGATIVE_BALANCE_ON_RETURN", false, "Deductions by hand may go below zero."),
  flag("CONF_RETRO_TRANSACTION_ENABLE", false, "Anonymous bills can be claimed later."),
  number("CONF_CLIENT_RETRO_MAX_ALLOWED_AGE_DAYS", "", "Days within which a bill can be claimed."),
  number(
    "CONF_CLIENT_RETRO_DELAY_SINCE_REGISTRATION_HOURS",
    "",
    "Hours before registration within which a bill can be claimed.",
  ),
  flag("CONF_ENABLE_SIMULATION_API_MODE", false, "The simulation call is open."),
  flag("Allow_points_redemption_reversal", true, "Redemptions of points can be reversed."),
  flag("CONF_OTP_VALIDATE_RATE_LIMIT_ENABLED", true, "Wrong one-time codes are limited."),
  number(
    "CONF_OTP_VALIDATE_RATE_LIMIT_MINUTE",
    "15",
    "Minutes over which wrong one-time codes are counted.",
    1,
  ),
  number("CONF_OTP_VALIDATE_RATE_LIMIT_COUNT", "5", "Wrong one-time codes at most in that time.", 1),
  choice(
    "CONF_POINTS_VALIDATION_CODE_DELIVERY",
    ["none", "mailbox", "email"],
    "none",
    "How one-time codes for spending points reach customers: not at all, by hand from the console's mailbox, or by e-mail.",
  ),
  number(
    "CONF_POINTS_VALIDATION_CODE_VALIDITY_MINUTES",
    "10",
    "Minutes for which a one-time code for spending points is taken.",
    1,
  ),
  {
    ...text(
      "CONF_POINTS_EXPIRY_REMINDER_DAYS",
      "",
      "Days before points expire on which members are reminded, comma-separated; none = no reminders.",
    ),
    isListOfDays: true,
  },
  choice(
    "CONF_POINTS_EXPIRY_REMINDER_DELIVERY",
    ["none", "email"],
    "none",
    "Whether reminders of points that expire are sent by e-mail, or are only events, for a system of your own to send; the server needs a mail server for it.",
  ),
  text("CONF_MAIL_SENDER_NAME", "", "Name that e-mails to customers are from; none = the organisation's."),
  {
    ...text(
      "CONF_MAIL_REPLY_TO",
      "",
      "E-mail address that customers' answers go to; none = the address that e-mails are from.",
    ),
    isMailAddress: true,
  },
  number(
    "CONF_MESSAGE_RETENTION_DAYS",
    "90",
    "Days after which messages to customers are deleted, with the addresses that they went to; none = never.",
    1,
  ),
  number(
    "CONF_WEBHOOK_RETENTION_DAYS",
    "30",
    "Days after which events that webhooks were told of are deleted, with what became of them; none = never.",
    1,
  ),
  text("CONF_OUTLIER_ITEM_SKU", "", "Item codes whose lines are outliers, comma-separated."),
  flag(
    "CONF_TRANSACTION_SANITY_CHECK_ENABLE",
    false,
    "Bills that name unknown payment modes, stores or tills, or lack mandatory fields, are parked.",
  ),
  flag("ALLOW_RETURN_ON_TARGET", true, "Returns lower what members achieved of targets."),
  flag(
    "CONF_TARGET_TRACK_FROM_ENROLMENT",
    false,
    "Only what happens after a member was enrolled counts for a target, not what the running period had before.",
  ),
  flag(
    "CONF_TARGET_ADJUST_NEXT_CYCLE_ON_RETURN",
    false,
    "A bill that comes back whole after the end of its period is taken off the period of the target that runs.",
  ),
  number(
    "CONF_TARGET_SALES_DELAY_DAYS",
    "0",
    "Days after the end of a period in which late bills still count for it.",
  ),
  flag("CONF_TARGET_LEADERBOARDS", false, "Every group of targets has a leaderboard."),
];

/**
 * Documented settings of screens, or of features that are not there: tills and integrations write and read them, and every
 * such call is told so. Whoever builds the feature moves its settings up.
 */
const KEPT: readonly SettingDefinition[] = [
  flag(
    "CONF_IDENTIFIERS_SYNC_ENABLED",
    false,
    "Copy identifier changes between the INSTORE and other profiles.",
  ),
  text("CONF_BARCODE_VALUE_IDENTIFIER", "", "Identifier printed as a barcode."),
  flag("CONF_REGISTRATION_BARCODE_GEN_ENABLED", false, "Make a barcode at registration."),
  flag("CONF_CARD_NUMBER_GENERATION_ENABLED", false, "Generate external ids."),
  text("SOURCE_ACCOUNTS_EXTERNALID_ENABLED", "", "Sources with generated external ids, source:accountId."),
  number("CONF_CARD_NUMBER_LENGTH", "", "Length of generated external ids.", 1),
  text("CONF_CARD_NUMBER_PREFIX", "", "Prefix of generated external ids."),
  text("CONF_CARD_NUMBER_SUFFIX", "", "Suffix of generated external ids."),
  number("CONF_CARD_NUMBER_OFFSET", "", "Where the sequence of generated external ids starts."),
  choice(
    "CONF_CARD_CHECKSUM_DIGIT_ALGO",
    ["LUHN_ALGO", "MOD7_ALGO", "AUTO_INC", "RANDOM", "RANDOM_LUHN", "RANDOM_MOD7"],
    "",
    "Check digit of generated external ids.",
  ),
  choice(
    "CONF_VALUES_TO_INCLUDE_FOR_CHECKSUM_DIGIT",
    ["PREFIX", "NONE"],
    "",
    "What the check digit covers besides the number.",
  ),
  flag("CONF_LOYALTY_IS_RETURN_BILL_NUMBER_REQUIRED", false, "A return needs a number."),
  number("CONF_LOYALTY_TRANSACTION_AMOUNT_MARGIN", "", "Difference of amounts that tills let pass."),
  flag(
    "CONF_LOYALTY_IS_RETURN_BILL_MANUAL_HANDLING_ENABLED",
    false,
    "Points of returns are deducted by hand.",
  ),
  flag("CONF_ENABLE_GROUP_POINTS_BY_PROGRAM", false, "Side effects of v1.1 are grouped per program."),
  flag(
    "CONF_ALLOW_LOYALTY_BILL_SUBMITION_WITH_PARTIAL_DETAILS",
    false,
    "Tills may send bills whose details are incomplete.",
  ),
  text("CONF_CLIENT_BILL_NO_REGEX", "", "Form of bill numbers that tills take."),
  flag(
    "CONF_ALLOW_TRANSACTION_RETURN_AFTER_GROUP_TRANSITION",
    false,
    "A member who left a group can return.",
  ),
  flag("CONF_RETRO_TRANSACTION_CASHIER", false, "Cashiers may claim bills for customers."),
  flag("CONF_RETRO_TRANSACTION_STORE_ASSOCIATE", false, "Store associates may claim bills for customers."),
  number("CONF_MAX_CARDS_PER_ORG", "", "Active cards of one customer.", 1),
  number("ORG_MAX_LABEL_COUNT", "20", "Status labels at most.", 1),
  flag("CONF_USER_GROUP_ENABLED", false, "User groups are on."),
  number("CONF_USER_GROUP_SIZE", "", "Members of a user group at most.", 1),
  flag("CONF_USER_GROUP_OTP_ENABLE", false, "Joining a group asks the member for a code."),
  flag("CONF_USER_GROUP_PRIMARY_USER_OTP_ENABLE", false, "Joining a group asks its primary user for a code."),
  number("CONF_MAX_FLEET_GROUP_SIZE", "", "Members of a fleet group at most.", 1),
  flag("CONF_UNIFIED_SUBSCRIPTION_ENABLED", false, "One subscription for all stores."),
  flag("CONF_ORG_SUBSCRIPTION_UPDATE_MSG", false, "A message tells of a changed subscription."),
  flag("CONF_ENABLE_PII_DELETION", false, "Personal data can be deleted on request."),
  number("CONF_PII_DATA_DELETE_AFTER_DAYS", "", "Days after which requested deletions run."),
  number("CONF_EVENT_CAPPING_CREATION_MAX_LIMIT", "", "Caps of an event at most."),
  number("CONF_AUTO_ENROL_EVENT_CAPPING_CREATION_MAX_LIMIT", "", "Caps of an enrolment event at most."),
  number("CONF_LEAD_AUTO_CLOSURE_TIME_PERIOD", "", "Days after which a lead closes by itself."),
];

/**
 * Every setting that an organisation may have, by its documented key. The documentation states few defaults; where it is
 * silent the default is what lets a new shop work at once (sales numbered once, registration by any identifier).
 */
export const SETTINGS: readonly SettingDefinition[] = [
  ...ACTING,
  ...KEPT.map((setting) => ({ ...setting, isKeptOnly: true })),
];

const byKey = new Map(SETTINGS.map((setting) => [setting.key, setting]));

export const findSetting = (key: string): SettingDefinition | null => byKey.get(key) ?? null;

const MAX_DAYS = 366;
const MAX_LISTED = 10;
const DAYS_EXPECTED = `it takes whole numbers of days from 1 to ${MAX_DAYS}, comma-separated, ${MAX_LISTED} at most`;

/** Reads a list of days such as `30,7`: each once, the most first. Null when it is none. */
export const daysOf = (value: string): readonly number[] | null => {
  if (value.trim() === "") return [];
  const items = value.split(",").map((item) => item.trim());
  const days = [...new Set(items.map(Number))].sort((a, b) => b - a);
  const fits = items.every((item) => /^\d{1,3}$/.test(item)) && days[0]! <= MAX_DAYS && days.at(-1)! >= 1;
  return fits && days.length <= MAX_LISTED ? days : null;
};

const TRUE = new Set(["1", "true", "yes", "on"]);
const FALSE = new Set(["0", "false", "no", "off"]);

/** The value as it is kept, or a sentence saying what is expected. An empty text returns a setting to "none". */
export const normaliseSetting = (
  setting: SettingDefinition,
  value: unknown,
): { value: string } | { expected: string } => {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    return { expected: "it takes a text, a number or true/false" };
  }
  const given = String(value).trim();
  if (!isStorable(given)) return { expected: "it takes characters that can be stored" };
  if (given.length > 2000) return { expected: "it takes at most 2000 characters" };
  switch (setting.type) {
    case "flag": {
      const lower = given.toLowerCase();
      if (TRUE.has(lower)) return { value: "1" };
      return FALSE.has(lower) ? { value: "0" } : { expected: "it takes 1 or 0" };
    }
    case "number": {
      if (given === "") return { value: "" };
      const least = setting.minimum ?? 0;
      const fits = /^-?\d{1,12}(\.\d{1,6})?$/.test(given) && Number(given) >= least;
      return fits ? { value: given } : { expected: `it takes a number of at least ${least}` };
    }
    case "choice": {
      if (given === "") return { value: "" };
      const found = setting.choices?.find((item) => item.toLowerCase() === given.toLowerCase());
      return found === undefined
        ? { expected: `it takes one of ${setting.choices?.join(", ")}` }
        : { value: found };
    }
    case "text": {
      if (setting.isMailAddress === true && given !== "" && !isMailAddress(given))
        return { expected: "it takes one e-mail address" };
      if (setting.isListOfDays !== true || given === "") return { value: given };
      const days = daysOf(given);
      return days === null ? { expected: DAYS_EXPECTED } : { value: days.join(",") };
    }
  }
};

export const isTrue = (value: string | undefined): boolean => TRUE.has((value ?? "").toLowerCase());
