create view points.redemption_links_v with (security_invoker = true) as
  select org_id, party_id, id, code, transaction_id from points.redemptions where transaction_id is not null;
comment on view points.redemption_links_v is 'Which bill a redemption paid: of who redeemed, or of the customer into whom they were merged.';
