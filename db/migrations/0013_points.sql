-- How points move besides earning on a bill. Every table belongs to a party, or is a directory.
create schema points;

create table points.request_keys (
  key text primary key,
  org_id bigint not null,
  party_id bigint not null,
  input_hash bytea not null,
  reply json,
  created_at timestamptz not null
);
comment on table points.request_keys is
  'Directory: org:kind:key → the reply that committed with it. The same key and input get it again.';

create table points.codes (
  key text primary key,
  org_id bigint not null,
  party_id bigint not null,
  id bigint not null
);
comment on table points.codes is 'Directory: org:redemption:CODE or org:reversal:CODE → the record. Case counts.';

create table points.redemptions (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  program_id bigint not null,
  event_no bigint not null,
  event_id bigint not null,
  code text not null,
  amount bigint not null check (amount > 0),
  value bigint not null check (value >= 0),
  reversed bigint not null default 0,
  bill_number text not null default '',
  transaction_id bigint,
  till_id bigint,
  redeemed_at timestamptz not null,
  recorded_at timestamptz not null,
  purpose text not null default '',
  notes text not null default '',
  external_reference text not null default '',
  hold_id bigint,
  is_validated boolean not null default false,
  custom_fields json,
  primary key (party_id, id),
  constraint reversed_is_within_redemption check (reversed >= 0 and reversed <= amount)
) with (fillfactor = 85);
comment on column points.redemptions.id is 'The documented summary id.';
comment on column points.redemptions.value is 'What the points paid, in minor unit × 100.';
comment on column points.redemptions.reversed is 'How much of it was reversed, points past their expiry included.';
create index redemptions_by_time on points.redemptions (party_id, redeemed_at, id);
create index redemptions_of_bill on points.redemptions (party_id, transaction_id) where transaction_id is not null;
create index redemptions_of_bill_number on points.redemptions (party_id, bill_number) where bill_number <> '';

create table points.reversals (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  redemption_id bigint not null,
  event_no bigint,
  event_id bigint not null,
  code text not null,
  asked bigint not null check (asked > 0),
  returned bigint not null check (returned >= 0),
  expired bigint not null check (expired >= 0),
  cause text not null check (cause in ('call', 'return')),
  transaction_id bigint,
  till_id bigint,
  reversed_at timestamptz not null,
  recorded_at timestamptz not null,
  primary key (party_id, id),
  constraint asked_is_returned_or_expired check (asked = returned + expired),
  constraint reversal_of_redemption foreign key (party_id, redemption_id) references points.redemptions (party_id, id)
);
comment on table points.reversals is 'Redemptions taken back, whole or in part (@append-only).';
comment on column points.reversals.expired is 'Points whose expiry had passed: they do not come back.';
comment on column points.reversals.event_no is 'Null when nothing came back.';
create index reversals_of_redemption on points.reversals (party_id, redemption_id);
create index settled_uses on ledger.lot_uses (party_id, lot_event_no, lot_line_no) where kind = 'settled';
