import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type CsvRecord, CsvScanner, type Dialect, findDelimiter, MAX_RECORD_BYTES } from "./csv-scan.ts";
import { errors } from "./errors.ts";

/** What the beginning of a file says about the rest. */
export interface FileHead {
  readonly isGzip: boolean;
  readonly dialect: Dialect;
  readonly headers: readonly string[];
  /** The header line as it stands in the file. */
  readonly headerText: string;
  /** Where the first record after the header begins. */
  readonly offset: number;
  readonly line: number;
  /** The first records after the header. */
  readonly sample: readonly CsvRecord[];
}

/** A place between two records, in the decompressed file. */
export interface Place {
  readonly offset: number;
  readonly line: number;
}

const BLOCK_BYTES = 256 * 1024;
const HEAD_BYTES = 256 * 1024;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const SAMPLE_ROWS = 20;

const isGzip = (start: Buffer): boolean => start[0] === 0x1f && start[1] === 0x8b;
const isUtf16 = (start: Buffer): boolean =>
  (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);

/** Blocks of the decompressed file from a byte position on, and how many bytes of the stored file were read so far. */
interface Blocks {
  readonly stream: Readable;
  bytesRead(): number;
}

const openBlocks = (path: string, gzip: boolean, offset: number): Blocks => {
  const file = createReadStream(path, { highWaterMark: BLOCK_BYTES, start: gzip ? 0 : offset });
  if (!gzip) return { stream: file, bytesRead: () => offset + file.bytesRead };
  const unpacked = createGunzip({ chunkSize: BLOCK_BYTES });
  // Errors of either reach the reader of `unpacked`.
  pipeline(file, unpacked, () => {});
  return { stream: unpacked, bytesRead: () => file.bytesRead };
};

const unreadable = (error: unknown): Error => {
  const { code } = error as { code?: string };
  if (code === "ENOENT") return errors.file_missing();
  if (code === "Z_BUF_ERROR") return errors.file_cut_short();
  if (code?.startsWith("Z_")) return errors.file_damaged();
  return error as Error;
};

/** Up to 256 KB from the beginning of the decompressed file. */
const readHead = async (path: string): Promise<{ head: Buffer; gzip: boolean; whole: boolean }> => {
  const file = await open(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4), length: 4, position: 0 });
  await file.close();
  const gzip = isGzip(buffer.subarray(0, bytesRead));
  const { stream } = openBlocks(path, gzip, 0);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length >= HEAD_BYTES) return { head: Buffer.concat(parts), gzip, whole: false };
    }
  } catch (error) {
    // A preview is cut anywhere; what came before the cut is enough for a head.
    if (length === 0) throw unreadable(error);
    return { head: Buffer.concat(parts), gzip, whole: false };
  } finally {
    stream.destroy();
  }
  return { head: Buffer.concat(parts), gzip, whole: true };
};

/**
 * Finds out how a file is built. `delimiter` overrides what the first line suggests.
 * Errors: dataflows.file_missing, file_damaged, file_empty, file_utf16, header_unreadable.
 */
export const readFileHead = async (path: string, delimiter?: string): Promise<FileHead> => {
  const { head, gzip, whole } = await readHead(path);
  if (isUtf16(head)) throw errors.file_utf16();
  const bomBytes = head.subarray(0, 3).equals(BOM) ? 3 : 0;
  const text = head.subarray(bomBytes);
  // Files of very old programs end lines with a bare carriage return.
  const newline = !text.includes(10) && text.includes(13) ? "\r" : "\n";
  const firstLine = text.toString("utf8", 0, Math.min(text.length, 65_536)).split(newline, 1)[0] ?? "";
  const dialect: Dialect = { delimiter: delimiter ?? findDelimiter(firstLine), newline };
  const scanner = new CsvScanner(dialect, { offset: bomBytes, line: 1 });
  scanner.append(text, whole);
  const header = scanner.next();
  if (header === null)
    throw text.length === 0 ? errors.file_empty() : errors.header_unreadable({ reason: "it does not end" });
  if (header.problem !== null) throw errors.header_unreadable({ reason: header.problem });
  const sample: CsvRecord[] = [];
  while (sample.length < SAMPLE_ROWS) {
    const record = scanner.next();
    if (record === null) break;
    sample.push(record);
  }
  return {
    isGzip: gzip,
    dialect,
    headers: header.fields.map((name) => name.trim()),
    headerText: header.text,
    offset: header.end,
    line: header.nextLine,
    sample,
  };
};

/** Records as they come off the disk, some thousands at a time. `bytesRead` counts the stored file. */
export interface RecordBlock {
  readonly records: readonly CsvRecord[];
  readonly bytesRead: number;
}

/**
 * Reads records from a place on, holding one block and one record in memory whatever the file's size.
 * Errors: dataflows.file_missing, file_damaged, file_cut_short (all after the records before them were handed out).
 */
export async function* readRecords(
  path: string,
  head: Pick<FileHead, "isGzip" | "dialect">,
  from: Place,
): AsyncGenerator<RecordBlock> {
  const { stream, bytesRead } = openBlocks(path, head.isGzip, from.offset);
  const scanner = new CsvScanner(head.dialect, from);
  // A compressed file cannot be entered in the middle: what was read before is unpacked again and dropped.
  let toDrop = head.isGzip ? from.offset : 0;
  const drain = (): CsvRecord[] => {
    const records: CsvRecord[] = [];
    for (let record = scanner.next(); record !== null; record = scanner.next()) {
      if (record.text !== "" || record.problem !== null) records.push(record);
    }
    return records;
  };
  try {
    for await (const block of stream as AsyncIterable<Buffer>) {
      const dropped = Math.min(toDrop, block.length);
      toDrop -= dropped;
      if (dropped === block.length) continue;
      scanner.append(block.subarray(dropped), false);
      yield { records: drain(), bytesRead: bytesRead() };
    }
  } catch (error) {
    throw unreadable(error);
  } finally {
    stream.destroy();
  }
  scanner.append(Buffer.alloc(0), true);
  yield { records: drain(), bytesRead: bytesRead() };
}

export { MAX_RECORD_BYTES };
