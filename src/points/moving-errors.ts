import { defineErrors } from "#platform";

/**
 * Refusals of transfers, grants, deductions, conversions and moved expiry dates: codes of points.md §4, §5 and §8, then ours
 * from 70000.
 */
export const errors = defineErrors("points", {
  // Shared.
  bad_identifier_type: {
    number: 8013,
    http: 400,
    message: "{field} must be one of {names}; {value} is not.",
  },
  no_customer: { number: 8015, http: 400, message: "No customer matches {name}." },
  merged_customer: { number: 419, http: 400, message: "The customer {id} was merged into {survivor}." },
  unknown_program: { number: 885, http: 400, message: "programId {value} is not a program." },
  not_a_member: {
    number: 1218,
    http: 400,
    message: "The customer is not enrolled in the program {program}.",
  },
  too_many_points: {
    number: 70_110,
    http: 400,
    message: "With {points} points more the account would hold more than can be counted.",
  },
  bad_text: { number: 400, http: 400, message: "{field} must be text of at most {most} characters." },
  bad_flag: { number: 400, http: 400, message: "{field} must be true or false; {value} is not." },

  // Transfers, §4.2 and §4.3.
  bad_transfer: {
    number: 422,
    http: 400,
    message: "{field} must be a number of points above 0; {value} is not.",
  },
  transfer_too_fine: { number: 878, http: 400, message: "{field} has more than 3 decimals." },
  same_customer: { number: 418, http: 400, message: "Points cannot be transferred to the same customer." },
  recipient_is_fraud: {
    number: 414,
    http: 400,
    message: "Points are not transferred to a customer whose status is {status}.",
  },
  sender_is_fraud: {
    number: 415,
    http: 400,
    message: "Points are not transferred by a customer whose status is {status}.",
  },
  both_are_frauds: {
    number: 417,
    http: 400,
    message: "Points are not transferred between customers whose statuses are {from} and {to}.",
  },
  transfer_off: { number: 827, http: 400, message: "Transfers of points are not enabled." },
  transfer_not_a_multiple: {
    number: 807,
    http: 400,
    message: "Points are transferred in multiples of {multiple}.",
  },
  transfer_below_minimum: { number: 821, http: 400, message: "At least {minimum} points are transferred." },
  transfer_above_maximum: {
    number: 819,
    http: 400,
    message: "At most {maximum} points can be transferred at once.",
  },
  transfer_above_limit: {
    number: 819,
    http: 400,
    message: "At most {limit} points can be transferred in a month; {left} are left.",
  },
  not_transferable: {
    number: 818,
    http: 400,
    message: "{points} points, with a fee of {fee}, are more than the {available} that can be transferred.",
  },
  lifetime_points_too_low: {
    number: 805,
    http: 400,
    message: "{required} points must have been earned to transfer; it is {value} so far.",
  },
  lifetime_purchases_too_low: {
    number: 806,
    http: 400,
    message: "Purchases of {required} are needed to transfer; it is {value} so far.",
  },
  balance_required: {
    number: 804,
    http: 400,
    message: "A balance of {required} points is needed to transfer; {available} are available.",
  },
  status_keeps_points: {
    number: 3045,
    http: 400,
    message: "Points are not moved for the customer with id {id} as the status is {status}.",
  },
  group_programs: {
    number: 3316,
    http: 400,
    message: "groupProgramTransfer: the organisation has no group of programs.",
  },
  bad_group_amount: {
    number: 422,
    http: 400,
    message: "pointsTobeTransferred must be a number of points above 0; {value} is not.",
  },
  bad_entity: {
    number: 434,
    http: 400,
    message: "{field} needs an identifierType of {names} and an identifierValue.",
  },
  from_missing: { number: 1206, http: 400, message: "fromEntity is missing." },
  to_missing: { number: 1207, http: 400, message: "toEntity is missing." },
  entity_type_missing: {
    number: 1208,
    http: 400,
    message: "{field}.type must be CUSTOMER or USERGROUP2; {value} is not.",
  },
  no_group_side: {
    number: 1208,
    http: 400,
    message: "One of fromEntity and toEntity must be a USERGROUP2; customers use /v2/points/transfer.",
  },
  group_unknown: { number: 1645, http: 400, message: "{field}: there is no user group {value}." },
  bad_sort: { number: 400, http: 400, message: "{field} must be {allowed}; {value} is not." },
  bad_page: {
    number: 400,
    http: 400,
    message: "{field} must be a whole number from {least}; {value} is not.",
  },
  bad_entity_type: {
    number: 1212,
    http: 400,
    message: "{field} must be CUSTOMER or USERGROUP2; {value} is not.",
  },

  // Grants: goodwill, manual issue §4.6, campaigns, imported points.
  bad_grant: {
    number: 801,
    http: 400,
    message: "{field} must be a number of points above 0; {value} is not.",
  },
  too_fine: { number: 878, http: 400, message: "{field} has more than {decimals} decimals." },
  unknown_currency: {
    number: 8911,
    http: 400,
    message: "There is no currency {value} in the program.",
  },
  above_goodwill_maximum: {
    number: 70_121,
    http: 400,
    message: "At most {maximum} points can be given as goodwill at once.",
  },
  above_goodwill_month: {
    number: 70_122,
    http: 400,
    message: "At most {limit} points can be given to a customer as goodwill in a month; {left} are left.",
  },
  above_deduction_maximum: {
    number: 70_123,
    http: 400,
    message: "At most {maximum} points can be taken at once.",
  },
  campaign_given: {
    number: 70_127,
    http: 400,
    message: "The customer {id} got the points of the campaign {campaign} before.",
  },
  awarded_in_future: { number: 70_124, http: 400, message: "{field} {value} is in the future." },
  expired_grant: { number: 70_125, http: 400, message: "{field} {value} is in the past." },
  not_supported: { number: 8136, http: 400, message: "{field}: {reason}." },
  bill_unknown: { number: 8139, http: 400, message: "{field}: the customer has no bill {value}." },
  too_many_items: { number: 1060, http: 400, message: "At most {most} items at once; {count} were sent." },
  no_items: { number: 400, http: 400, message: "Send an array of 1 to {most} items." },
  reason_missing: { number: 70_126, http: 400, message: "reason is missing." },

  // Deductions, §4.4.
  deduction_too_fine: { number: 8906, http: 400, message: "{field} has more than {decimals} decimals." },
  deduction_above_balance: {
    number: 8907,
    http: 400,
    message: "{points} more than the {available} available.",
  },
  nothing_to_take: {
    number: 8907,
    http: 400,
    message: "The available balance is {available}; nothing can be taken.",
  },
  nothing_to_deduct: {
    number: 8888,
    http: 400,
    message: "{field} must be a number above 0; {value} is not.",
  },
  deduction_reason_missing: { number: 8882, http: 400, message: "reasonOfReturn is missing." },
  deduction_program_missing: { number: 8887, http: 400, message: "promotionIdentifier needs programId." },
  promotion_unknown: {
    number: 8874,
    http: 400,
    message: "The customer has no points of the promotion {value}.",
  },
  award_unknown: { number: 8877, http: 400, message: "The customer has no award {value} in the program." },
  bad_award_type: {
    number: 9975,
    http: 400,
    message: "pointsAwardedRefType must be one of {names} and that of the award; {value} is not.",
  },
  bad_point_category: {
    number: 400,
    http: 400,
    message: "{field} must be one of {names}; {value} is not.",
  },

  // Moved expiry dates, §5.3.
  no_award: { number: 3034, http: 400, message: "The customer has no open award {value} in the program." },
  date_not_ahead: { number: 3037, http: 400, message: "The new expiry date {value} is not in the future." },

  // Promised points, §4.7.
  nothing_to_unlock: { number: 82_323_282, http: 400, message: "There are no promised points to unlock." },

  // Calls.
  bill_number_missing: { number: 82_323_271, http: 400, message: "billNumber is missing." },
  bad_event_name: {
    number: 82_323_272,
    http: 400,
    message: "eventName must name the event that gave the points, TransactionAdd; {value} does not.",
  },
  bad_unlock_type: {
    number: 82_323_276,
    http: 400,
    message: "type must be CUSTOMER or USERGROUP2; {value} is not.",
  },
  unlock_bill_unknown: { number: 82_323_277, http: 400, message: "The customer has no such bill {value}." },
  unlock_query_missing: {
    number: 82_323_284,
    http: 400,
    message: "identifierName, identifierValue and source are needed; {field} is empty.",
  },
  event_unknown: { number: 3918, http: 400, message: "eventLogId {value} is not an event of the customer." },
  bad_list: { number: 400, http: 400, message: "{field} must be {expected}." },

  // The call that moves expiry dates.
  no_requests: {
    number: 8931,
    http: 400,
    message: "expiryDateUpdateRequest must be an array of 1 to {most} items.",
  },
  bad_identifier_name: {
    number: 8932,
    http: 400,
    message: "{field}.identifierName must be mobile, id, externalId or email; {value} is not.",
  },
  identifier_missing: { number: 8933, http: 400, message: "{field}.identifierValue is missing." },
  bad_expiry_program: { number: 8934, http: 400, message: "{field}.programId {value} is not a program." },
  bad_meta: {
    number: 8935,
    http: 400,
    message: "{field} has the key {value}; it takes who_raised, who_approved and reason_for_trigger.",
  },
  award_missing: {
    number: 8937,
    http: 400,
    message: "{field}.pointsAwardedRefId is missing or no award id.",
  },
  award_type_missing: { number: 8938, http: 400, message: "{field}.pointsAwardedRefType is missing." },
  bad_enumeration: {
    number: 8941,
    http: 400,
    message: "{field} must be one of {names}; {value} is not.",
  },
  bad_expiry_date: { number: 8942, http: 400, message: "{field}: {reason}." },
});
