-- Event log ids rise with time, so that this index grows at its right edge and costs postings little.
create index entries_by_event on ledger.entries (event_id) where line_no = 1;
comment on index ledger.entries_by_event is 'Finds an event by the id that the documented calls name it by.';
