import type { Organisation } from "#orgs";
import { type Instant, parseDateTime, startOfDay } from "#platform";
import { errors } from "../errors.ts";
import type { QueryContext } from "../ledger-query.ts";
import { numberOf, type RawQuery, textOf } from "../query-values.ts";
import type { Category } from "../schema.ts";

const MOST_CUSTOMERS = 100;
const MOST_EVENTS = 100;
const MOST_TO_A_PAGE = 100;
const DEFAULT_COUNT = 10;
const SCOPES = ["GLOBAL", "PARENT", "ORG"];

/** Judges the header x-cap-neo-dag-scope: every scope means the organisation itself, which has no others under it. */
export const checkDagScope = (header: string | readonly string[] | undefined): void => {
  const value = (typeof header === "string" ? header : (header?.[0] ?? "ORG")).trim();
  if (!SCOPES.includes(value.toUpperCase()))
    throw errors.bad_parameter({
      field: "The header x-cap-neo-dag-scope",
      expected: "global, parent or org",
      value: value.slice(0, 40),
    });
};

const needed = (query: RawQuery, field: string): string => {
  const text = textOf(query, field);
  if (text === undefined) throw errors.missing_parameter({ field });
  return text;
};

const idOf = (field: string, text: string): number => {
  const id = numberOf(text);
  if (id === null) throw errors.bad_parameter({ field, expected: "an id", value: text.slice(0, 40) });
  return id;
};

const idsOf = (field: string, text: string, most: number): number[] => {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.length > most) throw errors.too_many_ids({ field, most, given: parts.length });
  return [...new Set(parts.map((part) => idOf(field, part)))];
};

const switchOf = (query: RawQuery, field: string): boolean => {
  const text = needed(query, field);
  if (text !== "0" && text !== "1")
    throw errors.bad_parameter({ field, expected: "0 or 1", value: text.slice(0, 40) });
  return text === "1";
};

/** A day or time of the query, in the organisation's zone; a day that ends a span counts whole. */
const instantOf = (query: RawQuery, field: string, { timeZone }: Organisation, isEnd: boolean): Instant => {
  const text = needed(query, field);
  const at = parseDateTime(text, { zone: timeZone });
  if (at === null) throw errors.bad_date_only({ field, value: text.slice(0, 40) });
  return isEnd && text.length === 10 ? startOfDay(at, timeZone, 1) - 1 : at;
};

const spanOf = (query: RawQuery, organisation: Organisation, start: string, end: string) => {
  const span = {
    from: instantOf(query, start, organisation, false),
    until: instantOf(query, end, organisation, true),
  };
  if (span.from > span.until) throw errors.bad_span({ start, end });
  return span;
};

export interface CountedPage {
  readonly limit: number;
  readonly skip: number;
}

/** Pages count from 1. */
const pageOf = (query: RawQuery): CountedPage => {
  const read = (field: string, otherwise: number, most: number) => {
    const text = textOf(query, field) ?? String(otherwise);
    const value = numberOf(text);
    if (value === null || value < 1 || value > most)
      throw errors.bad_parameter({ field, expected: `a number from 1 to ${most}`, value: text.slice(0, 40) });
    return value;
  };
  const limit = read("count", DEFAULT_COUNT, MOST_TO_A_PAGE);
  return { limit, skip: (read("page", 1, 1e9) - 1) * limit };
};

const programOf = (query: RawQuery, { programs }: QueryContext): number => {
  const text = needed(query, "program_id");
  const id = numberOf(text);
  if (id === null || !programs.has(id)) throw errors.bad_program({ value: text.slice(0, 40) });
  return id;
};

const categoryOf = (query: RawQuery): Category => {
  const text = needed(query, "point_category_id");
  if (text !== "1" && text !== "2" && text !== "3")
    throw errors.bad_parameter({
      field: "point_category_id",
      expected: "1 (regular), 2 (promised) or 3 (trigger-based)",
      value: text.slice(0, 40),
    });
  return Number(text) as Category;
};

const refuseOtherOrganisation = (query: RawQuery, { organisation }: QueryContext): void => {
  const text = textOf(query, "org_id");
  if (text !== undefined && text !== String(organisation.id))
    throw errors.bad_parameter({
      field: "org_id",
      expected: "the caller's organisation",
      value: text.slice(0, 40),
    });
};

export const STATUSES = [
  "AVAILABLE",
  "REDEEMED",
  "EXPIRED",
  "CONSUMED",
  "RETURNED",
  "CONSUMED_BY_CONVERSION",
  "INACTIVE",
] as const;
export type AwardStatus = (typeof STATUSES)[number];

export interface AwardSpan {
  readonly programId: number;
  readonly category: Category;
  readonly partyIds: readonly number[];
  readonly from: Instant;
  readonly until: Instant;
}

const awardSpan = (query: RawQuery, context: QueryContext, start: string, end: string): AwardSpan => ({
  programId: programOf(query, context),
  category: categoryOf(query),
  partyIds: idsOf("entity_id", needed(query, "entity_id"), MOST_CUSTOMERS),
  ...spanOf(query, context.organisation, start, end),
});

/** Reads the query of pointsAwarded/paIds. */
export const parseAwardIds = (
  query: RawQuery,
  context: QueryContext,
): AwardSpan & { readonly statuses: readonly AwardStatus[] } => {
  refuseOtherOrganisation(query, context);
  const statuses = needed(query, "status")
    .split(",")
    .map((part) => {
      const found = STATUSES.find((status) => status === part.trim().toUpperCase());
      if (found === undefined)
        throw errors.bad_parameter({
          field: "status",
          expected: STATUSES.join(", "),
          value: part.slice(0, 40),
        });
      return found;
    });
  return { ...awardSpan(query, context, "start_expiry_date", "end_expiry_date"), statuses };
};

/** Reads the query of pointsAllocation/dateRange. */
export const parseAwardsBetween = (query: RawQuery, context: QueryContext): AwardSpan & CountedPage => ({
  ...awardSpan(query, context, "expiry_date_start", "expiry_date_end"),
  ...pageOf(query),
});

/** Reads the query of pointsAllocation/event. `entityId` is the event's own id or its bill's. */
export const parseAwardsOfEvent = (query: RawQuery) => ({
  entityId: needed(query, "entity_id"),
  partyId: idOf("customer_id", needed(query, "customer_id")),
  eventTypeId: idOf("event_type_id", needed(query, "event_type_id")),
  ...pageOf(query),
});

const DIRECTIONS = ["CREDIT", "DEBIT", "OPENING_BALANCE"] as const;

/** Reads the query of the lists of ledger entries. */
export const parseEntries = (query: RawQuery, { organisation }: QueryContext) => {
  const directions = needed(query, "ledger_entry_types")
    .split(",")
    .map((part) => {
      const found = DIRECTIONS.find((direction) => direction === part.trim().toUpperCase());
      if (found === undefined) throw errors.bad_entry_type({ value: part.slice(0, 40) });
      return found;
    });
  const tills = needed(query, "till_ids");
  const noTills = switchOf(query, "is_till_not_present") || tills === "-1";
  return {
    directions,
    partyId: idOf("entity_id", needed(query, "entity_id")),
    span: switchOf(query, "is_filter_not_based_on_date")
      ? null
      : spanOf(query, organisation, "start_date", "end_date"),
    tillIds: noTills ? null : idsOf("till_ids", tills, MOST_EVENTS),
    ...pageOf(query),
  };
};
export type EntriesQuery = ReturnType<typeof parseEntries>;

/** Reads which events of a customer details are asked of. */
export const parseEvents = (query: RawQuery) => ({
  partyId: idOf("entity_id", needed(query, "entity_id")),
  eventIds: idsOf("event_log_ids", needed(query, "event_log_ids"), MOST_EVENTS),
});

const YEAR = /^\d{4}$/;

/** Reads the query of points by year; every year when none is named. */
export const parseYears = (query: RawQuery) => {
  const text = textOf(query, "year");
  if (text !== undefined && !YEAR.test(text))
    throw errors.bad_parameter({ field: "year", expected: "a year", value: text.slice(0, 40) });
  return {
    partyId: idOf("customer_id", needed(query, "customer_id")),
    year: text === undefined ? null : Number(text),
  };
};
