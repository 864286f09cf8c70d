import { Stack } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, linkOptions, Navigate, Outlet } from "@tanstack/react-router";
import { useOrganisation } from "../shell/organisation.ts";
import { SectionTabs } from "../ui/section-tabs.tsx";
import { ErrorState } from "../ui/states.tsx";
import { MemberHeader } from "./member-header.tsx";
import { MergedBanner } from "./merged-banner.tsx";
import { memberName } from "./names.ts";
import { customerQuery } from "./queries.ts";

const route = getRouteApi("/$org/members/$memberId");

const from = "/$org/members/$memberId";
const TABS = [
  {
    label: "Timeline",
    link: linkOptions({ from, to: "/$org/members/$memberId", activeOptions: { exact: true } }),
  },
  { label: "Loyalty", link: linkOptions({ from, to: "/$org/members/$memberId/loyalty" }) },
  { label: "Transactions", link: linkOptions({ from, to: "/$org/members/$memberId/transactions" }) },
  { label: "Profile and fields", link: linkOptions({ from, to: "/$org/members/$memberId/profile" }) },
];

/** A member in one view: who it is on top, everything about them in tabs below. */
export const MemberFrame = () => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const { data: customer, error, refetch } = useQuery(customerQuery(api, memberId));
  useDocumentTitle(customer ? `${memberName(customer)} · Fealty` : "Member · Fealty");
  if (error !== null && customer === undefined)
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  // One who was merged into another is that other now: the address follows.
  if (customer !== undefined && String(customer.id) !== memberId)
    return (
      <Navigate
        from="/$org"
        to="/$org/members/$memberId"
        params={{ memberId: String(customer.id) }}
        replace
      />
    );
  return (
    <Stack gap="lg" maw={1200} mx="auto">
      <MemberHeader customer={customer} memberId={memberId} />
      <MergedBanner memberId={memberId} />
      <SectionTabs label="About this member" tabs={TABS} />
      <Outlet />
    </Stack>
  );
};
