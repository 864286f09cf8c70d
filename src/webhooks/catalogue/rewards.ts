import { type TProperties, Type } from "typebox";
import { eventsOf } from "./event-type.ts";
import { Decimal, Flag, fields, Id, Millis, maybe, Text, whom } from "./shapes.ts";

const reward = eventsOf("Rewards");
const request = eventsOf("Requests");

const Values = (description: string) => Type.Object({}, { description });
const kind = { type: Text, redemptionType: Text, intouchPoints: Decimal };
const Definition = fields(
  { rewardId: Id },
  {
    ...kind,
    enabled: Flag,
    startDate: Millis,
    endDate: Millis,
    intouchSeriesId: Id,
    priority: Type.Integer({ examples: [1] }),
    tier: Text,
    group: Text,
    label: Text,
    programId: Id,
    categories: Type.Array(Text),
    geographies: Type.Array(Text),
    rewardDetails: Type.Array(Values("Texts of the reward in a language")),
    vendorDetails: Values("Who gives it"),
    vendorRedemptionDetails: Values("How it is redeemed there"),
  },
);
const PaymentModes = Type.Array(fields({ id: Id }, { paymentMode: Text, conv_ratio: Decimal }));
const ofReward = (optional: TProperties) => fields({ ...whom, rewardId: Id }, { ...kind, ...optional });

const UpdatedField = fields(
  { fieldName: Text },
  { previousValue: Text, currentValue: Text, source: Text, accountId: Text, fieldType: Text },
);

export const REWARD_EVENTS = [
  reward("rewardCreated", "A reward was made.", Definition),
  reward("rewardUpdated", "A reward changed.", Definition),
  reward(
    "rewardIssued",
    "A customer was given a reward.",
    ofReward({
      transactionId: Id,
      issueDateTime: Millis,
      eventDateTime: Millis,
      intouchRewardDetails: fields({}, { intouchCouponCode: Text, codeExpiry: Millis }),
      vendorRewardDetails: fields({}, { vendorVoucher: Text }),
    }),
  ),
  reward(
    "issueRewardFailure",
    "A reward could not be given.",
    fields(
      { ...whom, requestId: Text },
      {
        totalPoints: Decimal,
        erroredSteps: Type.Array(
          fields(
            {},
            {
              name: Text,
              errorMessage: Text,
              errorCode: Type.Integer({ examples: [8000] }),
              rewards: Type.Array(
                fields(
                  { id: Id },
                  {
                    qty: Type.Integer({ examples: [1] }),
                    points: Decimal,
                    type: Text,
                    rewardReference: Text,
                    transactionId: Id,
                  },
                ),
              ),
            },
          ),
        ),
      },
    ),
  ),
  reward(
    "rewardExpiryReminder",
    "A reward is about to expire.",
    ofReward({ transactionId: Id, expiryDate: Millis, paymentModes: PaymentModes }),
  ),
  reward(
    "updateRewardTransaction",
    "What became of a reward that was given changed.",
    fields(
      {
        transactionUpdates: Type.Array(
          fields(
            { transactionId: Id },
            {
              rewardId: Id,
              customerId: Id,
              transactionCustomFields: Values("Values by name"),
              fulfillmentStatus: Text,
            },
          ),
        ),
      },
      { ...whom, paymentModes: PaymentModes },
    ),
  ),
];

export const REQUEST_EVENTS = [
  request(
    "requestUpdated",
    "A request for a change was made, approved, rejected or carried out.",
    Type.Object({
      ...whom,
      requestType: Text,
      requestBaseType: maybe(Text),
      requestTrackingId: maybe(Text),
      status: Text,
      comments: maybe(Text),
      updatedAt: maybe(Millis),
      updatedBy: maybe(Text),
      updatedFields: maybe(Type.Array(UpdatedField)),
      associatedEntityFields: maybe(Type.Array(fields({ fieldName: Text }, { fieldValue: Text }))),
    }),
  ),
  request(
    "requestWorkflowEvent",
    "A request that somebody has to approve moved on.",
    fields(
      { requestId: Text, requestType: Text, currentRequestState: Text },
      {
        requesterId: Id,
        checkerId: Id,
        previousRequestState: Text,
        updateTime: Millis,
        comment: Text,
        reason: Text,
        requestAttributes: fields(
          {},
          { queryParams: Values("Of the call that waits"), body: Values("Of the call that waits") },
        ),
      },
    ),
  ),
];
