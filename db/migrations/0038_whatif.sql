-- Drafts of programs, replayed over what happened.
create schema whatif;

create table whatif.runs (
  org_id bigint not null references orgs.organisations (org_id),
  id bigint not null,
  program_id bigint not null,
  subject text not null check (subject in ('draft', 'definition', 'version')),
  subject_version int,
  definition jsonb not null,
  comparison_version int,
  period_from timestamptz not null,
  period_until timestamptz not null check (period_until > period_from),
  status text not null check (status in ('queued', 'running', 'finished', 'failed', 'cancelled')),
  message text not null default '',
  customers_done bigint not null default 0,
  customers_total bigint not null default 0,
  bills_done bigint not null default 0,
  bills_total bigint not null default 0,
  summary jsonb,
  attempts int not null default 0,
  cancel_requested boolean not null default false,
  lease_owner text,
  lease_until timestamptz,
  started_by text not null,
  created_at timestamptz not null,
  started_at timestamptz,
  updated_at timestamptz not null,
  finished_at timestamptz,
  primary key (org_id, id),
  constraint run_of_program foreign key (org_id, program_id) references loyalty.programs (org_id, id),
  constraint a_version_says_which check ((subject = 'version') = (subject_version is not null)),
  constraint what_is_finished_has_a_summary check ((status = 'finished') = (summary is not null))
);
create index unfinished_whatif_runs on whatif.runs (created_at, id) where status in ('queued', 'running');
comment on table whatif.runs is
  'What-ifs: a definition over the bills of a period. The row is the lease under which one worker replays them; another begins anew.';
comment on column whatif.runs.definition is 'As it was when the run was asked for, whatever becomes of the draft.';
comment on column whatif.runs.comparison_version is 'Null: compared with what was in force on the date of each bill.';

create table whatif.customers (
  party_id bigint not null,
  run_id bigint not null,
  org_id bigint not null,
  bills bigint not null,
  amount bigint not null,
  recorded bigint not null,
  compared bigint not null,
  tried bigint not null,
  difference bigint not null constraint difference_is_tried_less_compared check (difference = tried - compared),
  tier_begin smallint,
  tier_recorded smallint,
  tier_compared smallint,
  tier_tried smallint,
  primary key (party_id, run_id),
  constraint customer_of_run foreign key (org_id, run_id) references whatif.runs (org_id, id) on delete cascade
);
comment on table whatif.customers is 'What a what-if comes to for each customer with a bill in its period; thousandths of a point, net of returns.';
create index customers_by_difference on whatif.customers (org_id, run_id, difference, party_id);
