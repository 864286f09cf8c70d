import { linkOptions } from "@tanstack/react-router";
import { useOrganisation } from "../shell/organisation.ts";
import { SectionTabs } from "../ui/section-tabs.tsx";

const from = "/$org";
const IMPORTS = {
  label: "Imports",
  link: linkOptions({ from, to: "/$org/activity", activeOptions: { exact: true, includeSearch: false } }),
};
const SET_ASIDE = {
  label: "Set aside",
  link: linkOptions({ from, to: "/$org/activity/set-aside", activeOptions: { includeSearch: false } }),
};

const REJECTED = {
  label: "Rejected",
  link: linkOptions({ from, to: "/$org/activity/rejected", activeOptions: { includeSearch: false } }),
};

const MAILBOX = {
  label: "Mailbox",
  link: linkOptions({ from, to: "/$org/activity/mailbox", activeOptions: { includeSearch: false } }),
};

const WHAT_IFS = {
  label: "What-ifs",
  link: linkOptions({ from, to: "/$org/activity/what-ifs", activeOptions: { includeSearch: false } }),
};

export const ActivityTabs = () => {
  const { may } = useOrganisation();
  return (
    <SectionTabs
      label="Activity"
      tabs={[
        IMPORTS,
        ...(may("Program:read") ? [WHAT_IFS] : []),
        ...(may("Transaction:read") ? [REJECTED, SET_ASIDE] : []),
        ...(may("Customer:read") ? [MAILBOX] : []),
      ]}
    />
  );
};
