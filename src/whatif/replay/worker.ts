import { once } from "node:events";
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { loadProfiles } from "#customers";
import { createLoyalty } from "#loyalty";
import { createOrgs } from "#orgs";
import { assert, createDb, createIds, createLog, systemClock } from "#platform";
import { createReplayHere } from "./here.ts";
import type { FromThread, ThreadData } from "./thread.ts";

/** Below whoever serves calls. */
const NICE = 10;

// Linux gives each thread a priority of its own; elsewhere it would be that of the whole process.
if (process.platform === "linux") setPriority(NICE);

assert(parentPort !== null, "this is a thread of a process that waits for it");
const port = parentPort;
const { connectionString, order } = workerData as ThreadData;
const say = (message: FromThread) => port.postMessage(message);
const ask = async (message: FromThread): Promise<void> => {
  const answered = once(port, "message");
  say(message);
  await answered;
};

const db = createDb({ connectionString, maxConnections: 2 });
const parts = { db, ids: createIds(db), clock: systemClock, log: createLog("silent") };
const orgs = createOrgs(parts);
const replay = createReplayHere({
  db,
  orgs,
  loyalty: createLoyalty({ ...parts, orgs }),
  customers: { loadProfiles },
});
const summary = await replay(
  order,
  {
    begin: () => ask({ says: "begin" }),
    customers: (rows) => ask({ says: "customers", rows }),
    progress: (progress) => say({ says: "progress", progress }),
  },
  new AbortController().signal,
);
await db.close();
say({ says: "done", summary });
