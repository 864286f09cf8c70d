import type { OrgPrograms, ProgramHistory } from "#loyalty";
import type { Organisation } from "#orgs";
import { type Instant, localDate, parseDateTime } from "#platform";
import { errors } from "../errors.ts";

/** Query parameters as they arrive: texts, or lists where a name was repeated. */
export type RawQuery = Readonly<Record<string, unknown>>;

export interface ScheduleQuery {
  readonly programs: readonly ProgramHistory[];
  /** True where the caller named no program or one: a customer outside of it is refused. */
  readonly isOneProgram: boolean;
  readonly earliestOnly: boolean;
  /** YYYY-MM-DD, both included. */
  readonly from: string;
  readonly until: string;
}

const MOST_YEARS = 100;

const textOf = (query: RawQuery, field: string): string | undefined => {
  const value = query[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object")
    throw errors.unknown_parameters({ names: `${field} (given more than once)` });
  const text = String(value).trim();
  return text === "" ? undefined : text;
};

const flagOf = (query: RawQuery, field: string): boolean => {
  const value = textOf(query, field)?.toLowerCase() ?? "false";
  if (value !== "true" && value !== "false")
    throw errors.bad_parameter({ field, expected: "true or false", value: value.slice(0, 40) });
  return value === "true";
};

const dayOf = (query: RawQuery, field: string, zone: string): string | undefined => {
  const value = textOf(query, field);
  if (value === undefined) return undefined;
  const at = parseDateTime(value, { zone });
  if (at === null) throw errors.schedule_date({ field, value: value.slice(0, 40) });
  return localDate(at, zone);
};

/** The same day `years` later; 29 February becomes 1 March where there is none. */
const yearsLater = (day: string, years: number): string => {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return date.toISOString().slice(0, 10);
};

const parseSpan = (query: RawQuery, { timeZone }: Organisation, now: Instant) => {
  const today = localDate(now, timeZone);
  const start = dayOf(query, "startDate", timeZone);
  const end = dayOf(query, "endDate", timeZone);
  const last = yearsLater(today, MOST_YEARS);
  if (start !== undefined && start <= today) throw errors.schedule_past({ field: "startDate", value: start });
  if (end !== undefined && end > last) throw errors.schedule_too_far({ value: end, most: MOST_YEARS });
  const [from, until] = [start ?? today, end ?? last];
  if (from > until) throw errors.schedule_order({ start: from, end: until });
  return { from, until };
};

const parsePrograms = (query: RawQuery, programs: OrgPrograms) => {
  if (flagOf(query, "fetchDataForAllPrograms")) return { programs: programs.all, isOneProgram: false };
  const value = textOf(query, "programId");
  if (value === undefined)
    return { programs: programs.default === null ? [] : [programs.default], isOneProgram: true };
  const program = /^\d{1,15}$/.test(value) ? programs.byId(Number(value)) : null;
  if (program === null) throw errors.no_program({ value: value.slice(0, 40) });
  return { programs: [program], isOneProgram: true };
};

/** Refuses what is asked of groups: 1632, and 1212 for what is no kind of entity. */
const refuseGroups = (query: RawQuery): void => {
  const type = (textOf(query, "entityType") ?? "CUSTOMER").toUpperCase();
  if (type === "USERGROUP2") throw errors.no_groups({ field: "entityType", value: type });
  if (type !== "CUSTOMER") throw errors.bad_entity_type({ value: type.slice(0, 40) });
  const group = textOf(query, "userGroup2Id");
  if (group !== undefined) throw errors.no_groups({ field: "userGroup2Id", value: group.slice(0, 40) });
};

/** Reads the query of a schedule. Raises the errors of points.md §5.3. */
export const parseSchedule = (
  query: RawQuery,
  known: readonly string[],
  context: { readonly organisation: Organisation; readonly programs: OrgPrograms; readonly now: Instant },
): ScheduleQuery => {
  const unknown = Object.keys(query).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw errors.unknown_parameters({ names: unknown.join(", ").slice(0, 200) });
  refuseGroups(query);
  return {
    ...parsePrograms(query, context.programs),
    earliestOnly: flagOf(query, "fetchEarliestExpiryOnly"),
    ...parseSpan(query, context.organisation, context.now),
  };
};
