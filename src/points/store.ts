import { type Instant, type Sql, sql, type Tx } from "#platform";
import type { CodeRow, Redemption, Reversal } from "./schema.ts";

const iso = (instant: Instant): string => new Date(instant).toISOString();
const hex = (bytes: Buffer): string => `\\x${bytes.toString("hex")}`;
const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

/** Makes everything that the transaction reads be of one moment, and writes nothing. */
export const onlyRead = (tx: Tx): Promise<number> =>
  tx.run(sql`/* points.only_read */ set transaction isolation level repeatable read, read only`);

export interface KeyClaim {
  readonly key: string;
  readonly partyId: number;
  readonly inputHash: Buffer;
}

/** Claims request keys and says which are now ours; one that is being claimed at this moment is waited for, in order of the keys. */
export const claimKeys = (
  tx: Tx,
  orgId: number,
  claims: readonly KeyClaim[],
  at: Instant,
): Promise<{ key: string }[]> =>
  tx.rows(sql`/* points.claim_keys */
    insert into points.request_keys as r (org_id, created_at, key, party_id, input_hash)
    select ${orgId}, ${iso(at)}::timestamptz, c.* from unnest(
      ${claims.map((claim) => claim.key)}::text[], ${claims.map((claim) => claim.partyId)}::bigint[],
      ${claims.map((claim) => hex(claim.inputHash))}::bytea[]) c (key)
     order by c.key
    on conflict (key) do nothing
    returning r.key`);

export const findKeys = (
  tx: Tx,
  orgId: number,
  keys: readonly string[],
): Promise<{ key: string; inputHash: Buffer; reply: string | null }[]> =>
  tx.rows(sql`/* points.find_keys */
    select key, input_hash as "inputHash", reply::text as reply
      from points.request_keys where org_id = ${orgId} and key = any(${keys}::text[])`);

/** Those of some request keys under which something was done before. */
export const takenKeys = async (
  tx: Tx,
  orgId: number,
  requestKeys: readonly string[],
): Promise<ReadonlySet<string>> => {
  const prefix = `${orgId}:`;
  const found = await findKeys(
    tx,
    orgId,
    requestKeys.map((key) => `${prefix}${key}`),
  );
  return new Set(found.map(({ key }) => key.slice(prefix.length)));
};

export const releaseKeys = (tx: Tx, orgId: number, keys: readonly string[]): Promise<number> =>
  tx.run(sql`/* points.release_keys */
    delete from points.request_keys where org_id = ${orgId} and key = any(${keys}::text[])`);

/** Keeps the replies of claimed keys. */
export const keepReplies = (
  orgId: number,
  replies: readonly { readonly key: string; readonly reply: string }[],
): Sql =>
  sql`/* points.keep_replies */
    update points.request_keys r set reply = c.reply
      from unnest(${replies.map((row) => row.key)}::text[], ${replies.map((row) => row.reply)}::json[]) c (key, reply)
     where r.org_id = ${orgId} and r.key = c.key`;

export const insertCodes = (orgId: number, rows: readonly CodeRow[]): Sql =>
  sql`/* points.insert_codes */
    insert into points.codes (org_id, key, party_id, id)
    select ${orgId}, * from unnest(
      ${rows.map((row) => codeKey(orgId, row.kind, row.code))}::text[], ${rows.map((row) => row.partyId)}::bigint[],
      ${rows.map((row) => row.id)}::bigint[])`;

export const codeKey = (orgId: number, kind: CodeRow["kind"], code: string): string =>
  `${orgId}:${kind}:${code}`;

/** What codes stand for; unknown ones are absent. */
export const findCodes = (
  tx: Tx,
  orgId: number,
  keys: readonly string[],
): Promise<{ key: string; partyId: number; id: number }[]> =>
  tx.rows(sql`/* points.find_codes */
    select key, party_id as "partyId", id from points.codes where org_id = ${orgId} and key = any(${keys}::text[])`);

export const insertRedemptions = (orgId: number, rows: readonly Redemption[]): Sql =>
  sql`/* points.insert_redemptions */
    insert into points.redemptions
           (org_id, party_id, id, program_id, event_no, event_id, code, amount, value, reversed, bill_number, transaction_id,
            till_id, redeemed_at, recorded_at, purpose, notes, external_reference, hold_id, is_validated, custom_fields)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => row.programId)}::bigint[], ${rows.map((row) => row.eventNo)}::bigint[],
      ${rows.map((row) => row.eventId)}::bigint[], ${rows.map((row) => row.code)}::text[],
      ${rows.map((row) => row.amount)}::bigint[], ${rows.map((row) => row.value)}::bigint[],
      ${rows.map((row) => row.reversed)}::bigint[], ${rows.map((row) => row.billNumber)}::text[],
      ${rows.map((row) => row.transactionId)}::bigint[], ${rows.map((row) => row.tillId)}::bigint[],
      ${rows.map((row) => iso(row.redeemedAt))}::timestamptz[], ${rows.map((row) => iso(row.recordedAt))}::timestamptz[],
      ${rows.map((row) => row.purpose)}::text[], ${rows.map((row) => row.notes)}::text[],
      ${rows.map((row) => row.externalReference)}::text[], ${rows.map((row) => row.holdId)}::bigint[],
      ${rows.map((row) => (row.isValidated ? "t" : "f"))}::boolean[], ${rows.map((row) => json(row.customFields))}::json[])`;

/** Absolute, under the party's lock; the check keeps it within the redemption. */
export const updateReversed = (orgId: number, rows: readonly Redemption[]): Sql =>
  sql`/* points.update_reversed */
    update points.redemptions r set reversed = c.reversed
      from unnest(${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
                  ${rows.map((row) => row.reversed)}::bigint[]) c (party_id, id, reversed)
     where r.org_id = ${orgId} and r.party_id = c.party_id and r.id = c.id`;

export const insertReversals = (orgId: number, rows: readonly Reversal[]): Sql =>
  sql`/* points.insert_reversals */
    insert into points.reversals
           (org_id, party_id, id, redemption_id, event_no, event_id, code, asked, returned, expired, cause, transaction_id,
            till_id, reversed_at, recorded_at, notes)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => row.redemptionId)}::bigint[], ${rows.map((row) => row.eventNo)}::bigint[],
      ${rows.map((row) => row.eventId)}::bigint[], ${rows.map((row) => row.code)}::text[],
      ${rows.map((row) => row.asked)}::bigint[], ${rows.map((row) => row.returned)}::bigint[],
      ${rows.map((row) => row.expired)}::bigint[], ${rows.map((row) => row.cause)}::text[],
      ${rows.map((row) => row.transactionId)}::bigint[], ${rows.map((row) => row.tillId)}::bigint[],
      ${rows.map((row) => iso(row.reversedAt))}::timestamptz[], ${rows.map((row) => iso(row.recordedAt))}::timestamptz[],
      ${rows.map((row) => row.notes)}::text[])`;

interface RedemptionRow extends Omit<Redemption, "redeemedAt" | "recordedAt"> {
  readonly redeemedAt: Date;
  readonly recordedAt: Date;
}
const redemptionOf = (row: RedemptionRow): Redemption => ({
  ...row,
  redeemedAt: row.redeemedAt.getTime(),
  recordedAt: row.recordedAt.getTime(),
});

/** Redemptions by party and id. */
export const loadRedemptions = async (
  tx: Tx,
  orgId: number,
  keys: readonly { readonly partyId: number; readonly id: number }[],
): Promise<Redemption[]> => {
  if (keys.length === 0) return [];
  const rows = await tx.rows<RedemptionRow>(sql`/* points.load_redemptions */
    select r.party_id as "partyId", r.id, r.program_id as "programId", r.event_no as "eventNo", r.event_id as "eventId", r.code,
           r.amount, r.value, r.reversed, r.bill_number as "billNumber", r.transaction_id as "transactionId", r.till_id as "tillId",
           r.redeemed_at as "redeemedAt", r.recorded_at as "recordedAt", r.purpose, r.notes,
           r.external_reference as "externalReference", r.hold_id as "holdId", r.is_validated as "isValidated",
           r.custom_fields as "customFields"
      from (select distinct party_id, id
              from unnest(${keys.map((key) => key.partyId)}::bigint[], ${keys.map((key) => key.id)}::bigint[]) k (party_id, id)) k
      join points.redemptions r on r.party_id = k.party_id and r.id = k.id
     where r.org_id = ${orgId}`);
  return rows.map(redemptionOf);
};

/** Redemptions by their codes; unknown ones are absent. */
export const loadRedemptionsByCode = async (
  tx: Tx,
  orgId: number,
  codes: readonly string[],
): Promise<Redemption[]> => {
  const keys = codes.map((code) => codeKey(orgId, "redemption", code));
  return loadRedemptions(tx, orgId, await findCodes(tx, orgId, keys));
};

/** Redemptions that paid for bills: by the bill's id, or by the number given when the points were redeemed. Oldest first. */
export const loadRedemptionsOfBills = async (
  tx: Tx,
  orgId: number,
  bills: readonly { readonly partyId: number; readonly transactionId: number; readonly number: string }[],
): Promise<Redemption[]> => {
  if (bills.length === 0) return [];
  const rows = await tx.rows<RedemptionRow>(sql`/* points.load_redemptions_of_bills */
    select distinct on (r.party_id, r.id)
           r.party_id as "partyId", r.id, r.program_id as "programId", r.event_no as "eventNo", r.event_id as "eventId", r.code,
           r.amount, r.value, r.reversed, r.bill_number as "billNumber", r.transaction_id as "transactionId", r.till_id as "tillId",
           r.redeemed_at as "redeemedAt", r.recorded_at as "recordedAt", r.purpose, r.notes,
           r.external_reference as "externalReference", r.hold_id as "holdId", r.is_validated as "isValidated",
           r.custom_fields as "customFields"
      from unnest(${bills.map((bill) => bill.partyId)}::bigint[], ${bills.map((bill) => bill.transactionId)}::bigint[],
                  ${bills.map((bill) => bill.number)}::text[]) b (party_id, transaction_id, number)
      join points.redemptions r
        on r.party_id = b.party_id
       and (r.transaction_id = b.transaction_id
            or (r.transaction_id is null and r.bill_number = b.number and r.bill_number <> ''))
     where r.org_id = ${orgId}
     order by r.party_id, r.id`);
  return rows.map(redemptionOf);
};

/** What the parties redeemed since an instant, net of reversals, for limits per day, week and month. */
export const loadRedeemedSince = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  since: Instant,
): Promise<{ partyId: number; programId: number; redeemedAt: Instant; amount: number }[]> => {
  const rows = await tx.rows<{ partyId: number; programId: number; redeemedAt: Date; amount: number }>(
    sql`/* points.load_redeemed_since */
    select party_id as "partyId", program_id as "programId", redeemed_at as "redeemedAt", amount - reversed as amount
      from points.redemptions
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and redeemed_at >= ${iso(since)}::timestamptz
       and amount > reversed`,
  );
  return rows.map((row) => ({ ...row, redeemedAt: row.redeemedAt.getTime() }));
};
