import { Worker } from "node:worker_threads";
import type { Replay } from "../runner.ts";
import type { RunOrder } from "../schema.ts";
import type { ReplayProgress, ReplaySink } from "./replay.ts";
import type { CustomerRow, Summary } from "./schema.ts";

export interface ThreadData {
  readonly connectionString: string;
  readonly order: RunOrder;
}

/** What the thread says. What asks is answered, so that it never runs ahead of what is written. */
export type FromThread =
  | { readonly says: "progress"; readonly progress: ReplayProgress }
  | { readonly says: "begin" }
  | { readonly says: "customers"; readonly rows: readonly CustomerRow[] }
  | { readonly says: "done"; readonly summary: Summary };

/** An answer to `begin` and `customers`. */
export const DONE = "done";

/**
 * Replays on a thread of its own with a connection of its own, so that whoever serves calls never waits for it. The thread only reads;
 * what it finds is written here, under the lease. Ends with the signal, wherever it is.
 */
export const createReplayThread =
  ({ connectionString }: { readonly connectionString: string }): Replay =>
  (order, sink, signal) => {
    const workerData: ThreadData = { connectionString, order };
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), {
      workerData,
      name: "what-if",
    });
    return new Promise<Summary>((resolve, reject) => {
      const stop = () => reject(signal.reason as Error);
      signal.addEventListener("abort", stop);
      if (signal.aborted) stop();
      worker.on("message", (message: FromThread) => {
        if (message.says === "done") resolve(message.summary);
        else
          hear(message, sink).then((isAsked) => {
            if (isAsked) worker.postMessage(DONE);
          }, reject);
      });
      worker.on("error", reject);
      worker.on("exit", (code) => reject(new Error(`the thread of a what-if ended with ${code}`)));
    }).finally(() => worker.terminate());
  };

/** True when the thread waits for an answer. */
const hear = async (message: Exclude<FromThread, { says: "done" }>, sink: ReplaySink): Promise<boolean> => {
  switch (message.says) {
    case "progress":
      sink.progress(message.progress);
      return false;
    case "begin":
      await sink.begin();
      return true;
    case "customers":
      await sink.customers(message.rows);
      return true;
  }
};
