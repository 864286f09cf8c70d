import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { finished } from "node:stream/promises";
import type { ImportKind, ImportOptions, Mapping, Progress } from "#dataflows";
import { AppError, StartupError } from "#platform";
import { progressLine } from "./progress.ts";
import { type Running, say, startApp, untilStopped } from "./running.ts";

export interface ImportCommand {
  readonly data?: string;
  readonly org: string;
  readonly map: readonly string[];
  readonly till?: string;
  readonly asOf: string;
  readonly zone?: string;
  readonly dateFormat?: string;
  readonly decimal?: string;
  readonly registerUnknown?: boolean;
  readonly setAsideReturns?: boolean;
  readonly matchReturns?: boolean;
  readonly rejected?: string;
}

const usage = (sentence: string, advice: string) => new StartupError(sentence, advice);

/** What mends an import that was refused, in the words of the command line. */
const OPTION_OF: Readonly<Record<string, string>> = {
  "dataflows.till_missing": "Say --till <code>, or --map till=<header>.",
  "dataflows.target_missing": "Say --map field=<header>.",
};

const DATE_FORMATS = ["iso", "dmy", "mdy", "ymd"] as const;

const mappingOf = (pairs: readonly string[]): Mapping | undefined => {
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

const optionsOf = (kind: ImportKind, command: ImportCommand): ImportOptions => {
  const { asOf, till, zone, registerUnknown, setAsideReturns, matchReturns, dateFormat, decimal } = command;
  if (asOf !== "bill" && asOf !== "now")
    throw usage(`--as-of ${asOf} is not known.`, "Use --as-of bill or --as-of now.");
  const format = DATE_FORMATS.find((item) => item === dateFormat);
  if (dateFormat !== undefined && format === undefined) {
    throw usage(`--date-format ${dateFormat} is not known.`, `Use one of ${DATE_FORMATS.join(", ")}.`);
  }
  if (decimal !== undefined && decimal !== "." && decimal !== ",")
    throw usage(`--decimal ${decimal} is not known.`, "Use --decimal . or --decimal ,");
  return {
    // Its default is for bills; other imports refuse it, and are told of it only when it was asked for.
    ...(kind !== "transactions" && asOf === "bill" ? {} : { asOf }),
    ...(till === undefined ? {} : { defaultTill: till }),
    ...(zone === undefined ? {} : { zone }),
    ...(format === undefined ? {} : { dateFormat: format }),
    ...(decimal === undefined ? {} : { decimal }),
    ...(registerUnknown ? { registerUnknown } : {}),
    ...(setAsideReturns ? { setAsideReturns } : {}),
    ...(matchReturns ? { matchReturns } : {}),
  };
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

/** Imports one file to its end, or to Ctrl-C; starting it again goes on where it stopped. */
export const importFile = async (kind: string, file: string, command: ImportCommand): Promise<void> => {
  if (kind !== "customers" && kind !== "transactions" && kind !== "points") {
    throw usage(`There is nothing called ${kind} to import.`, "Import customers, transactions or points.");
  }
  const stopped = untilStopped();
  const running = await startApp(command);
  try {
    await runImport(running, kind, resolve(file), command, stopped);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const hint = OPTION_OF[error.code];
    const advice = "Nothing more was imported. Correct it and start the import again.";
    throw usage(error.message, hint === undefined ? advice : `${hint} ${advice}`);
  } finally {
    await running.close();
  }
};

const runImport = async (
  running: Running,
  kind: ImportKind,
  path: string,
  command: ImportCommand,
  stopped: Promise<void>,
): Promise<void> => {
  const { dataflows } = running.app;
  const orgId = await findOrganisation(running, command.org);
  const interrupted = new AbortController();
  void stopped.then(() => interrupted.abort());
  const show = progressLine();
  const onProgress = ({ bytesRead, bytesTotal, rowsRead, rowsPerSecond }: Progress) =>
    show(bytesRead / Math.max(1, bytesTotal), `${rowsRead} rows, ${Math.round(rowsPerSecond)} a second`);
  const input = { kind, mapping: mappingOf(command.map), options: optionsOf(kind, command) };
  const { headers } = await dataflows.preview(orgId, path, kind);
  const run = await dataflows.runFile({ orgId, name: "fealty import" }, path, input, onProgress, {
    signal: interrupted.signal,
    onBegin: ({ mapping }) => say(usedLine(mapping, headers)),
  });
  show.end();
  const { counts } = run;
  say(
    `${run.status}: ${counts.rowsRead} rows read, ${counts.rowsImported} imported as ${counts.recordsImported} ${kind === "points" ? "awards" : kind}, ` +
      `${counts.rowsSkipped} were there already, ${counts.rowsSetAside} set aside, ${counts.rowsRejected} rejected.`,
  );
  if (command.rejected !== undefined && counts.rowsRejected > 0) {
    const output = createWriteStream(command.rejected);
    for await (const piece of await dataflows.rejectedRows(orgId, run.id)) output.write(piece);
    output.end();
    await finished(output);
    say(`The rejected rows and their reasons are in ${command.rejected}.`);
  }
  if (run.status === "failed" || counts.rowsRejected > 0) process.exitCode = 1;
};
