import { sql, type Tx } from "#platform";

/** Names of customers by id, for entries whose other side is a customer; "" where no name is known. */
export const namesOfCustomers = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
): Promise<ReadonlyMap<number, string>> => {
  if (partyIds.length === 0) return new Map();
  const rows = await tx.rows<{ partyId: number; name: string }>(sql`/* ledger.names_of_customers */
    select party_id as "partyId", concat_ws(' ', nullif(first_name, ''), nullif(last_name, '')) as name
      from customers.names_v where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])`);
  return new Map(rows.map(({ partyId, name }) => [partyId, name]));
};
