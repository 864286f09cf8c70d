-- Customers: one row per person, one profile per channel and account, and the directory of what they are known by.
create schema customers;

create table customers.customers (
  party_id bigint primary key,
  org_id bigint not null,
  loyalty_type text not null check (loyalty_type in ('loyalty', 'non_loyalty')),
  status text not null default 'ACTIVE',
  first_name text,
  last_name text,
  mobile text,
  email text,
  external_id text,
  sort_name text collate "C" not null default '',
  extended_fields jsonb not null default '{}',
  source text not null,
  account_id text not null default '',
  registered_at timestamptz not null,
  registered_till_id bigint,
  associated_till_id bigint,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null
) with (fillfactor = 85);
comment on table customers.customers is
  'Names and identifiers here are display copies of the profiles, so that a purchase reads one row about its customer.';
comment on column customers.customers.source is 'Where the customer first registered; account_id with it.';
comment on column customers.customers.registered_at is 'Business time of registration; created_at is when it was recorded.';
comment on column customers.customers.associated_till_id is 'Till that the caller credited with the registration.';
comment on column customers.customers.sort_name is 'Name folded to lower case by the program, for ordered lists.';
create index customers_by_registration on customers.customers (org_id, registered_at, party_id);
create index customers_by_name on customers.customers (org_id, sort_name, party_id);

create table customers.profiles (
  party_id bigint not null,
  source text not null,
  account_id text not null default '',
  org_id bigint not null,
  first_name text,
  last_name text,
  custom_fields jsonb not null default '{}',
  created_at timestamptz not null,
  created_by text not null,
  created_till_id bigint,
  updated_at timestamptz not null,
  updated_by text not null,
  updated_till_id bigint,
  primary key (party_id, source, account_id),
  constraint profile_of_customer foreign key (party_id) references customers.customers (party_id)
) with (fillfactor = 85);

create table customers.identifiers (
  party_id bigint not null,
  source text not null,
  account_id text not null default '',
  type text not null,
  value text not null check (length(value) between 1 and 255),
  org_id bigint not null,
  position smallint not null,
  created_at timestamptz not null,
  primary key (party_id, source, account_id, type, value),
  constraint identifier_of_profile foreign key (party_id, source, account_id)
    references customers.profiles (party_id, source, account_id)
);
comment on column customers.identifiers.position is 'Order in which the caller gave them.';

create table customers.identifier_keys (
  key text primary key,
  org_id bigint not null,
  party_id bigint not null
);
comment on table customers.identifier_keys is
  'Directory: org:type:normalised value → the customer, over all sources. Claimed before anything else is written.';

create table customers.channels (
  party_id bigint not null,
  source text not null,
  account_id text not null default '',
  type text not null,
  value text not null check (length(value) between 1 and 1000),
  org_id bigint not null,
  position smallint not null,
  is_primary boolean not null default false,
  is_verified boolean not null default false,
  is_subscribed boolean,
  meta jsonb not null default '{}',
  attributes jsonb not null default '{}',
  updated_at timestamptz not null,
  primary key (party_id, source, account_id, type, value),
  constraint channel_of_profile foreign key (party_id, source, account_id)
    references customers.profiles (party_id, source, account_id)
);
comment on column customers.channels.is_subscribed is 'null = the caller never said.';

create table customers.search_terms (
  party_id bigint not null,
  term text collate "C" not null check (length(term) between 1 and 200),
  org_id bigint not null,
  primary key (org_id, term, party_id)
);
comment on table customers.search_terms is
  'Names and identifiers folded by the program. Bytewise order makes a prefix one range of the primary key.';

create table customers.changes (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  changed_at timestamptz not null,
  kind text not null check (kind in ('registered', 'profile_added', 'updated')),
  actor_kind text not null,
  actor_name text not null,
  actor_source text not null,
  till_id bigint,
  changes json not null,
  primary key (party_id, id)
);
comment on table customers.changes is 'Who changed what and when, from what to what (@append-only).';
comment on column customers.changes.changes is 'Array of {field, source, accountId, from, to}; source is absent for what belongs to the customer as a whole.';
create index changes_of_customer on customers.changes (party_id, changed_at, id);
