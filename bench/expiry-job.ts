// Expires an organisation's points in a process of its own, as the job does, so that its memory is nobody else's. Prints figures.
import { createEvents } from "#events";
import { expireOrganisations } from "#ledger";
import { createDb, createIds, createLog, type Db, systemClock } from "#platform";
import type { ExpiryJob, ExpiryRun } from "./expiry.ts";

const MEGABYTE = 2 ** 20;

const { connectionString, orgId, zone } = JSON.parse(process.argv[2]!) as ExpiryJob;
const log = createLog("error");
const db = createDb({ connectionString });
const ids = createIds(db);
const events = createEvents({ db, ids, log });
await db.transaction(orgId, async () => {});

let [transactions, longestMilliseconds] = [0, 0];
const timed: Db = {
  ...db,
  transaction: async (org, work) => {
    const began = performance.now();
    try {
      return await db.transaction(org, work);
    } finally {
      transactions += 1;
      longestMilliseconds = Math.max(longestMilliseconds, performance.now() - began);
    }
  },
};
const before = process.memoryUsage.rss() / MEGABYTE;
const began = performance.now();
const parts = { db: timed, ids, clock: systemClock, log, publish: events.publish };
await expireOrganisations(parts, [orgId], async () => zone);
const run: ExpiryRun = {
  seconds: (performance.now() - began) / 1000,
  transactions,
  longestMilliseconds,
  // The highest of the process's whole life, so the growth is never told too small.
  grownMegabytes: process.resourceUsage().maxRSS / 1024 - before,
};
process.stdout.write(JSON.stringify(run));
await db.close();
