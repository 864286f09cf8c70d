import { type Instant, sql, type Tx } from "#platform";

/** Which bill an anonymous one became. */
export interface RetroClaim {
  readonly transactionId: number;
  readonly partyId: number;
  readonly newTransactionId: number;
  readonly newPartyId: number;
  readonly client: string;
}

/**
 * Claims anonymous bills and answers the new bills whose claims hold. A bill that another transaction is claiming is waited
 * for, in the order of the keys; one that is claimed already stays with its first claim.
 */
export const insertClaims = (
  tx: Tx,
  orgId: number,
  claims: readonly RetroClaim[],
  at: Instant,
): Promise<{ newTransactionId: number }[]> =>
  tx.rows(sql`/* activities.insert_retro_claims */
    insert into activities.retro_claims as r
           (org_id, claimed_at, party_id, transaction_id, new_party_id, new_transaction_id, client)
    select ${orgId}, ${new Date(at).toISOString()}::timestamptz, c.* from unnest(
      ${claims.map((claim) => claim.partyId)}::bigint[], ${claims.map((claim) => claim.transactionId)}::bigint[],
      ${claims.map((claim) => claim.newPartyId)}::bigint[], ${claims.map((claim) => claim.newTransactionId)}::bigint[],
      ${claims.map((claim) => claim.client)}::text[]) c (party_id, transaction_id)
     order by c.party_id, c.transaction_id
    on conflict (party_id, transaction_id) do nothing
    returning r.new_transaction_id as "newTransactionId"`);

/** Gives back what was claimed for bills that are refused after all. */
export const releaseClaims = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  newTransactionIds: readonly number[],
): Promise<number> =>
  tx.run(sql`/* activities.release_retro_claims */
    delete from activities.retro_claims
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
       and new_transaction_id = any(${newTransactionIds}::bigint[])`);

/** The claim of an anonymous bill; null while nobody has claimed it. */
export const findClaim = (
  tx: Tx,
  orgId: number,
  partyId: number,
  transactionId: number,
): Promise<(RetroClaim & { readonly claimedAt: Date }) | null> =>
  tx.maybeOne(sql`/* activities.find_retro_claim */
    select party_id as "partyId", transaction_id as "transactionId", new_party_id as "newPartyId",
           new_transaction_id as "newTransactionId", client, claimed_at as "claimedAt"
      from activities.retro_claims
     where org_id = ${orgId} and party_id = ${partyId} and transaction_id = ${transactionId}`);

/** Which of these bills were anonymous and claimed, and what they became. */
export const findClaims = (
  tx: Tx,
  orgId: number,
  bills: readonly { readonly partyId: number; readonly id: number }[],
): Promise<Pick<RetroClaim, "transactionId" | "newPartyId" | "newTransactionId">[]> =>
  tx.rows(sql`/* activities.find_retro_claims */
    select transaction_id as "transactionId", new_party_id as "newPartyId", new_transaction_id as "newTransactionId"
      from activities.retro_claims
     where org_id = ${orgId} and party_id = any(${bills.map(({ partyId }) => partyId)}::bigint[])
       and transaction_id = any(${bills.map(({ id }) => id)}::bigint[])`);
