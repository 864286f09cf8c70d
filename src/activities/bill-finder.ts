import type { Tx } from "#platform";
import { linesOf, type StoredTransaction, transactionsOfParty, transactionsWithIds } from "./reads.ts";

/** A bill as calls that move points name it. */
export interface FoundBill {
  /** Who made it: the customer, or somebody merged into them since. */
  readonly partyId: number;
  readonly transactionId: number;
  readonly number: string;
  readonly billedAt: Date;
  readonly tillId: number;
  readonly storeId: number;
  readonly lines: readonly { readonly lineNo: number; readonly itemCode: string }[];
}

const MOST = 100;

const byNumber = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  number: string,
): Promise<readonly StoredTransaction[]> =>
  (
    await transactionsOfParty(tx, orgId, partyId, {
      from: null,
      until: null,
      ascending: true,
      limit: MOST,
      offset: 0,
      only: { number },
    })
  ).rows;

/** Bills of any of the parties with an id or a number, oldest first; a hundred at most of each party. */
export const findBills = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  bill: { readonly id: number } | { readonly number: string },
): Promise<FoundBill[]> => {
  const found: FoundBill[] = [];
  for (const partyId of partyIds) {
    const rows =
      "id" in bill
        ? await transactionsWithIds(tx, orgId, partyId, [bill.id])
        : await byNumber(tx, orgId, partyId, bill.number);
    const lines = await linesOf(
      tx,
      orgId,
      partyId,
      rows.map(({ id }) => id),
    );
    for (const row of rows)
      found.push({
        partyId,
        transactionId: row.id,
        number: row.billNumber,
        billedAt: row.billedAt,
        tillId: row.tillId,
        storeId: row.storeId,
        lines: lines.filter(({ transactionId }) => transactionId === row.id),
      });
  }
  return found;
};
