import { defineErrors } from "#platform";

/** Codes of customers.md §12, then ours from 70300. */
export const errors = defineErrors("customers", {
  lookup_source_missing: {
    number: 8001,
    http: 400,
    message: "source is missing; name the customer's source.",
  },
  lookup_identifier_missing: {
    number: 8002,
    http: 400,
    message: "identifierName and identifierValue are needed; {field} is empty.",
  },
  lookup_source_invalid: {
    number: 8003,
    http: 400,
    message: "source {value} is not a source of this organisation.",
  },
  source_missing: { number: 8004, http: 400, message: "{field} is missing; name the source of the profile." },
  no_identifier: {
    number: 8005,
    http: 400,
    message: "{field}: the registration has no usable identifier; {reason}",
  },
  exists: {
    number: 8006,
    http: 400,
    message: "The {type} {value} belongs to customer {id}, who is registered in source {source} already.",
  },
  bad_channel: { number: 8106, http: 400, message: "{field} must name a channel; {value} is none." },
  details_source_invalid: {
    number: 8012,
    http: 400,
    message: "source {value} is not a source of this organisation.",
  },
  bad_identifier_name: {
    number: 8013,
    http: 400,
    message: "{field}: {value} is not an identifier that customers have.",
  },
  bad_primary: {
    number: 8014,
    http: 400,
    message: "{field}: the {type} {value} is malformed, and it is the organisation's primary identifier.",
  },
  identifier_taken: {
    number: 8007,
    http: 400,
    message: "The {type} {value} belongs to customer {id} in source {source}; nothing was changed.",
  },
  identifiers_differ: {
    number: 8053,
    http: 400,
    message: "The identifiers belong to different customers ({ids}); nothing was changed.",
  },
  unknown: { number: 8015, http: 400, message: "No customer matches {name} {value}." },
  not_found: { number: 8015, http: 404, message: "There is no customer {id} in this organisation." },
  details_source_missing: { number: 8016, http: 400, message: "source is missing; name a source or ALL." },
  bad_date: {
    number: 8017,
    http: 400,
    message: "createDate: {value} is not a date of registration; {reason}",
  },
  no_way_back: {
    number: 8018,
    http: 400,
    message: "loyaltyInfo.loyaltyType: a loyalty customer cannot become non_loyalty again.",
  },
  account_missing: {
    number: 8045,
    http: 400,
    message: "{field}: source {source} has several accounts; name one of them.",
  },
  conflict: {
    number: 8052,
    http: 400,
    message: "The identifiers belong to different customers ({ids}); nothing was changed.",
  },
  primary_mismatch: {
    number: 1047,
    http: 400,
    message: "The {type} {value} belongs to customer {id}, whom the primary identifier does not name.",
  },
  not_in_source: { number: 8065, http: 400, message: "Customer {id} has no profile in source {source}." },
  merged_already: {
    number: 8066,
    http: 400,
    message: "Customer {id} was merged into customer {into} before.",
  },
  merge_impossible: {
    number: 8067,
    http: 400,
    message:
      "Customer {id} was merged into customer {into} and cannot take in another; name customer {into}.",
  },
  same_customer: { number: 8067, http: 400, message: "Customer {id} cannot be merged with itself." },
  no_details: { number: 8084, http: 400, message: "{field} is missing: the call carries no details." },
  bad_status_label: {
    number: 8086,
    http: 400,
    message: "statusLabel: there is no status label {value} in this organisation.",
  },
  orphan_profile: {
    number: 8090,
    http: 400,
    message: "A profile in source {source} needs one in INSTORE first.",
  },
  identifier_type_missing: { number: 8092, http: 400, message: "{field} is missing: say what the value is." },
  negative_offset: { number: 8100, http: 400, message: "offset must be a whole number from 0 on." },
  bad_limit: { number: 8101, http: 400, message: "limit must be a whole number from 1 on." },
  limit_too_large: { number: 8102, http: 400, message: "limit must be at most {most}." },
  bad_account: {
    number: 8127,
    http: 400,
    message: "{field}: source {source} has no account {value}.",
  },
  bad_source: { number: 3217, http: 400, message: "{field}: {value} is not a source of this organisation." },
  bad_field: { number: 400, http: 400, message: "{field} must be {expected}." },
  bad_cursor: { number: 70300, http: 400, message: "after is not a position of this list." },
  merge_not_found: { number: 70310, http: 404, message: "There is no merge {id} in this organisation." },
  undo_too_late: { number: 70311, http: 409, message: "Merge {id} cannot be undone: {reason}." },
  undo_identifier_taken: {
    number: 70312,
    http: 409,
    message: "The merge cannot be undone: {identifier} belongs to customer {id} by now.",
  },
  identifier_fixed: {
    number: 70314,
    http: 400,
    message: "The organisation does not let the {type} of a customer change ({setting}).",
  },
  last_identifier: {
    number: 70315,
    http: 400,
    message: "Customer {id} would be left without an identifier that names them; nothing was changed.",
  },
  merge_needs_points: {
    number: 70313,
    http: 403,
    message: "Merging customers moves points: it needs the permission to write points as well.",
  },
  merge_changed: {
    number: 70316,
    http: 409,
    message:
      "Customers {survivor} and {victim} have changed since the preview of their merge: nothing was merged. See what it would come to now.",
  },
  tier_filter_missing: {
    number: 70301,
    http: 400,
    message: "tier: customers cannot be listed by tier here.",
  },
});

/** Warnings: the registration or change itself succeeded. */
export const WARNING = {
  noDowngrade: 91_010,
  combined: 8050,
  merged: 8051,
  /** The id names a customer who was merged into another. */
  mergedAway: 8069,
  badEmail: 8055,
  badMobile: 8056,
  badEmailChannel: 8057,
  badMobileChannel: 8058,
  badExternalId: 8064,
  nothingToChange: 8070,
  mobileAttached: 8071,
  emailAttached: 8072,
  identifierAttached: 8073,
  primaryMismatch: 8075,
  badAssociatedWith: 8077,
  identifierValueMissing: 8093,
  noDefaultLabel: 8107,
  /** What the loyalty side of a read says of the same. */
  mergedAwayLoyalty: 91009,
  extendedField: 91016,
  customField: 1017,
  /** Ours: a documented part of the call that this version does not act on. */
  notServed: 70302,
  /** Ours: of a long list the newest items are shown. */
  shortened: 70303,
} as const;
