import type { ExplodedRedemption } from "#ledger";
import { sql, type Tx } from "#platform";

interface Row {
  readonly eventNo: number;
  readonly code: string;
  readonly purpose: string;
  readonly notes: string;
  readonly billNumber: string;
  readonly customFields: ExplodedRedemption["customFields"] | null;
}

/** What the documented details of ledger events show of a party's redemptions and their reversals, by the number of their event. */
export const explodeRedemptions = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventNos: readonly number[],
): Promise<ReadonlyMap<number, ExplodedRedemption>> => {
  const rows = await tx.rows<Row>(sql`/* points.explode_redemptions */
    select event_no as "eventNo", code, purpose, notes, bill_number as "billNumber", custom_fields as "customFields"
      from points.redemptions
     where org_id = ${orgId} and party_id = ${partyId} and event_no = any(${eventNos}::bigint[])
    union all
    select v.event_no, v.code, r.purpose, r.notes, r.bill_number, null
      from points.reversals v
      join points.redemptions r on r.party_id = v.party_id and r.id = v.redemption_id
     where v.org_id = ${orgId} and v.party_id = ${partyId} and v.event_no = any(${eventNos}::bigint[])`);
  return new Map(
    rows.map(({ eventNo, code, purpose, notes, billNumber, customFields }) => [
      eventNo,
      {
        details: {
          redemptionPurpose: purpose,
          transactionNumber: billNumber,
          redemptionId: code,
          notes,
        },
        customFields: customFields ?? [],
      },
    ]),
  );
};
