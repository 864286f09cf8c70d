import type { CustomerProfile } from "#customers";
import { POINTS } from "#ledger";
import type { Decided, Passage, Snapshot, Writes } from "./passage.ts";
import { linkQuoted } from "./quoted-redemptions.ts";
import { buildReply } from "./reply.ts";
import type { Purchase } from "./schema.ts";

/** What of a bill is shown and never searched; null when there is nothing. */
export const detailsOf = (purchase: Purchase): object | null => {
  const details: Record<string, unknown> = {};
  if (purchase.note !== null) details.note = purchase.note;
  if (purchase.notInterestedReason !== null) details.notInterestedReason = purchase.notInterestedReason;
  if (purchase.paymentModes.length > 0) details.paymentModes = purchase.paymentModes;
  if (Object.keys(purchase.extendedFields).length > 0) details.extendedFields = purchase.extendedFields;
  if (Object.keys(purchase.customFields).length > 0) details.customFields = purchase.customFields;
  if (purchase.by !== undefined) details.by = purchase.by;
  if (purchase.creditNote !== undefined) details.creditNote = purchase.creditNote;
  if (purchase.localCurrency !== undefined) details.localCurrency = purchase.localCurrency;
  if (purchase.retro !== undefined)
    details.retro = { transactionId: purchase.retro.transactionId, type: purchase.retro.type };
  return Object.keys(details).length === 0 ? null : details;
};

export const lineDetails = (line: Purchase["lines"][number]): object | null => {
  const hasFields = Object.keys(line.extendedFields).length > 0;
  if (line.details === null && !hasFields) return null;
  return { ...line.details, ...(hasFields ? { extendedFields: line.extendedFields } : {}) };
};

/** Collects the rows and the event of a purchase and answers it. */
export const record = (
  passage: Passage,
  profile: CustomerProfile | null,
  decided: Decided | null,
  snapshot: Snapshot,
  writes: Writes,
): void => {
  const { purchase, partyId, transactionId } = passage;
  const decision = decided?.decision ?? null;
  const points =
    decision?.awards.reduce((sum, award) => sum + (award.currencyId === POINTS ? award.points : 0), 0) ?? 0;
  const warnings = [
    ...purchase.warnings,
    ...passage.returns.flatMap((item) => item.warnings),
    ...linkQuoted(passage, snapshot.quoted),
  ];
  const reply = buildReply({ purchase, transactionId, partyId, profile, decided, warnings });
  const customerId = purchase.type === "REGULAR" ? partyId : null;
  writes.transactions.push({
    id: transactionId,
    partyId,
    customerId,
    type: purchase.type,
    billNumber: purchase.number,
    billedAt: purchase.billedAt,
    recordedAt: snapshot.recordedAt,
    tillId: purchase.tillId,
    storeId: purchase.storeId,
    source: purchase.source,
    accountId: purchase.accountId,
    amount: purchase.amount,
    grossAmount: purchase.grossAmount,
    discount: purchase.discount,
    details: detailsOf(purchase),
    outlierStatus: purchase.outlierStatus,
    deliveryStatus: purchase.deliveryStatus,
    points,
    eventNo: decided?.eventNo ?? null,
    trace: decision?.trace ?? null,
    inputHash: purchase.inputHash,
    reply,
  });
  purchase.lines.forEach((line, index) => {
    const { itemCode, description, quantity, rate, value, discount, amount } = line;
    const figures = { itemCode, description, quantity, rate, value, discount, amount };
    writes.lines.push({ partyId, transactionId, lineNo: index + 1, ...figures, details: lineDetails(line) });
  });
  writes.events.push({
    orgId: snapshot.organisation.id,
    partyId,
    type: "transaction.added",
    occurredAt: new Date(purchase.billedAt),
    payload: {
      transactionId,
      customerId,
      type: purchase.type,
      number: purchase.number,
      amount: purchase.amount,
      points,
      storeId: purchase.storeId,
      tillId: purchase.tillId,
      bookedAt: purchase.now,
      eventNo: decided?.eventNo ?? null,
      ...(decision?.tierChange ? { tier: decision.tierChange } : {}),
      ...(purchase.retro === undefined ? {} : { retroOf: purchase.retro.transactionId }),
    },
  });
  passage.outcome = { ok: { transactionId, customerId, reply, repeated: false } };
};
