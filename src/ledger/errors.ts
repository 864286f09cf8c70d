import { defineErrors } from "#platform";

/** Codes of points-ledger.md §5. */
export const errors = defineErrors("ledger", {
  unsupported_combination: { number: 11001, http: 400, message: "includeTillConceptEvents needs programId." },
  nothing_found: { number: 11003, http: 400, message: "No ledger entries match the request." },
  bad_till: { number: 11004, http: 400, message: "tillId {value} is not a till of this organisation." },
  bad_till_format: { number: 11025, http: 400, message: "tillId must be a number; {value} is not." },
  bad_tills: {
    number: 11027,
    http: 400,
    message: "tillIds must be a comma list of till ids without spaces; {value} is not.",
  },
  bad_program: {
    number: 11005,
    http: 400,
    message: "programId {value} is not a program of this organisation.",
  },
  bad_limit: {
    number: 11029,
    http: 400,
    message: "limit must be a whole number from 1 to {most}; {value} is not.",
  },
  bad_balance_limit: {
    number: 11006,
    http: 400,
    message: "limit must be a whole number from 1 to 10; {value} is not.",
  },
  bad_offset: { number: 11003, http: 400, message: "offset is a page number from 0; {value} is not." },
  beyond_last_page: {
    number: 11003,
    http: 400,
    message: "There is no page {page} of entries that match the request; the first is page 0.",
  },
  given_twice: { number: 400, http: 400, message: "{field} is given more than once." },
  bad_entry_type: {
    number: 11007,
    http: 400,
    message: "ledgerEntryType must be CREDIT, DEBIT or OPENING_BALANCE; {value} is not.",
  },
  bad_category: {
    number: 11008,
    http: 400,
    message: "pointCategoryType must be REGULAR, PROMISED or TRIGGER_BASED; {value} is not.",
  },
  start_after_end: { number: 11009, http: 400, message: "startDate is after endDate." },
  span_too_long: {
    number: 11010,
    http: 400,
    message: "The span from startDate to endDate is longer than {days} days.",
  },
  bad_date: { number: 11011, http: 400, message: "{field} must be yyyy-MM-ddTHH:mm:ss; {value} is not." },
  missing_identifier: {
    number: 11013,
    http: 400,
    message: "identifierName, identifierValue and source are needed; {field} is empty.",
  },
  bad_identifier_name: {
    number: 8013,
    http: 400,
    message: "identifierName must be one of {names}; {value} is not.",
  },
  bad_source: { number: 8003, http: 400, message: "source {value} is not a source of this organisation." },
  no_customer: { number: 8015, http: 400, message: "No customer matches {name} {value}." },
  not_in_source: {
    number: 8015,
    http: 400,
    message: "The customer with {name} {value} has no profile in source {source}.",
  },
  bad_account: {
    number: 8015,
    http: 400,
    message: "Customers of source {source} are named with one of its accounts; accountId {value} is none.",
  },
  no_tills: { number: 11026, http: 400, message: "{field} {value} names no store with tills." },
  one_place_only: {
    number: 11028,
    http: 400,
    message: "Give at most one of tillId, tillIds, storeId and storeCode.",
  },
  bad_currency_names: {
    number: 9005,
    http: 400,
    message: "alternateCurrencyNames: {value} is no currency of this organisation.",
  },
  bad_sort: { number: 400, http: 400, message: "sortOrder must be ASC or DESC; {value} is not." },
  bad_type: {
    number: 1212,
    http: 400,
    message: "type must be CUSTOMER, USERGROUP2 or FLEET; {value} is not.",
  },
  no_groups: {
    number: 11023,
    http: 400,
    message: "No {value} matches the identifier: this organisation has none.",
  },
  missing_parameter: { number: 400, http: 400, message: "{field} is needed; it is empty." },
  bad_parameter: { number: 400, http: 400, message: "{field} must be {expected}; {value} is not." },
  too_many_ids: { number: 400, http: 400, message: "{field} takes at most {most} ids, not {given}." },
  bad_date_only: { number: 11011, http: 400, message: "{field} must be a date YYYY-MM-DD; {value} is not." },
  bad_span: { number: 11009, http: 400, message: "{start} is after {end}." },
  too_many_awards: {
    number: 11010,
    http: 400,
    message: "More than {most} awards match; ask for a shorter span or fewer customers.",
  },
  bad_flag: { number: 400, http: 400, message: "{field} must be true or false; {value} is not." },
  bad_events: {
    number: 11001,
    http: 400,
    message: "Give either eventIds, or eventName with eventReferenceIds.",
  },
  bad_event_name: { number: 11014, http: 400, message: "eventName {value} is no event of the ledger." },
  too_many_events: {
    number: 11014,
    http: 400,
    message: "{field} takes at most {most} ids, not {given}.",
  },
  no_such_events: {
    number: 11016,
    http: 400,
    message: "No ledger event of the customer has {field} {value}.",
  },
  bad_event_id: {
    number: 11017,
    http: 400,
    message: "eventIds must be a comma list of event log ids; {value} is not.",
  },
  bad_reference_id: {
    number: 9022,
    http: 400,
    message: "eventReferenceIds must be a comma list of ids; {value} is not.",
  },
  unknown_customer: { number: 8015, http: 404, message: "There is no customer {id} in this organisation." },
  event_unknown: { number: 400, http: 400, message: "event: the ledger has no event {event}." },
  bad_cursor: { number: 400, http: 400, message: "after is not a position of this list." },
});
