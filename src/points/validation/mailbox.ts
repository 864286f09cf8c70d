import { type Millipoints, sql, type Tx } from "#platform";

/** A message as the mailbox reads it, with the seed of its code. */
export interface MailboxRow {
  readonly partyId: number;
  readonly id: number;
  readonly codeId: number;
  readonly points: Millipoints;
  readonly nonce: Buffer;
  readonly mobile: string;
  readonly email: string;
  readonly sentAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

/** Messages of an organisation, newest first. */
export const listMessages = (
  tx: Tx,
  orgId: number,
  after: { readonly sentAt: string; readonly id: number } | null,
  limit: number,
): Promise<MailboxRow[]> =>
  tx.rows<MailboxRow>(sql`/* points.list_code_messages */
    select m.party_id as "partyId", m.id, m.code_id as "codeId", c.points, c.nonce, m.mobile, m.email, m.sent_at as "sentAt",
           c.expires_at as "expiresAt", c.used_at as "usedAt"
      from points.code_messages m
      join points.validation_codes c on c.party_id = m.party_id and c.id = m.code_id
     where m.org_id = ${orgId} and c.org_id = ${orgId}
       and (${after?.sentAt ?? null}::timestamptz is null
            or (m.sent_at, m.id) < (${after?.sentAt ?? null}::timestamptz, ${after?.id ?? 0}::bigint))
     order by m.sent_at desc, m.id desc limit ${limit}`);

export const countMessages = async (tx: Tx, orgId: number): Promise<number> => {
  const { total } = await tx.one<{ total: number }>(sql`/* points.count_code_messages */
    select count(*) as total from points.code_messages where org_id = ${orgId}`);
  return total;
};
