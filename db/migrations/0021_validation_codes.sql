-- One-time codes for spending points, changes of redemptions, and what keeps track of both.
create table points.validation_codes (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  points bigint not null check (points > 0),
  nonce bytea not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (party_id, id)
);
comment on table points.validation_codes is
  'One-time codes for spending points. The code itself is nowhere: it is a digest of the nonce under the server''s secret.';
comment on column points.validation_codes.used_at is 'Set in the transaction of the redemption or hold that it allowed.';
create index usable_validation_codes on points.validation_codes (party_id) where used_at is null;

create table points.code_messages (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  code_id bigint not null,
  sent_at timestamptz not null,
  mobile text not null default '',
  email text not null default '',
  till_id bigint,
  primary key (party_id, id)
);
comment on table points.code_messages is
  'Messages that tell customers their codes (@append-only): the local mailbox shows them, and they are counted against too many.';
create index code_messages_by_time on points.code_messages (org_id, sent_at desc, party_id, id);
create index code_messages_of_party on points.code_messages (party_id, sent_at);

create table points.wrong_codes (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  tried_at timestamptz not null,
  till_id bigint,
  primary key (party_id, id)
);
comment on table points.wrong_codes is 'Wrong codes that were tried (@append-only): counted, so that nobody guesses for long.';
create index wrong_codes_of_party on points.wrong_codes (party_id, tried_at);

create table points.redemption_changes (
  party_id bigint not null,
  id bigint not null,
  org_id bigint not null,
  redemption_id bigint not null,
  changed_at timestamptz not null,
  changed_by text not null,
  till_id bigint,
  before json not null,
  after json not null,
  primary key (party_id, id),
  constraint change_of_redemption foreign key (party_id, redemption_id) references points.redemptions (party_id, id)
);
comment on table points.redemption_changes is
  'What was changed of redemptions beside their points, by whom: bill, purpose, custom fields (@append-only).';
create index redemption_changes_of_redemption on points.redemption_changes (party_id, redemption_id);
