import { type Instant, type Millipoints, rawSql, type Sql, sql, type Tx } from "#platform";
import type { Transfer } from "./schema.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

export const insertTransfers = (orgId: number, rows: readonly Transfer[]): Sql =>
  sql`/* points.insert_transfers */
    insert into points.transfers
           (org_id, party_id, id, direction, other_party_id, program_id, event_no, event_id, amount, fee, notes, till_id,
            transferred_at, recorded_at)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => row.direction)}::text[], ${rows.map((row) => row.otherPartyId)}::bigint[],
      ${rows.map((row) => row.programId)}::bigint[], ${rows.map((row) => row.eventNo)}::bigint[],
      ${rows.map((row) => row.eventId)}::bigint[], ${rows.map((row) => row.amount)}::bigint[],
      ${rows.map((row) => row.fee)}::bigint[], ${rows.map((row) => row.notes)}::text[],
      ${rows.map((row) => row.tillId)}::bigint[], ${rows.map((row) => iso(row.transferredAt))}::timestamptz[],
      ${rows.map((row) => iso(row.recordedAt))}::timestamptz[])`;

export interface Sent {
  readonly partyId: number;
  readonly programId: number;
  readonly at: Instant;
  readonly amount: Millipoints;
}

/** What the parties passed on since an instant, for the limit of a month. */
export const loadSentSince = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  since: Instant,
): Promise<Sent[]> => {
  const rows = await tx.rows<Omit<Sent, "at"> & { at: Date }>(sql`/* points.load_sent_since */
    select party_id as "partyId", program_id as "programId", transferred_at as at, amount
      from points.transfers
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and direction = 'sent'
       and transferred_at >= ${iso(since)}::timestamptz`);
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
};

export interface TransferPage {
  readonly programId: number | null;
  readonly sortBy: "date" | "points";
  readonly ascending: boolean;
  readonly limit: number;
  readonly offset: number;
}

interface TransferRow extends Omit<Transfer, "transferredAt" | "recordedAt"> {
  readonly transferredAt: Date;
  readonly recordedAt: Date;
}

const COLUMNS = `party_id as "partyId", id, direction, other_party_id as "otherPartyId", program_id as "programId",
  event_no as "eventNo", event_id as "eventId", amount, fee, notes, till_id as "tillId",
  transferred_at as "transferredAt", recorded_at as "recordedAt"`;

/**
 * A page of the transfers of a customer, sent and received, and how many there are: those of their own party and of those who
 * were merged into it.
 */
export const transfersOfParty = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  { programId, sortBy, ascending, limit, offset }: TransferPage,
): Promise<{ rows: Transfer[]; total: number }> => {
  const order = ascending ? "asc" : "desc";
  const by = sortBy === "date" ? `transferred_at ${order}, id ${order}` : `amount ${order}, id ${order}`;
  const where = "org_id = $1 and party_id = any($2::bigint[]) and ($3::bigint is null or program_id = $3)";
  const [rows, count] = await Promise.all([
    tx.rows<TransferRow>(
      rawSql(
        `/* points.transfers_of_party */ select ${COLUMNS} from points.transfers where ${where} order by ${by} limit $4 offset $5`,
        [orgId, partyIds, programId, limit, offset],
      ),
    ),
    tx.one<{ total: number }>(
      rawSql(`/* points.count_transfers */ select count(*) as total from points.transfers where ${where}`, [
        orgId,
        partyIds,
        programId,
      ]),
    ),
  ]);
  const transfers = rows.map((row) => ({
    ...row,
    transferredAt: row.transferredAt.getTime(),
    recordedAt: row.recordedAt.getTime(),
  }));
  return { rows: transfers, total: count.total };
};
