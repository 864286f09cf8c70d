import { rawSql, sql, type Tx } from "#platform";
import type { ReplayProgress } from "./replay/replay.ts";
import type { CustomerRow, Summary } from "./replay/schema.ts";
import type { CustomerSort, FinishedRun, Run } from "./schema.ts";

const COLUMNS = `org_id as "orgId", id, program_id as "programId", subject, subject_version as "subjectVersion", definition,
  comparison_version as "comparisonVersion", period_from as "from", period_until as "until", status, message,
  customers_done as "customersDone", customers_total as "customersTotal", bills_done as "billsDone",
  bills_total as "billsTotal", attempts, cancel_requested as "cancelRequested", started_by as "startedBy",
  created_at as "createdAt", started_at as "startedAt", updated_at as "updatedAt", finished_at as "finishedAt"`;

export type NewRun = Pick<
  Run,
  | "orgId"
  | "id"
  | "programId"
  | "subject"
  | "subjectVersion"
  | "definition"
  | "comparisonVersion"
  | "from"
  | "until"
  | "startedBy"
  | "createdAt"
> & { readonly customers: number; readonly bills: number };

export const insertRun = (tx: Tx, run: NewRun): Promise<number> =>
  tx.run(sql`/* whatif.insert_run */
    insert into whatif.runs
           (org_id, id, program_id, subject, subject_version, definition, comparison_version, period_from, period_until, status,
            customers_total, bills_total, started_by, created_at, updated_at)
    values (${run.orgId}, ${run.id}, ${run.programId}, ${run.subject}, ${run.subjectVersion},
            ${JSON.stringify(run.definition)}::jsonb, ${run.comparisonVersion}, ${run.from}, ${run.until}, 'queued',
            ${run.customers}, ${run.bills}, ${run.startedBy}, ${run.createdAt}, ${run.createdAt})`);

export const findRun = (tx: Tx, orgId: number, id: number): Promise<Run | null> =>
  tx.maybeOne<Run>(
    rawSql(`/* whatif.find_run */ select ${COLUMNS} from whatif.runs where org_id = $1 and id = $2`, [
      orgId,
      id,
    ]),
  );

export const findFinishedRun = (tx: Tx, orgId: number, id: number): Promise<FinishedRun | null> =>
  tx.maybeOne<FinishedRun>(
    rawSql(
      `/* whatif.find_finished_run */ select ${COLUMNS}, summary from whatif.runs
        where org_id = $1 and id = $2 and status = 'finished'`,
      [orgId, id],
    ),
  );

/** Runs, newest first; of one program, or of all. */
export const listRuns = (
  tx: Tx,
  orgId: number,
  page: { readonly programId: number | null; readonly before: number; readonly limit: number },
): Promise<Run[]> =>
  tx.rows<Run>(
    rawSql(
      `/* whatif.list_runs */ select ${COLUMNS} from whatif.runs
        where org_id = $1 and id < $2 and ($3::bigint is null or program_id = $3) order by id desc limit $4`,
      [orgId, page.before, page.programId, page.limit],
    ),
  );

export const countRuns = async (tx: Tx, orgId: number, programId: number | null): Promise<number> =>
  (
    await tx.one<{ total: number }>(sql`/* whatif.count_runs */
      select count(*) as total from whatif.runs
       where org_id = ${orgId} and (${programId}::bigint is null or program_id = ${programId})`)
  ).total;

export const countUnfinished = async (tx: Tx, orgId: number): Promise<number> =>
  (
    await tx.one<{ total: number }>(sql`/* whatif.count_unfinished */
      select count(*) as total from whatif.runs where org_id = ${orgId} and status in ('queued', 'running')`)
  ).total;

export interface UnfinishedRun {
  readonly orgId: number;
  readonly id: number;
}

/** Runs that are not done, over all organisations, oldest first. */
export const listUnfinished = (tx: Tx, limit: number): Promise<UnfinishedRun[]> =>
  tx.rows<UnfinishedRun>(sql`/* whatif.list_unfinished */
    select org_id as "orgId", id from whatif.runs
     where status in ('queued', 'running') order by created_at, id limit ${limit}`);

export const findLease = (tx: Tx, orgId: number, id: number): Promise<{ leaseOwner: string | null } | null> =>
  tx.maybeOne(sql`/* whatif.find_lease */
    select lease_owner as "leaseOwner" from whatif.runs where org_id = ${orgId} and id = ${id}`);

/** Takes the lease of a run that nobody holds, or whose holder is known to be dead; null when it is held or done. */
export const claimRun = (
  tx: Tx,
  orgId: number,
  id: number,
  lease: { readonly owner: string; readonly deadOwner: string; readonly until: Date; readonly now: Date },
): Promise<Run | null> =>
  tx.maybeOne<Run>(
    rawSql(
      `/* whatif.claim_run */
      update whatif.runs
         set status = 'running', lease_owner = $3, lease_until = $4, started_at = coalesce(started_at, $5), updated_at = $5,
             attempts = attempts + 1, message = '', customers_done = 0, bills_done = 0
       where org_id = $1 and id = $2 and status in ('queued', 'running')
         and (lease_until is null or lease_until < $5 or lease_owner in ($3, $6))
      returning ${COLUMNS}`,
      [orgId, id, lease.owner, lease.until, lease.now, lease.deadOwner],
    ),
  );

/** Keeps the lease and says how far the run is; null when the lease is lost, else whether the run is to be cancelled. */
export const extendLease = (
  tx: Tx,
  orgId: number,
  id: number,
  lease: {
    readonly owner: string;
    readonly until: Date;
    readonly now: Date;
    readonly progress: ReplayProgress | null;
  },
): Promise<{ cancelRequested: boolean } | null> =>
  tx.maybeOne(sql`/* whatif.extend_lease */
    update whatif.runs
       set lease_until = ${lease.until}, updated_at = ${lease.now},
           customers_done = coalesce(${lease.progress?.customers ?? null}::bigint, customers_done),
           customers_total = coalesce(${lease.progress?.customersTotal ?? null}::bigint, customers_total),
           bills_done = coalesce(${lease.progress?.bills ?? null}::bigint, bills_done),
           bills_total = coalesce(${lease.progress?.billsTotal ?? null}::bigint, bills_total)
     where org_id = ${orgId} and id = ${id} and lease_owner = ${lease.owner} and status = 'running'
    returning cancel_requested as "cancelRequested"`);

/** Ends a run; false when the lease is lost. */
export const endRun = async (
  tx: Tx,
  orgId: number,
  id: number,
  end: {
    readonly owner: string;
    readonly status: string;
    readonly message: string;
    readonly summary: Summary | null;
    readonly now: Date;
  },
): Promise<boolean> =>
  (await tx.run(sql`/* whatif.end_run */
    update whatif.runs
       set status = ${end.status}, message = ${end.message}, lease_owner = null, lease_until = null,
           summary = ${end.summary === null ? null : JSON.stringify(end.summary)}::jsonb,
           customers_done = coalesce(${end.summary?.customers ?? null}::bigint, customers_done),
           bills_done = coalesce(${end.summary?.bills ?? null}::bigint, bills_done),
           customers_total = coalesce(${end.summary?.customers ?? null}::bigint, customers_total),
           bills_total = coalesce(${end.summary?.bills ?? null}::bigint, bills_total),
           updated_at = ${end.now}, finished_at = ${end.now}
     where org_id = ${orgId} and id = ${id} and lease_owner = ${end.owner} and status = 'running'`)) === 1;

/** Gives the lease back without ending the run, with a word on why. */
export const releaseRun = (
  tx: Tx,
  orgId: number,
  id: number,
  release: { readonly owner: string; readonly message: string; readonly retryAt: Date | null },
): Promise<number> =>
  tx.run(sql`/* whatif.release_run */
    update whatif.runs set lease_owner = null, lease_until = ${release.retryAt}, message = ${release.message}
     where org_id = ${orgId} and id = ${id} and lease_owner = ${release.owner} and status = 'running'`);

/** Asks for a run's end; one that nobody has begun ends at once. Null when the run is done already or unknown. */
export const requestCancel = (
  tx: Tx,
  orgId: number,
  id: number,
  now: Date,
): Promise<{ status: string } | null> =>
  tx.maybeOne(sql`/* whatif.request_cancel */
    update whatif.runs
       set cancel_requested = true, updated_at = ${now},
           status = case when status = 'queued' then 'cancelled' else status end,
           finished_at = case when status = 'queued' then ${now}::timestamptz end
     where org_id = ${orgId} and id = ${id} and status in ('queued', 'running')
    returning status`);

/** Adds rows of customers, under the lease; false when it is lost. */
export const insertCustomers = async (
  tx: Tx,
  orgId: number,
  runId: number,
  owner: string,
  rows: readonly CustomerRow[],
): Promise<boolean> =>
  (await tx.run(sql`/* whatif.insert_customers */
    insert into whatif.customers
           (org_id, run_id, party_id, bills, amount, recorded, compared, tried, difference, tier_begin, tier_recorded,
            tier_compared, tier_tried)
    select ${orgId}, ${runId}, c.* from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.bills)}::bigint[],
      ${rows.map((row) => row.amount)}::bigint[], ${rows.map((row) => row.recorded)}::bigint[],
      ${rows.map((row) => row.compared)}::bigint[], ${rows.map((row) => row.tried)}::bigint[],
      ${rows.map((row) => row.tried - row.compared)}::bigint[], ${rows.map((row) => row.tierBegin)}::smallint[],
      ${rows.map((row) => row.tierRecorded)}::smallint[], ${rows.map((row) => row.tierCompared)}::smallint[],
      ${rows.map((row) => row.tierTried)}::smallint[]) c
     where exists (select from whatif.runs r where r.org_id = ${orgId} and r.id = ${runId} and r.lease_owner = ${owner})`)) ===
  rows.length;

/** Rows that are deleted in one statement. */
const SLICE = 10_000;

/** Deletes the customers of a run, some at a time. */
export const deleteCustomers = (tx: Tx, orgId: number, runId: number): Promise<number> =>
  tx.run(sql`/* whatif.delete_customers */
    delete from whatif.customers c
     where c.org_id = ${orgId} and c.run_id = ${runId} and c.party_id in (
       select party_id from whatif.customers where org_id = ${orgId} and run_id = ${runId} limit ${SLICE})`);

/** Runs that are done, beyond the newest so many of the organisation. */
export const listSuperseded = (tx: Tx, orgId: number, kept: number): Promise<{ id: number }[]> =>
  tx.rows(sql`/* whatif.list_superseded */
    select id from whatif.runs
     where org_id = ${orgId} and status not in ('queued', 'running') order by id desc offset ${kept}`);

export const deleteRun = (tx: Tx, orgId: number, id: number): Promise<number> =>
  tx.run(sql`/* whatif.delete_run */
    delete from whatif.runs where org_id = ${orgId} and id = ${id} and status not in ('queued', 'running')`);

export interface CustomerResult extends CustomerRow {
  readonly difference: number;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

export interface CustomerPage {
  readonly sort: CustomerSort;
  readonly descending: boolean;
  readonly after: { readonly value: number; readonly partyId: number } | null;
  /** Only those who get more, less, or other than in the comparison. */
  readonly only: "winners" | "losers" | "changed" | null;
  readonly limit: number;
}

const ONLY = {
  winners: "and c.difference > 0",
  losers: "and c.difference < 0",
  changed: "and c.difference <> 0",
};

/** Customers of a run with their names, sorted by a figure. */
export const listCustomers = (
  tx: Tx,
  orgId: number,
  runId: number,
  { sort, descending, after, only, limit }: CustomerPage,
): Promise<CustomerResult[]> => {
  const [direction, beyond] = descending ? ["desc", "<"] : ["asc", ">"];
  const values: unknown[] = [orgId, runId, limit];
  if (after !== null) values.push(after.value, after.partyId);
  return tx.rows<CustomerResult>(
    rawSql(
      `/* whatif.list_customers */
      select c.party_id as "partyId", c.bills, c.amount, c.recorded, c.compared, c.tried, c.difference,
             c.tier_begin as "tierBegin", c.tier_recorded as "tierRecorded", c.tier_compared as "tierCompared",
             c.tier_tried as "tierTried", n.first_name as "firstName", n.last_name as "lastName"
        from (select * from whatif.customers c
               where c.org_id = $1 and c.run_id = $2 ${only === null ? "" : ONLY[only]}
                 ${after === null ? "" : `and (c.${sort}, c.party_id) ${beyond} ($4::bigint, $5::bigint)`}
               order by c.${sort} ${direction}, c.party_id ${direction} limit $3) c
        left join customers.names_v n on n.org_id = $1 and n.party_id = c.party_id
       order by c.${sort} ${direction}, c.party_id ${direction}`,
      values,
    ),
  );
};

export const countCustomers = async (
  tx: Tx,
  orgId: number,
  runId: number,
  only: CustomerPage["only"],
): Promise<number> =>
  (
    await tx.one<{ total: number }>(
      rawSql(
        `/* whatif.count_customers */ select count(*) as total from whatif.customers c
          where c.org_id = $1 and c.run_id = $2 ${only === null ? "" : ONLY[only]}`,
        [orgId, runId],
      ),
    )
  ).total;

export const findCustomer = (
  tx: Tx,
  orgId: number,
  runId: number,
  partyId: number,
): Promise<CustomerRow | null> =>
  tx.maybeOne<CustomerRow>(sql`/* whatif.find_customer */
    select party_id as "partyId", bills, amount, recorded, compared, tried, tier_begin as "tierBegin",
           tier_recorded as "tierRecorded", tier_compared as "tierCompared", tier_tried as "tierTried"
      from whatif.customers where org_id = ${orgId} and run_id = ${runId} and party_id = ${partyId}`);
