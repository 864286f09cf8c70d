/** A decimal as a cell that spreadsheets sum: not a text, so never guarded. */
export interface CsvDecimal {
  readonly decimal: string;
}
export type CsvCell = string | number | null | CsvDecimal;

/** Spreadsheets run what starts like a formula; a leading apostrophe keeps a text a text. */
const guarded = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const cellText = (cell: CsvCell): string => {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  if (typeof cell === "object") return cell.decimal;
  const text = guarded(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A byte order mark, which spreadsheets need to read UTF-8: what a file begins with. */
export const CSV_MARK = "\uFEFF";

/** Rows as RFC 4180 text. */
export const csvRows = (rows: readonly (readonly CsvCell[])[]): string =>
  rows.map((row) => `${row.map(cellText).join(",")}\r\n`).join("");
