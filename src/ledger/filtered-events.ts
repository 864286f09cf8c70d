import { rawSql, type Tx } from "#platform";
import {
  COLUMNS,
  type EventRange,
  isQuiet,
  type LedgerFilter,
  type LedgerLine,
  showsAccount,
} from "./pages.ts";
import type { AccountKey } from "./schema.ts";

/** The sign alone tells them apart: what opens an account moves nothing, and nothing else does. */
const SIGNS = { CREDIT: "amount > 0", DEBIT: "amount < 0", OPENING_BALANCE: "amount = 0" };

/** The filter's conditions, without its dates, for a statement whose values so far are `values`. */
const conditionsOf = (filter: LedgerFilter, values: unknown[]): string => {
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (filter.tillIds !== null) conditions.push(`till_id = any(${bind(filter.tillIds)}::bigint[])`);
  if (filter.programId !== null) {
    const own = `program_id = ${bind(filter.programId)}`;
    const elsewhere = filter.conceptTillIds;
    conditions.push(
      elsewhere === null ? own : `(${own} or (amount < 0 and till_id = any(${bind(elsewhere)}::bigint[])))`,
    );
  }
  // Written out, because only then are the indexes seen to hold all rows that are asked for.
  if (filter.category !== null) conditions.push(`category = ${filter.category}`);
  if (filter.direction !== null) conditions.push(SIGNS[filter.direction]);
  if (filter.currencies !== "all")
    conditions.push(`(currency_id = 0 or currency_id = any(${bind(filter.currencies)}::bigint[]))`);
  if (!filter.points) conditions.push("currency_id > 0");
  return conditions.length === 0 ? "true" : conditions.join(" and ");
};

/**
 * What every line of an event fulfils that the filter hides, where an index holds such lines: counting those few and leaving them out of
 * the range, whose numbers have no gaps, is then quicker than counting what is shown. Null where there is no such index.
 */
const hiddenBy = (filter: LedgerFilter, accounts: readonly AccountKey[]): string | null => {
  if (filter.tillIds !== null || filter.conceptTillIds !== null) return null;
  const hidden = accounts.filter((account) => !showsAccount(filter, account));
  if (filter.direction === "CREDIT") return hidden.length === 0 ? "amount <= 0" : null;
  // What only accounts seldom moved are shown of is found by their index.
  const isMostlyShown = accounts.some((account) => !isQuiet(account) && showsAccount(filter, account));
  if (filter.direction !== null || !isMostlyShown) return null;
  return hidden.every(isQuiet) ? "(category > 1 or currency_id > 0)" : null;
};

interface Selection {
  readonly orgId: number;
  readonly partyId: number;
  readonly range: EventRange;
  readonly filter: LedgerFilter;
}

const IN_RANGE = "org_id = $1 and party_id = $2 and event_no between $3 and $4";
const valuesOf = ({ orgId, partyId, range }: Selection): unknown[] => [
  orgId,
  partyId,
  range.first,
  range.last,
];

/** Numbers of the events with a line inside the filter; stops as soon as the page is full. */
const numbersOf = async (
  tx: Tx,
  selection: Selection,
  page: { readonly limit: number; readonly skip: number; readonly ascending: boolean },
): Promise<number[]> => {
  const values = valuesOf(selection);
  const where = conditionsOf(selection.filter, values);
  const rows = await tx.rows<{ eventNo: number }>(
    rawSql(
      `/* ledger.filtered_events */ select distinct event_no as "eventNo" from ledger.entries
        where ${IN_RANGE} and ${where}
        order by event_no ${page.ascending ? "asc" : "desc"} limit $${values.length + 1} offset $${values.length + 2}`,
      [...values, page.limit, page.skip],
    ),
  );
  return rows.map((row) => row.eventNo);
};

const count = async (tx: Tx, selection: Selection): Promise<number> => {
  const values = valuesOf(selection);
  const where = conditionsOf(selection.filter, values);
  const row = await tx.one<{ events: number }>(
    rawSql(
      `/* ledger.count_filtered_events */ select count(*) as events
         from (select distinct event_no from ledger.entries where ${IN_RANGE} and ${where}) matching`,
      values,
    ),
  );
  return row.events;
};

const countHidden = async (tx: Tx, selection: Selection, hidden: string): Promise<number> => {
  const values = valuesOf(selection);
  const where = conditionsOf(selection.filter, values);
  const row = await tx.one<{ events: number }>(
    rawSql(
      `/* ledger.count_hidden_events */ select count(*) as events
         from (select distinct event_no as no from ledger.entries where ${IN_RANGE} and ${hidden}) other
        where not exists (
          select 1 from ledger.entries where org_id = $1 and party_id = $2 and event_no = other.no and ${where})`,
      values,
    ),
  );
  return row.events;
};

/** Numbers of the events with a line inside the filter: a page of them, how many there are in all, and the newest of all. */
export const filteredEvents = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  range: EventRange,
  filter: LedgerFilter,
  accounts: readonly AccountKey[],
  page: { readonly limit: number; readonly skip: number; readonly ascending: boolean },
): Promise<{ eventNos: number[]; total: number; newest: number }> => {
  const selection = { orgId, partyId, range, filter };
  const [eventNos, [newest], total] = await Promise.all([
    numbersOf(tx, selection, page),
    numbersOf(tx, selection, { limit: 1, skip: 0, ascending: false }),
    totalOf(tx, selection, accounts),
  ]);
  return { eventNos, total, newest: newest ?? 0 };
};

/** How many events have a line inside the filter, counted the quicker way. */
const totalOf = async (tx: Tx, selection: Selection, accounts: readonly AccountKey[]): Promise<number> => {
  const { range, filter } = selection;
  const hidden = hiddenBy(filter, accounts);
  if (hidden === null) return count(tx, selection);
  return Math.max(0, range.last - range.first + 1) - (await countHidden(tx, selection, hidden));
};

/**
 * Numbers of the events with a line inside the filter from number `newest` back, the number that the next page begins with
 * (0: there is none), and how many there are in all of the range.
 */
export const filteredPage = async (
  tx: Tx,
  orgId: number,
  partyId: number,
  range: EventRange,
  filter: LedgerFilter,
  accounts: readonly AccountKey[],
  { newest, limit }: { readonly newest: number; readonly limit: number },
): Promise<{ eventNos: number[]; total: number; next: number }> => {
  const selection = { orgId, partyId, range, filter };
  const shown = { ...selection, range: { first: range.first, last: Math.min(newest, range.last) } };
  const [found, total] = await Promise.all([
    numbersOf(tx, shown, { limit: limit + 1, skip: 0, ascending: false }),
    totalOf(tx, selection, accounts),
  ]);
  return { eventNos: found.slice(0, limit), total, next: found[limit] ?? 0 };
};

/** The lines inside the filter of the given events. */
export const filteredLines = (
  tx: Tx,
  orgId: number,
  partyId: number,
  eventNos: readonly number[],
  filter: LedgerFilter,
): Promise<LedgerLine[]> => {
  const values: unknown[] = [orgId, partyId, eventNos];
  const where = conditionsOf(filter, values);
  return tx.rows<LedgerLine>(
    rawSql(
      `/* ledger.filtered_lines */ select ${COLUMNS} from ledger.entries
        where org_id = $1 and party_id = $2 and event_no = any($3::bigint[]) and ${where} order by event_no, line_no`,
      values,
    ),
  );
};
