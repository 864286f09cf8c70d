import type { BillDraft, BillReader } from "./bills.ts";
import type { CsvRecord } from "./csv-scan.ts";
import type { Place } from "./csv-source.ts";

/** Bills that are complete, and the place in the file up to which they reach. */
export interface BillBatch {
  readonly bills: readonly BillDraft[];
  /** Everything before it is in this batch or one before. */
  readonly doneAt: Place;
  readonly rows: number;
}

/**
 * A bill may be interrupted by up to so many others: tills that write one file at the same time interleave their rows.
 * A bill is complete when so many others began after it.
 */
const LOOK_BACK = 8;
const BATCH_BILLS = 500;
const BATCH_ROWS = 20_000;
const BATCH_BYTES = 4 * 1024 * 1024;
/** As many lines as the path of purchases takes; more rows than that are no bill. */
export const MAX_LINES = 5000;
/** A file that interleaves without end is cut all the same. */
const FORCED_ROWS = 3 * BATCH_ROWS;

export interface BatchLimits {
  readonly bills: number;
}

/**
 * Gathers rows into bills and bills into batches, in the order of their first rows. How rows fall into bills does not depend
 * on where batches are cut, and a cut never runs through a bill, so reading can go on from `doneAt` as if nothing had been.
 */
export const createGatherer = (reader: BillReader, limits: BatchLimits = { bills: BATCH_BILLS }) => {
  const open: BillDraft[] = [];
  let closed: BillDraft[] = [];
  let rows = 0;
  let bytes = 0;
  /** End of the last row of any closed bill. */
  let closedEnd = -1;
  /** Key of the bill that was given up last. */
  let endless = "";

  const close = () => {
    const bill = open.shift()!;
    closed.push(bill);
    rows += bill.rows.length;
    closedEnd = Math.max(closedEnd, bill.rows[bill.rows.length - 1]!.end);
  };

  const findOpen = (key: string): BillDraft | undefined => {
    for (let index = open.length - 1; index >= 0; index--) if (open[index]!.key === key) return open[index];
    return undefined;
  };

  const refuse = (bill: BillDraft, { line, text }: CsvRecord) => {
    bill.problems.push({
      line,
      field: "",
      reason: `The bill has more than ${MAX_LINES} lines.`,
      row: text,
    });
  };

  /** A bill without end is refused piece by piece, so that it need not be held as a whole. */
  const giveUp = (bill: BillDraft) => {
    endless = bill.key;
    refuse(bill, bill.rows[bill.rows.length - 1]!);
    while (open.includes(bill)) close();
  };

  const isFull = () => closed.length >= limits.bills || rows >= BATCH_ROWS || bytes >= BATCH_BYTES;

  const take = (doneAt: Place): BillBatch => {
    const batch = { bills: closed, doneAt, rows };
    closed = [];
    rows = 0;
    bytes = 0;
    closedEnd = -1;
    return batch;
  };

  return {
    /** Adds the next row; answers a batch when one is complete. */
    add: (record: CsvRecord): BillBatch | null => {
      const key = reader.keyOf(record);
      let bill = key === "" ? undefined : findOpen(key);
      if (bill === undefined) {
        bill = reader.begin(key, record);
        open.push(bill);
      }
      if (key !== "" && key === endless) refuse(bill, record);
      reader.add(bill, record);
      bytes += record.end - record.start;
      while (open.length > LOOK_BACK) close();
      if (bill.rows.length > MAX_LINES) giveUp(bill);
      const first = open[0]?.rows[0];
      if (closed.length === 0 || !isFull()) return null;
      const doneAt =
        first === undefined
          ? { offset: record.end, line: record.nextLine }
          : { offset: first.start, line: first.line };
      return closedEnd <= doneAt.offset || rows > FORCED_ROWS ? take(doneAt) : null;
    },

    /** What is left at the end of the file; null when nothing is. */
    finish: (): BillBatch | null => {
      while (open.length > 0) close();
      const last = closed[closed.length - 1];
      if (last === undefined) return null;
      const end = Math.max(...closed.map((bill) => bill.rows[bill.rows.length - 1]!.end));
      const line = Math.max(...closed.map((bill) => bill.rows[bill.rows.length - 1]!.nextLine));
      return take({ offset: end, line });
    },
  };
};
