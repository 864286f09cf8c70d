import type { Organisation } from "#orgs";
import { type Db, type Instant, inTurn, type Logger, type Tx } from "#platform";
import { isUsable } from "./rules.ts";
import type { JournalSum, Step } from "./schema.ts";
import * as store from "./store.ts";

/** An organisation's journal as a report needs it: the days' zone is the organisation's. */
type Journal = Pick<Organisation, "id" | "timeZone">;

/**
 * Recording times older than this are closed: no batch is under way for as long, and clocks of processes agree better. Where
 * they do not, the count of events tells, and the sums are made anew.
 */
const MARGIN_MILLISECONDS = 600_000;
const ALWAYS = "-infinity";

/**
 * The journal's sums by account group, kind and part, exact to the last entry committed: what is kept of closed recording
 * times, and the entries since. `from` is the first day of the report; the sums of all days before it have no `start`. Call
 * it in a transaction that took a snapshot.
 */
export const readSums = async (
  tx: Tx,
  { id, timeZone }: Journal,
  from: string,
  step: Step,
): Promise<JournalSum[]> => {
  const closing = await store.findClosing(tx, id);
  const since = closing?.closedBefore.toISOString() ?? ALWAYS;
  const [events, rest] = await Promise.all([
    store.countEvents(tx, id),
    store.sumsSince(tx, id, timeZone, since, from, step),
  ]);
  if (closing === null) return rest;
  const eventsSince = rest.reduce((sum, row) => sum + row.events, 0);
  if (!isUsable(closing, timeZone, eventsSince, events))
    return store.sumsSince(tx, id, timeZone, ALWAYS, from, step);
  return [...(await store.keptSums(tx, id, from, step)), ...rest];
};

/**
 * Sums what was recorded since the last time, up to ten minutes ago. Sums that cannot be used any more are thrown away and made
 * anew. Killed anywhere it has done nothing; run twice it does nothing the second time.
 */
export const closeJournal = (db: Db, { id, timeZone }: Journal, now: Instant): Promise<void> =>
  db.transaction(id, async (tx) => {
    await store.takeSnapshot(tx);
    const before = new Date(now - MARGIN_MILLISECONDS);
    const closing = await store.lockClosing(tx, id);
    const isRight =
      closing !== null &&
      isUsable(
        closing,
        timeZone,
        await store.countEventsSince(tx, id, closing.closedBefore.toISOString()),
        await store.countEvents(tx, id),
      );
    const kept = isRight ? closing : null;
    if (kept !== null && kept.closedBefore >= before) return;
    if (kept === null) await store.clearDays(tx, id);
    const since = kept?.closedBefore.toISOString() ?? ALWAYS;
    const days = await store.daysRecorded(tx, id, timeZone, since, before.toISOString());
    const added = days.reduce((sum, day) => sum + day.events, 0);
    if (days.length > 0) await store.addDays(tx, id, days);
    await store.saveClosing(tx, id, { timeZone, closedBefore: before, events: (kept?.events ?? 0) + added });
  });

/** Closes the journals of organisations, one after another; see `inTurn` for what fails. */
export const closeJournals = async (
  { db, log }: { readonly db: Db; readonly log: Pick<Logger, "error"> },
  journals: readonly Journal[],
  now: Instant,
): Promise<void> => {
  const byId = new Map(journals.map((journal) => [journal.id, journal]));
  await inTurn([...byId.keys()], log, "an organisation's journal could not be summed", (orgId) =>
    closeJournal(db, byId.get(orgId) as Journal, now),
  );
};
