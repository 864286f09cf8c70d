import { Type } from "typebox";
import { eventsOf } from "./event-type.ts";
import { Decimal, EnteredBy, fields, Id, KeyValues, Millis, Text, whom, why } from "./shapes.ts";

const transaction = eventsOf("Transactions");

const Bill = fields(
  {
    ...whom,
    enteredBy: EnteredBy,
    transactionId: Id,
    billNumber: Type.String({ examples: ["B-1001"] }),
    billType: Type.String({ examples: ["REGULAR"] }),
    amount: Decimal,
    enteredAt: Millis,
  },
  {
    billClientId: Text,
    billDate: Millis,
    grossAmount: Decimal,
    discount: Decimal,
    currencyCode: Type.String({ examples: ["EUR"] }),
    lineItemCount: Type.Integer({ examples: [3] }),
    deliveryStatus: Type.String({ examples: ["PLACED"] }),
    outlierStatus: Type.String({ examples: ["NORMAL"] }),
    customFields: KeyValues,
    extendedFields: KeyValues,
  },
);

const rejection = {
  ...why,
  eventDateTime: Type.String({ examples: ["2026-01-01T09:35:00.000+0000"] }),
  rejectionType: Type.String({ examples: ["RETRIABLE"] }),
  retrialCount: Type.Integer({ examples: [0] }),
};
const Reasons = Type.Array(
  fields(
    { rejectionReason: Type.String({ examples: ["UNKNOWN_STORE"] }) },
    { reasonDetails: Type.String({ examples: ["store: there is no store s.09."] }) },
  ),
);
const billNumber = Type.String({ examples: ["B-1001"] });

export const TRANSACTION_EVENTS = [
  transaction("transactionAdded", "A customer's bill or return was recorded.", Bill, [
    "transaction.added",
    "transaction.returned",
  ]),
  transaction("transactionUpdated", "A recorded bill was changed.", Bill, ["transaction.updated"]),
  transaction("notInterestedBillAdded", "A bill of nobody in particular was recorded.", Bill, [
    "transaction.added",
    "transaction.returned",
  ]),
  transaction("retroBillAdded", "A customer claimed a bill that was nobody's.", Bill, ["transaction.added"]),
  transaction(
    "transactionRejected",
    "A bill was parked instead of recorded, because of what the organisation's data says.",
    fields({ ...whom, billNumber, rejectionDetails: Reasons }, rejection),
    ["transaction.rejected"],
  ),
  transaction(
    "rejectedTransactionRetrigger",
    "A parked bill was tried again.",
    fields(
      { ...whom, billNumber, rejectionDetailsOnRetrigger: Reasons, retriggerId: Id },
      { ...rejection, rejectionDetails: Reasons },
    ),
    ["rejected_transaction.retriggered"],
  ),
];
