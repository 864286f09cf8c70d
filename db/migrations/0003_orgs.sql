-- Organisations are configuration: small tables that every process keeps in memory, keyed by (org_id, id).
create schema orgs;

create table orgs.organisations (
  org_id bigint primary key,
  code text not null check (code ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
  name text not null check (length(name) between 1 and 255),
  kind text not null default 'standard' check (kind = 'standard'),
  country text not null check (country ~ '^[A-Z]{2}$'),
  time_zone text not null,
  cluster_time_zone text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  language text not null check (language ~ '^[a-z]{2,3}$'),
  phone text not null default '',
  address text not null default '',
  website text not null default '',
  sources text[] not null,
  is_active boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint organisation_code_is_unique unique (code)
);
comment on column orgs.organisations.sources is 'Channels that may hold a profile of a customer, by their documented names.';

create table orgs.settings (
  org_id bigint not null references orgs.organisations (org_id),
  key text not null,
  value text not null check (length(value) <= 2000),
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (org_id, key)
);
comment on table orgs.settings is 'Only what differs from the documented default; the catalogue of keys is in the program.';

create table orgs.entities (
  org_id bigint not null references orgs.organisations (org_id),
  id bigint not null,
  type text not null check (type in ('ZONE', 'CONCEPT', 'STORE', 'TILL', 'STR_SERVER')),
  code text not null check (length(code) between 1 and 100),
  name text not null check (length(name) between 1 and 255),
  description text not null default '',
  admin_type text not null default 'GENERAL' check (admin_type in ('GENERAL', 'ADMIN')),
  is_active boolean not null default true,
  parent_zone_id bigint,
  parent_concept_id bigint,
  store_id bigint,
  store_server_id bigint,
  external_ids text[] not null default '{}' check (cardinality(external_ids) <= 3),
  time_zone text,
  currency text,
  language text,
  time_zone_id int,
  currency_id int,
  language_id int,
  email text not null default '',
  mobile text not null default '',
  landline text not null default '',
  latitude text not null default '',
  longitude text not null default '',
  address text not null default '',
  city_id bigint,
  area_id bigint,
  is_billable boolean not null default true,
  custom_values jsonb not null default '{}',
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (org_id, id),
  constraint parent_zone_of_entity foreign key (org_id, parent_zone_id) references orgs.entities (org_id, id),
  constraint parent_concept_of_entity foreign key (org_id, parent_concept_id) references orgs.entities (org_id, id),
  constraint store_of_entity foreign key (org_id, store_id) references orgs.entities (org_id, id),
  constraint store_server_of_entity foreign key (org_id, store_server_id) references orgs.entities (org_id, id),
  constraint only_tills_and_servers_have_a_store check ((type in ('TILL', 'STR_SERVER')) = (store_id is not null))
);
create unique index entity_code_is_unique on orgs.entities (org_id, type, lower(code));
create unique index till_code_is_unique on orgs.entities (lower(code)) where type = 'TILL';
create index entities_by_store on orgs.entities (org_id, store_id) where store_id is not null;
create index entities_by_zone on orgs.entities (org_id, parent_zone_id) where parent_zone_id is not null;
create index entities_by_concept on orgs.entities (org_id, parent_concept_id) where parent_concept_id is not null;
comment on table orgs.entities is 'Concepts, zones, stores, store servers and tills. Till codes sign in, so they are unique over all organisations.';
comment on column orgs.entities.time_zone_id is 'Number that the caller gave; shown again as it is. The zone that counts is time_zone, else the organisation''s.';

create table orgs.fields (
  org_id bigint not null references orgs.organisations (org_id),
  id bigint not null,
  kind text not null check (kind in ('extended', 'custom')),
  scope text not null check (length(scope) between 1 and 60),
  name text not null check (length(name) between 1 and 100),
  label text not null check (length(label) between 1 and 255),
  data_type text not null check (data_type in ('string', 'integer', 'double', 'boolean', 'date', 'datetime', 'enum')),
  enum_values text[] not null default '{}',
  is_mandatory boolean not null default false,
  is_active boolean not null default true,
  display jsonb not null default '{}',
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (org_id, id),
  constraint enum_has_values check ((data_type = 'enum') = (cardinality(enum_values) > 0))
);
create unique index field_name_is_unique on orgs.fields (org_id, kind, scope, lower(name));
comment on column orgs.fields.display is 'What screens of tills and apps use and the server only keeps: type of input, position, rules, flags.';

create table orgs.source_accounts (
  org_id bigint not null references orgs.organisations (org_id),
  id bigint not null,
  uuid uuid not null,
  source text not null,
  account_id text not null check (length(account_id) between 1 and 255),
  name text not null,
  is_active boolean not null default true,
  created_at timestamptz not null,
  primary key (org_id, id),
  constraint source_account_is_unique unique (org_id, source, account_id)
);

create table orgs.payment_modes (
  org_id bigint not null references orgs.organisations (org_id),
  id bigint not null,
  name text not null check (length(name) between 1 and 100),
  attributes text[] not null default '{}',
  is_active boolean not null default true,
  primary key (org_id, id)
);
create unique index payment_mode_is_unique on orgs.payment_modes (org_id, lower(name));
