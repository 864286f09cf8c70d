import type { Organisation } from "#orgs";
import { isZone } from "#platform";
import { errors } from "./errors.ts";
import type { ImportKind, RunOptions } from "./schema.ts";

const OF_BILLS = ["asOf", "registerUnknown", "setAsideReturns", "matchReturns"] as const;

/** Options about what a kind of file has not: what does nothing is not taken in silence. */
const IDLE_OPTIONS: Readonly<Record<ImportKind, readonly (keyof RunOptions)[]>> = {
  customers: [...OF_BILLS, "decimal"],
  transactions: [],
  points: [...OF_BILLS, "source"],
  campaign: [...OF_BILLS, "source", "dateFormat", "zone"],
};
const FOR_ALL: readonly string[] = ["source", "dateFormat", "zone"];
const NAMES: Readonly<Record<ImportKind, string>> = {
  customers: "customers",
  transactions: "transactions",
  points: "points",
  campaign: "campaigns",
};

/** Refuses options that say nothing for the kind, or name what is not there. Errors: dataflows.invalid. */
export const checkOptions = (kind: ImportKind, organisation: Organisation, options: RunOptions): void => {
  const { zone, defaultTill, source } = options;
  const invalid = (field: string, message: string) =>
    errors.invalid({ field: `options.${field}`, message: `options.${field}: ${message}` });
  const idle = IDLE_OPTIONS[kind].find((name) => options[name] !== undefined);
  if (idle !== undefined) {
    const meant = FOR_ALL.includes(idle) ? "" : "says how bills are meant and ";
    throw invalid(idle, `it ${meant}does nothing for ${NAMES[kind]}; leave it out.`);
  }
  if (zone !== undefined && !isZone(zone))
    throw invalid("zone", `${zone} is no IANA time zone such as Europe/London.`);
  if (defaultTill !== undefined && !organisation.tillByCode(defaultTill)?.isActive)
    throw invalid("defaultTill", `there is no active till ${defaultTill}.`);
  if (source !== undefined && !organisation.sources.includes(source.toUpperCase()))
    throw invalid("source", `${source} is no source of the organisation.`);
};
