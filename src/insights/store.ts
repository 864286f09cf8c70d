import type { PublishedEvent } from "#events";
import { rawSql, sql, type Tx } from "#platform";
import { type DailyFigures, FIGURES, type StoreFigures } from "./schema.ts";

/**
 * A sum that stays in its column: relays that met an error would never get on. What reads sums takes them as float8, which
 * is exact to 2^53 and close beyond.
 */
const MOST = "9e18";
const added = (column: string): string =>
  `${column} = least(f.${column}::numeric + excluded.${column}, ${MOST})::bigint`;

const FIGURE_COLUMNS = ["members", "purchases", "purchase_amount", "returns", "return_amount"] as const;

/** Adds sums to the days of an organisation. Rows are taken in order of day, so that relays cannot wait for each other in a circle. */
export const addToDays = (tx: Tx, orgId: number, days: readonly DailyFigures[]): Promise<number> =>
  tx.run(
    rawSql(
      `/* insights.add_to_days */
    insert into insights.daily_figures as f (org_id, day, ${FIGURE_COLUMNS.join(", ")})
    select $1, n.* from unnest(
      $2::date[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]) n (day)
     order by n.day
    on conflict (org_id, day) do update set ${FIGURE_COLUMNS.map(added).join(", ")}`,
      [orgId, days.map(({ day }) => day), ...FIGURES.map((name) => days.map((row) => row[name]))],
    ),
  );

export const addToStores = (tx: Tx, orgId: number, stores: readonly StoreFigures[]): Promise<number> =>
  tx.run(
    rawSql(
      `/* insights.add_to_stores */
    insert into insights.daily_stores as f (org_id, day, store_id, purchases, purchase_amount)
    select $1, n.* from unnest($2::date[], $3::bigint[], $4::bigint[], $5::bigint[]) n (day, store_id)
     order by n.day, n.store_id
    on conflict (org_id, day, store_id) do update set ${["purchases", "purchase_amount"].map(added).join(", ")}`,
      [
        orgId,
        stores.map((row) => row.day),
        stores.map((row) => row.storeId),
        stores.map((row) => row.purchases),
        stores.map((row) => row.purchaseAmount),
      ],
    ),
  );

/** Days of an organisation from one to another, in order. */
export const listDays = (tx: Tx, orgId: number, from: string, to: string): Promise<DailyFigures[]> =>
  tx.rows<DailyFigures>(sql`/* insights.list_days */
    select day, members, purchases, purchase_amount::float8 as "purchaseAmount", returns,
           return_amount::float8 as "returnAmount"
      from insights.daily_figures
     where org_id = ${orgId} and day between ${from}::date and ${to}::date
     order by day`);

/** Everything before a day, as one sum. */
export const sumBefore = (tx: Tx, orgId: number, day: string): Promise<DailyFigures> =>
  tx.one<DailyFigures>(sql`/* insights.sum_before */
    select '' as day, coalesce(sum(members), 0)::bigint as members, coalesce(sum(purchases), 0)::bigint as purchases,
           coalesce(sum(purchase_amount), 0)::float8 as "purchaseAmount", coalesce(sum(returns), 0)::bigint as returns,
           coalesce(sum(return_amount), 0)::float8 as "returnAmount"
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
    select store_id as "storeId", sum(purchases)::bigint as purchases, sum(purchase_amount)::float8 as amount
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

/** Days as the facts have them. */
export const readFacts = (tx: Tx, orgId: number, zone: string): Promise<DailyFigures[]> =>
  tx.rows<DailyFigures>(sql`/* insights.read_facts */
    select day, sum(members)::bigint as members, sum(purchases)::bigint as purchases,
           sum(purchase_amount)::float8 as "purchaseAmount", sum(returns)::bigint as returns,
           sum(return_amount)::float8 as "returnAmount"
      from (
        select (registered_at at time zone ${zone})::date as day, 1 as members, 0 as purchases, 0 as purchase_amount,
               0 as returns, 0 as return_amount
          from customers.registrations_v where org_id = ${orgId}
        union all
        select (billed_at at time zone ${zone})::date, 0, (type not like '%RETURN')::int,
               case when type not like '%RETURN' then amount else 0 end, (type like '%RETURN')::int,
               case when type like '%RETURN' then abs(amount) else 0 end
          from activities.bills_v where org_id = ${orgId}) facts
     group by day order by day`);

export const readStoreFacts = (tx: Tx, orgId: number, zone: string): Promise<StoreFigures[]> =>
  tx.rows<StoreFigures>(sql`/* insights.read_store_facts */
    select (billed_at at time zone ${zone})::date as day, store_id as "storeId", count(*) as purchases,
           sum(amount)::float8 as "purchaseAmount"
      from activities.bills_v where org_id = ${orgId} and type not like '%RETURN'
     group by 1, 2 order by 1, 2`);

/** Events of an organisation that no subscriber has been given yet. */
export const readWaiting = (tx: Tx, orgId: number): Promise<PublishedEvent[]> =>
  tx.rows<PublishedEvent>(sql`/* insights.read_waiting */
    select id, org_id as "orgId", party_id as "partyId", event_type as type, occurred_at as "occurredAt", payload
      from events.waiting_v where org_id = ${orgId}`);
