import { defineErrors } from "#platform";

/** Ours, from 70500. */
export const errors = defineErrors("dataflows", {
  file_missing: { number: 70501, http: 400, message: "The file is not there." },
  file_damaged: { number: 70502, http: 400, message: "The compressed file is damaged from here on." },
  file_cut_short: { number: 70503, http: 400, message: "The compressed file ends too early." },
  file_empty: { number: 70504, http: 400, message: "The file is empty." },
  file_utf16: {
    number: 70505,
    http: 400,
    message: "The file is UTF-16 text; save it as UTF-8 and try again.",
  },
  header_unreadable: {
    number: 70506,
    http: 400,
    message: "The first line must name the columns, but it cannot be read: {reason}",
  },
  unknown_target: {
    number: 70510,
    http: 400,
    message: "mapping: {target} is not a field that {kind} have. Known fields: {known}.",
  },
  unknown_header: {
    number: 70511,
    http: 400,
    message: "mapping: the file has no column {header}.",
  },
  target_missing: {
    number: 70512,
    http: 400,
    message: "mapping: no column gives {target}. Columns of the file: {headers}.",
  },
  till_missing: {
    number: 70514,
    http: 400,
    message:
      "options.defaultTill: no column gives the till or the store of a bill, and there is no till for rows that name none. Columns of the file: {headers}.",
  },
  invalid: { number: 70513, http: 400, message: "{message}" },
  too_many_customers: {
    number: 70515,
    http: 400,
    message:
      "{field}: one campaign run takes at most {most} customers; divide them over several with the same name.",
  },
  budget_used_up: {
    number: 70516,
    http: 400,
    message:
      "The campaign's budget does not last: {left} points of {budget} are left, and the row asks for {points}.",
  },
  unknown_run: { number: 70520, http: 404, message: "There is no import {id}." },
  not_running: { number: 70521, http: 409, message: "The import {id} is {status}; it cannot be cancelled." },
  file_changed: {
    number: 70522,
    http: 409,
    message: "The file changed since the import began; start a new one.",
  },
  in_progress: {
    number: 70525,
    http: 409,
    message: "{file} is being imported by another process (import {id}).",
  },
  no_file: { number: 70526, http: 400, message: "The call has no file; send it as the part named file." },
  bad_part: { number: 70527, http: 400, message: "{field} must be {expected}." },
  upload_too_large: {
    number: 70523,
    http: 413,
    message: "The file is larger than {most} MB; compress it, or import it with the command line.",
  },
  disk_full: { number: 70524, http: 503, message: "The server has no room for the file." },
});
