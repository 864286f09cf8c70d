-- Tiers end, are renewed, and are given by hand; their history says how.
alter table loyalty.memberships
  add column tier_renewed_at timestamptz,
  add column is_manual_tier boolean not null default false,
  add column reassess_tier boolean not null default false,
  add column return_tier smallint check (return_tier > 0),
  add column tier_numbering int not null default 1 check (tier_numbering > 0);
comment on column loyalty.memberships.tier_expires_at is 'The last second of the tier; null: it does not end.';
comment on column loyalty.memberships.tier_renewed_at is 'When the tier was renewed or its end moved last, since it was entered.';
comment on column loyalty.memberships.is_manual_tier is 'Given by hand: stands until it ends, whatever goes back.';
comment on column loyalty.memberships.reassess_tier is 'The next activity looks at the tier anew, and may lower it.';
comment on column loyalty.memberships.return_tier is 'Where the member goes when the tier ends, instead of where the program says.';
comment on column loyalty.memberships.tier_numbering is 'What the tier''s number is read by: programs number their tiers anew when one is inserted or removed.';
-- The job for tiers that end pages by this.
create index memberships_by_tier_end on loyalty.memberships (program_id, tier_expires_at, party_id)
  where tier_expires_at is not null;
-- Members whose tiers are still numbered as before; nobody's, most of the time.
create index memberships_by_numbering on loyalty.memberships (program_id, tier_numbering, party_id);

alter table loyalty.tier_changes
  add column expires_at timestamptz,
  add column upgrade_type text not null default 'STRATEGY'
    check (upgrade_type in ('STRATEGY', 'RULE_ACTION', 'MANUAL', 'IMPORT', 'PARTNER_PROGRAM')),
  add column notes text not null default '',
  add column till_id bigint,
  add column changed_by text not null default '',
  add column tier_numbering int not null default 1 check (tier_numbering > 0);
comment on column loyalty.tier_changes.to_tier is 'The same as from_tier when the tier was renewed or its end moved.';
comment on column loyalty.tier_changes.expires_at is 'When the tier ended as of the change; null: not at all.';
comment on column loyalty.tier_changes.notes is 'What whoever changed it by hand gave as the reason.';

alter table loyalty.programs add column tier_numbering int not null default 1 check (tier_numbering > 0);
comment on column loyalty.programs.tier_numbering is 'That of the newest version: what the tier of those who join is read by.';

create table loyalty.tier_reminders (
  party_id bigint not null,
  program_id bigint not null,
  expires_at timestamptz not null,
  days_before smallint not null check (days_before > 0),
  org_id bigint not null,
  tier_number smallint not null,
  reminded_at timestamptz not null,
  primary key (party_id, program_id, expires_at, days_before)
);
comment on table loyalty.tier_reminders is
  'Who was reminded that a tier ends, and when (@append-only): its key keeps a second reminder of the same away.';
