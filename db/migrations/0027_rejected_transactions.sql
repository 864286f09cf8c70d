-- Bills that an organisation's check of its own data keeps from being processed, until that data is put right.
create table activities.rejected_transactions (
  org_id bigint not null,
  party_id bigint not null,
  id bigint not null,
  customer_id bigint,
  bill_number text not null,
  billed_at timestamptz not null,
  added_at timestamptz not null,
  updated_at timestamptz not null,
  updated_by text not null,
  status text not null constraint rejected_status_is_known check (status in (
    'OPEN', 'FIXED', 'PARTIAL_FIXED', 'PERMANENT_FAILED', 'SUCCESS', 'REPLAYED', 'MAX_OUT')),
  retry_count int not null default 0,
  retrigger_id bigint,
  new_transaction_id bigint,
  error_codes int[] not null,
  error_values text[] not null,
  errors json not null,
  payload json not null,
  comments text not null default '',
  primary key (id, party_id)
);
comment on table activities.rejected_transactions is
  'Bills parked whole with the reasons. party_id is the customer when known, else a party of its own, so that they spread over shards.';
comment on column activities.rejected_transactions.errors is 'Reasons: code, message, value, whether it is put right meanwhile.';
comment on column activities.rejected_transactions.payload is 'The bill as it was sent and what the call said beside it: read again when it is retried.';
comment on column activities.rejected_transactions.new_transaction_id is 'The bill that a retry recorded.';
create index rejected_of_org on activities.rejected_transactions (org_id, added_at, id);
create index rejected_of_retrigger on activities.rejected_transactions (org_id, retrigger_id) where retrigger_id is not null;

create table activities.rejected_keys (
  key text primary key,
  org_id bigint not null,
  party_id bigint not null,
  rejected_id bigint not null
);
comment on table activities.rejected_keys is 'Directory: org:hash of a parked bill → where it is parked, so that a bill sent twice is parked once.';

create table activities.retriggers (
  org_id bigint not null,
  id bigint not null,
  created_at timestamptz not null,
  created_by text not null,
  fixed int not null,
  partially_fixed int not null,
  total int not null,
  primary key (org_id, id)
);
comment on table activities.retriggers is 'Runs that retry parked bills: how many of them the organisation''s data lets pass meanwhile.';
