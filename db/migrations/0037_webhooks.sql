-- Events in the order in which they were recorded, whichever process wrote them, and what others are told of them.

-- Ids are handed out in blocks, so those of two processes say nothing of which came first. The database's clock does: an
-- event is inserted under the lock of its party. It takes the place of the id at the head of the key, so that there is no index more.
alter table events.outbox
  add column recorded_at timestamptz not null default clock_timestamp(),
  add column request_id text,
  drop constraint outbox_pkey,
  add primary key (recorded_at, id, party_id);
comment on column events.outbox.recorded_at is 'When it was written, by the clock of the database: the order of a party''s events.';
comment on column events.outbox.request_id is 'The call that it came of, by the id that the caller was answered with; null where there was none.';

create schema webhooks;

create table webhooks.webhooks (
  org_id bigint not null,
  id text not null,
  name text not null,
  url text not null,
  method text not null constraint webhook_method_is_known check (method in ('POST', 'PUT')),
  headers json not null,
  events text[] not null,
  enrichments json not null,
  connections int not null constraint webhook_has_connections check (connections > 0),
  sla_seconds int,
  is_active boolean not null,
  consumer_group_id text not null,
  created_at timestamptz not null,
  created_by json not null,
  updated_at timestamptz not null,
  updated_by json not null,
  failures int not null default 0,
  paused_until timestamptz,
  primary key (org_id, id)
);
comment on table webhooks.webhooks is 'Who is told of what, and how. A row is locked for as long as it takes to say who sends what next.';
comment on column webhooks.webhooks.headers is 'Sent with every call; their values are secrets.';
comment on column webhooks.webhooks.failures is 'Tries in a row that got no answer.';
comment on column webhooks.webhooks.paused_until is 'Nothing is sent before: it asked for a pause, or does not answer.';
create unique index webhook_names on webhooks.webhooks (org_id, lower(name));

create table webhooks.secrets (
  org_id bigint not null,
  webhook_id text not null,
  id text not null,
  secret text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  primary key (org_id, webhook_id, id),
  constraint secret_of_webhook foreign key (org_id, webhook_id) references webhooks.webhooks (org_id, id) on delete cascade
);
comment on table webhooks.secrets is 'What bodies are signed with: all that have not expired, so that a receiver can change over.';

create table webhooks.feeds (
  org_id bigint primary key,
  last_no bigint not null default 0
);
comment on table webhooks.feeds is 'Numbers the events of an organisation. Whoever writes bodies holds the lock, so there is one at a time.';

create table webhooks.intake (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  position bigint not null,
  event_type text not null,
  occurred_at timestamptz not null,
  request_id text,
  payload json not null,
  primary key (party_id, id)
);
comment on table webhooks.intake is 'Events that somebody is to be told of and whose body is not written yet.';
comment on column webhooks.intake.position is 'Microseconds since 1970 at which it was recorded.';
create index intake_in_order on webhooks.intake (org_id, position, id);

create table webhooks.events (
  party_id bigint not null,
  no bigint not null,
  org_id bigint not null,
  event_id text not null,
  name text not null,
  ref_id text,
  request_id text,
  created_at timestamptz not null,
  body json not null,
  primary key (party_id, no)
);
comment on table webhooks.events is 'Documented events with all that any webhook may be sent of them. Numbered without gaps in each organisation.';
create index events_by_id on webhooks.events (org_id, event_id);
create index events_by_reference on webhooks.events (org_id, ref_id);
create index events_by_request on webhooks.events (org_id, request_id) where request_id is not null;
create index events_by_time on webhooks.events (org_id, created_at, party_id, no);

create table webhooks.deliveries (
  party_id bigint not null,
  no bigint not null,
  webhook_id text not null,
  org_id bigint not null,
  event_name text not null,
  created_at timestamptz not null,
  status text not null default 'pending'
    constraint delivery_status_is_known check (status in ('pending', 'delivered', 'failed', 'dead')),
  attempts int not null default 0,
  first_tried_at timestamptz,
  tried_at timestamptz,
  ended_at timestamptz,
  http_status int,
  took_ms int,
  problem text not null default '',
  answer text not null default '',
  primary key (party_id, no, webhook_id),
  constraint delivery_of_event foreign key (party_id, no) references webhooks.events (party_id, no) on delete cascade,
  constraint ended_delivery_has_an_end check ((status = 'pending') = (ended_at is null))
);
comment on table webhooks.deliveries is 'An event on its way to a webhook, and what became of it.';
comment on column webhooks.deliveries.status is 'pending; delivered; failed: refused for good; dead: given up after the time for tries.';
comment on column webhooks.deliveries.answer is 'The beginning of what the receiver answered last.';
create index deliveries_of_webhook on webhooks.deliveries (org_id, webhook_id, created_at, no, party_id);
create index pending_deliveries on webhooks.deliveries (party_id, webhook_id, no) where status = 'pending';
create index undelivered on webhooks.deliveries (org_id, webhook_id, created_at, no, party_id) where status in ('failed', 'dead');

create table webhooks.queues (
  party_id bigint not null,
  webhook_id text not null,
  org_id bigint not null,
  due_at timestamptz not null,
  lease bigint not null default 0,
  leased_until timestamptz,
  primary key (party_id, webhook_id)
);
comment on table webhooks.queues is
  'One for each webhook and party with something to send: the party''s next event waits until the one before is delivered or given up.';
comment on column webhooks.queues.due_at is 'Of one that is being sent: when that try counts as lost.';
create index due_queues on webhooks.queues (org_id, webhook_id, due_at, party_id);
create index leased_queues on webhooks.queues (org_id, webhook_id, leased_until) where leased_until is not null;

-- What bodies say of bills and awards.
create view activities.told_bills_v with (security_invoker = true) as
  select t.org_id, t.party_id, t.id, t.customer_id, t.type, t.parent_transaction_id, t.bill_number, t.billed_at, t.recorded_at,
         t.till_id, t.store_id, t.source, t.account_id, t.amount, t.gross_amount, t.discount, t.details, t.outlier_status,
         t.delivery_status, t.event_no,
         (select count(*) from activities.transaction_lines l
           where l.party_id = t.party_id and l.transaction_id = t.id) as line_count
    from activities.transactions t;
comment on view activities.told_bills_v is 'Bills and returns as others are told of them.';

create view activities.parked_bills_v with (security_invoker = true) as
  select org_id, party_id, id, bill_number, retry_count, errors, status from activities.rejected_transactions;
comment on view activities.parked_bills_v is 'Bills that were parked, with the reasons.';

create view ledger.awards_v with (security_invoker = true) as
  select org_id, party_id, event_no, line_no, program_id, currency_id, category, amount, opened_at, expires_at, source,
         transaction_id, bill_line, converts_at, parent_event_no, parent_line_no, details
    from ledger.lots;
comment on view ledger.awards_v is 'Lots as what they were given for.';
