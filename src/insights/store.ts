import type { PublishedEvent } from "#events";
import { sql, type Tx } from "#platform";
import type { DailyFigures, StoreFigures } from "./schema.ts";

/** Adds sums to the days of an organisation. Rows are taken in order of day, so that relays cannot wait for each other in a circle. */
export const addToDays = (tx: Tx, orgId: number, days: readonly DailyFigures[]): Promise<number> =>
  tx.run(sql`/* insights.add_to_days */
    insert into insights.daily_figures as f
           (org_id, day, members, purchases, purchase_amount, issued, redeemed, expired, returned, adjusted)
    select ${orgId}, n.* from unnest(
      ${days.map((row) => row.day)}::date[], ${days.map((row) => row.members)}::bigint[],
      ${days.map((row) => row.purchases)}::bigint[], ${days.map((row) => row.purchaseAmount)}::bigint[],
      ${days.map((row) => row.issued)}::bigint[], ${days.map((row) => row.redeemed)}::bigint[],
      ${days.map((row) => row.expired)}::bigint[], ${days.map((row) => row.returned)}::bigint[],
      ${days.map((row) => row.adjusted)}::bigint[]) n (day)
     order by n.day
    on conflict (org_id, day) do update
       set members = f.members + excluded.members, purchases = f.purchases + excluded.purchases,
           purchase_amount = f.purchase_amount + excluded.purchase_amount, issued = f.issued + excluded.issued,
           redeemed = f.redeemed + excluded.redeemed, expired = f.expired + excluded.expired,
           returned = f.returned + excluded.returned, adjusted = f.adjusted + excluded.adjusted`);

export const addToStores = (tx: Tx, orgId: number, stores: readonly StoreFigures[]): Promise<number> =>
  tx.run(sql`/* insights.add_to_stores */
    insert into insights.daily_stores as f (org_id, day, store_id, purchases, purchase_amount)
    select ${orgId}, n.* from unnest(
      ${stores.map((row) => row.day)}::date[], ${stores.map((row) => row.storeId)}::bigint[],
      ${stores.map((row) => row.purchases)}::bigint[], ${stores.map((row) => row.purchaseAmount)}::bigint[]) n (day, store_id)
     order by n.day, n.store_id
    on conflict (org_id, day, store_id) do update
       set purchases = f.purchases + excluded.purchases, purchase_amount = f.purchase_amount + excluded.purchase_amount`);

/** Days of an organisation from one to another, in order. */
export const listDays = (tx: Tx, orgId: number, from: string, to: string): Promise<DailyFigures[]> =>
  tx.rows<DailyFigures>(sql`/* insights.list_days */
    select day, members, purchases, purchase_amount as "purchaseAmount", issued, redeemed, expired, returned, adjusted
      from insights.daily_figures
     where org_id = ${orgId} and day between ${from}::date and ${to}::date
     order by day`);

/** Everything before a day, as one sum. */
export const sumBefore = (tx: Tx, orgId: number, day: string): Promise<DailyFigures> =>
  tx.one<DailyFigures>(sql`/* insights.sum_before */
    select '' as day, coalesce(sum(members), 0)::bigint as members, coalesce(sum(purchases), 0)::bigint as purchases,
           coalesce(sum(purchase_amount), 0)::bigint as "purchaseAmount", coalesce(sum(issued), 0)::bigint as issued,
           coalesce(sum(redeemed), 0)::bigint as redeemed, coalesce(sum(expired), 0)::bigint as expired,
           coalesce(sum(returned), 0)::bigint as returned, coalesce(sum(adjusted), 0)::bigint as adjusted
      from insights.daily_figures where org_id = ${orgId} and day < ${day}::date`);

/** Stores by what they sold from one day to another, best first. */
export const topStores = (
  tx: Tx,
  orgId: number,
  from: string,
  to: string,
  limit: number,
): Promise<{ storeId: number; purchases: number; amount: number }[]> =>
  tx.rows(sql`/* insights.top_stores */
    select store_id as "storeId", sum(purchases)::bigint as purchases, sum(purchase_amount)::bigint as amount
      from insights.daily_stores
     where org_id = ${orgId} and day between ${from}::date and ${to}::date
     group by store_id order by amount desc, store_id limit ${limit}`);

/** Members of a program by tier. */
export const countTiers = (
  tx: Tx,
  orgId: number,
  programId: number,
): Promise<{ tier: number; members: number }[]> =>
  tx.rows(sql`/* insights.count_tiers */
    select tier_number as tier, count(*) as members from loyalty.tiers_v
     where org_id = ${orgId} and program_id = ${programId} group by tier_number order by tier_number`);

/**
 * Keeps subscribers of other relays from adding while figures are rebuilt, and fixes the moment that is looked at: events
 * handed out before it are in the figures, all others still wait.
 */
export const beginRebuild = async (tx: Tx): Promise<void> => {
  await tx.run(sql`/* insights.rebuild_snapshot */ set transaction isolation level repeatable read`);
  await tx.run(sql`/* insights.rebuild_lock */
    lock table insights.daily_figures, insights.daily_stores in share row exclusive mode`);
};

export const clearFigures = async (tx: Tx, orgId: number): Promise<void> => {
  await tx.run(sql`/* insights.clear_days */ delete from insights.daily_figures where org_id = ${orgId}`);
  await tx.run(sql`/* insights.clear_stores */ delete from insights.daily_stores where org_id = ${orgId}`);
};

/** Days as the facts have them. Points outside purchases are the ledger's own movements. */
export const readFacts = (tx: Tx, orgId: number, zone: string): Promise<DailyFigures[]> =>
  tx.rows<DailyFigures>(sql`/* insights.read_facts */
    select day, sum(members)::bigint as members, sum(purchases)::bigint as purchases,
           sum(purchase_amount)::bigint as "purchaseAmount", sum(issued)::bigint as issued, sum(redeemed)::bigint as redeemed,
           sum(expired)::bigint as expired, sum(returned)::bigint as returned, sum(adjusted)::bigint as adjusted
      from (
        select (registered_at at time zone ${zone})::date as day, 1 as members, 0 as purchases, 0 as purchase_amount,
               0 as issued, 0 as redeemed, 0 as expired, 0 as returned, 0 as adjusted
          from customers.registrations_v where org_id = ${orgId}
        union all
        select (billed_at at time zone ${zone})::date, 0, 1, amount, points, 0, 0, 0, 0
          from activities.bills_v where org_id = ${orgId}
        union all
        select (booked_at at time zone ${zone})::date, 0, 0, 0,
               case contra when 'issued' then amount else 0 end, case contra when 'redeemed' then -amount else 0 end,
               case contra when 'expired' then -amount else 0 end, case contra when 'returned' then -amount else 0 end,
               case contra when 'adjusted' then amount else 0 end
          from ledger.entries_v
         where org_id = ${orgId} and event_name <> 'TransactionAdd' and contra <> 'opening' and currency_id = 0) facts
     group by day order by day`);

export const readStoreFacts = (tx: Tx, orgId: number, zone: string): Promise<StoreFigures[]> =>
  tx.rows<StoreFigures>(sql`/* insights.read_store_facts */
    select (billed_at at time zone ${zone})::date as day, store_id as "storeId", count(*) as purchases,
           sum(amount)::bigint as "purchaseAmount"
      from activities.bills_v where org_id = ${orgId}
     group by 1, 2 order by 1, 2`);

/** Events of an organisation that no subscriber has been given yet. */
export const readWaiting = (tx: Tx, orgId: number): Promise<PublishedEvent[]> =>
  tx.rows<PublishedEvent>(sql`/* insights.read_waiting */
    select id, org_id as "orgId", party_id as "partyId", event_type as type, occurred_at as "occurredAt", payload
      from events.waiting_v where org_id = ${orgId}`);
