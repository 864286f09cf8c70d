import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { type Answer, type ApiClient, filled, type Params, type PathOf, type QueryOf } from "./client.ts";
import type { ApiError } from "./errors.ts";

/** What is read from a path, kept by organisation, path and query. */
export const apiQuery = <P extends PathOf<"get">>(
  api: ApiClient,
  path: P,
  call: { params?: Params; query?: QueryOf<P> } = {},
) =>
  queryOptions<Answer<P>, ApiError>({
    queryKey: [api.orgId, filled(path, call.params), call.query ?? {}],
    queryFn: ({ signal }) => api.get(path, { ...call, signal }),
  });

/** Reads anew what lies at and under these paths, such as /customers: something there was changed. */
export const refresh = (queryClient: QueryClient, api: ApiClient, ...paths: string[]): Promise<void> =>
  queryClient.invalidateQueries({
    predicate: ({ queryKey }) =>
      queryKey[0] === api.orgId &&
      paths.some((path) => queryKey[1] === `/api${path}` || String(queryKey[1]).startsWith(`/api${path}/`)),
  });
