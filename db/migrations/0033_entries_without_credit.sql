-- Debits and openings of a long ledger, and, as what is left out, the number of its credits. Purchases write none of them, so that this costs them
-- nothing. What filters look at is kept with it: counting reads the index alone.
create index entries_without_credit on ledger.entries (party_id, event_no)
  include (amount, program_id, currency_id, category, till_id) where amount <= 0;
comment on index ledger.entries_without_credit is 'A party''s debits (amount < 0) and openings (amount = 0) in the order of its events.';
