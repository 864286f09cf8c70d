import { defineErrors } from "#platform";

/** Codes of points.md §8, then ours from 70000. */
export const errors = defineErrors("points", {
  bad_points: {
    number: 801,
    http: 400,
    message: "{field} must be a number of points above 0; {value} is not.",
  },
  too_many_decimals: { number: 878, http: 400, message: "{field} has more than 3 decimals." },
  balance_required: {
    number: 804,
    http: 400,
    message: "A balance of {required} points is needed to redeem; {available} are available.",
  },
  lifetime_points_too_low: {
    number: 805,
    http: 400,
    message: "{required} points must have been earned to redeem; it is {value} so far.",
  },
  lifetime_purchases_too_low: {
    number: 806,
    http: 400,
    message: "Purchases of {required} are needed to redeem; it is {value} so far.",
  },
  not_a_multiple: { number: 807, http: 400, message: "Points are redeemed in multiples of {multiple}." },
  no_identifier: {
    number: 802,
    http: 400,
    message: "customer must name mobile, email, external_id, id, card_number or card_external_id.",
  },
  bad_identifier: { number: 8013, http: 400, message: "{field} must be one of {names}; {value} is not." },
  bad_value: { number: 400, http: 400, message: "{field} must be {expected}." },
  no_items: {
    number: 400,
    http: 400,
    message: "The body must have root.{name}: an object, or an array of them.",
  },
  too_many_items: { number: 1060, http: 400, message: "At most {most} items at once; {count} were sent." },
  bad_program: {
    number: 1101,
    http: 400,
    message: "program_id must be the id of a program; {value} is not.",
  },
  group_redemption: {
    number: 3316,
    http: 400,
    message: "group_redemption: the organisation has no group of programs.",
  },
  no_default_group: {
    number: 828,
    http: 400,
    message: "use_default_user_group2: the organisation has no user groups.",
  },
  unknown_group: { number: 1632, http: 400, message: "{field}: there is no such user group." },
  one_redemption: {
    number: 749,
    http: 400,
    message: "Exactly one of redemptionId and externalReferenceNumber names the redemption.",
  },
  nothing_to_change: {
    number: 748,
    http: 400,
    message: "There is nothing to change: send billNumber, billId, purpose or customFields.",
  },
  no_fields_then: {
    number: 750,
    http: 400,
    message: "customFields: none were sent when the points were redeemed, so none can be changed.",
  },
  incomplete_entity: {
    number: 1219,
    http: 400,
    message: "entity needs type, identifierType and identifierValue.",
  },
  bad_owner_type: { number: 1212, http: 400, message: "entity.type must be CUSTOMER; {value} is not." },
  bill_unknown: {
    number: 873,
    http: 400,
    message: "billId: the customer has no bill {value} with the redemption's bill number.",
  },
  unknown_customer: { number: 8015, http: 400, message: "No customer matches {name}." },
  more_than_available: {
    number: 818,
    http: 400,
    message: "{points} more than the {available} available.",
  },
  nothing_to_spend: {
    number: 818,
    http: 400,
    message: "The available balance is {available}; nothing can be spent.",
  },
  above_maximum: { number: 819, http: 400, message: "At most {maximum} points can be redeemed at once." },
  above_limit: {
    number: 819,
    http: 400,
    message: "At most {limit} points can be redeemed per {period}; {left} are left.",
  },
  above_bill_share: {
    number: 819,
    http: 400,
    message: "At most {maximum} points can be redeemed on this bill; {left} are left.",
  },
  below_minimum: { number: 821, http: 400, message: "At least {minimum} points must be redeemed." },
  wrong_code: {
    number: 808,
    http: 400,
    message:
      "The validation code is not one that was sent to this customer for these points, or its time is over.",
  },
  too_many_codes: {
    number: 808,
    http: 429,
    message: "Too many wrong validation codes were tried; after {minutes} minutes codes are looked at again.",
  },
  code_missing: {
    number: 824,
    http: 400,
    message:
      "The program asks for a validation code; validation_code is missing. Codes reach members as the setting CONF_POINTS_VALIDATION_CODE_DELIVERY says.",
  },
  missed_call_off: {
    number: 822,
    http: 400,
    message: "Validation by missed call is not there; send a validation code.",
  },
  codes_not_sent: {
    number: 860,
    http: 400,
    message:
      "Validation codes cannot be sent: the setting CONF_POINTS_VALIDATION_CODE_DELIVERY is none. With email they are mailed, with mailbox they are told by hand.",
  },
  code_unreachable: {
    number: 860,
    http: 400,
    message: "The customer with id {id} has neither a mobile number nor an e-mail address to send a code to.",
  },
  no_mail_server: {
    number: 860,
    http: 400,
    message:
      "Validation codes go by e-mail in this organisation, and this server has no mail server to hand them to: set FEALTY_SMTP_URL, or the setting CONF_POINTS_VALIDATION_CODE_DELIVERY to mailbox.",
  },
  no_mail_address: {
    number: 860,
    http: 400,
    message: "The customer with id {id} has no e-mail address to send a code to.",
  },
  too_many_messages: {
    number: 860,
    http: 429,
    message: "Too many validation codes were sent; after {minutes} minutes one can be sent again.",
  },
  bad_redemption_time: {
    number: 859,
    http: 400,
    message: "The redemption time {value} {why}.",
  },
  malformed_redemption_time: {
    number: 859,
    http: 400,
    message: "redemption_time must be a date and time as YYYY-MM-DD HH:MM:SS; {value} is not.",
  },
  no_ratio: {
    number: 872,
    http: 400,
    message: "The program {program} has no ratio of points to currency: say how many points instead.",
  },
  worth_too_much: {
    number: 70_111,
    http: 400,
    message: "By the ratio of the program {program} {points} points are worth more than can be counted.",
  },
  redemption_off: { number: 827, http: 400, message: "Redemption is not enabled in this program." },
  no_program: { number: 885, http: 400, message: "There is no program {value}." },
  not_in_program: {
    number: 1218,
    http: 400,
    message: "The customer {id} is not enrolled in the program {program}.",
  },
  schedule_order: { number: 1214, http: 400, message: "startDate {start} is after endDate {end}." },
  schedule_past: { number: 1215, http: 400, message: "{field} must be tomorrow or later; {value} is not." },
  schedule_date: { number: 1216, http: 400, message: "{field} must be a date YYYY-MM-DD; {value} is not." },
  schedule_too_far: {
    number: 1217,
    http: 400,
    message: "endDate {value} is more than {most} years ahead.",
  },
  unknown_parameters: { number: 8130, http: 400, message: "Unknown query parameters: {names}." },
  bad_parameter: { number: 400, http: 400, message: "{field} must be {expected}; {value} is not." },
  bad_entity_type: { number: 1212, http: 400, message: "entityType must be CUSTOMER; {value} is not." },
  no_groups: {
    number: 1632,
    http: 400,
    message: "{field} {value} matches no group: this organisation has none.",
  },
  source_missing: { number: 8003, http: 400, message: "source is needed; it is empty." },
  not_enrolled: { number: 881, http: 400, message: "The customer is not enrolled in the program {program}." },
  blocked_by_status: {
    number: 3045,
    http: 400,
    message: "Points are not moved for the customer with id {id} as the status is {status}.",
  },
  bad_redemption: { number: 901, http: 400, message: "{field} must be a redemption id and points above 0." },
  redemption_unknown: { number: 902, http: 400, message: "There is no redemption {value}." },
  redemption_not_found: { number: 902, http: 404, message: "There is no redemption {value}." },
  customer_not_found: { number: 8015, http: 404, message: "No customer matches {name}." },
  cannot_reverse: {
    number: 903,
    http: 400,
    message: "{points} points cannot be reversed; {left} of the redemption are left.",
  },
  other_customer: { number: 904, http: 400, message: "The redemption {value} is another customer's." },
  linked_elsewhere: {
    number: 903,
    http: 400,
    message: "The redemption {value} paid for the bill with id {bill} already.",
  },
  reversal_off: { number: 905, http: 400, message: "Reversing redemptions is not enabled." },
  already_reversed: { number: 3802, http: 400, message: "The redemption {value} has been reversed already." },
  hold_unknown: { number: 70_101, http: 404, message: "There is no hold {value}." },
  hold_ended: { number: 70_102, http: 409, message: "The hold {value} is {status}." },
  above_hold: {
    number: 70_103,
    http: 400,
    message: "{field}: {points} points are more than the {left} that are held.",
  },
  hold_too_long: {
    number: 70_104,
    http: 400,
    message: "A hold lasts from 1 second to {most} seconds; {value} is not in between.",
  },
  bad_cursor: { number: 400, http: 400, message: "after is not the `next` of a page of this list." },
  request_key_reused: {
    number: 70_001,
    http: 409,
    message: "{key} was used before with another request.",
  },
  code_not_permitted: {
    number: 403,
    http: 403,
    message: "Sending a code needs the permission to write points.",
  },
});
