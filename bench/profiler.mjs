// CPU profiles of the process that this is loaded in.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";
import { findSourceMap } from "node:module";

const SAMPLING_MICROSECONDS = 500;

/** Writes a profile of what runs between `start` and `stop` to a file. Both return at once, and `stop` when it is written. */
export const createProfiler = (path) => {
  const session = new Session();
  let running = false;
  return {
    isRunning: () => running,
    start: () => {
      running = true;
      session.connect();
      session.post("Profiler.enable");
      session.post("Profiler.setSamplingInterval", { interval: SAMPLING_MICROSECONDS });
      session.post("Profiler.start");
    },
    stop: () => {
      if (!running) return;
      running = false;
      session.post("Profiler.stop", (error, result) => {
        if (!error) writeFileSync(path, JSON.stringify(withSourceLines(result.profile)));
      });
    },
  };
};

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
