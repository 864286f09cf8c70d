-- What customers did, and the keys that make every write happen once.
create schema activities;

create table activities.transactions (
  id bigint not null,
  party_id bigint not null,
  org_id bigint not null,
  customer_id bigint,
  type text not null check (type in ('REGULAR', 'NOT_INTERESTED')),
  bill_number text not null,
  billed_at timestamptz not null,
  recorded_at timestamptz not null,
  till_id bigint not null,
  store_id bigint not null,
  source text not null,
  account_id text not null default '',
  amount bigint not null,
  gross_amount bigint,
  discount bigint,
  details json,
  outlier_status text not null default 'NORMAL',
  delivery_status text not null default 'PLACED',
  points bigint not null default 0,
  event_no bigint,
  trace json,
  input_hash bytea not null,
  reply json not null,
  primary key (id, party_id)
);
comment on table activities.transactions is
  'Bills. party_id is the customer, or a party of its own for an anonymous bill, so that anonymous purchases spread over shards.';
comment on column activities.transactions.amount is 'Net, in the currency''s minor unit × 100.';
comment on column activities.transactions.details is 'Note, reason of no interest, payment modes, extended and custom fields, attribution: shown, never searched.';
create index transactions_of_party on activities.transactions (party_id, billed_at, id);

create table activities.transaction_lines (
  party_id bigint not null,
  transaction_id bigint not null,
  line_no int not null check (line_no > 0),
  org_id bigint not null,
  item_code text not null,
  description text,
  quantity bigint not null,
  rate bigint not null,
  value bigint not null,
  discount bigint not null,
  amount bigint not null,
  details json,
  primary key (party_id, transaction_id, line_no)
);
comment on column activities.transaction_lines.quantity is 'Thousandths.';

create table activities.bill_numbers (
  key text not null,
  scope text not null default '',
  org_id bigint not null,
  party_id bigint not null,
  transaction_id bigint not null,
  input_hash bytea not null,
  billed_at timestamptz not null,
  primary key (key, scope)
);
comment on table activities.bill_numbers is
  'Directory: org:number → the bill. scope is empty, a store or a till as the organisation''s setting says how far a number must be unique, or the bill''s id where it need not be.';

create table activities.request_keys (
  key text primary key,
  org_id bigint not null,
  party_id bigint not null,
  transaction_id bigint not null,
  input_hash bytea not null,
  created_at timestamptz not null
);
comment on table activities.request_keys is 'Directory: org:Idempotency-Key → the bill it made.';

create table activities.set_aside (
  org_id bigint not null,
  party_id bigint not null,
  id bigint not null,
  kind text not null,
  bill_number text not null,
  billed_at timestamptz not null,
  amount bigint not null,
  reason text not null,
  document json not null,
  import_run_id bigint,
  primary key (id, party_id)
);
comment on table activities.set_aside is 'Documents that are kept whole but not yet decided, such as cancellations of a history: counted, never dropped.';
create index set_aside_of_org on activities.set_aside (org_id, billed_at, id);
