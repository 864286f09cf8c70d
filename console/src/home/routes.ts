import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { apiQuery } from "../api/query.ts";
import type { Period } from "../api/types.ts";
import { orgRoute } from "../shell/routes.ts";
import { wordOf } from "../ui/url-state.ts";

export const PERIODS: readonly Period[] = ["today", "7d", "30d", "12m"];
export const DEFAULT_PERIOD: Period = "30d";

export const homeRoute = createRoute({
  getParentRoute: () => orgRoute,
  path: "/",
  validateSearch: (raw: Record<string, unknown>): { period?: Period } => {
    const period = wordOf(raw, "period", PERIODS);
    return period === undefined ? {} : { period };
  },
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient, api, organisation }, deps: { period = DEFAULT_PERIOD } }) => {
    if (!organisation.permissions.includes("Insights:read")) return;
    void queryClient.prefetchQuery(apiQuery(api, "/api/insights/home", { query: { period } }));
  },
  component: lazyRouteComponent(() => import("./home-page.tsx"), "HomePage"),
});
