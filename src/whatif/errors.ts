import { defineErrors } from "#platform";

/** Ours, from 73000. */
export const errors = defineErrors("whatif", {
  unknown_run: { number: 73001, http: 404, message: "There is no what-if {id} in this organisation." },
  not_running: { number: 73002, http: 409, message: "What-if {id} is {status}; there is nothing to stop." },
  not_finished: { number: 73003, http: 409, message: "What-if {id} is {status}; it has no result." },
  no_draft: { number: 73004, http: 409, message: "Program {program} has no draft to try." },
  subject_needed: {
    number: 73005,
    http: 400,
    message: "{field} is needed where subject is {subject}, and only there.",
  },
  unknown_version: { number: 73006, http: 404, message: "Program {program} has no version {version}." },
  bad_day: {
    number: 73007,
    http: 400,
    message: "{field} must be a day of the calendar, YYYY-MM-DD; {value} is not.",
  },
  period_reversed: { number: 73008, http: 400, message: "from: {from} is after {to}." },
  period_too_long: { number: 73009, http: 400, message: "from: a what-if covers at most {most} months." },
  no_bills: {
    number: 73010,
    http: 409,
    message: "No customer has a bill from {from} to {to}: there is nothing to replay.",
  },
  too_many_waiting: {
    number: 73011,
    http: 409,
    message: "{most} what-ifs are waiting or under way already; stop one, or wait for it.",
  },
  bad_cursor: { number: 400, http: 400, message: "after is not the `next` of a page of this list." },
});
