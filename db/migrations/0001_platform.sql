-- Counters for ids handed out in blocks (hi/lo).
create table platform.id_blocks (
  name text primary key,
  next_id bigint not null check (next_id > 0)
);

create schema events;
create table events.outbox (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  event_type text not null,
  occurred_at timestamptz not null,
  payload json not null,
  primary key (id, party_id)
);
comment on table events.outbox is
  'Events written in the transaction of the fact they tell of; the relay hands them to subscribers and removes them in one transaction.';
