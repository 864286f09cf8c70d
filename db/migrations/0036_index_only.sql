-- Every row that is read is asked for its organisation: an index without it is never enough by itself.
drop index ledger.entries_without_credit;
create index entries_without_credit on ledger.entries (party_id, event_no)
  include (org_id, amount, program_id, currency_id, category, till_id) where amount <= 0;
comment on index ledger.entries_without_credit is 'A party''s debits (amount < 0) and openings (amount = 0) in the order of its events.';
drop index ledger.entries_of_quiet_accounts;
create index entries_of_quiet_accounts on ledger.entries
  (party_id, program_id, currency_id, category, event_no, line_no) include (org_id) where category > 1 or currency_id > 0;
comment on index ledger.entries_of_quiet_accounts is
  'Promised and trigger-based points and alternate currencies, in the order of their accounts. An index over all accounts would double the cost of writing the journal.';
