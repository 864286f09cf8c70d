import { type Instant, sql, type Tx } from "#platform";
import type { Redemption, Reversal } from "../schema.ts";
import { loadRedemptions } from "../store.ts";

const isoOrNull = (instant: Instant | null): string | null =>
  instant === null ? null : new Date(instant).toISOString();

/** Which redemptions of a party: newest first, from `since` to before `until`, behind a position. */
export interface RedemptionPage {
  readonly since: Instant | null;
  readonly until: Instant | null;
  readonly after: { readonly redeemedAt: string; readonly id: number } | null;
  readonly limit: number;
}

/** A redemption with what was taken back of it, oldest first. */
export interface RedemptionStory {
  readonly redemption: Redemption;
  readonly reversals: readonly Reversal[];
}

/** A page of the redemptions of a customer: of their own party and of those who were merged into it. */
export const listRedemptions = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  { since, until, after, limit }: RedemptionPage,
): Promise<RedemptionStory[]> => {
  const found = await tx.rows<{ partyId: number; id: number }>(sql`/* points.list_redemptions */
    select party_id as "partyId", id from points.redemptions
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
       and (${isoOrNull(since)}::timestamptz is null or redeemed_at >= ${isoOrNull(since)}::timestamptz)
       and (${isoOrNull(until)}::timestamptz is null or redeemed_at < ${isoOrNull(until)}::timestamptz)
       and (${after?.redeemedAt ?? null}::timestamptz is null
            or (redeemed_at, id) < (${after?.redeemedAt ?? null}::timestamptz, ${after?.id ?? 0}::bigint))
     order by redeemed_at desc, id desc limit ${limit}`);
  const [redemptions, reversals] = await Promise.all([
    loadRedemptions(tx, orgId, found),
    loadReversals(tx, orgId, found),
  ]);
  return found.flatMap(({ id }) => {
    const redemption = redemptions.find((item) => item.id === id);
    return redemption === undefined
      ? []
      : [{ redemption, reversals: reversals.filter((item) => item.redemptionId === id) }];
  });
};

export const countRedemptions = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  { since, until }: Pick<RedemptionPage, "since" | "until">,
): Promise<number> => {
  const { total } = await tx.one<{ total: number }>(sql`/* points.count_redemptions */
    select count(*) as total from points.redemptions
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])
       and (${isoOrNull(since)}::timestamptz is null or redeemed_at >= ${isoOrNull(since)}::timestamptz)
       and (${isoOrNull(until)}::timestamptz is null or redeemed_at < ${isoOrNull(until)}::timestamptz)`);
  return total;
};

interface ReversalRow extends Omit<Reversal, "reversedAt" | "recordedAt"> {
  readonly reversedAt: Date;
  readonly recordedAt: Date;
}

const loadReversals = async (
  tx: Tx,
  orgId: number,
  redemptions: readonly { readonly partyId: number; readonly id: number }[],
): Promise<Reversal[]> => {
  const rows = await tx.rows<ReversalRow>(sql`/* points.load_reversals */
    select party_id as "partyId", id, redemption_id as "redemptionId", event_no as "eventNo", event_id as "eventId", code, asked,
           returned, expired, cause, transaction_id as "transactionId", till_id as "tillId", reversed_at as "reversedAt",
           recorded_at as "recordedAt", notes
      from points.reversals
     where org_id = ${orgId} and party_id = any(${[...new Set(redemptions.map(({ partyId }) => partyId))]}::bigint[])
       and redemption_id = any(${redemptions.map(({ id }) => id)}::bigint[])
     order by id`);
  return rows.map((row) => ({
    ...row,
    reversedAt: row.reversedAt.getTime(),
    recordedAt: row.recordedAt.getTime(),
  }));
};
