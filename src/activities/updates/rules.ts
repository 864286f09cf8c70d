import { errors } from "../errors.ts";
import type { StoredLine, StoredTransaction, TransactionDetails } from "../reads.ts";
import type { BillChange, FieldChanges, LineName } from "./parse.ts";

/** One step of a change: which part of the bill, from what, to what; null = nothing. */
export interface ChangedPart {
  /** `extendedFields.channel`, `customFields.cashier`, `deliveryStatus`, `note`. */
  readonly field: string;
  /** Number of the line; absent for the bill itself. */
  readonly line?: number;
  readonly from: unknown;
  readonly to: unknown;
}

/** What a change makes of a bill. Nothing is to be written when there are no parts. */
export interface ChangedBill {
  readonly parts: readonly ChangedPart[];
  readonly details: TransactionDetails | null;
  readonly deliveryStatus: string;
  readonly lines: readonly { readonly lineNo: number; readonly details: object | null }[];
}

type Values = Readonly<Record<string, unknown>>;

const applied = (
  before: Values,
  { values, cleared }: FieldChanges,
  name: string,
  line: number | undefined,
  parts: ChangedPart[],
): Values => {
  const after: Record<string, unknown> = { ...before };
  const at = line === undefined ? {} : { line };
  for (const [field, value] of Object.entries(values)) {
    if (before[field] === value) continue;
    parts.push({ field: `${name}.${field}`, ...at, from: before[field] ?? null, to: value });
    after[field] = value;
  }
  for (const field of cleared) {
    if (before[field] === undefined) continue;
    parts.push({ field: `${name}.${field}`, ...at, from: before[field], to: null });
    delete after[field];
  }
  return after;
};

const kept = (name: string, values: Values) => (Object.keys(values).length === 0 ? {} : { [name]: values });

/** Applies a change to a bill as it stands. Errors: 1118 for what is no customer's purchase, 1119, 1120. */
export const changeBill = (
  bill: StoredTransaction,
  lines: readonly StoredLine[],
  change: BillChange,
): ChangedBill => {
  if (bill.type !== "REGULAR") throw errors.not_changeable({ type: bill.type });
  const parts: ChangedPart[] = [];
  const { extendedFields, customFields, note, ...rest } = bill.details ?? {};
  const extended = applied(extendedFields ?? {}, change.extendedFields, "extendedFields", undefined, parts);
  const custom = applied(customFields ?? {}, change.customFields, "customFields", undefined, parts);
  const newNote = change.note ?? note;
  if (newNote !== note) parts.push({ field: "note", from: note ?? null, to: newNote ?? null });
  const deliveryStatus = change.deliveryStatus ?? bill.deliveryStatus;
  if (deliveryStatus !== bill.deliveryStatus)
    parts.push({ field: "deliveryStatus", from: bill.deliveryStatus, to: deliveryStatus });
  const details = {
    ...rest,
    ...(newNote === undefined ? {} : { note: newNote }),
    ...kept("extendedFields", extended),
    ...kept("customFields", custom),
  };
  return {
    details: Object.keys(details).length === 0 ? null : details,
    deliveryStatus,
    lines: changedLines(lines, change, parts),
    parts,
  };
};

const changedLines = (
  lines: readonly StoredLine[],
  change: BillChange,
  parts: ChangedPart[],
): ChangedBill["lines"] => {
  const current = new Map(lines.map((line) => [line.lineNo, line.details ?? {}]));
  const touched = new Set<number>();
  for (const { name, extendedFields } of change.lines) {
    const { lineNo } = lineNamed(lines, name);
    const { extendedFields: before, ...rest } = current.get(lineNo) ?? {};
    const count = parts.length;
    const after = applied((before ?? {}) as Values, extendedFields, "extendedFields", lineNo, parts);
    current.set(lineNo, { ...rest, ...kept("extendedFields", after) });
    if (parts.length > count) touched.add(lineNo);
  }
  return [...touched].map((lineNo) => {
    const details = current.get(lineNo) ?? {};
    return { lineNo, details: Object.keys(details).length === 0 ? null : details };
  });
};

/** The first line of that code, or the line of that number. */
const lineNamed = (lines: readonly StoredLine[], name: LineName): StoredLine => {
  const found = lines.find((line) =>
    "lineNo" in name ? line.lineNo === name.lineNo : line.itemCode === name.itemCode,
  );
  if (found !== undefined) return found;
  if ("lineNo" in name) throw errors.bad_line_id({ field: `lineItems: ${name.lineNo}` });
  throw errors.bad_line_code({ code: name.itemCode.slice(0, 60) });
};
