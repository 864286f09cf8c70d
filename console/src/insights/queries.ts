import type { ApiClient } from "../api/client.ts";
import { apiQuery } from "../api/query.ts";
import type { CategoryName } from "../customers/names.ts";
import type { Paging } from "../ui/url-state.ts";

export const LOTS_PAGE = 25;

/** What a liability report is narrowed to, as its address says it. */
export interface LiabilityFilter {
  from?: string | undefined;
  to?: string | undefined;
  program?: string | undefined;
  currency?: string | undefined;
  category?: CategoryName | undefined;
}

/** The filter as the server takes it. */
export const liabilityCall = ({ from, to, program, currency, category }: LiabilityFilter) => ({
  from,
  to,
  programId: program,
  currencyId: currency,
  category,
});

export const liabilityQuery = (api: ApiClient, filter: LiabilityFilter) =>
  apiQuery(api, "/api/insights/liability", { query: liabilityCall(filter) });

/** Lots that expire in a month, or never; the totals' currency alone, as the months count it. */
export const lotsCall = (filter: LiabilityFilter, month: string, currencyId: number, limit: number) => {
  const { programId, category } = liabilityCall(filter);
  return { month, programId, category, currencyId, limit };
};

export const expiringLotsQuery = (
  api: ApiClient,
  filter: LiabilityFilter,
  month: string,
  currencyId: number,
  { after }: Paging,
) =>
  apiQuery(api, "/api/insights/liability/lots", {
    query: { ...lotsCall(filter, month, currencyId, LOTS_PAGE), after },
  });
