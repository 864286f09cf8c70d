import { type Purchase, parseBill, type SetAsideDocument } from "#activities";
import { identifierKey } from "#customers";
import type { Organisation } from "#orgs";
import { AppError, type Instant, type Outcome, QUANTITY_SCALE, toDecimal } from "#platform";
import type { BillDraft, Named } from "./bills.ts";
import type { BillBatch } from "./gather.ts";
import type { Columns } from "./mapping.ts";
import { isOfRecord, keyOfRow } from "./records.ts";
import { type Counts, noCounts, type Rejection, type RunOptions } from "./schema.ts";

/** Programs of our own may complete a bill before it is judged: its place, who is registered for it, what is kept aside. */
export interface ImportHooks {
  readonly prepare?: (draft: BillDraft) => void;
}

export interface BillContextParts {
  readonly organisation: Organisation;
  readonly columns: Columns;
  readonly options: RunOptions;
  readonly runId: number;
  /** Makes keys of rows that have no number of their own. */
  readonly fingerprint: string;
  readonly clockNow: Instant;
  readonly hooks: ImportHooks;
}

/** A batch as far as it can be judged without the database. */
export interface JudgedBatch {
  readonly batch: BillBatch;
  readonly purchases: readonly Purchase[];
  /** The bill of each purchase. */
  readonly drafts: readonly BillDraft[];
  readonly asides: readonly { readonly draft: BillDraft; readonly document: SetAsideDocument }[];
  readonly rejections: readonly Rejection[];
  readonly counts: Counts;
}

/** Where a message that the path gives about a field points to in the file. */
const FIELD_TARGETS: Readonly<Record<string, string>> = {
  billNumber: "number",
  billAmount: "billAmount",
  grossAmount: "grossAmount",
  discount: "billDiscount",
  billingDate: "date",
  note: "note",
};
const LINE_TARGETS: Readonly<Record<string, string>> = { qty: "quantity" };
const LINE_FIELD = /^lineItemsV2\[(\d+)\]\.(\w+)/;

const CUSTOMER_TARGETS = ["id", "externalId", "mobile", "email"];
const CUSTOMER_ERRORS = new Set(["activities.unknown_customer", "activities.blocked_by_status"]);

const headerOf = ({ columns }: BillContextParts, field: unknown): { header: string; row: number | null } => {
  if (typeof field !== "string") return { header: "", row: null };
  if (field === "customer") {
    const column = CUSTOMER_TARGETS.map((name) => columns.index(name)).find((index) => index >= 0);
    return { header: columns.headers[column ?? -1] ?? "", row: null };
  }
  const line = LINE_FIELD.exec(field);
  const target = line ? (LINE_TARGETS[line[2]!] ?? line[2]!) : (FIELD_TARGETS[field] ?? "");
  return { header: columns.headers[columns.index(target)] ?? "", row: line ? Number(line[1]) : null };
};

/** Every row of a refused bill is reported: those at fault with their reason, the others with where to look. */
const rejectBill = (draft: BillDraft, problems: readonly Rejection[]): Rejection[] => {
  const byLine = new Map<number, Rejection>();
  for (const problem of problems) if (!byLine.has(problem.line)) byLine.set(problem.line, problem);
  const first = [...byLine.keys()][0];
  return draft.rows.map(
    ({ line, text }) =>
      byLine.get(line) ?? {
        line,
        field: "",
        reason: `The bill was refused as a whole because of line ${first}.`,
        row: text,
      },
  );
};

/** Rejections of a bill that the path of purchases refuses. */
export const rejectionsOf = (parts: BillContextParts, draft: BillDraft, error: AppError): Rejection[] => {
  const { header, row } = headerOf(parts, CUSTOMER_ERRORS.has(error.code) ? "customer" : error.details.field);
  const at = draft.rows[row ?? 0] ?? draft.rows[0]!;
  return rejectBill(draft, [{ line: at.line, field: header, reason: error.message, row: at.text }]);
};

const problemAt = (draft: BillDraft, field: string, reason: string): Rejection => ({
  line: draft.rows[0]!.line,
  field,
  reason,
  row: draft.rows[0]!.text,
});

/** What the organisation's sanity check objects to, at the column of the extended field that it names. */
const problemOfField = (
  { columns }: BillContextParts,
  draft: BillDraft,
  { message, value }: { readonly message: string; readonly value: string },
): Rejection => {
  const column = columns.extended.find(([name]) => name === value)?.[1] ?? -1;
  return problemAt(draft, columns.headers[column] ?? "", message);
};

/** The till of a bill: its own, the first active one of its store, or the run's. Null with a problem when there is none. */
const findTill = (parts: BillContextParts, draft: BillDraft): { tillId: number } | { problem: Rejection } => {
  const { organisation, columns, options } = parts;
  const headerAt = (target: string) => columns.headers[columns.index(target)] ?? "";
  if (draft.tillCode !== "") {
    const till = organisation.tillByCode(draft.tillCode);
    if (till?.isActive) return { tillId: till.id };
    return {
      problem: problemAt(draft, headerAt("till"), `There is no till ${draft.tillCode.slice(0, 60)}.`),
    };
  }
  if (draft.storeCode !== "") {
    const store = organisation.storeByCode(draft.storeCode);
    const till = store && organisation.tillsOfStore(store.id).find((item) => item.isActive);
    if (till) return { tillId: till.id };
    const reason = store ? "has no active till" : "is not known";
    return {
      problem: problemAt(draft, headerAt("store"), `The store ${draft.storeCode.slice(0, 60)} ${reason}.`),
    };
  }
  const till = options.defaultTill === undefined ? null : organisation.tillByCode(options.defaultTill);
  if (till) return { tillId: till.id };
  return { problem: problemAt(draft, "", "The row names no till and the import has no default till.") };
};

/** The directory key of the customer that a row names; null when the identifier is malformed or an id. */
export const keyOfNamed = (organisation: Organisation, named: Named | null): string | null =>
  named === null || named.type === "id"
    ? null
    : identifierKey(organisation.id, named.type, named.value, organisation.country);

const customerOf = ({ organisation }: BillContextParts, { customer }: BillDraft) => {
  const nobody = { customerKey: null, customerId: null, customerName: "" };
  if (customer === null) return nobody;
  const customerName = `${customer.type} ${customer.value.slice(0, 60)}`;
  if (customer.type === "id") {
    return {
      ...nobody,
      customerName,
      customerId: /^\d{1,15}$/.test(customer.value) ? Number(customer.value) : 0,
    };
  }
  return { ...nobody, customerName, customerKey: keyOfNamed(organisation, customer) };
};

/** Whether the bill is the return of goods that are to be found on earlier bills: of a customer, and nothing of it is bought. */
const returnsGoods = ({ options, columns }: BillContextParts, draft: BillDraft): boolean =>
  options.matchReturns === true &&
  columns.hasLines &&
  draft.customer !== null &&
  draft.lines.every(({ qty, rate }) => qty < 0 && (rate ?? 0) >= 0);

const bodyOf = ({ organisation, columns }: BillContextParts, draft: BillDraft): object => {
  const scale = organisation.moneyScale;
  return {
    type: draft.customer === null ? "NOT_INTERESTED" : "REGULAR",
    billNumber: draft.number,
    billAmount: toDecimal(draft.amount, scale),
    grossAmount: draft.grossAmount === null ? null : toDecimal(draft.grossAmount, scale),
    discount: draft.discount === null ? null : toDecimal(draft.discount, scale),
    billingDate: new Date(draft.billedAt!).toISOString(),
    note: draft.note === "" ? null : draft.note,
    lineItemsV2: columns.hasLines ? draft.lines : [],
    extendedFields: draft.extendedFields,
    customFields: draft.customFields,
  };
};

/** The same bill as a return: what it took away goes back. */
const returnBodyOf = (parts: BillContextParts, draft: BillDraft): object => ({
  ...bodyOf(parts, draft),
  type: "RETURN",
  returnType: "LINE_ITEM",
  billAmount: null,
  lineItemsV2: draft.lines.map((line) => ({
    ...line,
    qty: -line.qty,
    value: line.value === null ? null : -line.value,
    discount: line.discount === null ? null : Math.abs(line.discount),
    amount: line.amount === null ? null : -line.amount,
  })),
});

/** What a second copy of the same row is recognised by when bills have no numbers. */
const rowKey = ({ fingerprint }: BillContextParts, draft: BillDraft): string =>
  keyOfRow(fingerprint, draft.rows[0]!.line);

const asideOf = (parts: BillContextParts, draft: BillDraft): SetAsideDocument => {
  const { kind, reason } = draft.aside ?? {
    kind: "RETURN",
    reason: "The bill has amounts below zero: a return or cancellation.",
  };
  return {
    kind,
    reason,
    billNumber: draft.number.slice(0, 200),
    billedAt: draft.billedAt!,
    amount: draft.amount,
    document: {
      ...bodyOf(parts, draft),
      identifier: draft.customer,
      tillCode: draft.tillCode,
      storeCode: draft.storeCode,
    },
    importRunId: parts.runId,
    customerKey: keyOfNamed(parts.organisation, draft.customer),
    naturalKey: draft.number === "" ? rowKey(parts, draft) : draft.number.slice(0, 150),
  };
};

/** Reads a batch's bills into purchases, documents to keep aside, and rejections. Pure but for the hooks. */
export const judgeBatch = (parts: BillContextParts, batch: BillBatch): JudgedBatch => {
  const { organisation, options, hooks } = parts;
  const purchases: Purchase[] = [];
  const drafts: BillDraft[] = [];
  const asides: { draft: BillDraft; document: SetAsideDocument }[] = [];
  const rejections: Rejection[] = [];
  const counts = noCounts();
  for (const draft of batch.bills) {
    counts.rowsRead += draft.rows.length;
    if (draft.problems.length > 0) {
      if (!isBlank(draft)) rejections.push(...rejectBill(draft, draft.problems));
      else counts.rowsRead -= draft.rows.length;
      continue;
    }
    hooks.prepare?.(draft);
    const goesBack = draft.isNegative && draft.aside === null && returnsGoods(parts, draft);
    if (draft.aside !== null || (draft.isNegative && !goesBack && options.setAsideReturns === true)) {
      asides.push({ draft, document: asideOf(parts, draft) });
      continue;
    }
    const place = findTill(parts, draft);
    if ("problem" in place) {
      rejections.push(...rejectBill(draft, [place.problem]));
      continue;
    }
    try {
      const purchase = parseBill(goesBack ? returnBodyOf(parts, draft) : bodyOf(parts, draft), {
        organisation,
        tillId: place.tillId,
        ...customerOf(parts, draft),
        source: (options.source ?? "INSTORE").toUpperCase(),
        accountId: "",
        clockNow: parts.clockNow,
        asOfBill: options.asOf !== "now",
        requestKey: draft.number === "" ? rowKey(parts, draft) : null,
        wantsSideEffects: false,
        wantsRawSideEffects: false,
        checksSanity: true,
        ...(goesBack ? { returnsGoods: true } : {}),
      });
      const [objection] = purchase.rejection?.problems ?? [];
      if (objection !== undefined) {
        // Not parked as a till's: a retry would date it anew, and the file, which can be mended, has the date.
        rejections.push(...rejectBill(draft, [problemOfField(parts, draft, objection)]));
        continue;
      }
      purchases.push(purchase);
      drafts.push(draft);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      rejections.push(...rejectionsOf(parts, draft, error));
    }
  }
  counts.rowsRejected = rejections.length;
  return { batch, purchases, drafts, asides, rejections, counts };
};

/** A row of empty cells, as spreadsheets leave at the end of a file, is no row. */
const isBlank = ({ rows }: BillDraft): boolean =>
  rows.length === 1 && rows[0]!.problem === null && rows[0]!.fields.every((cell) => cell.trim() === "");

/** Rejections of a bill that could not be recorded for a reason that nobody foresaw. */
const faultOf = (draft: BillDraft, error: Error): Rejection[] => {
  const reason = `The bill could not be recorded, and nothing of it was kept: ${error.message.slice(0, 200)}.`;
  return rejectBill(draft, [problemAt(draft, "", reason)]);
};

/** Rows that were kept aside because no earlier bill has their goods. */
export interface UnmatchedGoods {
  readonly draft: BillDraft;
  /** Positions of its rows. */
  readonly lines: readonly number[];
  readonly document: SetAsideDocument;
}

/** Goods that went back and are on no earlier bill, or on none of a customer who is known, as a document to keep aside. */
const unmatchedOf = (
  parts: BillContextParts,
  draft: BillDraft,
  outcome: Outcome<{ readonly reply: string }>,
): UnmatchedGoods | null => {
  const kept = (lines: readonly number[], reason: string, share = (_: number) => 1): UnmatchedGoods => {
    const aside = { kind: draft.returnKind, reason };
    const amount = lines.reduce(
      (sum, index, position) => sum + Math.round(amountOf(parts, draft.lines[index]!) * share(position)),
      0,
    );
    const document = asideOf(parts, {
      ...draft,
      aside,
      amount,
      lines: lines.map((index) => draft.lines[index]!),
    });
    return { draft, lines, document };
  };
  const all = draft.lines.map((_, index) => index);
  if ("error" in outcome) {
    const code = outcome.error instanceof AppError ? outcome.error.code : "";
    if (code === "activities.goods_unknown")
      return kept(all, "Goods that went back and are on no earlier bill of the customer at that price.");
    if (code === "activities.unknown_customer")
      return kept(all, "Goods that went back, of a customer who had bought nothing before.");
    return null;
  }
  const { unmatched = [] } = JSON.parse(outcome.ok.reply) as {
    unmatched?: { line: number; quantity: number }[];
  };
  if (unmatched.length === 0) return null;
  const part = kept(
    unmatched.map(({ line }) => line),
    "Part of a return: these goods are on no earlier bill of the customer at that price, or not so many of them.",
    (position) => {
      const { line, quantity } = unmatched[position]!;
      return quantity / QUANTITY_SCALE / -draft.lines[line]!.qty;
    },
  );
  const pieces = unmatched.map(({ quantity }) => quantity / QUANTITY_SCALE);
  return {
    ...part,
    document: { ...part.document, document: { ...part.document.document, piecesLeftOver: pieces } },
  };
};

const amountOf = (
  { organisation }: BillContextParts,
  { qty, rate, value, discount, amount }: BillDraft["lines"][number],
) => Math.round((amount ?? (value ?? (rate ?? 0) * qty) - (discount ?? 0)) * organisation.moneyScale);

/** Adds what the path of purchases answered to the counts and rejections of a batch. */
export const tally = (
  parts: BillContextParts,
  judged: JudgedBatch,
  outcomes: readonly Outcome<{ readonly repeated: boolean; readonly reply: string }>[],
): {
  counts: Counts;
  rejections: readonly Rejection[];
  unmatched: readonly UnmatchedGoods[];
} => {
  const counts = { ...judged.counts };
  const rejections = [...judged.rejections];
  const unmatched: UnmatchedGoods[] = [];
  outcomes.forEach((outcome, index) => {
    const draft = judged.drafts[index]!;
    const aside = judged.purchases[index]!.returns.length === 0 ? null : unmatchedOf(parts, draft, outcome);
    if (aside !== null) unmatched.push(aside);
    if ("error" in outcome) {
      if (aside !== null) return;
      const { error } = outcome;
      if (error instanceof AppError) rejections.push(...rejectionsOf(parts, draft, error));
      // The path tried the bill alone before it said so. What is the database's fails the run, to be tried again as a whole.
      else if (isOfRecord(error)) rejections.push(...faultOf(draft, error));
      else throw error;
      return;
    }
    const rows = draft.rows.length - (aside?.lines.length ?? 0);
    counts[outcome.ok.repeated ? "rowsSkipped" : "rowsImported"] += rows;
    counts[outcome.ok.repeated ? "recordsSkipped" : "recordsImported"] += 1;
  });
  counts.rowsRejected = rejections.length;
  return { counts, rejections, unmatched };
};
