import { explainTrace, type OrgPrograms, type Trace, type Why } from "#loyalty";
import type { Organisation } from "#orgs";
import { formatIso, type Money, POINTS_SCALE, QUANTITY_SCALE, toDecimal } from "#platform";
import type { TakenAward, TransactionAnswer, TransactionSummary } from "./api-shapes.ts";
import type { StoredLine, StoredTransaction } from "./reads.ts";
import type { KeptDecision } from "./returns/again.ts";
import type { TakenAward as StoredTakenAward } from "./returns/clawback.ts";
import type { ReturnedPart, ReturnOfBill } from "./returns/reads.ts";
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
    returnType: transaction.returnType,
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
  readonly programs: OrgPrograms;
  readonly returns: readonly ReturnOfBill[];
  readonly changes: readonly StoredChange[];
  readonly claim: {
    readonly newTransactionId: number;
    readonly newPartyId: number;
    readonly client: string;
    readonly claimedAt: Date;
  } | null;
}

/** What a return takes back, as the console shows it. */
export const takenAwardOf = (award: StoredTakenAward): TakenAward => {
  const points = (amount: number) => toDecimal(amount, POINTS_SCALE);
  return {
    ...award,
    awarded: points(award.awarded),
    taken: points(award.taken),
    fromRest: points(award.fromRest),
    moved: points(award.moved),
    owed: points(award.owed),
    expired: points(award.expired),
  };
};

/** A bill with everything that is known of it. */
export const detailsOf = (
  organisation: Organisation,
  { transaction, lines, customer, why, programs, returns, changes, claim }: WholeTransaction,
): TransactionAnswer => {
  const money = (amount: Money) => toDecimal(amount, organisation.moneyScale);
  const moneyOrNull = (amount: Money | null) => (amount === null ? null : money(amount));
  const { details } = transaction;
  const goneOf = (lineNo: number) => {
    const parts = returns.flatMap((item) => item.lines.filter(({ parentLineNo }) => parentLineNo === lineNo));
    const sum = (of: (part: ReturnedPart) => number) => parts.reduce((total, part) => total + of(part), 0);
    return {
      returnedQuantity: toDecimal(
        sum(({ quantity }) => quantity),
        QUANTITY_SCALE,
      ),
      returnedAmount: money(sum(({ amount }) => amount)),
    };
  };
  return {
    ...summaryOf(organisation, transaction, lines.length),
    customer,
    recordedAt: formatIso(transaction.recordedAt.getTime(), organisation.timeZone),
    deliveryStatus: transaction.deliveryStatus,
    grossAmount: moneyOrNull(transaction.grossAmount),
    discount: moneyOrNull(transaction.discount),
    by: details?.by ?? null,
    note: details?.note ?? null,
    notInterestedReason: details?.notInterestedReason ?? null,
    eventNo: transaction.eventNo,
    returnOf: transaction.parentId === null ? null : { id: transaction.parentId },
    returns: returns.map((item) => ({
      id: item.id,
      returnType: item.returnType,
      billedAt: formatIso(item.billedAt.getTime(), organisation.timeZone),
      amount: money(item.amount),
      points: toDecimal(item.points, POINTS_SCALE),
    })),
    takenBack: (details?.takenBack ?? []).map(takenAwardOf),
    decidedAgain: decidedAgainOf(programs, details?.decidedAgain),
    lines: lines.map((line) => ({
      lineNo: line.lineNo,
      itemCode: line.itemCode,
      description: line.description,
      quantity: toDecimal(line.quantity, QUANTITY_SCALE),
      rate: money(line.rate),
      value: money(line.value),
      discount: money(line.discount),
      amount: money(line.amount),
      ...goneOf(line.lineNo),
      extendedFields: (line.details?.extendedFields ?? {}) as Record<string, unknown>,
    })),
    paymentModes: (details?.paymentModes ?? []).map(({ mode, value, notes, attributes }) => ({
      mode,
      value: money(value),
      notes,
      attributes: attributes as Record<string, unknown>,
    })),
    creditNote:
      details?.creditNote === undefined
        ? null
        : { ...details.creditNote, amount: moneyOrNull(details.creditNote.amount) },
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

const decidedAgainOf = (
  programs: OrgPrograms,
  kept: KeptDecision | undefined,
): TransactionAnswer["decidedAgain"] => {
  if (kept === undefined) return null;
  if ("problem" in kept) return { why: null, problem: kept.problem };
  return {
    why: whyOf(programs, kept.trace) as NonNullable<TransactionAnswer["decidedAgain"]>["why"],
    problem: null,
  };
};

/** A stored trace in plain words; null for a bill that no program decided. */
export const whyOf = (programs: OrgPrograms, trace: Trace | null): Why | null => {
  const program = trace === null ? null : programs.byId(trace.program)?.version(trace.version);
  return trace === null || !program ? null : explainTrace(trace, program);
};
