import { sql, type Tx } from "#platform";

/** What a list of a customer's bills tells of each besides the bill itself. */
export interface BillFigures {
  readonly id: number;
  /** Pieces of goods, in thousandths. */
  readonly quantity: number;
  /** When its points expire; null when it has none or they never do. Milliseconds since 1970. */
  readonly expiresAt: number | null;
}

export const figuresOfBills = (
  tx: Tx,
  orgId: number,
  partyId: number,
  ids: readonly number[],
): Promise<BillFigures[]> =>
  tx.rows<BillFigures>(sql`/* activities.figures_of_bills */
    select t.id, coalesce(sum(l.quantity), 0)::bigint as quantity,
           min(case when t.points > 0 then (t.trace ->> 'expiresAt')::bigint end) as "expiresAt"
      from activities.transactions t
      left join activities.transaction_lines l
        on l.party_id = t.party_id and l.transaction_id = t.id and l.org_id = t.org_id
     where t.org_id = ${orgId} and t.party_id = ${partyId} and t.id = any(${ids}::bigint[])
     group by t.id`);
