import type { FlatCustomer } from "#customers";
import { type Instant, type Money, parseDecimal, QUANTITY_SCALE } from "#platform";
import { billTypeNamed } from "./bill-types.ts";
import type { CsvRecord, Dialect } from "./csv-scan.ts";
import { dateExample, dateReader } from "./dates.ts";
import type { Columns } from "./mapping.ts";
import type { DateFormat, Rejection } from "./schema.ts";

/** A customer as a row names one. */
export interface Named {
  readonly type: "id" | "externalId" | "mobile" | "email";
  readonly value: string;
}

/** A line as the path of purchases takes it: decimals, null where the file says nothing. */
export interface DraftLine {
  readonly itemCode: string;
  readonly description: string | null;
  readonly qty: number;
  readonly rate: number | null;
  readonly value: number | null;
  readonly discount: number | null;
  readonly amount: number | null;
  readonly extendedFields: Record<string, string> | null;
}

/** What an unknown customer of a bill is registered with, beside the identifier that the bill has. */
export interface DraftRegistration extends Partial<Omit<FlatCustomer, "registeredAt">> {
  /** Made up for a demonstration. */
  readonly isDemo?: boolean;
}

/** A bill as its rows say, before it is judged. Programs may change what is not readonly before it is. */
export interface BillDraft {
  /** Rows with the same one belong together. */
  readonly key: string;
  readonly number: string;
  readonly rows: CsvRecord[];
  readonly lines: DraftLine[];
  billedAt: Instant | null;
  customer: Named | null;
  tillCode: string;
  storeCode: string;
  note: string;
  /** Net amount: of the bill where a column gives it, else the sum of its lines. */
  amount: Money;
  hasOwnAmount: boolean;
  grossAmount: Money | null;
  discount: Money | null;
  extendedFields: Record<string, string>;
  customFields: Record<string, string>;
  /** Some figure is below zero: a return, a cancellation, a correction. */
  isNegative: boolean;
  /** Set by programs that know better than `isNegative` what is to be kept aside. */
  aside: { readonly kind: string; readonly reason: string } | null;
  /** As what goods that go back are kept aside when they are on no earlier bill. */
  returnKind: string;
  /** What a customer who is not known yet is registered with, beside the identifier. */
  registration: DraftRegistration | null;
  readonly problems: Rejection[];
}

export interface BillReading {
  readonly columns: Columns;
  readonly dialect: Dialect;
  readonly moneyScale: number;
  readonly dateFormat: DateFormat;
  readonly zone: string;
  readonly shiftDays: number;
  readonly decimal: "." | ",";
}

const THOUSANDS = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;

/** Reads a decimal as whole small units; null when it is none. `1,234.50` is read, with a decimal comma `1.234,50`. */
export const numberReader =
  (decimal: "." | ",") =>
  (text: string, scale: number): number | null => {
    const plain = decimal === "," ? text.replaceAll(".", "").replace(",", ".") : text;
    const read = parseDecimal(plain, scale);
    return read === null && THOUSANDS.test(plain.trim())
      ? parseDecimal(plain.replaceAll(",", ""), scale)
      : read;
  };

/** Columns that name a customer; of those that a row fills in, the first one counts. */
export const IDENTIFIER_FIELDS = [
  ["id", "id"],
  ["externalId", "externalId"],
  ["mobile", "mobile"],
  ["email", "email"],
] as const;

/** Why a row does not have the columns of the header, or null. Empty cells at the end do not count. */
export const columnProblem = (fields: readonly string[], headers: readonly string[]): string | null => {
  if (fields.length === headers.length) return null;
  const isPadding =
    fields.length > headers.length && fields.slice(headers.length).every((cell) => cell === "");
  if (isPadding) return null;
  return `The row has ${fields.length} columns, the header ${headers.length}.`;
};

/** Reads rows into lines of bills. One per run: it remembers neighbours. */
export const createBillReader = (reading: BillReading) => {
  const { columns, dialect, moneyScale } = reading;
  const { headers } = columns;
  const readDate = dateReader({
    format: reading.dateFormat,
    zone: reading.zone,
    shiftDays: reading.shiftDays,
  });
  const readNumber = numberReader(reading.decimal);
  const at = {
    number: columns.index("number"),
    date: columns.index("date"),
    itemCode: columns.index("itemCode"),
    description: columns.index("description"),
    quantity: columns.index("quantity"),
    rate: columns.index("rate"),
    value: columns.index("value"),
    discount: columns.index("discount"),
    amount: columns.index("amount"),
    billAmount: columns.index("billAmount"),
    grossAmount: columns.index("grossAmount"),
    billDiscount: columns.index("billDiscount"),
    till: columns.index("till"),
    store: columns.index("store"),
    note: columns.index("note"),
    type: columns.index("type"),
  };
  const identifiers = IDENTIFIER_FIELDS.map(([field, type]) => ({
    column: columns.index(field),
    type,
  })).filter(({ column }) => column >= 0);

  let cells: readonly string[] = [];
  let draft: BillDraft;
  let record: CsvRecord;
  /** The row's column says that its goods go back. */
  let goesBack = false;
  const cell = (column: number): string => (column < 0 ? "" : (cells[column] ?? "").trim());
  const blame = (column: number, reason: string) => {
    draft.problems.push({ line: record.line, field: headers[column] ?? "", reason, row: record.text });
  };

  const readType = () => {
    const text = cell(at.type);
    const type = text === "" ? "sale" : billTypeNamed(text);
    if (type === null)
      blame(
        at.type,
        `${headers[at.type]} must say sale (debit) or return (credit); "${text.slice(0, 60)}" says neither.`,
      );
    goesBack = type === "return";
    if (goesBack) draft.isNegative = true;
  };

  /** What goes back counts below zero, whether the file writes the sign or leaves it to its column of types. */
  const signed = (read: number): number => (goesBack ? -Math.abs(read) : read);

  const figure = (column: number, scale: number): number | null => {
    const text = cell(column);
    if (text === "") return null;
    const read = readNumber(text, scale);
    if (read === null) {
      blame(column, `${headers[column]} must be a number; "${text.slice(0, 60)}" is not.`);
      return null;
    }
    if (read < 0) draft.isNegative = true;
    return read;
  };

  const signedFigure = (column: number, scale: number): number | null => {
    const read = figure(column, scale);
    return read === null ? null : signed(read);
  };

  /** Figures of one line; what is missing follows from the rest exactly as the path of purchases has it. */
  const readLine = () => {
    const quantity = signedFigure(at.quantity, QUANTITY_SCALE) ?? signed(QUANTITY_SCALE);
    const rate = figure(at.rate, moneyScale);
    const value = signedFigure(at.value, moneyScale);
    const discount = signedFigure(at.discount, moneyScale);
    const amount = signedFigure(at.amount, moneyScale);
    if (rate === null && value === null && amount === null && at.billAmount < 0) {
      const column = [at.amount, at.value, at.rate].find((index) => index >= 0) ?? -1;
      blame(column, `The row has no amount: ${headers[column] ?? ""} is empty.`);
    }
    const wholeValue = value ?? Math.round(((rate ?? 0) * quantity) / QUANTITY_SCALE);
    if (!draft.hasOwnAmount) draft.amount += amount ?? wholeValue - (discount ?? 0);
    draft.lines.push({
      itemCode: cell(at.itemCode),
      description: cell(at.description) || null,
      qty: quantity / QUANTITY_SCALE,
      rate: rate === null ? null : rate / moneyScale,
      value: value === null ? null : value / moneyScale,
      discount: discount === null ? null : discount / moneyScale,
      amount: amount === null ? null : amount / moneyScale,
      extendedFields: columns.lineExtended.length === 0 ? null : pick(columns.lineExtended),
    });
  };

  const pick = (fields: readonly (readonly [string, number])[]): Record<string, string> => {
    const picked: Record<string, string> = {};
    for (const [name, column] of fields) if (cell(column) !== "") picked[name] = cell(column);
    return picked;
  };

  const readDateOf = () => {
    const text = cell(at.date);
    const instant = text === "" ? null : readDate(text);
    if (instant === null) {
      const shown = text === "" ? "it is empty" : `"${text.slice(0, 60)}" is not`;
      blame(
        at.date,
        `${headers[at.date]} must be a date such as ${dateExample(reading.dateFormat)}; ${shown}.`,
      );
    }
    // Tills that print slowly date the rows of one bill differently: the first row's date is the bill's.
    draft.billedAt ??= instant;
  };

  const readCustomer = () => {
    const found = identifiers.find(({ column }) => cell(column) !== "");
    if (found === undefined) return;
    const value = cell(found.column);
    if (draft.customer === null) draft.customer = { type: found.type, value };
    else if (draft.customer.value !== value) {
      blame(found.column, `Line ${draft.rows[0]!.line} of the same bill names another customer.`);
    }
  };

  const readBillFigures = () => {
    const amount = signedFigure(at.billAmount, moneyScale);
    if (amount !== null) {
      if (!draft.hasOwnAmount || draft.amount === amount) draft.amount = amount;
      else blame(at.billAmount, `Line ${draft.rows[0]!.line} of the same bill gives another bill amount.`);
      draft.hasOwnAmount = true;
    }
    draft.grossAmount ??= signedFigure(at.grossAmount, moneyScale);
    draft.discount ??= signedFigure(at.billDiscount, moneyScale);
  };

  return {
    /** Rows with the same key belong to one bill; a row without a number is a bill of its own. */
    keyOf: (row: CsvRecord): string => {
      if (at.number < 0 || !columns.hasLines) return "";
      // A row that cannot be read still mostly shows whose it is: it must not leave its bill short of a line.
      cells = row.problem === null ? row.fields : row.text.split(dialect.delimiter);
      const number = cell(at.number);
      return number === "" ? "" : `${number}\n${cell(at.till)}\n${cell(at.store)}`;
    },

    begin: (key: string, row: CsvRecord): BillDraft => {
      cells = row.problem === null ? row.fields : row.text.split(dialect.delimiter);
      return {
        key,
        number: cell(at.number),
        rows: [],
        lines: [],
        billedAt: null,
        customer: null,
        tillCode: cell(at.till),
        storeCode: cell(at.store),
        note: cell(at.note),
        amount: 0,
        hasOwnAmount: false,
        grossAmount: null,
        discount: null,
        extendedFields: {},
        customFields: {},
        isNegative: false,
        aside: null,
        returnKind: "RETURN",
        registration: null,
        problems: [],
      };
    },

    add: (to: BillDraft, row: CsvRecord): void => {
      draft = to;
      record = row;
      cells = row.fields;
      draft.rows.push(row);
      const problem = row.problem ?? columnProblem(row.fields, headers);
      if (problem !== null) {
        blame(-1, problem);
        return;
      }
      readType();
      readDateOf();
      readCustomer();
      readBillFigures();
      if (columns.hasLines) readLine();
      else if (!draft.hasOwnAmount) blame(at.billAmount, `${headers[at.billAmount]} is empty.`);
      if (columns.extended.length > 0) Object.assign(draft.extendedFields, pick(columns.extended));
      if (columns.custom.length > 0) Object.assign(draft.customFields, pick(columns.custom));
    },
  };
};

export type BillReader = ReturnType<typeof createBillReader>;
