import { createHash } from "node:crypto";
import { type FieldWarning, type Organisation, validateFields } from "#orgs";
import {
  type Instant,
  type Issue,
  issue,
  type Money,
  parseDateTime,
  parseDecimal,
  QUANTITY_SCALE,
} from "#platform";
import { errors } from "./errors.ts";
import { checkAmount, outlierOf, pointsIgnoredBy } from "./rules.ts";
import type { LineItem, NumberScope, PaymentMode, Purchase, TransactionType } from "./schema.ts";

type Body = Readonly<Record<string, unknown>>;

/** What surrounds a bill: who sends it, for whom, from where. */
export interface BillContext {
  readonly organisation: Organisation;
  readonly tillId: number | null;
  readonly customerKey: string | null;
  readonly customerId: number | null;
  readonly customerName: string;
  readonly source: string;
  readonly accountId: string;
  readonly clockNow: Instant;
  /** A history is decided as of its own dates. */
  readonly asOfBill: boolean;
  readonly requestKey: string | null;
  readonly wantsSideEffects: boolean;
  readonly wantsRawSideEffects: boolean;
}

const OUTLIER_STATUSES = [
  "NORMAL",
  "INTERNAL",
  "FRAUD",
  "OUTLIER",
  "TEST",
  "DELETED",
  "FAILED",
  "OTHER",
] as const;
const DELIVERY_STATUSES = ["PLACED", "PROCESSED", "SHIPPED", "DELIVERED", "RETURNED"] as const;
const MAX_LINES = 5000;
const DAY = 86_400_000;
/** A till's clock may run ahead of ours, and its zone may be mistaken by up to a day. */
const FUTURE_LIMIT = DAY;
const NO_FIELDS: Readonly<Record<string, unknown>> = Object.freeze({});

const isObject = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const asObject = (value: unknown, field: string): Body => {
  if (value === undefined || value === null) return NO_FIELDS;
  if (!isObject(value)) throw errors.bad_field({ field, expected: "an object" });
  return value;
};

const asArray = (value: unknown, field: string, most: number): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw errors.bad_field({ field, expected: "an array" });
  if (value.length > most) throw errors.bad_field({ field, expected: `an array of at most ${most} items` });
  return value;
};

/** Text as sent; numbers become text. NUL cannot be stored and is refused. */
const asText = (value: unknown, field: string, most: number): string | null => {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string" || value.includes("\u0000"))
    throw errors.bad_field({ field, expected: "text" });
  if (value.length > most) throw errors.field_too_long({ field, most });
  return value;
};

const asChoice = (value: unknown, field: string, allowed: readonly string[], fallback: string): string => {
  const text = asText(value, field, 50);
  if (text === null || text === "") return fallback;
  const upper = text.toUpperCase();
  if (!allowed.includes(upper)) throw errors.bad_status({ field, value: text, allowed: allowed.join(", ") });
  return upper;
};

const shown = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 60);

const asMoney = (value: unknown, field: string, scale: number): Money | null => {
  if (value === undefined || value === null || value === "") return null;
  const amount = parseDecimal(value, scale);
  if (amount === null) throw errors.bad_amount({ field, value: shown(value) });
  return amount;
};

const asInstant = (value: unknown, field: string): Instant | null => {
  if (value === undefined || value === null || value === "") return null;
  const instant = typeof value === "string" ? parseDateTime(value, { zone: "UTC" }) : null;
  if (instant === null) throw errors.bad_date({ field, value: shown(value) });
  return instant;
};

const fieldIssues = (warnings: readonly FieldWarning[]): Issue[] =>
  warnings.map(({ message }) => issue(91016, message));

/** Reads a v2 bill into a purchase, or throws the documented refusal that names the field. */
export const parseBill = (body: unknown, context: BillContext): Purchase => {
  if (!isObject(body)) throw errors.bad_field({ field: "The bill", expected: "an object" });
  const { organisation } = context;
  const scale = organisation.moneyScale;
  const type = parseType(body.type);
  const place = parsePlace(context);
  const number = parseNumber(body.billNumber, organisation);
  const amount = asMoney(body.billAmount, "billAmount", scale);
  if (amount === null) throw errors.amount_missing();
  checkAmount(organisation, amount);
  const grossAmount = asMoney(body.grossAmount, "grossAmount", scale);
  if (grossAmount !== null && grossAmount < 0) throw errors.negative_gross_amount({ field: "grossAmount" });
  const discount = asMoney(body.discount, "discount", scale);
  if (discount !== null && discount < 0) throw errors.negative_discount({ field: "discount" });
  const sentDate = asInstant(body.billingDate, "billingDate");
  const billedAt = checkDate(sentDate ?? context.clockNow, context, body.billingDate);
  const warnings: Issue[] = [];
  const lines = parseLines(body.lineItemsV2 ?? body.lineitemsV2, organisation, warnings);
  const extended = validateFields(
    organisation.extendedFields("TRANSACTION"),
    asObject(body.extendedFields, "extendedFields"),
  );
  const custom = validateFields(
    organisation.customFields("LOYALTY_TRANSACTION"),
    asObject(body.customFields, "customFields"),
  );
  warnings.push(...fieldIssues(extended.warnings), ...fieldIssues(custom.warnings));
  const sentOutlier = asChoice(body.outlierStatus, "outlierStatus", OUTLIER_STATUSES, "");
  const outlier = outlierOf(organisation, {
    sent: sentOutlier,
    amount,
    number,
    storeId: place.storeId,
    lines,
  });
  if (outlier.warning !== null) warnings.push(outlier.warning);
  const purchase = {
    type,
    customerKey: type === "REGULAR" ? context.customerKey : null,
    customerId: type === "REGULAR" ? context.customerId : null,
    customerName: context.customerName,
    number,
    billedAt,
    amount,
    grossAmount,
    discount,
    note: asText(body.note, "note", 2000),
    lines,
    paymentModes: parsePayments(body.paymentModes, organisation, warnings),
    extendedFields: extended.values,
    customFields: custom.values,
    notInterestedReason: asText(body.notInterestedReason, "notInterestedReason", 255),
    outlierStatus: outlier.status,
    deliveryStatus: asChoice(body.deliveryStatus, "deliveryStatus", DELIVERY_STATUSES, "PLACED"),
    source: context.source,
    accountId: context.accountId,
    ...place,
  };
  const inputHash = hashOf(purchase, sentDate === null);
  return {
    ...purchase,
    numberScope: scopeOf(organisation, place, inputHash),
    now: context.asOfBill ? billedAt : context.clockNow,
    pointsIgnored: pointsIgnoredBy(organisation, number),
    warnings,
    inputHash,
    requestKey: context.requestKey,
    wantsSideEffects: context.wantsSideEffects,
    wantsRawSideEffects: context.wantsRawSideEffects,
  };
};

/** The same input has the same hash; a date that the server filled in is not input. */
const hashOf = (purchase: object, dateIsOurs: boolean): Buffer =>
  createHash("sha256")
    .update(JSON.stringify(dateIsOurs ? { ...purchase, billedAt: null } : purchase))
    .digest();

const parseType = (value: unknown): TransactionType => {
  const text = (asText(value, "type", 50) ?? "REGULAR").toUpperCase();
  if (text !== "REGULAR" && text !== "NOT_INTERESTED") throw errors.bad_type({ value: text.slice(0, 40) });
  return text;
};

const parsePlace = ({ organisation, tillId }: BillContext): { tillId: number; storeId: number } => {
  const store = tillId === null ? null : organisation.storeOfTill(tillId);
  if (tillId === null || store === null) throw errors.no_till();
  return { tillId, storeId: store.id };
};

const parseNumber = (value: unknown, organisation: Organisation): string => {
  const text = (asText(value, "billNumber", 1000) ?? "").trim();
  if (text.length > 50) throw errors.bad_number({ field: "billNumber" });
  if (text === "" && organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_REQUIRED"))
    throw errors.bad_number({ field: "billNumber" });
  return text;
};

const checkDate = (billedAt: Instant, { organisation, clockNow }: BillContext, sent: unknown): Instant => {
  const value = shown(sent);
  if (billedAt > clockNow + FUTURE_LIMIT) throw errors.too_far_in_future({ field: "billingDate", value });
  const limit = organisation.setting("CONF_MIN_BILLING_DATE") ?? "1900-01-01";
  const earliest = parseDateTime(limit, { zone: organisation.timeZone });
  if (earliest !== null && billedAt < earliest)
    throw errors.too_far_in_past({ field: "billingDate", value, limit });
  return billedAt;
};

const scopeOf = (
  organisation: Organisation,
  place: { tillId: number; storeId: number },
  hash: Buffer,
): NumberScope => {
  const days = organisation.number("CONF_LOYALTY_BILL_NUMBER_UNIQUE_IN_DAYS") ?? null;
  if (!organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE"))
    return { scope: `input:${hash.toString("hex")}`, days: null };
  if (organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE_ONLY_TILL"))
    return { scope: `till:${place.tillId}`, days };
  if (organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_UNIQUE_ONLY_STORE"))
    return { scope: `store:${place.storeId}`, days };
  return { scope: "", days };
};

const parseLines = (value: unknown, organisation: Organisation, warnings: Issue[]): LineItem[] =>
  asArray(value, "lineItemsV2", MAX_LINES).map((item, index) =>
    parseLine(item, `lineItemsV2[${index}]`, organisation, warnings),
  );

/** Parts of a line that are kept and shown as sent. */
const LINE_DETAILS = [
  "serial",
  "imgUrl",
  "returnable",
  "returnableDays",
  "attributes",
  "comboDetails",
  "addOnDetails",
  "splitDetails",
] as const;

const parseLine = (item: unknown, at: string, organisation: Organisation, warnings: Issue[]): LineItem => {
  if (!isObject(item)) throw errors.bad_field({ field: at, expected: "an object" });
  const scale = organisation.moneyScale;
  const quantity = parseDecimal(item.qty ?? 1, QUANTITY_SCALE);
  if (quantity === null) throw errors.bad_amount({ field: `${at}.qty`, value: shown(item.qty) });
  if (quantity < 0) throw errors.negative_quantity({ field: `${at}.qty` });
  const rate = asMoney(item.rate, `${at}.rate`, scale);
  if (rate !== null && rate < 0) throw errors.negative_line_rate({ field: `${at}.rate` });
  const value = asMoney(item.value, `${at}.value`, scale);
  if (value !== null && value < 0) throw errors.negative_line_value({ field: `${at}.value` });
  const discount = asMoney(item.discount, `${at}.discount`, scale) ?? 0;
  if (discount < 0) throw errors.negative_line_discount({ field: `${at}.discount` });
  const amount = asMoney(item.amount, `${at}.amount`, scale);
  if (amount !== null && amount < 0) throw errors.negative_line_amount({ field: `${at}.amount` });
  checkReturnableDays(item.returnableDays, `${at}.returnableDays`);
  const extended = validateFields(
    organisation.extendedFields("LINEITEM"),
    asObject(item.extendedFields, `${at}.extendedFields`),
  );
  warnings.push(...fieldIssues(extended.warnings));
  // A line that gives only some of its figures gets the others from those: value = rate × quantity, amount = value − discount.
  const wholeValue =
    value ?? (amount === null ? Math.round(((rate ?? 0) * quantity) / QUANTITY_SCALE) : amount + discount);
  return {
    itemCode: asText(item.itemCode, `${at}.itemCode`, 250) ?? "",
    description: asText(item.description, `${at}.description`, 2000),
    quantity,
    rate: rate ?? (quantity === 0 ? 0 : Math.round((wholeValue * QUANTITY_SCALE) / quantity)),
    value: wholeValue,
    discount,
    amount: amount ?? wholeValue - discount,
    details: pick(item, LINE_DETAILS),
    extendedFields: extended.values,
  };
};

const checkReturnableDays = (value: unknown, field: string): void => {
  if (value === undefined || value === null || value === "") return;
  const days = Number(value);
  if (!Number.isInteger(days) || days < -1) throw errors.bad_returnable_days({ field });
};

const pick = (item: Body, names: readonly string[]): Record<string, unknown> | null => {
  let picked: Record<string, unknown> | null = null;
  for (const name of names) {
    if (item[name] === undefined || item[name] === null) continue;
    picked ??= {};
    picked[name] = item[name];
  }
  return picked;
};

const parsePayments = (value: unknown, organisation: Organisation, warnings: Issue[]): PaymentMode[] =>
  asArray(value, "paymentModes", 100).map((item, index) => {
    const at = `paymentModes[${index}]`;
    if (!isObject(item)) throw errors.bad_field({ field: at, expected: "an object" });
    const mode = asText(item.mode, `${at}.mode`, 250) ?? "";
    const known = organisation.paymentModes;
    if (known.length > 0 && !known.some(({ name }) => name.toLowerCase() === mode.toLowerCase())) {
      warnings.push(issue(9607, `The payment mode ${mode} is not one of the organisation's.`));
    }
    return {
      mode,
      value: asMoney(item.value, `${at}.value`, organisation.moneyScale) ?? 0,
      notes: asText(item.notes, `${at}.notes`, 250),
      attributes: asObject(item.attributes, `${at}.attributes`),
    };
  });
