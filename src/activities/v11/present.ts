import type { Organisation } from "#orgs";
import { formatPlain, type Money, POINTS_SCALE, QUANTITY_SCALE, toDecimal } from "#platform";
import { creditNotesOfV11 } from "../credit-notes.ts";
import { currencyBlocks } from "../currencies/present.ts";
import { type LotFate, summaryOf } from "../earning/points.ts";
import type { StoredLine, StoredTransaction } from "../reads.ts";
import { asNamedValues, plainText } from "./envelope.ts";

/** A bill in the words of v1.1: every scalar a text, times as the cluster's clock shows them, money in base currency. */

const moneyIn = (organisation: Organisation) => (amount: Money | null) =>
  String(toDecimal(amount ?? 0, organisation.moneyScale));

const codeAndName = (entity: { readonly code: string; readonly name: string } | null) => ({
  code: entity?.code ?? "",
  name: entity?.name ?? "",
});

/** What both reads of v1.1 show of a bill. */
const commonOf = (organisation: Organisation, transaction: StoredTransaction) => {
  const money = moneyIn(organisation);
  const zone = organisation.clusterTimeZone;
  const { details } = transaction;
  return {
    id: String(transaction.id),
    number: transaction.billNumber,
    type: transaction.type,
    ...(transaction.returnType === null
      ? {}
      : { return_type: transaction.returnType, parent_bill_number: transaction.details?.returnNumber ?? "" }),
    outlier_status: transaction.outlierStatus,
    delivery_status: transaction.deliveryStatus,
    amount: money(transaction.amount),
    gross_amount: money(transaction.grossAmount ?? transaction.amount),
    discount: money(transaction.discount),
    notes: details?.note ?? "",
    billing_time: formatPlain(transaction.billedAt.getTime(), zone),
    auto_update_time: formatPlain((transaction.updatedAt ?? transaction.recordedAt).getTime(), zone),
    store: organisation.store(transaction.storeId)?.name ?? "",
    custom_fields: asNamedValues(details?.customFields ?? {}),
    extended_fields: asNamedValues(details?.extendedFields ?? {}),
  };
};

const partsOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const lineOf = (organisation: Organisation, transaction: StoredTransaction, line: StoredLine) => {
  const money = moneyIn(organisation);
  const details = line.details ?? {};
  const attributes = (details.attributes ?? {}) as Record<string, unknown>;
  const local = currencyBlocks(organisation, transaction)?.line(line.lineNo);
  return {
    type: transaction.type,
    outlier_status: String(details.outlierStatus ?? "NORMAL"),
    serial: String(details.serial ?? 0),
    item_code: line.itemCode,
    description: line.description ?? "",
    qty: String(line.quantity / QUANTITY_SCALE),
    rate: money(line.rate),
    value: money(line.value),
    discount: money(line.discount),
    img_url: String(details.imgUrl ?? ""),
    amount: money(line.amount),
    returnable: String(details.returnable ?? true),
    returnable_days: String(details.returnableDays ?? -1),
    extended_fields: asNamedValues((details.extendedFields ?? {}) as Record<string, unknown>),
    ...(local === undefined ? {} : { local_currency: local }),
    combo_items: { combo_item: partsOf(details.comboDetails) },
    addon_items: { addon_item: partsOf(details.addOnDetails) },
    split_items: { split_item: partsOf(details.splitDetails) },
    attributes: {
      attribute: Object.entries(attributes).map(([name, value]) => ({ name, value: plainText(value) })),
    },
  };
};

const tendersOf = (organisation: Organisation, { details }: StoredTransaction) => ({
  payment: (details?.paymentModes ?? []).map(({ mode, value, notes, attributes }) => ({
    mode,
    value: moneyIn(organisation)(value),
    notes: notes ?? "",
    attributes: {
      attribute: Object.entries(attributes).map(([name, attribute]) => ({
        name,
        value: plainText(attribute),
      })),
    },
  })),
});

/** A bill as `GET /v1.1/transaction/get` shows it (transactions.md §5.3), without the customer. */
export const billOf = (
  organisation: Organisation,
  transaction: StoredTransaction,
  lines: readonly StoredLine[],
  { tenders, creditNotes }: { readonly tenders: boolean; readonly creditNotes: boolean },
) => {
  const blocks = currencyBlocks(organisation, transaction);
  return {
    billing_till: codeAndName(organisation.till(transaction.tillId)),
    billing_store: codeAndName(organisation.store(transaction.storeId)),
    ...commonOf(organisation, transaction),
    source: transaction.source.toLowerCase(),
    ...(blocks === null ? {} : { local_currency: blocks.bill, currency: blocks.currency }),
    ...(tenders ? { tenders: tendersOf(organisation, transaction) } : {}),
    ...(creditNotes ? { credit_notes: creditNotesOfV11(organisation, transaction.details?.creditNote) } : {}),
    line_items: { line_item: lines.map((line) => lineOf(organisation, transaction, line)) },
  };
};

export interface ListedParts {
  readonly programId: number | null;
  /** What became of the bill's points. */
  readonly fates: readonly LotFate[];
  /** Pieces of goods, in thousandths. */
  readonly quantity: number;
  readonly creditNotes: boolean;
}

/** When the first of the bill's points expire; "" when none do. */
const expiryOf = (organisation: Organisation, fates: readonly LotFate[]): string => {
  const times = fates.flatMap(({ lot }) => lot.expiresAt?.getTime() ?? []);
  return times.length === 0 ? "" : formatPlain(Math.min(...times), organisation.clusterTimeZone);
};

/** A bill as `GET /v1.1/customer/transactions` lists it; its lines are not told there. */
export const listedBillOf = (
  organisation: Organisation,
  transaction: StoredTransaction,
  { programId, fates, quantity, creditNotes }: ListedParts,
) => {
  const blocks = currencyBlocks(organisation, transaction);
  const summary = summaryOf(fates);
  const points = (amount: number) => String(toDecimal(amount, POINTS_SCALE));
  return {
    ...commonOf(organisation, transaction),
    return_type: transaction.returnType ?? "",
    store_code: organisation.store(transaction.storeId)?.code ?? "",
    returned_points_on_bill: points(summary.returned + summary.returnedPromised),
    ...(blocks === null ? {} : { currency: blocks.currency }),
    points: {
      issued: points(summary.issuedRedeemable + summary.issuedPromised),
      redeemed: points(summary.redeemed),
      returned: points(summary.returned + summary.returnedPromised),
      expired: points(summary.expired),
      expiry_date: expiryOf(organisation, fates),
      program_id: programId === null ? "" : String(programId),
    },
    coupons: [],
    ...(creditNotes ? { credit_notes: creditNotesOfV11(organisation, transaction.details?.creditNote) } : {}),
    basket_size: String(quantity / QUANTITY_SCALE),
    line_items: { line_item: [] },
  };
};
