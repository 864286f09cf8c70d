-- Points that pass from one customer to another, or are given and taken by hand.
create table points.transfers (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  direction text not null check (direction in ('sent', 'received')),
  other_party_id bigint not null,
  program_id bigint not null,
  event_no bigint not null,
  event_id bigint not null,
  amount bigint not null check (amount > 0),
  fee bigint not null default 0 check (fee >= 0),
  notes text not null default '',
  till_id bigint,
  transferred_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (party_id, id),
  constraint a_transfer_has_two_sides check (party_id <> other_party_id),
  constraint the_sender_pays_the_fee check (direction = 'sent' or fee = 0)
);
comment on table points.transfers is
  'Transfers, a row for each side under the same id (@append-only): the sender''s and the recipient''s.';
create index transfers_by_time on points.transfers (party_id, transferred_at, id);

create table points.adjustments (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  kind text not null check (kind in ('goodwill', 'issue', 'campaign', 'import', 'deduction')),
  program_id bigint not null,
  currency_id bigint not null default 0,
  category smallint not null check (category between 1 and 3),
  event_no bigint not null,
  event_id bigint not null,
  amount bigint not null check (amount > 0),
  reason text not null default '',
  comments text not null default '',
  made_by text not null,
  user_id bigint,
  till_id bigint,
  made_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (party_id, id)
);
comment on table points.adjustments is
  'Points given and taken outside of purchases, each with its reason and who did it (@append-only).';
comment on column points.adjustments.amount is 'Taken when the kind is deduction, else given.';
create index adjustments_by_time on points.adjustments (party_id, made_at, id);
