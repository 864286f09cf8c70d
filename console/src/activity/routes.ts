import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { orgRoute } from "../shell/routes.ts";
import { pagingOf, textOf, wordOf } from "../ui/url-state.ts";
import { whatIfsQuery } from "../whatif/queries.ts";
import {
  importQuery,
  importsQuery,
  mailboxQuery,
  type RejectedFilter,
  rejectedQuery,
  setAsideQuery,
} from "./queries.ts";
import { STATUS_WORDS } from "./rejected-words.ts";

type Raw = Record<string, unknown>;

const areaRoute = createRoute({ getParentRoute: () => orgRoute, path: "activity" });

const importsRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "/",
  validateSearch: (raw: Raw) => pagingOf(raw),
  loaderDeps: ({ search: { after } }) => ({ after }),
  loader: ({ context: { queryClient, api }, deps: { after } }) =>
    void queryClient.prefetchQuery(importsQuery(api, after)),
  component: lazyRouteComponent(() => import("./import-list.tsx"), "ImportList"),
});

const newRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "new",
  component: lazyRouteComponent(() => import("./new-import.tsx"), "NewImport"),
});

const runRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "imports/$importId",
  validateSearch: (raw: Raw) => pagingOf(raw),
  loader: ({ context: { queryClient, api }, params: { importId } }) =>
    void queryClient.prefetchQuery(importQuery(api, importId)),
  component: lazyRouteComponent(() => import("./import-page.tsx"), "ImportPage"),
});

const mailboxRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "mailbox",
  validateSearch: (raw: Raw) => pagingOf(raw),
  loaderDeps: ({ search: { after } }) => ({ after }),
  loader: ({ context: { queryClient, api }, deps: { after } }) =>
    void queryClient.prefetchQuery(mailboxQuery(api, after)),
  component: lazyRouteComponent(() => import("./mailbox.tsx"), "Mailbox"),
});

const setAsideRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "set-aside",
  validateSearch: (raw: Raw) => pagingOf(raw),
  loaderDeps: ({ search: { after } }) => ({ after }),
  loader: ({ context: { queryClient, api }, deps: { after } }) =>
    void queryClient.prefetchQuery(setAsideQuery(api, after)),
  component: lazyRouteComponent(() => import("./set-aside.tsx"), "SetAside"),
});

const rejectedRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "rejected",
  validateSearch: (raw: Raw): RejectedFilter => ({
    number: textOf(raw, "number"),
    status: wordOf(raw, "status", STATUS_WORDS),
    reason: textOf(raw, "reason"),
    ...pagingOf(raw),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient, api }, deps }) =>
    void queryClient.prefetchQuery(rejectedQuery(api, deps)),
  component: lazyRouteComponent(() => import("./rejected.tsx"), "Rejected"),
});

const whatIfsRoute = createRoute({
  getParentRoute: () => areaRoute,
  path: "what-ifs",
  validateSearch: (raw: Raw) => pagingOf(raw),
  loaderDeps: ({ search: { after } }) => ({ after }),
  loader: ({ context: { queryClient, api }, deps: { after } }) =>
    void queryClient.prefetchQuery(whatIfsQuery(api, undefined, after)),
  component: lazyRouteComponent(() => import("../whatif/activity-list.tsx"), "WhatIfActivity"),
});

export const activityRoutes = areaRoute.addChildren([
  whatIfsRoute,
  importsRoute,
  newRoute,
  runRoute,
  rejectedRoute,
  setAsideRoute,
  mailboxRoute,
]);
