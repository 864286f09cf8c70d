import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { activityRoutes } from "./activity/routes.ts";
import { adminRoutes } from "./admin/routes.ts";
import { memberRoutes, transactionRoute } from "./customers/routes.ts";
import { homeRoute } from "./home/routes.ts";
import { insightsRoutes } from "./insights/routes.ts";
import { loyaltyRoutes } from "./loyalty/routes.ts";
import { NotFound, RouteFailure } from "./shell/root-frame.tsx";
import { orgRoute, rootRoute, signInRoute, startRoute } from "./shell/routes.ts";
import { connectRoutes } from "./webhooks/routes.ts";

const tree = rootRoute.addChildren([
  signInRoute,
  startRoute,
  orgRoute.addChildren([
    homeRoute,
    memberRoutes,
    transactionRoute,
    loyaltyRoutes,
    connectRoutes,
    insightsRoutes,
    activityRoutes,
    adminRoutes,
  ]),
]);

/** Queries as plain names and texts: the router's own JSON would turn long numbers into others. */
const parseSearch = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text));

const stringifySearch = (search: Record<string, unknown>): string => {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") parts.set(name, String(value));
  }
  const text = parts.toString();
  return text === "" ? "" : `?${text}`;
};

/** The whole console: every screen with its address. Screens load when they are needed, and ahead on hover. */
export const createConsoleRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPreloadDelay: 40,
    // The query cache decides what is fresh.
    defaultPreloadStaleTime: 0,
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: RouteFailure,
    scrollRestoration: true,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
