import { type Money, rawSql, sql, type Tx } from "#platform";
import type { BillOfParty } from "#points";
import type { CreditNote } from "./credit-notes.ts";
import type { LocalCurrency } from "./currencies/convert.ts";
import type { KeptDecision } from "./returns/again.ts";
import type { TakenAward } from "./returns/clawback.ts";

/** What of a bill is shown but never searched; kept as JSON beside it. Money as integers. */
export interface TransactionDetails {
  readonly note?: string;
  readonly notInterestedReason?: string;
  readonly paymentModes?: readonly { mode: string; value: Money; notes: string | null; attributes: object }[];
  readonly extendedFields?: Readonly<Record<string, unknown>>;
  readonly customFields?: Readonly<Record<string, unknown>>;
  /** Who recorded it by hand, in the console. */
  readonly by?: string;
  /** Of a return: its own number, and the mixed bill that it came with. */
  readonly returnNumber?: string;
  readonly mixedBillId?: number;
  readonly takenBack?: readonly TakenAward[];
  /** How what is left of its bill was decided anew, or why it could not be. */
  readonly decidedAgain?: KeptDecision;
  readonly localCurrency?: LocalCurrency;
  readonly creditNote?: CreditNote;
  /** The anonymous bill that this one took the place of. */
  readonly retro?: { readonly transactionId: number; readonly type: string };
}

export interface StoredTransaction {
  readonly id: number;
  readonly partyId: number;
  readonly customerId: number | null;
  readonly type: string;
  readonly billNumber: string;
  readonly billedAt: Date;
  readonly recordedAt: Date;
  readonly tillId: number;
  readonly storeId: number;
  readonly source: string;
  readonly accountId: string;
  readonly amount: Money;
  readonly grossAmount: Money | null;
  readonly discount: Money | null;
  readonly details: TransactionDetails | null;
  readonly outlierStatus: string;
  readonly deliveryStatus: string;
  readonly points: number;
  readonly eventNo: number | null;
  /** Null of a purchase. */
  readonly returnType: string | null;
  /** The bill that a return is of; null where it is not known. */
  readonly parentId: number | null;
  /** When its fields were changed last; null: never. */
  readonly updatedAt: Date | null;
  readonly updatedTillId: number | null;
}

export interface StoredLine {
  readonly transactionId: number;
  readonly lineNo: number;
  readonly itemCode: string;
  readonly description: string | null;
  readonly quantity: number;
  readonly rate: Money;
  readonly value: Money;
  readonly discount: Money;
  readonly amount: Money;
  readonly details: Readonly<Record<string, unknown>> | null;
  /** Of a return: the line of its bill. */
  readonly parentLineNo: number | null;
}

const COLUMNS = `id, t.party_id as "partyId", customer_id as "customerId", type, bill_number as "billNumber",
       billed_at as "billedAt", recorded_at as "recordedAt", till_id as "tillId", store_id as "storeId", source,
       account_id as "accountId", amount, gross_amount as "grossAmount", discount, details,
       outlier_status as "outlierStatus", delivery_status as "deliveryStatus", points, event_no as "eventNo",
       return_type as "returnType", parent_transaction_id as "parentId",
       updated_at as "updatedAt", updated_till_id as "updatedTillId"`;

/** The bill of that id, whoever's it is within the organisation. */
export const findTransaction = (tx: Tx, orgId: number, id: number): Promise<StoredTransaction | null> =>
  tx.maybeOne<StoredTransaction>(
    rawSql(
      `/* activities.find_transaction */ select ${COLUMNS} from activities.transactions t where org_id = $1 and id = $2`,
      [orgId, id],
    ),
  );

/** Bills of a party with one of these ids. */
export const transactionsWithIds = (
  tx: Tx,
  orgId: number,
  partyId: number,
  ids: readonly number[],
): Promise<StoredTransaction[]> =>
  tx.rows<StoredTransaction>(
    rawSql(
      `/* activities.transactions_with_ids */ select ${COLUMNS} from activities.transactions t
        where org_id = $1 and party_id = $2 and id = any($3::bigint[])`,
      [orgId, partyId, ids],
    ),
  );

/** The stored decision trace of a bill. */
export const findTrace = async (tx: Tx, orgId: number, partyId: number, id: number): Promise<unknown> => {
  const row = await tx.maybeOne<{ trace: unknown }>(sql`/* activities.find_trace */
    select trace from activities.transactions where org_id = ${orgId} and party_id = ${partyId} and id = ${id}`);
  return row?.trace ?? null;
};

export const linesOf = (
  tx: Tx,
  orgId: number,
  partyId: number,
  transactionIds: readonly number[],
): Promise<StoredLine[]> =>
  tx.rows<StoredLine>(sql`/* activities.lines_of */
    select transaction_id as "transactionId", line_no as "lineNo", item_code as "itemCode", description, quantity, rate,
           value, discount, amount, details, parent_line_no as "parentLineNo"
      from activities.transaction_lines
     where org_id = ${orgId} and party_id = ${partyId} and transaction_id = any(${transactionIds}::bigint[])
     order by transaction_id, line_no`);

/** Ids of the bills with that number, oldest first. */
export const findByNumber = (
  tx: Tx,
  orgId: number,
  number: string,
): Promise<{ partyId: number; id: number }[]> =>
  tx.rows(sql`/* activities.find_by_number */
    select party_id as "partyId", transaction_id as id from activities.bill_numbers
     where org_id = ${orgId} and key = ${`${orgId}:${number}`} order by billed_at, transaction_id limit 100`);

/**
 * Bills stay with the party they were made under. These are the parties whose bills are a customer's ($2): the customer's own, and
 * those of everybody merged into them. One page of each by its index, then the page of all.
 */
const PARTIES = `(select $2::bigint as party_id union all
       select v.victim_id from customers.merged_v v where v.org_id = $1 and v.party_id = $2)`;

export interface TransactionPage {
  readonly from: Date | null;
  /** Exclusive. */
  readonly until: Date | null;
  readonly ascending: boolean;
  readonly limit: number;
  readonly offset: number;
  /** By id instead of by date. */
  readonly byId?: boolean;
  /** Absent and null: any. */
  readonly only?: {
    readonly number?: string | null;
    readonly storeId?: number | null;
    /** Ends included. */
    readonly firstId?: number | null;
    readonly lastId?: number | null;
  };
}

/** A page of a customer's bills by date, and how many there are in the period. */
export const transactionsOfParty = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  page: TransactionPage,
): Promise<{ rows: StoredTransaction[]; total: number }> => {
  const order = page.ascending ? "asc" : "desc";
  const where = `t.org_id = $1 and t.party_id = p.party_id and ($3::timestamptz is null or billed_at >= $3) and ($4::timestamptz is null or billed_at < $4)
          and ($5::text is null or bill_number = $5) and ($6::bigint is null or store_id = $6)
          and ($7::bigint is null or id >= $7) and ($8::bigint is null or id <= $8)`;
  const { number = null, storeId = null, firstId = null, lastId = null } = page.only ?? {};
  const period = [page.from?.toISOString() ?? null, page.until?.toISOString() ?? null];
  const values = [orgId, partyId, ...period, number, storeId, firstId, lastId];
  const sort = page.byId === true ? `id ${order}` : `billed_at ${order}, id ${order}`;
  const [rows, count] = await Promise.all([
    tx.rows<StoredTransaction>(
      rawSql(
        `/* activities.transactions_of_party */ select ${COLUMNS} from ${PARTIES} p cross join lateral (
           select * from activities.transactions t where ${where} order by ${sort} limit $9::int + $10::int) t
          order by ${sort} limit $9 offset $10`,
        [...values, page.limit, page.offset],
      ),
    ),
    tx.one<{ total: number }>(
      rawSql(
        `/* activities.count_transactions_of_party */ select count(*) as total from ${PARTIES} p, activities.transactions t where ${where}`,
        values,
      ),
    ),
  ]);
  return { rows, total: count.total };
};

/** A customer's bills before a position, newest first. */
export const transactionsBefore = (
  tx: Tx,
  orgId: number,
  partyId: number,
  before: { at: string; id: number } | null,
  limit: number,
): Promise<StoredTransaction[]> =>
  tx.rows<StoredTransaction>(
    rawSql(
      `/* activities.transactions_before */ select ${COLUMNS} from ${PARTIES} p cross join lateral (
         select * from activities.transactions t
          where t.org_id = $1 and t.party_id = p.party_id and ($3::timestamptz is null or (billed_at, id) < ($3, $4))
          order by billed_at desc, id desc limit $5) t
        order by billed_at desc, id desc limit $5`,
      [orgId, partyId, before?.at ?? null, before?.id ?? 0, limit],
    ),
  );

export const countTransactions = async (tx: Tx, orgId: number, partyId: number): Promise<number> => {
  const row = await tx.one<{ total: number }>(
    rawSql(
      `/* activities.count_transactions */ select count(*) as total from ${PARTIES} p, activities.transactions t
        where t.org_id = $1 and t.party_id = p.party_id`,
      [orgId, partyId],
    ),
  );
  return row.total;
};

/** A ledger event that is no purchase or return: what it changed in points, and why. */
export interface PointsEvent {
  readonly eventNo: number;
  readonly eventName: string;
  readonly bookedAt: Date;
  readonly tillId: number | null;
  /** Sum over programs and categories, millipoints. */
  readonly amount: number;
  readonly reason: string | null;
}

/** Number of the party's newest ledger event; 0 when it has none. */
export const newestEventNo = async (tx: Tx, orgId: number, partyId: number): Promise<number> => {
  const row = await tx.one<{ newest: number }>(sql`/* activities.newest_event_no */
    select coalesce(max(event_no), 0) as newest from ledger.entries_v
     where org_id = ${orgId} and party_id = ${partyId}`);
  return row.newest;
};

/**
 * Ledger events from `first` to `last` that are no purchases and no opening with zeroes, newest first, and the date of the
 * oldest event of the range, whatever it is.
 */
export const pointsEvents = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  first: number,
  last: number,
): Promise<{ events: PointsEvent[]; oldest: Date | null }> => {
  const [events, reach] = await Promise.all([
    tx.rows<PointsEvent>(sql`/* activities.points_events */
      select event_no as "eventNo", min(event_name) as "eventName", min(booked_at) as "bookedAt", min(till_id) as "tillId",
             coalesce(sum(amount) filter (where currency_id = 0), 0)::bigint as amount,
             min(reference ->> 'reason') as reason
        from ledger.entries_v
       where org_id = ${orgId} and party_id = ${partyId} and event_no between ${first} and ${last}
         and event_name <> 'TransactionAdd' and not (event_name = 'ReturnBill' and reference ->> 'transactionId' is not null)
         and not (contra = 'opening' and amount = 0)
       group by event_no order by event_no desc`),
    tx.maybeOne<{ oldest: Date | null }>(sql`/* activities.reach_of_events */
      select min(booked_at) as oldest from ledger.entries_v
       where org_id = ${orgId} and party_id = ${partyId} and event_no = ${first}`),
  ]);
  return { events, oldest: reach?.oldest ?? null };
};

/**
 * Bills with exactly that number, newest first: those that hold it now in a store, a till or the organisation. The directory is
 * asked first, a page of it, and then the parties: the two need not lie in one place.
 */
export const transactionsNumbered = async (
  tx: Tx,
  orgId: number,
  number: string,
  before: { at: string; id: number } | null,
  limit: number,
): Promise<StoredTransaction[]> => {
  const at = before?.at ?? null;
  const found = await tx.rows<{ partyId: number; id: number }>(sql`/* activities.find_numbered */
    select party_id as "partyId", transaction_id as id from activities.bill_numbers
     where org_id = ${orgId} and key = ${`${orgId}:${number}`}
       and (${at}::timestamptz is null or (billed_at, transaction_id) < (${at}::timestamptz, ${before?.id ?? 0}::bigint))
     order by billed_at desc, transaction_id desc limit ${limit}`);
  if (found.length === 0) return [];
  return tx.rows<StoredTransaction>(
    rawSql(
      `/* activities.transactions_numbered */ select ${COLUMNS} from activities.transactions t
        where org_id = $1 and party_id = any($2::bigint[]) and id = any($3::bigint[])
        order by billed_at desc, id desc`,
      [orgId, found.map(({ partyId }) => partyId), found.map(({ id }) => id)],
    ),
  );
};

/** The bills of parties with their numbers, for those who pay bills in other ways; the newest of a party's number first. */
export const billsOfParties = (
  tx: Tx,
  orgId: number,
  wanted: readonly { readonly partyId: number; readonly number: string }[],
): Promise<BillOfParty[]> =>
  tx.rows(sql`/* activities.bills_of_parties */
    select w.party_id as "partyId", w.number, t.id as "transactionId", t.amount, t.billed_at as "billedAt",
           t.till_id as "tillId", t.store_id as "storeId"
      from unnest(${wanted.map(({ partyId }) => partyId)}::bigint[], ${wanted.map(({ number }) => number)}::text[])
             w (party_id, number)
      join activities.bill_numbers n on n.key = ${orgId}::text || ':' || w.number and n.party_id = w.party_id
      join activities.transactions t on t.party_id = w.party_id and t.id = n.transaction_id
     where n.org_id = ${orgId} and t.org_id = ${orgId}
     order by w.party_id, w.number, t.billed_at desc, t.id desc`);

export const countNumbered = async (tx: Tx, orgId: number, number: string): Promise<number> => {
  const row = await tx.one<{ total: number }>(sql`/* activities.count_numbered */
    select count(*) as total from activities.bill_numbers where org_id = ${orgId} and key = ${`${orgId}:${number}`}`);
  return row.total;
};

/** How many lines each of these bills has, whoever's they are. */
export const countLinesOfBills = (
  tx: Tx,
  orgId: number,
  bills: readonly { readonly partyId: number; readonly id: number }[],
): Promise<{ transactionId: number; count: number }[]> =>
  tx.rows(sql`/* activities.count_lines_of_bills */
    select l.transaction_id as "transactionId", count(*) as count
      from activities.transaction_lines l
     where l.org_id = ${orgId} and l.party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and l.transaction_id = any(${bills.map(({ id }) => id)}::bigint[])
     group by l.transaction_id`);
