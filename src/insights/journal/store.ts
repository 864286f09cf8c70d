import { rawSql, sql, type Tx } from "#platform";
import type { Closing, DaySum, JournalSum, Step } from "./schema.ts";

/** Makes everything that the transaction reads be of one moment. */
export const takeSnapshot = (tx: Tx): Promise<number> =>
  tx.run(sql`/* insights.snapshot */ set transaction isolation level repeatable read`);

/** First day of the part of a report that a day belongs to; null for days before the report. */
const startOf = (from: string, step: string) =>
  `case when day < ${from}::date then null else date_trunc(${step}, day::timestamp)::date end`;

/** What is kept, by part. */
export const keptSums = (tx: Tx, orgId: number, from: string, step: Step): Promise<JournalSum[]> =>
  tx.rows<JournalSum>(
    rawSql(
      `/* insights.kept_sums */
    select program_id as "programId", currency_id as "currencyId", category, contra, ${startOf("$2", "$3")} as start,
           sum(credits)::float8 as credits, sum(debits)::float8 as debits
      from insights.journal_days where org_id = $1
     group by program_id, currency_id, category, contra, start`,
      [orgId, from, step],
    ),
  );

/** Entries recorded from a time on, by part, and how many events began among them. `-infinity` sums the whole journal. */
export const sumsSince = (
  tx: Tx,
  orgId: number,
  timeZone: string,
  since: string,
  from: string,
  step: Step,
): Promise<(JournalSum & { readonly events: number })[]> =>
  tx.rows(
    rawSql(
      `/* insights.sums_since */
    select program_id as "programId", currency_id as "currencyId", category, contra, ${startOf("$3", "$4")} as start,
           sum(events)::bigint as events, sum(credits)::float8 as credits, sum(debits)::float8 as debits
      from (select program_id, currency_id, category, contra, (booked_at at time zone $2)::date as day,
                   count(*) filter (where line_no = 1) as events,
                   coalesce(sum(amount) filter (where amount > 0), 0) as credits,
                   coalesce(-sum(amount) filter (where amount < 0), 0) as debits
              from ledger.movements_v where org_id = $1 and recorded_at >= $5::timestamptz
             group by program_id, currency_id, category, contra, day) days
     group by program_id, currency_id, category, contra, start`,
      [orgId, timeZone, from, step, since],
    ),
  );

/** Entries recorded from one time to before another, by day. */
export const daysRecorded = (
  tx: Tx,
  orgId: number,
  timeZone: string,
  since: string,
  before: string,
): Promise<(DaySum & { readonly events: number })[]> =>
  tx.rows(sql`/* insights.days_recorded */
    select program_id as "programId", currency_id as "currencyId", category, contra,
           (booked_at at time zone ${timeZone})::date as day, count(*) filter (where line_no = 1) as events,
           coalesce(sum(amount) filter (where amount > 0), 0)::float8 as credits,
           coalesce(-sum(amount) filter (where amount < 0), 0)::float8 as debits
      from ledger.movements_v
     where org_id = ${orgId} and recorded_at >= ${since}::timestamptz and recorded_at < ${before}::timestamptz
     group by program_id, currency_id, category, contra, day`);

/** All events that the parties count. */
export const countEvents = async (tx: Tx, orgId: number): Promise<number> => {
  const row = await tx.one<{ events: number }>(sql`/* insights.count_events */
    select coalesce(sum(event_count), 0)::bigint as events from ledger.parties_v where org_id = ${orgId}`);
  return row.events;
};

/** Events recorded from a time on. */
export const countEventsSince = async (tx: Tx, orgId: number, since: string): Promise<number> => {
  const row = await tx.one<{ events: number }>(sql`/* insights.count_events_since */
    select count(*) as events from ledger.movements_v
     where org_id = ${orgId} and recorded_at >= ${since}::timestamptz and line_no = 1`);
  return row.events;
};

export const findClosing = (tx: Tx, orgId: number): Promise<Closing | null> =>
  tx.maybeOne<Closing>(sql`/* insights.find_closing */
    select time_zone as "timeZone", closed_before as "closedBefore", events
      from insights.journal_closings where org_id = ${orgId}`);

/** The same, kept from others who close. */
export const lockClosing = (tx: Tx, orgId: number): Promise<Closing | null> =>
  tx.maybeOne<Closing>(sql`/* insights.lock_closing */
    select time_zone as "timeZone", closed_before as "closedBefore", events
      from insights.journal_closings where org_id = ${orgId} for update`);

export const saveClosing = (tx: Tx, orgId: number, closing: Closing): Promise<number> =>
  tx.run(sql`/* insights.save_closing */
    insert into insights.journal_closings (org_id, time_zone, closed_before, events)
    values (${orgId}, ${closing.timeZone}, ${closing.closedBefore.toISOString()}, ${closing.events})
    on conflict (org_id) do update
       set time_zone = excluded.time_zone, closed_before = excluded.closed_before, events = excluded.events`);

export const clearDays = (tx: Tx, orgId: number): Promise<number> =>
  tx.run(sql`/* insights.clear_journal_days */ delete from insights.journal_days where org_id = ${orgId}`);

/** Sums stay in their column: they are for people to look at, and an absurd one must not stop the rest. */
const added = (column: string) =>
  `${column} = least(d.${column}::numeric + excluded.${column}, 9e18)::bigint`;

export const addDays = (tx: Tx, orgId: number, days: readonly DaySum[]): Promise<number> =>
  tx.run(
    rawSql(
      `/* insights.add_journal_days */
    insert into insights.journal_days as d (org_id, day, program_id, currency_id, category, contra, credits, debits)
    select $1, n.* from unnest($2::date[], $3::bigint[], $4::bigint[], $5::smallint[], $6::text[], $7::float8[]::bigint[], $8::float8[]::bigint[]) n
    on conflict (org_id, day, program_id, currency_id, category, contra) do update set ${["credits", "debits"].map(added).join(", ")}`,
      [
        orgId,
        days.map((sum) => sum.day),
        days.map((sum) => sum.programId),
        days.map((sum) => sum.currencyId),
        days.map((sum) => sum.category),
        days.map((sum) => sum.contra),
        days.map((sum) => sum.credits),
        days.map((sum) => sum.debits),
      ],
    ),
  );
