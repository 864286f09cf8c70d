import { sql, type Tx } from "#platform";

/** Pieces of goods of a customer's bills, in thousandths, by bill; bills without lines are absent. */
export const quantitiesOfBills = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  ids: readonly number[],
): Promise<ReadonlyMap<number, number>> => {
  const rows = await tx.rows<{ id: number; quantity: number }>(sql`/* activities.quantities_of_bills */
    select transaction_id as id, sum(quantity)::bigint as quantity
      from activities.transaction_lines
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and transaction_id = any(${ids}::bigint[])
     group by transaction_id`);
  return new Map(rows.map(({ id, quantity }) => [id, quantity]));
};
