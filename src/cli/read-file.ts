import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { ImportKind, Mapping, NewImport, Progress, Run } from "#dataflows";
import { AppError, StartupError } from "#platform";
import { progressLine } from "./progress.ts";
import { type Running, say, startApp, untilStopped } from "./running.ts";

/** What commands that read a file have in common. */
export interface FileCommand {
  readonly data?: string;
  readonly org: string;
  readonly map: readonly string[];
  readonly rejected?: string;
}

export const usage = (sentence: string, advice: string) => new StartupError(sentence, advice);

/** What mends an import that was refused, in the words of the command line. */
const OPTION_OF: Readonly<Record<string, string>> = {
  "dataflows.till_missing": "Say --till <code>, or --map till=<header>.",
  "dataflows.target_missing": "Say --map field=<header>.",
};

export const mappingOf = (pairs: readonly string[]): Mapping | undefined => {
  if (pairs.length === 0) return undefined;
  const entries = pairs.map((pair) => {
    const cut = pair.indexOf("=");
    if (cut < 1)
      throw usage(
        `--map ${pair} is not field=header.`,
        "Write for example --map number=InvoiceNo externalId=CustomerID",
      );
    return [pair.slice(0, cut), pair.slice(cut + 1)] as const;
  });
  return Object.fromEntries(entries);
};

const findOrganisation = async ({ app }: Running, code: string): Promise<number> => {
  const all = await app.orgs.list();
  const found = all.find((organisation) => organisation.code.toLowerCase() === code.toLowerCase());
  if (found) return found.id;
  const known = all.map((organisation) => organisation.code).join(", ") || "none";
  throw usage(`There is no organisation with the code ${code}.`, `Known codes: ${known}.`);
};

/** Which column feeds which field, and which columns feed none. */
const usedLine = (mapping: Mapping, headers: readonly string[]): string => {
  const used = Object.entries(mapping).map(([field, header]) => `${field}=${header}`);
  const taken = new Set(Object.values(mapping).map((header) => header.trim()));
  const left = headers.filter((header) => header !== "" && !taken.has(header));
  return `Used: ${used.join(", ")}; left out: ${left.join(", ") || "none"}.`;
};

const RECORDS: Readonly<Record<ImportKind, string>> = {
  customers: "customer",
  transactions: "transaction",
  points: "award",
  campaign: "award",
};

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** How an import ended, in one line. */
export const endLine = (
  status: string,
  kind: ImportKind,
  { rowsRead, rowsImported, recordsImported, rowsSkipped, rowsSetAside, rowsRejected }: Run["counts"],
): string =>
  `${status}: ${counted(rowsRead, "row")} read, ${rowsImported} imported as ${counted(recordsImported, RECORDS[kind])}, ` +
  `${rowsSkipped} ${rowsSkipped === 1 ? "was" : "were"} there already, ${rowsSetAside} set aside, ${rowsRejected} rejected.`;

/** Reads one file to its end, or to Ctrl-C; starting it again goes on where it stopped. */
export const readFile = async (path: string, command: FileCommand, input: NewImport): Promise<void> => {
  const stopped = untilStopped();
  const running = await startApp(command);
  try {
    await runImport(running, path, command, input, stopped);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const hint = OPTION_OF[error.code];
    const advice = "Nothing more was imported. Correct it and start it again.";
    throw usage(error.message, hint === undefined ? advice : `${hint} ${advice}`);
  } finally {
    await running.close();
  }
};

const runImport = async (
  running: Running,
  path: string,
  command: FileCommand,
  input: NewImport,
  stopped: Promise<void>,
): Promise<void> => {
  const { dataflows } = running.app;
  const orgId = await findOrganisation(running, command.org);
  const interrupted = new AbortController();
  void stopped.then(() => interrupted.abort());
  const show = progressLine();
  const onProgress = ({ bytesRead, bytesTotal, rowsRead, rowsPerSecond }: Progress) =>
    show(bytesRead / Math.max(1, bytesTotal), `${rowsRead} rows, ${Math.round(rowsPerSecond)} a second`);
  const { kind } = input;
  const { headers } = await dataflows.preview(orgId, path, kind);
  const name = kind === "campaign" ? "fealty campaign" : "fealty import";
  const run = await dataflows.runFile({ orgId, name }, path, input, onProgress, {
    signal: interrupted.signal,
    onBegin: ({ mapping }) => say(usedLine(mapping, headers)),
  });
  show.end();
  const { counts } = run;
  say(endLine(run.status, kind, counts));
  if (command.rejected === undefined && counts.rowsRejected > 0)
    say("Why: see the import in the console's Activity, or say --rejected <file> next time.");
  if (command.rejected !== undefined && counts.rowsRejected > 0) {
    const output = createWriteStream(command.rejected);
    for await (const piece of await dataflows.rejectedRows(orgId, run.id)) output.write(piece);
    output.end();
    await finished(output);
    say(`The rejected rows and their reasons are in ${command.rejected}.`);
  }
  if (run.status === "failed" || counts.rowsRejected > 0) process.exitCode = 1;
};
