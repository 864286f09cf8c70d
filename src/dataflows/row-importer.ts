import { columnProblem } from "./bills.ts";
import type { CsvRecord } from "./csv-scan.ts";
import type { BatchOutcome, Importer, PreparedBatch } from "./runner.ts";
import { type Counts, noCounts, type Rejection } from "./schema.ts";

/** What a row says, or the header of the column at fault (empty: the row) and a sentence. */
export type ReadRow<Item> = { readonly item: Item } | { readonly field: string; readonly reason: string };

/** How files are read of which every row is a record of its own. */
export interface RowReading<Item> {
  readonly headers: readonly string[];
  /** Reads a row whose columns are those of the header. */
  readonly read: (record: CsvRecord) => ReadRow<Item>;
  /** Writes the rows of a batch; `counts` and `rejections` are what was found before. Safe to do again. */
  readonly write: (
    items: readonly Item[],
    counts: Readonly<Counts>,
    rejections: readonly Rejection[],
  ) => Promise<BatchOutcome>;
  readonly batchRows?: number;
}

const BATCH_ROWS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Gathers rows into batches, reads them, and rejects those that cannot be read. */
export const createRowImporter = <Item>(reading: RowReading<Item>): Importer => {
  const { headers, batchRows = BATCH_ROWS } = reading;
  let records: CsvRecord[] = [];
  let bytes = 0;

  const take = (): (() => Promise<PreparedBatch>) => {
    const taken = records;
    records = [];
    bytes = 0;
    return () => prepare(taken);
  };

  const prepare = async (taken: readonly CsvRecord[]): Promise<PreparedBatch> => {
    const counts = noCounts();
    const rejections: Rejection[] = [];
    const items: Item[] = [];
    for (const record of taken) {
      if (isBlank(record)) continue;
      counts.rowsRead += 1;
      const outcome = readRow(record);
      if ("item" in outcome) items.push(outcome.item);
      else rejections.push({ line: record.line, row: record.text, ...outcome });
    }
    const last = taken[taken.length - 1]!;
    return {
      doneAt: { offset: last.end, line: last.nextLine },
      apply: () => reading.write(items, counts, rejections),
    };
  };

  const readRow = (record: CsvRecord): ReadRow<Item> => {
    const problem = record.problem ?? columnProblem(record.fields, headers);
    return problem === null ? reading.read(record) : { field: "", reason: problem };
  };

  return {
    add: (record) => {
      records.push(record);
      bytes += record.end - record.start;
      return records.length >= batchRows || bytes >= BATCH_BYTES ? take() : null;
    },
    finish: () => (records.length === 0 ? null : take()),
  };
};

const isBlank = ({ problem, fields }: CsvRecord): boolean =>
  problem === null && fields.every((cell) => cell.trim() === "");
