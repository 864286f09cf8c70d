import {
  IconActivity,
  IconAward,
  IconHome,
  IconPlugConnected,
  IconReportAnalytics,
  IconSettings,
  IconUserHeart,
} from "@tabler/icons-react";
import { linkOptions } from "@tanstack/react-router";

/** The product areas in their order. An area is listed when the person holds its permission. */
export const AREAS = [
  {
    label: "Home",
    icon: IconHome,
    permission: "Insights:read",
    key: "h",
    link: linkOptions({ from: "/$org", to: "/$org", activeOptions: { exact: true } }),
  },
  {
    label: "Member Care",
    icon: IconUserHeart,
    permission: "Customer:read",
    key: "m",
    link: linkOptions({ from: "/$org", to: "/$org/members" }),
  },
  {
    label: "Loyalty",
    icon: IconAward,
    permission: "Program:read",
    key: "l",
    link: linkOptions({ from: "/$org", to: "/$org/loyalty" }),
  },
  {
    label: "Connect",
    icon: IconPlugConnected,
    permission: "Webhook:read",
    key: "c",
    link: linkOptions({ from: "/$org", to: "/$org/connect" }),
  },
  {
    label: "Insights",
    icon: IconReportAnalytics,
    permission: "Insights:read",
    key: "r",
    link: linkOptions({ from: "/$org", to: "/$org/insights/liability" }),
  },
  {
    label: "Admin",
    icon: IconSettings,
    // Everybody reads the organisation, since forms and lists need its fields and stores; its administration is for who may change it.
    permission: "Organization:write",
    key: "a",
    link: linkOptions({ from: "/$org", to: "/$org/admin" }),
  },
  {
    label: "Activity",
    icon: IconActivity,
    permission: "Import:read",
    key: "i",
    link: linkOptions({ from: "/$org", to: "/$org/activity" }),
  },
] as const;
