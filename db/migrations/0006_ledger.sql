-- The ledger: the one place where points move. Every table belongs to a party.
create schema ledger;

create table ledger.parties (
  party_id bigint primary key,
  org_id bigint not null,
  kind text not null check (kind in ('customer', 'group', 'anonymous')),
  event_count bigint not null default 0 check (event_count >= 0),
  last_booked_at timestamptz not null
) with (fillfactor = 80);
comment on table ledger.parties is
  'Whatever can own points. The row is the lock under which everything about the party is decided.';
comment on column ledger.parties.event_count is 'Number of the newest ledger event of the party; they are numbered 1, 2, 3 … without gaps.';
comment on column ledger.parties.last_booked_at is 'Ledger time never runs backwards within a party.';

create table ledger.accounts (
  party_id bigint not null,
  program_id bigint not null,
  currency_id bigint not null default 0,
  category smallint not null check (category between 1 and 3),
  org_id bigint not null,
  balance bigint not null default 0,
  issued bigint not null default 0,
  redeemed bigint not null default 0,
  expired bigint not null default 0,
  returned bigint not null default 0,
  adjusted bigint not null default 0,
  primary key (party_id, program_id, currency_id, category),
  constraint balance_is_sum_of_movements check (balance = issued - redeemed - expired - returned + adjusted)
) with (fillfactor = 70);
comment on table ledger.accounts is 'Running balances in thousandths, one row per program, currency (0 = points) and category.';
comment on column ledger.accounts.category is '1 regular, 2 promised, 3 trigger-based';

create table ledger.entries (
  party_id bigint not null,
  event_no bigint not null check (event_no > 0),
  line_no smallint not null check (line_no > 0),
  org_id bigint not null,
  event_id bigint not null,
  event_name text not null,
  booked_at timestamptz not null,
  recorded_at timestamptz not null,
  program_id bigint not null,
  currency_id bigint not null default 0,
  category smallint not null check (category between 1 and 3),
  contra text not null check (contra in ('opening', 'issued', 'redeemed', 'expired', 'returned', 'adjusted')),
  amount bigint not null,
  balance_before bigint not null,
  balance_after bigint not null,
  till_id bigint,
  source_program_id bigint,
  reference json,
  primary key (party_id, event_no, line_no),
  constraint balance_follows_amount check (balance_after = balance_before + amount)
);
comment on table ledger.entries is
  'Append-only journal (@append-only). One row is one posting between the party''s account (+amount) and the program''s account named by contra (−amount), so every event sums to zero by construction; lines of one event share event_no.';
comment on column ledger.entries.booked_at is 'Business time of the posting; never earlier than that of the event before.';
comment on column ledger.entries.reference is 'What the event was about, as the ledger API shows it: transaction id, number, date, amounts; or a reason.';

create table ledger.lots (
  party_id bigint not null,
  event_no bigint not null,
  line_no smallint not null,
  org_id bigint not null,
  program_id bigint not null,
  currency_id bigint not null default 0,
  category smallint not null check (category between 1 and 3),
  amount bigint not null check (amount > 0),
  remaining bigint not null check (remaining >= 0 and remaining <= amount),
  opened_at timestamptz not null,
  expires_at timestamptz,
  primary key (party_id, event_no, line_no)
) with (fillfactor = 90);
comment on table ledger.lots is 'Each credit opens a lot with its own expiry; debits consume lots soonest expiry first.';
create index lots_by_expiry on ledger.lots (expires_at, party_id) where remaining > 0 and expires_at is not null;

create table ledger.lot_uses (
  party_id bigint not null,
  event_no bigint not null,
  line_no smallint not null,
  lot_event_no bigint not null,
  lot_line_no smallint not null,
  org_id bigint not null,
  amount bigint not null check (amount > 0),
  primary key (party_id, event_no, line_no, lot_event_no, lot_line_no)
);
comment on table ledger.lot_uses is 'Which lots a debit consumed (@append-only), so that what undoes it touches exactly those.';

create view ledger.legs_v with (security_invoker = true) as
  select org_id, party_id, event_no, line_no, event_id, booked_at, program_id, currency_id, category,
         'party'::text as account, amount
    from ledger.entries
  union all
  select org_id, party_id, event_no, line_no, event_id, booked_at, program_id, currency_id, category,
         contra as account, -amount
    from ledger.entries;
comment on view ledger.legs_v is 'The journal as double entry: two legs per posting. The program side is summed from here, never kept as a row.';

create view ledger.entries_v with (security_invoker = true) as
  select org_id, party_id, event_no, line_no, event_id, event_name, booked_at, program_id, currency_id, category, contra,
         amount, balance_after, till_id, source_program_id, reference
    from ledger.entries;
comment on view ledger.entries_v is 'The journal for other domains to read.';
