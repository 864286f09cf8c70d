import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { orgRoute } from "../shell/routes.ts";
import { numberOf, type Paging, pagingOf, textOf, wordOf } from "../ui/url-state.ts";
import {
  clientsQuery,
  type EntityFilter,
  entitiesQuery,
  fieldsQuery,
  organisationQuery,
  settingsQuery,
  usersQuery,
} from "./queries.ts";

type Raw = Record<string, unknown>;

const areaRoute = createRoute({
  getParentRoute: () => orgRoute,
  path: "admin",
  component: lazyRouteComponent(() => import("./admin-frame.tsx"), "AdminFrame"),
});

const startRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/$org/admin/stores", params, replace: true });
  },
});

/** Open forms live in the address too: `edit` names what is edited, `add` says that something new is. */
interface Editing {
  edit?: number | undefined;
  add?: "1" | undefined;
}
export interface EntitySearch extends EntityFilter, Editing {}

const editing = (raw: Raw): Editing => ({ edit: numberOf(raw, "edit"), add: wordOf(raw, "add", ["1"]) });
const entitySearch = (raw: Raw): EntitySearch => ({
  q: textOf(raw, "q"),
  ...pagingOf(raw),
  ...editing(raw),
});

const organisationRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "organisation",
  loader: ({ context: { queryClient, api } }) => void queryClient.prefetchQuery(organisationQuery(api)),
  component: lazyRouteComponent(() => import("./organisation-page.tsx"), "OrganisationPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "settings",
  validateSearch: (raw: Raw): { q?: string | undefined } => ({ q: textOf(raw, "q") }),
  loader: ({ context: { queryClient, api } }) => void queryClient.prefetchQuery(settingsQuery(api)),
  component: lazyRouteComponent(() => import("./settings-page.tsx"), "SettingsPage"),
});

const conceptsRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "concepts",
  validateSearch: (raw: Raw): EntitySearch & { type?: "ZONE" | undefined } => ({
    type: wordOf(raw, "type", ["ZONE"]),
    ...entitySearch(raw),
  }),
  loaderDeps: ({ search: { type, q, after } }) => ({ type, q, after }),
  loader: ({ context: { queryClient, api }, deps: { type, ...filter } }) =>
    void queryClient.prefetchQuery(entitiesQuery(api, type ?? "CONCEPT", filter)),
  component: lazyRouteComponent(() => import("./concepts-page.tsx"), "ConceptsPage"),
});

const storesRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "stores",
  validateSearch: entitySearch,
  loaderDeps: ({ search: { q, after } }) => ({ q, after }),
  loader: ({ context: { queryClient, api }, deps }) =>
    void queryClient.prefetchQuery(entitiesQuery(api, "STORE", deps)),
  component: lazyRouteComponent(() => import("./stores-page.tsx"), "StoresPage"),
});

const tillsRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "tills",
  validateSearch: entitySearch,
  loaderDeps: ({ search: { q, after } }) => ({ q, after }),
  loader: ({ context: { queryClient, api }, deps }) =>
    void queryClient.prefetchQuery(entitiesQuery(api, "TILL", deps)),
  component: lazyRouteComponent(() => import("./tills-page.tsx"), "TillsPage"),
});

const fieldsRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "fields",
  validateSearch: (raw: Raw): Editing & { scope?: string | undefined } => ({
    scope: textOf(raw, "scope"),
    ...editing(raw),
  }),
  loader: ({ context: { queryClient, api } }) => void queryClient.prefetchQuery(fieldsQuery(api)),
  component: lazyRouteComponent(() => import("./fields-page.tsx"), "FieldsPage"),
});

const clientsRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "clients",
  validateSearch: (raw: Raw): Paging & Editing => ({ ...pagingOf(raw), ...editing(raw) }),
  loaderDeps: ({ search: { after } }) => ({ after }),
  loader: ({ context: { queryClient, api }, deps: { after } }) =>
    void queryClient.prefetchQuery(clientsQuery(api, after)),
  component: lazyRouteComponent(() => import("./clients-page.tsx"), "ClientsPage"),
});

const usersRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "users",
  validateSearch: (raw: Raw): Paging & Editing => ({ ...pagingOf(raw), ...editing(raw) }),
  loaderDeps: ({ search: { after } }) => ({ after }),
  loader: ({ context: { queryClient, api }, deps: { after } }) =>
    void queryClient.prefetchQuery(usersQuery(api, after)),
  component: lazyRouteComponent(() => import("./users-page.tsx"), "UsersPage"),
});

export const adminRoutes = areaRoute.addChildren([
  startRoute,
  organisationRoute,
  settingsRoute,
  conceptsRoute,
  storesRoute,
  tillsRoute,
  fieldsRoute,
  clientsRoute,
  usersRoute,
]);
