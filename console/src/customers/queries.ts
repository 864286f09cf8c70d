import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ApiClient } from "../api/client.ts";
import type { ApiError } from "../api/errors.ts";
import { apiQuery } from "../api/query.ts";
import type { Timeline } from "../api/types.ts";
import type { Paging } from "../ui/url-state.ts";
import type { CategoryName } from "./names.ts";

export const PAGE_SIZE = 25;

export interface MemberFilter extends Paging {
  q?: string | undefined;
  tier?: string | undefined;
  sort?: "registeredAt" | "name" | undefined;
  order?: "asc" | "desc" | undefined;
}

type Id = string | number;

/** The call of a page of members. A tier lists by id, without a text. */
export const customersCall = (filter: MemberFilter, limit = PAGE_SIZE) => {
  const { q, tier, sort = "registeredAt", after } = filter;
  const order = filter.order ?? (sort === "name" ? "asc" : "desc");
  return { query: { ...(tier === undefined ? { q, sort, order } : { tier }), after, limit } };
};

export const customersQuery = (api: ApiClient, filter: MemberFilter) =>
  apiQuery(api, "/api/customers", customersCall(filter));

export const customerQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/customers/{id}", { params: { id } });

export const membershipsQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/customers/{id}/memberships", { params: { id } });

export const trackersQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/customers/{id}/trackers", { params: { id } });

export const balancesQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/customers/{id}/balances", { params: { id } });

export const mergesQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/customers/{id}/merges", { params: { id } });

export const mergePreviewQuery = (api: ApiClient, survivorId: number, victimId: number) =>
  apiQuery(api, "/api/customers/{id}/merge-preview", {
    params: { id: survivorId },
    query: { with: String(victimId) },
  });

export const tierChangesQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/customers/{id}/tier-changes", { params: { id } });

export const ENTRY_TYPES = ["credit", "debit", "opening"] as const;

/** What a member's ledger is narrowed to, as its address says it. Ids of programs, currencies, stores and tills; days as YYYY-MM-DD. */
export interface LedgerFilter extends Paging {
  entries?: (typeof ENTRY_TYPES)[number] | undefined;
  category?: CategoryName | undefined;
  currency?: string | undefined;
  program?: string | undefined;
  store?: string | undefined;
  till?: string | undefined;
  from?: string | undefined;
  until?: string | undefined;
}

/** The filter as the server takes it. */
export const ledgerCall = (id: Id, filter: LedgerFilter, limit = PAGE_SIZE) => {
  const { entries, category, currency, program, store, till, from, until, after } = filter;
  return {
    params: { id },
    query: {
      entryType: entries,
      category,
      currencyId: currency,
      programId: program,
      storeId: store,
      tillId: till,
      from,
      until,
      after,
      limit,
    },
  };
};

export const ledgerQuery = (api: ApiClient, id: Id, filter: LedgerFilter) =>
  apiQuery(api, "/api/customers/{id}/ledger", ledgerCall(id, filter));

/** One event of the ledger, wherever it lies. */
export const ledgerEventQuery = (api: ApiClient, id: Id, event: number) =>
  apiQuery(api, "/api/customers/{id}/ledger", { params: { id }, query: { event: String(event), limit: 1 } });

export const lotsQuery = (api: ApiClient, id: Id, all: boolean) =>
  apiQuery(api, "/api/customers/{id}/lots", { params: { id }, query: all ? {} : { open: true } });

export const balanceHistoryQuery = (api: ApiClient, id: Id, days: string) =>
  apiQuery(api, "/api/customers/{id}/balance-history", { params: { id }, query: { days } });

export const redemptionsQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/customers/{id}/redemptions", { params: { id }, query: { limit: 10 } });

export const transfersQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/customers/{id}/transfers", { params: { id } });

export const holdsQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/customers/{id}/holds", { params: { id }, query: { active: true, limit: 100 } });

export const transactionsQuery = (api: ApiClient, id: Id, after: string | undefined, limit = PAGE_SIZE) =>
  apiQuery(api, "/api/customers/{id}/transactions", { params: { id }, query: { after, limit } });

export const transactionQuery = (api: ApiClient, id: Id) =>
  apiQuery(api, "/api/transactions/{id}", { params: { id } });

export const customerFieldsQuery = (api: ApiClient) =>
  apiQuery(api, "/api/fields", { query: { kind: "extended", scope: "CUSTOMER" } });

export const timelineQuery = (api: ApiClient, id: Id, kinds: string | undefined) =>
  infiniteQueryOptions<Timeline, ApiError, { pages: Timeline[] }, unknown[], string | null>({
    queryKey: [api.orgId, `/api/customers/${id}/timeline`, kinds ?? ""],
    queryFn: ({ pageParam, signal }) =>
      api.get("/api/customers/{id}/timeline", {
        params: { id },
        query: { after: pageParam ?? undefined, limit: 30, kinds: kinds?.replaceAll(".", ",") },
        signal,
      }),
    initialPageParam: null,
    getNextPageParam: ({ next }) => next,
  });

/** The statement of a month as the page that members get. */
export const statementPageQuery = (api: ApiClient, id: Id, month: string) =>
  queryOptions<string, ApiError>({
    queryKey: [api.orgId, `/api/customers/${id}/statement`, month],
    queryFn: ({ signal }) =>
      api.text("/api/customers/{id}/statement", { params: { id }, query: { month, format: "html" }, signal }),
  });
