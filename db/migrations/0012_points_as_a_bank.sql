-- Points as a bank: lots that take back what they gave, debt, holds, moves of expiry dates, and points passed between parties.
alter table ledger.accounts
  add column received bigint not null default 0,
  add column passed_on bigint not null default 0,
  add column debt bigint not null default 0 constraint debt_is_not_negative check (debt >= 0),
  drop constraint balance_is_sum_of_movements,
  add constraint balance_is_sum_of_movements
    check (balance = issued + received - passed_on - redeemed - expired - returned + adjusted);
comment on column ledger.accounts.received is 'What came from other parties or categories: transfers, conversions, merges.';
comment on column ledger.accounts.passed_on is 'What went to other parties or categories.';
comment on column ledger.accounts.debt is 'What debits took beyond the lots, such as a return of points that were spent; the next credit settles it. balance = open lots - debt.';

alter table ledger.entries
  add column debt_change bigint not null default 0,
  drop constraint entries_contra_check,
  add constraint entries_contra_check check (contra in (
    'opening', 'issued', 'redeemed', 'expired', 'returned', 'adjusted', 'transfer', 'conversion', 'merge'));
comment on column ledger.entries.debt_change is 'amount = lot opened - lots used - debt_change.';

alter table ledger.lots
  add column source text not null default 'bill_regular' constraint lot_source_is_known check (source in (
    'bill_regular', 'bill_promotions', 'line_item_regular', 'line_item_promotions', 'customer_promotions')),
  add column transaction_id bigint,
  add column bill_line int not null default 0,
  add column converts_at timestamptz,
  add column rolls boolean not null default false,
  add column parent_event_no bigint,
  add column parent_line_no smallint,
  add column details json;
comment on column ledger.lots.source is 'Kind of award, by its documented name.';
comment on column ledger.lots.bill_line is 'Line of the bill that earned it; 0 = the bill as a whole.';
comment on column ledger.lots.converts_at is 'When promised points become regular; null = on an event, or regular already.';
comment on column ledger.lots.rolls is 'Later activity of the party moves its expiry.';
comment on column ledger.lots.parent_event_no is 'Of converted points: the promised lot of the same party.';
comment on column ledger.lots.details is 'What the award was: rule, strategies, promotion, reason. Shown, never searched.';
drop index ledger.lots_by_expiry;
create index lots_by_expiry on ledger.lots (org_id, expires_at, party_id, event_no, line_no)
  where remaining > 0 and expires_at is not null;
create index lots_by_conversion on ledger.lots (org_id, converts_at, party_id, event_no, line_no)
  where remaining > 0 and converts_at is not null;
create index lots_of_transaction on ledger.lots (party_id, transaction_id) where transaction_id is not null;

-- What bills earned before this: the entry's reference names the bill.
update ledger.lots l set transaction_id = (e.reference ->> 'transactionId')::bigint
  from ledger.entries e
 where e.party_id = l.party_id and e.event_no = l.event_no and e.line_no = l.line_no
   and e.event_name = 'TransactionAdd';

alter table ledger.lot_uses
  add column kind text not null default 'expired' constraint use_kind_is_known check (kind in (
    'redeemed', 'expired', 'returned', 'adjusted', 'transfer', 'conversion', 'merge', 'settled')),
  add column for_event_no bigint not null default 0,
  drop constraint lot_uses_amount_check,
  add constraint a_use_is_something check (amount <> 0),
  drop constraint lot_uses_pkey,
  add primary key (party_id, event_no, line_no, lot_event_no, lot_line_no, kind, for_event_no);
alter table ledger.lot_uses alter column kind drop default;
update ledger.lot_uses u set kind = e.contra
  from ledger.entries e
 where e.party_id = u.party_id and e.event_no = u.event_no and e.line_no = u.line_no and e.contra <> 'expired';
create index uses_of_lot on ledger.lot_uses (party_id, lot_event_no, lot_line_no);
comment on table ledger.lot_uses is
  'What postings took from lots (+) and gave back to them (-), and as what (@append-only): what undoes one touches exactly those lots.';
comment on column ledger.lot_uses.for_event_no is 'The event whose use this continues or undoes, such as the redemption that is reversed; 0 = its own.';

create table ledger.holds (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  program_id bigint not null,
  currency_id bigint not null default 0,
  category smallint not null default 1 check (category between 1 and 3),
  amount bigint not null check (amount > 0),
  captured bigint not null default 0,
  status text not null default 'active' check (status in ('active', 'captured', 'released', 'expired')),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  till_id bigint,
  reference json,
  primary key (party_id, id),
  constraint captured_is_within_hold check (captured >= 0 and captured <= amount),
  constraint an_ended_hold_has_a_time check ((status = 'active') = (ended_at is null))
);
comment on table ledger.holds is
  'Points reserved and not yet spent. What an active hold reserves is not available; past expires_at it reserves nothing.';
create index active_holds on ledger.holds (party_id) where status = 'active';
create index holds_to_end on ledger.holds (org_id, expires_at, party_id, id) where status = 'active';

create table ledger.expiry_changes (
  party_id bigint not null,
  event_id bigint not null,
  lot_event_no bigint not null,
  lot_line_no smallint not null,
  org_id bigint not null,
  changed_at timestamptz not null,
  expires_before timestamptz,
  expires_after timestamptz,
  reason_type text not null,
  note text not null default '',
  changed_by text not null,
  details json,
  primary key (party_id, event_id, lot_event_no, lot_line_no)
);
comment on table ledger.expiry_changes is 'Every move of an expiry date by hand: from, to, why, by whom (@append-only).';
create index expiry_changes_of_lot on ledger.expiry_changes (party_id, lot_event_no, lot_line_no);
