create table loyalty.limit_uses (
  party_id bigint not null,
  program_id bigint not null,
  limit_id int not null,
  period date not null,
  org_id bigint not null,
  used bigint not null check (used >= 0),
  primary key (party_id, program_id, limit_id, period)
) with (fillfactor = 80);
comment on table loyalty.limit_uses is
  'What a member has used of a limit of the program in the period that begins on a day: thousandths of a point, small units of money, or a count. Changed under the party''s lock.';
