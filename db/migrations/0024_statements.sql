-- What a statement of a customer's month reads beside entries, accounts and lots.
create view ledger.lot_uses_v with (security_invoker = true) as
  select org_id, party_id, event_no, line_no, lot_event_no, lot_line_no, amount from ledger.lot_uses;
comment on view ledger.lot_uses_v is 'What postings took from lots (+) and gave back to them (-), for other domains to read.';
