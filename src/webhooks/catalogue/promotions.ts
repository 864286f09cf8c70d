import { type TProperties, Type } from "typebox";
import { eventsOf } from "./event-type.ts";
import { Day, Decimal, EnteredBy, fields, Id, KeyValues, Millis, Text, whom, why } from "./shapes.ts";

const promotion = eventsOf("Promotions");
const coupon = eventsOf("Coupons");

const Count = Type.Integer({ examples: [2] });
const RuleIds = Type.Object({}, { description: "Ids of rules by group of targets" });
const Definition = fields(
  { loyaltyProgramId: Id, promotionId: Id },
  {
    promotionName: Text,
    promotionStartDate: Millis,
    promotionEndDate: Millis,
    externalIdentifier: Text,
    type: Type.String({ examples: ["BILL"] }),
    status: Type.String({ examples: ["ACTIVE"] }),
    sourceType: Text,
    description: Text,
    customFields: KeyValues,
    linkedEventId: Id,
    linkedEventName: Text,
    createdOn: Millis,
    updatedOn: Millis,
    updatedBy: Id,
    linkedTargetGroupVsTargetRuleIdMap: RuleIds,
  },
);

const Restriction = { limitOn: Text, kpi: Text, maxLimit: Count };
const common = {
  ...why,
  promotionName: Text,
  promotionDescription: Text,
  promotionStartDate: Day,
  promotionEndDate: Day,
  promotionIssuedDate: Day,
  promotionIssuedExpiryDate: Day,
  linkedTargetGroupVsTargetRuleIdMap: RuleIds,
  pointsOfferType: Text,
  promotionEarnSource: Text,
  issualId: Text,
  issueRestrictions: Type.Array(fields({}, Restriction)),
  redemptionRestrictions: Type.Array(
    fields(
      {},
      {
        ...Restriction,
        restrictionType: Text,
        periodType: Text,
        periodUnit: Count,
        restrictionRefreshDate: Day,
      },
    ),
  ),
  customFields: KeyValues,
};
const earned = {
  promotionEarnedDate: Day,
  promotionEarnedExpiryDate: Day,
  earnedId: Text,
  earnCriteria: Text,
  earnRestrictions: Type.Array(fields({}, Restriction)),
};
const ofCustomer = (optional: TProperties) =>
  fields({ ...whom, loyaltyProgramId: Id, promotionId: Id }, { ...common, ...optional });

const cart = (optional: TProperties) => fields({ ...whom, promotionId: Text }, optional);
const Applied = Type.Array(
  fields(
    { promotionId: Text },
    {
      earnId: Text,
      redemptionCount: Count,
      discount: Decimal,
      discountAppliedOnQuantity: Decimal,
      redemptionType: Text,
    },
  ),
);

const series = {
  id: Id,
  description: Text,
  seriesType: Text,
  clientHandlingType: Text,
  valid_till: Millis,
  discount_code: Text,
  discount_type: Text,
  discount_value: Decimal,
};
const Issued = fields(
  {
    coupons: Type.Array(
      fields(
        { id: Id, code: Text },
        { valid_till: Millis, issued_on: Millis, customerIdentifiers: whom.customerIdentifiers },
      ),
    ),
  },
  { addedAt: Millis, addedBy: EnteredBy, series_info: fields({}, series), issualType: Text },
);

export const PROMOTION_EVENTS = [
  promotion("promotionCreated", "A promotion was made.", Definition),
  promotion("promotionUpdated", "A promotion changed.", Definition),
  promotion("promotionIssued", "A customer was given a promotion.", ofCustomer({})),
  promotion("promotionEarned", "A customer earned a promotion.", ofCustomer(earned)),
  promotion(
    "revokeIssuedPromotion",
    "A promotion that was given was taken back.",
    ofCustomer({ revokedIssualId: Text }),
  ),
  promotion(
    "revokeEarnedPromotion",
    "A promotion that was earned was taken back.",
    ofCustomer({
      ...earned,
      revokedEarnedPromotionDetails: Type.Array(
        fields({ revokedEarnedId: Text }, { promotionEarnedDate: Day, promotionEarnedExpiryDate: Day }),
      ),
    }),
  ),
  promotion(
    "cartPromotionIssued",
    "A customer was given a cart promotion.",
    cart({ issueId: Text, issueDate: Millis }),
  ),
  promotion(
    "cartPromotionEarned",
    "A customer earned a cart promotion.",
    cart({ issueId: Text, issueDate: Millis, earnId: Text, earnedTime: Millis }),
  ),
  promotion("cartPromotionRevoked", "A cart promotion was taken back.", cart({ earnId: Text })),
  promotion(
    "cartPromotionRedeemed",
    "A customer used cart promotions on a bill.",
    fields(
      { ...whom, appliedPromotions: Applied },
      {
        addedBy: EnteredBy,
        redemptionDateTime: Millis,
        transactionIdentifier: Text,
        lineItemInfo: Type.Array(fields({}, { sku: Text, productId: Text, appliedPromotions: Applied })),
      },
    ),
  ),
];

export const COUPON_EVENTS = [
  coupon("CouponIssue", "A customer was given a coupon.", Issued),
  {
    ...coupon("IssueBulkCoupon", "Many customers were given coupons; its body is named CouponIssue.", Issued),
    bodyName: "CouponIssue",
  },
  coupon(
    "CouponRedeem",
    "A customer used a coupon.",
    fields(
      {
        ...whom,
        coupon: fields(
          { id: Id, code: Text },
          { redemptionId: Id, redemptionDate: Millis, series_info: fields({}, series) },
        ),
      },
      { addedAt: Millis, addedBy: EnteredBy, transaction: fields({}, { bill_id: Id, number: Text }) },
    ),
  ),
];
