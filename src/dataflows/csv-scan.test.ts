import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CsvRecord, CsvScanner, type Dialect, findDelimiter, MAX_RECORD_BYTES } from "./csv-scan.ts";

const COMMA: Dialect = { delimiter: ",", newline: "\n" };

const scan = (bytes: Buffer | string, sizes: readonly number[] = [], dialect = COMMA): CsvRecord[] => {
  const all = Buffer.from(bytes as string);
  const scanner = new CsvScanner(dialect, { offset: 0, line: 1 });
  const records: CsvRecord[] = [];
  const drain = () => {
    for (let record = scanner.next(); record !== null; record = scanner.next()) records.push(record);
  };
  let at = 0;
  for (const size of sizes) {
    if (at >= all.length) break;
    scanner.append(all.subarray(at, at + size), false);
    at += size;
    drain();
  }
  scanner.append(all.subarray(at), true);
  drain();
  return records;
};
const fieldsOf = (records: readonly CsvRecord[]) => records.map((record) => record.fields);

describe("records", () => {
  test("quoted delimiters, quotes and line breaks belong to their field", () => {
    const records = scan('a,"b,1","say ""hi""",\n"two\r\nlines",x\r\nlast,""\n');
    expect(fieldsOf(records)).toEqual([
      ["a", "b,1", 'say "hi"', ""],
      ["two\r\nlines", "x"],
      ["last", ""],
    ]);
    expect(records.map((record) => [record.line, record.nextLine])).toEqual([
      [1, 2],
      [2, 4],
      [4, 5],
    ]);
  });

  test("a quote inside an unquoted field stands for itself", () => {
    expect(fieldsOf(scan('5" pipe,7\n'))).toEqual([['5" pipe', "7"]]);
  });

  test("empty lines are passed over and counted", () => {
    const records = scan("a\n\n\r\nb\n");
    expect(records.map((record) => [record.line, record.fields[0]])).toEqual([
      [1, "a"],
      [4, "b"],
    ]);
  });

  test("old files end lines with a carriage return alone", () => {
    const records = scan('a,b\r"c\rd",e\r', [], { delimiter: ",", newline: "\r" });
    expect(fieldsOf(records)).toEqual([
      ["a", "b"],
      ["c\rd", "e"],
    ]);
    expect(records[1]?.line).toBe(2);
  });

  test("positions are bytes, also after characters of several bytes", () => {
    const text = "Zoë,€5\n日本,x\n";
    const records = scan(text);
    expect(fieldsOf(records)).toEqual([
      ["Zoë", "€5"],
      ["日本", "x"],
    ]);
    expect(records[1]?.start).toBe(Buffer.byteLength("Zoë,€5\n"));
    expect(records[1]?.end).toBe(Buffer.byteLength(text));
    expect(records[1]?.text).toBe("日本,x");
  });
});

describe("what cannot be read costs its own line only", () => {
  test("a quote left open", () => {
    const records = scan('1,"open\n2,"b",c\n3,d\n');
    expect(records.map(({ line, problem, fields }) => [line, problem === null, fields])).toEqual([
      [1, false, []],
      [2, true, ["2", "b", "c"]],
      [3, true, ["3", "d"]],
    ]);
    expect(records[0]?.text).toBe('1,"open');
  });

  test("a quote left open to the end of the file", () => {
    const records = scan('1,"open\n2,b\n');
    expect(records.map((record) => record.problem === null)).toEqual([false, true]);
    expect(records[0]?.problem).toMatch(/does not end/);
  });

  test("text after a closing quote", () => {
    const records = scan('1,"a"b\n2,c\n');
    expect(records[0]?.problem).toMatch(/followed by more text/);
    expect(records[1]?.fields).toEqual(["2", "c"]);
  });

  test("bytes that are not UTF-8, and NUL", () => {
    const bytes = Buffer.concat([
      Buffer.from("1,ok\n2,caf"),
      Buffer.from([0xe9]),
      Buffer.from("\n3,a\0b\n4,é\n"),
    ]);
    const records = scan(bytes);
    expect(records.map((record) => record.problem)).toEqual([
      null,
      expect.stringMatching(/UTF-8/),
      expect.stringMatching(/NUL/),
      null,
    ]);
    expect(records.map((record) => record.line)).toEqual([1, 2, 3, 4]);
    expect(records.every((record) => !record.text.includes("\0"))).toBe(true);
  });

  test("a line beyond the limit is given up without being held", () => {
    const block = 64 * 1024;
    const bytes = Buffer.from(`a,b\n${"x".repeat(MAX_RECORD_BYTES * 3)},y\nc,d\n`);
    const records = scan(bytes, new Array(Math.ceil(bytes.length / block)).fill(block));
    expect(records.map(({ line, problem }) => [line, problem === null])).toEqual([
      [1, true],
      [2, false],
      [3, true],
    ]);
    expect(records[1]?.text.length).toBeLessThan(10_000);
    expect(records[2]?.fields).toEqual(["c", "d"]);
  });

  test("a quote left open before a lot of text", () => {
    const block = 64 * 1024;
    const row = `${"x".repeat(99)}\n`;
    const bytes = Buffer.from(`a,"b\n${row.repeat(20_000)}`);
    const records = scan(bytes, new Array(Math.ceil(bytes.length / block)).fill(block));
    expect(records.length).toBe(20_001);
    expect(records[0]?.problem).toMatch(/does not end/);
    expect(records.at(-1)?.line).toBe(20_001);
  });
});

const anyField = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", ",", '"', "\n", "\r\n", ";", " ", "é", "日"), maxLength: 8 }),
  fc.string({ maxLength: 12 }),
);
const cleanField = anyField
  // What UTF-8 cannot carry: halves of pairs, and NUL, which is refused.
  .map((field) => Buffer.from(field.replaceAll("\u0000", "").replaceAll("\ufeff", "")).toString());
const quote = (field: string) =>
  /[",\r\n]/.test(field) || field === "" ? `"${field.replaceAll('"', '""')}"` : field;

describe("properties", () => {
  test("reads what was written, and as csv-parse reads it, in any blocks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(cleanField, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 12 }),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }),
        (rows, newline, endsWithBreak, sizes) => {
          const text =
            rows.map((row) => row.map(quote).join(",")).join(newline) + (endsWithBreak ? newline : "");
          const records = scan(text, sizes);
          expect(fieldsOf(records)).toEqual(rows);
          const oracle: unknown = parse(text, { relax_column_count: true, record_delimiter: newline });
          expect(fieldsOf(records)).toEqual(oracle);
          // Reading on from where any record begins gives the rest.
          const bytes = Buffer.from(text);
          const middle = records[Math.floor(records.length / 2)]!;
          expect(fieldsOf(scan(bytes.subarray(middle.start)))).toEqual(
            rows.slice(Math.floor(records.length / 2)),
          );
          expect(middle.line).toBe(bytes.subarray(0, middle.start).filter((byte) => byte === 10).length + 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("never throws, never stops early: every line of any bytes is in a record or empty", () => {
    fc.assert(
      fc.property(
        fc
          .uint8Array({ maxLength: 200 })
          .map((bytes) =>
            Buffer.from(bytes.map((byte) => [44, 34, 10, 13, 97, 98, 0xc3, 0xa9, 0][byte % 9]!)),
          ),
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 30 }),
        (bytes, sizes) => {
          const records = scan(bytes, sizes);
          let at = 0;
          for (const record of records) {
            expect(record.start).toBeGreaterThanOrEqual(at);
            expect(bytes.subarray(at, record.start).every((byte) => byte === 10 || byte === 13)).toBe(true);
            at = record.end;
          }
          expect(bytes.subarray(at).every((byte) => byte === 10 || byte === 13)).toBe(true);
          expect(records.map(({ line, fields, problem }) => ({ line, fields, problem }))).toEqual(
            scan(bytes).map(({ line, fields, problem }) => ({ line, fields, problem })),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

test("the delimiter is the one that occurs most outside quotes", () => {
  expect(findDelimiter("a;b;c")).toBe(";");
  expect(findDelimiter('"a,b,c,d";b')).toBe(";");
  expect(findDelimiter("a\tb")).toBe("\t");
  expect(findDelimiter("a|b|c")).toBe("|");
  expect(findDelimiter("alone")).toBe(",");
});
