import { randomUUID } from "node:crypto";
import pg from "pg";
import type { EarnParts } from "./earn.ts";
import { startClocks } from "./machine.ts";
import { preparePoints } from "./points-work.ts";
import type { Stage } from "./stage.ts";
import { median } from "./statistics.ts";

/** One round of a piece of work. */
export interface Pace {
  readonly perSecond: number;
  /** Processor time of this process and of PostgreSQL for each, in microseconds; null where it cannot be seen. */
  readonly processMicroseconds: number;
  readonly postgresMicroseconds: number | null;
}

/** What was done a second, in the middle round. */
export interface Rate extends Pace {
  /** Each round, for the ratio with the one beside it. */
  readonly rounds: readonly Pace[];
}

export interface PointsResult {
  readonly members: number;
  /** A plain double-entry transfer in one hand-written statement, 16 connections. */
  readonly transfer: Rate;
  /** Redemptions: policy, lots, journal, record, code, event. */
  readonly redemption: Rate;
  /** Holds, each captured: pairs. */
  readonly holdAndCapture: Rate;
  readonly earnMany: Rate;
  /** All bills of one customer. */
  readonly earnOne: Rate;
  /** Whole bills that go back, by their number: points, standing and trace. */
  readonly giveBack: Rate;
}

const MEMBERS = 4_000;
/** Callers at once of pieces of work. */
export const CALLERS = 64;
const YARDSTICK_CONNECTIONS = 16;
/** Bills that are recorded for each second in which bills go back. */
const MORE_BILLS = 2_000;

const YARDSTICK_TABLES = `
  create table yardstick_accounts (id bigint primary key, balance bigint not null) with (fillfactor = 70);
  create table yardstick_entries (
    id bigint generated always as identity primary key, transfer uuid not null, account_id bigint not null,
    amount bigint not null, balance bigint not null, created_at timestamptz not null);
  insert into yardstick_accounts select n, 1000000000 from generate_series(1, ${MEMBERS}) n`;
/** Both sides and their running balances, as short as it can be said. */
const YARDSTICK_TRANSFER = `
  with moved as (
    update yardstick_accounts set balance = balance + case when id = $1 then -$3::bigint else $3::bigint end
     where id in ($1, $2) returning id, balance)
  insert into yardstick_entries (transfer, account_id, amount, balance, created_at)
  select $4, id, case when id = $1 then -$3::bigint else $3::bigint end, balance, now() from moved`;

const below = (limit: number): number => Math.floor(Math.random() * limit);

/** Runs callers for some seconds, each with its next piece of work as soon as the last is done. */
export const paceOf = async (
  { postmaster }: Pick<Stage, "postmaster">,
  { callers, seconds }: { readonly callers: number; readonly seconds: number },
  work: () => Promise<unknown>,
): Promise<Pace> => {
  const clock = startClocks(postmaster, null);
  const began = performance.now();
  const until = began + seconds * 1000;
  let done = 0;
  const caller = async () => {
    while (performance.now() < until) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const perSecond = (done * 1000) / (performance.now() - began);
  const { self, postgres } = clock();
  const each = (used: number) => (used * 1e6) / done;
  return {
    perSecond,
    processMicroseconds: each(self),
    postgresMicroseconds: postgres === null ? null : each(postgres),
  };
};

const rate = (rounds: readonly Pace[]): Rate => ({
  perSecond: median(rounds.map((pace) => pace.perSecond)),
  processMicroseconds: median(rounds.map((pace) => pace.processMicroseconds)),
  postgresMicroseconds: rounds.some((pace) => pace.postgresMicroseconds === null)
    ? null
    : median(rounds.map((pace) => pace.postgresMicroseconds!)),
  rounds,
});

/**
 * How many postings a second the points engine makes, without HTTP, against a transfer in hand-written SQL on the same server; and
 * whether many bills of one customer are slower than the same of many.
 */
export const measurePoints = async (
  parts: EarnParts,
  { seconds, rounds }: { readonly seconds: number; readonly rounds: number },
): Promise<PointsResult> => {
  const { stage } = parts;
  const work = await preparePoints(parts, { members: MEMBERS, prefix: "P" });
  const pool = new pg.Pool({ connectionString: stage.yardstickConnectionString, max: YARDSTICK_CONNECTIONS });
  for (const statement of YARDSTICK_TABLES.split(";")) await pool.query(statement);
  const transfer = () => {
    const from = 1 + below(MEMBERS - 1);
    return pool.query({
      name: "transfer",
      text: YARDSTICK_TRANSFER,
      values: [from, from + 1, 1, randomUUID()],
    });
  };

  const ours = (piece: () => Promise<unknown>) => paceOf(stage, { callers: CALLERS, seconds }, piece);
  const measures = {
    transfer: () => paceOf(stage, { callers: YARDSTICK_CONNECTIONS, seconds }, transfer),
    redemption: () => ours(work.redeem),
    holdAndCapture: () => ours(work.holdAndCapture),
    earnMany: () => ours(work.earn),
    earnOne: () => ours(work.earnOfOne),
    // More than those of the bills of many, so that they last.
    giveBack: async () => {
      await Promise.all(Array.from({ length: seconds * MORE_BILLS }, work.earn));
      return ours(work.giveBack);
    },
  };
  const names = Object.keys(measures) as (keyof typeof measures)[];
  const times = Object.fromEntries(names.map((name) => [name, [] as Pace[]])) as Record<
    keyof typeof measures,
    Pace[]
  >;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const pace = await measures[name]();
      // The first round warms up.
      if (round > 0) times[name].push(pace);
    }
  }
  await pool.end();
  return {
    members: MEMBERS,
    transfer: rate(times.transfer),
    redemption: rate(times.redemption),
    holdAndCapture: rate(times.holdAndCapture),
    earnMany: rate(times.earnMany),
    earnOne: rate(times.earnOne),
    giveBack: rate(times.giveBack),
  };
};

/** The first over the second, round by round; the median. */
export const ratioOfRates = (rates: Rate, yardstick: Rate): number =>
  median(rates.rounds.map(({ perSecond }, index) => perSecond / yardstick.rounds[index]!.perSecond));

/** The same by processor time of both processes: what the ratio would be if every core were kept busy. NaN where it cannot be seen. */
export const processorRatioOfRates = (rates: Rate, yardstick: Rate): number => {
  const used = (pace: Pace) => pace.processMicroseconds + (pace.postgresMicroseconds ?? Number.NaN);
  return median(rates.rounds.map((pace, index) => used(yardstick.rounds[index]!) / used(pace)));
};
