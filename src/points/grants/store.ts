import { type Instant, type Millipoints, type Sql, sql, type Tx } from "#platform";
import type { Adjustment } from "./schema.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

export const insertAdjustments = (orgId: number, rows: readonly Adjustment[]): Sql =>
  sql`/* points.insert_adjustments */
    insert into points.adjustments
           (org_id, party_id, id, kind, program_id, currency_id, category, event_no, event_id, amount, reason, comments, campaign,
            import_id, made_by, user_id, till_id, made_at, recorded_at)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => row.kind)}::text[], ${rows.map((row) => row.programId)}::bigint[],
      ${rows.map((row) => row.currencyId)}::bigint[], ${rows.map((row) => row.category)}::smallint[],
      ${rows.map((row) => row.eventNo)}::bigint[], ${rows.map((row) => row.eventId)}::bigint[],
      ${rows.map((row) => row.amount)}::bigint[], ${rows.map((row) => row.reason)}::text[],
      ${rows.map((row) => row.comments)}::text[], ${rows.map((row) => row.campaign ?? "")}::text[],
      ${rows.map((row) => row.importId ?? null)}::bigint[],
      ${rows.map((row) => row.madeBy)}::text[],
      ${rows.map((row) => row.userId)}::bigint[], ${rows.map((row) => row.tillId)}::bigint[],
      ${rows.map((row) => iso(row.madeAt))}::timestamptz[], ${rows.map((row) => iso(row.recordedAt))}::timestamptz[])`;

export interface Goodwill {
  readonly partyId: number;
  readonly programId: number;
  readonly at: Instant;
  readonly amount: Millipoints;
}

/** Points given to the parties as goodwill since an instant, for the cap of a month. */
export const loadGoodwillSince = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  since: Instant,
): Promise<Goodwill[]> => {
  const rows = await tx.rows<Omit<Goodwill, "at"> & { at: Date }>(sql`/* points.load_goodwill_since */
    select party_id as "partyId", program_id as "programId", made_at as at, amount
      from points.adjustments
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and kind = 'goodwill' and currency_id = 0
       and made_at >= ${iso(since)}::timestamptz`);
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
};

/** Which of some campaigns the parties, or customers who were merged into them, were given points by: as `party/campaign`. */
export const loadCampaignsOf = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  campaigns: readonly string[],
): Promise<Set<string>> => {
  const rows = await tx.rows<{ partyId: number; campaign: string }>(sql`/* points.load_campaigns_of */
    select family.party_id as "partyId", a.campaign
      from (select asked as party_id, asked as own_id from unnest(${partyIds}::bigint[]) asked
            union all
            select party_id, victim_id from customers.merged_v
             where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])) family
      join points.adjustments a on a.party_id = family.own_id
     where a.org_id = ${orgId} and a.kind = 'campaign' and a.campaign = any(${campaigns}::text[])`);
  return new Set(rows.map(({ partyId, campaign }) => `${partyId}/${campaign}`));
};

/** Points that a run of an import gave so far. */
export const sumGivenByImport = async (tx: Tx, orgId: number, importId: number): Promise<Millipoints> => {
  const { given } = await tx.one<{ given: number }>(sql`/* points.sum_given_by_import */
    select coalesce(sum(amount), 0)::bigint as given from points.adjustments
     where org_id = ${orgId} and import_id = ${importId} and currency_id = 0`);
  return given;
};
