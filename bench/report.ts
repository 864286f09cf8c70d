import { mkdir, writeFile } from "node:fs/promises";
import type { EarnProfile } from "./earn.ts";
import type { PagesResult } from "./ledger-pages.ts";
import { type PointsResult, processorRatioOfRates, type Rate, ratioOfRates } from "./points.ts";
import type { Profile } from "./profile.ts";
import {
  type EarnRound,
  type Goal,
  goalsOf,
  otherCores,
  over,
  processorRatioOf,
  type Results,
  ratioOf,
  rulesGoals,
  times,
} from "./results.ts";
import { RULES_HEAD, type RulesResult, rulesRows } from "./rules.ts";
import type { StatementTime } from "./statements.ts";
import { median, micro, rounded, shown } from "./statistics.ts";

type Row = readonly string[];

const earnRow = (name: string, rounds: readonly EarnRound[]): Row => {
  const figure = (pick: Parameters<typeof over>[1]) => over(rounds, pick) ?? Number.NaN;
  return [
    name,
    shown(figure((run) => run.perSecond)),
    times(ratioOf(rounds)),
    `${shown(figure((run) => run.p50))} / ${shown(figure((run) => run.p95))} / ${shown(figure((run) => run.p99))} ms`,
    shown(figure((run) => run.perCommit)),
    microseconds(
      figure((run) => run.clientMicroseconds),
      figure((run) => run.serverMicroseconds),
      figure((run) => run.postgresMicroseconds),
    ),
    times(processorRatioOf(rounds)),
    shown(
      figure((run) => run.otherCores),
      2,
    ),
  ];
};

const microseconds = (...values: readonly number[]): string =>
  `${values.map((value) => shown(value)).join(" / ")} µs`;

const EARN_HEAD: Row = [
  "load",
  "per second",
  "against TPC-B",
  "p50 / p95 / p99",
  "to a commit",
  "processor: client / server / PostgreSQL",
  "against TPC-B by it",
  "cores used by others",
];

const earnRows = ({ yardstick, earn, manyRules }: Results): Row[] => {
  const figure = (pick: (run: Results["yardstick"]["runs"][number]) => number | null) =>
    median(yardstick.runs.flatMap((run) => pick(run) ?? []));
  return [
    [
      `TPC-B by ${yardstick.by}, 16 clients`,
      shown(figure((run) => run.perSecond)),
      "1 ×",
      `${shown(figure((run) => run.averageMilliseconds))} ms on average`,
      "1",
      microseconds(
        figure((run) => run.clientMicroseconds),
        Number.NaN,
        figure((run) => run.postgresMicroseconds),
      ),
      "1 ×",
      shown(
        figure((run) => run.otherCores),
        2,
      ),
    ],
    earnRow("earn call, 16 clients", earn.few),
    earnRow("earn call, 64 clients", earn.many),
    earnRow("earn call, 64 clients, a program of 50 rules", [manyRules]),
  ];
};

const POINTS_HEAD: Row = [
  "work",
  "callers",
  "per second",
  "against the transfer",
  "processor: process / PostgreSQL",
  "against the transfer by it",
];

const pointsRows = (points: PointsResult): Row[] => {
  const row = (name: string, callers: string, rate: Rate): Row => [
    name,
    callers,
    shown(rate.perSecond),
    times(ratioOfRates(rate, points.transfer)),
    microseconds(rate.processMicroseconds, rate.postgresMicroseconds ?? Number.NaN),
    times(processorRatioOfRates(rate, points.transfer)),
  ];
  return [
    row("double-entry transfer in hand-written SQL, the yardstick", "16 connections", points.transfer),
    row("redemption", "64", points.redemption),
    row("hold and capture, as pairs", "64", points.holdAndCapture),
    row("bill without lines, many customers", "64", points.earnMany),
    row("bill without lines, one customer", "64", points.earnOne),
    row("return of a whole bill, by its number", "64", points.giveBack),
  ];
};

/** The points engine against its yardstick, for the terminal. */
export const printedPoints = (points: PointsResult): string => aligned(POINTS_HEAD, pointsRows(points));

const PAGES_HEAD: Row = ["read", "short ledger", "long ledger", "ratio"];
const pagesRows = ({ pages, filtered }: PagesResult): Row[] =>
  [...pages, ...filtered].map(({ page: name, smallMilliseconds, bigMilliseconds, ratio }) => [
    name,
    `${shown(smallMilliseconds)} ms`,
    `${shown(bigMilliseconds)} ms`,
    times(ratio),
  ]);

/** Reads of a short and of a long ledger, for the terminal. */
export const printedPages = (pages: PagesResult): string => aligned(PAGES_HEAD, pagesRows(pages));

/** The rule language against other engines, for the terminal. */
export const printedRules = (results: readonly RulesResult[]): string =>
  [aligned(RULES_HEAD, rulesRows(results)), aligned(GOAL_HEAD, rulesGoals(results).map(goalRow)), ""].join(
    "\n\n",
  );

export const expiryLine = ({ expiry }: Pick<Results, "expiry">): string =>
  `Expiry of a backlog of five days (${expiry.lots.toLocaleString("en-US")} lots of ${expiry.parties.toLocaleString("en-US")} members, in a process of its own): ${shown(expiry.lotsPerSecond)} lots a second, ${shown(expiry.longestMilliseconds)} ms the longest of ${expiry.transactions} transactions, ${shown(expiry.grownMegabytes)} MB of growth in memory.`;

const goalRow = ({ what, goal, result, met, detail }: Goal): Row => [
  what,
  goal,
  result,
  met ? "met" : "missed",
  detail,
];
const GOAL_HEAD: Row = ["what", "goal", "result", "verdict", "figures"];

const costLines = ({ costs, imports, pages }: Results): string[] => [
  `Knowing a till again whose password was verified: ${shown(costs.authentication)} µs.`,
  ...costs.decision.map(
    ({ rules, microseconds, traceBytes }) =>
      `Deciding a bill of three lines by ${rules} ${rules === 1 ? "rule" : "rules"}, trace included (${shown(traceBytes)} bytes of JSON): ${shown(microseconds)} µs.`,
  ),
  `Importing (${imports.lines.toLocaleString("en-US")} lines, ${imports.bills.toLocaleString("en-US")} bills): processor time for a line ${micro(imports.importerMicroseconds)} in the importing process, its start included, and ${micro(imports.postgresMicroseconds)} in PostgreSQL; ${imports.peakMegabytes ?? "–"} MB of memory at most.`,
  `Seeding the long ledger took ${shown(pages.seedSeconds)} s.`,
];

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Two columns of text, the first as wide as its longest cell. */
const aligned = (head: Row, rows: readonly Row[]): string => {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => [...row[column]!].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
};

const markdown = (head: Row, rows: readonly Row[]): string => {
  const line = (row: Row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
};

/** What the terminal shows. */
export const printed = (results: Results): string => {
  const goals = goalsOf(results);
  const parts = [
    aligned(EARN_HEAD, earnRows(results)),
    printedPoints(results.points),
    printedPages(results.pages),
    expiryLine(results),
    aligned(RULES_HEAD, rulesRows(results.rules)),
    costLines(results).join("\n"),
    aligned(GOAL_HEAD, goals.map(goalRow)),
  ];
  parts.push(...disturbance(results));
  if (results.problems.length > 0) {
    parts.push(`The run FAILED and its figures do not count:\n${results.problems.join("\n")}`);
  }
  return `\n${parts.join("\n\n")}\n`;
};

/** The top of a profile for the terminal. */
export const printedProfile = (title: string, profile: Profile): string => {
  const rows = profile.byFunction.map(({ name, share }) => [percent(share), name]);
  const files = profile.byFile.map(({ name, share }) => [percent(share), name]);
  const parts = profile.byPart.slice(0, 15).map(({ name, share }) => [percent(share), name]);
  return [
    `\n${title}: busy ${percent(profile.busy)} of the time; shares are of that time.`,
    aligned(["self", "part"], parts),
    aligned(["self", "file"], files),
    aligned(["self", "function"], rows),
    "",
  ].join("\n\n");
};

/** Statements under a load and how much of what was done. */
interface StatementsOfLoad {
  readonly statements: readonly StatementTime[] | null;
  readonly done: number;
  /** What one of it is called: "purchase". */
  readonly of: string;
}

const statementRows = ({ statements, done }: StatementsOfLoad): Row[] =>
  (statements ?? []).map(({ name, calls, planSeconds, runSeconds }) => {
    const each = (seconds: number) => shown((seconds * 1e6) / done);
    return [each(planSeconds), each(runSeconds), calls.toLocaleString("en-US"), name];
  });
const STATEMENT_HEAD: Row = ["planning, µs", "running, µs", "calls", "statement"];
const statementWords = ({ of }: StatementsOfLoad): string =>
  `PostgreSQL's statements under the same load, elapsed time to a ${of} (one batch serves many):`;

/** PostgreSQL's statements for the terminal, in microseconds to a piece of work. */
export const printedStatements = (load: StatementsOfLoad): string =>
  load.statements === null
    ? "PostgreSQL keeps no account of its statements (pg_stat_statements is not loaded)."
    : `${statementWords(load)}\n\n${aligned(STATEMENT_HEAD, statementRows(load))}\n`;

const statementSection = (load: StatementsOfLoad): string[] =>
  load.statements === null ? [] : [statementWords(load), markdown(STATEMENT_HEAD, statementRows(load))];

/** Of purchases. */
export const statementsOf = ({ run }: EarnProfile): StatementsOfLoad => ({
  statements: run.statements,
  done: run.acknowledged,
  of: "purchase",
});

const profileSection = (title: string, { busy, byPart, byFile }: Profile): string => {
  const rows = (shares: Profile["byFile"]) => shares.map(({ name, share }) => [name, percent(share)]);
  return [
    `## ${title}`,
    `A CPU profile of the process (self times; it was busy ${percent(busy)} of the time, and shares are of that time).`,
    markdown(["part", "self time"], rows(byPart.slice(0, 15))),
    markdown(["file", "self time"], rows(byFile)),
  ].join("\n\n");
};

const QUIET_SHARE = 0.1;

/** A sentence when the machine was not ours alone, else nothing. */
const disturbance = (results: Results): string[] => {
  const cores = otherCores(results);
  if (!(cores > QUIET_SHARE * results.machine.cores)) return [];
  return [
    `Other programs kept ${shown(cores, 2)} of the ${results.machine.cores} cores busy while purchases were measured. That costs a server that hands work back and forth with PostgreSQL more than it costs pgbench: the ratios by elapsed time are lower, and latency is higher, than on a quiet machine.`,
  ];
};

const machineLines = ({ machine, date }: Results): string => {
  const settings = Object.entries(machine.settings).map(([name, value]) => `${name} ${value}`);
  return `Measured on ${date} on ${machine.system} with ${machine.cores} cores and ${machine.memoryGigabytes} GB of memory, Node.js ${machine.node}, PostgreSQL ${machine.postgres} (${settings.join(", ")}). Load, server and database share the machine, and so do other programs: the ratios are what counts, not the figures. Each round of a measurement stands between two runs of the yardstick; the tables show medians.`;
};

const page = (results: Results): string => {
  const goals = goalsOf(results);
  const missed = goals.filter((goal) => !goal.met);
  const verdict =
    missed.length === 0
      ? "All goals are met."
      : `${missed.length} of ${goals.length} goals ${missed.length === 1 ? "is" : "are"} missed; where the time goes is below.`;
  const sections = [
    "# Benchmarks",
    "`npm run bench` measures this page on your machine and writes it anew. After every run `verify` must find nothing, and exactly the bills that were acknowledged must be recorded; else the run fails.",
    machineLines(results),
    ...disturbance(results),
    "## Goals",
    verdict,
    markdown(GOAL_HEAD, goals.map(goalRow)),
    "## Purchases",
    `One earn call is a bill of three lines by one of ${results.members.toLocaleString("en-US")} members over HTTP, with the till's password, rules, points, tier, trace and outbox, committed durably before it is answered, by one \`fealty serve\` with its background work. Processor time is per purchase or transaction; other programs on the machine change it far less than they change throughput and latency.`,
    markdown(EARN_HEAD, earnRows(results)),
    "## Points",
    `What the points engine does a second in this process, without HTTP, for ${results.points.members.toLocaleString("en-US")} members: each is decided under the member's lock and committed durably with its record, journal and event.`,
    markdown(POINTS_HEAD, pointsRows(results.points)),
    expiryLine(results),
    "## Ledger reads",
    `Reads over HTTP of a member with ${results.pages.entries.toLocaleString("en-US")} entries and of one with ${results.pages.smallEntries}.`,
    markdown(PAGES_HEAD, pagesRows(results.pages)),
    "## Rules",
    "One bill judged by all rules of a program: our evaluator, closures that somebody wrote by hand for the same rules, and other engines; all of them give the same answers, which is asserted first. Processor time of this process; medians of rounds in which the engines take turns. A trace keeps every condition with the values found.",
    markdown(RULES_HEAD, rulesRows(results.rules)),
    "## Single steps",
    costLines(results)
      .map((line) => `- ${line}`)
      .join("\n"),
  ];
  if (results.earnProfile !== null && missed.length > 0) {
    sections.push(profileSection("Where the time of purchases goes", results.earnProfile.server));
    sections.push(...statementSection(statementsOf(results.earnProfile)));
  }
  if (results.importProfile !== null && missed.length > 0) {
    sections.push(profileSection("Where the time of an import goes", results.importProfile));
  }
  return `${sections.join("\n\n")}\n`;
};

/** Writes the page and the figures behind it; answers their paths. */
export const writeReport = async (results: Results, root: URL): Promise<readonly string[]> => {
  const figures = `docs/benchmarks/${results.date}.json`;
  await mkdir(new URL("docs/benchmarks/", root), { recursive: true });
  const text = JSON.stringify(
    { ...results, goals: goalsOf(results) },
    (_, value: unknown) => (typeof value === "number" && !Number.isInteger(value) ? rounded(value) : value),
    2,
  );
  await writeFile(new URL(figures, root), `${text}\n`);
  await writeFile(new URL("docs/benchmarks.md", root), page(results));
  return ["docs/benchmarks.md", figures];
};
