import {
  IconApi,
  IconBuilding,
  IconBuildingStore,
  IconCashRegister,
  IconCoins,
  IconForms,
  IconHierarchy2,
  IconInbox,
  IconSettings,
  IconUsers,
  IconWebhook,
} from "@tabler/icons-react";

/** Screens below the areas, by the names that people look for. */
export const SCREENS = [
  {
    label: "Liability",
    area: "Insights",
    permission: "Insights:read",
    icon: IconCoins,
    to: "/$org/insights/liability",
  },
  {
    label: "Event notifications",
    area: "Connect",
    permission: "Webhook:read",
    icon: IconWebhook,
    to: "/$org/connect",
  },
  {
    label: "Organisation",
    area: "Admin",
    permission: "Organization:write",
    icon: IconBuilding,
    to: "/$org/admin/organisation",
  },
  {
    label: "Settings",
    area: "Admin",
    permission: "Organization:write",
    icon: IconSettings,
    to: "/$org/admin/settings",
  },
  {
    label: "Concepts and zones",
    area: "Admin",
    permission: "Organization:write",
    icon: IconHierarchy2,
    to: "/$org/admin/concepts",
  },
  {
    label: "Stores",
    area: "Admin",
    permission: "Organization:write",
    icon: IconBuildingStore,
    to: "/$org/admin/stores",
  },
  {
    label: "Tills",
    area: "Admin",
    permission: "Organization:write",
    icon: IconCashRegister,
    to: "/$org/admin/tills",
  },
  {
    label: "Fields",
    area: "Admin",
    permission: "Organization:write",
    icon: IconForms,
    to: "/$org/admin/fields",
  },
  { label: "API clients", area: "Admin", permission: "User:read", icon: IconApi, to: "/$org/admin/clients" },
  { label: "Users", area: "Admin", permission: "User:read", icon: IconUsers, to: "/$org/admin/users" },
  {
    label: "Bills set aside",
    area: "Activity",
    permission: "Transaction:read",
    icon: IconInbox,
    to: "/$org/activity/set-aside",
  },
] as const;

/** Where an entity is edited. */
export const entityScreen = (type: string) => {
  if (type === "TILL") return "/$org/admin/tills" as const;
  return type === "STORE" ? ("/$org/admin/stores" as const) : ("/$org/admin/concepts" as const);
};

/** Whether all words of a query begin words of a label. */
export const matches = (label: string, query: string): boolean => {
  const words = label.toLowerCase().split(/\s+/);
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== "")
    .every((part) => words.some((word) => word.startsWith(part)));
};
