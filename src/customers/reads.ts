import { rawSql, sql, type Tx } from "#platform";
import type { ChangeRow, ChannelRow, Customer, CustomerRow, IdentifierRow, ProfileRow } from "./schema.ts";

const CUSTOMER_COLUMNS = `party_id as "partyId", loyalty_type as "loyaltyType", status, merged_into as "mergedInto", first_name as "firstName",
  last_name as "lastName", mobile, email, external_id as "externalId", extended_fields as "extendedFields", source,
  account_id as "accountId", registered_at as "registeredAt", registered_till_id as "registeredTillId",
  associated_till_id as "associatedTillId", is_demo as "isDemo", created_at as "createdAt", created_by as "createdBy",
  updated_at as "updatedAt", updated_by as "updatedBy"`;

export const findCustomers = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<CustomerRow[]> =>
  tx.rows<CustomerRow>(
    rawSql(
      `/* customers.find */ select ${CUSTOMER_COLUMNS} from customers.customers where org_id = $1 and party_id = any($2::bigint[])`,
      [orgId, partyIds],
    ),
  );

export const profilesOf = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<ProfileRow[]> =>
  tx.rows<ProfileRow>(sql`/* customers.profiles_of */
    select party_id as "partyId", source, account_id as "accountId", first_name as "firstName", last_name as "lastName",
           custom_fields as "customFields", created_at as "createdAt", created_till_id as "createdTillId",
           updated_at as "updatedAt", updated_till_id as "updatedTillId"
      from customers.profiles where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
     order by party_id, created_at, source, account_id`);

export const identifiersOf = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<IdentifierRow[]> =>
  tx.rows<IdentifierRow>(sql`/* customers.identifiers_of */
    select party_id as "partyId", source, account_id as "accountId", type, value
      from customers.identifiers where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
     order by party_id, source, account_id, position`);

const channelsOf = (tx: Tx, orgId: number, partyId: number): Promise<ChannelRow[]> =>
  tx.rows<ChannelRow>(sql`/* customers.channels_of */
    select party_id as "partyId", source, account_id as "accountId", type, value, is_primary as "isPrimary",
           is_verified as "isVerified", is_subscribed as "isSubscribed", meta, attributes
      from customers.channels where org_id = ${orgId} and party_id = ${partyId}
     order by source, account_id, position, type, value`);

/** A customer with everything that hangs on it, or null. */
export const readCustomer = async (tx: Tx, orgId: number, partyId: number): Promise<Customer | null> => {
  const [[customer], profiles, identifiers, channels] = await Promise.all([
    findCustomers(tx, orgId, [partyId]),
    profilesOf(tx, orgId, [partyId]),
    identifiersOf(tx, orgId, [partyId]),
    channelsOf(tx, orgId, partyId),
  ]);
  return customer === undefined ? null : { customer, profiles, identifiers, channels };
};

/** Greater than every character that text can hold: bounds the range of a prefix. */
const AFTER_ALL = "\u{10FFFF}";

/**
 * Customers with a term that begins with one of the prefixes, best matches (shortest continuation in bytewise order) first.
 * Reads at most `most` index entries per prefix, whatever the prefix.
 */
export const matchTerms = async (
  tx: Tx,
  orgId: number,
  prefixes: readonly string[],
  most: number,
): Promise<number[]> => {
  const rows = await tx.rows<{ partyId: number }>(sql`/* customers.match_terms */
    select m.party_id as "partyId"
      from unnest(${prefixes}::text[], ${prefixes.map((prefix) => prefix + AFTER_ALL)}::text[]) p (low, high)
     cross join lateral (
       select s.party_id, s.term from customers.search_terms s
        where s.org_id = ${orgId} and s.term >= p.low and s.term < p.high
        order by s.term, s.party_id limit ${most}) m
     group by m.party_id
     order by min(m.term), m.party_id
     limit ${most}`);
  return rows.map((row) => row.partyId);
};

export interface ListPage {
  readonly sort: "registeredAt" | "name";
  readonly descending: boolean;
  /** Sort value and id after which the page begins. */
  readonly after: readonly [string, number] | null;
  readonly limit: number;
  /** Only these, when given. */
  readonly partyIds: readonly number[] | null;
}

export interface ListRow extends CustomerRow {
  readonly sortValue: string;
}

const SORTS = {
  // Microseconds since 1970 as text: exact, unlike a Date.
  registeredAt: {
    column: "registered_at",
    value: `(extract(epoch from registered_at) * 1000000)::bigint::text`,
    bound: `to_timestamp(0) + $2::bigint * interval '1 microsecond'`,
  },
  name: { column: "sort_name", value: "sort_name", bound: `$2::text collate "C"` },
};

/** A keyset page of the organisation's customers. */
export const listCustomers = (tx: Tx, orgId: number, page: ListPage): Promise<ListRow[]> => {
  const { column, value, bound } = SORTS[page.sort];
  const direction = page.descending ? "desc" : "asc";
  const beyond = page.descending ? "<" : ">";
  const text = `/* customers.list */
    select ${CUSTOMER_COLUMNS}, ${value} as "sortValue"
      from customers.customers
     where org_id = $1 and merged_into is null
       ${page.after === null ? "and $2::text is null and $3::bigint is null" : `and (${column}, party_id) ${beyond} (${bound}, $3)`}
       ${page.partyIds === null ? "and $5::bigint[] is null" : "and party_id = any($5::bigint[])"}
     order by ${column} ${direction}, party_id ${direction} limit $4`;
  const [after, id] = page.after ?? [null, null];
  return tx.rows<ListRow>(rawSql(text, [orgId, after, id, page.limit, page.partyIds]));
};

export const countCustomers = async (tx: Tx, orgId: number): Promise<number> => {
  const row = await tx.one<{ count: number }>(sql`/* customers.count */
    select count(*) as count from customers.customers where org_id = ${orgId} and merged_into is null`);
  return row.count;
};

export interface ChangePage {
  /** Newest first; the change after which the page begins. */
  readonly before: { readonly at: Date; readonly id: number } | null;
  readonly limit: number;
}

/** A page of a customer's audit trail and that of everybody merged into them, newest first. */
export const listChanges = (tx: Tx, orgId: number, partyId: number, page: ChangePage): Promise<ChangeRow[]> =>
  tx.rows<ChangeRow>(sql`/* customers.list_changes */
    select c.id, c.party_id as "partyId", c.changed_at as "changedAt", c.kind, c.actor_kind as "actorKind",
           c.actor_name as "actorName", c.actor_source as "actorSource", c.till_id as "tillId", c.changes
      from (select ${partyId}::bigint as party_id union all
            select v.victim_id from customers.merged_v v where v.org_id = ${orgId} and v.party_id = ${partyId}) p
     cross join lateral (
       select * from customers.changes h
        where h.org_id = ${orgId} and h.party_id = p.party_id
          and (h.party_id = ${partyId} or h.kind not in ('merged', 'merge_undone'))
          and (${page.before === null}::boolean
               or (h.changed_at, h.id) < (${page.before?.at.toISOString() ?? null}::timestamptz, ${page.before?.id ?? null}::bigint))
        order by h.changed_at desc, h.id desc limit ${page.limit}) c
     order by c.changed_at desc, c.id desc limit ${page.limit}`);
