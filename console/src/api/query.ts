import { type QueryClient, queryOptions } from "@tanstack/react-query";
import type { ApiClient, ApiError, Query } from "./client.ts";

/** What is read from a path, kept by organisation, path and query. */
export const apiQuery = <T>(api: ApiClient, path: string, query: Query = {}) =>
  queryOptions<T, ApiError>({
    queryKey: [api.orgId, path, query],
    queryFn: ({ signal }) => api.get<T>(path, query, signal),
  });

/** Reads anew what lies under these paths: something there was changed. */
export const refresh = (queryClient: QueryClient, api: ApiClient, ...paths: string[]): Promise<void> =>
  queryClient.invalidateQueries({
    predicate: ({ queryKey }) =>
      queryKey[0] === api.orgId &&
      paths.some((path) => queryKey[1] === path || String(queryKey[1]).startsWith(`${path}/`)),
  });
