import { queryOptions } from "@tanstack/react-query";
import type { ApiClient } from "../api/client.ts";
import type { ApiError } from "../api/errors.ts";
import { apiQuery } from "../api/query.ts";
import type { List, WhatIf } from "../api/types.ts";
import type { Paging } from "../ui/url-state.ts";

export const PAGE_SIZE = 25;
/** How often a run that works is looked at. */
const LOOK_MILLISECONDS = 1000;

export const isUnderWay = ({ status }: Pick<WhatIf, "status">): boolean =>
  status === "queued" || status === "running";

/** What-ifs of one program, or of all, newest first; those under way are followed. */
export const whatIfsQuery = (api: ApiClient, programId: string | undefined, after: string | undefined) =>
  queryOptions<List<WhatIf>, ApiError>({
    ...apiQuery(api, "/api/what-ifs", { query: { programId, after, limit: PAGE_SIZE } }),
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? LOOK_MILLISECONDS : false),
  });

export const whatIfQuery = (api: ApiClient, id: string | number) =>
  queryOptions<WhatIf, ApiError>({
    ...apiQuery(api, "/api/what-ifs/{id}", { params: { id } }),
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? LOOK_MILLISECONDS : false),
  });

export const resultQuery = (api: ApiClient, id: string | number) =>
  queryOptions({
    ...apiQuery(api, "/api/what-ifs/{id}/result", { params: { id } }),
    // What was found does not change.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const SORTS = ["difference", "tried", "compared", "recorded", "amount"] as const;
export const ONLY = ["winners", "losers", "changed"] as const;

export interface CustomerFilter extends Paging {
  sort?: (typeof SORTS)[number] | undefined;
  order?: "asc" | "desc" | undefined;
  only?: (typeof ONLY)[number] | undefined;
}

export const customerCall = ({ sort, order, only }: CustomerFilter) => ({ sort, order, only });

export const customersQuery = (api: ApiClient, id: string | number, filter: CustomerFilter) =>
  apiQuery(api, "/api/what-ifs/{id}/customers", {
    params: { id },
    query: { ...customerCall(filter), after: filter.after, limit: PAGE_SIZE },
  });
