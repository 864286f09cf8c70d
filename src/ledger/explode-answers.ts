import { type Static, Type } from "@fastify/type-provider-typebox";
import { Issue } from "#platform";

const Text = Type.String();
const MaybeText = Type.Optional(Type.String());
const LedgerTime = Type.String({ description: "YYYY-MM-DD HH:MM:SS.s in the cluster's zone." });
const Named = Type.Object({ name: Text, value: Type.Unknown() });

const PROGRAM = { programId: Type.Integer(), programName: Text };
const CURRENCY = {
  alternateCurrencyName: Type.Optional(
    Type.String({ description: "Of alternate currencies only; points otherwise." }),
  ),
};
const EXPIRY = {
  expiresOn: Type.String({
    description: "YYYY-MM-DD HH:MM:SS.s; a hundred years on for points that never expire.",
  }),
  expiryType: Type.String({ description: "fixed or rolling." }),
};

const RegularAward = Type.Object({ ...PROGRAM, ...CURRENCY, value: Type.Number(), ...EXPIRY });
const PromotionAward = Type.Object({
  ...PROGRAM,
  ...CURRENCY,
  promotionId: Type.Optional(Type.Integer()),
  promotionName: MaybeText,
  promotionStartDate: MaybeText,
  promotionEndDate: MaybeText,
  value: Type.Number(),
  ...EXPIRY,
});
const PromisedAward = Type.Object({
  ...PROGRAM,
  ...CURRENCY,
  value: Type.Number(),
  conversionDate: Type.Optional(LedgerTime),
  ...EXPIRY,
});
export const PointsEarned = Type.Object({
  regular: Type.Array(RegularAward),
  promo: Type.Array(PromotionAward),
  promised: Type.Array(PromisedAward),
});
export type PointsEarned = Static<typeof PointsEarned>;

const LineItem = Type.Object({
  lineNo: Type.Integer(),
  itemCode: Text,
  description: Text,
  qty: Type.Number(),
  rate: Type.Number(),
  value: Type.Number(),
  discount: Type.Number(),
  amount: Type.Number(),
  attributes: Type.Optional(Type.Record(Text, Type.Unknown())),
  extendedFields: Type.Optional(Type.Array(Named)),
  pointsEarned: Type.Optional(PointsEarned),
});

const BillDetails = Type.Object({
  type: Text,
  billNumber: Text,
  grossAmount: Type.Number(),
  discount: Type.Number(),
  billAmount: Type.Number(),
  note: Text,
  source: Text,
  billDate: Type.String({ description: "YYYY-MM-DDTHH:mm:ss.SSS in the cluster's zone." }),
  returnDate: MaybeText,
  returnAmount: Type.Optional(Type.Number()),
  returnType: MaybeText,
  returnBillId: Type.Optional(Type.Integer()),
  pointsEarned: Type.Optional(PointsEarned),
  lineItems: Type.Array(LineItem),
});

const PaymentMode = Type.Object({
  mode: Text,
  value: Type.Number(),
  notes: Text,
  attributes: Type.Record(Text, Type.Unknown()),
});
const Slab = Type.Object({ ...PROGRAM, slabNumber: Type.Integer(), slabName: Text });

/** What the bill behind an event shows, as the domain that keeps bills tells it. */
export const ExplodedBill = Type.Object({
  transactionId: Type.Integer(),
  uniqueId: Text,
  billDetails: BillDetails,
  customFields: Type.Array(Named),
  extendedFields: Type.Array(Named),
  paymentModes: Type.Array(PaymentMode),
  pointInTimeSlabs: Type.Array(Slab),
});
export type ExplodedBill = Static<typeof ExplodedBill>;

const RedemptionDetails = Type.Object({
  pointsRedeemed: Text,
  redemptionPurpose: Text,
  transactionNumber: Text,
  redemptionId: Text,
  notes: Text,
  groupRedemption: Type.Boolean(),
});
export type RedemptionDetails = Static<typeof RedemptionDetails>;

/** What is kept of a redemption beside its postings. */
export interface ExplodedRedemption {
  readonly details: Pick<
    RedemptionDetails,
    "redemptionPurpose" | "transactionNumber" | "redemptionId" | "notes"
  >;
  readonly customFields: readonly { readonly name: string; readonly value: string }[];
}

const EventDetails = Type.Object({
  eventTime: LedgerTime,
  tillId: Type.Optional(Type.Integer()),
  eventDisplayName: MaybeText,
  comments: MaybeText,
  reason: MaybeText,
  assocId: Type.Optional(Type.Integer()),
  requestId: Type.Optional(Type.Integer()),
  maxConversionDate: Type.Optional(LedgerTime),
  redemptionDetails: Type.Optional(RedemptionDetails),
});

const TakenPoints = Type.Object({
  ...PROGRAM,
  ...CURRENCY,
  pointsCategory: Text,
  value: Type.Number(),
  ...EXPIRY,
});

const ExplodedEvent = Type.Object({
  eventLogId: Type.Integer(),
  eventName: Text,
  eventReferenceId: Type.String({
    description: "The bill's id, the customer's for redemptions, -1 when the event is about nothing else.",
  }),
  uniqueId: Type.String({ description: "Of the input that the event came from." }),
  eventDetails: EventDetails,
  pointsBreakup: Type.Optional(Type.Array(TakenPoints)),
  billDetails: Type.Optional(BillDetails),
  pointsEarned: Type.Optional(PointsEarned),
  customFields: Type.Optional(Type.Array(Named)),
  extendedFields: Type.Optional(Type.Array(Named)),
  paymentModes: Type.Optional(Type.Array(PaymentMode)),
  pointInTimeSlabs: Type.Optional(Type.Array(Slab)),
  orgId: Type.Optional(Type.Integer({ description: "v2.1 only." })),
});
export type ExplodedEvent = Static<typeof ExplodedEvent>;

/** Answer of getLedgerExplodeInfo. */
export const LedgerExplodeInfo = Type.Object({
  events: Type.Array(ExplodedEvent),
  warnings: Type.Array(Issue),
});
