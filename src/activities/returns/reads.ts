import { type Milliquantity, type Money, sql, type Tx } from "#platform";
import type { BillKey } from "./store.ts";

/** A return as the bill that it is of shows it. */
export interface ReturnOfBill extends BillKey {
  readonly parentId: number;
  readonly returnType: string;
  readonly billedAt: Date;
  readonly amount: Money;
  readonly points: number;
  readonly lines: readonly ReturnedPart[];
}

export interface ReturnedPart {
  readonly lineNo: number;
  /** Line of the bill. */
  readonly parentLineNo: number;
  readonly quantity: Milliquantity;
  readonly amount: Money;
}

/** The returns of bills with their lines, oldest first. */
export const returnsOfBills = async (
  tx: Tx,
  orgId: number,
  bills: readonly BillKey[],
): Promise<ReturnOfBill[]> => {
  const returns = await tx.rows<Omit<ReturnOfBill, "lines">>(sql`/* activities.returns_of_bills */
    select id, party_id as "partyId", parent_transaction_id as "parentId", return_type as "returnType",
           billed_at as "billedAt", amount, points
      from activities.transactions
     where org_id = ${orgId} and party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and parent_transaction_id = any(${bills.map(({ id }) => id)}::bigint[])
     order by billed_at, id`);
  if (returns.length === 0) return [];
  const lines = await tx.rows<ReturnedPart & { transactionId: number }>(sql`/* activities.lines_of_returns */
    select transaction_id as "transactionId", line_no as "lineNo", parent_line_no as "parentLineNo", quantity, amount
      from activities.transaction_lines
     where org_id = ${orgId} and party_id = any(${returns.map(({ partyId }) => partyId)}::bigint[])
       and transaction_id = any(${returns.map(({ id }) => id)}::bigint[]) and parent_line_no is not null
     order by transaction_id, line_no`);
  return returns.map((item) => ({
    ...item,
    lines: lines.filter(({ transactionId }) => transactionId === item.id),
  }));
};

/** Points that returns took back, by return. */
export const pointsTakenBack = async (
  tx: Tx,
  orgId: number,
  returns: readonly BillKey[],
): Promise<ReadonlyMap<number, number>> => {
  if (returns.length === 0) return new Map();
  const rows = await tx.rows<{ id: number; points: number }>(sql`/* activities.points_taken_back */
    select id, -points as points from activities.transactions
     where org_id = ${orgId} and party_id = any(${returns.map(({ partyId }) => partyId)}::bigint[])
       and id = any(${returns.map(({ id }) => id)}::bigint[])`);
  return new Map(rows.map(({ id, points }) => [id, points]));
};
