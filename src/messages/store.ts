import { type Instant, type Sql, sql, type Tx } from "#platform";
import type { Result } from "./rules.ts";
import type { MessageStatus, NewMessage, QueuedMessage } from "./schema.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();

const NO_ADDRESS = "The customer has no e-mail address.";

/** Status and reason of a message as it is written down: one without an address is not worth a try. */
const beginning = ({ delivery, email }: NewMessage): { status: MessageStatus; reason: string } => {
  if (delivery === "by_hand") return { status: "by_hand", reason: "" };
  return email === "" ? { status: "failed", reason: NO_ADDRESS } : { status: "queued", reason: "" };
};

/** Writes messages down; they are sent when the transaction is committed, and never if it is not. */
export const insertMessages = (orgId: number, messages: readonly NewMessage[]): Sql => {
  const rows = messages.map((message) => ({ ...message, ...beginning(message) }));
  return sql`/* messages.insert */
    insert into messages.messages (org_id, party_id, id, kind, ref_id, details, mobile, email, till_id, created_at, expires_at,
                                   status, reason, next_attempt_at, ended_at)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => row.kind)}::text[], ${rows.map((row) => row.refId)}::bigint[],
      ${rows.map((row) => JSON.stringify(row.details))}::json[], ${rows.map((row) => row.mobile)}::text[],
      ${rows.map((row) => row.email)}::text[], ${rows.map((row) => row.tillId)}::bigint[],
      ${rows.map((row) => iso(row.createdAt))}::timestamptz[], ${rows.map((row) => iso(row.expiresAt))}::timestamptz[],
      ${rows.map((row) => row.status)}::text[], ${rows.map((row) => row.reason)}::text[],
      ${rows.map((row) => (row.status === "queued" ? iso(row.createdAt) : null))}::timestamptz[],
      ${rows.map((row) => (row.status === "failed" ? iso(row.createdAt) : null))}::timestamptz[])`;
};

/** Organisations that have something to send, or to give up, by now. */
export const organisationsWithDue = async (tx: Tx, now: Instant): Promise<number[]> => {
  const rows = await tx.rows<{ orgId: number }>(sql`/* messages.organisations_with_due */
    select distinct org_id as "orgId" from messages.messages
     where status = 'queued' and next_attempt_at <= ${iso(now)}::timestamptz order by 1`);
  return rows.map(({ orgId }) => orgId);
};

/** Gives up what is worth nothing any more; the reason of the last try stays. Returns how many. */
export const expireMessages = (tx: Tx, orgId: number, now: Instant, reason: string): Promise<number> =>
  tx.run(sql`/* messages.expire */
    update messages.messages
       set status = 'expired', ended_at = ${iso(now)}::timestamptz, next_attempt_at = null,
           reason = case when reason = '' then ${reason} else reason end
     where org_id = ${orgId} and status = 'queued' and next_attempt_at <= ${iso(now)}::timestamptz
       and expires_at <= ${iso(now)}::timestamptz`);

/**
 * Takes the messages that are due, soonest worthless first, and counts a try for each: until `lost` nobody else takes them,
 * after it the try counts as lost with its process. The choice is materialized: a plain subquery may be run again for each row,
 * and take more than the limit.
 */
export const claimMessages = (
  tx: Tx,
  orgId: number,
  { now, lost, limit }: { readonly now: Instant; readonly lost: Instant; readonly limit: number },
): Promise<QueuedMessage[]> =>
  tx.rows<QueuedMessage>(sql`/* messages.claim */
    with due as materialized (
      select party_id, id from messages.messages
       where org_id = ${orgId} and status = 'queued' and next_attempt_at <= ${iso(now)}::timestamptz
       order by expires_at, party_id, id limit ${limit} for update skip locked)
    update messages.messages m set attempts = m.attempts + 1, next_attempt_at = ${iso(lost)}::timestamptz
      from due
     where m.org_id = ${orgId} and m.party_id = due.party_id and m.id = due.id
    returning m.party_id as "partyId", m.id, m.kind, m.ref_id as "refId", m.details, m.email, m.created_at as "createdAt",
              m.expires_at as "expiresAt", m.attempts`);

export interface Tried {
  readonly partyId: number;
  readonly id: number;
  /** The try that this is the result of. */
  readonly attempts: number;
  readonly result: Result;
}

/**
 * Writes down what became of tries. What was sent was sent, whoever did it; any other result counts only if nobody has tried
 * since.
 */
export const recordTries = (tx: Tx, orgId: number, tried: readonly Tried[], now: Instant): Promise<number> =>
  tx.run(sql`/* messages.record_tries */
    update messages.messages m
       set status = t.status, reason = t.reason, next_attempt_at = t.next_attempt_at,
           ended_at = case when t.status = 'queued' then null else ${iso(now)}::timestamptz end
      from unnest(${tried.map(({ partyId }) => partyId)}::bigint[], ${tried.map(({ id }) => id)}::bigint[],
                  ${tried.map(({ attempts }) => attempts)}::int[], ${tried.map(({ result }) => result.status)}::text[],
                  ${tried.map(({ result }) => (result.status === "sent" ? "" : result.reason))}::text[],
                  ${tried.map(({ result }) => (result.status === "queued" ? iso(result.at) : null))}::timestamptz[])
             t (party_id, id, attempts, status, reason, next_attempt_at)
     where m.org_id = ${orgId} and m.party_id = t.party_id and m.id = t.id
       and (case when t.status = 'sent' then m.status <> 'sent' else m.status = 'queued' and m.attempts = t.attempts end)`);

/** When the next of an organisation's messages is due; null when none waits. */
export const nextDue = async (tx: Tx, orgId: number): Promise<Date | null> => {
  const { due } = await tx.one<{ due: Date | null }>(sql`/* messages.next_due */
    select min(next_attempt_at) as due from messages.messages where org_id = ${orgId} and status = 'queued'`);
  return due;
};

/** A message as the mailbox shows it. */
export interface MailboxRow {
  readonly partyId: number;
  readonly id: number;
  readonly kind: string;
  readonly refId: number | null;
  readonly mobile: string;
  readonly email: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly status: MessageStatus;
  readonly reason: string;
  readonly attempts: number;
  readonly endedAt: Date | null;
  readonly nextAttemptAt: Date | null;
}

export interface Position {
  readonly at: string;
  readonly id: number;
}

/** Messages of an organisation, newest first. */
export const listMessages = (
  tx: Tx,
  orgId: number,
  after: Position | null,
  limit: number,
): Promise<MailboxRow[]> =>
  tx.rows<MailboxRow>(sql`/* messages.list */
    select party_id as "partyId", id, kind, ref_id as "refId", mobile, email, created_at as "createdAt",
           expires_at as "expiresAt", status, reason, attempts, ended_at as "endedAt", next_attempt_at as "nextAttemptAt"
      from messages.messages
     where org_id = ${orgId}
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? 0}::bigint))
     order by created_at desc, id desc limit ${limit}`);

/** How many messages an organisation has; counts to `most`. */
export const countMessages = async (tx: Tx, orgId: number, most: number): Promise<number> => {
  const { total } = await tx.one<{ total: number }>(sql`/* messages.count */
    select count(*) as total from (select from messages.messages where org_id = ${orgId} limit ${most}) counted`);
  return total;
};

/**
 * Deletes messages from before an instant, the oldest first; not those that are still to be sent, nor what staff can still tell.
 * Returns how many.
 */
export const deleteMessages = (
  tx: Tx,
  orgId: number,
  { before, now, limit }: { readonly before: Instant; readonly now: Instant; readonly limit: number },
): Promise<number> =>
  tx.run(sql`/* messages.delete */
    with old as materialized (
      select party_id, id from messages.messages
       where org_id = ${orgId} and created_at < ${iso(before)}::timestamptz and status <> 'queued'
         and (status <> 'by_hand' or expires_at <= ${iso(now)}::timestamptz)
       order by created_at limit ${limit} for update skip locked)
    delete from messages.messages m
     using old
     where m.org_id = ${orgId} and m.party_id = old.party_id and m.id = old.id`);
