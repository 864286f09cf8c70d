-- Merging customers: the victim's row stays and says who the person is now; what moved is kept so that an undo restores it.
alter table customers.customers add column merged_into bigint;
alter table customers.customers add constraint merged_into_another check (merged_into <> party_id);
comment on column customers.customers.merged_into is
  'The customer whom this one was merged into, always one who is not merged: a later merge of the survivor moves this along.';
create index customers_merged on customers.customers (merged_into) where merged_into is not null;

alter table customers.changes drop constraint changes_kind_check;
alter table customers.changes add constraint changes_kind_check
  check (kind in ('registered', 'profile_added', 'updated', 'identifiers_changed', 'merged', 'merge_undone'));

create table customers.merges (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  victim_id bigint not null,
  merged_at timestamptz not null,
  cause text not null check (cause in ('registration', 'identifiers', 'request', 'console')),
  reason text not null check (length(reason) <= 500),
  actor_kind text not null,
  actor_name text not null,
  actor_source text not null,
  till_id bigint,
  moved json not null,
  effects json not null,
  primary key (party_id, id),
  constraint merge_of_two check (party_id <> victim_id)
);
comment on table customers.merges is 'Who was merged into whom (@append-only). party_id is the survivor.';
comment on column customers.merges.moved is 'The victim''s rows as they were, and what of the survivor they changed.';
comment on column customers.merges.effects is 'What other domains moved, in their own words, so that they can move it back.';
create index merges_of_victim on customers.merges (victim_id, id);

create table customers.merge_undos (
  party_id bigint not null,
  merge_id bigint not null,
  org_id bigint not null,
  undone_at timestamptz not null,
  reason text not null check (length(reason) <= 500),
  actor_kind text not null,
  actor_name text not null,
  actor_source text not null,
  till_id bigint,
  primary key (party_id, merge_id),
  constraint undo_of_merge foreign key (party_id, merge_id) references customers.merges (party_id, id)
);
comment on table customers.merge_undos is 'Merges that were taken back (@append-only).';

create view customers.merged_v with (security_invoker = true) as
  select org_id, party_id as victim_id, merged_into as party_id from customers.customers where merged_into is not null;
comment on view customers.merged_v is 'Victims of merges and who they are now.';
