import type { Category, LotDetails, Reference } from "#ledger";
import { type Millipoints, type Money, sql, type Tx } from "#platform";

/** A bill or a return as bodies tell of it. */
export interface ToldBill {
  readonly partyId: number;
  readonly id: number;
  readonly customerId: number | null;
  readonly type: string;
  readonly parentId: number | null;
  readonly number: string;
  readonly billedAt: Date;
  readonly recordedAt: Date;
  readonly tillId: number;
  readonly source: string;
  readonly amount: Money;
  readonly grossAmount: Money | null;
  readonly discount: Money | null;
  readonly details: {
    readonly extendedFields?: Readonly<Record<string, unknown>>;
    readonly customFields?: Readonly<Record<string, unknown>>;
  } | null;
  readonly outlierStatus: string;
  readonly deliveryStatus: string;
  readonly eventNo: number | null;
  readonly lineCount: number;
}

/** Bills by id, and the returns of the bills that `parentIds` name. */
export const loadBills = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  ids: readonly number[],
  parentIds: readonly number[],
): Promise<ToldBill[]> =>
  tx.rows<ToldBill>(sql`/* webhooks.load_bills */
    select party_id as "partyId", id, customer_id as "customerId", type, parent_transaction_id as "parentId",
           bill_number as number, billed_at as "billedAt", recorded_at as "recordedAt", till_id as "tillId", source, amount,
           gross_amount as "grossAmount", discount, details, outlier_status as "outlierStatus",
           delivery_status as "deliveryStatus", event_no as "eventNo", line_count as "lineCount"
      from activities.told_bills_v
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
       and (id = any(${ids}::bigint[]) or parent_transaction_id = any(${parentIds}::bigint[]))`);

/** A posting of the journal. */
export interface ToldEntry {
  readonly partyId: number;
  readonly eventNo: number;
  readonly lineNo: number;
  readonly eventId: number;
  readonly eventName: string;
  readonly bookedAt: Date;
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly contra: string;
  readonly amount: Millipoints;
  readonly balanceAfter: Millipoints;
  readonly tillId: number | null;
  readonly reference: Reference | null;
}

export interface EventKey {
  readonly partyId: number;
  readonly eventNo: number;
}

export const loadEntries = (tx: Tx, orgId: number, keys: readonly EventKey[]): Promise<ToldEntry[]> =>
  tx.rows<ToldEntry>(sql`/* webhooks.load_entries */
    select e.party_id as "partyId", e.event_no as "eventNo", e.line_no as "lineNo", e.event_id as "eventId",
           e.event_name as "eventName", e.booked_at as "bookedAt", e.program_id as "programId",
           e.currency_id as "currencyId", e.category, e.contra, e.amount, e.balance_after as "balanceAfter",
           e.till_id as "tillId", e.reference
      from ledger.entries_v e
      join unnest(${keys.map(({ partyId }) => partyId)}::bigint[], ${keys.map(({ eventNo }) => eventNo)}::bigint[])
             k (party_id, event_no) on e.party_id = k.party_id and e.event_no = k.event_no
     where e.org_id = ${orgId}
     order by e.party_id, e.event_no, e.line_no`);

/** A lot as what it was given for. */
export interface ToldAward {
  readonly partyId: number;
  readonly eventNo: number;
  readonly lineNo: number;
  readonly programId: number;
  readonly currencyId: number;
  readonly category: Category;
  readonly amount: Millipoints;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
  readonly source: string;
  readonly transactionId: number | null;
  readonly convertsAt: Date | null;
  readonly parentEventNo: number | null;
  readonly parentLineNo: number | null;
  readonly details: LotDetails | null;
}

export const loadAwards = (tx: Tx, orgId: number, keys: readonly EventKey[]): Promise<ToldAward[]> =>
  tx.rows<ToldAward>(sql`/* webhooks.load_awards */
    select a.party_id as "partyId", a.event_no as "eventNo", a.line_no as "lineNo", a.program_id as "programId",
           a.currency_id as "currencyId", a.category, a.amount, a.opened_at as "openedAt", a.expires_at as "expiresAt",
           a.source, a.transaction_id as "transactionId", a.converts_at as "convertsAt",
           a.parent_event_no as "parentEventNo", a.parent_line_no as "parentLineNo", a.details
      from ledger.awards_v a
      join unnest(${keys.map(({ partyId }) => partyId)}::bigint[], ${keys.map(({ eventNo }) => eventNo)}::bigint[])
             k (party_id, event_no) on a.party_id = k.party_id and a.event_no = k.event_no
     where a.org_id = ${orgId}
     order by a.party_id, a.event_no, a.line_no`);

/** A bill that was parked, as it stands now. */
export interface ParkedBill {
  readonly id: number;
  readonly number: string;
  readonly retryCount: number;
  readonly status: string;
  readonly errors: readonly { readonly code: number; readonly message: string; readonly status: string }[];
}

export const loadParked = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  ids: readonly number[],
): Promise<ParkedBill[]> =>
  tx.rows<ParkedBill>(sql`/* webhooks.load_parked */
    select id, bill_number as number, retry_count as "retryCount", status, errors
      from activities.parked_bills_v
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and id = any(${ids}::bigint[])`);
