import { type Instant, type Millipoints, type Sql, sql, type Tx } from "#platform";
import type { Adjustment } from "./schema.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

export const insertAdjustments = (orgId: number, rows: readonly Adjustment[]): Sql =>
  sql`/* points.insert_adjustments */
    insert into points.adjustments
           (org_id, party_id, id, kind, program_id, currency_id, category, event_no, event_id, amount, reason, comments, made_by,
            user_id, till_id, made_at, recorded_at)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => row.kind)}::text[], ${rows.map((row) => row.programId)}::bigint[],
      ${rows.map((row) => row.currencyId)}::bigint[], ${rows.map((row) => row.category)}::smallint[],
      ${rows.map((row) => row.eventNo)}::bigint[], ${rows.map((row) => row.eventId)}::bigint[],
      ${rows.map((row) => row.amount)}::bigint[], ${rows.map((row) => row.reason)}::text[],
      ${rows.map((row) => row.comments)}::text[], ${rows.map((row) => row.madeBy)}::text[],
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
