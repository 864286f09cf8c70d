import type { Hold } from "#ledger";
import { sql, type Tx } from "#platform";

/** Holds of a party, newest first; only those that reserve something now when `activeAt` is given. */
export const listHolds = (
  tx: Tx,
  orgId: number,
  partyId: number,
  page: { readonly activeAt: Date | null; readonly before: number | null; readonly limit: number },
): Promise<Hold[]> =>
  tx.rows<Hold>(sql`/* points.list_holds */
    select party_id as "partyId", id, program_id as "programId", currency_id as "currencyId", category, amount, captured,
           status, created_at as "createdAt", expires_at as "expiresAt", ended_at as "endedAt", till_id as "tillId", reference
      from ledger.holds_v
     where org_id = ${orgId} and party_id = ${partyId}
       and (${page.activeAt}::timestamptz is null or (status = 'active' and expires_at > ${page.activeAt}::timestamptz))
       and (${page.before}::bigint is null or id < ${page.before}::bigint)
     order by id desc limit ${page.limit}`);

export const countHolds = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  activeAt: Date | null,
): Promise<number> => {
  const { total } = await tx.one<{ total: number }>(sql`/* points.count_holds */
    select count(*) as total from ledger.holds_v
     where org_id = ${orgId} and party_id = ${partyId}
       and (${activeAt}::timestamptz is null or (status = 'active' and expires_at > ${activeAt}::timestamptz))`);
  return total;
};
