-- What other domains' facts come to per day, and the views through which they are read.
create view events.waiting_v with (security_invoker = true) as
  select id, org_id, party_id, event_type, occurred_at, payload from events.outbox;
comment on view events.waiting_v is 'Events that no subscriber has been given yet.';

create view customers.registrations_v with (security_invoker = true) as
  select org_id, party_id, registered_at from customers.customers;
comment on view customers.registrations_v is 'Who registered when.';

create view loyalty.tiers_v with (security_invoker = true) as
  select org_id, party_id, program_id, tier_number from loyalty.memberships;
comment on view loyalty.tiers_v is 'The tier that each member has now.';

create view activities.bills_v with (security_invoker = true) as
  select org_id, party_id, id, customer_id, type, billed_at, amount, points, store_id from activities.transactions;
comment on view activities.bills_v is 'Bills without their details.';

create schema insights;

create table insights.daily_figures (
  org_id bigint not null,
  day date not null,
  members bigint not null default 0,
  purchases bigint not null default 0,
  purchase_amount bigint not null default 0,
  issued bigint not null default 0,
  redeemed bigint not null default 0,
  expired bigint not null default 0,
  returned bigint not null default 0,
  adjusted bigint not null default 0,
  primary key (org_id, day)
) with (fillfactor = 80);
comment on table insights.daily_figures is
  'Sums per day of the organisation''s zone, added to by the subscriber in the transaction that takes the events, so each counts once. Can be rebuilt from the facts.';
comment on column insights.daily_figures.members is 'Customers who registered on the day.';
comment on column insights.daily_figures.issued is 'Thousandths of a point that purchases of the day earned, and other points given on the day.';

create table insights.daily_stores (
  org_id bigint not null,
  day date not null,
  store_id bigint not null,
  purchases bigint not null default 0,
  purchase_amount bigint not null default 0,
  primary key (org_id, day, store_id)
) with (fillfactor = 80);
