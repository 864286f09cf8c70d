import type { Actor } from "#identity";
import { sql, type Tx } from "#platform";
import type { ChangedBill, ChangedPart } from "./rules.ts";

export interface BillKey {
  readonly orgId: number;
  readonly partyId: number;
  readonly id: number;
}

const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

/** Writes the newest values of a bill. Needs the party's lock. */
export const writeBill = async (
  tx: Tx,
  { orgId, partyId, id }: BillKey,
  { details, deliveryStatus, lines }: ChangedBill,
  by: { readonly at: Date; readonly tillId: number | null },
): Promise<void> => {
  await tx.run(sql`/* activities.change_transaction */
    update activities.transactions
       set details = ${json(details)}::json, delivery_status = ${deliveryStatus}, updated_at = ${by.at}, updated_till_id = ${by.tillId}
     where org_id = ${orgId} and party_id = ${partyId} and id = ${id}`);
  if (lines.length === 0) return;
  await tx.run(sql`/* activities.change_lines */
    update activities.transaction_lines l set details = c.details
      from unnest(${lines.map(({ lineNo }) => lineNo)}::int[], ${lines.map((line) => json(line.details))}::json[]) c (line_no, details)
     where l.org_id = ${orgId} and l.party_id = ${partyId} and l.transaction_id = ${id} and l.line_no = c.line_no`);
};

/** Notes a change behind those that were made before. Needs the party's lock. */
export const insertChange = (
  tx: Tx,
  { orgId, partyId, id }: BillKey,
  actor: Actor,
  parts: readonly ChangedPart[],
  at: Date,
): Promise<number> =>
  tx.run(sql`/* activities.insert_transaction_change */
    insert into activities.transaction_changes
           (org_id, party_id, transaction_id, change_no, changed_at, actor_kind, actor_name, actor_source, till_id, changes)
    select ${orgId}::bigint, ${partyId}::bigint, ${id}::bigint, coalesce(max(change_no), 0) + 1, ${at}::timestamptz,
           ${actor.kind}::text, ${actor.name}::text, ${actor.source}::text, ${actor.tillId}::bigint, ${json([...parts])}::json
      from activities.transaction_changes
     where org_id = ${orgId} and party_id = ${partyId} and transaction_id = ${id}`);

export interface StoredChange {
  readonly changeNo: number;
  readonly changedAt: Date;
  readonly actorKind: string;
  readonly actorName: string;
  readonly actorSource: string;
  readonly changes: readonly ChangedPart[];
}

const MAX_CHANGES = 500;

/** The changes of a bill, newest first. */
export const changesOf = (
  tx: Tx,
  orgId: number,
  partyId: number,
  transactionId: number,
): Promise<StoredChange[]> =>
  tx.rows<StoredChange>(sql`/* activities.changes_of */
    select change_no as "changeNo", changed_at as "changedAt", actor_kind as "actorKind", actor_name as "actorName",
           actor_source as "actorSource", changes
      from activities.transaction_changes
     where org_id = ${orgId} and party_id = ${partyId} and transaction_id = ${transactionId}
     order by change_no desc limit ${MAX_CHANGES}`);
