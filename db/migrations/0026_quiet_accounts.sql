-- In the order of postings, so that the newest up to a moment is the first row of a backward scan.
drop index ledger.entries_of_quiet_accounts;
create index entries_of_quiet_accounts on ledger.entries
  (party_id, program_id, currency_id, category, event_no, line_no) where category > 1 or currency_id > 0;
comment on index ledger.entries_of_quiet_accounts is
  'Balances of promised and trigger-based points and of alternate currencies at a past moment. An index over all accounts would double the cost of writing the journal.';
