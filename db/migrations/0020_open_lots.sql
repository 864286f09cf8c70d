-- What a party can still spend or lose, however many lots it has used up.
create index open_lots on ledger.lots (party_id) where remaining > 0;
