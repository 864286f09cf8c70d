-- Why a redemption was taken back, in the words of who did it; holds for other domains to read.
alter table points.reversals add column notes text not null default '';

create view ledger.holds_v with (security_invoker = true) as
  select org_id, party_id, id, program_id, currency_id, category, amount, captured, status, created_at, expires_at, ended_at,
         till_id, reference
    from ledger.holds;
comment on view ledger.holds_v is 'Holds for other domains to read.';
