import type { ApiClient } from "../api/client.ts";
import { apiQuery } from "../api/query.ts";
import type { Paging } from "../ui/url-state.ts";
import type { DeliveryFilterWord } from "./webhook-words.ts";

export const PAGE_SIZE = 25;

export interface DeliverySearch extends Paging {
  status?: DeliveryFilterWord | undefined;
  event?: string | undefined;
}

export const webhooksQuery = (api: ApiClient) => apiQuery(api, "/api/webhooks");
export const eventsQuery = (api: ApiClient) => apiQuery(api, "/api/webhook-events");
export const eventQuery = (api: ApiClient, name: string) =>
  apiQuery(api, "/api/webhook-events/{name}", { params: { name } });
export const secretsQuery = (api: ApiClient, id: string) =>
  apiQuery(api, "/api/webhooks/{id}/secrets", { params: { id } });

export const deliveriesQuery = (api: ApiClient, id: string, { status, event, after }: DeliverySearch) =>
  apiQuery(api, "/api/webhooks/{id}/deliveries", {
    params: { id },
    query: { status, eventName: event, after, limit: String(PAGE_SIZE) },
  });
export const deliveryQuery = (api: ApiClient, id: string, eventId: string) =>
  apiQuery(api, "/api/webhooks/{id}/deliveries/{eventId}", { params: { id, eventId } });
