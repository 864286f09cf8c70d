import { type Instant, rawSql, sql, type Tx } from "#platform";
import type { KeptProblem, Payload, RejectedFilter, RejectedRow, RejectedStatus } from "./schema.ts";

const iso = (instant: Instant | null): string | null =>
  instant === null ? null : new Date(instant).toISOString();

export interface NewRejected {
  readonly id: number;
  readonly partyId: number;
  readonly customerId: number | null;
  readonly key: string;
  readonly billNumber: string;
  readonly billedAt: Instant;
  readonly status: RejectedStatus;
  readonly errors: readonly KeptProblem[];
  readonly payload: Payload;
}

/** Claims the keys of bills and answers the ids of those that were not parked before. */
export const claimRejected = (
  tx: Tx,
  orgId: number,
  rows: readonly NewRejected[],
): Promise<{ id: number }[]> =>
  tx.rows(sql`/* activities.claim_rejected */
    insert into activities.rejected_keys as r (org_id, key, party_id, rejected_id)
    select ${orgId}, c.* from unnest(${rows.map(({ key }) => key)}::text[], ${rows.map(({ partyId }) => partyId)}::bigint[],
      ${rows.map(({ id }) => id)}::bigint[]) c (key)
     order by c.key
    on conflict (key) do nothing
    returning r.rejected_id as id`);

/** Codes and values are those of the errors, in their order, so that bills are found by them. */
export const insertRejected = (
  tx: Tx,
  orgId: number,
  rows: readonly NewRejected[],
  at: Date,
  by: string,
): Promise<number> =>
  tx.run(sql`/* activities.insert_rejected */
    insert into activities.rejected_transactions
           (org_id, added_at, updated_at, updated_by, party_id, id, customer_id, bill_number, billed_at, status, errors, payload,
            error_codes, error_values)
    select ${orgId}, ${at}::timestamptz, ${at}::timestamptz, ${by}, r.*,
           array(select (e ->> 'code')::int from json_array_elements(r.errors) with ordinality e (e, place) order by place),
           array(select e ->> 'value' from json_array_elements(r.errors) with ordinality e (e, place) order by place)
      from unnest(
        ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
        ${rows.map((row) => row.customerId)}::bigint[], ${rows.map((row) => row.billNumber)}::text[],
        ${rows.map((row) => iso(row.billedAt))}::timestamptz[], ${rows.map((row) => row.status)}::text[],
        ${rows.map((row) => JSON.stringify(row.errors))}::json[], ${rows.map((row) => JSON.stringify(row.payload))}::json[])
        r (party_id, id, customer_id, bill_number, billed_at, status, errors, payload)`);

const COLUMNS = `id, party_id as "partyId", customer_id as "customerId", bill_number as "billNumber", billed_at as "billedAt",
       added_at as "addedAt", updated_at as "updatedAt", updated_by as "updatedBy", status, retry_count as "retryCount",
       new_transaction_id as "newTransactionId", errors, payload, comments`;
const WHERE = `org_id = $1 and status = any($2::text[]) and ($3::int[] is null or error_codes && $3)
       and ($4::text is null or $4 = any(error_values)) and ($5::bigint is null or customer_id = $5)
       and ($6::text[] is null or bill_number = any($6)) and ($7::timestamptz is null or added_at >= $7)
       and ($8::timestamptz is null or added_at < $8)`;
const valuesOf = (orgId: number, filter: RejectedFilter): unknown[] => [
  orgId,
  filter.statuses,
  filter.errorCodes,
  filter.errorValue,
  filter.customerId,
  filter.numbers,
  iso(filter.from),
  iso(filter.until),
];

/** A page of parked bills, first parked first. */
export const listRejected = (
  tx: Tx,
  orgId: number,
  filter: RejectedFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<RejectedRow[]> =>
  tx.rows<RejectedRow>(
    rawSql(
      `/* activities.list_rejected */ select ${COLUMNS} from activities.rejected_transactions where ${WHERE}
        order by added_at, id limit $9 offset $10`,
      [...valuesOf(orgId, filter), page.limit, page.offset],
    ),
  );

/** Parked bills before a position, last parked first. */
export const rejectedBefore = (
  tx: Tx,
  orgId: number,
  filter: RejectedFilter,
  before: { readonly at: string; readonly id: number } | null,
  limit: number,
): Promise<RejectedRow[]> =>
  tx.rows<RejectedRow>(
    rawSql(
      `/* activities.rejected_before */ select ${COLUMNS} from activities.rejected_transactions where ${WHERE}
          and ($9::timestamptz is null or (added_at, id) < ($9, $10))
        order by added_at desc, id desc limit $11`,
      [...valuesOf(orgId, filter), before?.at ?? null, before?.id ?? 0, limit],
    ),
  );

export const countRejected = async (tx: Tx, orgId: number, filter: RejectedFilter): Promise<number> => {
  const row = await tx.one<{ total: number }>(
    rawSql(
      `/* activities.count_rejected */ select count(*) as total from activities.rejected_transactions where ${WHERE}`,
      valuesOf(orgId, filter),
    ),
  );
  return row.total;
};

/** Parked bills of some ids, locked: two people who retry or write off the same follow each other. */
export const lockRejected = (
  tx: Tx,
  orgId: number,
  keys: readonly { readonly partyId: number; readonly id: number }[],
): Promise<RejectedRow[]> =>
  tx.rows<RejectedRow>(
    rawSql(
      `/* activities.lock_rejected */ select ${COLUMNS} from activities.rejected_transactions
        where org_id = $1 and party_id = any($2::bigint[]) and id = any($3::bigint[]) order by id for update`,
      [orgId, keys.map(({ partyId }) => partyId), keys.map(({ id }) => id)],
    ),
  );

/** Where parked bills of some ids lie. */
export const findRejected = (
  tx: Tx,
  orgId: number,
  ids: readonly number[],
): Promise<{ partyId: number; id: number }[]> =>
  tx.rows(sql`/* activities.find_rejected */
    select party_id as "partyId", id from activities.rejected_transactions
     where org_id = ${orgId} and id = any(${ids}::bigint[])`);

export interface RejectedChange {
  readonly id: number;
  readonly partyId: number;
  readonly status: RejectedStatus;
  readonly errors: readonly KeptProblem[];
  readonly retryCount: number;
  readonly retriggerId: number | null;
  readonly newTransactionId: number | null;
  readonly comments: string;
}

export const updateRejected = async (
  tx: Tx,
  orgId: number,
  changes: readonly RejectedChange[],
  at: Date,
  by: string,
): Promise<void> => {
  if (changes.length === 0) return;
  await tx.run(sql`/* activities.update_rejected */
    update activities.rejected_transactions r
       set status = c.status, errors = c.errors, retry_count = c.retry_count, updated_at = ${at}, updated_by = ${by},
           retrigger_id = coalesce(c.retrigger_id, r.retrigger_id), comments = c.comments,
           new_transaction_id = coalesce(c.new_transaction_id, r.new_transaction_id)
      from unnest(${changes.map(({ id }) => id)}::bigint[], ${changes.map(({ partyId }) => partyId)}::bigint[],
                  ${changes.map(({ status }) => status)}::text[], ${changes.map(({ errors }) => JSON.stringify(errors))}::json[],
                  ${changes.map(({ retryCount }) => retryCount)}::int[],
                  ${changes.map(({ retriggerId }) => retriggerId)}::bigint[],
                  ${changes.map(({ newTransactionId }) => newTransactionId)}::bigint[],
                  ${changes.map(({ comments }) => comments)}::text[])
           c (id, party_id, status, errors, retry_count, retrigger_id, new_transaction_id, comments)
     where r.org_id = ${orgId} and r.party_id = c.party_id and r.id = c.id`);
};

/** The next bills of a run that are still to be retried. */
export const nextOfRetrigger = (
  tx: Tx,
  orgId: number,
  retriggerId: number,
  limit: number,
): Promise<{ partyId: number; id: number }[]> =>
  tx.rows(sql`/* activities.next_of_retrigger */
    select party_id as "partyId", id from activities.rejected_transactions
     where org_id = ${orgId} and retrigger_id = ${retriggerId} and status in ('FIXED', 'REPLAYED')
     order by id limit ${limit}`);

/** Runs with bills that are still to be retried, none of which anybody has touched since a moment. */
export const stalledRetriggers = async (tx: Tx, orgId: number, since: Date): Promise<number[]> => {
  const rows = await tx.rows<{ id: number }>(sql`/* activities.stalled_retriggers */
    select retrigger_id as id from activities.rejected_transactions
     where org_id = ${orgId} and retrigger_id is not null and status in ('FIXED', 'REPLAYED')
     group by retrigger_id having max(updated_at) < ${since} order by retrigger_id`);
  return rows.map(({ id }) => id);
};

/** How the bills of a run stand, by status. */
export const statusesOfRetrigger = (
  tx: Tx,
  orgId: number,
  retriggerId: number,
): Promise<{ status: RejectedStatus; count: number }[]> =>
  tx.rows(sql`/* activities.statuses_of_retrigger */
    select status, count(*) as count from activities.rejected_transactions
     where org_id = ${orgId} and retrigger_id = ${retriggerId} group by status`);

export interface Retrigger {
  readonly id: number;
  readonly fixed: number;
  readonly partiallyFixed: number;
  readonly total: number;
}

export const insertRetrigger = (
  tx: Tx,
  orgId: number,
  run: Retrigger,
  at: Date,
  by: string,
): Promise<number> =>
  tx.run(sql`/* activities.insert_retrigger */
    insert into activities.retriggers (org_id, id, created_at, created_by, fixed, partially_fixed, total)
    values (${orgId}, ${run.id}, ${at}, ${by}, ${run.fixed}, ${run.partiallyFixed}, ${run.total})`);

export const findRetrigger = (tx: Tx, orgId: number, id: number): Promise<Retrigger | null> =>
  tx.maybeOne<Retrigger>(sql`/* activities.find_retrigger */
    select id, fixed, partially_fixed as "partiallyFixed", total from activities.retriggers
     where org_id = ${orgId} and id = ${id}`);
