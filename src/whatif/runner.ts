import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { AppError, type Clock, type Db, type Logger } from "#platform";
import type { ReplayProgress, ReplaySink } from "./replay/replay.ts";
import type { Summary } from "./replay/schema.ts";
import type { Run, RunOrder } from "./schema.ts";
import * as store from "./store.ts";

/** Replays what a run asks for; rejects when the signal says stop. */
export type Replay = (order: RunOrder, sink: ReplaySink, signal: AbortSignal) => Promise<Summary>;

export interface RunnerParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly replay: Replay;
}

export type RunEnd = "finished" | "cancelled" | "stopped" | "lost";

const LEASE_MILLISECONDS = 30_000;
/** How often a run says how far it is, and hears that it is to stop. */
const HEARTBEAT_MILLISECONDS = 1000;
const MAX_ATTEMPTS = 5;

class Interrupted extends Error {
  constructor(readonly end: Exclude<RunEnd, "finished">) {
    super(end);
  }
}

/** Holders in this process. */
const ownersHere = new Set<string>();

/** Whether the holder of a lease was a process of this machine that has ended: its successor need not wait for the lease to lapse. */
const isDead = (holder: string, self: string): boolean => {
  const [host, pid] = holder.split(" ");
  if (host !== hostname() || holder === self) return false;
  // A restarted container hands the same number out again.
  if (Number(pid) === process.pid) return !ownersHere.has(holder);
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
};

/** Works on runs under a lease. A run that was left begins anew: its snapshot is gone with whoever read it. */
export const createRunner = ({ db, clock, log, replay }: RunnerParts) => {
  const owner = `${hostname()} ${process.pid} ${randomUUID()}`;
  ownersHere.add(owner);
  const leaseUntil = () => new Date(clock.now().getTime() + LEASE_MILLISECONDS);

  /** Takes a run that nobody works on; null when somebody does, or when it is done. */
  const claim = async (orgId: number, id: number): Promise<Run | null> => {
    const held = await db.transaction(orgId, (tx) => store.findLease(tx, orgId, id));
    const deadOwner = held?.leaseOwner && isDead(held.leaseOwner, owner) ? held.leaseOwner : owner;
    const lease = { owner, deadOwner, until: leaseUntil(), now: clock.now() };
    return db.transaction(orgId, (tx) => store.claimRun(tx, orgId, id, lease));
  };

  const deleteRows = async ({ orgId, id }: Pick<RunOrder, "orgId" | "id">): Promise<void> => {
    while ((await db.transaction(orgId, (tx) => store.deleteCustomers(tx, orgId, id))) > 0);
  };

  /** Keeps what a replay hands over, as long as the lease is ours. */
  const sinkOf = (run: Run, onProgress: (progress: ReplayProgress) => void): ReplaySink => ({
    begin: () => deleteRows(run),
    customers: async (rows) => {
      const kept = await db.transaction(run.orgId, (tx) =>
        store.insertCustomers(tx, run.orgId, run.id, owner, rows),
      );
      if (!kept) throw new Interrupted("lost");
    },
    progress: onProgress,
  });

  /** Works on a run that this process has claimed, to its end or until it is interrupted. Rejects with what made it fail. */
  const work = async (run: Run, stopping: AbortSignal): Promise<RunEnd> => {
    const { orgId, id } = run;
    const interruption = new AbortController();
    const interrupt = (end: Interrupted["end"]) => interruption.abort(new Interrupted(end));
    const stop = () => interrupt("stopped");
    stopping.addEventListener("abort", stop);
    if (stopping.aborted) stop();
    let progress: ReplayProgress | null = null;
    const beat = async () => {
      const lease = { owner, until: leaseUntil(), now: clock.now(), progress };
      const held = await db.transaction(orgId, (tx) => store.extendLease(tx, orgId, id, lease));
      if (held === null) interrupt("lost");
      else if (held.cancelRequested) interrupt("cancelled");
    };
    const heartbeat = setInterval(() => {
      beat().catch((error: unknown) =>
        log.warn({ err: error, run: id }, "a what-if's lease could not be extended"),
      );
    }, HEARTBEAT_MILLISECONDS);
    try {
      await beat();
      const sink = sinkOf(run, (now) => {
        progress = now;
      });
      interruption.signal.throwIfAborted();
      const summary = await replay(run, sink, interruption.signal);
      return (await end(run, "finished", "", summary)) ? "finished" : "lost";
    } catch (error) {
      return await leave(run, error);
    } finally {
      clearInterval(heartbeat);
      stopping.removeEventListener("abort", stop);
    }
  };

  const end = ({ orgId, id }: Run, status: string, message: string, summary: Summary | null) =>
    db.transaction(orgId, (tx) =>
      store.endRun(tx, orgId, id, { owner, status, message, summary, now: clock.now() }),
    );

  const release = ({ orgId, id }: Run, message: string, retryAt: Date | null) =>
    db.transaction(orgId, (tx) => store.releaseRun(tx, orgId, id, { owner, message, retryAt }));

  const leave = async (run: Run, error: unknown): Promise<RunEnd> => {
    if (!(error instanceof Interrupted)) {
      await fail(run, error);
      throw error;
    }
    if (error.end === "cancelled") {
      await end(run, "cancelled", "Stopped; nothing of it was kept.", null);
      await deleteRows(run);
    }
    if (error.end === "stopped") await release(run, "Interrupted; it begins anew at the next start.", null);
    return error.end;
  };

  /** What is refused stays so; a database that was away comes back, so the run is tried again some times. */
  const fail = async (run: Run, error: unknown): Promise<void> => {
    const message = error instanceof AppError ? error.message : "The server had a fault; see its log.";
    if (!(error instanceof AppError)) log.error({ err: error, run: run.id }, "a what-if failed");
    const isFinal = error instanceof AppError || run.attempts >= MAX_ATTEMPTS;
    const retryAt = new Date(clock.now().getTime() + 2000 * run.attempts ** 2);
    await (isFinal ? end(run, "failed", message, null) : release(run, message, retryAt)).catch(
      (lost: unknown) => log.warn({ err: lost, run: run.id }, "a what-if's end could not be recorded"),
    );
  };

  return { claim, work, deleteRows };
};

export type Runner = ReturnType<typeof createRunner>;
