import { isObject } from "#platform";
import type { NameBook } from "./names.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Words for fields that their names do not say well; every other field is called by its name, in words. */
const LABELS: Readonly<Record<string, string>> = {
  allTiers: "rate of all tiers",
  perTier: "by tier",
  every: "amount of a step",
  incompleteStep: "rounding of an incomplete step",
  useProportions: "split over the lines",
  color: "colour",
  secondaryThresholds: "further thresholds",
  secondary: "further criteria",
  combine: "combination",
  minimumMonths: "months at least",
  extend: "how a renewal goes on",
  onReturn: "tier taken back by returns",
  extendPoints: "points that go on with the next tier",
  remindDaysBefore: "days of reminders",
  removedTiers: "members of removed tiers",
  currencyId: "currency",
  expiryStrategyId: "expiry",
  delayFrom: "start of the delay",
  returnable: "taken back by returns",
  activeFrom: "first day",
  activeTo: "last day",
  billFraction: "part of a bill that points may pay",
  needsValidationCode: "validation code needed",
  blockedStatuses: "statuses that may not spend",
  lifetimePointsRequired: "lifetime points required",
  lifetimePurchasesRequired: "lifetime purchases required",
  reverseRedemption: "points that paid a returned bill",
  redemptionReversal: "points given back after their date",
  goodwillMaximum: "most goodwill points at once",
  goodwillPerMonth: "most goodwill points a month",
  deductionMaximum: "most points deducted at once",
  endsWith: "end of the period",
  actions: "actions when true",
  otherwise: "actions when false",
  setId: "set",
};

/** The name of a field as people read it: `balanceRequired` is "balance required". */
export const labelOf = (field: string): string =>
  Object.hasOwn(LABELS, field) ? LABELS[field]! : inWords(field);

const inWords = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();

/** Constants of the format, such as prorated_percent: read without their underscores. */
const CONSTANTS = new Set([
  "strategy",
  "basis",
  "category",
  "rounding",
  "mode",
  "kind",
  "type",
  "endsWith",
  "delayFrom",
  "incompleteStep",
  "criterion",
  "reverseRedemption",
  "redemptionReversal",
  "stage",
  "unroll",
  "expiry",
]);

const MOST_DECIMALS = 20;
const number = (value: number): string =>
  value.toLocaleString("en", {
    maximumFractionDigits: MOST_DECIMALS,
    useGrouping: Math.abs(value) >= 10_000,
  });

/** A value in words, whatever it is. `field` is where it stands, which says what a number or constant means. */
export const valueWords = (value: unknown, field: string, book: NameBook): string => {
  switch (typeof value) {
    case "undefined":
      return "nothing";
    case "boolean":
      return value ? "yes" : "no";
    case "number":
      return numberWords(value, field, book);
    case "string":
      return textWords(value, field, book);
    default:
      if (value === null) return "none";
      if (Array.isArray(value)) return listWords(value, field, book);
      return isObject(value) ? objectWords(value, field, book) : JSON.stringify(value);
  }
};

const numberWords = (value: number, field: string, book: NameBook): string => {
  if (field === "currencyId") return book.currency(value);
  if (field === "expiryStrategyId" || field === "expiry") return book.expiryStrategy(value);
  return number(value);
};

const textWords = (value: string, field: string, book: NameBook): string => {
  if (CONSTANTS.has(field) && /^[a-z]+(_[a-z]+)*$/.test(value)) return value.replaceAll("_", " ");
  if (field === "setId") return book.set(value);
  return `“${value}”`;
};

const listWords = (list: readonly unknown[], field: string, book: NameBook): string => {
  if (list.length === 0) return "an empty list";
  const items = list.map((item) => valueWords(item, field, book));
  return list.some((item) => isObject(item) || Array.isArray(item))
    ? items.map((item) => `(${item})`).join("; ")
    : items.join(", ");
};

const objectWords = (value: Fields, field: string, book: NameBook): string => {
  const expiry = expiryWords(value, book);
  const rest = Object.entries(value).filter(([name, item]) => item !== undefined && !expiry?.said.has(name));
  const parts = rest.map(([name, item]) => `${fieldWords(name, field, book)} ${partWords(item, name, book)}`);
  const all = expiry === null ? parts : [expiry.text, ...parts];
  return all.length === 0 ? "nothing more" : all.join(", ");
};

/** What has parts of its own is told apart from what stands beside it. */
const partWords = (value: unknown, field: string, book: NameBook): string => {
  const words = valueWords(value, field, book);
  return isObject(value) ? `(${words})` : words;
};

/** The field of a table by tier is the tier's number. */
export const isTierTable = (field: string): boolean => field === "perTier" || field === "tiers";

const fieldWords = (name: string, within: string, book: NameBook): string =>
  isTierTable(within) && /^\d+$/.test(name) ? book.tier(name) : labelOf(name);

/** The words of an expiry, and which fields they say; null: it is none, or of a kind that is not known here. */
const expiryWords = (
  value: Fields,
  book: NameBook,
): { readonly text: string; readonly said: ReadonlySet<string> } | null => {
  const { kind, months, days, endsWith, maximumDays, month, day, years, tiers } = value;
  const said = (text: string, ...fields: string[]) => ({ text, said: new Set(["kind", ...fields]) });
  switch (kind) {
    case "never":
      return said("never");
    case "months":
      return said(`after ${period(months, "month")}${untilEnd(endsWith)}`, "months", "endsWith");
    case "days":
      return said(`after ${period(days, "day")}`, "days");
    case "fixed_date":
      return said(
        `on the next ${String(day)}.${String(month)}.${years === undefined ? "" : ` and ${period(years, "year")} more`}`,
        "day",
        "month",
        "years",
      );
    case "tier_end":
      return said("with the member's tier");
    case "registration_date":
      return said("on the next anniversary of joining");
    case "rolling": {
      const length = [
        months === undefined ? [] : [period(months, "month")],
        days === undefined ? [] : [period(days, "day")],
      ].flat();
      const most = maximumDays === undefined ? "" : `, ${period(maximumDays, "day")} at most`;
      return said(
        `${length.join(" and ")} after the member's newest bill${untilEnd(endsWith)}${most}`,
        "months",
        "days",
        "endsWith",
        "maximumDays",
      );
    }
    case "per_tier":
      return isObject(tiers)
        ? said(
            Object.entries(tiers)
              .map(([tier, item]) => `${book.tier(tier)} ${valueWords(item, "expiry", book)}`)
              .join(", "),
            "tiers",
          )
        : null;
    default:
      return null;
  }
};

const period = (count: unknown, unit: string): string =>
  `${typeof count === "number" ? number(count) : JSON.stringify(count)} ${unit}${count === 1 ? "" : "s"}`;
const untilEnd = (endsWith: unknown): string =>
  endsWith === undefined ? "" : `, to the end of the ${String(endsWith)}`;
