-- Whether a lot holds anything. As a column of its own: indexes that asked for remaining > 0 were written again for every part that a lot gave,
-- since what a condition of an index reads counts as indexed. Now only a lot's first and last moment touch them.
alter table ledger.lots add column is_open boolean not null generated always as (remaining > 0) stored;
comment on column ledger.lots.is_open is 'Holds something: what the indexes on open lots ask for.';
drop index ledger.lots_by_expiry;
create index lots_by_expiry on ledger.lots (org_id, expires_at, party_id, event_no, line_no)
  where is_open and expires_at is not null;
drop index ledger.lots_by_conversion;
create index lots_by_conversion on ledger.lots (org_id, converts_at, party_id, event_no, line_no)
  where is_open and converts_at is not null;
-- The other half of lots_by_expiry, so that lists of lots without a date need not pass over all that have one.
create index lots_without_expiry on ledger.lots (org_id, party_id, event_no, line_no)
  where is_open and expires_at is null;
-- In the order in which debits take, so that the first lots are found without reading the others.
drop index ledger.open_lots;
create index open_lots on ledger.lots (party_id, expires_at, event_no, line_no) where is_open;

create or replace view ledger.lots_v with (security_invoker = true) as
  select org_id, party_id, event_no, line_no, program_id, currency_id, category, amount, remaining, opened_at, expires_at, is_open
    from ledger.lots;
