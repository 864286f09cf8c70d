import { type FieldWarning, type Organisation, validateFields } from "#orgs";
import {
  type Body,
  type Issue,
  isObject,
  issue,
  MAX_AMOUNT,
  type Money,
  parseDecimal,
  QUANTITY_SCALE,
} from "#platform";
import { errors } from "./errors.ts";
import { asArray, asBoolean, asInteger, asKept, asMoney, asObject, asText, shown } from "./parse-values.ts";
import { checkLineAmount } from "./rules.ts";
import type { LineItem, PaymentMode } from "./schema.ts";

const MAX_LINES = 5000;
const MAX_PAYMENTS = 100;
const MAX_PARTS = 100;
const MAX_REDEMPTIONS = 100;
/** Codes have six characters; longer ones are unknown, and quoted in the warning. */
const MAX_CODE = 40;
const MAX_RETURNABLE_DAYS = 1_000_000;
/** Names in an object of fields or attributes. */
export const MAX_FIELDS = 500;

export const fieldIssues = (warnings: readonly FieldWarning[]): Issue[] =>
  warnings.map(({ message }) => issue(91016, message));

/** The lines of a bill as they were sent. */
export const asLines = (value: unknown): readonly unknown[] => asArray(value, "lineItemsV2", MAX_LINES);

/** Reads a line of a bill; what it is warned of is added to `warnings`. Errors name the line, `at`, and its field. */
export const parseLineItem = (
  item: unknown,
  at: string,
  organisation: Organisation,
  warnings: Issue[],
): LineItem => {
  if (!isObject(item)) throw errors.bad_field({ field: at, expected: "an object" });
  const figures = parseFigures(item, at, organisation.moneyScale);
  checkLineAmount(organisation, figures.amount, `${at}.amount`);
  const extended = validateFields(
    organisation.extendedFields("LINEITEM"),
    asObject(item.extendedFields, `${at}.extendedFields`, MAX_FIELDS),
  );
  warnings.push(...fieldIssues(extended.warnings));
  return {
    itemCode: asText(item.itemCode, `${at}.itemCode`, 250) ?? "",
    description: asText(item.description, `${at}.description`, 2000),
    ...figures,
    details: parseDetails(item, at),
    extendedFields: extended.values,
  };
};

const parseFigures = (item: Body, at: string, scale: number) => {
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
  // A line that gives only some of its figures gets the others from those: value = rate × quantity, amount = value − discount.
  const wholeValue = within(
    value ?? (amount === null ? ((rate ?? 0) * quantity) / QUANTITY_SCALE : amount + discount),
    `${at}.value`,
    scale,
  );
  const net = amount ?? wholeValue - discount;
  if (net < 0) throw errors.negative_line_amount({ field: `${at}.amount` });
  return {
    quantity,
    rate: rate ?? within(quantity === 0 ? 0 : (wholeValue * QUANTITY_SCALE) / quantity, `${at}.rate`, scale),
    value: wholeValue,
    discount,
    amount: net,
  };
};

/** A figure that was worked out from others, in whole small units; those of a sane bill never leave the range of amounts. */
const within = (amount: number, field: string, scale: number): Money => {
  const rounded = Math.round(amount);
  if (rounded > MAX_AMOUNT) throw errors.bad_amount({ field, value: String(rounded / scale) });
  return rounded;
};

/** Parts of a line that are kept and shown, in the types that reads show them in. Null when there are none. */
const parseDetails = (item: Body, at: string): Record<string, unknown> | null => {
  let details: Record<string, unknown> | null = null;
  const keep = (name: string, value: unknown) => {
    if (value === null) return;
    details ??= {};
    details[name] = value;
  };
  const { serial, imgUrl, returnable, returnableDays, attributes } = item;
  if (serial !== undefined) keep("serial", parseSerial(serial, `${at}.serial`));
  if (imgUrl !== undefined) keep("imgUrl", asText(imgUrl, `${at}.imgUrl`, 2000));
  if (returnable !== undefined) keep("returnable", asBoolean(returnable, `${at}.returnable`));
  if (returnableDays !== undefined) keep("returnableDays", parseDays(returnableDays, `${at}.returnableDays`));
  if (attributes !== undefined && attributes !== null)
    keep("attributes", asKept(asObject(attributes, `${at}.attributes`, MAX_FIELDS), `${at}.attributes`));
  for (const name of ["comboDetails", "addOnDetails", "splitDetails"]) {
    if (item[name] === undefined) continue;
    const parts = asArray(item[name], `${at}.${name}`, MAX_PARTS);
    if (!parts.every(isObject))
      throw errors.bad_field({ field: `${at}.${name}`, expected: "an array of objects" });
    if (parts.length > 0) keep(name, asKept(parts, `${at}.${name}`));
  }
  return details;
};

const parseSerial = (value: unknown, field: string): number | null => {
  const serial = asInteger(value);
  if (serial === undefined) throw errors.bad_field({ field, expected: "a whole number" });
  return serial;
};

const parseDays = (value: unknown, field: string): number | null => {
  const days = asInteger(value);
  if (days === undefined || (days !== null && (days < 0 || days > MAX_RETURNABLE_DAYS)))
    throw errors.bad_returnable_days({ field });
  return days;
};

/** Reads the payments of a bill. A mode or attribute that the organisation does not have is kept and warned of. */
export const parsePayments = (value: unknown, organisation: Organisation, warnings: Issue[]): PaymentMode[] =>
  asArray(value, "paymentModes", MAX_PAYMENTS).map((item, index) => {
    const at = `paymentModes[${index}]`;
    if (!isObject(item)) throw errors.bad_field({ field: at, expected: "an object" });
    const mode = asText(item.mode, `${at}.mode`, 250) ?? "";
    const attributes = asObject(item.attributes, `${at}.attributes`, MAX_FIELDS);
    asKept(attributes, `${at}.attributes`);
    warnings.push(...paymentIssues(organisation, mode, attributes));
    return {
      mode,
      value: asMoney(item.value, `${at}.value`, organisation.moneyScale) ?? 0,
      notes: asText(item.notes, `${at}.notes`, 250),
      attributes,
    };
  });

const paymentIssues = ({ paymentModes }: Organisation, mode: string, attributes: Body): Issue[] => {
  if (paymentModes.length === 0) return [];
  const known = paymentModes.find(({ name }) => name.toLowerCase() === mode.toLowerCase());
  if (known === undefined) return [issue(9607, `The payment mode ${mode} is not one of the organisation's.`)];
  const unknown = Object.keys(attributes).filter((name) => !known.attributes.includes(name));
  return unknown.map((name) =>
    issue(9609, `The payment mode ${known.name} has no attribute ${name.slice(0, 100)}.`),
  );
};

/** The codes of redemptions that a bill quotes, each once: text, or objects that name it. A return is paid with none. */
export const parsePointsRedemptions = (
  value: unknown,
  goesBack: boolean,
  warnings: Issue[],
): readonly string[] => {
  const field = "redemptions.pointsRedemptions";
  const { pointsRedemptions } = asObject(value, "redemptions", MAX_FIELDS);
  const codes = asArray(pointsRedemptions, field, MAX_REDEMPTIONS).map((item, index) => {
    const at = `${field}[${index}]`;
    const named = isObject(item) ? (item.redemptionId ?? item.redemption_id ?? item.id) : item;
    const code = (asText(named, at, MAX_CODE) ?? "").trim();
    if (code === "") throw errors.bad_field({ field: at, expected: "the id of a redemption" });
    return code;
  });
  if (!goesBack || codes.length === 0) return [...new Set(codes)];
  warnings.push(issue(903, `${field}: a return is not paid with points; no redemption was linked.`));
  return [];
};
