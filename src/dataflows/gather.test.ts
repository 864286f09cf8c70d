import fc from "fast-check";
import { expect, test } from "vitest";
import { type BillDraft, createBillReader } from "./bills.ts";
import { type CsvRecord, CsvScanner } from "./csv-scan.ts";
import { type BillBatch, createGatherer, MAX_LINES } from "./gather.ts";
import type { Columns } from "./mapping.ts";

const HEADERS = ["number", "date", "rate"];
const columns: Columns = {
  headers: HEADERS,
  index: (field) => HEADERS.indexOf(field),
  extended: [],
  lineExtended: [],
  custom: [],
  hasLines: true,
};
const dialect = { delimiter: ",", newline: "\n" } as const;

const recordsOf = (text: string): CsvRecord[] => {
  const scanner = new CsvScanner(dialect, { offset: 0, line: 1 });
  scanner.append(Buffer.from(text), true);
  const records: CsvRecord[] = [];
  for (let record = scanner.next(); record !== null; record = scanner.next()) records.push(record);
  return records;
};

const gather = (records: readonly CsvRecord[], bills: number): BillBatch[] => {
  const reading = { moneyScale: 10_000, dateFormat: "iso", zone: "UTC", shiftDays: 0, decimal: "." } as const;
  const gatherer = createGatherer(createBillReader({ columns, dialect, ...reading }), { bills });
  const batches = records.flatMap((record) => gatherer.add(record) ?? []);
  return [...batches, ...[gatherer.finish()].flatMap((batch) => batch ?? [])];
};

const shape = ({ number, rows, amount, problems }: BillDraft) => ({
  number,
  lines: rows.map(({ line }) => line),
  amount,
  problems: problems.length,
});
const shapes = (batches: readonly BillBatch[]) => batches.flatMap(({ bills }) => bills.map(shape));

/** Rows whose numbers follow each other mostly, some interleaved, some missing, some that cannot be read. */
const file = fc
  .array(
    fc.record({
      step: fc.integer({ min: -3, max: 3 }),
      kind: fc.constantFrom("row", "row", "row", "row", "unnumbered", "broken"),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((rows) => {
    let number = 100;
    return rows
      .map(({ step, kind }) => {
        number += step;
        if (kind === "unnumbered") return ",2025-01-01,1";
        return kind === "broken" ? `${number},"2025` : `${number},2025-01-01,1.5`;
      })
      .join("\n");
  });

test("how rows fall into bills does not depend on where batches are cut", () => {
  fc.assert(
    fc.property(file, fc.integer({ min: 1, max: 12 }), (text, size) => {
      const records = recordsOf(text);
      expect(shapes(gather(records, size))).toEqual(shapes(gather(records, 10_000)));
    }),
  );
});

test("reading on from the end of any batch gives the bills that were left", () => {
  fc.assert(
    fc.property(file, fc.integer({ min: 1, max: 12 }), (text, size) => {
      const records = recordsOf(text);
      const batches = gather(records, size);
      batches.forEach(({ doneAt }, index) => {
        const rest = records.filter(({ start }) => start >= doneAt.offset);
        expect(rest[0]?.line ?? doneAt.line).toBe(doneAt.line);
        expect(shapes(gather(rest, size))).toEqual(shapes(batches.slice(index + 1)));
      });
    }),
  );
});

test("every row is in one bill, in the order of first rows", () => {
  fc.assert(
    fc.property(file, fc.integer({ min: 1, max: 12 }), (text, size) => {
      const records = recordsOf(text);
      const bills = shapes(gather(records, size));
      expect(bills.flatMap(({ lines }) => lines).sort((a, b) => a - b)).toEqual(
        records.map(({ line }) => line),
      );
      const first = bills.map(({ lines }) => lines[0]!);
      expect([...first].sort((a, b) => a - b)).toEqual(first);
    }),
  );
});

test("a bill without end is refused piece by piece, and the bills after it are read", () => {
  const rows = Array.from({ length: MAX_LINES * 2 + 700 }, () => "1,2025-01-01,1");
  const bills = shapes(gather(recordsOf([...rows, "2,2025-01-01,1"].join("\n")), 500));
  expect(bills.filter(({ number }) => number === "1").every(({ problems }) => problems > 0)).toBe(true);
  expect(bills.flatMap(({ lines }) => lines)).toHaveLength(rows.length + 1);
  expect(bills.at(-1)).toMatchObject({ number: "2", problems: 0 });
});
