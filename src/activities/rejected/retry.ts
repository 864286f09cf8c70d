import type { Events } from "#events";
import type { Organisation, Orgs } from "#orgs";
import { AppError, type Clock, type Db, type Ids, type Tx } from "#platform";
import { errors } from "../errors.ts";
import { parseBill } from "../parse.ts";
import type { Purchase } from "../schema.ts";
import type { Activities } from "../service.ts";
import { type KeptProblem, MAX_RETRIES, type RejectedFilter, type RejectedRow, WAITING } from "./schema.ts";
import {
  findRejected,
  findRetrigger,
  insertRetrigger,
  listRejected,
  lockRejected,
  nextOfRetrigger,
  type RejectedChange,
  type Retrigger,
  stalledRetriggers,
  statusesOfRetrigger,
  updateRejected,
} from "./store.ts";

export interface RetryParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly events: Events;
  readonly activities: Activities;
  /** Queues the run that retries what passes now. */
  readonly queue: (orgId: number, retriggerId: number) => Promise<void>;
}

/** Bills that one call may retry or write off. */
export const MAX_AT_ONCE = 1000;
/** Bills of a run that are retried between two looks at the database. */
const AT_ONCE = 50;

/** Which parked bills are meant: those of a filter, or of ids. */
export type Chosen = { readonly filter: RejectedFilter } | { readonly ids: readonly number[] };

const chosenRows = async (tx: Tx, orgId: number, chosen: Chosen): Promise<RejectedRow[]> => {
  const keys =
    "ids" in chosen
      ? await findRejected(tx, orgId, chosen.ids)
      : await listRejected(
          tx,
          orgId,
          { ...chosen.filter, statuses: WAITING },
          { limit: MAX_AT_ONCE, offset: 0 },
        );
  if (keys.length === 0) return [];
  // Looked at again under the lock: somebody else may have retried or written them off in between.
  const rows = await lockRejected(tx, orgId, keys);
  return rows.filter(({ status }) => WAITING.includes(status));
};

/** Reads a parked bill anew. It is processed as of now: retrying uses the processing date, not the bill's. */
const readAgain = (organisation: Organisation, row: RejectedRow, now: Date): Purchase => {
  const { body, ...call } = row.payload;
  const { billingDate: _, ...undated } = body;
  return parseBill(undated, {
    organisation,
    ...call,
    clockNow: now.getTime(),
    asOfBill: false,
    // The same bill retried twice, as after a crash, is recorded once.
    requestKey: `rejected-${row.id}`,
    wantsSideEffects: true,
    wantsRawSideEffects: false,
    checksSanity: true,
  });
};

/** What is still wrong with a parked bill: of its reasons those that are gone are FIXED, and new ones may have come. */
const problemsNow = (organisation: Organisation, row: RejectedRow, now: Date): KeptProblem[] => {
  const left = problemsLeft(organisation, row, now);
  const key = ({ code, value }: { code: number; value: string }) => `${code} ${value}`;
  const open = new Map(left.map((problem) => [key(problem), problem]));
  const kept = row.errors.map(
    (problem): KeptProblem => ({ ...problem, status: open.has(key(problem)) ? "OPEN" : "FIXED" }),
  );
  const before = new Set(row.errors.map(key));
  return [...kept, ...left.filter((problem) => !before.has(key(problem)))];
};

const problemsLeft = (organisation: Organisation, row: RejectedRow, now: Date): KeptProblem[] => {
  try {
    const { rejection } = readAgain(organisation, row, now);
    return (rejection?.problems ?? []).map((problem) => ({ ...problem, status: "OPEN" }));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [refusalAsProblem(error)];
  }
};

const refusalAsProblem = ({ number, message }: AppError): KeptProblem => ({
  code: number,
  message,
  value: "",
  isPermanent: false,
  status: "OPEN",
});

const changeOf = (row: RejectedRow, change: Partial<RejectedChange>): RejectedChange => ({
  id: row.id,
  partyId: row.partyId,
  status: row.status,
  errors: row.errors,
  retryCount: row.retryCount,
  retriggerId: null,
  newTransactionId: null,
  comments: row.comments,
  ...change,
});

/** Holds parked bills against the organisation's data of now; those that pass are retried in the background. */
export const retrigger = async (
  parts: RetryParts,
  orgId: number,
  chosen: Chosen,
  by: string,
): Promise<Retrigger> => {
  const { db, ids, clock, orgs, events } = parts;
  const [organisation, id] = [await orgs.get(orgId), await ids.take("retrigger")];
  const run = await db.transaction(orgId, async (tx) => {
    const at = clock.now();
    const rows = await chosenRows(tx, orgId, chosen);
    const changes = rows.map((row) => {
      const problems = problemsNow(organisation, row, at);
      const open = problems.filter(({ status }) => status === "OPEN").length;
      const status = open === 0 ? "FIXED" : open < problems.length ? "PARTIAL_FIXED" : "OPEN";
      return changeOf(row, { status, errors: problems, retriggerId: open === 0 ? id : null });
    });
    const count = (status: string) => changes.filter((change) => change.status === status).length;
    const made = { id, fixed: count("FIXED"), partiallyFixed: count("PARTIAL_FIXED"), total: rows.length };
    await updateRejected(tx, orgId, changes, at, by);
    await insertRetrigger(tx, orgId, made, at, by);
    await events.publish(
      tx,
      changes.map((change) => ({
        orgId,
        partyId: change.partyId,
        type: "rejected_transaction.retriggered",
        occurredAt: at,
        payload: { rejectedId: change.id, retriggerId: id, status: change.status, by },
      })),
    );
    return made;
  });
  if (run.fixed > 0) await parts.queue(orgId, id);
  return run;
};

/** How a run stands. Errors: activities.retrigger_unknown. */
export const retriggerStatus = (parts: Pick<RetryParts, "db">, orgId: number, id: number) =>
  parts.db.transaction(orgId, async (tx) => {
    if ((await findRetrigger(tx, orgId, id)) === null) throw errors.retrigger_unknown({ id });
    const counts = new Map(
      (await statusesOfRetrigger(tx, orgId, id)).map(({ status, count }) => [status, count]),
    );
    return {
      success: counts.get("SUCCESS") ?? 0,
      fixed: counts.get("FIXED") ?? 0,
      maxOut: counts.get("MAX_OUT") ?? 0,
      replayed: counts.get("REPLAYED") ?? 0,
    };
  });

/**
 * Retries what a run found to pass: each bill goes the way of every purchase. May be killed anywhere and run again: a bill that
 * was recorded before is recognised.
 */
export const replayRejected = async (
  { db, clock, orgs, activities }: Omit<RetryParts, "queue">,
  orgId: number,
  retriggerId: number,
): Promise<void> => {
  for (;;) {
    const organisation = await orgs.get(orgId);
    const rows = await db.transaction(orgId, async (tx) => {
      const keys = await nextOfRetrigger(tx, orgId, retriggerId, AT_ONCE);
      const locked = keys.length === 0 ? [] : await lockRejected(tx, orgId, keys);
      const changes = locked.map((row) => changeOf(row, { status: "REPLAYED" }));
      await updateRejected(tx, orgId, changes, clock.now(), "retry");
      return locked;
    });
    if (rows.length === 0) return;
    for (const row of rows) {
      const change = await replayOne(activities, organisation, row, clock.now());
      await db.transaction(orgId, (tx) => updateRejected(tx, orgId, [change], clock.now(), "retry"));
    }
  }
};

/** A run that stands still for so long is nobody's. */
const STALLED_MS = 120_000;

/**
 * Goes on with an organisation's runs that a killed process left, or whose job was never queued because it was killed in between. Two
 * processes at one run do no harm: what one recorded the other recognises.
 */
export const resumeReplays = async (parts: Omit<RetryParts, "queue">, orgId: number): Promise<void> => {
  const since = new Date(parts.clock.now().getTime() - STALLED_MS);
  const stalled = await parts.db.transaction(orgId, (tx) => stalledRetriggers(tx, orgId, since));
  for (const retriggerId of stalled) await replayRejected(parts, orgId, retriggerId);
};

const replayOne = async (
  activities: Activities,
  organisation: Organisation,
  row: RejectedRow,
  now: Date,
): Promise<RejectedChange> => {
  const retryCount = row.retryCount + 1;
  try {
    const purchase = readAgain(organisation, row, now);
    // The organisation's data changed once more since the run began.
    if (purchase.rejection !== undefined)
      return changeOf(row, { status: "OPEN", errors: problemsNow(organisation, row, now) });
    const { transactionId } = await activities.record(organisation.id, purchase);
    return changeOf(row, { status: "SUCCESS", retryCount, newTransactionId: transactionId });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const status = retryCount >= MAX_RETRIES ? "MAX_OUT" : "OPEN";
    const gone = row.errors.map((problem): KeptProblem => ({ ...problem, status: "FIXED" }));
    return changeOf(row, { status, retryCount, errors: [...gone, refusalAsProblem(error)] });
  }
};

/** Gives parked bills up for good, with the reason. Answers how many. */
export const markFailed = (
  { db, clock }: Pick<RetryParts, "db" | "clock">,
  orgId: number,
  chosen: Chosen,
  { comments, by }: { readonly comments: string; readonly by: string },
): Promise<number> =>
  db.transaction(orgId, async (tx) => {
    const rows = await chosenRows(tx, orgId, chosen);
    const changes = rows.map((row) => changeOf(row, { status: "PERMANENT_FAILED", comments }));
    await updateRejected(tx, orgId, changes, clock.now(), by);
    return rows.length;
  });
