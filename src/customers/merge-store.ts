import { sql, type Tx } from "#platform";
import type { StoredProfile, StoredRows } from "./merge-rules.ts";
import type { KeyOwner } from "./store.ts";

/** Makes everything that the transaction reads be of one moment, and writes nothing. */
export const onlyRead = (tx: Tx): Promise<number> =>
  tx.run(sql`/* customers.only_read */ set transaction isolation level repeatable read, read only`);

/** Rows that hang on some customers, column by column as they are stored. */
export const storedRows = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
): Promise<ReadonlyMap<number, StoredRows>> => {
  const [profiles, identifiers, channels] = await Promise.all([
    tx.rows<{ row: StoredRows["profiles"][number] }>(sql`/* customers.stored_profiles */
      select to_jsonb(p) as row from customers.profiles p
       where p.org_id = ${orgId} and p.party_id = any(${partyIds}::bigint[])
       order by p.party_id, p.created_at, p.source, p.account_id`),
    tx.rows<{ row: StoredRows["identifiers"][number] }>(sql`/* customers.stored_identifiers */
      select to_jsonb(i) as row from customers.identifiers i
       where i.org_id = ${orgId} and i.party_id = any(${partyIds}::bigint[])
       order by i.party_id, i.source, i.account_id, i.position`),
    tx.rows<{ row: StoredRows["channels"][number] }>(sql`/* customers.stored_channels */
      select to_jsonb(c) as row from customers.channels c
       where c.org_id = ${orgId} and c.party_id = any(${partyIds}::bigint[])
       order by c.party_id, c.source, c.account_id, c.position`),
  ]);
  const of = <Row extends { readonly party_id: number }>(rows: readonly { row: Row }[], partyId: number) =>
    rows.map(({ row }) => row).filter((row) => row.party_id === partyId);
  return new Map(
    partyIds.map((partyId) => [
      partyId,
      {
        profiles: of(profiles, partyId),
        identifiers: of(identifiers, partyId),
        channels: of(channels, partyId),
      },
    ]),
  );
};

/** Puts rows where their party_id says; `insertStored` of what `removeStored` took changes nothing. */
export const insertStored = async (
  tx: Tx,
  orgId: number,
  { profiles, identifiers, channels }: StoredRows,
): Promise<void> => {
  const sent: Promise<unknown>[] = [];
  if (profiles.length > 0)
    sent.push(
      tx.run(sql`/* customers.restore_profiles */
        insert into customers.profiles
        select p.* from jsonb_populate_recordset(null::customers.profiles, ${JSON.stringify(profiles)}::jsonb) p
         where p.org_id = ${orgId}`),
    );
  if (identifiers.length > 0)
    sent.push(
      tx.run(sql`/* customers.restore_identifiers */
        insert into customers.identifiers
        select i.* from jsonb_populate_recordset(null::customers.identifiers, ${JSON.stringify(identifiers)}::jsonb) i
         where i.org_id = ${orgId}`),
    );
  if (channels.length > 0)
    sent.push(
      tx.run(sql`/* customers.restore_channels */
        insert into customers.channels
        select c.* from jsonb_populate_recordset(null::customers.channels, ${JSON.stringify(channels)}::jsonb) c
         where c.org_id = ${orgId}`),
    );
  await Promise.all(sent);
};

/** Takes rows away: identifiers and channels before the profiles on which they hang. */
export const removeStored = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  { profiles, identifiers, channels }: StoredRows,
): Promise<void> => {
  const sent: Promise<unknown>[] = [];
  if (identifiers.length > 0)
    sent.push(
      tx.run(sql`/* customers.remove_identifiers */
        delete from customers.identifiers i
         using unnest(${identifiers.map((row) => row.source)}::text[], ${identifiers.map((row) => row.account_id)}::text[],
                      ${identifiers.map((row) => row.type)}::text[], ${identifiers.map((row) => row.value)}::text[])
               g (source, account_id, type, value)
         where i.org_id = ${orgId} and i.party_id = ${partyId} and i.source = g.source and i.account_id = g.account_id
           and i.type = g.type and i.value = g.value`),
    );
  if (channels.length > 0)
    sent.push(
      tx.run(sql`/* customers.remove_channels */
        delete from customers.channels c
         using unnest(${channels.map((row) => row.source)}::text[], ${channels.map((row) => row.account_id)}::text[],
                      ${channels.map((row) => row.type)}::text[], ${channels.map((row) => row.value)}::text[])
               g (source, account_id, type, value)
         where c.org_id = ${orgId} and c.party_id = ${partyId} and c.source = g.source and c.account_id = g.account_id
           and c.type = g.type and c.value = g.value`),
    );
  if (profiles.length > 0)
    sent.push(
      tx.run(sql`/* customers.remove_profiles */
        delete from customers.profiles p
         using unnest(${profiles.map((row) => row.source)}::text[], ${profiles.map((row) => row.account_id)}::text[])
               g (source, account_id)
         where p.org_id = ${orgId} and p.party_id = ${partyId} and p.source = g.source and p.account_id = g.account_id`),
    );
  await Promise.all(sent);
};

/** Writes the names and custom fields of profiles. */
export const completeProfiles = async (
  tx: Tx,
  orgId: number,
  profiles: readonly StoredProfile[],
): Promise<void> => {
  if (profiles.length === 0) return;
  await tx.run(sql`/* customers.complete_profiles */
    update customers.profiles p set first_name = n.first_name, last_name = n.last_name, custom_fields = n.custom_fields
      from jsonb_populate_recordset(null::customers.profiles, ${JSON.stringify(profiles)}::jsonb) n
     where p.org_id = ${orgId} and p.party_id = n.party_id and p.source = n.source and p.account_id = n.account_id`);
};

/** Hands keys over from one customer to another; answers those that the first one held. */
export const handOverKeys = async (
  tx: Tx,
  orgId: number,
  keys: readonly string[],
  from: number,
  to: number,
): Promise<string[]> => {
  const rows = await tx.rows<{ key: string }>(sql`/* customers.hand_over_keys */
    update customers.identifier_keys set party_id = ${to}
     where org_id = ${orgId} and key = any(${keys}::text[]) and party_id = ${from}
    returning key`);
  return rows.map(({ key }) => key);
};

export const keysOf = (tx: Tx, orgId: number, keys: readonly string[]): Promise<KeyOwner[]> =>
  tx.rows<KeyOwner>(sql`/* customers.owners_of_keys */
    select key, party_id as "partyId" from customers.identifier_keys
     where org_id = ${orgId} and key = any(${keys}::text[])`);

/** Says who a customer is now, or with null that they are themselves again. */
export const setMergedInto = (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  { into, status, at, by }: { into: number | null; status: string | null; at: Date; by: string },
): Promise<number> =>
  tx.run(sql`/* customers.set_merged */
    update customers.customers
       set merged_into = ${into}::bigint, status = coalesce(${status}::text, status),
           updated_at = ${at.toISOString()}::timestamptz, updated_by = ${by}
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[])`);

/** Customers who were merged into this one, themselves or through another. */
export const victimsOf = async (tx: Tx, orgId: number, partyId: number): Promise<number[]> => {
  const rows = await tx.rows<{ partyId: number }>(sql`/* customers.victims_of */
    select party_id as "partyId" from customers.customers
     where org_id = ${orgId} and merged_into = ${partyId} order by party_id`);
  return rows.map((row) => row.partyId);
};

export interface MergeRow {
  readonly id: number;
  /** The survivor. */
  readonly partyId: number;
  readonly victimId: number;
  readonly mergedAt: Date;
  readonly cause: MergeCause;
  readonly reason: string;
  readonly actorKind: string;
  readonly actorName: string;
  readonly actorSource: string;
  readonly tillId: number | null;
}
export type MergeCause = "registration" | "identifiers" | "request" | "console";

export interface StoredMerge extends MergeRow {
  readonly undoneAt: Date | null;
  readonly undoneBy: string | null;
  readonly undoReason: string | null;
}

/** A merge with what it moved; large, so read only to undo it. */
export interface WholeMerge extends StoredMerge {
  readonly moved: unknown;
  readonly effects: unknown;
}

export const insertMerge = (
  tx: Tx,
  orgId: number,
  row: MergeRow & { readonly moved: object; readonly effects: object },
): Promise<number> =>
  tx.run(sql`/* customers.insert_merge */
    insert into customers.merges
           (party_id, id, org_id, victim_id, merged_at, cause, reason, actor_kind, actor_name, actor_source, till_id,
            moved, effects)
    values (${row.partyId}, ${row.id}, ${orgId}, ${row.victimId}, ${row.mergedAt.toISOString()}::timestamptz, ${row.cause},
            ${row.reason}, ${row.actorKind}, ${row.actorName}, ${row.actorSource}, ${row.tillId},
            ${JSON.stringify(row.moved)}::json, ${JSON.stringify(row.effects)}::json)`);

export interface UndoRow
  extends Pick<MergeRow, "partyId" | "actorKind" | "actorName" | "actorSource" | "tillId"> {
  readonly mergeId: number;
  readonly undoneAt: Date;
  readonly reason: string;
}

export const insertUndo = (tx: Tx, orgId: number, row: UndoRow): Promise<number> =>
  tx.run(sql`/* customers.insert_merge_undo */
    insert into customers.merge_undos
           (party_id, merge_id, org_id, undone_at, reason, actor_kind, actor_name, actor_source, till_id)
    values (${row.partyId}, ${row.mergeId}, ${orgId}, ${row.undoneAt.toISOString()}::timestamptz, ${row.reason},
            ${row.actorKind}, ${row.actorName}, ${row.actorSource}, ${row.tillId})`);

export const findMerge = (tx: Tx, orgId: number, id: number): Promise<WholeMerge | null> =>
  tx.maybeOne<WholeMerge>(sql`/* customers.find_merge */
    select m.id, m.party_id as "partyId", m.victim_id as "victimId", m.merged_at as "mergedAt", m.cause, m.reason,
           m.actor_kind as "actorKind", m.actor_name as "actorName", m.actor_source as "actorSource",
           m.till_id as "tillId", m.moved, m.effects, u.undone_at as "undoneAt", u.actor_name as "undoneBy",
           u.reason as "undoReason"
      from customers.merges m
      left join customers.merge_undos u on u.org_id = m.org_id and u.party_id = m.party_id and u.merge_id = m.id
     where m.org_id = ${orgId} and m.id = ${id}`);

/** Merges into some customers, newest first. */
export const mergesInto = (tx: Tx, orgId: number, partyIds: readonly number[]): Promise<StoredMerge[]> =>
  tx.rows<StoredMerge>(sql`/* customers.merges_into */
    select m.id, m.party_id as "partyId", m.victim_id as "victimId", m.merged_at as "mergedAt", m.cause, m.reason,
           m.actor_kind as "actorKind", m.actor_name as "actorName", m.actor_source as "actorSource",
           m.till_id as "tillId", u.undone_at as "undoneAt", u.actor_name as "undoneBy", u.reason as "undoReason"
      from customers.merges m
      left join customers.merge_undos u on u.org_id = m.org_id and u.party_id = m.party_id and u.merge_id = m.id
     where m.org_id = ${orgId} and m.party_id = any(${partyIds}::bigint[])
     order by m.merged_at desc, m.id desc`);
