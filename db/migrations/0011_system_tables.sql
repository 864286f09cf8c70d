-- What only the program as a whole works with: transactions of an organisation have no rights on it (@system-only).
comment on table platform.migrations is 'Which files of db/migrations were applied (@system-only).';
comment on table platform.id_blocks is 'Counters for ids handed out in blocks (hi/lo) (@system-only).';
comment on table identity.attempts is
  'Failed sign-ins per credential and way of signing in, unknown names too, so that a lock-out does not tell which names exist (@system-only).';
comment on table identity.signing_keys is
  'RS256 keys of access tokens; the newest signs, older ones still verify until their tokens expired (@system-only).';
