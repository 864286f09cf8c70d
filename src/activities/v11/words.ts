import type { AppError } from "#platform";

/** Where the numbers of v1.1 differ from those of v2 (transactions.md §9); all others are the same. */
const CODES: Readonly<Record<string, number>> = {
  "activities.bad_type": 605,
  "activities.no_customer": 606,
  "activities.unknown_customer": 611,
  "activities.negative_amount": 631,
  "activities.blocked_by_status": 681,
  "activities.bad_date": 660,
  "activities.transaction_unknown": 625,
  "activities.number_unknown": 625,
  "activities.already_cancelled": 614,
  "activities.amount_after_lines": 635,
  "activities.lines_after_amount": 632,
  "activities.no_return_number": 677,
  "activities.no_parent_number": 677,
  "activities.line_amount_above_left": 678,
  "activities.no_return_lines": 679,
  "activities.line_not_in_bill": 688,
  "activities.bad_return_type": 1634,
  "customers.unknown": 611,
  "customers.no_identifier": 606,
  "customers.bad_primary": 652,
  "customers.exists": 647,
  "customers.conflict": 610,
  "customers.primary_mismatch": 610,
};

/** The number by which v1.1 tells a refusal. */
export const codeOf = ({ code, number }: AppError): number => CODES[code] ?? number;

/** Numbers of warnings that v1.1 has for itself: a redemption that is unknown, and those that cannot be linked. */
const WARNINGS: Readonly<Record<number, number>> = { 902: 640, 903: 642, 904: 642, 3802: 642 };

/** The number by which v1.1 warns. */
export const warningCodeOf = (code: number): number => WARNINGS[code] ?? code;

const WORDS: Readonly<Record<string, string>> = {
  lineItemsV2: "line_items.line_item",
  billAmount: "amount",
  billNumber: "number",
  grossAmount: "gross_amount",
  billingDate: "billing_time",
  purchaseTime: "purchase_time",
  paymentModes: "payment_details.payment",
  extendedFields: "extended_fields",
  customFields: "custom_fields",
  outlierStatus: "outlier_status",
  deliveryStatus: "delivery_status",
  notInterestedReason: "not_interested_reason",
  "redemptions.pointsRedemptions": "pointsRedemptions",
  itemCode: "item_code",
  imgUrl: "img_url",
  returnableDays: "returnable_days",
  comboDetails: "combo_items",
  addOnDetails: "addon_items",
  splitDetails: "split_items",
  returnType: "return_type",
  currencyCode: "currency_code",
  transactionId: "id",
  oldType: "old_type",
  newType: "new_type",
};
const NAMES = new RegExp(`\\b(${Object.keys(WORDS).join("|")})\\b`, "g");

/** A message about a v2 field, with the name that the field has in v1.1. */
export const inWordsOfV11 = (message: string): string => message.replace(NAMES, (name) => WORDS[name]!);
