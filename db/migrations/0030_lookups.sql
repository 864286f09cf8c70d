-- What undoes or continues the use of an event is found by that event, however many uses the party has; a merge by its id alone.
create index uses_for_event on ledger.lot_uses (party_id, for_event_no) where for_event_no > 0;
create index merges_by_id on customers.merges (id);
