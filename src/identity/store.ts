import { rawSql, sql, type Tx } from "#platform";
import type { Client, Role, User } from "./schema.ts";

const CLIENT = `id, org_id as "orgId", name, client_key as key, till_id as "tillId", falls_back_to_till as "fallsBackToTill",
  ttl_seconds as "ttlSeconds", permissions, is_active as "isActive", created_at as "createdAt"`;

/**
 * Counts an attempt before its secret is looked at, so that no number of parallel attempts gets more than `most` looks.
 * Null when the credential is locked: nothing is written then, so hammering does not make the lock-out longer.
 */
export const claimAttempt = (tx: Tx, key: string, now: Date, until: Date, most: number) =>
  tx.maybeOne<{ failures: number }>(sql`/* identity.claim_attempt */
    insert into identity.attempts as a (key, failures, expires_at) values (${key}, 1, ${until})
    on conflict (key) do update
       set failures = case when a.expires_at <= ${now} then 1 else a.failures + 1 end, expires_at = excluded.expires_at
     where a.failures < ${most} or a.expires_at <= ${now}
    returning failures`);

export const findAttempt = (tx: Tx, key: string) =>
  tx.maybeOne<{ expiresAt: Date }>(
    sql`/* identity.find_attempt */ select expires_at as "expiresAt" from identity.attempts where key = ${key}`,
  );

export const clearAttempts = (tx: Tx, key: string) =>
  tx.run(sql`/* identity.clear_attempts */ delete from identity.attempts where key = ${key}`);

/** Attempts at made-up names would otherwise stay for ever. */
export const removeExpiredAttempts = (tx: Tx, now: Date) =>
  tx.run(sql`/* identity.remove_expired_attempts */
    delete from identity.attempts where key in (
      select key from identity.attempts where expires_at <= ${now} order by expires_at limit 50 for update skip locked)`);

/** Tells every process to forget what it verified of a credential; sent when the transaction commits. */
export const announceChange = (tx: Tx, credential: string) =>
  tx.rows(sql`/* identity.announce_change */ select pg_notify('credentials_changed', ${credential})`);

export const findTillCredential = (tx: Tx, orgId: number, tillId: number) =>
  tx.maybeOne<{
    passwordHash: string;
    permissions: string[];
    isActive: boolean;
  }>(sql`/* identity.find_till_credential */
    select password_hash as "passwordHash", permissions, is_active as "isActive"
      from identity.till_credentials where org_id = ${orgId} and till_id = ${tillId}`);

/** `permissions` null: those that the till had as far as they are within `limit` (null: all), or `otherwise` for its first password. */
export const putTillCredential = (
  tx: Tx,
  row: {
    orgId: number;
    tillId: number;
    passwordHash: string;
    permissions: readonly string[] | null;
    otherwise: readonly string[];
    limit: readonly string[] | null;
    at: Date;
    by: string;
  },
) =>
  tx.run(sql`/* identity.put_till_credential */
    insert into identity.till_credentials as c (org_id, till_id, password_hash, permissions, created_at, created_by)
    values (${row.orgId}, ${row.tillId}, ${row.passwordHash}, coalesce(${row.permissions}::text[], ${row.otherwise}::text[]),
            ${row.at}, ${row.by})
    on conflict (org_id, till_id) do update
       set password_hash = excluded.password_hash, is_active = true,
           permissions = coalesce(${row.permissions}::text[],
             array(select had from unnest(c.permissions) had where ${row.limit}::text[] is null or had = any(${row.limit}::text[]))),
           created_at = excluded.created_at, created_by = excluded.created_by`);

export const deactivateTillCredential = (tx: Tx, orgId: number, tillId: number) =>
  tx.run(sql`/* identity.deactivate_till_credential */
    update identity.till_credentials set is_active = false where org_id = ${orgId} and till_id = ${tillId} and is_active`);

export const listTillsWithCredentials = (tx: Tx, orgId: number, tillIds: readonly number[]) =>
  tx.rows<{ tillId: number }>(sql`/* identity.list_tills_with_credentials */
    select till_id as "tillId" from identity.till_credentials
     where org_id = ${orgId} and is_active and till_id = any(${tillIds})`);

export const insertClient = (tx: Tx, client: Client, secretHash: string, by: string) =>
  tx.run(sql`/* identity.insert_client */
    insert into identity.clients (org_id, id, name, client_key, secret_hash, till_id, falls_back_to_till, ttl_seconds,
      permissions, created_at, created_by)
    values (${client.orgId}, ${client.id}, ${client.name}, ${client.key}, ${secretHash}, ${client.tillId},
      ${client.fallsBackToTill}, ${client.ttlSeconds}, ${client.permissions}, ${client.createdAt}, ${by})`);

/** By its key, before the organisation is known. */
export const findClientByKey = (tx: Tx, key: string) =>
  tx.maybeOne<Client & { secretHash: string }>(
    rawSql(
      `/* identity.find_client_by_key */ select ${CLIENT}, secret_hash as "secretHash" from identity.clients where client_key = $1`,
      [key],
    ),
  );

export const findClient = (tx: Tx, orgId: number, id: number) =>
  tx.maybeOne<Client>(
    rawSql(
      `/* identity.find_client */ select ${CLIENT} from identity.clients where org_id = $1 and id = $2`,
      [orgId, id],
    ),
  );

export const listClients = (tx: Tx, orgId: number, after: number, limit: number) =>
  tx.rows<Client>(
    rawSql(
      `/* identity.list_clients */ select ${CLIENT} from identity.clients where org_id = $1 and id > $2 order by id limit $3`,
      [orgId, after, limit],
    ),
  );

export const countClients = (tx: Tx, orgId: number) =>
  tx.one<{ total: number }>(
    sql`/* identity.count_clients */ select count(*) as total from identity.clients where org_id = ${orgId}`,
  );

export const revokeClient = (tx: Tx, orgId: number, id: number, at: Date) =>
  tx.maybeOne<Client>(
    rawSql(
      `/* identity.revoke_client */ update identity.clients set is_active = false, revoked_at = coalesce(revoked_at, $3)
        where org_id = $1 and id = $2 returning ${CLIENT}`,
      [orgId, id, at],
    ),
  );

interface UserRow {
  id: number;
  name: string;
  email: string;
  passwordHash: string;
  isActive: boolean;
}

export const findUserByEmail = (tx: Tx, email: string) =>
  tx.maybeOne<UserRow>(sql`/* identity.find_user_by_email */
    select id, name, email, password_hash as "passwordHash", is_active as "isActive"
      from identity.users where email = ${email}`);

/** False when the address is taken. */
export const insertUser = async (
  tx: Tx,
  user: { id: number; email: string; name: string; passwordHash: string; at: Date },
): Promise<boolean> =>
  (await tx.run(sql`/* identity.insert_user */
    insert into identity.users (id, email, name, password_hash, created_at, updated_at)
    values (${user.id}, ${user.email}, ${user.name}, ${user.passwordHash}, ${user.at}, ${user.at})
    on conflict do nothing`)) === 1;

/** Null leaves a value as it is. */
export const updateUser = (
  tx: Tx,
  id: number,
  change: { name: string | null; passwordHash: string | null; at: Date },
) =>
  tx.run(sql`/* identity.update_user */
    update identity.users
       set name = coalesce(${change.name}, name), password_hash = coalesce(${change.passwordHash}, password_hash),
           updated_at = ${change.at}
     where id = ${id}`);

/** False when the person already works for the organisation. */
export const insertMembership = async (
  tx: Tx,
  row: { orgId: number; userId: number; role: Role; at: Date },
): Promise<boolean> =>
  (await tx.run(sql`/* identity.insert_membership */
    insert into identity.memberships (org_id, user_id, role, created_at)
    values (${row.orgId}, ${row.userId}, ${row.role}, ${row.at})
    on conflict do nothing`)) === 1;

export const updateMembership = (
  tx: Tx,
  row: { orgId: number; userId: number; role: Role; isActive: boolean },
) =>
  tx.run(sql`/* identity.update_membership */
    update identity.memberships set role = ${row.role}, is_active = ${row.isActive}
     where org_id = ${row.orgId} and user_id = ${row.userId}`);

/** Locks all memberships of an organisation, so that its last owner cannot vanish by two changes at once. */
export const lockMemberships = (tx: Tx, orgId: number) =>
  tx.rows<{ userId: number; role: Role; isActive: boolean }>(sql`/* identity.lock_memberships */
    select user_id as "userId", role, is_active as "isActive"
      from identity.memberships where org_id = ${orgId} order by user_id for update`);

export const countOtherMemberships = (tx: Tx, orgId: number, userId: number) =>
  tx.one<{ total: number }>(sql`/* identity.count_other_memberships */
    select count(*) as total from identity.memberships where user_id = ${userId} and org_id <> ${orgId}`);

const USER = `u.id, u.name, u.email, m.role, m.is_active and u.is_active as "isActive", m.created_at as "createdAt"`;

export const findUser = (tx: Tx, orgId: number, id: number) =>
  tx.maybeOne<User>(
    rawSql(
      `/* identity.find_user */ select ${USER} from identity.memberships m join identity.users u on u.id = m.user_id
        where m.org_id = $1 and m.user_id = $2`,
      [orgId, id],
    ),
  );

export const listUsers = (tx: Tx, orgId: number, after: number, limit: number) =>
  tx.rows<User>(
    rawSql(
      `/* identity.list_users */ select ${USER} from identity.memberships m join identity.users u on u.id = m.user_id
        where m.org_id = $1 and m.user_id > $2 order by m.user_id limit $3`,
      [orgId, after, limit],
    ),
  );

export const countUsers = (tx: Tx, orgId: number) =>
  tx.one<{ total: number }>(
    sql`/* identity.count_users */ select count(*) as total from identity.memberships where org_id = ${orgId}`,
  );

export const insertSession = (
  tx: Tx,
  session: { digest: Buffer; userId: number; createdAt: Date; expiresAt: Date },
) =>
  tx.run(sql`/* identity.insert_session */
    insert into identity.sessions (token_digest, user_id, created_at, expires_at)
    values (${session.digest}, ${session.userId}, ${session.createdAt}, ${session.expiresAt})`);

export const findSession = (tx: Tx, digest: Buffer, now: Date) =>
  tx.rows<{ id: number; name: string; email: string; orgId: number | null; role: Role | null }>(
    sql`/* identity.find_session */
    select u.id, u.name, u.email, m.org_id as "orgId", m.role
      from identity.sessions s
      join identity.users u on u.id = s.user_id and u.is_active
      left join identity.memberships m on m.user_id = u.id and m.is_active
     where s.token_digest = ${digest} and s.expires_at > ${now}
     order by m.org_id`,
  );

export const deleteSession = (tx: Tx, digest: Buffer) =>
  tx.run(sql`/* identity.delete_session */ delete from identity.sessions where token_digest = ${digest}`);

export const deleteSessionsOfUser = (tx: Tx, userId: number) =>
  tx.run(sql`/* identity.delete_sessions_of_user */ delete from identity.sessions where user_id = ${userId}`);

export const removeExpiredSessions = (tx: Tx, now: Date) =>
  tx.run(
    sql`/* identity.remove_expired_sessions */ delete from identity.sessions where expires_at <= ${now}`,
  );

export interface SigningKeyRow {
  kid: string;
  privateJwk: Record<string, string>;
}

/** Newest first. */
export const listSigningKeys = (tx: Tx) =>
  tx.rows<SigningKeyRow>(sql`/* identity.list_signing_keys */
    select kid, private_jwk as "privateJwk" from identity.signing_keys order by created_at desc, kid`);

export const insertSigningKey = (tx: Tx, key: SigningKeyRow, at: Date) =>
  tx.run(sql`/* identity.insert_signing_key */
    insert into identity.signing_keys (kid, private_jwk, created_at)
    values (${key.kid}, ${JSON.stringify(key.privateJwk)}, ${at})`);
