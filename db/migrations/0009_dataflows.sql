-- Files that come in: who started which, how far it is, what was refused.
create schema dataflows;

create table dataflows.runs (
  org_id bigint not null references orgs.organisations (org_id),
  id bigint not null,
  kind text not null check (kind in ('customers', 'transactions')),
  file_name text not null check (length(file_name) between 1 and 255),
  file_path text not null,
  is_upload boolean not null,
  fingerprint text not null,
  bytes_total bigint not null check (bytes_total >= 0),
  mapping jsonb not null,
  options jsonb not null,
  status text not null check (status in ('queued', 'running', 'finished', 'failed', 'cancelled')),
  message text not null default '',
  header_text text not null default '',
  delimiter text not null default ',',
  done_offset bigint not null default 0 check (done_offset >= 0),
  done_line bigint not null default 0 check (done_line >= 0),
  bytes_read bigint not null default 0,
  counts jsonb not null,
  attempts int not null default 0,
  cancel_requested boolean not null default false,
  lease_owner text,
  lease_until timestamptz,
  started_by text not null,
  created_at timestamptz not null,
  started_at timestamptz,
  updated_at timestamptz not null,
  finished_at timestamptz,
  primary key (org_id, id)
);
create index unfinished_runs on dataflows.runs (created_at, id) where status in ('queued', 'running');
create index runs_by_fingerprint on dataflows.runs (org_id, fingerprint);
comment on table dataflows.runs is 'Imports. The row is the lease under which one worker reads the file, and the checkpoint from which the next one goes on.';
comment on column dataflows.runs.done_offset is 'Bytes of the decompressed file up to which every row has become a record or a rejection; 0 = not begun.';
comment on column dataflows.runs.bytes_read is 'Bytes of the file as it is stored (compressed or not), for showing progress.';
comment on column dataflows.runs.attempts is 'Times that a worker took the run since it last got on.';

create table dataflows.rejections (
  org_id bigint not null,
  run_id bigint not null,
  line bigint not null check (line > 0),
  field text not null,
  reason text not null,
  row_text text not null,
  primary key (org_id, run_id, line),
  constraint run_of_rejection foreign key (org_id, run_id) references dataflows.runs (org_id, id)
);
comment on table dataflows.rejections is 'Rows that were not imported, as they stand in the file (@append-only).';
