import type { Tx } from "#platform";
import { isReturned } from "../returns/rules.ts";
import type { BillLine, Gone, GoneBack } from "../returns/schema.ts";
import { type BillKey, loadBillLines, loadReturnedLines } from "../returns/store.ts";
import type { BillPosition, RecordedBill, RecordedReturn, Span } from "./schema.ts";
import { type BillRow, listReturnsOfBills, pageOfBills, type ReturnRow } from "./store.ts";

/**
 * A page of the bills of some customers in the order in which they were recorded: those within the span with their lines and what went
 * back of them, the others as far as they count. Reads only, and all of it must be read in one snapshot.
 */
export const readBills = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  span: Span,
  page: { readonly after: BillPosition | null; readonly limit: number },
): Promise<RecordedBill[]> => {
  const rows = await pageOfBills(tx, orgId, partyIds, span, page);
  const inside = rows.filter(({ isInside }) => isInside);
  if (inside.length === 0) return rows.map((row) => recorded(row, null));
  const [lines, returns] = await Promise.all([
    loadBillLines(tx, orgId, inside),
    readReturns(tx, orgId, inside, span),
  ]);
  const linesOf = groupBy(lines, ({ transactionId }) => transactionId);
  return rows.map((row) => {
    if (!row.isInside) return recorded(row, null);
    const own = linesOf.get(row.id) ?? [];
    return recorded(row, {
      number: row.number,
      grossAmount: row.grossAmount,
      discount: row.discount,
      note: row.note,
      extendedFields: row.extendedFields,
      source: row.source,
      paymentModes: row.paymentModes,
      outlierStatus: row.outlierStatus,
      trace: row.trace,
      isChanged: row.isChanged,
      lines: own,
      returns: returnsOf(row, own, returns.get(row.id) ?? []),
    });
  });
};

const recorded = (row: BillRow, inside: RecordedBill["inside"]): RecordedBill => ({
  partyId: row.partyId,
  id: row.id,
  billedAt: row.billedAt,
  recordedAt: row.recordedAt,
  storeId: row.storeId,
  amount: row.amount,
  programId: row.programId,
  lifetime: row.lifetime,
  isBlocked: row.isBlocked,
  eventNo: row.eventNo,
  inside,
});

type ReturnWithLines = ReturnRow & { readonly gone: readonly (Gone & { readonly lineNo: number })[] };

const readReturns = async (
  tx: Tx,
  orgId: number,
  bills: readonly BillKey[],
  { until }: Span,
): Promise<ReadonlyMap<number, readonly ReturnWithLines[]>> => {
  const rows = await listReturnsOfBills(tx, orgId, bills, until);
  if (rows.length === 0) return new Map();
  const gone = groupBy(await loadReturnedLines(tx, orgId, rows), ({ transactionId }) => transactionId);
  return groupBy(
    rows.map((row) => ({ ...row, gone: gone.get(row.id) ?? [] })),
    ({ parentId }) => parentId,
  );
};

/** Each return with all that had gone back by then. */
const returnsOf = (
  { amount }: BillRow,
  lines: readonly BillLine[],
  rows: readonly ReturnWithLines[],
): RecordedReturn[] => {
  const first = rows[0];
  if (first === undefined) return [];
  let returnedAmount = 0;
  const goneByLine = new Map<number, Gone>();
  return rows.map(({ id, billedAt, recordedAt, amount: returned, eventNo, gone }) => {
    returnedAmount += returned;
    for (const { lineNo, quantity, amount: money } of gone) {
      const known = goneByLine.get(lineNo) ?? { quantity: 0, amount: 0 };
      goneByLine.set(lineNo, { quantity: known.quantity + quantity, amount: known.amount + money });
    }
    const after: GoneBack = {
      amount,
      lines,
      returnedAs: first.returnType,
      returnedAmount,
      goneByLine: new Map(goneByLine),
    };
    return { id, billedAt, recordedAt, amount: returned, eventNo, after, isWhole: isReturned(after) };
  });
};

const groupBy = <Item>(items: readonly Item[], key: (item: Item) => number): Map<number, Item[]> => {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const known = groups.get(key(item));
    if (known === undefined) groups.set(key(item), [item]);
    else known.push(item);
  }
  return groups;
};
