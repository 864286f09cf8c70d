import { sql, type Tx } from "#platform";

/** What a decision about a customer may know of the person: display copies, those of the newest profile; "" = none. */
export interface CustomerProfile {
  readonly partyId: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly mobile: string;
  readonly email: string;
  readonly externalId: string | null;
  readonly loyaltyType: string;
  readonly status: string;
  /** The customer whom this one was merged into; null = not merged. */
  readonly mergedInto: number | null;
  readonly registeredAt: Date;
  readonly extendedFields: Readonly<Record<string, unknown>>;
}

/** Directory keys → party ids, one round trip for a whole batch; unknown keys are absent. */
export const resolveIdentifiers = async (
  tx: Tx,
  orgId: number,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await tx.rows<{ key: string; partyId: number }>(sql`/* customers.resolve_identifiers */
    select key, party_id as "partyId" from customers.identifier_keys
     where org_id = ${orgId} and key = any(${keys}::text[])`);
  return new Map(rows.map((row) => [row.key, row.partyId]));
};

/** Profiles of a batch's customers, as decisions read them. */
export const loadProfiles = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
): Promise<CustomerProfile[]> =>
  tx.rows<CustomerProfile>(sql`/* customers.load_profiles */
    select party_id as "partyId", coalesce(first_name, '') as "firstName", coalesce(last_name, '') as "lastName",
           coalesce(mobile, '') as mobile, coalesce(email, '') as email, external_id as "externalId",
           loyalty_type as "loyaltyType", status, merged_into as "mergedInto", registered_at as "registeredAt", extended_fields as "extendedFields"
      from customers.customers
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])`);

/** Whether a customer has a profile in a source, and with an account of it where the source has several. */
export const hasProfile = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  { source, accountId }: { readonly source: string; readonly accountId: string },
): Promise<boolean> => {
  const row = await tx.maybeOne(sql`/* customers.has_profile */
    select 1 as found from customers.profiles
     where org_id = ${orgId} and party_id = ${partyId} and source = ${source} and account_id = ${accountId}`);
  return row !== null;
};

/** Who customers are now, by the ids that callers know them by: those who were merged lead to their survivors. */
export const currentIds = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
): Promise<ReadonlyMap<number, number>> => {
  const rows = await tx.rows<{ partyId: number; currentId: number }>(sql`/* customers.current_ids */
    select party_id as "partyId", coalesce(merged_into, party_id) as "currentId" from customers.customers
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])`);
  return new Map(rows.map((row) => [row.partyId, row.currentId]));
};

/** Who was merged into customers, in ascending order; those into whom nobody was are absent. */
export const victimsOf = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> => {
  const rows = await tx.rows<{ partyId: number; victimId: number }>(sql`/* customers.victims_of_many */
    select merged_into as "partyId", party_id as "victimId" from customers.customers
     where org_id = ${orgId} and merged_into = any(${partyIds}::bigint[]) order by party_id`);
  const victims = new Map<number, number[]>();
  for (const { partyId, victimId } of rows) victims.set(partyId, [...(victims.get(partyId) ?? []), victimId]);
  return victims;
};

/** A customer's own id and those of everybody merged into them: whose facts are the customer's. */
export const partiesOf = async (tx: Tx, orgId: number, partyId: number): Promise<number[]> => {
  const rows = await tx.rows<{ partyId: number }>(sql`/* customers.parties_of */
    select victim_id as "partyId" from customers.merged_v where org_id = ${orgId} and party_id = ${partyId}
     order by victim_id`);
  return [partyId, ...rows.map((row) => row.partyId)];
};
