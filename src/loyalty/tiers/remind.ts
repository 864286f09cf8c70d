import type { NewEvent } from "#events";
import { type Clock, type Db, type Instant, inTurn, type Logger, sql, startOfDay, type Tx } from "#platform";
import type { CompiledProgram } from "../programs/compile.ts";
import type { OrgPrograms } from "../programs/history.ts";
import { membersWhoseTierEnds, type TierEndPosition } from "./store.ts";
import { judgedBefore } from "./validity.ts";

/** Members looked at per transaction. */
const MEMBERS_AT_ONCE = 1000;

/** Whose tier ends so that a reminder is due for it: after `after`, before `before`. */
export interface TierReminderWindow {
  readonly daysBefore: number;
  readonly after: Instant;
  readonly before: Instant;
}

/**
 * What each of the reminders is due for now: it is sent so many days before the tier is judged, and from that day on until the next one takes
 * its place; of several late reminders of the same end only the newest is left.
 */
export const tierReminderWindows = (
  days: readonly number[],
  check: "monthly" | "daily",
  now: Instant,
  zone: string,
): TierReminderWindow[] => {
  const ascending = [...days].sort((a, b) => a - b);
  const judgedIn = (count: number) => judgedBefore(check, startOfDay(now, zone, count), zone);
  return ascending.map((daysBefore, index) => ({
    daysBefore,
    after: judgedIn(index === 0 ? 0 : ascending[index - 1]!),
    before: judgedIn(daysBefore),
  }));
};

interface Reminder {
  readonly partyId: number;
  readonly expiresAt: Date;
  readonly tier: number;
}

/** Writes down the reminders of the members on a page and answers those that are new: the key keeps a second one of the same away. */
const remindPage = (
  tx: Tx,
  orgId: number,
  { programId, numbering }: CompiledProgram,
  renewable: readonly number[],
  {
    daysBefore,
    now,
    page,
  }: { readonly daysBefore: number; readonly now: Instant; readonly page: readonly TierEndPosition[] },
): Promise<Reminder[]> =>
  tx.rows<Reminder>(sql`/* loyalty.remind_of_tier_end */
    insert into loyalty.tier_reminders as r
           (party_id, program_id, expires_at, days_before, org_id, tier_number, reminded_at)
    select m.party_id, m.program_id, m.tier_expires_at, ${daysBefore}::smallint, ${orgId}::bigint, m.tier_number,
           ${new Date(now).toISOString()}::timestamptz
      from loyalty.memberships m
      join unnest(${page.map(({ partyId }) => partyId)}::bigint[],
                  ${page.map(({ expiresAt }) => expiresAt)}::text[]::timestamptz[]) p (party_id, expires_at)
        on p.party_id = m.party_id and p.expires_at = m.tier_expires_at
     where m.org_id = ${orgId} and m.program_id = ${programId} and m.tier_numbering = ${numbering}
       and m.tier_number = any(${renewable}::smallint[])
     order by 1, 2, 3
        on conflict do nothing
    returning r.party_id as "partyId", r.expires_at as "expiresAt", r.tier_number as tier`);

export interface TierReminderParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly programs: (orgId: number) => Promise<OrgPrograms>;
  readonly publish: (tx: Tx, events: readonly NewEvent[]) => Promise<void>;
  readonly membersAtOnce?: number;
}

/**
 * Reminds an organisation's members whose tier is to be judged in so many days as their program lists. Only of tiers with conditions for
 * renewal: of others there is nothing to be done. Once for each end and number of days; killed anywhere it goes on where it was.
 * Returns how many reminders were new.
 */
export const remindOfTierEnds = async (parts: TierReminderParts, orgId: number): Promise<number> => {
  const { db, clock, programs, publish, membersAtOnce = MEMBERS_AT_ONCE } = parts;
  let count = 0;
  for (const history of (await programs(orgId)).all) {
    const now = clock.now().getTime();
    const program = history.inForce(now);
    const policy = program.tierStrategy.downgrade;
    const renewable = program.tiers.filter(({ renewal }) => renewal !== null).map(({ number }) => number);
    if (policy === null || renewable.length === 0) continue;
    const { remindDaysBefore, check } = policy;
    for (const window of tierReminderWindows(remindDaysBefore, check, now, program.timeZone)) {
      const { programId } = program;
      // From the first tier that ends at or after the start, whoever holds it.
      let after: TierEndPosition = { expiresAt: new Date(window.after).toISOString(), partyId: 0 };
      for (;;) {
        const from = after;
        const page = await db.transaction(orgId, async (tx) => {
          const found = await membersWhoseTierEnds(tx, orgId, {
            programId,
            before: window.before,
            after: from,
            limit: membersAtOnce,
          });
          if (found.length === 0) return found;
          const reminders = await remindPage(tx, orgId, program, renewable, {
            daysBefore: window.daysBefore,
            now,
            page: found,
          });
          count += reminders.length;
          await publish(
            tx,
            reminders.map((reminder) => reminderEvent(orgId, program, window.daysBefore, now, reminder)),
          );
          return found;
        });
        const last = page.at(-1);
        if (last === undefined) break;
        after = last;
      }
    }
  }
  return count;
};

const reminderEvent = (
  orgId: number,
  { programId }: CompiledProgram,
  daysBefore: number,
  now: Instant,
  { partyId, expiresAt, tier }: Reminder,
): NewEvent => ({
  orgId,
  partyId,
  type: "tier.downgrade_due",
  occurredAt: new Date(now),
  payload: {
    programId,
    from: tier,
    to: tier,
    expiresAt: expiresAt.getTime(),
    upgradeType: "STRATEGY",
    notes: "",
    daysBefore,
  },
});

/** Reminds the members of organisations, one after another; see `inTurn` for what fails. */
export const remindOfTierEndsOf = (
  parts: TierReminderParts & { readonly log: Pick<Logger, "error"> },
  orgIds: readonly number[],
): Promise<void> =>
  inTurn(orgIds, parts.log, "members of an organisation could not be reminded of tiers that end", (orgId) =>
    remindOfTierEnds(parts, orgId),
  );
