import { type Entity, entityReference, type Organisation } from "#orgs";
import { formatIso, QUANTITY_SCALE } from "#platform";
import { creditNoteOf, creditNotesOf } from "./credit-notes.ts";
import { localCurrencyOf, localLineOf } from "./currencies/present.ts";
import type { StoredLine, StoredTransaction } from "./reads.ts";
import { returnDetailsOf, returnedLineOf } from "./returns/present.ts";
import type { ReturnOfBill } from "./returns/reads.ts";

const referenceOrNone = (entity: Entity | null) => (entity === null ? {} : entityReference(entity));

/** Who changed the bill last, and when. */
const modificationOf = (organisation: Organisation, { updatedAt, updatedTillId }: StoredTransaction) => ({
  modifiedBy: referenceOrNone(updatedTillId === null ? null : organisation.till(updatedTillId)),
  ...(updatedAt === null
    ? {}
    : { modifiedDate: formatIso(updatedAt.getTime(), organisation.clusterTimeZone) }),
});

const money = (organisation: Organisation, amount: number | null): number =>
  (amount ?? 0) / organisation.moneyScale;

/** A v2 bill's payment modes. */
const paymentModes = (organisation: Organisation, transaction: StoredTransaction) =>
  (transaction.details?.paymentModes ?? []).map(({ mode, value, notes, attributes }, index) => ({
    id: index + 1,
    mode,
    amount: money(organisation, value),
    notes: notes ?? "",
    attributes: Object.entries(attributes).map(([name, attribute]) => ({ name, value: attribute })),
  }));

const lineItem = (
  organisation: Organisation,
  transaction: StoredTransaction,
  line: StoredLine,
  returns: readonly ReturnOfBill[],
) => {
  const details = line.details ?? {};
  const attributes = (details.attributes ?? {}) as Record<string, unknown>;
  return {
    id: line.lineNo,
    customerId: 0,
    details: {
      itemCode: line.itemCode,
      description: line.description ?? "",
      qty: line.quantity / QUANTITY_SCALE,
      rate: money(organisation, line.rate),
      value: money(organisation, line.value),
      discount: money(organisation, line.discount),
      amount: money(organisation, line.amount),
      serial: Number(details.serial ?? 0) || 0,
      returnable: details.returnable !== false && details.returnable !== "false",
      returnableDays: Number(details.returnableDays ?? -1),
      attributes,
      attributesSet: Object.entries(attributes).map(([name, value]) => ({ [name]: value })),
      extendedFields: details.extendedFields ?? {},
      ...localLineOf(transaction, line),
    },
    outlierStatus: String(details.outlierStatus ?? "NORMAL"),
    ...(line.parentLineNo === null ? {} : { parentLineId: line.parentLineNo }),
    ...returnedLineOf(organisation, returns, line.lineNo, transaction.type === "NOT_INTERESTED"),
    valid: true,
    addonDetails: details.addOnDetails ?? [],
    splitItemsDetails: details.splitDetails ?? [],
  };
};

/** How a return went back, and of which bill; nothing for a purchase. */
const returnOf = ({ returnType, parentId, details }: StoredTransaction) =>
  returnType === null
    ? {}
    : {
        returnType,
        ...(parentId === null ? {} : { parentBillId: parentId }),
        ...(details?.mixedBillId === undefined ? {} : { mixedBillId: details.mixedBillId }),
      };

/** What the caller asks for besides the bill. */
export interface PresentedParts {
  readonly tenders: boolean;
  readonly creditNotes: boolean;
  readonly returns: readonly ReturnOfBill[];
}

/** The answer of the documented read of one bill (transactions.md §5.3). */
export const presentTransaction = (
  organisation: Organisation,
  transaction: StoredTransaction,
  lines: readonly StoredLine[],
  { tenders, creditNotes, returns }: PresentedParts,
) => {
  const zone = organisation.clusterTimeZone;
  const isAnonymous = transaction.customerId === null;
  const details = returnDetailsOf(organisation, returns);
  const returnDetails = isAnonymous ? { canceled: details.canceled } : details;
  const niReturnDetails = isAnonymous && returns.length > 0 ? details : {};
  const store = organisation.store(transaction.storeId);
  const till = organisation.till(transaction.tillId);
  return {
    id: transaction.id,
    ...(transaction.customerId === null ? {} : { customerId: transaction.customerId }),
    type: transaction.type,
    ...returnOf(transaction),
    source: transaction.source.toLowerCase(),
    outlierStatus: transaction.outlierStatus,
    deliveryStatus: transaction.deliveryStatus,
    billDetails: {
      billNumber: transaction.billNumber,
      amount: money(organisation, transaction.amount),
      grossAmount: money(organisation, transaction.grossAmount ?? transaction.amount),
      discount: money(organisation, transaction.discount),
      billingTime: formatIso(transaction.billedAt.getTime(), zone),
      note: transaction.details?.note ?? "",
      billingStore: referenceOrNone(store),
      returnDetails,
      niReturnDetails,
      invalidBill: false,
    },
    lineItems: lines.map((line) => lineItem(organisation, transaction, line, returns)),
    ...(tenders ? { paymentModes: paymentModes(organisation, transaction) } : {}),
    ...(creditNotes ? { creditNote: creditNoteOf(organisation, transaction.details?.creditNote) } : {}),
    customFields: transaction.details?.customFields ?? {},
    extendedFields: transaction.details?.extendedFields ?? {},
    attribution: {
      createDate: formatIso(transaction.recordedAt.getTime(), zone),
      createdBy: referenceOrNone(till),
      ...modificationOf(organisation, transaction),
    },
    billPointsBreakup: [],
    addWithLocalCurrency: transaction.details?.localCurrency !== undefined,
    ...localCurrencyOf(organisation, transaction),
    basketSize: lines.reduce((sum, line) => sum + line.quantity, 0) / QUANTITY_SCALE,
    retroTxn: transaction.details?.retro !== undefined,
    returnDetails,
    niReturnDetails,
    autoUpdateTime: formatIso((transaction.updatedAt ?? transaction.recordedAt).getTime(), zone),
    warnings: [],
  };
};

/** An item of the documented list of a customer's bills; `embed` adds its parts. */
export const presentListItem = (
  organisation: Organisation,
  transaction: StoredTransaction,
  embed: ReadonlySet<string>,
  program: { readonly id: number; readonly name: string } | null,
) => {
  const zone = organisation.clusterTimeZone;
  const points = transaction.points / 1000;
  const breakup =
    program === null
      ? []
      : [
          {
            programId: program.id,
            programName: program.name,
            regularPoints: points,
            promotionalPoints: 0,
            promisedPoints: 0,
          },
        ];
  return {
    id: transaction.id,
    customerId: transaction.customerId ?? 0,
    billingTime: formatIso(transaction.billedAt.getTime(), zone),
    billNumber: transaction.billNumber,
    type: transaction.type,
    ...(transaction.returnType === null ? {} : { returnType: transaction.returnType }),
    notes: transaction.details?.note ?? "",
    amount: money(organisation, transaction.amount),
    grossAmount: money(organisation, transaction.grossAmount ?? transaction.amount),
    discount: money(organisation, transaction.discount),
    outlierStatus: transaction.outlierStatus,
    ...(embed.has("BILL_STORE_DETAILS")
      ? { billingStore: referenceOrNone(organisation.store(transaction.storeId)) }
      : {}),
    ...(embed.has("BILL_EF") ? { extendedFields: transaction.details?.extendedFields ?? {} } : {}),
    ...(embed.has("BILL_CF") ? { customFields: transaction.details?.customFields ?? {} } : {}),
    ...(embed.has("PAYMENT_MODES") ? { paymentModes: paymentModes(organisation, transaction) } : {}),
    ...(embed.has("CREDIT_NOTES")
      ? { creditNotes: creditNotesOf(organisation, transaction.id, transaction.details?.creditNote) }
      : {}),
    ...(embed.has("ATTRIBUTION")
      ? {
          attribution: {
            createDate: formatIso(transaction.recordedAt.getTime(), zone),
            createdBy: referenceOrNone(organisation.till(transaction.tillId)),
            ...modificationOf(organisation, transaction),
          },
        }
      : {}),
    ...(embed.has("BILL_POINTS")
      ? {
          billPoints: {
            pointsBreakup: breakup,
            aggregatedBillPoints: breakup,
            alternateCurrenciesBreakup: [],
            aggregatedBillAlternateCurrencies: [],
          },
        }
      : {}),
  };
};
