import type { Organisation } from "#orgs";
import { type Instant, parseDateTime } from "#platform";
import { type CustomerReference, parseCustomer } from "./customer-reference.ts";
import { errors } from "./errors.ts";
import type { LedgerFilter } from "./pages.ts";
import { flagOf, numberOf, type RawQuery, textOf } from "./query-values.ts";
import { CATEGORY_FILTERS, type Category } from "./schema.ts";

/** What the ledger's reads have to know of programs. */
export interface ProgramName {
  readonly name: string;
  /** Decimals with which the program shows points; 2 when it does not say. */
  readonly decimals?: number;
  /** The concept that is mapped to the program. */
  readonly conceptId?: number | null;
  /** The program of every till whose concept is mapped to no other. */
  readonly isDefault?: boolean;
}
export type ProgramNames = ReadonlyMap<number, ProgramName>;
export type CurrencyNames = ReadonlyMap<number, { readonly name: string }>;

export interface QueryContext {
  readonly organisation: Organisation;
  readonly programs: ProgramNames;
  readonly currencies: CurrencyNames;
}

export interface LedgerQuery {
  readonly customer: CustomerReference;
  readonly filter: LedgerFilter;
  /** From 0. */
  readonly page: number;
  readonly size: number;
  readonly ascending: boolean;
}

const DAY = 86_400_000;
const MAX_SPAN_DAYS = 90;
export const INFO_LIMIT = 100;
const BALANCE_LIMIT = 10;
const DEFAULT_LIMIT = 10;

/** Page and size of a list; the page number counts from 0. */
export const parsePage = (query: RawQuery, most: number) => {
  const limit = textOf(query, "limit") ?? String(DEFAULT_LIMIT);
  const size = numberOf(limit);
  if (size === null || size < 1 || size > most) {
    throw most === BALANCE_LIMIT
      ? errors.bad_balance_limit({ value: limit })
      : errors.bad_limit({ most, value: limit });
  }
  const offset = textOf(query, "offset") ?? "0";
  const page = numberOf(offset);
  // Beyond what numbers of rows can be, a page number would no longer multiply exactly.
  if (page === null || page > 1e12) throw errors.bad_offset({ value: offset });
  return { page, size };
};

/** The tills that the entries must have been made at; null when any will do. */
export const parseTills = (query: RawQuery, organisation: Organisation): number[] | null => {
  const given = ["tillId", "tillIds", "storeId", "storeCode"].flatMap((field) => {
    const value = textOf(query, field);
    return value === undefined ? [] : [{ field, value }];
  });
  if (given.length > 1) throw errors.one_place_only();
  const place = given[0];
  if (place === undefined) return null;
  const { field, value } = place;
  if (field === "tillId" || field === "tillIds") return parseTillIds(field, value, organisation);
  const id = field === "storeId" ? numberOf(value) : null;
  const store =
    field === "storeCode" ? organisation.storeByCode(value) : id === null ? null : organisation.store(id);
  const tills = store === null ? [] : organisation.tillsOfStore(store.id);
  if (tills.length === 0) throw errors.no_tills({ field, value });
  return tills.map((till) => till.id);
};

const parseTillIds = (field: "tillId" | "tillIds", value: string, organisation: Organisation): number[] => {
  const parts = field === "tillId" ? [value] : value.split(",");
  return parts.map((part) => {
    const id = numberOf(part);
    if (id === null)
      throw field === "tillId" ? errors.bad_till_format({ value }) : errors.bad_tills({ value });
    if (organisation.till(id) === null) throw errors.bad_till({ value: part });
    return id;
  });
};

const parseDirection = (query: RawQuery): LedgerFilter["direction"] => {
  const value = textOf(query, "ledgerEntryType");
  const upper = value?.toUpperCase();
  if (upper === undefined || upper === "CREDIT" || upper === "DEBIT" || upper === "OPENING_BALANCE") {
    return upper ?? null;
  }
  throw errors.bad_entry_type({ value });
};

const parseCategory = (query: RawQuery): Category | null => {
  const value = textOf(query, "pointCategoryType");
  if (value === undefined) return null;
  const category = CATEGORY_FILTERS[value.toUpperCase()];
  if (category === undefined) throw errors.bad_category({ value });
  return category;
};

/** Which points and which alternate currencies are shown: the table of points-ledger.md §2. */
const parseCurrencies = (query: RawQuery, currencies: CurrencyNames) => {
  const category = parseCategory(query);
  const excluded = flagOf(query, "excludePointCategories", false);
  const names = textOf(query, "alternateCurrencyNames");
  if (flagOf(query, "includeAlternateCurrencies", false)) {
    const all = "all" as const;
    return excluded
      ? { points: false, currencies: all, category: null }
      : { points: true, currencies: all, category };
  }
  return { points: true, currencies: parseCurrencyNames(names, currencies), category };
};

/** Ids of the currencies that a comma list names. */
export const parseCurrencyNames = (names: string | undefined, currencies: CurrencyNames): number[] =>
  (names?.split(",") ?? []).map((name) => {
    const wanted = name.trim().toLowerCase();
    const found = [...currencies].find(([, currency]) => currency.name.toLowerCase() === wanted);
    if (found === undefined) throw errors.bad_currency_names({ value: name });
    return found[0];
  });

/** The program of which the entries are. */
export const parseProgram = (query: RawQuery, { organisation, programs }: QueryContext) => {
  const value = textOf(query, "programId");
  const withConcept = flagOf(query, "includeTillConceptEvents", false);
  if (value === undefined) {
    if (withConcept) throw errors.unsupported_combination();
    return { programId: null, conceptTillIds: null };
  }
  const programId = numberOf(value);
  const program = programId === null ? undefined : programs.get(programId);
  if (programId === null || program === undefined) throw errors.bad_program({ value });
  return {
    programId,
    conceptTillIds: withConcept ? tillsOfProgram(organisation, programs, programId) : null,
  };
};

/** The tills whose activities are the program's: those of its concept; of the default program those of nobody else's. */
export const tillsOfProgram = (
  organisation: Pick<Organisation, "entities" | "conceptOf">,
  programs: ProgramNames,
  programId: number,
): number[] => {
  const { conceptId = null, isDefault = false } = programs.get(programId) ?? {};
  const mapped = new Set([...programs.values()].flatMap((program) => program.conceptId ?? []));
  const isOwn = (concept: number | undefined) =>
    conceptId === null ? isDefault && !mapped.has(concept ?? 0) : concept === conceptId;
  return organisation
    .entities("TILL")
    .flatMap(({ id }) => (isOwn(organisation.conceptOf(id)?.id) ? [id] : []));
};

const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

/**
 * A time of the query, which carries no offset: UTC (loyalty-core.md §6), or clock time of the cluster where the
 * organisation keeps clock times as they are.
 */
const dateOf = (query: RawQuery, field: string, organisation: Organisation): Instant | null => {
  const value = textOf(query, field);
  if (value === undefined) return null;
  const zone = organisation.flag("CONF_ORG_DISABLE_MACHINE_TIME_CONV") ? organisation.clusterTimeZone : "UTC";
  const instant = DATE.test(value) ? parseDateTime(value, { zone }) : null;
  if (instant === null) throw errors.bad_date({ field, value });
  return instant;
};

const yearFrom = (instant: Instant, years: 1 | -1): Instant => {
  const date = new Date(instant);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return date.getTime();
};

/** Times are shown in whole seconds, so an entry within the last second asked for belongs to it. */
const endOfSecond = (instant: Instant | null): Instant | null => (instant === null ? null : instant + 999);

const parseDates = (query: RawQuery, organisation: Organisation): Pick<LedgerFilter, "from" | "until"> => {
  if (!flagOf(query, "isFilterBasedOnDate", true)) return { from: null, until: null };
  const start = dateOf(query, "startDate", organisation);
  const end = dateOf(query, "endDate", organisation);
  const lastYear = flagOf(query, "includeLastOneYearData", false);
  if (start !== null && end !== null) {
    if (start > end) throw errors.start_after_end();
    if (end - start > MAX_SPAN_DAYS * DAY) throw errors.span_too_long({ days: MAX_SPAN_DAYS });
    return { from: start, until: endOfSecond(end) };
  }
  if (start !== null) {
    return { from: start, until: endOfSecond(lastYear ? yearFrom(start, 1) : start + MAX_SPAN_DAYS * DAY) };
  }
  if (end !== null)
    return { from: lastYear ? yearFrom(end, -1) : end - MAX_SPAN_DAYS * DAY, until: endOfSecond(end) };
  return { from: null, until: null };
};

const parseOrder = (query: RawQuery): boolean => {
  const value = textOf(query, "sortOrder") ?? textOf(query, "sort") ?? "DESC";
  const upper = value.toUpperCase();
  if (upper !== "ASC" && upper !== "DESC") throw errors.bad_sort({ value });
  return upper === "ASC";
};

const parseFilter = (query: RawQuery, context: QueryContext): Omit<LedgerFilter, "from" | "until"> => ({
  tillIds: parseTills(query, context.organisation),
  ...parseProgram(query, context),
  direction: parseDirection(query),
  ...parseCurrencies(query, context.currencies),
});

/** Reads the query of getCustomerLedgerInfo. Raises the errors of points-ledger.md §5. */
export const parseLedgerInfo = (query: RawQuery, context: QueryContext): LedgerQuery => ({
  customer: parseCustomer(query, context.organisation),
  ...parsePage(query, INFO_LIMIT),
  filter: { ...parseFilter(query, context), ...parseDates(query, context.organisation) },
  ascending: parseOrder(query),
});

/** Reads the query of getCustomerLedgerBalance: `endDate` is the moment, with no bound on what lies before it. */
export const parseLedgerBalance = (query: RawQuery, context: QueryContext): LedgerQuery => ({
  customer: parseCustomer(query, context.organisation),
  ...parsePage(query, BALANCE_LIMIT),
  filter: {
    ...parseFilter(query, context),
    from: null,
    until: endOfSecond(dateOf(query, "endDate", context.organisation)),
  },
  ascending: false,
});
