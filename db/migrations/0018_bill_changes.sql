-- What happens to bills after they were recorded: claims of anonymous ones, and changes of what is no fact.
create table activities.retro_claims (
  org_id bigint not null,
  party_id bigint not null,
  transaction_id bigint not null,
  new_party_id bigint not null,
  new_transaction_id bigint not null,
  client text not null,
  claimed_at timestamptz not null,
  primary key (party_id, transaction_id)
);
comment on table activities.retro_claims is
  'An anonymous bill that a customer claimed, by the party of the anonymous bill: the key lets each be claimed once. The customer''s bill is new and names this one.';
comment on column activities.retro_claims.client is 'Who claimed it, as the client signs.';

create table activities.transaction_changes (
  org_id bigint not null,
  party_id bigint not null,
  transaction_id bigint not null,
  change_no int not null check (change_no > 0),
  changed_at timestamptz not null,
  actor_kind text not null,
  actor_name text not null,
  actor_source text not null,
  till_id bigint,
  changes json not null,
  primary key (party_id, transaction_id, change_no)
);
comment on table activities.transaction_changes is
  'Append-only (@append-only): who changed what of a recorded bill, from what to what. The bill itself holds the newest values.';

alter table activities.transactions add column updated_at timestamptz, add column updated_till_id bigint;
comment on column activities.transactions.updated_at is 'When fields were changed last; the amounts, dates and lines of a bill never change.';

-- A claimed bill is one sale, not two.
create or replace view activities.bills_v with (security_invoker = true) as
  select t.org_id, t.party_id, t.id, t.customer_id, t.type, t.billed_at, t.amount, t.points, t.store_id
    from activities.transactions t
   where t.type <> 'NOT_INTERESTED'
      or not exists (select from activities.retro_claims c where c.party_id = t.party_id and c.transaction_id = t.id);
comment on view activities.bills_v is
  'Bills without their details. An anonymous bill that a customer claimed is left out: it is there as the customer''s.';
