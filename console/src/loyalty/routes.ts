import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { orgRoute } from "../shell/routes.ts";
import { SECTION_KEYS, type Section } from "./draft-problems.ts";
import { programQuery, programsQuery } from "./queries.ts";

const areaRoute = createRoute({ getParentRoute: () => orgRoute, path: "loyalty" });

const listRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "/",
  loader: ({ context: { queryClient, api } }) => void queryClient.prefetchQuery(programsQuery(api)),
  component: lazyRouteComponent(() => import("./program-list.tsx"), "ProgramList"),
});

const programRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "$programId",
  loader: ({ context: { queryClient, api }, params: { programId } }) =>
    void queryClient.prefetchQuery(programQuery(api, programId)),
  component: lazyRouteComponent(() => import("./program-page.tsx"), "ProgramPage"),
});

const draftRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "$programId/draft",
  validateSearch: ({ section }: Record<string, unknown>): { section?: Section } =>
    SECTION_KEYS.includes(section as Section) && section !== "earning" ? { section: section as Section } : {},
  loader: ({ context: { queryClient, api }, params: { programId } }) =>
    void queryClient.prefetchQuery(programQuery(api, programId)),
  component: lazyRouteComponent(() => import("./draft-page.tsx"), "DraftPage"),
});

export const loyaltyRoutes = areaRoute.addChildren([listRoute, programRoute, draftRoute]);
