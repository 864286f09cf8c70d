import { type Instant, type Milliquantity, type Money, type Sql, sql, type Tx } from "#platform";

const iso = (instant: Instant): string => new Date(instant).toISOString();
/** A hash as PostgreSQL reads bytes. */
const hex = (bytes: Buffer): string => `\\x${bytes.toString("hex")}`;
const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

/** A bill's number as it is claimed: who gets it, for which bill. */
export interface NumberClaim {
  readonly key: string;
  readonly scope: string;
  readonly partyId: number;
  readonly transactionId: number;
  readonly inputHash: Buffer;
  readonly billedAt: Instant;
}

export interface ClaimedNumber {
  readonly key: string;
  readonly scope: string;
  readonly partyId: number;
  readonly transactionId: number;
  readonly inputHash: Buffer;
  readonly billedAt: Date;
}

/**
 * Claims numbers and says which of them are now ours. A number that another transaction is claiming at this moment is
 * waited for, in key order, so that the same bill sent twice at once is recorded once.
 */
export const claimNumbers = (
  tx: Tx,
  orgId: number,
  claims: readonly NumberClaim[],
): Promise<{ key: string; scope: string }[]> =>
  tx.rows(sql`/* activities.claim_numbers */
    insert into activities.bill_numbers as b (org_id, key, scope, party_id, transaction_id, input_hash, billed_at)
    select ${orgId}, c.* from unnest(
      ${claims.map((claim) => claim.key)}::text[], ${claims.map((claim) => claim.scope)}::text[],
      ${claims.map((claim) => claim.partyId)}::bigint[], ${claims.map((claim) => claim.transactionId)}::bigint[],
      ${claims.map((claim) => hex(claim.inputHash))}::bytea[], ${claims.map((claim) => iso(claim.billedAt))}::timestamptz[]) c (key, scope)
     order by c.key, c.scope
    on conflict (key, scope) do nothing
    returning b.key, b.scope`);

export const findNumbers = (tx: Tx, orgId: number, keys: readonly string[]): Promise<ClaimedNumber[]> =>
  tx.rows<ClaimedNumber>(sql`/* activities.find_numbers */
    select key, scope, party_id as "partyId", transaction_id as "transactionId", input_hash as "inputHash", billed_at as "billedAt"
      from activities.bill_numbers where org_id = ${orgId} and key = any(${keys}::text[])
     order by billed_at, transaction_id`);

/** Gives an old number to a new bill, when the organisation lets numbers come again after some days. */
export const takeOverNumber = (
  tx: Tx,
  orgId: number,
  claim: NumberClaim,
  previousTransactionId: number,
): Promise<number> =>
  tx.run(sql`/* activities.take_over_number */
    update activities.bill_numbers
       set party_id = ${claim.partyId}, transaction_id = ${claim.transactionId}, input_hash = ${claim.inputHash},
           billed_at = ${iso(claim.billedAt)}::timestamptz
     where org_id = ${orgId} and key = ${claim.key} and scope = ${claim.scope} and transaction_id = ${previousTransactionId}`);

/** Gives back numbers that were claimed for bills that are refused after all. */
export const releaseNumbers = (
  tx: Tx,
  orgId: number,
  transactionIds: readonly number[],
  keys: readonly string[],
): Promise<number> =>
  tx.run(sql`/* activities.release_numbers */
    delete from activities.bill_numbers
     where org_id = ${orgId} and key = any(${keys}::text[]) and transaction_id = any(${transactionIds}::bigint[])`);

export interface RequestClaim {
  readonly key: string;
  readonly partyId: number;
  readonly transactionId: number;
  readonly inputHash: Buffer;
}

export const claimRequests = (
  tx: Tx,
  orgId: number,
  claims: readonly RequestClaim[],
  at: Instant,
): Promise<{ key: string }[]> =>
  tx.rows(sql`/* activities.claim_requests */
    insert into activities.request_keys as r (org_id, created_at, key, party_id, transaction_id, input_hash)
    select ${orgId}, ${iso(at)}::timestamptz, c.* from unnest(
      ${claims.map((claim) => claim.key)}::text[], ${claims.map((claim) => claim.partyId)}::bigint[],
      ${claims.map((claim) => claim.transactionId)}::bigint[], ${claims.map((claim) => hex(claim.inputHash))}::bytea[]) c (key)
     order by c.key
    on conflict (key) do nothing
    returning r.key`);

export const findRequests = (tx: Tx, orgId: number, keys: readonly string[]): Promise<RequestClaim[]> =>
  tx.rows<RequestClaim>(sql`/* activities.find_requests */
    select key, party_id as "partyId", transaction_id as "transactionId", input_hash as "inputHash"
      from activities.request_keys where org_id = ${orgId} and key = any(${keys}::text[])`);

/** Lets a key that is new lead to a bill that was recorded before. */
export const redirectRequest = (
  tx: Tx,
  orgId: number,
  key: string,
  first: { readonly partyId: number; readonly transactionId: number },
): Promise<number> =>
  tx.run(sql`/* activities.redirect_request */
    update activities.request_keys set party_id = ${first.partyId}, transaction_id = ${first.transactionId}
     where org_id = ${orgId} and key = ${key}`);

export const releaseRequests = (
  tx: Tx,
  orgId: number,
  keys: readonly string[],
  transactionIds: readonly number[],
): Promise<number> =>
  tx.run(sql`/* activities.release_requests */
    delete from activities.request_keys
     where org_id = ${orgId} and key = any(${keys}::text[]) and transaction_id = any(${transactionIds}::bigint[])`);

export const findReply = (
  tx: Tx,
  orgId: number,
  partyId: number,
  transactionId: number,
): Promise<{ reply: string; customerId: number | null } | null> =>
  tx.maybeOne(sql`/* activities.find_reply */
    select reply::text as reply, customer_id as "customerId" from activities.transactions
     where org_id = ${orgId} and party_id = ${partyId} and id = ${transactionId}`);

/**
 * In which stores the parties have bills that counted for a program's visits, within spans of time: one row per question,
 * numbered from 1, and store.
 */
export const findVisits = (
  tx: Tx,
  orgId: number,
  programId: number,
  spans: readonly { readonly partyId: number; readonly from: Instant; readonly until: Instant }[],
): Promise<{ question: number; storeId: number }[]> =>
  tx.rows(sql`/* activities.find_visits */
    select distinct q.question::int as question, t.store_id as "storeId"
      from unnest(${spans.map((span) => span.partyId)}::bigint[], ${spans.map((span) => iso(span.from))}::timestamptz[],
                  ${spans.map((span) => iso(span.until))}::timestamptz[])
           with ordinality q (party_id, from_at, until_at, question)
      join activities.transactions t
        on t.party_id = q.party_id and t.billed_at >= q.from_at and t.billed_at < q.until_at
     where t.org_id = ${orgId} and t.type = 'REGULAR' and t.outlier_status = 'NORMAL'
       and (t.trace ->> 'program')::bigint = ${programId} and t.trace ->> 'blocked' is null`);

/** Who was merged into the customers. */
export const victimsOf = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
): Promise<{ partyId: number; victimId: number }[]> =>
  tx.rows(sql`/* activities.victims_of */
    select party_id as "partyId", victim_id as "victimId" from customers.merged_v
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) order by victim_id`);

/** Returns of a party's bills. */
export const countReturns = async (tx: Tx, orgId: number, partyId: number): Promise<number> => {
  const row = await tx.one<{ count: number }>(sql`/* activities.count_returns */
    select count(*) as count from activities.transactions
     where org_id = ${orgId} and party_id = ${partyId} and return_type is not null`);
  return row.count;
};

/** Whether a customer's bills were paid by redemptions of one who was merged into them. */
export const hasPaidBillsOf = async (
  tx: Tx,
  orgId: number,
  payerId: number,
  customerId: number,
): Promise<boolean> => {
  const row = await tx.maybeOne(sql`/* activities.has_paid_bills_of */
    select 1 as found from activities.transactions
     where org_id = ${orgId} and party_id = ${customerId}
       and id in (select transaction_id from points.redemption_links_v where org_id = ${orgId} and party_id = ${payerId})
     limit 1`);
  return row !== null;
};

/** Who of those merged into customers paid any bill of theirs. */
export const payersOfCustomers = (
  tx: Tx,
  orgId: number,
  families: readonly { readonly partyId: number; readonly formerIds: readonly number[] }[],
): Promise<{ partyId: number; payerId: number }[]> => {
  const pairs = families.flatMap(({ partyId, formerIds }) =>
    formerIds.map((payerId) => ({ partyId, payerId })),
  );
  return tx.rows(sql`/* activities.payers_of_customers */
    select distinct f.party_id as "partyId", f.payer_id as "payerId"
      from unnest(${pairs.map(({ partyId }) => partyId)}::bigint[], ${pairs.map(({ payerId }) => payerId)}::bigint[])
           f (party_id, payer_id)
      join points.redemption_links_v r on r.org_id = ${orgId} and r.party_id = f.payer_id
      join activities.transactions t on t.org_id = ${orgId} and t.party_id = f.party_id and t.id = r.transaction_id
     order by 1, 2`);
};

/** Programs with the number of local days on which both groups of parties have a bill that counts. */
export const countSharedDays = async (
  tx: Tx,
  orgId: number,
  own: readonly number[],
  others: readonly number[],
  stores: readonly { readonly id: number; readonly zone: string }[],
): Promise<ReadonlyMap<number, number>> => {
  const rows = await tx.rows<{ programId: number; days: number }>(sql`/* activities.count_shared_days */
    select program_id as "programId", count(*) as days from (
      select v.program_id, v.day from (
        select distinct (t.trace ->> 'program')::bigint as program_id, (t.billed_at at time zone s.zone)::date as day,
               t.party_id = any(${own}::bigint[]) as is_own
          from activities.transactions t
          join unnest(${stores.map(({ id }) => id)}::bigint[], ${stores.map(({ zone }) => zone)}::text[]) s (id, zone)
            on s.id = t.store_id
         where t.org_id = ${orgId} and t.party_id = any(${[...own, ...others]}::bigint[])
           and t.type = 'REGULAR' and t.outlier_status = 'NORMAL'
           and t.trace ->> 'program' is not null and t.trace ->> 'blocked' is null) v
       group by v.program_id, v.day having count(*) = 2) shared
     group by program_id`);
  return new Map(rows.map((row) => [row.programId, row.days]));
};

export interface TransactionRow {
  readonly id: number;
  readonly partyId: number;
  readonly customerId: number | null;
  readonly type: string;
  readonly billNumber: string;
  readonly billedAt: Instant;
  readonly recordedAt: Instant;
  readonly tillId: number;
  readonly storeId: number;
  readonly source: string;
  readonly accountId: string;
  readonly amount: Money;
  readonly grossAmount: Money | null;
  readonly discount: Money | null;
  readonly details: object | null;
  readonly outlierStatus: string;
  readonly deliveryStatus: string;
  readonly points: number;
  readonly eventNo: number | null;
  readonly trace: object | null;
  readonly inputHash: Buffer;
  readonly reply: string;
  /** Of a return. */
  readonly returnType?: string;
  readonly parentTransactionId?: number | null;
}

export const insertTransactions = (orgId: number, rows: readonly TransactionRow[]): Sql =>
  sql`/* activities.insert_transactions */
    insert into activities.transactions
           (org_id, id, party_id, customer_id, type, bill_number, billed_at, recorded_at, till_id, store_id, source,
            account_id, amount, gross_amount, discount, details, outlier_status, delivery_status, points, event_no, trace,
            input_hash, reply, return_type, parent_transaction_id)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.partyId)}::bigint[],
      ${rows.map((row) => row.customerId)}::bigint[], ${rows.map((row) => row.type)}::text[],
      ${rows.map((row) => row.billNumber)}::text[], ${rows.map((row) => iso(row.billedAt))}::timestamptz[],
      ${rows.map((row) => iso(row.recordedAt))}::timestamptz[], ${rows.map((row) => row.tillId)}::bigint[],
      ${rows.map((row) => row.storeId)}::bigint[], ${rows.map((row) => row.source)}::text[],
      ${rows.map((row) => row.accountId)}::text[], ${rows.map((row) => row.amount)}::bigint[],
      ${rows.map((row) => row.grossAmount)}::bigint[], ${rows.map((row) => row.discount)}::bigint[],
      ${rows.map((row) => json(row.details))}::json[], ${rows.map((row) => row.outlierStatus)}::text[],
      ${rows.map((row) => row.deliveryStatus)}::text[], ${rows.map((row) => row.points)}::bigint[],
      ${rows.map((row) => row.eventNo)}::bigint[], ${rows.map((row) => json(row.trace))}::json[],
      ${rows.map((row) => hex(row.inputHash))}::bytea[], ${rows.map((row) => row.reply)}::json[],
      ${rows.map((row) => row.returnType ?? null)}::text[], ${rows.map((row) => row.parentTransactionId ?? null)}::bigint[])`;

export interface LineRow {
  readonly partyId: number;
  readonly transactionId: number;
  readonly lineNo: number;
  readonly itemCode: string;
  readonly description: string | null;
  readonly quantity: Milliquantity;
  readonly rate: Money;
  readonly value: Money;
  readonly discount: Money;
  readonly amount: Money;
  readonly details: object | null;
  /** Of a return: the line of the bill. */
  readonly parentLineNo?: number;
}

export const insertLines = (orgId: number, rows: readonly LineRow[]): Sql =>
  sql`/* activities.insert_lines */
    insert into activities.transaction_lines
           (org_id, party_id, transaction_id, line_no, item_code, description, quantity, rate, value, discount, amount, details,
            parent_line_no)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.transactionId)}::bigint[],
      ${rows.map((row) => row.lineNo)}::int[], ${rows.map((row) => row.itemCode)}::text[],
      ${rows.map((row) => row.description)}::text[], ${rows.map((row) => row.quantity)}::bigint[],
      ${rows.map((row) => row.rate)}::bigint[], ${rows.map((row) => row.value)}::bigint[],
      ${rows.map((row) => row.discount)}::bigint[], ${rows.map((row) => row.amount)}::bigint[],
      ${rows.map((row) => json(row.details))}::json[], ${rows.map((row) => row.parentLineNo ?? null)}::int[])`;
