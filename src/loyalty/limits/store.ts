import { type Sql, sql, type Tx } from "#platform";
import { limitKey } from "../decide/limits.ts";
import type { LimitUse, LimitUses } from "../decide/schema.ts";

/** A party's use of a limit, as it is after a decision. */
export interface SavedLimitUse extends LimitUse {
  readonly partyId: number;
  readonly programId: number;
}

/** A limit in one of its periods, asked for a party. */
export interface LimitQuestion {
  readonly partyId: number;
  readonly programId: number;
  readonly limitId: number;
  /** First day, YYYY-MM-DD. */
  readonly period: string;
}

/** What is used, by `party/program`. Under the parties' locks it cannot change. */
export const loadLimitUses = async (
  tx: Tx,
  orgId: number,
  questions: readonly LimitQuestion[],
): Promise<Map<string, LimitUses>> => {
  const found = new Map<string, Map<string, number>>();
  if (questions.length === 0) return found;
  const rows = await tx.rows<SavedLimitUse>(sql`/* loyalty.load_limit_uses */
    select u.party_id as "partyId", u.program_id as "programId", u.limit_id as "limitId",
           to_char(u.period, 'YYYY-MM-DD') as period, u.used
      from loyalty.limit_uses u
      join (select distinct q.party_id, q.program_id, q.limit_id, q.period from unnest(
        ${questions.map((one) => one.partyId)}::bigint[], ${questions.map((one) => one.programId)}::bigint[],
        ${questions.map((one) => one.limitId)}::int[], ${questions.map((one) => one.period)}::date[])
        q (party_id, program_id, limit_id, period)) q
        on q.party_id = u.party_id and q.program_id = u.program_id and q.limit_id = u.limit_id and q.period = u.period
     where u.org_id = ${orgId}`);
  for (const { partyId, programId, limitId, period, used } of rows) {
    const key = `${partyId}/${programId}`;
    const uses = found.get(key) ?? new Map<string, number>();
    uses.set(limitKey(limitId, period), used);
    found.set(key, uses);
  }
  return found;
};

/** The statements that write uses; of one limit, period and party the newest counts. */
export const limitWrites = (orgId: number, uses: readonly SavedLimitUse[]): readonly Sql[] => {
  if (uses.length === 0) return [];
  const newest = new Map(
    uses.map((use) => [`${use.partyId}/${use.programId}/${use.limitId}/${use.period}`, use] as const),
  );
  const rows = [...newest.values()];
  return [
    sql`/* loyalty.upsert_limit_uses */
      insert into loyalty.limit_uses as u (org_id, party_id, program_id, limit_id, period, used)
      select ${orgId}, * from unnest(
        ${rows.map((row) => row.partyId)}::bigint[], ${rows.map((row) => row.programId)}::bigint[],
        ${rows.map((row) => row.limitId)}::int[], ${rows.map((row) => row.period)}::date[],
        ${rows.map((row) => row.used)}::bigint[])
      on conflict (party_id, program_id, limit_id, period) do update set used = excluded.used
       where u.org_id = excluded.org_id`,
  ];
};

/** A survivor has used what both have; the victim's rows stay for an undo. */
export const mergeLimitUses = (
  tx: Tx,
  orgId: number,
  { survivorId, victimId }: { readonly survivorId: number; readonly victimId: number },
): Promise<number> =>
  tx.run(sql`/* loyalty.merge_limit_uses */
    insert into loyalty.limit_uses as u (org_id, party_id, program_id, limit_id, period, used)
    select org_id, ${survivorId}, program_id, limit_id, period, used
      from loyalty.limit_uses where org_id = ${orgId} and party_id = ${victimId}
    on conflict (party_id, program_id, limit_id, period) do update set used = u.used + excluded.used
     where u.org_id = excluded.org_id`);

/** What the victim had used is its own again. */
export const unmergeLimitUses = (
  tx: Tx,
  orgId: number,
  { survivorId, victimId }: { readonly survivorId: number; readonly victimId: number },
): Promise<number> =>
  tx.run(sql`/* loyalty.unmerge_limit_uses */
    update loyalty.limit_uses u set used = greatest(0, u.used - v.used)
      from loyalty.limit_uses v
     where u.org_id = ${orgId} and u.party_id = ${survivorId} and v.org_id = ${orgId} and v.party_id = ${victimId}
       and v.program_id = u.program_id and v.limit_id = u.limit_id and v.period = u.period`);
