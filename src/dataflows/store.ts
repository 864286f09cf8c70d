import { rawSql, sql, type Tx } from "#platform";
import type { Counts, ImportKind, Mapping, Rejection, Run, RunOptions } from "./schema.ts";

const COLUMNS = `org_id as "orgId", id, kind, file_name as "fileName", file_path as "filePath", is_upload as "isUpload",
  fingerprint, bytes_total as "bytesTotal", mapping, options, status, message, done_offset as "doneOffset",
  done_line as "doneLine", bytes_read as "bytesRead", counts, attempts, cancel_requested as "cancelRequested",
  started_by as "startedBy", created_at as "createdAt", started_at as "startedAt", updated_at as "updatedAt",
  finished_at as "finishedAt", header_text as "headerText", delimiter`;

/** A run with what its rejections' file needs. */
export interface StoredRun extends Run {
  readonly headerText: string;
  readonly delimiter: string;
}

export interface NewRun {
  readonly orgId: number;
  readonly id: number;
  readonly kind: ImportKind;
  readonly fileName: string;
  readonly filePath: string;
  readonly isUpload: boolean;
  readonly fingerprint: string;
  readonly bytesTotal: number;
  readonly mapping: Mapping;
  readonly options: RunOptions;
  readonly headerText: string;
  readonly delimiter: string;
  readonly counts: Counts;
  readonly startedBy: string;
  readonly at: Date;
}

export const insertRun = (tx: Tx, run: NewRun): Promise<number> =>
  tx.run(sql`/* dataflows.insert_run */
    insert into dataflows.runs
           (org_id, id, kind, file_name, file_path, is_upload, fingerprint, bytes_total, mapping, options, status,
            header_text, delimiter, counts, started_by, created_at, updated_at)
    values (${run.orgId}, ${run.id}, ${run.kind}, ${run.fileName}, ${run.filePath}, ${run.isUpload}, ${run.fingerprint},
            ${run.bytesTotal}, ${JSON.stringify(run.mapping)}::jsonb, ${JSON.stringify(run.options)}::jsonb, 'queued',
            ${run.headerText}, ${run.delimiter}, ${JSON.stringify(run.counts)}::jsonb, ${run.startedBy}, ${run.at}, ${run.at})`);

export const findRun = (tx: Tx, orgId: number, id: number): Promise<StoredRun | null> =>
  tx.maybeOne<StoredRun>(
    rawSql(`/* dataflows.find_run */ select ${COLUMNS} from dataflows.runs where org_id = $1 and id = $2`, [
      orgId,
      id,
    ]),
  );

/** The newest run of a file that was not uploaded and is not done. */
export const findUnfinishedRun = (
  tx: Tx,
  orgId: number,
  kind: ImportKind,
  fingerprint: string,
): Promise<StoredRun | null> =>
  tx.maybeOne<StoredRun>(
    rawSql(
      `/* dataflows.find_unfinished_run */ select ${COLUMNS} from dataflows.runs
        where org_id = $1 and kind = $2 and fingerprint = $3 and not is_upload and status in ('queued', 'running')
        order by id desc limit 1`,
      [orgId, kind, fingerprint],
    ),
  );

/** Runs, newest first. */
export const listRuns = (tx: Tx, orgId: number, before: number, limit: number): Promise<StoredRun[]> =>
  tx.rows<StoredRun>(
    rawSql(
      `/* dataflows.list_runs */ select ${COLUMNS} from dataflows.runs
        where org_id = $1 and id < $2 order by id desc limit $3`,
      [orgId, before, limit],
    ),
  );

export const countRuns = async (tx: Tx, orgId: number): Promise<number> =>
  (
    await tx.one<{ total: number }>(
      sql`/* dataflows.count_runs */ select count(*) as total from dataflows.runs where org_id = ${orgId}`,
    )
  ).total;

export interface UnfinishedRun {
  readonly orgId: number;
  readonly id: number;
  readonly leaseOwner: string | null;
  readonly leaseUntil: Date | null;
}

/** Uploads that are not done, over all organisations, oldest first. */
export const listUnfinished = (tx: Tx, limit: number): Promise<UnfinishedRun[]> =>
  tx.rows<UnfinishedRun>(sql`/* dataflows.list_unfinished */
    select org_id as "orgId", id, lease_owner as "leaseOwner", lease_until as "leaseUntil" from dataflows.runs
     where is_upload and status in ('queued', 'running')
     order by created_at, id limit ${limit}`);

export const findLease = (
  tx: Tx,
  orgId: number,
  id: number,
): Promise<Pick<UnfinishedRun, "leaseOwner" | "leaseUntil"> | null> =>
  tx.maybeOne(sql`/* dataflows.find_lease */
    select lease_owner as "leaseOwner", lease_until as "leaseUntil" from dataflows.runs
     where org_id = ${orgId} and id = ${id}`);

/** Takes the lease of a run that nobody holds, or whose holder is known to be dead; null when it is held or done. */
export const claimRun = async (
  tx: Tx,
  orgId: number,
  id: number,
  lease: { readonly owner: string; readonly deadOwner: string; readonly until: Date; readonly now: Date },
): Promise<StoredRun | null> =>
  tx.maybeOne<StoredRun>(
    rawSql(
      `/* dataflows.claim_run */
      update dataflows.runs
         set status = 'running', lease_owner = $3, lease_until = $4, started_at = coalesce(started_at, $5),
             updated_at = $5, attempts = attempts + 1
       where org_id = $1 and id = $2 and status in ('queued', 'running')
         and (lease_until is null or lease_until < $5 or lease_owner in ($3, $6))
      returning ${COLUMNS}`,
      [orgId, id, lease.owner, lease.until, lease.now, lease.deadOwner],
    ),
  );

/** Keeps the lease; null when it is lost, else whether the run is to be cancelled. */
export const extendLease = (
  tx: Tx,
  orgId: number,
  id: number,
  lease: { readonly owner: string; readonly until: Date },
): Promise<{ cancelRequested: boolean } | null> =>
  tx.maybeOne(sql`/* dataflows.extend_lease */
    update dataflows.runs set lease_until = ${lease.until}
     where org_id = ${orgId} and id = ${id} and lease_owner = ${lease.owner} and status = 'running'
    returning cancel_requested as "cancelRequested"`);

export interface Checkpoint {
  readonly owner: string;
  readonly leaseUntil: Date;
  readonly now: Date;
  readonly doneOffset: number;
  readonly doneLine: number;
  readonly bytesRead: number;
  readonly counts: Counts;
}

/** Moves the checkpoint on; null when the lease is lost, and then nothing of the transaction may stay. */
export const saveCheckpoint = (
  tx: Tx,
  orgId: number,
  id: number,
  checkpoint: Checkpoint,
): Promise<{ cancelRequested: boolean } | null> =>
  tx.maybeOne(sql`/* dataflows.save_checkpoint */
    update dataflows.runs
       set done_offset = ${checkpoint.doneOffset}, done_line = ${checkpoint.doneLine}, bytes_read = ${checkpoint.bytesRead},
           counts = ${JSON.stringify(checkpoint.counts)}::jsonb, lease_until = ${checkpoint.leaseUntil},
           updated_at = ${checkpoint.now}, attempts = 0
     where org_id = ${orgId} and id = ${id} and lease_owner = ${checkpoint.owner} and status = 'running'
    returning cancel_requested as "cancelRequested"`);

/** Ends a run; false when the lease is lost. */
export const endRun = async (
  tx: Tx,
  orgId: number,
  id: number,
  end: { readonly owner: string; readonly status: string; readonly message: string; readonly now: Date },
): Promise<boolean> =>
  (await tx.run(sql`/* dataflows.end_run */
    update dataflows.runs
       set status = ${end.status}, message = ${end.message}, lease_owner = null, lease_until = null,
           updated_at = ${end.now}, finished_at = ${end.now},
           bytes_read = case when ${end.status} = 'finished' then bytes_total else bytes_read end
     where org_id = ${orgId} and id = ${id} and lease_owner = ${end.owner} and status = 'running'`)) === 1;

/** Gives the lease back without ending the run, with a word on why. */
export const releaseRun = (
  tx: Tx,
  orgId: number,
  id: number,
  release: { readonly owner: string; readonly message: string; readonly retryAt: Date | null },
): Promise<number> =>
  tx.run(sql`/* dataflows.release_run */
    update dataflows.runs set lease_owner = null, lease_until = ${release.retryAt}, message = ${release.message}
     where org_id = ${orgId} and id = ${id} and lease_owner = ${release.owner} and status = 'running'`);

/** Asks for a run's end; one that nobody has begun ends at once. Null when the run is done already or unknown. */
export const requestCancel = (
  tx: Tx,
  orgId: number,
  id: number,
  now: Date,
): Promise<{ status: string } | null> =>
  tx.maybeOne(sql`/* dataflows.request_cancel */
    update dataflows.runs
       set cancel_requested = true, updated_at = ${now},
           status = case when status = 'queued' then 'cancelled' else status end,
           finished_at = case when status = 'queued' then ${now}::timestamptz end
     where org_id = ${orgId} and id = ${id} and status in ('queued', 'running')
    returning status`);

/** A row that was reported before, by a worker that lost its lease, is not reported twice. */
export const insertRejections = (
  tx: Tx,
  orgId: number,
  runId: number,
  rejections: readonly Rejection[],
): Promise<number> =>
  tx.run(sql`/* dataflows.insert_rejections */
    insert into dataflows.rejections (org_id, run_id, line, field, reason, row_text)
    select ${orgId}, ${runId}, * from unnest(
      ${rejections.map(({ line }) => line)}::bigint[], ${rejections.map(({ field }) => field)}::text[],
      ${rejections.map(({ reason }) => reason)}::text[], ${rejections.map(({ row }) => row)}::text[])
    on conflict (org_id, run_id, line) do nothing`);

export const listRejections = (
  tx: Tx,
  orgId: number,
  runId: number,
  after: number,
  limit: number,
): Promise<Rejection[]> =>
  tx.rows<Rejection>(sql`/* dataflows.list_rejections */
    select line, field, reason, row_text as row from dataflows.rejections
     where org_id = ${orgId} and run_id = ${runId} and line > ${after} order by line limit ${limit}`);

export const countRejections = async (tx: Tx, orgId: number, runId: number): Promise<number> =>
  (
    await tx.one<{ total: number }>(sql`/* dataflows.count_rejections */
      select count(*) as total from dataflows.rejections where org_id = ${orgId} and run_id = ${runId}`)
  ).total;
