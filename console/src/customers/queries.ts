import { infiniteQueryOptions } from "@tanstack/react-query";
import type { ApiClient, ApiError } from "../api/client.ts";
import { apiQuery } from "../api/query.ts";
import type {
  Balance,
  Customer,
  CustomerSummary,
  Field,
  LedgerEvent,
  List,
  Lot,
  Membership,
  TierChange,
  TimelineItem,
  Transaction,
  TransactionSummary,
} from "../api/types.ts";
import type { Paging } from "../ui/url-state.ts";

export const PAGE_SIZE = 25;

export interface MemberFilter extends Paging {
  q?: string | undefined;
  tier?: string | undefined;
  sort?: "registeredAt" | "name" | undefined;
  order?: "asc" | "desc" | undefined;
}

type Id = string | number;

export const customersQuery = (
  api: ApiClient,
  { q, tier, sort = "registeredAt", order = sort === "name" ? "asc" : "desc", after }: MemberFilter,
  limit = PAGE_SIZE,
) =>
  apiQuery<List<CustomerSummary>>(api, "/customers", {
    ...(tier === undefined ? { q, sort, order } : { tier }),
    after,
    limit,
  });

export const customerQuery = (api: ApiClient, id: Id) => apiQuery<Customer>(api, `/customers/${id}`);

export const membershipsQuery = (api: ApiClient, id: Id) =>
  apiQuery<List<Membership>>(api, `/customers/${id}/memberships`);

export const balancesQuery = (api: ApiClient, id: Id) =>
  apiQuery<List<Balance>>(api, `/customers/${id}/balances`);

export const tierChangesQuery = (api: ApiClient, id: Id) =>
  apiQuery<List<TierChange>>(api, `/customers/${id}/tier-changes`);

export const ledgerQuery = (api: ApiClient, id: Id, after: string | undefined, limit = PAGE_SIZE) =>
  apiQuery<List<LedgerEvent>>(api, `/customers/${id}/ledger`, { after, limit });

export const lotsQuery = (api: ApiClient, id: Id, all: boolean) =>
  apiQuery<List<Lot>>(api, `/customers/${id}/lots`, all ? {} : { open: true });

export const balanceHistoryQuery = (api: ApiClient, id: Id, days: string) =>
  apiQuery<{ items: { date: string; balance: number }[] }>(api, `/customers/${id}/balance-history`, { days });

export const transactionsQuery = (api: ApiClient, id: Id, after: string | undefined, limit = PAGE_SIZE) =>
  apiQuery<List<TransactionSummary>>(api, `/customers/${id}/transactions`, { after, limit });

export const transactionQuery = (api: ApiClient, id: Id) => apiQuery<Transaction>(api, `/transactions/${id}`);

export const customerFieldsQuery = (api: ApiClient) =>
  apiQuery<List<Field>>(api, "/fields", { kind: "extended", scope: "CUSTOMER" });

export const timelineQuery = (api: ApiClient, id: Id, kinds: string | undefined) =>
  infiniteQueryOptions<
    List<TimelineItem>,
    ApiError,
    { pages: List<TimelineItem>[] },
    unknown[],
    string | null
  >({
    queryKey: [api.orgId, `/customers/${id}/timeline`, kinds ?? ""],
    queryFn: ({ pageParam, signal }) =>
      api.get<List<TimelineItem>>(
        `/customers/${id}/timeline`,
        { after: pageParam ?? undefined, limit: 30, kinds: kinds?.replaceAll(".", ",") },
        signal,
      ),
    initialPageParam: null,
    getNextPageParam: ({ next }) => next,
  });
