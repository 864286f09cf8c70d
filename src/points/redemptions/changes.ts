import { type Instant, type Sql, sql } from "#platform";
import type { Redemption } from "../schema.ts";

/** What a redemption says beside its points, as it was and as it is to be. Stays on record. */
export interface RedemptionChange {
  /** Of the change, from the block of points ids. */
  readonly id: number;
  readonly before: Redemption;
  readonly after: Redemption;
  readonly at: Instant;
  readonly by: string;
  readonly tillId: number | null;
}

const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

const changeable = ({ billNumber, transactionId, purpose, customFields }: Redemption): string =>
  JSON.stringify({ billNumber, transactionId, purpose, customFields });

/** The statements that change redemptions, each at most once, under the locks of their parties, and keep each change. */
export const changeRedemptions = (orgId: number, rows: readonly RedemptionChange[]): Sql[] =>
  rows.length === 0 ? [] : [updateRedemptions(orgId, rows), insertChanges(orgId, rows)];

const updateRedemptions = (orgId: number, rows: readonly RedemptionChange[]): Sql =>
  sql`/* points.update_redemptions */
    update points.redemptions r
       set bill_number = c.bill_number, transaction_id = c.transaction_id, purpose = c.purpose, custom_fields = c.custom_fields
      from unnest(
        ${rows.map(({ after }) => after.partyId)}::bigint[], ${rows.map(({ after }) => after.id)}::bigint[],
        ${rows.map(({ after }) => after.billNumber)}::text[], ${rows.map(({ after }) => after.transactionId)}::bigint[],
        ${rows.map(({ after }) => after.purpose)}::text[], ${rows.map(({ after }) => json(after.customFields))}::json[])
        c (party_id, id, bill_number, transaction_id, purpose, custom_fields)
     where r.org_id = ${orgId} and r.party_id = c.party_id and r.id = c.id`;

const insertChanges = (orgId: number, rows: readonly RedemptionChange[]): Sql =>
  sql`/* points.insert_redemption_changes */
    insert into points.redemption_changes
           (org_id, party_id, id, redemption_id, changed_at, changed_by, till_id, before, after)
    select ${orgId}, * from unnest(
      ${rows.map(({ before }) => before.partyId)}::bigint[], ${rows.map(({ id }) => id)}::bigint[],
      ${rows.map(({ before }) => before.id)}::bigint[], ${rows.map(({ at }) => new Date(at).toISOString())}::timestamptz[],
      ${rows.map(({ by }) => by)}::text[], ${rows.map(({ tillId }) => tillId)}::bigint[],
      ${rows.map(({ before }) => changeable(before))}::json[], ${rows.map(({ after }) => changeable(after))}::json[])`;
