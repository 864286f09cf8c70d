import { type Instant, type Money, sql, type Tx } from "#platform";
import type { NumberedBill } from "#points";
import type { ReturnType } from "../schema.ts";
import type { BillDecision, BillLine, OriginalBill } from "./schema.ts";

/** A row of a party's table: the two need not lie where the directory does, so they are asked one after the other. */
export interface BillKey {
  readonly partyId: number;
  readonly id: number;
}

/** Bills of one number that are looked at, newest first. */
const MOST_OF_NUMBER = 200;

/** Where the bills with these directory keys are, newest first. */
export const findNumbered = (
  tx: Tx,
  orgId: number,
  keys: readonly string[],
): Promise<(BillKey & { key: string })[]> =>
  tx.rows(sql`/* activities.find_numbered_originals */
    select k.key, n.party_id as "partyId", n.transaction_id as id
      from unnest(${keys}::text[]) k (key)
     cross join lateral (
       select b.party_id, b.transaction_id from activities.bill_numbers b
        where b.org_id = ${orgId} and b.key = k.key order by b.billed_at desc, b.transaction_id desc limit ${MOST_OF_NUMBER}) n`);

export const findOriginals = (tx: Tx, orgId: number, bills: readonly BillKey[]): Promise<OriginalBill[]> =>
  tx.rows<OriginalBill>(sql`/* activities.find_originals */
    select id, party_id as "partyId", customer_id as "customerId", type, bill_number as number, billed_at as "billedAt",
           amount, outlier_status as "outlierStatus", (trace ->> 'program')::bigint as "programId",
           trace ->> 'blocked' is not null as "isBlocked"
      from activities.transactions
     where org_id = ${orgId} and party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and id = any(${bills.map(({ id }) => id)}::bigint[])`);

/** Purchases by id, whoever's they are within the organisation, with the till of each. */
export const findOriginalsById = (
  tx: Tx,
  orgId: number,
  ids: readonly number[],
): Promise<(OriginalBill & { tillId: number })[]> =>
  tx.rows(sql`/* activities.find_originals_by_id */
    select id, party_id as "partyId", customer_id as "customerId", type, bill_number as number, billed_at as "billedAt",
           amount, outlier_status as "outlierStatus", (trace ->> 'program')::bigint as "programId",
           trace ->> 'blocked' is not null as "isBlocked", till_id as "tillId"
      from activities.transactions
     where org_id = ${orgId} and id = any(${ids}::bigint[]) and type in ('REGULAR', 'NOT_INTERESTED')`);

/** Purchases of customers with a number within a second: the directory knows only the last bill of a number that came again. */
export const findOriginalsOfTime = (
  tx: Tx,
  orgId: number,
  questions: readonly { readonly partyId: number; readonly number: string; readonly from: Instant }[],
): Promise<OriginalBill[]> =>
  tx.rows<OriginalBill>(sql`/* activities.find_originals_of_time */
    select t.id, t.party_id as "partyId", t.customer_id as "customerId", t.type, t.bill_number as number,
           t.billed_at as "billedAt", t.amount, t.outlier_status as "outlierStatus",
           (t.trace ->> 'program')::bigint as "programId", t.trace ->> 'blocked' is not null as "isBlocked"
      from unnest(${questions.map(({ partyId }) => partyId)}::bigint[], ${questions.map(({ number }) => number)}::text[],
                  ${questions.map(({ from }) => new Date(from).toISOString())}::timestamptz[]) q (party_id, number, from_at)
      join activities.transactions t
        on t.party_id = q.party_id and t.billed_at >= q.from_at and t.billed_at < q.from_at + interval '1 second'
       and t.bill_number = q.number
     where t.org_id = ${orgId} and t.type = 'REGULAR'`);

/** A number of a party's bills, within a time. */
export interface NumberedStretch {
  readonly partyId: number;
  readonly number: string;
  readonly from: Instant;
  readonly until: Instant;
}

/**
 * Purchases of parties with numbers within times, for points that were redeemed for a number. There is no index by number: it goes
 * over the party's bills of that time.
 */
export const findSameNumbered = (
  tx: Tx,
  orgId: number,
  wanted: readonly NumberedStretch[],
): Promise<NumberedBill[]> =>
  tx.rows<NumberedBill>(sql`/* activities.find_same_numbered */
    select distinct t.id as "transactionId", t.party_id as "partyId", t.bill_number as number, t.billed_at as "billedAt",
           t.till_id as "tillId", t.store_id as "storeId"
      from unnest(${wanted.map(({ partyId }) => partyId)}::bigint[], ${wanted.map(({ number }) => number)}::text[],
                  ${wanted.map(({ from }) => new Date(from).toISOString())}::timestamptz[],
                  ${wanted.map(({ until }) => new Date(until).toISOString())}::timestamptz[])
             w (party_id, number, from_at, until_at)
      join activities.transactions t
        on t.party_id = w.party_id and t.billed_at between w.from_at and w.until_at and t.bill_number = w.number
     where t.org_id = ${orgId} and t.type = 'REGULAR'`);

/** Anonymous bills have no party whose lock guards them: their rows are locked instead, in ascending order. */
export const lockBills = (tx: Tx, orgId: number, bills: readonly BillKey[]): Promise<number> =>
  tx.run(sql`/* activities.lock_bills */
    select id from activities.transactions
     where org_id = ${orgId} and party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and id = any(${bills.map(({ id }) => id)}::bigint[])
     order by id for update`);

export const loadBillLines = (
  tx: Tx,
  orgId: number,
  bills: readonly BillKey[],
): Promise<(BillLine & { transactionId: number })[]> =>
  tx.rows(sql`/* activities.load_bill_lines */
    select transaction_id as "transactionId", line_no as "lineNo", item_code as "itemCode", description, quantity, rate,
           value, discount, amount, details
      from activities.transaction_lines
     where org_id = ${orgId} and party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and transaction_id = any(${bills.map(({ id }) => id)}::bigint[])
     order by transaction_id, line_no`);

/** How bills were decided; those that no program decided are absent. */
export const loadBillDecisions = (
  tx: Tx,
  orgId: number,
  bills: readonly BillKey[],
): Promise<(BillDecision & { id: number })[]> =>
  tx.rows(sql`/* activities.load_bill_decisions */
    select id, trace, event_no as "eventNo", gross_amount as "grossAmount", discount, details ->> 'note' as note,
           coalesce(details -> 'extendedFields', '{}') as "extendedFields", store_id as "storeId", source,
           coalesce(details -> 'paymentModes', '[]') as "paymentModes"
      from activities.transactions
     where org_id = ${orgId} and party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and id = any(${bills.map(({ id }) => id)}::bigint[]) and trace is not null`);

export interface EarlierReturn extends BillKey {
  readonly parentId: number;
  readonly returnType: ReturnType;
  readonly amount: Money;
  /** Whether what it left of the bill was decided anew. */
  readonly isDecidedAgain: boolean;
}

/** Returns of bills, oldest first. */
export const loadReturns = (tx: Tx, orgId: number, bills: readonly BillKey[]): Promise<EarlierReturn[]> =>
  tx.rows<EarlierReturn>(sql`/* activities.load_returns */
    select id, party_id as "partyId", parent_transaction_id as "parentId", return_type as "returnType", amount,
           details -> 'decidedAgain' -> 'trace' is not null as "isDecidedAgain"
      from activities.transactions
     where org_id = ${orgId} and party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and parent_transaction_id = any(${bills.map(({ id }) => id)}::bigint[])
     order by id`);

/** What went back of lines of bills, all returns together. */
export const loadReturnedLines = (
  tx: Tx,
  orgId: number,
  returns: readonly BillKey[],
): Promise<{ transactionId: number; lineNo: number; quantity: number; amount: number }[]> =>
  tx.rows(sql`/* activities.load_returned_lines */
    select transaction_id as "transactionId", parent_line_no as "lineNo", quantity, amount
      from activities.transaction_lines
     where org_id = ${orgId} and party_id = any(${returns.map(({ partyId }) => partyId)}::bigint[])
       and transaction_id = any(${returns.map(({ id }) => id)}::bigint[]) and parent_line_no is not null`);

/** Whose bills are looked through for goods, from the newest before a point on. */
export interface GoodsQuestion {
  readonly partyId: number;
  readonly before: { readonly billedAt: Instant; readonly id: number };
  /** Over so many bills it goes back, and no further. */
  readonly depth: number;
  readonly goods: readonly { readonly itemCode: string; readonly rate: Money }[];
}

/**
 * Customers' newest purchases that have one of these goods at its price, `limit` for each question (numbered from 1) at most, newest first,
 * for returns that name no bill. `place`: how many bills back each is.
 */
export const findBillsWithGoods = (
  tx: Tx,
  orgId: number,
  questions: readonly GoodsQuestion[],
  limit: number,
): Promise<(OriginalBill & { question: number; place: number })[]> => {
  const wanted = questions.flatMap(({ goods }, index) =>
    goods.map((item) => ({ question: index + 1, ...item })),
  );
  return tx.rows(sql`/* activities.find_bills_with_goods */
    select b.* from unnest(${questions.map(({ partyId }) => partyId)}::bigint[],
                  ${questions.map(({ before }) => new Date(before.billedAt).toISOString())}::timestamptz[],
                  ${questions.map(({ before }) => before.id)}::bigint[], ${questions.map(({ depth }) => depth)}::int[])
           with ordinality q (party_id, before_at, before_id, depth, question)
     cross join lateral (
       select q.question::int as question, t.* from (
         select id, party_id as "partyId", customer_id as "customerId", type, bill_number as number, billed_at as "billedAt",
                amount, outlier_status as "outlierStatus", (trace ->> 'program')::bigint as "programId",
                trace ->> 'blocked' is not null as "isBlocked",
                row_number() over (order by billed_at desc, id desc)::int as place
           from activities.transactions
          where org_id = ${orgId} and party_id = q.party_id and (billed_at, id) < (q.before_at, q.before_id)
          order by billed_at desc, id desc limit q.depth) t
        cross join lateral (
          select 1 from activities.transaction_lines l
            join unnest(${wanted.map(({ question }) => question)}::bigint[], ${wanted.map(({ itemCode }) => itemCode)}::text[],
                        ${wanted.map(({ rate }) => rate)}::bigint[]) w (question, item_code, rate)
              on w.item_code = l.item_code and w.rate = l.rate
           where l.org_id = ${orgId} and l.party_id = q.party_id and l.transaction_id = t.id and l.parent_line_no is null
             and w.question = q.question
           limit 1) has_some
        where t.type = 'REGULAR' and t."outlierStatus" = 'NORMAL'
        order by t."billedAt" desc, t.id desc limit ${limit}) b`);
};
