import { defineErrors } from "#platform";

/** Ours, from 72000. */
export const errors = defineErrors("insights", {
  months_reversed: { number: 72001, http: 400, message: "from: {from} is after {to}." },
  too_many_months: { number: 72002, http: 400, message: "from: a report covers at most {most} months." },
  future_month: { number: 72003, http: 400, message: "{field}: {value} has not begun." },
  unknown_program: { number: 72004, http: 404, message: "There is no program {id}." },
  bad_cursor: { number: 72005, http: 400, message: "after is not a position of this list." },
  unknown_customer: { number: 72006, http: 404, message: "There is no customer {id}." },
  before_customer: {
    number: 72007,
    http: 400,
    message: "month: {value} lies before the customer, whose points begin on {date}.",
  },
  too_many_lines: {
    number: 72008,
    http: 400,
    message: "month: it has more than {most} movements; read the customer's ledger page by page.",
  },
  no_mail_server: {
    number: 72009,
    http: 409,
    message: "Statements cannot be sent: this server has no mail server to hand them to.",
  },
  no_mail_address: { number: 72010, http: 409, message: "The customer {id} has no e-mail address." },
  too_many_mails: {
    number: 72011,
    http: 429,
    message: "At most {most} statements are sent to a customer within an hour.",
  },
});
