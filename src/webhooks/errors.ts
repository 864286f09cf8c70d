import { defineErrors } from "#platform";

/** Documented numbers where the dialect has one; ours from 73000 up. */
export const errors = defineErrors("webhooks", {
  no_events: {
    number: 51003,
    http: 400,
    message: "eventNames must name at least one event and must not be null.",
  },
  bad_connections: {
    number: 51007,
    http: 400,
    message: "maxAllowedConnections must be greater than 0 and at most {most}.",
  },
  no_connections: { number: 300004, http: 400, message: "maxAllowedConnections must not be missing." },
  missing: { number: 73001, http: 400, message: "{field} must not be missing or empty." },
  bad_field: { number: 73002, http: 400, message: "{field} must be {expected}." },
  unknown_event: {
    number: 73003,
    http: 400,
    message: "eventNames: there is no event {value}; event names are those of /v3/webHooks/eventMetaData.",
  },
  name_taken: { number: 73004, http: 409, message: "name: a webhook is named {value} already." },
  bad_url: { number: 73005, http: 400, message: "webHookUrl: {reason}" },
  bad_method: { number: 73006, http: 400, message: "methodType must be POST or PUT; {value} is not served." },
  bad_type: { number: 73007, http: 400, message: "webHookType must be HTTP; {value} is not served." },
  bad_header: { number: 73008, http: 400, message: "webHookHeaders: {reason}" },
  unknown_source: {
    number: 73009,
    http: 400,
    message: "customerIdentifiersToBeEnriched: there is no source {value}.",
  },
  no_child_events: {
    number: 73010,
    http: 400,
    message: "listenToChildEvents: no organisations are connected here, so there are none to listen to.",
  },
  no_transformation: {
    number: 73011,
    http: 400,
    message: "neoEnrichment: bodies cannot be transformed by a dataflow here.",
  },
  too_many: { number: 73012, http: 400, message: "An organisation has at most {most} webhooks." },
  unknown_webhook: { number: 73020, http: 404, message: "There is no webhook {id}." },
  unknown_event_type: { number: 73021, http: 404, message: "There is no event {name}." },
  unknown_delivery: { number: 73022, http: 404, message: "Nothing is known of the event {id}." },
  no_deliveries: { number: 73023, http: 404, message: "Nothing is known of the {kind} {id}." },
  not_undelivered: {
    number: 73024,
    http: 409,
    message: "The event was delivered or is still being tried; only what failed can be retried.",
  },
  replay_ahead: { number: 73025, http: 400, message: "since must be a time that has passed." },
  unknown_secret: { number: 73026, http: 404, message: "The webhook has no secret {id}." },
  last_secret: {
    number: 73027,
    http: 409,
    message: "The webhook signs with this secret alone; rotate it, and it ends by itself.",
  },
  bad_cursor: { number: 73028, http: 400, message: "after is not the `next` of a page of this list." },
});
