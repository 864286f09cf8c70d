#!/usr/bin/env node
// Runs the command line from its TypeScript source; see `fealty --help`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const loader = import.meta.resolve("tsx");
const { status, signal } = spawnSync(process.execPath, ["--import", loader, main, ...process.argv.slice(2)], {
  stdio: "inherit",
});
if (signal) process.kill(process.pid, signal);
process.exitCode = status ?? 1;
