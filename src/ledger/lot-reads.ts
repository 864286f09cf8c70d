import { type Millipoints, sql, type Tx } from "#platform";
import type { LotSource } from "./schema.ts";

/** Whose open points are summed: those of some programs. */
export interface OpenPoints {
  readonly partyId: number;
  readonly programIds: readonly number[];
  /** Zone in which days are told. */
  readonly zone: string;
  /** YYYY-MM-DD, both included. */
  readonly from: string;
  readonly until: string;
}

/** Points that run out on one local day, of one kind of award. */
export interface ExpiringPoints {
  readonly programId: number;
  readonly source: LotSource;
  readonly rolls: boolean;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly points: Millipoints;
}

/** Regular points by program and the day they run out, soonest first; those that never do run out a hundred years after they came. */
export const expiringPoints = (
  tx: Tx,
  orgId: number,
  { partyId, programIds, zone, from, until }: OpenPoints,
): Promise<ExpiringPoints[]> =>
  tx.rows<ExpiringPoints>(sql`/* ledger.expiring_points */
    select program_id as "programId", source, rolls, date, sum(remaining)::bigint as points
      from (select program_id, source, rolls, remaining,
                   coalesce((expires_at at time zone ${zone}::text)::date,
                            ((opened_at at time zone ${zone}::text)::date + interval '100 years')::date) as date
              from ledger.lots
             where org_id = ${orgId} and party_id = ${partyId} and is_open and currency_id = 0 and category = 1
               and program_id = any(${programIds}::bigint[])) l
     where date between ${from}::date and ${until}::date
     group by 1, 2, 3, 4 order by 1, 4, 2, 3`);

/** Promised points that become regular on one local day, or on an event. */
export interface PromisedPoints {
  readonly programId: number;
  readonly source: LotSource;
  /** YYYY-MM-DD; null for those that wait for an event. */
  readonly date: string | null;
  readonly points: Millipoints;
}

/** Promised and trigger-based points by program and the day they become regular; the span does not narrow those without one. */
export const promisedPoints = (
  tx: Tx,
  orgId: number,
  { partyId, programIds, zone, from, until }: OpenPoints,
): Promise<PromisedPoints[]> =>
  tx.rows<PromisedPoints>(sql`/* ledger.promised_points */
    select program_id as "programId", source, date, sum(remaining)::bigint as points
      from (select program_id, source, remaining,
                   case when category = 2 then (converts_at at time zone ${zone}::text)::date end as date
              from ledger.lots
             where org_id = ${orgId} and party_id = ${partyId} and is_open and currency_id = 0 and category in (2, 3)
               and program_id = any(${programIds}::bigint[])) l
     where date is null or date between ${from}::date and ${until}::date
     group by 1, 2, 3 order by 1, 3, 2`);
