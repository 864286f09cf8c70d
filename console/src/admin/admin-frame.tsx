import { Stack } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { linkOptions, Outlet } from "@tanstack/react-router";
import { useOrganisation } from "../shell/organisation.ts";
import { Page } from "../ui/page.tsx";
import { SectionTabs } from "../ui/section-tabs.tsx";
import { EmptyState } from "../ui/states.tsx";

const from = "/$org";
const activeOptions = { includeSearch: false };
const TABS = [
  {
    label: "Stores",
    permission: "Organization:read",
    link: linkOptions({ from, to: "/$org/admin/stores", activeOptions }),
  },
  {
    label: "Tills",
    permission: "Organization:read",
    link: linkOptions({ from, to: "/$org/admin/tills", activeOptions }),
  },
  {
    label: "Concepts and zones",
    permission: "Organization:read",
    link: linkOptions({ from, to: "/$org/admin/concepts", activeOptions }),
  },
  {
    label: "Fields",
    permission: "Organization:read",
    link: linkOptions({ from, to: "/$org/admin/fields", activeOptions }),
  },
  {
    label: "Organisation",
    permission: "Organization:read",
    link: linkOptions({ from, to: "/$org/admin/organisation", activeOptions }),
  },
  {
    label: "Settings",
    permission: "Organization:read",
    link: linkOptions({ from, to: "/$org/admin/settings", activeOptions }),
  },
  {
    label: "API clients",
    permission: "User:read",
    link: linkOptions({ from, to: "/$org/admin/clients", activeOptions }),
  },
  {
    label: "Users",
    permission: "User:read",
    link: linkOptions({ from, to: "/$org/admin/users", activeOptions }),
  },
];

/** What an organisation is made of and who has access. */
export const AdminFrame = () => {
  const { may } = useOrganisation();
  if (!may("Organization:write")) {
    return (
      <Page title="Administration">
        <EmptyState icon={IconLock} title="Not for your role">
          Your role does not include the administration of the organisation. The areas that you may use are on
          the left.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Stack gap="lg" maw={1200} mx="auto">
      <SectionTabs label="Administration" tabs={TABS.filter(({ permission }) => may(permission))} />
      <Outlet />
    </Stack>
  );
};
