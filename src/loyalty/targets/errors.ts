import { defineErrors } from "#platform";

/** Documented codes where the reference has one; ours from 71100 up. */
export const errors = defineErrors("loyalty", {
  bad_target_field: { number: 300004, http: 400, message: "{field} must be {expected}." },
  missing_target_field: { number: 300004, http: 400, message: "{field} is missing." },
  unknown_target_group: {
    number: 71100,
    http: 404,
    message: "There is no target group {id} in this organisation.",
  },
  unknown_target: { number: 310018, http: 404, message: "There is no target {id} in target group {group}." },
  unknown_target_rule: {
    number: 310018,
    http: 404,
    message: "There is no target {id} in this organisation.",
  },
  unknown_target_period: {
    number: 310019,
    http: 400,
    message: "{field}: there is no period {value} in the target group.",
  },
  unknown_target_customer: {
    number: 310011,
    http: 404,
    message: "There is no customer {id} in this organisation.",
  },
  target_name_too_long: { number: 310008, http: 400, message: "{field} may have 200 characters at most." },
  target_name_taken: {
    number: 310069,
    http: 409,
    message: "{field}: {name} is the name of another one already.",
  },
  already_enrolled: {
    number: 310119,
    http: 409,
    message: "Customer {id} is enrolled in target {target} already.",
  },
  not_enrolled: { number: 310149, http: 404, message: "Customer {id} is not enrolled in target {target}." },
  bad_name_key: {
    number: 310145,
    http: 400,
    message: "{key} is nothing whose name can be checked: targetGroupName or targetName is.",
  },
  bad_enrolment_type: {
    number: 310130,
    http: 400,
    message: "enrollmentType must be TRANSACTION, IMPORT or AUDIENCE_FILTER; {value} is none of them.",
  },
  leaderboard_needs_calendar: {
    number: 310132,
    http: 400,
    message: "Target group {id} has no leaderboard: only targets with fixed periods have.",
  },
  no_leaderboard: {
    number: 310133,
    http: 400,
    message:
      "Target group {id} has no leaderboard: give it one (leaderboardEnabled), or all of them by the setting CONF_TARGET_LEADERBOARDS.",
  },
  target_not_supported: {
    number: 71101,
    http: 400,
    message: "{field}: {value} cannot be tracked: {reason}.",
  },
  target_is_live: {
    number: 71102,
    http: 409,
    message: "{field} cannot change any more: the periods of target group {id} have begun.",
  },
  bad_target_expression: { number: 71103, http: 400, message: "{field}: {problem}" },
  no_target_messages: {
    number: 71104,
    http: 400,
    message:
      "Messages of targets are not sent by this server; webhooks tell of targets (targetValueAchieved and others).",
  },
  not_unified: {
    number: 71105,
    http: 409,
    message: "Target group {id} is not UNIFIED: its targets are not combined.",
  },
  one_organisation: {
    number: 71106,
    http: 400,
    message: "{field} {value} is not this organisation: others are not connected to it.",
  },
});
