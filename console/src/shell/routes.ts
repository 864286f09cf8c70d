import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  notFound,
  redirect,
} from "@tanstack/react-router";
import { clientOf, sessionQuery } from "../api/session.ts";
import { safePath } from "../ui/url-state.ts";
import { NotFound, RootFrame, RouteFailure } from "./root-frame.tsx";

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: RootFrame,
  notFoundComponent: NotFound,
  errorComponent: RouteFailure,
});

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/signin",
  validateSearch: (raw: Record<string, unknown>): { next?: string } => {
    const next = safePath(raw.next);
    return next === undefined ? {} : { next };
  },
  beforeLoad: async ({ context, search }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery).catch(() => null);
    if (session !== null) throw redirect({ href: search.next ?? "/", replace: true });
  },
  component: lazyRouteComponent(() => import("./sign-in.tsx"), "SignInPage"),
});

/** The bare address leads to the first organisation of the person. */
export const startRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: async ({ context }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ to: "/signin", replace: true });
    const first = session.organisations[0];
    if (first === undefined) throw notFound();
    throw redirect({ to: "/$org", params: { org: first.code.toLowerCase() }, replace: true });
  },
});

/** Everything of an organisation lies under its code. Who is not signed in comes back here after signing in. */
export const orgRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/$org",
  beforeLoad: async ({ context, params, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ to: "/signin", search: { next: location.href } });
    const organisation = session.organisations.find(
      ({ code }) => code.toLowerCase() === params.org.toLowerCase(),
    );
    if (organisation === undefined) throw notFound({ routeId: "__root__" });
    return { session, organisation, api: clientOf(organisation.id) };
  },
  component: lazyRouteComponent(() => import("./app-frame.tsx"), "AppFrame"),
});
