-- Returns are transactions of their own that name the bill, and its lines, that they return.
alter table activities.transactions
  drop constraint transactions_type_check,
  add constraint transactions_type_check
    check (type in ('REGULAR', 'NOT_INTERESTED', 'RETURN', 'NOT_INTERESTED_RETURN')),
  add column return_type text check (return_type in ('FULL', 'LINE_ITEM', 'AMOUNT', 'CANCELLED')),
  add column parent_transaction_id bigint,
  add constraint returns_say_how check ((return_type is not null) = (type in ('RETURN', 'NOT_INTERESTED_RETURN')));
comment on column activities.transactions.bill_number is 'Of a return: the number of the bill that it returns.';
comment on column activities.transactions.parent_transaction_id is
  'Of a return: the bill, of the same party; null where no such bill is known. What is left of a bill is its amounts less those of its returns.';
comment on column activities.transactions.points is 'What the ledger event moved, in thousandths of a point; of returns 0 or less.';
create index returns_of_transaction on activities.transactions (party_id, parent_transaction_id)
  where parent_transaction_id is not null;

alter table activities.transaction_lines add column parent_line_no int;
comment on column activities.transaction_lines.parent_line_no is 'Of a return: the line of the bill.';
