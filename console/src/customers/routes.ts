import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { orgRoute } from "../shell/routes.ts";
import {
  dayOf,
  idOf,
  monthOf,
  numberOf,
  pagingOf,
  textOf,
  wordOf,
  wordsOf,
  wordsText,
} from "../ui/url-state.ts";
import { CATEGORIES } from "./names.ts";
import {
  balancesQuery,
  customerQuery,
  customersQuery,
  ENTRY_TYPES,
  type LedgerFilter,
  ledgerQuery,
  type MemberFilter,
  membershipsQuery,
  timelineQuery,
  transactionQuery,
  transactionsQuery,
} from "./queries.ts";

type Raw = Record<string, unknown>;

const membersRoute = createRoute({ getParentRoute: () => orgRoute, path: "members" });

const memberFilterOf = (raw: Raw): MemberFilter => ({
  q: textOf(raw, "q"),
  tier: textOf(raw, "tier"),
  sort: wordOf(raw, "sort", ["registeredAt", "name"]),
  order: wordOf(raw, "order", ["asc", "desc"]),
  ...pagingOf(raw),
});

const listRoute = createRoute({
  getParentRoute: () => membersRoute,
  path: "/",
  validateSearch: memberFilterOf,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient, api }, deps }) =>
    void queryClient.prefetchQuery(customersQuery(api, deps)),
  component: lazyRouteComponent(() => import("./member-list.tsx"), "MemberList"),
});

const newRoute = createRoute({
  getParentRoute: () => membersRoute,
  path: "new",
  component: lazyRouteComponent(() => import("./new-member.tsx"), "NewMember"),
});

const memberRoute = createRoute({
  getParentRoute: () => membersRoute,
  path: "$memberId",
  loader: ({ context: { queryClient, api }, params: { memberId } }) => {
    void queryClient.prefetchQuery(customerQuery(api, memberId));
    void queryClient.prefetchQuery(membershipsQuery(api, memberId));
    void queryClient.prefetchQuery(balancesQuery(api, memberId));
  },
  component: lazyRouteComponent(() => import("./member-frame.tsx"), "MemberFrame"),
});

export const TIMELINE_KINDS = ["transaction", "points", "tier", "change"] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

const timelineRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/",
  validateSearch: (raw: Raw): { kinds?: string | undefined } => ({
    kinds: wordsText(wordsOf(raw, "kinds", TIMELINE_KINDS)),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient, api }, params: { memberId }, deps: { kinds } }) =>
    void queryClient.prefetchInfiniteQuery(timelineQuery(api, memberId, kinds)),
  component: lazyRouteComponent(() => import("./timeline.tsx"), "Timeline"),
});

const ledgerFilterOf = (raw: Raw): LedgerFilter => {
  const store = idOf(raw, "store");
  return {
    entries: wordOf(raw, "entries", ENTRY_TYPES),
    category: wordOf(raw, "category", CATEGORIES),
    currency: idOf(raw, "currency"),
    program: idOf(raw, "program"),
    store,
    // The server takes one place.
    till: store === undefined ? idOf(raw, "till") : undefined,
    from: dayOf(raw, "from"),
    until: dayOf(raw, "until"),
    ...pagingOf(raw),
  };
};

interface PointsSearch extends LedgerFilter {
  days?: "30" | "365" | undefined;
  lots?: "all" | undefined;
  /** Event that is shown open. */
  event?: number | undefined;
  /** Month whose statement is shown, YYYY-MM. */
  statement?: string | undefined;
}

const pointsRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "loyalty",
  validateSearch: (raw: Raw): PointsSearch => ({
    days: wordOf(raw, "days", ["30", "365"]),
    lots: wordOf(raw, "lots", ["all"]),
    event: numberOf(raw, "event"),
    statement: monthOf(raw, "statement"),
    ...ledgerFilterOf(raw),
  }),
  loaderDeps: ({ search: { days: _days, lots: _lots, event: _event, statement: _statement, ...filter } }) =>
    filter,
  loader: ({ context: { queryClient, api }, params: { memberId }, deps }) =>
    void queryClient.prefetchQuery(ledgerQuery(api, memberId, deps)),
  component: lazyRouteComponent(() => import("./loyalty-tab.tsx"), "LoyaltyTab"),
});

const billsRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "transactions",
  validateSearch: (raw: Raw) => pagingOf(raw),
  loaderDeps: ({ search: { after } }) => ({ after }),
  loader: ({ context: { queryClient, api }, params: { memberId }, deps: { after } }) =>
    void queryClient.prefetchQuery(transactionsQuery(api, memberId, after)),
  component: lazyRouteComponent(() => import("./transactions-tab.tsx"), "TransactionsTab"),
});

const billRoute = createRoute({
  getParentRoute: () => billsRoute,
  path: "$transactionId",
  loader: ({ context: { queryClient, api }, params: { transactionId } }) =>
    void queryClient.prefetchQuery(transactionQuery(api, transactionId)),
  component: lazyRouteComponent(() => import("./transaction-drawer.tsx"), "TransactionDrawer"),
});

const profileRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "profile",
  component: lazyRouteComponent(() => import("./profile-tab.tsx"), "ProfileTab"),
});

export const memberRoutes = membersRoute.addChildren([
  listRoute,
  newRoute,
  memberRoute.addChildren([timelineRoute, pointsRoute, billsRoute.addChildren([billRoute]), profileRoute]),
]);

/** A bill by itself, for those that belong to nobody. */
export const transactionRoute = createRoute({
  getParentRoute: () => orgRoute,
  path: "transactions/$transactionId",
  loader: ({ context: { queryClient, api }, params: { transactionId } }) =>
    void queryClient.prefetchQuery(transactionQuery(api, transactionId)),
  component: lazyRouteComponent(() => import("./transaction-page.tsx"), "TransactionPage"),
});
