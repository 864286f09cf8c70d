import { explainTrace, type OrgPrograms, type Trace, type Why } from "#loyalty";
import type { Organisation } from "#orgs";
import { formatIso, type Money, POINTS_SCALE, QUANTITY_SCALE, toDecimal } from "#platform";
import type { TransactionAnswer, TransactionSummary } from "./api-shapes.ts";
import type { StoredLine, StoredTransaction } from "./reads.ts";
import type { StoredChange } from "./updates/store.ts";

/** A bill as a row of the console's lists. */
export const summaryOf = (
  organisation: Organisation,
  transaction: StoredTransaction,
  lineCount: number,
): TransactionSummary => {
  const store = organisation.store(transaction.storeId);
  const till = organisation.till(transaction.tillId);
  return {
    id: transaction.id,
    number: transaction.billNumber,
    type: transaction.type,
    billedAt: formatIso(transaction.billedAt.getTime(), organisation.timeZone),
    amount: toDecimal(transaction.amount, organisation.moneyScale),
    points: toDecimal(transaction.points, POINTS_SCALE),
    store: store === null ? null : { code: store.code, name: store.name },
    till: till === null ? null : { code: till.code },
    source: transaction.source,
    outlierStatus: transaction.outlierStatus,
    lineCount,
    customerId: transaction.customerId,
  };
};

export interface WholeTransaction {
  readonly transaction: StoredTransaction;
  readonly lines: readonly StoredLine[];
  readonly customer: { readonly id: number; readonly name: string } | null;
  readonly why: Why | null;
  readonly changes: readonly StoredChange[];
  readonly claim: {
    readonly newTransactionId: number;
    readonly newPartyId: number;
    readonly client: string;
    readonly claimedAt: Date;
  } | null;
}

/** A bill with everything that is known of it. */
export const detailsOf = (
  organisation: Organisation,
  { transaction, lines, customer, why, changes, claim }: WholeTransaction,
): TransactionAnswer => {
  const money = (amount: Money) => toDecimal(amount, organisation.moneyScale);
  const moneyOrNull = (amount: Money | null) => (amount === null ? null : money(amount));
  const { details } = transaction;
  return {
    ...summaryOf(organisation, transaction, lines.length),
    customer,
    recordedAt: formatIso(transaction.recordedAt.getTime(), organisation.timeZone),
    deliveryStatus: transaction.deliveryStatus,
    grossAmount: moneyOrNull(transaction.grossAmount),
    discount: moneyOrNull(transaction.discount),
    note: details?.note ?? null,
    notInterestedReason: details?.notInterestedReason ?? null,
    eventNo: transaction.eventNo,
    lines: lines.map((line) => ({
      lineNo: line.lineNo,
      itemCode: line.itemCode,
      description: line.description,
      quantity: toDecimal(line.quantity, QUANTITY_SCALE),
      rate: money(line.rate),
      value: money(line.value),
      discount: money(line.discount),
      amount: money(line.amount),
      extendedFields: (line.details?.extendedFields ?? {}) as Record<string, unknown>,
    })),
    paymentModes: (details?.paymentModes ?? []).map(({ mode, value, notes, attributes }) => ({
      mode,
      value: money(value),
      notes,
      attributes: attributes as Record<string, unknown>,
    })),
    extendedFields: { ...details?.extendedFields },
    customFields: { ...details?.customFields },
    why: why as TransactionAnswer["why"],
    changes: changes.map(({ changedAt, actorName, actorSource, changes: parts }) => ({
      at: formatIso(changedAt.getTime(), organisation.timeZone),
      by: actorName,
      source: actorSource,
      parts: [...parts],
    })),
    claim:
      claim === null
        ? null
        : {
            at: formatIso(claim.claimedAt.getTime(), organisation.timeZone),
            by: claim.client,
            transactionId: claim.newTransactionId,
            customerId: claim.newPartyId,
          },
    claimed: details?.retro === undefined ? null : { transactionId: details.retro.transactionId },
  };
};

/** A stored trace in plain words; null for a bill that no program decided. */
export const whyOf = (programs: OrgPrograms, trace: Trace | null): Why | null => {
  const program = trace === null ? null : programs.byId(trace.program)?.version(trace.version);
  return trace === null || !program ? null : explainTrace(trace, program);
};
