import { queryOptions } from "@tanstack/react-query";
import type { Answer, ApiClient } from "../api/client.ts";
import type { ApiError } from "../api/errors.ts";
import type { Program } from "../api/programs.ts";
import { apiQuery } from "../api/query.ts";

export const programsQuery = (api: ApiClient) => apiQuery(api, "/api/programs");

/** The description leaves definitions open, as the server judges them; programs.ts says what they hold. */
const programOf = (answer: Answer<"/api/programs/{id}">): Program => answer as unknown as Program;

export const programQuery = (api: ApiClient, id: number | string) =>
  queryOptions<Program, ApiError>({
    queryKey: [api.orgId, `/api/programs/${id}`],
    queryFn: async ({ signal }) => programOf(await api.get("/api/programs/{id}", { params: { id }, signal })),
  });

/** What changes from one version, or the draft, to another. */
export const comparisonQuery = (api: ApiClient, id: number | string, from: string, to: string) =>
  apiQuery(api, "/api/programs/{id}/compare", { params: { id }, query: { from, to } });

/** The same, read once when it is shown: publishing takes the draft away, and reading anew would find none. */
export const draftChangesQuery = (api: ApiClient, id: number | string, from: string) =>
  queryOptions({
    ...comparisonQuery(api, id, from, "draft"),
    queryKey: [api.orgId, "changes to publish", id, from],
    gcTime: 0,
  });

/** The organisation's default program, or its first; null when there is none. */
export const defaultProgramQuery = (api: ApiClient) =>
  queryOptions<Program | null, ApiError>({
    queryKey: [api.orgId, "/api/programs", "default"],
    queryFn: async ({ client }) => {
      const { items } = await client.fetchQuery(programsQuery(api));
      const chosen = items.find(({ isDefault }) => isDefault) ?? items[0];
      return chosen === undefined ? null : client.fetchQuery(programQuery(api, chosen.id));
    },
    staleTime: 60_000,
  });
