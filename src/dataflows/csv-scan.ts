import { isAscii, isUtf8 } from "node:buffer";

/** How a file separates fields and lines. Quotes are always `"`, doubled inside a quoted field. */
export interface Dialect {
  readonly delimiter: string;
  readonly newline: "\n" | "\r";
}

/** One record of a file. It may stretch over several physical lines when a quoted field holds line breaks. */
export interface CsvRecord {
  /** Physical line on which it begins, from 1. */
  readonly line: number;
  /** Physical line on which the next record begins. */
  readonly nextLine: number;
  /** Position in bytes of the decompressed file: where it begins, and where the next record begins. */
  readonly start: number;
  readonly end: number;
  /** Empty when there is a problem. */
  readonly fields: readonly string[];
  /** As it stands in the file, without its last line break; cut when it is huge. */
  readonly text: string;
  /** A sentence on why the record cannot be read, or null. */
  readonly problem: string | null;
}

/** No honest row is longer; beyond this a quote was left open or the file is no CSV. */
export const MAX_RECORD_BYTES = 1_048_576;
/** What is kept of a row that cannot be read. */
const MAX_SHOWN = 4000;

const NO_FIELDS: readonly string[] = [];
// biome-ignore lint/suspicious/noControlCharactersInRegex: bytes that need a second look are what is looked for
const UNUSUAL = /[\u0000\u0080-\u00ff]/;

const TOO_LONG = `The row is longer than ${MAX_RECORD_BYTES / 1_048_576} MB.`;
const NOT_UTF8 = "The row is not UTF-8 text; save the file as UTF-8.";
const HAS_NUL = "The row holds a NUL character.";
const OPEN_QUOTE = "A quoted field that begins in this row does not end.";
const AFTER_QUOTE = "A closing quote in this row is followed by more text; quotes inside quotes are doubled.";

type Scan = "record" | "more" | typeof OPEN_QUOTE | typeof AFTER_QUOTE;

/**
 * Splits blocks of bytes into records. Bytes are held as Latin-1 text, in which every character is one byte: delimiters,
 * quotes and line breaks are ASCII, so positions are exact whatever the file holds, and only records with other bytes are
 * decoded again as UTF-8. A record that cannot be read costs its first physical line; reading goes on after it.
 */
export class CsvScanner {
  readonly #dialect: Dialect;
  #text = "";
  #position = 0;
  #line: number;
  /** Byte position of the first character of #text. */
  #base: number;
  #final = false;
  #unusual = false;
  #skipping = false;
  #nextQuote = -2;
  // Results of a scan, kept here so that none is allocated per record.
  #fields: string[] = [];
  #raw = "";
  #end = 0;
  #after = 0;
  #breaks = 0;

  constructor(dialect: Dialect, from: { readonly offset: number; readonly line: number }) {
    this.#dialect = dialect;
    this.#base = from.offset;
    this.#line = from.line;
  }

  /** Adds the next bytes; `final` says that there are no more. */
  append(block: Buffer, final: boolean): void {
    const rest = this.#text.slice(this.#position);
    this.#base += this.#position;
    this.#position = 0;
    this.#unusual = (this.#unusual && rest !== "") || !isAscii(block) || block.includes(0);
    this.#text = rest + block.toString("latin1");
    this.#final = final;
    this.#nextQuote = -2;
  }

  /** The next record; null when more bytes are needed or, after the final ones, when there is none. */
  next(): CsvRecord | null {
    while (this.#position < this.#text.length) {
      if (this.#skipping && !this.#skipLine()) return null;
      if (this.#skipping || this.#skipEmptyLine()) {
        this.#skipping = false;
        continue;
      }
      const scan = this.#scan();
      if (scan === "record") return this.#take(this.#fields, this.#raw, this.#after, this.#breaks + 1, null);
      const pending = this.#text.length - this.#position;
      if (scan === "more" && pending <= MAX_RECORD_BYTES) return null;
      return this.#malformed(scan === "more" ? TOO_LONG : scan);
    }
    return null;
  }

  /** Moves behind the rest of a line that was given up; false when it does not end yet. */
  #skipLine(): boolean {
    const end = this.#text.indexOf(this.#dialect.newline, this.#position);
    if (end >= 0) this.#line++;
    this.#position = end < 0 ? this.#text.length : end + 1;
    return end >= 0;
  }

  #skipEmptyLine(): boolean {
    const { newline } = this.#dialect;
    const first = this.#text[this.#position];
    const isBreak = first === newline;
    const isPair = first === "\r" && newline === "\n" && this.#text[this.#position + 1] === "\n";
    if (!isBreak && !isPair) return false;
    this.#position += isPair ? 2 : 1;
    this.#line++;
    return true;
  }

  /** Reads one record at the position; sets #fields, #end (of its text), #after (its line break) and #breaks (inside it). */
  #scan(): Scan {
    const text = this.#text;
    const start = this.#position;
    const found = text.indexOf(this.#dialect.newline, start);
    if (found < 0 && !this.#final) return "more";
    const eol = found < 0 ? text.length : found;
    if (this.#nextQuote < start && this.#nextQuote !== -1) this.#nextQuote = text.indexOf('"', start);
    if (this.#nextQuote !== -1 && this.#nextQuote < eol) return this.#scanQuoted(eol);
    if (eol - start > MAX_RECORD_BYTES) return "more";
    this.#end = this.#lineEnd(start, eol);
    this.#after = found < 0 ? eol : eol + 1;
    this.#breaks = 0;
    this.#raw = text.slice(start, this.#end);
    this.#fields = this.#raw.split(this.#dialect.delimiter);
    return "record";
  }

  /** End of a line's text: a carriage return before the line feed belongs to the break. */
  #lineEnd(start: number, eol: number): number {
    return this.#dialect.newline === "\n" && eol > start && this.#text[eol - 1] === "\r" ? eol - 1 : eol;
  }

  #scanQuoted(firstEol: number): Scan {
    const { delimiter, newline } = this.#dialect;
    const text = this.#text;
    const fields: string[] = [];
    let at = this.#position;
    let eol = firstEol;
    let breaks = 0;
    for (;;) {
      if (text[at] !== '"') {
        // A quote inside an unquoted field (5" pipe) stands for itself.
        const end = text.indexOf(delimiter, at);
        if (end >= 0 && end < eol) {
          fields.push(text.slice(at, end));
          at = end + 1;
          continue;
        }
        fields.push(text.slice(at, this.#lineEnd(at, eol)));
        return this.#finish(fields, eol, breaks);
      }
      const close = this.#closingQuote(at + 1);
      if (close < 0) return this.#final ? OPEN_QUOTE : "more";
      const value = text.slice(at + 1, close);
      if (close > eol) {
        for (let next = eol; next >= 0 && next < close; next = text.indexOf(newline, next + 1)) breaks++;
        const found = text.indexOf(newline, close);
        if (found < 0 && !this.#final) return "more";
        eol = found < 0 ? text.length : found;
      }
      fields.push(value.includes('"') ? value.replaceAll('""', '"') : value);
      at = close + 1;
      if (text[at] === delimiter) at++;
      else if (at === this.#lineEnd(close, eol)) return this.#finish(fields, eol, breaks);
      else return AFTER_QUOTE;
    }
  }

  #closingQuote(from: number): number {
    const text = this.#text;
    for (let at = from; ; at += 2) {
      at = text.indexOf('"', at);
      if (at < 0) return -1;
      if (text[at + 1] !== '"') return at === text.length - 1 && !this.#final ? -1 : at;
    }
  }

  #finish(fields: string[], eol: number, breaks: number): Scan {
    this.#fields = fields;
    this.#end = this.#lineEnd(this.#position, eol);
    this.#after = Math.min(eol + 1, this.#text.length);
    this.#breaks = breaks;
    this.#raw = this.#text.slice(this.#position, this.#end);
    return "record";
  }

  /** Gives up the first physical line of what cannot be read; the lines after it are read on their own. */
  #malformed(problem: string): CsvRecord {
    const eol = this.#text.indexOf(this.#dialect.newline, this.#position);
    const end = eol < 0 ? this.#text.length : eol;
    const raw = this.#text.slice(this.#position, Math.min(end, this.#position + MAX_SHOWN));
    if (eol >= 0) {
      const reason = problem === TOO_LONG && end - this.#position <= MAX_RECORD_BYTES ? OPEN_QUOTE : problem;
      const shown = this.#dialect.newline === "\n" && raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      return this.#take(null, shown, end + 1, 1, reason);
    }
    if (this.#final) return this.#take(null, raw, end, 1, problem);
    const record = this.#take(null, raw, end, 0, problem);
    this.#skipping = true;
    return { ...record, nextLine: record.line + 1 };
  }

  #take(
    given: readonly string[] | null,
    raw: string,
    after: number,
    lines: number,
    found: string | null,
  ): CsvRecord {
    const line = this.#line;
    const start = this.#base + this.#position;
    this.#position = after;
    this.#line += lines;
    let fields = given ?? NO_FIELDS;
    let text = raw;
    let problem = found;
    if (this.#unusual && UNUSUAL.test(raw)) {
      problem = found ?? unreadable(raw);
      text = decode(raw, problem !== null);
      fields = problem === null ? fields.map((field) => decode(field, false)) : NO_FIELDS;
    }
    return { line, nextLine: this.#line, start, end: this.#base + after, fields, text, problem };
  }
}

const bytesOf = (latin1: string): Buffer => Buffer.from(latin1, "latin1");

const unreadable = (raw: string): string | null => {
  if (!isUtf8(bytesOf(raw))) return NOT_UTF8;
  return raw.includes("\u0000") ? HAS_NUL : null;
};

/** Text of bytes held as Latin-1; of a row that cannot be read, what can be shown and stored of it. */
const decode = (latin1: string, isBad: boolean): string => {
  if (!isBad) return bytesOf(latin1).toString("utf8");
  const bytes = bytesOf(latin1.slice(0, MAX_SHOWN));
  // A row that was cut may end inside a character; bytes of another encoding are shown as Latin-1, mostly rightly.
  return (isUtf8(bytes) ? bytes.toString("utf8") : bytes.toString("latin1")).replaceAll("\u0000", "");
};

const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** The delimiter that occurs most in the first line outside quotes; a comma when none does. */
export const findDelimiter = (firstLine: string): Delimiter => {
  const bare = firstLine.replace(/"(?:[^"]|"")*"/g, "");
  let best: Delimiter = ",";
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const count = bare.split(delimiter).length - 1;
    if (count > most) [best, most] = [delimiter, count];
  }
  return best;
};
