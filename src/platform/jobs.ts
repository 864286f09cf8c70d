import { setTimeout } from "node:timers/promises";
import {
  type CronItem,
  makeWorkerUtils,
  type Runner,
  run,
  runMigrations,
  type Task,
  Logger as WorkerLogger,
} from "graphile-worker";
import pg from "pg";
import type { Logger } from "./log.ts";

export type JobHandler = (payload: unknown) => Promise<void>;

export interface JobOptions {
  readonly key?: string;
  /** Not before. */
  readonly at?: Date;
}

/** Work off the request path: scheduled, retried with backoff, shared by all worker processes. Handlers are safe to run twice. */
export interface Jobs {
  /** Names a job. Call before `start`. */
  define(name: string, handler: JobHandler): void;
  /** Runs a job on a crontab schedule (UTC, five fields). Call before `start`. */
  every(schedule: string, name: string): void;
  /** Queues a job; one that is waiting under the same key is replaced instead of doubled. */
  add(name: string, payload: object, options?: JobOptions): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const CONCURRENCY = 3;
const MAX_CONNECTIONS = 5;

/** Brings the queue's own tables up to date; part of `migrate`. */
export const migrateJobs = (connectionString: string): Promise<void> =>
  runMigrations({ connectionString, logger: silent() });

const silent = () => new WorkerLogger(() => () => {});

/** Milliseconds between two looks at the pool while it empties. */
const LOOK_MILLISECONDS = 5;

/**
 * Waits until nobody uses the pool. The worker stops as soon as its last job has ended, while it still writes that down; a pool
 * that ends then forgets who waits for a connection, and the job would stay locked for hours.
 */
const allReturned = async (pool: pg.Pool): Promise<void> => {
  do await setTimeout(LOOK_MILLISECONDS);
  while (pool.waitingCount > 0 || pool.idleCount < pool.totalCount);
};

export const createJobs = ({ connectionString, log }: { connectionString: string; log: Logger }): Jobs => {
  const tasks: Record<string, Task> = {};
  const schedules: CronItem[] = [];
  const logger = new WorkerLogger(() => (level, message, meta) => {
    if (level === "error") log.error({ ...meta }, message);
    else if (level === "warning") log.warn({}, message);
  });
  // A pool of our own: when the database goes away while connections idle, its errors are told instead of ending the process.
  const pool = new pg.Pool({ connectionString, max: MAX_CONNECTIONS, application_name: "fealty jobs" });
  const onLoss = ({ message }: Error) =>
    log.warn({ reason: message }, "a connection of the job queue was lost");
  pool.on("error", onLoss);
  pool.on("connect", (client) => {
    client.on("error", onLoss);
  });
  let runner: Runner | null = null;
  let utils: ReturnType<typeof makeWorkerUtils> | null = null;
  return {
    define: (name, handler) => {
      tasks[name] = (payload) => handler(payload);
    },
    every: (schedule, name) => {
      schedules.push({ task: name, match: schedule, identifier: name });
    },
    add: async (name, payload, { key, at } = {}) => {
      utils ??= makeWorkerUtils({ pgPool: pool, logger });
      await (await utils).addJob(name, payload, {
        ...(key === undefined ? {} : { jobKey: key }),
        ...(at === undefined ? {} : { runAt: at }),
      });
    },
    start: async () => {
      const { parseCronItems } = await import("graphile-worker");
      runner = await run({
        pgPool: pool,
        taskList: tasks,
        parsedCronItems: parseCronItems(schedules),
        concurrency: CONCURRENCY,
        noHandleSignals: true,
        pollInterval: 2000,
        logger,
      });
    },
    stop: async () => {
      await runner?.stop();
      await (await utils)?.release();
      await allReturned(pool);
      await pool.end();
    },
  };
};
