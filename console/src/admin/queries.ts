import type { ApiClient } from "../api/client.ts";
import { apiQuery } from "../api/query.ts";
import type { Client, Entity, EntityType, Field, List, Organisation, Setting, User } from "../api/types.ts";
import type { Paging } from "../ui/url-state.ts";

export const PAGE_SIZE = 25;

export interface EntityFilter extends Paging {
  q?: string | undefined;
}

export const organisationQuery = (api: ApiClient) => apiQuery<Organisation>(api, "/organisation");
export const settingsQuery = (api: ApiClient) => apiQuery<List<Setting>>(api, "/settings");

export const entitiesQuery = (
  api: ApiClient,
  type: EntityType,
  { q, after }: EntityFilter = {},
  limit = PAGE_SIZE,
) => apiQuery<List<Entity>>(api, "/entities", { type, q, after, limit });

export const entityQuery = (api: ApiClient, id: number) => apiQuery<Entity>(api, `/entities/${id}`);

export const fieldsQuery = (api: ApiClient) => apiQuery<List<Field>>(api, "/fields");
export const clientsQuery = (api: ApiClient, after: string | undefined) =>
  apiQuery<List<Client>>(api, "/clients", { after, limit: PAGE_SIZE });
export const usersQuery = (api: ApiClient, after: string | undefined) =>
  apiQuery<List<User>>(api, "/users", { after, limit: PAGE_SIZE });
