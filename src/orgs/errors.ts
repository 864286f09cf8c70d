import { defineErrors } from "#platform";

/** Warning for what is kept without effect. Ours: the documentation has no number for it. */
export const KEPT_ONLY = 70107;

/** Documented numbers where the dialect has one; ours from 70100 up. */
export const errors = defineErrors("orgs", {
  invalid: { number: 400, http: 400, message: "{message}" },
  unknown_organisation: { number: 1064, http: 404, message: "There is no organisation {id}." },
  organisation_code_taken: { number: 70101, http: 409, message: "The organisation code {code} is taken." },
  unknown_currency: { number: 1102, http: 400, message: "{field}: there is no currency {value}." },
  bad_currency_ratio: {
    number: 1102,
    http: 400,
    message: "{field} must be a number above 0 and at most {most}, with nine decimals at most.",
  },
  bad_data_scope: {
    number: 400,
    http: 400,
    message: "The header DATA-SCOPE must be SELF, OTHER or ALL; {value} is not.",
  },
  no_data_scope_org: {
    number: 400,
    http: 400,
    message: "DATA-SCOPE OTHER needs the header DATA-SCOPE-ORG with the organisation's id.",
  },
  foreign_data_scope: {
    number: 403,
    http: 403,
    message: "DATA-SCOPE-ORG {value} is not connected to this organisation.",
  },
  unknown_entity: { number: 3202, http: 404, message: "Entity with {by} {value} not found." },
  unknown_parent: { number: 1215, http: 404, message: "{field}: there is no {type} {value}." },
  invalid_store: {
    number: 1214,
    http: 400,
    message: "storeId: the parent store {value} is not valid; use a valid parent store id.",
  },
  zone_cycle: { number: 70102, http: 400, message: "parentId: a zone cannot lie inside itself." },
  code_taken: { number: 1220, http: 400, message: "code: the {type} code {code} is taken." },
  till_code_taken: {
    number: 1207,
    http: 400,
    message: "name: the till name {code} is taken; use a unique name.",
  },
  store_name_taken: { number: 1206, http: 400, message: "name: the store name {name} is taken." },
  too_many: { number: 1060, http: 400, message: "At most {most} items are taken at once, not {given}." },
  unknown_field: { number: 3203, http: 404, message: "There is no field {id}." },
  field_taken: { number: 1025, http: 400, message: "name: {scope} already has the {kind} field {name}." },
  unknown_field_scope: { number: 1018, http: 400, message: "scope: there is no field scope {scope}." },
  no_fields_in_scope: {
    number: 3204,
    http: 400,
    message: "Custom fields not found for given scope {scope}.",
  },
  field_parameter_empty: {
    number: 1024,
    http: 400,
    message: "The custom field parameter {parameter} is null or empty.",
  },
  field_list_empty: {
    number: 1028,
    http: 400,
    message: "customFields: the custom field list is null or empty.",
  },
  too_many_audited_fields: {
    number: 1023,
    http: 400,
    message: "At most {most} custom fields can have an audit trail; with these there would be {given}.",
  },
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
  setting_without_effect: {
    number: 70106,
    http: 400,
    message: "key: nothing in this version acts on {key}, so it cannot be set here.",
  },
  setting_not_found: { number: 3209, http: 400, message: "Organisation config '{key}' not set." },
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
});
