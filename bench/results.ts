import type { Costs } from "./costs.ts";
import type { EarnProfile, EarnRun } from "./earn.ts";
import type { ExpiryResult } from "./expiry.ts";
import type { ImportResult } from "./imports.ts";
import type { PagesResult } from "./ledger-pages.ts";
import type { Machine, Memory } from "./machine.ts";
import type { YardstickRun } from "./pgbench.ts";
import { type PointsResult, processorRatioOfRates, ratioOfRates } from "./points.ts";
import type { Profile } from "./profile.ts";
import type { RulesResult } from "./rules.ts";
import { median, shown } from "./statistics.ts";

/** An earn run between two runs of the yardstick. */
export interface EarnRound {
  readonly run: EarnRun;
  readonly before: YardstickRun;
  readonly after: YardstickRun;
}

export interface Results {
  readonly date: string;
  readonly quick: boolean;
  readonly members: number;
  readonly machine: Machine;
  readonly yardstick: { readonly by: string; readonly runs: readonly YardstickRun[] };
  readonly earn: { readonly few: readonly EarnRound[]; readonly many: readonly EarnRound[] };
  readonly manyRules: EarnRound;
  readonly memory: { readonly idle: Memory | null; readonly afterLoad: Memory | null };
  readonly imports: ImportResult;
  readonly pages: PagesResult;
  readonly points: PointsResult;
  readonly expiry: ExpiryResult;
  readonly rules: readonly RulesResult[];
  readonly costs: Costs;
  readonly earnProfile: EarnProfile | null;
  readonly importProfile: Profile | null;
  /** What made runs fail; with any of them no figure counts. */
  readonly problems: readonly string[];
}

export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly result: string;
  readonly met: boolean;
  /** The figures behind the ratio. */
  readonly detail: string;
}

const GOALS = {
  postings: 0.5,
  oneParty: 0.5,
  few: 1,
  many: 1.5,
  p95: 3,
  imports: 0.1,
  pages: 1.2,
  memoryMegabytes: 400,
  expiryMilliseconds: 2000,
  expiryMegabytes: 150,
  overJsonRulesEngine: 100,
  ofByHand: 0.7,
};

/** Purchases a second over transactions a second, each round against the yardstick before and after it; the median. */
export const ratioOf = (rounds: readonly EarnRound[]): number =>
  median(rounds.map(({ run, before, after }) => run.perSecond / ((before.perSecond + after.perSecond) / 2)));

const sum = (...values: readonly (number | null)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? Number.NaN), 0);

/**
 * The same by processor time of everything that took part, clients included: what the ratio would be if nobody else used
 * the machine and all of its cores were kept busy. NaN where processor time cannot be seen.
 */
export const processorRatioOf = (rounds: readonly EarnRound[]): number =>
  median(
    rounds.map(({ run, before, after }) => {
      const transaction = [before, after].map((each) =>
        sum(each.clientMicroseconds, each.postgresMicroseconds),
      );
      const purchase = sum(run.clientMicroseconds, run.serverMicroseconds, run.postgresMicroseconds);
      return median(transaction) / purchase;
    }),
  );

const p95Ratio = (rounds: readonly EarnRound[]): number =>
  median(
    rounds.map(
      ({ run, before, after }) => run.p95 / ((before.averageMilliseconds + after.averageMilliseconds) / 2),
    ),
  );

/** Median of one figure over the rounds; null where a run could not see it. */
export const over = (rounds: readonly EarnRound[], pick: (run: EarnRun) => number | null): number | null => {
  const values = rounds.map(({ run }) => pick(run)).filter((value) => value !== null);
  return values.length === 0 ? null : median(values);
};

export const times = (value: number): string => `${shown(value)} ×`;

const earnGoals = ({ earn, yardstick }: Results): Goal[] => {
  const transactions = median(yardstick.runs.map((run) => run.perSecond));
  const average = median(yardstick.runs.map((run) => run.averageMilliseconds));
  const speed = (rounds: readonly EarnRound[], goal: number): Goal => {
    const ratio = ratioOf(rounds);
    const clients = rounds[0]!.run.clients;
    return {
      what: `Earn call over HTTP, ${clients} clients, against TPC-B`,
      goal: `≥ ${goal.toFixed(1)} ×`,
      result: times(ratio),
      met: ratio >= goal,
      detail: `${shown(over(rounds, (run) => run.perSecond)!)} purchases/s against ${shown(transactions)} transactions/s; by processor time ${times(processorRatioOf(rounds))}`,
    };
  };
  const p95 = p95Ratio(earn.few);
  return [
    speed(earn.few, GOALS.few),
    speed(earn.many, GOALS.many),
    {
      what: "95th percentile at 16 clients against TPC-B's average latency",
      goal: `≤ ${GOALS.p95} ×`,
      result: times(p95),
      met: p95 <= GOALS.p95,
      detail: `${shown(over(earn.few, (run) => run.p95)!)} ms against ${shown(average)} ms`,
    },
  ];
};

const pointsGoals = ({ points }: Results): Goal[] => {
  const { transfer, redemption, earnMany, earnOne } = points;
  const postings = ratioOfRates(redemption, transfer);
  const oneParty = ratioOfRates(earnOne, earnMany);
  return [
    {
      what: "Redemption, the whole posting, 64 callers, against a double-entry transfer in hand-written SQL, 16 connections",
      goal: `≥ ${GOALS.postings} ×`,
      result: times(postings),
      met: postings >= GOALS.postings,
      detail: `${shown(redemption.perSecond)}/s against ${shown(transfer.perSecond)}/s; by processor time ${times(processorRatioOfRates(redemption, transfer))}; hold and capture ${shown(points.holdAndCapture.perSecond)} pairs/s`,
    },
    {
      what: "Bills of one customer against bills of many: the program's side is no hot row",
      goal: `≥ ${GOALS.oneParty} ×`,
      result: times(oneParty),
      met: oneParty >= GOALS.oneParty,
      detail: `${shown(earnOne.perSecond)}/s against ${shown(earnMany.perSecond)}/s`,
    },
  ];
};

const expiryGoals = ({ expiry }: Results): Goal[] => {
  const { lots, parties, seconds, lotsPerSecond, transactions, longestMilliseconds, grownMegabytes } = expiry;
  return [
    {
      what: `Longest transaction of the expiry of ${lots.toLocaleString("en-US")} lots: how long a till may wait for it`,
      goal: `< ${GOALS.expiryMilliseconds.toLocaleString("en-US")} ms`,
      result: `${shown(longestMilliseconds)} ms`,
      met: longestMilliseconds < GOALS.expiryMilliseconds,
      detail: `${shown(lotsPerSecond)} lots/s of ${parties.toLocaleString("en-US")} members, ${shown(seconds)} s in ${transactions} transactions`,
    },
    {
      what: "Growth of the resident memory of the process that expires them",
      goal: `< ${GOALS.expiryMegabytes} MB`,
      result: `${shown(grownMegabytes)} MB`,
      met: grownMegabytes < GOALS.expiryMegabytes,
      detail: "its highest in all its life less that before it began",
    },
  ];
};

/** What the rule language is held to. */
export const rulesGoals = (results: readonly RulesResult[]): Goal[] =>
  results.flatMap(({ rules, traced, plain, byHand, others, overJsonRulesEngine, ofByHand }) => [
    {
      what: `${rules.toLocaleString("en-US")} rules with a trace against json-rules-engine`,
      goal: `≥ ${GOALS.overJsonRulesEngine} ×`,
      result: times(overJsonRulesEngine),
      met: overJsonRulesEngine >= GOALS.overJsonRulesEngine,
      detail: `${shown(traced.microseconds)} µs a bill against ${shown(others[0]!.microseconds)} µs`,
    },
    {
      what: `${rules.toLocaleString("en-US")} rules without a trace against closures written by hand`,
      goal: `≥ ${GOALS.ofByHand} ×`,
      result: times(ofByHand),
      met: ofByHand >= GOALS.ofByHand,
      detail: `${shown(plain.microseconds)} µs a bill against ${shown(byHand.microseconds)} µs`,
    },
  ]);

/** Every goal of the run with its verdict. */
export const goalsOf = (results: Results): Goal[] => {
  const { imports, pages, memory } = results;
  const importRatio = imports.linesPerSecond / imports.copyLinesPerSecond;
  const slowest = pages.pages.reduce((worst, page) => (page.ratio > worst.ratio ? page : worst));
  const peak = memory.afterLoad?.peakMegabytes ?? null;
  return [
    ...earnGoals(results),
    ...pointsGoals(results),
    ...expiryGoals(results),
    ...rulesGoals(results.rules),
    {
      what: "CSV import, lines a second, against COPY of the same lines into one plain table",
      goal: `≥ ${GOALS.imports} ×`,
      result: times(importRatio),
      met: importRatio >= GOALS.imports,
      detail: `${shown(imports.linesPerSecond)} lines/s against ${shown(imports.copyLinesPerSecond)} lines/s`,
    },
    {
      what: `Ledger pages and balances of a member with ${pages.entries.toLocaleString("en-US")} entries against one with ${pages.smallEntries}`,
      goal: `≤ ${GOALS.pages} ×`,
      result: times(slowest.ratio),
      met: slowest.ratio <= GOALS.pages,
      detail: pages.pages
        .map(
          ({ page, bigMilliseconds, smallMilliseconds }) =>
            `${page} ${shown(bigMilliseconds)} against ${shown(smallMilliseconds)} ms`,
        )
        .join("; "),
    },
    {
      what: "Resident memory of the server, API and background work, at its highest",
      goal: `< ${GOALS.memoryMegabytes} MB`,
      result: peak === null ? "not visible here" : `${peak} MB`,
      met: peak === null || peak < GOALS.memoryMegabytes,
      detail:
        memory.idle === null || memory.afterLoad === null
          ? ""
          : `${memory.idle.residentMegabytes} MB idle, ${memory.afterLoad.residentMegabytes} MB after the load`,
    },
  ];
};

/** Cores that other programs used while purchases were measured, on average; NaN where that cannot be seen. */
export const otherCores = ({ earn, yardstick }: Results): number => {
  const runs = [...[...earn.few, ...earn.many].map(({ run }) => run), ...yardstick.runs];
  const seen = runs.flatMap((run) => run.otherCores ?? []);
  return seen.reduce((total, cores) => total + cores, 0) / seen.length;
};
