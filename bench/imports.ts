import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { type Environment, runFealty } from "./children.ts";
import type { EarnParts } from "./earn.ts";
import { memoryOf, startClocks } from "./machine.ts";
import { type Profile, readProfile } from "./profile.ts";
import { registerMembers, type Shop } from "./shop.ts";
import { median } from "./statistics.ts";

export interface ImportResult {
  readonly lines: number;
  readonly bills: number;
  /** Lines a second of the run itself, without the start of the process. */
  readonly linesPerSecond: number;
  readonly copyLinesPerSecond: number;
  /** Processor time for a line; that of the importing process counts its start too. */
  readonly importerMicroseconds: number;
  readonly postgresMicroseconds: number | null;
  /** Highest resident memory of the importing process; null where /proc does not tell. */
  readonly peakMegabytes: number | null;
  readonly problems: readonly string[];
}

const HEADER = "BillNumber,BillDate,CustomerId,ItemCode,Description,Quantity,Rate,Amount,Till";
const LINES_PER_BILL = 4;
const DAY = 86_400_000;
const HISTORY_DAYS = 360;

const PLAIN_TABLE = `create table plain_lines (
  bill_number text, billed_at timestamptz, customer_id text, item_code text, description text,
  quantity numeric, rate numeric, amount numeric, till text)`;

/** A file as a shop's history comes: bills in the order of time, four lines each, of members named by their external ids. */
const writeLines = async (
  path: string,
  { tillCode }: Shop,
  prefix: string,
  members: number,
  lines: number,
): Promise<void> => {
  const bills = lines / LINES_PER_BILL;
  const begin = Date.now() - HISTORY_DAYS * DAY;
  const step = ((HISTORY_DAYS - 1) * DAY) / bills;
  function* rows() {
    yield `${HEADER}\n`;
    for (let bill = 0; bill < bills; bill++) {
      const billedAt = new Date(begin + Math.floor(bill * step)).toISOString();
      // A prime step spreads neighbouring bills over the members, the same way each time.
      const member = 1 + ((bill * 7919) % members);
      let text = "";
      for (let line = 0; line < LINES_PER_BILL; line++) {
        const item = (bill * 31 + line * 17) % 977;
        const quantity = 1 + (item % 3);
        const rate = (100 + item) / 100;
        const amount = (quantity * rate).toFixed(2);
        text += `${prefix}-${bill},${billedAt},H${member},SKU-${item},Article number ${item},${quantity},${rate.toFixed(2)},${amount},${tillCode}\n`;
      }
      yield text;
    }
  }
  await pipeline(rows, createWriteStream(path));
};

/** Seconds that COPY of the file into one plain table takes, committed. */
const copyLines = async (client: pg.Client, path: string): Promise<number> => {
  await client.query("drop table if exists plain_lines");
  await client.query(PLAIN_TABLE);
  await client.query("checkpoint").catch(() => {});
  const began = process.hrtime.bigint();
  const target = client.query(copyFrom("copy plain_lines from stdin with (format csv, header)"));
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), target);
  return Number(process.hrtime.bigint() - began) / 1e9;
};

interface StoredRun {
  readonly seconds: number;
  readonly status: string;
  readonly counts: { readonly rowsImported: number; readonly recordsImported: number };
}

const newestRun = async (admin: pg.Client): Promise<StoredRun> => {
  const { rows } = await admin.query<StoredRun>(
    `select extract(epoch from finished_at - started_at)::float8 as seconds, status, counts
       from dataflows.runs order by id desc limit 1`,
  );
  return rows[0]!;
};

const SAMPLE_MILLISECONDS = 200;

/** Imports a file and answers the highest resident memory of the process that did. */
const importFile = async (
  { stage, shop }: EarnParts,
  path: string,
  environment: Environment = {},
): Promise<number | null> => {
  let peak: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  const watch = (pid: number) => {
    timer = setInterval(() => {
      peak = memoryOf(pid)?.peakMegabytes || peak;
    }, SAMPLE_MILLISECONDS);
  };
  const args = ["import", "transactions", path, "--org", shop.orgCode];
  await runFealty(args, { ...stage.environment, ...environment }, watch).finally(() => clearInterval(timer));
  return peak;
};

/** `fealty import` of generated files, each followed by COPY of the same lines into one table of `copyClient`'s database. */
export const measureImports = async (
  parts: EarnParts,
  copyClient: pg.Client,
  options: { readonly lines: number; readonly rounds: number; readonly members: number },
): Promise<ImportResult> => {
  const { stage, shop, admin, expected } = parts;
  await registerMembers(stage.app, shop, "H", options.members);
  const rounds: {
    lines: number;
    copy: number;
    importer: number;
    postgres: number | null;
    peak: number | null;
  }[] = [];
  const problems: string[] = [];
  const bills = options.lines / LINES_PER_BILL;
  for (let round = 1; round <= options.rounds; round++) {
    const path = join(stage.folder, `lines-${round}.csv`);
    await writeLines(path, shop, `H${round}`, options.members, options.lines);
    await stage.settle();
    const clock = startClocks(stage.postmaster, null);
    const peak = await importFile(parts, path);
    const { children, postgres } = clock();
    const run = await newestRun(admin);
    expected.bills += bills;
    if (run.status !== "finished" || run.counts.rowsImported !== options.lines) {
      problems.push(
        `the import ended ${run.status} with ${run.counts.rowsImported} of ${options.lines} lines`,
      );
    }
    const copy = options.lines / (await copyLines(copyClient, path));
    rounds.push({ lines: options.lines / run.seconds, copy, importer: children, postgres, peak });
  }
  const over = (pick: (round: (typeof rounds)[number]) => number | null): number | null => {
    const values = rounds.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : median(values);
  };
  const each = (seconds: number | null) => (seconds === null ? null : (seconds * 1e6) / options.lines);
  return {
    lines: options.lines,
    bills,
    linesPerSecond: over((round) => round.lines)!,
    copyLinesPerSecond: over((round) => round.copy)!,
    importerMicroseconds: each(over((round) => round.importer))!,
    postgresMicroseconds: each(over((round) => round.postgres)),
    peakMegabytes: over((round) => round.peak),
    problems,
  };
};

/** Where the processor time of an import goes, the start of the process included. */
export const profileImport = async (
  parts: EarnParts,
  options: { readonly lines: number; readonly members: number },
): Promise<Profile> => {
  const path = join(parts.stage.folder, "lines-profiled.csv");
  const profile = join(parts.stage.folder, "import.cpuprofile");
  await writeLines(path, parts.shop, "HP", options.members, options.lines);
  await importFile(parts, path, { BENCH_PROFILE: profile });
  parts.expected.bills += options.lines / LINES_PER_BILL;
  return readProfile(profile);
};
