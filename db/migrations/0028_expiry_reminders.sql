-- Members are told before points expire, once.
create table ledger.expiry_reminders (
  party_id bigint not null,
  program_id bigint not null,
  currency_id bigint not null,
  category smallint not null check (category between 1 and 3),
  expires_on date not null,
  days_before smallint not null check (days_before > 0),
  org_id bigint not null,
  amount bigint not null check (amount > 0),
  reminded_at timestamptz not null,
  primary key (party_id, program_id, currency_id, category, expires_on, days_before)
);
comment on table ledger.expiry_reminders is
  'What a party was reminded of before it expired, and when (@append-only): its key keeps a second reminder of the same away.';
comment on column ledger.expiry_reminders.expires_on is 'The last day of the points in the time zone of the organisation.';

create table ledger.reminder_days (
  org_id bigint primary key,
  worked_on date not null,
  days_before text not null
);
comment on table ledger.reminder_days is
  'The last local day on which the job for reminders came to its end, and the setting that it worked by: it works once a day.';
