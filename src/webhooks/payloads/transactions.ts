import type { TakenEvent } from "../intake.ts";
import { type Facts, numberIn, textIn } from "./facts.ts";
import { tellIssued } from "./issued.ts";
import {
  dateTime,
  enteredBy,
  identifiersOfCustomer,
  keyValues,
  money,
  tillIn,
  triggeredBy,
} from "./parts.ts";
import type { ToldBill } from "./reads.ts";
import { tellReturned } from "./returned.ts";
import { evaluationOf, type Teller, type Told } from "./told.ts";

const billTypeOf = ({ type }: ToldBill): string => (type.endsWith("RETURN") ? "RETURN" : type);

const billData = (facts: Facts, bill: ToldBill) => ({
  customerIdentifiers: identifiersOfCustomer(facts, bill.customerId ?? 0),
  enteredBy: enteredBy(facts, bill.tillId),
  transactionId: bill.id,
  billNumber: bill.number,
  billClientId: null,
  billDate: bill.billedAt.getTime(),
  enteredAt: bill.recordedAt.getTime(),
  billType: billTypeOf(bill),
  amount: money(facts, bill.amount),
  grossAmount: bill.grossAmount === null ? null : money(facts, bill.grossAmount),
  discount: bill.discount === null ? null : money(facts, bill.discount),
  currencyCode: facts.organisation.currency,
  lineItemCount: bill.lineCount,
  deliveryStatus: bill.deliveryStatus,
  outlierStatus: bill.outlierStatus,
  customFields: keyValues(bill.details?.customFields),
  extendedFields: keyValues(bill.details?.extendedFields),
});

const billIn = ({ payload }: TakenEvent, facts: Facts): ToldBill | undefined =>
  facts.bills.get(numberIn(payload, "transactionId") ?? 0);

const tellBill = (facts: Facts, name: string, bill: ToldBill): Told => ({
  name,
  reference: String(bill.id),
  loyaltyEventId: evaluationOf(bill.partyId, bill.eventNo) ?? "",
  data: billData(facts, bill),
});

const NAMES: Readonly<Record<string, string>> = {
  NOT_INTERESTED: "notInterestedBillAdded",
  NOT_INTERESTED_RETURN: "notInterestedBillAdded",
};

/** A bill, with what it earned. */
export const tellPurchase: Teller = (event, facts) => {
  const bill = billIn(event, facts);
  if (bill === undefined) return [];
  const isRetro = numberIn(event.payload, "retroOf") !== null;
  const added = tellBill(facts, isRetro ? "retroBillAdded" : (NAMES[bill.type] ?? "transactionAdded"), bill);
  const { partyId, eventNo } = bill;
  const trigger = triggeredBy(facts, partyId, "TransactionAdd", bill.tillId, {
    billId: bill.id,
    billNumber: bill.number,
  });
  const giving = { partyId, eventNo, trigger, at: bill.billedAt, reference: String(bill.id) };
  // A bill that came late, or of a history, is told of as of when it was recorded.
  return [added, ...tellIssued(facts, giving)].map((told) => ({ ...told, at: bill.recordedAt }));
};

/** A return, with what it took back. */
export const tellReturn: Teller = (event, facts) => {
  const bill = billIn(event, facts);
  if (bill === undefined) return [];
  return [
    tellBill(facts, NAMES[bill.type] ?? "transactionAdded", bill),
    ...tellReturned(facts, bill, event.occurredAt),
  ].map((told) => ({ ...told, at: bill.recordedAt }));
};

export const tellBillUpdate: Teller = (event, facts) => {
  const bill = billIn(event, facts);
  return bill === undefined ? [] : [tellBill(facts, "transactionUpdated", bill)];
};

interface Problem {
  readonly code: number;
  readonly message: string;
}

const reasons = (problems: unknown) =>
  (Array.isArray(problems) ? (problems as Problem[]) : []).map(({ code, message }) => ({
    rejectionReason: String(code),
    reasonDetails: message,
  }));

const rejection = (
  { partyId, payload, occurredAt, ...event }: TakenEvent,
  facts: Facts,
  number: string,
  status: string | null,
) => ({
  customerIdentifiers: identifiersOfCustomer(facts, partyId),
  ...triggeredBy(facts, partyId, "TransactionAdd", tillIn({ ...event, partyId, payload, occurredAt }), {
    billNumber: number,
  }),
  eventDateTime: dateTime(facts, occurredAt),
  billNumber: number,
  rejectionType: status === "PERMANENT_FAILED" ? "PERMANENT" : "RETRIABLE",
});

export const tellRejection: Teller = (event, facts) => {
  const rejectedId = numberIn(event.payload, "rejectedId");
  const number = textIn(event.payload, "number") ?? "";
  return [
    {
      name: "transactionRejected",
      reference: rejectedId === null ? null : String(rejectedId),
      data: {
        ...rejection(event, facts, number, textIn(event.payload, "status")),
        rejectionDetails: reasons(event.payload.errors),
        retrialCount: 0,
      },
    },
  ];
};

export const tellRetrigger: Teller = (event, facts) => {
  const rejectedId = numberIn(event.payload, "rejectedId") ?? 0;
  const parked = facts.parked.get(rejectedId);
  if (parked === undefined) return [];
  const open = parked.errors.filter(({ status }) => status === "OPEN");
  return [
    {
      name: "rejectedTransactionRetrigger",
      reference: String(rejectedId),
      data: {
        ...rejection(event, facts, parked.number, parked.status),
        rejectionDetails: reasons(parked.errors),
        rejectionDetailsOnRetrigger: reasons(open),
        retrialCount: parked.retryCount,
        retriggerId: numberIn(event.payload, "retriggerId"),
      },
    },
  ];
};
