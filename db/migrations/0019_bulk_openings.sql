-- How far the ledgers of customers who were there first are opened for a program or currency that came later.
create table ledger.bulk_openings (
  org_id bigint not null,
  program_id bigint not null,
  currency_id bigint not null default 0,
  through_party_id bigint not null default 0,
  done_at timestamptz,
  primary key (org_id, program_id, currency_id)
);
comment on table ledger.bulk_openings is
  'Progress of the job that opens ledgers. Customers who register later are opened at registration.';
