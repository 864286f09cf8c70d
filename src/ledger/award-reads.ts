import { type Millipoints, rawSql, sql, type Tx } from "#platform";
import type { LotDetails, LotKey, LotSource } from "./schema.ts";

/** Regular points of one program that went away on one local day. */
export interface PointsOfDay {
  readonly programId: number;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly points: Millipoints;
}

/** What returns took from a party, by program and day, newest day first. */
export const returnedByDay = (
  tx: Tx,
  orgId: number,
  { partyId, zone }: { readonly partyId: number; readonly zone: string },
): Promise<PointsOfDay[]> =>
  tx.rows<PointsOfDay>(sql`/* ledger.returned_by_day */
    select program_id as "programId", (booked_at at time zone ${zone}::text)::date as date, -sum(amount)::bigint as points
      from ledger.entries
     where org_id = ${orgId} and party_id = ${partyId} and currency_id = 0 and category = 1 and contra = 'returned'
     group by 1, 2 having sum(amount) < 0 order by 2 desc, 1`);

/**
 * What expired of each lot of regular points, by the event that took it. A return that undoes an expiry says which, so it lessens
 * the day on which the points expired.
 */
const EXPIRED = `
  select l.program_id, l.event_no, l.line_no, l.source, l.opened_at, l.expires_at, l.details, x.booked_at as expired_at,
         (x.booked_at at time zone $3::text)::date as date, u.points
    from (select lot_event_no, lot_line_no, case for_event_no when 0 then event_no else for_event_no end as event_no,
                 sum(amount)::bigint as points
            from ledger.lot_uses
           where org_id = $1 and party_id = $2 and kind = 'expired'
           group by 1, 2, 3 having sum(amount) > 0) u
    join ledger.lots l on l.org_id = $1 and l.party_id = $2 and l.event_no = u.lot_event_no and l.line_no = u.lot_line_no
    join ledger.entries x on x.org_id = $1 and x.party_id = $2 and x.event_no = u.event_no and x.line_no = 1
   where l.currency_id = 0 and l.category = 1`;

/** What expired of a party's points, by program and day, newest day first. */
export const expiredByDay = (
  tx: Tx,
  orgId: number,
  { partyId, zone }: { readonly partyId: number; readonly zone: string },
): Promise<PointsOfDay[]> =>
  tx.rows<PointsOfDay>(
    rawSql(
      `/* ledger.expired_by_day */
       select program_id as "programId", date, sum(points)::bigint as points from (${EXPIRED}) e
        group by 1, 2 order by 2 desc, 1`,
      [orgId, partyId, zone],
    ),
  );

/** What of an award of regular points ran out on one local day. */
export interface ExpiredAward extends LotKey {
  readonly programId: number;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly points: Millipoints;
  /** Id of the event that awarded it. */
  readonly eventId: number;
  readonly source: LotSource;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
  readonly expiredAt: Date;
  readonly details: LotDetails | null;
  /** Of the last move of its date by hand; null where there was none. */
  readonly reasonType: string | null;
  readonly note: string | null;
}

/** The newest awards of a party that expired, in whole or in part. */
export const expiredAwards = (
  tx: Tx,
  orgId: number,
  { partyId, zone, limit }: { readonly partyId: number; readonly zone: string; readonly limit: number },
): Promise<ExpiredAward[]> =>
  tx.rows<ExpiredAward>(
    rawSql(
      `/* ledger.expired_awards */
       select u.event_no as "eventNo", u.line_no as "lineNo", u.program_id as "programId", u.date, u.points,
              e.event_id as "eventId", u.source, u.opened_at as "openedAt", u.expires_at as "expiresAt",
              u.expired_at as "expiredAt", u.details, c.reason_type as "reasonType", c.note
         from (${EXPIRED}) u
         join ledger.entries e on e.org_id = $1 and e.party_id = $2 and e.event_no = u.event_no and e.line_no = u.line_no
         left join lateral (
           select c.reason_type, c.note from ledger.expiry_changes c
            where c.org_id = $1 and c.party_id = $2 and c.lot_event_no = u.event_no and c.lot_line_no = u.line_no
            order by c.changed_at desc, c.event_id desc limit 1) c on true
        order by u.expired_at desc, u.event_no desc, u.line_no desc limit $4`,
      [orgId, partyId, zone, limit],
    ),
  );

/** Regular points that a promotion, a campaign or goodwill gave. */
export interface PromotionalAward {
  readonly programId: number;
  readonly source: LotSource;
  /** What was awarded, less what a merge took elsewhere. */
  readonly points: Millipoints;
  /** Name of the event that gave them first, before a conversion or merge made a lot anew. */
  readonly eventName: string;
  readonly tillId: number | null;
  readonly issuedAt: Date;
  readonly openedAt: Date;
  readonly expiresAt: Date | null;
  readonly details: LotDetails | null;
}

/** The newest promotional awards of a party. Points that another member passed on, and those of reversals, are not awards. */
export const promotionalAwards = (
  tx: Tx,
  orgId: number,
  { partyId, limit }: { readonly partyId: number; readonly limit: number },
): Promise<PromotionalAward[]> =>
  tx.rows<PromotionalAward>(sql`/* ledger.promotional_awards */
    select l.program_id as "programId", l.source, (l.amount - coalesce(u.gone, 0))::bigint as points, e.event_name as "eventName",
           e.till_id as "tillId", e.booked_at as "issuedAt", l.opened_at as "openedAt", l.expires_at as "expiresAt", l.details
      from ledger.lots l
      left join lateral (
        select sum(u.amount) as gone from ledger.lot_uses u
         where u.org_id = ${orgId} and u.party_id = l.party_id and u.lot_event_no = l.event_no
           and u.lot_line_no = l.line_no and u.kind = 'merge') u on true
      join ledger.entries e
        on e.org_id = ${orgId}
       and e.party_id = case when l.details #>> '{fromLot,eventNo}' is null then l.party_id
                             else (l.details ->> 'fromPartyId')::bigint end
       and e.event_no = coalesce((l.details #>> '{fromLot,eventNo}')::bigint, l.parent_event_no, l.event_no)
       and e.line_no = coalesce((l.details #>> '{fromLot,lineNo}')::smallint, l.parent_line_no, l.line_no)
     where l.org_id = ${orgId} and l.party_id = ${partyId} and l.currency_id = 0 and l.category = 1
       and l.source in ('bill_promotions', 'line_item_promotions', 'customer_promotions')
       and e.contra in ('issued', 'conversion', 'merge') and l.amount > coalesce(u.gone, 0)
     order by e.booked_at desc, l.event_no desc, l.line_no desc limit ${limit}`);
