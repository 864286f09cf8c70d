import type { CustomerProfile } from "#customers";
import type { NewEvent } from "#events";
import { POINTS } from "#ledger";
import type { Passage, ReturnPassage, Snapshot, Writes } from "../passage.ts";
import { detailsOf, lineDetails } from "../record.ts";
import { buildReply } from "../reply.ts";
import { isReturn } from "../schema.ts";
import type { Consequence } from "./consequence.ts";
import type { JudgedReturn } from "./schema.ts";

/** A return that was decided and posted. */
export interface DecidedReturn {
  readonly passage: Passage;
  readonly item: ReturnPassage;
  readonly judged: JudgedReturn;
  readonly clawback: Consequence;
  readonly eventNo: number | null;
  readonly profile: CustomerProfile | null;
}

/** Points that the event moved: what had expired does not move the balance. Above 0 only where the rest of the bill earns more. */
const pointsOf = ({ postings }: Consequence): number =>
  postings.reduce((total, { currencyId, amount }) => (currencyId === POINTS ? total + amount : total), 0);

/** Collects the rows and events of a return, and answers it unless it is part of a mixed bill. */
export const recordReturn = (decided: DecidedReturn, snapshot: Snapshot, writes: Writes): void => {
  const { passage, item, judged, eventNo, profile } = decided;
  const { purchase } = passage;
  const { transactionId, partyId, request } = item;
  const isAlone = isReturn(purchase.type);
  const customerId = profile === null ? null : partyId;
  const warnings = [...purchase.warnings, ...item.warnings];
  // A mixed bill is answered as one, with its purchase, and a return of goods of several bills with the first of them.
  const isAnswered = isAlone && transactionId === passage.transactionId;
  const { unmatched = [] } = passage;
  const reply = isAnswered
    ? buildReply({
        purchase,
        transactionId,
        partyId: profile?.partyId ?? partyId,
        profile,
        decided: null,
        warnings,
        unmatched,
      })
    : "{}";
  writes.transactions.push({
    id: transactionId,
    partyId,
    customerId,
    type: customerId === null ? "NOT_INTERESTED_RETURN" : "RETURN",
    returnType: request.returnType,
    parentTransactionId: judged.bill?.before.id ?? null,
    billNumber: judged.bill?.before.number ?? request.originalNumber,
    billedAt: purchase.billedAt,
    recordedAt: snapshot.recordedAt,
    tillId: purchase.tillId,
    storeId: purchase.storeId,
    source: purchase.source,
    accountId: purchase.accountId,
    amount: judged.amount,
    grossAmount: isAlone ? purchase.grossAmount : null,
    discount: isAlone ? purchase.discount : null,
    details: detailsOfReturn(decided),
    outlierStatus: purchase.outlierStatus,
    deliveryStatus: purchase.deliveryStatus,
    points: pointsOf(decided.clawback),
    eventNo,
    trace: null,
    inputHash: purchase.inputHash,
    reply,
  });
  writeLines(decided, writes);
  writes.events.push(...eventsOf(decided, snapshot));
  if (isAnswered) passage.outcome = { ok: { transactionId, customerId, reply, repeated: false } };
};

const detailsOfReturn = ({ passage, item, clawback }: DecidedReturn): object | null => {
  const { purchase, transactionId } = passage;
  const isAlone = isReturn(purchase.type);
  const details = {
    ...(isAlone ? detailsOf(purchase) : {}),
    ...(isAlone ? {} : { mixedBillId: transactionId }),
    ...(isAlone && purchase.ownNumber !== "" ? { returnNumber: purchase.ownNumber } : {}),
    ...(item.request.purchasedAt === null ? {} : { purchasedAt: item.request.purchasedAt }),
    ...(clawback.awards.length === 0 ? {} : { takenBack: clawback.awards }),
    ...(clawback.kept === null ? {} : { decidedAgain: clawback.kept }),
  };
  return Object.keys(details).length === 0 ? null : details;
};

/** The parts of the bill's lines that go back; of a bill that is not known, the lines as they were sent. */
const writeLines = ({ item, judged }: DecidedReturn, writes: Writes): void => {
  const { transactionId, partyId, request } = item;
  if (judged.bill === null) {
    request.lines.forEach((line, index) => {
      const { itemCode, description, quantity, rate, value, discount, amount } = line;
      const figures = { itemCode, description, quantity, rate, value, discount, amount };
      writes.lines.push({
        partyId,
        transactionId,
        lineNo: index + 1,
        ...figures,
        details: lineDetails(line),
      });
    });
    return;
  }
  judged.lines.forEach(({ parent, quantity, amount, description }, index) => {
    writes.lines.push({
      partyId,
      transactionId,
      lineNo: index + 1,
      itemCode: parent.itemCode,
      description: description ?? parent.description,
      quantity,
      rate: parent.rate,
      value: amount,
      discount: 0,
      amount,
      details: null,
      parentLineNo: parent.lineNo,
    });
  });
};

const eventsOf = (
  { passage, item, judged, clawback, eventNo, profile }: DecidedReturn,
  snapshot: Snapshot,
): NewEvent[] => {
  const { purchase } = passage;
  const { transactionId, partyId, request } = item;
  const orgId = snapshot.organisation.id;
  const happened = { orgId, partyId, occurredAt: new Date(purchase.now) };
  return [
    {
      ...happened,
      type: "transaction.returned",
      occurredAt: new Date(purchase.billedAt),
      payload: {
        transactionId,
        originalId: judged.bill?.before.id ?? null,
        customerId: profile === null ? null : partyId,
        returnType: request.returnType,
        number: judged.bill?.before.number ?? request.originalNumber,
        amount: judged.amount,
        points: 0 - pointsOf(clawback),
        eventNo,
        storeId: purchase.storeId,
        tillId: purchase.tillId,
      },
    },
    // An expiry that is undone is less of it.
    // What the rest earns more is told by the return's own points.
    ...clawback.postings
      .filter(({ contra }) => contra !== "issued")
      .map(
        ({ programId, currencyId, category, contra, amount }): NewEvent => ({
          ...happened,
          type: contra === "returned" ? "points.returned" : "points.expired",
          payload: { transactionId, programId, currencyId, category, amount: -amount },
        }),
      ),
  ];
};
