// `npm test`: installs what is missing, then types, lint, and every test. `npm run check` (--quick) leaves out the slow
// ones: browser, crashes and long property runs. Other arguments go to vitest: npm test -- src/ledger
// The last line is the count of the tests, for programs that read it.

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildConsole, checkNode, ensureInstalled, ROOT, report, runTool, seconds } from "./setup.mjs";

const QUICK_PROJECTS = ["unit", "http", "scenarios"];

const quick = process.argv.includes("--quick");
const filters = process.argv.slice(2).filter((argument) => argument !== "--quick");
const summary = [];

const main = async () => {
  const began = Date.now();

  let totals = { passed: 0, failed: 1, skipped: 0 };
  const failure =
    (await step("set-up", setUp)) ??
    (await step("types", checkTypes)) ??
    (await step("lint", () => runTool("@biomejs/biome/bin/biome", ["check", "."]))) ??
    (await step("console", buildConsole)) ??
    (await step("tests", async () => {
      const result = await runTests();
      totals = result.totals;
      return result.status;
    }));

  process.stdout.write(`\n${summary.join("\n")}\n`);
  if (failure) process.stdout.write(`\nFailed at "${failure.name}" after ${seconds(began)}; see above.\n`);
  else
    process.stdout.write(`\nAll good after ${seconds(began)}${quick ? " (without the slow tests)" : ""}.\n`);
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed${skipped}\n`);
  process.exitCode = failure ? failure.status || 1 : 0;
};

/** Runs one step and notes its time; resolves to null, or to what failed. Work resolves to an exit code, or throws. */
const step = async (name, work) => {
  process.stdout.write(`\n── ${name}\n`);
  const started = Date.now();
  let status;
  try {
    status = (await work()) ?? 0;
  } catch (error) {
    report(error);
    status = 1;
  }
  summary.push(`  ${status === 0 ? "ok    " : "FAILED"}  ${name.padEnd(8)} ${seconds(started).padStart(8)}`);
  return status === 0 ? null : { name, status };
};

const setUp = async () => {
  process.stdout.write(checkNode());
  await ensureInstalled("full");
};

const checkTypes = async () => {
  for (const project of ["tsconfig.json", "console/tsconfig.json"]) {
    if (!existsSync(join(ROOT, project))) continue;
    const status = await runTool("typescript/bin/tsc", ["--noEmit", "-p", project]);
    if (status !== 0) return status;
  }
  return 0;
};

const runTests = async () => {
  const folder = await mkdtemp(join(tmpdir(), "fealty-report-"));
  const report = join(folder, "report.json");
  try {
    const projects = quick ? QUICK_PROJECTS.flatMap((name) => ["--project", name]) : [];
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const status = await runTool("vitest/vitest.mjs", ["run", ...projects, ...reporters, ...filters], {
      env: { ...process.env, FEALTY_QUICK: quick ? "1" : "" },
    });
    return { status, totals: count(JSON.parse(await readFile(report, "utf8").catch(() => "null")), status) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** A file that could not be loaded has no tests to fail: it counts as one, and so does a run that failed besides its tests. */
const count = (report, status) => {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
};

await main();
