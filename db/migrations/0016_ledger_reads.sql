-- Event log ids rise with time, so that this index grows at its right edge and costs postings little.
create index entries_by_event on ledger.entries (event_id) where line_no = 1;
comment on index ledger.entries_by_event is 'Finds an event by the id that the documented calls name it by.';
-- Regular points move so often that their balance at a past moment is a few rows back; everything else may have been quiet for long.
create index entries_of_quiet_accounts on ledger.entries (party_id, program_id, currency_id, category, event_no)
  where category > 1 or currency_id > 0;
comment on index ledger.entries_of_quiet_accounts is
  'Balances of promised and trigger-based points and of alternate currencies at a past moment. An index over all accounts would double the cost of writing the journal.';
