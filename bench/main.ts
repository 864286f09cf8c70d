import { parseArgs } from "node:util";
import type pg from "pg";
import { end, type ServerProcess, startServer } from "./children.ts";
import { measureCosts } from "./costs.ts";
import { type EarnParts, profileEarn, runEarn, settledMemory, verifyAll } from "./earn.ts";
import { measureExpiry } from "./expiry.ts";
import { measureImports, profileImport } from "./imports.ts";
import { measurePages } from "./ledger-pages.ts";
import { describeMachine } from "./machine.ts";
import { isSection, measureOnly, measureRulesOnly, needsStage, SECTIONS } from "./only.ts";
import { createYardstick, type Yardstick, type YardstickRun } from "./pgbench.ts";
import { measurePoints } from "./points.ts";
import { printed, printedProfile, printedStatements, statementsOf, writeReport } from "./report.ts";
import { type EarnRound, goalsOf, type Results } from "./results.ts";
import { measureRules } from "./rules.ts";
import { openShop, publishRules, registerMembers } from "./shop.ts";
import { connect, type Stage, setStage } from "./stage.ts";
import { micro, shown } from "./statistics.ts";

const HELP = `npm run bench -- [options]

Measures the server against PostgreSQL on this machine, prints the figures and writes docs/benchmarks.md
and docs/benchmarks/<date>.json. Uses an embedded PostgreSQL in a temporary folder, or two temporary
databases on the server that DATABASE_URL names.

  --quick     two minutes: one round, shorter runs, a ledger of 100,000 entries, 50,000 lots
              to expire; writes nothing
  --profile   CPU profiles of the server under load and of an import; a full run takes them anyway, and prints
              them and puts them on the page when a goal is missed
  --only <s>  some sections instead of all, parted by commas: ${SECTIONS.join(", ")}; writes nothing
  --help      this text
`;

const MEMBERS = 10_000;
const FEW = 16;
const MANY = 64;

const FULL = {
  rounds: 3,
  yardstickSeconds: 7,
  earnSeconds: 10,
  restSeconds: 10,
  importLines: 100_000,
  importRounds: 3,
  entries: 1_000_000,
  turns: 25,
  pointsSeconds: 4,
  lots: 1_000_000,
  ruleRounds: 9,
};
const QUICK = {
  rounds: 1,
  yardstickSeconds: 4,
  earnSeconds: 5,
  restSeconds: 3,
  importLines: 40_000,
  importRounds: 1,
  entries: 100_000,
  turns: 10,
  pointsSeconds: 2,
  lots: 50_000,
  ruleRounds: 3,
};
type Extent = typeof FULL;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const others = (cores: number | null): string =>
  cores === null ? "" : `; other programs used ${shown(cores, 2)} cores`;

const measureYardstick = async (yardstick: Yardstick, seconds: number): Promise<YardstickRun> => {
  const run = await yardstick.run(seconds);
  const processor = `client ${micro(run.clientMicroseconds)}, PostgreSQL ${micro(run.postgresMicroseconds)} each${others(run.otherCores)}`;
  say(
    `  TPC-B, 16 clients:      ${shown(run.perSecond)}/s, ${shown(run.averageMilliseconds)} ms on average; ${processor}`,
  );
  return run;
};

/** One earn run after a yardstick that has just been run, and the next yardstick. */
const measureRound = async (
  parts: EarnParts,
  server: ServerProcess,
  clients: number,
  yardstick: { readonly tool: Yardstick; readonly runs: YardstickRun[] },
  extent: Extent,
): Promise<EarnRound> => {
  const run = await runEarn(parts, server, clients, extent.earnSeconds);
  const processor = `client ${micro(run.clientMicroseconds)}, server ${micro(run.serverMicroseconds)}, PostgreSQL ${micro(run.postgresMicroseconds)} each`;
  say(
    `  earn call, ${clients} clients:  ${shown(run.perSecond)}/s, p50 ${shown(run.p50)}, p95 ${shown(run.p95)}, p99 ${shown(run.p99)} ms; ${processor}; ${shown(run.perCommit)} to a commit${others(run.otherCores)}`,
  );
  for (const problem of run.problems) say(`  FAILED: ${problem}`);
  const before = yardstick.runs.at(-1)!;
  const after = await measureYardstick(yardstick.tool, extent.yardstickSeconds);
  yardstick.runs.push(after);
  return { run, before, after };
};

const measureAll = async (
  stage: Stage,
  admin: pg.Client,
  yardstickClient: pg.Client,
  extent: Extent,
  options: { readonly quick: boolean; readonly profile: boolean },
): Promise<Results> => {
  const { app } = stage;
  const shop = await openShop(app);
  await registerMembers(app, shop, "B", MEMBERS);
  await admin.query("vacuum analyze");
  const parts: EarnParts = { stage, shop, members: MEMBERS, expected: { bills: 0 }, admin };
  let server = await startServer(stage.environment);
  const idle = await settledMemory(server, extent.restSeconds);
  const warmUp = await runEarn(parts, server, FEW, 3);

  say("Preparing the yardstick …");
  const tool = await createYardstick({
    connectionString: stage.yardstickConnectionString,
    postmaster: stage.postmaster,
  });
  // Once: after a checkpoint every page is logged whole when it is next touched, and short runs would measure that.
  await stage.settle();
  await tool.run(extent.yardstickSeconds);
  const yardstick = { tool, runs: [await measureYardstick(tool, extent.yardstickSeconds)] };
  const [few, many]: [EarnRound[], EarnRound[]] = [[], []];
  for (let round = 1; round <= extent.rounds; round++) {
    say(`Round ${round} of ${extent.rounds}`);
    few.push(await measureRound(parts, server, FEW, yardstick, extent));
    many.push(await measureRound(parts, server, MANY, yardstick, extent));
  }
  const afterLoad = await settledMemory(server, extent.restSeconds);
  await server.stop();
  const profiled = options.profile ? await profileEarn(parts, MANY, extent.earnSeconds) : null;

  say("Importing …");
  const importing = { lines: extent.importLines, rounds: extent.importRounds, members: MEMBERS };
  const imports = await measureImports(parts, yardstickClient, importing);
  say(`  ${shown(imports.linesPerSecond)} lines/s; COPY ${shown(imports.copyLinesPerSecond)} lines/s`);

  const importProfile = options.profile ? await profileImport(parts, importing) : null;

  say("Fifty rules …");
  await publishRules(stage.app, shop, 50);
  server = await startServer(stage.environment);
  await runEarn(parts, server, FEW, 2);
  yardstick.runs.push(await measureYardstick(tool, extent.yardstickSeconds));
  const manyRules = await measureRound(parts, server, MANY, yardstick, extent);

  say("Points …");
  const points = await measurePoints(parts, { seconds: extent.pointsSeconds, rounds: extent.rounds });
  say(
    `  ${shown(points.redemption.perSecond)} redemptions/s, ${shown(points.holdAndCapture.perSecond)} holds captured/s, ${shown(points.giveBack.perSecond)} returns/s; ${shown(points.transfer.perSecond)} plain transfers/s`,
  );

  say("Pages of long ledgers …");
  const pages = await measurePages(parts, server.port, { entries: extent.entries, turns: extent.turns });
  await server.stop();

  say("Expiry …");
  const expiry = await measureExpiry(parts, { lots: extent.lots });
  say(
    `  ${shown(expiry.lotsPerSecond)} lots/s, longest transaction ${shown(expiry.longestMilliseconds)} ms, ${shown(expiry.grownMegabytes)} MB of growth`,
  );
  say("Rules …");
  const rules = await measureRules({ rounds: extent.ruleRounds, milliseconds: 300 });
  for (const { rules: count, overJsonRulesEngine, ofByHand } of rules.results)
    say(
      `  ${count} rules: ${shown(overJsonRulesEngine)} times as fast as json-rules-engine; ${shown(ofByHand)} of closures by hand without a trace`,
    );
  const problems = [
    warmUp,
    ...[...few, ...many, manyRules].map(({ run }) => run),
    ...(profiled === null ? [] : [profiled.run]),
  ].flatMap((run) => run.problems);
  problems.push(...imports.problems, ...expiry.problems, ...rules.problems, ...(await verifyAll(parts)));

  return {
    date: new Date().toISOString().slice(0, 10),
    quick: options.quick,
    members: MEMBERS,
    machine: await describeMachine(admin),
    yardstick: { by: tool.by, runs: yardstick.runs },
    earn: { few, many },
    manyRules,
    memory: { idle, afterLoad },
    imports,
    pages,
    points,
    expiry,
    rules: rules.results,
    costs: await measureCosts(app, shop),
    earnProfile: profiled,
    importProfile,
    problems,
  };
};

const printProfiles = ({ earnProfile, importProfile }: Results): void => {
  if (earnProfile !== null) {
    say(printedProfile(`The server under ${MANY} clients`, earnProfile.server));
    say(printedStatements(statementsOf(earnProfile)));
  }
  if (importProfile !== null) say(printedProfile("The import", importProfile));
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return;
  }
  const only = values.only === undefined ? null : values.only.split(",").filter(isSection);
  if (only !== null && only.length !== values.only!.split(",").length)
    throw new Error(`--only takes some of ${SECTIONS.join(", ")}, parted by commas`);
  const began = Date.now();
  const extent = values.quick ? QUICK : FULL;
  const finishOnly = (problems: readonly string[]): void => {
    for (const problem of problems) say(`FAILED: ${problem}`);
    say(`Nothing was written (--only). Took ${Math.round((Date.now() - began) / 1000)} s.`);
    if (problems.length > 0) process.exitCode = 1;
  };
  if (only !== null && !only.some(needsStage)) {
    finishOnly(await measureRulesOnly({ extent, say }));
    return;
  }
  say("Setting up …");
  const stage = await setStage(process.env.DATABASE_URL);
  const admin = await connect(stage.connectionString);
  const yardstickClient = await connect(stage.yardstickConnectionString);
  if (only !== null) {
    const problems = await measureOnly(only, { stage, admin, extent, profile: values.profile, say });
    await Promise.all([admin.end(), yardstickClient.end()]);
    finishOnly(problems);
    return;
  }
  const results = await measureAll(stage, admin, yardstickClient, extent, {
    quick: values.quick,
    profile: values.profile || !values.quick,
  });
  await Promise.all([admin.end(), yardstickClient.end()]);
  if (values.profile || goalsOf(results).some((goal) => !goal.met)) printProfiles(results);
  say(printed(results));
  const failed = results.problems.length > 0;
  if (failed || values.quick) say(`Nothing was written${failed ? "" : " (--quick)"}.`);
  else say(`Written: ${(await writeReport(results, new URL("../", import.meta.url))).join(", ")}`);
  say(`Took ${Math.round((Date.now() - began) / 1000)} s.`);
  if (failed) process.exitCode = 1;
};

let stopping = false;
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    say("\nStopping …");
    void end().finally(() => process.exit(code));
  });
}

try {
  await main();
} catch (error) {
  // What breaks while everything is being stopped is no failure of its own.
  if (!stopping) {
    process.stderr.write(`\n${(error as Error).stack ?? String(error)}\n`);
    process.exitCode = 1;
  }
} finally {
  await end();
}
