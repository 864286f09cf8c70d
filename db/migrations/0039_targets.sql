-- Targets, streaks and combinations of targets, and how far members are.
create table loyalty.target_groups (
  org_id bigint not null,
  id bigint not null,
  name text not null,
  description text not null,
  tracking_type text not null check (tracking_type in ('DEFAULT', 'UNIFIED', 'STREAK', 'NON_CONTINUOUS_STREAK')),
  evaluation_type text not null
    check (evaluation_type in ('FIXED_CALENDAR_WINDOW', 'CYCLIC_WINDOW', 'PERIOD_AGNOSTIC_WINDOW')),
  frequency_type text not null,
  frequency int not null check (frequency > 0),
  total_periods int not null check (total_periods between 1 and 100),
  preferred_till_id bigint,
  aggregate_window text check (aggregate_window in ('MAX', 'MIN')),
  unified jsonb,
  is_user_created boolean not null,
  has_leaderboard boolean not null,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  deleted_at timestamptz,
  primary key (org_id, id)
);
comment on table loyalty.target_groups is 'Targets with the same periods. One that was deleted stays, for what was tracked in it.';
comment on column loyalty.target_groups.aggregate_window is 'Of each day only the largest or smallest value counts; null: all.';
comment on column loyalty.target_groups.unified is 'How many of its targets make the whole, where they are combined.';
create unique index target_group_names on loyalty.target_groups (org_id, lower(name)) where deleted_at is null;

create table loyalty.target_periods (
  org_id bigint not null,
  id bigint not null,
  group_id bigint not null,
  cycle int not null check (cycle between 1 and 100),
  ref_code text not null,
  starts_at timestamptz,
  ends_at timestamptz,
  is_active boolean not null,
  completed_at timestamptz,
  primary key (org_id, id),
  constraint period_of_group foreign key (org_id, group_id) references loyalty.target_groups (org_id, id),
  constraint period_ends_after_it_starts check (ends_at > starts_at)
);
comment on table loyalty.target_periods is
  'Periods of a group, numbered from 1. Without dates where they begin with what each member does, or end with what is reached.';
comment on column loyalty.target_periods.ends_at is 'The first instant after it.';
comment on column loyalty.target_periods.completed_at is 'When the end of it had been told for every member.';
create unique index target_period_cycles on loyalty.target_periods (org_id, group_id, cycle);
create unique index target_period_codes on loyalty.target_periods (org_id, group_id, lower(ref_code));

create table loyalty.targets (
  org_id bigint not null,
  id bigint not null,
  group_id bigint not null,
  name text not null,
  description text not null,
  entity text not null check (entity in ('TRANSACTION', 'LINEITEM', 'POINTS', 'ALTERNATE_CURRENCIES')),
  type text not null,
  currency_identifier text,
  extended_field jsonb,
  expression text not null,
  expression_json jsonb,
  filters jsonb not null,
  default_values jsonb not null,
  enrolment_method text not null check (enrolment_method in ('TRANSACTION', 'IMPORT')),
  is_active boolean not null,
  created_at timestamptz not null,
  primary key (org_id, id),
  constraint target_of_group foreign key (org_id, group_id) references loyalty.target_groups (org_id, id)
);
comment on table loyalty.targets is 'What members are to reach in each period of a group. Ids are of one row with those of groups.';
comment on column loyalty.targets.default_values is 'Decimal numbers: one for all periods, or one for each.';
create index targets_of_group on loyalty.targets (org_id, group_id);

create table loyalty.target_steps (
  org_id bigint not null,
  id bigint not null,
  target_id bigint not null,
  kind text not null check (kind in ('sub_target', 'streak')),
  name text not null,
  value_type text not null check (value_type in ('ABSOLUTE', 'PERCENTAGE', 'COUNT')),
  value numeric not null check (value > 0),
  primary key (org_id, id),
  constraint step_of_target foreign key (org_id, target_id) references loyalty.targets (org_id, id)
);
comment on table loyalty.target_steps is
  'Sub-targets on the way to a target, and levels of a streak: so many periods in which it was reached.';
create index steps_of_target on loyalty.target_steps (org_id, target_id);

create table loyalty.target_enrolments (
  party_id bigint not null,
  target_id bigint not null,
  org_id bigint not null,
  group_id bigint not null,
  method text not null,
  enrolled_at timestamptz not null,
  from_cycle int not null,
  starts_at timestamptz,
  streak_from int not null,
  left_at timestamptz,
  primary key (party_id, target_id)
);
comment on table loyalty.target_enrolments is 'Who takes part in a target. Changed under the party''s lock.';
comment on column loyalty.target_enrolments.from_cycle is 'The first period that counts.';
comment on column loyalty.target_enrolments.starts_at is 'When the member''s first period began, where it begins with what the member does.';
comment on column loyalty.target_enrolments.streak_from is 'The first period that a streak counts.';
create index enrolments_in_target on loyalty.target_enrolments (org_id, target_id, party_id);

create table loyalty.target_values (
  party_id bigint not null,
  target_id bigint not null,
  cycle int not null,
  org_id bigint not null,
  group_id bigint not null,
  starts_at timestamptz,
  ends_at timestamptz,
  defined bigint not null,
  achieved bigint not null,
  achieved_at timestamptz,
  steps jsonb not null,
  event_count int not null,
  last_event_at timestamptz,
  completed_at timestamptz,
  primary key (party_id, target_id, cycle)
) with (fillfactor = 80);
comment on table loyalty.target_values is
  'How far a member is in a period: small units of money, or thousandths. Of a combination, whose target is its group: how many of its targets are reached. Changed under the party''s lock.';
comment on column loyalty.target_values.steps is 'When sub-targets were reached, by their ids.';
comment on column loyalty.target_values.achieved_at is 'When it was reached first; it stays when a return takes the value below again.';
comment on column loyalty.target_values.completed_at is 'When the end of the period was told.';
create index target_ranks on loyalty.target_values (org_id, target_id, cycle, achieved desc, last_event_at, party_id);
create index target_values_to_complete on loyalty.target_values (org_id, ends_at, party_id, target_id, cycle)
  where completed_at is null and ends_at is not null;

create table loyalty.streak_levels (
  party_id bigint not null,
  step_id bigint not null,
  org_id bigint not null,
  target_id bigint not null,
  cycle int not null,
  achieved_at timestamptz not null,
  lost_at timestamptz,
  primary key (party_id, step_id)
);
comment on table loyalty.streak_levels is 'Levels of streaks that a member reached: each once, until the streak is begun afresh.';

create table loyalty.target_events (
  party_id bigint not null,
  target_id bigint not null,
  cycle int not null,
  no int not null,
  org_id bigint not null,
  name text not null,
  transaction_id bigint,
  unique_id text not null,
  day date not null,
  occurred_at timestamptz not null,
  processed_at timestamptz not null,
  value bigint not null,
  parts jsonb,
  primary key (party_id, target_id, cycle, no)
);
comment on table loyalty.target_events is 'What changed a member''s value of a target, numbered within its period (@append-only).';
comment on column loyalty.target_events.value is 'What it counts for by itself; less than 0: what a return took.';
comment on column loyalty.target_events.parts is 'Of a bill tracked by its lines: what each counts for.';
create index target_events_of_bill on loyalty.target_events (party_id, transaction_id);
