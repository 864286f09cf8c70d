-- Sums of the journal by day, so that reports over years read thousands of rows instead of the journal's millions.
create view ledger.movements_v with (security_invoker = true) as
  select org_id, party_id, event_no, line_no, booked_at, recorded_at, program_id, currency_id, category, contra, amount
    from ledger.entries;
comment on view ledger.movements_v is 'The journal as reports sum it.';

create view ledger.lots_v with (security_invoker = true) as
  select org_id, party_id, event_no, line_no, program_id, currency_id, category, amount, remaining, opened_at, expires_at
    from ledger.lots;
comment on view ledger.lots_v is 'Lots for other domains to read.';

create view ledger.accounts_v with (security_invoker = true) as
  select org_id, party_id, program_id, currency_id, category, balance, issued, received, passed_on, redeemed, expired,
         returned, adjusted, debt
    from ledger.accounts;
comment on view ledger.accounts_v is 'Balances and totals for other domains to read.';

create view ledger.parties_v with (security_invoker = true) as
  select org_id, party_id, event_count, last_booked_at from ledger.parties;
comment on view ledger.parties_v is 'Who owns points, and how many events each has.';

create view customers.names_v with (security_invoker = true) as
  select org_id, party_id, first_name, last_name from customers.customers;
comment on view customers.names_v is 'What customers are called.';

-- The journal grows at its end, so ranges of blocks know their times at next to no cost to whoever posts.
create index entries_by_recording on ledger.entries using brin (recorded_at) with (autosummarize = on);

create table insights.journal_days (
  org_id bigint not null,
  day date not null,
  program_id bigint not null,
  currency_id bigint not null,
  category smallint not null,
  contra text not null,
  credits bigint not null,
  debits bigint not null,
  primary key (org_id, day, program_id, currency_id, category, contra)
) with (fillfactor = 80);
comment on table insights.journal_days is
  'Sums of the entries recorded before insights.journal_closings.closed_before, by the day they were booked on. Can be computed anew from the journal.';

create table insights.journal_closings (
  org_id bigint primary key,
  time_zone text not null,
  closed_before timestamptz not null,
  events bigint not null
);
comment on table insights.journal_closings is 'Up to which recording time an organisation''s journal is summed.';
comment on column insights.journal_closings.events is
  'Ledger events in the sums. With the events recorded later it must be what the parties count; if not, a clock ran behind and the sums are not used.';

-- Points of the home page are the journal's own; what events tell are members, purchases and returns.
alter table insights.daily_figures
  drop column issued, drop column redeemed, drop column expired, drop column returned, drop column adjusted,
  add column returns bigint not null default 0, add column return_amount bigint not null default 0;
comment on column insights.daily_figures.purchase_amount is 'Gross: what was given back is in return_amount, on the day of the return.';
