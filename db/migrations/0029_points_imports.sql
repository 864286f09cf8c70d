-- Files of points that come from elsewhere, and customers who get points of a campaign.
alter table dataflows.runs
  drop constraint runs_kind_check,
  add constraint runs_kind_check check (kind in ('customers', 'transactions', 'points', 'campaign'));
