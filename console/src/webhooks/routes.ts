import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { orgRoute } from "../shell/routes.ts";
import { pagingOf, textOf, wordOf } from "../ui/url-state.ts";
import { type DeliverySearch, deliveriesQuery, webhooksQuery } from "./queries.ts";
import { DELIVERY_FILTERS } from "./webhook-words.ts";

type Raw = Record<string, unknown>;

const areaRoute = createRoute({ getParentRoute: () => orgRoute, path: "connect" });

/** Open forms live in the address too. */
interface Editing {
  add?: "1" | undefined;
}

const listRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "/",
  validateSearch: (raw: Raw): Editing => ({ add: wordOf(raw, "add", ["1"]) }),
  loader: ({ context: { queryClient, api } }) => void queryClient.prefetchQuery(webhooksQuery(api)),
  component: lazyRouteComponent(() => import("./webhook-list.tsx"), "WebhookList"),
});

export interface WebhookSearch extends DeliverySearch {
  edit?: "1" | undefined;
  /** The delivery that is shown beside the list. */
  delivery?: string | undefined;
}

const webhookRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "webhooks/$webhookId",
  validateSearch: (raw: Raw): WebhookSearch => ({
    status: wordOf(raw, "status", DELIVERY_FILTERS),
    event: textOf(raw, "event"),
    edit: wordOf(raw, "edit", ["1"]),
    delivery: textOf(raw, "delivery"),
    ...pagingOf(raw),
  }),
  loaderDeps: ({ search: { status, event, after } }) => ({ status, event, after }),
  loader: ({ context: { queryClient, api }, params: { webhookId }, deps }) => {
    void queryClient.prefetchQuery(webhooksQuery(api));
    void queryClient.prefetchQuery(deliveriesQuery(api, webhookId, deps));
  },
  component: lazyRouteComponent(() => import("./webhook-page.tsx"), "WebhookPage"),
});

export const connectRoutes = areaRoute.addChildren([listRoute, webhookRoute]);
