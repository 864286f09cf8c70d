// Loaded in front of every child that the benchmark measures. It ends the child when the benchmark is gone, and writes a CPU
// profile to BENCH_PROFILE at the end: of everything, or with BENCH_PROFILE_FROM=signal from the first SIGUSR2 on.
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";

const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.kill(process.pid, "SIGTERM"), 1000).unref();

const path = process.env.BENCH_PROFILE;
if (path) {
  const session = new Session();
  let started = false;
  const start = () => {
    if (started) return;
    started = true;
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.setSamplingInterval", { interval: 500 });
    session.post("Profiler.start");
  };
  if (process.env.BENCH_PROFILE_FROM === "signal") process.on("SIGUSR2", start);
  else start();
  process.on("exit", () => {
    if (!started) return;
    session.post("Profiler.stop", (error, result) => {
      if (!error) writeFileSync(path, JSON.stringify(result.profile));
    });
  });
}
