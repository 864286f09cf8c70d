import { type Instant, type Millipoints, type Sql, sql, type Tx } from "#platform";

const iso = (instant: Instant): string => new Date(instant).toISOString();
const hex = (bytes: Buffer): string => `\\x${bytes.toString("hex")}`;

/** A one-time code for spending points, without the code itself. */
export interface ValidationCode {
  readonly partyId: number;
  readonly id: number;
  readonly points: Millipoints;
  readonly nonce: Buffer;
  readonly issuedAt: Instant;
  /** From here on it is no longer taken. */
  readonly expiresAt: Instant;
  readonly usedAt: Instant | null;
}

/** A wrong code that somebody tried. */
export interface WrongCode {
  readonly partyId: number;
  readonly id: number;
  readonly triedAt: Instant;
  readonly tillId: number | null;
}

interface CodeRow extends Omit<ValidationCode, "issuedAt" | "expiresAt" | "usedAt"> {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

const codeOf = (row: CodeRow): ValidationCode => ({
  ...row,
  issuedAt: row.issuedAt.getTime(),
  expiresAt: row.expiresAt.getTime(),
  usedAt: row.usedAt?.getTime() ?? null,
});

/** Codes of the parties that can be used. */
export const loadCodes = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  now: Instant,
): Promise<ValidationCode[]> => {
  const rows = await tx.rows<CodeRow>(sql`/* points.load_validation_codes */
    select party_id as "partyId", id, points, nonce, issued_at as "issuedAt", expires_at as "expiresAt", used_at as "usedAt"
      from points.validation_codes
     where org_id = ${orgId} and party_id = any(${partyIds}::bigint[]) and used_at is null
       and expires_at > ${iso(now)}::timestamptz
     order by party_id, id`);
  return rows.map(codeOf);
};

/** Codes by their ids, used and expired ones too. */
export const findCodes = async (
  tx: Tx,
  orgId: number,
  wanted: readonly { readonly partyId: number; readonly id: number }[],
): Promise<ValidationCode[]> => {
  const rows = await tx.rows<CodeRow>(sql`/* points.find_validation_codes */
    select c.party_id as "partyId", c.id, c.points, c.nonce, c.issued_at as "issuedAt", c.expires_at as "expiresAt",
           c.used_at as "usedAt"
      from unnest(${wanted.map(({ partyId }) => partyId)}::bigint[], ${wanted.map(({ id }) => id)}::bigint[]) w (party_id, id)
      join points.validation_codes c on c.party_id = w.party_id and c.id = w.id
     where c.org_id = ${orgId}`);
  return rows.map(codeOf);
};

/** How many wrong codes were tried for the parties, and how many messages sent to them, since an instant. */
export const countTrials = async (
  tx: Tx,
  orgId: number,
  partyIds: readonly number[],
  since: Instant,
): Promise<{ partyId: number; wrong: number; sent: number }[]> =>
  tx.rows(sql`/* points.count_code_trials */
    select p.party_id as "partyId",
           (select count(*)::int from points.wrong_codes w
             where w.org_id = ${orgId} and w.party_id = p.party_id and w.tried_at > ${iso(since)}::timestamptz) as wrong,
           (select count(*)::int from messages.messages_v m
             where m.org_id = ${orgId} and m.party_id = p.party_id and m.kind = 'validation_code'
               and m.created_at > ${iso(since)}::timestamptz) as sent
      from unnest(${partyIds}::bigint[]) p (party_id)`);

export const insertCodes = (orgId: number, rows: readonly ValidationCode[]): Sql =>
  sql`/* points.insert_validation_codes */
    insert into points.validation_codes (org_id, party_id, id, points, nonce, issued_at, expires_at)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => row.points)}::bigint[], ${rows.map((row) => hex(row.nonce))}::bytea[],
      ${rows.map((row) => iso(row.issuedAt))}::timestamptz[], ${rows.map((row) => iso(row.expiresAt))}::timestamptz[])`;

/** Under the party's lock: a code is used once. */
export const useCodes = (
  orgId: number,
  rows: readonly { readonly partyId: number; readonly id: number; readonly usedAt: Instant }[],
): Sql =>
  sql`/* points.use_validation_codes */
    update points.validation_codes c set used_at = u.used_at
      from unnest(${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
                  ${rows.map((row) => iso(row.usedAt))}::timestamptz[]) u (party_id, id, used_at)
     where c.org_id = ${orgId} and c.party_id = u.party_id and c.id = u.id and c.used_at is null`;

export const insertWrongCodes = (orgId: number, rows: readonly WrongCode[]): Sql =>
  sql`/* points.insert_wrong_codes */
    insert into points.wrong_codes (org_id, party_id, id, tried_at, till_id)
    select ${orgId}, * from unnest(
      ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => iso(row.triedAt))}::timestamptz[], ${rows.map((row) => row.tillId)}::bigint[])`;
