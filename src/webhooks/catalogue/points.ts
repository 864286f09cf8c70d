import { Type } from "typebox";
import { eventsOf } from "./event-type.ts";
import {
  CustomerIdentifiers,
  Day,
  Decimal,
  EntityInformation,
  Flag,
  fields,
  Id,
  KeyValues,
  Millis,
  maybe,
  ofProgram,
  ProgramDetails,
  Text,
  whom,
  why,
} from "./shapes.ts";

const points = eventsOf("Points");

const current = { programCurrentPoints: Decimal, programLifetimePoints: Decimal };
const promotion = {
  promotionName: Text,
  promotionIdentifier: Text,
  promotionType: Type.String({ examples: ["BILL_PROMOTION"] }),
};
const PromotionPoints = fields(
  { promotionPoints: Decimal },
  { promotionIdentifier: promotion.promotionIdentifier, promotionType: promotion.promotionType },
);
const Details = fields({}, { available: Decimal, expired: Decimal });
const FromPrograms = Type.Array(
  fields({ programId: Id, pointsRedeemed: Decimal }, { programCurrentPoints: Decimal }),
);
const availableBalance = Type.Optional(
  Type.Number({
    description: "Over all programs of the customer, where the webhook asks for it",
    examples: [480],
  }),
);

const issued = Type.Object({
  ...fields(
    { ...whom, totalPointsIssued: Decimal, regularPointsIssued: Decimal },
    {
      ...ofProgram,
      ...current,
      regularPointsBreakup: Type.Array(fields({ points: Decimal }, { expiryAt: Day })),
      promotionalPointsIssued: Type.Array(
        fields({ promotionPoints: Decimal }, { ...promotion, promotionPointsExpiryDate: Day }),
      ),
      promisedPointsIssued: Type.Array(
        fields(
          { promisedPoints: Decimal },
          { isExternalTriggerBased: Flag, promisedPointsConversionDate: Day, promotionIdentifier: Text },
        ),
      ),
    },
  ).properties,
  behavioralEventAttributes: Type.Optional(
    Type.Object({}, { description: "Where the webhook asks for the awarded reference" }),
  ),
  AvailablePointsBalance: availableBalance,
});

const redeemed = Type.Object({
  ...fields(
    { ...whom, totalPointsRedeemed: Decimal, redemptionSummaryId: Id },
    {
      ...ofProgram,
      redeemedPointsCurrencyValue: Decimal,
      redemptionNotes: Text,
      redemptionBillNumber: Text,
      isGroupRedemption: Flag,
      redemptionFromEarningPrograms: FromPrograms,
    },
  ).properties,
  AvailablePointsBalance: availableBalance,
});

const returned = {
  totalIssuedPointsReversed: Decimal,
  regularPointsReversed: Decimal,
  promisedPointsReversed: Decimal,
  promotionalPointsReversed: Type.Array(PromotionPoints),
  currentEventTotalPointsReturned: Decimal,
  currentEventRegularPointsReturned: Decimal,
  currentEventPromisedPointsReturned: Decimal,
  currentEventPromotionPointsReturnedDetails: Type.Array(PromotionPoints),
};

const PointsOfProgram = Type.Array(fields({ points: Decimal }, { programId: Id }));
const PromotionPointsOfProgram = Type.Array(
  fields({ points: Decimal }, { programId: Id, promotionId: Id, promotionName: Text }),
);
const converted = fields(
  {
    ...whom,
    pointsConverted: Decimal,
    pointsConversionSource: Type.String({ examples: ["systemTrigger"] }),
    pointsConvertedType: Type.String({ examples: ["PROMISED_POINTS"] }),
  },
  {
    ...ofProgram,
    ...current,
    eventDateTime: Type.String({ examples: ["2026-01-01 09:35:00"] }),
    billId: Id,
    eventLogId: Id,
    earningActivityReference: Type.Array(
      fields(
        { name: Type.String({ examples: ["TransactionAdd"] }) },
        { enteredAt: Millis, pointsConverted: Decimal, identifiers: KeyValues },
      ),
    ),
    pointsConvertedBreakup: Type.Array(
      fields(
        { entityName: Type.String({ examples: ["BILL"] }) },
        {
          entityDetails: fields({}, { id: Id, billNumber: Text, itemCode: Text, billDate: Millis }),
          promotionalPointsBreakup: PromotionPointsOfProgram,
          nonPromotionalPointsBreakup: PointsOfProgram,
        },
      ),
    ),
  },
);

const Split = Type.Array(
  fields(
    { programId: Id, points: Decimal },
    { pointsAwardedId: Id, pointsType: Type.String({ examples: ["REGULAR"] }) },
  ),
);

export const POINTS_EVENTS = [
  points("pointsIssued", "A customer was given points.", issued, ["transaction.added", "points.granted"]),
  points("pointsRedeemed", "A customer spent points.", redeemed, ["points.redeemed"]),
  points(
    "redeemedPointsReversed",
    "Spent points were given back.",
    fields(
      { ...whom, redeemedPointsReversed: Decimal, redemptionSummaryId: Id },
      {
        ...ofProgram,
        redeemedPointsReversedDetails: Details,
        redemptionReversalToEarningPrograms: Type.Array(
          fields(
            { programId: Id, redeemedPointsReversed: Decimal },
            { redeemedPointsReversedDetails: Details, programCurrentPoints: Decimal },
          ),
        ),
      },
    ),
    ["points.reversed"],
  ),
  points(
    "issuedPointsReversed",
    "A return took back what its bill had earned.",
    fields({ ...whom }, { ...ofProgram, ...current, ...returned }),
    ["transaction.returned"],
  ),
  points("promisedToCurrentPointsConversion", "Promised points became regular.", converted, [
    "points.converted",
  ]),
  points("pointsExpired", "Points expired.", fields({ ...whom, pointsExpired: Decimal }, ofProgram), [
    "points.expired",
  ]),
  points(
    "pointsExpiryReminder",
    "Points are about to expire.",
    fields({ ...whom, pointsScheduledForExpiry: Decimal, scheduledExpiryDate: Day }, ofProgram),
    ["points.expiry_reminder"],
  ),
  points(
    "pointsExpiryChange",
    "The expiry of awards was moved by hand.",
    fields(
      {
        ...whom,
        updatedPointsExpiryBreakup: Type.Array(
          fields(
            { pointAwardedRefID: Id, points: Decimal },
            {
              pointsAwardedRefType: Type.String({ examples: ["bill_regular"] }),
              promotionID: Id,
              pointsPreviousExpiryDate: Day,
              newExpiryDate: Day,
              newExpirySetType: Text,
              expiryUpdateReasonType: Text,
              expiryUpdateReasonNote: Text,
            },
          ),
        ),
      },
      { ...why, entityInformation: EntityInformation, loyaltyProgramDetails: ProgramDetails },
    ),
    ["points.expiry_changed"],
  ),
  points(
    "singlePointsExpiryUpdated",
    "The expiry of one award was moved by hand.",
    fields(
      {
        ...whom,
        updatedPointsExpiry: Type.Array(
          fields(
            { programId: Id, points: Decimal },
            {
              pointsType: Type.String({ examples: ["billRegular"] }),
              oldExpiryDate: Day,
              newExpiryDate: Day,
            },
          ),
        ),
      },
      { ...why, entityInformation: EntityInformation },
    ),
    ["points.expiry_changed"],
  ),
  points(
    "pointsTransferredInitiated",
    "A customer passed points on to another.",
    fields(
      { ...whom, totalPointsTransferred: Decimal, transferReceivingCustomerIdentifiers: CustomerIdentifiers },
      {
        ...ofProgram,
        transferReceivingEntityInformation: EntityInformation,
        redemptionFromEarningPrograms: FromPrograms,
      },
    ),
    ["points.transferred"],
  ),
  points(
    "pointsTransferredReceived",
    "A customer was passed points by another.",
    fields(
      {
        ...whom,
        totalPointsTransferred: Decimal,
        transferInitiatingCustomerIdentifiers: CustomerIdentifiers,
      },
      { ...ofProgram, transferInitiatingEntityInformation: EntityInformation },
    ),
    ["points.received"],
  ),
  points(
    "manualPointsAdjustment",
    "Points were taken by hand.",
    Type.Object({
      ...whom,
      triggeringActivity: maybe(why.triggeringActivity),
      totalPoinstDeducted: Decimal,
      programPointsSplit: Split,
      reason: maybe(Text),
    }),
    ["points.deducted"],
  ),
];
