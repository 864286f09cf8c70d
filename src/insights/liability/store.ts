import { rawSql, sql, type Tx } from "#platform";
import type { ExpiringLot, ExpirySum, LiabilityQuery } from "./schema.ts";

/**
 * What open lots hold, by the month of the zone in which they expire. Summed by time first: lots expire at the ends of days, so
 * that some hundred times are put into months instead of every lot's.
 */
export const lotsByMonth = (tx: Tx, orgId: number, timeZone: string): Promise<ExpirySum[]> =>
  tx.rows<ExpirySum>(sql`/* insights.lots_by_month */
    select program_id as "programId", currency_id as "currencyId", category,
           to_char(expires_at at time zone ${timeZone}, 'YYYY-MM') as month, sum(remaining)::float8 as remaining,
           sum(lots)::bigint as lots
      from (select program_id, currency_id, category, expires_at, sum(remaining) as remaining, count(*) as lots
              from ledger.lots_v where org_id = ${orgId} and is_open
             group by program_id, currency_id, category, expires_at) by_time
     group by program_id, currency_id, category, month`);

/** Where a page of lots begins: after this one. */
export interface LotPosition {
  /** ISO time, or `infinity` for lots that never expire. */
  readonly expiresAt: string;
  readonly partyId: number;
  readonly eventNo: number;
  readonly lineNo: number;
}

export interface LotPage {
  /** Lots that expire from one time to before another; null for those that never do. */
  readonly window: { readonly from: string; readonly before: string } | null;
  readonly after: LotPosition | null;
  readonly limit: number;
}

/** Open lots of an organisation with their owners, soonest expiry first. */
export const listLots = (
  tx: Tx,
  orgId: number,
  query: LiabilityQuery,
  { window, after, limit }: LotPage,
): Promise<ExpiringLot[]> => {
  const values: unknown[] = [orgId, limit];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = ["l.org_id = $1", "l.is_open"];
  if (window === null) conditions.push("l.expires_at is null");
  else
    conditions.push(
      `l.expires_at >= ${bind(window.from)}::timestamptz`,
      `l.expires_at < ${bind(window.before)}::timestamptz`,
    );
  if (query.programId !== undefined) conditions.push(`l.program_id = ${bind(query.programId)}`);
  if (query.currencyId !== undefined) conditions.push(`l.currency_id = ${bind(query.currencyId)}`);
  if (query.category !== undefined) conditions.push(`l.category = ${bind(query.category)}`);
  if (after !== null) {
    const place = `${bind(after.partyId)}::bigint, ${bind(after.eventNo)}::bigint, ${bind(after.lineNo)}::int`;
    conditions.push(
      window === null
        ? `(l.party_id, l.event_no, l.line_no) > (${place})`
        : `(l.expires_at, l.party_id, l.event_no, l.line_no) > (${bind(after.expiresAt)}::timestamptz, ${place})`,
    );
  }
  const order = `${window === null ? "" : "l.expires_at, "}l.party_id, l.event_no, l.line_no`;
  return tx.rows<ExpiringLot>(
    rawSql(
      `/* insights.list_expiring_lots */
    select l.party_id as "partyId", l.event_no as "eventNo", l.line_no as "lineNo", l.program_id as "programId",
           l.currency_id as "currencyId", l.category, l.amount, l.remaining, l.opened_at as "openedAt",
           l.expires_at as "expiresAt", n.first_name as "firstName", n.last_name as "lastName",
           n.party_id is not null as "isCustomer"
      from (select * from ledger.lots_v l where ${conditions.join(" and ")} order by ${order} limit $2) l
      left join customers.names_v n on n.party_id = l.party_id and n.org_id = $1
     order by ${order}`,
      values,
    ),
  );
};
