// Loaded in front of every child that the benchmark measures. It ends the child when the benchmark is gone, and writes a CPU
// profile to BENCH_PROFILE: of the whole process, or with BENCH_PROFILE_FROM=signal from the first SIGUSR2 to the second.
import { createProfiler } from "./profiler.mjs";

const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.kill(process.pid, "SIGTERM"), 1000).unref();

const path = process.env.BENCH_PROFILE;
if (path) {
  const profiler = createProfiler(path);
  if (process.env.BENCH_PROFILE_FROM === "signal")
    process.on("SIGUSR2", () => (profiler.isRunning() ? profiler.stop() : profiler.start()));
  else profiler.start();
  process.on("exit", profiler.stop);
}
