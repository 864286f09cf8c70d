import type { Db } from "#platform";
import { CsvScanner } from "./csv-scan.ts";
import type { Rejection } from "./schema.ts";
import { listRejections, type StoredRun } from "./store.ts";

const PAGE = 1000;

const cell = (text: string, delimiter: string): string =>
  text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** A row as it stood in the file where it can stand in another one; else all of it in one cell. */
const original = (text: string, delimiter: string): string => {
  const scanner = new CsvScanner({ delimiter, newline: "\n" }, { offset: 0, line: 1 });
  scanner.append(Buffer.from(text), true);
  const record = scanner.next();
  const isWhole = record !== null && record.problem === null && scanner.next() === null;
  return isWhole ? text : cell(text, delimiter);
};

const rowOf = ({ line, field, reason, row }: Rejection, delimiter: string): string =>
  [String(line), cell(field, delimiter), cell(reason, delimiter), original(row, delimiter)].join(delimiter);

/**
 * The rejected rows as a CSV file in pieces: line, field and reason in front of the original row, so that the file can be
 * corrected and imported again as it is.
 */
export async function* rejectedRows(db: Db, run: StoredRun): AsyncGenerator<string> {
  const { orgId, id, delimiter, headerText } = run;
  yield `${["rejected_line", "rejected_field", "rejected_reason"].join(delimiter)}${delimiter}${headerText}\n`;
  for (let after = 0; ; ) {
    const rows = await db.transaction(orgId, (tx) => listRejections(tx, orgId, id, after, PAGE));
    if (rows.length === 0) return;
    yield rows.map((row) => `${rowOf(row, delimiter)}\n`).join("");
    after = rows[rows.length - 1]!.line;
  }
}
