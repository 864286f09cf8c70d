import { type Instant, type Money, sql, type Tx } from "#platform";
import type { BillKey } from "../returns/store.ts";
import type { ReturnType } from "../schema.ts";
import type { BillDetails, BillPosition, Buyer, RecordedBill, Span } from "./schema.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

/** How many customers have bills in a span, how many, and what they come to. */
export const countBuyers = (
  tx: Tx,
  orgId: number,
  { from, until }: Span,
): Promise<{ customers: number; bills: number; amount: Money }> =>
  tx.one(sql`/* activities.count_buyers */
    select count(distinct party_id) as customers, count(*) as bills, coalesce(sum(amount), 0)::bigint as amount
      from activities.transactions
     where org_id = ${orgId} and type = 'REGULAR' and billed_at >= ${iso(from)}::timestamptz and billed_at < ${iso(until)}::timestamptz`);

/** First and last date of bills of customers, for a period to begin with; null where there is none. */
export const spanOfBills = (tx: Tx, orgId: number): Promise<{ first: Date | null; last: Date | null }> =>
  tx.one(sql`/* activities.span_of_bills */
    select min(billed_at) as first, max(billed_at) as last
      from activities.transactions where org_id = ${orgId} and type = 'REGULAR'`);

/** Customers with bills in a span, in ascending order after one of them. */
export const listBuyers = (
  tx: Tx,
  orgId: number,
  { from, until }: Span,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<Buyer[]> =>
  tx.rows<Buyer>(sql`/* activities.list_buyers */
    select party_id as "partyId", count(*)::int as bills
      from activities.transactions
     where org_id = ${orgId} and party_id > ${after} and type = 'REGULAR'
       and billed_at >= ${iso(from)}::timestamptz and billed_at < ${iso(until)}::timestamptz
     group by party_id order by party_id limit ${limit}`);

export type BillRow = Omit<RecordedBill, "inside" | "returns"> &
  Omit<BillDetails, "lines"> & { readonly isInside: boolean };

/**
 * All bills of some customers in the order in which they were recorded, after a position. What only bills within the span need is
 * read of those alone.
 */
export const pageOfBills = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  { from, until }: Span,
  { after, limit }: { readonly after: BillPosition | null; readonly limit: number },
): Promise<BillRow[]> =>
  tx.rows<BillRow>(sql`/* activities.page_of_bills */
    select t.party_id as "partyId", t.id, t.billed_at as "billedAt", t.recorded_at as "recordedAt", t.store_id as "storeId",
           t.amount, (t.trace ->> 'program')::bigint as "programId", (t.trace ->> 'lifetime')::bigint as lifetime,
           t.trace ->> 'blocked' is not null as "isBlocked", i.is_inside as "isInside", t.bill_number as number,
           t.gross_amount as "grossAmount", t.discount, t.outlier_status as "outlierStatus", t.event_no as "eventNo",
           t.updated_at is not null as "isChanged",
           case when i.is_inside then t.details ->> 'note' end as note,
           case when i.is_inside then coalesce(t.details -> 'extendedFields', '{}') end as "extendedFields", t.source,
           case when i.is_inside then coalesce(t.details -> 'paymentModes', '[]') end as "paymentModes",
           case when i.is_inside then t.trace end as trace
      from activities.transactions t
     cross join lateral (
       select t.billed_at >= ${iso(from)}::timestamptz and t.billed_at < ${iso(until)}::timestamptz as is_inside) i
     where t.org_id = ${orgId} and t.party_id = any(${partyIds}::bigint[]) and t.type = 'REGULAR'
       and t.party_id >= ${after?.partyId ?? 0}
       and (t.party_id, t.recorded_at, t.id)
           > (${after?.partyId ?? 0}, ${iso(after?.recordedAt.getTime() ?? 0)}::timestamptz, ${after?.id ?? 0})
     order by t.party_id, t.recorded_at, t.id
     limit ${limit}`);

export interface ReturnRow extends BillKey {
  readonly parentId: number;
  readonly returnType: ReturnType;
  readonly billedAt: Date;
  readonly recordedAt: Date;
  readonly amount: Money;
  readonly eventNo: number | null;
}

/** Returns of bills that are dated before an instant, in the order in which they were recorded. */
export const listReturnsOfBills = (
  tx: Tx,
  orgId: number,
  bills: readonly BillKey[],
  until: Instant,
): Promise<ReturnRow[]> =>
  tx.rows<ReturnRow>(sql`/* activities.list_returns_of_bills */
    select id, party_id as "partyId", parent_transaction_id as "parentId", return_type as "returnType",
           billed_at as "billedAt", recorded_at as "recordedAt", amount, event_no as "eventNo"
      from activities.transactions
     where org_id = ${orgId} and party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and parent_transaction_id = any(${bills.map(({ id }) => id)}::bigint[]) and billed_at < ${iso(until)}::timestamptz
     order by recorded_at, id`);
