import { createHash, randomUUID } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { numberSetAside, type SetAsideDocument, setAside } from "#activities";
import type { Customers } from "#customers";
import type { Orgs } from "#orgs";
import { AppError, type Clock, type Db, type Ids, type Logger } from "#platform";
import type { CsvRecord } from "./csv-scan.ts";
import { type FileHead, type Place, readFileHead, readRecords } from "./csv-source.ts";
import { errors } from "./errors.ts";
import { addCounts, type Counts, type Rejection, type Run } from "./schema.ts";
import * as store from "./store.ts";
import type { ImportHooks } from "./transactions.ts";

/** What a batch came to; it is written in one transaction with the checkpoint. */
export interface BatchOutcome {
  readonly counts: Counts;
  readonly rejections: readonly Rejection[];
  readonly asides: readonly { readonly rows: readonly CsvRecord[]; readonly document: SetAsideDocument }[];
}

/** A batch that is ready to be written. */
export interface PreparedBatch {
  /** Everything before it is done once this batch is. */
  readonly doneAt: Place;
  /** Writes the records. Safe to do again: what is there already is recognised. */
  apply(): Promise<BatchOutcome>;
}

/** Turns records of one file into batches. Whatever it remembers follows from the records since the last checkpoint. */
export interface Importer {
  /** Takes the next record; answers a batch when one is complete. */
  add(record: CsvRecord): (() => Promise<PreparedBatch>) | null;
  /** What is left at the end of the file. */
  finish(): (() => Promise<PreparedBatch>) | null;
}

export type CreateImporter = (run: Run, head: FileHead, hooks: ImportHooks) => Promise<Importer>;

export interface Progress {
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /** Rows per second since this worker took the run. */
  readonly rowsPerSecond: number;
  readonly counts: Readonly<Counts>;
}

export interface RunnerParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly customers: Customers;
  readonly log: Logger;
  readonly createImporter: CreateImporter;
}

export interface RunContext {
  readonly hooks?: ImportHooks;
  /** Stops after the batch under way; the run goes on later where it stopped. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Tests: called between the writing of a batch and its checkpoint. */
  readonly beforeCheckpoint?: () => Promise<void>;
}

export type RunEnd = "finished" | "cancelled" | "stopped" | "lost";

const LEASE_MILLISECONDS = 30_000;
const HEARTBEAT_MILLISECONDS = 10_000;
const MAX_ATTEMPTS = 5;
const FINGERPRINT_BYTES = 65_536;

class Interrupted extends Error {
  constructor(readonly end: Exclude<RunEnd, "finished">) {
    super(end);
  }
}

/** Size and beginning of a file: enough to notice that it is another one. Errors: dataflows.file_missing. */
export const fingerprintOf = async (path: string): Promise<{ fingerprint: string; bytes: number }> => {
  try {
    const { size } = await stat(path);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read({
        buffer: Buffer.alloc(FINGERPRINT_BYTES),
        length: FINGERPRINT_BYTES,
        position: 0,
      });
      const start = buffer.subarray(0, bytesRead);
      return {
        fingerprint: createHash("sha256").update(`${size}:`).update(start).digest("hex"),
        bytes: size,
      };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT" || code === "EACCES" || code === "EISDIR") throw errors.file_missing();
    throw error;
  }
};

/** Holders in this process. */
const ownersHere = new Set<string>();

/**
 * Whether the holder of a lease was a process of this machine that has ended: after a crash its successor need not wait for
 * the lease to lapse. A mistake here costs nothing but the other's work on one batch: it finds its lease gone and stops.
 */
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

/** Works on runs: reads, batches, writes, checkpoints. One per process; `owner` is what its leases are held under. */
export const createRunner = (parts: RunnerParts) => {
  const { db, clock, log } = parts;
  const owner = `${hostname()} ${process.pid} ${randomUUID()}`;
  ownersHere.add(owner);
  const leaseUntil = () => new Date(clock.now().getTime() + LEASE_MILLISECONDS);

  /** Takes a run that nobody works on; null when somebody does, or when it is done. */
  const claim = async (orgId: number, id: number): Promise<store.StoredRun | null> => {
    const held = await db.transaction(orgId, (tx) => store.findLease(tx, orgId, id));
    const deadOwner = held?.leaseOwner && isDead(held.leaseOwner, owner) ? held.leaseOwner : owner;
    const lease = { owner, deadOwner, until: leaseUntil(), now: clock.now() };
    return db.transaction(orgId, (tx) => store.claimRun(tx, orgId, id, lease));
  };

  /** Everything that says a batch is done, and what it kept aside, in one transaction. */
  const checkpoint = async (
    run: Run,
    doneAt: Place,
    bytesRead: number,
    outcome: BatchOutcome,
    before: Counts,
  ): Promise<{ counts: Counts; cancelRequested: boolean }> => {
    const documents = await numberSetAside(
      parts.ids,
      outcome.asides.map(({ document }) => document),
    );
    return db.transaction(run.orgId, async (tx) => {
      const kept = await setAside(tx, parts, run.orgId, documents);
      const { counts, rejections } = countAsides(outcome, kept);
      const sum = addCounts(before, counts);
      if (rejections.length > 0) await store.insertRejections(tx, run.orgId, run.id, rejections);
      const saved = await store.saveCheckpoint(tx, run.orgId, run.id, {
        owner,
        leaseUntil: leaseUntil(),
        now: clock.now(),
        doneOffset: doneAt.offset,
        doneLine: doneAt.line,
        bytesRead,
        counts: sum,
      });
      if (saved === null) throw new Interrupted("lost");
      return { counts: sum, cancelRequested: saved.cancelRequested };
    });
  };

  /** Reads a file from the run's checkpoint to its end. One batch is written while the next is read and judged. */
  const readThrough = async (
    run: store.StoredRun,
    context: RunContext,
    lost: () => boolean,
  ): Promise<void> => {
    const { bytes, fingerprint } = await fingerprintOf(run.filePath);
    if (fingerprint !== run.fingerprint) throw errors.file_changed();
    const head = await readFileHead(run.filePath, run.options.delimiter);
    const importer = await parts.createImporter(run, head, context.hooks ?? {});
    const from = run.doneOffset === 0 ? head : { offset: run.doneOffset, line: run.doneLine };
    const startedAt = performance.now();
    let { counts } = run;
    let writing: Promise<void> = Promise.resolve();

    const write = async (batch: PreparedBatch, bytesRead: number): Promise<void> => {
      const outcome = await batch.apply();
      await context.beforeCheckpoint?.();
      const saved = await checkpoint(run, batch.doneAt, bytesRead, outcome, counts);
      counts = saved.counts;
      const seconds = (performance.now() - startedAt) / 1000;
      const rowsPerSecond = Math.round((counts.rowsRead - run.counts.rowsRead) / Math.max(seconds, 0.001));
      context.onProgress?.({
        rowsRead: counts.rowsRead,
        bytesRead,
        bytesTotal: bytes,
        rowsPerSecond,
        counts,
      });
      if (saved.cancelRequested) throw new Interrupted("cancelled");
    };
    const hand = async (prepare: () => Promise<PreparedBatch>, bytesRead: number): Promise<void> => {
      const batch = await prepare();
      await writing;
      if (lost()) throw new Interrupted("lost");
      if (context.signal?.aborted) throw new Interrupted("stopped");
      writing = write(batch, bytesRead);
      // Awaited before the next batch is written; until then its failure is not unhandled.
      writing.catch(() => {});
    };

    try {
      for await (const block of readRecords(run.filePath, head, from)) {
        for (const record of block.records) {
          const batch = importer.add(record);
          if (batch !== null) await hand(batch, block.bytesRead);
        }
      }
    } catch (error) {
      // The bill at which the file broke off may lack lines; what was complete before it is kept.
      await writing;
      throw error;
    }
    const last = importer.finish();
    if (last !== null) await hand(last, bytes);
    await writing;
  };

  /** Works on a run that this process has claimed, to its end or until it is interrupted. Rejects with what made it fail. */
  const work = async (run: store.StoredRun, context: RunContext = {}): Promise<RunEnd> => {
    const { orgId, id } = run;
    let isLost = false;
    const heartbeat = setInterval(() => {
      db.transaction(orgId, (tx) => store.extendLease(tx, orgId, id, { owner, until: leaseUntil() })).then(
        (held) => {
          isLost = held === null;
        },
        (error: unknown) => log.warn({ err: error, run: id }, "an import's lease could not be extended"),
      );
    }, HEARTBEAT_MILLISECONDS);
    const end = (status: string, message: string) =>
      db.transaction(orgId, (tx) =>
        store.endRun(tx, orgId, id, { owner, status, message, now: clock.now() }),
      );
    try {
      await readThrough(run, context, () => isLost);
      return (await end("finished", "")) ? "finished" : "lost";
    } catch (error) {
      if (error instanceof Interrupted) {
        if (error.end === "cancelled") await end("cancelled", "Cancelled; what was imported before stays.");
        if (error.end === "stopped") await release(run, "Interrupted; it goes on at the next start.", null);
        return error.end;
      }
      await fail(run, error, end);
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
  };

  /** Ends a run that was left unfinished and will not be gone on with. */
  const supersede = (run: Run): Promise<boolean> =>
    db.transaction(run.orgId, (tx) =>
      store.endRun(tx, run.orgId, run.id, {
        owner,
        status: "cancelled",
        message: "Another import of the same file was started with other options.",
        now: clock.now(),
      }),
    );

  const release = (run: Run, message: string, retryAt: Date | null) =>
    db.transaction(run.orgId, (tx) => store.releaseRun(tx, run.orgId, run.id, { owner, message, retryAt }));

  /** A file that cannot be read stays so; a database that was away comes back, so the run is tried again some times. */
  const fail = async (
    run: store.StoredRun,
    error: unknown,
    end: (status: string, message: string) => Promise<boolean>,
  ): Promise<void> => {
    const message = error instanceof AppError ? error.message : "The server had a fault; see its log.";
    if (!(error instanceof AppError)) log.error({ err: error, run: run.id }, "an import failed");
    const isFinal = error instanceof AppError || run.attempts >= MAX_ATTEMPTS;
    const retryAt = new Date(clock.now().getTime() + 2000 * run.attempts ** 2);
    await (isFinal ? end("failed", message) : release(run, message, retryAt)).catch((lost: unknown) =>
      // The lease lapses by itself, and another worker goes on.
      log.warn({ err: lost, run: run.id }, "an import's end could not be recorded"),
    );
  };

  return { claim, work, supersede };
};

export type Runner = ReturnType<typeof createRunner>;

/** Counts what was kept aside; a number that came before with other contents is a rejection like any other. */
const countAsides = (
  { counts: given, rejections: refused, asides }: BatchOutcome,
  outcomes: readonly ("kept" | "repeated" | "other")[],
): { counts: Counts; rejections: readonly Rejection[] } => {
  const counts = { ...given };
  const rejections = [...refused];
  asides.forEach(({ rows, document }, index) => {
    const outcome = outcomes[index]!;
    if (outcome === "other") {
      const reason = `${document.billNumber || "The row"} was kept aside before with other contents.`;
      rejections.push(...rows.map(({ line, text }) => ({ line, field: "", reason, row: text })));
      counts.rowsRejected += rows.length;
      return;
    }
    counts[outcome === "kept" ? "rowsSetAside" : "rowsSkipped"] += rows.length;
    counts[outcome === "kept" ? "recordsSetAside" : "recordsSkipped"] += 1;
  });
  return { counts, rejections };
};
