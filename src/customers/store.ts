import { sql, type Tx } from "#platform";
import type {
  ChangeRow,
  Channel,
  CustomerRow,
  Identifier,
  NewProfile,
  ProfileRow,
  SourceAccount,
} from "./schema.ts";

const iso = (date: Date): string => date.toISOString();

export interface KeyOwner {
  readonly key: string;
  readonly partyId: number;
}

/**
 * Claims keys for customers and says which are ours now. A key that another transaction is claiming at this moment is
 * waited for; all claim in the order of the keys, so that two can never wait for each other.
 */
export const claimKeys = (tx: Tx, orgId: number, claims: readonly KeyOwner[]): Promise<{ key: string }[]> =>
  tx.rows(sql`/* customers.claim_keys */
    insert into customers.identifier_keys as k (org_id, key, party_id)
    select ${orgId}, c.key, c.party_id
      from unnest(${claims.map(({ key }) => key)}::text[], ${claims.map(({ partyId }) => partyId)}::bigint[]) c (key, party_id)
     order by c.key
    on conflict (key) do nothing
    returning k.key`);

export const findKeys = (tx: Tx, orgId: number, keys: readonly string[]): Promise<KeyOwner[]> =>
  tx.rows<KeyOwner>(sql`/* customers.find_keys */
    select key, party_id as "partyId" from customers.identifier_keys
     where org_id = ${orgId} and key = any(${keys}::text[])`);

/** Gives back keys that this transaction claimed for a registration that is refused after all. */
export const releaseKeys = (tx: Tx, orgId: number, keys: readonly string[]): Promise<number> =>
  tx.run(sql`/* customers.release_keys */
    delete from customers.identifier_keys where org_id = ${orgId} and key = any(${keys}::text[])`);

/** Gives up keys of a customer who has the identifier no longer. */
export const giveUpKeys = (
  tx: Tx,
  orgId: number,
  partyId: number,
  keys: readonly string[],
): Promise<number> =>
  tx.run(sql`/* customers.give_up_keys */
    delete from customers.identifier_keys
     where org_id = ${orgId} and party_id = ${partyId} and key = any(${keys}::text[])`);

/** Hands keys that this transaction claimed to the customer whom the registration joins. */
export const moveKeys = (tx: Tx, orgId: number, moves: readonly KeyOwner[]): Promise<number> =>
  tx.run(sql`/* customers.move_keys */
    update customers.identifier_keys k set party_id = m.party_id
      from unnest(${moves.map(({ key }) => key)}::text[], ${moves.map(({ partyId }) => partyId)}::bigint[]) m (key, party_id)
     where k.org_id = ${orgId} and k.key = m.key`);

/** Locks customers, in order of id, until the transaction ends; answers those that exist. */
export const lockCustomers = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
): Promise<{ partyId: number }[]> =>
  tx.rows(sql`/* customers.lock */
    select party_id as "partyId" from customers.customers
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
     order by party_id for update`);

export type NewCustomerRow = Omit<
  CustomerRow,
  "createdAt" | "updatedAt" | "createdBy" | "updatedBy" | "status" | "mergedInto"
> & {
  readonly sortName: string;
  /** Who registers. */
  readonly by: string;
};

export const insertCustomers = (
  tx: Tx,
  orgId: number,
  rows: readonly NewCustomerRow[],
  at: Date,
): Promise<number> =>
  tx.run(sql`/* customers.insert */
    insert into customers.customers
           (org_id, created_at, updated_at, created_by, updated_by, party_id, loyalty_type, first_name, last_name, mobile,
            email, external_id, sort_name, extended_fields, source, account_id, registered_at, registered_till_id,
            associated_till_id, is_demo)
    select ${orgId}, ${iso(at)}::timestamptz, ${iso(at)}::timestamptz, c.*
      from unnest(
        ${rows.map((row) => row.by)}::text[], ${rows.map((row) => row.by)}::text[],
        ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.loyaltyType)}::text[],
        ${rows.map((row) => row.firstName)}::text[], ${rows.map((row) => row.lastName)}::text[],
        ${rows.map((row) => row.mobile)}::text[], ${rows.map((row) => row.email)}::text[],
        ${rows.map((row) => row.externalId)}::text[], ${rows.map((row) => row.sortName)}::text[],
        ${rows.map((row) => JSON.stringify(row.extendedFields))}::jsonb[], ${rows.map((row) => row.source)}::text[],
        ${rows.map((row) => row.accountId)}::text[], ${rows.map((row) => iso(row.registeredAt))}::timestamptz[],
        ${rows.map((row) => row.registeredTillId)}::bigint[], ${rows.map((row) => row.associatedTillId)}::bigint[],
        ${rows.map((row) => row.isDemo)}::boolean[]) c`);

export interface NewProfileRow extends NewProfile {
  readonly partyId: number;
  readonly tillId: number | null;
  readonly by: string;
}

export const insertProfiles = (
  tx: Tx,
  orgId: number,
  rows: readonly NewProfileRow[],
  at: Date,
): Promise<number> =>
  tx.run(sql`/* customers.insert_profiles */
    insert into customers.profiles
           (org_id, created_at, updated_at, created_by, updated_by, party_id, source, account_id, first_name, last_name,
            custom_fields, created_till_id)
    select ${orgId}, ${iso(at)}::timestamptz, ${iso(at)}::timestamptz, p.*
      from unnest(
        ${rows.map((row) => row.by)}::text[], ${rows.map((row) => row.by)}::text[],
        ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.source)}::text[],
        ${rows.map((row) => row.accountId)}::text[], ${rows.map((row) => row.firstName)}::text[],
        ${rows.map((row) => row.lastName)}::text[], ${rows.map((row) => JSON.stringify(row.customFields))}::jsonb[],
        ${rows.map((row) => row.tillId)}::bigint[]) p`);

export interface NewIdentifierRow extends SourceAccount, Identifier {
  readonly partyId: number;
  readonly position: number;
}

export const insertIdentifiers = (
  tx: Tx,
  orgId: number,
  rows: readonly NewIdentifierRow[],
  at: Date,
): Promise<number> =>
  tx.run(sql`/* customers.insert_identifiers */
    insert into customers.identifiers (org_id, created_at, party_id, source, account_id, type, value, position)
    select ${orgId}, ${iso(at)}::timestamptz, i.*
      from unnest(
        ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.source)}::text[],
        ${rows.map((row) => row.accountId)}::text[], ${rows.map((row) => row.type)}::text[],
        ${rows.map((row) => row.value)}::text[], ${rows.map((row) => row.position)}::smallint[]) i`);

export const deleteIdentifiers = (
  tx: Tx,
  orgId: number,
  rows: readonly (SourceAccount & Identifier & { readonly partyId: number })[],
): Promise<number> =>
  tx.run(sql`/* customers.delete_identifiers */
    delete from customers.identifiers i
     using unnest(${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.source)}::text[],
                  ${rows.map((row) => row.accountId)}::text[], ${rows.map((row) => row.type)}::text[],
                  ${rows.map((row) => row.value)}::text[]) g (party_id, source, account_id, type, value)
     where i.org_id = ${orgId} and i.party_id = g.party_id and i.source = g.source and i.account_id = g.account_id
       and i.type = g.type and i.value = g.value`);

export interface NewChannelRow extends SourceAccount, Channel {
  readonly partyId: number;
  readonly position: number;
}

export const putChannels = (
  tx: Tx,
  orgId: number,
  rows: readonly NewChannelRow[],
  at: Date,
): Promise<number> =>
  tx.run(sql`/* customers.put_channels */
    insert into customers.channels
           (org_id, updated_at, party_id, source, account_id, type, value, position, is_primary, is_verified,
            is_subscribed, meta, attributes)
    select ${orgId}, ${iso(at)}::timestamptz, c.*
      from unnest(
        ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.source)}::text[],
        ${rows.map((row) => row.accountId)}::text[], ${rows.map((row) => row.type)}::text[],
        ${rows.map((row) => row.value)}::text[], ${rows.map((row) => row.position)}::smallint[],
        ${rows.map((row) => row.isPrimary)}::boolean[], ${rows.map((row) => row.isVerified)}::boolean[],
        ${rows.map((row) => row.isSubscribed)}::boolean[], ${rows.map((row) => JSON.stringify(row.meta))}::jsonb[],
        ${rows.map((row) => JSON.stringify(row.attributes))}::jsonb[]) c
    on conflict (party_id, source, account_id, type, value) do update
       set is_primary = excluded.is_primary, is_verified = excluded.is_verified,
           is_subscribed = excluded.is_subscribed, meta = excluded.meta, attributes = excluded.attributes,
           updated_at = excluded.updated_at`);

export const insertTerms = (
  tx: Tx,
  orgId: number,
  rows: readonly { readonly partyId: number; readonly term: string }[],
): Promise<number> =>
  tx.run(sql`/* customers.insert_terms */
    insert into customers.search_terms (org_id, party_id, term)
    select ${orgId}, t.* from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.term)}::text[]) t
    on conflict (org_id, term, party_id) do nothing`);

export const deleteTerms = (
  tx: Tx,
  orgId: number,
  partyId: number,
  terms: readonly string[],
): Promise<number> =>
  tx.run(sql`/* customers.delete_terms */
    delete from customers.search_terms
     where org_id = ${orgId} and party_id = ${partyId} and term = any(${terms}::text[])`);

export const insertChanges = (tx: Tx, orgId: number, rows: readonly ChangeRow[]): Promise<number> =>
  tx.run(sql`/* customers.insert_changes */
    insert into customers.changes
           (org_id, id, party_id, changed_at, kind, actor_kind, actor_name, actor_source, till_id, changes)
    select ${orgId}, c.* from unnest(
      ${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.partyId)}::bigint[],
      ${rows.map((row) => iso(row.changedAt))}::timestamptz[], ${rows.map((row) => row.kind)}::text[],
      ${rows.map((row) => row.actorKind)}::text[], ${rows.map((row) => row.actorName)}::text[],
      ${rows.map((row) => row.actorSource)}::text[], ${rows.map((row) => row.tillId)}::bigint[],
      ${rows.map((row) => JSON.stringify(row.changes))}::json[]) c`);

/** Writes what a customer is shown by and what belongs to the customer as a whole. */
export const updateCustomer = (
  tx: Tx,
  orgId: number,
  row: Pick<
    CustomerRow,
    | "partyId"
    | "loyaltyType"
    | "firstName"
    | "lastName"
    | "mobile"
    | "email"
    | "externalId"
    | "extendedFields"
    | "associatedTillId"
    | "updatedAt"
    | "updatedBy"
  > & { readonly sortName: string },
): Promise<number> =>
  tx.run(sql`/* customers.update */
    update customers.customers
       set loyalty_type = ${row.loyaltyType}, first_name = ${row.firstName}, last_name = ${row.lastName},
           mobile = ${row.mobile}, email = ${row.email}, external_id = ${row.externalId}, sort_name = ${row.sortName},
           extended_fields = ${JSON.stringify(row.extendedFields)}::jsonb, associated_till_id = ${row.associatedTillId},
           updated_at = ${iso(row.updatedAt)}::timestamptz, updated_by = ${row.updatedBy}
     where org_id = ${orgId} and party_id = ${row.partyId}`);

export const updateProfile = (
  tx: Tx,
  orgId: number,
  row: Pick<
    ProfileRow,
    | "partyId"
    | "source"
    | "accountId"
    | "firstName"
    | "lastName"
    | "customFields"
    | "updatedAt"
    | "updatedTillId"
  > & { readonly updatedBy: string },
): Promise<number> =>
  tx.run(sql`/* customers.update_profile */
    update customers.profiles
       set first_name = ${row.firstName}, last_name = ${row.lastName},
           custom_fields = ${JSON.stringify(row.customFields)}::jsonb, updated_at = ${iso(row.updatedAt)}::timestamptz,
           updated_by = ${row.updatedBy}, updated_till_id = ${row.updatedTillId}
     where org_id = ${orgId} and party_id = ${row.partyId} and source = ${row.source} and account_id = ${row.accountId}`);
