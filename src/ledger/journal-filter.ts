import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Organisation } from "#orgs";
import { type Instant, parseDateTime, startOfDay } from "#platform";
import { errors } from "./errors.ts";
import { parseProgram, parseTills, type QueryContext } from "./ledger-query.ts";
import type { LedgerFilter } from "./pages.ts";
import { CATEGORY_FILTERS, POINTS } from "./schema.ts";

const id = (description: string) => Type.Optional(Type.String({ pattern: "^[0-9]{1,15}$", description }));
const day = (description: string) =>
  Type.Optional(Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description }));

/** What narrows a customer's journal in the console. */
export const JOURNAL_FILTER = {
  entryType: Type.Optional(
    Type.Enum(["credit", "debit", "opening"], { description: "Entries of this kind; all when absent" }),
  ),
  category: Type.Optional(
    Type.Enum(["REGULAR", "PROMISED", "TRIGGER_BASED"], { description: "Entries of this category" }),
  ),
  currencyId: id("Entries of this currency; 0: points"),
  programId: id("Entries of this program"),
  storeId: id("Made at a till of this store; not together with tillId"),
  tillId: id("Made at this till"),
  from: day("First day, YYYY-MM-DD in the organisation's zone"),
  until: day("Last day, as `from`"),
};

const JournalFilter = Type.Object(JOURNAL_FILTER);
export type JournalFilter = Static<typeof JournalFilter>;

const DIRECTIONS = { credit: "CREDIT", debit: "DEBIT", opening: "OPENING_BALANCE" } as const;

/**
 * Reads the filters of the console's journal. Raises ledger.one_place_only, ledger.bad_till, ledger.no_tills, ledger.bad_program,
 * ledger.bad_parameter, ledger.bad_date_only, ledger.bad_span.
 */
export const parseJournalFilter = (query: JournalFilter, context: QueryContext): LedgerFilter => {
  const { entryType, category, storeId, tillId, programId } = query;
  return {
    tillIds: parseTills({ storeId, tillId }, context.organisation),
    ...parseProgram({ programId }, context),
    direction: entryType === undefined ? null : DIRECTIONS[entryType],
    category: category === undefined ? null : (CATEGORY_FILTERS[category] ?? null),
    ...parseCurrency(query.currencyId, context),
    ...parseDays(query, context.organisation),
  };
};

const parseCurrency = (
  value: string | undefined,
  { currencies }: QueryContext,
): Pick<LedgerFilter, "points" | "currencies"> => {
  if (value === undefined) return { points: true, currencies: "all" };
  const currencyId = Number(value);
  if (currencyId === POINTS) return { points: true, currencies: [] };
  if (!currencies.has(currencyId)) {
    const expected = "0 or the id of a currency of this organisation";
    throw errors.bad_parameter({ field: "currencyId", expected, value });
  }
  return { points: false, currencies: [currencyId] };
};

const parseDays = (
  query: JournalFilter,
  { timeZone }: Organisation,
): Pick<LedgerFilter, "from" | "until"> => {
  const startOf = (field: "from" | "until"): Instant | null => {
    const value = query[field];
    if (value === undefined) return null;
    const at = parseDateTime(value, { zone: timeZone });
    if (at === null) throw errors.bad_date_only({ field, value });
    return at;
  };
  const [from, last] = [startOf("from"), startOf("until")];
  if (from !== null && last !== null && from > last) throw errors.bad_span({ start: "from", end: "until" });
  return { from, until: last === null ? null : startOfDay(last, timeZone, 1) - 1 };
};
