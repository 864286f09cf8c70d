export type Cell = string | number | boolean | null | undefined;

/** Spreadsheets run what starts like a formula; a leading apostrophe keeps a text a text. */
const guarded = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const cellText = (cell: Cell): string => {
  if (cell === null || cell === undefined) return "";
  const text = typeof cell === "string" ? guarded(cell) : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Rows as RFC 4180 text with a byte order mark, which spreadsheets need to read UTF-8. */
export const csvText = (rows: readonly (readonly Cell[])[]): string =>
  `\uFEFF${rows.map((row) => row.map(cellText).join(",")).join("\r\n")}\r\n`;
