import { countBuyers, spanOfBills } from "#activities";
import { draftHasProblems, type Loyalty, type ProgramDefinition } from "#loyalty";
import type { Orgs } from "#orgs";
import { type Clock, type Db, type Ids, type Logger, localDate } from "#platform";
import { errors } from "./errors.ts";
import { type PeriodInput, periodOf } from "./periods.ts";
import { createRunner, type Replay } from "./runner.ts";
import type { FinishedRun, Run, Starter, Subject } from "./schema.ts";
import * as store from "./store.ts";

export interface WhatifParts {
  readonly db: Db;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly orgs: Orgs;
  readonly loyalty: Loyalty;
  readonly log: Logger;
  readonly replay: Replay;
  /** Tells whoever does background work that a run waits. */
  readonly announce?: () => Promise<void>;
}

/** What is to be tried, over which bills, beside what. */
export interface WhatifInput extends PeriodInput {
  readonly subject: Subject;
  /** Of the subject `version`. */
  readonly version?: number | undefined;
  /** Of the subject `definition`. */
  readonly definition?: unknown;
  /** A version to compare with; what was in force when absent. */
  readonly compareWith?: number | undefined;
}

/** Runs that an organisation keeps. */
const KEPT = 20;
const MOST_WAITING = 5;
/** Runs looked at when searching for work. */
const MOST_LOOKED_AT = 100;

/** What-ifs: definitions replayed over real history, in the background. */
export const createWhatif = (parts: WhatifParts) => {
  const { db, ids, clock, orgs, loyalty, log } = parts;
  const runner = createRunner(parts);
  const stopping = new AbortController();
  let pass: Promise<void> | null = null;
  let isWoken = false;

  const get = async (orgId: number, id: number): Promise<Run> => {
    const run = await db.transaction(orgId, (tx) => store.findRun(tx, orgId, id));
    if (run === null) throw errors.unknown_run({ id });
    return run;
  };

  /** The definition that is to be tried, which could be published as it is. */
  const subjectOf = async (orgId: number, id: number, input: WhatifInput): Promise<ProgramDefinition> => {
    const { subject, version, definition } = input;
    const misplaced =
      (subject === "version") !== (version !== undefined)
        ? "version"
        : (subject === "definition") !== (definition !== undefined)
          ? "definition"
          : null;
    if (misplaced !== null) throw errors.subject_needed({ field: misplaced, subject: misplaced });
    // A version was judged when it was published; since then others may have come that it lacks things of.
    if (version !== undefined)
      return (await loyalty.readVersion(orgId, id, version)).definition as ProgramDefinition;
    const given = definition ?? (await loyalty.getProgram(orgId, id)).draft;
    if (given === null) throw errors.no_draft({ program: id });
    const judged = await loyalty.judgeDefinition(orgId, id, given);
    if (judged.definition === null) throw draftHasProblems(judged.problems);
    return judged.definition;
  };

  /**
   * Keeps a run that waits for a worker. Errors: whatif.*; loyalty.unknown_program, unknown_version, draft_has_problems, bad_text,
   * too_deep.
   */
  const start = async (starter: Starter, programId: number, input: WhatifInput): Promise<Run> => {
    const { orgId } = starter;
    const organisation = await orgs.get(orgId);
    const definition = await subjectOf(orgId, programId, input);
    if (input.compareWith !== undefined) await loyalty.readVersion(orgId, programId, input.compareWith);
    const now = clock.now();
    const id = await ids.take("whatif");
    await db.transaction(orgId, async (tx) => {
      if ((await store.countUnfinished(tx, orgId)) >= MOST_WAITING)
        throw errors.too_many_waiting({ most: MOST_WAITING });
      const newest = (await spanOfBills(tx, orgId)).last;
      const { timeZone } = organisation;
      const period = periodOf(input, newest?.getTime() ?? null, { now: now.getTime(), timeZone });
      const { customers, bills } = await countBuyers(tx, orgId, period);
      if (bills === 0) throw noBills(period, timeZone);
      await store.insertRun(tx, {
        orgId,
        id,
        programId,
        subject: input.subject,
        subjectVersion: input.version ?? null,
        definition,
        comparisonVersion: input.compareWith ?? null,
        from: new Date(period.from),
        until: new Date(period.until),
        startedBy: starter.name,
        createdAt: now,
        customers,
        bills,
      });
    });
    await parts.announce?.();
    return get(orgId, id);
  };

  /** Deletes what is older than the newest runs of an organisation. */
  const prune = async (orgId: number): Promise<void> => {
    const old = await db.transaction(orgId, (tx) => store.listSuperseded(tx, orgId, KEPT));
    for (const { id } of old) {
      await runner.deleteRows({ orgId, id });
      await db.transaction(orgId, (tx) => store.deleteRun(tx, orgId, id));
    }
  };

  const workOnWaiting = async (): Promise<void> => {
    do {
      isWoken = false;
      const waiting = await db.system((tx) => store.listUnfinished(tx, MOST_LOOKED_AT));
      for (const { orgId, id } of waiting) {
        if (stopping.signal.aborted) return;
        const run = await runner.claim(orgId, id);
        if (run === null) continue;
        await runner
          .work(run, stopping.signal)
          .then((end) => log.info({ run: id, organisation: orgId, end }, "a what-if ended"))
          .catch((error: unknown) => log.warn({ err: error, run: id }, "a what-if stopped"));
        await prune(orgId);
      }
    } while (isWoken && !stopping.signal.aborted);
  };

  /** Works on runs that wait or were left by a worker that died, one after another; safe to call at any time. */
  const resumeRuns = (): Promise<void> => {
    isWoken = true;
    pass ??= workOnWaiting().finally(() => {
      pass = null;
    });
    return pass;
  };

  return {
    start,
    get,
    resumeRuns,
    /** Begins to work on what waits and does not wait for it: a job that did would take the place of others for minutes. */
    wake: (): void => {
      resumeRuns().catch((error: unknown) => log.error({ err: error }, "what-ifs could not be worked on"));
    },
    list: (orgId: number, page: { programId: number | null; before: number | null; limit: number }) =>
      db.transaction(orgId, async (tx) => ({
        items: await store.listRuns(tx, orgId, { ...page, before: page.before ?? Number.MAX_SAFE_INTEGER }),
        total: await store.countRuns(tx, orgId, page.programId),
      })),
    /** Stops a run; nothing of it is kept. Errors: unknown_run, not_running. */
    cancel: async (orgId: number, id: number): Promise<Run> => {
      const cancelled = await db.transaction(orgId, (tx) => store.requestCancel(tx, orgId, id, clock.now()));
      const run = await get(orgId, id);
      if (cancelled === null) throw errors.not_running({ id, status: run.status });
      return run;
    },
    /** What a run came to. Errors: unknown_run, not_finished. */
    result: async (orgId: number, id: number): Promise<FinishedRun> => {
      const finished = await db.transaction(orgId, (tx) => store.findFinishedRun(tx, orgId, id));
      if (finished !== null) return finished;
      const { status } = await get(orgId, id);
      throw errors.not_finished({ id, status });
    },
    /** A page of a finished run's customers, and how many there are. */
    customers: (orgId: number, id: number, page: store.CustomerPage) =>
      db.transaction(orgId, async (tx) => ({
        items: await store.listCustomers(tx, orgId, id, page),
        total: await store.countCustomers(tx, orgId, id, page.only),
      })),
    /** Lets go of the run under way, which begins anew at the next start. */
    stop: async (): Promise<void> => {
      stopping.abort();
      await pass;
    },
  };
};

export type Whatif = ReturnType<typeof createWhatif>;

const noBills = ({ from, until }: { from: number; until: number }, timeZone: string) => {
  const [first, last] = [localDate(from, timeZone), localDate(until - 1, timeZone)];
  return errors.no_bills({ from: first, to: last, field: "from" });
};
