import { defineErrors } from "#platform";

/** Refusals of tiers moved by hand (tiers.md §4). */
export const errors = defineErrors("points", {
  tier_program: { number: 1101, http: 400, message: "programId {value} is no program of the organisation." },
  tier_status: {
    number: 3045,
    http: 400,
    message: "A change of tier is not allowed for the customer with id {id} as the status is {status}.",
  },
  tier_customer: { number: 8015, http: 400, message: "No customer matches {name}." },
  tier_not_a_member: {
    number: 8015,
    http: 400,
    message: "The customer with id {id} is not a member of the program {program}.",
  },
  bad_slab_action: {
    number: 8917,
    http: 400,
    message:
      "slabAction must be UPGRADE, DOWNGRADE, RENEWAL or EXTEND_CURRENT_TIER_EXPIRY_DATE; {value} is not.",
  },
  bad_slab_validity: {
    number: 8920,
    http: 400,
    message:
      "manualSlabActionValidity must be FIXED_DURATION, SPECIFIC_DATE, CURRENT_TIER_EXPIRY_DATE or AS_PER_TIER_STRATEGY; {value} is not.",
  },
  bad_slab_days: {
    number: 8921,
    http: 400,
    message: "manualSlabActionValidityUpto must be a whole number of days from 1 to {most}; {value} is not.",
  },
  bad_slab_date: {
    number: 8921,
    http: 400,
    message: "manualSlabActionValidityUpto must be a date as YYYY-MM-DD; {value} is not.",
  },
  past_slab_expiry: {
    number: 8921,
    http: 400,
    message: "The tier would have ended already: {value} is not in the future.",
  },
  unneeded_slab_upto: {
    number: 8921,
    http: 400,
    message: "manualSlabActionValidityUpto belongs to FIXED_DURATION and SPECIFIC_DATE only.",
  },
  unknown_slab: { number: 8923, http: 400, message: "toSlabName: the program has no tier named {value}." },
  slab_not_higher: {
    number: 8925,
    http: 400,
    message: "The tier {value} is not higher than the current tier {current}.",
  },
  slab_not_lower: {
    number: 8925,
    http: 400,
    message: "The tier {value} is not lower than the current tier {current}.",
  },
  bad_slab_reason: {
    number: 400,
    http: 400,
    message: "slabChangeReason must be text of at most {most} characters.",
  },
  bad_slab_flag: {
    number: 400,
    http: 400,
    message: "reassessTierOnNextActivity must be true or false; {value} is not.",
  },
  bad_slab_source: { number: 8003, http: 400, message: "source must be one of {names}; {value} is not." },
  bad_slab_identifier: {
    number: 8013,
    http: 400,
    message: "identifierName must be mobile, id or externalId; {value} is not.",
  },
  no_slab_groups: {
    number: 1212,
    http: 400,
    message: "type must be CUSTOMER; {value} is not: this organisation has no groups.",
  },
});
