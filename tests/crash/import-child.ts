import { createLog } from "#platform";
import { createApp } from "../../src/app.ts";
import { createDemo } from "../../src/demo/index.ts";

/** Replays the demo's purchases and says after each batch how far it is, until it is killed. */
const [connectionString, directory] = process.argv.slice(2);
const app = await createApp({
  connectionString: connectionString!,
  dataDirectory: directory!,
  log: createLog("silent"),
});
await createDemo(app, {
  directory: directory!,
  address: "http://127.0.0.1:1",
  onProgress: ({ rowsRead }) => process.stdout.write(`${rowsRead}\n`),
});
process.stdout.write("done\n");
await app.close();
