-- What customers are told, and what became of it: one queue for codes, reminders and statements.
create schema messages;

create table messages.messages (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  kind text not null,
  ref_id bigint,
  details json not null,
  mobile text not null default '',
  email text not null default '',
  till_id bigint,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  status text not null,
  reason text not null default '',
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz,
  ended_at timestamptz,
  primary key (party_id, id),
  constraint message_status check (status in ('by_hand', 'queued', 'sent', 'failed', 'expired')),
  constraint queued_message_is_due_sometime check ((status = 'queued') = (next_attempt_at is not null)),
  constraint ended_message_has_an_end check ((status in ('sent', 'failed', 'expired')) = (ended_at is not null))
);
comment on table messages.messages is
  'Messages to customers. A row commits with what it tells of; who is told a code finds none here, it is made when it is sent.';
comment on column messages.messages.ref_id is 'What the message is about, by its kind: the id of a validation code.';
comment on column messages.messages.details is 'What its kind needs to write it, beside what it reads then.';
comment on column messages.messages.expires_at is 'From here on it is worth nothing and is not sent any more.';
comment on column messages.messages.status is
  'by_hand: shown to staff, who tell the customer; queued, sent, failed (for good) and expired: by e-mail.';
comment on column messages.messages.next_attempt_at is 'Of a message that is being sent: when that try counts as lost.';
create index messages_by_time on messages.messages (org_id, created_at desc, party_id, id);
create index messages_of_party on messages.messages (party_id, kind, created_at);
create index queued_messages on messages.messages (org_id, next_attempt_at) where status = 'queued';

create view messages.messages_v with (security_invoker = true) as
  select org_id, party_id, id, kind, ref_id, created_at from messages.messages;
comment on view messages.messages_v is 'Who was told what, when.';

insert into messages.messages (party_id, id, org_id, kind, ref_id, details, mobile, email, till_id, created_at, expires_at, status)
select m.party_id, m.id, m.org_id, 'validation_code', m.code_id, '{}', m.mobile, m.email, m.till_id, m.sent_at, c.expires_at, 'by_hand'
  from points.code_messages m
  join points.validation_codes c on c.party_id = m.party_id and c.id = m.code_id;
drop table points.code_messages;
