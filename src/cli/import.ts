import { resolve } from "node:path";
import type { ImportKind, ImportOptions } from "#dataflows";
import { type FileCommand, mappingOf, readFile, usage } from "./read-file.ts";

export interface ImportCommand extends FileCommand {
  readonly till?: string;
  readonly asOf: string;
  readonly zone?: string;
  readonly dateFormat?: string;
  readonly decimal?: string;
  readonly registerUnknown?: boolean;
  readonly setAsideReturns?: boolean;
  readonly matchReturns?: boolean;
}

const DATE_FORMATS = ["iso", "dmy", "mdy", "ymd"] as const;

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

/** Imports one file to its end, or to Ctrl-C; starting it again goes on where it stopped. */
export const importFile = async (kind: string, file: string, command: ImportCommand): Promise<void> => {
  if (kind !== "customers" && kind !== "transactions" && kind !== "points") {
    throw usage(`There is nothing called ${kind} to import.`, "Import customers, transactions or points.");
  }
  const mapping = mappingOf(command.map);
  await readFile(resolve(file), command, { kind, mapping, options: optionsOf(kind, command) });
};
