import { hash } from "node:crypto";
import { type Organisation, validateFields } from "#orgs";
import { type Body, type Instant, type Issue, isObject, parseDateTime } from "#platform";
import { parseCreditNote } from "./credit-notes.ts";
import { inBaseCurrency } from "./currencies/convert.ts";
import { errors } from "./errors.ts";
import { asLines, fieldIssues, MAX_FIELDS, parsePayments, parsePointsRedemptions } from "./parse-lines.ts";
import { asChoice, asInstant, asMoney, asObject, asText, shown } from "./parse-values.ts";
import { problemsOf } from "./rejected/checks.ts";
import type { Payload } from "./rejected/schema.ts";
import {
  contentKeyOf,
  parseGoods,
  parseMixed,
  parseReturn,
  type ReturnInput,
  splitLines,
} from "./returns/parse.ts";
import { checkAmount, markOutlierLines, outlierOf, pointsIgnoredBy } from "./rules.ts";
import { hasCustomer, isReturn, type NumberScope, type Purchase, type TransactionType } from "./schema.ts";

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
  /** The call, by the id that its caller is answered with. */
  readonly requestId?: string | undefined;
  readonly wantsSideEffects: boolean;
  readonly wantsRawSideEffects: boolean;
  /** v1.1: two statuses more than v2 has. */
  readonly isV11?: boolean;
  /** Live calls: the bill is held against the organisation's data when it asks for that. */
  readonly checksSanity?: boolean;
  /** A return has a number of its own and names no bill: its goods are looked for on the customer's earlier ones. */
  readonly returnsGoods?: boolean;
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
const V11_OUTLIER_STATUSES = [...OUTLIER_STATUSES, "INVALID", "RETRO"] as const;
export const DELIVERY_STATUSES = ["PLACED", "PROCESSED", "SHIPPED", "DELIVERED", "RETURNED"] as const;
const DAY = 86_400_000;
/** A till's clock may run ahead of ours, and its zone may be mistaken by up to a day. */
const FUTURE_LIMIT = DAY;

/** Reads a v2 bill into a purchase, or throws the documented refusal that names the field. */
export const parseBill = (sent: unknown, context: BillContext): Purchase => {
  if (!isObject(sent)) throw errors.bad_field({ field: "The bill", expected: "an object" });
  const { organisation } = context;
  const sentDate = asInstant(sent.billingDate, "billingDate");
  const { body, local } = inBaseCurrency(
    sent,
    organisation,
    sentDate ?? context.clockNow,
    currencyOfTill(context),
  );
  const scale = organisation.moneyScale;
  const type = parseType(body.type, context);
  const goesBack = isReturn(type);
  const place = parsePlace(context);
  const number = parseNumber(body.billNumber, organisation, goesBack);
  const amount = asMoney(body.billAmount, "billAmount", scale);
  if (amount !== null && amount < 0) throw errors.negative_amount({ field: "billAmount" });
  if (!goesBack) {
    if (amount === null) throw errors.amount_missing();
    checkAmount(organisation, amount);
  }
  const grossAmount = asMoney(body.grossAmount, "grossAmount", scale);
  if (grossAmount !== null && grossAmount < 0) throw errors.negative_gross_amount({ field: "grossAmount" });
  const discount = asMoney(body.discount, "discount", scale);
  if (discount !== null && discount < 0) throw errors.negative_discount({ field: "discount" });
  const billedAt = checkDate(sentDate ?? context.clockNow, context, body.billingDate);
  const warnings: Issue[] = [];
  const sentLines = asLines(body.lineItemsV2 ?? body.lineitemsV2);
  const { bought: lines, returned } = splitLines(sentLines, type, organisation, warnings);
  const returnInput: ReturnInput = { body, type, billedAt, amount, organisation, warnings };
  const returns = goesBack
    ? [context.returnsGoods ? parseGoods(returnInput, returned) : parseReturn(returnInput, returned)]
    : parseMixed(returnInput, returned);
  const ownNumber =
    goesBack && context.returnsGoods !== true ? parseReturnNumber(body.parentBillNumber, context) : number;
  const paidBy = parsePointsRedemptions(body.redemptions, goesBack, warnings);
  const creditNote = context.isV11 === true ? parseCreditNote(body.creditNote, scale) : null;
  const marked = markOutlierLines(organisation, lines, warnings);
  const extended = validateFields(
    organisation.extendedFields("TRANSACTION"),
    asObject(body.extendedFields, "extendedFields", MAX_FIELDS),
  );
  const custom = validateFields(
    organisation.customFields("LOYALTY_TRANSACTION"),
    asObject(body.customFields, "customFields", MAX_FIELDS),
  );
  warnings.push(...fieldIssues(extended.warnings), ...fieldIssues(custom.warnings));
  const statuses = context.isV11 === true ? V11_OUTLIER_STATUSES : OUTLIER_STATUSES;
  const sentOutlier = asChoice(body.outlierStatus, "outlierStatus", statuses, "");
  const outlier = goesBack
    ? { status: sentOutlier === "" ? "NORMAL" : sentOutlier, warning: null }
    : outlierOf(organisation, {
        sent: sentOutlier,
        amount: amount ?? 0,
        number,
        storeId: place.storeId,
        lines,
      });
  if (outlier.warning !== null) warnings.push(outlier.warning);
  const purchase = {
    type,
    customerKey: hasCustomer(type) ? context.customerKey : null,
    customerId: hasCustomer(type) ? context.customerId : null,
    customerName: context.customerName,
    number,
    ...(ownNumber === number ? {} : { ownNumber }),
    billedAt,
    amount: amount ?? 0,
    grossAmount,
    discount,
    note: asText(body.note, "note", 2000),
    lines,
    ...(returns.length === 0 ? {} : { returns }),
    paymentModes: parsePayments(body.paymentModes, organisation, warnings),
    ...(paidBy.length === 0 ? {} : { pointsRedemptions: paidBy }),
    ...(creditNote === null ? {} : { creditNote }),
    extendedFields: extended.values,
    customFields: custom.values,
    notInterestedReason: asText(body.notInterestedReason, "notInterestedReason", 255),
    outlierStatus: outlier.status,
    deliveryStatus: asChoice(body.deliveryStatus, "deliveryStatus", DELIVERY_STATUSES, "PLACED"),
    source: context.source,
    accountId: context.accountId,
    ...place,
    ...(local === null ? {} : { localCurrency: local }),
  };
  const inputHash = hashOf({
    ...purchase,
    // How the caller spelled the customer and what our settings made of the bill are not its contents.
    customerName: "",
    outlierStatus: sentOutlier,
    // A date that the server filled in is not input.
    billedAt: sentDate,
  });
  const problems = context.checksSanity === true ? problemsOf(organisation, body, extended.values) : [];
  return {
    ...purchase,
    ...(problems.length === 0
      ? {}
      : { rejection: { problems, payload: payloadOf(sent, context, place.tillId) } }),
    // What our settings made of a line is not its contents either: the hash above is of the lines as sent.
    lines: marked,
    ownNumber,
    returns,
    numberScope: goesBack ? scopeOfReturn(organisation, inputHash) : scopeOf(organisation, place, inputHash),
    now: context.asOfBill ? billedAt : context.clockNow,
    pointsIgnored: goesBack ? null : pointsIgnoredBy(organisation, number),
    warnings: distinct(warnings),
    inputHash,
    requestKey: context.requestKey,
    ...(context.requestId === undefined ? {} : { requestId: context.requestId }),
    contentKey:
      goesBack && ownNumber === "" && sentDate !== null
        ? contentKeyOf(returns[0]!, billedAt, place.tillId)
        : null,
    wantsSideEffects: context.wantsSideEffects,
    wantsRawSideEffects: context.wantsRawSideEffects,
  };
};

/** The same input has the same hash. */
const hashOf = (input: object): Buffer => hash("sha256", JSON.stringify(input), "buffer");

/** A field that every line lacks is told once. */
const distinct = (warnings: readonly Issue[]): readonly Issue[] =>
  warnings.length < 2 ? warnings : [...new Map(warnings.map((item) => [item.message, item])).values()];

/** What a parked bill is read from again. */
const payloadOf = (body: Body, context: BillContext, tillId: number): Payload => ({
  body,
  tillId,
  customerKey: context.customerKey,
  customerId: context.customerId,
  customerName: context.customerName,
  source: context.source,
  accountId: context.accountId,
  isV11: context.isV11 === true,
});

/** The currency in which the store of the call sells; null for one that says nothing of its own. */
const currencyOfTill = ({ organisation, tillId }: BillContext): string | null =>
  tillId === null ? null : (organisation.storeOfTill(tillId)?.currency ?? null);

const TYPES = ["REGULAR", "NOT_INTERESTED", "RETURN", "NOT_INTERESTED_RETURN"] as const;
/** v1.1 has names of their own for bills of which some lines go back. */
const V11_TYPES: Readonly<Record<string, TransactionType>> = { MIXED: "REGULAR", NI_MIXED: "NOT_INTERESTED" };

const parseType = (value: unknown, { isV11 }: BillContext): TransactionType => {
  const text = (asText(value, "type", 50) ?? "REGULAR").toUpperCase();
  const type = (isV11 === true ? V11_TYPES[text] : undefined) ?? TYPES.find((known) => known === text);
  if (type === undefined) throw errors.bad_type({ value: text.slice(0, 40), allowed: TYPES.join(", ") });
  return type;
};

const parsePlace = ({ organisation, tillId }: BillContext): { tillId: number; storeId: number } => {
  const store = tillId === null ? null : organisation.storeOfTill(tillId);
  if (tillId === null || store === null) throw errors.no_till();
  return { tillId, storeId: store.id };
};

const parseNumber = (value: unknown, organisation: Organisation, goesBack: boolean): string => {
  const text = (asText(value, "billNumber", 1000) ?? "").trim();
  if (text.length > 50) throw errors.bad_number({ field: "billNumber" });
  if (text === "" && !goesBack && organisation.flag("CONF_LOYALTY_IS_BILL_NUMBER_REQUIRED"))
    throw errors.bad_number({ field: "billNumber" });
  return text;
};

/** v1.1 calls a return's own number parent_bill_number; v2 has none. */
const parseReturnNumber = (value: unknown, { isV11 }: BillContext): string => {
  const text = isV11 === true ? (asText(value, "parentBillNumber", 1000) ?? "").trim() : "";
  if (text.length > 50) throw errors.bad_number({ field: "parentBillNumber" });
  return text;
};

const scopeOfReturn = (organisation: Organisation, hash: Buffer): NumberScope => ({
  scope: organisation.flag("IS_RETURN_BILL_UNIQUE") ? "return" : `input:${hash.toString("hex")}`,
  days: null,
});

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
