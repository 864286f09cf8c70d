// Loaded in front of every child that the benchmark measures. It ends the child when the benchmark is gone, and writes a CPU
// profile to BENCH_PROFILE: of the whole process, or with BENCH_PROFILE_FROM=signal from the first SIGUSR2 to the second.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { findSourceMap } from "node:module";

const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.kill(process.pid, "SIGTERM"), 1000).unref();

const path = process.env.BENCH_PROFILE;
if (path) {
  const session = new Session();
  let running = false;
  const start = () => {
    running = true;
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.setSamplingInterval", { interval: 500 });
    session.post("Profiler.start");
  };
  const stop = () => {
    if (!running) return;
    running = false;
    session.post("Profiler.stop", (error, result) => {
      if (!error) writeFileSync(path, JSON.stringify(withSourceLines(result.profile)));
    });
  };
  if (process.env.BENCH_PROFILE_FROM === "signal") process.on("SIGUSR2", () => (running ? stop() : start()));
  else start();
  process.on("exit", stop);
}

/** What ran is compiled TypeScript on few long lines, so each function is given the line that it has in its source. */
const withSourceLines = (profile) => {
  for (const { callFrame } of profile.nodes) {
    if (!callFrame.url.startsWith("file:") || callFrame.url.includes("/node_modules/")) continue;
    const map = findSourceMap(callFrame.url);
    const line = map?.findEntry(callFrame.lineNumber, callFrame.columnNumber).originalLine;
    if (line !== undefined) callFrame.sourceLine = line;
  }
  return profile;
};
