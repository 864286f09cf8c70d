import { defineErrors } from "#platform";

/** Documented numbers where the dialect has one; ours from 70100 up. */
export const errors = defineErrors("orgs", {
  unknown_organisation: { number: 1064, http: 404, message: "There is no organisation {id}." },
  organisation_code_taken: { number: 70101, http: 409, message: "The organisation code {code} is taken." },
  invalid: { number: 400, http: 400, message: "{message}" },
  unknown_entity: { number: 3202, http: 404, message: "Entity with {by} {value} not found." },
  unknown_till: { number: 3227, http: 404, message: "Till with {by} {value} does not exist." },
  unknown_parent: { number: 1215, http: 400, message: "{field}: there is no {type} {value}." },
  zone_cycle: { number: 70102, http: 400, message: "parentId: a zone cannot lie inside itself." },
  store_code_taken: { number: 70103, http: 409, message: "code: the {type} code {code} is taken." },
  till_code_taken: {
    number: 1207,
    http: 409,
    message: "name: the till code {code} is taken; use a unique name.",
  },
  unknown_field: { number: 3203, http: 404, message: "There is no field {id}." },
  field_taken: { number: 70104, http: 409, message: "name: {scope} already has a {kind} field {name}." },
  enum_values_in_use: {
    number: 70105,
    http: 400,
    message: "enumValues: a value cannot be removed once defined ({value} is missing).",
  },
  unknown_setting: {
    number: 3206,
    http: 400,
    message: "Organisation configuration was not saved; config key not found: {key}.",
  },
  setting_not_found: { number: 3209, http: 404, message: "Organisation config '{key}' not set." },
  invalid_setting_scope: {
    number: 3211,
    http: 400,
    message: "scope: only ORG is a valid scope of an organisation configuration, not {scope}.",
  },
  invalid_setting_value: {
    number: 3212,
    http: 400,
    message: "value: invalid value {value} for organisation config '{key}'; {expected}.",
  },
  unknown_field_scope: {
    number: 3204,
    http: 400,
    message: "Custom fields not found for given scope {scope}.",
  },
});
