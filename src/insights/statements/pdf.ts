import { createRequire } from "node:module";
import PDFDocument from "pdfkit";
import type { Instant } from "#platform";
import type { StatementDocument, Table } from "./document.ts";

const FONTS = "@expo-google-fonts/noto-sans";
const resolve = createRequire(import.meta.url).resolve;
const REGULAR = resolve(`${FONTS}/400Regular/NotoSans_400Regular.ttf`);
const BOLD = resolve(`${FONTS}/600SemiBold/NotoSans_600SemiBold.ttf`);

/** Points of the page; A4 is 595 by 842. */
const MARGIN = 50;
const WIDTH = 595.28 - 2 * MARGIN;
const BOTTOM = 841.89 - MARGIN - 20;
const FOOTER = 841.89 - MARGIN;
const GAP = 8;
const ROW_PADDING = 3;
const INK = "#1b1d23";
const MUTED = "#5b606b";
const LINE = "#d5d8dd";

/** Of the letters in tables. */
const HEAD_SIZE = 8.5;
const ROW_SIZE = 9;

/** Rows that are laid out before other work of the process gets its turn. */
const ROWS_AT_ONCE = 25;

type Pdf = InstanceType<typeof PDFDocument>;

/** Line feeds and other controls have no picture in a font. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, " ");

interface Cell {
  readonly text: string;
  readonly x: number;
  readonly width: number;
  readonly align: "left" | "right";
}

const cellsOf = ({ columns }: Table, texts: readonly string[]): Cell[] => {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const room = WIDTH - GAP * (columns.length - 1);
  let x = MARGIN;
  return columns.map(({ share, isNumber }, index) => {
    const width = (room * share) / shares;
    const cell = {
      text: printable(texts[index] ?? ""),
      x,
      width,
      align: isNumber ? "right" : "left",
    } as const;
    x += width + GAP;
    return cell;
  });
};

/** Texts that fit on their line, which nearly all do, are measured once and placed; only others go through line breaking. */
const heightOf = (pdf: Pdf, cells: readonly Cell[]): number =>
  Math.max(
    pdf.currentLineHeight(true),
    ...cells
      .filter(({ text, width, align }) => align === "left" && pdf.widthOfString(text) > width)
      .map(({ text, width }) => pdf.heightOfString(text, { width })),
  );

/** A figure that is wider than its column is drawn smaller, since one in two lines reads as another. */
const drawCells = (pdf: Pdf, cells: readonly Cell[], y: number, size: number): void => {
  for (const { text, x, width, align } of cells) {
    if (text === "") continue;
    const taken = pdf.widthOfString(text);
    if (taken <= width) pdf.text(text, align === "right" ? x + width - taken : x, y, { lineBreak: false });
    else if (align === "left") pdf.text(text, x, y, { width });
    else {
      pdf
        .fontSize((size * width) / taken)
        .text(text, x, y, { lineBreak: false })
        .fontSize(size);
    }
  }
};

const rule = (pdf: Pdf, y: number, color: string): void => {
  pdf
    .moveTo(MARGIN, y)
    .lineTo(MARGIN + WIDTH, y)
    .lineWidth(0.5)
    .strokeColor(color)
    .stroke();
};

/** Goes on at the top of a new page when `height` has no room on this one; true when it did. */
const makeRoom = (pdf: Pdf, height: number): boolean => {
  if (pdf.y + height <= BOTTOM) return false;
  pdf.addPage();
  return true;
};

const heading = (pdf: Pdf, text: string, size: number, room: number): void => {
  makeRoom(pdf, size * 2 + room);
  pdf
    .moveDown(0.6)
    .font(BOLD)
    .fontSize(size)
    .fillColor(INK)
    .text(printable(text), MARGIN, pdf.y, { width: WIDTH });
  pdf.moveDown(0.2);
};

const drawHead = (pdf: Pdf, table: Table): void => {
  const cells = cellsOf(
    table,
    table.columns.map(({ title }) => title),
  );
  pdf.font(BOLD).fontSize(HEAD_SIZE).fillColor(MUTED);
  const { y } = pdf;
  const height = heightOf(pdf, cells);
  drawCells(pdf, cells, y, HEAD_SIZE);
  rule(pdf, y + height + ROW_PADDING, MUTED);
  pdf.y = y + height + 2 * ROW_PADDING;
};

const drawRow = (pdf: Pdf, table: Table, texts: readonly string[], isTotal: boolean): void => {
  const setFont = () =>
    pdf
      .font(isTotal ? BOLD : REGULAR)
      .fontSize(ROW_SIZE)
      .fillColor(INK);
  setFont();
  const cells = cellsOf(table, texts);
  const height = heightOf(pdf, cells);
  if (makeRoom(pdf, height + 2 * ROW_PADDING)) {
    drawHead(pdf, table);
    setFont();
  }
  const { y } = pdf;
  drawCells(pdf, cells, y, ROW_SIZE);
  rule(pdf, y + height + ROW_PADDING, LINE);
  pdf.y = y + height + 2 * ROW_PADDING;
};

/** A table whose head stands on every page that it reaches. */
const drawTable = async (pdf: Pdf, table: Table): Promise<void> => {
  heading(pdf, table.title, 10, 50);
  if (table.rows.length === 0) {
    pdf.font(REGULAR).fontSize(9).fillColor(MUTED).text(table.empty, MARGIN, pdf.y, { width: WIDTH });
    return;
  }
  drawHead(pdf, table);
  for (const [index, row] of table.rows.entries()) {
    if (index % ROWS_AT_ONCE === 0) await new Promise(setImmediate);
    drawRow(pdf, table, row, table.hasTotal && index === table.rows.length - 1);
  }
};

const drawTop = (pdf: Pdf, { title, organisation, sender, facts, notice }: StatementDocument): void => {
  const half = WIDTH / 2 - GAP;
  const right = { width: half, align: "right" } as const;
  pdf.font(BOLD).fontSize(20).fillColor(INK).text(printable(title), MARGIN, MARGIN, { width: half });
  const underTitle = pdf.y;
  pdf.fontSize(11).text(printable(organisation), MARGIN + half + 2 * GAP, MARGIN + 4, right);
  pdf.font(REGULAR).fontSize(9).fillColor(MUTED);
  for (const line of sender) pdf.text(printable(line), MARGIN + half + 2 * GAP, pdf.y, right);
  const y = Math.max(pdf.y, underTitle) + 6;
  rule(pdf, y, INK);
  pdf.y = y + 10;
  for (const [label, value] of facts) {
    const top = pdf.y;
    pdf.font(REGULAR).fontSize(10).fillColor(MUTED).text(label, MARGIN, top, { width: 130 });
    const underLabel = pdf.y;
    pdf.fillColor(INK).text(printable(value), MARGIN + 140, top, { width: WIDTH - 140 });
    pdf.y = Math.max(pdf.y, underLabel);
  }
  if (notice !== null)
    pdf.moveDown(0.5).fontSize(9).fillColor(MUTED).text(notice, MARGIN, pdf.y, { width: WIDTH });
};

/** Foot of every page, once it is known how many there are. */
const drawFeet = (pdf: Pdf, { created, pageOf }: StatementDocument): void => {
  const { start, count } = pdf.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    pdf.switchToPage(start + page);
    // What is written below the margin would go on a new page.
    pdf.page.margins.bottom = 0;
    pdf.font(REGULAR).fontSize(8).fillColor(MUTED);
    pdf.text(created, MARGIN, FOOTER, { width: WIDTH / 2, lineBreak: false });
    pdf.text(pageOf(page + 1, count), MARGIN + WIDTH / 2, FOOTER, { width: WIDTH / 2, align: "right" });
  }
};

/** A statement as a PDF with text that can be searched and copied; the same statement at the same time is the same file. */
export const statementPdf = async (document: StatementDocument, asOf: Instant): Promise<Buffer> => {
  const pdf = new PDFDocument({
    size: "A4",
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN },
    bufferPages: true,
    font: REGULAR,
    lang: document.language,
    displayTitle: true,
    info: {
      Title: `${document.title} · ${document.organisation}`,
      Author: document.organisation,
      CreationDate: new Date(asOf),
      ModDate: new Date(asOf),
    },
  });
  const chunks: Buffer[] = [];
  pdf.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((done, fail) => {
    pdf.on("end", done);
    pdf.on("error", fail);
  });
  drawTop(pdf, document);
  await drawTable(pdf, document.summary);
  for (const { title, movements, expiring } of document.sections) {
    heading(pdf, title, 13, 90);
    await drawTable(pdf, movements);
    await drawTable(pdf, expiring);
  }
  drawFeet(pdf, document);
  pdf.end();
  await ended;
  return Buffer.concat(chunks);
};
