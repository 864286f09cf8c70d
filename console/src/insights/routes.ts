import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { CATEGORIES } from "../customers/names.ts";
import { orgRoute } from "../shell/routes.ts";
import { idOf, monthOf, type Paging, pagingOf, wordOf } from "../ui/url-state.ts";
import { type LiabilityFilter, liabilityQuery } from "./queries.ts";

type Raw = Record<string, unknown>;

export interface LiabilitySearch extends LiabilityFilter, Paging {
  /** Month of expiry whose lots are shown, or `never`. */
  lots?: string | undefined;
}

export const liabilitySearchOf = (raw: Raw): LiabilitySearch => ({
  from: monthOf(raw, "from"),
  to: monthOf(raw, "to"),
  program: idOf(raw, "program"),
  currency: idOf(raw, "currency"),
  category: wordOf(raw, "category", CATEGORIES),
  lots: raw.lots === "never" ? "never" : monthOf(raw, "lots"),
  ...pagingOf(raw),
});

const areaRoute = createRoute({ getParentRoute: () => orgRoute, path: "insights" });

const startRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "/",
  beforeLoad: ({ params: { org } }) => {
    throw redirect({ to: "/$org/insights/liability", params: { org }, replace: true });
  },
});

const liabilityRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "liability",
  validateSearch: liabilitySearchOf,
  loaderDeps: ({ search: { from, to, program, currency, category } }) => ({
    from,
    to,
    program,
    currency,
    category,
  }),
  loader: ({ context: { queryClient, api, organisation }, deps }) => {
    if (!organisation.permissions.includes("Insights:read")) return;
    void queryClient.prefetchQuery(liabilityQuery(api, deps));
  },
  component: lazyRouteComponent(() => import("./liability-page.tsx"), "LiabilityPage"),
});

export const insightsRoutes = areaRoute.addChildren([startRoute, liabilityRoute]);
