import { defineErrors } from "#platform";

/** Documented codes where the reference has one; ours from 71000 up. */
export const errors = defineErrors("loyalty", {
  unknown_program: { number: 8089, http: 404, message: "There is no program {id} in this organisation." },
  bad_program: {
    number: 8089,
    http: 400,
    message: "programId {value} is not a program of this organisation.",
  },
  no_program: { number: 8089, http: 404, message: "This organisation has no published program yet." },
  bad_flag: { number: 400, http: 400, message: "{field} must be true or false; {value} is not." },
  bad_entity_type: { number: 1212, http: 400, message: "entityType must be CUSTOMER; {value} is not." },
  no_groups: {
    number: 1620,
    http: 400,
    message: "{field} {value} matches no group: this organisation has none.",
  },
  unknown_group: { number: 1645, http: 400, message: "{field}: there is no user group {value}." },
  bad_tracker_entity: { number: 1647, http: 400, message: "type must be USERGROUP2; {value} is not." },
  name_taken: { number: 71001, http: 409, message: "A program named {name} exists already." },
  bad_name: { number: 71002, http: 400, message: "A program's name must not contain {character}." },
  no_draft: { number: 71003, http: 409, message: "Program {id} has no draft to publish; save one first." },
  draft_has_problems: {
    number: 71004,
    http: 400,
    message: "The draft cannot be published: {count} found. First, {path}: {problem}",
  },
  effective_in_past: {
    number: 71005,
    http: 400,
    message: "effectiveFrom {value} lies in the past: what was decided by version {version} stays.",
  },
  effective_before_newest: {
    number: 71006,
    http: 409,
    message: "Version {version} is published to begin at {from}; a newer one must begin after that.",
  },
  bad_effective_from: {
    number: 71007,
    http: 400,
    message: "effectiveFrom must be a date and time such as 2025-03-04T18:20:05+07:00; {value} is not.",
  },
  bad_ratio: {
    number: 71008,
    http: 400,
    message: "pointsToCurrencyRatio must be a number from 0 to 1000000 with at most 6 decimals.",
  },
  bad_text: {
    number: 71010,
    http: 400,
    message: "{field} holds a character that cannot be kept (a zero byte or half of a pair).",
  },
  bad_event_type: { number: 71011, http: 400, message: "{value} is no activity that programs know." },
  tiers_move_at_once: {
    number: 71034,
    http: 400,
    message:
      "The draft gives tiers other numbers or removes some: it can only be published at once, not from {value} on.",
  },
  unknown_version: { number: 71030, http: 404, message: "Program {id} has no version {version}." },
  bad_version: {
    number: 71031,
    http: 400,
    message: "{field} must be the number of a version, or draft; {value} is neither.",
  },
  no_draft_to_compare: { number: 71032, http: 404, message: "Program {id} has no draft." },
  draft_exists: {
    number: 71033,
    http: 409,
    message: "Program {id} has a draft already; say replace to give it up for version {version}.",
  },
  too_deep: { number: 71009, http: 400, message: "{field} is nested too deeply; at most {levels} levels." },
});
