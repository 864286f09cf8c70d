import type { NewEvent } from "#events";
import {
  type Clock,
  type Db,
  type Instant,
  inTurn,
  type Logger,
  localDate,
  type Millipoints,
  sql,
  startOfDay,
  type Tx,
} from "#platform";
import type { AccountKey, LotKey } from "./schema.ts";

/** Lots looked at per transaction: bounds its length and the memory of the job, however much expires soon. */
const LOTS_AT_ONCE = 2000;

/** When the points run out that one of the reminders is due for: after `after`, before `before`. */
export interface ReminderWindow {
  readonly daysBefore: number;
  readonly after: Instant;
  readonly before: Instant;
}

/**
 * What each of the reminders is due for now. One that is sent so many days before is due from that day on until the next one
 * takes its place, the last one until the points are gone: whoever could not be reminded in time is reminded late, and of
 * several late reminders of the same points only the newest is left.
 */
export const reminderWindows = (days: readonly number[], now: Instant, zone: string): ReminderWindow[] => {
  const ascending = [...days].sort((a, b) => a - b);
  return ascending.map((daysBefore, index) => ({
    daysBefore,
    after: index === 0 ? now : startOfDay(now, zone, ascending[index - 1]! + 1) - 1,
    before: startOfDay(now, zone, daysBefore + 1),
  }));
};

/** Where the job is: the last lot it looked at, in the order of the index on expiry. */
interface Position extends LotKey {
  readonly partyId: number;
  readonly expiresAt: string;
}

const startOf = ({ after }: ReminderWindow): Position => ({
  expiresAt: new Date(after).toISOString(),
  partyId: Number.MAX_SAFE_INTEGER,
  eventNo: 0,
  lineNo: 0,
});

/** The next lots of a window: pages by key, so that a page costs the same however many are behind it. */
const nextExpiring = (
  tx: Tx,
  orgId: number,
  { before }: ReminderWindow,
  after: Position,
  limit: number,
): Promise<Position[]> =>
  tx.rows<Position>(sql`/* ledger.next_expiring */
    select expires_at::text as "expiresAt", party_id as "partyId", event_no as "eventNo", line_no as "lineNo"
      from ledger.lots
     where org_id = ${orgId} and is_open and expires_at is not null
       and expires_at < ${new Date(before).toISOString()}::timestamptz
       and (expires_at, party_id, event_no, line_no)
         > (${after.expiresAt}::timestamptz, ${after.partyId}::bigint, ${after.eventNo}::bigint, ${after.lineNo}::smallint)
     order by org_id, expires_at, party_id, event_no, line_no limit ${limit}`);

interface Reminder extends AccountKey {
  readonly partyId: number;
  /** YYYY-MM-DD in the organisation's zone. */
  readonly expiresOn: string;
  readonly amount: Millipoints;
}

interface Run {
  readonly orgId: number;
  readonly zone: string;
  readonly now: Instant;
}

/**
 * Writes down the reminders of the accounts whose lots are on the page and answers those that are new: the key keeps away whatever
 * was reminded before, by this run or by another at the same time. The amount is all that the account loses that day, whether or
 * not it is on the page. An account whose points of that day all came after the day of the reminder was never to be reminded.
 */
const remind = (
  tx: Tx,
  { orgId, zone, now }: Run,
  { daysBefore, after }: ReminderWindow,
  page: readonly Position[],
): Promise<Reminder[]> =>
  tx.rows<Reminder>(sql`/* ledger.remind_of_expiry */
    insert into ledger.expiry_reminders as r
           (party_id, program_id, currency_id, category, expires_on, days_before, org_id, amount, reminded_at)
    select l.party_id, l.program_id, l.currency_id, l.category, d.day, ${daysBefore}::smallint, ${orgId}::bigint,
           sum(l.remaining), ${new Date(now).toISOString()}::timestamptz
      from ledger.lots l
      join (select distinct party_id, (expires_at at time zone ${zone}::text)::date as day
              from unnest(${page.map(({ partyId }) => partyId)}::bigint[],
                          ${page.map(({ expiresAt }) => expiresAt)}::text[]::timestamptz[]) p (party_id, expires_at)) d
        on d.party_id = l.party_id and d.day = (l.expires_at at time zone ${zone}::text)::date
     where l.org_id = ${orgId} and l.is_open and l.expires_at > ${new Date(after).toISOString()}::timestamptz
       and l.party_id = any(${[...new Set(page.map(({ partyId }) => partyId))]}::bigint[])
     group by l.party_id, l.program_id, l.currency_id, l.category, d.day
    having min((l.opened_at at time zone ${zone}::text)::date) <= d.day - ${daysBefore}::int
     order by 1, 2, 3, 4, 5
        on conflict do nothing
    returning r.party_id as "partyId", r.program_id as "programId", r.currency_id as "currencyId", r.category,
              r.expires_on::text as "expiresOn", r.amount`);

const eventOf = ({ orgId, now }: Run, daysBefore: number, { partyId, ...reminder }: Reminder): NewEvent => ({
  orgId,
  partyId,
  type: "points.expiry_reminder",
  occurredAt: new Date(now),
  payload: { ...reminder, daysBefore },
});

export interface ReminderParts {
  readonly db: Db;
  readonly clock: Clock;
  /** Writes `points.expiry_reminder` events in the transaction that writes the reminders down. */
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
  /** Lots per transaction; 2,000 when absent. */
  readonly lotsAtOnce?: number;
}

/** Whether the job came to its end today by the same setting: it need not look at all that expires soon every hour. */
const hasWorked = async (tx: Tx, orgId: number, today: string, days: string): Promise<boolean> => {
  const row = await tx.maybeOne(sql`/* ledger.reminders_worked */
    select 1 from ledger.reminder_days
     where org_id = ${orgId} and worked_on = ${today}::date and days_before = ${days}`);
  return row !== null;
};

const noteWorked = (tx: Tx, orgId: number, today: string, days: string): Promise<unknown> =>
  tx.run(sql`/* ledger.note_reminders_worked */
    insert into ledger.reminder_days (org_id, worked_on, days_before) values (${orgId}, ${today}::date, ${days})
        on conflict (org_id) do update set worked_on = excluded.worked_on, days_before = excluded.days_before`);

interface PageOfWork extends Pick<ReminderParts, "publish"> {
  readonly window: ReminderWindow;
  readonly from: Position;
  readonly limit: number;
}

/** Reminds of the next page of a window; `last` is where it ended, null when nothing was left. */
const remindPage = async (
  tx: Tx,
  run: Run,
  { window, from, limit, publish }: PageOfWork,
): Promise<{ last: Position | null; reminded: number }> => {
  const page = await nextExpiring(tx, run.orgId, window, from, limit);
  if (page.length === 0) return { last: null, reminded: 0 };
  const reminders = await remind(tx, run, window, page);
  await publish(
    tx,
    reminders.map((reminder) => eventOf(run, window.daysBefore, reminder)),
  );
  return { last: page.at(-1)!, reminded: reminders.length };
};

/**
 * Reminds an organisation's members of points that expire in `days` days, by its local days. Once for each account, day of
 * expiry and number of days before; killed anywhere it goes on where it was, and running it twice changes nothing. Works once
 * a local day, in short transactions. Returns how many reminders were new.
 */
export const remindOfExpiry = async (
  { db, clock, publish, lotsAtOnce = LOTS_AT_ONCE }: ReminderParts,
  orgId: number,
  { zone, days }: { readonly zone: string; readonly days: readonly number[] },
): Promise<number> => {
  if (days.length === 0) return 0;
  const run: Run = { orgId, zone, now: clock.now().getTime() };
  const [today, setting] = [localDate(run.now, zone), `${days.join(",")} ${zone}`];
  if (await db.transaction(orgId, (tx) => hasWorked(tx, orgId, today, setting))) return 0;
  let count = 0;
  for (const window of reminderWindows(days, run.now, zone)) {
    for (let after: Position | null = startOf(window); after !== null; ) {
      const from: Position = after;
      const { last, reminded } = await db.transaction(orgId, (tx) =>
        remindPage(tx, run, { window, from, limit: lotsAtOnce, publish }),
      );
      count += reminded;
      after = last;
    }
  }
  await db.transaction(orgId, (tx) => noteWorked(tx, orgId, today, setting));
  return count;
};

/** Reminds the members of organisations, one after another; see `inTurn` for what fails. */
export const remindOrganisations = (
  parts: ReminderParts & { readonly log: Pick<Logger, "error"> },
  orgIds: readonly number[],
  settingOf: (orgId: number) => Promise<{ readonly zone: string; readonly days: readonly number[] }>,
): Promise<void> =>
  inTurn(orgIds, parts.log, "members of an organisation could not be reminded of expiry", async (orgId) =>
    remindOfExpiry(parts, orgId, await settingOf(orgId)),
  );
