import { createLog, fixedClock } from "#platform";
import { createApp } from "../../src/app.ts";

/** Works on whatever is queued, e-mail included, until it is killed. */
const [connectionString, now, mail] = process.argv.slice(2);
const app = await createApp({
  connectionString: connectionString!,
  dataDirectory: "/nowhere",
  log: createLog("silent"),
  clock: fixedClock(new Date(Number(now))),
  mail: JSON.parse(mail!),
});
await app.startWork();
