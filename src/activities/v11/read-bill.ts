import type { Organisation } from "#orgs";
import { type Body, isObject, parseDateTime } from "#platform";
import { errors } from "../errors.ts";
import { shown } from "../parse-values.ts";
import { namedValues, oneOrMany } from "./envelope.ts";

/** A bill as v1.1 sends it, turned into the body of v2, with what v1.1 says beside it. */
export interface TillBill {
  readonly body: Body;
  /** Empty for an anonymous bill. */
  readonly customer: Body;
  readonly isAnonymous: boolean;
  /** The till's own reference, given back as it came. */
  readonly clientId: string;
}

const ANONYMOUS = new Set(["NOT_INTERESTED", "NOT_INTERESTED_RETURN", "NI_MIXED"]);

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** v1.1 takes every time as the cluster's clock time, whatever offset it has. What is no time is refused by its name. */
export const clockTime = (value: unknown, field: string, organisation: Organisation): string | null => {
  if (value === undefined || value === null || value === "") return null;
  const rules = { zone: organisation.clusterTimeZone, ignoreOffset: true };
  const instant = typeof value === "string" ? parseDateTime(value, rules) : null;
  if (instant === null) throw errors.bad_clock_time({ field, value: shown(value) });
  return new Date(instant).toISOString();
};

/** v1.1 has whole quantities: 1.5 becomes 2. What is no number is left for the one who judges it. */
const wholeQuantity = (value: unknown): unknown => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? Math.round(number) : value;
};

/** Only what was sent: an absent key and one that is undefined are judged alike, but the bill's hash stays that of v2. */
const present = (values: Body): Body =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ""));

const partsOf = (value: unknown, list: string): unknown => {
  if (value === undefined || value === null || value === "") return undefined;
  if (!isObject(value)) return value;
  return oneOrMany(value[list]);
};

const readLine = (line: unknown, at: string, organisation: Organisation): unknown => {
  if (!isObject(line)) return line;
  const attributes = namedValues(line.attributes, `${at}.attributes`, "attribute");
  const extended = namedValues(line.extended_fields, `${at}.extended_fields`, "field");
  return present({
    itemCode: line.item_code,
    description: line.description,
    qty: wholeQuantity(line.qty),
    rate: line.rate,
    value: line.value,
    discount: line.discount,
    amount: line.amount,
    serial: line.serial,
    imgUrl: line.img_url,
    returnable: line.returnable,
    returnableDays: line.returnable_days,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
    ...(Object.keys(extended).length > 0 ? { extendedFields: extended } : {}),
    comboDetails: partsOf(line.combo_items, "combo_item"),
    addOnDetails: partsOf(line.addon_items, "addon_item"),
    splitDetails: partsOf(line.split_items, "split_item"),
    type: typeof line.type === "string" ? line.type.toUpperCase() : line.type,
    returnType: line.return_type,
    parentBillNumber: line.transaction_number,
    purchaseTime: clockTime(line.transaction_date, `${at}.transaction_date`, organisation) ?? undefined,
  });
};

const readPayment = (payment: unknown, at: string): unknown => {
  if (!isObject(payment)) return payment;
  const attributes = namedValues(payment.attributes, `${at}.attributes`, "attribute");
  return present({
    mode: payment.mode,
    value: payment.value,
    notes: payment.notes,
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  });
};

/** A list within an object, such as `line_items.line_item`, one or many; undefined when nothing was sent. */
const listIn = (value: unknown, field: string, list: string): readonly unknown[] | undefined => {
  if (value === undefined || value === null || value === "") return undefined;
  if (!isObject(value)) throw errors.bad_field({ field, expected: `an object with ${list}` });
  return oneOrMany(value[list]);
};

/** Redemptions that the bill quotes: `pointsRedemptions`, one or many; undefined when nothing was sent. */
const redemptionsOf = (value: unknown): unknown => {
  const pointsRedemptions = oneOrMany(value);
  return pointsRedemptions.length === 0 ? undefined : { pointsRedemptions };
};

/** Reads an item of a v1.1 body. Values are judged by the one parser of bills; here they only get their v2 names. */
export const readTillBill = (item: unknown, organisation: Organisation): TillBill => {
  if (!isObject(item)) throw errors.bad_field({ field: "transaction", expected: "an object" });
  const type = textOf(item.type).trim().toUpperCase() || "REGULAR";
  const isAnonymous = ANONYMOUS.has(type);
  if (item.customer !== undefined && item.customer !== null && !isObject(item.customer))
    throw errors.bad_field({ field: "customer", expected: "an object" });
  const custom = namedValues(item.custom_fields, "custom_fields", "field");
  const extended = namedValues(item.extended_fields, "extended_fields", "field");
  const lines = listIn(item.line_items, "line_items", "line_item");
  const payments = listIn(item.payment_details, "payment_details", "payment");
  return {
    customer: isAnonymous ? {} : (item.customer ?? {}),
    isAnonymous,
    clientId: textOf(item.bill_client_id),
    body: present({
      type,
      returnType: item.return_type,
      billNumber: item.number,
      parentBillNumber: item.parent_bill_number,
      billAmount: item.amount,
      grossAmount: item.gross_amount,
      discount: item.discount,
      note: item.notes,
      billingDate: clockTime(item.billing_time, "billing_time", organisation) ?? undefined,
      purchaseTime: clockTime(item.purchase_time, "purchase_time", organisation) ?? undefined,
      outlierStatus: item.outlier_status,
      deliveryStatus: textOf(item.delivery_status) === "" ? "DELIVERED" : item.delivery_status,
      notInterestedReason: item.not_interested_reason,
      currencyCode: item.currency_code,
      creditNote: item.credit_note,
      redemptions: redemptionsOf(item.pointsRedemptions),
      ...(Object.keys(custom).length > 0 ? { customFields: custom } : {}),
      ...(Object.keys(extended).length > 0 ? { extendedFields: extended } : {}),
      lineItemsV2: lines?.map((line, index) =>
        readLine(line, `line_items.line_item[${index}]`, organisation),
      ),
      paymentModes: payments?.map((payment, index) =>
        readPayment(payment, `payment_details.payment[${index}]`),
      ),
    }),
  };
};
