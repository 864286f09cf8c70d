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
  if (rows.length === 0) return [];
  const returns = await readReturns(tx, orgId, rows, span);
  const lines = await loadBillLines(
    tx,
    orgId,
    rows.filter(({ isInside, id }) => isInside || returns.has(id)),
  );
  const linesOf = groupBy(lines, ({ transactionId }) => transactionId);
  return rows.map((row) => recorded(row, linesOf.get(row.id) ?? [], returns.get(row.id) ?? []));
};

const recorded = (
  row: BillRow,
  lines: readonly BillLine[],
  returns: readonly ReturnWithLines[],
): RecordedBill => {
  const { number, grossAmount, discount, note, extendedFields, source, paymentModes } = row;
  const { outlierStatus, trace, isChanged } = row;
  const decidedBy = { number, grossAmount, discount, note, extendedFields, source, paymentModes };
  return {
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
    returns: returnsOf(row, lines, returns),
    inside: row.isInside ? { ...decidedBy, outlierStatus, trace, isChanged, lines } : null,
  };
};

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
