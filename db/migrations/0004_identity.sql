-- Who may act. Secrets are kept as argon2id hashes, session tokens as SHA-256 of 256 random bits.
create schema identity;

create table identity.till_credentials (
  org_id bigint not null,
  till_id bigint not null,
  password_hash text not null,
  permissions text[] not null,
  is_active boolean not null default true,
  created_at timestamptz not null,
  created_by text not null,
  primary key (org_id, till_id),
  constraint till_of_credential foreign key (org_id, till_id) references orgs.entities (org_id, id)
);
comment on column identity.till_credentials.password_hash is
  'argon2id of the lower-case MD5 text that tills send; the password itself is never seen after it was set.';

create table identity.clients (
  org_id bigint not null,
  id bigint not null,
  name text not null check (length(name) between 1 and 100),
  client_key text not null,
  secret_hash text not null,
  till_id bigint not null,
  falls_back_to_till boolean not null default false,
  ttl_seconds int not null check (ttl_seconds between 60 and 86400),
  permissions text[] not null,
  is_active boolean not null default true,
  created_at timestamptz not null,
  created_by text not null,
  revoked_at timestamptz,
  primary key (org_id, id),
  constraint client_key_is_unique unique (client_key),
  constraint till_of_client foreign key (org_id, till_id) references orgs.entities (org_id, id)
);
comment on column identity.clients.falls_back_to_till is
  'A call whose attribution headers name no active till is attributed to the client''s own till instead of refused.';

create table identity.users (
  id bigint primary key,
  email text not null check (email = lower(email) and length(email) between 3 and 255),
  name text not null check (length(name) between 1 and 200),
  password_hash text not null,
  is_active boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint user_email_is_unique unique (email)
);
comment on table identity.users is 'People who sign in to the console; a person may work for several organisations.';

create table identity.memberships (
  org_id bigint not null references orgs.organisations (org_id),
  user_id bigint not null references identity.users (id),
  role text not null check (role in ('owner', 'admin', 'marketer', 'care_agent')),
  is_active boolean not null default true,
  created_at timestamptz not null,
  primary key (org_id, user_id)
);
create index memberships_by_user on identity.memberships (user_id);

create table identity.sessions (
  token_digest bytea primary key,
  user_id bigint not null references identity.users (id),
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_by_user on identity.sessions (user_id);
create index sessions_by_expiry on identity.sessions (expires_at);

create table identity.attempts (
  key text primary key,
  failures int not null check (failures > 0),
  expires_at timestamptz not null
);
create index attempts_by_expiry on identity.attempts (expires_at);
comment on table identity.attempts is
  'Failed sign-ins per credential and way of signing in, unknown names too, so that a lock-out does not tell which names exist.';

create table identity.signing_keys (
  kid text primary key,
  private_jwk jsonb not null,
  created_at timestamptz not null
);
comment on table identity.signing_keys is 'RS256 keys of access tokens; the newest signs, older ones still verify until their tokens expired.';
