-- Programs are configuration; memberships belong to a party.
create schema loyalty;

create table loyalty.programs (
  org_id bigint not null,
  id bigint not null,
  name text not null check (length(name) between 1 and 255),
  description text not null default '',
  points_to_currency_ratio numeric(18, 6) not null default 1 check (points_to_currency_ratio >= 0),
  is_default boolean not null default false,
  is_active boolean not null default true,
  draft jsonb,
  draft_updated_at timestamptz,
  created_at timestamptz not null,
  primary key (org_id, id),
  constraint program_name_is_unique unique (org_id, name)
);
create unique index one_default_program on loyalty.programs (org_id) where is_default;

create table loyalty.program_versions (
  org_id bigint not null,
  program_id bigint not null,
  version int not null check (version > 0),
  definition jsonb not null,
  effective_from timestamptz not null,
  published_at timestamptz not null,
  published_by text not null,
  primary key (org_id, program_id, version),
  constraint version_of_program foreign key (org_id, program_id) references loyalty.programs (org_id, id)
);
comment on table loyalty.program_versions is 'Immutable once published (@append-only): a decision names the version it followed.';

create table loyalty.memberships (
  party_id bigint not null,
  program_id bigint not null,
  org_id bigint not null,
  joined_at timestamptz not null,
  tier_number smallint not null check (tier_number > 0),
  tier_since timestamptz not null,
  tier_expires_at timestamptz,
  lifetime_purchases bigint not null default 0,
  transaction_count bigint not null default 0,
  visit_count bigint not null default 0,
  last_visit_on date,
  change_no int not null default 1 check (change_no > 0),
  primary key (party_id, program_id)
) with (fillfactor = 70);
comment on column loyalty.memberships.lifetime_purchases is 'Net, in the currency''s minor unit × 100.';
comment on column loyalty.memberships.visit_count is 'Distinct local days with a bill.';
comment on column loyalty.memberships.change_no is 'Number of the newest row of tier history; they are numbered 1, 2, 3 … without gaps.';
-- Not led by org_id: the planner would rather read a whole organisation through it than a few members by key.
create index memberships_by_tier on loyalty.memberships (program_id, tier_number);

create table loyalty.tier_changes (
  party_id bigint not null,
  program_id bigint not null,
  changed_at timestamptz not null,
  change_no int not null,
  org_id bigint not null,
  from_tier smallint,
  to_tier smallint not null,
  reason text not null,
  transaction_id bigint,
  recorded_at timestamptz not null,
  primary key (party_id, program_id, change_no)
);
comment on table loyalty.tier_changes is 'Tier history (@append-only): the tier in force on a past date is the newest change at or before it. changed_at never runs backwards.';
