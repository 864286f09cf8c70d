import { queryOptions } from "@tanstack/react-query";
import type { ApiClient, ApiError } from "../api/client.ts";
import type { Program, ProgramSummary } from "../api/programs.ts";
import { apiQuery } from "../api/query.ts";
import type { List } from "../api/types.ts";

export const programsQuery = (api: ApiClient) => apiQuery<List<ProgramSummary>>(api, "/programs");

export const programQuery = (api: ApiClient, id: number | string) =>
  apiQuery<Program>(api, `/programs/${id}`);

/** The organisation's default program, or its first; null when there is none. */
export const defaultProgramQuery = (api: ApiClient) =>
  queryOptions<Program | null, ApiError>({
    queryKey: [api.orgId, "/programs", "default"],
    queryFn: async ({ client }) => {
      const { items } = await client.fetchQuery(programsQuery(api));
      const chosen = items.find(({ isDefault }) => isDefault) ?? items[0];
      return chosen === undefined ? null : client.fetchQuery(programQuery(api, chosen.id));
    },
    staleTime: 60_000,
  });
