create table loyalty.tracker_days (
  party_id bigint not null,
  program_id bigint not null,
  tracker_id int not null,
  day date not null,
  tier_change_no int not null,
  org_id bigint not null,
  sum bigint not null,
  count int not null,
  updated_at timestamptz not null,
  primary key (party_id, program_id, tracker_id, day, tier_change_no)
) with (fillfactor = 80);
comment on table loyalty.tracker_days is
  'What a tracker of the program saw of a member on a local day while a row of tier history was the newest: the sum in the exact units of what it tracks, and how often. Every window is a sum over days. Changed under the party''s lock.';

create table loyalty.tracker_cases (
  party_id bigint not null,
  program_id bigint not null,
  tracker_id int not null,
  case_id int not null,
  org_id bigint not null,
  first_on date not null,
  successes int not null check (successes >= 0),
  primary key (party_id, program_id, tracker_id, case_id)
) with (fillfactor = 80);
comment on table loyalty.tracker_cases is
  'What is remembered of a case of a tracker for a member: the day of the first event, from which cycles are counted, and how often it forwarded. Changed under the party''s lock.';
