import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { orgRoute } from "../shell/routes.ts";
import { pagingOf, textOf, wordOf } from "../ui/url-state.ts";
import { type CustomerFilter, ONLY, SORTS, whatIfQuery } from "../whatif/queries.ts";
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

const compareRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "$programId/compare",
  validateSearch: (raw: Record<string, unknown>): { from?: string; to?: string } => ({
    ...sideOf(raw, "from"),
    ...sideOf(raw, "to"),
  }),
  loader: ({ context: { queryClient, api }, params: { programId } }) =>
    void queryClient.prefetchQuery(programQuery(api, programId)),
  component: lazyRouteComponent(() => import("./compare-page.tsx"), "ComparePage"),
});

/** A version's number, or draft. */
const sideOf = <Name extends string>(raw: Record<string, unknown>, name: Name): { [N in Name]?: string } => {
  const text = textOf(raw, name);
  return text !== undefined && /^(draft|[1-9]\d{0,8})$/.test(text)
    ? ({ [name]: text } as { [N in Name]?: string })
    : {};
};

const tryRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "$programId/what-if",
  validateSearch: (raw: Record<string, unknown>) => pagingOf(raw),
  loader: ({ context: { queryClient, api }, params: { programId } }) =>
    void queryClient.prefetchQuery(programQuery(api, programId)),
  component: lazyRouteComponent(() => import("../whatif/try-page.tsx"), "TryPage"),
});

const whatIfRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "$programId/what-if/$runId",
  validateSearch: (raw: Record<string, unknown>): CustomerFilter => ({
    sort: wordOf(raw, "sort", SORTS),
    order: wordOf(raw, "order", ["asc", "desc"] as const),
    only: wordOf(raw, "only", ONLY),
    ...pagingOf(raw),
  }),
  loader: ({ context: { queryClient, api }, params: { runId } }) =>
    void queryClient.prefetchQuery(whatIfQuery(api, runId)),
  component: lazyRouteComponent(() => import("../whatif/run-page.tsx"), "RunPage"),
});

export const loyaltyRoutes = areaRoute.addChildren([
  listRoute,
  programRoute,
  draftRoute,
  compareRoute,
  tryRoute,
  whatIfRoute,
]);
