// `npm run bench`: installs what is missing, measures, prints, and writes docs/benchmarks. See --help, such as
// npm run bench -- --quick
import { checkNode, ensureInstalled, report, run } from "./setup.mjs";

const measure = async () => {
  process.stdout.write(checkNode());
  await ensureInstalled("full");
  process.exitCode = await run(process.execPath, [
    "--import",
    "tsx",
    "bench/main.ts",
    ...process.argv.slice(2),
  ]);
};

await measure().catch(report);
