-- What other currencies are worth, each since a time.
create table orgs.currency_ratios (
  org_id bigint not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  valid_from timestamptz not null,
  ratio bigint not null check (ratio > 0),
  set_by text not null,
  primary key (org_id, currency, valid_from)
);
comment on table orgs.currency_ratios is
  'Append-only (@append-only): a ratio holds from its time to that of the next one of its currency.';
comment on column orgs.currency_ratios.ratio is 'Indian rupees for one unit of the currency, as the dialect has it, in thousand-millionths.';
