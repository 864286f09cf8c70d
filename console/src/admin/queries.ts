import type { ApiClient } from "../api/client.ts";
import { apiQuery } from "../api/query.ts";
import type { EntityType } from "../api/types.ts";
import type { Paging } from "../ui/url-state.ts";

export const PAGE_SIZE = 25;

export interface EntityFilter extends Paging {
  q?: string | undefined;
}

export const organisationQuery = (api: ApiClient) => apiQuery(api, "/api/organisation");
export const settingsQuery = (api: ApiClient) => apiQuery(api, "/api/settings");

export const entitiesQuery = (
  api: ApiClient,
  type: EntityType,
  { q, after }: EntityFilter = {},
  limit = PAGE_SIZE,
) => apiQuery(api, "/api/entities", { query: { type, q, after, limit } });

export const entityQuery = (api: ApiClient, id: number) =>
  apiQuery(api, "/api/entities/{id}", { params: { id } });

export const fieldsQuery = (api: ApiClient) => apiQuery(api, "/api/fields");
export const clientsQuery = (api: ApiClient, after: string | undefined) =>
  apiQuery(api, "/api/clients", { query: { after, limit: PAGE_SIZE } });
export const usersQuery = (api: ApiClient, after: string | undefined) =>
  apiQuery(api, "/api/users", { query: { after, limit: PAGE_SIZE } });
